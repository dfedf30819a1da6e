"""Files in pieces: what happens when answers are lost, pieces come twice, in any order, wrong or not at all, and who may send them."""

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, rules, uploads
from applications.models import Blob, Evidence, Upload, UploadPiece
from applications.tasks import sweep_temporary_files
from applications.tests import corpus
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
PIECE = 1000


@pytest.fixture(autouse=True)
def folders(settings, tmp_path, monkeypatch):
    """A store and a place for pieces of its own, and pieces so short that a small file has several."""
    settings.VAR, settings.UPLOADING = tmp_path, tmp_path / "uploading"
    evidence = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = settings.STORAGES | {"evidence": evidence}
    settings.UPLOADING.mkdir()
    (tmp_path / "store").mkdir()
    monkeypatch.setattr(uploads, "PIECE_SIZE", PIECE)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def response(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


@pytest.fixture
def content():
    """A photo of five pieces, the last of them short."""
    made = corpus.jpg(comment=corpus.noise(4000))
    assert len(made) % PIECE
    return made


class Device:
    """What the script in the page does, one request at a time."""

    def __init__(self, response, content, name="公示栏.jpg", key=None, client=None):
        self.response, self.content, self.name, self.key = response, content, name, key or str(uuid4())
        self.client = client or Client()
        self.numbers = range(-(-len(content) // PIECE))

    def start(self, **facts):
        address = reverse("applications:start_upload", args=[self.response.application_id, self.response.item.code])
        sha256 = hashlib.sha256(self.content).hexdigest()
        return self.client.post(address, {"id": self.key, "name": self.name, "size": len(self.content), "sha256": sha256} | facts)

    def piece(self, number, content=None, **headers):
        content = self.content[number * PIECE:(number + 1) * PIECE] if content is None else content
        headers = {"X-Piece-SHA256": hashlib.sha256(content).hexdigest()} | headers
        return self.client.post(reverse("applications:send_piece", args=[self.key, number]), content, content_type="application/octet-stream", headers=headers)

    def pieces(self, *numbers):
        return [self.piece(number).status_code for number in numbers or self.numbers]

    def finish(self):
        return self.client.post(reverse("applications:finish_upload", args=[self.key]))

    def cancel(self):
        return self.client.post(reverse("applications:cancel_upload", args=[self.key]))

    @property
    def row(self):
        return Upload.objects.get(pk=self.key)


@pytest.fixture
def device(client, clerk, response, content):
    client.force_login(clerk)
    return Device(response, content, client=client)


def on_their_way(settings):
    folder = Path(settings.UPLOADING) / "pieces"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def stored(sha256):
    with uploads.open_blob(sha256) as file:
        return file.read()


# The way it goes


def test_a_file_arrives_whole_and_the_answer_is_its_receipt(device, response, content, settings):
    state = device.start().json()
    assert (state["piece_size"], state["pieces"], state["item"]) == (PIECE, [], response.item.code)
    assert device.pieces() == [204] * len(device.numbers)
    answer = device.finish()

    evidence = Evidence.objects.get()
    sha256 = hashlib.sha256(content).hexdigest()
    assert answer.status_code == 200
    assert answer.json()["receipt"] == {
        "evidence": evidence.pk, "url": evidence.get_absolute_url(), "name": "公示栏.jpg", "size": len(content), "sha256": sha256, "at": "2021-09-27T10:32:00+08:00",
    }
    assert stored(sha256) == content
    assert (evidence.response, evidence.kind, evidence.title, evidence.added_by.username) == (response, "photo", "公示栏.jpg", "clerk")
    assert AuditEvent.objects.get(action="applications.attach").detail["sha256"] == sha256
    assert not UploadPiece.objects.exists()
    assert on_their_way(settings) == []


def test_a_browser_that_cannot_hash_leaves_its_claim_out_and_reads_the_servers(device, content):
    device.start(sha256="")
    for number in device.numbers:
        assert device.piece(number, **{"X-Piece-SHA256": ""}).status_code == 204

    assert device.finish().json()["receipt"]["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_file_shorter_than_a_piece_is_one_piece(device, client, response):
    small = Device(response, corpus.png(), "小.png", client=client)
    small.start()

    assert small.pieces() == [204]
    assert small.finish().status_code == 200


def test_a_file_may_name_a_checkpoint_of_its_item(device, response):
    own, foreign = response.item.checkpoints.get(), response.application.responses.in_order()[1].item.checkpoints.get()

    assert device.start(checkpoint=foreign.pk).status_code == 422
    device.start(checkpoint=own.pk)
    device.pieces()
    device.finish()

    assert Evidence.objects.get().checkpoint == own


# Lost answers, repeats, any order, nothing


def test_at_every_boundary_the_line_may_break_and_nothing_that_arrived_is_sent_again(device, content):
    """Each answer is lost: the device asks again from the start, learns what is there and sends the rest."""
    for number in device.numbers:
        state = device.start().json()
        assert state["pieces"] == list(range(number))
        assert device.piece(number).status_code == 204
    assert device.start().json()["pieces"] == list(device.numbers)
    first = device.finish().json()

    assert device.start().json() == first
    assert device.finish().json() == first
    assert device.piece(0).status_code == 204
    assert Evidence.objects.count() == 1
    assert stored(first["receipt"]["sha256"]) == content


def test_pieces_may_come_in_any_order_and_twice(device, content, settings):
    device.start()
    order = [*reversed(device.numbers), *device.numbers]

    assert device.pieces(*order) == [204] * len(order)
    assert UploadPiece.objects.count() == len(device.numbers)
    assert stored(device.finish().json()["receipt"]["sha256"]) == content
    assert on_their_way(settings) == []


@pytest.mark.parametrize("gap", range(5))
def test_a_missing_piece_is_named(device, gap):
    device.start()
    device.pieces(*[number for number in device.numbers if number != gap])

    answer = device.finish()

    assert answer.status_code == 409
    assert answer.json()["missing"] == [gap]
    device.pieces(gap)
    assert device.finish().status_code == 200


def test_a_wrong_piece_is_refused_and_can_be_sent_again(device, content):
    device.start()
    spoilt = b"\0" + content[1:PIECE]

    assert device.piece(0, spoilt, **{"X-Piece-SHA256": hashlib.sha256(content[:PIECE]).hexdigest()}).status_code == 422
    assert not UploadPiece.objects.exists()
    device.pieces()
    assert device.finish().status_code == 200


@pytest.mark.parametrize(("length", "status"), [(PIECE - 1, 422), (PIECE, 204), (PIECE + 1, 413), (0, 411)])
def test_a_piece_has_its_length_to_the_byte(device, length, status):
    device.start()

    assert device.piece(0, bytes(length)).status_code == status
    assert UploadPiece.objects.count() == (status == 204)


def test_there_is_no_piece_beyond_the_file(device):
    device.start()

    assert device.piece(len(device.numbers), b"x").status_code == 413
    assert device.piece(2**31, b"x").status_code == 413


def test_another_piece_in_the_same_place_is_a_conflict(device, content):
    device.start()
    device.piece(0)

    answer = device.piece(0, bytes(PIECE))

    assert answer.status_code == 409
    assert "被改动过" in answer.json()["problem"]
    device.pieces()
    assert stored(device.finish().json()["receipt"]["sha256"]) == content


def test_what_the_disk_spoilt_or_lost_is_asked_for_again(device, content, settings):
    device.start()
    device.pieces()
    path = Path(settings.UPLOADING) / "pieces" / device.key
    path.write_bytes(content[:PIECE] + b"\0" + content[PIECE + 1:])

    assert device.finish().json()["missing"] == [1]
    device.pieces(1)
    path.unlink()
    assert device.finish().json()["missing"] == list(device.numbers)
    device.pieces()

    assert stored(device.finish().json()["receipt"]["sha256"]) == content


def test_a_whole_that_is_not_what_was_announced_is_not_taken(device):
    device.start(sha256="0" * 64)
    device.pieces()

    answer = device.finish()

    assert answer.status_code == 409
    assert "被改动过" in answer.json()["problem"]
    assert not Blob.objects.exists()


def test_the_same_key_for_another_file_is_a_conflict(device, response):
    device.start()

    for facts in ({"size": 7}, {"name": "别的.jpg"}, {"sha256": "0" * 64}):
        assert device.start(**facts).status_code == 409
    other = Device(response.application.responses.in_order()[1], device.content, key=device.key, client=device.client)
    assert other.start().status_code == 409
    assert device.start().status_code == 200
    assert Upload.objects.count() == 1


def test_another_units_key_is_a_conflict_that_tells_nothing(device, miaoshou, other_clerk, campaign, client):
    device.start()
    theirs = Device(make_application(miaoshou, campaign, by=other_clerk).responses.in_order().first(), device.content, key=device.key)
    theirs.client.force_login(other_clerk)

    answer = theirs.start()

    assert answer.status_code == 409
    assert set(answer.json()) == {"problem"}


@pytest.mark.django_db(transaction=True)
def test_fifty_announcements_and_eight_finishes_at_once_are_one_file(device, clerk, content):
    def alone(act):
        client = Client()
        client.force_login(clerk)
        try:
            answer = act(Device(device.response, content, key=device.key, client=client))
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as senders:
        started = list(senders.map(alone, [Device.start] * 50))
        sent = list(senders.map(alone, [lambda one, number=number: one.piece(number) for number in [*device.numbers] * 3]))
        finished = list(senders.map(alone, [Device.finish] * 8))

    assert {status for status, _answer in started + finished} == {200}
    assert {status for status, _answer in sent} == {204}
    assert len({answer for _status, answer in started}) == len({answer for _status, answer in finished}) == 1
    assert (Upload.objects.count(), Evidence.objects.count(), Blob.objects.count(), UploadPiece.objects.count()) == (1, 1, 1, 0)


def test_a_finish_whose_bytes_went_with_another_finish_gives_the_same_answer(device, monkeypatch):
    """The other one wins after this one has seen all the pieces, before it opens the file."""
    device.start()
    device.pieces()
    opened = uploads.open_pieces

    def beaten(key):
        monkeypatch.setattr(uploads, "open_pieces", opened)
        actions.finish_upload(device.row, by=device.row.started_by, at=NOW)
        return opened(key)

    monkeypatch.setattr(uploads, "open_pieces", beaten)

    assert device.finish().status_code == 200
    assert Evidence.objects.count() == 1


# On disk before it is said


def test_a_piece_is_on_disk_before_its_row_and_the_row_before_the_answer(device, monkeypatch):
    device.start()
    steps = []
    fsync, create = os.fsync, UploadPiece.save
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append(("fsync", os.path.basename(os.readlink(f"/proc/self/fd/{number}")))), fsync(number)))
    monkeypatch.setattr(UploadPiece, "save", lambda self, **options: (steps.append(("row", self.number)), create(self, **options)))

    device.pieces(0, 1)

    assert steps == [("fsync", device.key), ("fsync", "pieces"), ("row", 0), ("fsync", device.key), ("row", 1)]


def test_a_full_disk_is_said_and_the_rest_goes_on_later(device, monkeypatch):
    device.start()
    device.pieces(0)
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: (_ for _ in ()).throw(OSError(28, "full")))

    answer = device.piece(1)

    assert answer.status_code == 507
    assert "存储空间不足" in answer.json()["problem"]
    assert UploadPiece.objects.count() == 1
    monkeypatch.setattr(os, "fsync", fsync)
    device.pieces()
    assert device.finish().status_code == 200


# What is taken


ONE_OF_EACH = {case.verdict: case for case in corpus.CORPUS if 0 < len(case.content) < 2**20}.values()


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=str)
def test_each_kind_of_file_gets_the_verdict_it_gets_in_one_go(case, device, client, response, monkeypatch):
    monkeypatch.setattr(uploads, "PIECE_SIZE", 2**20)
    one = Device(response, case.content, case.name, client=client)
    started = one.start()
    if started.status_code == 422:
        assert case.verdict not in uploads.KINDS
        assert not Upload.objects.exists()
        return
    client.post(reverse("applications:send_piece", args=[one.key, 0]), case.content, content_type="application/octet-stream")
    answer = one.finish()

    if case.verdict in uploads.KINDS:
        assert answer.json()["receipt"]["sha256"] == hashlib.sha256(case.content).hexdigest()
        assert Blob.objects.get().extension == case.verdict
    else:
        assert answer.status_code == 422
        with pytest.raises(uploads.Refused) as refused:
            uploads.inspect(io.BytesIO(case.content), case.name)
        assert answer.json()["refusal"] == one.row.refusal == str(refused.value)
        assert not Evidence.objects.exists()


