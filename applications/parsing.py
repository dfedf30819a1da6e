"""Opens what strangers sent, in a small process of its own with little memory and little time.

`run` starts this very file as a script. The child imports nothing of the portal, inherits no environment (so no
secret), reads one file from its standard input and answers with the outcome; whatever the file does to it, the
portal only sees a child that ended. A file is judged as a whole: where its format says it ends, it must end.
"""

import io
import json
import mmap
import os
import re
import resource
import select
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zlib
from array import array
from contextlib import suppress
from datetime import date
from html.parser import HTMLParser
from xml.parsers import expat

MEMORY = 1024**3
CPU_SECONDS = 10
WALL_SECONDS = 20
ANSWER_BYTES = 8 * 1024**2
FORM_BYTES = 128 * 1024**2  # a Word form carries its photos
REFUSED = 3  # the exit code that comes with a reason
OUT_OF_TIME = -1

MAX_PIXELS = 100_000_000
PREVIEW_EDGE = 1400
THUMBNAIL = (480, 360)
MAX_PAGES = 50  # of which pictures are made
DRAWING_SECONDS, DRAWING_BYTES = CPU_SECONDS / 2, ANSWER_BYTES / 2  # after this much a child leaves the other pages to the next

MAX_TEXT = 1_000_000  # characters; as JSON they fit into an answer
MAX_TEXT_PAGES = 300

MAX_MEMBERS = 5000
MAX_UNPACKED = 300 * 1024**2
MAX_RATIO = 100
RATIO_FLOOR = 20 * 1024**2  # below this much, text that repeats itself may shrink as far as it likes
MAX_NESTED = 20 * 1024**2
MAX_DEPTH = 2  # a presentation holding a document holding the numbers of its chart
PIECE = 1024**2

# Several big pictures at once must not fill the machine, so the children of one server process take turns.
_turns = threading.BoundedSemaphore(2)


class Rejected(Exception):
    """Why a file is not what it should be: a word that `uploads.SENTENCES` turns into a sentence.

    `wrote`: what a child that was stopped had answered by then.
    """

    def __init__(self, reason, wrote=b"", **facts):
        super().__init__(reason)
        self.reason, self.wrote, self.facts = reason, wrote, facts


def run(job, extension, file, *arguments, seconds=WALL_SECONDS):
    """Do `inspect`, `preview`, `text`, `page`, `rows`, `fill` or `compose` with this file (it must be a real one) and return what the child wrote."""
    command = [sys.executable, "-I", __file__, job, extension, *map(str, arguments)]
    with _turns, tempfile.TemporaryFile() as answer:
        code = run_child(command, file, answer, time.monotonic() + seconds)
        answer.seek(0)
        wrote = answer.read()
    if code == REFUSED:
        facts = json.loads(wrote)
        raise Rejected(facts.pop("reason"), **facts)
    if code:  # out of time, out of memory, or worse
        raise Rejected("heavy", wrote)
    return wrote


def run_child(command, file, answer, until):
    with subprocess.Popen(command, stdin=file, stdout=answer, stderr=subprocess.PIPE, env={}, cwd="/") as child:
        try:
            # Its last breath closes the pipe, so we know at once; `wait` alone looks less and less often.
            ending = select.poll()
            ending.register(child.stderr)
            ending.poll(1000 * max(0, until - time.monotonic()))
            return child.wait(max(0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return OUT_OF_TIME
        finally:
            child.kill()


# From here on: the child.


def limit_this_process(answer_bytes=ANSWER_BYTES):
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, answer_bytes),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_AS, MEMORY),
    ]
    for what, most in limits:
        with suppress(ValueError, OSError):  # macOS knows the memory limit by name only
            resource.setrlimit(what, (most, most))


def main(job, extension, *arguments):
    limit_this_process(FORM_BYTES if job == "fill" else ANSWER_BYTES)
    try:
        with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as data:
            jobs = {"inspect": inspect, "preview": preview, "text": text, "page": read_page, "rows": rows, "fill": fill, "compose": compose}
            for answer in jobs[job](data, extension, *arguments):
                write(answer)
        return 0
    except Rejected as refusal:
        write(json.dumps({"reason": refusal.reason} | refusal.facts).encode())
    except MemoryError:
        write(json.dumps({"reason": "heavy"}).encode())
    except Exception:  # a reader that stumbles has found a file that is not right; what it says is of no use here
        write(json.dumps({"reason": "damaged"}).encode())
    return REFUSED


def write(answer):
    while answer:
        answer = answer[os.write(1, answer) :]


