"""The built-in Word template, written by code so that every line of it can be read here. The office downloads it to make its own."""

from io import BytesIO

from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

TITLE, HEAD, BODY = "方正小标宋简体", "黑体", "仿宋_GB2312"
WIDTH = 15.6  # of the text, in cm


def default_template():
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    set_font(document.styles["Normal"], BODY, 16)
    document.styles["Normal"].paragraph_format.line_spacing = Pt(28)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    edges(section)
    line(document, "{{ 活动 }}", TITLE, 22, centred=True, spacing=32)
    line(document, "申报表", TITLE, 22, centred=True, spacing=32)
    facts(document)
    line(document, "一、逐项填报", HEAD, 16, before=14, keep=True)
    items(document)
    line(document, "二、承诺和意见", HEAD, 16, before=14, keep=True)
    line(document, "我单位承诺：以上内容和所附材料真实，不含涉密信息和未经遮盖的个人信息。", indent=True, keep=True)
    signatures(document)
    photos(document)
    links(document)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


# Pieces


def set_font(where, name, size):
    where.font.name, where.font.size = name, Pt(size)
    where.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def write(paragraph, words, font=BODY, size=16, bold=False):
    run = paragraph.add_run(words)
    set_font(run, font, size)
    run.bold = bold
    return run


def line(where, words, font=BODY, size=16, *, bold=False, centred=False, indent=False, before=0, spacing=28, keep=False):
    paragraph = where.add_paragraph()
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.space_before, shape.keep_with_next = Pt(spacing), Pt(before), keep
    if indent:
        shape.first_line_indent = Pt(2 * size)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(paragraph, words, font, size, bold)
    return paragraph


def mark(where, words):
    """A line that only steers the filling and leaves nothing behind."""
    return line(where, words, size=9, spacing=12)


def put(cell, words, font=BODY, size=12, *, bold=False, centred=False):
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(size + 6)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(paragraph, words, font, size, bold)
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    return paragraph


def table(document, widths, rows=0):
    made = document.add_table(rows, len(widths))
    made.style, made.autofit = "Table Grid", False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for row in made.rows:
        shape_row(row, widths)
    return made


def shape_row(row, widths, *, height=0, exact=False):
    """Widths of the cells; a row is never parted between two pages."""
    for cell, width in zip(row.cells, widths, strict=False):
        cell.width = Cm(width)
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    if height:
        row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.EXACTLY if exact else WD_ROW_HEIGHT_RULE.AT_LEAST


def repeat_on_every_page(row):
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def add_row(made, words, widths, **looks):
    row = made.add_row()
    shape_row(row, widths)
    for cell, text in zip(row.cells, words, strict=True):
        put(cell, text, **looks)
    return row


def field(paragraph, code, size, font=BODY):
    for kind, words in (("begin", ""), ("", code), ("end", "")):
        run = write(paragraph, "", font, size)
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = words
        run._r.append(part)


# Parts of the form


def edges(section):
    """The draft mark above, and below what a stamped scan is matched by, on every page."""
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    write(header, "{{ 草稿提示 }}", HEAD, 11).font.color.rgb = RGBColor(0xB4, 0x23, 0x18)
    footer = section.footer.paragraphs[0]
    footer.paragraph_format.line_spacing = Pt(14)
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(footer, "— ", BODY, 10)
    field(footer, "PAGE", 10)
    write(footer, " —　第 ", BODY, 10)
    field(footer, "PAGE", 10)
    write(footer, " 页 共 ", BODY, 10)
    field(footer, "NUMPAGES", 10)
    write(footer, " 页", BODY, 10)
    second = section.footer.add_paragraph()
    second.paragraph_format.line_spacing = Pt(14)
    second.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(second, "回执编号 {{ 回执编号 }}　校验码 {{ 校验码 }}　打印时间 {{ 打印时间 }}", BODY, 9)


def facts(document):
    widths = [3.2, 4.8, 2.6, 5.0]
    made = table(document, widths, rows=6)
    wide = [("申报单位", "{{ 申报单位 }}"), ("申报类别", "{{ 申报类别 }}{% if 所属县 %}（所属：{{ 所属县 }}）{% endif %}")]
    for row, (name, value) in zip(made.rows, wide, strict=False):
        put(row.cells[0], name, HEAD)
        put(row.cells[1].merge(row.cells[3]), value)
    pairs = [
        ("联系人", "{{ 联系人 }}", "联系电话", "{{ 联系电话 }}"),
        ("回执编号", "{{ 回执编号 }}", "校验码", "{{ 校验码 }}"),
        ("系统收到时间", "{% if 收到时间 %}{{ 收到时间 }}{% else %}{{ 草稿提示 }}{% endif %}", "自评总分", "{{ 自评总分 }} / {{ 总分值 }}{{ 分值说明 }}"),
    ]
    for row, words in zip(made.rows[2:], pairs, strict=False):
        for number, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            put(cell, text, BODY if number % 2 else HEAD)
    put(made.rows[5].cells[0], "材料", HEAD)
    put(
        made.rows[5].cells[1].merge(made.rows[5].cells[3]),
        "逐项填报 {{ 指标|length }} 项；照片 {{ 照片|length }} 张，见附件一；网页链接 {{ 链接|length }} 条，见附件二",
    )


