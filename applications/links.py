"""Does this address answer, and what stands there? Two small children find out: one fetches, one reads what was fetched."""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date

from applications import fetching, parsing

FETCH_SECONDS = fetching.SECONDS + fetching.CONNECT_SECONDS + 3  # the child keeps its own time; it also has to start
READ_SECONDS = 8


@dataclass(frozen=True)
class Look:
    """What a look at a page found. `outcome` is a LinkCheck.Outcome."""

    outcome: str
    status: int | None = None
    url: str = ""
    title: str = ""
    text: str = ""
    published_on: date | None = None


def look(url):
    """What stands at this address now. Never raises: a page that does what it likes to us is a page that does not answer."""
    if fetching.objection(url):
        return Look(fetching.BROKEN)
    with tempfile.TemporaryFile() as nothing, tempfile.TemporaryFile() as answer:
        code = parsing.run_child([sys.executable, "-I", fetching.__file__, url], nothing, answer, time.monotonic() + FETCH_SECONDS)
        if code == parsing.OUT_OF_TIME:  # all else has its time: only the name server can hold the child up for so long
            return Look(fetching.NOT_CHECKED)
        answer.seek(0)
        head, body = answer.readline(), answer.read()
    if code or not head:
        return Look(fetching.BROKEN)
    found = json.loads(head)
    kind, charset = found.pop("kind"), found.pop("charset")
    return Look(**found, **(read(kind, charset, body) if body else {}))


def read(kind, charset, body):
    """Title, words and day of a page; nothing where it answers but cannot be read."""
    with tempfile.TemporaryFile() as page:
        page.write(body)
        page.flush()
        try:
            facts = json.loads(parsing.run("page", f"{kind} {charset}", page, seconds=READ_SECONDS))
        except parsing.Rejected:
            return {}
    return facts | {"published_on": date.fromisoformat(facts["published_on"]) if facts["published_on"] else None}
