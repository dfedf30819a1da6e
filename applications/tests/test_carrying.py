"""Last year's texts and links: into untouched items only, marked until somebody has looked."""

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts_actions
from accounts.models import AuditEvent
from applications import actions, rules
from applications.models import Application, Evidence, ItemResponse
from applications.tests.factories import make_application, make_link
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_campaign, moment
from standards.tests.factories import make_standard

NOW = moment(9, 27, 10, 32)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def last_year(db):
    campaign = make_campaign("xuancheng-2020", 2020)
    make_standard(campaign)
    return campaign


@pytest.fixture
def before(last_year, taohuatan, clerk):
    """Filed last year: a text and a link for each of the three items."""
    application = make_application(taohuatan, last_year, status="accepted", by=clerk)
    for response in application.responses.in_order():
        ItemResponse.objects.filter(pk=response.pk).update(narrative=f"去年的 {response.item.code}")
        Evidence.objects.filter(response=response).update(checkpoint=response.item.checkpoints.first())
    return application


@pytest.fixture
def application(before, campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk)


def responses(application):
    return list(application.responses.select_related("item", "application__campaign").in_order())


def carry(application, by, only=None):
    return actions.carry_over(application, only=only, by=by, at=NOW)


def test_texts_and_links_come_in_and_wait_to_be_renewed(application, before, clerk):
    carried = carry(application, clerk)

    assert len(carried) == 3
    for response, old in zip(responses(application), responses(before), strict=True):
        link = response.evidence.get()
        assert (response.narrative, response.carried_from, response.self_verdict, response.self_score) == (old.narrative, old, "", None)
        assert (link.url, link.carried_from, link.added_by) == (old.evidence.get().url, old.evidence.get(), clerk)
        assert link.checkpoint.item_id == response.item_id
    event = AuditEvent.objects.get(action="applications.carry_over")
    assert (event.detail["codes"], event.detail["earlier"]) == (["1.1", "2.1", "2.2"], before.pk)


def test_nothing_typed_is_overwritten(application, clerk):
    first, second, third = responses(application)
    actions.save_response(first, base_version=0, verdict="", score=None, narrative="今年写的。", by=clerk, at=NOW)
    make_link(second, url="https://now.example.gov.cn/")

    carry(application, clerk)

    first, second, third = responses(application)
    assert (first.narrative, first.carried_from, second.narrative, third.narrative) == ("今年写的。", None, "", "去年的 2.2")
    with pytest.raises(NotAllowed, match="没有可以带入的内容"):
        carry(application, clerk)


def test_files_stay_with_last_year(application, before, clerk):
    old = responses(before)[0]
    old.evidence.update(removed_at=NOW, removed_by=clerk)

    carry(application, clerk)

    assert not responses(application)[0].evidence.exists()


def test_the_same_requirement_is_found_under_another_number_before_the_same_number(application, before, clerk):
    first, second, third = responses(before)
    texts = [first.item.text, second.item.text]
    for response, text in ((first, texts[1]), (second, texts[0])):
        response.item.text = text
        response.item.save()

    carry(application, clerk)

    assert [response.narrative for response in responses(application)] == ["去年的 2.1", "去年的 1.1", "去年的 2.2"]


def test_a_carried_text_is_done_only_when_it_was_changed_or_confirmed(application, clerk):
    carry(application, clerk)
    first, second, third = responses(application)
    for response in (first, second):
        actions.save_response(response, base_version=1, verdict="met", score=None, narrative=response.narrative, by=clerk, at=NOW)
        with pytest.raises(NotAllowed, match="更新从以前带入的说明"):
            actions.mark_done(response, by=clerk, at=NOW)

    actions.save_response(first, base_version=2, verdict="met", score=None, narrative="今年的情况。", by=clerk, at=NOW)
    actions.confirm_carried(second, by=clerk, at=NOW)

    assert actions.mark_done(first, by=clerk, at=NOW).is_done
    assert actions.mark_done(second, by=clerk, at=NOW).is_done
    first, second, third = responses(application)
    assert (first.evidence.get().carried_from is None, second.evidence.get().carried_from) == (False, None)
    assert AuditEvent.objects.get(action="applications.confirm_carried").detail["item"] == "2.1"
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemResponse.objects.filter(pk=third.pk).update(done_at=NOW, done_by=clerk)


def test_white_space_is_no_renewal(application, clerk):
    carry(application, clerk)
    first = responses(application)[0]

    actions.save_response(first, base_version=1, verdict="met", score=None, narrative=first.narrative + "\n ", by=clerk, at=NOW)

    assert responses(application)[0].carried_from is not None


