"""What was done: the append-only log and its end."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from accounts.models.people import User
from accounts.rehearsing import PREFIX


class AuditEventQuerySet(models.QuerySet):
    def real(self):
        """Without what happened in rehearsals."""
        return self.exclude(campaign_code__startswith=PREFIX)


class AuditEvent(models.Model):
    """One entry of the append-only, hash-chained log. Written only by `accounts.audit.record`; triggers refuse change and deletion."""

    number = models.PositiveBigIntegerField(_("序号"), unique=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人"))
    by_label = models.CharField(_("操作人姓名和单位"), max_length=200)
    action = models.CharField(_("事项"), max_length=60)
    target_type = models.CharField(_("对象类型"), max_length=60)
    target_id = models.CharField(_("对象编号"), max_length=64)
    target_label = models.CharField(_("对象"), max_length=200)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所涉单位")
    )
    campaign_code = models.CharField(_("活动代码"), max_length=60, blank=True)
    detail = models.JSONField(_("内容"), default=dict)
    address = models.GenericIPAddressField(_("网络地址"), null=True, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()
    frozen_fields = "__all__"

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(fields=["organization", "-number"]),
            models.Index(fields=["target_type", "target_id"]),
        ]

    def __str__(self):
        return f"{self.number} {self.action}"


class AuditHead(models.Model):
    """The single row that serialises writers of the chain and remembers its end, so that a cut-off tail shows."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_audit_head")]

    def __str__(self):
        return str(self.number)
