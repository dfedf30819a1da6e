"""What reviewers and inspectors found: scores of one shape, visits with their groups, guidance and rectification."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from applications.models import Application
from campaigns.permissions import read_in


class Stage(models.TextChoices):
    DESK = "desk", _("材料审核")
    SITE = "site", _("现场验收")


class DeskReview(models.Model):
    """One person scores one application on paper. The second does not see the first until both are finished."""

    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="desk_reviews", verbose_name=_("申报"))
    scorer = models.ForeignKey("accounts.User", models.PROTECT, related_name="desk_reviews", verbose_name=_("评分人"))
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        ordering = ["application_id", "started_at", "pk"]
        verbose_name = verbose_name_plural = _("材料审核")
        constraints = [models.UniqueConstraint(fields=["application", "scorer"], name="one_desk_review_per_scorer")]

    def __str__(self):
        return f"{self.application} · {self.scorer}"


class Score(models.Model):
    """One scorer's points for one item, on paper or on site. Blank (no row or no points) and abstained are not zero.

    Rows from a phone bring their own id and the device's time; the latter is a claim that decides nothing.
    """

    class Verdict(models.TextChoices):
        MET = "met", _("符合")
        PARTLY = "partly", _("部分符合")
        NOT_MET = "not_met", _("不符合")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stage = models.CharField(_("环节"), max_length=4, choices=Stage)
    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="scores", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    scorer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("评分人"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    abstained = models.BooleanField(_("弃权"), default=False)
    reason = models.TextField(_("扣分理由或说明"), blank=True)
    scored_at = models.DateTimeField(_("评分时间"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0)
    paper = models.ForeignKey("PaperRecord", models.PROTECT, null=True, blank=True, related_name="scores", verbose_name=_("纸质补录"))

    class Meta:
        ordering = ["application_id", "stage", "item_id", "scored_at"]
        verbose_name = verbose_name_plural = _("评分")
        constraints = [
            models.UniqueConstraint(fields=["stage", "application", "item", "scorer"], name="one_score_per_stage_item_and_scorer"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0, points__lte=F("maximum")), name="score_within_points"),
            models.CheckConstraint(condition=Q(abstained=False) | Q(points=None), name="abstained_has_no_points"),
            models.CheckConstraint(condition=Q(points=None) | Q(points=F("maximum")) | ~Q(reason=""), name="lost_points_have_a_reason"),
        ]

    def __str__(self):
        return f"{self.item} {self.points}"


class AgreedScore(models.Model):
    """What the scorers of a stage agreed on for an item. On site every item needs one; on paper only where they differ too much."""

    stage = models.CharField(_("环节"), max_length=4, choices=Stage)
    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="agreed_scores", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    points = models.DecimalField(_("商定得分"), max_digits=6, decimal_places=2)
    maximum = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    reason = models.TextField(_("扣分理由"), blank=True)
    agreed_at = models.DateTimeField(_("商定时间"))
    agreed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("记录人"))
    paper = models.ForeignKey("PaperRecord", models.PROTECT, null=True, blank=True, related_name="agreed_scores", verbose_name=_("纸质补录"))

    class Meta:
        ordering = ["application_id", "stage", "item_id"]
        verbose_name = verbose_name_plural = _("商定得分")
        constraints = [
            models.UniqueConstraint(fields=["stage", "application", "item"], name="one_agreed_score_per_stage_and_item"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=F("maximum")), name="agreed_within_points"),
            models.CheckConstraint(condition=Q(points=F("maximum")) | ~Q(reason=""), name="agreed_loss_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.item} {self.points}"


class GuidanceNote(models.Model):
    """Advice to a unit during guidance, on an item or in general."""

    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="guidance_notes", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指标"))
    text = models.TextField(_("指导意见"))
    noted_at = models.DateTimeField(_("时间"))
    noted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("指导人"))

    class Meta:
        ordering = ["application_id", "-noted_at"]
        verbose_name = verbose_name_plural = _("督导意见")

    def __str__(self):
        return self.text[:40]


class RectificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(application__in=Application.objects.visible_to(user))

    def unsettled(self):
        return self.exclude(state=Rectification.State.CLOSED)

    def overdue(self, at):
        return self.filter(state=Rectification.State.OPEN, due_at__lte=at)


class Rectification(models.Model):
    """A problem to put right: raised, answered with evidence, closed (销号) or sent back."""

    class State(models.TextChoices):
        OPEN = "open", _("待整改")
        ANSWERED = "answered", _("待核验")
        CLOSED = "closed", _("已销号")

    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="rectifications", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    problem = models.TextField(_("存在的问题"))
    due_at = models.DateTimeField(_("整改期限（不含）"))
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN, editable=False)
    raised_at = models.DateTimeField(_("下达时间"))
    raised_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("下达人"))
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("销号人"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = verbose_name_plural = _("整改任务")
        constraints = [
            models.CheckConstraint(condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) | (~Q(state="closed") & Q(closed_at=None, closed_by=None)), name="rectification_closed_by_at"),
        ]

    def __str__(self):
        return f"{self.application.organization} · {self.item}"

    def get_absolute_url(self):
        return reverse("inspections:rectification", args=[self.pk])

    def is_overdue(self, at):
        return self.state == self.State.OPEN and self.due_at <= at


class RectificationStep(models.Model):
    """An answer of the unit, or the verdict on it. The whole exchange stays readable."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("整改回复")
        SENT_BACK = "sent_back", _("退回重改")
        CLOSED = "closed", _("同意销号")

    rectification = models.ForeignKey(Rectification, models.CASCADE, related_name="steps", verbose_name=_("整改任务"))
    kind = models.CharField(_("种类"), max_length=9, choices=Kind)
    text = models.TextField(_("说明"), blank=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("操作人"))

    class Meta:
        ordering = ["rectification_id", "at", "pk"]
        verbose_name = verbose_name_plural = _("整改经过")

    def __str__(self):
        return self.get_kind_display()