def test_a_refused_file_is_gone_at_once_and_stays_refused(client, device, response, settings):
    bad = Device(response, corpus.png() + corpus.SCRIPT, "双.png", client=client)
    bad.start()
    bad.pieces()

    first, again = bad.finish(), bad.finish()

    assert first.status_code == again.status_code == 422
    assert first.json()["refusal"] == again.json()["refusal"] == "文件末尾附带了别的内容，请用原来的软件打开并另存一份，上传另存的文件"
    assert on_their_way(settings) == []
    assert not UploadPiece.objects.exists()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"name": "工具.exe"}, "不支持 .exe 文件"), ({"name": "无扩展名"}, "没有扩展名"), ({"size": 0}, "空文件"),
        ({"name": "x.php.jpg"}, "藏着 .php"), ({"id": "1"}, "刷新页面"), ({"size": -1}, "刷新页面"), ({"sha256": "no"}, "刷新页面"), ({"name": "a\0.jpg"}, "刷新页面"),
    ],
)
def test_what_can_be_refused_beforehand_is(device, facts, sentence):
    answer = device.start(**facts)

    assert answer.status_code == 422
    assert sentence in answer.json()["problem"]
    assert not Upload.objects.exists()


def test_the_largest_file_is_taken_and_a_byte_more_is_not(device, content, settings):
    settings.EVIDENCE_MAX_FILE = len(content) - 1
    assert "文件超过" in device.start().json()["problem"]

    settings.EVIDENCE_MAX_FILE += 1
    device.start()
    device.pieces()
    assert device.finish().status_code == 200


