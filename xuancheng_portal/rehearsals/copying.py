"""A rehearsal is made: the units copied with their tree, the campaign onto the chosen day, one account for each part to play.

The units come first, because a campaign stays with the county it was begun with: a county's own is played by the copy of that county.
"""

import secrets

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Organization, OrganizationKind, Role, RoleGrant, User, code_of_copy
from accounts.rehearsing import PREFIX, WORD, playing
from campaigns.dates import Shift
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from xuancheng_portal.copying import copy_whole
from xuancheng_portal.rehearsals import rules


@transaction.atomic
def create_rehearsal(source, *, day, county=None, by, at):
    """`day` falls on today: every date of the copy is moved by as much. `county`: of the city's, only that county's units and a few others play."""
    with playing(""):  # whoever asks may be playing another one
        if problems := rules.create_problems(source, day, county):
            raise NotAllowed(problems)
        units = rules.units_for(source, county, day)
    today = timezone.localdate(at)
    code = f"{PREFIX}{today:%Y%m%d}-{secrets.token_hex(4)}"
    with playing(code), translation.override("zh-hans"):
        copies = copy_units(code, [*units, source.host] if source.host else units, within=source.county)
        rehearsal = copy_played(source, code, copies, moved=today - day, by=by, at=at)
        people = make_accounts(rehearsal, copies)
        record(
            "xuancheng_portal.create_rehearsal", rehearsal, by=by, at=at, campaign=rehearsal,
            source=source.code, day=day.isoformat(), units=len(units), accounts=len(people),
        )
    return rehearsal


def copy_played(source, code, copies, *, moved, by, at):
    title = f"{WORD}{source.title}"[: Campaign._meta.get_field("title").max_length]
    return copy_whole(
        source, code=code, year=source.year, title=title, shift=Shift(days=moved.days), organizer=named(source.organizer, 100) if source.organizer else "",
        host=copies.get(source.host), county=copies.get(source.county), rehearsal=code, days_ahead=-moved.days, published_at=at, published_by=by, by=by, at=at,
    )


def copy_units(code, units, *, within=None):
    """{unit: its copy}, with the tree above; the office too, for inspectors who belong to nobody who applies. `within` a county, nothing else."""
    real = Organization.everywhere.filter(rehearsal="").select_related("kind")
    everybody = {unit.pk: unit for unit in (real.filter(county=within) if within else real)}
    wanted, above = {}, [unit for unit in units if unit.pk in everybody] + [unit for unit in everybody.values() if unit.kind.code == OrganizationKind.OFFICE]
    for unit in above:
        while unit is not None and unit.pk not in wanted:
            wanted[unit.pk] = unit
            unit = everybody.get(unit.parent_id)
    depths = {}
    for unit in wanted.values():
        depths.setdefault(depth(unit, everybody), []).append(unit)
    copies = {}
    for _depth, level in sorted(depths.items()):
        made = Organization.objects.bulk_create([copy_of(code, unit, copies.get(unit.parent_id)) for unit in level])
        for unit, copy in zip(level, made, strict=True):
            copies[unit.pk] = copy
            if rules.is_county_kind(unit):
                copy.county = copy
        Organization.objects.bulk_update([copy for copy in made if copy.is_county], ["county"])
    return {wanted[pk]: copy for pk, copy in copies.items()}


def named(name, longest):
    """A name as it is written in the rehearsal, on papers too."""
    mark = _("（演练）")
    return f"{name[: longest - len(mark)]}{mark}"


def depth(unit, everybody):
    steps = 0
    while unit := everybody.get(unit.parent_id):
        steps += 1
    return steps


def copy_of(code, unit, parent):
    return Organization(
        code=code_of_copy(unit, code), name=named(unit.name, 100), short_name=named(unit.short_name, 60),
        kind=unit.kind, parent=parent, county=parent and parent.county, source=unit.source[:60], rehearsal=code,
    )


def make_accounts(rehearsal, copies):
    """One account each: counties check, units file; some of those outside the counties inspect, in a county's own campaign people of the county."""
    parts = []
    outside = [unit for unit in copies if unit.county_id is None and unit.kind.code != OrganizationKind.OFFICE]
    office = [unit for unit, copy in copies.items() if copy == rehearsal.county or not rehearsal.is_of_county and unit.kind.code == OrganizationKind.OFFICE]
    applying = set(rehearsal.tracks.values_list("kind", flat=True))
    for unit, copy in copies.items():
        if rules.is_county_kind(unit):
            parts.append((copy, Role.COUNTY_CLERK, _("县级审核员")))
        elif unit.kind_id in applying:
            parts.append((copy, Role.UNIT_CLERK, _("填报员")))
    for number, unit in enumerate((outside[: rules.FEW_INSPECTORS] + office * rules.FEW_INSPECTORS)[: rules.FEW_INSPECTORS], 1):
        parts.append((copies[unit], Role.INSPECTOR, _("验收员 %(number)s") % {"number": number}))
    people = User.objects.bulk_create([
        User(
            username=f"{rehearsal.code}-{number}", name=str(name), organization=copy, rehearsal=rehearsal.code,
            password=make_password(None),
        )
        for number, (copy, role, name) in enumerate(parts, 1)
    ])
    RoleGrant.objects.bulk_create([RoleGrant(user=person, role=role) for person, (copy, role, name) in zip(people, parts, strict=True)])
    return people