def inspect(data, extension):
    if extension in OOXML or extension in OLE or extension == "zip":
        if data[:8] == OLE_MAGIC:
            check_ole(data, extension)
        else:
            check_archive(data, extension)
    else:
        {"pdf": check_pdf, "jpg": check_jpg, "png": check_png, "heic": check_heic, "webp": check_webp}[extension](data)
    if data[:2] != b"PK" and opens_as_archive(data):
        raise Rejected("tail")
    return ()


# Archives and the documents made of them.

OOXML = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "document"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "workbook"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "presentation"),
}
SAME_AS = {"wps": "docx", "et": "xlsx", "dps": "pptx"}  # WPS Office writes these too, as either kind of container
CONTENT_TYPES = "[content_types].xml"
IN_ARCHIVES = frozenset("pdf docx xlsx pptx wps et dps jpg jpeg png heic webp txt csv".split())
ENCRYPTED_FLAGS = 0x2041
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Member:
    """One file of an archive, as its directory describes it and as it really is."""

    def __init__(self, data, name, flags, method, crc, packed, size, offset, mode):
        self.name, self.flags, self.method, self.crc = name, flags, method, crc
        self.packed, self.size, self.offset, self.mode = packed, size, offset, mode
        self.data = data
        header = data[offset : offset + 30]
        if header[:4] != b"PK\3\4" or len(header) < 30:
            raise Rejected("damaged")
        local_flags, local_method = struct.unpack("<2H", header[6:10])
        name_length, extra_length = struct.unpack("<2H", header[26:30])
        if (local_flags | flags) & ENCRYPTED_FLAGS:
            raise Rejected("encrypted")
        if local_method != method or data[offset + 30 : offset + 30 + name_length] != name:
            raise Rejected("damaged")
        self.starts = offset + 30 + name_length + extra_length
        self.ends = self.starts + packed
        self.path = name.decode("utf-8" if flags & 0x800 else "cp437").replace("\\", "/")

    def pieces(self, meter):
        """The content, unpacked a piece at a time and counted as it comes, whatever the directory claims."""
        if self.method not in (0, 8):
            raise Rejected("damaged")
        unpack = zlib.decompressobj(-15) if self.method else None
        crc = size = 0
        for at in range(self.starts, self.ends, PIECE):
            rest = self.data[at : min(at + PIECE, self.ends)]
            while rest:
                piece, rest = (unpack.decompress(rest, PIECE), unpack.unconsumed_tail) if unpack else (rest, b"")
                size += len(piece)
                meter.count(len(piece))
                if size > self.size:
                    raise Rejected("bomb")
                crc = zlib.crc32(piece, crc)
                yield piece
        if size != self.size or crc != self.crc or unpack and (not unpack.eof or unpack.unused_data):
            raise Rejected("damaged")


class Meter:
    """How much may come out of an archive and of the archives inside it, all together."""

    def __init__(self, packed):
        self.left = min(MAX_UNPACKED, max(RATIO_FLOOR, MAX_RATIO * packed))

    def count(self, size):
        self.left -= size
        if self.left < 0:
            raise Rejected("bomb")


def read_directory(data):
    end = len(data) - 22
    if data[end : end + 4] != b"PK\5\6" or data[-2:] != b"\0\0":
        raise Rejected("tail" if opens_as_archive(data) else "damaged")
    total, size, offset = struct.unpack("<H2I", data[end + 10 : end + 20])
    if data[end - 20 : end - 16] == b"PK\6\7":  # the wide form, which some writers always use
        (at,) = struct.unpack("<Q", data[end - 12 : end - 4])
        if data[at : at + 4] != b"PK\6\6" or at + 56 != end - 20:
            raise Rejected("damaged")
        total, size, offset = struct.unpack("<3Q", data[at + 32 : at + 56])
        end = at
    if total > MAX_MEMBERS:
        raise Rejected("bomb")
    if offset + size != end or not total:
        raise Rejected("damaged")
    members = []
    for _ in range(total):
        entry = data[offset : offset + 46]
        if entry[:4] != b"PK\1\2":
            raise Rejected("damaged")
        flags, method = struct.unpack("<2H", entry[8:12])
        crc, packed, unpacked, name_length, extra_length, comment_length = struct.unpack("<3I3H", entry[16:34])
        attributes, header = struct.unpack("<2I", entry[38:46])
        name = data[offset + 46 : offset + 46 + name_length]
        extra = data[offset + 46 + name_length : offset + 46 + name_length + extra_length]
        unpacked, packed, header = widened(extra, unpacked, packed, header)
        members.append(Member(data, name, flags, method, crc, packed, unpacked, header, attributes >> 16))
        offset += 46 + name_length + extra_length + comment_length
    if offset != end:
        raise Rejected("damaged")
    return members


