"""Two counties, each with its own campaign and one of everything in it: nobody of the one learns anything of the other, the
municipal office acts in neither, and each county's office may in its own what the municipal office may in the city's.
"""

import logging
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import make_organization, make_user, moment
from applications.models import ItemResponse
from campaigns.models import Campaign
from campaigns.tests.factories import make_county_campaign
from standards.tests.factories import make_standard
from xuancheng_portal.tests.test_authorization import METHODS, OBJECTS, World, addresses, ask, table

pytestmark = pytest.mark.django_db
NOW = moment(10, 9, 10)
# What the public reads is read by everybody: published notices, titles, cases, and the form below a notice.
PUBLIC = "results:public_"
# Of messages and files everybody has their own, whatever campaign they come from.
OWN = "accounts:"
# The municipal office's own, whatever campaign they copy.
# The municipal office prepares the counties' campaigns, and so looks at how they are set up.
PREPARING = ("campaign_", "campaigns:", "standards:", "publish_standard")
# Never the same bytes twice: a one-time token, a file packed by the clock. And where somebody worked before is chosen among all units there are.
CHANGING = {"applications:unfinished_uploads", "applications:offline_form", "inspections:pool_entry"}


@pytest.fixture(autouse=True)
def quiet_and_still():
    """A clock that stands still, so that two pages may be compared; thousands of refusals are not logged."""
    logging.disable(logging.ERROR)
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    logging.disable(logging.NOTSET)


def make_world(county, mark):
    """A county's own campaign with one of everything, and the people of that county."""
    campaign = make_county_campaign(county)
    make_standard(campaign)
    bureau = make_organization(f"{mark}县教体局", kind="bureau", parent=county)
    units = {
        "own": make_organization(f"{mark}甲镇", parent=county), "other": make_organization(f"{mark}乙镇", parent=county), "kind": make_organization(f"{mark}县档案局", kind="bureau", parent=county),
    }
    people = {
        role: make_user(f"{mark}{role}", unit, roles, username=f"{role}-{county.code}") for role, unit, roles in [
            ("officer", county, [Role.COUNTY_OFFICE]), ("lead", county, [Role.COUNTY_OFFICE, Role.COUNTY_LEAD]), ("county_clerk", county, [Role.COUNTY_CLERK]),
            ("clerk", units["own"], [Role.UNIT_CLERK]), ("bureau_clerk", units["kind"], [Role.UNIT_CLERK]), ("inspector", bureau, [Role.INSPECTOR]),
        ]
    }
    world = World(campaign, units, people, mark)
    ItemResponse.objects.filter(application__campaign=campaign).update(narrative=f"{mark}的做法")
    return world


@pytest.fixture
def world(campaign, jing):
    return make_world(jing, "泾")


@pytest.fixture
def other_world(world, jingde):
    return make_world(jingde, "旌")


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def asked(client, method, path):
    savepoint = connection.savepoint()
    sign, wrote, page = ask(client, method, path)
    connection.savepoint_rollback(savepoint)
    return sign, wrote, page


# Nothing of another county


STRANGERS = ["lead", "county_clerk", "clerk", "inspector"]


@pytest.mark.parametrize("role", ["lead", "county_clerk", "clerk", "inspector", "city_lead"])
def test_what_is_of_another_county_is_as_if_it_did_not_exist(world, other_world, role, lead):
    person = lead if role == "city_lead" else world.people[role]
    client, wrong, asked_for = client_of(person), [], 0

    for name, route, method in addresses():
        if "<" not in route or name.startswith((PUBLIC, OWN)) or name in ("results:paper_text", "handbook"):  # which name a kind, not a row
            continue
        if role == "city_lead" and name.startswith(PREPARING):
            continue
        missing = asked(client, method, reverse(name, kwargs=other_world.arguments(name, route, "officer", "missing")))
        for which in OBJECTS[:3]:
            path = reverse(name, kwargs=other_world.arguments(name, route, "officer", which))
            sign, wrote, page = asked(client, method, path)
            asked_for += 1
            if sign == "+" or wrote or (sign, page) != (missing[0], missing[2]):
                wrong.append(f"{method} {path} ({name}): {sign} instead of {missing[0]}")

    assert not wrong, "\n".join(wrong)
    assert asked_for > 300


def pages(person, query=""):
    """{name: page} of every address without an object, as this person reads it."""
    found, client = {}, client_of(person)
    for name, route, method in addresses():
        if method == "GET" and "<" not in route and not name.startswith((PUBLIC, "status", "inspections:phone_session", "accounts:second_factor")):  # which are tokens
            sign, _wrote, page = asked(client, "GET", reverse(name) + query)
            found[name] = sign, re.sub(rb"[?&]campaign=[\w-]+", b"", page)
    return found


def test_nothing_of_a_county_changes_a_page_of_another_or_of_the_city(world, jingde, lead):
    """Lists, counters, choices of forms: every page is the same, byte by byte, before and after the other county has its campaign.

    The city has the units of all counties in its lists, and so their numbers; of what they do in their county it reads nothing.
    """
    people = [world.people[role] for role in STRANGERS]
    before = {person: pages(person) for person in people}

    other_world = make_world(jingde, "旌")

    for person in people:
        after = pages(person)
        assert {name for name in after if after[name] != before[person][name]} == set(), person
    marks = [mark.encode() for mark in ("旌甲镇", "旌的做法", other_world.campaign.title, other_world.campaign.code)]
    for person in (world.people["lead"], lead):
        chosen = pages(person, f"?campaign={other_world.campaign.code}")
        looked_for = marks if person != lead else marks[1:3]
        found = {name for name, (_sign, page) in chosen.items() if any(mark in page for mark in looked_for)}
        assert {name for name in found if person != lead or not name.startswith(PREPARING)} == set(), person
    own = pages(other_world.people["officer"])
    assert sum(marks[0] in page for _sign, page in own.values()) > 8, "whoever belongs there does see it"


