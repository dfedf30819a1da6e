"""Reads a table somebody sent, whatever it is: a workbook, a text file, or a block copied from a spreadsheet.

A workbook is read in a small process of its own, with little memory and little time (S-28).

`rows_of` starts this very file as a script. The child imports nothing of the portal, inherits no environment, reads the
workbook from its standard input as a stream and answers with the cells of one worksheet, and with how each visible one begins,
so that nobody takes one sheet for the whole. What a file says about its own size is not believed: rows and cells are counted
as they come.
"""

import csv
import io
import json
import re
import resource
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections import namedtuple
from contextlib import suppress
from datetime import date, datetime, time, timedelta

MEMORY = 512 * 1024**2
CPU_SECONDS, WALL_SECONDS = 20, 120
ANSWER_BYTES = 64 * 1024**2  # 45,000 people with ten cells each are half of it
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 50_000, 200, 1_000_000
MAX_MEMBERS = 1000
MAX_UNPACKED = 256 * 1024**2
MAX_RATIO, RATIO_FLOOR = 100, 20 * 1024**2  # below the floor, cells that repeat themselves may shrink as far as they like
MAX_MERGED = 5000
BEGINNING, LOOKED_AT = 30, 1000  # rows with something in them that are told of each worksheet, of so many that are looked at
MAX_TITLE = 100  # Excel allows 31
PIECE = 1024**2
DELIMITERS = "\t,;"

# Exit codes of the child, and what they say.
REASONS = {3: "too_large", 4: "encrypted", 5: "forbidden"}
TOO_LARGE, ENCRYPTED, FORBIDDEN = REASONS
OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .et, .doc, and every encrypted workbook


class Unreadable(Exception):
    """`reason`: too_large, encrypted, old_format, web_page, forbidden (a document type), or unreadable; of a text file encoding or quotes."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason

    @property
    def too_large(self):
        return self.reason == "too_large"


class Table(namedtuple("Table", "rows merges sheet beginnings")):
    """`merges`: [(first row, first column, last row, last column)], all counted from 1. `sheet`: the title of the worksheet that was
    read, empty for a text file. `beginnings`: {title: first rows} of all visible worksheets with something in them."""

    @property
    def unread(self):
        """The titles of the others."""
        return [title for title in self.beginnings if title != self.sheet]


def table(content, sheet="", suits=None):
    """A workbook or a text file, told apart by their first bytes; see `Table`. Of a workbook the worksheet `sheet`. Where none is asked
    for, the one that was open when it was saved; but if its first rows do not suit, the first whose do. `suits`: rows -> bool."""
    if not content.startswith(b"PK") and not foreign(content):
        return Table(rows_of_text(decoded(content)), [], "", {})
    found = rows_and_merges(content, sheet)
    if suits and not sheet and not suits(found.beginnings.get(found.sheet, [])):
        better = next((title for title in found.unread if suits(found.beginnings[title])), "")
        return rows_and_merges(content, better) if better else found
    return found


def decoded(content):
    """UTF-8 with or without a mark, UTF-16 with one (Excel's “Unicode 文本”), GB18030 with all of GBK and GB2312."""
    for encoding in ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Nearly everything is GB18030, pictures as well; these signs are in no text.
        if encoding == "utf-8-sig" or not re.search(r"[\x00-\x08\x0b\x0e-\x1f]", text):
            return text.replace("\x00", "")  # which PostgreSQL keeps in no text
    raise Unreadable("encoding")


def rows_of_text(text):
    """Rows of texts. A first line that only names the separator is a row without cells, so that rows keep their numbers."""
    if named := re.match(r'sep=([^"\r\n])\r?\n', text):
        above, delimiter, text = [[]], named[1], text[named.end():]
    else:
        above, delimiter = [], delimiter_of(text)
    try:
        return above + list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise Unreadable("quotes") from None


def delimiter_of(text):
    """The mark that cuts most of the first lines; a tab before others, which stand in sentences too; else the one that cuts into more cells."""
    lines = text.splitlines()[:30]
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), mark == "\t", sum(line.count(mark) for line in lines)))


def rows_of(content):
    """The rows of the worksheet that was open, each a list of values without the blanks at its end."""
    return rows_and_merges(content).rows


