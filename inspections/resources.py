"""Reviews, scores, guidance and visits as rows, out only: they are made by actions, which ask the rules, never imported.

Past service also comes in: it is known from personnel files, and no rule stands before it. So does the pool of inspectors,
whose rows ask the rules their page asks.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields, widgets
from import_export.widgets import ForeignKeyWidget

from accounts.audit import record
from accounts.formats import Day
from accounts.models import Organization, User
from accounts.permissions import can_administer
from accounts.resources import OutOnly, RowResource, moment, text
from campaigns.models import Campaign
from campaigns.permissions import acts_as_office
from inspections.models import (
    AgreedScore,
    AssignmentAnswer,
    Challenge,
    ConflictOverride,
    DeclaredConflict,
    DeskReview,
    GroupMember,
    GuidanceNote,
    PastService,
    PoolEntry,
    Rectification,
    RectificationStep,
    Score,
    Signature,
    Unlocking,
    Visit,
    WitnessSignature,
)
from inspections.rules.planning import pool_problems, service_problems


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
    typed_by = text("paper__typed_by__name", _("纸质补录人"))

    class Meta:
        model = Score
        fields = ["campaign", "unit", "stage", "item", "title", "scorer", "verdict", "points", "maximum", "abstained", "reason", "scored_at", "typed_by"]


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
    typed_by = text("paper__typed_by__name", _("纸质补录人"))

    class Meta:
        model = AgreedScore
        fields = ["campaign", "unit", "stage", "item", "title", "points", "maximum", "reason", "agreed_by", "agreed_at", "typed_by"]


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


def day(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading, widget=Day())


class PastServiceResource(RowResource):
    user = fields.Field(attribute="user", column_name=_("账号"), widget=ForeignKeyWidget(User, "username"))
    organization = fields.Field(attribute="organization", column_name=_("曾任职单位代码"), widget=ForeignKeyWidget(Organization, "code"))
    ended_on = day("ended_on", _("离任日期"))

    events = ("inspections.add_past_service", "accounts.change_row")

    def problems(self, instance, original, by, at):
        return service_problems(instance.user, instance.organization, instance.ended_on, at) if original is None else []

    class Meta(RowResource.Meta):
        model = PastService
        import_id_fields = ["user", "organization"]
        fields = ["user", "organization", "ended_on"]


class GroupMemberResource(OutOnly):
    campaign = text("group__campaign__code", _("活动代码"))
    group = text("group__name", _("验收组"))
    user = text("user__name", _("验收员"))
    unit = text("user__organization__name", _("验收员单位"))
    is_leader = text("is_leader", _("组长"))

    class Meta:
        model = GroupMember
        fields = ["campaign", "group", "user", "unit", "is_leader"]


class VisitResource(OutOnly):
    campaign = text("application__campaign__code", _("活动代码"))
    unit = text("application__organization__name", _("申报单位"))
    track = text("application__track__name", _("申报类别"))
    group = text("group__name", _("验收组"))
    on = day("on", _("验收日期"))
    state = text("get_state_display", _("状态"))
    planned_by = text("planned_by__name", _("安排人"))
    started_at = moment("started_at", _("开始时间"))
    locked_at = moment("locked_at", _("锁定时间"))
    locked_by = text("locked_by__name", _("锁定人"))
    sha256 = text("findings_sha256", _("验收结果的SHA-256"))

    class Meta:
        model = Visit
        fields = ["campaign", "unit", "track", "group", "on", "state", "planned_by", "started_at", "locked_at", "locked_by", "sha256"]


class DeclaredConflictResource(OutOnly):
    campaign = text("campaign__code", _("活动代码"))
    user = text("user__name", _("回避人员"))
    unit = text("organization__name", _("回避单位"))
    reason = text("reason", _("回避理由"))
    declared_by = text("declared_by__name", _("申报人"))
    declared_at = moment("declared_at", _("申报时间"))

    class Meta:
        model = DeclaredConflict
        fields = ["campaign", "user", "unit", "reason", "declared_by", "declared_at"]


class ConflictOverrideResource(OutOnly):
    campaign = text("visit__application__campaign__code", _("活动代码"))
    unit = text("visit__application__organization__name", _("申报单位"))
    on = day("visit__on", _("验收日期"))
    user = text("user__name", _("验收员"))
    conflict = text("conflict", _("回避情形"))
    reason = text("reason", _("不回避的理由"))
    allowed_by = text("allowed_by__name", _("批准人"))
    allowed_at = moment("allowed_at", _("批准时间"))

    class Meta:
        model = ConflictOverride
        fields = ["campaign", "unit", "on", "user", "conflict", "reason", "allowed_by", "allowed_at"]


class SignatureResource(OutOnly):
    campaign = text("visit__application__campaign__code", _("活动代码"))
    unit = text("visit__application__organization__name", _("申报单位"))
    user = text("user__name", _("签字人"))
    method = text("get_method_display", _("方式"))
    sha256 = text("findings_sha256", _("所签内容的SHA-256"))
    signed_at = moment("signed_at", _("签字时间"))
    voided_at = moment("voided_at", _("作废时间"))
    void_reason = text("void_reason", _("作废原因"))

    class Meta:
        model = Signature
        fields = ["campaign", "unit", "user", "method", "sha256", "signed_at", "voided_at", "void_reason"]


class WitnessSignatureResource(OutOnly):
    campaign = text("visit__application__campaign__code", _("活动代码"))
    unit = text("visit__application__organization__name", _("申报单位"))
    name = text("name", _("姓名"))
    duty = text("duty", _("职务"))
    refusal = text("refusal", _("拒签理由"))
    taken_by = text("taken_by__name", _("经手的验收员"))
    sha256 = text("findings_sha256", _("所签内容的SHA-256"))
    signed_at = moment("signed_at", _("签字时间"))
    voided_at = moment("voided_at", _("作废时间"))
    void_reason = text("void_reason", _("作废原因"))

    class Meta:
        model = WitnessSignature
        fields = ["campaign", "unit", "name", "duty", "refusal", "taken_by", "sha256", "signed_at", "voided_at", "void_reason"]


class UnlockingResource(OutOnly):
    campaign = text("visit__application__campaign__code", _("活动代码"))
    unit = text("visit__application__organization__name", _("申报单位"))
    reason = text("reason", _("解锁理由"))
    unlocked_by = text("unlocked_by__name", _("解锁人"))
    unlocked_at = moment("unlocked_at", _("解锁时间"))

    class Meta:
        model = Unlocking
        fields = ["campaign", "unit", "reason", "unlocked_by", "unlocked_at"]


SEPARATORS = re.compile(r"[、,，;；\s]+")


class Days(widgets.Widget):
    """Days of a campaign in one cell, “2021-10-15、2021-10-18”; an empty cell means all of them."""

    def clean(self, value, row=None, **kwargs):
        found = []
        for word in filter(None, SEPARATORS.split(str(value or "").replace(" 00:00:00", ""))):
            try:
                found.append(date.fromisoformat(word.replace("/", "-")).isoformat())
            except ValueError:
                raise ValueError(gettext("“%(value)s”不是日期，请写成 2021-10-15 的样子，几天之间用顿号隔开。") % {"value": word}) from None
        return sorted(set(found))

    def render(self, value, obj=None, **kwargs):
        return "、".join(value or [])


class Services(widgets.Widget):
    """Units served before and the day of leaving, “341823103 2020-05-31；3418-B03 2019-01-31”."""

    def clean(self, value, row=None, **kwargs):
        found = []
        for part in filter(None, re.split("[；;]", str(value or ""))):
            code, _space, day = part.strip().partition(" ")
            unit = Organization.objects.filter(code=code).first()
            try:
                ended_on = date.fromisoformat(day.strip().replace("/", "-"))
            except ValueError:
                ended_on = None
            if unit is None or ended_on is None:
                raise ValueError(gettext("“%(value)s”请写成“单位代码 离任日期”，例如 341823103 2020-05-31，几段之间用分号隔开。") % {"value": part.strip()})
            found.append((unit, ended_on))
        return found

    def render(self, value, obj=None, **kwargs):
        return value or ""


class PoolEntryResource(RowResource):
    """The pool in and out. Headings are the format; name and unit are shown and not read."""

    campaign = fields.Field(attribute="campaign", column_name="活动代码", widget=ForeignKeyWidget(Campaign, "code"))
    user = fields.Field(attribute="user", column_name="账号", widget=ForeignKeyWidget(User, "username"))
    name = fields.Field(attribute="user__name", column_name="姓名", readonly=True)
    unit = fields.Field(attribute="user__organization__name", column_name="单位", readonly=True)
    days = fields.Field(attribute="days", column_name="可参加的日子", widget=Days())
    cap = fields.Field(attribute="cap", column_name="最多验收几个单位", widget=widgets.IntegerWidget())
    services = fields.Field(column_name="曾任职单位和离任日期", widget=Services())
    left = fields.Field(attribute="left_reason", column_name="退出理由", readonly=True)

    class Meta(RowResource.Meta):
        model = PoolEntry
        import_id_fields = ["campaign", "user"]
        fields = ["campaign", "user", "name", "unit", "days", "cap", "services", "left"]

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """Past service stands in another table: a row with one that is not known yet is no unchanged row."""
        known = all(
            PastService.objects.filter(user=instance.user, organization=unit, ended_on=ended_on).exists() for unit, ended_on in self.fields["services"].clean(row)
        ) if instance.pk else False
        return known and super().skip_row(instance, original, row, import_validation_errors)

    def dehydrate_services(self, entry):
        return "；".join(f"{service.organization.code} {service.ended_on.isoformat()}" for service in entry.user.past_services.select_related("organization"))

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        if new:
            instance.added_at, instance.added_by = timezone.now(), kwargs["user"]

    def before_save_instance(self, instance, row, **kwargs):
        instance.is_new = instance.pk is None
        if not (acts_as_office(kwargs["user"], instance.campaign) or can_administer(kwargs["user"])):
            raise ValidationError(_("县级活动的验收员由该县的公开办在“验收员库”页面上管理，不能从这里导入。"))
        if problems := pool_problems(instance.campaign, instance.user, instance.days, instance.cap, timezone.now(), None if instance.is_new else instance):
            raise ValidationError([str(problem) for problem in problems])

    def after_save_instance(self, instance, row, **kwargs):
        now = timezone.now()
        for unit, ended_on in self.fields["services"].clean(row):
            if not PastService.objects.filter(user=instance.user, organization=unit, ended_on=ended_on).exists():
                if problems := service_problems(instance.user, unit, ended_on, now):
                    raise ValidationError([str(problem) for problem in problems])
                PastService.objects.create(user=instance.user, organization=unit, ended_on=ended_on)
        event = "inspections.add_to_pool" if instance.is_new else "inspections.change_pool_entry"
        record(event, instance, by=kwargs["user"], at=now, person=instance.user.name, days=instance.days, cap=instance.cap)


class AssignmentAnswerResource(OutOnly):
    campaign = text("visit__application__campaign__code", _("活动代码"))
    unit = text("visit__application__organization__name", _("申报单位"))
    user = text("user__name", _("验收员"))
    on = day("on", _("验收日期"))
    answer = text("get_answer_display", _("答复"))
    kind = text("get_kind_display", _("情形"))
    reason = text("reason", _("理由"))
    answered_at = moment("answered_at", _("答复时间"))

    class Meta:
        model = AssignmentAnswer
        fields = ["campaign", "unit", "user", "on", "answer", "kind", "reason", "answered_at"]


class ChallengeResource(OutOnly):
    campaign = text("campaign__code", _("活动代码"))
    unit = text("organization__name", _("申请单位"))
    user = text("user__name", _("申请回避的验收员"))
    reason = text("reason", _("理由"))
    declared_by = text("declared_by__name", _("申请人"))
    declared_at = moment("declared_at", _("申请时间"))
    state = text("get_state_display", _("状态"))
    reply = text("reply", _("答复"))
    decided_by = text("decided_by__name", _("决定人"))
    decided_at = moment("decided_at", _("决定时间"))

    class Meta:
        model = Challenge
        fields = ["campaign", "unit", "user", "reason", "declared_by", "declared_at", "state", "reply", "decided_by", "decided_at"]
