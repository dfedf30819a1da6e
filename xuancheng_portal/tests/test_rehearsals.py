"""演练: a copy that looks and works like the real thing, touches nothing of it, and goes without trace."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import audit, inbox
from accounts.models import AuditEvent, Delivery, Job, Message, Organization, User
from accounts.rehearsing import current, paths_to, playing
from applications import actions as filing
from applications.models import Reminder
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from xuancheng_portal import rehearsals
from xuancheng_portal.celery import HEADER, app, carry_rehearsal
from xuancheng_portal.rehearsals import deleting, moving

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(jing, taohuatan, yunling, jingde, miaoshou, education, city_office):
    return [jing, taohuatan, yunling, jingde, miaoshou, education, city_office]


@pytest.fixture
def rehearsal(campaign, units, officer):
    return rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())


def account_of(rehearsal, unit):
    return User.everywhere.exclude(grants__role="inspector").get(rehearsal=rehearsal.code, organization__code__endswith=f"-{unit.code}")


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
    assert rehearsal.organizer == "市政务公开办（演练）"
    assert copy.county == copy.parent == copies.get(name="泾县（演练）")
    people = User.everywhere.filter(rehearsal=rehearsal.code)
    assert people.exists()
    assert not any(person.has_usable_password() or person.email for person in people)


def test_with_one_county_the_others_stay_out(campaign, units, officer, jing):
    made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), county=jing, by=officer, at=timezone.now())
    names = set(Organization.everywhere.filter(rehearsal=made.code).values_list("short_name", flat=True))
    assert names == {"泾县（演练）", "桃花潭镇（演练）", "云岭镇（演练）", "市教体局（演练）", "市政务公开办（演练）"}


def test_another_one_made_from_inside_copies_the_real_units(campaign, rehearsal, units, officer):
    with playing(rehearsal.code):
        made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 25), by=officer, at=timezone.now())
    assert Organization.everywhere.filter(rehearsal=made.code, name="桃花潭镇（演练）").count() == 1
    assert Organization.everywhere.filter(rehearsal=made.code).count() == len(units)


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
    assert lines == 3
    assert list(AuditEvent.objects.order_by("number").values_list("action", flat=True)) == ["campaigns.copy", "xuancheng_portal.create_rehearsal", "xuancheng_portal.delete_rehearsal"]
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
    event = AuditEvent.objects.get(action="applications.start")
    assert (event.by, event.organization, event.detail["unit"]) == (None, None, "桃花潭镇（演练）")
    assert [event.action for event in client.get(reverse("home")).context["events"]] == ["applications.start"]
    page = client.post(reverse("leave_rehearsal"), follow=True)
    assert page.context["request"].user == officer
    assert list(AuditEvent.objects.order_by("number").values_list("action", flat=True))[-2:] == ["applications.start", "xuancheng_portal.leave_rehearsal"]
    call_command("sweep")


def test_every_table_is_emptied_of_a_rehearsal_and_every_frozen_one_lets_go_of_it():
    """A new table that hangs on a campaign, a unit or a person is found by itself; one that is frozen has to say how it knows a rehearsal."""
    hanging = set(paths_to(Campaign, Organization, User)) - {AuditEvent}
    assert hanging <= set(deleting.tables())
    frozen = {model for model in hanging if hasattr(model, "frozen_fields")}
    assert frozen
    for model in frozen:
        target = model
        for step in model.freed_by.split("__"):
            target = target._meta.get_field(step).related_model
        assert target._meta.get_field("rehearsal"), model


def test_every_date_of_a_campaign_moves_with_it_or_is_known_as_content():
    dates = {
        f"{model._meta.label}.{field.name}" for model in paths_to(Campaign) for field in model._meta.concrete_fields
        if isinstance(field, models.DateField) and field not in moving.dates_of(model)
    }
    assert dates == {f"{label}.{name}" for label, names in moving.CONTENT.items() for name in names}
    assert all(apps.get_model(label)._meta.get_field(name) for label, name in moving.LISTS_OF_DAYS.items())


def test_what_was_set_moves_with_the_day(campaign, rehearsal, units, officer, taohuatan):
    clerk = account_of(rehearsal, taohuatan)
    first, last = rehearsal.phases.first(), rehearsal.phases.last()
    with playing(rehearsal.code):
        for day in (0, 1):
            Reminder.objects.create(campaign=rehearsal, organization=clerk.organization, on=timezone.localdate() - timedelta(days=day), reminded_at=timezone.now(), reminded_by=officer)
    before = set(Reminder.objects.values_list("on", flat=True))
    rehearsals.move_rehearsal(rehearsal, day=date(2021, 9, 21), by=officer, at=timezone.now())
    assert set(Reminder.objects.values_list("on", flat=True)) == {day - timedelta(days=1) for day in before}
    rehearsals.move_rehearsal(rehearsal, day=date(2021, 9, 29), by=officer, at=timezone.now())
    assert set(Reminder.objects.values_list("on", flat=True)) == {day - timedelta(days=9) for day in before}
    for phase in (first, last):
        assert rehearsal.phases.get(pk=phase.pk).starts_at == phase.starts_at - timedelta(days=9)
    rehearsal.refresh_from_db()
    assert rehearsal.rehearsed_day(timezone.now()) == date(2021, 9, 29)
    assert campaign.phases.get(key=first.key).starts_at.year == 2021


def test_a_draft_is_rehearsed_before_it_is_published(campaign, units, officer):
    Campaign.objects.update(published_at=None)
    made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())
    assert made.published_at
    assert not Campaign.objects.published().exists()


def test_what_is_no_campaign_yet_and_what_is_a_rehearsal_are_refused(campaign, rehearsal, officer):
    with pytest.raises(NotAllowed, match="真实的活动"):
        rehearsals.create_rehearsal(rehearsal, day=date(2021, 9, 20), by=officer, at=timezone.now())
    campaign.standards.all().delete()
    with pytest.raises(NotAllowed, match="建设标准"):
        rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())


def test_something_real_that_hangs_on_it_keeps_it(campaign, rehearsal, officer, clerk):
    """It cannot come about on any page; should it, nothing real is deleted."""
    User.objects.filter(pk=clerk.pk).update(organization=Organization.everywhere.filter(rehearsal=rehearsal.code).first())
    with pytest.raises(deleting.NotOnlyRehearsed):
        rehearsals.delete_rehearsal(rehearsal, typed=rehearsal.title, by=officer, at=timezone.now())
    assert User.objects.filter(pk=clerk.pk).exists()
    assert Campaign.everywhere.rehearsals().exists()


def test_the_database_keeps_rehearsal_accounts_from_signing_in_and_their_messages_from_mail(rehearsal, officer):
    account = User.everywhere.filter(rehearsal=rehearsal.code).first()
    for fields in ({"email": "a@example.com"}, {"password": "pbkdf2_sha256$1"}, {"phone": "13800000000"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.everywhere.filter(pk=account.pk).update(**fields)
    with playing(rehearsal.code):
        inbox.leave([officer], key="x", title="消息", url="/results/notices/#list", at=timezone.now())
    message = Message.objects.get(key="x")
    assert (message.title, message.url, message.deliveries.count()) == ("【演练】消息", f"/results/notices/?campaign={rehearsal.code}#list", 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(message=message, channel="mail", due_at=timezone.now())


def test_a_rehearsal_is_chosen_and_left_by_the_switcher(client, campaign, rehearsal, officer):
    client.force_login(officer)
    assert client.get(reverse("overview")).context["campaign"] == campaign
    page = client.get(reverse("overview"), {"campaign": rehearsal.code})
    assert page.context["campaign"] == rehearsal
    assert "演练日期 2021 年 9 月 20 日" in page.content.decode()
    assert client.get(reverse("overview")).context["campaign"] == rehearsal
    assert client.get(reverse("overview"), {"campaign": campaign.code}).context["campaign"] == campaign
    assert client.get(reverse("overview")).context["campaign"] == campaign


def test_a_rehearsal_is_not_archived(client, rehearsal, officer):
    client.force_login(officer)
    page = client.get(reverse("archive"), {"campaign": rehearsal.code})
    assert "演练不归档" in page.content.decode()
    client.post(reverse("archive"))
    assert not Job.objects.exists()


def test_the_audit_shows_entries_of_rehearsals_to_whoever_asks(client, campaign, rehearsal, auditor):
    client.force_login(auditor)
    address = reverse("admin:accounts_auditevent_changelist")
    assert "新建演练" not in client.get(address).content.decode().split("changelist-form")[-1]
    assert "新建演练" in client.get(address, {"rehearsal": "only"}).content.decode().split("changelist-form")[-1]


def test_the_administration_lists_and_exports_nothing_of_it(rf, campaign, units, officer, administrator):
    request = rf.get("/")
    request.user = administrator

    def listed():
        return {model._meta.label: registered.get_queryset(request).count() for model, registered in admin.site._registry.items() if model is not AuditEvent}

    before = listed()
    made = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())
    with playing(made.code):
        inbox.leave([officer], key="x", title="消息", at=timezone.now())
        filing.start(account_of(made, units[1]).organization, made, by=account_of(made, units[1]), at=timezone.now())
    assert listed() == before


def test_a_message_begun_in_a_rehearsal_is_done_in_it():
    headers = {}
    with playing("yanlian-x"):
        carry_rehearsal(headers=headers)
    assert headers == {HEADER: "yanlian-x"}
    seen = []

    @app.task(name="rehearsal_seen")
    def task():
        seen.append(current())

    task.push_request(**headers)
    try:
        task()
    finally:
        task.pop_request()
        app.tasks.pop("rehearsal_seen")
    assert (seen, current()) == (["yanlian-x"], "")


def test_the_list_asks_as_often_for_many_as_for_one(client, campaign, units, officer):
    client.force_login(officer)
    client.get(reverse("rehearsal_list"))
    asked = []
    for _number in range(2):
        rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=officer, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("rehearsal_list"))
        asked.append(len(queries))
    assert asked[0] == asked[1]