def items(document):
    mark(document, "{%p for 项 in 指标 %}")
    mark(document, "{%p if 项.类别 %}")
    line(document, "{{ 项.类别 }}", HEAD, 16, before=12, keep=True)
    mark(document, "{%p endif %}")
    line(document, "{{ 项.编号 }} {{ 项.名称 }}", BODY, 16, bold=True, before=8, keep=True)
    line(document, "自评结论：{{ 项.结论 }}　自评得分：{{ 项.得分 }} / {{ 项.满分 }}", BODY, 12, spacing=20, keep=True)
    mark(document, "{%p for 段 in 项.说明 %}")
    mark(document, "{%p if 段.表 %}")
    made = table(document, [WIDTH], rows=3)
    put(made.rows[0].cells[0], "{%tr for 行 in 段.表 %}", size=9)
    row = made.rows[1]
    put(row.cells[0], "{%tc for 格 in 行 %}", size=9)
    for words in ("{{ 格 }}", "{%tc endfor %}"):
        cell = row._tr.add_tc()
        cell.width = Cm(WIDTH)
        put(row.cells[-1], words)
    put(made.rows[2].cells[0], "{%tr endfor %}", size=9)
    mark(document, "{%p else %}")
    line(document, "{{ 段.文字 }}", indent=True)
    mark(document, "{%p endif %}")
    mark(document, "{%p endfor %}")
    line(document, "证明材料：{% for 材 in 项.材料 %}{{ 材.序号 }}. {{ 材.名称 }}{% if not loop.last %}；{% endif %}{% else %}无{% endfor %}", BODY, 12, spacing=20)
    mark(document, "{%p endfor %}")


def signatures(document):
    widths = [3.2, 12.4]
    made = table(document, widths, rows=2)
    put(made.rows[0].cells[0], "核对", HEAD)
    put(made.rows[0].cells[1], "盖章前请确认每页页脚的回执编号和校验码与系统中显示的一致；内容修改后校验码会变，须重新打印。")
    for cell in made.rows[0].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    sign(made.rows[1], "申报单位意见", "（单位盖章）", widths)
    mark(document, "{%p if 所属县 %}")
    second = table(document, widths, rows=1)
    sign(second.rows[0], "县（市、区）推荐意见", "（盖章）", widths)
    mark(document, "{%p endif %}")


def sign(row, name, stamp, widths):
    shape_row(row, widths, height=5)
    put(row.cells[0], name, HEAD)
    cell = row.cells[1]
    cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
    for number, words in enumerate(["负责人（签字）：　　　　　　", f"{stamp}　　　　　　", "年　　月　　日　　"]):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.keep_with_next = Pt(24), stamp == "（单位盖章）"
        write(paragraph, words, BODY, 12)


def photos(document):
    """Four to a page: two rows of two."""
    mark(document, "{%p for 页 in 照片页 %}")
    heading = line(document, "附件一　照片{% if 页.第几页 > 1 %}（续）{% endif %}", HEAD, 16, keep=True)
    heading.paragraph_format.page_break_before = True
    widths = [7.8, 7.8]
    made = table(document, widths, rows=4)
    put(made.rows[0].cells[0].merge(made.rows[0].cells[1]), "{%tr for 行 in 页.行 %}", size=9)
    for cell, side in zip(made.rows[1].cells, ("左", "右"), strict=True):
        put(cell, f"{{{{ 行.{side}.图 }}}}", size=10, centred=True).paragraph_format.line_spacing = 1.0
    shape_row(made.rows[1], widths, height=8.4, exact=True)
    for cell, side in zip(made.rows[2].cells, ("左", "右"), strict=True):
        put(cell, f"{{% if 行.{side}.序号 %}}{{{{ 行.{side}.序号 }}}}. {{{{ 行.{side}.指标 }}}} {{{{ 行.{side}.名称 }}}}{{% endif %}}", size=10)
    shape_row(made.rows[2], widths, height=1.2, exact=True)
    put(made.rows[3].cells[0].merge(made.rows[3].cells[1]), "{%tr endfor %}", size=9)
    mark(document, "{%p endfor %}")


def links(document):
    mark(document, "{%p if 链接 %}")
    line(document, "附件二　网页链接", HEAD, 16, keep=True).paragraph_format.page_break_before = True
    widths = [1.4, 1.6, 6.8, 3.2, 2.6]
    made = table(document, widths)
    repeat_on_every_page(add_row(made, ["序号", "指标", "名称和网址", "检查结果", "二维码"], widths, font=HEAD, size=10, centred=True))
    add_row(made, ["{%tr for 条 in 链接 %}", "", "", "", ""], widths, size=9)
    row = add_row(made, ["{{ 条.序号 }}", "{{ 条.指标 }}", "{{ 条.名称 }}", "{{ 条.检查结果 }} {{ 条.检查时间 }}", "{{ 条.二维码 }}"], widths, size=10)
    address = row.cells[2].add_paragraph()
    address.paragraph_format.line_spacing = Pt(12)
    write(address, "{{ 条.网址 }}", BODY, 8)
    row.cells[4].paragraphs[0].paragraph_format.line_spacing, row.cells[4].paragraphs[0].alignment = 1.0, WD_ALIGN_PARAGRAPH.CENTER
    add_row(made, ["{%tr endfor %}", "", "", "", ""], widths, size=9)
    mark(document, "{%p endif %}")
