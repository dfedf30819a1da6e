"""The points reviewers and inspectors gave, each of one shape, and those they agreed on."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    DESK = "desk", _("材料审核")
    SITE = "site", _("现场验收")


class DeskReview(models.Model):
    """One person scores one application on paper. The second does not see the first until both are finished."""

    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="desk_reviews", verbose_name=_("申报"))
    scorer = models.ForeignKey("accounts.User", models.PROTECT, related_name="desk_reviews", verbose_name=_("评分人"))
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        ordering = ["application_id", "started_at", "pk"]
        verbose_name = verbose_name_plural = _("材料审核")
        constraints = [models.UniqueConstraint(fields=["application", "scorer"], name="one_desk_review_per_scorer")]

    def __str__(self):
        return f"{self.application} · {self.scorer}"


class Score(models.Model):
    """One scorer's points for one item, on paper or on site. Blank (no row or no points) and abstained are not zero.

    Rows from a phone bring their own id and the device's time; the latter is a claim that decides nothing.
    """

    class Verdict(models.TextChoices):
        MET = "met", _("符合")
        PARTLY = "partly", _("部分符合")
        NOT_MET = "not_met", _("不符合")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stage = models.CharField(_("环节"), max_length=4, choices=Stage)
    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="scores", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    scorer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("评分人"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    abstained = models.BooleanField(_("弃权"), default=False)
    reason = models.TextField(_("扣分理由或说明"), blank=True)
    scored_at = models.DateTimeField(_("评分时间"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0)
    paper = models.ForeignKey("PaperRecord", models.PROTECT, null=True, blank=True, related_name="scores", verbose_name=_("纸质补录"))

    class Meta:
        ordering = ["application_id", "stage", "item_id", "scored_at"]
        verbose_name = verbose_name_plural = _("评分")
        constraints = [
            models.UniqueConstraint(fields=["stage", "application", "item", "scorer"], name="one_score_per_stage_item_and_scorer"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0, points__lte=F("maximum")), name="score_within_points"),
            models.CheckConstraint(condition=Q(abstained=False) | Q(points=None), name="abstained_has_no_points"),
            models.CheckConstraint(condition=Q(points=None) | Q(points=F("maximum")) | ~Q(reason=""), name="lost_points_have_a_reason"),
        ]

    def __str__(self):
        return f"{self.item} {self.points}"


class AgreedScore(models.Model):
    """What the scorers of a stage agreed on for an item. On site every item needs one; on paper only where they differ too much."""

    stage = models.CharField(_("环节"), max_length=4, choices=Stage)
    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="agreed_scores", verbose_name=_("申报"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    points = models.DecimalField(_("商定得分"), max_digits=6, decimal_places=2)
    maximum = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)
    reason = models.TextField(_("扣分理由"), blank=True)
    agreed_at = models.DateTimeField(_("商定时间"))
    agreed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("记录人"))
    paper = models.ForeignKey("PaperRecord", models.PROTECT, null=True, blank=True, related_name="agreed_scores", verbose_name=_("纸质补录"))

    class Meta:
        ordering = ["application_id", "stage", "item_id"]
        verbose_name = verbose_name_plural = _("商定得分")
        constraints = [
            models.UniqueConstraint(fields=["stage", "application", "item"], name="one_agreed_score_per_stage_and_item"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=F("maximum")), name="agreed_within_points"),
            models.CheckConstraint(condition=Q(points=F("maximum")) | ~Q(reason=""), name="agreed_loss_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.item} {self.points}"
