"""Work over two seconds, as a row that a worker picks up: progress, a file to fetch later, a failure that says why.

An app registers a kind with a function that makes the file:

    @jobs.kind("results.workbook")
    def results_workbook(job, progress):
        progress(10, of=240)
        return "宣城市….xlsx", bytes_or_open_file

or, where what came of it is a page, returns the address of that page.
"""

import secrets
from datetime import timedelta

from celery import shared_task
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation

from accounts import inbox
from accounts.audit import record
from accounts.models import Job
from accounts.rehearsing import current, marked, playing

_kinds = {}


def kind(name):
    def register(make):
        _kinds[name] = make
        return make

    return register


@transaction.atomic
def start(name, title, *, by, at, event="accounts.export", **parameters):
    """Queue a job; its parameters must be JSON. The worker begins after commit. `event` is what the audit log calls it."""
    job = Job.objects.create(owner=by, kind=name, title=marked(title)[:200], parameters=parameters, created_at=at, rehearsal=current())
    record(event, job, by=by, at=at, kind=name, parameters=parameters)
    run.delay_on_commit(job.pk)
    return job


def requeue_waiting(at):
    """Jobs whose message was lost with the broker, or whose worker died: the sweep starts them again."""
    lost = Job.objects.filter(state=Job.State.WAITING, created_at__lt=at - timedelta(minutes=2))
    stuck = Job.objects.filter(state=Job.State.RUNNING, started_at__lt=at - timedelta(minutes=15))
    for job in lost | stuck:
        Job.objects.filter(pk=job.pk, state=job.state).update(state=Job.State.WAITING, created_at=at)
        run.delay(job.pk)


@shared_task
def run(pk):
    """Claim the job, make its file, tell its owner. A second message for a claimed job does nothing."""
    if not Job.objects.filter(pk=pk, state=Job.State.WAITING).update(state=Job.State.RUNNING, started_at=timezone.now()):
        return
    job = Job.objects.select_related("owner").get(pk=pk)
    with playing(job.rehearsal):
        _make(job)


def _make(job):
    pk = job.pk

    def progress(done, of):
        # Whoever reports is alive: the time after which a silent worker counts as dead begins anew.
        Job.objects.filter(pk=pk).update(done=done, total=of, started_at=timezone.now())

    try:
        with translation.override("zh-hans"):
            made = _kinds[job.kind](job, progress)
    except Exception as error:
        Job.objects.filter(pk=pk).update(state=Job.State.FAILED, error=str(error), finished_at=timezone.now())
        raise
    if isinstance(made, str):
        job.result_url, event = made, "accounts.job_ended"
    else:
        (filename, content), event = made, "accounts.job_done"
        job.filename = marked(filename)[:200]
        with ContentFile(content) if isinstance(content, bytes) else File(content) as content:
            job.file = default_storage.save(f"{secrets.token_hex(16)}", content)
    job.state, job.finished_at = Job.State.DONE, timezone.now()
    job.save(update_fields=["file", "result_url", "filename", "state", "finished_at"])
    inbox.leave([job.owner], event, key=f"job-{job.pk}", words={"title": job.title}, url=job.result_url or job.get_absolute_url(), at=job.finished_at)
