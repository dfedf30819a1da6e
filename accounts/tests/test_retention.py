"""Kept so long and no longer: how to reach people whose account is out of use, and traces of sign-ins. Rows and the log stay."""

from datetime import datetime, timedelta

import pytest
import time_machine
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts import actions, audit, retention, tasks
from accounts.models import AuditEvent, Delivery, Heartbeat, Job, Message, User
from accounts.tests.factories import make_user

REACHED = {"phone": "13905630000", "email": "zhang@example.com", "wecom": "zhangsan", "employee_number": "A1"}


def local(year, month, day, hour=0, minute=0, second=0):
    return timezone.make_aware(datetime(year, month, day, hour, minute, second))


LEFT = local(2021, 11, 12, 23, 59, 59)
LAST_DAY, AFTER = local(2023, 11, 12, 23, 59), local(2023, 11, 13, 0, 1)


@pytest.fixture
def leaver(administrator):
    with time_machine.travel(local(2021, 1, 4), tick=False):
        user = make_user(name="张三", **REACHED)
    User.objects.filter(pk=user.pk).update(date_joined=local(2021, 1, 4), last_login=local(2021, 10, 1))
    actions.disable(user, reason="调离本单位", by=administrator, at=LEFT)
    return user


def reached(user):
    return {field: getattr(User.objects.get(pk=user.pk), field) for field in REACHED}


def test_whoever_left_is_forgotten_when_the_months_are_over_and_not_a_day_before(leaver):
    tasks.sweep_personal_data(LAST_DAY)
    assert reached(leaver) == REACHED

    tasks.sweep_personal_data(AFTER)
    assert reached(leaver) == dict.fromkeys(REACHED, "")
    assert User.objects.get(pk=leaver.pk).name == "张三"
    told = AuditEvent.objects.get(action="accounts.remove_personal_data")
    assert (told.by, told.detail["people"], told.at) == (None, 1, AFTER)
    assert "13905630000" not in str(told.detail)
    assert AuditEvent.objects.filter(action="accounts.disable", target_id=str(leaver.pk)).exists()
    assert audit.verify() is None


def test_who_is_in_use_or_was_disabled_again_later_keeps_the_telephone(leaver, administrator):
    at_work = make_user(phone="13905630001")
    User.objects.filter(pk=at_work.pk).update(date_joined=local(2020, 1, 1))
    actions.enable(leaver, by=administrator, at=local(2023, 1, 1))
    actions.disable(leaver, reason="再次调离", by=administrator, at=local(2023, 2, 1))

    tasks.sweep_personal_data(AFTER)

    assert reached(leaver) == REACHED
    assert reached(at_work)["phone"] == "13905630001"
    assert not AuditEvent.objects.filter(action="accounts.remove_personal_data").exists()


def test_traces_of_devices_and_reasons_of_failed_letters_go_by_the_same_limit(officer):
    limit = local(2021, 11, 13)
    for at in (limit - timedelta(seconds=1), limit):
        log = AccessLog.objects.create(username=officer.username, ip_address="10.1.2.3", user_agent="Chrome")
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=at)
        message = Message.objects.create(user=officer, key=str(at), title="消息", created_at=at)
        Delivery.objects.create(message=message, channel="mail", state="failed", error="550 <zhang@example.com>", due_at=at)
    Session.objects.create(session_key="old", session_data="x", expire_date=AFTER - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="x", expire_date=AFTER + timedelta(seconds=1))

    tasks.sweep_personal_data(AFTER)

    assert [log.attempt_time for log in AccessLog.objects.all()] == [limit]
    assert list(Delivery.objects.order_by("due_at").values_list("error", flat=True)) == ["", "550 <zhang@example.com>"]
    assert Delivery.objects.filter(state="failed").count() == 2
    assert [session.session_key for session in Session.objects.all()] == ["new"]
    assert AuditEvent.objects.get(action="accounts.remove_personal_data").detail == {"people": 0, "sign_ins": 1, "downloads": 0, "deliveries": 1, "before": str(limit)}


def test_exported_files_go_and_their_rows_say_so(client, officer, django_capture_on_commit_callbacks):
    limit, jobs = local(2021, 11, 13), []
    for at in (limit - timedelta(seconds=1), limit):
        file = default_storage.save("export", ContentFile("姓名和电话".encode()))
        jobs.append(Job.objects.create(owner=officer, kind="x", title="申报汇总表", state="done", file=file, filename="申报汇总表.xlsx", created_at=at, finished_at=at))

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_personal_data(AFTER)

    assert [default_storage.exists(job.file) for job in jobs] == [False, True]
    assert AuditEvent.objects.get(action="accounts.remove_personal_data").detail["downloads"] == 1
    client.force_login(officer)
    assert "这个文件已按保存期限删除" in client.get(jobs[0].get_absolute_url()).content.decode()
    assert client.get(reverse("accounts:download", args=[jobs[0].pk])).status_code == 404
    assert "已按保存期限删除" not in client.get(jobs[1].get_absolute_url()).content.decode()
    kept = client.get(reverse("accounts:download", args=[jobs[1].pk]))
    assert b"".join(kept.streaming_content).decode() == "姓名和电话"
    kept.close()


def test_it_is_done_once_a_day_and_again_when_it_failed(leaver, monkeypatch):
    began = []
    monkeypatch.setattr(retention, "remove_personal_data", lambda *, at: began.append(at))
    for at, succeeded in [(AFTER, True), (AFTER + timedelta(hours=1), True), (AFTER + timedelta(days=1), False), (AFTER + timedelta(days=1, minutes=1), True)]:
        tasks.sweep_personal_data(at)
        Heartbeat.objects.update_or_create(duty=retention.DUTY, defaults={"at": at, "succeeded": succeeded})

    assert began == [AFTER, AFTER + timedelta(days=1), AFTER + timedelta(days=1, minutes=1)]


@pytest.mark.parametrize(("months", "at", "since"), [
    (24, local(2023, 11, 13, 8), local(2021, 11, 13)), (6, local(2023, 8, 31), local(2023, 2, 28)), (6, local(2024, 8, 31), local(2024, 2, 29)),
    (12, local(2024, 2, 29, 23), local(2023, 2, 28)), (11, local(2024, 1, 5), local(2023, 2, 5)), (12, local(2023, 12, 31), local(2022, 12, 31)),
])
def test_months_are_counted_by_the_calendar(settings, months, at, since):
    settings.PERSONAL_DATA_MONTHS = months

    assert retention.kept_since(at) == since
