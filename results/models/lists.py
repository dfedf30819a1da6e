"""The list within the places, settled by two people."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TieDecision(models.Model):
    """The recorded collective decision that names the order of a tied group, when the rule ends."""

    track = models.ForeignKey("campaigns.Track", models.CASCADE, related_name="tie_decisions", verbose_name=_("申报类别"))
    order = models.JSONField(_("名次顺序（申报编号）"))
    text = models.TextField(_("集体研究情况"))
    decided_on = models.DateField(_("研究日期"))
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("记录人"))

    class Meta:
        ordering = ["track_id", "-recorded_at"]
        verbose_name = verbose_name_plural = _("同分集体研究")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="tie_decision_has_text")]

    def __str__(self):
        return f"{self.track} {self.decided_on}"


class SelectionList(models.Model):
    """The list of a track: chosen within the places, locked by one person with its ranking frozen, confirmed by another."""

    class State(models.TextChoices):
        OPEN = "open", _("拟定中")
        LOCKED = "locked", _("待复核")
        CONFIRMED = "confirmed", _("已复核")

    track = models.OneToOneField("campaigns.Track", models.PROTECT, related_name="selection_list", verbose_name=_("申报类别"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.OPEN, editable=False)
    unused_reason = models.CharField(_("名额未用满的理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    class Meta:
        ordering = ["track_id"]
        verbose_name = verbose_name_plural = _("拟命名名单")

    def __str__(self):
        return str(self.track)


class FrozenRanking(models.Model):
    """The ranking as it stood when a list was locked. Triggers refuse change of what was frozen; a new lock makes a new row."""

    selection = models.ForeignKey(SelectionList, models.PROTECT, related_name="frozen", verbose_name=_("拟命名名单"))
    number = models.PositiveSmallIntegerField(_("第几次锁定"))
    rows = models.JSONField(_("排名"))
    rule = models.JSONField(_("计分规则"))
    chosen = models.JSONField(_("入选（申报编号）"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    locked_at = models.DateTimeField(_("锁定时间"))
    locked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("锁定人"))
    confirmed_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人"))
    reopened_at = models.DateTimeField(_("退回时间"), null=True, blank=True)
    reopened_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退回人"))
    reopen_reason = models.CharField(_("退回理由"), max_length=300, blank=True)

    frozen_fields = ("selection", "number", "rows", "rule", "chosen", "sha256", "locked_at", "locked_by")
    freed_by = "selection__track__campaign"

    class Meta:
        ordering = ["selection_id", "-number"]
        verbose_name = verbose_name_plural = _("锁定的排名")
        constraints = [
            models.UniqueConstraint(fields=["selection", "number"], name="one_frozen_ranking_per_number"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("locked_by")), name="list_confirmed_by_another_person"),
            models.CheckConstraint(condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False), name="list_confirmed_by_at"),
        ]

    def __str__(self):
        return f"{self.selection} · {self.number}"


class Place(models.Model):
    """One of a track's places. Slots run from 1 to the quota; the database knows no fourth zone.

    `cap` repeats the track's quota, held equal by a trigger, so that the bound stands beside the slot.
    """

    track = models.ForeignKey("campaigns.Track", models.PROTECT, related_name="places", verbose_name=_("申报类别"))
    slot = models.PositiveSmallIntegerField(_("名额序号"))
    cap = models.PositiveSmallIntegerField(_("名额总数"))
    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="place", verbose_name=_("申报"))
    taken_at = models.DateTimeField(_("选入时间"))
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("选入人"))

    class Meta:
        ordering = ["track_id", "slot"]
        verbose_name = verbose_name_plural = _("名额")
        constraints = [
            models.UniqueConstraint(fields=["track", "slot"], name="one_unit_per_place"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=F("cap")), name="place_within_quota"),
        ]

    def __str__(self):
        return f"{self.track} {self.slot}/{self.cap}"
