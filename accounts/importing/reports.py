"""The table back as a workbook, with what became of each row behind it; the templates; and what is here as a table of the same shape."""

from io import BytesIO

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.importing import tables
from accounts.importing.columns import FIELDS
from accounts.models import Import, ImportRow, OrganizationKind, Role
from accounts.rehearsing import paper_mark

REMARKS = "导入结果"
HINTS = {
    Import.Kind.UNITS: "从第 4 行开始填写，一行一个单位。标“（必填）”的列不能空；上级单位可以填代码或名称，县级单位和市直单位不填。",
    Import.Kind.PEOPLE: "从第 4 行开始填写，一行一个人。账号空着时用手机号；多个角色用顿号隔开，例如：填报员、验收员。",
}
SHOWN = {
    Import.Kind.UNITS: ["code", "name", "short_name", "kind", "parent", "valid_from", "valid_until"],
    Import.Kind.PEOPLE: ["username", "name", "unit_code", "unit", "phone", "email", "roles", "starts_on", "ends_on"],
}
NEEDED = {Import.Kind.UNITS: ("code", "name", "kind"), Import.Kind.PEOPLE: ("name", "unit")}


def text_cell(sheet, value):
    """Text is text whatever it begins with; numbers and days stay what they are."""
    value = tables.native(value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def saved(book):
    """Rows and columns are the format and stay; within a rehearsal each printed page says so."""
    for sheet in book:
        sheet.oddHeader.center.text = paper_mark() or None
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def report(found):
    """The same columns in the same order, the same rows at the same places, and one column more."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(found.get_kind_display())
    rows = found.rows.order_by("number").values_list("number", "cells", "outcome", "said")
    width = max((len(cells) for _number, cells, _outcome, _said in rows.iterator()), default=0)
    next_number = 1
    for number, cells, outcome, said in rows.iterator():
        for _blank in range(next_number, number):
            sheet.append([])
        next_number = number + 1
        line = [text_cell(sheet, value) for value in tables.cells_of(cells)] + [None] * (width - len(cells))
        words = REMARKS if number == found.header else remarks(outcome, said)
        sheet.append([*line, text_cell(sheet, words)] if words else line)
    return saved(book)


def remarks(outcome, said):
    if outcome == ImportRow.Outcome.LEFT:
        return ""
    sentences = [f"{cell} {sentence}".strip() for cell, sentence in said["problems"]]
    sentences += [f"{what}：{before} → {after}" if before else f"{what}：{after}" for what, before, after in said["changes"]] if not sentences else []
    sentences += filter(None, said["notes"])
    return "；".join([str(ImportRow.Outcome(outcome).label), *sentences])


def headings(kind):
    fields = {field.key: field for field in FIELDS[kind]}
    return {key: str(fields[key].headings.split()[0]) + ("（必填）" if key in NEEDED[kind] else "") for key in SHOWN[kind]}


def template(kind):
    """An empty table: a title, a line that says how, the headings, and lists to choose from."""
    book = Workbook()
    sheet = book.active
    sheet.title = str(Import.Kind(kind).label)
    sheet["A1"], sheet["A2"] = _("%(kind)s导入表") % {"kind": sheet.title}, HINTS[kind]
    sheet["A1"].font = Font(bold=True, size=14)
    names = headings(kind)
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(names))
    for place, name in enumerate(names.values(), 1):
        sheet.cell(3, place, name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 18
        for row in range(4, 204):
            sheet.cell(row, place).number_format = "@"
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = 32
    sheet.freeze_panes = "A4"
    if kind == Import.Kind.UNITS and (kinds := list(OrganizationKind.objects.values_list("name", flat=True))) and all("," not in name for name in kinds):
        choose(sheet, names, "kind", kinds)
    if kind == Import.Kind.PEOPLE:
        choose(sheet, names, "roles", [str(role.label) for role in Role if role != Role.ADMIN])
    return saved(book)


def choose(sheet, names, key, words):
    """A list to choose from that lets other words be typed as well: several roles stand in one cell."""
    validation = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
    column = get_column_letter(list(names).index(key) + 1)
    validation.add(f"{column}4:{column}5000")
    sheet.add_data_validation(validation)


def table(kind, rows):
    """Rows in the shape that comes in again: the headings, then one line each."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(Import.Kind(kind).label))
    sheet.append([text_cell(sheet, name.removesuffix("（必填）")) for name in headings(kind).values()])
    for row in rows:
        sheet.append([text_cell(sheet, str(value) if isinstance(value, Promise) else value) for value in row])
    return saved(book)


def unit_rows(units):
    for unit in units.select_related("kind", "parent"):
        yield [unit.code, unit.name, unit.short_name, unit.kind.name, unit.parent.code if unit.parent else None, unit.valid_from, unit.valid_until]


def people_rows(people):
    """Roles that are over are left out, or the table would give them anew. Days are shown where all roles of a person have the same."""
    today = timezone.localdate()
    for person in people.select_related("organization").prefetch_related("grants"):
        grants = sorted((grant for grant in person.grants.all() if grant.ends_on is None or grant.ends_on > today), key=lambda grant: Role.values.index(grant.role))
        days = {(grant.starts_on, grant.ends_on) for grant in grants}
        starts_on, ends_on = days.pop() if len(days) == 1 else (None, None)
        unit = person.organization
        yield [
            person.username, person.name, unit.code if unit else None, unit.name if unit else None, person.phone, person.email,
            "、".join(str(grant.get_role_display()) for grant in grants), starts_on, ends_on,
        ]
