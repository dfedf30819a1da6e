"""创建细则 as offices make them, each with what should be understood of it. Built from the notice's own 24 items; the points are invented."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal

from openpyxl import Workbook

TITLE = "宣城市2021年政务公开示范区示范点创建细则"
HEAD = ["一级指标", "二级指标", "评分标准", "分值", "备注"]


@dataclass
class Case:
    """`sums`: what was read, by track ("" for all tracks). `matched`: codes in the order of the lines, None where nothing is like it."""

    name: str
    file: str
    content: bytes
    sums: dict
    matched: list
    categories: int = 6
    extra: dict = field(default_factory=dict)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def lines(categories):
    """(category, item, points for all tracks) of the whole notice."""
    return [(category, item, item["points"].get("zone") or item["points"].get("township")) for category in categories for item in category["items"]]


def total(categories, key=None):
    if key:
        return sum(item["points"].get(key, Decimal(0)) for _category, item, _points in lines(categories))
    return sum(points for _category, _item, points in lines(categories))


def codes(categories):
    return [item["code"] for _category, item, _points in lines(categories)]


def number(points):
    return float(points)


def plain_sheet(categories):
    """One line an item, every cell filled."""
    book = Workbook()
    book.active.append(HEAD)
    for category, item, points in lines(categories):
        book.active.append([category["name"], item["text"], "查阅资料，缺一项扣0.5分。", number(points), ""])
    return saved(book)


def merged_sheet(categories):
    """Titles above, first column merged over its items, second over its criteria, points merged too, a sum and a remark below."""
    book = Workbook()
    sheet = book.active
    sheet.append([TITLE])
    sheet.merge_cells("A1:E1")
    sheet.append(["（附件1）　　　　单位：分"])
    sheet.merge_cells("A2:E2")
    sheet.append(HEAD)
    row = 4
    for n, category in enumerate(categories):
        start = row
        for item in category["items"]:
            first = row
            for checkpoint in item["checkpoints"] or [{"text": item["text"]}]:
                sheet.cell(row, 3, checkpoint["text"])
                row += 1
            sheet.cell(first, 2, item["text"])
            sheet.cell(first, 4, number(item["points"].get("zone") or item["points"]["township"]))
            if row - 1 > first:
                for column in "BD":
                    sheet.merge_cells(f"{column}{first}:{column}{row - 1}")
        sheet.cell(start, 1, f"{'一二三四五六'[n]}、{category['name']}（{10 + n}分）")
        if row - 1 > start:
            sheet.merge_cells(f"A{start}:A{row - 1}")
    sheet.cell(row, 1, "合计")
    sheet.merge_cells(f"A{row}:C{row}")
    sheet.cell(row, 4, number(total(categories)))
    sheet.cell(row + 1, 1, "注：本细则由市政务公开办负责解释。")
    sheet.merge_cells(f"A{row + 1}:E{row + 1}")
    return saved(book)


def unmerged_sheet(categories):
    """As after 取消合并单元格: the category and the item only at their first line, points only there."""
    book = Workbook()
    book.active.append(["指标类别", "指标内容", "评价标准", "标准分"])
    for category in categories:
        named = category["name"]
        for item in category["items"]:
            text, points = item["text"], number(item["points"].get("zone") or item["points"]["township"])
            for checkpoint in item["checkpoints"]:
                book.active.append([named, text, checkpoint["text"], points])
                named = text = points = None
    return saved(book)


def per_track_sheet(categories):
    """Two rows of heading: 分值 over one column for each track; a dash where an item does not apply."""
    book = Workbook()
    sheet = book.active
    sheet.append(["序号", "一级指标", "二级指标", "分值", None, None, "备注"])
    sheet.append([None, None, None, "县（市、区）", "市直单位", "乡镇（街道）", None])
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:G2"):
        sheet.merge_cells(cells)
    for n, (category, item, _points) in enumerate(lines(categories), 1):
        sheet.append([n, category["name"], item["text"], *(number(item["points"][key]) if key in item["points"] else "—" for key in ("zone", "bureau", "township")), ""])
    return saved(book)


def one_heading_per_track(categories):
    book = Workbook()
    book.active.append(["类别", "创建内容", "示范区分值", "市直单位分值", "乡镇街道分值", "评分办法"])
    for category, item, _points in lines(categories):
        book.active.append([category["name"], item["text"], *(number(item["points"][key]) if key in item["points"] else None for key in ("zone", "bureau", "township")), "查看资料"])
    return saved(book)


def coded_sheet(categories):
    """Short titles with the notice's numbers in front, and the columns in another order."""
    book = Workbook()
    book.active.append(["备注", "权重", "指标", "类别"])
    for category, item, points in lines(categories):
        book.active.append(["", number(points), f"{item['code']} {item['title']}", category["name"]])
    return saved(book)


def code_column(categories):
    book = Workbook()
    book.active.append(["指标编号", "指标名称", "满分"])
    for _category, item, points in lines(categories):
        book.active.append([item["code"], item["title"], number(points)])
    return saved(book)


