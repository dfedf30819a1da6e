"""The screens of planning and of the phone: who may open them, what they keep, how many queries they ask."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from accounts.tests.factories import make_organization, make_user
from applications import uploads
from applications.models import Application, Blob, Evidence
from campaigns.tests.factories import moment
from inspections import actions
from inspections.models import DeclaredConflict, InspectionGroup, Score, Signature, SitePhoto, Visit
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_visit
from inspections.views import visits as views

AT = moment(10, 20, 10)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is the morning of the visit."""
    monkeypatch.setattr(views.timezone, "now", lambda: AT)


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def item(visit):
    return make_item(visit.application, "1.1")


@pytest.fixture
def stranger(education):
    """An inspector of no group."""
    return make_user("外人", education, [Role.INSPECTOR])


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def address(name, visit, *rest):
    return reverse(f"inspections:{name}", args=[visit.pk, *rest])


def picture(colour="red", name="公示栏.jpg"):
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def record_fields(**fields):
    return {"verdict": "met", "points": "", "reason": "", "version": "0", "go": "next"} | fields


# Who may


@pytest.mark.parametrize("name", ["visit", "summary", "sign", "record", "talk", "witness", "evidence"])
@pytest.mark.parametrize("person", ["clerk", "county_clerk", "stranger", "nobody", "administrator"])
def test_a_visit_does_not_exist_for_units_and_other_inspectors(visit, request, signed_in, name, person):
    rest = {"record": ["1.1"], "evidence": [1]}.get(name, [])

    assert signed_in(request.getfixturevalue(person)).get(address(name, visit, *rest)).status_code == 404


@pytest.mark.parametrize("name", ["summary", "sign", "record", "talk", "witness"])
@pytest.mark.parametrize("person", ["officer", "lead", "auditor"])
def test_the_office_reads_but_does_not_score(visit, item, request, signed_in, name, person):
    rest = [item.code] if name == "record" else []
    client = signed_in(request.getfixturevalue(person))

    assert client.get(address(name, visit, *rest)).status_code == 403
    assert client.post(address(name, visit, *rest), record_fields()).status_code == 403
    assert client.get(address("visit", visit)).status_code == 200
    assert not Score.objects.exists()


@pytest.mark.parametrize("name", ["group_list", "visit_list", "plan_visit", "today", "declare_conflict"])
@pytest.mark.parametrize(("person", "allowed"), [
    ("clerk", []), ("county_clerk", []), ("administrator", []), ("inspector", ["today", "declare_conflict"]),
    ("officer", ["group_list", "visit_list", "plan_visit", "declare_conflict"]), ("auditor", ["group_list", "visit_list"]),
])
def test_lists_are_for_those_who_plan_or_go(visit, request, signed_in, name, person, allowed):
    answer = signed_in(request.getfixturevalue(person)).get(reverse(f"inspections:{name}"))

    assert answer.status_code == (200 if name in allowed else 403)


@pytest.mark.parametrize("name", ["change_visit", "cancel_visit", "unlock"])
@pytest.mark.parametrize(("person", "status"), [("clerk", 404), ("stranger", 404), ("inspector", 403), ("auditor", 403)])
def test_changing_the_plan_and_unlocking_are_the_offices(visit, request, signed_in, name, person, status):
    assert signed_in(request.getfixturevalue(person)).post(address(name, visit), {"reason": "理由"}).status_code == status


@pytest.mark.parametrize(("person", "status"), [("officer", 403), ("inspector", 403), ("clerk", 404), ("lead", 200)])
def test_only_the_lead_allows_a_conflict(visit, request, signed_in, person, status):
    assert signed_in(request.getfixturevalue(person)).get(address("override_conflict", visit)).status_code == status


def test_only_the_leader_locks(visit, inspector, second_inspector, signed_in):
    make_findings(visit)
    for user in (inspector, second_inspector):
        actions.sign_visit(visit, user, by=user, at=AT)

    assert signed_in(second_inspector).post(address("lock", visit)).status_code == 403
    assert signed_in(inspector).post(address("lock", visit)).status_code == 302
    visit.refresh_from_db()
    assert visit.is_locked


