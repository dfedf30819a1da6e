"""How our Excel sheets look: cells that stay what they are, A4 paper, and the form a unit fills in offline. Asks the database nothing."""

import re
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.rehearsing import paper_mark

TITLE = Font(name="方正小标宋简体", size=18)
HEAD = Font(name="黑体", size=11)
BODY = Font(name="仿宋_GB2312", size=11)
THIN = Side(style="thin", color="999999")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SHADE = PatternFill("solid", fgColor="EEF4FA")
OPEN = PatternFill("solid", fgColor="FFF9E8")
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would take for the code of a character


def put(cell, value):
    """Text stays text, whatever it begins with (S-18); a number is a number with two decimals, a count a whole one."""
    if isinstance(value, Decimal):
        cell.value, cell.number_format = value, "0.00"
    elif isinstance(value, int):
        cell.value = value
    elif value is None:
        cell.value = "–"
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    if not isinstance(value, Decimal | int):
        cell.data_type = "s"


def for_paper(sheet, header_row):
    """A4 across, as wide as one page, the heading on every page, page numbers at the foot."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{header_row}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = _("第 &P 页，共 &N 页")
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7


# The form a unit fills in offline

FORM_HEADER = 3
KEY, CODE, CATEGORY, ITEM, TEXT, VERDICT, SCORE, MAXIMUM, NARRATIVE, EVIDENCE = "ABCDEFGHIJ"
FIELDS = {"self_verdict": VERDICT, "self_score": SCORE, "narrative": NARRATIVE}


def columns():
    """{letter: (heading, width)}; the key's column is hidden."""
    return {
        KEY: (_("校验（请勿改动）"), 4), CODE: (_("编号"), 7), CATEGORY: (_("类别"), 14), ITEM: (_("指标"), 18), TEXT: (_("建设标准要求"), 44),
        VERDICT: (_("自评结论"), 11), SCORE: (_("自评得分"), 9), MAXIMUM: (_("满分"), 7), NARRATIVE: (_("工作情况说明"), 60), EVIDENCE: (_("已有证明材料"), 9),
    }


def put_text(cell, text):
    put(cell, ESCAPED.sub("_x005F_", text))


def offline_form(heading, note, lines, rows, verdicts, step):
    """`rows`: dicts with key, code, category, title, text, verdict, score, maximum, narrative, evidence, is_open. `lines`: the explanation."""
    book = Workbook()
    explain(book.active, heading, lines)
    sheet = book.create_sheet(_("填报"))
    sheet.merge_cells(f"{CODE}1:{EVIDENCE}1")
    sheet.merge_cells(f"{CODE}2:{EVIDENCE}2")
    put(sheet[f"{CODE}1"], heading)
    put(sheet[f"{CODE}2"], "　".join(filter(None, [paper_mark(), note])))
    sheet[f"{CODE}1"].font, sheet[f"{CODE}1"].alignment = TITLE, Alignment(horizontal="center", vertical="center")
    sheet[f"{CODE}2"].font, sheet[f"{CODE}2"].alignment = BODY, Alignment(wrap_text=True, vertical="center")
    for number, height in ((1, 34), (2, 22), (FORM_HEADER, 34)):
        sheet.row_dimensions[number].height = height
    for letter, (name, width) in columns().items():
        cell = sheet[f"{letter}{FORM_HEADER}"]
        put(cell, name)
        cell.font, cell.fill, cell.border = HEAD, SHADE, GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions[KEY].hidden = True
    for number, row in enumerate(rows, FORM_HEADER + 1):
        form_row(sheet, number, row)
    last = FORM_HEADER + len(rows)
    validate(sheet, last, verdicts, step)
    sheet.freeze_panes = f"{TEXT}{FORM_HEADER + 1}"
    sheet.print_area = f"{CODE}1:{EVIDENCE}{last}"
    for_paper(sheet, FORM_HEADER)
    protect(sheet)
    book.active = 1
    return book


