"""Is the portal well? Asked by machines (/healthz) and shown to people (the status page)."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from accounts.models import Heartbeat, Job, Message
from accounts.rehearsing import here
from xuancheng_portal.celery import app
from xuancheng_portal.duties import LABELS, SILENT_AFTER_MINUTES, every_duty


def database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker():
    """Whether the queue takes messages. A filesystem or in-memory queue is there when its folder is."""
    try:
        with app.connection_for_write(connect_timeout=2) as queue:
            queue.ensure_connection(max_retries=1, timeout=2)
    except (OSError, OperationalError):
        return False
    return True


def storage():
    store = storages["evidence"]
    if not isinstance(store, FileSystemStorage):
        return True
    try:
        tempfile.TemporaryFile(dir=Path(store.location)).close()
    except OSError:
        return False
    return True


def duties(at):
    """Every duty of the clock: {name: (last heartbeat or None, whether it is alive and succeeded)}."""
    beats = {beat.duty: beat for beat in Heartbeat.objects.all()}
    fresh = at - timedelta(minutes=SILENT_AFTER_MINUTES)
    return {name: (beat := beats.get(name), bool(beat and beat.succeeded and beat.at >= fresh)) for name in every_duty()}


def named(duties):
    """The same under the names people read."""
    return {LABELS[name]: state for name, state in duties.items()}


def report(at):
    """The facts as JSON, and whether everything is up. Duties inform: they do not take the portal down (R-20)."""
    parts = {"database": database(), "broker": broker(), "storage": storage()}
    beats = {}
    if parts["database"]:
        beats = {name: beat and beat.at.isoformat() for name, (beat, _alive) in duties(at).items()}
    return {**{name: "ok" if up else "down" for name, up in parts.items()}, "duties": beats}, all(parts.values())


def queues():
    """What waits: jobs, letters, and letters that were given up."""
    return {
        "jobs": here(Job.objects).filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).count(),
        "failed_jobs": here(Job.objects).filter(state=Job.State.FAILED).count(),
        "letters": Message.objects.to_mail().count(),
    }


def disk():
    """Bytes used and free where the data lives."""
    return shutil.disk_usage(settings.VAR)
