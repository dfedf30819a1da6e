"""A county's own campaign: whose it is, who is its office, and what the database lets nobody change about it."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.loading import BrokenFile
from accounts.models import Role, User
from accounts.organizations_file import known_kinds
from accounts.tests.factories import SHANGHAI, make_organization, make_user, moment
from campaigns import actions, campaign_file, notices, rules, tasks
from campaigns.models import Campaign
from campaigns.permissions import (
    acts_as_lead,
    acts_as_office,
    inspectors_for,
    leads_of,
    office_of,
    reads_all_of,
)
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_campaign, make_county_campaign

pytestmark = pytest.mark.django_db
FILE = """
kinds:
  - {code: street, name: 街道办}
campaign:
  code: jing-2026
  year: 2026
  city: 宣城市
  county: "341823"
  title: 2026年泾县政务公开示范点创建
  tracks:
    - {key: street, kind: street, name: 示范街道, quota: 2}
  phases:
    - {key: application, name: 申报, start: 2026-03-02, end: 2026-04-15}
categories:
  - code: A
    name: 公开
    items:
      - {code: A-1, text: 主动公开。, default_points: {street: 100}}
"""


def read(**changes):
    text = FILE
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return campaign_file.read(text.encode(), known_kinds())


def findings(**changes):
    with pytest.raises(BrokenFile) as refusal:
        read(**changes)
    return {(finding.path, finding.text) for finding in refusal.value.findings}


# Who is the office


def test_a_county_office_acts_in_its_own_campaigns_and_the_municipal_office_in_the_citys(campaign, jing, jingde, county_officer, county_lead, officer, lead):
    own, other = make_county_campaign(jing), make_county_campaign(jingde)

    assert [acts_as_office(county_officer, one) for one in (own, other, campaign, None)] == [True, False, False, False]
    assert [acts_as_lead(county_officer, one) for one in (own, other, campaign, None)] == [False, False, False, False]
    assert [acts_as_lead(county_lead, one) for one in (own, other, campaign, None)] == [True, False, False, False]
    for person in (officer, lead):
        assert [acts_as_office(person, one) for one in (own, other, campaign, None)] == [False, False, True, True]
    assert [acts_as_lead(lead, one) for one in (own, other, campaign, None)] == [False, False, True, True]


def test_people_of_an_office_below_the_county_act_for_the_county(jing):
    own = make_county_campaign(jing)
    bureau = make_organization("泾县公开办", kind="office", parent=jing)

    assert acts_as_office(make_user(organization=bureau, roles=[Role.COUNTY_OFFICE]), own)


@pytest.mark.parametrize("organization", [None, "education"])
def test_the_role_without_a_county_is_worth_nothing(campaign, jing, organization, request):
    person = make_user(organization=organization and request.getfixturevalue(organization), roles=[Role.COUNTY_OFFICE, Role.COUNTY_LEAD])

    assert not any(acts_as_office(person, one) or acts_as_lead(person, one) for one in (make_county_campaign(jing), campaign, None))
    assert not Campaign.objects.acted_in_by(person).exists()


def test_only_auditors_and_the_office_of_a_campaign_read_all_of_it(campaign, jing, auditor, county_officer, officer, county_clerk, administrator):
    own = make_county_campaign(jing)

    assert [reads_all_of(auditor, one) for one in (own, campaign)] == [True, True]
    assert [reads_all_of(county_officer, one) for one in (own, campaign)] == [True, False]
    assert [reads_all_of(officer, one) for one in (own, campaign)] == [False, True]
    assert not any(reads_all_of(person, one) for person in (county_clerk, administrator) for one in (own, campaign))


def test_messages_for_the_office_go_to_the_office_that_acts(campaign, jing, jingde, county_officer, county_lead, officer, lead):
    other_lead = make_user(organization=jingde, roles=[Role.COUNTY_OFFICE, Role.COUNTY_LEAD])
    own = make_county_campaign(jing)

    assert (set(office_of(own)), set(leads_of(own))) == ({county_officer, county_lead}, {county_lead})
    assert (set(office_of(campaign)), set(leads_of(campaign))) == ({officer, lead}, {lead})
    assert set(leads_of(make_county_campaign(jingde))) == {other_lead}


def test_a_county_borrows_inspectors_among_its_own_people(campaign, jing, inspector, second_inspector):
    own_inspector = make_user(organization=jing, roles=[Role.INSPECTOR])

    assert set(inspectors_for(make_county_campaign(jing))) == {own_inspector}
    assert set(inspectors_for(campaign)) == {inspector, second_inspector, own_inspector}


def test_a_phase_of_a_county_is_news_for_that_county_alone(jing, taohuatan, clerk, other_clerk, county_officer, county_clerk, officer, inspector):
    campaign = make_county_campaign(jing)
    own_inspector = make_user(organization=jing, roles=[Role.INSPECTOR])
    filing, _guidance, inspection = campaign.phases.all()

    assert set(tasks.concerned(filing)) == {county_officer, clerk}
    assert set(tasks.concerned(inspection)) == {county_officer, own_inspector}


def test_the_publication_of_a_countys_campaign_is_told_in_that_county_alone(jing, jingde, clerk, other_clerk, county_clerk, county_officer, officer, lead, inspector):
    own_inspector = make_user(organization=jing, roles=[Role.INSPECTOR])
    campaign = make_county_campaign(jing)

    notices.tell_published(campaign.pk)

    assert set(User.objects.filter(messages__isnull=False)) == {clerk, county_clerk, county_officer}
    change = record("campaigns.change_phase", campaign.phases.last(), by=county_officer, at=moment(8, 20), campaign=campaign, changes={})
    assert set(notices.concerned_by(change, campaign)) == {clerk, county_clerk, county_officer, own_inspector}


# Whose it is


def test_the_file_names_the_county_by_its_code(jing):
    campaign, _report = actions.load_campaign(read(), at=datetime(2026, 3, 1, tzinfo=SHANGHAI))

    assert (campaign.county, campaign.document["campaign"]["county"]) == (jing, "341823")
    again, report = actions.load_campaign(read(), at=datetime(2026, 3, 1, tzinfo=SHANGHAI))
    assert (again, report.changed_anything) == (campaign, False)


def test_a_county_that_does_not_exist_is_found_with_its_path(jing, education):
    sentence = "没有代码为“%s”的县（市、区），请核对单位代码；全市的活动不写这一项。"

    assert findings(**{'"341823"': '"349999"'}) == {("campaign.county", sentence % "349999")}
    assert findings(**{'"341823"': f'"{education.code}"'}) == {("campaign.county", sentence % education.code)}


def test_a_county_cannot_apply_in_its_own_campaign_nor_is_the_province_told(jing):
    assert findings(**{"kind: street, name": "kind: county, name"}) == {
        ("campaign.tracks[0].kind", "县级活动由县里组织，县本身不能申报，请改为县以下的单位种类。"),
    }
    assert findings(**{"  phases:": "  recommendation: {applies_to: [street]}\n  phases:"}) == {
        ("campaign.recommendation.applies_to", "县级活动命名的单位由县里推荐参加全市的活动，不直接向省里推荐，请删去。"),
    }


@pytest.mark.parametrize("changes", [{'  county: "341823"\n': ""}, {'"341823"': '"341825"'}])
def test_a_campaign_never_passes_to_another_county_or_to_the_city(jing, jingde, changes):
    at = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    campaign, _report = actions.load_campaign(read(), at=at)

    with pytest.raises(NotAllowed, match="请换一个活动代码另建"):
        actions.load_campaign(read(**changes), at=at)

    campaign.refresh_from_db()
    assert campaign.county == jing


@pytest.mark.parametrize("whose", ["jingde", None])
def test_the_database_keeps_a_campaign_with_its_county(jing, whose, request):
    campaign = make_county_campaign(jing)

    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(county=whose and request.getfixturevalue(whose))
    Campaign.objects.filter(pk=campaign.pk).update(title="改名不要紧")


@pytest.mark.parametrize("unit", ["taohuatan", "education"])
def test_the_database_takes_nothing_but_a_county_for_one(request, unit):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_campaign(county=request.getfixturevalue(unit))


# What its rules count


def test_the_units_of_a_countys_campaign_stand_below_it(campaign, jing, taohuatan, yunling, miaoshou, education):
    own = make_county_campaign(jing)
    bureau = make_organization("泾县教体局", kind="bureau", parent=jing)

    assert set(own.units) == {taohuatan, yunling, bureau}
    assert set(campaign.units) == {jing, miaoshou.county, taohuatan, yunling, miaoshou, education, bureau}
    assert (set(own.counties), set(campaign.counties)) == ({jing}, {jing, miaoshou.county})


def test_a_minimum_that_cannot_be_met_speaks_of_the_own_county_only(jing, jingde, taohuatan, miaoshou):
    own = make_county_campaign(jing)

    assert [str(problem) for problem in rules.minimum_warnings(own, moment(8, 17))] == ["泾县只有 1 个单位可以申报乡镇（街道）示范点，达不到至少 2 个的要求。"]


def test_no_extension_for_a_unit_of_another_county(jing, taohuatan, miaoshou):
    phase = make_county_campaign(jing).phases.get(key="application")

    assert rules.extension_problems(phase, taohuatan, moment(10, 8), "洪灾", moment(9, 27)) == []
    assert [str(problem) for problem in rules.extension_problems(phase, miaoshou, moment(10, 8), "洪灾", moment(9, 27))] == [
        "“庙首镇”不属于本次活动的申报单位，不需要延期。",
    ]


def test_people_stay_away_from_their_branch_of_the_county(campaign, jing, taohuatan, yunling, miaoshou):
    own, village = make_county_campaign(jing), make_organization("查济村", kind="village", parent=taohuatan)

    assert rules.branch_of(village, own) == rules.branch_of(taohuatan, own) == taohuatan.pk
    assert rules.branch_of(yunling, own) == yunling.pk
    assert (rules.branch_of(jing, own), rules.branch_of(miaoshou, own)) == (None, None)
    assert {rules.branch_of(unit, campaign) for unit in (village, taohuatan, yunling, jing)} == {jing.pk}
