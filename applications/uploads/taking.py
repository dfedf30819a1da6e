"""A file is looked at and stored: `take` before any transaction begins, `blob_of` makes its row inside one."""

import logging
import os
from dataclasses import dataclass

import filetype
from django.conf import settings

from applications import parsing
from applications.models import Blob
from applications.uploads.afterwards import prepare
from applications.uploads.kinds import ALSO_WRITTEN, KINDS, OTHER_LABELS, PREVIEWED, Kind, kind_named
from applications.uploads.names import clean_name
from applications.uploads.refusals import Refused, too_big
from applications.uploads.store import on_disk, store

logger = logging.getLogger(__name__)


def inspect(file, name):
    """The kind of this file, once its name, its first bytes and a real opening agree; otherwise Refused."""
    kind = kind_named(clean_name(name))
    size = _size(file)
    if not size:
        raise Refused("empty")
    if size > settings.EVIDENCE_MAX_FILE:
        raise too_big()
    file.seek(0)
    look = _look(file.read(8192))
    if look not in kind.looks:
        raise _mismatch(kind, look)
    try:
        with on_disk(file) as real:
            parsing.run("inspect", kind.extension, real)
    except parsing.Rejected as rejected:
        if rejected.reason == "heavy":
            logger.warning("A %s file of %d bytes was too heavy to inspect", kind.extension, size)
        if rejected.reason == "mismatch":
            raise _mismatch(kind, rejected.facts.get("actual")) from None
        if rejected.reason == "pixels":
            raise Refused("pixels", pixels=parsing.MAX_PIXELS // 10_000) from None
        raise Refused(rejected.reason, **rejected.facts) from None
    return kind


def _look(head):
    if head.startswith(b"PK\3\4"):  # members may stand in any order, so what kind of archive it is takes a real opening
        return "zip"
    if head.startswith(parsing.OLE_MAGIC):
        return "ole"
    guess = filetype.guess(head)
    return guess and ALSO_WRITTEN.get(guess.extension, guess.extension)


def _mismatch(kind, actual):
    label = KINDS[actual].label if actual in KINDS else OTHER_LABELS.get(actual)
    if label and actual != kind.extension:
        return Refused("mismatch_known", extension=kind.extension, actual=label)
    return Refused("mismatch", extension=kind.extension)


def _size(file):
    file.seek(0, os.SEEK_END)
    return file.tell()


@dataclass(frozen=True)
class Taken:
    """A file that was inspected and is safe on disk, on its way to becoming a row."""

    name: str
    kind: Kind
    sha256: str
    size: int


def take(file, name=None):
    name = clean_name(name or file.name)
    kind = inspect(file, name)
    stored = store(file, settings.EVIDENCE_MAX_FILE)
    return Taken(name, kind, stored.sha256, stored.size)


def blob_of(taken, *, at):
    """The row of a taken file: one for the same bytes, whoever sends them and whatever they are called."""
    facts = {
        "size": taken.size,
        "media_type": taken.kind.media_type,
        "extension": taken.kind.extension,
        "stored_at": at,
        "picture_state": Blob.Pictures.PENDING if taken.kind.extension in PREVIEWED else Blob.Pictures.NONE,
    }
    blob, is_new = Blob.objects.get_or_create(sha256=taken.sha256, defaults=facts)
    if is_new:
        prepare(blob)
    return blob
