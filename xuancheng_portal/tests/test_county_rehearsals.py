"""演练 of a county's own campaign: by that county's office, on copies of that county's units, and nobody else finds it."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import inbox
from accounts.models import AuditEvent, Delivery, Message, Organization, Role, User, code_of_copy
from accounts.rehearsing import playing
from accounts.tests.factories import make_organization, make_user, moment
from applications import actions as filing
from applications.models import Application
from campaigns.models import Campaign
from campaigns.permissions import acts_as_lead, acts_as_office, inspectors_for, leads_of, office_of
from campaigns.tests.factories import make_county_campaign
from inspections.models import DeskReview
from results.models import PaperKind, PaperText
from standards.tests.factories import make_standard
from xuancheng_portal import first_day, invariants, rehearsals
from xuancheng_portal.tests.test_authorization import World
from xuancheng_portal.tests.test_rehearsal_walls import SWITCHER, copies_of, walk
from xuancheng_portal.tests.test_rehearsals import account_of, counts

pytestmark = pytest.mark.django_db
DAY = date(2021, 9, 20)


def own_campaign(county, **fields):
    campaign = make_county_campaign(county, **fields)
    make_standard(campaign)
    return campaign


@pytest.fixture
def bureau(jing):
    return make_organization("泾县教体局", kind="bureau", parent=jing)


@pytest.fixture
def own(campaign, jing, taohuatan, yunling, bureau, jingde, miaoshou, education, city_office):
    """Jing County's, with units of another county and of the city around it."""
    return own_campaign(jing, host=city_office)


@pytest.fixture
def rehearsal(own, county_officer):
    return rehearsals.create_rehearsal(own, day=DAY, by=county_officer, at=timezone.now())


@pytest.fixture
def of_city(campaign, own, officer):
    return rehearsals.create_rehearsal(campaign, day=DAY, by=officer, at=timezone.now())


@pytest.fixture
def of_other(own, jingde, other_officer):
    return rehearsals.create_rehearsal(own_campaign(jingde), day=DAY, by=other_officer, at=timezone.now())


@pytest.fixture
def other_officer(jingde):
    return make_user("江小公", jingde, [Role.COUNTY_OFFICE, Role.COUNTY_LEAD], username="other_county_office")


# The copy


def test_the_county_and_its_tree_are_copied_and_nothing_else(own, rehearsal, jing):
    copies = Organization.everywhere.filter(rehearsal=rehearsal.code)

    assert set(copies.values_list("short_name", flat=True)) == {"泾县（演练）", "桃花潭镇（演练）", "云岭镇（演练）", "泾县教体局（演练）"}
    assert (rehearsal.county.name, rehearsal.county.rehearsal, rehearsal.host) == ("泾县（演练）", rehearsal.code, None)
    assert rehearsal.county != jing
    assert {copy.county for copy in copies} == {rehearsal.county}
    own.refresh_from_db()
    assert own.county == jing
    with playing(rehearsal.code):
        assert set(rehearsal.units.values_list("short_name", flat=True)) == {"桃花潭镇（演练）", "云岭镇（演练）", "泾县教体局（演练）"}
        assert set(rehearsal.counties) == {rehearsal.county}
        assert set(inspectors_for(rehearsal)) == set(User.objects.filter(rehearsal=rehearsal.code, grants__role=Role.INSPECTOR))
        assert inspectors_for(rehearsal).count() == 4


def test_the_words_of_the_countys_office_are_played_with(own, county_officer):
    PaperText.objects.create(campaign=own, kind=PaperKind.NAMING, text="县里自己的话", saved_at=moment(9, 1), saved_by=county_officer)

    made = rehearsals.create_rehearsal(own, day=DAY, by=county_officer, at=timezone.now())

    assert PaperText.objects.get(campaign=made).text == "县里自己的话"


def test_the_real_office_of_the_county_acts_in_it_and_no_other(own, rehearsal, county_officer, county_lead, officer, lead, other_officer, county_clerk):
    def acting(asked):
        return [acts_as_office(person, asked) for person in (county_officer, county_lead, officer, other_officer, county_clerk)]

    with playing(rehearsal.code):
        assert acting(rehearsal) == [True, True, False, False, False]
        assert [acts_as_lead(person, rehearsal) for person in (county_officer, county_lead, lead, other_officer)] == [False, True, False, False]
        assert (set(office_of(rehearsal)), set(leads_of(rehearsal))) == ({county_officer, county_lead}, {county_lead})
        assert set(Campaign.objects.visible_to(county_officer)) == {rehearsal}
        assert not Campaign.objects.visible_to(other_officer).exists()
    assert acting(own) == [True, True, False, False, False]


def test_what_the_county_decides_in_it_breaks_no_rule_of_the_portal(rehearsal, county_officer, taohuatan):
    unit = account_of(rehearsal, taohuatan)
    with playing(rehearsal.code):
        application = filing.start(unit.organization, rehearsal, by=unit, at=timezone.now())
        DeskReview.objects.create(application=application, scorer=county_officer, started_at=timezone.now())

    assert list(invariants.desk_review_by_office()) == []
    assert list(invariants.county_campaign_has_own_units()) == []


