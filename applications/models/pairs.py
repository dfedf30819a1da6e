"""Documents and their interpretations, side by side, for items that set a time limit on the interpretation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import ItemResponse
from applications.models.evidence import Evidence


class InterpretationPair(models.Model):
    """One document and its interpretation, with the days on which they were published."""

    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="pairs", verbose_name=_("逐项填报"))
    document_title = models.CharField(_("文件名称"), max_length=200, blank=True)
    document_on = models.DateField(_("文件公开日期"))
    document_link = models.ForeignKey(Evidence, models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("文件的网页"))
    reading_title = models.CharField(_("解读名称"), max_length=200, blank=True)
    reading_on = models.DateField(_("解读公开日期"))
    reading_link = models.ForeignKey(Evidence, models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("解读的网页"))
    added_at = models.DateTimeField(_("添加时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("添加人"))
    changed_at = models.DateTimeField(_("修改时间"), null=True, blank=True)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("修改人"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    class Meta:
        ordering = ["response_id", "document_on", "pk"]
        verbose_name = verbose_name_plural = _("文件与解读对照")
        constraints = [
            models.UniqueConstraint(fields=["response", "document_title"], condition=~Q(document_title=""), name="a_document_once_per_item"),
            models.CheckConstraint(condition=Q(changed_at=None, changed_by=None) | Q(changed_at__isnull=False, changed_by__isnull=False), name="pair_changed_by_at"),
        ]

    def __str__(self):
        return self.document_title or f"{self.document_on:%Y-%m-%d}"
