"""Files, photos and links of an item."""

from applications.models import Evidence


def used_bytes(application):
    """Bytes of the files an application holds now, the same file counted once."""
    blobs = Evidence.objects.present().filter(response__application=application, blob__isnull=False)
    return sum(size for key, size in blobs.order_by().values_list("blob", "blob__size").distinct())
