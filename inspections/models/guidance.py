"""What the office told a unit on the way, and what the unit had to put right."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import Application


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
