"""The public notice."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PublicNoticeQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(published_at=None)

    def running(self, day):
        return self.filter(starts_on__lte=day, ends_on__gte=day, withdrawn_at=None)


class PublicNotice(models.Model):
    """公示: names and units only. Runs whole working days from the day after publication; both ends are included."""

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="public_notices", verbose_name=_("创建活动"))
    number = models.PositiveSmallIntegerField(_("第几号"))
    title = models.CharField(_("标题"), max_length=150)
    body = models.TextField(_("正文"))
    contact = models.CharField(_("受理单位和联系方式"), max_length=300)
    created_at = models.DateTimeField(_("生成时间"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("生成人"))
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保密审查人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"))
    starts_on = models.DateField(_("公示首日"), null=True, blank=True)
    ends_on = models.DateField(_("公示末日"), null=True, blank=True)
    ended_told_at = models.DateTimeField(_("期满提醒时间"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤下人"))
    withdrawn_reason = models.CharField(_("撤下理由"), max_length=300, blank=True)
    is_text_hidden = models.BooleanField(_("撤下后不再显示内容"), default=False)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-campaign__year", "-number"]
        verbose_name = verbose_name_plural = _("公示")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_notice_per_number"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, starts_on=None, ends_on=None)
                | Q(published_at__isnull=False, published_by__isnull=False, checked_by__isnull=False, starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="notice_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="", is_text_hidden=False)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""),
                name="notice_withdrawn_whole",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("results:public_notice", args=[self.pk])

    @property
    def paragraphs(self):
        return [line.strip() for line in self.body.splitlines() if line.strip()]


class NoticeEntry(models.Model):
    """A unit on a notice. It falls when an objection is upheld; the next passer, who `replaces` it, is put on a notice of its own."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="entries", verbose_name=_("公示"))
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="notice_entries", verbose_name=_("申报"))
    order = models.PositiveSmallIntegerField(_("顺序"))
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="substitutes", verbose_name=_("递补"))
    fallen_at = models.DateTimeField(_("取消资格时间"), null=True, blank=True)
    fallen_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("作出决定的人"))
    fallen_reason = models.CharField(_("取消资格理由"), max_length=300, blank=True)

    class Meta:
        ordering = ["notice", "application__track__order", "order"]
        verbose_name = verbose_name_plural = _("公示单位")
        constraints = [
            models.UniqueConstraint(fields=["notice", "application"], name="unit_once_per_notice"),
            models.CheckConstraint(
                condition=Q(fallen_at=None, fallen_by=None, fallen_reason="") | Q(fallen_at__isnull=False, fallen_by__isnull=False) & ~Q(fallen_reason=""),
                name="entry_fallen_whole",
            ),
        ]

    def __str__(self):
        return str(self.application.organization)


class NoticeReview(models.Model):
    """保密审查: one person's look at the words of a notice as they stood, with a decision on everything the scanner found.

    Never changed. Other words need another review: `text_sha256` says which words were looked at.
    """

    class Outcome(models.TextChoices):
        PASSED = "passed", _("审查通过")
        RETURNED = "returned", _("退回修改")

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="reviews", verbose_name=_("公示"))
    number = models.PositiveSmallIntegerField(_("第几次审查"))
    outcome = models.CharField(_("审查结论"), max_length=8, choices=Outcome)
    findings = models.JSONField(_("发现的内容和决定"))  # [{kind, excerpt, count, decision, reason}], numbers masked
    remark = models.CharField(_("审查意见"), max_length=300, blank=True)
    text_sha256 = models.CharField(_("所审文字的 SHA-256"), max_length=64)
    reviewed_at = models.DateTimeField(_("审查时间"))
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("审查人"))

    frozen_fields = "__all__"
    freed_by = "notice__campaign"

    class Meta:
        ordering = ["notice_id", "-number"]
        verbose_name = verbose_name_plural = _("保密审查")
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_review_per_number"),
            models.CheckConstraint(condition=~Q(outcome="returned", remark=""), name="returned_review_has_remark"),
        ]

    def __str__(self):
        return f"{self.notice} · {self.number}"
