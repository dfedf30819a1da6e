"""Campaigns and their parts as rows. Headings are fixed in Chinese: they are the format, and a file must come back in whatever language the page speaks."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, widgets

from accounts.audit import record
from accounts.formats import Day
from accounts.models import Organization, OrganizationKind
from accounts.resources import RowResource
from accounts.rules import Problem
from campaigns import rules
from campaigns.models import CalendarDay, Campaign, CountyCutoff, Extension, Minimum, Phase, Track

CAMPAIGN = "活动代码"
MOMENT = "%Y-%m-%d %H:%M"


def column(attribute, heading, widget=None, **options):
    return fields.Field(attribute=attribute, column_name=heading, **({"widget": widget} if widget else {}), **options)


class Within(widgets.ForeignKeyWidget):
    """A row found by its business code among those of the same campaign: `lookups` maps a heading to a lookup."""

    def __init__(self, model, field, lookups):
        super().__init__(model, field)
        self.lookups = lookups

    def get_queryset(self, value, row, *args, **kwargs):
        return self.model.objects.filter(**{lookup: row.get(heading) for heading, lookup in self.lookups.items()})

    def clean(self, value, row=None, **kwargs):
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist:
            raise ValueError(_("没有“%(value)s”这个%(name)s，请先建立或改正。") % {"value": value, "name": self.model._meta.verbose_name}) from None


def campaign_column():
    return column("campaign", CAMPAIGN, widgets.ForeignKeyWidget(Campaign, "code"))


def kind_column(attribute, heading):
    return column(attribute, heading, widgets.ForeignKeyWidget(OrganizationKind, "code"))


def decimal(attribute, heading):
    return column(attribute, heading, widgets.DecimalWidget())


def number(attribute, heading):
    return column(attribute, heading, widgets.IntegerWidget())


class HoldingResource(RowResource):
    """Rows of campaigns, which are held before the first row is looked at, as the pages hold theirs: none is published in between."""

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        codes = {str(code) for code in dataset[CAMPAIGN]} if CAMPAIGN in (dataset.headers or []) else set()
        self.held = {campaign.pk: campaign for campaign in Campaign.everywhere.select_for_update(no_key=True).filter(code__in=codes).order_by("pk")}


class PartResource(HoldingResource):
    """Parts of a campaign come in until it is published; afterwards its pages and its file are the way, where a reason is asked."""

    def campaign_of(self, row):
        return row.campaign

    def problems(self, instance, original, by, at):
        if not all(self.held[self.campaign_of(row).pk].is_draft for row in (instance, original) if row):
            return [Problem(_("活动已经启用，阶段、名额和数量要求请在“设置”页修改，或重新导入活动文件。"))]
        return self.draft_problems(instance, original, at)

    def draft_problems(self, instance, original, at):
        return []

    def tell(self, instance, original, by, at):
        record(self.events[original is not None], instance, by=by, at=at, campaign=self.campaign_of(instance), changes=self.changes(instance))


class CalendarDayResource(RowResource):
    """Days of an official arrangement. What somebody registers by hand needs a reason and is done on the calendar's page."""

    events = ("campaigns.import_days", "campaigns.import_days")
    date = column("date", "日期", Day())
    is_workday = column("is_workday", "工作日", widgets.BooleanWidget())
    name = column("name", "说明")
    source = column("source", "来源")

    class Meta(RowResource.Meta):
        model = CalendarDay
        import_id_fields = ["date"]
        fields = ["date", "is_workday", "name", "source"]

    def problems(self, instance, original, by, at):
        if instance.source == CalendarDay.BY_HAND:
            return [Problem(_("手工登记的日子要写理由，请在“设置”→“工作日历”里点“登记一天”。"))]
        return rules.day_problems(instance.date, instance.source)

    def tell(self, instance, original, by, at):
        record(self.events[0], instance, by=by, at=at, source=instance.source, changes=self.changes(instance))


class OutOnlyResource(RowResource):
    """Decisions go out; they come about on their page, where the rules are asked and people are told."""

    def before_import(self, dataset, **kwargs):
        raise ValidationError(_("这些内容只能在页面上办理，或由活动文件带入，不能按行导入。"))


