"""Files, photos and links of an item."""

from django.conf import settings
from django.db.models import Min
from django.utils.translation import gettext as _

from applications import uploads
from applications.models import Blob, Evidence, Upload
from applications.rules.filling import editing_problems
from campaigns.rules import Problem

# Files on their way at one time in one application. Abandoned ones go after a day.
MOST_UNFINISHED = 100


def used_bytes(application):
    """Bytes of the files an application holds now, the same file counted once."""
    blobs = Evidence.objects.present().filter(response__application=application, blob__isnull=False)
    return sum(size for key, size in blobs.order_by().values_list("blob", "blob__size").distinct())


def attaching_problems(response, sha256, size):
    """Whether these bytes may become a file of this item: not twice in one item, and within what an application may hold."""
    same = response.evidence.present().filter(blob=sha256).first()
    if same:
        return [Problem(_("这一项已经有内容完全相同的文件“%(title)s”，不用重复上传。") % {"title": same.title})]
    if same_bytes(response, sha256) is None and (full := uploads.too_much(used_bytes(response.application_id), size)):
        return [Problem(full)]
    return []


def same_bytes(response, sha256):
    """A file of the same application with these bytes. What other units hold is never looked at: the answer would tell."""
    return Evidence.objects.present().filter(response__application=response.application_id, blob=sha256).select_related("blob").first()


def upload_problems(response, name, size, sha256=""):
    """Whether this file may be sent at all, asked before the first byte. `name` is clean."""
    if problems := editing_problems(response):
        return problems
    try:
        uploads.kind_named(name)
        if not size:
            raise uploads.Refused("empty")
        if size > settings.EVIDENCE_MAX_FILE:
            raise uploads.too_big()
    except uploads.Refused as refusal:
        return [Problem(str(refusal))]
    if problems := attaching_problems(response, sha256, size):
        return problems
    if same_bytes(response, sha256):
        return []
    on_their_way = list(Upload.objects.unfinished().filter(response__application=response.application_id).values_list("size", flat=True))
    if len(on_their_way) >= MOST_UNFINISHED:
        return [Problem(_("没有传完的文件已有 %(n)s 个，请等它们传完，或移除不要的，再上传新的。") % {"n": len(on_their_way)})]
    if full := uploads.too_much(used_bytes(response.application_id) + sum(on_their_way), size):
        return [Problem(_("%(full)s（没有传完的文件也计算在内）") % {"full": full})]
    return []


def missing_pieces(upload):
    """Numbers of the pieces that have not arrived."""
    arrived = set(upload.pieces.values_list("number", flat=True))
    return [number for number in upload.numbers if number not in arrived]


def reusable_files(response):
    """Files of the same application that this item does not have yet, each content once, in the order of the items."""
    files = Evidence.objects.present().filter(response__application=response.application_id, blob__isnull=False)
    other = files.exclude(blob__in=files.filter(response=response).values("blob"))
    once = other.order_by().values("blob").annotate(first=Min("pk")).values("first")
    return (
        Evidence.objects.filter(pk__in=once).select_related("blob", "response__item__category")
        .order_by("response__item__category__order", "response__item__order", "added_at", "pk")
    )


def bytes_problems(blob):
    """Whether these bytes may prove anything: what a scanner once found infected comes back under no other name."""
    if blob.scan_state == Blob.Scan.INFECTED:
        return [Problem(_("这个文件查出病毒，没有接收，请在本机杀毒或更换文件后再上传。"))]
    return []