def widened(extra, *fields):
    """The three numbers that move to an extra field when an archive is written in the wide form."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<2H", extra[at : at + 4])
        if kind == 1:
            wide = iter(struct.unpack(f"<{length // 8}Q", extra[at + 4 : at + 4 + length // 8 * 8]))
            return [next(wide) if field == 0xFFFFFFFF else field for field in fields]
        at += 4 + length
    return fields


def check_members(members):
    seen = set()
    for member in members:
        parts = member.path.rstrip("/").split("/")
        if (
            ".." in parts
            or not all(parts)
            or ":" in member.path
            or UNSEEN.search(member.path)
            or member.path.lower() in seen
            or stat.S_IFMT(member.mode) not in (0, stat.S_IFREG, stat.S_IFDIR)
        ):
            raise Rejected("unsafe_archive")
        seen.add(member.path.lower())
    at = 0
    for member in sorted(members, key=lambda member: member.offset):
        if member.offset < at:
            raise Rejected("bomb")  # one stretch of bytes counted as many files
        at = member.ends
    if not any(member.offset == 0 for member in members):
        raise Rejected("damaged")


def check_archive(data, extension, meter=None, depth=0):
    meter = meter or Meter(len(data))
    extension = SAME_AS.get(extension, extension)
    members = read_directory(data)
    check_members(members)
    if sum(member.size for member in members) > meter.left:
        raise Rejected("bomb")
    for member in members:
        measure(member, extension, meter, depth)
    if extension in OOXML:
        check_document({member.path.lower(): member for member in members}, extension)


def measure(member, extension, meter, depth):
    path = member.path.lower()
    suffix = path.rpartition(".")[2]
    if path.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in path:
        raise Rejected("macro")
    if extension == "zip" and not path.endswith("/") and suffix not in IN_ARCHIVES:
        raise Rejected("unsafe_archive")
    inner = None
    for number, piece in enumerate(member.pieces(meter)):
        if number == 0 and piece[:2] == b"PK" and piece[2:4] in (b"\3\4", b"\5\6", b"\7\x08"):
            # A chart keeps its numbers in a workbook of its own; no other archive belongs inside a document.
            if suffix not in OOXML and suffix not in SAME_AS or depth == MAX_DEPTH or member.size > MAX_NESTED:
                raise Rejected("nested")
            inner = bytearray()
        if inner is not None:
            inner += piece
    if inner is not None:
        check_archive(bytes(inner), suffix, meter, depth + 1)


def check_document(members, extension):
    kinds, parts = set(), {}

    def note(tag, attributes):
        kinds.add(attributes.get("ContentType", ""))
        if tag.endswith(" Override"):
            parts.setdefault(attributes.get("ContentType"), attributes.get("PartName", ""))

    if CONTENT_TYPES not in members or members[CONTENT_TYPES].size > PIECE:
        raise Rejected("damaged")
    read_xml(members[CONTENT_TYPES], note)
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds):
        raise Rejected("macro")
    content_type, root = OOXML[extension]
    if content_type not in parts:
        for other, (other_type, _) in OOXML.items():
            if other_type in parts:
                raise Rejected("mismatch", actual=other)
        raise Rejected("damaged")
    main = members.get(parts[content_type].lstrip("/").lower())
    if main is None or read_xml(main) != root:
        raise Rejected("damaged")


def read_xml(member, note=None):
    """The name of the outermost element, once the whole part has been read. No part of a document has a DTD."""
    tags = []

    def start(tag, attributes):
        if not tags:
            tags.append(tag.rpartition(" ")[2])
            parser.StartElementHandler = note
        if note:
            note(tag, attributes)

    def doctype(*args):
        raise Rejected("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, doctype
    for piece in member.pieces(Meter(MAX_UNPACKED)):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return tags[0]


def opens_as_archive(data):
    """Whether a reader that starts at the end, as all of them do, would find an archive."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        return False
    size = struct.unpack("<I", data[end + 12 : end + 16])[0]
    return data[max(0, end - size) : max(0, end - size) + 4] in (b"PK\1\2", b"PK\6\6") or size == 0xFFFFFFFF


# The older container: a small file system of its own (Microsoft's Compound File Binary).

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
OLE = {"wps": ("WordDocument",), "et": ("Workbook", "Book"), "dps": ("PowerPoint Document",)}
LAST_SECTOR, MINI_STREAM = 0xFFFFFFFA, 4096
MACRO_STORES = {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}


