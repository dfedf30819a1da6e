"""A whole invented form with everything a template may name, so that trying a template walks through all of it."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image

from applications.papers.contents import qr

CHECKSUM = "5A3B1E0D42"
RECEIPT = "2021-0000-1"


def sample():
    """(content, pictures) of the invented form."""
    items = [
        {
            "category": _("示例类别") if number == 1 else "", "code": f"1.{number}", "title": _("示例指标"), "verdict": _("达到"), "score": "4", "maximum": "5",
            "narrative": [{"text": _("示例说明。")}, {"rows": [[_("事项"), _("数量")], [_("会议"), "2"]]}], "evidence": [_("示例材料.pdf")],
        }
        for number in (1, 2)
    ]
    photos = [{"item": "1.1", "title": _("示例照片.jpg"), "sha256": "", "file": "photo-1.jpg" if number else ""} for number in range(5)]
    links = [{"item": "1.1", "title": _("示例网页"), "url": "https://www.example.gov.cn/", "check": _("未检查"), "checked_at": "", "code": "code-1.png"}]
    found = {
        "campaign": _("示例活动"), "year": "2021", "organizer": _("示例单位"), "unit": _("示例镇人民政府"), "track": _("示例类别"), "county": _("示例县"),
        "contact": _("某示例"), "phone": "0563-0000000", "receipt": RECEIPT, "checksum": CHECKSUM, "draft": _("草稿，尚未提交"), "received": "",
        "printed": "2021-09-30 10:00", "score": "8", "maximum": "10", "official": False, "items": items, "photos": photos, "links": links,
    }
    picture = BytesIO()
    Image.new("RGB", (60, 40), "#dfe7ee").save(picture, "JPEG")
    return found, {"photo-1.jpg": picture.getvalue(), "code-1.png": qr("https://www.example.gov.cn/")}
