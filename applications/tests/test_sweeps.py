"""What the clock does: reminders once each, made up for after a stop, one bad row stopping no other."""

from datetime import timedelta

import pytest

from accounts.models import Message
from applications import notices, rules, tasks
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.models import Extension
from campaigns.tests.factories import moment

END = moment(10, 1)
S = Application.Status


def titles(person):
    return list(person.messages.order_by("pk").values_list("title", flat=True))


@pytest.mark.parametrize(
    ("before", "told"),
    [(timedelta(days=7, seconds=1), 0), (timedelta(days=7), 1), (timedelta(days=3), 1), (timedelta(seconds=1), 1), (timedelta(0), 0)],
)
def test_an_unfinished_draft_is_reminded_within_seven_days(before, told, campaign, taohuatan, clerk):
    make_application(taohuatan, campaign)

    tasks.sweep_deadline_reminders(END - before)

    assert len(titles(clerk)) == told


def test_each_reminder_is_sent_once_and_after_a_stop_only_the_nearest(campaign, taohuatan, clerk):
    make_application(taohuatan, campaign)

    for days in (6.9, 6.9, 6.5, 2.5, 2.5, 0.5, 0.5):
        tasks.sweep_deadline_reminders(END - timedelta(days=days))
    assert len(titles(clerk)) == 3

    Message.objects.all().delete()
    tasks.sweep_deadline_reminders(END - timedelta(days=0.5))
    assert titles(clerk) == ["桃花潭镇的申报尚未报送，9月30日（周四）24:00 截止"]


@pytest.mark.parametrize("status", [S.WITH_COUNTY, S.SUBMITTED, S.WITHDRAWN, S.RETURNED])
def test_who_has_sent_is_left_alone(status, campaign, taohuatan, clerk):
    make_application(taohuatan, campaign, status)

    tasks.sweep_deadline_reminders(END - timedelta(hours=2))

    assert titles(clerk) == []


def test_an_extended_unit_is_reminded_before_its_own_end(campaign, taohuatan, clerk, yunling, officer):
    make_application(taohuatan, campaign)
    other = make_application(yunling, campaign).started_by
    Extension.objects.create(phase=campaign.phases.get(key="application"), organization=taohuatan, until=moment(10, 20), reason="x", granted_at=END, granted_by=officer)

    tasks.sweep_deadline_reminders(moment(10, 19, 12))

    assert titles(clerk) == ["桃花潭镇的申报尚未报送，10月19日（周二）24:00 截止"]
    assert titles(other) == []


def test_a_county_below_its_minimum_is_urged_and_the_office_hears_at_the_end(campaign, jing, taohuatan, yunling, county_clerk, officer):
    make_application(taohuatan, campaign, S.SUBMITTED)

    for at in (END - timedelta(days=2), END - timedelta(days=2)):
        tasks.sweep_county_shortfall(at)
    assert titles(county_clerk) == ["乡镇（街道）示范点还需推荐 1 个，9月30日（周四）24:00 截止"]
    tasks.sweep_shortfall_reports(END - timedelta(seconds=1))
    assert titles(officer) == []
    for at in (END + timedelta(days=2), END + timedelta(days=3)):
        tasks.sweep_shortfall_reports(at)

    assert titles(officer) == ["申报已截止，有 1 个县（市、区）没有达到最低推荐数"]
    assert "泾县：乡镇（街道）示范点已报送 1 个，至少 2 个" in officer.messages.get().body


def test_nobody_is_urged_where_the_minimum_is_met(campaign, jing, taohuatan, yunling, county_clerk, officer):
    make_application(taohuatan, campaign, S.SUBMITTED)
    make_application(yunling, campaign, S.SUBMITTED)

    tasks.sweep_county_shortfall(END - timedelta(days=1))
    tasks.sweep_shortfall_reports(END)

    assert (titles(county_clerk), titles(officer)) == ([], [])


def test_a_return_is_reminded_a_day_before_and_marked_when_overdue(campaign, taohuatan, clerk, officer):
    due = rules.open_return(make_application(taohuatan, campaign, S.RETURNED)).due_at

    for at in (due - timedelta(days=1, seconds=1), due - timedelta(days=1), due - timedelta(hours=1), due, due + timedelta(days=1)):
        tasks.sweep_returns(at)

    assert [title[:10] for title in titles(clerk)] == ["桃花潭镇的补正 10", "桃花潭镇的补正已经逾"]
    assert len(titles(officer)) == 1


def test_what_was_lost_with_the_broker_is_told_by_the_sweep_once(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    now = moment(9, 29)

    tasks.sweep_untold(now)
    tasks.sweep_untold(now)
    notices.tell_of_submission(application.submissions.get().pk)

    assert len(titles(clerk)) == len(titles(officer)) == 1
    tasks.sweep_untold(now + timedelta(days=30))
    assert len(titles(clerk)) == 1


def test_one_bad_row_stops_no_other(campaign, taohuatan, yunling, clerk, monkeypatch):
    make_application(yunling, campaign)
    make_application(taohuatan, campaign)
    progress = rules.progress

    def poisoned(application):
        if application.organization == yunling:
            raise RuntimeError
        return progress(application)

    monkeypatch.setattr(rules, "progress", poisoned)
    tasks.sweep_deadline_reminders(END - timedelta(days=1))

    assert len(titles(clerk)) == 1


def test_notices_tell_of_returns_and_decisions(campaign, taohuatan, clerk, county_clerk, officer):
    returned = make_application(taohuatan, campaign, S.RETURNED).returns.get()

    notices.tell_of_return(returned.pk)

    assert titles(clerk) == titles(county_clerk) == ["桃花潭镇的申报有 1 项被退回，请在 10月9日（周六）24:00 前补正"]
    assert "1.1 机构健全：请补充会议纪要。" in clerk.messages.get().body
    assert titles(officer) == []
