"""Files as people send them, and as attackers do; made when asked for, each with what the portal must answer.

`CORPUS` lists cases: a file name, a function that makes the bytes, and the verdict, which is either the extension of
the kind it is accepted as or the reason it is refused for (a key of `uploads.SENTENCES`).
"""

import base64
import hashlib
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from openpyxl import Workbook
from PIL import Image


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], bytes]
    verdict: str
    why: str

    @cached_property
    def content(self):
        return self.make()

    def __str__(self):
        return self.why


# Pictures.


def picture(width=64, height=48, mode="RGB"):
    """Red in the upper left quarter, blue elsewhere, so that one can tell which way it stands."""
    image = Image.new("RGB", (width, height), (30, 90, 200))
    image.paste((220, 40, 40), (0, 0, width // 2, height // 2))
    return image.convert(mode)


def exif_with_place(orientation=1):
    exif = Image.Exif()
    exif[0x010F] = "Xuancheng Camera"
    exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (30.0, 56.0, 24.0), "E", (118.0, 45.0, 36.0)
    return exif


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def jpg(**options):
    return saved(picture(mode=options.pop("mode", "RGB")), "JPEG", **options)


def png(**options):
    return saved(picture(mode=options.pop("mode", "RGB")), "PNG", **options)


def webp(**options):
    return saved(picture(), "WEBP", **options)


def moving(format):
    frames = [Image.new("RGB", (32, 32), (shade, 0, 0)) for shade in (0, 120, 240)]
    return saved(frames[0], format, save_all=True, append_images=frames[1:], duration=100)


def two_in_one_jpg():
    """A photo with a second picture beside it, as telephones write for depth or brightness (MPO)."""
    return saved(picture(), "MPO", save_all=True, append_images=[picture(32, 24)])


def film():
    boxes = [(b"ftyp", b"isommp42" * 2), (b"moov", bytes(40)), (b"mdat", bytes(range(256)) * 4)]
    return b"".join(struct.pack(">I4s", 8 + len(content), kind) + content for kind, content in boxes)


def samsung_extras(hidden=0):
    blocks = [struct.pack("<2xHI", 0x0A01, 14) + b"Image_UTC_Data" + b"1632710000000", struct.pack("<2xHI", 0x0A30, 16) + b"MotionPhoto_Data" + film()]
    backs = [sum(map(len, blocks[number:])) for number in range(len(blocks))]
    entries = b"".join(struct.pack("<2xH2I", kind, back, len(block) + hidden) for kind, back, block in zip((0x0A01, 0x0A30), backs, blocks, strict=True))
    directory = b"SEFH" + struct.pack("<2I", 106, len(blocks)) + entries
    return b"".join(blocks) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def png_chunk(kind, content):
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(kind + content))


def huge_png(width=12_000, height=12_000, rows=bytes(12_000 * (1 + 12_000 // 8))):
    """144 megapixels of nothing in 17 KB."""
    head = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_with_bad_checksum():
    content = bytearray(png())
    content[-14] ^= 0xFF
    return bytes(content)


# No encoder for HEIC is among our packages, so this one is kept whole: 32 by 48, standing, with EXIF and a place.
HEIC = base64.b64decode(
    """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAA
AERAAAIAAQAAAAAB7AABAAAAAAAAACwAAgAAAAACGAABAAAAAAAAAKwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZl
AgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH/
/wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29s
cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBpeGkAAAAA
AwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAOBtZGF0AAAAKCgBrxmA94SF
N//Tyv9c9f42J+WQKa9ZFv99gscGQY4LUv0s67LQJK4AAAAGRXhpZgAATU0AKgAAAAgAAwEPAAIAAAAKAAAAMgESAAMAAAABAAYAAIglAAQAAAAB
AAAAPAAAAABYdWFuY2hlbmcAAAQAAQACAAAAAk4AAAAAAgAFAAAAAwAAAHIAAwACAAAAAkUAAAAABAAFAAAAAwAAAIoAAAAAAAAAHgAAAAEAAAA4
AAAAAQAAAAAAAAABAAAAdgAAAAEAAAAtAAAAAQAAAAAAAAAB
"""
)


# PDF, written by hand so that each part can be spoilt.

IDENTITY = bytes(range(16))
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def pdf(*, password=None, pages=1, catalog=""):
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        content = f"BT /F1 48 Tf 72 700 Td (Page {number + 1}) Tj ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    trailer = "/Root 1 0 R"
    if password is not None:
        objects.append(locked(password))
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<{IDENTITY.hex()}> <{IDENTITY.hex()}>]"
    return assembled(objects, trailer)


def assembled(objects, trailer):
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size, start = len(objects) + 1, len(body)
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return body + end.encode()


def locked(password):
    """The entry that asks for a password before anything opens (the oldest of the standard ways: RC4, 40 bits)."""
    user = (password.encode() + PADDING)[:32]
    owner = rc4(hashlib.md5(user).digest()[:5], user)
    key = hashlib.md5(user + owner + struct.pack("<i", -4) + IDENTITY).digest()[:5]
    return f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{rc4(key, PADDING).hex()}> /P -4 >>"


def rc4(key, content):
    state, j, answer = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        answer.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(answer)


# Archives, also written by hand: an honest library would not tell these lies.


@dataclass
class Entry:
    name: str
    content: bytes
    packed: bool = True
    flags: int = 0
    mode: int = 0
    method: int | None = None
    claims: int | None = None  # a size to claim instead of the true one, with the checksum of as many bytes
    local_name: str | None = None
    reuse: int | None = None  # the offset of a header that is already there
    wide: bool = False


def archive(*entries, comment=b"", prefix=b"", wide=False):
    body, directory = prefix, b""
    for entry in entries:
        name = entry.name.encode()
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        raw = squeeze.compress(entry.content) + squeeze.flush() if entry.packed else entry.content
        method = (8 if entry.packed else 0) if entry.method is None else entry.method
        flags = entry.flags | (0 if name.isascii() else 0x800)
        size = len(entry.content) if entry.claims is None else entry.claims
        crc = zlib.crc32(entry.content[:size])
        offset = len(body) if entry.reuse is None else entry.reuse
        extra = struct.pack("<2H3Q", 1, 24, size, len(raw), offset) if entry.wide else b""
        told = (0xFFFFFFFF,) * 3 if entry.wide else (len(raw), size, offset)
        if entry.reuse is None:
            local = (entry.local_name or entry.name).encode()
            body += struct.pack("<I5H3I2H", 0x04034B50, 20, flags, method, 0, 33, crc, told[0], told[1], len(local), 0) + local + raw
        directory += struct.pack(
            "<I6H3I5H2I", 0x02014B50, 3 << 8 | 20, 20, flags, method, 0, 33, crc, told[0], told[1],
            len(name), len(extra), 0, 0, 0, entry.mode << 16, told[2],
        ) + name + extra  # fmt: skip
    start, count = len(body), len(entries)
    body += directory
    if wide:
        body += struct.pack("<IQ2H2I4Q", 0x06064B50, 44, 45, 45, 0, 0, count, count, len(directory), start)
        body += struct.pack("<2IQI", 0x07064B50, 0, start + len(directory), 1)
        count, size, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    else:
        size = len(directory)
    return body + struct.pack("<I4H2IH", 0x06054B50, 0, 0, min(count, 0xFFFF), min(count, 0xFFFF), size, start, len(comment)) + comment


NAMES = "http://schemas.openxmlformats.org"
OFFICE = {
    "docx": ("word/document.xml", "wordprocessingml.document", "document", f"{NAMES}/wordprocessingml/2006/main"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet", "workbook", f"{NAMES}/spreadsheetml/2006/main"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation", "presentation", f"{NAMES}/presentationml/2006/main"),
}


def office_entries(kind="docx", *, content_type=None, body="", main=None, types="", doctype=""):
    part, name, root, namespace = OFFICE[kind]
    content_type = content_type or f"application/vnd.openxmlformats-officedocument.{name}.main+xml"
    listing = (
        f'<?xml version="1.0"?>{doctype}<Types xmlns="{NAMES}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{content_type}"/>{types}</Types>'
    )
    main = main or f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<x:{root} xmlns:x="{namespace}">{body}</x:{root}>'
    return [Entry("[Content_Types].xml", listing.encode()), Entry(part, main.encode())]


def office(kind="docx", *more, **options):
    return archive(*office_entries(kind, **options), *more)


def real_workbook():
    book = Workbook()
    book.active.append(["序号", "乡镇", "得分"])
    book.active.append([1, "桃花潭镇", 92.5])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def library_zip(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in members.items():
            book.writestr(name.replace("_", "."), content)
    return file.getvalue()


def half_a_bomb():
    return Entry("x.xml", bytes(15 * 1024**2))


def nested(depth):
    content = office("docx")
    for _ in range(depth):
        content = office("docx", Entry("word/embeddings/inner.docx", content, packed=False))
    return content


def overlapping():
    """The second file lies inside the first, so the same bytes are counted twice."""
    inner = archive(Entry("word/inner.xml", bytes(1000), packed=False))
    entries = office_entries()
    before = len(archive(*entries)) - 22 - sum(46 + len(entry.name) for entry in entries)
    name = "word/outer.xml"
    offset = before + 30 + len(name)
    content = inner[: inner.index(b"PK\1\2")]
    outer = Entry(name, content, packed=False)
    return archive(*entries, outer, Entry("word/inner.xml", bytes(1000), packed=False, reuse=offset))


def many_members(count=5001):
    return archive(*office_entries(), *(Entry(f"word/{number}.xml", b"", packed=False) for number in range(count - 2)))


def entity_bomb():
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    return f"<!DOCTYPE x [{lines}]>"


# The older container of Office and WPS files.


def compound(**streams):
    """Streams of 4 KB each in 512-byte sectors: tables first, then the directory, then the streams."""
    names = [name.replace("__", " ") for name in streams]
    chains, entries, next_sector = [], [], 0
    directory_sectors = -(-(len(names) + 1) // 4)
    table = [0xFFFFFFFD] + [n + 1 for n in range(1, directory_sectors)] + [0xFFFFFFFE]
    next_sector = 1 + directory_sectors
    entries.append(directory_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1))
    for number, (name, content) in enumerate(zip(names, streams.values(), strict=True), 1):
        content = content.ljust(4096, b"\0")
        chains.append(content)
        more = number + 1 if number < len(names) else 0xFFFFFFFF
        entries.append(directory_entry(name, 2, next_sector, len(content), right=more))
        count = len(content) // 512
        table += [next_sector + n + 1 for n in range(count - 1)] + [0xFFFFFFFE]
        next_sector += count
    table += [0xFFFFFFFF] * (128 - len(table))
    directory = b"".join(entries).ljust(directory_sectors * 512, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + struct.pack("<128I", *table) + directory + b"".join(chains)


def directory_entry(name, kind, start, size, child=0xFFFFFFFF, right=0xFFFFFFFF):
    label = name.encode("utf-16-le")
    words = struct.pack("<H2B3I", len(label) + 2, kind, 1, 0xFFFFFFFF, right, child)
    return label.ljust(64, b"\0") + words + bytes(36) + struct.pack("<IQ", start, size)


def wps(encrypted=False, **more):
    return compound(WordDocument=struct.pack("<5H", 0xA5EC, 193, 0, 0, 0) + struct.pack("<H", 0x100 * encrypted), **more)


def et(encrypted=False, **more):
    begin = struct.pack("<2H", 0x809, 16) + bytes(16)
    return compound(Workbook=begin + (struct.pack("<2H", 0x2F, 54) + bytes(54) if encrypted else b""), **more)


def dps(**more):
    return compound(PowerPoint__Document=bytes(64), Current__User=bytes(20), **more)


def spoilt_compound(at, value):
    content = bytearray(wps())
    content[at : at + 4] = struct.pack("<I", value)
    return bytes(content)


def noise(size, seed=2021):
    return random.Random(seed).randbytes(size)


SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
HTA = b'<html><hta:application id="x"/><script>new ActiveXObject("WScript.Shell")</script></html>'
MHTML = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n" + HTML
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%id) (r) file\n%%EOF\n"
PROGRAM = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
MACRO_BIN = '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'

CORPUS = [
    # What people send.
    Case("方案.pdf", pdf, "pdf", "a PDF"),
    Case("方案.PDF", pdf, "pdf", "an extension in capitals"),
    Case("方案.docx.pdf", pdf, "pdf", "a document printed as PDF keeps both extensions"),
    Case("1.2.解读（2021）.pdf", pdf, "pdf", "dots in a name"),
    Case("多页.pdf", lambda: pdf(pages=20), "pdf", "a PDF of twenty pages"),
    Case("改过.pdf", lambda: pdf() + pdf(), "pdf", "a PDF that was saved twice into the same file"),
    Case("换行.pdf", lambda: pdf() + b"\r\n\0\0", "pdf", "a PDF with blanks after its end"),
    Case("限打印.pdf", lambda: pdf(password=""), "pdf", "a PDF that opens without a password though printing is restricted"),
    Case("总结.docx", office, "docx", "a document"),
    Case("总结.docx", lambda: office("docx", body="<x:p/>" * 1000), "docx", "a longer document"),
    Case("图表.docx", lambda: nested(1), "docx", "a document with a workbook inside"),
    Case("图表.pptx", lambda: office("pptx", Entry("ppt/embeddings/chart.xlsx", real_workbook(), packed=False)), "pptx", "a chart with its numbers"),
    Case("宽.docx", lambda: archive(*(Entry(e.name, e.content, wide=True) for e in office_entries()), wide=True), "docx", "a document in the wide (zip64) form"),
    Case("乱序.docx", lambda: archive(*reversed(office_entries())), "docx", "parts in another order"),
    Case("得分.xlsx", real_workbook, "xlsx", "a workbook by a library"),
    Case("得分.xlsx", lambda: office("xlsx"), "xlsx", "a smallest workbook"),
    Case("汇报.pptx", lambda: office("pptx"), "pptx", "a presentation"),
    Case("通知.wps", wps, "wps", "a WPS document"),
    Case("通知.wps", office, "wps", "a WPS document in the newer container"),
    Case("台账.et", et, "et", "a WPS workbook"),
    Case("台账.et", real_workbook, "et", "a WPS workbook in the newer container"),
    Case("演示.dps", dps, "dps", "a WPS presentation"),
    Case("照片.jpg", jpg, "jpg", "a photo"),
    Case("照片.JPEG", jpg, "jpg", "a photo with the longer extension"),
    Case("照片.jpg", lambda: jpg(progressive=True), "jpg", "a progressive photo"),
    Case("照片.jpg", lambda: jpg(mode="CMYK"), "jpg", "a photo from a print shop"),
    Case("照片.jpg", lambda: jpg(mode="L"), "jpg", "a grey photo"),
    Case("照片.jpg", lambda: jpg(exif=exif_with_place(6)), "jpg", "a photo that knows its place"),
    Case("照片.jpg", two_in_one_jpg, "jpg", "a photo with a second one beside it"),
    Case("照片.jpg", lambda: jpg() + bytes(64), "jpg", "a photo with padding"),
    Case("照片.jpg", lambda: jpg() + film(), "jpg", "a photo with two seconds of film"),
    Case("照片.jpg", lambda: jpg() + bytes(63) + film() + bytes(5), "jpg", "a photo with padding, film and padding"),
    Case("照片.jpg", lambda: jpg() + samsung_extras(), "jpg", "a photo with a Samsung trailer"),
    Case("点.jpg", lambda: saved(Image.new("RGB", (1, 1)), "JPEG"), "jpg", "a photo of one pixel"),
    Case("截图.png", png, "png", "a screenshot"),
    Case("截图.png", lambda: png(mode="P"), "png", "a screenshot with few colours"),
    Case("截图.png", lambda: png(mode="RGBA"), "png", "a screenshot one can see through"),
    Case("扫描.png", lambda: png(mode="1"), "png", "a scan in black and white"),
    Case("网图.webp", webp, "webp", "a picture from the web"),
    Case("网图.webp", lambda: webp(lossless=True, exif=exif_with_place()), "webp", "a lossless picture with metadata"),
    Case("手机.heic", lambda: HEIC, "heic", "a photo of a newer telephone"),
    # Names that do not fit.
    Case("材料", pdf, "no_extension", "no extension"),
    Case(".pdf", pdf, "no_extension", "only an extension"),
    Case("材料.pdf.exe", lambda: PROGRAM, "type", "a program behind a double extension"),
    Case("材料.exe.pdf", pdf, "disguised", "a program's extension in the middle"),
    Case("材料.php.jpg", jpg, "disguised", "a script's extension in the middle"),
    Case("材料\u202efdp.exe", lambda: PROGRAM, "type", "a program whose name reads backwards"),
    Case("材料.exe\0.pdf", pdf, "disguised", "an end of text in the middle"),
    Case("旧.doc", wps, "type", "an old document"),
    Case("旧.xls", et, "type", "an old workbook"),
    Case("动图.gif", lambda: moving("GIF"), "type", "an animation"),
    Case("矢量.svg", lambda: SVG, "type", "a drawing that runs scripts"),
    Case("网页.html", lambda: HTML, "type", "a page"),
    Case("宏.docm", lambda: office("docx", content_type=MACRO_TYPE), "type", "a document with macros, openly"),
    Case("材料.zip", lambda: archive(Entry("a.txt", b"a")), "type", "an archive while archives are off"),
    # Contents that do not fit the name.
    Case("空.pdf", lambda: b"", "empty", "nothing"),
    Case("空.jpg", lambda: b"", "empty", "no photo"),
    Case("假.pdf", lambda: SVG, "mismatch", "SVG as PDF"),
    Case("假.png", lambda: SVG, "mismatch", "SVG as PNG"),
    Case("假.jpg", lambda: HTML, "mismatch", "HTML as JPG"),
    Case("假.pdf", lambda: HTML, "mismatch", "HTML as PDF"),
    Case("假.docx", lambda: HTML, "mismatch", "HTML as document"),
    Case("假.wps", lambda: MHTML, "mismatch", "MHTML as WPS document"),
    Case("假.pdf", lambda: HTA, "mismatch", "HTA as PDF"),
    Case("假.pdf", lambda: EPS, "mismatch", "EPS as PDF"),
    Case("假.png", lambda: EPS, "mismatch", "EPS as PNG"),
    Case("假.jpg", lambda: SCRIPT, "mismatch", "a script as photo"),
    Case("假.jpg", lambda: noise(4096), "mismatch", "noise as photo"),
    Case("假.pdf", lambda: b"\n" * 10 + pdf(), "mismatch", "a PDF that begins later"),
    Case("假.jpg", png, "mismatch_known", "PNG as JPG"),
    Case("假.png", jpg, "mismatch_known", "JPG as PNG"),
    Case("假.heic", jpg, "mismatch_known", "JPG as HEIC"),
    Case("假.webp", lambda: moving("GIF"), "mismatch_known", "GIF as WEBP"),
    Case("假.pdf", lambda: PROGRAM, "mismatch_known", "a program as PDF"),
    Case("假.pdf", office, "mismatch_known", "a document as PDF"),
    Case("假.docx", real_workbook, "mismatch_known", "a workbook as document"),
    Case("假.pptx", office, "mismatch_known", "a document as presentation"),
    Case("假.et", wps, "mismatch_known", "a WPS document as workbook"),
    Case("旧.docx", wps, "mismatch_known", "an old document renamed"),
    Case("旧.xlsx", et, "mismatch_known", "an old workbook renamed"),
    Case("假.dps", lambda: compound(Something=b"x"), "mismatch", "some other compound file"),
    Case("假.docx", lambda: library_zip(a_txt="a"), "damaged", "a mere archive as document"),
    # Half files and broken ones.
    Case("半.pdf", lambda: pdf(pages=5)[:-200], "damaged", "a PDF cut off"),
    Case("半.pdf", lambda: pdf() + pdf(pages=5)[:-200], "damaged", "a PDF cut off after its first end"),
    Case("空页.pdf", lambda: pdf(pages=0), "damaged", "a PDF without pages"),
    Case("假.pdf", lambda: b"%PDF-1.7\n" + HTML + b"\n%%EOF", "damaged", "a page that claims to be PDF"),
    Case("半.jpg", lambda: jpg()[:-100], "damaged", "a photo cut off"),
    Case("半.png", lambda: png()[:-30], "damaged", "a screenshot cut off"),
    Case("坏.png", png_with_bad_checksum, "damaged", "a wrong checksum"),
    Case("坏.png", lambda: huge_png(100, 100, rows=b""), "damaged", "a screenshot without its rows"),
    Case("半.webp", lambda: webp()[:-20], "damaged", "a web picture cut off"),
    Case("半.heic", lambda: HEIC[:-60], "damaged", "a HEIC photo cut off"),
    Case("半.docx", lambda: office()[:-40], "damaged", "a document cut off"),
    Case("半.xlsx", lambda: real_workbook()[:2000], "damaged", "a workbook cut off"),
    Case("坏.docx", lambda: office("docx", main="<x:document xmlns:x='y'><x:p>"), "damaged", "unfinished XML"),
    Case("坏.docx", lambda: office("docx", main="<html/>"), "damaged", "another root"),
    Case("坏.docx", lambda: archive(*office_entries()[:1]), "damaged", "the main part is missing"),
    Case("坏.docx", lambda: archive(*office_entries()[1:]), "damaged", "no list of contents"),
    Case("坏.docx", lambda: office("docx", Entry("x.xml", b"x", method=12)), "damaged", "a way of packing no office uses"),
    Case("坏.docx", lambda: office("docx", Entry("x.xml", b"x", local_name="y.xml")), "damaged", "two names for one part"),
    Case("坏.docx", lambda: office("docx", Entry("x.xml", b"x", claims=2)), "damaged", "a part shorter than it claims"),
    Case("坏.docx", lambda: office("docx", Entry("x.xml", b"right", packed=False)).replace(b"right", b"wrong"), "damaged", "a part that was altered"),
    Case("半.wps", lambda: wps()[:3000], "damaged", "a WPS document cut off"),
    Case("坏.wps", lambda: spoilt_compound(48, 5_000_000), "damaged", "a directory outside the file"),
    Case("坏.wps", lambda: spoilt_compound(512 + 4, 1), "damaged", "a directory that follows itself"),
    Case("坏.wps", lambda: spoilt_compound(512 + 8, 0xFFFFFFFE), "damaged", "a stream that ends early"),
    Case("坏.wps", lambda: wps()[:600], "damaged", "a header alone"),
    # Locked.
    Case("锁.pdf", lambda: pdf(password="secret"), "encrypted", "a PDF with a password"),
    Case("锁.docx", lambda: compound(EncryptionInfo=b"", EncryptedPackage=noise(4096)), "encrypted", "a document with a password"),
    Case("锁.xlsx", lambda: compound(EncryptionInfo=b"", EncryptedPackage=noise(4096)), "encrypted", "a workbook with a password"),
    Case("锁.docx", lambda: office("docx", Entry("x.xml", b"x", flags=1)), "encrypted", "a locked part"),
    Case("锁.wps", lambda: wps(encrypted=True), "encrypted", "a WPS document with a password"),
    Case("锁.et", lambda: et(encrypted=True), "encrypted", "a WPS workbook with a password"),
    Case("锁.dps", lambda: dps(EncryptedSummary=b""), "encrypted", "a WPS presentation with a password"),
    # Programs inside.
    Case("宏.docx", lambda: office("docx", content_type=MACRO_TYPE), "macro", "a document with macros renamed"),
    Case("宏.docx", lambda: office("docx", Entry("word/vbaProject.bin", noise(100))), "macro", "macros not listed"),
    Case("宏.docx", lambda: office("docx", types=MACRO_BIN), "macro", "macros listed"),
    Case("宏.xlsx", lambda: office("xlsx", Entry("xl/macrosheets/sheet1.xml", b"<a/>")), "macro", "macros of the oldest kind"),
    Case("宏.wps", lambda: wps(_VBA_PROJECT=b""), "macro", "macros in a WPS document"),
    Case("宏.docx", lambda: office("docx", Entry("word/embeddings/x.xlsx", office("xlsx", Entry("xl/vbaProject.bin", b"x")))), "macro", "macros one level down"),
    # Two files in one.
    Case("双.png", lambda: png() + SCRIPT, "tail", "PNG and script"),
    Case("双.jpg", lambda: jpg() + SCRIPT, "tail", "JPG and script"),
    Case("双.jpg", lambda: jpg() + HTML, "tail", "JPG and page"),
    Case("双.jpg", lambda: jpg() + library_zip(a_txt="a"), "tail", "JPG and archive"),
    Case("双.jpg", lambda: jpg() + bytes(16) + PROGRAM, "tail", "JPG, padding and program"),
    Case("双.jpg", lambda: jpg() + film() + SCRIPT, "tail", "JPG, film and script"),
    Case("双.jpg", lambda: jpg() + SCRIPT + samsung_extras(), "tail", "JPG, script and Samsung trailer"),
    Case("双.jpg", lambda: jpg() + SCRIPT + samsung_extras(hidden=len(SCRIPT)), "tail", "JPG, script and Samsung trailer that claims it"),
    Case("双.jpg", lambda: jpg() + b"\xff\xd8\xff\xfe" + struct.pack(">H", 2 + len(SCRIPT)) + SCRIPT + b"\xff\xd9", "damaged", "JPG and a second one that is none"),
    Case("双.png", lambda: png() + library_zip(a_txt="a"), "tail", "PNG and archive"),
    Case("双.webp", lambda: webp() + SCRIPT, "tail", "WEBP and script"),
    Case("双.heic", lambda: HEIC + SCRIPT, "tail", "HEIC and script"),
    Case("双.pdf", lambda: pdf() + HTML, "tail", "PDF and page"),
    Case("双.pdf", lambda: pdf() + library_zip(a_txt="a"), "tail", "PDF and archive"),
    Case("弹.jpg", lambda: jpg().replace(struct.pack(">2H", 48, 64), struct.pack(">2H", 40_000, 40_000)), "pixels", "a photo that claims 1600 megapixels"),
    Case("双.pdf", lambda: pdf() + archive(Entry("a", b"a"), comment=b"\n%%EOF\n"), "tail", "PDF and archive with a PDF's end"),
    Case("双.wps", lambda: wps() + library_zip(a_txt="a"), "tail", "WPS document and archive"),
    Case("双.wps", lambda: wps() + noise(70_000), "tail", "WPS document and noise"),
    Case("双.docx", lambda: office() + SCRIPT, "tail", "document and script"),
    Case("双.docx", lambda: archive(*office_entries(), comment=SCRIPT), "tail", "document with a script as comment"),
    Case("双.docx", lambda: archive(*office_entries(), prefix=office()), "damaged", "two documents one after the other"),
    # Bombs.
    Case("弹.docx", lambda: office("docx", Entry("x.xml", bytes(24 * 1024**2))), "bomb", "a flat bomb"),
    Case("弹.docx", lambda: office("docx", Entry("x.xml", bytes(24 * 1024**2), claims=10)), "bomb", "a bomb with a lying header"),
    Case("弹.docx", lambda: office("docx", Entry("x.xml", bytes(1024**2), claims=10)), "bomb", "a small lie"),
    Case("弹.docx", lambda: office("docx", Entry("x.xml", b"x", claims=2**32 - 2)), "bomb", "a header that claims 4 GB"),
    Case("弹.docx", overlapping, "bomb", "files that overlap"),
    Case("弹.docx", many_members, "bomb", "too many files"),
    Case("弹.docx", lambda: office("docx", Entry("x.docx", office("docx", Entry("x.xml", bytes(24 * 1024**2))))), "bomb", "a bomb inside a document"),
    Case("弹.docx", lambda: office("docx", Entry("a.docx", office("docx", half_a_bomb())), half_a_bomb()), "bomb", "a bomb in two halves"),
    Case("弹.docx", lambda: nested(3), "nested", "documents in documents in documents"),
    Case("弹.docx", lambda: office("docx", Entry("word/media/x.png", library_zip(a_txt="a"))), "nested", "an archive as picture"),
    Case("弹.docx", lambda: office("docx", main=entity_bomb() + "<x>&e8;</x>"), "damaged", "an entity bomb"),
    Case("弹.docx", lambda: office("docx", doctype='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "damaged", "an entity from outside"),
    Case("弹.png", huge_png, "pixels", "144 megapixels in 17 KB"),
    Case("弹.png", lambda: huge_png(60_000, 60_000, rows=b""), "pixels", "3600 megapixels that are not there"),
    Case("动.png", lambda: moving("PNG"), "animated", "a moving PNG"),
    Case("动.webp", lambda: moving("WEBP"), "animated", "a moving WEBP"),
    Case("动.heic", lambda: HEIC + struct.pack(">I4s", 16, b"moov") + bytes(8), "animated", "a moving HEIC"),
    # Names inside archives.
    Case("名.docx", lambda: office("docx", Entry("word/link", b"/etc/passwd", mode=0o120777)), "unsafe_archive", "a link"),
    Case("名.docx", lambda: office("docx", Entry("word/pipe", b"", mode=0o010644)), "unsafe_archive", "a pipe"),
    Case("名.docx", lambda: office("docx", Entry("../../etc/cron.d/x", b"x")), "unsafe_archive", "a way out"),
    Case("名.docx", lambda: office("docx", Entry("..\\..\\x", b"x")), "unsafe_archive", "a way out on Windows"),
    Case("名.docx", lambda: office("docx", Entry("/etc/passwd", b"x")), "unsafe_archive", "a path from the root"),
    Case("名.docx", lambda: office("docx", Entry("C:/x", b"x")), "unsafe_archive", "a path with a drive"),
    Case("名.docx", lambda: office("docx", Entry("word/x\0.xml", b"x")), "unsafe_archive", "an end of text in a name"),
    Case("名.docx", lambda: office("docx", Entry("WORD/DOCUMENT.XML", b"<a/>")), "unsafe_archive", "one part twice"),
]

# With archives switched on.
ARCHIVES = [
    Case("材料.zip", lambda: archive(Entry("照片/1.jpg", jpg()), Entry("方案.docx", office())), "zip", "an archive of material"),
    Case("材料.zip", lambda: library_zip(a_txt="a", b_pdf=pdf()), "zip", "an archive by a library"),
    Case("材料.zip", lambda: archive(Entry("setup.exe", PROGRAM)), "unsafe_archive", "a program in an archive"),
    Case("材料.zip", lambda: archive(Entry("a.zip", library_zip(a_txt="a"))), "unsafe_archive", "an archive in an archive"),
    Case("材料.zip", lambda: archive(Entry("a.txt", library_zip(a_txt="a"))), "nested", "a hidden archive in an archive"),
    Case("材料.zip", lambda: archive(Entry("a.txt", b"a", flags=1)), "encrypted", "a locked archive"),
    Case("材料.zip", lambda: archive(Entry("a.txt", bytes(24 * 1024**2))), "bomb", "a flat bomb in an archive"),
    Case("材料.zip", lambda: office(), "unsafe_archive", "a document as archive"),
]
