"""Starts the child and waits for its answer, no longer than it may take."""

import json
import select
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from .refusing import REFUSED, Rejected

CHILD = str(Path(__file__).with_name("__main__.py"))
WALL_SECONDS = 20
OUT_OF_TIME = -1

# Several big pictures at once must not fill the machine, so the children of one server process take turns.
_turns = threading.BoundedSemaphore(2)


def run(job, extension, file, *arguments, seconds=WALL_SECONDS):
    """Do `inspect`, `preview`, `text`, `page`, `rows`, `fill` or `compose` with this file (it must be a real one) and return what the child wrote."""
    command = [sys.executable, "-I", CHILD, job, extension, *map(str, arguments)]
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
