"""The public pages as a folder of plain files, for a city portal that hosts them itself.

Each page is asked of its own view, as nobody in particular, and its addresses are rewritten: to a file beside it where the
folder holds that page, to the portal where it does not (forms, objections, searching). Four copies of each page, one for each
choice of larger letters and stronger contrast, so that the choice holds from page to page without script or server.
"""

import re
import shutil
import tempfile
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.naming import portal_name
from applications import uploads
from applications.papers import BadTemplate
from results import papers
from results.display import COOKIE
from results.models import CasePhoto, PublicNotice
from results.privacy import ANY_DAY, personal_data, personal_values
from results.reports import published_words

START = "results:public_home"
# Which pages come along, and what each is called in the folder.
PAGES = {
    START: "index", "results:public_notice_list": "notices", "results:public_notice": "notice", "results:public_named_list": "named",
    "results:public_case_list": "cases", "results:public_case": "case",
    "results:public_experience_list": "experiences", "results:public_experience": "experience",
    "results:accessibility": "accessibility", "results:privacy": "privacy", "standards:standard": "standard",
}
PHOTO, PAPER = "results:public_case_photo", "results:public_notice_paper"
# What an address may ask for besides; anything else is the portal's to answer.
QUESTIONS = {"page", "year", "track", "county", "campaign"}
DISPLAYS = ["", "large", "contrast", "contrast-large"]
FILES, README = "files", "README.txt"
ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')
CSS_ADDRESS = re.compile(r'url\("?(?!data:)([^")]+)"?\)')
ICON = re.compile(r'<use href="[^"#]*#([\w-]+)"/>')
TAG = re.compile(r"<[^>]*>")


class ExportRefused(Exception):
    """A sentence on why there is no folder."""


@dataclass
class Exported:
    """What a page of the folder knows about itself; templates leave forms and scripts out where it is there."""

    page: str
    folder: str
    moment: object
    portal: str = field(default_factory=lambda: settings.PORTAL_URL.rstrip("/"))


def file_of(address):
    """The name of the file that holds this address, or None where the folder does not hold it."""
    parts = urlsplit(address)
    match = resolve_or_none(parts.path)
    asked = {key: value for key, value in QueryDict(parts.query).items() if value}
    if match is None or match.view_name not in PAGES or not asked.keys() <= QUESTIONS:
        return None
    words = [str(value) for value in match.kwargs.values()] + [f"{key}-{value}" for key, value in sorted(asked.items())]
    return "-".join([PAGES[match.view_name], *(re.sub(r"[^\w.-]", "_", word) for word in words)]) + ".html"


def ask(address, exported):
    """The page as its view draws it for anybody."""
    parts = urlsplit(address)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", parts.path, parts.path
    request.GET = QueryDict(parts.query)
    request.META = {"QUERY_STRING": parts.query, "SERVER_NAME": urlsplit(exported.portal).hostname, "SERVER_PORT": "443", "REMOTE_ADDR": ""}
    request.user, request.session, request.exported = AnonymousUser(), {}, exported
    request.COOKIES = {COOKIE: exported.folder}
    request.resolver_match = match = resolve(parts.path)
    response = match.func(request, *match.args, **match.kwargs)
    if response.status_code != 200:
        raise ExportRefused(_("页面 %(address)s 没有内容，不能导出。") % {"address": address})
    return response.content.decode()


