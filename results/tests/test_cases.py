"""典型案例: drafted by the named unit, shown only with its consent, off again the moment it is withdrawn."""

from io import BytesIO

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_user
from applications.models import Blob
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules, tasks
from results.models import CasePhoto, Naming, TypicalCase
from results.tests.factories import make_case, make_naming, make_photo_file

AT = moment(11, 20, 10)
WORDS = {"title": "村务公开进祠堂", "body": "把公开栏搬进祠堂门厅，群众看得见。"}


@pytest.fixture
def naming(campaign, taohuatan):
    return make_naming(make_application(taohuatan, campaign, "accepted"))


@pytest.fixture
def draft(naming, clerk):
    return make_case(naming, "draft", by=clerk)


@pytest.fixture
def offered(naming, clerk):
    return make_case(naming, "offered", by=clerk)


@pytest.fixture
def published(naming, clerk):
    return make_case(naming, by=clerk)


def is_public(client, case):
    client.logout()
    listed = reverse("results:public_case", args=[case.pk]) in client.get(reverse("results:public_case_list")).content.decode()
    page = client.get(reverse("results:public_case", args=[case.pk])).status_code
    photos = {client.get(reverse("results:public_case_photo", args=[photo.pk])).status_code for photo in case.photos.all()}
    assert (listed, page, photos) in [(True, 200, {200}), (False, 404, {404})], (listed, page, photos)
    return listed


def test_from_the_first_word_to_the_public_page(client, naming, clerk, officer):
    client.force_login(clerk)
    client.post(reverse("results:start_case", args=[naming.pk]))
    case = TypicalCase.objects.get()
    address = reverse("results:case", args=[case.pk])
    client.post(address, WORDS | {"version": 1, "photo": make_photo_file(), "caption": "祠堂门厅的公开栏"})
    case.refresh_from_db()
    assert (case.title, case.photos.get().caption, case.state) == (WORDS["title"], "祠堂门厅的公开栏", "draft")
    assert not is_public(client, case)

    client.force_login(clerk)
    answer = client.post(address, WORDS | {"version": case.version, "consent": "1", "agreed": "on"}, follow=True)
    case.refresh_from_db()
    assert "已同意公开，报送市政务公开办" in answer.content.decode()
    assert (case.state, case.consented_by) == ("offered", clerk)
    assert not is_public(client, case)

    Blob.objects.update(picture_state="made", pages=1)  # what the worker does meanwhile
    client.force_login(officer)
    client.post(reverse("results:publish_case", args=[case.pk]))
    case.refresh_from_db()
    assert (case.state, case.published_by) == ("published", officer)
    page = client.get(reverse("results:public_case", args=[case.pk])).content.decode()
    assert WORDS["body"] in page
    assert 'alt="祠堂门厅的公开栏"' in page
    assert clerk.name not in page
    kinds = [event.action.removeprefix("results.") for event in AuditEvent.objects.filter(action__startswith="results.").order_by("number")]
    assert kinds == ["start_case", "save_case", "add_case_photo", "consent_to_case", "publish_case"]


def test_withdrawing_consent_takes_the_case_off_at_once(client, published, clerk):
    assert is_public(client, published)

    client.force_login(clerk)
    client.post(reverse("results:withdraw_case_consent", args=[published.pk]))

    assert not is_public(client, published)
    published.refresh_from_db()
    assert (published.state, published.consented_at, published.published_at, published.title) == ("draft", None, None, "村务公开进祠堂")
    assert AuditEvent.objects.get(action="results.withdraw_case_consent").by == clerk


def test_the_office_takes_off_with_a_reason_the_unit_reads(client, published, officer, clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)
    assert client.post(reverse("results:return_case", args=[published.pk]), {"reason": ""}).status_code == 422
    assert is_public(client, published)

    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:return_case", args=[published.pk]), {"reason": "照片里有人脸，请换一张"})

    assert not is_public(client, published)
    assert Message.objects.get(user=clerk).body == "照片里有人脸，请换一张"
    client.force_login(clerk)
    assert "照片里有人脸，请换一张" in client.get(reverse("accounts:inbox")).content.decode()
    assert "照片里有人脸，请换一张" in client.get(reverse("results:case", args=[published.pk])).content.decode()


