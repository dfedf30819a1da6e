"""The queries behind the dashboard: every unit that should file with all that is known of it, in a constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from applications.models import Application, Evidence
from applications.rules import campaign_day
from inspections.models import DeskReview, GroupMember, Visit
from results import reports
from standards.models import Item
from xuancheng_portal.figures import Person, Place, Unit, rates


@dataclass(frozen=True)
class Facts:
    tracks: list
    places: list
    units: list
    items: list  # Item, in the order of the newest standard
    categories: list  # (code, name)
    reviewers: list
    inspectors: list


def facts_of(campaign):
    tracks = list(campaign.tracks.select_related("kind", "campaign"))
    standard = campaign.standards.in_force()
    items = list(Item.objects.filter(category__standard=standard).select_related("category").order_by("category__order", "order"))
    units = units_of(campaign, tracks)
    return Facts(
        tracks, places_of(campaign), units, items, list(dict.fromkeys((item.category.code, item.category.name) for item in items)),
        people({person for unit in units for person in unit.reviewers}), people({person for unit in units for person in unit.inspectors}),
    )


def places_of(campaign):
    """The counties, then for the units that stand in none a place for each track; in a county's own campaign the county alone."""
    places = [Place(f"county-{county.pk}", county.short_name) for county in campaign.counties]
    if campaign.is_of_county:
        return places
    tracks = campaign.tracks.select_related("kind")
    return places + [Place(f"track-{track.pk}", track.kind.name if track.kind.name != track.kind.code else track.name) for track in tracks]


def units_of(campaign, tracks):
    ranked = {}
    for track in tracks:
        rows, applications = reports.ranking_of(track)
        ranked |= {applications[row.key].organization_id: row for row in rows}
    applications = {row["organization"]: row for row in Application.objects.of_campaign(campaign).values("pk", "organization", "status", "place")}
    reviews, visits = work_of(campaign)
    kinds = {track.kind_id: track for track in tracks}
    organizations = campaign.units.valid_on(campaign_day(campaign)).order_by("kind__order", "code")
    units = []
    for organization in organizations:
        track, application = kinds[organization.kind_id], applications.get(organization.pk)
        status = application["status"] if application else "none"
        inspectors = visits.get(organization.pk, {})
        reached = {
            "expected": True, "begun": application is not None, "received": status in Application.RECEIVED, "accepted": status == Application.Status.ACCEPTED,
            "inspected": any(inspectors.values()), "selected": bool(application and application["place"]),
        }
        row = ranked.get(organization.pk)
        of_items, of_categories = rates(row.items, campaign.desk_weight, campaign.site_weight) if row else ({}, {})
        units.append(Unit(
            key=organization.pk, name=organization.short_name, place=f"county-{organization.county_id}" if organization.county_id else f"track-{track.pk}",
            track=track.pk, status=status, stages=frozenset(key for key, holds in reached.items() if holds), application=application and application["pk"],
            rates=of_items, categories=of_categories, total=row and row.total, rank=row and row.rank, standing=row.standing if row else "",
            reviewers=reviews.get(organization.pk, {}), inspectors={person: locked for person, locked in inspectors.items() if person is not None},
        ))
    return units


def work_of(campaign):
    """({unit: {reviewer: whether finished}}, {unit: {inspector: whether locked}}); a visit counts for each member of its group."""
    reviews, visits, members = defaultdict(dict), defaultdict(dict), defaultdict(list)
    for unit, person, finished_at in DeskReview.objects.filter(application__campaign=campaign).values_list("application__organization", "scorer", "finished_at"):
        reviews[unit][person] = finished_at is not None
    for group, person in GroupMember.objects.filter(group__campaign=campaign).values_list("group", "user"):
        members[group].append(person)
    for unit, group, locked_at in Visit.objects.filter(application__campaign=campaign).values_list("application__organization", "group", "locked_at"):
        # A locked visit is one even if its group has no members any more.
        visits[unit] = dict.fromkeys([None, *members[group]], locked_at is not None)
    return reviews, visits


def people(keys):
    found = User.objects.filter(pk__in=keys).select_related("organization").order_by("pk")
    return [Person(user.pk, str(user), user.organization.short_name if user.organization else "") for user in found]


# Links


def links_of(campaign):
    """The links that stand in applications which have arrived at the city."""
    return Evidence.objects.links().present().filter(response__application__campaign=campaign, response__application__submitted_at__isnull=False)


def link_counts(campaign, track=None):
    """{(place key, health): how many links}"""
    links = links_of(campaign).filter(response__application__track=track) if track else links_of(campaign)
    rows = links.order_by().values_list("response__application__organization__county", "response__application__track", "health").annotate(n=Count("pk"))
    found = defaultdict(int)
    for county, of_track, health, n in rows:
        found[f"county-{county}" if county else f"track-{of_track}", health] += n
    return found


def links_at(place):
    """The condition of a place's links, by its key."""
    kind, _dash, key = place.partition("-")
    if kind == "county":
        return {"response__application__organization__county": key}
    return {"response__application__organization__county": None, "response__application__track": key}