class Folder:
    """Collects pages from the home page onward, each once, and the files they show."""

    def __init__(self, root, moment):
        self.root, self.moment = root, moment
        self.waiting, self.pages, self.files = [reverse(START)], {}, set()
        self.symbols = dict(re.findall(r'<symbol id="([\w-]+)"(.*?</symbol>)', static_file("icons.svg").decode(), re.S))

    def fill(self):
        """Write everything. Returns how many pages there are, the copies for larger letters and contrast not counted."""
        while self.waiting:
            address = self.waiting.pop()
            name = file_of(address)
            if name in self.pages:
                continue
            self.pages[name] = address
            for folder in DISPLAYS:
                page = self.rewritten(ask(address, Exported(name, folder, self.moment)), address, folder)
                check_personal_data(page, address)
                self.write(PurePosixPath(folder, name), page.encode())
        return len(self.pages)

    def rewritten(self, page, address, folder):
        used = set(ICON.findall(page))
        page = ICON.sub(r'<use href="#\1"/>', page)
        page = ADDRESS.sub(lambda found: f'{found[1]}="{escape(self.place(unescape(found[2]), address, folder))}"', page)
        # A browser that opens the folder from a disk takes drawings from no other file, so the page brings its own.
        drawings = "".join(f'<symbol id="{name}"{self.symbols[name]}' for name in sorted(used))
        return re.sub(r"(<body[^>]*>)", rf'\1<svg width="0" height="0" class="position-absolute" aria-hidden="true">{drawings}</svg>', page, count=1)

    def place(self, link, address, folder):
        """Where this link of a page leads from within the folder."""
        if not link.startswith(("/", "?")):
            return link  # within the page, or to another copy of it, or to another site
        back = "../" if folder else ""
        if link.startswith(settings.STATIC_URL):
            path, mark, fragment = link.partition("#")
            return f"{back}{self.asset(path.removeprefix(settings.STATIC_URL))}{mark}{fragment}"
        whole, mark, fragment = urljoin(address, link).partition("#")
        if file := self.photo(whole) or self.paper(whole):
            return back + file
        name = file_of(whole)
        if name is None:
            return f"{settings.PORTAL_URL.rstrip('/')}{whole}{mark}{fragment}"
        self.waiting.append(whole)
        return f"{name}{mark}{fragment}"

    def asset(self, name):
        """A file of the portal's own look, with whatever a style sheet draws from others."""
        path = f"{FILES}/{name}"
        if path not in self.files:
            self.files.add(path)
            content = static_file(name)
            if name.endswith(".css"):
                for other in CSS_ADDRESS.findall(content.decode()):
                    self.asset(str(PurePosixPath(urljoin(f"/{name}", other.partition("#")[0].partition("?")[0])).relative_to("/")))
            self.write(path, content)
        return path

    def photo(self, address):
        """A photo of a published case, drawn anew and without metadata; never the file that was uploaded."""
        parts = urlsplit(address)
        match = resolve_or_none(parts.path)
        if match is None or match.view_name != PHOTO:
            return None
        size = uploads.THUMBNAIL if "small" in parts.query else 1
        path = f"{FILES}/photo-{match.kwargs['pk']}{'-small' if size == uploads.THUMBNAIL else ''}.jpg"
        if path not in self.files:
            self.files.add(path)
            blob = CasePhoto.objects.public().select_related("blob").get(pk=match.kwargs["pk"]).blob
            if uploads.opening_problem(blob, is_own=False):
                raise ExportRefused(_("照片 %(address)s 现在不能公开，请稍后再导出。") % {"address": address})
            uploads.picture_now(blob)
            self.write(path, uploads.preview(blob, size))
        return path

    def paper(self, address):
        """A notice as Word or PDF, as the page of the portal hands it out."""
        match = resolve_or_none(urlsplit(address).path)
        if match is None or match.view_name != PAPER:
            return None
        pk, extension = match.kwargs["pk"], match.kwargs["extension"]
        path = f"{FILES}/notice-{pk}.{extension}"
        if path not in self.files:
            self.files.add(path)
            try:
                self.write(path, papers.public_copy(PublicNotice.objects.public().get(pk=pk), extension))
            except BadTemplate as bad:
                raise ExportRefused(_("公示 %(address)s 的文件不能生成：%(why)s请先在“公文”中改正公示公告的文本，再导出。") % {"address": address, "why": bad}) from bad
        return path

    def write(self, path, content):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def resolve_or_none(path):
    try:
        return resolve(path)
    except Resolver404:
        return None


def static_file(name):
    """By the name a page uses: collected under it, or still lying in its app."""
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return file.read()
    return Path(finders.find(name)).read_bytes()


def check_personal_data(page, address):
    """Nothing leaves for another site that the public pages should not have shown (S-35). Says where and what kind, never what."""
    reviewed = personal_values(published_words(), ANY_DAY)
    if found := personal_data(unescape(TAG.sub(" ", page)), reviewed):
        raise ExportRefused(_("页面 %(address)s 上有%(kind)s，请先改正再导出。") % {"address": address, "kind": found[0][0]})


def export(folder, *, at):
    """Write the folder whole or not at all; an earlier export gives way, and nothing else does. Returns how many pages it holds."""
    folder = Path(folder).resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / README).is_file():
        raise ExportRefused(_("文件夹 %(folder)s 里有别的东西，不能覆盖。请另选一个空文件夹。") % {"folder": folder})
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as workplace:
        made, old = Path(workplace, "new"), Path(workplace, "old")
        made.mkdir(mode=0o755)
        with translation.override("zh-hans"):
            pages = Folder(made, at).fill()
            (made / README).write_text(readme(at), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        try:
            made.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    return pages


def readme(at):
    return _(
        "%(portal)s公开页面的静态副本，导出时间 %(moment)s。\n"
        "整个文件夹放到网站的任何位置都可以，首页是 index.html；不需要脚本和数据库，也可以直接双击打开。\n"
        "重新导出会替换整个文件夹；已经撤回的案例和经验材料、撤下的公示，重新导出以后才会从副本里消失，请随即更新网站。\n"
    ) % {"portal": portal_name(), "moment": f"{at:%Y-%m-%d %H:%M}"}
