"""Files, photos and links of an item."""

from django.utils.translation import gettext as _

from applications.models import Blob, Evidence
from campaigns.rules import Problem


def used_bytes(application):
    """Bytes of the files an application holds now, the same file counted once."""
    blobs = Evidence.objects.present().filter(response__application=application, blob__isnull=False)
    return sum(size for key, size in blobs.order_by().values_list("blob", "blob__size").distinct())


def bytes_problems(blob):
    """Whether these bytes may prove anything: what a scanner once found infected comes back under no other name."""
    if blob.scan_state == Blob.Scan.INFECTED:
        return [Problem(_("这个文件查出病毒，没有接收，请在本机杀毒或更换文件后再上传。"))]
    return []