def test_it_is_thrown_away_without_trace(own, county_officer, county_lead, taohuatan):
    before = counts()
    made = rehearsals.create_rehearsal(own, day=DAY, by=county_officer, at=timezone.now())
    unit = account_of(made, taohuatan)
    with playing(made.code):
        filing.start(unit.organization, made, by=unit, at=timezone.now())
        inbox.leave(office_of(made), key="x", title="消息", at=timezone.now())
    assert set(Message.objects.values_list("user", flat=True)) == {county_officer.pk, county_lead.pk}
    assert not Delivery.objects.exists()

    rehearsals.delete_rehearsal(made, typed=made.title, by=county_officer, at=timezone.now())

    after = counts()
    for changed in (before, after):
        changed.pop("accounts.AuditEvent")
    assert after == before | {"accounts.AuditHead": 1}
    assert not AuditEvent.objects.real().exists()
    assert invariants.county_is_nearest() == []


# Its pages


@pytest.mark.parametrize("role", ["county_officer", "county_lead"])
def test_a_countys_office_makes_plays_and_deletes_one_of_its_own(client, own, campaign, taohuatan, request, role):
    person = request.getfixturevalue(role)
    client.force_login(person)
    page = client.get(reverse("rehearsal_list"))
    assert list(page.context["form"].fields["source"].queryset) == [own]
    assert "county" not in page.context["form"].fields
    assert f'href="{reverse("rehearsal_list")}"' in client.get(reverse("campaigns:settings")).content.decode(), "among the tabs"

    assert client.post(reverse("rehearsal_list"), {"source": campaign.pk, "day": "2021-09-20"}).context["form"].errors.keys() == {"source"}
    assert not Campaign.everywhere.rehearsals().exists()
    client.post(reverse("rehearsal_list"), {"source": own.pk, "day": "2021-09-20"})
    made = Campaign.everywhere.rehearsals().get()
    assert "泾县（演练）" in client.get(reverse("rehearsal", args=[made.pk])).content.decode()

    page = client.post(reverse("enter_rehearsal", args=[made.pk]), {"account": account_of(made, taohuatan).pk}, follow=True)
    assert page.context["request"].user.organization.short_name == "桃花潭镇（演练）"
    client.post(reverse("applications:start"), {})
    assert Application.objects.get().campaign == made
    page = client.post(reverse("leave_rehearsal"), follow=True)
    assert page.context["request"].user == person

    page = client.get(reverse("overview"), {"campaign": made.code})
    assert (page.status_code, page.context["campaign"]) == (200, made)
    assert [may_copy for row, may_copy in client.get(reverse("campaign_list")).context["rows"] if row == made] == [False], "a year begins with a real one"
    assert client.get(reverse("campaign_copy", args=[made.pk])).status_code == 403
    assert "rehearsal-strip" in page.content.decode()
    assert set(page.context["campaigns"]) == {campaign, own, made}, "what is real can be chosen again"
    assert client.get(reverse("applications:detail", args=[Application.objects.get().pk])).status_code == 200
    assert client.get(reverse("overview"), {"campaign": own.code}).context["campaign"] == own, "and back to what is real"

    client.post(reverse("move_rehearsal", args=[made.pk]), {"day": "2021-09-25"})
    made.refresh_from_db()
    assert made.rehearsed_day(timezone.now()) == date(2021, 9, 25)
    client.post(reverse("delete_rehearsal", args=[made.pk]), {"typed": made.title})
    assert not Campaign.everywhere.rehearsals().exists()
    assert Campaign.objects.filter(pk=own.pk).exists()


def test_a_draft_is_rehearsed_before_the_county_publishes_it(client, own, county_officer):
    Campaign.objects.filter(pk=own.pk).update(published_at=None)
    client.force_login(county_officer)

    client.post(reverse("rehearsal_list"), {"source": own.pk, "day": "2021-09-20"})

    assert Campaign.everywhere.rehearsals().get().published_at
    assert 'href="/rehearsals/"' in client.get(reverse("campaigns:campaign", args=[own.pk])).content.decode(), "from the draft's page"


def test_each_office_finds_its_own_rehearsals_only(rehearsal, of_city, of_other, county_officer, county_lead, officer, lead, other_officer, taohuatan):
    every = {rehearsal, of_city, of_other}
    for person, mine in ((county_officer, rehearsal), (county_lead, rehearsal), (officer, of_city), (lead, of_city), (other_officer, of_other)):
        client = Client()
        client.force_login(person)
        assert [one for one, _day in client.get(reverse("rehearsal_list")).context["rehearsals"]] == [mine], person
        for one in every - {mine}:
            asked = [client.get(reverse("rehearsal", args=[one.pk]))] + [
                client.post(reverse(name, args=[one.pk]), {"day": "2021-09-25", "typed": one.title, "account": User.everywhere.filter(rehearsal=one.code).first().pk})
                for name in ("move_rehearsal", "enter_rehearsal", "delete_rehearsal")
            ]
            assert {page.status_code for page in asked} == {404}, person
            page = client.get(reverse("home"), {"campaign": one.code}, follow=True).content.decode()
            assert "rehearsal-strip" not in page
            assert one.code not in page
    assert set(Campaign.everywhere.rehearsals()) == every
    assert {one.days_ahead for one in Campaign.everywhere.rehearsals()} == {one.days_ahead for one in every}


