"""A file on its way: announced, received piece by piece, made whole and attached; or given up.

What arrives is no fact about the application until the file is whole, so only that is in the log.
"""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from applications import rules, uploads
from applications.actions.evidence import attach_blob, attach_taken
from applications.actions.locking import lock_response, refuse
from applications.models import Upload
from campaigns.rules import NotAllowed


class Conflict(NotAllowed):
    """The same key was used for something else."""


class Damaged(NotAllowed):
    """A piece did not arrive as it was sent. Send it again."""


class Gone(NotAllowed):
    """Nothing is known of this upload any more. Begin again."""

    def __init__(self):
        super().__init__([_("这个文件的上传记录已经清除，请重新上传。")])


class Missing(Exception):
    """Not whole yet: these pieces have not arrived, or not as they were sent."""

    def __init__(self, numbers):
        self.numbers = numbers
        super().__init__(str(numbers))


def start_upload(response, key, *, name, size, sha256="", checkpoint=None, by, at):
    """Announce a file. The same announcement again is answered with what has arrived by now.

    Bytes that this application already holds need not travel: the upload is finished at once.
    """
    facts = {"response_id": response.pk, "name": uploads.clean_name(name), "size": size, "sha256": sha256, "checkpoint": checkpoint}
    known = Upload.objects.filter(pk=key).first()
    if known is None:
        with transaction.atomic():
            known = _begin(response, key, facts, by=by, at=at)
    if any(getattr(known, field) != value for field, value in facts.items()):
        raise Conflict([_("这个上传编号已经用于另一个文件，请重新选择文件。")])
    Upload.objects.unfinished().filter(pk=key).update(touched_at=at)
    return known


def _begin(response, key, facts, *, by, at):
    response = lock_response(response)
    refuse(rules.upload_problems(response, facts["name"], facts["size"], facts["sha256"]))
    if facts["checkpoint"] and facts["checkpoint"].item_id != response.item_id:
        raise NotAllowed([_("这个检查点不属于本项，请重新选择。")])
    upload, is_new = Upload.objects.get_or_create(
        pk=key, defaults=facts | {"piece_size": uploads.PIECE_SIZE, "started_at": at, "started_by": by, "touched_at": at}
    )
    same = rules.same_bytes(response, facts["sha256"])
    if is_new and same and same.blob.size == facts["size"]:
        evidence = attach_blob(response, same.blob, facts["name"], checkpoint=facts["checkpoint"], by=by, at=at)
        _finish(upload, by=by, at=at, evidence=evidence)
    return upload


def _finish(upload, *, by, at, evidence=None, refusal=""):
    upload.finished_at, upload.finished_by, upload.evidence, upload.refusal = at, by, evidence, refusal
    upload.save(update_fields=["finished_at", "finished_by", "evidence", "refusal"])
    upload.pieces.all().delete()


def receive_piece(upload, number, content, sha256="", *, at):
    """On disk before its row, the row before the answer. The same piece again is no news; another in its place is refused."""
    digest = hashlib.sha256(content).hexdigest()
    if sha256 and sha256 != digest:
        raise Damaged([_("这一段在路上损坏了，请重新发送。")])
    if len(content) != upload.length_of(number) or not content:
        raise Damaged([_("这一段没有传完整，请重新发送。")])
    if upload.finished_at or _is_known(upload, number, digest):
        return
    uploads.write_piece(upload.pk, number * upload.piece_size, content)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().unfinished().filter(pk=upload.pk).first()
        if locked and not _is_known(locked, number, digest):
            locked.pieces.create(number=number, size=len(content), sha256=digest, received_at=at)
            locked.touched_at = at
            locked.save(update_fields=["touched_at"])
    if locked is None:  # finished or given up meanwhile
        uploads.discard_pieces(upload.pk)


def _is_known(upload, number, digest):
    known = upload.pieces.filter(number=number).first()
    if known and known.sha256 != digest:
        raise Conflict([_("这个文件在上传过程中被改动过，请移除后重新选择。")])
    return known is not None


def finish_upload(upload, *, by, at):
    """Check the pieces and the whole, then what every file goes through: inspected, stored, attached. Asking again gives the same answer.

    A file that is refused for what it is ends here. What stands in its way otherwise can be mended, and finishing tried again.
    """
    if upload.finished_at:
        return upload
    Upload.objects.unfinished().filter(pk=upload.pk).update(touched_at=at)
    if missing := rules.missing_pieces(upload):
        raise Missing(missing)
    try:
        with uploads.open_pieces(upload.pk) as file:
            _check_whole(upload, file)
            taken = uploads.take(file, upload.name)
    except FileNotFoundError:
        return _after_all(upload)
    except uploads.Refused as refused:
        if refused.reason == "no_room":
            raise
        return _end(upload, refusal=str(refused), by=by, at=at)
    return _end(upload, taken=taken, by=by, at=at)


def _check_whole(upload, file):
    pieces = list(upload.pieces.order_by("number"))
    wrong, sha256 = uploads.differing(file, pieces)
    if wrong:
        upload.pieces.filter(number__in=wrong).delete()
        raise Missing(wrong)
    if upload.sha256 and upload.sha256 != sha256:
        raise Conflict([_("这个文件在上传过程中被改动过，请移除后重新选择。")])
    refuse(rules.editing_problems(upload.response) or rules.attaching_problems(upload.response, sha256, upload.size))


def _after_all(upload):
    """The bytes are gone: somebody finished or gave up meanwhile, or the disk lost them."""
    upload = Upload.objects.filter(pk=upload.pk).first()
    if upload is None:
        raise Gone
    if not upload.finished_at:
        upload.pieces.all().delete()
        raise Missing(list(upload.numbers))
    return upload


def _end(upload, *, taken=None, refusal="", by, at):
    with transaction.atomic():
        response = lock_response(upload.response) if taken else upload.response
        locked = Upload.objects.select_for_update(of=("self",)).select_related("checkpoint").filter(pk=upload.pk).first()
        if locked is None:
            raise Gone
        if not locked.finished_at:
            evidence = attach_taken(response, taken, checkpoint=locked.checkpoint, by=by, at=at) if taken else None
            _finish(locked, by=by, at=at, evidence=evidence, refusal=refusal)
    uploads.discard_pieces(upload.pk)
    return locked


def cancel_upload(upload):
    """Give up a file that is on its way, or forget one that was refused. What became evidence is removed as evidence."""
    if Upload.objects.filter(pk=upload.pk, evidence=None).delete()[0]:
        uploads.discard_pieces(upload.pk)


def remove_abandoned_uploads(at):
    """What nobody has touched for a day. Returns how many."""
    before = at - uploads.ABANDONED_AFTER
    removed = 0
    for upload in Upload.objects.abandoned(before):
        if Upload.objects.abandoned(before).filter(pk=upload.pk).delete()[0]:
            uploads.discard_pieces(upload.pk)
            removed += 1
    uploads.remove_stray_pieces(_still_wanted, before)
    return removed


def _still_wanted(names):
    return {str(key) for key in Upload.objects.unfinished().values_list("pk", flat=True)}.intersection(names)
