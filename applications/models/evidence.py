"""The files, photos and links that prove an answer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, ItemResponse


class Blob(models.Model):
    """Bytes by their content: stored once, never changed, however many items they prove."""

    class Pictures(models.TextChoices):
        NONE = "none", _("没有预览")
        PENDING = "pending", _("正在生成预览")
        MADE = "made", _("有预览")
        IMPOSSIBLE = "impossible", _("不能预览")

    class Scan(models.TextChoices):
        PENDING = "pending", _("等待查毒")
        CLEAN = "clean", _("查毒通过")
        INFECTED = "infected", _("查出病毒")
        FAILED = "failed", _("查毒未完成")

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField(_("字节数"))
    media_type = models.CharField(_("类型"), max_length=100)
    extension = models.CharField(_("扩展名"), max_length=10)
    stored_at = models.DateTimeField(_("存入时间"))
    picture_state = models.CharField(_("预览"), max_length=10, choices=Pictures, default=Pictures.PENDING, editable=False)
    pages = models.PositiveIntegerField(_("页数"), null=True, blank=True, editable=False)
    scan_state = models.CharField(_("查毒"), max_length=8, choices=Scan, default=Scan.PENDING, editable=False)
    scan_tried_at = models.DateTimeField(_("最近查毒时间"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-stored_at"]
        verbose_name = verbose_name_plural = _("文件内容")
        constraints = [
            models.CheckConstraint(condition=Q(picture_state__in=["none", "pending", "made", "impossible"]), name="picture_state_known"),
            models.CheckConstraint(condition=Q(scan_state__in=["pending", "clean", "infected", "failed"]), name="scan_state_known"),
            models.CheckConstraint(condition=~Q(picture_state="made") | Q(pages__gte=1), name="pictures_have_pages"),
            models.CheckConstraint(condition=Q(scan_state="pending") | Q(scan_tried_at__isnull=False), name="scanned_has_time"),
        ]
        indexes = [
            models.Index(fields=["stored_at"], condition=Q(picture_state="pending"), name="blobs_to_draw"),
            models.Index(fields=["scan_tried_at"], condition=~Q(scan_state__in=["clean", "infected"]), name="blobs_to_scan"),
        ]

    def __str__(self):
        return self.sha256[:12]

    @property
    def has_picture(self):
        """Whether a page shows a picture of it: drawn, or being drawn."""
        return self.picture_state in (self.Pictures.PENDING, self.Pictures.MADE) and self.scan_state != self.Scan.INFECTED

    @property
    def shows_scan(self):
        """What the scanner said is worth a word while there is one, and for ever when it was bad."""
        return bool(settings.CLAMAV_URL) or self.scan_state == self.Scan.INFECTED

    @property
    def is_waiting(self):
        """The picture a page asks for now may still be a placeholder."""
        return self.picture_state == self.Pictures.PENDING or bool(settings.CLAMAV_URL) and self.scan_state == self.Scan.PENDING

    @property
    def is_image(self):
        return self.media_type.startswith("image/")


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(response__application__in=Application.objects.visible_to(user))

    def present(self):
        return self.filter(removed_at=None)

    def links(self):
        return self.filter(kind=Evidence.Kind.LINK)


class Evidence(models.Model):
    """One proof for one item: a file or photo (bytes in a Blob) or a web link. Removed rows stay, since versions name them."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件")
        PHOTO = "photo", _("照片")
        LINK = "link", _("网页链接")

    class Health(models.TextChoices):
        UNKNOWN = "", _("还没有检查")
        OK = "ok", _("可访问")
        BROKEN = "broken", _("打不开")
        AWAY = "away", _("未能检查")

    FAILURES_TO_BREAK = 3

    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="evidence", verbose_name=_("逐项填报"))
    checkpoint = models.ForeignKey("standards.Checkpoint", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应检查点"))
    kind = models.CharField(_("种类"), max_length=6, choices=Kind)
    title = models.CharField(_("名称"), max_length=150)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("文件内容"))
    url = models.URLField(_("网址"), max_length=1000, blank=True)
    health = models.CharField(_("网页状态"), max_length=6, choices=Health, blank=True, default=Health.UNKNOWN, editable=False)
    failures = models.PositiveSmallIntegerField(_("连续打不开的次数"), default=0, editable=False)
    check_at = models.DateTimeField(_("下次检查时间"), null=True, blank=True, editable=False, help_text=_("只有网页链接才检查。"))
    added_at = models.DateTimeField(_("添加时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("添加人"))
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("带入自"),
        help_text=_("链接是从以前的申报带入、还没有确认的；确认后清空。"),
    )
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)
    removed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移除人"))
    searched_at = models.DateTimeField(_("内容检查时间"), null=True, blank=True, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["response_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("证明材料")
        constraints = [
            models.CheckConstraint(condition=Q(kind="link", blob=None) & ~Q(url="") | Q(kind__in=["file", "photo"], url="", blob__isnull=False), name="evidence_is_a_file_or_a_link"),
            models.CheckConstraint(condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False), name="evidence_removed_by_at"),
            models.CheckConstraint(condition=Q(kind="link") | Q(health="", failures=0, check_at=None), name="only_links_are_checked"),
            models.CheckConstraint(condition=Q(carried_from=None) | Q(kind="link"), name="only_links_are_carried"),
            models.UniqueConstraint(fields=["response", "blob"], condition=Q(removed_at=None), name="same_file_once_per_item"),
        ]
        indexes = [
            models.Index(fields=["check_at"]),
            models.Index(fields=["added_at"], condition=Q(searched_at=None, blob__isnull=False), name="evidence_to_search"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url or reverse("applications:evidence_view", args=[self.pk])

    @property
    def is_unsettled(self):
        """Something is still being found out about the file, so its page looks again."""
        return self.blob_id is not None and (self.searched_at is None or self.blob.is_waiting)

    @property
    def is_awaited(self):
        """Whether a first look at this link is on its way."""
        return settings.LINK_CHECKS and self.kind == self.Kind.LINK and self.health == self.Health.UNKNOWN

    @property
    def last_check(self):
        """The latest check that found something out, or None. Lists ask for it beforehand: `latest_checks()`."""
        if not hasattr(self, "latest_checks"):
            self.latest_checks = list(self.checks.latest_of_each())
        return self.latest_checks[0] if self.latest_checks else None