class Compound:
    def __init__(self, data):
        major, order, shift = struct.unpack("<3H", data[26:32])
        if order != 0xFFFE or (major, shift) not in ((3, 9), (4, 12)):
            raise Rejected("damaged")
        self.data, self.sector_size = data, 1 << shift
        (first_entry,) = struct.unpack("<I", data[48:52])
        (further,) = struct.unpack("<I", data[68:72])
        tables = array("I", data[76:512])
        for _ in range(len(data) >> shift):
            if further >= LAST_SECTOR:
                break
            *more, further = array("I", self.sector(further))
            tables.extend(more)
        self.next = array("I")
        for number in tables:
            if number < LAST_SECTOR:
                self.next.frombytes(self.sector(number))
        if len(data) > (len(self.next) + 1) * self.sector_size:
            raise Rejected("tail")
        self.streams = {}
        directory = b"".join(self.sector(number) for number in self.chain(first_entry))
        for at in range(0, len(directory), 128):
            entry = directory[at : at + 128]
            name_length, kind = struct.unpack("<HB", entry[64:67])
            if kind in (1, 2, 5):
                name = entry[: max(0, min(name_length, 64) - 2)].decode("utf-16-le")
                self.streams[name] = struct.unpack("<II", entry[116:124])

    def sector(self, number):
        start = (number + 1) * self.sector_size
        piece = self.data[start : start + self.sector_size]
        if len(piece) < self.sector_size:
            raise Rejected("damaged")
        return piece

    def chain(self, number):
        for _ in range(len(self.next)):
            if number >= LAST_SECTOR:
                return
            yield number
            number = self.next[number]
        raise Rejected("damaged")

    def head(self, name):
        """The first bytes of a stream, once all of it is known to be there."""
        start, size = self.streams[name]
        if size < MINI_STREAM:
            return b""
        numbers = list(self.chain(start))
        if len(numbers) * self.sector_size < size or (max(numbers) + 1) * self.sector_size >= len(self.data):
            raise Rejected("damaged")
        return self.sector(start)


def check_ole(data, extension):
    found = Compound(data)
    if "EncryptedPackage" in found.streams or "EncryptedSummary" in found.streams:
        raise Rejected("encrypted")
    if MACRO_STORES & set(found.streams):
        raise Rejected("macro")
    if extension in OLE:
        for name in OLE[extension]:
            if name in found.streams:
                return check_not_encrypted(name, found.head(name))
    for actual, other, names in (("doc", "wps", OLE["wps"]), ("xls", "et", OLE["et"]), ("ppt", "dps", OLE["dps"])):
        if any(name in found.streams for name in names):
            raise Rejected("mismatch", actual=other if extension in OLE else actual)
    raise Rejected("mismatch")


def check_not_encrypted(name, head):
    if len(head) < 12:
        return
    if name == "WordDocument":
        mark, flags = struct.unpack("<H8xH", head[:12])
        encrypted = mark == 0xA5EC and flags & 0x0100
    elif name in OLE["et"]:
        mark, length = struct.unpack("<2H", head[:4])
        encrypted = mark & 0xFF == 0x09 and head[4 + length : 6 + length] == b"\x2f\0"
    else:
        encrypted = False
    if encrypted:
        raise Rejected("encrypted")


# PDF.


def open_pdf(data):
    import pypdfium2  # each kind of file loads only its own reader: half of a child's short life is imports

    try:
        return pypdfium2.PdfDocument(bytes(data))
    except pypdfium2.PdfiumError as error:
        password = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Rejected("encrypted" if password else "damaged") from None


def check_pdf(data):
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Rejected("damaged")
    rest = data[end + 5 :]
    if rest.strip(b"\0\t\n\f\r "):
        raise Rejected("damaged" if b"obj" in rest else "tail")
    document = open_pdf(data)
    if not len(document):
        raise Rejected("damaged")
    for number in {0, len(document) - 1}:
        width, height = document[number].get_size()
        if not (width > 0 and height > 0):
            raise Rejected("damaged")


# Pictures.

FORMATS = {"jpg": ["JPEG", "MPO"], "png": ["PNG"], "heic": ["HEIF"], "webp": ["WEBP"]}
JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
ZEROS = re.compile(rb"\0+")
STILL_BOXES = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide", b"uuid", b"mpvd", b"sefd"}
MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta"}


def open_picture(data, extension):
    from PIL import Image

    if extension == "heic":
        import pi_heif

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # the library only warns above this and raises above twice this
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        return Image.open(data, formats=FORMATS[extension])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Rejected("pixels") from None


