"""What a unit claims: one application a year, its answers per item, the evidence, and every version that was submitted."""

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Role


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and auditors see all; county clerks their county's tree; clerks their own unit. Inspectors come through their visits."""
        if user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR):
            return self
        if user.organization_id is None:
            return self.none()
        if user.has_role(Role.COUNTY_CLERK):
            return self.filter(organization__county=user.organization_id)
        if user.has_role(Role.UNIT_CLERK):
            return self.filter(organization=user.organization_id)
        return self.none()

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
            items_total=models.Count("responses"),
            items_done=models.Count("responses", filter=Q(responses__done_at__isnull=False)),
            items_touched=models.Count("responses", filter=Q(responses__updated_at__isnull=False)),
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
        """Townships (any unit below a county) go to the city by their county; counties and bureaus directly."""
        county = self.organization.county_id
        return county is not None and county != self.organization_id

    @property
    def latest_submission(self):
        return self.submissions.order_by("-number").first()


class ItemResponseQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(done_at=None)

    def in_order(self):
        return self.order_by("item__category__order", "item__order")


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
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False, help_text=_("每次保存加一；过期的保存不会覆盖别人的内容。"))

    objects = ItemResponseQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "item_id"]
        verbose_name = verbose_name_plural = _("逐项填报")
        constraints = [
            models.UniqueConstraint(fields=["application", "item"], name="one_response_per_item"),
            models.CheckConstraint(condition=Q(self_score=None) | Q(self_score__gte=0, self_score__lte=F("maximum")), name="self_score_within_points"),
            models.CheckConstraint(condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False), name="response_done_by_at"),
            models.CheckConstraint(condition=Q(exempted_at=None, exempted_by=None) | Q(exempted_at__isnull=False, exempted_by__isnull=False, self_verdict="not_applicable"), name="response_exempted_by_at"),
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


class Blob(models.Model):
    """Bytes by their content: stored once, never changed, however many items they prove."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField(_("字节数"))
    media_type = models.CharField(_("类型"), max_length=100)
    extension = models.CharField(_("扩展名"), max_length=10)
    stored_at = models.DateTimeField(_("存入时间"))

    class Meta:
        ordering = ["-stored_at"]
        verbose_name = verbose_name_plural = _("文件内容")

    def __str__(self):
        return self.sha256[:12]

    @property
    def is_image(self):
        return self.media_type.startswith("image/")


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(response__application__in=Application.objects.visible_to(user))

    def present(self):
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """One proof for one item: a file or photo (bytes in a Blob) or a web link. Removed rows stay, since versions name them."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件")
        PHOTO = "photo", _("照片")
        LINK = "link", _("网页链接")

    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="evidence", verbose_name=_("逐项填报"))
    checkpoint = models.ForeignKey("standards.Checkpoint", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应检查点"))
    kind = models.CharField(_("种类"), max_length=6, choices=Kind)
    title = models.CharField(_("名称"), max_length=150)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("文件内容"))
    url = models.URLField(_("网址"), max_length=1000, blank=True)
    added_at = models.DateTimeField(_("添加时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("添加人"))
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)
    removed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移除人"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["response_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("证明材料")
        constraints = [
            models.CheckConstraint(condition=Q(kind="link", blob=None) & ~Q(url="") | Q(kind__in=["file", "photo"], url="", blob__isnull=False), name="evidence_is_a_file_or_a_link"),
            models.CheckConstraint(condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False), name="evidence_removed_by_at"),
            models.UniqueConstraint(fields=["response", "blob"], condition=Q(removed_at=None), name="same_file_once_per_item"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url or reverse("applications:evidence", args=[self.pk])


class Submission(models.Model):
    """What was submitted, frozen whole. A trigger refuses change and deletion."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions", verbose_name=_("申报"))
    number = models.PositiveSmallIntegerField(_("第几版"))
    receipt = models.CharField(_("回执编号"), max_length=40, unique=True)
    received_at = models.DateTimeField(_("收到请求时间"))
    submitted_at = models.DateTimeField(_("提交时间"))
    submitted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("提交人"))
    to_county = models.BooleanField(_("报县审核"), default=False)
    snapshot = models.JSONField(_("内容"))
    sha256 = models.CharField(_("内容的SHA-256"), max_length=64)

    frozen_fields = "__all__"

    class Meta:
        ordering = ["application_id", "-number"]
        verbose_name = verbose_name_plural = _("报送版本")
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="one_submission_per_number")]

    def __str__(self):
        return self.receipt

    def get_absolute_url(self):
        return reverse("applications:receipt", args=[self.application_id, self.number])


class ReturnQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)


class Return(models.Model):
    """Sent back by the county (the whole draft opens) or by the office (only the named items open), with one due date."""

    class Level(models.TextChoices):
        COUNTY = "county", _("县级退回")
        OFFICE = "office", _("市级退回")

    application = models.ForeignKey(Application, models.CASCADE, related_name="returns", verbose_name=_("申报"))
    level = models.CharField(_("级别"), max_length=6, choices=Level)
    note = models.TextField(_("总的意见"), blank=True)
    due_at = models.DateTimeField(_("补正期限（不含）"), null=True, blank=True)
    returned_at = models.DateTimeField(_("退回时间"))
    returned_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("退回人"))
    answered_at = models.DateTimeField(_("重新提交时间"), null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("重新提交人"))

    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "-returned_at"]
        verbose_name = verbose_name_plural = _("退回")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(answered_at=None), name="one_open_return_per_application"),
            models.CheckConstraint(condition=Q(level="county") | Q(due_at__isnull=False), name="office_return_has_due_date"),
            models.CheckConstraint(condition=Q(answered_at=None, answered_by=None) | Q(answered_at__isnull=False, answered_by__isnull=False), name="return_answered_by_at"),
        ]

    def __str__(self):
        return f"{self.application} · {self.get_level_display()}"


class ReturnedItem(models.Model):
    of = models.ForeignKey(Return, models.CASCADE, related_name="items", verbose_name=_("退回"))
    response = models.ForeignKey(ItemResponse, models.PROTECT, related_name="returned", verbose_name=_("逐项填报"))
    reason = models.TextField(_("退回意见"))

    class Meta:
        ordering = ["of_id", "response__item__category__order", "response__item__order"]
        verbose_name = verbose_name_plural = _("退回的指标")
        constraints = [
            models.UniqueConstraint(fields=["of", "response"], name="item_returned_once_per_return"),
            models.CheckConstraint(condition=~Q(reason=""), name="returned_item_has_reason"),
        ]

    def __str__(self):
        return str(self.response.item)


class Reminder(models.Model):
    """A unit was reminded on a day: never twice the same day, whoever asks."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+", verbose_name=_("创建活动"))
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", verbose_name=_("单位"))
    on = models.DateField(_("日期"))
    reminded_at = models.DateTimeField(_("时间"))
    reminded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提醒人"))

    class Meta:
        ordering = ["-reminded_at"]
        verbose_name = verbose_name_plural = _("催报记录")
        constraints = [models.UniqueConstraint(fields=["campaign", "organization", "on"], name="reminded_once_a_day")]

    def __str__(self):
        return f"{self.organization} {self.on}"