def test_what_is_on_its_way_counts_to_the_byte(device, client, response, content, settings):
    settings.EVIDENCE_MAX_APPLICATION = 2 * len(content) - 1
    device.start()
    second = Device(response, content[::-1], "二.jpg", client=client)

    answer = second.start()

    assert answer.status_code == 422
    assert "没有传完的文件也计算在内" in answer.json()["problem"]
    settings.EVIDENCE_MAX_APPLICATION += 1
    assert second.start().status_code == 200


def test_an_application_has_so_many_files_on_their_way(device, client, response, content, monkeypatch):
    monkeypatch.setattr(rules.evidence, "MOST_UNFINISHED", 2)
    device.start()
    second, third = (Device(response, content + bytes([number]), f"{number}.jpg", client=client) for number in (2, 3))

    assert second.start().status_code == 200
    assert "没有传完的文件已有 2 个" in third.start().json()["problem"]
    assert device.start().status_code == 200
    device.cancel()
    assert third.start().status_code == 200


def test_a_name_is_only_a_label_here_too(device):
    device.start(name="..\\..\\a\u202e/公示\u200b栏.jpg")

    assert device.row.name == "公示栏.jpg"


# The same bytes


def test_bytes_this_application_holds_need_not_travel(device, client, response, content):
    device.start()
    device.pieces()
    device.finish()
    other = Device(response.application.responses.in_order()[1], content, "另一个名字.jpg", client=client)

    answer = other.start().json()

    assert answer["receipt"]["name"] == "另一个名字.jpg"
    assert other.start().json() == answer
    assert Evidence.objects.count() == 2
    assert Blob.objects.count() == 1
    assert rules.used_bytes(response.application) == len(content)