class RectificationFile(models.Model):
    step = models.ForeignKey(RectificationStep, models.CASCADE, related_name="files", verbose_name=_("整改回复"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("文件内容"))
    title = models.CharField(_("名称"), max_length=150)

    class Meta:
        ordering = ["step_id", "pk"]
        verbose_name = verbose_name_plural = _("整改材料")

    def __str__(self):
        return self.title


class PastService(models.Model):
    """A person worked for a unit until a day: it keeps them away for the campaign's conflict years."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="past_services", verbose_name=_("人员"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("曾任职单位"))
    ended_on = models.DateField(_("离任日期"))

    class Meta:
        ordering = ["user_id", "-ended_on"]
        verbose_name = verbose_name_plural = _("任职经历")
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="one_past_service_per_unit")]

    def __str__(self):
        return f"{self.user} · {self.organization}"


class DeclaredConflict(models.Model):
    """回避 declared by the inspector, the unit or the office."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+", verbose_name=_("创建活动"))
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="declared_conflicts", verbose_name=_("回避人员"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("回避单位"))
    reason = models.CharField(_("回避理由"), max_length=300)
    declared_at = models.DateTimeField(_("申报时间"))
    declared_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("申报人"))

    class Meta:
        ordering = ["-declared_at"]
        verbose_name = verbose_name_plural = _("回避")
        constraints = [models.UniqueConstraint(fields=["campaign", "user", "organization"], name="one_declared_conflict_per_unit")]

    def __str__(self):
        return f"{self.user} · {self.organization}"


class InspectionGroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office all groups of its campaigns, auditors all; an inspector those they belong to."""
        seen = read_in(user, "campaign__")
        if user.has_role(Role.INSPECTOR):
            seen |= Q(pk__in=GroupMember.objects.filter(user=user).values("group"))
        return here(self.filter(seen))


class InspectionGroup(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="inspection_groups", verbose_name=_("创建活动"))
    name = models.CharField(_("名称"), max_length=40)

    objects = InspectionGroupQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "name"]
        verbose_name = verbose_name_plural = _("验收组")
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="one_group_per_name")]

    def __str__(self):
        return self.name


class GroupMember(models.Model):
    group = models.ForeignKey(InspectionGroup, models.CASCADE, related_name="members", verbose_name=_("验收组"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="memberships", verbose_name=_("验收员"))
    is_leader = models.BooleanField(_("组长"), default=False)

    class Meta:
        ordering = ["group_id", "-is_leader", "pk"]
        verbose_name = verbose_name_plural = _("验收组成员")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="one_membership_per_group"),
            models.UniqueConstraint(fields=["group"], condition=Q(is_leader=True), name="one_leader_per_group"),
        ]

    def __str__(self):
        return f"{self.group} · {self.user}"


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office all visits of its campaigns, auditors all; an inspector only those of their own groups."""
        seen = read_in(user, "application__campaign__")
        if user.has_role(Role.INSPECTOR):
            seen |= Q(pk__in=Visit.objects.of_inspector(user).values("pk"))
        return here(self.filter(seen))

    def of_inspector(self, user):
        return here(self.published()).filter(group__members__user=user)

    def published(self):
        return self.filter(is_published=True)

    def unlocked(self):
        return self.filter(locked_at=None)

    def locked(self):
        return self.filter(locked_at__isnull=False)


