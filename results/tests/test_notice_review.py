"""保密审查: what the scanner finds is decided by a person, and only words that passed go out (S-35)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Message
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules
from results.models import NoticeReview
from results.privacy import masked_page, noticed, personal_places
from results.tests.factories import make_confirmed, make_notice, make_scored

NOW, TODAY = moment(11, 3, 10), date(2021, 11, 3)
MOBILE = "联系人手机 13905630000"
MAY_STAND = {"phone": ("publishable", "是值班用的公开手机")}


@pytest.fixture
def draft(campaign, officer):
    units = [make_scored("市财政局", campaign, 90, kind="bureau")]
    make_confirmed(units)
    return make_notice(units, by=officer)


def say(notice, words):
    notice.body = f"现予公示。{words}"
    notice.save()
    return notice


@pytest.mark.parametrize(("text", "kind"), [
    ("手机 13905630000", "phone"), ("１３９０５６３００００", "phone"), ("139-0563-0000", "phone"), ("+8613905630000", "phone"),
    ("身份证 11010519491231002X", "identity"), ("卡号 6222 0212 3456 7890 128", "bank_card"), ("邮箱 zhang.san@example.com", "mail"),
    ("内部资料，注意保存", "secret"),
])
def test_the_scanner_notices(text, kind):
    assert [found.kind for found in noticed(text, TODAY)] == [kind]


@pytest.mark.parametrize("text", ["0563-3020000", "2021年11月3日", "110105194912310021", "宣政办秘〔2021〕43号", "xxgk@xuancheng.gov.cn", "6222021234567890123"])
def test_office_numbers_are_no_personal_data(text):
    assert noticed(text, TODAY) == []
    assert personal_places(text, TODAY) == []


@pytest.mark.parametrize(("text", "shown"), [
    ("电话13905630000。", "电话139******00。"), ("电话１３９０５６３００００。", "电话１３９******００。"), ("卡 6222 0212 3456 7890 128", "卡 622* **** **** **** *28"),
    ("证 11010519491231002X", "证 110*************2X"), ("<a href='tel:139-0563-0000'>", "<a href='tel:139-****-**00'>"), ("写信到 zhang.san@example.com", "写信到 zha**.***@*******.*om"),
])
def test_a_page_loses_the_middle_of_what_is_personal(text, shown):
    assert masked_page(text, TODAY, set()) == (shown, 1)


def test_nobody_publishes_what_nobody_reviewed(draft, lead):
    with pytest.raises(NotAllowed, match="还没有保密审查"):
        actions.publish_notice(draft, by=lead, at=NOW)


def test_a_finding_needs_a_decision_and_the_decision_is_recorded(draft, second_officer, lead):
    say(draft, MOBILE)

    with pytest.raises(NotAllowed, match=r"请决定疑似手机号码“139\*{4}0000”能不能公开"):
        actions.review_notice(draft, "passed", by=second_officer, at=NOW)
    with pytest.raises(NotAllowed, match="为什么可以公开"):
        actions.review_notice(draft, "passed", {"phone": ("publishable", " ")}, by=second_officer, at=NOW)
    with pytest.raises(NotAllowed, match="要修改，不能通过"):
        actions.review_notice(draft, "passed", {"phone": ("change", "")}, by=second_officer, at=NOW)
    assert not NoticeReview.objects.exists()
    review = actions.review_notice(draft, "passed", MAY_STAND, by=second_officer, at=NOW)

    assert review.findings == [{"kind": "phone", "excerpt": "139****0000", "count": 1, "decision": "publishable", "reason": "是值班用的公开手机"}]
    event = AuditEvent.objects.get(action="results.review_notice", by=second_officer)
    assert event.detail["findings"] == review.findings
    assert "13905630000" not in str(event.detail)
    assert actions.publish_notice(draft, by=lead, at=NOW).checked_by == second_officer


@pytest.mark.parametrize(("words", "kind"), [("身份证 11010519491231002X", "identity"), ("卡号 6222 0212 3456 7890 128", "bank_card")])
def test_no_reason_makes_an_identity_number_or_a_bank_card_public(draft, second_officer, lead, words, kind):
    say(draft, words)

    with pytest.raises(NotAllowed, match="不能公开，请退回修改"):
        actions.review_notice(draft, "passed", {kind: ("publishable", "本人同意")}, by=second_officer, at=NOW)
    with pytest.raises(NotAllowed, match="不能公开，请修改"):
        actions.publish_notice(draft, by=lead, at=NOW)


def test_words_changed_after_the_review_are_reviewed_again(draft, officer, second_officer, lead):
    actions.review_notice(draft, "passed", by=second_officer, at=NOW)
    texts = {"title": draft.title, "body": f"{draft.body}又一句。", "contact": draft.contact}
    actions.change_notice(draft, **texts, by=officer, at=NOW)

    with pytest.raises(NotAllowed, match="审查之后文字改过"):
        actions.publish_notice(draft, by=lead, at=NOW)
    actions.review_notice(draft, "passed", by=second_officer, at=NOW)

    assert actions.publish_notice(draft, by=lead, at=NOW).published_at
    assert [review.number for review in draft.reviews.all()] == [2, 1]


def test_returned_words_do_not_go_out_and_their_author_is_told(draft, campaign, officer, second_officer, lead, django_capture_on_commit_callbacks):
    with pytest.raises(NotAllowed, match="请写明要改什么"):
        actions.review_notice(draft, "returned", by=second_officer, at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        actions.review_notice(draft, "returned", remark="删去个人手机", by=second_officer, at=NOW)

    with pytest.raises(NotAllowed, match="保密审查退回修改：删去个人手机"):
        actions.publish_notice(draft, by=lead, at=NOW)
    assert Message.objects.filter(user=officer, title__contains="保密审查退回修改").count() == 1
    assert [todo.button for todo in rules.todos(officer, campaign, NOW)] == ["去修改"]


def test_each_in_turn_finds_the_notice_among_what_is_to_do(draft, campaign, officer, second_officer, lead):
    def asked(person):
        return [todo.button for todo in rules.todos(person, campaign, NOW)]

    assert (asked(officer), asked(second_officer), asked(lead)) == ([], ["去审查"], ["去审查"])
    actions.review_notice(draft, "passed", by=second_officer, at=NOW)
    assert (asked(officer), asked(second_officer), asked(lead)) == ([], [], ["去发布"])


def test_a_review_is_never_changed(draft, second_officer):
    review = actions.review_notice(draft, "passed", by=second_officer, at=NOW)

    for change in (lambda: NoticeReview.objects.update(outcome="returned", remark="改"), review.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_from_the_page(client, draft, officer, second_officer):
    say(draft, MOBILE)
    address = reverse("results:review_notice", args=[draft.pk])
    client.force_login(officer)
    assert "请由另一个人审查" in client.get(reverse("results:notice", args=[draft.pk])).content.decode()

    client.force_login(second_officer)
    page = client.get(reverse("results:notice", args=[draft.pk])).content.decode()
    assert "疑似手机号码 139****0000，共 1 处" in page
    given = {"outcome": "passed", "checked": "1", "decision_phone": "publishable", "reason_phone": ""}
    page = client.post(address, given).content.decode()
    assert "为什么可以公开" in page
    page = client.post(address, given | {"reason_phone": "值班手机"}, follow=True).content.decode()

    assert "保密审查已通过，由办领导发布。" in page
    assert "疑似手机号码 139****0000：可以公开，值班手机" in page


def test_an_identity_number_offers_no_way_out(client, draft, second_officer):
    say(draft, "身份证 11010519491231002X")
    client.force_login(second_officer)

    form = client.get(reverse("results:notice", args=[draft.pk])).context["review_form"]

    assert [value for value, _label in form.fields["decision_identity"].choices] == ["", "change"]


@pytest.mark.parametrize("person", ["clerk", "auditor", "administrator", "inspector"])
def test_only_the_office_reviews(client, request, draft, person):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("results:review_notice", args=[draft.pk]), {"outcome": "passed", "checked": "1"}).status_code == 403
    assert not NoticeReview.objects.exists()


def test_the_reason_of_a_withdrawal_is_public_too(draft, lead):
    with pytest.raises(NotAllowed, match=r"撤下的理由会公开，里面有“139\*{4}0000”"):
        actions.withdraw_notice(draft, "请联系 13905630000", by=lead, at=NOW)
