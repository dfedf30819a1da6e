"""Between a rehearsal and the real world stands a wall, address by address, in both directions."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from accounts.rehearsing import playing
from xuancheng_portal import rehearsals
from xuancheng_portal.tests.test_authorization import LEFT_OUT, ROLES, World, addresses, ask
from xuancheng_portal.tests.test_rehearsals import account_of

pytestmark = pytest.mark.django_db
# Where the office chooses a rehearsal: the one place in the real world that names it.
SWITCHER = r'<a href="/?\?campaign=yanlian-[^>]*>[^<]*</a>'
# Their objects are of people or of the portal, or they are the rehearsals' own pages.
OF_NO_CAMPAIGN = ("accounts:", "handbook", "handover", "rehearsal", "move_rehearsal", "enter_rehearsal", "delete_rehearsal", "results:paper_text")


@pytest.fixture
def rehearsal(campaign, taohuatan, miaoshou, education, city_office, officer):
    return rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())


@pytest.fixture
def people(request):
    cache.clear()
    return {role: request.getfixturevalue(role) for role in ROLES}


def copies_of(rehearsal, units):
    return {which: Organization.everywhere.get(rehearsal=rehearsal.code, code__endswith=f"-{unit.code}") for which, unit in units.items()}


def walk(world, client, *, with_objects=True):
    """(address, sign, page) of every address that reads, for the objects of this world."""
    for name, route, method in addresses():
        if method == "GET" and name not in LEFT_OUT and ("<" in route) == with_objects and not name.startswith(OF_NO_CAMPAIGN):
            path = reverse(name, kwargs=world.arguments(name, route, "officer", "own"))
            sign, _wrote, page = ask(client, method, path)
            yield path, sign, page.decode(errors="replace")


@pytest.mark.parametrize("role", ["officer", "lead", "auditor", "clerk", "county_clerk", "inspector", "administrator"])
def test_nobody_in_the_real_world_opens_or_lists_anything_of_a_rehearsal(role, rehearsal, people, taohuatan, miaoshou, education):
    with playing(rehearsal.code):
        world = World(rehearsal, copies_of(rehearsal, {"own": taohuatan, "other": miaoshou, "kind": education}), people)
    client = Client(raise_request_exception=False)
    client.force_login(people[role])
    opened = [path for path, sign, _page in walk(world, client) if sign not in "-x/"]
    assert opened == []
    listed = {
        path: found for path, _sign, page in walk(world, client, with_objects=False)
        if (found := re.findall(".{0,40}(?:演练）|【演练】).{0,40}", re.sub(SWITCHER, "", page)))
    }
    assert listed == {}


def test_the_public_finds_nothing_of_a_rehearsal(rehearsal, people, taohuatan, miaoshou, education):
    with playing(rehearsal.code):
        world = World(rehearsal, copies_of(rehearsal, {"own": taohuatan, "other": miaoshou, "kind": education}), people)
    client = Client()
    for name in ("public_notice", "public_objection", "public_case", "public_case_photo", "public_experience"):
        kind = {"public_objection": "notice", "public_case_photo": "case_photo"}.get(name, name.removeprefix("public_"))
        assert client.get(reverse(f"results:{name}", args=[world.found[kind]["own"]])).status_code == 404, name
    assert client.get(reverse("results:public_objection_received", args=["CODE-own"])).status_code == 404
    for name in ("public_home", "public_notice_list", "public_named_list", "public_case_list", "public_experience_list"):
        page = client.get(reverse(f"results:{name}"), {"campaign": rehearsal.code}).content.decode()
        assert "演练" not in page, name


@pytest.mark.parametrize("of", ["taohuatan", "jing"])
def test_a_part_played_opens_nothing_real(of, request, rehearsal, people, taohuatan, miaoshou, education, campaign, officer):
    world = World(campaign, {"own": taohuatan, "other": miaoshou, "kind": education}, people)
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    client.post(reverse("enter_rehearsal", args=[rehearsal.pk]), {"account": account_of(rehearsal, request.getfixturevalue(of)).pk})
    public = ("/results/public/", "/standards/")
    opened = [path for path, sign, _page in walk(world, client) if sign not in "-x/"]
    assert [path for path in opened if not path.startswith(public)] == []
    assert opened == []


def test_the_strip_stands_on_every_page_of_the_rehearsal(rehearsal, people, taohuatan, miaoshou, education, officer):
    with playing(rehearsal.code):
        world = World(rehearsal, copies_of(rehearsal, {"own": taohuatan, "other": miaoshou, "kind": education}), people)
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    client.get(reverse("home"), {"campaign": rehearsal.code})
    bare = [
        path for path, sign, page in walk(world, client)
        if sign == "+" and "<body" in page and "rehearsal-strip" not in page
    ]
    assert bare == []


def test_nobody_else_enters_a_rehearsal(client, rehearsal, people, taohuatan):
    clerk = account_of(rehearsal, taohuatan)
    for role in ("clerk", "county_clerk", "inspector", "administrator", "auditor", "nobody"):
        client.force_login(people[role])
        assert client.post(reverse("enter_rehearsal", args=[rehearsal.pk]), {"account": clerk.pk}).status_code == 403, role
        page = client.get(reverse("accounts:inbox"), {"campaign": rehearsal.code})
        assert "rehearsal-strip" not in page.content.decode(), role


def test_only_accounts_of_the_rehearsal_are_entered_and_never_one_from_another(client, rehearsal, people, officer, taohuatan, yunling):
    client.force_login(officer)
    address = reverse("enter_rehearsal", args=[rehearsal.pk])
    assert client.post(address, {"account": people["clerk"].pk}).status_code == 404
    assert client.post(address, {"account": "x"}).status_code == 404
    first, *_others = User.everywhere.filter(rehearsal=rehearsal.code, grants__role="unit_clerk")
    other = User.everywhere.filter(rehearsal=rehearsal.code, grants__role="inspector").first()
    client.post(address, {"account": first.pk})
    page = client.post(address, {"account": other.pk}, follow=True)
    assert page.context["request"].user == first
    assert "请先回到办公室" in page.content.decode()


def test_whoever_leaves_the_office_leaves_the_part(client, rehearsal, officer, taohuatan):
    client.force_login(officer)
    client.post(reverse("enter_rehearsal", args=[rehearsal.pk]), {"account": account_of(rehearsal, taohuatan).pk})
    officer.grants.all().delete()
    page = client.get(reverse("home"), follow=True)
    assert not getattr(page.context["request"].user, "rehearsal", "")
    assert "rehearsal-strip" not in page.content.decode()
