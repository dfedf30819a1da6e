"""The yearly arrangement of holidays as offices have it: a workbook of days, or the lines of the State Council's notice.

Reads only: rows of (day, worked, name), each with what is wrong about it; nothing is saved here.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts import sheets
from accounts.formats import what_was_not_read

HEADINGS = {"日期": "day", "是否上班": "worked", "说明": "name"}
WORKED = {"是": True, "上班": True, "工作日": True, "1": True, "true": True, "否": False, "放假": False, "休息": False, "休": False, "0": False, "false": False}
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST = 800

NAMED = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|\d+[、.．])?\s*([^：:。]{1,20})[：:](.+)$")
SPAN = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:（[^）]*）)?(?:\s*(?:至|—|-|~|到)\s*(?:(?:(\d{4})年)?(\d{1,2})月)?(\d{1,2})日)?")


class NotRead(Exception):
    """Why nothing could be read: a sentence for whoever sent it."""


@dataclass
class Read:
    """One line: `number` in its source, what was understood, or what is wrong with it."""

    number: int
    text: str
    day: date | None = None
    worked: bool | None = None
    name: str = ""
    problem: str = ""


def from_file(content):
    """(lines, which worksheets were not read) of a workbook or a text file, with the three headings somewhere in its first rows."""
    try:
        found = sheets.table(content, suits=lambda rows: any({"day", "worked"} <= _places(row).keys() for row in rows))
    except sheets.Unreadable as refusal:
        if refusal.reason == "encoding":
            raise NotRead(_("文件的编码认不出来，请用 Excel 或 WPS 另存为 xlsx 后再上传。")) from None
        raise NotRead(_("表格打不开，请用 Excel 或 WPS 另存为 xlsx 后再上传。")) from None
    rows = found.rows[:MOST]
    for number, row in enumerate(rows[:20], 1):
        places = _places(row)
        if {"day", "worked"} <= places.keys():
            lines = [_row(place, cells, places) for place, cells in enumerate(rows[number:], number + 1) if any(_text(cell) for cell in cells)]
            return lines, what_was_not_read(found.sheet, found.unread)
    raise NotRead(_("没有找到表头，请写明“日期”“是否上班”“说明”三列。"))


def _places(row):
    return {HEADINGS[text]: place for place, cell in enumerate(row) if (text := _text(cell)) in HEADINGS}


def _text(cell):
    return "" if cell is None else "".join(letter for letter in str(cell) if letter.isprintable()).strip()


def _row(number, cells, places):
    def cell(name):
        return cells[places[name]] if name in places and places[name] < len(cells) else None

    read = Read(number, " ".join(filter(None, map(_text, cells))), name=_text(cell("name"))[:30])
    read.day, read.worked = day_of(cell("day")), WORKED.get(_text(cell("worked")).lower())
    if isinstance(cell("worked"), bool):
        read.worked = cell("worked")
    if read.day is None:
        read.problem = _("日期看不懂，请写成 2027-01-01 的样子。")
    elif read.worked is None:
        read.problem = _("“是否上班”请写“是”或“否”。")
    return read


def day_of(value):
    """A day from a date cell, or from text such as 2027-1-1, 2027/1/1, 2027.1.1, 2027年1月1日."""
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", _text(value).split(" ")[0])
        try:
            value = date(*map(int, found.groups())) if found else None
        except ValueError:
            return None
    return value if value and FIRST_YEAR <= value.year <= LAST_YEAR else None


def from_notice(text, year):
    """Lines such as “一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”"""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        named = NAMED.match(line.strip())
        days = list(_days(named[1].strip(), named[2], year, number, line.strip())) if named else []
        found += days or ([Read(number, line.strip()[:200], problem=_("这一行没有看到放假或上班的日期。"))] if named else [])
    if not found:
        raise NotRead(_("没有看到“元旦：1月1日至3日放假。1月4日上班。”这样的文字，请把通知里各节日的几行贴进来。"))
    return found[:MOST]


def _days(name, sentences, year, number, line):
    for sentence in re.split(r"[。；;]", sentences):
        worked = "上班" in sentence
        if not worked and "放假" not in sentence and "休息" not in sentence:
            continue
        for part in SPAN.finditer(sentence):
            first_year, month, day, last_year, last_month, last_day = part.groups()
            try:
                first = date(int(first_year or year), int(month), int(day))
                last = date(int(last_year or first.year), int(last_month or month), int(last_day)) if last_day else first
            except ValueError:
                yield Read(number, line[:200], problem=_("日期不存在，请改正。"))
                continue
            if not timedelta(0) <= last - first < timedelta(days=31):
                yield Read(number, line[:200], problem=_("从 %(first)s 到 %(last)s 太长或倒了，请改正。") % {"first": first, "last": last})
                continue
            for offset in range((last - first).days + 1):
                yield Read(number, line[:200], day=first + timedelta(days=offset), worked=worked, name=(_("%(name)s调休") % {"name": name} if worked else name)[:30])
