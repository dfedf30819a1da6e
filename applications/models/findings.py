"""What the portal noticed in a file that should perhaps not be shown to others, and what its unit decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.evidence import Evidence


class SensitiveFindingQuerySet(models.QuerySet):
    def undecided(self):
        return self.filter(decided_at=None)


class SensitiveFinding(models.Model):
    """One kind of thing found in one file: masked, with where it stands first and how often. The value itself is never stored."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("疑似身份证号")
        PHONE = "phone", _("疑似手机号码")
        BANK_CARD = "bank_card", _("疑似银行卡号")
        SECRET = "secret", _("疑似涉密")

    class Decision(models.TextChoices):
        REPLACE = "replace", _("遮盖后重新上传")
        PUBLISHABLE = "publishable", _("确认可以公开")

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="findings", verbose_name=_("证明材料"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    excerpt = models.CharField(_("遮盖后的摘录"), max_length=40)
    in_name = models.BooleanField(_("在文件名里"), default=False)
    page = models.PositiveIntegerField(_("页码"), null=True, blank=True)
    count = models.PositiveIntegerField(_("处数"), default=1)
    found_at = models.DateTimeField(_("发现时间"))
    decision = models.CharField(_("处理"), max_length=12, choices=Decision, blank=True, editable=False)
    reason = models.CharField(_("理由"), max_length=300, blank=True, editable=False)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("处理人"))

    objects = SensitiveFindingQuerySet.as_manager()

    class Meta:
        ordering = ["evidence_id", "pk"]
        verbose_name = verbose_name_plural = _("内容提醒")
        constraints = [
            models.UniqueConstraint(fields=["evidence", "kind"], name="one_finding_per_file_and_kind"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="", reason="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, decision__in=["replace", "publishable"]),
                name="finding_decided_by_at",
            ),
            models.CheckConstraint(condition=~Q(decision="publishable") | ~Q(reason=""), name="publishable_has_reason"),
        ]

    def __str__(self):
        return f"{self.evidence} · {self.get_kind_display()}"

    @property
    def is_decided(self):
        return self.decided_at is not None

    @property
    def is_secret(self):
        return self.kind == self.Kind.SECRET
