"""The paper side of an application: the stamped scan of its form, and the office's own template for that form."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.evidence import Blob
from applications.models.sending import Submission


class SignedFormQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(application__in=Application.objects.visible_to(user))

    def pending(self):
        """Not submitted with any version yet."""
        return self.filter(submission=None)

    def newest_first(self):
        return self.order_by("-uploaded_at", "-pk")


class SignedForm(models.Model):
    """A scan of the printed and stamped form, with the checksum its pages carry. What was uploaded never changes; only the
    version it came in with is written once it is submitted."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="signed_forms", verbose_name=_("申报"))
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="signed_forms", verbose_name=_("报送版本"))
    checksum = models.CharField(_("页脚校验码"), max_length=10)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name=_("扫描件"))
    title = models.CharField(_("名称"), max_length=150)
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("上传人"))

    frozen_fields = ("application", "checksum", "blob", "title", "uploaded_at", "uploaded_by")
    freed_by = "application__campaign"

    objects = SignedFormQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "-uploaded_at", "-pk"]
        verbose_name = verbose_name_plural = _("盖章扫描件")
        constraints = [
            models.CheckConstraint(condition=~Q(checksum=""), name="signed_form_has_checksum"),
        ]

    def __str__(self):
        return self.title

    @property
    def matches(self):
        """Whether its pages were printed from what was submitted."""
        return self.submission is not None and self.checksum == self.submission.checksum


class FormTemplateQuerySet(models.QuerySet):
    def in_use(self, campaign):
        """The office's own template of a campaign, or nothing: then the built-in one is used."""
        return self.filter(campaign=campaign, removed_at=None).order_by("-uploaded_at", "-pk").first()


class FormTemplate(models.Model):
    """A Word template the office uploaded for the application form of a campaign. The newest that was not removed is used."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="form_templates", verbose_name=_("创建活动"))
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name=_("模板文件"))
    title = models.CharField(_("名称"), max_length=150)
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("上传人"))
    removed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    removed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人"))

    objects = FormTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "-uploaded_at", "-pk"]
        verbose_name = verbose_name_plural = _("申报表模板")
        constraints = [
            models.CheckConstraint(condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False), name="form_template_removed_by_at"),
        ]

    def __str__(self):
        return self.title
