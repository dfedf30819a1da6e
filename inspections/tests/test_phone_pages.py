"""The addresses of the inspectors' app, the office's screens for what came too late, and the backup package."""

import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from unittest.mock import ANY
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Role
from accounts.tests.factories import make_user
from applications import uploads
from applications.models import Blob, Evidence
from campaigns.tests.factories import moment
from inspections import actions, packages
from inspections.models import Delivery, DevicePhoto, DeviceRecord, Quarantine, Score, SitePhoto
from inspections.rules import phone as rules
from inspections.tests.factories import make_accepted, make_group, make_picture, make_sent, make_sent_photo, make_visit

AT = moment(10, 20, 10)
PHONE = "inspections:phone"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    return make_visit(make_accepted(taohuatan, campaign, by=clerk, contact_name="汪小桃"), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def phone(client, inspector):
    client.force_login(inspector)
    return client


def said(sent, ticket="", **fields):
    """A record as JSON."""
    return {
        "id": str(sent.id), "number": sent.number, "visit": sent.visit, "unit": sent.unit, "item": sent.item, "verdict": sent.verdict,
        "points": "" if sent.points is None else f"{sent.points.normalize():f}", "reason": sent.reason, "keep": sent.keep, "base": sent.base,
        "device_at": "2028-10-20T10:00:00.000Z", "sha256": sent.sha256, "ticket": ticket, **fields,
    }


def announced(sent, **fields):
    return {
        "id": str(sent.id), "visit": sent.visit, "unit": sent.unit, "item": sent.item, "sha256": sent.sha256, "size": sent.size,
        "extension": sent.extension, "pieces": list(sent.pieces), "device_at": "2028-10-20T10:00:00.000Z", "ticket": "", "removed": False, **fields,
    }


def send(client, name, body, *args):
    return client.post(reverse(f"inspections:{name}", args=args), json.dumps(body), content_type="application/json")


# The shell


def test_the_shell_holds_nothing_of_anybody_and_is_the_same_for_all(client, visit, inspector):
    stranger = client.get(reverse(PHONE)).content
    client.force_login(inspector)

    assert client.get(reverse(PHONE)).content == stranger
    assert "胡小验" not in stranger.decode()
    assert "csrf" not in stranger.decode()


def test_the_service_worker_stands_at_the_root_and_names_every_file_of_the_shell(client, db):
    response = client.get("/sw.js")
    text = response.content.decode()

    assert (response["Service-Worker-Allowed"], response["Cache-Control"]) == ("/", "no-cache")
    assert response["Content-Type"].startswith("text/javascript")
    shell = json.loads(text.partition("const SHELL = ")[2].partition(";\n")[0])
    assert shell[0] == "/inspections/m/"
    page = client.get(shell[0]).content.decode()
    used = [part.partition('"')[0] for part in page.split('"/static/')[1:]]
    assert {name.partition("#")[0] for name in used} <= {url.removeprefix("/static/") for url in shell}


# What the app asks


def test_the_session_says_who_is_there_and_what_is_theirs(phone, visit, inspector):
    answer = phone.get(reverse("inspections:phone_session")).json()

    assert answer["user"] == {"id": inspector.pk, "username": "inspector", "name": "胡小验", "rehearsal": ""}
    assert [(one["id"], one["unit"], one["on"], one["contact"]) for one in answer["visits"]] == [(visit.pk, "桃花潭镇", "2021-10-20", "汪小桃")]
    assert answer["token"]


def test_queries_of_the_session_do_not_grow_with_the_visits(phone, campaign, visit, yunling, miaoshou, inspector, django_assert_max_num_queries):
    for unit in (yunling, miaoshou):
        make_visit(make_accepted(unit, campaign), visit.group)

    with django_assert_max_num_queries(8):  # the session twice, the person, roles, second factor, visits, a savepoint
        assert len(phone.get(reverse("inspections:phone_session")).json()["visits"]) == 3


def test_the_own_unit_and_locked_visits_are_not_taken_along(phone, visit, inspector):
    type(visit).objects.update(locked_at=AT, locked_by=inspector, findings_sha256="1" * 64)
    assert phone.get(reverse("inspections:phone_session")).json()["visits"] == []
    type(visit).objects.update(locked_at=None, locked_by=None, findings_sha256="")
    type(inspector).objects.filter(pk=inspector.pk).update(organization=visit.application.organization)
    assert rules.to_take(type(inspector).objects.get(pk=inspector.pk)).count() == 0


@pytest.mark.parametrize("name", ["phone_unit", "phone_state"])
def test_a_unit_is_for_the_members_of_its_group(client, visit, inspector, officer, clerk, name):
    path = reverse(f"inspections:{name}", args=[visit.pk])

    for user, status in ((inspector, 200), (officer, 403), (clerk, 404), (make_user(roles=[Role.INSPECTOR]), 404)):
        client.force_login(user)
        assert client.get(path).status_code == status


def test_a_small_picture_comes_with_the_hash_of_its_bytes(phone, visit, clerk):
    stored = uploads.store(BytesIO(make_picture()))
    blob = Blob.objects.create(sha256=stored.sha256, size=stored.size, media_type="image/jpeg", extension="jpg", stored_at=AT)
    proof = Evidence.objects.create(response=visit.application.responses.first(), kind="photo", title="公示栏.jpg", blob=blob, added_at=AT, added_by=clerk)

    uploads.draw_pictures(blob.pk)

    unit = phone.get(reverse("inspections:phone_unit", args=[visit.pk])).json()
    shown = next(item for item in unit["items"] if item["code"] == proof.response.item.code)["evidence"][-1]
    picture = phone.get(shown["picture"])

    assert (shown["title"], shown["sha256"]) == ("公示栏.jpg", blob.sha256)
    assert picture["X-Content-SHA256"] == sha256(picture.content).hexdigest()
    assert "no-store" in picture["Cache-Control"]


# What the app sends


def test_a_record_is_answered_with_its_id_and_hash(phone, visit, inspector):
    sent = make_sent(visit, verdict="partly", points="28.5", reason="公示栏是旧的\n第二行")

    answer = send(phone, "receive_record", said(sent))

    assert (answer.status_code, answer.json()) == (200, {
        "id": str(sent.id), "sha256": sent.sha256, "number": 1, "state": "entered", "problems": [], "version": 1, "received_at": ANY,
    })
    assert Score.objects.get().reason == "公示栏是旧的\n第二行"


@pytest.mark.parametrize("change", [
    {"sha256": "0" * 64}, {"reason": "改了"}, {"number": 0}, {"id": "x"}, {"points": "1e3"}, {"points": "99999"}, {"reason": "坏\x00"}, {"verdict": "good"},
    {"visit": 2**60}, {"item": {"a": 1}}, {"device_at": 5}, {"reason": "长" * 2001},
])
def test_what_was_damaged_or_made_up_is_refused_and_nothing_kept(phone, visit, change):
    answer = send(phone, "receive_record", said(make_sent(visit)) | change)

    assert answer.status_code == 400
    assert answer.json()["problems"]
    assert not DeviceRecord.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"x"'])
def test_what_is_no_message_is_refused(phone, visit, body):
    for name in ("receive_record", "announce_photo"):
        assert phone.post(reverse(f"inspections:{name}"), body, content_type="application/json").status_code == 400
        assert phone.post(reverse(f"inspections:{name}"), {"id": "a form, not JSON"}).status_code == 400


def test_a_taken_id_is_answered_with_409(client, phone, visit, second_inspector):
    sent = make_sent(visit)
    send(phone, "receive_record", said(sent))
    client.force_login(second_inspector)

    assert send(client, "receive_record", said(sent)).status_code == 409


def test_who_was_never_an_inspector_may_not_even_hand_in(client, visit, clerk):
    client.force_login(clerk)

    assert send(client, "receive_record", said(make_sent(visit))).status_code == 403
    assert send(client, "receive_record", said(make_sent(visit), ticket="made:up")).status_code == 403
    assert send(client, "announce_photo", announced(make_sent_photo(visit, make_picture())[0])).status_code == 403
    assert not DeviceRecord.objects.exists()


def test_who_took_it_along_before_the_role_went_hands_in_to_the_office(client, visit, inspector):
    ticket = rules.ticket(inspector, visit)
    inspector.grants.all().delete()
    client.force_login(type(inspector).objects.get(pk=inspector.pk))

    answer = send(client, "receive_record", said(make_sent(visit), ticket=ticket))

    assert (answer.status_code, answer.json()["state"]) == (200, "quarantined")


def test_sending_asks_for_the_csrf_token(visit, inspector):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(inspector)
    token, sent = strict.get(reverse("inspections:phone_session")).json()["token"], make_sent(visit)
    path, body = reverse("inspections:receive_record"), json.dumps(said(sent))

    assert strict.post(path, body, content_type="application/json").status_code == 403
    assert strict.post(path, body, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200


def test_a_stranger_is_sent_to_sign_in_and_nothing_is_kept(client, visit):
    answer = send(client, "receive_record", said(make_sent(visit)))

    assert (answer.status_code, DeviceRecord.objects.count()) == (302, 0)


def test_a_photo_travels_in_pieces_and_the_answer_lists_what_is_missing(phone, visit):
    sent, pieces = make_sent_photo(visit, make_picture())
    receipt = send(phone, "announce_photo", announced(sent)).json()
    assert (receipt["state"], receipt["missing"]) == ("receiving", list(range(len(pieces))))

    for number in reversed(receipt["missing"]):
        path = reverse("inspections:receive_piece", args=[sent.id, number])
        assert phone.post(path, pieces[number][:-1], content_type="application/octet-stream").status_code == 400
        receipt = phone.post(path, pieces[number], content_type="application/octet-stream").json()
        assert receipt["missing"] == list(range(number))

    assert receipt == {"id": str(sent.id), "sha256": sent.sha256, "state": "entered", "missing": [], "problems": []}
    assert SitePhoto.objects.get().blob_id == sent.sha256


def test_limits_of_photos_hold_on_both_sides(phone, visit, settings):
    body = make_picture()
    sent, _pieces = make_sent_photo(visit, body)
    settings.EVIDENCE_MAX_FILE = len(body) - 1
    assert "照片太大" in send(phone, "announce_photo", announced(sent)).json()["problems"][0]
    settings.EVIDENCE_MAX_FILE = len(body)
    assert send(phone, "announce_photo", announced(sent)).status_code == 200

    path = reverse("inspections:receive_piece", args=[sent.id, 0])
    assert phone.post(path, b"x" * (rules.PIECE_LIMIT + 1), content_type="application/octet-stream").status_code == 413
    assert phone.post(path, b"x" * rules.PIECE_LIMIT, content_type="application/octet-stream").status_code == 400
    one = announced(sent, id=str(uuid4()), size=rules.PIECE_LIMIT + 1, pieces=["0" * 64])
    settings.EVIDENCE_MAX_FILE = 2 * rules.PIECE_LIMIT
    assert send(phone, "announce_photo", one).status_code == 400


def test_pieces_of_somebody_elses_photo_are_not_taken(client, phone, visit, second_inspector):
    sent, pieces = make_sent_photo(visit, make_picture())
    send(phone, "announce_photo", announced(sent))
    client.force_login(second_inspector)

    assert client.post(reverse("inspections:receive_piece", args=[sent.id, 0]), pieces[0], content_type="application/octet-stream").status_code == 404


def test_a_photo_deleted_on_the_phone_is_removed_unless_locked(phone, visit, inspector):
    sent, pieces = make_sent_photo(visit, make_picture())
    send(phone, "announce_photo", announced(sent))
    for number, piece in enumerate(pieces):
        phone.post(reverse("inspections:receive_piece", args=[sent.id, number]), piece, content_type="application/octet-stream")
    type(visit).objects.update(locked_at=AT, locked_by=inspector, findings_sha256="1" * 64)
    assert send(phone, "announce_photo", announced(sent, removed=True)).status_code == 422
    type(visit).objects.update(locked_at=None, locked_by=None, findings_sha256="")

    assert send(phone, "announce_photo", announced(sent, removed=True)).json()["state"] == "removed"
    assert not SitePhoto.objects.present().exists()


# The office


@pytest.fixture
def case(visit, inspector):
    """A record and a photo that came after the lock."""
    type(visit).objects.update(locked_at=AT, locked_by=inspector, findings_sha256="1" * 64)
    actions.receive_record(make_sent(visit, verdict="partly", points="20", reason="内容不全"), owner=inspector, by=inspector, at=AT)
    sent, pieces = make_sent_photo(visit, make_picture())
    photo = actions.announce_photo(sent, owner=inspector, by=inspector, at=AT)
    for number, piece in enumerate(pieces):
        photo = actions.receive_piece(photo, number, piece, by=inspector, at=AT)
    return Quarantine.objects.get()


def decision(case, **fields):
    return {"records": [str(record.pk) for record in case.records.all()], "photos": [str(photo.pk) for photo in case.photos.all()], "reason": "已核实。", **fields}


def test_the_office_reads_what_came_late_beside_what_is_entered_and_decides(client, case, officer, inspector):
    client.force_login(officer)
    listed = client.get(reverse("inspections:quarantine_list")).content.decode()
    assert ("1 条记录、1 张照片" in listed, "记录已锁定" in listed) == (True, True)
    page = client.get(case.get_absolute_url()).content.decode()
    assert ("内容不全" in page, "手机说" in page) == (True, False)

    refused = client.post(case.get_absolute_url(), decision(case, go="enter")).content.decode()
    assert "已经锁定" in refused
    type(case.visit).objects.update(locked_at=None, locked_by=None, findings_sha256="")
    client.post(case.get_absolute_url(), decision(case, go="enter"))

    assert Score.objects.get().scorer == inspector
    assert "已核实。" in client.get(case.get_absolute_url()).content.decode()


def test_a_decision_without_a_reason_is_asked_again_with_the_ticks_kept(client, case, officer):
    client.force_login(officer)
    page = client.post(case.get_absolute_url(), decision(case, reason="", photos=[], go="aside")).content.decode()

    assert "请写明处理的理由" in page
    assert page.count(" checked") == 1
    assert set(DeviceRecord.objects.values_list("state", flat=True)) == {Delivery.State.QUARANTINED}


def test_who_may_decide(client, case, officer, auditor, inspector, clerk, visit):
    own = make_user(roles=[Role.OFFICE], organization=visit.application.organization)
    for user, status in ((auditor, 403), (inspector, 404), (clerk, 404), (own, 403), (officer, 302)):
        client.force_login(user)
        assert client.post(case.get_absolute_url(), decision(case, go="aside")).status_code == status


def test_photos_in_quarantine_are_shown_to_the_office_only(client, case, officer, inspector):
    photo = DevicePhoto.objects.get()
    uploads.draw_pictures(photo.blob_id)
    path = reverse("inspections:device_photo", args=[photo.pk]) + "?preview"

    for user, status in ((officer, 200), (inspector, 404)):
        client.force_login(user)
        assert client.get(path).status_code == status


def test_queries_of_the_list_do_not_grow(client, case, officer, second_inspector, django_assert_max_num_queries):
    client.force_login(officer)
    for number in range(6):
        actions.receive_record(replace(make_sent(case.visit), id=uuid4(), visit=900000 + number), owner=second_inspector, by=second_inspector, at=AT)

    with django_assert_max_num_queries(24):
        page = client.get(reverse("inspections:quarantine_list")).content.decode()
    assert page.count("已不参加这次验收") == 6


# The backup package


def package(records=(), photos=(), user="inspector", compression=zipfile.ZIP_STORED, extra=(), change=()):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        listed = [announced(sent, file=f"photos/{sent.id}.jpg") for sent, _body in photos]
        archive.writestr("manifest.json", json.dumps({"format": 1, "user": user, "records": [said(sent) for sent in records], "photos": listed} | dict(change)))
        for sent, body in photos:
            archive.writestr(f"photos/{sent.id}.jpg", body)
        for name, body in extra:
            archive.writestr(name, body)
    return content.getvalue()


@pytest.fixture
def bring_in(client, officer):
    client.force_login(officer)
    return lambda content: client.post(reverse("inspections:import_package"), {"package": SimpleUploadedFile("备份.zip", content)}).content.decode()


def test_a_package_waits_for_the_office_and_comes_in_once(bring_in, visit, inspector, officer):
    arrived, new, body = make_sent(visit), make_sent(visit, "2.1", points="50"), make_picture()
    actions.receive_record(arrived, owner=inspector, by=inspector, at=AT)
    content = package([arrived, new], [(make_sent_photo(visit, body, "2.1")[0], body)])

    assert "新收到 2 项，另有 1 项早已收到" in bring_in(content)
    assert "新收到 0 项，另有 3 项早已收到" in bring_in(content)

    case = Quarantine.objects.get()
    assert {one.why for one in [*case.records.all(), *case.photos.all()]} == {Delivery.Why.IMPORTED}
    assert Score.objects.get().item.code == "1.1"
    actions.decide_quarantine(case, list(case.records.all()), list(case.photos.all()), "手机坏了。", enter=True, by=officer, at=AT)
    assert set(Score.objects.values_list("item__code", flat=True)) == {"1.1", "2.1"}
    assert AuditEvent.objects.filter(action="inspections.import_package").count() == 2


def test_a_photo_half_sent_by_the_phone_is_made_whole_by_the_package(bring_in, visit, inspector):
    body = make_picture()
    sent, pieces = make_sent_photo(visit, body)
    photo = actions.announce_photo(sent, owner=inspector, by=inspector, at=AT)
    actions.receive_piece(photo, 0, pieces[0], by=inspector, at=AT)

    assert "新收到 1 项" in bring_in(package(photos=[(sent, body)]))
    assert DevicePhoto.objects.get().blob_id == sent.sha256


def test_what_is_no_package_of_ours_is_refused_whole(bring_in, visit, monkeypatch):
    sent, body = make_sent_photo(visit, make_picture())[0], make_picture()
    good = package([make_sent(visit)], [(sent, body)])
    bad = {
        "不是手机导出的备份包": [b"no zip", good[:-30], package()[:40]],
        "不是手机直接导出的": [
            package([make_sent(visit)], compression=zipfile.ZIP_DEFLATED), package(extra=[("../../etc/passwd", "x")]), package(extra=[("photos/x.exe", "x")]),
            package(extra=[("inner.zip", good)]),
        ],
        "版本不对": [package(change={"format": 2})],
        "没有备份包写的账号": [package(user="nobody-at-all")],
        "损坏了": [package(change={"records": [said(make_sent(visit), sha256="0" * 64)]})],
        "少了照片": [package(change={"photos": [announced(sent, file=f"photos/{sent.id}.jpg")]})],
        "照片大小不对": [package(photos=[(sent, body + b"x")])],
        "清单读不出来": [package(change={"records": "all"})],
    }
    for sentence, contents in bad.items():
        for content in contents:
            assert sentence in bring_in(content), (sentence, content[:60])
    monkeypatch.setattr(packages, "MAX_MEMBERS", 1)
    assert "不是手机直接导出的" in bring_in(good)
    monkeypatch.setattr(packages, "MAX_PACKAGE", len(good) - 1)
    assert "备份包太大" in bring_in(good)
    assert not DeviceRecord.objects.exists()
    assert not DevicePhoto.objects.exists()


def test_a_bad_photo_in_a_package_stops_no_other(bring_in, visit):
    bad, good = b"no picture", make_picture()
    page = bring_in(package(photos=[(make_sent_photo(visit, bad)[0], bad), (make_sent_photo(visit, good)[0], good)]))

    assert "新收到 1 项" in page
    assert "内容却不是这种格式" in page


# Signing out


@pytest.mark.parametrize(("keep", "header"), [("", '"cache", "storage"'), ("1", '"cache"')])
def test_signing_out_wipes_the_browser_unless_somebody_elses_records_wait(phone, keep, header):
    assert phone.post(reverse("accounts:logout"), {"keep_storage": keep})["Clear-Site-Data"] == header
