"""Small pictures for the screen, drawn anew by a child process in the background and kept: a thumbnail, and each page as it is viewed."""

import io
import json
import logging
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages

from applications import parsing
from applications.uploads.kinds import PREVIEWED
from applications.uploads.store import key_of, on_disk, open_blob, settle, temporary_file

logger = logging.getLogger(__name__)
THUMBNAIL = "thumbnail"
GIVE_UP_AFTER = 3  # pages that cost a child its life


class NoPreview(Exception):
    """This file cannot be shown as a picture; show its card."""


def can_preview(blob):
    return blob.extension in PREVIEWED


def draw(blob):
    """Make the thumbnail of a photo or PDF and the pictures of its pages, upright and without metadata. Returns how many pages it has.

    NoPreview: nothing of it can be shown. FileNotFoundError: its bytes are not there now.
    """
    with open_blob(blob.sha256) as original, on_disk(original) as real:
        pages, pictures = _pictures(blob, real)
    if not pictures.get(1):
        raise NoPreview
    for page, picture in pictures.items():
        keep_derived(_key(blob, page), picture)
    return pages


def _pictures(blob, file):
    """How many pages there are, and {page or "thumbnail": JPEG, empty where it cannot be drawn}. Each child draws as far as it gets."""
    pages, pictures, first, failures = 1, {}, 1, 0
    while first <= min(pages, parsing.MAX_PAGES) and failures < GIVE_UP_AFTER:
        died = False
        try:
            wrote = parsing.run("preview", blob.extension, file, first)
        except parsing.Rejected as rejected:
            logger.warning("No preview of %s from page %d: %s", blob.sha256, first, rejected.reason)
            wrote, died = rejected.wrote, rejected.reason == "heavy"
            if not died:
                break
        pages, found = _unpacked(wrote, pages)
        if first == 1 and found:
            pictures[THUMBNAIL] = found.pop(0)
        pictures |= dict(enumerate(found, first))
        first += len(found)
        if died or not found:  # the page at which it stopped is left out, the others are still drawn
            pictures[first] = b""
            first, failures = first + 1, failures + 1
    return pages, pictures


def _unpacked(wrote, pages):
    """The number of pages, and the whole pictures of an answer that may end anywhere."""
    head, ended, rest = wrote.partition(b"\n")
    if ended:
        pages = json.loads(head)["pages"]
    found, stream = [], io.BytesIO(rest)
    while len(size := stream.read(4)) == 4:
        picture = stream.read(int.from_bytes(size, "big"))
        if len(picture) < int.from_bytes(size, "big"):
            break
        found.append(picture)
    return pages, found


def _key(blob, page):
    return f"{key_of(blob.sha256)}/{page}.jpg"


def keep_derived(key, made):
    """Keep what can be made again; whole, or not there."""
    storage = storages["derived"]
    if isinstance(storage, FileSystemStorage):
        root = Path(storage.location)
        with temporary_file(root) as temporary:
            temporary.write(made)
            settle(temporary, root / key, root)
    else:
        storage.delete(key)
        storage.save(key, ContentFile(made))


def preview(blob, page=THUMBNAIL):
    """The thumbnail or the picture of a page, once it is drawn. FileNotFoundError: not there (yet); NoPreview: it never will be."""
    if not can_preview(blob):
        raise NoPreview
    with storages["derived"].open(_key(blob, page), "rb") as file:
        picture = file.read()
    if not picture:
        raise NoPreview
    return picture


def picture_now(blob):
    """The picture of a photo, drawn at once where the background has not come to it: for paper, which cannot look again later."""
    try:
        return preview(blob, 1)
    except FileNotFoundError:
        draw(blob)
        return preview(blob, 1)
