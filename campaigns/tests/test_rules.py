from datetime import date, timedelta

import pytest

from accounts.tests.factories import make_organization
from campaigns import actions, rules
from campaigns.models import CalendarDay, Campaign, CountyCutoff, Extension, Opens
from campaigns.tests.factories import make_campaign, moment

MILLISECOND = timedelta(milliseconds=1)


def extend(campaign, unit, until, by):
    return Extension.objects.create(
        phase=campaign.phases.get(key="application"), organization=unit, until=until, reason="洪灾", granted_at=moment(9, 29), granted_by=by,
    )


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (moment(8, 17) - MILLISECOND, False),
        (moment(8, 17), True),
        (moment(10, 1) - MILLISECOND, True),
        (moment(10, 1), False),
        (moment(10, 1) + MILLISECOND, False),
    ],
)
def test_filing_is_open_from_the_first_day_to_the_end_of_the_last(campaign, taohuatan, at, is_open):
    assert rules.is_open(campaign, Opens.SUBMIT, taohuatan, at) is is_open


@pytest.mark.parametrize(("at", "is_open"), [(moment(10, 9) - MILLISECOND, True), (moment(10, 9), False), (moment(10, 9) + MILLISECOND, False)])
def test_an_extension_holds_for_its_unit_until_its_own_end(campaign, taohuatan, yunling, officer, at, is_open):
    extend(campaign, taohuatan, moment(10, 9), officer)

    assert rules.is_open(campaign, Opens.SUBMIT, taohuatan, at) is is_open
    assert not rules.is_open(campaign, Opens.SUBMIT, yunling, at)
    assert rules.last_deadline(campaign, Opens.SUBMIT, taohuatan) == moment(10, 9)
    assert rules.last_deadline(campaign, Opens.SUBMIT, yunling) == moment(10, 1)


def test_two_phases_run_side_by_side_on_the_day_they_share(campaign, taohuatan):
    last_day = moment(9, 30, 12)

    assert rules.is_open(campaign, Opens.SUBMIT, taohuatan, last_day)
    assert rules.is_open(campaign, Opens.GUIDE, taohuatan, last_day)
    assert not rules.is_open(campaign, Opens.INSPECT, taohuatan, last_day)
    assert rules.is_open(campaign, Opens.GUIDE, taohuatan, moment(10, 15, 12))
    assert rules.is_open(campaign, Opens.INSPECT, taohuatan, moment(10, 15, 12))


def test_a_gap_between_phases_opens_nothing(campaign, taohuatan):
    campaign.phases.filter(key="guidance").update(starts_at=moment(10, 10))

    assert not rules.is_open(campaign, Opens.SUBMIT, taohuatan, moment(10, 5))
    assert not rules.is_open(campaign, Opens.GUIDE, taohuatan, moment(10, 5))


def test_a_county_cutoff_is_for_its_own_townships(campaign, jing, taohuatan, miaoshou, county_clerk):
    CountyCutoff.objects.create(campaign=campaign, county=jing, at=moment(9, 21), set_at=moment(9, 1), set_by=county_clerk)

    assert rules.county_cutoff(campaign, taohuatan) == moment(9, 21)
    assert rules.county_cutoff(campaign, miaoshou) is None


@pytest.mark.parametrize(
    ("cutoff", "refused"),
    [
        (moment(10, 1) - MILLISECOND, False),
        (moment(10, 1), True),
        (moment(8, 17), True),
        (moment(8, 17) + timedelta(days=40), False),
    ],
)
def test_a_county_cutoff_lies_inside_the_phase(campaign, cutoff, refused):
    problems = rules.cutoff_problems(campaign, cutoff, moment(8, 18))

    assert bool(problems) is refused
    if refused:
        assert "9月30日（周四）24:00" in str(problems[0])


@pytest.mark.parametrize(("at", "refused"), [(moment(9, 21) - MILLISECOND, False), (moment(9, 21), True)])
def test_a_county_cutoff_is_still_to_come(campaign, at, refused):
    assert bool(rules.cutoff_problems(campaign, moment(9, 21), at)) is refused


