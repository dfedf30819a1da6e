"""A table as an office sends it, xlsx, csv or pasted, as rows of plain values, each with its number on the sheet."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from unicodedata import category, normalize

from django.utils.translation import gettext as _

from accounts import sheets
from accounts.formats import why_unreadable, without_apostrophe

MAX_FILE = 20 * 1024**2
# Full-width digits and letters become what a keyboard without a Chinese input method types.
HALF_WIDTH = {code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)}
SERIAL_DAYS = range(20_000, 80_000)  # Excel's own numbers of days, 1954 to 2119
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00?:00(?::00)?)?$|(\d{4})(\d\d)(\d\d)$")


class Refused(Exception):
    """Why a file was not read, as a sentence that says what to do."""


@dataclass
class Table:
    """`rows`: [(number on the sheet, values)] without the blank ones. `sheet`: which worksheet they are from, one of `sheets`."""

    rows: list
    sheet: str = ""
    sheets: list = field(default_factory=list)


def read_file(content, sheet="", suits=None):
    """The worksheet `sheet`; where none is asked for, see `sheets.table`."""
    if len(content) > MAX_FILE:
        raise Refused(_("文件超过 %(n)s MB，请删去图片和多余的内容，或分成几个文件导入。") % {"n": MAX_FILE // 1024**2})
    try:
        found = sheets.table(content, sheet, suits)
    except sheets.Unreadable as refusal:
        raise Refused(why_unreadable(refusal)) from None
    rows = found.rows
    for first, column, last, last_column in found.merges:
        # What offices merge in a table is one column over several rows.
        if column == last_column and first <= len(rows) and len(rows[first - 1]) >= column:
            for row in rows[first:last]:
                if row:
                    row += [None] * (column - len(row))
                    row[column - 1] = rows[first - 1][column - 1]
    if not content.startswith(b"PK"):
        rows = [[bared(cell) or None for cell in row] for row in rows]
    return Table(table_of(enumerate(rows, 1)), found.sheet, list(found.beginnings))


def bared(cell):
    """Our own csv, and people, put an apostrophe before what a spreadsheet would calculate or round."""
    return cell[1:] if cell.startswith("'") and cell[1:2].isdecimal() else without_apostrophe(cell)


def table_of(numbered):
    rows, cells = [], 0
    for number, row in numbered:
        while row and not written(row[-1]):
            row.pop()
        if row:
            cells += len(row)
            if len(rows) >= sheets.MAX_ROWS or len(row) > sheets.MAX_COLUMNS or cells > sheets.MAX_CELLS:
                raise Refused(why_unreadable(sheets.Unreadable("too_large")))
            rows.append((number, row))
    if not rows:
        raise Refused(_("表格是空的，请填写后再导入。"))
    return rows


def written(value):
    """A cell as a person reads it: one line, no spaces at the ends, digits and letters half-width, no point after a whole number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, str) and value.isalnum():
        return value.translate(HALF_WIDTH)
    text = "".join(" " if character.isspace() else character for character in str(value) if character.isspace() or category(character) not in ("Cc", "Cf"))
    return re.sub(r"(?<![\x00-\x7f]) +| +(?![\x00-\x7f])", "", re.sub(" +", " ", text)).strip().translate(HALF_WIDTH)


def day_of(value):
    """The day in a cell, None when it is blank. Raises ValueError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = normalize("NFKC", written(value))
    if not text:
        return None
    if text.isdigit() and int(text) in SERIAL_DAYS:
        return date(1899, 12, 30) + timedelta(days=int(text))
    found = DAY.match(text)
    if not found:
        raise ValueError(text)
    return date(*(int(part) for part in found.groups() if part))


def plain(values):
    """Cells as JSON keeps them; `cells_of` brings them back."""
    return [[type(value).__name__, value.total_seconds()] if isinstance(value, timedelta) else sheets.plain(value) for value in values]


def cells_of(values):
    return [sheets._KINDS[value[0]](value[1]) if isinstance(value, list) else value for value in values]


def native(value):
    """For a workbook: what Excel knows."""
    return value if isinstance(value, int | float | datetime | date | time | timedelta) or value is None else str(value)
