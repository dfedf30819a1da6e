"""Files, photos and links of an item: added, taken away, brought back."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from applications import rules, uploads
from applications.actions.filling import settle
from applications.actions.locking import lock_response, refuse
from applications.actions.searching import search_evidence
from applications.models import Evidence, SensitiveFinding
from campaigns.rules import NotAllowed, Problem

# A link is looked at as soon as it is there; should that message be lost, the sweep looks after it.
LOOK_BY = timedelta(minutes=2)


def attach_file(response, file, name, *, checkpoint=None, by, at):
    """Inspect and store the bytes first, then write the row. Raises uploads.Refused with a sentence about the file."""
    refuse(rules.editing_problems(response))
    taken = uploads.take(file, name)
    with transaction.atomic():
        return attach_taken(lock_response(response), taken, checkpoint=checkpoint, by=by, at=at)


def attach_taken(response, taken, *, checkpoint=None, by, at):
    """The row of a file whose bytes are in the store. The caller holds the response."""
    refuse(rules.attaching_problems(response, taken.sha256, taken.size))
    return attach_blob(response, uploads.blob_of(taken, at=at), taken.name, checkpoint=checkpoint, by=by, at=at)


def attach_blob(response, blob, title, *, checkpoint=None, by, at):
    refuse(rules.bytes_problems(blob))
    kind = Evidence.Kind.PHOTO if blob.is_image else Evidence.Kind.FILE
    evidence = _attach(response, kind=kind, title=title, blob=blob, checkpoint=checkpoint, by=by, at=at)
    search_evidence.delay_on_commit(evidence.pk)
    return evidence


@transaction.atomic
def reuse_file(response, evidence, *, checkpoint=None, by, at):
    """A file of the same application proves another item too: the same bytes, no second copy."""
    response = lock_response(response)
    evidence = Evidence.objects.select_related("response", "blob").get(pk=evidence.pk)
    if evidence.blob is None or evidence.removed_at is not None or evidence.response.application_id != response.application_id:
        raise NotAllowed([_("这份申报里已经没有文件“%(title)s”，请重新选择。") % {"title": evidence.title}])
    refuse(rules.attaching_problems(response, evidence.blob_id, evidence.blob.size))
    return attach_blob(response, evidence.blob, evidence.title, checkpoint=checkpoint, by=by, at=at)


@transaction.atomic
def attach_link(response, url, title="", *, checkpoint=None, by, at):
    response = lock_response(response)
    if response.evidence.present().filter(url=url).exists():
        raise NotAllowed([Problem(_("这一项已经有这个网址，不用重复添加。"), "#id_url")])
    return _attach(response, kind=Evidence.Kind.LINK, title=(title or url)[:150], url=url, check_at=at + LOOK_BY, checkpoint=checkpoint, by=by, at=at)


def _attach(response, *, by, at, **fields):
    checkpoint = fields.get("checkpoint")
    if checkpoint and checkpoint.item_id != response.item_id:
        raise NotAllowed([_("这个检查点不属于本项，请重新选择。")])
    evidence = Evidence.objects.create(response=response, added_at=at, added_by=by, **fields)
    evidence_changed(response, by=by, at=at)
    record(
        "applications.attach", response.application, by=by, at=at, item=response.item.code, evidence=evidence.pk, title=evidence.title,
        sha256=evidence.blob_id or "", url=evidence.url,
    )
    return evidence


def evidence_changed(response, *, by, at):
    """The text's version stays: a file added in one tab is no reason to refuse a text typed in another."""
    response.updated_at, response.updated_by = at, by
    settle(response)
    response.save(update_fields=["updated_at", "updated_by", "done_at", "done_by"])


def _lock_evidence(evidence):
    response = lock_response(evidence.response)
    locked = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    locked.response = response
    return locked


@transaction.atomic
def remove_evidence(evidence, *, by, at):
    """Taken out of the application; the row stays, since submitted versions name it, and can be brought back."""
    evidence = _lock_evidence(evidence)
    if evidence.removed_at is None:
        evidence.removed_at, evidence.removed_by = at, by
        evidence.save(update_fields=["removed_at", "removed_by"])
        evidence_changed(evidence.response, by=by, at=at)
        record("applications.remove_evidence", evidence.response.application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk, title=evidence.title)
    return evidence


@transaction.atomic
def restore_evidence(evidence, *, by, at):
    evidence = _lock_evidence(evidence)
    if evidence.removed_at is None:
        return evidence
    application = evidence.response.application
    if evidence.blob_id:
        if evidence.response.evidence.present().filter(blob=evidence.blob_id).exists():
            raise NotAllowed([_("这一项已经有同样的文件，不用恢复。")])
        if full := uploads.too_much(rules.used_bytes(application), evidence.blob.size):
            raise NotAllowed([full])
    if evidence.blob_id:
        refuse(rules.bytes_problems(evidence.blob))
    evidence.removed_at = evidence.removed_by = None
    evidence.save(update_fields=["removed_at", "removed_by"])
    taken_for_masking = evidence.findings.filter(decision=SensitiveFinding.Decision.REPLACE)
    taken_for_masking.update(decision="", reason="", decided_at=None, decided_by=None)  # it is back, and so is the question
    evidence_changed(evidence.response, by=by, at=at)
    record("applications.restore_evidence", application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk, title=evidence.title)
    return evidence
