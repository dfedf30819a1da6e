"""Naming: when the notice has run, no objection is open and the list is confirmed; and the public list."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, reports, rules, tasks
from results.models import Naming, NoticeEntry, Recommendation, SelectionList
from results.tests.factories import make_confirmed, make_notice, make_objection, make_place, make_scored

AFTER = moment(11, 11)
DAYS = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}


@pytest.fixture
def counties(campaign):
    units = [make_scored(name, campaign, 90, kind="county") for name in ("甲县", "乙县")]
    make_confirmed(units)
    return units


def problems(campaign, application, at):
    place = next(place for place in reports.places_for_naming(campaign) if place.application_id == application.pk)
    return [str(problem) for problem in rules.naming_problems(place, at)]


def test_naming_before_the_notice_is_refused_with_a_sentence(campaign, counties, lead):
    with pytest.raises(NotAllowed, match="甲县：还没有公示"):
        actions.name_units(campaign, by=lead, at=AFTER)


@pytest.mark.parametrize(("at", "expected"), [(moment(11, 10, 23, 59, 59), ["公示到 2021-11-10 期满，期满后才能命名。"]), (AFTER, [])])
def test_the_last_day_of_the_notice_must_be_over(campaign, counties, at, expected):
    make_notice(counties, **DAYS)

    assert problems(campaign, counties[0], at) == expected


def test_a_draft_or_withdrawn_notice_counts_for_nothing(campaign, counties):
    make_notice(counties)
    assert problems(campaign, counties[0], AFTER) == ["还没有公示。"]

    make_notice(counties, withdrawn_at=AFTER, withdrawn_reason="有误", **DAYS)

    assert problems(campaign, counties[0], AFTER) == ["还没有公示。"]


@pytest.mark.parametrize(("answer", "expected"), [(None, "还有 1 件异议没有答复。"), ("upheld", "公示期间的异议成立，不能命名。"), ("rejected", None)])
def test_taking_a_notice_off_settles_no_objection(campaign, counties, lead, answer, expected):
    """Publicised again, the unit still waits for what was said under the first notice."""
    first = make_notice(counties[:1], **DAYS)
    objection = make_objection(first.entries.get())
    if answer:
        actions.answer_objection(objection, answer, "答复。", by=lead, at=moment(11, 8))
    actions.withdraw_notice(first, "标题有误", by=lead, at=moment(11, 9))
    make_notice(counties[:1], **DAYS)

    assert problems(campaign, counties[0], AFTER) == ([expected] if expected else [])


def test_an_open_objection_holds_that_unit_only(campaign, counties, lead):
    notice = make_notice(counties, **DAYS)
    objection = make_objection(notice.entries.get(application=counties[0]))

    named = actions.name_units(campaign, by=lead, at=AFTER)

    assert [naming.application for naming in named] == [counties[1]]
    assert problems(campaign, counties[0], AFTER) == ["还有 1 件异议没有答复。"]
    actions.answer_objection(objection, "partly", "已整改。", by=lead, at=AFTER)
    assert [naming.application for naming in actions.name_units(campaign, by=lead, at=AFTER)] == [counties[0]]


def test_a_fallen_unit_is_not_named(campaign, counties, lead):
    notice = make_notice(counties, **DAYS)
    NoticeEntry.objects.filter(notice=notice, application=counties[0]).update(fallen_at=AFTER, fallen_by=lead, fallen_reason="成立")

    actions.name_units(campaign, by=lead, at=AFTER)

    assert [naming.application for naming in Naming.objects.all()] == [counties[1]]
    with pytest.raises(NotAllowed, match="异议成立，不能命名"):
        actions.name_units(campaign, by=lead, at=AFTER)


def test_a_reopened_list_is_not_named_from(campaign, counties):
    make_notice(counties, **DAYS)
    SelectionList.objects.update(state=SelectionList.State.OPEN)

    assert problems(campaign, counties[0], AFTER) == ["名单还没有复核。"]


def test_naming_is_recorded_told_and_public(client, campaign, counties, lead, django_capture_on_commit_callbacks):
    clerk = make_user("县里的人", counties[0].organization, [Role.COUNTY_CLERK])
    make_notice(counties, **DAYS)

    with django_capture_on_commit_callbacks(execute=True):
        actions.name_units(campaign, "宣政务公开办〔2021〕12号", by=lead, at=AFTER)

    assert AuditEvent.objects.filter(action="results.name").count() == 2
    assert Message.objects.filter(user=clerk, title__contains="已命名").count() == 1
    page = client.get(reverse("results:public_named_list")).content.decode()
    assert "甲县" in page
    assert "宣政务公开办〔2021〕12号" in page
    assert "90.00" not in page


def test_messages_lost_with_the_broker_are_sent_by_the_sweep_once(campaign, counties, lead):
    make_notice(counties, **DAYS)
    actions.name_units(campaign, by=lead, at=AFTER)
    assert not Message.objects.exists()

    for _twice in range(2):
        tasks.sweep_lost_messages(AFTER)

    assert Message.objects.filter(user=lead, key__startswith="named-").count() == 2


def test_it_may_fall_after_the_last_phase_with_a_warning(campaign):
    assert rules.naming_warnings(campaign, moment(10, 31, 23, 59)) == []
    assert len(rules.naming_warnings(campaign, moment(11, 1))) == 1


@pytest.mark.parametrize("person", ["officer", "clerk", "auditor"])
def test_only_the_lead_names(client, request, campaign, counties, person):
    make_notice(counties, **DAYS)
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("results:name_units")).status_code == 403
    assert not Naming.objects.exists()


def test_the_lead_names_from_the_page(client, campaign, counties, lead):
    make_notice(counties, **DAYS)
    client.force_login(lead)

    assert "命名 2 个单位" in client.get(reverse("results:naming")).content.decode()
    client.post(reverse("results:name_units"), {"document_number": "12号"})

    assert Naming.objects.filter(document_number="12号").count() == 2


def recommending(campaign, *keys):
    campaign.document = {"campaign": {"recommendation": {"applies_to": list(keys), "target": "安徽省示范区"}}}
    campaign.save()


def test_a_zone_is_recommended_by_hand_with_a_reason(client, campaign, counties, lead):
    recommending(campaign, "zone")
    make_notice(counties, **DAYS)
    naming = actions.name_units(campaign, by=lead, at=AFTER)[0]
    client.force_login(lead)
    address = reverse("results:recommend", args=[naming.pk])

    assert "请填写推荐理由" in client.post(address, {"target": "安徽省示范区", "reason": ""}).content.decode()
    client.post(address, {"target": "安徽省示范区", "reason": "标准目录覆盖面广。"})

    assert Recommendation.objects.get().reason == "标准目录覆盖面广。"
    with pytest.raises(NotAllowed, match="已经推荐"):
        actions.recommend_naming(Naming.objects.get(pk=naming.pk), "再推荐", by=lead, at=AFTER)


def test_another_track_is_not_recommended(campaign, counties, lead):
    recommending(campaign, "bureau")
    make_notice(counties, **DAYS)
    naming = actions.name_units(campaign, by=lead, at=AFTER)[0]

    with pytest.raises(NotAllowed, match="只从市直单位示范点中向省推荐"):
        actions.recommend_naming(naming, "好", by=lead, at=AFTER)


def test_the_public_list_is_searched_and_keeps_withdrawn_titles(client, campaign, counties, lead):
    make_notice(counties, **DAYS)
    actions.name_units(campaign, by=lead, at=AFTER)
    Naming.objects.filter(application=counties[0]).update(withdrawn_at=AFTER, withdrawn_by=lead, withdrawn_reason="复查不合格")
    address = reverse("results:public_named_list")

    def listed(**query):
        """The rows of the list; the filters above it name every county."""
        return client.get(address, query).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]

    assert "已撤销" in listed(q="甲")
    assert "乙县" not in listed(q="甲")
    assert "甲县" in listed(year="2021", track="zone")
    assert "甲县" not in listed(year="2020")
    assert "甲县" not in listed(track="township")


def test_the_naming_page_asks_as_many_questions_for_many_as_for_one(client, campaign, lead, django_assert_num_queries):
    bureaus = [make_scored(f"市{n}局", campaign, 90, kind="bureau") for n in range(4)]
    make_confirmed(bureaus[:1])
    make_notice(bureaus, **DAYS)
    client.force_login(lead)
    client.get(reverse("results:naming"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("results:naming"))
    for slot, application in enumerate(bureaus[1:], 2):
        make_place(application, slot)

    with django_assert_num_queries(len(one)):
        client.get(reverse("results:naming"))