class Visit(models.Model):
    """One unit inspected on site by one group on a day. Locked by the leader once all have signed."""

    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="visit", verbose_name=_("申报"))
    group = models.ForeignKey(InspectionGroup, models.PROTECT, related_name="visits", verbose_name=_("验收组"))
    on = models.DateField(_("验收日期"))
    planned_at = models.DateTimeField(_("安排时间"))
    planned_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("安排人"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("开始人"))
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    locked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("锁定人"))
    findings_sha256 = models.CharField(_("验收结果的SHA-256"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0)
    is_published = models.BooleanField(_("已发布"), default=True, help_text=_("没有发布的安排只有市政务公开办看得到。"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["on", "group_id", "pk"]
        verbose_name = verbose_name_plural = _("现场验收")
        constraints = [
            models.CheckConstraint(condition=Q(locked_at=None, locked_by=None, findings_sha256="") | (Q(locked_at__isnull=False, locked_by__isnull=False) & ~Q(findings_sha256="")), name="visit_locked_by_at"),
            models.CheckConstraint(condition=Q(started_at=None, started_by=None) | Q(started_at__isnull=False, started_by__isnull=False), name="visit_started_by_at"),
        ]

    def __str__(self):
        return f"{self.application.organization} {self.on:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("inspections:visit", args=[self.pk])

    @property
    def is_locked(self):
        return self.locked_at is not None

    @property
    def is_started(self):
        return self.started_at is not None

    @property
    def state(self):
        return "locked" if self.is_locked else "running" if self.is_started else "planned"

    def get_state_display(self):
        return {"locked": _("已锁定"), "running": _("验收中"), "planned": _("已安排")}[self.state]


class ConflictOverride(models.Model):
    """The office lead lets an inspector visit a unit in spite of a conflict, with a reason that the export shows."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="overrides", verbose_name=_("现场验收"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("验收员"))
    conflict = models.CharField(_("回避情形"), max_length=300)
    reason = models.CharField(_("不回避的理由"), max_length=300)
    allowed_at = models.DateTimeField(_("批准时间"))
    allowed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("批准人"))

    class Meta:
        ordering = ["visit_id", "pk"]
        verbose_name = verbose_name_plural = _("不回避的批准")
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], name="one_override_per_visit_and_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self):
        return f"{self.visit} · {self.user}"


class PoolEntryQuerySet(models.QuerySet):
    def available(self):
        return self.filter(left_at=None)


class PoolEntry(models.Model):
    """Somebody who may be sent on site in a campaign: the days they can come and how many visits they take."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="pool", verbose_name=_("创建活动"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="pool_entries", verbose_name=_("验收员"))
    days = models.JSONField(_("可参加的日子"), default=list, blank=True, help_text=_("空表示检查验收期内都可以。"))
    cap = models.PositiveSmallIntegerField(_("最多验收几个单位"), null=True, blank=True, help_text=_("空表示不限。"))
    added_at = models.DateTimeField(_("加入时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("加入人"))
    left_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    left_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退出登记人"))
    left_reason = models.CharField(_("退出理由"), max_length=300, blank=True)

    objects = PoolEntryQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "user__organization__code", "user__username"]
        verbose_name = verbose_name_plural = _("验收员库")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user"], name="one_pool_entry_per_person"),
            models.CheckConstraint(
                condition=Q(left_at=None, left_by=None, left_reason="") | (Q(left_at__isnull=False, left_by__isnull=False) & ~Q(left_reason="")), name="pool_left_by_at"
            ),
        ]

    def __str__(self):
        return str(self.user)

    def get_absolute_url(self):
        return reverse("inspections:pool_entry", args=[self.pk])

    @property
    def has_left(self):
        return self.left_at is not None

    def offers(self, day):
        return not self.days or day.isoformat() in self.days


class Plan(models.Model):
    """Groups and visits proposed for a campaign: looked at and adjusted as a draft, applied as one unit, then published."""

    class State(models.TextChoices):
        MAKING = "making", _("正在生成")
        DRAFT = "draft", _("草案")
        APPLIED = "applied", _("已应用，待发布")
        PUBLISHED = "published", _("已发布")

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="plans", verbose_name=_("创建活动"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.MAKING, editable=False)
    seed = models.PositiveIntegerField(_("抽签种子"), help_text=_("同样的人员、单位和种子，得到同样的方案。"))
    days = models.JSONField(_("安排验收的日子"), default=list)
    per_day = models.PositiveSmallIntegerField(_("每组每天最多几个单位"), default=2)
    size = models.PositiveSmallIntegerField(_("每组至少几人"), default=3)
    cost = models.PositiveIntegerField(_("下县次数"), null=True, blank=True)
    bound = models.PositiveIntegerField(_("下县次数的下界"), null=True, blank=True)
    unplaced = models.JSONField(_("没有排上的单位"), default=dict, editable=False)
    unused = models.JSONField(_("没有进组的验收员"), default=dict, editable=False)
    job = models.ForeignKey("accounts.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("后台任务"))
    made_at = models.DateTimeField(_("生成时间"))
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("生成人"))
    applied_at = models.DateTimeField(_("应用时间"), null=True, blank=True)
    applied_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("应用人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = verbose_name_plural = _("验收方案")
        constraints = [
            models.UniqueConstraint(fields=["campaign"], condition=Q(state__in=["making", "draft"]), name="one_plan_in_the_making"),
            models.CheckConstraint(condition=Q(per_day__gte=1, size__gte=2), name="plan_numbers_make_sense"),
            models.CheckConstraint(
                condition=Q(state__in=["making", "draft"], applied_at=None, applied_by=None) | Q(state__in=["applied", "published"], applied_at__isnull=False, applied_by__isnull=False),
                name="plan_applied_by_at",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, published_by__isnull=False) | (~Q(state="published") & Q(published_at=None, published_by=None)),
                name="plan_published_by_at",
            ),
        ]

    def __str__(self):
        return str(_("验收方案 %(n)s") % {"n": self.pk})

    def get_absolute_url(self):
        return reverse("inspections:plan", args=[self.pk])

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT


class PlannedGroup(models.Model):
    """A group of a plan: a new one until the plan is applied, or one that stands already and goes on."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="groups", verbose_name=_("验收方案"))
    number = models.PositiveIntegerField(_("序号"))
    name = models.CharField(_("名称"), max_length=40)
    group = models.ForeignKey(InspectionGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("验收组"))

    class Meta:
        ordering = ["plan_id", "number"]
        verbose_name = verbose_name_plural = _("方案中的验收组")
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_planned_group_per_number")]

    def __str__(self):
        return self.name


class PlannedMember(models.Model):
    group = models.ForeignKey(PlannedGroup, models.CASCADE, related_name="members", verbose_name=_("验收组"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("验收员"))
    is_leader = models.BooleanField(_("组长"), default=False)

    class Meta:
        ordering = ["group_id", "-is_leader", "pk"]
        verbose_name = verbose_name_plural = _("方案中的组员")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="one_planned_seat_per_group"),
            models.UniqueConstraint(fields=["group"], condition=Q(is_leader=True), name="one_planned_leader_per_group"),
        ]

    def __str__(self):
        return f"{self.group} · {self.user}"


class PlannedVisit(models.Model):
    """A unit in a plan, with the reason for its place; `visit` is what came of it when the plan was applied."""

    class Why(models.TextChoices):
        ONLY = "only", _("只有这个组没有回避情形")
        TOGETHER = "together", _("同县的单位排在一天，少跑路")
        BALANCE = "balance", _("各组任务尽量一样多")
        BY_HAND = "by_hand", _("手工调整")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="visits", verbose_name=_("验收方案"))
    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="+", verbose_name=_("申报"))
    group = models.ForeignKey(PlannedGroup, models.CASCADE, related_name="visits", verbose_name=_("验收组"))
    on = models.DateField(_("验收日期"))
    why = models.CharField(_("依据"), max_length=8, choices=Why)
    able = models.PositiveIntegerField(_("可以去的组数"))
    visit = models.OneToOneField(Visit, models.SET_NULL, null=True, blank=True, related_name="planned", verbose_name=_("现场验收"))

    class Meta:
        ordering = ["plan_id", "on", "pk"]
        verbose_name = verbose_name_plural = _("方案中的验收")
        constraints = [models.UniqueConstraint(fields=["plan", "application"], name="one_place_per_unit_and_plan")]

    def __str__(self):
        return f"{self.application.organization} {self.on:%Y-%m-%d}"


class AssignmentAnswerQuerySet(models.QuerySet):
    def current(self):
        """Answers to the visit as it is planned now: another day or another group is asked anew."""
        return self.filter(on=F("visit__on"), group=F("visit__group"))

    def declined(self):
        return self.filter(answer=AssignmentAnswer.Answer.DECLINED)


class AssignmentAnswer(models.Model):
    """An inspector accepts a visit, or says why not."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("接受")
        DECLINED = "declined", _("不能参加")

    class Kind(models.TextChoices):
        DAY = "day", _("这一天不能参加")
        UNIT = "unit", _("对这个单位需要回避")
        ALL = "all", _("不能再参加这次活动的验收")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="answers", verbose_name=_("现场验收"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("验收员"))
    group = models.ForeignKey(InspectionGroup, models.PROTECT, related_name="+", verbose_name=_("验收组"))
    on = models.DateField(_("验收日期"))
    answer = models.CharField(_("答复"), max_length=8, choices=Answer)
    kind = models.CharField(_("情形"), max_length=4, choices=Kind, blank=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("答复时间"))
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("答复人"))

    objects = AssignmentAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "-answered_at", "pk"]
        verbose_name = verbose_name_plural = _("验收员的答复")
        constraints = [
            models.UniqueConstraint(fields=["visit", "user", "group", "on"], name="one_answer_per_assignment"),
            models.CheckConstraint(
                condition=Q(answer="accepted", kind="", reason="") | (Q(answer="declined") & ~Q(kind="") & ~Q(reason="")), name="declined_with_kind_and_reason"
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_answer_display()}"

    @property
    def is_accepted(self):
        return self.answer == self.Answer.ACCEPTED


class ChallengeQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=Challenge.State.OPEN)


class Challenge(models.Model):
    """A unit asks that an inspector stay away (申请回避). The office decides; an upheld one becomes a declared conflict."""

    class State(models.TextChoices):
        OPEN = "open", _("待决定")
        UPHELD = "upheld", _("同意回避")
        REFUSED = "refused", _("不需要回避")

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+", verbose_name=_("创建活动"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("申请单位"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("申请回避的验收员"))
    reason = models.CharField(_("理由"), max_length=300)
    state = models.CharField(_("状态"), max_length=7, choices=State, default=State.OPEN, editable=False)
    declared_at = models.DateTimeField(_("申请时间"))
    declared_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("申请人"))
    reply = models.CharField(_("答复"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人"))

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-declared_at", "-pk"]
        verbose_name = verbose_name_plural = _("单位的回避申请")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organization", "user"], name="one_challenge_per_unit_and_person"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None, reply="") | (~Q(state="open") & ~Q(reply="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="challenge_decided_by_at",
            ),
        ]

    def __str__(self):
        return f"{self.organization} · {self.user}"


class SitePhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def present(self):
        return self.filter(removed_at=None)


class SitePhoto(models.Model):
    """A photo taken on site, with the id it got on the device."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", verbose_name=_("现场验收"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("文件内容"))
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("拍摄人"))
    added_at = models.DateTimeField(_("上传时间"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)

    objects = SitePhotoQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("现场照片")

    def __str__(self):
        return f"{self.visit} · {self.item}"


class SignatureQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(voided_at=None)


PAD_WIDTH, PAD_HEIGHT = 600, 200  # the pad's own units, whatever the size of the screen


class Signed(models.Model):
    """Somebody stands by the findings as they were then; the hash says what was signed. A later change voids it."""

    strokes = models.JSONField(_("笔迹"), default=list, blank=True, help_text=_("每一笔是一串坐标，画布宽 600、高 200。"))
    findings_sha256 = models.CharField(_("所签内容的SHA-256"), max_length=64)
    signed_at = models.DateTimeField(_("签字时间"))
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=300, blank=True)

    view_box = f"0 0 {PAD_WIDTH} {PAD_HEIGHT}"

    objects = SignatureQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def path(self):
        """The strokes as SVG path data; a single point is drawn as a dot."""
        return " ".join("M" + " L".join(f"{x} {y}" for x, y in stroke) + (" h0" if len(stroke) == 1 else "") for stroke in self.strokes)


def voided():
    return Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason=""))


class Signature(Signed):
    """A group member signs: with the pad or with the own password."""

    class Method(models.TextChoices):
        PASSWORD = "password", _("登录密码")
        PAD = "pad", _("手写签名")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="signatures", verbose_name=_("现场验收"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("签字人"))
    method = models.CharField(_("方式"), max_length=8, choices=Method, default=Method.PASSWORD)

    frozen_fields = ("visit", "user", "method", "strokes", "findings_sha256", "signed_at")
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "signed_at", "pk"]
        verbose_name = verbose_name_plural = _("签字")
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], condition=Q(voided_at=None), name="one_valid_signature_per_person"),
            models.CheckConstraint(condition=voided(), name="voided_signature_has_reason"),
            models.CheckConstraint(condition=Q(method="password", strokes=[]) | (Q(method="pad") & ~Q(strokes=[])), name="pad_signature_has_strokes"),
        ]

    def __str__(self):
        return f"{self.visit} · {self.user}"


class WitnessSignature(Signed):
    """The unit's representative signs as present, without an account, on the device of a member (`taken_by`); or refuses, with the reason."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="witnesses", verbose_name=_("现场验收"))
    name = models.CharField(_("姓名"), max_length=40)
    duty = models.CharField(_("职务"), max_length=60)
    refusal = models.CharField(_("拒签理由"), max_length=300, blank=True)
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("经手的验收员"))

    frozen_fields = ("visit", "name", "duty", "refusal", "strokes", "findings_sha256", "signed_at", "taken_by")
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "signed_at", "pk"]
        verbose_name = verbose_name_plural = _("在场签字")
        constraints = [
            models.UniqueConstraint(fields=["visit", "name"], condition=Q(voided_at=None), name="one_valid_witness_per_name"),
            models.CheckConstraint(condition=voided(), name="voided_witness_has_reason"),
            models.CheckConstraint(condition=(Q(refusal="") & ~Q(strokes=[])) | (~Q(refusal="") & Q(strokes=[])), name="witness_signs_or_refuses"),
        ]

    def __str__(self):
        return f"{self.visit} · {self.name}"

    @property
    def has_refused(self):
        return bool(self.refusal)


