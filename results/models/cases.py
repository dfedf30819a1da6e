"""典型案例: what a named unit tells others about its work, with photos."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import read_in
from results.models.naming import Naming


class TypicalCaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office those of its campaigns, auditors all; a unit its own."""
        seen = read_in(user, "naming__place__track__campaign__")
        if user.organization_id and user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
            seen |= Q(naming__application__organization=user.organization_id)
        return here(self.filter(seen))

    def public(self):
        """Published with the unit's consent, while the unit holds its title."""
        return here(self).filter(
            state=TypicalCase.State.PUBLISHED, naming__withdrawn_at=None, naming__place__track__campaign__published_at__isnull=False
        )


class TypicalCase(models.Model):
    """Drafted by the unit, offered with its consent, published by the office.

    Consent is to these very words and photos: they change only in a draft, and a draft has neither consent nor readers.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("起草中")
        OFFERED = "offered", _("待发布")
        PUBLISHED = "published", _("已发布")

    naming = models.ForeignKey(Naming, models.PROTECT, related_name="cases", verbose_name=_("命名"))
    title = models.CharField(_("标题"), max_length=60, blank=True)
    body = models.TextField(_("正文"), blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    remark = models.CharField(_("退回意见"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("修改时间"))
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("修改人"))
    moved_at = models.DateTimeField(_("办理时间"), help_text=_("状态最近一次变化的时间。"))
    consented_at = models.DateTimeField(_("同意公开时间"), null=True, blank=True)
    consented_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("同意公开人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"))

    objects = TypicalCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = verbose_name_plural = _("典型案例")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", consented_at=None, consented_by=None, published_at=None, published_by=None)
                | Q(state="offered", consented_at__isnull=False, consented_by__isnull=False, published_at=None, published_by=None)
                | Q(state="published", consented_at__isnull=False, consented_by__isnull=False, published_at__isnull=False, published_by__isnull=False),
                name="case_shown_only_with_consent",
            ),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(title="") & ~Q(body=""), name="case_offered_is_written"),
            models.CheckConstraint(condition=Q(state="draft") | Q(remark=""), name="case_remark_while_draft"),
        ]

    def __str__(self):
        return self.title or str(_("没有标题的案例"))

    def get_absolute_url(self):
        return reverse("results:case", args=[self.pk])

    @property
    def organization(self):
        return self.naming.application.organization

    @property
    def paragraphs(self):
        return [line.strip() for line in self.body.splitlines() if line.strip()]


class CasePhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(case__in=TypicalCase.objects.visible_to(user))

    def public(self):
        return self.filter(case__in=TypicalCase.objects.public())


class CasePhoto(models.Model):
    """The caption says what is to be seen; whoever cannot see the photo is read it."""

    case = models.ForeignKey(TypicalCase, models.CASCADE, related_name="photos", verbose_name=_("典型案例"))
    blob = models.ForeignKey("applications.Blob", models.PROTECT, related_name="+", verbose_name=_("文件内容"))
    caption = models.CharField(_("说明"), max_length=80)
    added_at = models.DateTimeField(_("添加时间"))
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("添加人"))

    objects = CasePhotoQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "added_at", "pk"]
        verbose_name = verbose_name_plural = _("案例照片")
        constraints = [
            models.UniqueConstraint(fields=["case", "blob"], name="photo_once_per_case"),
            models.CheckConstraint(condition=~Q(caption=""), name="case_photo_has_caption"),
        ]

    def __str__(self):
        return self.caption