def test_an_extension_is_later_than_the_phase_still_to_come_and_for_a_unit_that_applies(campaign, taohuatan, city_office):
    phase = campaign.phases.get(key="application")

    assert rules.extension_problems(phase, taohuatan, moment(10, 9), "洪灾", moment(9, 29)) == []
    assert len(rules.extension_problems(phase, taohuatan, moment(10, 1), "洪灾", moment(9, 29))) == 1
    assert len(rules.extension_problems(phase, taohuatan, moment(10, 9), "  ", moment(10, 9))) == 2
    assert "不属于" in str(rules.extension_problems(phase, city_office, moment(10, 9), "洪灾", moment(9, 29))[0])


@pytest.fixture
def calendar(db):
    actions.seed_calendar()


def test_the_notice_period_passes_over_national_day_and_works_the_saturday_after(calendar):
    assert rules.workdays_from(date(2021, 9, 30), 5) == (date(2021, 10, 8), date(2021, 10, 13))
    assert not rules.is_workday(date(2021, 10, 7))
    assert rules.is_workday(date(2021, 10, 9))
    assert not rules.is_workday(date(2021, 10, 10))
    assert rules.workdays_between(date(2021, 9, 30), date(2021, 10, 13)) == 5
    assert rules.workdays_between(date(2021, 10, 13), date(2021, 10, 13)) == 0


def test_a_year_nobody_confirmed_counts_monday_to_friday_and_says_so(calendar):
    assert rules.year_is_confirmed(2026)
    assert not rules.year_is_confirmed(2031)
    assert rules.workdays_from(date(2031, 9, 30), 5) == (date(2031, 10, 1), date(2031, 10, 7))

    campaign = make_campaign(code="later", year=2031)
    assert any("2031" in str(problem) for problem in rules.setup_warnings(campaign, moment(8, 17, year=2031)))


def test_a_day_the_office_entered_is_never_seeded_over(calendar):
    day = CalendarDay.objects.get(date=date(2026, 10, 9))
    CalendarDay.objects.filter(pk=day.pk).update(is_workday=not day.is_workday, source="市政府办通知")
    CalendarDay.objects.filter(date=date(2026, 10, 10)).update(name="别的", source="chinesecalendar 1.0")

    report = actions.seed_calendar()

    assert (report.new, report.changed) == (0, 1)
    assert CalendarDay.objects.get(date=day.date).is_workday is not day.is_workday
    assert CalendarDay.objects.get(date=date(2026, 10, 10)).name != "别的"


def test_an_exclusive_end_is_shown_as_people_say_it():
    assert rules.show_end(moment(10, 1)) == "9月30日（周四）24:00"
    assert rules.show_end(moment(9, 30, 17, 30)) == "9月30日（周四）17:30"
    assert rules.show_end(moment(1, 1, year=2022)) == "12月31日（周五）24:00"


def test_a_minimum_that_cannot_be_met_is_told(campaign, jing, taohuatan, yunling, jingde, miaoshou):
    problems = rules.minimum_warnings(campaign, moment(9, 1))

    assert [str(problem) for problem in problems] == ["旌德县只有 1 个单位可以申报乡镇（街道）示范点，达不到至少 2 个的要求。"]


def test_a_minimum_climbs_to_its_ancestor_however_far_up(campaign, jing, taohuatan):
    Campaign.objects.update(published_at=None)  # the kind of a track stays once people see it
    campaign.tracks.filter(key="township").update(kind=make_organization("甲社区", kind="community", parent=taohuatan).kind)
    make_organization("乙社区", kind="community", parent=taohuatan)

    assert rules.minimum_warnings(campaign, moment(9, 1)) == []


def test_a_phase_moves_only_to_what_is_still_to_come(campaign, jing, county_clerk):
    phase = campaign.phases.get(key="application")
    CountyCutoff.objects.create(campaign=campaign, county=jing, at=moment(9, 21), set_at=moment(9, 1), set_by=county_clerk)

    assert rules.phase_problems(phase, phase.starts_at, moment(10, 9), "顺延", moment(9, 10)) == []
    assert "已经过去" in str(rules.phase_problems(phase, phase.starts_at, moment(9, 25), "提前", moment(9, 25))[0])
    assert "早于" in str(rules.phase_problems(phase, moment(10, 9), moment(10, 9), "改", moment(9, 10))[0])
    assert "泾县" in str(rules.phase_problems(phase, phase.starts_at, moment(9, 21), "提前", moment(9, 10))[0])
