"""The sheet as a Word document, written line by line from our own data: there is no template that could ask for more."""

from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from applications.papers.template import (
    BODY,
    HEAD,
    TITLE,
    field,
    line,
    put,
    repeat_on_every_page,
    set_font,
    shape_row,
    table,
    write,
)

TEMPLATE = Path(__file__).parent / "sheet.typ"
FILLED = [1.7, 8.6, 1.4, 5.6, 1.6, 7.0]  # cm across a page laid on its side
BLANK = [2.0, 10.0, 1.4, 3.3, 2.2, 7.0]
WIDE = sum(FILLED)
CHOICES = "□1 符合\n□2 部分符合\n□3 不符合"


def word(found, drawn):
    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(18), Mm(18), Mm(19), Mm(19)
    set_font(document.styles["Normal"], BODY, 11)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    edges(section, found)
    line(document, found["campaign"] + "检查验收记录表", TITLE, 20, centred=True, spacing=30)
    facts(document, found)
    if found["blank"]:
        hint = f"结论写 1、2 或 3；得分按 {found['step']} 分一档；扣分须写明理由。补录时按左边的编号逐行输入。"
        line(document, hint, BODY, 10, spacing=18, before=4, keep=True)
    (blank_rows if found["blank"] else filled_rows)(document, found)
    foot(document, found, drawn)
    photos(document, found, drawn)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def edges(section, found):
    """What state the sheet is in above, what it is matched by below, on every page."""
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    write(header, found["state"], HEAD, 10).font.color.rgb = RGBColor(0xB4, 0x23, 0x18)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(footer, "第 ", BODY, 9)
    field(footer, "PAGE", 9)
    write(footer, " 页 共 ", BODY, 9)
    field(footer, "NUMPAGES", 9)
    write(footer, f" 页　{found['unit']}　验收日期 {found['on']}　{mark_of(found)}打印时间 {found['printed']}", BODY, 9)


def mark_of(found):
    return f"校验码 {found['sha256'][:10].upper()}　" if found["sha256"] else ""


def facts(document, found):
    widths = [2.6, 10.35, 2.6, 10.35]
    county = f"（{found['county']}）" if found["county"] else ""
    score = f"　　　　/ {found['maximum']}" if found["blank"] else f"{found['total']} / {found['maximum']}（已商定 {found['agreed']} / {len(found['items'])} 项）"
    lines = [
        ("被验收单位", found["unit"] + county, "申报类别", found["track"]),
        ("验收组", f"{found['group']}：{'、'.join(found['people'])}", "验收日期", found["on"]),
        ("现场得分", score + ("" if found["official"] else "（分值非官方）"), "锁定", "" if found["blank"] else found["locked"] or "尚未锁定"),
    ]
    made = table(document, widths, rows=len(lines))
    for row, words in zip(made.rows, lines, strict=True):
        for number, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            put(cell, text, BODY if number % 2 else HEAD, 11)


def head(document, names, widths):
    line(document, "", size=5, spacing=6, keep=True)
    made = table(document, widths)
    row = made.add_row()
    shape_row(row, widths)
    for cell, text in zip(row.cells, names, strict=True):
        put(cell, text, HEAD, 10.5, centred=True)
    repeat_on_every_page(row)
    return made


def category(made, words, widths):
    row = made.add_row()
    shape_row(row, widths)
    cell = row.cells[0].merge(row.cells[-1])
    put(cell, words, HEAD, 11).paragraph_format.keep_with_next = True


def claim(cell, item):
    """The item's name and the notice's own words."""
    put(cell, item["title"], BODY, 10.5, bold=True)
    more(cell, item["text"], 9.5)


def more(cell, words, size, *, bold=False):
    paragraph = cell.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(size + 4)
    write(paragraph, words, BODY, size, bold)


def filled_rows(document, found):
    made = head(document, ["编号", "检查内容", "分值", "各人的记录", "商定", "扣分理由"], FILLED)
    for item in found["items"]:
        if item["category"]:
            category(made, item["category"], FILLED)
        row = made.add_row()
        shape_row(row, FILLED)
        if item["long"]:
            row._tr.trPr.remove(row._tr.trPr.find(qn("w:cantSplit")))
        number, what, maximum, records, agreed, reason = row.cells
        put(number, item["code"], HEAD, 14, centred=True)
        claim(what, item)
        put(maximum, item["maximum"], size=11, centred=True)
        for place, record in enumerate(item["records"]):
            words = f"{record['name']}：{record['said']}" if record["name"] else record["said"]
            put(records, words, size=10, bold=True) if place == 0 else more(records, words, 10, bold=True)
            if record["note"]:
                more(records, record["note"], 9.5)
        put(agreed, item["agreed"] or "–", HEAD, 12, centred=True)
        put(reason, item["reason"], size=10)
    row = made.add_row()
    shape_row(row, FILLED)
    for cell, words in zip(row.cells, ["合计", "", found["maximum"], "", found["total"], ""], strict=True):
        put(cell, words, HEAD, 11, centred=True)
    hold_on(made)


