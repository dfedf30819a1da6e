"""When the calendar changes, what was counted in working days is counted anew: shown, asked for, recorded, told."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent
from campaigns import actions as calendar
from campaigns.tests.factories import moment
from results import actions, rules
from results.models import Objection
from results.tasks import sweep_lost_messages
from results.tests.factories import make_notice, make_objection, make_place, make_scored

NOW = moment(10, 12, 9)
ADDRESS = "/results/deadlines/"


@pytest.fixture
def running(campaign, jing):
    """A notice of five working days from 10-12, and an objection to be answered within ten; nobody knows the holidays."""
    application = make_scored("榔桥镇", campaign, 92, parent=jing)
    make_place(application, 1)
    notice = make_notice([application], published_at=moment(10, 11, 10), starts_on=date(2021, 10, 12), ends_on=date(2021, 10, 18))
    make_objection(notice.entries.get(), received_at=NOW, due_on=date(2021, 10, 26))
    return notice


def holiday(officer, day, worked=False):
    calendar.change_day(day, is_workday=worked, name="放假", reason="通知", by=officer, at=NOW)


def found(campaign):
    return {deadline.is_notice: deadline for deadline in rules.workday_deadlines(campaign, Objection.objects.all(), NOW)}


def test_while_the_calendar_says_the_same_nothing_moves_but_the_year_is_flagged(campaign, running):
    assert {(deadline.moves, deadline.is_confirmed) for deadline in found(campaign).values()} == {(False, False)}


@time_machine.travel(NOW, tick=False)
def test_a_holiday_lengthens_both_and_people_are_told(client, campaign, running, officer, lead, django_capture_on_commit_callbacks):
    holiday(officer, date(2021, 10, 13))
    client.force_login(officer)
    assert "要改" in client.get(ADDRESS).content.decode()
    assert "按新的工作日历核对期限" in client.get(reverse("overview")).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(ADDRESS, {"reason": "临时放假"})

    running.refresh_from_db()
    assert running.ends_on == date(2021, 10, 19)
    assert Objection.objects.get().due_on == date(2021, 10, 27)
    assert {entry.action for entry in AuditEvent.objects.filter(detail__reason="临时放假")} == {"results.move_notice", "results.move_objection"}
    assert lead.messages.get(event="results.notice_moved").title == f"公示期延长至 2021-10-19：{running.title}"
    assert "要改" not in client.get(ADDRESS).content.decode()


@time_machine.travel(NOW, tick=False)
def test_who_was_not_told_because_the_broker_was_away_is_told_by_the_sweep(campaign, running, officer, lead):
    holiday(officer, date(2021, 10, 13))
    actions.recount_deadlines(campaign, Objection.objects.all(), "临时放假", by=officer, at=NOW)
    assert not lead.messages.filter(event="results.notice_moved").exists()

    for _again in range(2):
        sweep_lost_messages(NOW)

    assert lead.messages.filter(event="results.notice_moved").count() == 1


@time_machine.travel(NOW, tick=False)
def test_a_notice_is_never_cut_short(client, campaign, running, officer):
    holiday(officer, date(2021, 10, 16), worked=True)
    client.force_login(officer)

    client.post(ADDRESS, {"reason": "调休"})

    running.refresh_from_db()
    assert running.ends_on == date(2021, 10, 18)
    assert Objection.objects.get().due_on == date(2021, 10, 25)
    assert "已经公布的公示期不缩短" in client.get(ADDRESS).content.decode()


@time_machine.travel(NOW, tick=False)
def test_without_a_reason_nothing_moves(client, campaign, running, officer):
    holiday(officer, date(2021, 10, 13))
    client.force_login(officer)

    assert "请填写理由" in client.post(ADDRESS, {"reason": " "}).content.decode()

    running.refresh_from_db()
    assert running.ends_on == date(2021, 10, 18)


@time_machine.travel(moment(10, 19), tick=False)
def test_what_has_ended_stays_as_it_was(campaign, running, officer):
    holiday(officer, date(2021, 10, 13))

    assert [deadline.is_notice for deadline in rules.workday_deadlines(campaign, Objection.objects.none(), moment(10, 19))] == []
    assert len(rules.workday_deadlines(campaign, Objection.objects.none(), moment(10, 18, 23))) == 1


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("lead", 200), ("administrator", 403), ("auditor", 403), ("clerk", 403)])
def test_who_counts_anew(client, request, campaign, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(ADDRESS).status_code == status
