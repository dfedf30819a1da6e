"""The rows of a workbook that came from outside, as text: read in a small process of its own (S-28, `accounts.sheets`)."""

from accounts import sheets
from accounts.sheets import Unreadable as Unreadable

MOST_COLUMNS, MOST_TEXT = 30, 300


def rows_of(file):
    """[[text of each cell]] of the first sheet, all of one width; days as ISO dates, because Excel knows no days."""
    rows = [[_written(value) for value in row[:MOST_COLUMNS]] for row in sheets.rows_of(file.read())]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _written(value):
    if value is None:
        return ""
    return (value.date().isoformat() if hasattr(value, "date") else str(value).strip())[:MOST_TEXT]