def check_picture(data, extension):
    open_picture(data, extension).verify()
    data.seek(0)
    picture = open_picture(data, extension)
    # A photo with its depth or brightness map beside it (MPO) counts as several, but nothing in it moves.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise Rejected("animated")
    if extension == "jpg":
        picture.draft(None, (picture.width // 8 or 1, picture.height // 8 or 1))  # reads every byte, keeps a 64th
    picture.load()


def check_jpg(data):
    at, end = jpeg_end(data, 0), samsung_extras(data)
    check_picture(data, "jpg")
    # Telephones add to a photo: padding, smaller or brighter copies of it, two seconds of film. Nothing else may follow.
    while at < end:
        if data[at : at + 3] == b"\xff\xd8\xff":
            start, at = at, jpeg_end(data, at)
            check_picture(io.BytesIO(data[start:at]), "jpg")
        elif data[at + 4 : at + 8] == b"ftyp":
            at = boxes_end(data, at, MOVIE_BOXES)
        elif data[at] == 0:  # the size before `ftyp` begins with zeros too
            zeros_end = ZEROS.match(data, at, end).end()
            film = data.find(b"ftyp", zeros_end, zeros_end + 8) - 4
            at = film if film > at else zeros_end
        else:
            raise Rejected("tail")


def jpeg_end(data, at):
    at += 2
    while True:
        found = JPEG_MARKER.search(data, at)
        if not found:
            raise Rejected("damaged")
        at = found.end()
        if found[0] == b"\xff\xd9":
            return at
        if found[0] != b"\xff\xd8":
            at += int.from_bytes(data[at : at + 2], "big")


def samsung_extras(data):
    """Where the blocks begin that Samsung telephones add, if their directory at the end accounts for every byte."""
    length, mark = struct.unpack("<I4s", data[-8:])
    head = len(data) - 8 - length
    if mark != b"SEFT" or head < 0 or data[head : head + 4] != b"SEFH":
        return len(data)
    (count,) = struct.unpack("<I", data[head + 8 : head + 12])
    if length != 12 + 12 * count:
        return len(data)
    at = head
    for back, size in sorted(struct.iter_unpack("<4x2I", data[head + 12 : head + length])):
        at -= size
        if back != head - at:
            return len(data)
    return at


def boxes_end(data, at, known):
    """Past the last box of a kind we know (an ISO film or HEIC file is a row of sized boxes)."""
    while data[at + 4 : at + 8] in known:
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8 or at + size > len(data):
            raise Rejected("damaged")
        at += size
    return at


def check_heic(data):
    at = boxes_end(data, 0, STILL_BOXES)
    if data[at + 4 : at + 8] == b"moov":
        raise Rejected("animated")
    if at < len(data):
        raise Rejected("tail")
    check_picture(data, "heic")


def check_png(data):
    at = 8
    while True:
        kind, size = data[at + 4 : at + 8], int.from_bytes(data[at : at + 4], "big")
        at += 12 + size
        if at > len(data) or not kind:
            raise Rejected("damaged")
        if kind == b"IEND":
            break
    if at < len(data):
        raise Rejected("tail")
    check_picture(data, "png")


def check_webp(data):
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Rejected("damaged")
    if end < len(data):
        raise Rejected("tail")
    check_picture(data, "webp")


# Small pictures for the screen: drawn anew, so that nothing of the original but its look is left.


def preview(data, extension, first="1"):
    """A line of JSON with the number of pages; then pictures, each behind its length, from page `first` on: first of all a
    thumbnail of page 1, then as many pages as time and room allow. Length 0: this page cannot be drawn.
    """
    first, from_above = int(first), 0.5
    if extension == "pdf":
        document, from_above = open_pdf(data), 0
        document.init_forms()
        pages, draw = len(document), lambda number: draw_page(document[number - 1])
    else:
        pages, draw = 1, lambda number: draw_photo(data, extension)
    yield json.dumps({"pages": pages}).encode() + b"\n"
    room = DRAWING_BYTES
    for number in range(first, min(pages, MAX_PAGES) + 1):
        picture = thumbnail = b""
        with suppress(Exception, MemoryError):  # one bad page among good ones
            drawn = draw(number)
            picture, thumbnail = as_jpeg(drawn), as_thumbnail(drawn, from_above) if number == 1 else b""
        for piece in [thumbnail, picture] if number == 1 else [picture]:
            yield struct.pack(">I", len(piece)) + piece
        room -= len(picture)
        if room < 0 or time.process_time() > DRAWING_SECONDS:
            break


def draw_page(page):
    return page.render(scale=min(PREVIEW_EDGE / max(page.get_size()), 4)).to_pil()


def draw_photo(data, extension):
    from PIL import ImageOps

    picture = open_picture(data, extension)
    picture.draft("RGB", (PREVIEW_EDGE, PREVIEW_EDGE))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE), reducing_gap=2)
    return ImageOps.exif_transpose(picture)


