"""What an amendment of the standard changed under an application that was being filled in, until the unit has looked at it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RevisedItemQuerySet(models.QuerySet):
    def open(self):
        return self.filter(confirmed_at=None)


class RevisedItem(models.Model):
    class Kind(models.TextChoices):
        ADDED = "added", _("新增")
        CHANGED = "changed", _("修改")
        REMOVED = "removed", _("删除")

    application = models.ForeignKey("applications.Application", models.CASCADE, related_name="revised_items", verbose_name=_("申报"))
    standard = models.ForeignKey("standards.Standard", models.PROTECT, related_name="+", verbose_name=_("新版建设标准"))
    response = models.ForeignKey("applications.ItemResponse", models.CASCADE, related_name="revisions", verbose_name=_("逐项填报"))
    code = models.CharField(_("编号"), max_length=20)
    kind = models.CharField(_("变化"), max_length=8, choices=Kind)
    before = models.JSONField(_("原来的内容"), null=True, blank=True)
    after = models.JSONField(_("现在的内容"), null=True, blank=True)
    dropped = models.JSONField(_("不再适用而清空的内容"), default=dict, help_text=_("超过新分值的自评得分，和已删除的检查点与材料的对应。"))
    revised_at = models.DateTimeField(_("更新时间"))
    confirmed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核对人"))

    objects = RevisedItemQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "revised_at", "pk"]
        verbose_name = verbose_name_plural = _("建设标准更新核对")
        constraints = [
            models.UniqueConstraint(fields=["application", "standard", "code"], name="one_revision_per_item_and_version"),
            models.CheckConstraint(condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False), name="revision_confirmed_by_at"),
        ]

    def __str__(self):
        return f"{self.code} {self.get_kind_display()}"
