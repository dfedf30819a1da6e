"""Scoring, planning and visiting in a county's own campaign: its own people, and who of them stays away."""

from datetime import date

import pytest

from accounts.models import Role
from accounts.tests.factories import make_organization, make_user, moment
from campaigns.tests.factories import make_county_campaign
from inspections import planner
from inspections.models import InspectionGroup, PastService, Visit
from inspections.permissions import can_guide, can_plan, can_score_desk, can_unlock
from inspections.rules import planning, visits
from inspections.tests.factories import make_accepted, make_group, make_pool_entry, make_visit
from standards.tests.factories import make_standard

pytestmark = pytest.mark.django_db
DAY, AT = date(2021, 10, 19), moment(10, 12)


@pytest.fixture
def own(jing):
    campaign = make_county_campaign(jing)
    make_standard(campaign)
    return campaign


def test_the_county_office_scores_guides_and_plans_and_the_municipal_office_does_not(own, campaign, taohuatan, county_officer, officer, lead):
    application, visit = make_accepted(taohuatan, own), None
    visit = make_visit(application, make_group(own, *(make_user(organization=own.county, roles=[Role.INSPECTOR]) for _number in range(2))))

    for may, of in ((can_score_desk, application), (can_guide, application), (can_plan, own), (can_unlock, visit)):
        assert [may(person, of) for person in (county_officer, officer, lead)] == [True, False, False], may
    assert not can_score_desk(county_officer, make_accepted(taohuatan, campaign))


def test_somebody_of_the_township_does_not_score_it_though_of_the_countys_office(own, taohuatan, yunling):
    village = make_organization("查济村", kind="village", parent=taohuatan)
    near = [make_user(organization=unit, roles=[Role.COUNTY_OFFICE]) for unit in (taohuatan, village)]
    far = make_user(organization=yunling, roles=[Role.COUNTY_OFFICE])
    application = make_accepted(taohuatan, own)

    assert [can_score_desk(person, application) for person in (*near, far)] == [False, False, True]


def test_in_one_county_only_the_own_branch_is_a_conflict(own, campaign, taohuatan, yunling, jing):
    village = make_organization("查济村", kind="village", parent=taohuatan)
    people = {unit: make_user(f"{unit}的人", unit, [Role.INSPECTOR]) for unit in (taohuatan, village, yunling, jing)}

    assert {unit: bool(visits.conflicts(person, taohuatan, own, DAY)) for unit, person in people.items()} == {taohuatan: True, village: True, yunling: False, jing: False}
    assert visits.conflicts(people[village], taohuatan, own, DAY) == ["查济村的人所在的查济村与桃花潭镇属于同一个单位，应当回避。"]
    assert all(visits.conflicts(person, taohuatan, campaign, DAY) for person in people.values()), "in the city's campaign the whole county stays away"


def test_past_service_keeps_away_in_a_county_too(own, taohuatan, yunling):
    person = make_user(organization=yunling, roles=[Role.INSPECTOR])
    PastService.objects.create(user=person, organization=taohuatan, ended_on=date(2020, 1, 1))

    assert len(visits.conflicts(person, taohuatan, own, DAY)) == 1


def test_the_planner_stays_away_from_exactly_what_the_rule_names(own, taohuatan, yunling, jing):
    village = make_organization("查济村", kind="village", parent=taohuatan)
    units = [make_accepted(unit, own) for unit in (taohuatan, yunling)]
    people = [make_user(f"员{number}", unit, [Role.INSPECTOR]) for number, unit in enumerate([jing, village, yunling, make_organization(kind="bureau", parent=jing)])]
    for person in people:
        make_pool_entry(own, person)

    now = planning.situation(own, [DAY], AT)

    found = {
        (person.key, unit.pk) for person in now.people for unit in units
        if not planner.Crew(1, [person], person.key, [DAY]).may(planning.as_unit(unit))
    }
    assert found == {(user.pk, unit.pk) for user in people for unit in units if visits.conflicts(user, unit.organization, own, DAY)}
    assert found == {(people[1].pk, units[0].pk), (people[2].pk, units[1].pk)}


def test_an_inspector_of_another_county_is_in_no_group_of_this_one(own, taohuatan, second_inspector, jing):
    members = [make_user(f"员{number}", jing, [Role.INSPECTOR]) for number in range(2)]

    assert visits.group_problems(own, "一组", members[0], members, AT) == []
    problems = visits.group_problems(own, "一组", members[0], [*members, second_inspector], AT)
    assert [str(problem) for problem in problems] == [f"{second_inspector}没有验收员角色，请先请系统管理员授予，或换人。"]


def test_visits_and_groups_are_seen_by_the_office_that_acts_and_their_own_inspectors(own, taohuatan, county_officer, county_clerk, officer, auditor, second_inspector, jing):
    members = [make_user(f"员{number}", jing, [Role.INSPECTOR]) for number in range(2)]
    visit = make_visit(make_accepted(taohuatan, own), make_group(own, *members))

    people = (county_officer, county_clerk, officer, auditor, second_inspector, *members)
    for rows, row in ((Visit.objects, visit), (InspectionGroup.objects, visit.group)):
        assert [person for person in people if rows.visible_to(person).filter(pk=row.pk).exists()] == [county_officer, auditor, *members]