def test_a_case_of_a_withdrawn_title_is_no_longer_shown(client, published, lead):
    Naming.objects.update(withdrawn_at=AT, withdrawn_by=lead, withdrawn_reason="弄虚作假")

    assert not is_public(client, published)


def test_what_was_consented_to_stands_still(offered, clerk):
    with pytest.raises(NotAllowed, match="先撤回同意"):
        actions.save_case(offered, base_version=1, **WORDS, by=clerk, at=AT)
    with pytest.raises(NotAllowed, match="先撤回同意"):
        actions.add_case_photo(offered, make_photo_file("red"), "另一张", by=clerk, at=AT)
    with pytest.raises(NotAllowed, match="先撤回同意"):
        actions.remove_case_photo(offered.photos.get(), by=clerk, at=AT)

    assert offered.photos.count() == 1


def test_two_people_with_one_draft_do_not_overwrite_each_other(client, draft, clerk, colleague):
    actions.save_case(draft, base_version=1, title="先保存的", body="甲写的", by=colleague, at=AT)

    client.force_login(clerk)
    answer = client.post(reverse("results:case", args=[draft.pk]), {"title": "后保存的", "body": "乙写的", "version": 1})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "别人刚刚改过" in page
    assert "乙写的" in page
    assert "甲写的" in page
    draft.refresh_from_db()
    assert draft.body == "甲写的"


def test_consent_is_to_what_the_person_saw(draft, clerk, colleague):
    """A photo that a colleague added meanwhile is not consented to."""
    actions.add_case_photo(draft, make_photo_file("red"), "另一张", by=colleague, at=AT)

    with pytest.raises(NotAllowed, match="别人刚刚改过"):
        actions.consent_to_case(draft, base_version=1, by=clerk, at=AT)


def test_without_the_tick_there_is_no_consent(client, draft, clerk):
    client.force_login(clerk)

    answer = client.post(reverse("results:case", args=[draft.pk]), WORDS | {"version": 1, "consent": "1"})

    assert answer.status_code == 422
    assert "请先勾选" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize(("fields", "photos", "words"), [
    ({"title": ""}, 1, "请写标题"), ({"body": ""}, 1, "请写正文"), ({}, 0, "请至少添加一张照片"), ({"body": "字" * 501}, 1, "正文超出 1 字"),
    ({"body": "联系人 13905630000"}, 1, "手机号码"), ({"title": "邮箱 zhang.san@example.com"}, 1, "个人邮箱"),
])
def test_what_keeps_a_case_from_being_offered(naming, clerk, fields, photos, words):
    case = make_case(naming, "draft", by=clerk, photos=photos, **fields)

    with pytest.raises(NotAllowed, match=words):
        actions.consent_to_case(case, base_version=1, by=clerk, at=AT)


def test_five_hundred_characters_are_few_enough(naming, clerk):
    case = make_case(naming, "draft", by=clerk, body="字" * 500)

    assert actions.consent_to_case(case, base_version=1, by=clerk, at=AT).state == "offered"


def test_personal_data_in_a_caption_is_found_too(offered, officer):
    offered.photos.update(caption="公示栏，联系人 13905630000")

    with pytest.raises(NotAllowed, match="手机号码"):
        actions.publish_case(offered, by=officer, at=AT)


def test_six_photos_and_no_more(naming, clerk):
    case = make_case(naming, "draft", by=clerk, photos=5)

    actions.add_case_photo(case, make_photo_file("red"), "第六张", by=clerk, at=AT)
    with pytest.raises(NotAllowed, match="最多 6 张"):
        actions.add_case_photo(case, make_photo_file("green"), "第七张", by=clerk, at=AT)
    case.refresh_from_db()
    actions.remove_case_photo(case.photos.first(), by=clerk, at=AT)

    assert case.photos.count() == 5


def test_a_photo_is_a_picture_and_has_a_caption(client, draft, clerk):
    client.force_login(clerk)
    address = reverse("results:case", args=[draft.pk])
    table = make_photo_file(name="名单.pdf")

    assert "请写一句照片说明" in client.post(address, WORDS | {"version": 1, "photo": make_photo_file("red"), "caption": ""}).content.decode()
    draft.refresh_from_db()
    answer = client.post(address, WORDS | {"version": draft.version, "photo": table, "caption": "名单"})
    assert answer.status_code == 422
    assert "id_photo" in answer.content.decode()
    assert draft.photos.count() == 1


