"""Pictures: opened, and looked at to their last byte."""

import io
import re
import struct
import warnings

from .refusing import Rejected

MAX_PIXELS = 100_000_000

FORMATS = {"jpg": ["JPEG", "MPO"], "png": ["PNG"], "heic": ["HEIF"], "webp": ["WEBP"]}
JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
ZEROS = re.compile(rb"\0+")
STILL_BOXES = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"wide", b"uuid", b"mpvd", b"sefd"}
MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"meta"}


def open_picture(data, extension):
    from PIL import Image

    if extension == "heic":
        import pi_heif

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # the library only warns above this and raises above twice this
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        return Image.open(data, formats=FORMATS[extension])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Rejected("pixels") from None


def check_picture(data, extension):
    open_picture(data, extension).verify()
    data.seek(0)
    picture = open_picture(data, extension)
    # A photo with its depth or brightness map beside it (MPO) counts as several, but nothing in it moves.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise Rejected("animated")
    if extension == "jpg":
        picture.draft(None, (picture.width // 8 or 1, picture.height // 8 or 1))  # reads every byte, keeps a 64th
    picture.load()


def check_jpg(data):
    at, end = jpeg_end(data, 0), samsung_extras(data)
    check_picture(data, "jpg")
    # Telephones add to a photo: padding, smaller or brighter copies of it, two seconds of film. Nothing else may follow.
    while at < end:
        if data[at : at + 3] == b"\xff\xd8\xff":
            start, at = at, jpeg_end(data, at)
            check_picture(io.BytesIO(data[start:at]), "jpg")
        elif data[at + 4 : at + 8] == b"ftyp":
            at = boxes_end(data, at, MOVIE_BOXES)
        elif data[at] == 0:  # the size before `ftyp` begins with zeros too
            zeros_end = ZEROS.match(data, at, end).end()
            film = data.find(b"ftyp", zeros_end, zeros_end + 8) - 4
            at = film if film > at else zeros_end
        else:
            raise Rejected("tail")


def jpeg_end(data, at):
    at += 2
    while True:
        found = JPEG_MARKER.search(data, at)
        if not found:
            raise Rejected("damaged")
        at = found.end()
        if found[0] == b"\xff\xd9":
            return at
        if found[0] != b"\xff\xd8":
            at += int.from_bytes(data[at : at + 2], "big")


def samsung_extras(data):
    """Where the blocks begin that Samsung telephones add, if their directory at the end accounts for every byte."""
    length, mark = struct.unpack("<I4s", data[-8:])
    head = len(data) - 8 - length
    if mark != b"SEFT" or head < 0 or data[head : head + 4] != b"SEFH":
        return len(data)
    (count,) = struct.unpack("<I", data[head + 8 : head + 12])
    if length != 12 + 12 * count:
        return len(data)
    at = head
    for back, size in sorted(struct.iter_unpack("<4x2I", data[head + 12 : head + length])):
        at -= size
        if back != head - at:
            return len(data)
    return at


def boxes_end(data, at, known):
    """Past the last box of a kind we know (an ISO film or HEIC file is a row of sized boxes)."""
    while data[at + 4 : at + 8] in known:
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8 or at + size > len(data):
            raise Rejected("damaged")
        at += size
    return at


def check_heic(data):
    at = boxes_end(data, 0, STILL_BOXES)
    if data[at + 4 : at + 8] == b"moov":
        raise Rejected("animated")
    if at < len(data):
        raise Rejected("tail")
    check_picture(data, "heic")


def check_png(data):
    at = 8
    while True:
        kind, size = data[at + 4 : at + 8], int.from_bytes(data[at : at + 4], "big")
        at += 12 + size
        if at > len(data) or not kind:
            raise Rejected("damaged")
        if kind == b"IEND":
            break
    if at < len(data):
        raise Rejected("tail")
    check_picture(data, "png")


def check_webp(data):
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Rejected("damaged")
    if end < len(data):
        raise Rejected("tail")
    check_picture(data, "webp")
