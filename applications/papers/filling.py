"""The form as a Word document, from the office's own template or the built-in one.

Either is filled by a child process in a sandbox: a template can show what it is given and do nothing else (S-19).
"""

import json
import tempfile
import zipfile
from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import parsing
from applications.papers.sample import CHECKSUM, RECEIPT, sample
from applications.papers.template import default_template

SENTENCES = {
    "unknown": gettext_lazy("模板里有认不出的名字“%(name)s”，请对照占位符说明改正后再上传。"),
    "syntax": gettext_lazy("模板里的标记不完整（%(words)s），请检查每个 {{ }} 和 {%% %%} 是否成对、循环是否有结束。"),
    "forbidden": gettext_lazy("模板里有不允许的写法：只能显示占位符、判断和循环。请删去后再上传。"),
    "external": gettext_lazy("模板引用了别处的图片或模板，请改为插入到文件里面，再上传。"),
    "heavy": gettext_lazy("模板太复杂，没能在规定时间内生成，请简化后再上传。"),
    "footer": gettext_lazy("模板的页眉或页脚里没有 {{ 回执编号 }} 和 {{ 校验码 }}，盖章件就无法核对。请加上后再上传。"),
}


class BadTemplate(Exception):
    """A template that cannot be used; its text is the sentence for the office."""


def word(found, drawn, template=None):
    """The document's bytes. `template`: bytes of the office's own; without one the built-in template is used."""
    with tempfile.TemporaryFile(dir=settings.UPLOADING) as packed:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("template.docx", template or default_template())
            archive.writestr("data.json", json.dumps(names(found)))
            for name, picture in drawn.items():
                archive.writestr(name, picture)
        packed.flush()
        try:
            return parsing.run("fill", "docx", packed)
        except parsing.Rejected as rejected:
            reason = rejected.reason if rejected.reason in SENTENCES else "syntax"
            raise BadTemplate(str(SENTENCES[reason]) % ({"words": _("文件打不开")} | rejected.facts)) from None


def try_template(template):
    """Raises BadTemplate unless it makes a whole invented form, each page of which can be matched with its scan."""
    found, drawn = sample()
    made = word(found, drawn, template)
    with zipfile.ZipFile(BytesIO(made)) as archive:
        edges = b"".join(
            archive.read(name) for name in archive.namelist() if name.startswith(("word/footer", "word/header"))
        )
    if CHECKSUM.encode() not in edges or RECEIPT.encode() not in edges:
        raise BadTemplate(str(SENTENCES["footer"]))


def picture(name, width=0, height=0):
    return {"picture": name, "width": width, "height": height} if name else ""


def names(found):
    """What a template may name, in the office's own words; docs/office.md lists them."""
    photos = [
        {"序号": number, "指标": photo["item"], "名称": photo["title"], "图": picture(photo["file"], *photo.get("size", (70, 0))) or "（无法显示，请在系统中查看）"}
        for number, photo in enumerate(found["photos"], 1)
    ]
    nothing = {"序号": "", "指标": "", "名称": "", "图": ""}
    pages = [photos[start:start + 4] for start in range(0, len(photos), 4)]
    return {
        "活动": found["campaign"], "年度": found["year"], "主办单位": found["organizer"], "申报单位": found["unit"], "申报类别": found["track"],
        "所属县": found["county"], "联系人": found["contact"], "联系电话": found["phone"], "回执编号": found["receipt"], "校验码": found["checksum"],
        "草稿提示": found["draft"], "收到时间": found["received"], "打印时间": found["printed"], "自评总分": found["score"], "总分值": found["maximum"],
        "分值说明": "" if found["official"] else "（分值非官方）",
        "指标": [
            {
                "类别": item["category"], "编号": item["code"], "名称": item["title"], "结论": item["verdict"], "得分": item["score"], "满分": item["maximum"],
                "说明": [{"文字": part.get("text", ""), "表": part.get("rows", [])} for part in item["narrative"]],
                "材料": [{"序号": number, "名称": one} for number, one in enumerate(item["evidence"], 1)],
            }
            for item in found["items"]
        ],
        "照片": photos,
        "照片页": [
            {"第几页": number, "行": [{"左": row[0], "右": row[1] if len(row) > 1 else nothing} for row in (page[:2], page[2:]) if row]}
            for number, page in enumerate(pages, 1)
        ],
        "链接": [
            {
                "序号": number, "指标": one["item"], "名称": one["title"], "网址": one["url"], "检查结果": one["check"], "检查时间": one["checked_at"],
                "二维码": picture(one["code"], 18),
            }
            for number, one in enumerate(found["links"], 1)
        ],
    }