def test_only_a_draft_takes_last_years_words(application, clerk):
    Application.objects.filter(pk=application.pk).update(status="with_county")

    with pytest.raises(NotAllowed, match="不能进行这项操作"):
        carry(application, clerk)


def test_other_units_and_later_years_are_nobodys_past(campaign, miaoshou, other_clerk, before, taohuatan, last_year):
    assert rules.earlier_application(miaoshou, campaign) is None
    assert rules.earlier_application(taohuatan, last_year) is None


# On the pages


def test_starting_may_bring_last_years_words_along(client, before, campaign, taohuatan, clerk):
    client.force_login(clerk)
    assert "开始申报，并从 2020 年带入" in client.get(reverse("applications:start")).content.decode()

    client.post(reverse("applications:start"), {"carry": "1"})

    application = Application.objects.get(campaign=campaign)
    assert [response.narrative for response in responses(application)] == ["去年的 1.1", "去年的 2.1", "去年的 2.2"]


def test_starting_without_it_begins_empty(client, before, campaign, clerk):
    client.force_login(clerk)

    client.post(reverse("applications:start"))

    assert {response.narrative for response in responses(Application.objects.get(campaign=campaign))} == {""}


def test_the_list_offers_it_and_shows_what_waits(client, application, clerk):
    client.force_login(clerk)
    assert "从 2020 年带入" in client.get(application.get_absolute_url()).content.decode()

    answer = client.post(reverse("applications:carry_over", args=[application.pk]), follow=True)

    html = answer.content.decode()
    assert "已带入 3 项的文字和链接" in html
    assert html.count('tag-amber"') >= 3
    assert "从 2020 年带入" not in html


def test_one_item_alone_and_its_confirmation_on_its_page(client, application, clerk):
    client.force_login(clerk)
    first = responses(application)[0]
    assert "带入 2020 年的文字和链接" in client.get(first.get_absolute_url()).content.decode()

    client.post(reverse("applications:carry_over", args=[application.pk]), {"item": "1.1"})

    assert [response.narrative for response in responses(application)] == ["去年的 1.1", "", ""]
    html = client.get(first.get_absolute_url()).content.decode()
    assert "内容仍然有效" in html
    assert html.count("待更新") >= 3  # on the item, in the rail, on the link
    answer = client.post(reverse("applications:confirm_carried", args=[application.pk, "1.1"]), follow=True)
    assert "已确认带入的内容仍然有效。" in answer.content.decode()
    assert "待更新" not in client.get(first.get_absolute_url()).content.decode()


def test_words_typed_beside_the_button_are_saved_and_not_confirmed_away(client, application, clerk):
    client.force_login(clerk)
    carry(application, clerk)

    client.post(reverse("applications:confirm_carried", args=[application.pk, "1.1"]), {"version": 1, "self_verdict": "met", "self_score": "", "narrative": "改成今年的。"})

    first = responses(application)[0]
    assert (first.narrative, first.self_verdict, first.carried_from) == ("改成今年的。", "met", None)


def test_words_typed_before_bringing_in_win(client, application, clerk):
    client.force_login(clerk)

    answer = client.post(
        reverse("applications:carry_over", args=[application.pk]),
        {"item": "1.1", "version": 0, "self_verdict": "", "self_score": "", "narrative": "刚写的。"}, follow=True,
    )

    assert responses(application)[0].narrative == "刚写的。"
    assert "没有可以带入的内容" in answer.content.decode()


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("other_clerk", 404), ("nobody", 404)])
def test_others_bring_in_and_confirm_nothing(client, request, application, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("applications:carry_over", args=[application.pk])).status_code == status
    assert client.post(reverse("applications:confirm_carried", args=[application.pk, "1.1"])).status_code == status
    assert {response.narrative for response in responses(application)} == {""}


def test_the_list_asks_the_same_number_of_questions_however_much_waits(client, application, clerk):
    client.force_login(clerk)

    def questions():
        with CaptureQueriesContext(connection) as queries:
            client.get(application.get_absolute_url())
        return len(queries)

    client.get(application.get_absolute_url())
    none = questions()
    carry(application, clerk)
    assert questions() <= none


def test_a_unit_finds_the_words_of_one_that_was_merged_into_it(before, campaign, taohuatan, yunling, clerk, colleague, administrator):
    accounts_actions.merge_unit(taohuatan, yunling, moment(3, 1).date(), move_people=True, by=administrator, at=NOW)
    colleague.refresh_from_db()

    later = make_application(yunling, campaign, by=colleague)

    before.refresh_from_db()
    assert before.organization == taohuatan
    assert rules.earlier_application(yunling, campaign) == before
    assert len(carry(later, colleague)) == 3