@pytest.mark.parametrize("role", ["clerk", "county_clerk", "inspector", "administrator", "auditor"])
def test_whoever_is_no_office_neither_makes_nor_enters_one(client, own, rehearsal, taohuatan, request, role):
    client.force_login(request.getfixturevalue(role))

    assert client.get(reverse("rehearsal_list")).status_code == 403
    assert client.post(reverse("rehearsal_list"), {"source": own.pk, "day": "2021-09-20"}).status_code == 403
    assert client.post(reverse("enter_rehearsal", args=[rehearsal.pk]), {"account": account_of(rehearsal, taohuatan).pk}).status_code == 403
    assert client.post(reverse("delete_rehearsal", args=[rehearsal.pk]), {"typed": rehearsal.title}).status_code == 403
    assert list(Campaign.everywhere.rehearsals()) == [rehearsal]


def test_whoever_is_moved_to_another_county_plays_no_more(client, rehearsal, county_officer, jingde):
    client.force_login(county_officer)
    client.get(reverse("overview"), {"campaign": rehearsal.code})
    county_officer.organization = jingde
    county_officer.save()
    client.force_login(county_officer)

    assert client.get(reverse("rehearsal", args=[rehearsal.pk])).status_code == 404
    assert client.get(reverse("home"), {"campaign": rehearsal.code}).context["rehearsal"] is None


def test_the_list_asks_as_often_for_many_as_for_one(client, own, county_officer):
    client.force_login(county_officer)
    asked = []
    for number in (1, 2):
        rehearsals.create_rehearsal(own, day=DAY, by=county_officer, at=timezone.now())
        client.get(reverse("rehearsal_list"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("rehearsal_list"))
        assert len(page.context["rehearsals"]) == number
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_first_day_of_the_municipal_office_counts_its_own_only(rehearsal, campaign, officer):
    assert first_day.rehearsal_published()[0] is False

    rehearsals.create_rehearsal(campaign, day=DAY, by=officer, at=timezone.now())

    assert first_day.rehearsal_published()[0] is True


# The walls


@pytest.fixture
def world(rehearsal, county_officer, county_lead, taohuatan, yunling, bureau, request):
    """One of everything within the rehearsal."""
    cache.clear()
    people = {"officer": county_officer, "lead": county_lead, "inspector": make_user(organization=bureau, roles=[Role.INSPECTOR])}
    people |= {name: request.getfixturevalue(name) for name in ("clerk", "county_clerk", "bureau_clerk")}
    with playing(rehearsal.code):
        return World(rehearsal, copies_of(rehearsal, {"own": taohuatan, "other": yunling, "kind": bureau}), people)


@pytest.mark.parametrize("role", ["county_officer", "officer", "other_officer", "auditor"])
def test_nobody_in_the_real_world_opens_or_lists_anything_of_it(world, rehearsal, request, role):
    client = Client(raise_request_exception=False)
    client.force_login(request.getfixturevalue(role))

    assert [path for path, sign, _page in walk(world, client) if sign not in "-x/"] == []
    listed = {
        path: found for path, _sign, page in walk(world, client, with_objects=False)
        if (found := re.findall(".{0,40}(?:演练）|【演练】).{0,40}", re.sub(SWITCHER, "", page)))
    }
    assert listed == {}
    for name in ("public_home", "public_notice_list", "public_named_list", "public_case_list"):
        assert "演练" not in Client().get(reverse(f"results:{name}"), {"campaign": rehearsal.code}).content.decode(), name


def test_within_it_the_countys_office_opens_what_it_decides_on_and_the_strip_stands_on_every_page(world, rehearsal, county_officer):
    client = Client(raise_request_exception=False)
    client.force_login(county_officer)
    client.get(reverse("home"), {"campaign": rehearsal.code})

    opened = {path: page for path, sign, page in walk(world, client) if sign == "+" and "<body" in page}

    assert [path for path, page in opened.items() if "rehearsal-strip" not in page] == []
    for kind, name in (("application", "inspections:review"), ("notice", "results:notice"), ("naming", "results:title"), ("visit", "inspections:visit"), ("phase", "campaigns:change_phase")):
        assert reverse(name, args=[world.found[kind]["own"]]) in opened, name


def test_the_code_of_a_copy_tells_whose_it_is(rehearsal, jing, jingde):
    assert rehearsal.county.code == code_of_copy(jing, rehearsal.code) != code_of_copy(jingde, rehearsal.code)
    jing.code = "0" * 40
    assert len(code_of_copy(jing, rehearsal.code)) < 40
    assert code_of_copy(jing, rehearsal.code).endswith(f"-{jing.pk}")
