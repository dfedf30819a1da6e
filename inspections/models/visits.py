"""Who goes where: groups, their members, their visits and the photos taken there."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import read_in


class InspectionGroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office all groups of its campaigns, auditors all; an inspector those they belong to."""
        seen = read_in(user, "campaign__")
        if user.has_role(Role.INSPECTOR):
            seen |= Q(pk__in=GroupMember.objects.filter(user=user).values("group"))
        return here(self.filter(seen))


class InspectionGroup(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="inspection_groups", verbose_name=_("创建活动"))
    name = models.CharField(_("名称"), max_length=40)

    objects = InspectionGroupQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "name"]
        verbose_name = verbose_name_plural = _("验收组")
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="one_group_per_name")]

    def __str__(self):
        return self.name


class GroupMember(models.Model):
    group = models.ForeignKey(InspectionGroup, models.CASCADE, related_name="members", verbose_name=_("验收组"))
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="memberships", verbose_name=_("验收员"))
    is_leader = models.BooleanField(_("组长"), default=False)

    class Meta:
        ordering = ["group_id", "-is_leader", "pk"]
        verbose_name = verbose_name_plural = _("验收组成员")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="one_membership_per_group"),
            models.UniqueConstraint(fields=["group"], condition=Q(is_leader=True), name="one_leader_per_group"),
        ]

    def __str__(self):
        return f"{self.group} · {self.user}"


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office all visits of its campaigns, auditors all; an inspector only those of their own groups."""
        seen = read_in(user, "application__campaign__")
        if user.has_role(Role.INSPECTOR):
            seen |= Q(pk__in=Visit.objects.of_inspector(user).values("pk"))
        return here(self.filter(seen))

    def of_inspector(self, user):
        return here(self.published()).filter(group__members__user=user)

    def published(self):
        return self.filter(is_published=True)

    def unlocked(self):
        return self.filter(locked_at=None)

    def locked(self):
        return self.filter(locked_at__isnull=False)


class Visit(models.Model):
    """One unit inspected on site by one group on a day. Locked by the leader once all have signed."""

    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="visit", verbose_name=_("申报"))
    group = models.ForeignKey(InspectionGroup, models.PROTECT, related_name="visits", verbose_name=_("验收组"))
    on = models.DateField(_("验收日期"))
    planned_at = models.DateTimeField(_("安排时间"))
    planned_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("安排人"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("开始人"))
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    locked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("锁定人"))
    findings_sha256 = models.CharField(_("验收结果的SHA-256"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0)
    is_published = models.BooleanField(_("已发布"), default=True, help_text=_("没有发布的安排只有市政务公开办看得到。"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["on", "group_id", "pk"]
        verbose_name = verbose_name_plural = _("现场验收")
        constraints = [
            models.CheckConstraint(condition=Q(locked_at=None, locked_by=None, findings_sha256="") | (Q(locked_at__isnull=False, locked_by__isnull=False) & ~Q(findings_sha256="")), name="visit_locked_by_at"),
            models.CheckConstraint(condition=Q(started_at=None, started_by=None) | Q(started_at__isnull=False, started_by__isnull=False), name="visit_started_by_at"),
        ]

    def __str__(self):
        return f"{self.application.organization} {self.on:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("inspections:visit", args=[self.pk])

    @property
    def is_locked(self):
        return self.locked_at is not None

    @property
    def is_started(self):
        return self.started_at is not None

    @property
    def state(self):
        return "locked" if self.is_locked else "running" if self.is_started else "planned"

    def get_state_display(self):
        return {"locked": _("已锁定"), "running": _("验收中"), "planned": _("已安排")}[self.state]


class SitePhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def present(self):
        return self.filter(removed_at=None)


class SitePhoto(models.Model):
    """A photo taken on site, with the id it got on the device."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", verbose_name=_("现场验收"))
    item = models.ForeignKey("standards.Item", models.PROTECT, related_name="+", verbose_name=_("指标"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("文件内容"))
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("拍摄人"))
    added_at = models.DateTimeField(_("上传时间"))
    device_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)

    objects = SitePhotoQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("现场照片")

    def __str__(self):
        return f"{self.visit} · {self.item}"
