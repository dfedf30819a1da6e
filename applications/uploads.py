"""Which files are accepted; how one is stored and handed out.

`take` looks at a file and stores it, before any transaction begins; `blob_of` makes its row inside one.
"""

import errno
import fcntl
import hashlib
import logging
import os
import re
import shutil
import tempfile
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import filetype
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from applications import parsing
from applications.models import Blob

logger = logging.getLogger(__name__)

NAME_LENGTH = 150
ABANDONED_AFTER = timedelta(hours=24)
TEMPORARY = "tmp"
PIECE = 1024**2

SENTENCES = {
    "type": _("不支持 .%(extension)s 文件，请转换成以下格式之一再上传：%(allowed)s"),
    "no_extension": _("文件名没有扩展名，看不出是什么文件，请加上扩展名（例如 .pdf）后重新上传"),
    "disguised": _("文件名里藏着 .%(extension)s，容易被误认为程序，请改名后重新上传"),
    "empty": _("这是一个空文件，请确认文件内容后重新上传"),
    "too_big": _("文件超过 %(limit)s，请压缩或拆分"),
    "application_full": _("全部文件合计不能超过 %(limit)s，现在还剩 %(left)s，请压缩文件或先移除不需要的材料"),
    "mismatch": _("文件名以 .%(extension)s 结尾，内容却不是这种格式，请用原来的软件另存为 .%(extension)s 后上传"),
    "mismatch_known": _("文件名以 .%(extension)s 结尾，内容却是“%(actual)s”，请选对文件，或另存为 .%(extension)s 后上传"),
    "damaged": _("文件打不开，可能已损坏或没有传完整，请在电脑上确认能打开，再重新上传"),
    "encrypted": _("文件受密码保护，请去除密码后上传"),
    "macro": _("文件带有宏（自动运行的程序），请另存为不带宏的格式后上传"),
    "tail": _("文件末尾附带了别的内容，请用原来的软件打开并另存一份，上传另存的文件"),
    "animated": _("不接受会动的图片，请截取其中一张静止的画面上传"),
    "pixels": _("图片太大，超过 %(pixels)s 万像素，请缩小后上传"),
    "bomb": _("文件展开后过大，无法安全打开，请删减内容或拆分后上传"),
    "nested": _("文件里还嵌着压缩包，请取出其中的文件，分别上传"),
    "unsafe_archive": _("压缩包里有不安全的内容（程序、链接或异常的文件名），请只保留材料文件，重新打包后上传"),
    "heavy": _("文件内容过于复杂，没能在规定时间内检查完，请简化或拆分后重新上传"),
    "no_room": _("服务器存储空间不足，文件没有保存，请稍后再试，或联系市政务公开办"),
}


class Refused(Exception):
    """A file we do not take. Its text is the sentence for the person who sent it; `reason` is the key of that sentence."""

    def __init__(self, reason, **facts):
        self.reason = reason
        super().__init__(str(SENTENCES[reason]) % facts if facts else str(SENTENCES[reason]))


@dataclass(frozen=True)
class Kind:
    extension: str
    media_type: str
    looks: frozenset  # what the first bytes may say
    label: str


def _kind(extension, media_type, looks, label):
    return Kind(extension, media_type, frozenset(looks.split()), label)


OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    kind.extension: kind
    for kind in [
        _kind("pdf", "application/pdf", "pdf", "PDF"),
        _kind("docx", f"{OFFICE}.wordprocessingml.document", "zip ole", _("文字文档（docx）")),
        _kind("xlsx", f"{OFFICE}.spreadsheetml.sheet", "zip ole", _("电子表格（xlsx）")),
        _kind("pptx", f"{OFFICE}.presentationml.presentation", "zip ole", _("演示文稿（pptx）")),
        _kind("wps", "application/kswps", "zip ole", _("WPS 文字文档（wps）")),
        _kind("et", "application/kset", "zip ole", _("WPS 表格（et）")),
        _kind("dps", "application/ksdps", "zip ole", _("WPS 演示文稿（dps）")),
        _kind("jpg", "image/jpeg", "jpg", _("JPG 图片")),
        _kind("png", "image/png", "png", _("PNG 图片")),
        _kind("heic", "image/heic", "heic", _("HEIC 图片")),
        _kind("webp", "image/webp", "webp", _("WEBP 图片")),
        _kind("zip", "application/zip", "zip", _("ZIP 压缩包")),
    ]
}
ALSO_WRITTEN = {"jpeg": "jpg", "apng": "png"}
OTHER_LABELS = {
    "doc": _("旧版 Word 文档（doc）"),
    "xls": _("旧版 Excel 表格（xls）"),
    "ppt": _("旧版 PowerPoint 演示文稿（ppt）"),
    "gif": _("GIF 图片"),
    "bmp": _("BMP 图片"),
    "tif": _("TIFF 图片"),
    "ole": _("旧版 Office 文档"),
    "rar": _("RAR 压缩包"),
    "7z": _("7z 压缩包"),
    "exe": _("程序"),
    "mp4": _("视频"),
}
PREVIEWED = {"pdf", "jpg", "png", "heic", "webp"}
PROGRAMS = frozenset(
    "apk asp aspx bat chm cmd cpl dll exe hta jar js jse jsp lnk msi php pif ps1 scr vbe vbs wsf".split()
)


# Names.

# Controls, marks that turn the direction of writing or cannot be seen, halves of characters, private and unassigned
# codes, and the two line separators.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def clean_name(name):
    """The sender's name as a label: never a path, nothing that cannot be seen, at most 150 characters, ending as it did."""
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = "".join(" " if character.isspace() else character for character in name)
    name = "".join(character for character in name if unicodedata.category(character) not in UNSEEN)
    name = re.sub(r" {2,}", " ", re.sub(r'[:*?"<>|]', "_", name)).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = name, "", ""
    stem = stem.strip(" .") or str(_("未命名"))
    if RESERVED.fullmatch(stem.partition(".")[0]):
        stem = f"_{stem}"
    return stem[: NAME_LENGTH - len(dot + extension)].rstrip(" .") + dot + extension


def kind_named(name):
    """What the (cleaned) name claims to be, if we take such files."""
    *stems, extension = name.lower().split(".")
    if not stems:
        raise Refused("no_extension")
    kind = KINDS.get(ALSO_WRITTEN.get(extension, extension))
    if kind is None or extension not in settings.EVIDENCE_TYPES:
        raise Refused("type", extension=extension, allowed="、".join(settings.EVIDENCE_TYPES))
    for stem in stems[1:]:
        if stem.strip() in PROGRAMS:
            raise Refused("disguised", extension=stem.strip())
    return kind


# Inspection.


def inspect(file, name):
    """The kind of this file, once its name, its first bytes and a real opening agree; otherwise Refused."""
    kind = kind_named(clean_name(name))
    size = _size(file)
    if not size:
        raise Refused("empty")
    if size > settings.EVIDENCE_MAX_FILE:
        raise _too_big()
    file.seek(0)
    look = _look(file.read(8192))
    if look not in kind.looks:
        raise _mismatch(kind, look)
    try:
        with _on_disk(file) as real:
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


def _too_big():
    return Refused("too_big", limit=megabytes(settings.EVIDENCE_MAX_FILE))


def megabytes(size):
    return f"{round(size / 1024**2, 1):g} MB"


def too_much(used, adding):
    """The sentence when these bytes no longer fit into one application, or nothing."""
    limit = settings.EVIDENCE_MAX_APPLICATION
    if used + adding <= limit:
        return ""
    return str(Refused("application_full", limit=megabytes(limit), left=megabytes(max(0, limit - used))))


def _size(file):
    file.seek(0, os.SEEK_END)
    return file.tell()


@contextmanager
def _on_disk(file):
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


# The store: content by its SHA-256, in two levels of folders, never changed.


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int
    path: str


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
    }
    return Blob.objects.get_or_create(sha256=taken.sha256, defaults=facts)[0]


