"""Words, to be searched for what should not be published. Nothing is kept of them here."""

import json
import re
from xml.parsers import expat

from .archives import SAME_AS, Meter, read_directory
from .compounds import OLE_MAGIC
from .pdfs import open_pdf
from .refusing import Rejected

MAX_TEXT = 1_000_000  # characters; as JSON they fit into an answer
MAX_TEXT_PAGES = 300

WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
SHEET_PARTS = re.compile(r"xl/(?:sharedstrings|comments\d*|worksheets/sheet\d+)\.xml")
SLIDE_PARTS = re.compile(r"ppt/(?:slides/slide|notesslides/notesslide)(\d+)\.xml")
PARTS = {"docx": WORD_PARTS, "xlsx": SHEET_PARTS, "pptx": SLIDE_PARTS}
LINES_END_WITH = {"p", "br", "si", "c", "tab", "row"}


def text(data, extension):
    """JSON: [[page or nothing, words], …], cut off where there is too much of it."""
    found, left = [], MAX_TEXT
    for page, words in pages_of_pdf(data) if extension == "pdf" else parts_of_document(data, extension):
        found.append([page, words[:left]])
        left -= len(words)
        if left <= 0:
            break
    yield json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def pages_of_pdf(data):
    document = open_pdf(data)
    for number in range(min(len(document), MAX_TEXT_PAGES)):
        yield number + 1, document[number].get_textpage().get_text_range()


def parts_of_document(data, extension):
    kind = SAME_AS.get(extension, extension)
    if data[:8] == OLE_MAGIC:  # of the older container the portal reads the outside only
        return
    meter = Meter(len(data))
    for member in read_directory(data):
        part = PARTS[kind].fullmatch(member.path.lower())
        if part:
            page = int(part[1]) if part.groups() else None
            yield page, read_words(member, meter)


def read_words(member, meter):
    """What stands in the text elements of a part, one line for each paragraph or cell."""
    words, size, within = [], 0, []

    def start(tag, attributes):
        if (name := tag.rpartition(" ")[2]) in ("t", "v"):
            within.append(name)

    def end(tag):
        if (name := tag.rpartition(" ")[2]) in LINES_END_WITH:
            words.append("\n")
        elif within and name == within[-1]:
            within.pop()

    def characters(more):
        nonlocal size
        if within and size < MAX_TEXT:
            words.append(more)
            size += len(more)

    def doctype(*args):
        raise Rejected("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = doctype
    for piece in member.pieces(meter):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return "".join(words)
