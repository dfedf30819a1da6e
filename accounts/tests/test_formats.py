"""Rows go out and come back unchanged, and nothing in them becomes a formula."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse_lazy

from accounts.formats import FORMULA_MARKS
from accounts.models import Organization

EXPORT, IMPORT = reverse_lazy("admin:accounts_organization_export"), reverse_lazy("admin:accounts_organization_import")


def exported(client, file_format):
    fields = {f"organizationresource_{name}": "on" for name in ["code", "name", "short_name", "kind", "parent", "valid_from", "valid_until"]}
    return client.post(EXPORT, {"format": file_format, "resource": "0", **fields})


@pytest.mark.parametrize(("number", "name"), [("0", "units.xlsx"), ("1", "units.csv")])
def test_what_went_out_comes_back_and_changes_nothing(client, administrator, taohuatan, miaoshou, number, name):
    taohuatan.valid_until = "2030-01-01"
    taohuatan.name = "=1+1"
    taohuatan.save()
    client.force_login(administrator)
    content = exported(client, number)
    assert content.status_code == 200
    file = BytesIO(content.content)
    file.name = name

    page = client.post(IMPORT, {"format": number, "import_file": file, "resource": ""})

    result = page.context["result"]
    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert {row.import_type for row in result.rows} == {"skip"}


@pytest.mark.parametrize("mark", FORMULA_MARKS)
def test_no_cell_of_the_workbook_is_a_formula(client, administrator, taohuatan, mark):
    Organization.objects.filter(pk=taohuatan.pk).update(name=f"{mark}SUM(A1)", valid_from="2021-01-01")
    client.force_login(administrator)

    sheet = openpyxl.load_workbook(BytesIO(exported(client, "0").content)).active

    cells = {cell.value: cell for row in sheet for cell in row if cell.value is not None}
    assert all(cell.data_type != "f" for cell in cells.values())
    assert f"{mark}SUM(A1)".replace("\r", "\n") in {str(value).replace("_x000D_", "\n").replace("\r", "\n") for value in cells}
    assert any(cell.is_date for cell in cells.values())


def test_one_bad_row_saves_nothing_and_is_named(client, administrator, taohuatan):
    client.force_login(administrator)
    file = BytesIO("单位代码,单位全称,简称,种类,上级单位代码,启用日期,停用日期\nX1,新乡人民政府,新乡,township,341823,,\nX2,旧乡人民政府,旧乡,village,,,\n".encode())
    file.name = "units.csv"

    page = client.post(IMPORT, {"format": "1", "import_file": file, "resource": ""})

    assert page.context["result"].has_errors() or page.context["result"].has_validation_errors()
    assert not Organization.objects.filter(code__in=["X1", "X2"]).exists()
