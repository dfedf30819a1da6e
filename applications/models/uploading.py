"""Files on their way: what has arrived of each, piece by piece."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from applications.models.application import ItemResponse
from applications.models.evidence import Evidence


class UploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The unit's own people only: to everybody else a file exists once it is evidence."""
        if user.organization_id is None or not user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
            return self.none()
        return self.filter(response__application__organization=user.organization_id)

    def unfinished(self):
        return self.filter(finished_at=None)

    def abandoned(self, before):
        """Nothing came of them, and nobody has touched them since."""
        return self.filter(evidence=None, touched_at__lte=before)


class Upload(models.Model):
    """One file for one item. The device chooses the id, so that whoever asks again after a lost answer asks for the same."""

    id = models.UUIDField(primary_key=True)
    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="uploads", verbose_name=_("逐项填报"))
    checkpoint = models.ForeignKey("standards.Checkpoint", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应检查点"))
    name = models.CharField(_("文件名"), max_length=150)
    size = models.PositiveBigIntegerField(_("字节数"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("浏览器算出的校验值；算不出的留空，以服务器算出的为准。"))
    piece_size = models.PositiveIntegerField(_("每段字节数"))
    started_at = models.DateTimeField(_("开始上传时间"))
    started_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("上传人"))
    touched_at = models.DateTimeField(_("最近收到时间"))
    finished_at = models.DateTimeField(_("传完时间"), null=True, blank=True)
    finished_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("传完的人"))
    evidence = models.OneToOneField(Evidence, models.CASCADE, null=True, blank=True, related_name="upload", verbose_name=_("证明材料"))
    refusal = models.CharField(_("没有收下的原因"), max_length=500, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "id"]
        verbose_name = verbose_name_plural = _("上传")
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, finished_by=None, evidence=None, refusal="")
                | Q(finished_at__isnull=False, finished_by__isnull=False) & (Q(evidence__isnull=False, refusal="") | Q(evidence=None) & ~Q(refusal="")),
                name="upload_finished_with_outcome",
            ),
            models.CheckConstraint(condition=Q(size__gt=0, piece_size__gt=0), name="upload_has_size"),
        ]

    def __str__(self):
        return self.name

    def length_of(self, number):
        """How long this piece must be; 0 where the file has no such piece."""
        return max(0, min(self.piece_size, self.size - number * self.piece_size))

    @property
    def numbers(self):
        return range(-(-self.size // self.piece_size))


class UploadPiece(models.Model):
    """A piece that is on disk. It goes when its file is whole."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces", verbose_name=_("上传"))
    number = models.PositiveIntegerField(_("第几段"))
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        ordering = ["upload_id", "number"]
        verbose_name = verbose_name_plural = _("文件分段")
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_piece_per_number")]

    def __str__(self):
        return f"{self.upload} {self.number}"