def explain(sheet, heading, lines):
    sheet.title = _("填表说明")
    sheet.column_dimensions["A"].width = 110
    put(sheet["A1"], "　".join(filter(None, [heading, paper_mark()])))
    sheet["A1"].font = TITLE
    for number, words in enumerate(lines, 2):
        put(sheet[f"A{number}"], words)
        sheet[f"A{number}"].font, sheet[f"A{number}"].alignment = Font(name="仿宋_GB2312", size=14), Alignment(wrap_text=True, vertical="center")
        sheet.row_dimensions[number].height = 46
    for_paper(sheet, 1)
    protect(sheet)


def form_row(sheet, number, row):
    texts = {KEY: row["key"], CODE: row["code"], CATEGORY: row["category"], ITEM: row["title"], TEXT: row["text"], VERDICT: row["verdict"], NARRATIVE: row["narrative"]}
    for letter in columns():
        cell = sheet[f"{letter}{number}"]
        if letter in texts:
            if texts[letter]:
                put_text(cell, texts[letter])
        elif letter == SCORE:
            if row["score"] is not None:
                put(cell, row["score"])
            cell.number_format = "0.##"
        else:
            put(cell, row["maximum"] if letter == MAXIMUM else row["evidence"])
            cell.number_format = "0.##" if letter == MAXIMUM else "0"
        cell.font, cell.border = BODY, GRID
        middle = letter in (CODE, VERDICT, SCORE, MAXIMUM, EVIDENCE)
        cell.alignment = Alignment(horizontal="center" if middle else "left", vertical="center", wrap_text=True)
        if letter in FIELDS.values() and row["is_open"]:
            cell.fill, cell.protection = OPEN, Protection(locked=False)
    longest = max(len(row["text"]) / 20, len(row["narrative"]) / 28 + row["narrative"].count("\n"), len(row["title"]) / 8, 2)
    sheet.row_dimensions[number].height = min(409, 16 * (int(longest) + 1))


def validate(sheet, last, verdicts, step):
    first = FORM_HEADER + 1
    choice = DataValidation(type="list", formula1=f'"{",".join(verdicts)}"', allow_blank=True, errorTitle=_("自评结论"), error=_("请从列表里选择。"))
    score = DataValidation(
        type="decimal", operator="between", formula1="0", formula2=f"${MAXIMUM}{first}", allow_blank=True, errorTitle=_("自评得分"),
        error=_("应在 0 到满分之间。"), promptTitle=_("自评得分"), prompt=_("每档 %(step)s 分，不超过本行的满分。") % {"step": step},
    )
    for rule, letter in ((choice, VERDICT), (score, SCORE)):
        rule.showErrorMessage = rule.showInputMessage = True
        rule.add(f"{letter}{first}:{letter}{max(first, last)}")
        sheet.add_data_validation(rule)


def protect(sheet):
    """Against slips, not against people: no password, and rows may be made higher."""
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = False


# Who filed a plan


PLAN_HEADINGS = [(_lazy("单位"), 34), (_lazy("县（市、区）"), 16), (_lazy("申报类别"), 22), (_lazy("状态"), 12), (_lazy("报送时间"), 18), (_lazy("报送人"), 12), (_lazy("方案文件"), 36), (_lazy("时间节点"), 60), (_lazy("说明"), 40)]


def plan_list(heading, rows):
    """`rows`: one list of values for each unit, in the order of the headings."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("创建方案")
    put(sheet["A1"], "　".join(filter(None, [heading, paper_mark()])))
    sheet["A1"].font, sheet["A1"].alignment = TITLE, Alignment(horizontal="center", vertical="center")
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(PLAN_HEADINGS))
    for column, (name, width) in enumerate(PLAN_HEADINGS, 1):
        cell = sheet.cell(2, column)
        put(cell, name)
        cell.font, cell.fill, cell.border, cell.alignment = HEAD, SHADE, GRID, Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width
    for number, values in enumerate(rows, 3):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, datetime):
                cell.value, cell.number_format = value, "yyyy-mm-dd hh:mm"
            else:
                put(cell, value)
            cell.font, cell.border, cell.alignment = BODY, GRID, Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = "B3"
    for_paper(sheet, 2)
    return book
