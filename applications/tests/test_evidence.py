"""Files, photos and links: what is taken, what is refused beside it, who may fetch it."""

import hashlib
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent
from applications import actions, rules, uploads
from applications.models import Blob, Evidence
from applications.tests.factories import make_application, make_link
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)


def png(colour="red", size=(8, 8)):
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def upload(content, name="公示栏.png"):
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def response(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


@pytest.fixture
def evidence(response, clerk):
    return actions.attach_file(response, upload(png()), "公示栏.png", by=clerk, at=NOW)


def add(client, response, files, **fields):
    address = reverse("applications:add_file", args=[response.application_id, response.item.code])
    return client.post(address, {"file-files": files} | fields)


def test_one_bad_file_keeps_the_good_ones_and_says_why(client, clerk, response):
    client.force_login(clerk)

    answer = add(client, response, [upload(png()), upload(b"MZ\x90", "工具.exe"), upload(png("blue"), "照片二.png")])

    html = answer.content.decode()
    assert answer.status_code == 422
    assert sorted(Evidence.objects.values_list("title", flat=True)) == ["公示栏.png", "照片二.png"]
    assert "“工具.exe”没有上传：不支持 .exe 文件" in html
    assert "公示栏.png" in html


def test_the_text_typed_beside_a_file_is_saved_with_it(client, clerk, response):
    client.force_login(clerk)

    answer = add(client, response, [upload(png())], version=0, self_verdict="met", narrative="边写边传。", self_score="")

    assert answer.status_code == 302
    response.refresh_from_db()
    assert (response.narrative, response.evidence.count()) == ("边写边传。", 1)


def test_a_stale_text_beside_a_file_is_given_back_and_the_file_stays(client, clerk, colleague, response):
    actions.save_response(response, base_version=0, verdict="met", score=None, narrative="同事写的。", by=colleague, at=NOW)
    client.force_login(clerk)

    answer = add(client, response, [upload(png())], version=0, self_verdict="met", narrative="我写的。", self_score="")

    html = answer.content.decode()
    assert "同事写的。" in html
    assert "我写的。" in html
    assert response.evidence.count() == 1


def test_the_same_bytes_are_stored_once_and_stand_once_in_an_item(response, clerk, evidence):
    other = response.application.responses.in_order()[1]

    with pytest.raises(NotAllowed, match="不用重复上传"):
        actions.attach_file(response, upload(png()), "另一个名字.png", by=clerk, at=NOW)
    actions.attach_file(other, upload(png()), "公示栏.png", by=clerk, at=NOW)

    assert Blob.objects.get().sha256 == hashlib.sha256(png()).hexdigest()
    assert Evidence.objects.count() == 2
    assert rules.used_bytes(response.application) == len(png())


def test_an_application_has_room_for_so_many_bytes(settings, response, clerk):
    first, second = png("red"), png("blue", (9, 9))
    settings.EVIDENCE_MAX_APPLICATION = len(first) + len(second) - 1
    actions.attach_file(response, upload(first), "一.png", by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="全部文件合计不能超过"):
        actions.attach_file(response, upload(second), "二.png", by=clerk, at=NOW)
    settings.EVIDENCE_MAX_APPLICATION += 1
    actions.attach_file(response, upload(second), "二.png", by=clerk, at=NOW)

    assert Evidence.objects.count() == 2


def test_a_link_is_checked_for_shape_and_added_once(client, clerk, response):
    client.force_login(clerk)
    address = reverse("applications:add_link", args=[response.application_id, response.item.code])

    for wrong in ("不是网址", "javascript:alert(1)", "ftp://www.example.gov.cn/1"):
        answer = client.post(address, {"link-url": wrong})
        assert answer.status_code == 422
        assert "网址不完整" in answer.content.decode()
    assert client.post(address, {"link-url": "https://www.example.gov.cn/1.html", "link-title": "专栏"}).status_code == 302
    again = client.post(address, {"link-url": "https://www.example.gov.cn/1.html"}, headers={"HX-Request": "true"})

    assert "不用重复添加" in again.content.decode()
    assert Evidence.objects.get().title == "专栏"


def test_evidence_may_name_a_checkpoint_of_its_own_item_only(response, clerk):
    own = response.item.checkpoints.get()
    foreign = response.application.responses.in_order()[1].item.checkpoints.get()

    assert actions.attach_link(response, "https://a.example.cn/", "甲", checkpoint=own, by=clerk, at=NOW).checkpoint == own
    with pytest.raises(NotAllowed, match="不属于本项"):
        actions.attach_link(response, "https://b.example.cn/", "乙", checkpoint=foreign, by=clerk, at=NOW)


def test_removing_can_be_undone(client, clerk, evidence):
    client.force_login(clerk)

    client.post(reverse("applications:remove_evidence", args=[evidence.pk]))
    evidence.refresh_from_db()
    assert evidence.removed_by == clerk
    page = client.get(evidence.response.get_absolute_url()).content.decode()
    assert "已移除 公示栏.png" in page
    client.post(reverse("applications:restore_evidence", args=[evidence.pk]))

    evidence.refresh_from_db()
    assert evidence.removed_at is None


def test_a_removed_file_whose_bytes_came_back_is_not_restored_twice(evidence, clerk):
    actions.remove_evidence(evidence, by=clerk, at=NOW)
    actions.attach_file(evidence.response, upload(png()), "新.png", by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="已经有同样的文件"):
        actions.restore_evidence(evidence, by=clerk, at=NOW)


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        ("clerk", True), ("colleague", True), ("county_clerk", True), ("officer", True), ("auditor", True),
        ("other_clerk", False), ("bureau_clerk", False), ("other_county_clerk", False), ("inspector", False), ("administrator", False), ("nobody", False),
    ],
)
def test_a_file_is_fetched_by_those_who_see_its_application(person, sees, request, client, evidence):
    uploads.draw_pictures(evidence.blob_id)
    client.force_login(request.getfixturevalue(person))

    for name, *more in (["evidence"], ["evidence_preview"], ["evidence_picture", 1], ["evidence_view"], ["evidence_findings"]):
        answer = client.get(reverse(f"applications:{name}", args=[evidence.pk, *more]))
        if answer.streaming:
            b"".join(answer.streaming_content)
        assert answer.status_code == (200 if sees else 404), name
    assert AuditEvent.objects.filter(action="applications.download").exists() == sees


def test_the_download_is_the_original_with_safe_headers(client, clerk, evidence):
    client.force_login(clerk)

    answer = client.get(reverse("applications:evidence", args=[evidence.pk]))

    assert b"".join(answer.streaming_content) == png()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_link_has_no_bytes_to_fetch(client, clerk, response):
    link = make_link(response, by=clerk)
    client.force_login(clerk)

    assert client.get(reverse("applications:evidence", args=[link.pk])).status_code == 404


@pytest.mark.parametrize("name", ["remove_evidence", "restore_evidence"])
@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("auditor", 403), ("other_clerk", 404), ("nobody", 404)])
def test_only_the_unit_takes_its_evidence_away(name, person, status, request, client, evidence):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse(f"applications:{name}", args=[evidence.pk])).status_code == status
    evidence.refresh_from_db()
    assert evidence.removed_at is None


def test_nothing_is_added_to_what_was_sent(campaign, taohuatan, clerk):
    sent = make_application(taohuatan, campaign, "with_county").responses.first()

    with pytest.raises(NotAllowed, match="待县级审核"):
        actions.attach_file(sent, upload(png()), "一.png", by=clerk, at=NOW)
    assert not Blob.objects.exists()
