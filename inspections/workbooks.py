"""How the workbook of a plan looks: rows in, sheets an office prints without touching them. Asks the database nothing.

Written row by row, so that a plan of tens of thousands of visits takes seconds and little memory.
"""

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.rehearsing import paper_mark

TITLE = Font(name="方正小标宋简体", size=18)
HEAD = Font(name="黑体", size=11)
BODY = Font(name="仿宋_GB2312", size=11)
THIN = Side(style="thin", color="999999")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SHADE = PatternFill("solid", fgColor="EEF4FA")
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
HEADER_ROW = 3

# Headings of what comes back in are the format, whatever language the page speaks.
CODE, GROUP, DAY = "单位代码", "验收组", "验收日期"


def made(sheet, value, font=BODY, alignment=LEFT, border=GRID, fill=None):
    """A cell. Text stays text, whatever it begins with (S-18); a count is a number."""
    cell = WriteOnlyCell(sheet, value if isinstance(value, int) else ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    if not isinstance(value, int):
        cell.data_type = "s"
    cell.font, cell.alignment = font, RIGHT if isinstance(value, int) else alignment
    if border:
        cell.border = border
    if fill:
        cell.fill = fill
    return cell


def write(book, name, title, line, columns, rows):
    """One sheet. `columns` are (heading, width); the running number stands in front."""
    sheet = book.create_sheet(name)
    columns = [(_("序号"), 6), *columns]
    for number, (_heading, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for_paper(sheet)
    sheet.append([made(sheet, title, TITLE, border=None, alignment=Alignment(vertical="center"))])
    sheet.append([made(sheet, "　".join(filter(None, [paper_mark(), line])), border=None, alignment=Alignment(vertical="center"))])
    sheet.append([made(sheet, heading, HEAD, MIDDLE, fill=SHADE) for heading, _width in columns])
    for number, row in enumerate(rows, 1):
        sheet.append([made(sheet, value) for value in (number, *row)])
    return sheet


def for_paper(sheet):
    """A4 across, as wide as one page, the heading on every page, page numbers at the foot."""
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 34, 24
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = _("第 &P 页，共 &N 页")
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7


def plan(heading, line, rows):
    """The whole workbook. `rows` is what `reports.plan_rows` returns; groups and days of the first sheet may be changed and come back."""
    book = Workbook(write_only=True)
    sheet = write(
        book, _("验收安排"), _("%(heading)s现场验收安排") % {"heading": heading}, line,
        [(CODE, 14), (_("单位"), 24), (_("所属县（市、区）"), 14), (_("申报类别"), 18), (GROUP, 14), (DAY, 12), (_("组长"), 10), (_("组员"), 26), (_("依据"), 24)],
        rows["visits"],
    )
    if rows["groups"]:
        choice = DataValidation(type="list", formula1=f"'{_('验收组')}'!$B${HEADER_ROW + 1}:$B${HEADER_ROW + len(rows['groups'])}", allow_blank=False)
        choice.add(f"F{HEADER_ROW + 1}:F{HEADER_ROW + max(1, len(rows['visits']))}")
        sheet.data_validations.append(choice)
    write(
        book, _("验收组"), _("%(heading)s验收组") % {"heading": heading}, line,
        [(_("验收组"), 14), (_("组长"), 12), (_("组长单位"), 20), (_("组员"), 40), (_("单位数"), 8), (_("天数"), 8)], rows["groups"],
    )
    write(
        book, _("各人任务"), _("%(heading)s各人任务") % {"heading": heading}, line,
        [(_("验收员"), 12), (_("单位"), 24), (_("验收组"), 14), (_("单位数"), 8), (_("上限"), 8), (_("说明"), 40)], rows["people"],
    )
    if rows["unplaced"]:
        write(book, _("没有排上"), _("%(heading)s没有排上的单位") % {"heading": heading}, line, [(_("单位"), 24), (_("所属县（市、区）"), 14), (_("原因"), 60)], rows["unplaced"])
    return book
