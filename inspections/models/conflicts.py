"""Why somebody had better not go: past service, what they declared, and what the office allowed all the same."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models.visits import Visit


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
