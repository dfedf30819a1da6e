"""A standard as rows, so that the office can bring the annex in from Excel. A version in use takes no change."""

import json
import re

from django.utils.translation import gettext as _
from import_export import fields, widgets

from accounts.audit import record
from accounts.resources import RowResource
from accounts.rules import Problem
from campaigns.models import Track
from campaigns.resources import CAMPAIGN, HoldingResource, Within, column, decimal, number
from standards import rules
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard

VERSION = "版本号"
WHOLE = re.compile(r"(\d{1,4})(?:\.0*)?")  # a number as a workbook may write it


class ListWidget(widgets.Widget):
    """A JSON list in one cell."""

    def clean(self, value, row=None, **kwargs):
        try:
            found = json.loads(value) if value else []
        except json.JSONDecodeError:
            found = None
        if not isinstance(found, list):
            raise ValueError(_("应为 JSON 列表，例如 [\"document\", \"url\"]。"))
        return found

    def render(self, value, obj=None, **kwargs):
        return json.dumps(value, ensure_ascii=False)


class StandardPartResource(HoldingResource):
    """Rows of one version, known by the campaign's code and the version's number, and held with its campaign."""

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        cells = dataset[VERSION] if VERSION in (dataset.headers or []) else []
        numbers = {int(found[1]) for cell in cells if (found := WHOLE.fullmatch(str(cell).strip()))}
        standards = Standard.objects.select_for_update(of=("self",), no_key=True).select_related("campaign").filter(campaign__in=self.held, number__in=numbers)
        self.standards = {standard.pk: standard for standard in standards.order_by("pk")}

    def standard_of(self, row):
        return row.standard

    def problems(self, instance, original, by, at):
        return [problem for row in (instance, original) if row for problem in rules.editing_problems(self.standards[self.standard_of(row).pk])][:1]

    def tell(self, instance, original, by, at):
        standard = self.standard_of(instance)
        record("standards.change_draft", standard, by=by, at=at, campaign=standard.campaign, what="row", row=str(instance), changes=self.changes(instance))


def item_widget():
    return Within(Item, "code", {CAMPAIGN: "category__standard__campaign__code", VERSION: "category__standard__number"})


class StandardResource(StandardPartResource):
    campaign = column("campaign__code", CAMPAIGN, readonly=True)
    number = column("number", VERSION, widgets.IntegerWidget())
    official_points = column("official_points", "官方分值", widgets.BooleanWidget())
    points_note = column("points_note", "分值说明")
    locked_at = column("locked_at", "锁定时间", widgets.DateTimeWidget("%Y-%m-%d %H:%M"), readonly=True)

    def standard_of(self, row):
        return row

    def problems(self, instance, original, by, at):
        if original is None:
            return [Problem(_("没有这一版建设标准；新版由活动文件带入。"))]
        return super().problems(instance, original, by, at)

    class Meta(RowResource.Meta):
        model = Standard
        import_id_fields = ["campaign", "number"]
        fields = ["campaign", "number", "official_points", "points_note", "locked_at"]


class CategoryResource(StandardPartResource):
    campaign = column("standard__campaign__code", CAMPAIGN, readonly=True)
    standard = column("standard", VERSION, Within(Standard, "number", {CAMPAIGN: "campaign__code"}))
    code = column("code", "类别编号")
    name = column("name", "名称")
    order = number("order", "顺序")

    class Meta(RowResource.Meta):
        model = Category
        import_id_fields = ["standard", "code"]
        fields = ["campaign", "standard", "code", "name", "order"]


class ItemResource(StandardPartResource):
    campaign = column("category__standard__campaign__code", CAMPAIGN, readonly=True)
    version = column("category__standard__number", VERSION, readonly=True)
    category = column("category", "类别编号", Within(Category, "code", {CAMPAIGN: "standard__campaign__code", VERSION: "standard__number"}))
    code = column("code", "指标编号")
    title = column("title", "短标题")
    title_derived = column("title_derived", "短标题为整理者所拟", widgets.BooleanWidget())
    text = column("text", "通知原文")
    order = number("order", "顺序")
    evidence_kinds = column("evidence_kinds", "建议的证明材料", ListWidget())
    methods = column("methods", "检查方式", ListWidget())
    veto_candidate = column("veto_candidate", "一票否决候选", widgets.BooleanWidget())
    notes = column("notes", "说明")

    def standard_of(self, row):
        return row.category.standard

    class Meta(RowResource.Meta):
        model = Item
        import_id_fields = ["category", "code"]
        fields = ["campaign", "version", "category", "code", "title", "title_derived", "text", "order", "evidence_kinds", "methods", "veto_candidate", "notes"]


class ItemPointsResource(StandardPartResource):
    campaign = column("track__campaign__code", CAMPAIGN, readonly=True)
    version = column("item__category__standard__number", VERSION, readonly=True)
    item = column("item", "指标编号", item_widget())
    track = column("track", "申报类别代码", Within(Track, "key", {CAMPAIGN: "campaign__code"}))
    points = decimal("points", "分值")

    def standard_of(self, row):
        return row.item.category.standard

    class Meta(RowResource.Meta):
        model = ItemPoints
        import_id_fields = ["item", "track"]
        fields = ["campaign", "version", "item", "track", "points"]


class TracksWidget(widgets.ManyToManyWidget):
    """Keys of tracks of the row's campaign, separated by commas."""

    def clean(self, value, row=None, **kwargs):
        keys = [key.strip() for key in (value or "").split(",") if key.strip()]
        tracks = list(Track.objects.filter(campaign__code=row.get(CAMPAIGN), key__in=keys))
        if len(tracks) < len(set(keys)):
            raise ValueError(_("有不存在的申报类别代码，请改正。"))
        return tracks


class CheckpointResource(StandardPartResource):
    campaign = column("item__category__standard__campaign__code", CAMPAIGN, readonly=True)
    version = column("item__category__standard__number", VERSION, readonly=True)
    item = column("item", "指标编号", item_widget())
    code = column("code", "检查点编号")
    text = column("text", "通知原文")
    details = column("details", "细目", ListWidget())
    order = number("order", "顺序")
    tracks = fields.Field(attribute="tracks", column_name="适用的申报类别", widget=TracksWidget(Track, separator=",", field="key"))

    def standard_of(self, row):
        return row.item.category.standard

    class Meta(RowResource.Meta):
        model = Checkpoint
        import_id_fields = ["item", "code"]
        fields = ["campaign", "version", "item", "code", "text", "details", "order", "tracks"]
