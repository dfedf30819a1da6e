"""The handbooks of docs/ as pages: one per role, with anchors, a table of contents and their pictures."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nh3
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from accounts.models import Role

FOLDER = Path(settings.BASE_DIR, "docs")
PUBLIC = "public"
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Handbook:
    name: str
    title: Promise
    reader: Promise
    role: str = ""

    def get_absolute_url(self):
        return reverse("handbook_public") if self.name == PUBLIC else reverse("handbook", args=[self.name])


HANDBOOKS = {
    handbook.name: handbook for handbook in [
        Handbook("unit-clerk", _("填报员"), _("乡镇（街道）、市直单位填报员"), Role.UNIT_CLERK),
        Handbook("county-clerk", _("县级审核员"), _("县（市、区）政务公开办的工作人员"), Role.COUNTY_CLERK),
        Handbook("office-lead", _("办领导"), _("市政务公开办领导"), Role.OFFICE_LEAD),
        Handbook("office", _("市政务公开办"), _("市政务公开办的工作人员"), Role.OFFICE),
        Handbook("county-lead", _("县级公开办领导"), _("自己开展活动的县（市、区）公开办领导"), Role.COUNTY_LEAD),
        Handbook("county-office", _("县级公开办"), _("自己开展活动的县（市、区）公开办"), Role.COUNTY_OFFICE),
        Handbook("inspector", _("验收员"), _("被抽调去现场检查的人"), Role.INSPECTOR),
        Handbook("administrator", _("系统管理员"), _("管账号、单位和运行的人"), Role.ADMIN),
        Handbook("auditor", _("审计员"), _("查记录的人"), Role.AUDITOR),
        Handbook("operations", _("部署与运维"), _("安装、备份、升级平台的人"), Role.ADMIN),
        Handbook(PUBLIC, _("公众"), _("社会公众")),
    ]
}


def for_roles(roles):
    """(those of these roles, the others), each in the order above."""
    own = [handbook for handbook in HANDBOOKS.values() if handbook.role in roles]
    return own, [handbook for handbook in HANDBOOKS.values() if handbook not in own]


@dataclass(frozen=True)
class Page:
    html: SafeString
    contents: list[tuple[int, str, str]]  # (level, anchor, words) of each section


def anchor(heading):
    return slugify(heading, allow_unicode=True)


def headings(name):
    """The headings of a handbook, its title first."""
    return [token.content for before, token in _pairs(_parse(name)) if before.type == "heading_open"]


def _parse(name):
    return MARKDOWN.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def _pairs(tokens):
    return zip(tokens, tokens[1:], strict=False)


@cache
def page(name):
    """A handbook in HTML: pictures from the static files, links between handbooks as links between pages, everything cleaned."""
    tokens, contents = _parse(name), []
    for token, inline in _pairs(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(inline.content))
            if token.tag != "h1":
                contents.append((int(token.tag[1]), anchor(inline.content), inline.content))
        elif token.type == "table_open":
            token.attrSet("class", "table")
        for child in inline.children or []:
            if child.type == "image":
                child.attrSet("src", static(f"handbook/{Path(child.attrGet('src')).name}"))
            elif child.type == "link_open":
                child.attrSet("href", _link(child.attrGet("href")))
    html = MARKDOWN.renderer.render(tokens[3:], MARKDOWN.options, {})  # without the title: the page has a heading of its own
    clean = nh3.clean(html, attributes={"*": {"id", "class"}, "a": {"href"}, "img": {"src", "alt"}}, url_schemes={"http", "https", "mailto"})
    return Page(mark_safe(clean), contents)  # noqa: S308 — cleaned above


def _link(target):
    """Where a link of the file leads in the portal."""
    found = re.fullmatch(r"([\w-]+)\.md(#.*)?", target)
    if found and found[1] in HANDBOOKS:
        return HANDBOOKS[found[1]].get_absolute_url() + (found[2] or "")
    if found or target.startswith("../"):
        return reverse("help")
    return target
