"""Small pictures for the screen, drawn anew by a child process and kept for next time."""

import logging
from pathlib import Path

from django.conf import settings

from applications import parsing
from applications.uploads.kinds import PREVIEWED
from applications.uploads.store import key_of, open_blob, settle, temporary_file
from applications.uploads.taking import on_disk

logger = logging.getLogger(__name__)


class NoPreview(Exception):
    """This file cannot be shown as a picture; show its card."""


def can_preview(blob):
    return blob.extension in PREVIEWED


def preview(blob):
    """A JPEG drawn anew from a photo or from the first page of a PDF, upright and without metadata; kept for next time."""
    if not can_preview(blob):
        raise NoPreview
    root = Path(settings.VAR) / "derived"
    path = root / f"{key_of(blob.sha256)}.jpg"
    if not path.exists():
        try:
            with open_blob(blob.sha256) as original, on_disk(original) as real:
                picture = parsing.run("preview", blob.extension, real)
        except FileNotFoundError:
            raise NoPreview from None
        except parsing.Rejected as rejected:
            logger.warning("No preview of %s: %s", blob.sha256, rejected.reason)
            picture = b""  # remembered, so that a file that took the whole time limit takes it once
        with temporary_file(root) as temporary:
            temporary.write(picture)
            settle(temporary, path, root)
    if not (picture := path.read_bytes()):
        raise NoPreview
    return picture
