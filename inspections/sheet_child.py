"""The child that reads a workbook for `inspections.sheets`: knows nothing of the portal, has little memory and little time."""

import io
import json
import resource
import sys
from contextlib import suppress

from openpyxl import load_workbook

MOST_ROWS, MOST_COLUMNS, MOST_TEXT = 50_000, 30, 300
SECONDS = 60
LIMITS = [
    (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 64 * 1024**2), (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_AS, 1024**3),
]


def written(value):
    """Text as it stands; a moment as its day, because Excel knows no days."""
    if value is None:
        return ""
    return (value.date().isoformat() if hasattr(value, "date") else str(value).strip())[:MOST_TEXT]


def main():
    for what, most in LIMITS:
        with suppress(ValueError, OSError):  # macOS knows the memory limit by name only
            resource.setrlimit(what, (most, most))
    book = load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    if (sheet.max_row or 0) > MOST_ROWS or (sheet.max_column or 0) > MOST_COLUMNS:
        sys.exit(2)
    json.dump([[written(value) for value in row] for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)], sys.stdout)


if __name__ == "__main__":
    main()
