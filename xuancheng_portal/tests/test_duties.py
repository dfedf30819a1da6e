"""Everything by the clock: each duty leaves a heartbeat, one that fails stops no other, and machines can ask."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Heartbeat
from campaigns.tests.factories import moment
from xuancheng_portal import duties, health

AT = moment(9, 27, 10)


def test_every_sweep_of_every_app_is_a_duty():
    names = set(duties.every_duty())

    assert {"accounts.mail", "accounts.jobs", "xuancheng_portal.quotas"} <= names
    assert names == set(duties.LABELS)


def test_a_sweep_leaves_a_heartbeat_for_each_duty(campaign):
    assert duties.run(AT) == []

    assert set(Heartbeat.objects.filter(at=AT, succeeded=True).values_list("duty", flat=True)) == set(duties.every_duty())


def test_a_duty_that_fails_says_so_and_stops_no_other(campaign, monkeypatch):
    ran = []

    def poisoned(at):
        raise RuntimeError("坏了")

    monkeypatch.setattr(duties, "every_duty", lambda: {"a.poisoned": poisoned, "b.fine": ran.append})

    assert duties.run(AT) == ["a.poisoned"]

    assert ran == [AT]
    assert Heartbeat.objects.get(duty="a.poisoned").detail == "RuntimeError: 坏了"
    assert Heartbeat.objects.get(duty="b.fine").succeeded


def test_the_sweep_command_does_it_once_by_hand(campaign, capsys):
    call_command("sweep")

    assert "duties done" in capsys.readouterr().out


def test_machines_are_told_all_is_well_with_the_last_heartbeats(client, db):
    duties.run(timezone.now())

    response = client.get("/healthz")

    facts = response.json()
    assert response.status_code == 200
    assert (facts["database"], facts["broker"], facts["storage"]) == ("ok", "ok", "ok")
    assert facts["duties"]["accounts.mail"]


@pytest.mark.parametrize("part", ["broker", "storage", "database"])
def test_machines_are_told_what_is_down(client, db, monkeypatch, part):
    monkeypatch.setattr(health, part, lambda: False)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()[part] == "down"


def test_a_database_that_is_away_is_down_not_an_error(db, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Away())

    assert not health.database()


def test_a_duty_silent_for_more_than_five_minutes_shows(db):
    now = timezone.now()
    duties.run(now)

    assert all(alive for _beat, alive in health.duties(now + timedelta(minutes=5)).values())
    assert not any(alive for _beat, alive in health.duties(now + timedelta(minutes=5, seconds=1)).values())


@pytest.mark.parametrize(("person", "status"), [("administrator", 200), ("officer", 200), ("auditor", 200), ("clerk", 403), ("inspector", 403)])
def test_who_sees_the_status_page(client, request, person, status):
    client.force_login(request.getfixturevalue(person))

    response = client.get(reverse("status"))

    assert response.status_code == status
    if status == 200:
        assert "发送邮件" in response.content.decode()
        assert "还没有运行过" in response.content.decode()
