"""The files, photos and links that prove an answer."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, ItemResponse


class Blob(models.Model):
    """Bytes by their content: stored once, never changed, however many items they prove."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField(_("字节数"))
    media_type = models.CharField(_("类型"), max_length=100)
    extension = models.CharField(_("扩展名"), max_length=10)
    stored_at = models.DateTimeField(_("存入时间"))

    class Meta:
        ordering = ["-stored_at"]
        verbose_name = verbose_name_plural = _("文件内容")

    def __str__(self):
        return self.sha256[:12]

    @property
    def is_image(self):
        return self.media_type.startswith("image/")


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(response__application__in=Application.objects.visible_to(user))

    def present(self):
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """One proof for one item: a file or photo (bytes in a Blob) or a web link. Removed rows stay, since versions name them."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件")
        PHOTO = "photo", _("照片")
        LINK = "link", _("网页链接")

    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="evidence", verbose_name=_("逐项填报"))
    checkpoint = models.ForeignKey("standards.Checkpoint", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应检查点"))
    kind = models.CharField(_("种类"), max_length=6, choices=Kind)
    title = models.CharField(_("名称"), max_length=150)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("文件内容"))
    url = models.URLField(_("网址"), max_length=1000, blank=True)
    added_at = models.DateTimeField(_("添加时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("添加人"))
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("带入自"),
        help_text=_("链接是从以前的申报带入、还没有确认的；确认后清空。"),
    )
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)
    removed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移除人"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["response_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("证明材料")
        constraints = [
            models.CheckConstraint(condition=Q(kind="link", blob=None) & ~Q(url="") | Q(kind__in=["file", "photo"], url="", blob__isnull=False), name="evidence_is_a_file_or_a_link"),
            models.CheckConstraint(condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False), name="evidence_removed_by_at"),
            models.CheckConstraint(condition=Q(carried_from=None) | Q(kind="link"), name="only_links_are_carried"),
            models.UniqueConstraint(fields=["response", "blob"], condition=Q(removed_at=None), name="same_file_once_per_item"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url or reverse("applications:evidence", args=[self.pk])