def test_a_photo_that_is_not_ready_keeps_the_case_back(offered, officer):
    Blob.objects.update(picture_state="pending", pages=None)

    with pytest.raises(NotAllowed, match="还没有处理好"):
        actions.publish_case(offered, by=officer, at=AT)


def test_the_public_sees_a_picture_drawn_anew_without_a_place(client, published):
    photo = published.photos.get()
    original = Image.open(make_photo_file())
    assert original.getexif()[0x010F] == "Phonemaker"
    assert original.getexif().get_ifd(0x8825)

    for query in ("", "?small"):
        answer = client.get(reverse("results:public_case_photo", args=[photo.pk]) + query)
        picture = Image.open(BytesIO(answer.content))
        assert answer["Content-Type"] == "image/jpeg"
        assert "no-store" in answer["Cache-Control"]
        assert not picture.getexif()
        assert b"Phonemaker" not in answer.content
        assert b"Exif" not in answer.content


def test_a_unit_tells_only_of_its_own_standing_title(client, naming, clerk, other_clerk, lead):
    client.force_login(other_clerk)
    assert client.post(reverse("results:start_case", args=[naming.pk])).status_code == 404

    Naming.objects.update(withdrawn_at=AT, withdrawn_by=lead, withdrawn_reason="弄虚作假")
    client.force_login(clerk)
    assert client.post(reverse("results:start_case", args=[naming.pk])).status_code == 404
    with pytest.raises(NotAllowed, match="命名已经撤销"):
        actions.start_case(Naming.objects.get(), by=clerk, at=AT)
    assert not TypicalCase.objects.exists()


def test_strangers_and_other_units_find_nothing(client, draft, other_clerk, inspector):
    for person in (other_clerk, inspector):
        client.force_login(person)
        assert client.get(reverse("results:case", args=[draft.pk])).status_code == 404
        assert client.get(reverse("results:case_photo", args=[draft.photos.get().pk])).status_code == 404
    client.force_login(inspector)
    assert client.get(reverse("results:case_list")).status_code == 403


def test_the_office_publishes_and_never_writes(client, draft, officer):
    client.force_login(officer)

    assert client.post(reverse("results:case", args=[draft.pk]), WORDS | {"version": 1}).status_code == 403
    assert client.post(reverse("results:withdraw_case_consent", args=[draft.pk])).status_code == 403
    client.post(reverse("results:publish_case", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_officer_of_the_unit_does_not_publish_its_case(client, offered, taohuatan):
    client.force_login(make_user("兼职", taohuatan, ["office"]))

    assert client.post(reverse("results:publish_case", args=[offered.pk])).status_code == 403


def test_the_office_finds_what_waits(client, offered, officer):
    client.force_login(officer)

    assert f"审看{offered.organization}的典型案例" in client.get(reverse("overview")).content.decode()
    assert rules.case_todos(officer)[0].url == reverse("results:case", args=[offered.pk])


def test_the_database_shows_nothing_without_consent(published):
    with pytest.raises(IntegrityError):
        TypicalCase.objects.filter(pk=published.pk).update(consented_at=None, consented_by=None)


def test_a_message_that_was_lost_is_sent_by_the_next_sweep_once(offered, published, draft, officer):
    at = moment(11, 20, 12)
    tasks.sweep_cases(at)
    tasks.sweep_cases(at)

    assert Message.objects.filter(user=officer, title__contains="报送了典型案例").count() == 1
    assert Message.objects.filter(title__contains="已发布").count() == 1
    assert not Message.objects.filter(title__contains="被退回").exists()


@pytest.mark.parametrize("name", ["results:case_list", "results:public_case_list"])
def test_lists_ask_as_much_for_many_cases_as_for_one(client, naming, officer, name, published):
    client.force_login(officer)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    for number in range(4):
        make_case(naming, title=f"案例 {number}")

    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse(name)).content.decode()

    assert "案例 3" in page
    assert len(many) == len(one)
    assert CasePhoto.objects.count() == 5
