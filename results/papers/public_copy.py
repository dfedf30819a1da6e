"""The paper of a published notice as anybody may take it home: made once and kept by the hash of all it says, so that many readers
cost one making. Nobody's number or private mail stands in it but what passed a review (S-35).
"""

import hashlib
import logging
from functools import cache
from pathlib import Path

from django.core.files.storage import storages

from accounts.audit import digest
from applications import papers, uploads
from results import privacy, reports
from results.models import PaperKind
from results.papers.composing import compose
from results.papers.contents import names

logger = logging.getLogger(__name__)


def public_copy(notice, text, extension, make):
    """The bytes of the notice as Word or PDF. `text` is the office's, `make(blocks, extension)` draws. Raises BadTemplate when the text does not fit."""
    facts, allowed = names(PaperKind.NOTICE, notice), privacy.personal_values(reports.published_words(), privacy.ANY_DAY)
    key = f"notices/{digest([layout(), text, facts, sorted(allowed)])}.{extension}"
    try:
        with storages["derived"].open(key, "rb") as file:
            return file.read()
    except FileNotFoundError:
        made = make([masked(block, allowed) for block in compose(text, facts)], extension)
    try:
        uploads.keep_derived(key, made)
    except OSError:
        logger.exception("The paper of notice %s could not be kept; it will be made again.", notice.pk)
    return made


def masked(block, allowed):
    def stars(words):
        return privacy.masked_page(words, privacy.ANY_DAY, allowed)[0]

    if block["kind"] == "table":
        return block | {"head": [stars(cell) for cell in block["head"]], "rows": [[stars(cell) for cell in row] for row in block["rows"]]}
    return block | {"text": stars(block["text"])}


@cache
def layout():
    """What a newer portal draws otherwise has another hash."""
    folders = Path(__file__).parent, Path(papers.__file__).parent
    files = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".typ"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