def test_the_same_file_is_not_announced_twice_in_one_item(device, client, response, content):
    device.start()
    device.pieces()
    device.finish()

    answer = Device(response, content, client=client).start()

    assert answer.status_code == 422
    assert "不用重复上传" in answer.json()["problem"]


def test_nobody_learns_what_another_unit_holds(device, miaoshou, other_clerk, campaign, content):
    theirs = Device(make_application(miaoshou, campaign, by=other_clerk).responses.in_order().first(), content)
    theirs.client.force_login(other_clerk)
    theirs.start()
    theirs.pieces()
    theirs.finish()

    answer = device.start().json()

    assert answer["pieces"] == []
    assert "receipt" not in answer


# Who, and when


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 404), ("officer", 404), ("auditor", 404), ("other_clerk", 404), ("bureau_clerk", 404), ("nobody", 404), ("colleague", 204)])
def test_only_the_unit_knows_of_a_file_on_its_way(person, status, request, device, content):
    device.start()
    stranger = Device(device.response, content, key=device.key)
    stranger.client.force_login(request.getfixturevalue(person))

    assert stranger.piece(0).status_code == status
    assert stranger.cancel().status_code == status
    assert Upload.objects.exists() == (status == 404)


def test_the_page_asks_for_what_its_person_left_unfinished(client, device, colleague, content):
    device.start()
    device.pieces(0, 2)
    address = reverse("applications:unfinished_uploads", args=[device.response.application_id])

    answer = client.get(address).json()
    assert answer["token"]
    assert [(one["id"], one["pieces"], one["name"]) for one in answer["uploads"]] == [(device.key, [0, 2], "公示栏.jpg")]
    client.force_login(colleague)
    assert client.get(address).json()["uploads"] == []
    client.force_login(device.row.started_by)
    device.pieces()
    device.finish()
    assert client.get(address).json()["uploads"] == []