def as_jpeg(picture):
    from PIL import Image

    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    drawn = io.BytesIO()
    paper.save(drawn, "JPEG", quality=80, optimize=True)
    return drawn.getvalue()


def as_thumbnail(picture, from_above):
    """Cut to the shape of a card: of a photo the middle, of a page its head."""
    from PIL import ImageOps

    return as_jpeg(ImageOps.fit(picture, THUMBNAIL, centering=(0.5, from_above)))


# Words, to be searched for what should not be published. Nothing is kept of them here.

WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
SHEET_PARTS = re.compile(r"xl/(?:sharedstrings|comments\d*|worksheets/sheet\d+)\.xml")
SLIDE_PARTS = re.compile(r"ppt/(?:slides/slide|notesslides/notesslide)(\d+)\.xml")
PARTS = {"docx": WORD_PARTS, "xlsx": SHEET_PARTS, "pptx": SLIDE_PARTS}
LINES_END_WITH = {"p", "br", "si", "c", "tab", "row"}


def text(data, extension):
    """JSON: [[page or nothing, words], …], cut off where there is too much of it."""
    found, left = [], MAX_TEXT
    for page, words in pages_of_pdf(data) if extension == "pdf" else parts_of_document(data, extension):
        found.append([page, words[:left]])
        left -= len(words)
        if left <= 0:
            break
    yield json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def pages_of_pdf(data):
    document = open_pdf(data)
    for number in range(min(len(document), MAX_TEXT_PAGES)):
        yield number + 1, document[number].get_textpage().get_text_range()


def parts_of_document(data, extension):
    kind = SAME_AS.get(extension, extension)
    if data[:8] == OLE_MAGIC:  # of the older container the portal reads the outside only
        return
    meter = Meter(len(data))
    for member in read_directory(data):
        part = PARTS[kind].fullmatch(member.path.lower())
        if part:
            page = int(part[1]) if part.groups() else None
            yield page, read_words(member, meter)


