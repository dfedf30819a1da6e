"""One page that tells whether the portal is well, and what somebody should do about it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import inbox
from accounts.models import Delivery, Heartbeat, Job
from xuancheng_portal import health


@pytest.fixture
def seen(client, administrator):
    client.force_login(administrator)
    return lambda: client.get(reverse("status")).content.decode()


@pytest.mark.parametrize(("used", "warned"), [(849, False), (850, True), (990, True)])
def test_a_warning_comes_at_85_percent(seen, monkeypatch, used, warned):
    monkeypatch.setattr(health, "disk", lambda: health.Disk(used, 1000 - used))

    assert ("快满了" in seen()) == warned


@pytest.mark.django_db(transaction=True)  # A backup chooses its isolation before the first query of a transaction.
def test_the_last_backup_is_told(seen, campaign, tmp_path):
    assert "还没有备份过" in seen()

    call_command("backup", str(tmp_path / "portal.zip"))

    assert "还没有备份过" not in seen()
    assert "行数据" in seen()
    assert "两天没有备份" not in seen()
    Heartbeat.objects.filter(duty="backup").update(at=timezone.now() - timedelta(days=2, minutes=1))
    assert "两天没有备份" in seen()


def test_the_last_check_of_the_audit_log_is_told(seen, campaign):
    assert "还没有核对过" in seen()

    call_command("verify_audit")

    assert "审计链完整" in seen()
    Heartbeat.objects.filter(duty="verify_audit").update(at=timezone.now() - timedelta(days=32))
    assert "一个月没有核对" in seen()


def test_what_failed_is_counted_and_leads_to_the_list(seen, clerk, administrator):
    inbox.leave([clerk], key="x", title="x", at=timezone.now())
    Delivery.objects.update(state="failed", error="坏了")
    Job.objects.create(owner=administrator, kind="x", title="x", state="failed", created_at=timezone.now(), error="坏了")
    Job.objects.create(owner=administrator, kind="x", title="x", state="failed", created_at=timezone.now() - timedelta(days=8), error="坏了")

    counted = health.queues(timezone.now())

    assert (counted["failed_letters"], counted["failed_jobs"]) == (1, 1)
    assert reverse("accounts:delivery_list") + "?state=failed" in seen()


@pytest.mark.parametrize(("minutes", "late"), [(59, False), (61, True)])
def test_work_that_waits_for_an_hour_is_overdue(administrator, minutes, late):
    now = timezone.now()
    Job.objects.create(owner=administrator, kind="x", title="x", created_at=now - timedelta(minutes=minutes))

    assert bool(health.overdue(now)) == late


def test_how_much_lies_in_the_queue_is_asked_of_the_broker(db):
    assert health.queued() == 0


def test_a_broker_that_is_away_is_no_error(seen, monkeypatch):
    monkeypatch.setattr(health, "queued", lambda: None)

    assert "问不到" in seen()