class Unlocking(models.Model):
    """The office opened a locked visit again, with a reason."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="unlockings", verbose_name=_("现场验收"))
    reason = models.CharField(_("解锁理由"), max_length=300)
    unlocked_at = models.DateTimeField(_("解锁时间"))
    unlocked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("解锁人"))

    class Meta:
        ordering = ["visit_id", "-unlocked_at"]
        verbose_name = verbose_name_plural = _("解锁")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="unlocking_has_reason")]

    def __str__(self):
        return f"{self.visit} · {self.reason}"


class PaperRecord(models.Model):
    """A record that was made and signed on paper and typed in later: who typed it, whose names the paper carries, its scan. Never changed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="paper_records", verbose_name=_("现场验收"))
    inspectors = models.ManyToManyField("accounts.User", related_name="+", verbose_name=_("纸上签名的验收员"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("扫描件"))
    title = models.CharField(_("名称"), max_length=150)
    reason = models.CharField(_("晚录的理由"), max_length=300, blank=True)
    typed_at = models.DateTimeField(_("录入时间"))
    typed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("录入人"))

    frozen_fields = "__all__"
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "typed_at", "pk"]
        verbose_name = verbose_name_plural = _("纸质补录")

    def __str__(self):
        return f"{self.visit} · {self.title}"