def pages_of_own(world, person):
    """{name: page} of every address about something of the own world, as this person reads it."""
    found, client = {}, client_of(person)
    for name, route, method in addresses():
        if method == "GET" and "<" in route and not name.startswith((PUBLIC, OWN)) and name not in CHANGING:
            sign, _wrote, page = asked(client, "GET", reverse(name, kwargs=world.arguments(name, route, "officer", "own")))
            found[name] = sign, page
    return found


@pytest.mark.parametrize("role", ["lead", "clerk"])
def test_nothing_of_a_county_changes_what_is_told_of_something_of_another(world, jingde, role):
    """The choices of forms, the people to ask, the texts alike: every page about the own is the same with and without the other county."""
    person = world.people[role]
    before = pages_of_own(world, person)

    make_world(jingde, "旌")

    after = pages_of_own(world, person)
    assert {name for name in after if after[name] != before[name]} == set()
    assert sum(sign == "+" for sign, _page in after.values()) > (60 if role == "lead" else 15)


def test_a_search_finds_nothing_of_another_county(world, other_world):
    client = client_of(world.people["officer"])

    for name in ("applications:list", "inspections:review_list", "inspections:rectification_list", "dashboard_units", "dashboard_links", "results:papers"):
        page = client.get(reverse(name), {"q": "旌"}).content.decode()
        assert "旌甲镇" not in page, name


# The own campaign


# The municipal office brings in the packages of phones for every county: what they hold waits for the county's own decision.
# It alone makes a county's first campaign, says which days are worked, and reads the log.
ELSEWHERE = {
    "inspections:import_package", "status", "campaign_new", "campaign_import", "audit", "export_audit",
    "campaigns:change_day", "campaigns:import_days", "first_day", "dismiss_first_day",
}


@pytest.mark.parametrize(("role", "like"), [("officer", "officer"), ("lead", "lead")])
def test_a_county_office_may_in_its_own_campaign_what_the_municipal_office_may_in_the_citys(world, other_world, role, like):
    client, wrong, reviewed = client_of(world.people[role]), [], table()

    for name, route, method in addresses():
        if name in ELSEWHERE or name.startswith((PUBLIC, OWN)):
            continue
        cell = "".join(
            asked(client, method, reverse(name, kwargs=world.arguments(name, route, role, which)))[0] for which in (OBJECTS if "<" in route else OBJECTS[:1])
        )
        if cell != reviewed[name, method][like]:
            wrong.append(f"{name} {method}: {cell}, the municipal {like} has {reviewed[name, method][like]}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["county_clerk", "clerk", "inspector"])
def test_whoever_is_not_of_the_countys_office_has_no_more_rights_in_its_campaign_than_in_the_citys(world, role):
    client, wrong, reviewed = client_of(world.people[role]), [], table()

    for name, route, method in addresses():
        cell = "".join(
            asked(client, method, reverse(name, kwargs=world.arguments(name, route, role, which)))[0] for which in (OBJECTS if "<" in route else OBJECTS[:1])
        )
        expected = reviewed[name, method][role]
        if role == "county_clerk" and len(expected) == 4:
            expected = expected[0] * 3 + expected[3]  # in the county's world all three units stand in its tree
        if "+" in cell and any(mine == "+" and theirs != "+" for mine, theirs in zip(cell, expected.ljust(4, expected[0]), strict=False)):
            wrong.append(f"{name} {method}: {cell}, in the city's campaign {expected}")

    assert not wrong, "\n".join(wrong)


# Who may choose it


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("officer", {"xuancheng-2021"}), ("lead", {"xuancheng-2021"}), ("bureau_clerk", {"xuancheng-2021"}), ("nobody", {"xuancheng-2021"}),
        ("clerk", {"xuancheng-2021", "county-341823"}), ("county_officer", {"xuancheng-2021", "county-341823"}), ("county_clerk", {"xuancheng-2021", "county-341823"}),
        ("other_clerk", {"xuancheng-2021", "county-341825"}), ("second_inspector", {"xuancheng-2021", "county-341825"}),
        ("auditor", {"xuancheng-2021", "county-341823", "county-341825"}), ("administrator", {"xuancheng-2021", "county-341823", "county-341825"}),
    ],
)
def test_a_countys_own_campaign_is_seen_by_the_people_of_that_county(campaign, jing, jingde, request, person, codes):
    for county in (jing, jingde):
        make_county_campaign(county)

    assert set(Campaign.objects.visible_to(request.getfixturevalue(person)).values_list("code", flat=True)) == codes


def test_the_office_of_a_county_begins_with_its_own_campaign_and_everybody_else_with_the_citys(campaign, jing, county_officer, clerk, officer, client):
    own = make_county_campaign(jing)

    for person, first in ((county_officer, own), (clerk, campaign), (officer, campaign)):
        client.force_login(person)
        assert client.get(reverse("standards:standard")).context["campaign"] == first
    client.force_login(clerk)
    assert client.get(reverse("standards:standard") + f"?campaign={own.code}").context["campaign"] == own
    client.force_login(officer)
    assert client.get(reverse("standards:standard") + f"?campaign={own.code}").context["campaign"] == campaign


@pytest.mark.parametrize("method", METHODS)
def test_without_signing_in_nothing_of_a_countys_campaign_can_be_chosen(campaign, jing, client, method):
    own = make_county_campaign(jing)

    page = getattr(client, method.lower())(reverse("standards:standard") + f"?campaign={own.code}")

    assert own.title not in page.content.decode()
