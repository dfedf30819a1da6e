"""演练: a copy that looks and works like the real thing, touches nothing of it, and goes without trace."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Organization, User
from accounts.rehearsing import playing
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from xuancheng_portal import rehearsals

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(jing, taohuatan, yunling, jingde, miaoshou, education, city_office):
    return [jing, taohuatan, yunling, jingde, miaoshou, education, city_office]


@pytest.fixture
def rehearsal(campaign, units, officer):
    return rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())


def account_of(rehearsal, unit):
    return User.objects.exclude(grants__role="inspector").get(rehearsal=rehearsal.code, organization__code__endswith=f"-{unit.code}")


def counts():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


def test_the_chosen_day_falls_on_today(campaign, rehearsal):
    moved = timezone.localdate() - date(2021, 9, 20)
    assert rehearsal.rehearsed_day(timezone.now()) == date(2021, 9, 20)
    for phase in campaign.phases.all():
        copy = rehearsal.phases.get(key=phase.key)
        assert (copy.starts_at, copy.ends_at) == (phase.starts_at + moved, phase.ends_at + moved)


def test_the_units_are_copied_with_their_tree_and_no_account_can_sign_in(rehearsal, units, taohuatan):
    copies = Organization.everywhere.filter(rehearsal=rehearsal.code)
    copy = copies.get(code__endswith=taohuatan.code)
    assert copies.count() == len(units)
    assert str(copy) == "桃花潭镇（演练）"
    assert copy.county == copy.parent == copies.get(name="泾县（演练）")
    people = User.objects.filter(rehearsal=rehearsal.code)
    assert people.exists()
    assert not any(person.has_usable_password() or person.email for person in people)


def test_with_one_county_the_others_stay_out(campaign, units, officer, jing):
    made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), county=jing, by=officer, at=timezone.now())
    names = set(Organization.everywhere.filter(rehearsal=made.code).values_list("short_name", flat=True))
    assert names == {"泾县（演练）", "桃花潭镇（演练）", "云岭镇（演练）", "市教体局（演练）", "市政务公开办（演练）"}


def test_nothing_of_it_is_found_outside_and_nothing_real_inside(campaign, rehearsal, units):
    assert list(Campaign.objects.all()) == [campaign]
    assert set(Organization.objects.all()) == set(units)
    with playing(rehearsal.code):
        assert list(Campaign.objects.all()) == [rehearsal]
        assert set(Organization.objects.values_list("rehearsal", flat=True)) == {rehearsal.code}


def test_thrown_away_without_trace(campaign, units, officer):
    before = counts()
    made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())
    rehearsals.delete_rehearsal(made, typed=made.title, by=officer, at=timezone.now())
    after = counts()
    lines = after.pop("accounts.AuditEvent") - before.pop("accounts.AuditEvent")
    assert after == before | {"accounts.AuditHead": 1}
    assert lines == 2
    assert set(AuditEvent.objects.order_by("number").values_list("action", flat=True)) == {"xuancheng_portal.create_rehearsal", "xuancheng_portal.delete_rehearsal"}
    assert not AuditEvent.objects.real().exists()
    assert audit.verify() is None


def test_another_name_deletes_nothing(rehearsal, officer):
    with pytest.raises(NotAllowed):
        rehearsals.delete_rehearsal(rehearsal, typed=rehearsal.title[:-1], by=officer, at=timezone.now())
    assert Campaign.everywhere.rehearsals().exists()


def test_the_office_plays_a_unit_and_comes_back(client, rehearsal, officer, taohuatan):
    client.force_login(officer)
    clerk = account_of(rehearsal, taohuatan)
    page = client.post(reverse("enter_rehearsal", args=[rehearsal.pk]), {"account": clerk.pk}, follow=True)
    assert page.context["request"].user == clerk
    assert "回到办公室" in page.content.decode()
    client.post(reverse("applications:start"), {})
    page = client.post(reverse("leave_rehearsal"), follow=True)
    assert page.context["request"].user == officer
    assert list(AuditEvent.objects.order_by("number").values_list("action", flat=True))[-2:] == ["applications.start", "xuancheng_portal.leave_rehearsal"]
    call_command("sweep")
