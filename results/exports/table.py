"""How a table looks that an office prints without touching it: rows in, a workbook out. Asks the database nothing.

Rows are taken one by one and written as they come, so that forty thousand cost no more memory than forty. Cells share a
handful of looks, made once for each sheet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.rehearsing import paper_mark
from applications.workbooks import BODY, ESCAPED, GRID, HEAD, SHADE, TITLE

HEADER_ROW = 3
LAST_ROW = 1_048_576  # of a sheet, whatever program opens it
EMPTY = "–"
PROGRESS_EVERY = 500

LINE = 16  # points, of the body's letters
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center", indent=1)


@dataclass(frozen=True)
class Kind:
    number_format: str
    alignment: Alignment


TEXT = Kind("General", LEFT)  # Excel before 2010 shows long text of the format @ as ####
SHORT = Kind("@", MIDDLE)
NUMBER = Kind("0", MIDDLE)
COUNT = Kind("0", RIGHT)
POINTS = Kind("0.0#", RIGHT)
TOTAL = Kind("0.00", RIGHT)
DAY = Kind("yyyy-mm-dd", MIDDLE)
MOMENT = Kind("yyyy-mm-dd hh:mm", MIDDLE)


@dataclass(frozen=True)
class Column:
    """`width` in characters of a Western letter, as spreadsheets count; `summed` columns have their sum under the last row."""

    heading: str
    width: int
    kind: Kind = TEXT
    summed: bool = False


class TooManyRows(Exception):
    """More than a sheet can hold."""


class OtherRows(Exception):
    """Not as many rows came as were promised in the heading."""


def write(file, title, notes, columns, rows, *, count, name="", progress=lambda done, of: None):
    """The workbook into `file`; `name` is that of its sheet. `notes` are the sentences under the title; that there are `count` rows stands there too."""
    if HEADER_ROW + count + 1 > LAST_ROW:
        raise TooManyRows
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name or _("表"))
    columns = [Column(_("序号"), 6, NUMBER), *columns]
    notes = "　".join(filter(None, [paper_mark(), *notes, _("共 %(n)s 行") % {"n": count}]))
    summed = any(column.summed for column in columns)
    for_paper(sheet, columns, notes, HEADER_ROW + count + summed)
    sheet.append([look(sheet, title, TITLE, MIDDLE)])
    sheet.append([look(sheet, notes, BODY, LEFT)])
    sheet.append([look(sheet, column.heading, HEAD, MIDDLE, SHADE) for column in columns])
    try:
        write_rows(sheet, columns, rows, count, progress)
    except BaseException:  # what was written so far lies in a temporary file
        sheet.close()
        sheet._writer.cleanup()
        raise
    book.save(file)
    progress(count, count)


def write_rows(sheet, columns, rows, count, progress):
    styles, blank = [style_of(sheet, column) for column in columns], style_of(sheet, Column("", 0, SHORT))
    summed = [place for place, column in enumerate(columns) if column.summed]
    sums, number = dict.fromkeys(summed, 0), 0
    for number, row in enumerate(rows, 1):
        values, place = (number, *row), HEADER_ROW + number
        sheet.row_dimensions[place].height = LINE * max(map(lines_of, values, columns)) + 4
        sheet.append([cell(sheet, value, style, blank) for value, style in zip(values, styles, strict=True)])
        del sheet.row_dimensions[place]  # written by now
        for place in summed:
            sums[place] += values[place] or 0
        if number % PROGRESS_EVERY == 0 and number <= count:
            progress(number, count)
    if number != count:
        raise OtherRows
    if summed:
        sheet.append(foot(sheet, sums, styles))


def lines_of(value, column):
    """How many lines a text takes in its column; a Chinese character is two letters wide. Not every program finds out by itself."""
    if not isinstance(value, str) or 2 * len(value) < column.width - 2 and "\n" not in value:
        return 1
    return sum(-(-width_of(line) // (column.width - 3)) or 1 for line in value.split("\n"))


def width_of(text):
    return sum(2 if letter >= "\u2000" else 1 for letter in text)


def look(sheet, text, font, alignment, fill=None):
    """A cell of the heading; only those of the table itself have borders."""
    made = cell(sheet, text)
    made.font, made.alignment = font, alignment
    if fill:
        made.fill, made.border = fill, GRID
    return made


def foot(sheet, sums, styles):
    """The sums under the last row, as values."""
    cells = [cell(sheet, sums[place]) if place in sums else WriteOnlyCell(sheet) for place in range(len(styles))]
    cells[1] = cell(sheet, _("合计"))
    for made, style in zip(cells, styles, strict=True):
        made._style = style
    return cells


def style_of(sheet, column):
    sample = WriteOnlyCell(sheet)
    sample.font, sample.border, sample.alignment, sample.number_format = BODY, GRID, column.kind.alignment, column.kind.number_format
    return sample._style


def cell(sheet, value, style=None, blank=None):
    """Numbers and dates stay what they are; everything else is text, whatever it begins with (S-18)."""
    if isinstance(value, int | Decimal | date):
        made = WriteOnlyCell(sheet, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    else:
        text = ESCAPED.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", "" if value is None else str(value)))
        made = WriteOnlyCell(sheet, text or EMPTY)
        made.data_type = "s"
        if not text:
            style = blank
    if style is not None:
        made._style = style
    return made


def for_paper(sheet, columns, notes, last_row):
    """A4 across, as wide as one page, the heading on every page, page numbers at the foot, nothing printed beside the table."""
    last, width = get_column_letter(len(columns)), 0
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        width += column.width
    for row in (1, 2):
        sheet.merged_cells.add(f"A{row}:{last}{row}")
    sheet.row_dimensions[1].height = 34
    sheet.row_dimensions[2].height = LINE * lines_of(notes, Column("", width)) + 4
    sheet.row_dimensions[HEADER_ROW].height = LINE * max(lines_of(column.heading, column) for column in columns) + 8
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.print_area = f"A1:{last}{last_row}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = _("第 &P 页，共 &N 页")
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
