import pytest
import tablib
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import AuditEvent, AuditHead
from campaigns.models import CalendarDay, Campaign, Phase
from campaigns.resources import CalendarDayResource, ExtensionResource, MinimumResource, PhaseResource, TrackResource
from standards.actions import lock_standard
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard
from standards.resources import CategoryResource, CheckpointResource, ItemPointsResource, ItemResource, StandardResource

pytestmark = pytest.mark.django_db

FORMATS = [StandardResource, CategoryResource, ItemResource, ItemPointsResource, CheckpointResource]


@pytest.mark.parametrize("resource", FORMATS)
def test_what_goes_out_comes_back_unchanged(campaign, resource):
    rows = resource().export()
    assert len(rows) > 0

    result = resource().import_data(rows, raise_errors=True)

    assert result.totals["skip"] == len(rows)


def test_points_of_the_annex_come_in_from_rows(campaign, administrator):
    Campaign.objects.update(published_at=None)
    rows = ItemPointsResource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append([5 if name == "分值" and row["指标编号"] == "1.1" else value for name, value in row.items()])

    ItemPointsResource().import_data(changed, raise_errors=True, user=administrator)

    assert set(ItemPoints.objects.filter(item__code="1.1").values_list("points", flat=True)) == {5}
    entries = AuditEvent.objects.filter(action="standards.change_draft", by=administrator, campaign_code=campaign.code)
    assert entries.count() == ItemPoints.objects.filter(item__code="1.1").count()
    assert entries.first().detail["changes"]["points"][1] == "5"


def test_one_bad_row_saves_nothing_and_is_named(campaign):
    rows = tablib.Dataset(headers=ItemPointsResource().export().headers)
    rows.append(["xuancheng-2021", 1, "1.1", "zone", 7])
    rows.append(["xuancheng-2021", 1, "9.9", "zone", 7])

    result = ItemPointsResource().import_data(rows)

    assert result.has_errors()
    assert "没有“9.9”这个指标" in str(result.row_errors()[0][1][0].error)
    assert not ItemPoints.objects.filter(points=7).exists()


@pytest.mark.parametrize("resource", [CategoryResource, ItemResource, CheckpointResource])
def test_a_version_in_use_takes_no_rows(campaign, resource):
    lock_standard(campaign.standards.get(), at=campaign.published_at)
    rows = resource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append(["改了" if name in ("名称", "通知原文") else value for name, value in row.items()])

    result = resource().import_data(changed)

    assert result.has_validation_errors() or result.has_errors()
    assert not Item.objects.filter(text="改了").exists()
    assert not Checkpoint.objects.filter(text="改了").exists()


def test_a_version_that_is_out_takes_no_rows_before_somebody_uses_it_either(campaign):
    rows = CategoryResource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append(["改了" if name == "名称" else value for name, value in row.items()])

    result = CategoryResource().import_data(changed)

    assert "请建立修订草稿" in str(result.invalid_rows[0].error)
    assert not Category.objects.filter(name="改了").exists()


def test_parts_of_a_published_campaign_do_not_change_by_rows(campaign):
    rows = PhaseResource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append(["改了" if name == "名称" else value for name, value in row.items()])
    assert PhaseResource().import_data(rows, raise_errors=True).totals["skip"] == 3

    assert PhaseResource().import_data(changed).has_validation_errors()
    assert not Phase.objects.filter(name="改了").exists()


def changed_rows(resource, **values):
    rows = resource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append([values.get(name, value) for name, value in row.items()])
    return changed


def test_parts_of_a_draft_change_by_rows_and_are_recorded(campaign, administrator):
    Campaign.objects.update(published_at=None)

    PhaseResource().import_data(changed_rows(PhaseResource, 名称="改了"), raise_errors=True, user=administrator)

    assert Phase.objects.filter(name="改了").count() == 3
    entry = AuditEvent.objects.filter(action="campaigns.change_phase", by=administrator, campaign_code=campaign.code).last()
    assert entry.detail["changes"] == {"name": ["自主申报", "改了"]}