def percent_sheet(categories):
    """Weights formatted as percents: Excel keeps 0.04 for 4%."""
    book = Workbook()
    book.active.append(["一级指标", "二级指标", "权重"])
    for category, item, points in lines(categories):
        book.active.append([category["name"], item["text"], float(points / total(categories))])
        book.active.cell(book.active.max_row, 3).number_format = "0%"
    return saved(book)


def text_numbers(categories):
    """Numbers typed as text: 全角, with 分 behind, with blanks; a line break inside the heading; blank lines between categories."""
    book = Workbook()
    book.active.append([" 一级\n指标", "二级 指标", "评分标准", "分　值"])
    last = None
    for n, (category, item, points) in enumerate(lines(categories)):
        if last not in (None, category["code"]):
            book.active.append([])
        last = category["code"]
        shown = f"{points.normalize():f}"
        spelled = [shown.translate(str.maketrans("0123456789.", "０１２３４５６７８９．")), f"{shown}分", f" {shown} ", f"（{shown}分）"][n % 4]
        book.active.append([category["name"], item["text"], "酌情扣分", spelled])
    return saved(book)


def category_lines(categories):
    """The category as a line of its own across the table; no column for it."""
    book = Workbook()
    sheet = book.active
    sheet.append(["序号", "考核内容", "考核标准", "分值", "扣分依据"])
    n = 0
    for place, category in enumerate(categories):
        sheet.append([f"（{'一二三四五六'[place]}）{category['name']}"])
        sheet.merge_cells(f"A{sheet.max_row}:E{sheet.max_row}")
        for item in category["items"]:
            n += 1
            sheet.append([n, item["text"], "符合得满分", number(item["points"].get("zone") or item["points"]["township"]), "会议纪要、文件"])
    return saved(book)


def repeated_heading(categories):
    """Printed on several sheets of paper: the heading stands again every ten lines, with 小计 below each category."""
    book = Workbook()
    book.active.append([TITLE])
    book.active.append(HEAD)
    for n, (category, item, points) in enumerate(lines(categories), 1):
        book.active.append([category["name"], item["text"], "", number(points), ""])
        if category["items"][-1] is item:
            book.active.append(["小计", None, None, number(sum(each["points"].get("zone") or each["points"]["township"] for each in category["items"]))])
        if n % 10 == 0:
            book.active.append(HEAD)
    return saved(book)


def reworded(categories):
    """Words shortened as people do; two items that the notice does not know."""
    book = Workbook()
    book.active.append(HEAD)
    for category, item, points in lines(categories):
        book.active.append([category["name"], item["text"][: max(12, len(item["text"]) * 2 // 3)].replace("，", "、"), "", number(points), ""])
    book.active.append([categories[-1]["name"], "设立网上接访直播间", "", 2, ""])
    book.active.append(["其他工作", "按月报送短视频作品", "", 3, ""])
    return saved(book)


def as_csv(categories, encoding):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([TITLE, "", "", ""])
    writer.writerow(["一级指标", "二级指标", "评分标准", "分值"])
    for category, item, points in lines(categories):
        writer.writerow([category["name"], item["text"], "", f"{points.normalize():f}"])
    return text.getvalue().encode(encoding)


def of(name, file, make, *, sums=None, extra_items=0, **fields):
    """A case that is built when its test runs: most have the notice's sum, and each line its item."""

    def case(categories):
        told = sums(categories) if sums else {"": total(categories)}
        return Case(name, file, make(categories), told, [*codes(categories), *[None] * extra_items], **fields)

    return case


def by_track(categories):
    return {key: total(categories, key) for key in ("zone", "bureau", "township")}


CORPUS = [
    of("every cell filled", "细则.xlsx", plain_sheet),
    of("merged, with titles, a sum and a remark", "附件：创建细则.xlsx", merged_sheet, extra={"remarks": 1}),
    of("merged cells dissolved", "细则（取消合并）.xlsx", unmerged_sheet),
    of("a column of points for each track under one heading", "分类细则.xlsx", per_track_sheet, sums=by_track),
    of("a heading of its own for each track", "三类分值.xlsx", one_heading_per_track, sums=by_track),
    of("numbers of the notice before short titles, columns elsewhere", "细则简表.xlsx", coded_sheet),
    of("a column of numbers, no categories", "编号.xlsx", code_column, categories=1),
    of("weights in percent", "权重表.xlsx", percent_sheet, sums=lambda categories: {"": Decimal(100)}, extra={"as_percent": True}),
    of("numbers as text", "文本数字.xlsx", text_numbers),
    of("categories as lines across", "考核细则.xlsx", category_lines),
    of("headings again, and sums between", "打印版.xlsx", repeated_heading),
    of("reworded, with two unknown items", "送审稿.xlsx", reworded, sums=lambda categories: {"": total(categories) + 5}, extra_items=2, categories=7),
    of("CSV in UTF-8 with a mark", "细则.csv", lambda categories: as_csv(categories, "utf-8-sig")),
    of("CSV in UTF-8", "细则.csv", lambda categories: as_csv(categories, "utf-8")),
    of("CSV in GB18030", "细则.csv", lambda categories: as_csv(categories, "gb18030")),
]