def test_nobody_inspects_their_own_unit_even_when_they_got_into_its_group(visit, taohuatan, signed_in):
    native = make_user("本镇人", taohuatan, [Role.INSPECTOR])
    visit.group.members.create(user=native)

    assert signed_in(native).get(address("record", visit, "1.1")).status_code == 403


def test_an_officer_of_the_group_does_not_unlock_their_own_record(visit, inspector, second_inspector, lead, signed_in):
    lead.grants.create(role=Role.INSPECTOR)
    visit.group.members.create(user=lead)

    assert signed_in(lead).get(address("unlock", visit)).status_code == 403


# Planning


def test_the_office_plans_a_visit_and_sees_the_unit_leave_the_waiting_list(taohuatan, campaign, inspector, second_inspector, officer, signed_in):
    application, group = make_accepted(taohuatan, campaign), make_group(campaign, inspector, second_inspector)
    client = signed_in(officer)
    assert "桃花潭镇" in client.get(reverse("inspections:visit_list")).content.decode()

    answer = client.post(reverse("inspections:plan_visit"), {"application": application.pk, "group": group.pk, "on": "2021-10-21"}, follow=True)

    assert Visit.objects.get().on == date(2021, 10, 21)
    assert "已安排第1组 2021-10-21 验收桃花潭镇" in answer.content.decode()
    assert "已受理的单位都安排好了" in answer.content.decode()


def test_a_conflict_is_shown_to_the_office_and_may_be_answered_by_the_lead(taohuatan, yunling, campaign, inspector, officer, lead, signed_in):
    local = make_user("查小岭", yunling, [Role.INSPECTOR])
    application, group = make_accepted(taohuatan, campaign), make_group(campaign, inspector, local)
    fields = {"application": application.pk, "group": group.pk, "on": "2021-10-21", f"person_{local.pk}": "人手不足"}

    answer = signed_in(officer).post(reverse("inspections:plan_visit"), fields)
    assert "查小岭所在的云岭镇与桃花潭镇同属泾县" in answer.content.decode()
    assert "人手不足" not in answer.content.decode()
    assert not Visit.objects.exists()
    answer = signed_in(lead).post(reverse("inspections:plan_visit"), fields | {f"person_{local.pk}": ""})
    assert "查小岭不回避的理由" in answer.content.decode()
    signed_in(lead).post(reverse("inspections:plan_visit"), fields)

    visit = Visit.objects.get()
    assert visit.overrides.get().reason == "人手不足"
    assert "人手不足" in signed_in(officer).get(address("visit", visit)).content.decode()


def test_a_group_is_made_and_changed(campaign, inspector, second_inspector, stranger, officer, signed_in):
    client = signed_in(officer)
    client.post(reverse("inspections:group_list"), {"name": "第1组", "leader": inspector.pk, "members": [inspector.pk, second_inspector.pk]})
    group = InspectionGroup.objects.get()

    answer = client.post(reverse("inspections:group", args=[group.pk]), {"name": "甲组", "leader": stranger.pk, "members": [inspector.pk, second_inspector.pk]})
    assert "组长要从组员中选" in answer.content.decode()
    client.post(reverse("inspections:group", args=[group.pk]), {"name": "甲组", "leader": stranger.pk, "members": [inspector.pk, stranger.pk]})

    group.refresh_from_db()
    assert (group.name, group.members.get(is_leader=True).user) == ("甲组", stranger)


def test_the_plan_is_moved_and_cancelled(visit, officer, signed_in):
    client = signed_in(officer)
    client.post(address("change_visit", visit), {"group": visit.group_id, "on": "2021-10-22"})
    visit.refresh_from_db()
    assert visit.on == date(2021, 10, 22)

    client.post(address("cancel_visit", visit))

    assert not Visit.objects.exists()


def test_the_plan_is_also_a_grid_of_groups_and_days(visit, officer, signed_in):
    page = signed_in(officer).get(reverse("inspections:visit_list"), {"view": "grid"}).content.decode()

    assert "10/15" in page
    assert "10/31" in page
    assert f"?group={visit.group_id}&amp;on=2021-10-21" in page


