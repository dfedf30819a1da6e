"""The plan (创建方案) a unit files at the start: a document, its key dates, and every version it replaced."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from applications.models.evidence import Blob
from campaigns.permissions import read_in


class CreationPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office those of its campaigns, auditors all; county clerks their county's tree; clerks their own unit."""
        seen = read_in(user, "campaign__")
        if user.organization_id is not None and user.has_role(Role.COUNTY_CLERK):
            seen |= Q(organization__county=user.organization_id)
        elif user.organization_id is not None and user.has_role(Role.UNIT_CLERK):
            seen |= Q(organization=user.organization_id)
        return here(self.filter(seen))

    def newest(self):
        """The version in force of each unit and campaign."""
        later = CreationPlan.objects.filter(campaign=OuterRef("campaign"), organization=OuterRef("organization"), number__gt=OuterRef("number"))
        return self.exclude(Exists(later))


class CreationPlan(models.Model):
    """One version, frozen whole; the newest of a unit is in force. The first says whether the unit filed in time."""

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="creation_plans", verbose_name=_("创建活动"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="creation_plans", verbose_name=_("单位"))
    number = models.PositiveSmallIntegerField(_("第几版"))
    receipt = models.CharField(_("回执编号"), max_length=60, unique=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name=_("方案文件"))
    title = models.CharField(_("文件名称"), max_length=150)
    words = models.TextField(_("说明"), blank=True)
    filed_at = models.DateTimeField(_("报送时间"))
    filed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("报送人"))

    frozen_fields = "__all__"
    freed_by = "campaign"

    objects = CreationPlanQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "organization__code", "-number"]
        verbose_name = verbose_name_plural = _("创建方案")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organization", "number"], name="one_creation_plan_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="creation_plan_numbers_begin_at_one"),
        ]

    def __str__(self):
        return f"{self.organization} · {self.title}"

    def get_absolute_url(self):
        return reverse("applications:creation_plan_version", args=[self.pk])


class PlanDate(models.Model):
    """What a plan means to do, and on which day."""

    plan = models.ForeignKey(CreationPlan, models.PROTECT, related_name="dates", verbose_name=_("创建方案"))
    what = models.CharField(_("事项"), max_length=60)
    on = models.DateField(_("日期"))

    frozen_fields = "__all__"
    freed_by = "plan__campaign"

    class Meta:
        ordering = ["plan_id", "on", "pk"]
        verbose_name = verbose_name_plural = _("创建方案的时间节点")
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="plan_date_says_what")]

    def __str__(self):
        return f"{self.what} {self.on}"


class PlanReminder(models.Model):
    """A unit was asked for its plan on a day: never twice the same day, whoever asks."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="+", verbose_name=_("创建活动"))
    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="+", verbose_name=_("单位"))
    on = models.DateField(_("日期"))
    reminded_at = models.DateTimeField(_("时间"))
    reminded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("提醒人"))

    class Meta:
        ordering = ["-reminded_at"]
        verbose_name = verbose_name_plural = _("创建方案催报记录")
        constraints = [models.UniqueConstraint(fields=["campaign", "organization", "on"], name="plan_reminded_once_a_day")]

    def __str__(self):
        return f"{self.organization} {self.on}"
