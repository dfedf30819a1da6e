"""Small pictures for the screen: drawn anew, so that nothing of the original but its look is left."""

import io
import json
import struct
import time
from contextlib import suppress

from .limits import ANSWER_BYTES, CPU_SECONDS
from .pdfs import open_pdf
from .pictures import open_picture

PREVIEW_EDGE = 1400
THUMBNAIL = (480, 360)
MAX_PAGES = 50  # of which pictures are made
DRAWING_SECONDS, DRAWING_BYTES = CPU_SECONDS / 2, ANSWER_BYTES / 2  # after this much a child leaves the other pages to the next


def preview(data, extension, first="1"):
    """A line of JSON with the number of pages; then pictures, each behind its length, from page `first` on: first of all a
    thumbnail of page 1, then as many pages as time and room allow. Length 0: this page cannot be drawn.
    """
    first, from_above = int(first), 0.5
    if extension == "pdf":
        document, from_above = open_pdf(data), 0
        document.init_forms()
        pages, draw = len(document), lambda number: draw_page(document[number - 1])
    else:
        pages, draw = 1, lambda number: draw_photo(data, extension)
    yield json.dumps({"pages": pages}).encode() + b"\n"
    room = DRAWING_BYTES
    for number in range(first, min(pages, MAX_PAGES) + 1):
        picture = thumbnail = b""
        with suppress(Exception, MemoryError):  # one bad page among good ones
            drawn = draw(number)
            picture, thumbnail = as_jpeg(drawn), as_thumbnail(drawn, from_above) if number == 1 else b""
        for piece in [thumbnail, picture] if number == 1 else [picture]:
            yield struct.pack(">I", len(piece)) + piece
        room -= len(picture)
        if room < 0 or time.process_time() > DRAWING_SECONDS:
            break


def draw_page(page):
    return page.render(scale=min(PREVIEW_EDGE / max(page.get_size()), 4)).to_pil()


def draw_photo(data, extension):
    from PIL import ImageOps

    picture = open_picture(data, extension)
    picture.draft("RGB", (PREVIEW_EDGE, PREVIEW_EDGE))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE), reducing_gap=2)
    return ImageOps.exif_transpose(picture)


def as_jpeg(picture):
    from PIL import Image

    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    drawn = io.BytesIO()
    paper.save(drawn, "JPEG", quality=80, optimize=True)
    return drawn.getvalue()


def as_thumbnail(picture, from_above):
    """Cut to the shape of a card: of a photo the middle, of a page its head."""
    from PIL import ImageOps

    return as_jpeg(ImageOps.fit(picture, THUMBNAIL, centering=(0.5, from_above)))
