"""The clerk's desk: where the campaign stands, what to do next, how far one's own application is."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone

import applications.rules
from accounts.audit import label
from accounts.models import AuditEvent, Role
from applications.events import VISIBLE_TO_COUNTY, VISIBLE_TO_UNITS
from applications.models import Application
from applications.views.county import rows_of
from campaigns.current import campaign_for
from campaigns.permissions import reads_all_of
from results.events import VISIBLE_TO_UNITS as RESULTS_VISIBLE_TO_UNITS
from results.models import Naming, PublicNotice
from xuancheng_portal.todos import todos

# What a unit reads about itself, and a county about the units below it: {event: tone}.
TOLD_TO_UNITS = VISIBLE_TO_UNITS | RESULTS_VISIBLE_TO_UNITS
TOLD_TO_COUNTIES = VISIBLE_TO_COUNTY | RESULTS_VISIBLE_TO_UNITS.keys()
MOST_TODOS = 5
MOST_EVENTS = 8
MOST_ROWS = 8


@login_not_required
def home(request):
    """Everybody's first page; those whose work lies elsewhere are sent there."""
    user = request.user
    if not user.is_authenticated:
        return redirect("results:public_home")
    campaign, now = campaign_for(request), timezone.now()  # first, so that a switch of year is kept by those sent on
    if reads_all_of(user, campaign):
        return redirect("overview")
    if not user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
        if user.has_role(Role.INSPECTOR):
            return redirect("inspections:today")
        if user.has_role(Role.ADMIN):
            return redirect("status")
    context = {"campaign": campaign, "now": now}
    if campaign is not None:
        context |= stages(campaign, now) | {"todos": todos(user, campaign, now)[:MOST_TODOS]}
        if user.organization is not None:
            context |= own(user, campaign, now)
    return render(request, "xuancheng_portal/home.html", context)


def stages(campaign, at):
    """The phases as rows give them, and what follows the last of them."""
    phases = [
        {"phase": phase, "is_past": phase.ends_at <= at, "is_on": phase.is_running(at)} for phase in campaign.phases.all()
    ]
    day = timezone.localdate(at)
    notices = PublicNotice.objects.public().filter(campaign=campaign, withdrawn_at=None)
    named = Naming.objects.filter(place__track__campaign=campaign).exists()
    publicity = {"is_past": named or notices.filter(ends_on__lt=day).exists(), "is_on": notices.running(day).exists()}
    return {"stages": phases, "publicity": publicity, "named": named, "tracks": campaign.tracks.all()}


def own(user, campaign, at):
    """Of the person's own unit: its application, and for a county the units below it."""
    organization = user.organization
    application = (
        Application.objects.visible_to(user).of_campaign(campaign).filter(organization=organization)
        .select_related("campaign", "track", "organization", "standard").first()
    )
    context = {
        "application": application, "track": applications.rules.track_of(organization, campaign),
        "deadline": applications.rules.filing_deadline(campaign, organization, at), "is_own": True,
        "events": recent(user, organization, campaign),
    }
    if application:
        context["naming"] = Naming.objects.filter(application=application).select_related("place__track").first()
        parts = applications.rules.progress(application)
        returned = applications.rules.open_return(application) if application.is_editable else None
        context |= {
            "progress": parts, "returned": returned, "correction": applications.rules.correction(parts, applications.rules.changes_for(application, own=True)),
            "axes": [(category.name[:2], category.rate) for category in parts.categories] if any(category.rate is not None for category in parts.categories) else [],
        }
        if returned and returned.due_at:
            context["deadline"] = returned.due_at
    else:
        context["start_problems"] = applications.rules.start_problems(organization, campaign, at)
    if user.has_role(Role.COUNTY_CLERK) and organization.is_county and not campaign.is_of_county:
        rows = rows_of(campaign, organization, at)
        context |= {
            "counts": applications.rules.county_counts(campaign, at, organization), "units": len(rows),
            "rows": [row for row in rows if row["application"] or row["reminded_at"]][:MOST_ROWS],
        }
    return context


def recent(user, organization, campaign):
    """The last turns of one's own unit, for a county also of the units below it; never what is the office's own affair."""
    below = user.has_role(Role.COUNTY_CLERK) and organization.is_county
    if organization.rehearsal:  # its entries know units by code only
        mine = Q(detail__unit_code=organization.code, action__in=TOLD_TO_UNITS)
        if below:
            mine |= Q(detail__unit_code__in=list(organization.county_units.values_list("code", flat=True)), action__in=TOLD_TO_COUNTIES)
    else:
        mine = Q(organization=organization, action__in=TOLD_TO_UNITS)
        if below:
            mine |= Q(organization__county=organization, action__in=TOLD_TO_COUNTIES)
    events = AuditEvent.objects.filter(mine, campaign_code=campaign.code).select_related("organization").order_by("-at", "-number")[:MOST_EVENTS]
    for event in events:
        event.label, event.tone = label(event.action), TOLD_TO_UNITS[event.action]
        event.is_other = event.organization_id != organization.pk and event.detail.get("unit_code") != organization.code
    return events
