"""交流会: when and where units tell each other how they do it, who was invited, who came, what was said."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import read_in


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office those of its campaigns, auditors all; a unit those it is invited to."""
        seen = read_in(user, "campaign__")
        if user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id is not None:
            seen |= Q(pk__in=Invitation.objects.filter(organization=user.organization_id).values("meeting"))
        return here(self.filter(seen))

    def coming(self, at):
        return self.filter(starts_at__gt=at, cancelled_at=None)


class Meeting(models.Model):
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="meetings", verbose_name=_("创建活动"))
    title = models.CharField(_("会议名称"), max_length=100)
    starts_at = models.DateTimeField(_("开始时间"))
    place = models.CharField(_("地点"), max_length=150)
    agenda = models.TextField(_("议程"))
    called_at = models.DateTimeField(_("通知时间"))
    called_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("通知人"))
    changed_at = models.DateTimeField(_("变更时间"), null=True, blank=True)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("变更人"))
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancelled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取消人"))
    cancel_reason = models.CharField(_("取消理由"), max_length=300, blank=True)
    minutes = models.TextField(_("会议纪要"), blank=True)
    minuted_at = models.DateTimeField(_("纪要时间"), null=True, blank=True)
    minuted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("纪要记录人"))

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = verbose_name_plural = _("交流会")
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(place="") & ~Q(agenda=""), name="meeting_has_place_and_agenda"),
            models.CheckConstraint(condition=Q(changed_at=None, changed_by=None) | Q(changed_at__isnull=False, changed_by__isnull=False), name="meeting_changed_by_at"),
            models.CheckConstraint(condition=Q(cancelled_at=None, cancelled_by=None, cancel_reason="") | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, minuted_at=None) & ~Q(cancel_reason=""), name="meeting_cancelled_whole"),
            models.CheckConstraint(condition=Q(minuted_at=None, minuted_by=None, minutes="") | Q(minuted_at__isnull=False, minuted_by__isnull=False) & ~Q(minutes=""), name="meeting_minuted_whole"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("results:meeting", args=[self.pk])


class Invitation(models.Model):
    """A unit invited. Whether it came is known from the minutes on, with the names of who came."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations", verbose_name=_("交流会"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("单位"))
    came = models.BooleanField(_("到会"), null=True, blank=True)
    people = models.CharField(_("参会人员"), max_length=200, blank=True)

    class Meta:
        ordering = ["organization__kind__order", "organization__code"]
        verbose_name = verbose_name_plural = _("参会单位")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organization"], name="invited_once_per_meeting"),
            models.CheckConstraint(condition=Q(people="") | Q(came=True), name="people_of_units_that_came"),
        ]

    def __str__(self):
        return f"{self.meeting} · {self.organization}"
