"""A file is looked through once, in the background, for what should perhaps not be shown."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from applications import rules, uploads
from applications.models import Evidence, SensitiveFinding


@shared_task
def search_evidence(pk):
    """Look once through the name and the words of a file."""
    evidence = Evidence.objects.select_related("blob").filter(pk=pk, searched_at=None, blob__isnull=False).first()
    if evidence is None:
        return
    try:
        words = uploads.words(evidence.blob)
    except FileNotFoundError:  # the sweep asks again when the bytes are back
        return
    now = timezone.now()
    note_findings(evidence, rules.sensitive_in_file(evidence.title, words, timezone.localdate(now)), at=now)


@transaction.atomic
def note_findings(evidence, found, *, at):
    if not Evidence.objects.filter(pk=evidence.pk, searched_at=None).update(searched_at=at):
        return
    SensitiveFinding.objects.bulk_create(
        SensitiveFinding(evidence=evidence, kind=one.kind, excerpt=one.excerpt, in_name=one.in_name, page=one.page, count=one.count, found_at=at) for one in found
    )
    if found:
        record(
            "applications.note_findings", evidence.response.application, by=None, at=at, item=evidence.response.item.code, evidence=evidence.pk,
            title=evidence.title, kinds=[one.kind for one in found],
        )
