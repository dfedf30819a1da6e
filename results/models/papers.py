"""The words and numbers of official papers. What a paper says about units comes from lists, notices and titles as they were settled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    NOTICE = "notice", _("公示公告")
    NAMING = "naming", _("命名通报")
    RECTIFICATION = "rectification", _("整改通知书")
    RECOMMENDATION = "recommendation", _("推荐函")
    SUMMARY = "summary", _("检查验收情况汇总")


class PaperTextQuerySet(models.QuerySet):
    def in_use(self):
        """At most one of a campaign and kind: the newest that was not given up."""
        return self.filter(removed_at=None)

    def in_use_at(self, at):
        return self.filter(Q(removed_at=None) | Q(removed_at__gt=at), saved_at__lte=at)


class PaperText(models.Model):
    """The office's own text of a kind of paper in a campaign. Without one the built-in text is used; earlier ones stay readable."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="paper_texts", verbose_name=_("创建活动"))
    kind = models.CharField(_("公文"), max_length=14, choices=PaperKind)
    text = models.TextField(_("文本"))
    saved_at = models.DateTimeField(_("保存时间"))
    saved_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("保存人"))
    removed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    removed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人"))

    objects = PaperTextQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "kind", "-saved_at", "-pk"]
        verbose_name = verbose_name_plural = _("公文文本")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind"], condition=Q(removed_at=None), name="one_paper_text_in_use"),
            models.CheckConstraint(condition=~Q(text=""), name="paper_text_not_empty"),
            models.CheckConstraint(condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False), name="paper_text_removed_by_at"),
        ]

    def __str__(self):
        return self.get_kind_display()


class PaperNumber(models.Model):
    """文号 of one paper. `about` is the key of the notice, title, task or campaign the paper speaks of."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="paper_numbers", verbose_name=_("创建活动"))
    kind = models.CharField(_("公文"), max_length=14, choices=PaperKind)
    about = models.PositiveBigIntegerField(_("所涉对象"))
    number = models.CharField(_("文号"), max_length=60)
    set_at = models.DateTimeField(_("填写时间"))
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("填写人"))

    class Meta:
        ordering = ["campaign_id", "kind", "about"]
        verbose_name = verbose_name_plural = _("公文文号")
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], name="one_number_per_paper"),
            models.UniqueConstraint(fields=["campaign", "number"], name="one_paper_per_number"),
            models.CheckConstraint(condition=Q(number__contains="〔"), name="paper_number_has_its_brackets"),
        ]

    def __str__(self):
        return self.number
