"""What happens to a stored file in the background: its pictures are drawn, and it is scanned. Whatever is lost, a sweep finds."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from applications import notices
from applications.models import Blob, Evidence
from applications.uploads import scanning
from applications.uploads.previews import NoPreview, can_preview, draw
from applications.uploads.store import open_blob

logger = logging.getLogger(__name__)
SCANNER_RESTS = timedelta(minutes=1)


def prepare(blob):
    """Ask for it once the row is committed."""
    if blob.picture_state == Blob.Pictures.PENDING:
        draw_pictures.delay_on_commit(blob.pk)
    if scanning.is_on():
        scan_file.delay_on_commit(blob.pk)


@shared_task
def draw_pictures(sha256):
    blob = Blob.objects.filter(pk=sha256, picture_state=Blob.Pictures.PENDING).first()
    if blob is None:
        return
    pages, state = None, Blob.Pictures.NONE
    if can_preview(blob):
        try:
            pages, state = draw(blob), Blob.Pictures.MADE
        except NoPreview:
            state = Blob.Pictures.IMPOSSIBLE
        except FileNotFoundError:
            logger.error("The bytes of %s are missing; its pictures are drawn when they are back", sha256)
            return
    Blob.objects.filter(pk=sha256).update(picture_state=state, pages=pages)


@shared_task
def scan_file(sha256):
    """One look by the scanner. While it is away or slow it is left alone for a minute, so that files never queue up behind it."""
    at = timezone.now()
    blob = Blob.objects.filter(pk=sha256).exclude(scan_state__in=[Blob.Scan.CLEAN, Blob.Scan.INFECTED]).first()
    if blob is None or not scanning.is_on() or Blob.objects.filter(scan_state=Blob.Scan.FAILED, scan_tried_at__gt=at - SCANNER_RESTS).exists():
        return
    try:
        with open_blob(sha256) as file:
            state = scanning.scan(file)
    except (scanning.ScanFailed, FileNotFoundError) as failure:
        logger.warning("%s was not scanned: %s", sha256, failure)
        state = Blob.Scan.FAILED
    settle_scan(blob, state, at=at)


@transaction.atomic
def settle_scan(blob, state, *, at):
    """What the scanner said. The units that hold an infected file are told to replace it."""
    Blob.objects.filter(pk=blob.pk).update(scan_state=state, scan_tried_at=at)
    if state == Blob.Scan.INFECTED:
        for evidence in Evidence.objects.present().filter(blob=blob.pk).select_related("response__application", "response__item"):
            record(
                "applications.find_infected", evidence.response.application, by=None, at=at, item=evidence.response.item.code,
                evidence=evidence.pk, title=evidence.title, sha256=blob.pk,
            )
            notices.tell_of_infected.delay_on_commit(evidence.pk)
