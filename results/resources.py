"""Decisions as rows, out only: they are made by actions, never imported."""

from django.utils.translation import gettext_lazy as _

from accounts.resources import OutOnly, moment, text
from results.models import Naming, Place, PublicNotice, Recommendation


class PlaceResource(OutOnly):
    campaign = text("track__campaign__code", _("活动代码"))
    track = text("track__name", _("申报类别"))
    slot = text("slot", _("名额序号"))
    unit = text("application__organization__name", _("单位"))
    taken_at = moment("taken_at", _("选入时间"))
    taken_by = text("taken_by__name", _("选入人"))

    class Meta:
        model = Place
        fields = ["campaign", "track", "slot", "unit", "taken_at", "taken_by"]


class PublicNoticeResource(OutOnly):
    campaign = text("campaign__code", _("活动代码"))
    number = text("number", _("第几号"))
    title = text("title", _("标题"))
    starts_on = text("starts_on", _("公示首日"))
    ends_on = text("ends_on", _("公示末日"))
    published_at = moment("published_at", _("发布时间"))
    published_by = text("published_by__name", _("发布人"))
    checked_by = text("checked_by__name", _("保密审查人"))

    class Meta:
        model = PublicNotice
        fields = ["campaign", "number", "title", "starts_on", "ends_on", "published_at", "published_by", "checked_by"]


class NamingResource(OutOnly):
    year = text("place__track__campaign__year", _("年度"))
    track = text("place__track__name", _("申报类别"))
    unit = text("application__organization__name", _("单位"))
    document_number = text("document_number", _("文号"))
    named_at = moment("named_at", _("命名时间"))
    withdrawn_at = moment("withdrawn_at", _("撤销时间"))
    withdrawn_reason = text("withdrawn_reason", _("撤销理由"))

    class Meta:
        model = Naming
        fields = ["year", "track", "unit", "document_number", "named_at", "withdrawn_at", "withdrawn_reason"]


class RecommendationResource(OutOnly):
    unit = text("naming__application__organization__name", _("单位"))
    target = text("target", _("推荐为"))
    reason = text("reason", _("推荐理由"))
    recommended_at = moment("recommended_at", _("推荐时间"))

    class Meta:
        model = Recommendation
        fields = ["unit", "target", "reason", "recommended_at"]
