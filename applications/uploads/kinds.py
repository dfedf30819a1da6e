"""Which kinds of file are accepted."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from applications.uploads.refusals import Refused


@dataclass(frozen=True)
class Kind:
    extension: str
    media_type: str
    looks: frozenset  # what the first bytes may say
    label: str


def _kind(extension, media_type, looks, label):
    return Kind(extension, media_type, frozenset(looks.split()), label)


OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    kind.extension: kind
    for kind in [
        _kind("pdf", "application/pdf", "pdf", "PDF"),
        _kind("docx", f"{OFFICE}.wordprocessingml.document", "zip ole", _("文字文档（docx）")),
        _kind("xlsx", f"{OFFICE}.spreadsheetml.sheet", "zip ole", _("电子表格（xlsx）")),
        _kind("pptx", f"{OFFICE}.presentationml.presentation", "zip ole", _("演示文稿（pptx）")),
        _kind("wps", "application/kswps", "zip ole", _("WPS 文字文档（wps）")),
        _kind("et", "application/kset", "zip ole", _("WPS 表格（et）")),
        _kind("dps", "application/ksdps", "zip ole", _("WPS 演示文稿（dps）")),
        _kind("jpg", "image/jpeg", "jpg", _("JPG 图片")),
        _kind("png", "image/png", "png", _("PNG 图片")),
        _kind("heic", "image/heic", "heic", _("HEIC 图片")),
        _kind("webp", "image/webp", "webp", _("WEBP 图片")),
        _kind("zip", "application/zip", "zip", _("ZIP 压缩包")),
    ]
}
ALSO_WRITTEN = {"jpeg": "jpg", "apng": "png"}
OTHER_LABELS = {
    "doc": _("旧版 Word 文档（doc）"),
    "xls": _("旧版 Excel 表格（xls）"),
    "ppt": _("旧版 PowerPoint 演示文稿（ppt）"),
    "gif": _("GIF 图片"),
    "bmp": _("BMP 图片"),
    "tif": _("TIFF 图片"),
    "ole": _("旧版 Office 文档"),
    "rar": _("RAR 压缩包"),
    "7z": _("7z 压缩包"),
    "exe": _("程序"),
    "mp4": _("视频"),
}
PREVIEWED = {"pdf", "jpg", "png", "heic", "webp"}
PROGRAMS = frozenset(
    "apk asp aspx bat chm cmd cpl dll exe hta jar js jse jsp lnk msi php pif ps1 scr vbe vbs wsf".split()
)


def kind_named(name):
    """What the (cleaned) name claims to be, if we take such files."""
    *stems, extension = name.lower().split(".")
    if not stems:
        raise Refused("no_extension")
    kind = KINDS.get(ALSO_WRITTEN.get(extension, extension))
    if kind is None or extension not in settings.EVIDENCE_TYPES:
        raise Refused("type", extension=extension, allowed="、".join(settings.EVIDENCE_TYPES))
    for stem in stems[1:]:
        if stem.strip() in PROGRAMS:
            raise Refused("disguised", extension=stem.strip())
    return kind
