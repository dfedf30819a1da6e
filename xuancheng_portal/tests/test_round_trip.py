"""Every kind of row that may come in goes out and comes back unchanged, as xlsx and as csv, whatever its texts begin with (S-18)."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models

from accounts.formats import Csv, Excel
from accounts.models import Role
from accounts.resources import OutOnly, RowResource
from accounts.tests.factories import make_user, moment
from campaigns.models import CalendarDay
from campaigns.resources import OutOnlyResource
from inspections.models import PastService, PoolEntry
from standards.models import Standard

RESOURCES = sorted(
    {resource for model_admin in admin.site._registry.values() for resource in getattr(model_admin, "resource_classes", [])}, key=lambda resource: resource.__name__,
)
COME_IN = [resource for resource in RESOURCES if issubclass(resource, RowResource) and not issubclass(resource, OutOnlyResource | OutOnly)]
GO_OUT = [resource for resource in RESOURCES if resource not in COME_IN]
PREFIXES = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "=+", "'=", "=cmd|' /C calc'!A0;", "@SUM(", "+1-"]
MAIN = {
    "KindResource", "OrganizationResource", "UserResource", "RoleGrantResource", "CampaignResource", "PhaseResource", "TrackResource", "MinimumResource", "CalendarDayResource",
    "StandardResource", "CategoryResource", "ItemResource", "ItemPointsResource", "CheckpointResource", "PastServiceResource", "PoolEntryResource", "FormerNameResource",
}


@pytest.fixture
def world(campaign, taohuatan, miaoshou, education, city_office):
    """One row of everything, with days, numbers and ticks in it."""
    taohuatan.valid_from = date(2020, 1, 1)
    taohuatan.save()
    inspector = make_user("许小巡", education, [Role.INSPECTOR, Role.UNIT_CLERK], phone="013800000000", email="xu@example.com")
    inspector.grants.filter(role=Role.INSPECTOR).update(starts_on=date(2021, 1, 1), ends_on=date(2030, 1, 1))
    CalendarDay.objects.create(date=date(2021, 10, 1), is_workday=False, name="国庆节", source="国务院办公厅")
    PastService.objects.create(user=inspector, organization=taohuatan, ended_on=date(2020, 6, 30))
    PoolEntry.objects.create(campaign=campaign, user=inspector, added_at=moment(9, 1), added_by=inspector)
    taohuatan.former_names.create(name="泾县章渡镇人民政府", short_name="章渡镇", until=date(2019, 3, 1), changed_at=moment(3, 1, year=2019))
    return campaign


def written(resource, file_format):
    rows = resource().export(force_native_type=isinstance(file_format, Excel))
    content = file_format.export_data(rows)
    return rows, content if isinstance(content, bytes) else content.encode()


def read(content, file_format):
    return file_format.create_dataset(content if isinstance(file_format, Excel) else content.decode())


def texts(resource):
    """Names of the model's free texts among the columns: no keys, no choices, no e-mail, no codes with a rule of their own."""
    keys = set(resource._meta.import_id_fields)
    return [
        name for name in resource._meta.fields
        if name not in keys and name not in ("opens", "key", "code") and name in {field.name for field in resource._meta.model._meta.fields}
        for field in [resource._meta.model._meta.get_field(name)]
        if isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.EmailField) and not field.choices
    ]


def test_every_main_model_goes_out_and_comes_in():
    assert {resource.__name__ for resource in RESOURCES} >= MAIN


@pytest.mark.parametrize("file_format", [Excel(), Csv()], ids=["xlsx", "csv"])
@pytest.mark.parametrize("resource", COME_IN, ids=lambda resource: resource.__name__)
def test_what_goes_out_comes_back_and_changes_nothing(world, resource, file_format):
    rows, content = written(resource, file_format)
    assert len(rows) > 0, "the world of this test lacks a row of this kind"

    result = resource().import_data(read(content, file_format), raise_errors=True, user=make_user(roles=[Role.ADMIN]))

    assert result.totals["skip"] == len(rows), [(row.import_type, row.diff) for row in result.rows if row.import_type != "skip"]


@pytest.mark.parametrize("resource", COME_IN, ids=lambda resource: resource.__name__)
def test_headings_are_chinese_and_in_a_fixed_order(world, resource):
    columns = [field.column_name for field in resource().get_export_fields()]

    assert columns == [resource.fields[name].column_name if name in resource.fields else name for name in resource._meta.fields]
    assert all(any("\u4e00" <= character <= "\u9fff" for character in str(column)) for column in columns), columns
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize("resource", COME_IN, ids=lambda resource: resource.__name__)
def test_numbers_and_days_stay_numbers_and_days(world, resource):
    rows, content = written(resource, Excel())
    sheet = openpyxl.load_workbook(BytesIO(content)).active

    for number, row in enumerate(rows, 2):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place)
            assert cell.data_type != "f"
            if isinstance(value, bool):
                assert cell.data_type in ("b", "n", "s")
            elif isinstance(value, int | float | Decimal):
                assert cell.data_type == "n", (resource, rows.headers[place - 1], value)
            elif isinstance(value, date | datetime):
                assert cell.is_date, (resource, rows.headers[place - 1], value)


@pytest.mark.parametrize("file_format", [Excel(), Csv()], ids=["xlsx", "csv"])
@pytest.mark.parametrize("resource", [resource for resource in COME_IN if texts(resource)], ids=lambda resource: resource.__name__)
def test_no_text_becomes_a_formula_and_each_comes_back(world, resource, file_format):
    model = resource._meta.model
    if model is not Standard:
        Standard.objects.update(locked_at=None)
    places = [(pk, name) for pk in model.objects.values_list("pk", flat=True) for name in texts(resource)]
    for first in range(0, len(PREFIXES), len(places)):
        prefixes = PREFIXES[first:first + len(places)]
        for (pk, name), prefix in zip(places, prefixes, strict=False):
            model.objects.filter(pk=pk).update(**{name: f"{prefix}SUM(A1)"})
        rows, content = written(resource, file_format)
        if isinstance(file_format, Excel):
            assert all(cell.data_type != "f" for line in openpyxl.load_workbook(BytesIO(content)).active for cell in line)

        result = resource().import_data(read(content, file_format))

        assert not result.has_errors(), (prefixes, result.row_errors()[0][1][0].error)
        assert result.totals["skip"] == len(rows), (prefixes, [row.diff for row in result.rows if row.import_type != "skip"])


@pytest.mark.parametrize("resource", GO_OUT, ids=lambda resource: resource.__name__)
def test_what_only_goes_out_saves_nothing_on_its_way_back(world, resource):
    rows = resource().export()
    before = resource._meta.model.objects.count()

    try:
        result = resource().import_data(rows)
    except ValidationError:
        result = None

    assert resource._meta.model.objects.count() == before
    assert result is None or not result.totals.get("update")
