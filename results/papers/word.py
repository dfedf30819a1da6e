"""A paper as a Word document by GB/T 9704-2012: margins, 22 lines of 28 characters, fonts by name, page numbers outside."""

from io import BytesIO

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips

from applications.papers.template import BODY, HEAD, TITLE, field, put, repeat_on_every_page, set_font, write

SUBHEAD, PAGE_NUMBER = "楷体_GB2312", "宋体"
TOP, LEFT, RIGHT, BOTTOM = 37, 28, 26, 35  # mm; what is left for text is 156 × 225
LINES, CHARACTERS, SIZE = 22, 28, 16
LINE_PITCH = int(225 / 25.4 * 1440 / LINES)  # twips
CHARACTER = 156 / 25.4 * 72 / CHARACTERS  # points
CLOSER = -8  # twips between letters: 28 of them fit whatever a program rounds, 29 never do; lines are set full
FONTS = {"title": (TITLE, 22), "head": (HEAD, SIZE), "subhead": (SUBHEAD, SIZE)}
INDENTED = {"text", "head", "subhead", "note"}


def word(blocks):
    document = Document()
    sheet(document)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block["kind"] == "table":
            add_table(document, block)
        else:
            paragraph = add_line(document, block)
            if following and following["kind"] == "table":
                paragraph.paragraph_format.space_after = Pt(6)
    document.core_properties.title = "".join(block["text"] for block in blocks if block["kind"] == "title")
    document.core_properties.author = document.core_properties.comments = ""
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def sheet(document):
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(TOP), Mm(BOTTOM), Mm(LEFT), Mm(RIGHT)
    section.footer_distance = Mm(25.5)  # the dashes of the page number stand 7 mm below the text
    set_grid(section)
    normal = document.styles["Normal"]
    set_font(normal, BODY, SIZE)
    normal.paragraph_format.space_after = Pt(0)
    hold_grid(normal.element)
    document.styles.element.find(f".//{qn('w:lang')}").set(qn("w:eastAsia"), "zh-CN")
    document.settings.odd_and_even_pages_header_footer = True
    page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def set_grid(section):
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    grid.set(qn("w:charSpace"), str(round((CHARACTER - SIZE) * 4096)))


def hold_grid(style):
    """Text keeps the grid by its own line height and letter spacing, so that programs which read a grid their own way show the same.

    No extra room beside figures either: it would break the grid.
    """
    for name in ("w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid"):
        style.get_or_add_pPr().insert_element_before(switched_off(name), "w:spacing")
    closer = OxmlElement("w:spacing")
    closer.set(qn("w:val"), str(CLOSER))
    for part in (switched_off("w:snapToGrid"), closer):
        style.get_or_add_rPr().insert_element_before(part, "w:sz", "w:szCs")


def switched_off(name):
    switch = OxmlElement(name)
    switch.set(qn("w:val"), "0")
    return switch


def page_number(footer, side):
    """— 1 — in the size of small text, one character from the edge: on the right of odd pages, on the left of even ones."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.left_indent, shape.right_indent = Pt(14), Pt(14), Pt(14)
    write(paragraph, "— ", PAGE_NUMBER, 14)
    field(paragraph, "PAGE", 14, PAGE_NUMBER)
    write(paragraph, " —", PAGE_NUMBER, 14)


def add_line(document, block):
    kind = block["kind"]
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.line_spacing_rule = Twips(LINE_PITCH), WD_LINE_SPACING.EXACTLY
    shape.keep_with_next, shape.keep_together = block.get("keep", False), kind in ("sign", "date")
    if kind in ("number", "title"):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif kind in ("sign", "date"):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        indent(paragraph, "right", block["right"])
    elif kind in INDENTED:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        indent(paragraph, "firstLine", 2)
    write(paragraph, f"（{block['text']}）" if kind == "note" else block["text"], *FONTS.get(kind, (BODY, SIZE)))
    return paragraph


def indent(paragraph, side, characters):
    """In characters, which follow the font, and in twips for programs that know only those."""
    found = paragraph._p.get_or_add_pPr().get_or_add_ind()
    found.set(qn(f"w:{side}Chars"), str(round(characters * 100)))
    found.set(qn(f"w:{side}"), str(round(characters * CHARACTER * 20)))


def narrow_edges(table):
    edges = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "60")
        edge.set(qn("w:type"), "dxa")
        edges.append(edge)
    table._tbl.tblPr.insert_element_before(edges, "w:tblLook")


def add_table(document, block):
    columns = [Mm(156 * share) for share in block["widths"]]
    made = document.add_table(1 + len(block["rows"]), len(columns))
    made.style, made.autofit, made.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    narrow_edges(made)
    for column, width in zip(made.columns, columns, strict=True):
        column.width = width
    for number, (row, words) in enumerate(zip(made.rows, [block["head"], *block["rows"]], strict=True)):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width, text in zip(row.cells, columns, words, strict=True):
            cell.width = width
            put(cell, text, BODY if number else HEAD, 12, centred=True)
    repeat_on_every_page(made.rows[0])
