"""The bytes of a file on its way: one file in a folder of their own, each piece at its place, on disk before anybody says so.

Which pieces are there, the rows say; whether they are still what was sent, `differing` finds out.
"""

import hashlib
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from applications.uploads.store import fsync_folder, full_disk_is_said

# A lost connection costs what was on the way. Half a megabyte is four seconds at 1 Mbit/s.
PIECE_SIZE = 512 * 1024


def _folder():
    return Path(settings.UPLOADING) / "pieces"


def write_piece(key, offset, content):
    """When this returns, the bytes are on disk at their place."""
    with full_disk_is_said():
        path = _folder() / str(key)
        try:
            number = os.open(path, os.O_RDWR)
            is_new = False
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, is_new = os.open(path, os.O_RDWR | os.O_CREAT, 0o600), True
        with open(number, "r+b") as file:
            file.seek(offset)
            file.write(content)
            file.flush()
            os.fsync(number)
        if is_new:
            fsync_folder(path.parent)


def open_pieces(key):
    """The file as far as it has come; FileNotFoundError where nothing has."""
    return open(_folder() / str(key), "rb")


def differing(file, pieces):
    """(numbers of the pieces that are not on disk as they were received, SHA-256 of all in their order)."""
    whole, wrong = hashlib.sha256(), []
    file.seek(0)
    for piece in pieces:
        content = file.read(piece.size)
        whole.update(content)
        if hashlib.sha256(content).hexdigest() != piece.sha256:
            wrong.append(piece.number)
    return wrong, whole.hexdigest()


def discard_pieces(key):
    with suppress(FileNotFoundError):
        os.unlink(_folder() / str(key))


def remove_stray_pieces(wanted, before):
    """Take away files that no upload waits for any more. `wanted(names)` says which of the names one does."""
    folder = _folder()
    old = [path.name for path in folder.iterdir() if datetime.fromtimestamp(path.stat().st_mtime, before.tzinfo) <= before] if folder.is_dir() else []
    for name in set(old) - set(wanted(old)):
        discard_pieces(name)