# What came from a phone


class QuarantineQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office decides, auditors read; nobody else learns of it. Of a visit that is gone nobody can tell whose it was: the city's."""
        return here(self.filter(read_in(user, "visit__application__campaign__")))

    def waiting(self):
        late = Q(records__state=Delivery.State.QUARANTINED) | Q(photos__state=Delivery.State.QUARANTINED)
        return self.filter(late).distinct()


class Quarantine(models.Model):
    """What one inspector's phone brought for one visit though it could not be entered any more. It waits for the office, never lost.

    The phone named the visit by its number; a visit that was cancelled meanwhile is gone, the number and the unit's name stay.
    """

    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="quarantines", verbose_name=_("验收员"))
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, blank=True, related_name="quarantines", verbose_name=_("现场验收"))
    visit_number = models.PositiveBigIntegerField(_("手机上的验收编号"))
    unit = models.CharField(_("手机上的单位名称"), max_length=100, blank=True)
    opened_at = models.DateTimeField(_("首次收到时间"))

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = verbose_name_plural = _("待处理的现场记录")
        constraints = [models.UniqueConstraint(fields=["owner", "visit_number"], name="one_quarantine_per_person_and_visit")]

    def __str__(self):
        return f"{self.owner} · {self.visit.application.organization if self.visit else self.unit}"

    def get_absolute_url(self):
        return reverse("inspections:quarantine", args=[self.pk])


class Delivery(models.Model):
    """Something a phone sent under an id of its own: what became of it, and why it was not entered."""

    class State(models.TextChoices):
        RECEIVING = "receiving", _("正在接收")
        ENTERED = "entered", _("已入账")
        INCOMPLETE = "incomplete", _("待补充")
        CONFLICT = "conflict", _("待选择")
        KEPT = "kept", _("留待商定")
        QUARANTINED = "quarantined", _("待公开办处理")
        SET_ASIDE = "set_aside", _("不予入账")
        REFUSED = "refused", _("不能使用")
        REMOVED = "removed", _("已删除")

    class Why(models.TextChoices):
        LOCKED = "locked", _("记录已锁定")
        REASSIGNED = "reassigned", _("已不参加这次验收")
        DISABLED = "disabled", _("账号已停用")
        ENDED = "ended", _("申报不再受理")
        CLOSED = "closed", _("不在检查验收期")
        CONFLICT = "conflict", _("有回避情形")
        ITEM = "item", _("指标不参加验收")
        IMPORTED = "imported", _("来自备份包")

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("验收员"))
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, blank=True, related_name="device_%(class)ss", verbose_name=_("现场验收"))
    visit_number = models.PositiveBigIntegerField(_("手机上的验收编号"))
    unit = models.CharField(_("手机上的单位名称"), max_length=100, blank=True)
    item_code = models.CharField(_("指标编号"), max_length=20)
    received_at = models.DateTimeField(_("首次收到时间"))
    why = models.CharField(_("未入账的原因"), max_length=10, choices=Why, blank=True)
    problem = models.TextField(_("说明"), blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人"))
    decision = models.CharField(_("处理理由"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.owner} {self.item_code}"


def decided():
    return Q(decided_at=None, decided_by=None, decision="") | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision=""))


