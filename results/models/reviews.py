"""What follows a title: follow-ups, and the yearly review, which confirms it, asks for improvement, or leads to its withdrawal."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.permissions import read_in
from results.models.naming import Naming


class FollowUp(models.Model):
    """跟踪管理: somebody looked again, on a day, and this is what was found."""

    class Way(models.TextChoices):
        VISIT = "visit", _("实地走访")
        WEBSITE = "website", _("网上抽查")
        PAPER = "paper", _("书面了解")

    naming = models.ForeignKey(Naming, models.PROTECT, related_name="follow_ups", verbose_name=_("命名"))
    on = models.DateField(_("跟踪日期"))
    way = models.CharField(_("方式"), max_length=7, choices=Way)
    text = models.TextField(_("跟踪情况"))
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("记录人"))

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name = verbose_name_plural = _("跟踪管理")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="follow_up_has_text")]

    def __str__(self):
        return f"{self.naming} · {self.on}"


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A withdrawal that is only proposed is the office's own business until a second person has decided it."""
        decided = ~Q(state__in=[Review.State.PROPOSED, Review.State.REFUSED])
        return self.filter(naming__in=Naming.objects.visible_to(user)).filter(decided | read_in(user, "naming__place__track__campaign__"))

    def improving(self):
        return self.filter(state=Review.State.IMPROVING)

    def proposed(self):
        return self.filter(state=Review.State.PROPOSED)


class Review(models.Model):
    """年度复核: one a year. Improvement has its day and its close; a withdrawal is proposed by one person and decided by another."""

    class Outcome(models.TextChoices):
        QUALIFIED = "qualified", _("合格")
        IMPROVE = "improve", _("限期整改")
        WITHDRAW = "withdraw", _("撤销命名")

    class State(models.TextChoices):
        IMPROVING = "improving", _("整改中")
        PROPOSED = "proposed", _("待复核")
        REFUSED = "refused", _("未同意")
        SETTLED = "settled", _("已办结")

    naming = models.ForeignKey(Naming, models.PROTECT, related_name="reviews", verbose_name=_("命名"))
    year = models.PositiveSmallIntegerField(_("复核年度"))
    outcome = models.CharField(_("结论"), max_length=9, choices=Outcome)
    state = models.CharField(_("状态"), max_length=9, choices=State, editable=False)
    finding = models.TextField(_("复核情况"))
    due_on = models.DateField(_("整改期限"), null=True, blank=True)
    decision_number = models.CharField(_("撤销决定文号"), max_length=60, blank=True)
    decided_on = models.DateField(_("撤销决定日期"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("复核时间"))
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("复核人"))
    answer = models.TextField(_("整改情况"), blank=True)
    answered_at = models.DateTimeField(_("报告时间"), null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报告人"))
    settled_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办结人"))
    settlement = models.TextField(_("办结意见"), blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-reviewed_at", "-pk"]
        verbose_name = verbose_name_plural = _("年度复核")
        constraints = [
            models.UniqueConstraint(fields=["naming", "year"], condition=~Q(outcome="withdraw"), name="one_review_per_year"),
            models.UniqueConstraint(fields=["naming"], condition=Q(outcome="withdraw") & ~Q(state="refused"), name="one_standing_withdrawal"),
            models.CheckConstraint(
                condition=Q(outcome="qualified", state="settled") | Q(outcome="improve", state__in=["improving", "settled"]) | Q(outcome="withdraw", state__in=["proposed", "refused", "settled"]),
                name="review_state_fits_outcome",
            ),
            models.CheckConstraint(condition=Q(outcome="improve", due_on__isnull=False) | ~Q(outcome="improve") & Q(due_on=None), name="review_improvement_has_day"),
            models.CheckConstraint(
                condition=Q(outcome="withdraw", decided_on__isnull=False) & ~Q(decision_number="") | ~Q(outcome="withdraw") & Q(decided_on=None, decision_number=""),
                name="review_withdrawal_has_decision",
            ),
            models.CheckConstraint(condition=Q(answered_at=None, answered_by=None, answer="") | Q(outcome="improve", answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""), name="review_answered_whole"),
            models.CheckConstraint(
                condition=(Q(outcome="qualified") | Q(state__in=["improving", "proposed"])) & Q(settled_at=None, settled_by=None, settlement="")
                | ~Q(outcome="qualified") & Q(state__in=["settled", "refused"], settled_at__isnull=False, settled_by__isnull=False),
                name="review_settled_by_at",
            ),
            models.CheckConstraint(condition=~Q(outcome="withdraw") | Q(settled_by=None) | ~Q(settled_by=F("reviewed_by")), name="withdrawal_decided_by_another_person"),
            models.CheckConstraint(condition=~Q(finding=""), name="review_has_finding"),
        ]

    def __str__(self):
        return f"{self.naming} · {self.year} · {self.get_outcome_display()}"

    def get_absolute_url(self):
        return self.naming.get_absolute_url()

    def is_overdue(self, day):
        """The day itself still counts."""
        return self.state == self.State.IMPROVING and day > self.due_on
