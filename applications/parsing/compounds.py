"""The older container: a small file system of its own (Microsoft's Compound File Binary)."""

import struct
from array import array

from .refusing import Rejected

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
