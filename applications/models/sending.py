"""Every version that was submitted, what was sent back, and who was reminded."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.audit import digest
from accounts.models import Organization
from applications.models.application import Application, ItemResponse

CHECKSUM_LENGTH = 10
# What the unit itself says of a proof. Whatever else is noted beside it (whether a page still answers) changes by itself.
CLAIMED = ("id", "kind", "title", "url", "sha256", "size", "checkpoint")


def checksum(snapshot):
    """What each printed page carries, so that a stamped scan can be matched: the first digits of the SHA-256 of what was claimed."""
    claimed = snapshot | {
        "items": [
            item | {"evidence": [{key: proof[key] for key in CLAIMED if key in proof} for proof in item.get("evidence", [])]}
            for item in snapshot["items"]
        ]
    }
    return digest(claimed)[:CHECKSUM_LENGTH].upper()


class SubmissionQuerySet(models.QuerySet):
    def newest(self):
        """The last version of each application."""
        later = Submission.objects.filter(application=OuterRef("application"), number__gt=OuterRef("number"))
        return self.exclude(Exists(later))


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
    signed_sha256 = models.CharField(_("随附盖章扫描件的SHA-256"), max_length=64, blank=True)

    objects = SubmissionQuerySet.as_manager()

    frozen_fields = "__all__"
    freed_by = "application__campaign"

    class Meta:
        ordering = ["application_id", "-number"]
        verbose_name = verbose_name_plural = _("报送版本")
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="one_submission_per_number")]

    def __str__(self):
        return self.receipt

    def get_absolute_url(self):
        return reverse("applications:receipt", args=[self.application_id, self.number])

    @property
    def checksum(self):
        return checksum(self.snapshot)

    @property
    def scan(self):
        """The stamped scan of this version: the newest that matches it, else the newest."""
        scans = list(self.signed_forms.select_related("blob", "uploaded_by").newest_first())
        return next((scan for scan in scans if scan.matches), scans[0] if scans else None)


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
