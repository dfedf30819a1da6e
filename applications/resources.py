"""Applications as rows for taking out: one flat row each, business codes as keys, Chinese headings. Nothing comes in this way."""

from django.utils.translation import gettext_lazy as _
from import_export import fields, resources

from applications.models import Application, Evidence, ItemResponse, Return, Submission


def column(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading)


class ApplicationResource(resources.ModelResource):
    campaign = column("campaign__code", _("活动代码"))
    organization_code = column("organization__code", _("单位代码"))
    organization = column("organization__name", _("申报单位"))
    county = column("organization__county__short_name", _("县（市、区）"))
    track = column("track__name", _("申报类别"))
    status = column("get_status_display", _("状态"))
    contact_name = column("contact_name", _("联系人"))
    contact_phone = column("contact_phone", _("联系电话"))
    started_at = column("started_at", _("开始填报时间"))
    submitted_at = column("submitted_at", _("报送时间"))
    county_order = column("county_order", _("县级推荐顺序"))
    decided_at = column("decided_at", _("受理决定时间"))
    decline_reason = column("decline_reason", _("不予受理理由"))

    class Meta:
        model = Application
        fields = [
            "campaign", "organization_code", "organization", "county", "track", "status", "contact_name", "contact_phone", "started_at",
            "submitted_at", "county_order", "decided_at", "decline_reason",
        ]

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("campaign", "organization__county", "track")


class ItemResponseResource(resources.ModelResource):
    organization_code = column("application__organization__code", _("单位代码"))
    organization = column("application__organization__name", _("申报单位"))
    item = column("item__code", _("指标编号"))
    title = column("item__title", _("指标"))
    verdict = column("get_self_verdict_display", _("自评结论"))
    self_score = column("self_score", _("自评得分"))
    maximum = column("maximum", _("该项分值"))
    narrative = column("narrative", _("工作情况说明"))
    done_at = column("done_at", _("标记完成时间"))
    updated_at = column("updated_at", _("最近修改时间"))

    class Meta:
        model = ItemResponse
        fields = ["organization_code", "organization", "item", "title", "verdict", "self_score", "maximum", "narrative", "done_at", "updated_at"]

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("application__organization", "item")


class EvidenceResource(resources.ModelResource):
    organization_code = column("response__application__organization__code", _("单位代码"))
    item = column("response__item__code", _("指标编号"))
    checkpoint = column("checkpoint__code", _("对应检查点"))
    kind = column("get_kind_display", _("种类"))
    title = column("title", _("名称"))
    url = column("url", _("网址"))
    sha256 = column("blob_id", "SHA-256")
    size = column("blob__size", _("字节数"))
    added_at = column("added_at", _("添加时间"))
    removed_at = column("removed_at", _("移除时间"))

    class Meta:
        model = Evidence
        fields = ["organization_code", "item", "checkpoint", "kind", "title", "url", "sha256", "size", "added_at", "removed_at"]

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("response__application__organization", "response__item", "checkpoint", "blob")


class SubmissionResource(resources.ModelResource):
    receipt = column("receipt", _("回执编号"))
    organization_code = column("application__organization__code", _("单位代码"))
    number = column("number", _("第几版"))
    received_at = column("received_at", _("收到请求时间"))
    submitted_at = column("submitted_at", _("提交时间"))
    submitted_by = column("submitted_by__name", _("提交人"))
    sha256 = column("sha256", _("内容的SHA-256"))

    class Meta:
        model = Submission
        fields = ["receipt", "organization_code", "number", "received_at", "submitted_at", "submitted_by", "sha256"]

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("application__organization", "submitted_by")


class ReturnResource(resources.ModelResource):
    organization_code = column("application__organization__code", _("单位代码"))
    level = column("get_level_display", _("级别"))
    note = column("note", _("总的意见"))
    returned_at = column("returned_at", _("退回时间"))
    due_at = column("due_at", _("补正期限（不含）"))
    answered_at = column("answered_at", _("重新提交时间"))

    class Meta:
        model = Return
        fields = ["organization_code", "level", "note", "returned_at", "due_at", "answered_at"]

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("application__organization")
