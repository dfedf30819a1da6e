"""The file formats of import and export: text stays text whatever it begins with, numbers and dates stay what they are (S-18)."""

from datetime import datetime
from io import BytesIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export import widgets
from import_export.formats import base_formats
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib import Dataset

from accounts.sheets import MAX_COLUMNS, MAX_ROWS, Unreadable, rows_of

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class NoRows(Exception):
    """Why no rows can be read from a file: a sentence for whoever sent it."""


def why_unreadable(refusal):
    """A sentence that says what to do with a table that was not read."""
    return {
        "too_large": _("表格太大：最多 %(rows)s 行、%(columns)s 列，请删去多余的行、列和格式后再导入。") % {"rows": MAX_ROWS, "columns": MAX_COLUMNS},
        "encrypted": _("表格设了打开密码，系统读不了。请在 Excel 或 WPS 里取消密码，另存后再导入。"),
        "old_format": _("这是旧格式的文件（xls、et 或 wps），改扩展名没有用。请用 Excel 或 WPS 打开，另存为 xlsx 后再导入。"),
        "web_page": _("这其实是网页或 XML 文件，不是 Excel 表格。请用 Excel 或 WPS 打开，另存为 xlsx 后再导入。"),
        "encoding": _("文件打不开：请用 Excel 或 WPS 另存为 xlsx 或“CSV UTF-8”后再导入。"),
        "quotes": _("文件不是完整的 CSV：有引号没有成对。请用 Excel 或 WPS 另存为 xlsx 后再导入。"),
        "forbidden": _("文件里有表格不该有的内容（DTD），为安全起见没有读取。请把内容复制到新建的表格里再导入。"),
    }.get(refusal.reason) or _("表格打不开，请用 Excel 或 WPS 另存为 xlsx 后再导入。")


SHEETS_NAMED = 5


def what_was_not_read(sheet, others):
    """A sentence for whoever sent a workbook of several worksheets; empty when there is nothing to say."""
    if not others:
        return ""
    told = {"sheet": sheet, "others": _("」「").join(others[:SHEETS_NAMED]), "n": len(others)}
    return (_("只读了工作表「%(sheet)s」，另有「%(others)s」等 %(n)s 张没有读。") if len(others) > SHEETS_NAMED else _("只读了工作表「%(sheet)s」，另有「%(others)s」没有读。")) % told


class Day(widgets.DateWidget):
    """A date. Excel knows only moments, so a day comes back as its midnight."""

    def __init__(self):
        super().__init__("%Y-%m-%d")

    def clean(self, value, row=None, **kwargs):
        day = super().clean(value, row, **kwargs)
        return day.date() if isinstance(day, datetime) else day


class Excel(base_formats.XLSX):
    def get_title(self):
        return "xlsx"

    def create_dataset(self, in_stream):
        """Read in a child process; lines left blank, as people leave them at the end, are no rows."""
        try:
            rows = [row for row in rows_of(in_stream) if row]
        except Unreadable as refusal:
            raise NoRows(why_unreadable(refusal)) from None
        if not rows:
            raise NoRows(_("表格是空的，请填写后再导入。"))
        width = max(map(len, rows))
        headers, *others = [row + [None] * (width - len(row)) for row in rows]
        return Dataset(*others, headers=headers)

    def export_data(self, dataset, **kwargs):
        book = Workbook()
        sheet = book.active
        for number, row in enumerate([dataset.headers, *dataset], 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                if isinstance(value, str | Promise):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
                    cell.data_type = "s"
                else:
                    cell.value = value
        sheet.freeze_panes = "A2"
        content = BytesIO()
        book.save(content)
        return content.getvalue()


def is_calculated(text):
    """Whether a spreadsheet would calculate it, behind however many apostrophes."""
    return isinstance(text, str) and text.lstrip("'").startswith(FORMULA_MARKS)


def without_apostrophe(text):
    return text[1:] if is_calculated(text) and text.startswith("'") else text


class Csv(base_formats.CSV):
    """A text that a spreadsheet would take for a formula gets an apostrophe in front, and loses it on the way back; so does one
    that had an apostrophe of its own."""

    def get_title(self):
        return "csv"

    def export_data(self, dataset, **kwargs):
        for _row in range(len(dataset)):
            dataset.append(["'" + cell if is_calculated(cell) else cell for cell in dataset.lpop()])
        return super().export_data(dataset, **kwargs)

    def create_dataset(self, in_stream, **kwargs):
        dataset = super().create_dataset(in_stream, **kwargs)
        for _row in range(len(dataset)):
            dataset.append([without_apostrophe(cell) for cell in dataset.lpop()])
        return dataset


# The admin hands native numbers and dates to the formats listed here.
base_formats.BINARY_FORMATS.append(Excel)
