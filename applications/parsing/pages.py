"""Web pages: their title, their words, and the day they say they were published."""

import json
import re
from datetime import date
from html.parser import HTMLParser

TEXT_BYTES = 1024**2
TITLE_LENGTH = 150
SPELLINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "big5": "big5",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "us-ascii": "utf-8",
}
MARKS = [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")]
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
UNSHOWN = {"script", "style", "template", "noscript", "svg", "head"}
LINE_ENDS = {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "dd", "dt", "option"}
TITLES = ("articletitle", "og:title")
DAYS = ("pubdate", "publishdate", "publish-date", "article:published_time", "datepublished", "dc.date", "firstpublishedtime")
DAY = r"((?:19|20)\d\d)\s?[-年/.]\s?(\d{1,2})\s?[-月/.]\s?(\d{1,2})(?!\d)"
DAY_GIVEN = re.compile(DAY)
DAY_WRITTEN = re.compile(rf"(?:发布时间|发布日期|发布于|公开日期|公开时间|发文日期)\s*[\]】]?\s*[:：]?\s*{DAY}")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Page(HTMLParser):
    """Collects what a reader would see of a page, and what it says of itself in its head."""

    def __init__(self):
        super().__init__()
        self.meta, self.title, self.words = {}, "", []
        self.in_title, self.unshown = False, 0

    def handle_starttag(self, tag, pairs):
        if tag == "meta":
            given = {name: value or "" for name, value in pairs}
            name = (given.get("name") or given.get("property") or given.get("itemprop") or "").lower()
            self.meta.setdefault(name, given.get("content", "").strip())
        elif tag == "title":
            self.in_title = not self.title
        elif tag == "body":
            self.unshown = 0  # whatever the head left open
        elif tag in UNSHOWN:
            self.unshown += 1
        elif tag in LINE_ENDS:
            self.words.append("\n")
        elif tag in ("td", "th"):
            self.words.append(" ")

    def handle_endtag(self, tag):
        if tag == "title":
            self.in_title = False
        elif tag in UNSHOWN:
            self.unshown = max(0, self.unshown - 1)
        elif tag in LINE_ENDS:
            self.words.append("\n")

    def handle_data(self, text):
        if self.in_title:
            self.title += text
        elif not self.unshown:
            self.words.append(text)


def read_page(data, described):
    """`described`: "html" or "plain" and, after a blank, the charset the server named."""
    kind, _blank, charset = described.partition(" ")
    text = decoded(bytes(data), charset, kind)
    title = published_on = ""
    if kind == "html":
        page = Page()
        page.feed(text)
        page.close()
        title = next((page.meta[name] for name in TITLES if page.meta.get(name)), page.title)
        published_on = next((day for name in DAYS if (day := day_in(DAY_GIVEN.search(page.meta.get(name, ""))))), "")
        text = "".join(page.words)
    text = tidy_lines(text)
    published_on = published_on or day_in(DAY_WRITTEN.search(text))
    title = " ".join(CONTROL.sub("", title).split())[:TITLE_LENGTH]
    text = text.encode()[:TEXT_BYTES].decode(errors="ignore")
    yield json.dumps({"title": title, "text": text, "published_on": published_on}).encode()


def decoded(data, charset, kind):
    """The marks at its beginning are believed first, then the server, then the page, then the bytes themselves."""
    spelling = next((name for mark, name in MARKS if data.startswith(mark)), None) or SPELLINGS.get(charset.lower())
    if spelling is None and kind == "html" and (named := META_CHARSET.search(data[:4096])):
        spelling = SPELLINGS.get(named[1].decode().lower())
    if spelling is None:
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            spelling = "utf-8" if error.start > len(data) - 4 else "gb18030"  # cut off at the last character
    return data.decode(spelling, "replace")


def tidy_lines(text):
    lines = (" ".join(line.split()) for line in CONTROL.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)


def day_in(found):
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""
