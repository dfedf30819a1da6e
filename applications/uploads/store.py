"""Content by its SHA-256, in two levels of folders, never changed."""

import errno
import fcntl
import hashlib
import logging
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext_lazy as _

from applications.uploads.refusals import Refused, too_big

logger = logging.getLogger(__name__)
ABANDONED_AFTER = timedelta(hours=24)
TEMPORARY = "tmp"
PIECE = 1024**2


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int
    path: str


def key_of(sha256):
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise FileNotFoundError(sha256)
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def store(file, limit=None):
    """Keep these bytes for good. When this returns, they are on disk under their hash, once.

    An upload has a limit; what comes back from a backup was within the limit of its day.
    """
    storage = storages["evidence"]
    with full_disk_is_said(), temporary_file(_root(storage) or Path(settings.VAR) / "derived") as temporary:
        sha256, size = _copy_and_hash(file, temporary, limit)
        key = key_of(sha256)
        if root := _root(storage):
            settle(temporary, root / key, root)
        elif not storage.exists(key):
            temporary.seek(0)
            if (saved := storage.save(key, File(temporary))) != key:  # somebody else was first
                storage.delete(saved)
    return Stored(sha256, size, key)


@contextmanager
def full_disk_is_said():
    """A disk that is full or read-only becomes a sentence for the person; whatever else fails on it is raised."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
            raise
        logger.error("The store cannot be written: %s", error.strerror)
        raise Refused("no_room") from error


def _root(storage):
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _copy_and_hash(file, copy, limit):
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        size += len(piece)
        if limit is not None and size > limit:
            raise too_big()
        digest.update(piece)
        copy.write(piece)
    return digest.hexdigest(), size


@contextmanager
def temporary_file(root):
    """A file in the file system it will stay in, locked while in use, gone afterwards unless it was settled."""
    folder = root / TEMPORARY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number, path = tempfile.mkstemp(dir=folder)
    with open(number, "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield _Named(file, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)


class _Named(File):
    """An open file that knows where it lies."""

    def __init__(self, file, path):
        super().__init__(file, path)


def settle(temporary, final, root):
    """Bytes first, then the name, then the folders that hold the name: a crash in between leaves nothing half.

    An existing file is replaced by the same bytes just written, so one that had gone bad on disk is whole again.
    """
    temporary.flush()
    os.fchmod(temporary.fileno(), 0o400)
    os.fsync(temporary.fileno())
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(temporary.name, final)
    for folder in final.parents:
        fsync_folder(folder)
        if folder == root:
            break


def fsync_folder(folder):
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def open_blob(sha256):
    """The bytes of a stored file; FileNotFoundError when they are not there."""
    return storages["evidence"].open(key_of(sha256), "rb")


def forget(sha256):
    """Take a stored file and its pictures away, once no row names it. A file that is away already is no trouble."""
    key = key_of(sha256)
    storages["evidence"].delete(key)
    pictures = storages["derived"]
    with suppress(FileNotFoundError):
        for name in pictures.listdir(key)[1]:
            pictures.delete(f"{key}/{name}")
    for storage in (storages["evidence"], pictures):
        if root := _root(storage):
            _remove_empty(root / key, root)


def _remove_empty(folder, root):
    with suppress(OSError):  # the first that is not empty ends it
        while folder != root:
            if folder.is_dir():
                folder.rmdir()
            folder = folder.parent


@contextmanager
def on_disk(file):
    """The file as the system knows files; a small upload that only lives in memory is written out first."""
    try:
        file.fileno()
    except (AttributeError, OSError):
        with tempfile.TemporaryFile(dir=settings.UPLOADING) as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield copy
    else:
        file.flush()
        yield file


@dataclass(frozen=True)
class Finding:
    problem: str
    name: str
    sentence: str


FINDINGS = {
    "missing": _("缺少文件：%(name)s 有记录，存储中却没有，请从备份恢复"),
    "changed": _("文件已变：%(name)s 的内容与记录不符，请从备份恢复"),
    "stray": _("多余文件：%(name)s 没有记录，请确认无用后移走"),
}


def verify_store(expected):
    """Hash every file again and compare with the rows (objects with `sha256` and `size`).

    The folders are listed before the rows are read, so that a file stored meanwhile is not taken for a stray one.
    """
    storage = storages["evidence"]
    present = dict.fromkeys(_walk(storage))
    for row in expected:
        key = key_of(row.sha256)
        if key not in present and not storage.exists(key):
            yield _finding("missing", row.sha256)
        elif _hash(storage, key) != (row.sha256, row.size):
            yield _finding("changed", row.sha256)
        present.pop(key, None)
    for key in present:
        yield _finding("stray", key)


def _finding(problem, name):
    return Finding(problem, name, str(FINDINGS[problem]) % {"name": name})


def _walk(storage, folder=""):
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # the whole store is gone: every row is a finding
        return
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        if folder or name != TEMPORARY:
            yield from _walk(storage, f"{folder}{name}/")


def _hash(storage, key):
    digest, size = hashlib.sha256(), 0
    with storage.open(key, "rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def remove_stale_temporary(at):
    """Take away what killed processes left behind a day ago or longer, never a file in use. Returns how many."""
    folders = [Path(settings.UPLOADING), Path(settings.VAR) / "derived" / TEMPORARY]
    if root := _root(storages["evidence"]):
        folders.append(root / TEMPORARY)
    removed = 0
    for path in (path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()):
        with suppress(FileNotFoundError, BlockingIOError), open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, at.tzinfo) <= at - ABANDONED_AFTER:
                path.unlink()
                removed += 1
    return removed
