"""What the county checks, recommends and puts in order, and how many it must bring."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Organization, OrganizationKind
from applications.models import Application
from applications.rules.calendar import campaign_day, can_recommend_now, closed_problem, filing_deadline
from applications.rules.sending import status_problems
from campaigns.models import Minimum, Opens
from campaigns.rules import Problem, is_open, show_end


def minimums_of(campaign, county):
    """The numbers asked of this county, one row a track."""
    return Minimum.objects.filter(track__campaign=campaign, per=county.kind_id).select_related("track")


def most_allowed(application):
    """The most its county may recommend in this track, or None."""
    rows = Minimum.objects.filter(track=application.track_id, per__code=OrganizationKind.COUNTY, max__isnull=False)
    return rows.values_list("max", flat=True).first()


def recommendation_problems(application, at):
    if problems := status_problems(application, Application.Status.WITH_COUNTY):
        return problems
    problems, organization = [], application.organization
    if not can_recommend_now(application.campaign, organization, at):
        end = show_end(filing_deadline(application.campaign, organization.county, at))
        problems.append(Problem(_("推荐须在 %(end)s 前报至市政务公开办，现在已经不能推荐。确有原因的，请联系市政务公开办申请延期。") % {"end": end}))
    most = most_allowed(application)
    if most is not None:
        peers = Application.objects.of_campaign(application.campaign_id).filter(track=application.track_id, organization__county=organization.county_id)
        if peers.received().count() >= most:
            problems.append(Problem(_("%(county)s 最多推荐 %(most)s 个，已经推荐满；如要更换，须由已推荐的单位先撤回申报。") % {"county": organization.county, "most": most}))
        elif application.county_order and application.county_order > most:
            problems.append(Problem(
                _("%(unit)s 的推荐顺序是第 %(order)s 位，超出最多 %(most)s 个的范围，请先调整推荐顺序。")
                % {"unit": organization, "order": application.county_order, "most": most}
            ))
    return problems


def county_return_problems(application, reasons, note):
    if problems := status_problems(application, Application.Status.WITH_COUNTY):
        return problems
    if not note.strip() and not any(reason.strip() for reason in reasons.values()):
        return [Problem(_("请写明退回修改的意见：总的意见，或者某一项的意见。"), "#id_note")]
    return []


def order_problems(county, campaign, order, at):
    """`order` names applications of the county's units, each once."""
    if len(set(order)) != len(order):
        return [Problem(_("推荐顺序有重复的单位，请刷新页面后重排。"))]
    if ranked(county, campaign).filter(pk__in=order).count() != len(order):
        return [Problem(_("推荐顺序里有不属于本县本次活动的单位，请刷新页面后重排。"))]
    if not is_open(campaign, Opens.SUBMIT, county, at):
        return [closed_problem(campaign, county, at)]
    return []


def ranked(county, campaign):
    """Applications below the county that stand in its order of recommendation."""
    return (
        Application.objects.of_campaign(campaign).filter(organization__county=county).exclude(organization=county).exclude(status__in=Application.ENDED)
    )


@dataclass(frozen=True)
class Tally:
    """How many units of a track one county has brought so far, and how many are asked."""

    county: Organization
    track: object
    counted: int
    working: int
    minimum: int
    maximum: int | None
    units: int

    @property
    def missing(self):
        return max(0, self.minimum - self.counted)

    @property
    def cannot_be_met(self):
        """Fewer units exist than are asked: reported, never a block."""
        return self.units < self.minimum


@dataclass(frozen=True)
class Shortfall:
    """A county below its minimum. Unpacks into (county, counted, minimum)."""

    county: Organization
    counted: int
    minimum: int
    track: object
    units: int

    def __iter__(self):
        return iter((self.county, self.counted, self.minimum))

    @property
    def missing(self):
        return self.minimum - self.counted

    @property
    def cannot_be_met(self):
        return self.units < self.minimum


def _ancestor_finder():
    """organization key, kind key -> its nearest ancestor of that kind, itself included; one query for all."""
    rows = {pk: (parent, kind) for pk, parent, kind in Organization.objects.values_list("pk", "parent", "kind")}

    def find(organization, kind):
        while organization is not None and rows[organization][1] != kind:
            organization = rows[organization][0]
        return organization

    return find


def county_counts(campaign, at, county=None):
    """For each county (or ancestor of the kind a minimum names) and track with a minimum: counted, working, asked.

    Counted are units that arrived at the city. They arrived in time, or the recommendation would have been refused.
    """
    minimums = list(Minimum.objects.filter(track__campaign=campaign).select_related("track", "per"))
    if not minimums:
        return []
    find, known = _ancestor_finder(), Organization.objects.valid_on(campaign_day(campaign))
    if campaign.is_of_county:
        known = known.filter(county=campaign.county_id)
    applications = list(Application.objects.of_campaign(campaign).values_list("track", "organization", "status", "submitted_at"))
    counts = []
    for minimum in minimums:
        arrived, working, units = Counter(), Counter(), Counter()
        for track, organization, status, submitted_at in applications:
            if track != minimum.track_id:
                continue
            place = find(organization, minimum.per_id)
            if status in Application.RECEIVED and submitted_at <= at:
                arrived[place] += 1
            elif status in (Application.Status.DRAFT, Application.Status.WITH_COUNTY):
                working[place] += 1
        for organization in known.filter(kind=minimum.track.kind_id).values_list("pk", flat=True):
            units[find(organization, minimum.per_id)] += 1
        places = known.filter(kind=minimum.per_id).select_related("kind")
        for place in places.filter(pk=county.pk) if county else places:
            counts.append(Tally(place, minimum.track, arrived[place.pk], working[place.pk], minimum.min, minimum.max, units[place.pk]))
    return counts


def county_shortfall(campaign, at):
    """Counties below a minimum, as (county, counted, minimum)."""
    return [
        Shortfall(count.county, count.counted, count.minimum, count.track, count.units)
        for count in county_counts(campaign, at) if count.missing
    ]