def key_of(sha256):
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise FileNotFoundError(sha256)
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def store(file, limit=None):
    """Keep these bytes for good. When this returns, they are on disk under their hash, once.

    An upload has a limit; what comes back from a backup was within the limit of its day.
    """
    storage = storages["evidence"]
    try:
        with _temporary(_root(storage) or Path(settings.VAR) / "derived") as temporary:
            sha256, size = _copy_and_hash(file, temporary, limit)
            key = key_of(sha256)
            if root := _root(storage):
                _settle(temporary, root / key, root)
            elif not storage.exists(key):
                temporary.seek(0)
                if (saved := storage.save(key, File(temporary))) != key:  # somebody else was first
                    storage.delete(saved)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
            raise
        logger.error("The store cannot be written: %s", error.strerror)
        raise Refused("no_room") from error
    return Stored(sha256, size, key)


def _root(storage):
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _copy_and_hash(file, copy, limit):
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        size += len(piece)
        if limit is not None and size > limit:
            raise _too_big()
        digest.update(piece)
        copy.write(piece)
    return digest.hexdigest(), size


@contextmanager
def _temporary(root):
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


def _settle(temporary, final, root):
    """Bytes first, then the name, then the folders that hold the name: a crash in between leaves nothing half.

    An existing file is replaced by the same bytes just written, so one that had gone bad on disk is whole again.
    """
    temporary.flush()
    os.fchmod(temporary.fileno(), 0o400)
    os.fsync(temporary.fileno())
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(temporary.name, final)
    for folder in final.parents:
        _fsync_folder(folder)
        if folder == root:
            break


def _fsync_folder(folder):
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def open_blob(sha256):
    """The bytes of a stored file; FileNotFoundError when they are not there."""
    return storages["evidence"].open(key_of(sha256), "rb")


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


# Previews.


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
            with open_blob(blob.sha256) as original, _on_disk(original) as real:
                picture = parsing.run("preview", blob.extension, real)
        except FileNotFoundError:
            raise NoPreview from None
        except parsing.Rejected as rejected:
            logger.warning("No preview of %s: %s", blob.sha256, rejected.reason)
            picture = b""  # remembered, so that a file that took the whole time limit takes it once
        with _temporary(root) as temporary:
            temporary.write(picture)
            _settle(temporary, path, root)
    if not (picture := path.read_bytes()):
        raise NoPreview
    return picture


# Handing out.

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def respond(request, blob, filename, media_type, inline=False):
    """A stored file as a download, or its preview inside a page; the original is never shown inline.

    The caller has found the blob through `visible_to`. A file without bytes or preview raises FileNotFoundError or NoPreview.
    """
    name = clean_name(filename)
    etag = f'"{blob.sha256}"'
    if inline:
        picture = preview(blob)
        response = HttpResponse(picture, content_type="image/jpeg")
        name = f"{name.rpartition('.')[0] or name}.jpg"
    else:
        response = _download(request, open_blob(blob.sha256), blob.size, etag, media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name)
    for header, value in SAFE_HEADERS.items():
        response[header] = value
    return response


def _download(request, file, size, etag, media_type):
    first, last = _range(request, size, etag)
    if first is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    partial = (first, last) != (0, size - 1)
    if partial:
        file.seek(first)
    headers = {"Content-Length": last - first + 1, "Accept-Ranges": "bytes", "ETag": etag}
    if partial:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if partial else 200
    return FileResponse(_Slice(file, last - first + 1), content_type=media_type, status=status, headers=headers)


def _range(request, size, etag):
    """The first and last byte asked for. All of them unless one plain range is asked for; (None, None) if it lies outside."""
    asked = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("Range", "").strip())
    whole = (0, size - 1)
    if not asked or asked[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return whole
    first, last = (int(number) if number else None for number in asked.groups())
    if first is None:
        return (max(0, size - last), size - 1) if last else (None, None)
    if last is not None and last < first:
        return whole
    return (first, min(size - 1, last if last is not None else size - 1)) if first < size else (None, None)


class _Slice:
    """So many bytes of an open file from where it stands."""

    def __init__(self, file, length):
        self.file, self.length, self.close = file, length, file.close

    def read(self, most=-1):
        most = self.length if most < 0 else min(most, self.length)
        piece = self.file.read(most)
        self.length -= len(piece)
        return piece