class CampaignResource(OutOnlyResource):

    code = column("code", CAMPAIGN)
    year = number("year", "年度")
    city = column("city", "城市")
    title = column("title", "活动名称")
    organizer = column("organizer", "主办单位")
    approval = column("approval", "批准依据")
    desk_weight = decimal("desk_weight", "材料审核权重")
    site_weight = decimal("site_weight", "现场验收权重")
    pass_mark = decimal("pass_mark", "合格线")
    publicity_days = number("publicity_days", "公示工作日数")

    class Meta(RowResource.Meta):
        model = Campaign
        import_id_fields = ["code"]
        fields = ["code", "year", "city", "title", "organizer", "approval", "desk_weight", "site_weight", "pass_mark", "publicity_days"]


class PhaseResource(PartResource):
    campaign = campaign_column()
    key = column("key", "阶段代码")
    name = column("name", "名称")
    order = number("order", "顺序")
    starts_at = column("starts_at", "开始", widgets.DateTimeWidget(MOMENT))
    ends_at = column("ends_at", "结束（不含）", widgets.DateTimeWidget(MOMENT))
    opens = column("opens", "开放的操作")
    text = column("text", "通知原文")

    class Meta(RowResource.Meta):
        model = Phase
        import_id_fields = ["campaign", "key"]
        fields = ["campaign", "key", "name", "order", "starts_at", "ends_at", "opens", "text"]

    events = ("campaigns.add_phase", "campaigns.change_phase")

    def draft_problems(self, instance, original, at):
        return rules.date_problems(instance.starts_at, instance.ends_at)


class TrackResource(PartResource):
    campaign = campaign_column()
    key = column("key", "申报类别代码")
    name = column("name", "名称")
    kind = kind_column("kind", "申报单位种类")
    quota = number("quota", "名额")
    total_points = decimal("total_points", "总分值")
    yearly_bonus = decimal("yearly_bonus", "年度考核加分")
    order = number("order", "顺序")
    verbatim = column("verbatim", "通知原文")

    class Meta(RowResource.Meta):
        model = Track
        import_id_fields = ["campaign", "key"]
        fields = ["campaign", "key", "name", "kind", "quota", "total_points", "yearly_bonus", "order", "verbatim"]

    events = ("campaigns.add_track", "campaigns.change_track")

    def draft_problems(self, instance, original, at):
        return rules.kind_problems(instance.campaign, instance.kind) if original is None or instance.kind != original.kind else []


class MinimumResource(PartResource):
    campaign = column("track__campaign__code", CAMPAIGN, readonly=True)
    track = column("track", "申报类别代码", Within(Track, "key", {CAMPAIGN: "campaign__code"}))
    per = kind_column("per", "按哪级单位计")
    min = number("min", "下限")
    max = number("max", "上限")
    verbatim = column("verbatim", "通知原文")

    def campaign_of(self, row):
        return row.track.campaign

    class Meta(RowResource.Meta):
        model = Minimum
        import_id_fields = ["track", "per"]
        fields = ["campaign", "track", "per", "min", "max", "verbatim"]

    events = ("campaigns.add_minimum", "campaigns.change_minimum")

    def draft_problems(self, instance, original, at):
        return rules.minimum_problems(instance, "")


class ExtensionResource(OutOnlyResource):
    campaign = column("phase__campaign__code", CAMPAIGN)
    phase = column("phase", "阶段代码", widgets.ForeignKeyWidget(Phase, "key"))
    organization = column("organization", "单位代码", widgets.ForeignKeyWidget(Organization, "code"))
    name = column("organization__short_name", "单位")
    until = column("until", "延至（不含）", widgets.DateTimeWidget(MOMENT))
    reason = column("reason", "理由")
    granted_at = column("granted_at", "批准时间", widgets.DateTimeWidget(MOMENT))
    granted_by = column("granted_by__name", "批准人")

    class Meta(RowResource.Meta):
        model = Extension
        fields = ["campaign", "phase", "organization", "name", "until", "reason", "granted_at", "granted_by"]


class CutoffResource(OutOnlyResource):
    campaign = campaign_column()
    county = column("county", "县（市、区）代码", widgets.ForeignKeyWidget(Organization, "code"))
    name = column("county__short_name", "县（市、区）")
    at = column("at", "县内截止（不含）", widgets.DateTimeWidget(MOMENT))
    set_by = column("set_by__name", "设定人")

    class Meta(RowResource.Meta):
        model = CountyCutoff
        fields = ["campaign", "county", "name", "at", "set_by"]
