"""Reviews, scores and guidance as rows, out only: they are made by actions, which ask the rules, never imported."""

from django.utils.translation import gettext_lazy as _
from import_export import fields, resources
from import_export.widgets import DateTimeWidget

from inspections.models import AgreedScore, DeskReview, GuidanceNote, Rectification, RectificationStep, Score


class OutOnly(resources.ModelResource):
    """Written by actions alone: an import finds nothing it may save."""

    class Meta:
        abstract = True

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return True


def text(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading)


def moment(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading, widget=DateTimeWidget("%Y-%m-%d %H:%M"))


class DeskReviewResource(OutOnly):
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("单位"))
    scorer = text("scorer__name", _("评分人"))
    started_at = moment("started_at", _("开始时间"))
    finished_at = moment("finished_at", _("完成时间"))

    class Meta:
        model = DeskReview
        fields = ["campaign", "unit", "scorer", "started_at", "finished_at"]


class ScoreResource(OutOnly):
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("单位"))
    stage = text("get_stage_display", _("环节"))
    item = text("item__code", _("指标编号"))
    title = text("item__title", _("指标"))
    scorer = text("scorer__name", _("评分人"))
    verdict = text("get_verdict_display", _("结论"))
    points = text("points", _("得分"))
    maximum = text("maximum", _("分值"))
    abstained = text("abstained", _("弃权"))
    reason = text("reason", _("扣分理由或说明"))
    scored_at = moment("scored_at", _("评分时间"))

    class Meta:
        model = Score
        fields = ["campaign", "unit", "stage", "item", "title", "scorer", "verdict", "points", "maximum", "abstained", "reason", "scored_at"]


class AgreedScoreResource(OutOnly):
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("单位"))
    stage = text("get_stage_display", _("环节"))
    item = text("item__code", _("指标编号"))
    title = text("item__title", _("指标"))
    points = text("points", _("商定得分"))
    maximum = text("maximum", _("分值"))
    reason = text("reason", _("扣分理由"))
    agreed_by = text("agreed_by__name", _("记录人"))
    agreed_at = moment("agreed_at", _("商定时间"))

    class Meta:
        model = AgreedScore
        fields = ["campaign", "unit", "stage", "item", "title", "points", "maximum", "reason", "agreed_by", "agreed_at"]


class GuidanceNoteResource(OutOnly):
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("单位"))
    item = text("item__code", _("指标编号"))
    words = text("text", _("指导意见"))
    noted_by = text("noted_by__name", _("指导人"))
    noted_at = moment("noted_at", _("时间"))

    class Meta:
        model = GuidanceNote
        fields = ["campaign", "unit", "item", "words", "noted_by", "noted_at"]


class RectificationResource(OutOnly):
    number = text("pk", _("编号"))
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("单位"))
    item = text("item__code", _("指标编号"))
    title = text("item__title", _("指标"))
    problem = text("problem", _("存在的问题"))
    due_at = moment("due_at", _("整改期限（不含）"))
    state = text("get_state_display", _("状态"))
    raised_by = text("raised_by__name", _("下达人"))
    raised_at = moment("raised_at", _("下达时间"))
    closed_by = text("closed_by__name", _("销号人"))
    closed_at = moment("closed_at", _("销号时间"))

    class Meta:
        model = Rectification
        fields = [
            "number", "campaign", "unit", "item", "title", "problem", "due_at", "state", "raised_by", "raised_at", "closed_by", "closed_at",
        ]


class RectificationStepResource(OutOnly):
    rectification = text("rectification__pk", _("整改任务编号"))
    unit = text("rectification__application__organization__name", _("单位"))
    item = text("rectification__item__code", _("指标编号"))
    kind = text("get_kind_display", _("种类"))
    words = text("text", _("说明"))
    by = text("by__name", _("操作人"))
    at = moment("at", _("时间"))

    class Meta:
        model = RectificationStep
        fields = ["rectification", "unit", "item", "kind", "words", "by", "at"]
