"""Titles, and who is recommended to the province."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import read_in
from results.models.lists import Place


class NamingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is done after naming: the office and auditors; a unit its own title, a county those of its tree."""
        seen = read_in(user, "place__track__campaign__")
        if user.organization_id and user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
            seen |= Q(application__organization=user.organization_id)
        if user.organization_id and user.has_role(Role.COUNTY_CLERK):
            seen |= Q(application__organization__county=user.organization_id)
        return here(self.filter(seen))

    def holding(self):
        """Titles that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def of_campaign(self, campaign):
        return self.filter(place__track__campaign=campaign)


class Naming(models.Model):
    """命名: the title a unit holds. A withdrawn title stays visible as withdrawn."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="naming", verbose_name=_("名额"))
    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="naming", verbose_name=_("申报"))
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    named_at = models.DateTimeField(_("命名时间"))
    named_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("命名人"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤销人"))
    withdrawn_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    withdrawn_document = models.CharField(_("撤销文号"), max_length=60, blank=True)
    withdrawn_on = models.DateField(_("撤销决定日期"), null=True, blank=True)

    objects = NamingQuerySet.as_manager()

    class Meta:
        ordering = ["place__track__order", "place__slot"]
        verbose_name = verbose_name_plural = _("命名")
        constraints = [
            models.CheckConstraint(condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="") | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")), name="naming_withdrawn_whole"),
            models.CheckConstraint(condition=Q(withdrawn_on=None, withdrawn_document="") | Q(withdrawn_at__isnull=False, withdrawn_on__isnull=False) & ~Q(withdrawn_document=""), name="naming_withdrawn_by_decision"),
        ]

    def __str__(self):
        return f"{self.application.organization} · {self.place.track}"

    def get_absolute_url(self):
        return reverse("results:title", args=[self.pk])

    @property
    def withdrawal_day(self):
        """Of the decision; of the entry where none is recorded. None of a title that stands."""
        return self.withdrawn_on or (timezone.localdate(self.withdrawn_at) if self.withdrawn_at else None)


class Recommendation(models.Model):
    """A named unit of a recommending track, chosen by hand for the province."""

    naming = models.OneToOneField(Naming, models.PROTECT, related_name="recommendation", verbose_name=_("命名"))
    target = models.CharField(_("推荐为"), max_length=150)
    reason = models.TextField(_("推荐理由"))
    recommended_at = models.DateTimeField(_("推荐时间"))
    recommended_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("推荐人"))

    class Meta:
        ordering = ["recommended_at"]
        verbose_name = verbose_name_plural = _("向省推荐")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="recommendation_has_reason")]

    def __str__(self):
        return str(self.naming)
