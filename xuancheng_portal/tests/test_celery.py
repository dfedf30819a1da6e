import threading

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.models import Organization
from accounts.tests.factories import make_organization
from xuancheng_portal.celery import app


@pytest.fixture
def real_broker():
    """Messages travel: through Redis where CELERY_BROKER_URL names one, else through memory."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.mark.django_db(transaction=True)
def test_a_message_sent_after_commit_reaches_a_worker(real_broker):
    arrived, received = threading.Event(), []

    @app.task(name="tests.arrive")
    def arrive(number):
        received.append(number)
        arrived.set()

    with start_worker(app, pool="solo", perform_ping_check=False):
        with transaction.atomic():
            arrive.delay_on_commit(7)
            assert not arrived.wait(0.1)
        assert arrived.wait(20)

    assert received == [7]


@pytest.mark.django_db(transaction=True)
def test_what_was_saved_stays_saved_when_the_broker_is_away(monkeypatch, caplog):
    def unreachable(*args, **kwargs):
        raise OperationalError("connection refused")

    @app.task(name="tests.notice")
    def notice():
        """Never gets this far."""

    monkeypatch.setattr(notice, "apply_async", unreachable)

    with transaction.atomic():
        make_organization("溪口镇")
        notice.delay_on_commit()

    assert Organization.objects.filter(name="溪口镇").exists()
    assert "connection refused" in caplog.text


def test_every_duty_of_the_timetable_is_a_task_the_worker_knows():
    app.loader.import_default_modules()

    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert planned
    assert planned <= set(app.tasks)