class DeviceRecord(Delivery):
    """One item recorded on one phone. Its contents are revisions; the one with the highest number counts."""

    number = models.PositiveIntegerField(_("当前修订号"), default=0)
    state = models.CharField(_("状态"), max_length=11, choices=Delivery.State, default=Delivery.State.INCOMPLETE)
    score_version = models.PositiveIntegerField(_("入账后的版本"), null=True, blank=True)
    quarantine = models.ForeignKey(Quarantine, models.PROTECT, null=True, blank=True, related_name="records", verbose_name=_("待处理"))

    class Meta:
        ordering = ["visit_number", "item_code", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机记录")
        constraints = [
            models.CheckConstraint(condition=decided(), name="device_record_decided_by_at"),
            models.CheckConstraint(condition=~Q(state="quarantined") | (Q(quarantine__isnull=False) & ~Q(why="")), name="quarantined_record_says_why"),
        ]

    @property
    def current(self):
        """What counts: the contents with the highest number, more than one where two phones shared an id. Needs `revisions` only."""
        return [revision for revision in self.revisions.all() if revision.number == self.number]


class DeviceRevision(models.Model):
    """A record as it stood on the phone once. Never changed; the phone's time is a claim beside ours."""

    record = models.ForeignKey(DeviceRecord, models.PROTECT, related_name="revisions", verbose_name=_("手机记录"))
    number = models.PositiveIntegerField(_("修订号"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Score.Verdict, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("现场情况"), blank=True)
    keep = models.BooleanField(_("两份都留"), default=False)
    base = models.PositiveIntegerField(_("所依据的版本"), default=0)
    sha256 = models.CharField(_("内容的SHA-256"), max_length=64)
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"))

    frozen_fields = "__all__"
    freed_by = "record__owner"

    class Meta:
        ordering = ["record_id", "number", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机记录的修订")
        constraints = [models.UniqueConstraint(fields=["record", "number", "sha256"], name="one_revision_per_number_and_content")]

    def __str__(self):
        return f"{self.record} #{self.number}"


class DevicePhoto(Delivery):
    """A photo on its way: announced with its hashes, then piece by piece. It is whole only when every hash matches."""

    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("字节数"))
    extension = models.CharField(_("格式"), max_length=5)
    pieces = models.JSONField(_("各段的SHA-256"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=11, choices=Delivery.State, default=Delivery.State.RECEIVING)
    blob = models.ForeignKey("applications.Blob", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件内容"))
    quarantine = models.ForeignKey(Quarantine, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("待处理"))

    class Meta:
        ordering = ["visit_number", "item_code", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机照片")
        constraints = [
            models.CheckConstraint(condition=decided(), name="device_photo_decided_by_at"),
            models.CheckConstraint(condition=~Q(state="quarantined") | (Q(quarantine__isnull=False) & ~Q(why="")), name="quarantined_photo_says_why"),
            models.CheckConstraint(condition=~Q(state__in=["entered", "quarantined", "incomplete"]) | Q(blob__isnull=False), name="whole_photo_has_a_blob"),
        ]

    @property
    def missing(self):
        """Numbers of the pieces still to come."""
        if self.state != self.State.RECEIVING:
            return []
        here = set(self.received.values_list("number", flat=True))
        return [number for number in range(len(self.pieces)) if number not in here]


class DevicePiece(models.Model):
    """A piece of a photo, kept in the database until the photo is whole: small, and safe with the same commit as everything else."""

    photo = models.ForeignKey(DevicePhoto, models.CASCADE, related_name="received", verbose_name=_("手机照片"))
    number = models.PositiveIntegerField(_("段号"))
    body = models.BinaryField(_("内容"))
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        ordering = ["photo_id", "number"]
        verbose_name = verbose_name_plural = _("手机照片的分段")
        constraints = [models.UniqueConstraint(fields=["photo", "number"], name="one_device_piece_per_number")]

    def __str__(self):
        return f"{self.photo} #{self.number}"
