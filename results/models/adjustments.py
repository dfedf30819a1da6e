"""What is added to a total, taken from it, or fails a unit whatever its total: bonus, deductions, veto."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import read_in


class AdjustmentQuerySet(models.QuerySet):
    def counting(self):
        return self.filter(state=Adjustment.State.CONFIRMED)

    def proposed(self):
        return self.filter(state=Adjustment.State.PROPOSED)


class Adjustment(models.Model):
    """Points on the total itself, proposed by one person and confirmed by another. Counts from then on, until it is revoked."""

    class Kind(models.TextChoices):
        BONUS = "bonus", _("加分")
        DEDUCTION = "deduction", _("扣分")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        CONFIRMED = "confirmed", _("已复核")
        REFUSED = "refused", _("未同意")
        REVOKED = "revoked", _("已撤销")

    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="adjustments", verbose_name=_("申报"))
    kind = models.CharField(_("种类"), max_length=9, choices=Kind)
    points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0)])
    reason = models.CharField(_("事由"), max_length=300)
    basis = models.CharField(_("依据"), max_length=300, help_text=_("写明文件名称和文号，或者核实的方式。"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.PROPOSED, editable=False)
    proposed_at = models.DateTimeField(_("提出时间"))
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("提出人"))
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人"))
    decision = models.CharField(_("复核意见"), max_length=300, blank=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "proposed_at", "pk"]
        verbose_name = verbose_name_plural = _("加分和扣分")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="adjustment_has_points"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(basis=""), name="adjustment_has_reason_and_basis"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, decided_by=None) | ~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="adjustment_decided_by_at",
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(state="confirmed") | ~Q(decided_by=F("proposed_by")), name="adjustment_confirmed_by_another_person"),
            models.CheckConstraint(condition=~Q(state__in=["refused", "revoked"]) | ~Q(decision=""), name="adjustment_undone_has_reason"),
        ]

    def __str__(self):
        sign = "+" if self.kind == self.Kind.BONUS else "−"
        return f"{self.application.organization} {sign}{self.points.normalize():f}"


class VetoQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office those of its campaigns, auditors all; a unit its own."""
        seen = read_in(user, "application__campaign__")
        if user.organization_id and user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
            seen |= Q(application__organization=user.organization_id)
        return here(self.filter(seen))

    def confirmed(self):
        return self.filter(state=Veto.State.CONFIRMED)

    def open(self):
        return self.filter(state__in=[Veto.State.RAISED, Veto.State.HEARD])


class Veto(models.Model):
    """One item may fail a unit whatever its score: raised with evidence, the unit is heard, the office lead decides."""

    class State(models.TextChoices):
        RAISED = "raised", _("待单位陈述")
        HEARD = "heard", _("待决定")
        CONFIRMED = "confirmed", _("已否决")
        DISMISSED = "dismissed", _("不予否决")

    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="vetoes", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    facts = models.TextField(_("事实"))
    basis = models.CharField(_("依据"), max_length=300)
    blob = models.ForeignKey("applications.Blob", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证据文件"))
    filename = models.CharField(_("证据文件名"), max_length=150, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.RAISED, editable=False)
    due_at = models.DateTimeField(_("陈述期限（不含）"))
    raised_at = models.DateTimeField(_("提出时间"))
    raised_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("提出人"))
    statement = models.TextField(_("单位陈述"), blank=True)
    stated_at = models.DateTimeField(_("陈述时间"), null=True, blank=True)
    stated_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("陈述人"))
    decision = models.TextField(_("决定理由"), blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人"))

    objects = VetoQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "-raised_at"]
        verbose_name = verbose_name_plural = _("一票否决")
        constraints = [
            models.UniqueConstraint(fields=["application", "item"], condition=~Q(state="dismissed"), name="one_standing_veto_per_item"),
            models.CheckConstraint(condition=~Q(facts="") & ~Q(basis=""), name="veto_has_facts_and_basis"),
            models.CheckConstraint(condition=Q(blob=None, filename="") | Q(blob__isnull=False) & ~Q(filename=""), name="veto_file_has_name"),
            models.CheckConstraint(condition=Q(stated_at=None, stated_by=None, statement="") | Q(stated_at__isnull=False, stated_by__isnull=False) & ~Q(statement=""), name="veto_stated_by_at"),
            models.CheckConstraint(
                condition=Q(state__in=["raised", "heard"], decided_at=None, decided_by=None)
                | Q(state__in=["confirmed", "dismissed"], decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision=""),
                name="veto_decided_by_at",
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("raised_by")), name="veto_decided_by_another_person"),
        ]

    def __str__(self):
        return f"{self.application.organization} · {self.item}"
