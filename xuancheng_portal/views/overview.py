"""The office's overview: how far each county's units are, who is late, what to do next."""

from collections import Counter

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from applications import rules as application_rules
from applications.models import Application, Reminder
from campaigns.current import campaign_for
from campaigns.models import Opens
from campaigns.permissions import acts_as_office, can_prepare, reads_all_of
from campaigns.rules import show_end
from inspections.models import Visit
from results.models import Place
from xuancheng_portal import first_day
from xuancheng_portal.todos import todos

LATE_SHOWN = 10


@require_GET
def overview(request):
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        context = {"campaign": None, "can_prepare": can_prepare(request.user), "first_day": first_day.steps_at_home(request.user)}
        return render(request, "xuancheng_portal/overview.html", context)
    tracks = list(campaign.tracks.select_related("kind"))
    chosen = next((track for track in tracks if track.key == request.GET.get("track")), None)
    rows = progress_rows(campaign, tracks)
    phases = list(campaign.phases.all())
    filing = [phase for phase in phases if phase.opens == Opens.SUBMIT]
    return render(
        request, "xuancheng_portal/overview.html",
        {
            "campaign": campaign,
            "first_day": first_day.steps_at_home(request.user),
            "now": now,
            "phases": [{"phase": phase, "state": "past" if phase.ends_at <= now else "on" if phase.is_running(now) else ""} for phase in phases],
            "deadline": max((phase.ends_at for phase in filing), default=None),
            "deadline_text": show_end(max(phase.ends_at for phase in filing)) if filing else "",
            "todos": todos(request.user, campaign, now),
            "tracks": [{"track": track, **stage_counts(rows, track)} for track in tracks],
            "chosen": chosen,
            "stages": stages(),
            "funnel": funnel(campaign, tracks, rows, chosen),
            "shortfall": application_rules.county_shortfall(campaign, now),
            **late(campaign, now),
            "can_remind": acts_as_office(request.user, campaign),
            "today": timezone.localdate(now),
        },
    )


def stages():
    """(key, heading) from all who should file to those selected, each stage within the one before."""
    return [
        ("expected", _("应报")), ("begun", _("已开始")), ("received", _("已报送")), ("accepted", _("已受理")), ("inspected", _("已验收")), ("selected", _("入围")),
    ]


def progress_rows(campaign, tracks):
    """One dict a unit that has a track: its county, its track and the stages it has reached, in a constant number of queries."""
    kinds = {track.kind_id: track for track in tracks}
    units = campaign.units.valid_on(application_rules.campaign_day(campaign)).values_list("pk", "kind", "county")
    statuses = dict(Application.objects.of_campaign(campaign).values_list("organization", "status"))
    visited = set(Visit.objects.filter(application__campaign=campaign).locked().values_list("application__organization", flat=True))
    placed = set(Place.objects.filter(track__campaign=campaign).values_list("application__organization", flat=True))
    rows = []
    for pk, kind, county in units:
        status = statuses.get(pk)
        reached = {"expected": True, "begun": status is not None, "received": status in Application.RECEIVED}
        reached |= {"accepted": status == Application.Status.ACCEPTED, "inspected": pk in visited, "selected": pk in placed}
        reached["unsent"] = status in (None, Application.Status.DRAFT, Application.Status.WITH_COUNTY)
        rows.append({"county": county, "track": kinds[kind].pk, "reached": [key for key, value in reached.items() if value]})
    return rows


def stage_counts(rows, track):
    counts = Counter(key for row in rows if row["track"] == track.pk for key in row["reached"])
    return {"expected": counts["expected"], "received": counts["received"], "accepted": counts["accepted"], "address": list_address(track=track.pk, status="received")}


def list_address(**filters):
    return f"{reverse('applications:list')}?{urlencode({key: value for key, value in filters.items() if value})}"


def stage_address(key, place, chosen, **filters):
    """Where the units behind a count are listed; what the list of applications knows nothing of, the dashboard lists."""
    if key in ("inspected", "selected"):
        asked = {"place": place, "stage": key, "track": chosen.key if chosen else ""}
        return f"{reverse('dashboard_units')}?{urlencode({name: value for name, value in asked.items() if value})}"
    return list_address(**filters, status="" if key == "expected" else key)


def funnel(campaign, tracks, rows, chosen):
    """A row for each county, and for the units that stand in none a row for each track; the sum at the end."""
    counties = campaign.counties
    shown = [row for row in rows if chosen is None or row["track"] == chosen.pk]
    track_filter = {"track": chosen.pk if chosen else ""}
    places = [
        (county.short_name, f"county-{county.pk}", {"county": county.pk, **track_filter}, [row for row in shown if row["county"] == county.pk]) for county in counties
    ]
    places += [
        (track.kind.name if track.kind.name != track.kind.code else track.name, f"track-{track.pk}", {"track": track.pk}, [row for row in shown if row["county"] is None and row["track"] == track.pk])
        for track in tracks
    ]
    table = [funnel_row(name, place, chosen, filters, of_place) for name, place, filters, of_place in places if of_place]
    return {"rows": table, "total": funnel_row(_("合计"), "", chosen, track_filter, shown), "largest": max((row["expected"] for row in table), default=0)}


def funnel_row(name, place, chosen, filters, rows):
    counts = Counter(key for row in rows for key in row["reached"])
    return {
        "name": name,
        "expected": counts["expected"],
        "cells": [{"key": key, "label": label, "count": counts[key], "address": stage_address(key, place, chosen, **filters)} for key, label in stages()],
        "unsent": counts["unsent"],
        "unsent_address": list_address(**filters, status="unsent"),
    }


def late(campaign, now):
    """Units that have not arrived at the city: first those with a draft, then those that have not begun."""
    units = application_rules.late_organizations(campaign).select_related("county", "kind")
    applications = {row.organization_id: row for row in Application.objects.of_campaign(campaign).with_progress()}
    order = {Application.Status.WITH_COUNTY: 0, Application.Status.DRAFT: 1}
    found = sorted(units, key=lambda unit: (order[applications[unit.pk].status] if unit.pk in applications else 2, unit.kind.order, unit.code))
    shown = found[:LATE_SHOWN]
    reminded = dict(
        Reminder.objects.filter(campaign=campaign, organization__in=[unit.pk for unit in shown]).order_by("on").values_list("organization", "reminded_at")
    )
    return {
        "late_rows": [{"unit": unit, "application": applications.get(unit.pk), "reminded_at": reminded.get(unit.pk)} for unit in shown],
        "late_count": len(found),
        "late_address": list_address(status="unsent"),
    }
