"""How visits come about: the pool of inspectors, plans and their drafts, answers, and the unit's own objection."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inspections.models.visits import InspectionGroup, Visit


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
