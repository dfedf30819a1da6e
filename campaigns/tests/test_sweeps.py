"""By the clock: each turn of a phase is told once, caught up after a stop, and not when it is old news."""

from datetime import timedelta

import pytest

from accounts.models import Message
from campaigns.tasks import sweep_phases
from campaigns.tests.factories import moment

OPENING, CLOSING = moment(8, 17), moment(10, 1)


def titles(person):
    return list(person.messages.order_by("pk").values_list("title", flat=True))


@pytest.mark.parametrize(("at", "told"), [(OPENING - timedelta(milliseconds=1), 0), (OPENING, 1), (OPENING + timedelta(days=6), 1), (OPENING + timedelta(days=7), 0)])
def test_units_and_office_are_told_that_filing_has_begun(campaign, clerk, officer, inspector, at, told):
    sweep_phases(at)
    sweep_phases(at)

    for person in (clerk, officer):
        assert len(titles(person)) == told
    assert titles(inspector) == []
    if told:
        assert titles(clerk) == ["“自主申报”阶段已经开始，9月30日（周四）24:00 结束。"]


def test_inspectors_are_told_that_inspection_has_begun_and_units_are_not(campaign, clerk, inspector):
    sweep_phases(moment(10, 15))

    assert titles(inspector) == ["“检查验收”阶段已经开始，10月31日（周日）24:00 结束。"]
    assert titles(clerk) == []


@pytest.mark.parametrize(("at", "told"), [(CLOSING - timedelta(milliseconds=1), False), (CLOSING, True)])
def test_the_office_is_told_that_filing_has_ended(campaign, clerk, officer, at, told):
    sweep_phases(at)

    assert ("“自主申报”阶段已于 9月30日（周四）24:00 结束，请查看各单位的情况。" in titles(officer)) is told
    assert titles(clerk) == []


def test_a_campaign_nobody_has_published_tells_nobody(campaign, clerk):
    campaign.published_at = campaign.published_by = None
    campaign.save()

    sweep_phases(OPENING)

    assert not Message.objects.exists()
