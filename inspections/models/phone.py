"""What came from a phone."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.rehearsing import here
from campaigns.permissions import read_in
from inspections.models.scores import Score
from inspections.models.visits import Visit


class QuarantineQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office decides, auditors read; nobody else learns of it. Of a visit that is gone nobody can tell whose it was: the city's."""
        return here(self.filter(read_in(user, "visit__application__campaign__")))

    def waiting(self):
        late = Q(records__state=Delivery.State.QUARANTINED) | Q(photos__state=Delivery.State.QUARANTINED)
        return self.filter(late).distinct()


class Quarantine(models.Model):
    """What one inspector's phone brought for one visit though it could not be entered any more. It waits for the office, never lost.

    The phone named the visit by its number; a visit that was cancelled meanwhile is gone, the number and the unit's name stay.
    """

    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="quarantines", verbose_name=_("验收员"))
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, blank=True, related_name="quarantines", verbose_name=_("现场验收"))
    visit_number = models.PositiveBigIntegerField(_("手机上的验收编号"))
    unit = models.CharField(_("手机上的单位名称"), max_length=100, blank=True)
    opened_at = models.DateTimeField(_("首次收到时间"))

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = verbose_name_plural = _("待处理的现场记录")
        constraints = [models.UniqueConstraint(fields=["owner", "visit_number"], name="one_quarantine_per_person_and_visit")]

    def __str__(self):
        return f"{self.owner} · {self.visit.application.organization if self.visit else self.unit}"

    def get_absolute_url(self):
        return reverse("inspections:quarantine", args=[self.pk])


class Delivery(models.Model):
    """Something a phone sent under an id of its own: what became of it, and why it was not entered."""

    class State(models.TextChoices):
        RECEIVING = "receiving", _("正在接收")
        ENTERED = "entered", _("已入账")
        INCOMPLETE = "incomplete", _("待补充")
        CONFLICT = "conflict", _("待选择")
        KEPT = "kept", _("留待商定")
        QUARANTINED = "quarantined", _("待公开办处理")
        SET_ASIDE = "set_aside", _("不予入账")
        REFUSED = "refused", _("不能使用")
        REMOVED = "removed", _("已删除")

    class Why(models.TextChoices):
        LOCKED = "locked", _("记录已锁定")
        REASSIGNED = "reassigned", _("已不参加这次验收")
        DISABLED = "disabled", _("账号已停用")
        ENDED = "ended", _("申报不再受理")
        CLOSED = "closed", _("不在检查验收期")
        CONFLICT = "conflict", _("有回避情形")
        ITEM = "item", _("指标不参加验收")
        IMPORTED = "imported", _("来自备份包")

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("验收员"))
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, blank=True, related_name="device_%(class)ss", verbose_name=_("现场验收"))
    visit_number = models.PositiveBigIntegerField(_("手机上的验收编号"))
    unit = models.CharField(_("手机上的单位名称"), max_length=100, blank=True)
    item_code = models.CharField(_("指标编号"), max_length=20)
    received_at = models.DateTimeField(_("首次收到时间"))
    why = models.CharField(_("未入账的原因"), max_length=10, choices=Why, blank=True)
    problem = models.TextField(_("说明"), blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人"))
    decision = models.CharField(_("处理理由"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.owner} {self.item_code}"


def decided():
    return Q(decided_at=None, decided_by=None, decision="") | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision=""))


class DeviceRecord(Delivery):
    """One item recorded on one phone. Its contents are revisions; the one with the highest number counts."""

    number = models.PositiveIntegerField(_("当前修订号"), default=0)
    state = models.CharField(_("状态"), max_length=11, choices=Delivery.State, default=Delivery.State.INCOMPLETE)
    score_version = models.PositiveIntegerField(_("入账后的版本"), null=True, blank=True)
    quarantine = models.ForeignKey(Quarantine, models.PROTECT, null=True, blank=True, related_name="records", verbose_name=_("待处理"))

    class Meta:
        ordering = ["visit_number", "item_code", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机记录")
        constraints = [
            models.CheckConstraint(condition=decided(), name="device_record_decided_by_at"),
            models.CheckConstraint(condition=~Q(state="quarantined") | (Q(quarantine__isnull=False) & ~Q(why="")), name="quarantined_record_says_why"),
        ]

    @property
    def current(self):
        """What counts: the contents with the highest number, more than one where two phones shared an id. Needs `revisions` only."""
        return [revision for revision in self.revisions.all() if revision.number == self.number]


class DeviceRevision(models.Model):
    """A record as it stood on the phone once. Never changed; the phone's time is a claim beside ours."""

    record = models.ForeignKey(DeviceRecord, models.PROTECT, related_name="revisions", verbose_name=_("手机记录"))
    number = models.PositiveIntegerField(_("修订号"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Score.Verdict, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("现场情况"), blank=True)
    keep = models.BooleanField(_("两份都留"), default=False)
    base = models.PositiveIntegerField(_("所依据的版本"), default=0)
    sha256 = models.CharField(_("内容的SHA-256"), max_length=64)
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"))

    frozen_fields = "__all__"
    freed_by = "record__owner"

    class Meta:
        ordering = ["record_id", "number", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机记录的修订")
        constraints = [models.UniqueConstraint(fields=["record", "number", "sha256"], name="one_revision_per_number_and_content")]

    def __str__(self):
        return f"{self.record} #{self.number}"


class DevicePhoto(Delivery):
    """A photo on its way: announced with its hashes, then piece by piece. It is whole only when every hash matches."""

    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("字节数"))
    extension = models.CharField(_("格式"), max_length=5)
    pieces = models.JSONField(_("各段的SHA-256"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=11, choices=Delivery.State, default=Delivery.State.RECEIVING)
    blob = models.ForeignKey("applications.Blob", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件内容"))
    quarantine = models.ForeignKey(Quarantine, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("待处理"))

    class Meta:
        ordering = ["visit_number", "item_code", "received_at", "pk"]
        verbose_name = verbose_name_plural = _("手机照片")
        constraints = [
            models.CheckConstraint(condition=decided(), name="device_photo_decided_by_at"),
            models.CheckConstraint(condition=~Q(state="quarantined") | (Q(quarantine__isnull=False) & ~Q(why="")), name="quarantined_photo_says_why"),
            models.CheckConstraint(condition=~Q(state__in=["entered", "quarantined", "incomplete"]) | Q(blob__isnull=False), name="whole_photo_has_a_blob"),
        ]

    @property
    def missing(self):
        """Numbers of the pieces still to come."""
        if self.state != self.State.RECEIVING:
            return []
        here = set(self.received.values_list("number", flat=True))
        return [number for number in range(len(self.pieces)) if number not in here]


class DevicePiece(models.Model):
    """A piece of a photo, kept in the database until the photo is whole: small, and safe with the same commit as everything else."""

    photo = models.ForeignKey(DevicePhoto, models.CASCADE, related_name="received", verbose_name=_("手机照片"))
    number = models.PositiveIntegerField(_("段号"))
    body = models.BinaryField(_("内容"))
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        ordering = ["photo_id", "number"]
        verbose_name = verbose_name_plural = _("手机照片的分段")
        constraints = [models.UniqueConstraint(fields=["photo", "number"], name="one_device_piece_per_number")]

    def __str__(self):
        return f"{self.photo} #{self.number}"
