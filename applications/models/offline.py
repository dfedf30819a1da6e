"""A workbook that came back filled in, kept between its preview and the decision to save it."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application


class OfflineUploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever uploaded a workbook decides about it; nobody else sees it."""
        return self.filter(uploaded_by=user, application__in=Application.objects.visible_to(user))

    def expired(self, at):
        return self.filter(uploaded_at__lte=at - OfflineUpload.KEPT)


class OfflineUpload(models.Model):
    KEPT = timedelta(days=1)

    application = models.ForeignKey(Application, models.CASCADE, related_name="offline_uploads", verbose_name=_("申报"))
    title = models.CharField(_("文件名"), max_length=150)
    rows = models.JSONField(_("表格内容"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", verbose_name=_("上传人"))
    saved_at = models.DateTimeField(_("保存时间"), null=True, blank=True)
    saved_by = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("保存人"))
    report = models.JSONField(_("保存结果"), default=list, blank=True)

    objects = OfflineUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = verbose_name_plural = _("离线填报表格")
        constraints = [
            models.CheckConstraint(condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False), name="offline_upload_saved_by_at"),
            models.CheckConstraint(condition=Q(saved_by=None) | Q(saved_by=models.F("uploaded_by")), name="offline_upload_saved_by_its_uploader"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("applications:offline_preview", args=[self.pk])

    def is_expired(self, at):
        return self.uploaded_at <= at - self.KEPT