@pytest.mark.parametrize("person", ["county_clerk", "officer", "auditor"])
def test_who_only_reads_an_application_sends_nothing(person, request, device, content):
    reader = Device(device.response, content)
    reader.client.force_login(request.getfixturevalue(person))

    assert reader.start().status_code == 403


def test_the_list_does_not_ask_more_for_more(client, device, response, content, django_assert_max_num_queries):
    address = reverse("applications:unfinished_uploads", args=[response.application_id])
    for number in range(12):
        one = Device(response, content + bytes([number]), f"{number}.jpg", client=client)
        one.start()
        one.pieces(0)

    with django_assert_max_num_queries(9):
        assert len(client.get(address).json()["uploads"]) == 12


def test_an_application_that_was_sent_takes_no_more_files(device, response):
    device.start()
    device.pieces()
    type(response.application).objects.filter(pk=response.application_id).update(status="with_county")

    answer = device.finish()

    assert answer.status_code == 409
    assert "待县级审核" in answer.json()["problem"]
    assert not Blob.objects.exists()
    type(response.application).objects.filter(pk=response.application_id).update(status="draft")
    assert device.finish().status_code == 200


# Given up


def test_what_is_given_up_is_gone_and_can_be_begun_anew(device, settings):
    device.start()
    device.pieces(0)

    assert device.cancel().status_code == 204
    assert (Upload.objects.count(), on_their_way(settings)) == (0, [])
    assert device.piece(1).status_code == device.finish().status_code == device.cancel().status_code == 404
    assert device.start().json()["pieces"] == []


def test_what_became_evidence_is_not_given_up(device):
    device.start()
    device.pieces()
    device.finish()

    assert device.cancel().status_code == 204
    assert device.row.evidence == Evidence.objects.get()


def test_a_piece_that_comes_after_giving_up_leaves_nothing(device, settings, monkeypatch):
    """It was read while the other request deleted the row."""
    device.start()
    row = device.row
    device.cancel()

    actions.receive_piece(row, 0, device.content[:PIECE], at=NOW)

    assert on_their_way(settings) == []
    assert not UploadPiece.objects.exists()


