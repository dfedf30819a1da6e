"""检查验收记录表: one set of data, as PDF and as Word, filled in or blank."""

from io import BytesIO

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from applications import uploads
from applications.papers import KINDS as KINDS
from applications.papers import marked, pictures, typesetting
from inspections.models import PAD_HEIGHT, PAD_WIDTH
from inspections.papers.contents import content
from inspections.papers.sheet import TEMPLATE, word

# What a visit brings along for its paper.
NEEDS = ["application__organization__county", "application__campaign", "application__track", "application__standard", "group", "locked_by"]
QUICK_PHOTOS = 4  # more have to be drawn first: longer than a person waits


def found_for(visit, *, viewer=None, is_blank=False, at):
    """What stands on the sheet, in Chinese whatever language the page is in; `viewer` is not shown what they may not see yet."""
    with translation.override("zh-hans"):
        return content(visit, viewer=viewer, is_blank=is_blank, at=at)


def is_quick(found):
    return len(found["photos"]) <= QUICK_PHOTOS


def inks(found):
    """{name: PNG} of what was written on the pad; Word shows no vectors."""
    drawn = {}
    for number, one in enumerate(found["signatures"], 1):
        if one["strokes"] and not one["void"]:
            one["ink"] = f"ink-{number}.png"
            drawn[one["ink"]] = ink(one["strokes"])
    return drawn


def ink(strokes):
    picture = Image.new("L", (PAD_WIDTH, PAD_HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        points = [tuple(point) for point in stroke]
        if len(points) == 1:
            pen.circle(points[0], 3, fill="black")
        else:
            pen.line(points, fill="black", width=5, joint="curve")
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def make(found, kind, progress=lambda done, of: None):
    drawn = pictures(found, progress) | inks(found)
    return typesetting.typeset(TEMPLATE, found, drawn) if kind == "pdf" else marked(word(found, drawn))


def record_pdf(visit, *, at):
    """The whole record of a visit as it stands, as the bytes of a PDF: what goes into an archive."""
    return make(found_for(visit, at=at), "pdf")


def filename(found, kind, at):
    names = {"unit": found["unit"], "day": found["on"], "stamp": f"{timezone.localtime(at):%Y%m%d-%H%M}"}
    words = _("%(unit)s检查验收记录表（空白）%(day)s") if found["blank"] else _("%(unit)s检查验收记录表 %(day)s 打印 %(stamp)s")
    return uploads.clean_name(words % names + f".{kind}")
