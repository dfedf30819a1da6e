import pytest
import tablib
from django.urls import reverse

from campaigns.models import Phase
from campaigns.resources import CalendarDayResource, ExtensionResource, PhaseResource
from standards.actions import lock_standard
from standards.admin import ItemAdmin
from standards.models import Checkpoint, Item, ItemPoints
from standards.resources import CategoryResource, CheckpointResource, ItemPointsResource, ItemResource, StandardResource

pytestmark = pytest.mark.django_db

FORMATS = [StandardResource, CategoryResource, ItemResource, ItemPointsResource, CheckpointResource]


@pytest.mark.parametrize("resource", FORMATS)
def test_what_goes_out_comes_back_unchanged(campaign, resource):
    rows = resource().export()
    assert len(rows) > 0

    result = resource().import_data(rows, raise_errors=True)

    assert result.totals["skip"] == len(rows)


def test_points_of_the_annex_come_in_from_rows(campaign):
    rows = ItemPointsResource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append([5 if name == "分值" and row["指标编号"] == "1.1" else value for name, value in row.items()])

    ItemPointsResource().import_data(changed, raise_errors=True)

    assert set(ItemPoints.objects.filter(item__code="1.1").values_list("points", flat=True)) == {5}


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


def test_a_locked_version_is_not_edited_in_the_back_door(campaign, rf, django_user_model):
    request = rf.get("/")
    request.user = django_user_model(username="root", is_superuser=True, is_active=True)
    admin, item = ItemAdmin(Item, None), Item.objects.first()
    assert admin.has_change_permission(request, item)

    lock_standard(campaign.standards.get(), at=campaign.published_at)

    item = Item.objects.first()
    assert not admin.has_change_permission(request, item)
    assert not admin.has_delete_permission(request, item)


def test_parts_of_a_published_campaign_do_not_change_by_rows(campaign):
    rows = PhaseResource().export()
    changed = tablib.Dataset(headers=rows.headers)
    for row in rows.dict:
        changed.append(["改了" if name == "名称" else value for name, value in row.items()])
    assert PhaseResource().import_data(rows, raise_errors=True).totals["skip"] == 3

    assert PhaseResource().import_data(changed).has_validation_errors()
    assert not Phase.objects.filter(name="改了").exists()


def test_the_office_brings_in_days_and_decisions_only_go_out():
    rows = tablib.Dataset(["2027-10-01", "0", "国庆节", "国办通知"], headers=["日期", "工作日", "说明", "来源"])

    assert CalendarDayResource().import_data(rows, raise_errors=True).totals["new"] == 1
    assert ExtensionResource().import_data(tablib.Dataset(["x"], headers=["单位"])).has_errors()


@pytest.mark.parametrize(
    "model",
    ["campaigns_calendarday", "campaigns_campaign", "campaigns_phase", "campaigns_track", "campaigns_minimum", "campaigns_extension", "campaigns_countycutoff",
     "standards_standard", "standards_category", "standards_item", "standards_itempoints", "standards_checkpoint"],
)
def test_every_list_of_the_back_door_opens(admin_client, campaign, model):
    assert admin_client.get(reverse(f"admin:{model}_changelist")).status_code == 200
