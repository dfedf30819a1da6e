"""One application a year, and its answers item by item."""

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import acted_in


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office all of its campaigns, auditors all; county clerks their county's tree; clerks their own unit. Inspectors come through their visits."""
        if user.has_role(Role.AUDITOR):
            return here(self)
        seen = acted_in(user, "campaign__")
        if user.organization_id is not None and user.has_role(Role.COUNTY_CLERK):
            seen |= Q(organization__county=user.organization_id)
        elif user.organization_id is not None and user.has_role(Role.UNIT_CLERK):
            seen |= Q(organization=user.organization_id)
        return here(self.filter(seen))

    def of_campaign(self, campaign):
        return self.filter(campaign=campaign)

    def for_track(self, track):
        return self.filter(track=track)

    def received(self):
        """Arrived at the city, whatever came of it since."""
        return self.filter(status__in=Application.RECEIVED)

    def editable(self):
        return self.filter(status__in=Application.EDITABLE)

    def with_progress(self):
        """Each with `items_total`, `items_done` and `items_touched`, for lists."""
        return self.annotate(
            items_total=models.Count("responses", filter=Q(responses__removed_at=None)),
            items_done=models.Count("responses", filter=Q(responses__removed_at=None, responses__done_at__isnull=False)),
            items_touched=models.Count("responses", filter=Q(responses__removed_at=None, responses__updated_at__isnull=False)),
            touched_at=models.Max("responses__updated_at"),
        )


class Application(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("填报中")
        WITH_COUNTY = "with_county", _("待县级审核")
        SUBMITTED = "submitted", _("已报送")
        RETURNED = "returned", _("退回补正")
        ACCEPTED = "accepted", _("已受理")
        DECLINED = "declined", _("不予受理")
        WITHDRAWN = "withdrawn", _("已撤回")

    EDITABLE = (Status.DRAFT, Status.RETURNED)
    RECEIVED = (Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED)
    ENDED = (Status.DECLINED, Status.WITHDRAWN)

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="applications", verbose_name=_("创建活动"))
    track = models.ForeignKey("campaigns.Track", models.PROTECT, related_name="applications", verbose_name=_("申报类别"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="applications", verbose_name=_("申报单位"))
    standard = models.ForeignKey("standards.Standard", models.PROTECT, related_name="applications", verbose_name=_("建设标准"))
    status = models.CharField(_("状态"), max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    started_at = models.DateTimeField(_("开始填报时间"))
    started_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("开始填报人"))
    sent_to_county_at = models.DateTimeField(_("报县时间"), null=True, blank=True, editable=False)
    sent_to_county_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("报县人"))
    recommended_at = models.DateTimeField(_("县级推荐时间"), null=True, blank=True, editable=False)
    recommended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("县级推荐人"))
    county_order = models.PositiveSmallIntegerField(_("县级推荐顺序"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True, editable=False, help_text=_("首次报至市政务公开办的时间。"))
    submitted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("报送人"))
    decided_at = models.DateTimeField(_("受理决定时间"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("受理决定人"))
    decline_reason = models.TextField(_("不予受理理由"), blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("撤回人"))
    sealed_at = models.DateTimeField(
        _("材料封存时间"), null=True, blank=True, editable=False, help_text=_("现场验收开始后材料不再补充。"),
    )
    held_at = models.DateTimeField(
        _("列入锁定名单时间"), null=True, blank=True, editable=False, help_text=_("列入锁定的名单后不能撤回申报。"),
    )
    proposed_at = models.DateTimeField(
        _("县级命名推荐时间"), null=True, blank=True, editable=False, help_text=_("在县级活动中命名后，建议县里推荐参加全市的活动。"),
    )
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("县级命名人"))
    version = models.PositiveIntegerField(_("状态版本"), default=0, editable=False, help_text=_("每次状态变化加一，过期的页面据此被拒绝。"))

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "track__order", "organization__code"]
        verbose_name = verbose_name_plural = _("申报")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organization"], name="one_application_per_unit_and_campaign"),
            models.CheckConstraint(condition=Q(status__in=["draft", "with_county", "submitted", "returned", "accepted", "declined", "withdrawn"]), name="application_status_known"),
            models.CheckConstraint(condition=Q(submitted_at=None, submitted_by=None) | Q(submitted_at__isnull=False, submitted_by__isnull=False), name="application_submitted_by_at"),
            models.CheckConstraint(condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False), name="application_decided_by_at"),
            models.CheckConstraint(condition=Q(withdrawn_at=None, withdrawn_by=None) | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False), name="application_withdrawn_by_at"),
            models.CheckConstraint(condition=Q(proposed_at=None, proposed_by=None) | Q(proposed_at__isnull=False, proposed_by__isnull=False), name="application_proposed_by_at"),
            models.CheckConstraint(condition=~Q(status__in=["submitted", "returned", "accepted"]) | Q(submitted_at__isnull=False), name="application_received_has_time"),
            models.CheckConstraint(condition=~Q(status="declined") | (~Q(decline_reason="") & Q(decided_at__isnull=False)), name="application_declined_has_reason"),
            models.CheckConstraint(condition=~Q(status="withdrawn") | Q(withdrawn_at__isnull=False), name="application_withdrawn_has_time"),
        ]
        indexes = [models.Index(fields=["campaign", "status"])]

    def __str__(self):
        return f"{self.organization}（{self.track}）"

    def get_absolute_url(self):
        return reverse("applications:detail", args=[self.pk])

    @property
    def is_editable(self):
        return self.status in self.EDITABLE

    @property
    def is_received(self):
        return self.status in self.RECEIVED

    @property
    def goes_through_county(self):
        """Townships (any unit below a county) go to the city by their county; counties and bureaus directly, as does all in a county's own campaign."""
        county = self.organization.county_id
        return not self.campaign.is_of_county and county is not None and county != self.organization_id

    @property
    def latest_submission(self):
        return self.submissions.order_by("-number").first()


class ItemResponseQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(done_at=None)

    def in_order(self):
        return self.order_by("item__category__order", "item__order")


class PresentResponses(models.Manager.from_queryset(ItemResponseQuerySet)):
    """What every list, count and score begins with: answers to items that an amendment removed are left out."""

    def get_queryset(self):
        return super().get_queryset().filter(removed_at=None)


class ItemResponse(models.Model):
    class Verdict(models.TextChoices):
        MET = "met", _("达到")
        PARTLY = "partly", _("部分达到")
        NOT_MET = "not_met", _("未达到")
        NOT_APPLICABLE = "not_applicable", _("不适用")

    NARRATIVE_LIMIT = 800

    application = models.ForeignKey(Application, models.CASCADE, related_name="responses", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="responses", verbose_name=_("指标"))
    self_verdict = models.CharField(_("自评结论"), max_length=16, choices=Verdict, blank=True)
    self_score = models.DecimalField(_("自评得分"), max_digits=6, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    maximum = models.DecimalField(_("该项分值"), max_digits=6, decimal_places=2, editable=False)
    narrative = models.TextField(_("工作情况说明"), blank=True, validators=[MaxLengthValidator(20000)])
    done_at = models.DateTimeField(_("标记完成时间"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("标记完成人"))
    updated_at = models.DateTimeField(_("最近修改时间"), null=True, blank=True, editable=False)
    updated_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("最近修改人"))
    exempted_at = models.DateTimeField(_("同意不适用时间"), null=True, blank=True, editable=False)
    exempted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("同意不适用人"))
    assignee = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("分工"))
    assigned_at = models.DateTimeField(_("分工时间"), null=True, blank=True, editable=False)
    assigned_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("分工人"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False, help_text=_("每次保存加一；过期的保存不会覆盖别人的内容。"))
    self_verdict_version = models.PositiveIntegerField(_("自评结论的版本"), default=0, editable=False)
    self_score_version = models.PositiveIntegerField(_("自评得分的版本"), default=0, editable=False)
    narrative_version = models.PositiveIntegerField(_("工作情况说明的版本"), default=0, editable=False)

    TYPED = ("self_verdict", "self_score", "narrative")
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("带入自"),
        help_text=_("说明是从以前的申报带入、还没有更新或确认的；改写或确认后清空。"),
    )

    removed_at = models.DateTimeField(
        _("指标删除时间"), null=True, blank=True, editable=False, help_text=_("修订后的建设标准没有这一项；填过的内容保留，只供查看。"),
    )

    objects = PresentResponses()
    including_removed = ItemResponseQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "item_id"]
        verbose_name = verbose_name_plural = _("逐项填报")
        constraints = [
            models.UniqueConstraint(fields=["application", "item"], name="one_response_per_item"),
            models.CheckConstraint(condition=Q(self_score=None) | Q(self_score__gte=0, self_score__lte=F("maximum")), name="self_score_within_points"),
            models.CheckConstraint(condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False), name="response_done_by_at"),
            models.CheckConstraint(condition=Q(exempted_at=None, exempted_by=None) | Q(exempted_at__isnull=False, exempted_by__isnull=False, self_verdict="not_applicable"), name="response_exempted_by_at"),
            models.CheckConstraint(
                condition=Q(assignee=None, assigned_at=None, assigned_by=None) | Q(assignee__isnull=False, assigned_at__isnull=False, assigned_by__isnull=False),
                name="response_assigned_by_at",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(carried_from=None), name="carried_text_is_not_done"),
        ]

    def __str__(self):
        return f"{self.application.organization} · {self.item}"

    def get_absolute_url(self):
        return reverse("applications:item", args=[self.application_id, self.item.code])

    @property
    def is_done(self):
        return self.done_at is not None

    @property
    def is_touched(self):
        return self.updated_at is not None

    def version_of(self, field):
        """Of what is typed, each field counts its own saves: two people in two fields do not meet."""
        return getattr(self, f"{field}_version")