@pytest.mark.parametrize(("state", "found"), [("planned", True), ("running", False), ("late", False), ("locked", False), ("conflict", False), ("ended", False)])
def test_the_plan_is_filtered_by_the_address(visit, officer, signed_in, state, found):
    page = signed_in(officer).get(reverse("inspections:visit_list"), {"state": state})

    assert bool(page.context["visits"]) is found


def test_the_plan_asks_as_many_queries_for_many_visits_as_for_one(visit, jing, campaign, officer, signed_in, django_assert_num_queries):
    client, url = signed_in(officer), reverse("inspections:visit_list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for number in range(4):
        people = [make_user(f"验收员{number}{letter}", make_organization(kind="bureau"), [Role.INSPECTOR]) for letter in "甲乙"]
        make_visit(make_accepted(make_organization(parent=jing), campaign), make_group(campaign, *people, name=f"另{number}组"))
        make_accepted(make_organization(parent=jing), campaign)

    with django_assert_num_queries(len(one)):
        client.get(url)


def test_today_asks_as_many_queries_for_many_visits_as_for_one(visit, jing, campaign, inspector, signed_in, django_assert_num_queries):
    client, url = signed_in(inspector), reverse("inspections:today")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for day in (20, 21, 22):
        make_visit(make_accepted(make_organization(parent=jing), campaign), visit.group, on=date(2021, 10, day))

    with django_assert_num_queries(len(one)):
        client.get(url)


# On the phone


def test_an_inspector_declares_a_conflict_for_the_own_visits_only(visit, miaoshou, campaign, inspector, signed_in):
    make_accepted(miaoshou, campaign)
    client, url = signed_in(inspector), reverse("inspections:declare_conflict")
    assert "庙首镇" not in client.get(url).content.decode()

    client.post(url, {"organization": miaoshou.pk, "reason": "亲属"})
    assert not DeclaredConflict.objects.exists()
    answer = client.post(url, {"organization": visit.application.organization_id, "reason": "亲属"}, follow=True)

    assert DeclaredConflict.objects.get().user == inspector
    assert "胡小验对桃花潭镇申报了回避" in answer.content.decode()


def test_today_shows_the_units_with_whom_to_ask(visit, inspector, signed_in):
    Application.objects.update(contact_name="章小明", contact_phone="0563-5000000")

    page = signed_in(inspector).get(reverse("inspections:today")).content.decode()

    assert "桃花潭镇" in page
    assert "章小明" in page
    assert "tel:0563-5000000" in page
    assert address("record", visit, "1.1") in page


def test_one_tap_records_full_points_and_leads_to_the_next_item(visit, item, inspector, signed_in):
    answer = signed_in(inspector).post(address("record", visit, "1.1"), record_fields())

    assert answer.url == address("record", visit, "2.1")
    assert Score.objects.get().points == 30


def test_the_last_item_leads_to_the_summary(visit, inspector, signed_in):
    assert signed_in(inspector).post(address("record", visit, "2.2"), record_fields()).url == address("summary", visit)


def test_a_blank_item_is_left_for_later(visit, item, inspector, signed_in):
    answer = signed_in(inspector).post(address("record", visit, "2.1"), record_fields(verdict="", go="previous"))

    assert answer.url == address("record", visit, "1.1")
    assert not Score.objects.exists()


def test_too_many_points_are_refused_and_the_text_stays(visit, item, inspector, signed_in):
    answer = signed_in(inspector).post(address("record", visit, "1.1"), record_fields(verdict="partly", points="30.5", reason="名单第三季度没有更新"))

    page = answer.content.decode()
    assert "超过了该项满分 30 分" in page
    assert "名单第三季度没有更新" in page
    assert 'value="30.5"' in page
    assert not Score.objects.exists()


def test_a_record_may_bring_the_id_and_the_time_of_the_device(visit, item, inspector, signed_in):
    key = "0a8f1de8-8a8b-4a0e-9a37-0b7c2d4d7d11"
    fields = record_fields(id=key, device_at="2021-10-20T09:59:00+08:00")
    client = signed_in(inspector)

    client.post(address("record", visit, "1.1"), fields)
    client.post(address("record", visit, "1.1"), fields)

    score = Score.objects.get()
    assert (str(score.pk), score.version, score.device_at) == (key, 1, moment(10, 20, 9, 59))


def test_the_page_shows_what_the_unit_claims_with_its_evidence(visit, item, inspector, clerk, signed_in):
    page = signed_in(inspector).get(address("record", visit, "1.1")).content.decode()

    assert item.text in page
    assert "已按要求完成。" in page
    assert "https://www.example.gov.cn/zwgk/1.html" in page


def test_evidence_is_handed_out_through_the_visit_only(visit, item, inspector, clerk, miaoshou, campaign, signed_in):
    blob = Blob.objects.create(sha256="a" * 64, size=3, media_type="application/pdf", extension="pdf", stored_at=AT)
    proofs = [
        Evidence.objects.create(response=response, kind="file", title="制度.pdf", blob=blob, added_at=AT, added_by=clerk)
        for response in (visit.application.responses.first(), make_accepted(miaoshou, campaign).responses.first())
    ]
    client = signed_in(inspector)

    assert client.get(address("evidence", visit, proofs[1].pk)).status_code == 404
    assert client.get(address("evidence", visit, proofs[0].pk)).status_code == 404  # its bytes are not there


def test_an_inspector_steps_through_the_evidence_of_an_item_and_comes_back_to_its_record(visit, item, inspector, second_inspector, clerk, miaoshou, campaign, signed_in):
    response = visit.application.responses.get(item=item)
    link = response.evidence.get()
    blob = Blob.objects.create(sha256="a" * 64, size=3, media_type="application/pdf", extension="pdf", stored_at=AT, picture_state="made", pages=2)
    proof = Evidence.objects.create(response=response, kind="file", title="制度.pdf", blob=blob, added_at=AT, added_by=clerk)
    foreign = make_accepted(miaoshou, campaign).responses.first().evidence.get()
    client = signed_in(inspector)

    shown = client.get(address("evidence_view", visit, proof.pk))

    assert shown.context["previous"] == address("evidence_view", visit, link.pk)
    assert shown.context["next_page"] == address("evidence_view", visit, proof.pk) + "?page=2"
    assert shown.context["picture"] == address("evidence", visit, proof.pk) + "?page=1"
    assert shown.context["back"] == address("record", visit, "1.1")
    assert address("evidence_view", visit, proof.pk) in client.get(address("record", visit, "1.1")).content.decode()
    assert client.get(address("evidence_view", visit, foreign.pk)).status_code == 404
    assert signed_in(clerk).get(address("evidence_view", visit, proof.pk)).status_code == 404


def test_inspectors_wait_for_the_scanner_and_the_one_who_took_a_photo_does_not(visit, item, inspector, second_inspector, officer, signed_in, settings):
    client = signed_in(inspector)
    client.post(address("record", visit, "1.1"), record_fields(photos=[picture()]))
    photo = SitePhoto.objects.get()
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    uploads.draw_pictures(photo.blob_id)
    address_of_photo = reverse("inspections:photo", args=[photo.pk])

    assert client.get(address_of_photo + "?preview").status_code == 200
    others = signed_in(officer)
    assert others.get(address_of_photo + "?preview").status_code == 202
    assert "还没有通过病毒检查" in others.get(address_of_photo, follow=True).content.decode()
    Blob.objects.update(scan_state="clean", scan_tried_at=AT)
    assert others.get(address_of_photo + "?preview").status_code == 200


def test_photos_come_with_the_record_and_are_kept_once(visit, item, inspector, clerk, signed_in):
    client = signed_in(inspector)
    client.post(address("record", visit, "1.1"), record_fields(verdict="partly", points="30", photos=[picture("#0a5c36"), picture("#90305c")]))
    client.post(address("record", visit, "1.1"), record_fields(verdict="partly", points="30", version="1", photos=[picture("#0a5c36")]))

    assert SitePhoto.objects.count() == 2
    assert Score.objects.get().verdict == "partly"
    photo = SitePhoto.objects.first()
    assert client.get(reverse("inspections:photo", args=[photo.pk]) + "?preview").status_code == 202  # the worker has not been
    uploads.draw_pictures(photo.blob_id)
    for query in ("?preview", "?page=1"):
        shown = client.get(reverse("inspections:photo", args=[photo.pk]) + query)
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert signed_in(clerk).get(reverse("inspections:photo", args=[photo.pk])).status_code == 404


def test_a_photo_sent_alone_comes_back_as_a_piece_and_keeps_the_id_of_the_device(visit, item, inspector, signed_in):
    key = "5b1c1e0c-55a6-4b3e-8c3d-3d6f62e1a7aa"
    fields = {"photos": picture(), "photo_id": key}

    answer = signed_in(inspector).post(address("add_photo", visit, "1.1"), fields, headers={"HX-Request": "true"})

    assert str(SitePhoto.objects.get().pk) == key
    assert "照片已保存" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_what_is_no_picture_is_refused_with_its_name_and_the_text_stays(visit, item, inspector, signed_in):
    file = BytesIO(b"MZ not a picture")
    file.name = "照片.jpg"

    answer = signed_in(inspector).post(address("record", visit, "1.1"), record_fields(reason="公示栏完好", photos=[file]))

    assert "照片.jpg：" in answer.content.decode()
    assert "公示栏完好" in answer.content.decode()
    assert not SitePhoto.objects.exists()


def test_a_photo_is_removed_by_whoever_took_it(visit, item, inspector, second_inspector, signed_in):
    signed_in(inspector).post(address("record", visit, "1.1"), record_fields(photos=[picture()]))
    url = reverse("inspections:remove_photo", args=[SitePhoto.objects.get().pk])

    assert signed_in(second_inspector).post(url).status_code == 403
    signed_in(inspector).post(url)

    assert SitePhoto.objects.present().count() == 0


def test_the_others_scores_are_not_shown_before_the_own_record(visit, item, inspector, second_inspector, signed_in):
    signed_in(inspector).post(address("record", visit, "1.1"), record_fields(verdict="partly", points="17", reason="缺少台账"))
    client = signed_in(second_inspector)

    assert "缺少台账" not in client.get(address("record", visit, "1.1")).content.decode()
    for name in ("talk", "visit"):
        assert "缺少台账" not in client.get(address(name, visit)).content.decode()
    client.post(address("record", visit, "1.1"), record_fields())
    assert "缺少台账" in client.get(address("talk", visit)).content.decode()


def test_the_summary_names_the_gaps_as_links(visit, inspector, signed_in):
    page = signed_in(inspector).get(address("summary", visit)).content.decode()

    assert "还差 3 项" in page
    assert f'href="{address("record", visit, "2.2")}"' in page


def test_signing_wants_the_own_password(visit, inspector, password, signed_in):
    make_findings(visit)
    client = signed_in(inspector)

    answer = client.post(address("sign", visit), {"password": "wrong"})
    assert "密码不正确，没有签字" in answer.content.decode()
    assert not Signature.objects.exists()
    client.post(address("sign", visit), {"password": password})

    assert Signature.objects.get().user == inspector


def test_the_record_shows_findings_signatures_and_unlockings(visit, inspector, second_inspector, officer, signed_in):
    make_findings(visit, lost=5)
    for user in (inspector, second_inspector):
        actions.sign_visit(visit, user, by=user, at=AT)
    sha256 = actions.lock_visit(visit, by=inspector, at=AT).findings_sha256
    client = signed_in(officer)
    assert sha256 in client.get(address("visit", visit)).content.decode()

    client.post(address("unlock", visit), {"reason": "得分抄错"})

    page = client.get(address("visit", visit)).content.decode()
    for text in ("更新不及时", "95.0", "得分抄错", "作废：市政务公开办解锁"):
        assert text in page