def test_uploads_nobody_touched_for_a_day_go_and_others_stay(device, client, response, content, settings):
    device.start()
    device.pieces(0)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        young = Device(response, content[::-1], "二.jpg", client=client)
        young.start()
        young.pieces(0)
    stray = Path(settings.UPLOADING) / "pieces" / "stray"
    for path in (stray, stray.with_name(device.key), stray.with_name(young.key)):
        path.touch()
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    sweep_temporary_files(NOW + timedelta(hours=24) - timedelta(seconds=1))
    assert on_their_way(settings) == sorted([device.key, young.key, "stray"])
    sweep_temporary_files(NOW + timedelta(hours=24))

    assert on_their_way(settings) == [young.key]
    assert Upload.objects.get() == young.row


@pytest.mark.parametrize("touch", [Device.start, lambda one: one.piece(1), Device.finish], ids=["announced again", "a piece", "a finish too early"])
def test_an_upload_in_use_is_not_abandoned(device, touch):
    device.start()
    device.pieces(0)
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):
        device.client.force_login(device.row.started_by)
        touch(device)

    sweep_temporary_files(NOW + timedelta(hours=25))

    assert device.row.pieces.exists()


def test_refused_files_are_forgotten_and_evidence_is_not(device, client, response):
    bad = Device(response, corpus.png() + corpus.SCRIPT, "双.png", client=client)
    for one in (bad, device):
        one.start()
        one.pieces()
        one.finish()

    sweep_temporary_files(NOW + timedelta(hours=24))

    assert Upload.objects.get() == device.row


# Another item, the same file


@pytest.fixture
def attached(device, response):
    device.start()
    device.pieces()
    device.finish()
    return Evidence.objects.get()


def test_a_file_proves_another_item_without_a_second_copy(client, attached, response, content):
    other = response.application.responses.in_order()[1]
    address = reverse("applications:reuse_file", args=[other.application_id, other.item.code])

    assert "公示栏.jpg" in client.get(address).content.decode()
    answer = client.post(address, {"files": [attached.pk]})

    assert answer.status_code == 302
    assert other.evidence.get().blob == attached.blob
    assert Blob.objects.count() == 1
    assert "公示栏.jpg" not in client.get(address).content.decode()
    assert AuditEvent.objects.filter(action="applications.attach").count() == 2


def test_nothing_chosen_is_said(client, attached, response):
    other = response.application.responses.in_order()[1]

    answer = client.post(reverse("applications:reuse_file", args=[other.application_id, other.item.code]), {})

    assert answer.status_code == 422
    assert "还没有选择文件" in answer.content.decode()


def test_only_files_of_the_same_application_are_offered_and_taken(client, attached, miaoshou, other_clerk, campaign):
    theirs = make_application(miaoshou, campaign, by=other_clerk).responses.in_order().first()
    client.force_login(other_clerk)
    address = reverse("applications:reuse_file", args=[theirs.application_id, theirs.item.code])

    assert "公示栏.jpg" not in client.get(address).content.decode()
    assert client.post(address, {"files": [attached.pk]}).status_code == 422
    with pytest.raises(NotAllowed, match="已经没有文件"):
        actions.reuse_file(theirs, attached, by=other_clerk, at=NOW)
    assert not theirs.evidence.exists()


def test_a_file_taken_away_meanwhile_is_not_reused(attached, response, clerk):
    actions.remove_evidence(attached, by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="已经没有文件"):
        actions.reuse_file(response.application.responses.in_order()[1], attached, by=clerk, at=NOW)


def test_each_content_is_offered_once_however_many_items_it_proves(client, attached, response, clerk, django_assert_max_num_queries):
    second, third = response.application.responses.in_order()[1:3]
    actions.reuse_file(second, attached, by=clerk, at=NOW)

    assert [file.pk for file in rules.reusable_files(third)] == [attached.pk]
    assert list(rules.reusable_files(second)) == []


def test_the_piece_of_the_page_shows_what_is_there_now(client, attached, response):
    page = client.get(reverse("applications:files", args=[response.application_id, response.item.code]), headers={"HX-Request": "true"}).content.decode()

    assert "公示栏.jpg" in page
    assert "<html" not in page
    assert 'id="files"' in page
