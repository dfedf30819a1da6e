"""Is the portal well? Asked by machines (/healthz) and shown to people (the status page)."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from kombu.exceptions import ChannelError, OperationalError

from accounts import sending
from accounts.models import Delivery, Heartbeat, Job
from accounts.rehearsing import here
from applications.models import Blob, Evidence
from xuancheng_portal.celery import app
from xuancheng_portal.duties import LABELS, SILENT_AFTER_MINUTES, every_duty

DISK_WARNING_PERCENT = 85
OVERDUE = timedelta(hours=1)
RECENT = timedelta(days=7)  # what failed earlier is nobody's worry any more
BACKUP_WITHIN, VERIFIED_WITHIN = timedelta(days=2), timedelta(days=31)


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


def queued():
    """How many messages lie in the broker's queue; None when it cannot be asked."""
    try:
        with app.connection_for_read(connect_timeout=2) as connection:
            queue = app.conf.task_default_queue
            return connection.default_channel.queue_declare(queue, passive=True).message_count
    except ChannelError:  # it answers: there is no such queue, because nothing waits
        return 0
    except (OSError, OperationalError):
        return None


def queues(at):
    """What waits and what failed."""
    return {
        "queued": queued(),
        "jobs": here(Job.objects).filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).count(),
        "failed_jobs": here(Job.objects).filter(state=Job.State.FAILED, created_at__gt=at - RECENT).count(),
        "letters": Delivery.objects.waiting().count(),
        "failed_letters": Delivery.objects.failed().count(),
    }


def overdue(at):
    """[(what should be done by now, how many rows wait)], only of what waits: work that nobody seems to do."""
    late = at - OVERDUE
    rows = [
        (_("没有按时发出的消息"), sending.overdue(at).count()),
        (_("没有按时开始的文件生成和核对"), Job.objects.filter(state=Job.State.WAITING, created_at__lt=late).count()),
        (_("没有做好的文件预览"), Blob.objects.filter(picture_state=Blob.Pictures.PENDING, stored_at__lt=late).count()),
        (_("没有检查的网页链接"), Evidence.objects.links().filter(check_at__lt=late).count() if settings.LINK_CHECKS else 0),
        (_("没有查毒的文件"), Blob.objects.exclude(scan_state__in=[Blob.Scan.CLEAN, Blob.Scan.INFECTED]).filter(stored_at__lt=late).count() if settings.CLAMAV_URL else 0),
    ]
    return [(words, count) for words, count in rows if count]


@dataclass(frozen=True)
class Disk:
    """Where the data lives. From 85 % on somebody should make room (R-07)."""

    used: int
    free: int

    @property
    def percent(self):
        return 100 * self.used // (self.used + self.free)

    @property
    def is_filling(self):
        return self.percent >= DISK_WARNING_PERCENT


def disk():
    usage = shutil.disk_usage(settings.VAR)
    return Disk(usage.used, usage.free)


def last(what, at, within):
    """(heartbeat or None, whether it succeeded not too long ago) of something people start themselves."""
    beat = Heartbeat.objects.filter(duty=what).first()
    return beat, bool(beat and beat.succeeded and beat.at >= at - within)
