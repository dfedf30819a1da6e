"""Which units the office's list shows for what stands in its address, for the page and for what is exported of it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organization
from applications.forms import ListFilter
from applications.models import Application
from applications.rules import campaign_day
from campaigns.permissions import reads_all_of


@dataclass(frozen=True)
class UnitList:
    """`within` is what every filter but the status leaves, so that the statuses can be counted."""

    form: ListFilter
    within: QuerySet
    units: QuerySet

    @property
    def asked(self):
        return self.form.cleaned_data

    @property
    def words(self):
        """The filter in words, one entry for each of its parts."""
        status = dict(self.form.fields["status"].choices).get(self.asked.get("status"))
        named = [(_("搜索"), self.asked.get("q")), (_("县（市、区）"), self.asked.get("county")), (_("申报类别"), self.asked.get("track")), (_("状态"), status if self.asked.get("status") else "")]
        return [_("%(label)s：%(value)s") % {"label": label, "value": value} for label, value in named if value]


def unit_list(campaign, query, user):
    """All units that may apply, or for a county those below it, as the address asks; in the order of the list."""
    day = campaign_day(campaign)
    units = campaign.units.valid_on(day)
    if not reads_all_of(user, campaign):
        units = units.filter(pk__in=Organization.objects.below(user.organization).values("pk"))
    form = ListFilter(query, counties=campaign.counties.valid_on(day), tracks=campaign.tracks.all())
    form.is_valid()
    within = chosen(units, form.cleaned_data)
    return UnitList(form, within, by_status(within, campaign, form.cleaned_data.get("status")).order_by("kind__order", "code"))


def chosen(units, asked):
    if asked.get("q"):
        units = units.filter(Q(name__icontains=asked["q"]) | Q(short_name__icontains=asked["q"]))
    if asked.get("county"):
        units = units.filter(county=asked["county"])
    if asked.get("track"):
        units = units.filter(kind=asked["track"].kind_id)
    return units


def by_status(units, campaign, status):
    applications = Application.objects.of_campaign(campaign)
    if not status:
        return units
    if status == "none":
        return units.exclude(pk__in=applications.values("organization"))
    if status == "unsent":
        return units.exclude(pk__in=applications.exclude(status__in=["draft", "with_county"]).values("organization"))
    if status == "begun":
        return units.filter(pk__in=applications.values("organization"))
    if status == "received":
        return units.filter(pk__in=applications.received().values("organization"))
    return units.filter(pk__in=applications.filter(status=status).values("organization"))