@pytest.mark.parametrize(("resource", "values", "sentence"), [
    (PhaseResource, {"结束（不含）": "2021-01-01 00:00"}, "结束日期早于开始日期"), (MinimumResource, {"上限": 1}, "上限 1 小于下限 2"),
    (TrackResource, {"申报单位种类": "township"}, "一种单位只能申报一个类别"),
])
def test_rows_of_a_draft_are_asked_what_its_pages_ask(campaign, resource, values, sentence):
    Campaign.objects.update(published_at=None)

    result = resource().import_data(changed_rows(resource, **values), dry_run=True)

    assert sentence in str([row.error for row in result.invalid_rows])


@pytest.mark.parametrize(("resource", "held"), [
    (PhaseResource, [Campaign]), (TrackResource, [Campaign]), (MinimumResource, [Campaign]),
    (CategoryResource, [Campaign, Standard]), (ItemResource, [Campaign, Standard]), (ItemPointsResource, [Campaign, Standard]), (CheckpointResource, [Campaign, Standard]),
])
def test_what_may_be_published_meanwhile_is_held_once_before_the_first_row(campaign, administrator, monkeypatch, resource, held):
    Campaign.objects.update(published_at=None)
    values = {"分值": 5} if resource is ItemPointsResource else {"名额": 9} if resource is TrackResource else {"上限": 9} if resource is MinimumResource else {"顺序": 99}
    genuine, asked = QuerySet.select_for_update, []

    def select_for_update(self, **options):
        asked.append(self.model)
        return genuine(self, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    rows = changed_rows(resource, **values)
    resource().import_data(tablib.Dataset(*rows[:2], headers=rows.headers), user=administrator, dry_run=True)

    assert [model for model in asked if model is not AuditHead] == held
    assert asked[:len(held)] == held


@pytest.mark.parametrize("number", [1, "1", " 1 ", 1.0])
def test_a_version_is_found_and_held_however_a_workbook_writes_its_number(campaign, number):
    result = CategoryResource().import_data(changed_rows(CategoryResource, 名称="改了", 版本号=number))

    assert "请建立修订草稿" in str(result.invalid_rows[0].error)


def day(source, date="2027-10-01", worked="0"):
    return tablib.Dataset([date, worked, "国庆节", source], headers=["日期", "工作日", "说明", "来源"])


def test_an_official_day_comes_in_and_is_recorded_with_what_it_was(administrator):
    CalendarDayResource().import_data(day("国办通知"), raise_errors=True, user=administrator)
    CalendarDayResource().import_data(day("国办更正", worked="1"), raise_errors=True, user=administrator)

    assert CalendarDay.objects.get().is_workday
    first, second = AuditEvent.objects.filter(action="campaigns.import_days", by=administrator).order_by("number")
    assert first.detail["source"] == "国办通知"
    assert second.detail["changes"] == {"is_workday": ["0", "1"], "source": ["国办通知", "国办更正"]}


@pytest.mark.parametrize(("source", "date", "sentence"), [
    ("", "2027-10-01", "不能为空"), (CalendarDay.BY_HAND, "2027-10-01", "登记一天"), ("国办通知", "1969-10-01", "年份须在"),
])
def test_a_day_without_an_official_source_does_not_come_in(source, date, sentence):
    result = CalendarDayResource().import_data(day(source, date))

    assert sentence in str(result.invalid_rows[0].error)
    assert not CalendarDay.objects.exists()


def test_decisions_only_go_out():
    assert ExtensionResource().import_data(tablib.Dataset(["x"], headers=["单位"])).has_errors()


@pytest.mark.parametrize(
    "model",
    ["campaigns_calendarday", "campaigns_campaign", "campaigns_phase", "campaigns_track", "campaigns_minimum", "campaigns_extension", "campaigns_countycutoff",
     "standards_standard", "standards_category", "standards_item", "standards_itempoints", "standards_checkpoint"],
)
def test_every_list_of_the_back_door_opens(admin_client, campaign, model):
    assert admin_client.get(reverse(f"admin:{model}_changelist")).status_code == 200
