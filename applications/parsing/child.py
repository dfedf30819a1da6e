"""What the child does: one job with the file on its standard input."""

import json
import mmap
import os

from .drawing import preview
from .inspecting import inspect
from .limits import ANSWER_BYTES, FORM_BYTES, limit_this_process
from .pages import read_page
from .refusing import REFUSED, Rejected
from .tables import rows
from .templates import compose, fill
from .words import text


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