def read_words(member, meter):
    """What stands in the text elements of a part, one line for each paragraph or cell."""
    words, size, within = [], 0, []

    def start(tag, attributes):
        if (name := tag.rpartition(" ")[2]) in ("t", "v"):
            within.append(name)

    def end(tag):
        if (name := tag.rpartition(" ")[2]) in LINES_END_WITH:
            words.append("\n")
        elif within and name == within[-1]:
            within.pop()

    def characters(more):
        nonlocal size
        if within and size < MAX_TEXT:
            words.append(more)
            size += len(more)

    def doctype(*args):
        raise Rejected("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = doctype
    for piece in member.pieces(meter):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return "".join(words)


# Web pages: their title, their words, and the day they say they were published.

TEXT_BYTES = 1024**2
TITLE_LENGTH = 150
SPELLINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "big5": "big5",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "us-ascii": "utf-8",
}
MARKS = [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")]
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
UNSHOWN = {"script", "style", "template", "noscript", "svg", "head"}
LINE_ENDS = {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "dd", "dt", "option"}
TITLES = ("articletitle", "og:title")
DAYS = ("pubdate", "publishdate", "publish-date", "article:published_time", "datepublished", "dc.date", "firstpublishedtime")
DAY = r"((?:19|20)\d\d)\s?[-年/.]\s?(\d{1,2})\s?[-月/.]\s?(\d{1,2})(?!\d)"
DAY_GIVEN = re.compile(DAY)
DAY_WRITTEN = re.compile(rf"(?:发布时间|发布日期|发布于|公开日期|公开时间|发文日期)\s*[\]】]?\s*[:：]?\s*{DAY}")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Page(HTMLParser):
    """Collects what a reader would see of a page, and what it says of itself in its head."""

    def __init__(self):
        super().__init__()
        self.meta, self.title, self.words = {}, "", []
        self.in_title, self.unshown = False, 0

    def handle_starttag(self, tag, pairs):
        if tag == "meta":
            given = {name: value or "" for name, value in pairs}
            name = (given.get("name") or given.get("property") or given.get("itemprop") or "").lower()
            self.meta.setdefault(name, given.get("content", "").strip())
        elif tag == "title":
            self.in_title = not self.title
        elif tag == "body":
            self.unshown = 0  # whatever the head left open
        elif tag in UNSHOWN:
            self.unshown += 1
        elif tag in LINE_ENDS:
            self.words.append("\n")
        elif tag in ("td", "th"):
            self.words.append(" ")

    def handle_endtag(self, tag):
        if tag == "title":
            self.in_title = False
        elif tag in UNSHOWN:
            self.unshown = max(0, self.unshown - 1)
        elif tag in LINE_ENDS:
            self.words.append("\n")

    def handle_data(self, text):
        if self.in_title:
            self.title += text
        elif not self.unshown:
            self.words.append(text)


def read_page(data, described):
    """`described`: "html" or "plain" and, after a blank, the charset the server named."""
    kind, _blank, charset = described.partition(" ")
    text = decoded(bytes(data), charset, kind)
    title = published_on = ""
    if kind == "html":
        page = Page()
        page.feed(text)
        page.close()
        title = next((page.meta[name] for name in TITLES if page.meta.get(name)), page.title)
        published_on = next((day for name in DAYS if (day := day_in(DAY_GIVEN.search(page.meta.get(name, ""))))), "")
        text = "".join(page.words)
    text = tidy_lines(text)
    published_on = published_on or day_in(DAY_WRITTEN.search(text))
    title = " ".join(CONTROL.sub("", title).split())[:TITLE_LENGTH]
    text = text.encode()[:TEXT_BYTES].decode(errors="ignore")
    yield json.dumps({"title": title, "text": text, "published_on": published_on}).encode()


def decoded(data, charset, kind):
    """The marks at its beginning are believed first, then the server, then the page, then the bytes themselves."""
    spelling = next((name for mark, name in MARKS if data.startswith(mark)), None) or SPELLINGS.get(charset.lower())
    if spelling is None and kind == "html" and (named := META_CHARSET.search(data[:4096])):
        spelling = SPELLINGS.get(named[1].decode().lower())
    if spelling is None:
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            spelling = "utf-8" if error.start > len(data) - 4 else "gb18030"  # cut off at the last character
    return data.decode(spelling, "replace")


def tidy_lines(text):
    lines = (" ".join(line.split()) for line in CONTROL.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)


def day_in(found):
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


# Tables that people filled in: the cells that hold something, counted as they come.

MAX_SHEETS, MAX_TABLE_ROWS, MAX_TABLE_COLUMNS, MAX_CELLS, MAX_CELL_TEXT = 10, 500, 40, 10_000, 40_000
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
WORKBOOK, STRINGS = "xl/workbook.xml", "xl/sharedstrings.xml"


def rows(data, extension):
    """{"sheets": [{"name": …, "cells": {"B4": [kind, text]}}]} of a workbook; kinds are s (text), n (number), b, e, f (a formula)."""
    if data[:8] == OLE_MAGIC:
        check_ole(data, extension)
    check_archive(data, extension)
    members = {member.path.lower(): member for member in read_directory(data)}
    for path, member in members.items():
        if path.endswith((".xml", ".rels", ".vml")):
            read_xml(member)  # whole, and without a DTD
    strings = read_strings(members[STRINGS]) if STRINGS in members else []
    sheets, cells_left = [], [MAX_CELLS]
    for name, path in sheet_places(members):
        sheets.append({"name": name, "cells": read_cells(members[path], strings, cells_left)})
    yield json.dumps({"sheets": sheets}).encode()


def walk(member, start, end, text=None):
    """Events of one part, names without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    for piece in member.pieces(Meter(MAX_UNPACKED)):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def sheet_places(members):
    """(name, path) of each sheet, in the order of the book."""
    wanted, targets = [], {}

    def sheet(tag, attributes):
        if tag == "sheet":
            keys = [value for key, value in attributes.items() if key.endswith(" id")]
            wanted.append((attributes.get("name", ""), keys[0] if keys else ""))

    def relation(tag, attributes):
        if tag == "Relationship":
            targets[attributes.get("Id")] = attributes.get("Target", "").replace("\\", "/")

    walk(members[WORKBOOK], sheet, lambda tag: None)
    walk(members["xl/_rels/workbook.xml.rels"], relation, lambda tag: None)
    if len(wanted) > MAX_SHEETS:
        raise Rejected("far")
    for name, key in wanted:
        target = targets.get(key, "")
        path = (target[1:] if target.startswith("/") else f"xl/{target}").lower()
        if path in members and "/worksheets/" in f"/{path}":
            yield name, path


def read_strings(member):
    """The texts that cells point to. Readings written above characters are no part of the text."""
    found, piece, inside = [], [], {"t": 0, "rPh": 0}

    def start(tag, attributes):
        if tag == "si":
            piece.clear()
        elif tag in inside:
            inside[tag] += 1

    def end(tag):
        if tag == "si":
            found.append("".join(piece))
        elif tag in inside:
            inside[tag] -= 1

    def text(words):
        if inside["t"] and not inside["rPh"]:
            piece.append(words)

    walk(member, start, end, text)
    return found


def read_cells(member, strings, cells_left):
    found, now, inside = {}, {"place": "", "kind": "n", "formula": False}, {"v": 0, "t": 0, "rPh": 0}
    piece = []

    def start(tag, attributes):
        if tag == "c":
            now.update(place=attributes.get("r", ""), kind=attributes.get("t", "n"), formula=False)
            piece.clear()
        elif tag == "f":
            now["formula"] = True
        elif tag in inside:
            inside[tag] += 1

    def text(words):
        if (inside["v"] or inside["t"]) and not inside["rPh"]:
            piece.append(words)

    def end(tag):
        if tag in inside:
            inside[tag] -= 1
        elif tag == "c" and (piece or now["formula"]):
            keep("".join(piece))

    def keep(value):
        place = CELL.fullmatch(now["place"])
        if not place:
            raise Rejected("damaged")
        column = 0
        for letter in place[1]:
            column = column * 26 + ord(letter) - 64
        cells_left[0] -= 1
        if int(place[2]) > MAX_TABLE_ROWS or column > MAX_TABLE_COLUMNS or cells_left[0] < 0:
            raise Rejected("far")
        kind = now["kind"]
        if kind == "s":
            value = strings[int(value)]
        if len(value) > MAX_CELL_TEXT:
            raise Rejected("far")
        found[now["place"]] = ["f" if now["formula"] else {"n": "n", "b": "b", "e": "e"}.get(kind, "s"), value]

    walk(member, start, end, text)
    return found


# Forms the office wrote: a Word template, filled with data that is only ever text.

HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


class Drawn:
    """A picture in a template's hands: it can be shown, and nothing else can be asked of it."""

    def __init__(self, draw):
        self._draw = draw

    def __html__(self):
        return self._draw()

    __str__ = __html__


def fill(data, extension):
    """The document made of `template.docx` and `data.json`, with the pictures the data names, all in one archive of ours."""
    import zipfile

    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage

    archive = zipfile.ZipFile(io.BytesIO(data))
    template = DocxTemplate(io.BytesIO(archive.read("template.docx")))
    template.init_docx()
    if any(link.is_external and link.reltype != HYPERLINK for link in template.docx.part.package.iter_rels()):
        raise Rejected("external")

    def alive(value):
        if isinstance(value, dict) and set(value) == {"picture", "width", "height"}:
            picture, sides = value["picture"], {side: Mm(value[side]) for side in ("width", "height") if value[side]}
            return Drawn(lambda: str(InlineImage(template, io.BytesIO(archive.read(picture)), **sides)))
        if isinstance(value, dict):
            return {key: alive(inner) for key, inner in value.items()}
        return [alive(inner) for inner in value] if isinstance(value, list) else value

    rendered(lambda environment: template.render(alive(json.loads(archive.read("data.json"))), environment, autoescape=True))
    made = io.BytesIO()
    template.save(made)
    yield made.getvalue()


def rendered(render, **options):
    """What `render(environment)` returns, in a sandbox; what a template may not do or does not know is refused by name."""
    from jinja2 import StrictUndefined, TemplateError, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, **options)
    environment.globals.clear()
    try:
        return render(environment)
    except UndefinedError as error:
        raise Rejected("unknown", name=unknown_name(str(error))) from None
    except (SecurityError, OverflowError):
        raise Rejected("forbidden") from None
    except TemplateError as error:
        raise Rejected("syntax", words=str(error)[:200], line=getattr(error, "lineno", 0)) from None


def unknown_name(words):
    """The name in a message like: 'dict object' has no attribute '名字'; '名字' is undefined."""
    names = re.findall(r"'([^']*)'", words)
    return names[-1] if names else words[:60]


# Texts the office wrote: lines with names in them, filled with data that is only ever text.

DATA_BEGINS, DATA_ENDS, DATA_BREAKS = "\x02", "\x03", "\x04"


def marked(value):
    """A value as it stands in the text made: between marks, so that nothing in it is taken for a line or a mark of the office's own."""
    if not isinstance(value, str | int | float):
        str(value)  # a name that is not known says so
        raise Rejected("group")
    words = re.sub("[\x02-\x04]", "", str(value)).replace("\n", DATA_BREAKS)
    return f"{DATA_BEGINS}{words}{DATA_ENDS}"


def compose(data, extension):
    """The text made of `template` and the `names` it may use, both in one JSON of ours."""
    given = json.loads(bytes(data))
    made = rendered(
        lambda environment: environment.from_string(given["template"]).render(given["names"]), trim_blocks=True, lstrip_blocks=True, finalize=marked
    )
    yield made.encode()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
