"""Reads a workbook that came from outside, in a small process of its own with little memory and time (S-28)."""

import json
import sys
import tempfile
import time
from pathlib import Path

from applications import parsing
from applications.uploads.taking import on_disk

CHILD = Path(__file__).with_name("sheet_child.py")
WALL_SECONDS = 180


class Unreadable(Exception):
    """This is no workbook we can read."""


def rows_of(file):
    """[[text of each cell]] of the first sheet, days as ISO dates. The archive is measured before anything opens it."""
    try:
        with on_disk(file) as real, tempfile.TemporaryFile() as answer:
            parsing.run("inspect", "xlsx", real)
            real.seek(0)
            if parsing.run_child([sys.executable, "-I", str(CHILD)], real, answer, time.monotonic() + WALL_SECONDS):
                raise Unreadable
            answer.seek(0)
            return json.load(answer)
    except (parsing.Rejected, ValueError):
        raise Unreadable from None