def rows_and_merges(content, sheet=""):
    """The worksheet of this title, or the one that was open: a `Table`."""
    if reason := foreign(content):
        raise Unreadable(reason)
    with tempfile.TemporaryFile() as book, tempfile.TemporaryFile() as answer:
        book.write(content)
        book.seek(0)
        command = [sys.executable, "-I", __file__, json.dumps(sheet)]  # escaped: the child has no locale
        try:
            child = subprocess.run(command, stdin=book, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/", timeout=WALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Unreadable("too_large") from None
        if child.returncode:
            raise Unreadable("too_large" if child.returncode == -signal.SIGXCPU else REASONS.get(child.returncode, "unreadable"))
        answer.seek(0)
        *rows, about = map(json.loads, answer)
        beginnings = {title: _values(first) for title, first in about["beginnings"].items()}
        return Table(_values(rows), [tuple(merge) for merge in about["merges"]], about["sheet"], beginnings)


def foreign(content):
    """What a file is that only calls itself a workbook, by its first bytes."""
    start = bytes(content[:1024]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(OLD_CONTAINER):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "old_format"
    return "web_page" if start.startswith((b"<", b"mime-version")) else ""


def _values(rows):
    return [[_value(cell) for cell in row] for row in rows]


def _value(cell):
    """JSON knows no days and no clock: these travel as [their kind, their spelling]."""
    return _KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell


_KINDS = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat, "timedelta": lambda seconds: timedelta(seconds=seconds),
}


# From here on: the child.


def limit_this_process():
    limits = [
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, ANSWER_BYTES), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_AS, MEMORY),
    ]
    for what, most in limits:
        with suppress(ValueError, OSError):  # macOS knows the memory limit by name only
            resource.setrlimit(what, (most, most))


def plain(value):
    if isinstance(value, datetime | date | time):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    return value


def measure(file):
    """Look at the container before anything in it is parsed (S-27): the exit code that refuses it, or 0. What members say
    about their own size is added up first and then counted while they are unpacked."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            return ENCRYPTED
        packed, told = sum(member.compress_size for member in members), sum(member.file_size for member in members)
        if len(members) > MAX_MEMBERS or told > MAX_UNPACKED or told > max(RATIO_FLOOR, packed * MAX_RATIO):
            return TOO_LARGE
        unpacked = 0
        for member in members:
            before = b""
            with archive.open(member) as content:
                while piece := content.read(PIECE):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED:
                        return TOO_LARGE
                    if member.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in (before + piece).replace(b"\0", b""):
                        return FORBIDDEN
                    before = piece[-32:]
    return 0


MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")


def merged(archive, path):
    """Read by their pattern: the reader of cells passes them by."""
    from openpyxl.utils import column_index_from_string

    found, rest = [], b""
    with archive.open(path) as content:
        while (piece := content.read(PIECE)) and len(found) < MAX_MERGED:
            text = rest + piece
            last = 0
            for match in MERGED.finditer(text):
                last = match.end()
                found.append([int(match[2]), column_index_from_string(match[1].decode()), int(match[4]), column_index_from_string(match[3].decode())])
            rest = text[max(last, len(text) - 100):]
    return found[:MAX_MERGED]


def filled(sheet):
    """(number, values without the blanks at their end) of each row that has any."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        values = list(row)
        while values and values[-1] is None:
            values.pop()
        yield number, values


def beginning(sheet):
    """The first rows with something in them, long texts cut; None when there are none. What cannot be looked at is not called empty."""
    rows = []
    with suppress(ValueError, KeyError, TypeError, SyntaxError):
        for number, values in filled(sheet):
            if number > LOOKED_AT or len(rows) == BEGINNING:
                return rows
            if any(str(value).strip() for value in values if value is not None):
                rows.append([plain(value[:LOOKED_AT] if isinstance(value, str) else value) for value in values[:MAX_COLUMNS]])
        return rows or None
    return rows


def read(wanted):
    import openpyxl  # after the limits, so that they hold for everything

    book = openpyxl.load_workbook(sys.stdin.buffer, read_only=True, data_only=True)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    found, beginnings = {}, {}
    for sheet in shown:
        if (rows := beginning(sheet)) is not None:
            found.setdefault(sheet.title[:MAX_TITLE], sheet)
            beginnings.setdefault(sheet.title[:MAX_TITLE], rows)
    title = next((title for title in (wanted, book.active.title[:MAX_TITLE], *found) if title in found), "")
    sheet = found.get(title, shown[0])
    cells, blank = sum(len(row) for rows in beginnings.values() for row in rows), 0
    for number, values in filled(sheet):
        if not values:  # lines that only look like something, to the end of the sheet, are no rows
            blank += 1
            continue
        cells += len(values)
        if number > MAX_ROWS or len(values) > MAX_COLUMNS or cells > MAX_CELLS:
            return TOO_LARGE
        sys.stdout.write("[]\n" * blank + json.dumps([plain(value) for value in values], ensure_ascii=False) + "\n")
        blank = 0
    about = {"merges": merged(book._archive, sheet._worksheet_path), "sheet": title, "beginnings": beginnings}
    sys.stdout.write(json.dumps(about, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return 0


def main():
    limit_this_process()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        return measure(sys.stdin.buffer) or read(json.loads(sys.argv[1]))
    except MemoryError:
        return TOO_LARGE
    except Exception:  # a reader that stumbles has found a file that is not right
        return 1


if __name__ == "__main__":
    sys.exit(main())
