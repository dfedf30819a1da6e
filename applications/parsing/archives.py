"""Archives and the documents made of them."""

import re
import stat
import struct
import zlib
from xml.parsers import expat

from .refusing import Rejected

MAX_MEMBERS = 5000
MAX_UNPACKED = 300 * 1024**2
MAX_RATIO = 100
RATIO_FLOOR = 20 * 1024**2  # below this much, text that repeats itself may shrink as far as it likes
MAX_NESTED = 20 * 1024**2
MAX_DEPTH = 2  # a presentation holding a document holding the numbers of its chart
PIECE = 1024**2

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
