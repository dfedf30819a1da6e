"""Reads a workbook somebody sent in a small process of its own, with little memory and little time (S-28).

`rows_of` starts this very file as a script. The child imports nothing of the portal, inherits no environment, reads the
workbook from its standard input as a stream and answers with the cells of the first sheet. What a file says about its own
size is not believed: rows and cells are counted as they come.
"""

import json
import resource
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta

MEMORY = 512 * 1024**2
CPU_SECONDS, WALL_SECONDS = 20, 60
ANSWER_BYTES = 32 * 1024**2
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 50_000, 200, 1_000_000
MAX_MERGED = 5_000
TOO_LARGE = 3  # the exit code


class Unreadable(Exception):
    """`too_large` tells whether the sheet was read as far as the limits, or could not be read at all."""

    def __init__(self, too_large):
        super().__init__("too large" if too_large else "unreadable")
        self.too_large = too_large


def rows_of(content):
    """The rows of the first sheet, each a list of values without the blanks at its end."""
    return [[_value(cell) for cell in line] for line in _lines_of(content)]


def merged_of(content):
    """The merged ranges of the first sheet as (first row, first column, last row, last column), counted from 0."""
    return [tuple(line) for line in _lines_of(content, "merged")]


def _lines_of(content, *wanted):
    with tempfile.TemporaryFile() as book, tempfile.TemporaryFile() as answer:
        book.write(content)
        book.seek(0)
        command = [sys.executable, "-I", __file__, *wanted]
        try:
            child = subprocess.run(command, stdin=book, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/", timeout=WALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Unreadable(too_large=True) from None
        if child.returncode:
            raise Unreadable(too_large=child.returncode == TOO_LARGE)
        answer.seek(0)
        return [json.loads(line) for line in answer]


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


def tell_merged(sheet):
    """Read as a stream of its own: the reader of cells passes them by. Nothing is kept but one element at a time."""
    from openpyxl.utils import range_boundaries
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    found = 0
    with sheet._get_source() as source:
        for _event, element in iterparse(source):
            if element.tag == f"{{{SHEET_MAIN_NS}}}mergeCell":
                found += 1
                first_column, first_row, last_column, last_row = range_boundaries(element.get("ref"))
                if found > MAX_MERGED or last_row > MAX_ROWS or last_column > MAX_COLUMNS:
                    return TOO_LARGE
                sys.stdout.write(json.dumps([first_row - 1, first_column - 1, last_row - 1, last_column - 1]) + "\n")
            element.clear()
    sys.stdout.flush()
    return 0


def main():
    limit_this_process()
    import openpyxl  # after the limits, so that they hold for everything

    try:
        sheet = openpyxl.load_workbook(sys.stdin.buffer, read_only=True, data_only=True).active
        if sys.argv[1:] == ["merged"]:
            return tell_merged(sheet)
        sheet.reset_dimensions()
        cells = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            values = list(row)
            while values and values[-1] is None:
                values.pop()
            cells += len(values)
            if number > MAX_ROWS or len(values) > MAX_COLUMNS or cells > MAX_CELLS:
                return TOO_LARGE
            sys.stdout.write(json.dumps([plain(value) for value in values]) + "\n")
        sys.stdout.flush()
    except MemoryError:
        return TOO_LARGE
    except Exception:  # a reader that stumbles has found a file that is not right
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
