"""The annex (创建细则) as offices write it: cells in, items with points out, each matched to an item of the present version.

Pure functions over plain rows. What a column is and which item a line belongs to are guesses that a person sees and corrects;
numbers are taken as they stand and never scaled.
"""

import re
import unicodedata
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from accounts import sheets
from accounts.formats import what_was_not_read
from campaigns.campaign_file import CODE

LARGEST = 5 * 1024**2
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, MOST_ENTRIES = 2000, 40, 5000, 200
HEADER_WITHIN = 20
ALIKE = 0.5  # below this nothing is proposed
COMPARED = 300  # characters of a text; what makes it alike stands at its beginning
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
TITLE_LENGTH, NAME_LENGTH = 30, 60


class Refused(Exception):
    """The file was not taken; the sentence says what to do."""


# Reading


def read(name, content):
    """(rows of texts, merged ranges, which worksheets were not read) of an uploaded file."""
    if len(content) > LARGEST:
        raise Refused(_("文件超过 %(n)s MB，不像创建细则；请只保留细则所在的工作表。") % {"n": LARGEST // 1024**2})
    if content.startswith(OLD_EXCEL) or name.lower().endswith(".xls"):
        raise Refused(_("这是旧版 Excel 文件（.xls），平台不读取。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"))
    if not name.lower().endswith(".csv") and not content.startswith(b"PK"):
        raise Refused(_("只接受 .xlsx 和 .csv 文件。Word、PDF 中的表格请先复制到 Excel 里再上传。"))
    found = read_table(content)
    rows = texts_of(found.rows)
    while rows and not any(rows[-1]):
        rows.pop()
    if not any(any(row) for row in rows):
        raise Refused(_("表格是空的，请检查细则是否在第一张（打开时显示的）工作表上。"))
    if len(rows) > MOST_ROWS or max(map(len, rows)) > MOST_COLUMNS:
        raise Refused(_("表格太大：最多 %(rows)s 行、%(columns)s 列。请只保留细则的内容。") % {"rows": MOST_ROWS, "columns": MOST_COLUMNS})
    spans = [(first_row - 1, first_column - 1, last_row - 1, last_column - 1) for first_row, first_column, last_row, last_column in found.merges]
    return rows, [span for span in spans if span[0] < len(rows)], what_was_not_read(found.sheet, found.unread)


def read_table(content):
    try:
        return sheets.table(content, suits=lambda rows: recognise(Grid(texts_of(rows), []), {}).first >= 0)
    except sheets.Unreadable as refusal:
        if refusal.too_large:
            raise Refused(_("表格太大，请只保留细则所在的工作表，删去空白的行列后再上传。")) from None
        if refusal.reason in ("encoding", "quotes"):
            raise Refused(_("CSV 文件读不出来，请另存为 .xlsx 后再上传。")) from None
        raise Refused(_("表格打不开，可能已经损坏或设有密码。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")) from None


def texts_of(rows):
    return [[cell_text(value) for value in row] for row in rows]


def cell_text(value):
    if value is None:
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        value = value.date()
    text = "".join(sign for sign in str(value) if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cf"))
    return text.strip()[:LONGEST_CELL]


class Grid:
    """Cells by place. A merged range says the same everywhere, and is its own only at the first cell."""

    def __init__(self, rows, spans):
        self.rows = rows
        self.width = max(map(len, rows), default=0)
        self.origin = {}
        for first_row, first_column, last_row, last_column in spans:
            for row in range(first_row, min(last_row, len(rows) - 1) + 1):
                for column in range(first_column, min(last_column, self.width - 1) + 1):
                    self.origin[row, column] = (first_row, first_column)

    def at(self, row, column):
        row, column = self.origin.get((row, column), (row, column))
        return self.rows[row][column] if column < len(self.rows[row]) else ""

    def is_own(self, row, column):
        return self.origin.get((row, column), (row, column)) == (row, column)

    def said(self, row):
        """What stands in a row, a merged range once: [(column, text)]."""
        return [(column, text) for column in range(self.width) if (text := self.at(row, column)) and (column == 0 or self.origin.get((row, column)) is None or self.origin.get((row, column)) != self.origin.get((row, column - 1)))]


# Which column is what

WORDS = {
    "category": ["一级指标", "指标类别", "考核类别", "创建类别", "评价类别", "类别", "大类", "一级"],
    "item": [
        "二级指标", "指标内容", "指标名称", "评价指标", "考核指标", "创建指标", "测评指标", "创建项目", "考核项目", "评价项目", "创建内容", "考核内容", "评价内容",
        "创建标准", "建设标准", "项目", "内容", "指标",
    ],
    "criterion": [
        "评分标准", "评价标准", "三级指标", "考核标准", "评审标准", "检查标准", "检查内容", "具体要求", "工作要求", "评分细则", "细则", "标准", "要求",
    ],
    "points": ["分值", "权重", "标准分", "满分", "分数", "赋分", "配分", "基本分", "基准分", "总分"],
    "basis": ["扣分依据", "扣分标准", "扣分说明", "评分办法", "计分办法", "评分方法", "评分依据", "计分方法", "检查方式", "查验方式", "检查方法", "佐证材料", "材料清单"],
    "note": ["备注", "说明"],
    "code": ["序号", "编号", "指标编号", "代码"],
}
NOT_OURS = ["得分", "自评", "扣分", "评分人", "签字", "责任单位", "完成时限", "牵头单位"]
TEXTS = {"item", "criterion"}


def squeezed(text):
    return re.sub(r"[\s　]+", "", unicodedata.normalize("NFKC", text))


def track_of(label, tracks):
    """The track that a heading names, by how much of it stands in the track's name; None where it is not plain. `tracks`: {key: name}."""
    rest = re.sub(r"[()、,:：分值标准满赋配权重/]|创建|得分", "", squeezed(label))
    if len(rest) < 2:
        return None
    shares = sorted(((sum(sign in name for sign in rest) / len(rest), key) for key, name in tracks.items()), reverse=True)
    clear = len(shares) < 2 or shares[0][0] > shares[1][0]
    return shares[0][1] if shares and shares[0][0] >= 0.6 and clear else None


def role_of(label, tracks):
    """What a heading says its column is; "" when it says nothing known."""
    text = re.sub(r"[(].*?[)]$", "", squeezed(label)) or squeezed(label)
    for role, words in WORDS.items():
        if text in words:
            return role
    if any(word in text for word in NOT_OURS) and not any(word in text for word in WORDS["basis"]):
        return ""
    if any(word in text for word in WORDS["points"]):
        key = track_of(label, tracks)
        return f"points:{key}" if key else "points"
    if len(text) > 14:
        return ""
    if len(text) <= 12 and (key := track_of(label, tracks)):
        return f"points:{key}"
    found = [(len(word), role) for role, words in WORDS.items() for word in words if word in text]
    return max(found)[1] if found else ""


@dataclass
class Layout:
    """Rows `first`…`last` are the heading; `columns` {column: role}. Without a heading `first` is -1."""

    first: int = -1
    last: int = -1
    columns: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)

    def of(self, role):
        return next((column for column, other in sorted(self.columns.items()) if other == role), None)

    @property
    def points(self):
        """{column: key of a track, or "" for all tracks}."""
        return {column: role.partition(":")[2] for column, role in sorted(self.columns.items()) if role.split(":")[0] == "points"}


def recognise(grid, tracks):
    best, most = Layout(), 1
    for row in range(min(HEADER_WITHIN, len(grid.rows))):
        if len(grid.said(row)) < 2:
            continue  # a title across the table
        layout = heading_at(grid, row, tracks)
        roles = {role.split(":")[0] for role in layout.columns.values() if role}
        if roles & TEXTS and len(roles) > most:
            best, most = layout, len(roles)
    return best


def heading_at(grid, row, tracks):
    last = row
    for column in range(grid.width):
        end = row
        while end + 1 < len(grid.rows) and grid.origin.get((end + 1, column), (end + 1, column))[0] == row and grid.at(row, column):
            end += 1
        last = max(last, end)
    wide = [column for column in range(1, grid.width) if grid.origin.get((row, column), (row, column))[1] < column and grid.at(row, column)]
    if last == row and wide and row + 1 < len(grid.rows):
        below = [grid.at(row + 1, column) for column in wide]
        if all(text and number_of(text) is None for text in below):
            last = row + 1
    columns, labels = {}, {}
    for column in range(grid.width):
        parts = list(dict.fromkeys(text for each in range(row, last + 1) if (text := grid.at(each, column))))
        labels[column] = " ".join(parts)
        columns[column] = role_of("".join(parts), tracks) if parts else ""
    return Layout(row, last, tidied(columns), labels)


def tidied(columns):
    """Each role once, points apart: the second text column below the item's is the criterion; what comes twice counts the first time."""
    seen, found = set(), {}
    for column, role in columns.items():
        if role == "item" and "item" in seen and "criterion" not in columns.values():
            role = "criterion"
        if role in seen:
            role = ""
        seen.add(role)
        found[column] = role
    return found


# What a line says

NUMBER = re.compile(r"^[(]?(\d{1,4}(?:\.\d+)?)(?:分|%)?[)]?$")
LEADING_CODE = re.compile(r"^\s*(\d+(?:[.．]\d+)+)[、.．\s　]*")
ORDINAL = re.compile(r"^\s*(?:第?[一二三四五六七八九十]+[、.．类章]|[（(][一二三四五六七八九十\d]+[）)]|\d+[、.．](?!\d))\s*")
SUM_WORDS = ("合计", "总计", "小计", "总分", "共计")
POINTS_BEHIND = re.compile(r"[（(]\s*\d+(?:\.\d+)?\s*分\s*[）)]\s*$")


def number_of(text):
    found = NUMBER.match(squeezed(text))
    return Decimal(found[1]) if found else None


@dataclass
class Entry:
    """One item of the annex, from one or several rows."""

    row: int  # as the spreadsheet counts
    category: str
    text: str
    code: str = ""
    criteria: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    points: dict = field(default_factory=dict)  # {key of a track, or "": Decimal}
    problems: list = field(default_factory=list)
    is_unread: bool = False  # some of its points could not be read

    @property
    def words(self):
        return self.text or " ".join(self.criteria)


@dataclass
class Reading:
    entries: list
    sums: dict  # {key or "": sum of what was read}
    remarks: list  # lines below the table
    as_percent: bool = False


def entries_of(grid, layout):
    """Every item of the annex, in order. Sums, repeated headings, blank lines and remarks are no items."""
    code, category, item, criterion = (layout.of(role) for role in ("code", "category", "item", "criterion"))
    if item is None:
        item, criterion = criterion, None
    if item is None:
        return Reading([], {}, [])
    found, remarks, present_category = [], [], ""
    for row in range(layout.last + 1, len(grid.rows)):
        said = grid.said(row)
        if not said or is_heading(grid, layout, row) or is_sum(said):
            continue
        if len(said) == 1 and not any(column in layout.points for column, _text in said):
            text = said[0][1]
            if squeezed(text).startswith(("注:", "注1", "备注:", "说明:")):
                remarks.append(text)
                continue
            alone = said[0][0] != item and said[0][0] != criterion or not grid.is_own(row, said[0][0] + 1) and said[0][0] + 1 < grid.width and grid.at(row, said[0][0] + 1)
            if alone:
                present_category = category_name(text)
                continue
        if category is not None and (text := grid.at(row, category)):
            present_category = category_name(text)
        text = grid.at(row, item)
        continues = found and found[-1].category == present_category and (
            criterion is not None and (not text or not grid.is_own(row, item) or squeezed(text) == squeezed(found[-1].raw)) or not text
        )
        if not continues:
            if not text and (criterion is None or not grid.at(row, criterion)):
                continue
            found.append(entry_at(grid, row, code, text, present_category))
        take_line(found[-1], grid, row, layout, criterion)
    if len(found) > MOST_ENTRIES:
        remarks.append(_("只读取了前 %(n)s 项，其余的没有读取；请检查是否选对了列。") % {"n": MOST_ENTRIES})
        found = found[:MOST_ENTRIES]
    as_percent = read_as_percent(found, layout)
    sums = Counter()
    for entry in found:
        sums.update(entry.points)
        if not entry.points:
            entry.problems.append(_("没有读到分值"))
    return Reading(found, dict(sums), remarks, as_percent)


def entry_at(grid, row, code, text, category):
    leading = LEADING_CODE.match(text)
    told = squeezed(grid.at(row, code)) if code is not None else ""
    entry = Entry(
        row + 1, category, POINTS_BEHIND.sub("", LEADING_CODE.sub("", text) if leading else ORDINAL.sub("", text)).strip(),
        code=unicodedata.normalize("NFKC", leading[1]) if leading else told,
    )
    entry.raw = text
    return entry


def take_line(entry, grid, row, layout, criterion):
    if criterion is not None and grid.is_own(row, criterion) and (text := grid.at(row, criterion)):
        entry.criteria.append(text)
    for role, label in (("basis", _("扣分依据")), ("note", _("备注"))):
        column = layout.of(role)
        if column is not None and grid.is_own(row, column) and (text := grid.at(row, column)):
            entry.notes.append(f"{layout.labels.get(column) or label}：{text}")
    for column, key in layout.points.items():
        text = grid.at(row, column)
        if not text or not grid.is_own(row, column) or squeezed(text) in ("-", "—", "/", "–", "无", "不适用"):
            continue
        value = number_of(text)
        if value is None or value != round(value, 2):
            entry.problems.append(_("分值“%(text)s”读不出来，请在表格里改成数字") % {"text": text[:20]})
            entry.is_unread = True
        elif value:
            entry.points[key] = entry.points.get(key, 0) + value


def category_name(text):
    return POINTS_BEHIND.sub("", ORDINAL.sub("", text)).strip()[:NAME_LENGTH]


def is_heading(grid, layout, row):
    """The heading once more, as on the next sheet of paper."""
    texts = [squeezed(grid.at(row, column)) for column in range(grid.width)]
    return any(texts) and any(texts == [squeezed(grid.at(each, column)) for column in range(grid.width)] for each in range(layout.first, layout.last + 1) if each >= 0)


def is_sum(said):
    return squeezed(said[0][1]).strip(":：").startswith(SUM_WORDS) and len(squeezed(said[0][1])) <= 8


def read_as_percent(entries, layout):
    """Excel keeps 5% as 0.05. A column of weights that adds up to one holds percents, which are points of a hundred."""
    weights = [column for column in layout.points if "权重" in layout.labels.get(column, "")]
    values = [value for entry in entries for value in entry.points.values()]
    if not weights or len(weights) < len(layout.points) or not values or any(value > 1 for value in values):
        return False
    sums = Counter()
    for entry in entries:
        sums.update(entry.points)
    if any(abs(total - 1) > Decimal("0.001") for total in sums.values()):
        return False
    for entry in entries:
        entry.points = {key: value * 100 for key, value in entry.points.items()}
    return True


# Which item a line belongs to


@dataclass
class Match:
    """`code` of the present item, or "" when none is alike enough; `degree` in percent."""

    code: str
    degree: int
    by_code: bool = False


def plain(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def pairs(text):
    return {text[n: n + 2] for n in range(len(text) - 1)}


def degree(one, other):
    """How alike two texts are, 0…1. A phrase that stands in a longer text as it is counts nearly as the whole."""
    if not one or not other:
        return 0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and shorter in longer:
        return max(ratio, 0.9)
    if len(shorter) >= 10:
        held = sum(block.size for block in SequenceMatcher(None, shorter, longer, autojunk=False).get_matching_blocks() if block.size > 1)
        return max(ratio, 0.9 * held / len(shorter))
    return ratio


def matches(entries, items):
    """A Match for each entry. `items`: {code: content} of the present version. By the code where it is given and the words do not contradict it."""
    known = {code: [plain(item["title"])[:COMPARED], plain(item["text"])[:COMPARED]] for code, item in items.items()}
    sets = {code: pairs("".join(texts)) for code, texts in known.items()}
    found = []
    for entry in entries:
        criteria = " ".join(entry.criteria)
        texts = [text for text in dict.fromkeys(plain(each)[:COMPARED] for each in (entry.text, criteria, entry.text + criteria)) if text]
        own = pairs("".join(texts))
        nearest = sorted(known, key=lambda code, own=own: len(own & sets[code]) / (min(len(own), len(sets[code])) or 1), reverse=True)[:3]
        degrees = {code: max((degree(text, other) for text in texts for other in known[code]), default=0) for code in nearest}
        best = max(degrees, key=degrees.get, default="")
        if entry.code in known and (not texts or entry.code == best or max(degree(text, other) for text in texts for other in known[entry.code]) >= 0.2):
            found.append(Match(entry.code, 100, by_code=True))
        elif best and degrees[best] >= ALIKE:
            found.append(Match(best, round(100 * degrees[best])))
        else:
            found.append(Match("", round(100 * degrees.get(best, 0))))
    return found


# What the version becomes

KEEP_CRITERIA = ("notes", "checkpoints", "none")


def applied(entries, chosen, categories, tracks, *, criteria="notes", texts=False, drop=False):
    """(the categories as the annex would have them, the items in them whose points it does not give). `chosen`: for each entry the code of
    an item, "new" or "skip"; `tracks`: keys.
    """
    result = deepcopy(categories)
    items = {item["code"]: item for category in result for item in category["items"]}
    touched, given, unread, taken = set(), set(), set(), set(items)
    for entry, choice in zip(entries, chosen, strict=True):
        if choice == "skip":
            continue
        if choice == "new":
            item = new_item(entry, result, taken, tracks)
        else:
            item = items[choice]
        first = item["code"] not in touched
        touched.add(item["code"])
        settle_points(item, entry, tracks, first=item["code"] not in given, is_new=choice == "new")
        given |= {item["code"]} if entry.points else set()
        unread |= {item["code"]} if entry.is_unread else set()
        if texts and choice != "new":
            item["text"] = entry.words if first else f"{item['text']}\n{entry.words}"
        settle_criteria(item, entry, criteria, first=first)
    for category in result:
        if drop:
            category["items"] = [item for item in category["items"] if item["code"] in touched]
        for item in category["items"]:
            for row in item["checkpoints"]:
                row["tracks"] = [key for key in row["tracks"] if key in item["points"]]
            item["checkpoints"] = [row for row in item["checkpoints"] if row["tracks"]]
    result = [category for category in result if category["items"]]
    return result, [item for category in result for item in category["items"] if item["code"] not in given - unread]


def settle_points(item, entry, tracks, *, first, is_new):
    for key in tracks:
        value = entry.points.get(key)
        if value is None and "" in entry.points and (is_new or key in item["points"]):
            value = entry.points[""]
        before = Decimal(0) if first else item["points"].get(key, Decimal(0))
        if value is not None:
            item["points"][key] = before + value
        elif first and entry.points and "" not in entry.points:
            item["points"].pop(key, None)  # a column per track, and this one is empty
    item["points"] = {key: item["points"][key] for key in tracks if key in item["points"]}


def settle_criteria(item, entry, criteria, *, first):
    if criteria == "checkpoints" and entry.criteria:
        rows = [] if first else item["checkpoints"]
        for text in entry.criteria:
            rows.append({"code": f"{item['code']}-{len(rows) + 1}"[:30], "text": text, "details": [], "tracks": list(item["points"])})
        item["checkpoints"] = rows
    lines = [_("评分标准：%(text)s") % {"text": text} for text in entry.criteria] if criteria == "notes" else []
    if criteria != "none":
        lines += entry.notes
    held = item["notes"].split("\n") if item["notes"] else []
    item["notes"] = "\n".join(held + [line for line in lines if line not in held])


def new_item(entry, categories, taken, tracks):
    home = home_of(entry, categories)
    code = entry.code if re.match(CODE["pattern"], entry.code) and len(entry.code) <= 20 and entry.code not in taken and "." in entry.code else next(
        code for n in range(1, 1000) if (code := f"{home['code']}.{n}") not in taken
    )
    taken.add(code)
    item = {
        "code": code, "title": entry.words[:TITLE_LENGTH], "title_derived": True, "text": entry.words, "evidence_kinds": [], "methods": [],
        "rules": [], "veto_candidate": False, "notes": "", "points": {}, "checkpoints": [],
    }
    home["items"].append(item)
    return item


def home_of(entry, categories):
    """The category whose name is most like the annex's; a new one at the end where none is."""
    name = plain(entry.category)
    alike = max(categories, key=lambda category: degree(name, plain(category["name"])), default=None)
    if alike is not None and (not name or degree(name, plain(alike["name"])) >= ALIKE):
        return alike if name else categories[-1]
    codes = {category["code"] for category in categories}
    home = {"code": next(code for n in range(1, 1000) if (code := str(n)) not in codes), "name": entry.category or _("其他"), "items": []}
    categories.append(home)
    return home
