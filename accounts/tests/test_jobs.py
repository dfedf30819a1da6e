"""Work behind the page: queued, claimed once, fetched by its owner only."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.models import AuditEvent, Job
from accounts.tasks import sweep_jobs


@pytest.fixture
def greeting(monkeypatch):
    made = []

    def make(job, progress):
        made.append(job.pk)
        progress(3, of=3)
        return "名单.txt", "你好".encode()

    monkeypatch.setitem(jobs._kinds, "test.greeting", make)
    return made


@pytest.fixture
def start(officer, django_capture_on_commit_callbacks):
    def start(kind="test.greeting"):
        with django_capture_on_commit_callbacks(execute=True):
            return jobs.start(kind, "名单", by=officer, at=timezone.now(), track=1)

    return start


def test_a_job_makes_its_file_and_tells_its_owner(client, officer, greeting, start):
    job = start()

    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.filename) == (Job.State.DONE, 3, 3, "名单.txt")
    assert officer.messages.get().url == job.get_absolute_url()
    assert AuditEvent.objects.get().action == "accounts.export"
    client.force_login(officer)
    response = client.get(reverse("accounts:download", args=[job.pk]))
    assert b"".join(response.streaming_content) == "你好".encode()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%90%8D%E5%8D%95.txt"
    assert "名单" in client.get(reverse("accounts:downloads")).content.decode()
    assert "下载 名单.txt" in client.get(reverse("accounts:job", args=[job.pk])).content.decode()


def test_a_second_message_for_the_same_job_does_nothing(greeting, start):
    job = start()

    jobs.run(job.pk)

    assert greeting == [job.pk]


def test_a_job_that_fails_says_why(client, officer, monkeypatch):
    def broken(job, progress):
        raise RuntimeError("第 3 行没有单位代码")

    monkeypatch.setitem(jobs._kinds, "test.broken", broken)
    job = Job.objects.create(owner=officer, kind="test.broken", title="名单", created_at=timezone.now())

    with pytest.raises(RuntimeError):
        jobs.run(job.pk)

    job.refresh_from_db()
    client.force_login(officer)
    assert job.state == Job.State.FAILED
    assert "第 3 行没有单位代码" in client.get(job.get_absolute_url()).content.decode()


def test_the_sweep_starts_a_job_whose_message_was_lost(officer, greeting):
    at = timezone.now()
    Job.objects.create(owner=officer, kind="test.greeting", title="名单", created_at=at - timedelta(minutes=3))
    waiting = Job.objects.create(owner=officer, kind="test.greeting", title="刚排队", created_at=at)

    sweep_jobs(at)

    waiting.refresh_from_db()
    assert len(greeting) == 1
    assert waiting.state == Job.State.WAITING


def test_a_stranger_finds_no_job_and_no_file(client, lead, greeting, start):
    job = start()
    client.force_login(lead)

    for name in ("job", "download"):
        assert client.get(reverse(f"accounts:{name}", args=[job.pk])).status_code == 404


def test_a_long_job_that_reports_progress_is_not_taken_for_dead(officer, monkeypatch):
    """An archive may need longer than the time after which a silent worker counts as dead."""
    looks = []

    def long(job, progress):
        Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(hours=1))
        progress(1, of=2)
        sweep_jobs(timezone.now())
        looks.append(Job.objects.get(pk=job.pk).state)
        return "归档.zip", b"PK"

    monkeypatch.setitem(jobs._kinds, "test.long", long)
    job = Job.objects.create(owner=officer, kind="test.long", title="归档", created_at=timezone.now())

    jobs.run(job.pk)

    assert looks == [Job.State.RUNNING]
