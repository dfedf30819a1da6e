"""The words of a file, read by a child process, for looking through them once. They are not kept."""

import json
import logging

from applications import parsing
from applications.uploads.store import on_disk, open_blob

logger = logging.getLogger(__name__)
READ = {"pdf", "docx", "xlsx", "pptx", "wps", "et", "dps"}


def words(blob):
    """[(page or nothing, text), …]; nothing of pictures and of what cannot be read. FileNotFoundError: the bytes are not there now."""
    if blob.extension not in READ:
        return []
    try:
        with open_blob(blob.sha256) as original, on_disk(original) as real:
            return [tuple(place) for place in json.loads(parsing.run("text", blob.extension, real))]
    except parsing.Rejected as rejected:
        logger.warning("The words of %s cannot be read: %s", blob.sha256, rejected.reason)
        return []