def hold_on(made):
    """The last item and the sum stay with the signatures, which are never alone on a page."""
    for row in made.rows[-2:]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def blank_rows(document, found):
    made = head(document, ["编号", "检查内容", "分值", "结论", "得分", "现场情况和扣分理由"], BLANK)
    for item in found["items"]:
        if item["category"]:
            category(made, item["category"], BLANK)
        row = made.add_row()
        shape_row(row, BLANK, height=1.9)
        number, what, maximum, verdict, _points, _reason = row.cells
        put(number, item["code"], HEAD, 18, centred=True)
        claim(what, item)
        put(maximum, item["maximum"], size=11, centred=True)
        first, *others = CHOICES.split("\n")
        put(verdict, first, size=10)
        for words in others:
            more(verdict, words, 10)
    hold_on(made)


def foot(document, found, drawn):
    """Signatures with what was signed; the lines stay together and hold on to the last of them."""
    line(document, "签字", HEAD, 12, before=10, spacing=20, keep=True)
    widths = [3.2, 2.2, 8.5, 12.0]
    made = table(document, widths)
    rows = [(["姓名", "职责", "签字", "时间和状态"], ""), *[(signature_line(one, found["blank"]), one["ink"]) for one in found["signatures"]]]
    rows += [(["", "单位代表", "", "年　　月　　日"], "")] if found["blank"] else []
    for number, (words, ink) in enumerate(rows):
        row = made.add_row()
        shape_row(row, widths, height=0.8 if number == 0 else 1.2)
        for place, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            paragraph = put(cell, text, BODY if number else HEAD, 11)
            paragraph.paragraph_format.keep_with_next = True
            if ink and place == 2:
                paragraph.add_run().add_picture(BytesIO(drawn[ink]), height=Mm(9))
    notes = [f"批准不回避：{words}" for words in found["overrides"]] + [f"纸质补录：{words}" for words in found["papers"]]
    if found["sha256"]:
        notes.append(f"验收结果的 SHA-256：{found['sha256']}")
    for words in notes or ["签字前请核对单位、日期和每一项的结论、得分。"]:
        line(document, words, BODY, 10, spacing=16, before=4)


def signature_line(one, is_blank):
    if is_blank:
        return [one["name"], one["role"], "", "年　　月　　日"]
    if one["void"]:
        return [one["name"], one["role"], "已作废", f"{one['time']} 签，作废：{one['void']}"]
    if one["refusal"]:
        return [one["name"], one["role"], "拒绝签字", f"{one['time']} 理由：{one['refusal']}"]
    return [one["name"], one["role"], "已在平台签字" if one["time"] and not one["ink"] else "", one["time"] or "待签"]


def photos(document, found, drawn):
    """Four to a page: two rows of two, on upright pages."""
    if not found["photos"]:
        return
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    widths = [8.4, 8.4]
    for start in range(0, len(found["photos"]), 4):
        heading = line(document, "附件　现场照片" + ("（续）" if start else ""), HEAD, 14, keep=True)
        heading.paragraph_format.page_break_before = start > 0
        four = found["photos"][start:start + 4]
        made = table(document, widths)
        for place in range(0, len(four), 2):
            pair = list(enumerate(four[place:place + 2], start + place + 1))
            pictures, captions = made.add_row(), made.add_row()
            shape_row(pictures, widths, height=8.6, exact=True)
            shape_row(captions, widths, height=2.0, exact=True)
            for cell, caption, (number, photo) in zip(pictures.cells, captions.cells, pair, strict=False):
                show(cell, photo, drawn)
                put(caption, f"{number}. {photo['item']} {photo['title']}", size=10)


def show(cell, photo, drawn):
    paragraph = put(cell, "" if photo["file"] else "（无法显示，请在系统中查看）", size=10, centred=True)
    paragraph.paragraph_format.line_spacing = 1.0
    if photo["file"]:
        width, height = photo["size"]
        paragraph.add_run().add_picture(BytesIO(drawn[photo["file"]]), width=Mm(width) if width else None, height=Mm(height) if height else None)
