"""How a record is closed: signatures, a witness, opening it again, and what was signed on paper."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models.visits import Visit


class SignatureQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(voided_at=None)


PAD_WIDTH, PAD_HEIGHT = 600, 200  # the pad's own units, whatever the size of the screen


class Signed(models.Model):
    """Somebody stands by the findings as they were then; the hash says what was signed. A later change voids it."""

    strokes = models.JSONField(_("笔迹"), default=list, blank=True, help_text=_("每一笔是一串坐标，画布宽 600、高 200。"))
    findings_sha256 = models.CharField(_("所签内容的SHA-256"), max_length=64)
    signed_at = models.DateTimeField(_("签字时间"))
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=300, blank=True)

    view_box = f"0 0 {PAD_WIDTH} {PAD_HEIGHT}"

    objects = SignatureQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def path(self):
        """The strokes as SVG path data; a single point is drawn as a dot."""
        return " ".join("M" + " L".join(f"{x} {y}" for x, y in stroke) + (" h0" if len(stroke) == 1 else "") for stroke in self.strokes)


def voided():
    return Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason=""))


class Signature(Signed):
    """A group member signs: with the pad or with the own password."""

    class Method(models.TextChoices):
        PASSWORD = "password", _("登录密码")
        PAD = "pad", _("手写签名")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="signatures", verbose_name=_("现场验收"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("签字人"))
    method = models.CharField(_("方式"), max_length=8, choices=Method, default=Method.PASSWORD)

    frozen_fields = ("visit", "user", "method", "strokes", "findings_sha256", "signed_at")
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "signed_at", "pk"]
        verbose_name = verbose_name_plural = _("签字")
        constraints = [
            models.UniqueConstraint(fields=["visit", "user"], condition=Q(voided_at=None), name="one_valid_signature_per_person"),
            models.CheckConstraint(condition=voided(), name="voided_signature_has_reason"),
            models.CheckConstraint(condition=Q(method="password", strokes=[]) | (Q(method="pad") & ~Q(strokes=[])), name="pad_signature_has_strokes"),
        ]

    def __str__(self):
        return f"{self.visit} · {self.user}"


class WitnessSignature(Signed):
    """The unit's representative signs as present, without an account, on the device of a member (`taken_by`); or refuses, with the reason."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="witnesses", verbose_name=_("现场验收"))
    name = models.CharField(_("姓名"), max_length=40)
    duty = models.CharField(_("职务"), max_length=60)
    refusal = models.CharField(_("拒签理由"), max_length=300, blank=True)
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("经手的验收员"))

    frozen_fields = ("visit", "name", "duty", "refusal", "strokes", "findings_sha256", "signed_at", "taken_by")
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "signed_at", "pk"]
        verbose_name = verbose_name_plural = _("在场签字")
        constraints = [
            models.UniqueConstraint(fields=["visit", "name"], condition=Q(voided_at=None), name="one_valid_witness_per_name"),
            models.CheckConstraint(condition=voided(), name="voided_witness_has_reason"),
            models.CheckConstraint(condition=(Q(refusal="") & ~Q(strokes=[])) | (~Q(refusal="") & Q(strokes=[])), name="witness_signs_or_refuses"),
        ]

    def __str__(self):
        return f"{self.visit} · {self.name}"

    @property
    def has_refused(self):
        return bool(self.refusal)


class Unlocking(models.Model):
    """The office opened a locked visit again, with a reason."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="unlockings", verbose_name=_("现场验收"))
    reason = models.CharField(_("解锁理由"), max_length=300)
    unlocked_at = models.DateTimeField(_("解锁时间"))
    unlocked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("解锁人"))

    class Meta:
        ordering = ["visit_id", "-unlocked_at"]
        verbose_name = verbose_name_plural = _("解锁")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="unlocking_has_reason")]

    def __str__(self):
        return f"{self.visit} · {self.reason}"


class PaperRecord(models.Model):
    """A record that was made and signed on paper and typed in later: who typed it, whose names the paper carries, its scan. Never changed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="paper_records", verbose_name=_("现场验收"))
    inspectors = models.ManyToManyField("accounts.User", related_name="+", verbose_name=_("纸上签名的验收员"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("扫描件"))
    title = models.CharField(_("名称"), max_length=150)
    reason = models.CharField(_("晚录的理由"), max_length=300, blank=True)
    typed_at = models.DateTimeField(_("录入时间"))
    typed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("录入人"))

    frozen_fields = "__all__"
    freed_by = "visit__application__campaign"

    class Meta:
        ordering = ["visit_id", "typed_at", "pk"]
        verbose_name = verbose_name_plural = _("纸质补录")

    def __str__(self):
        return f"{self.visit} · {self.title}"
