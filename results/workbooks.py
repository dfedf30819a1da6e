"""How the results workbook looks: rows in, a workbook an office prints without touching it. Asks the database nothing."""

from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from accounts.rehearsing import paper_mark
from applications.workbooks import BODY, GRID, HEAD, SHADE, TITLE, for_paper, put

HEADER_ROW = 3


def lay_out(sheet, title, line, columns, rows):
    """`columns` are (heading, width); the running number is added in front."""
    columns = [(_("序号"), 6), *columns]
    last = get_column_letter(len(columns))
    sheet.merge_cells(f"A1:{last}1")
    sheet.merge_cells(f"A2:{last}2")
    put(sheet["A1"], title)
    sheet["A1"].font, sheet["A1"].alignment = TITLE, Alignment(horizontal="center", vertical="center")
    put(sheet["A2"], "　".join(filter(None, [paper_mark(), line])))
    sheet["A2"].font, sheet["A2"].alignment = BODY, Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 34, 34
    for number, (heading, width) in enumerate(columns, 1):
        cell = sheet.cell(HEADER_ROW, number)
        put(cell, heading)
        cell.font, cell.fill, cell.border = HEAD, SHADE, GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, row in enumerate(rows, 1):
        for column, value in enumerate([number, *row], 1):
            cell = sheet.cell(HEADER_ROW + number, column)
            put(cell, value)
            cell.font, cell.border = BODY, GRID
            is_number = isinstance(value, Decimal | int)
            cell.alignment = Alignment(horizontal="right" if is_number else "left", vertical="center", wrap_text=True)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    for_paper(sheet, HEADER_ROW)


def results(heading, moment, rows, *, tie_words, is_demo):
    """The whole workbook. `rows` is what `reports.workbook_rows` returns, `moment` the local time it speaks of."""
    unit = [(_("申报类别"), 18), (_("单位"), 26), (_("所属县（市、区）"), 14)]
    sheets = [
        (_("汇总"), "totals", [*unit, (_("材料审核"), 10), (_("现场验收"), 10), (_("总分"), 10), (_("名次"), 7), (_("结论"), 14), (_("名单"), 8)]),
        (_("各类别得分"), "categories", [*unit, *((heading, 14) for heading in rows["category_headings"])]),
        (_("各项得分"), "items", [(_("申报类别"), 18), (_("单位"), 22), (_("指标"), 26), (_("环节"), 10), (_("评分人"), 20), (_("得分"), 8), (_("分值"), 8), (_("扣分理由或说明"), 36)]),
        (_("未通过"), "failed", [*unit, (_("总分"), 10), (_("名次"), 7), (_("没有选入的原因"), 44)]),
        (_("名额"), "places", [(_("申报类别"), 24), (_("名额"), 8), (_("已用"), 8), (_("未用"), 8), (_("名单状态"), 12), (_("名额未用满的理由"), 50)]),
        (_("不回避的批准"), "overrides", [(_("单位"), 22), (_("验收组"), 14), (_("验收员"), 14), (_("回避情形"), 34), (_("不回避的理由"), 34), (_("批准人"), 14)]),
    ]
    book = Workbook()
    book.remove(book.active)
    for name, key, columns in sheets:
        words = [
            _("范围：%(heading)s，全部类别") % {"heading": heading},
            _("时间：%(moment)s") % {"moment": f"{moment:%Y-%m-%d %H:%M}"},
            _("共 %(n)s 行") % {"n": len(rows[key])},
            tie_words if key == "totals" else "",
            _("各类得分按 100 分折算") if key == "categories" else "",
            _("演示数据：人员和分数均为虚构") if is_demo else "",
        ]
        lay_out(book.create_sheet(name), f"{heading}{name}", "　".join(filter(None, words)), columns, rows[key])
    return book
