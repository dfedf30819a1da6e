"""Which units the office's list shows for what stands in its address, for the page and for what is exported of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organization, OrganizationKind
from applications.forms import ListFilter, PlanFilter
from applications.models import Application, CreationPlan
from applications.rules import campaign_day, is_plan_late, plan_due, plan_units
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
    form = filter_form(ListFilter, campaign, query)
    within = chosen(units, form.cleaned_data)
    return UnitList(form, within, by_status(within, campaign, form.cleaned_data.get("status")).order_by("kind__order", "code"))


def filter_form(kind, campaign, query):
    counties = Organization.objects.of_kind(OrganizationKind.COUNTY).valid_on(campaign_day(campaign))
    form = kind(query, counties=counties, tracks=campaign.tracks.all())
    form.is_valid()
    return form


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


@dataclass(frozen=True)
class PlanRow:
    """A unit that files a plan, the version in force (or None), and when the first was filed."""

    unit: Organization
    plan: CreationPlan | None
    first_filed_at: datetime | None
    is_late: bool

    @property
    def state(self):
        """filed, late (filed after the due day), overdue (not filed though it has passed), none."""
        if self.plan:
            return "late" if self.is_late else "filed"
        return "overdue" if self.is_late else "none"

    @property
    def state_name(self):
        return {"filed": _("已报送"), "late": _("逾期报送"), "overdue": _("逾期未报"), "none": _("未报送")}[self.state]


@dataclass(frozen=True)
class PlanList(UnitList):
    """`by_state` is what `within` holds of each state that can be asked for."""

    by_state: dict[str, QuerySet]


def plan_list(campaign, query, user):
    """The units whose plans this person follows, as the address asks."""
    units = plan_units(campaign)
    if not reads_all_of(user, campaign):
        units = units.filter(county=user.organization)
    form = filter_form(PlanFilter, campaign, query)
    within = chosen(units, form.cleaned_data)
    plans, due = CreationPlan.objects.filter(campaign=campaign), plan_due(campaign)
    late = (plans.filter(number=1, filed_at__gte=due) if due else plans.none()).values("organization")
    filed = within.filter(pk__in=plans.values("organization"))
    by_state = {"filed": filed.exclude(pk__in=late), "late": filed.filter(pk__in=late), "none": within.exclude(pk__in=plans.values("organization"))}
    return PlanList(form, within, by_state.get(form.cleaned_data.get("status"), within).order_by("kind__order", "code"), by_state)


def plan_rows(campaign, units, at):
    """These units in their order, each with its plan; a constant number of queries."""
    keys = [unit.pk for unit in units]
    plans = CreationPlan.objects.filter(campaign=campaign, organization__in=keys)
    newest = {plan.organization_id: plan for plan in plans.newest().select_related("filed_by", "blob").prefetch_related("dates")}
    first = dict(plans.filter(number=1).values_list("organization", "filed_at"))
    due = plan_due(campaign)
    return [PlanRow(unit, newest.get(unit.pk), first.get(unit.pk), is_plan_late(first.get(unit.pk), due, at)) for unit in units]
