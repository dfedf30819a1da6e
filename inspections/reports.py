"""What goes into the sheets of a plan and what comes back from them, and the work that is done behind the page."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from accounts import jobs
from accounts.models import User
from applications.models import Application
from inspections import actions, workbooks
from inspections.models import Plan, PlannedMember
from inspections.rules import planning as rules


def plan_rows(plan):
    """Visits, groups, everybody's load and what was not placed, as rows; a constant number of queries."""
    groups = list(plan.groups.prefetch_related(Prefetch("members", PlannedMember.objects.select_related("user__organization"))))
    days, counts = defaultdict(set), Counter()
    visits = list(plan.visits.select_related("application__organization__county", "application__track").order_by("on", "group__number", "application__organization__code"))
    for visit in visits:
        days[visit.group_id].add(visit.on)
        counts[visit.group_id] += 1
    people = {group.pk: list(group.members.all()) for group in groups}
    names = {group.pk: group.name for group in groups}
    leaders = {key: next((member.user for member in members if member.is_leader), None) for key, members in people.items()}
    others = {key: _("、").join(member.user.name for member in members if not member.is_leader) for key, members in people.items()}
    entries = {entry.user_id: entry for entry in plan.campaign.pool.select_related("user__organization")}
    seated = {member.user_id: group for group in groups for member in group.members.all()}
    missing = Application.objects.filter(pk__in=list(map(int, plan.unplaced))).select_related("organization__county")
    return {
        "visits": [
            [
                visit.application.organization.code, visit.application.organization.name, county_of(visit.application.organization), visit.application.track.name,
                names[visit.group_id], visit.on.isoformat(), leaders[visit.group_id] or "", others[visit.group_id], visit.get_why_display(),
            ]
            for visit in visits
        ],
        "groups": [
            [
                group.name, leaders[group.pk] or "", leaders[group.pk].organization or "" if leaders[group.pk] else "",
                _("、").join(f"{member.user}（{member.user.organization or '–'}）" for member in people[group.pk] if not member.is_leader),
                counts[group.pk], len(days[group.pk]),
            ]
            for group in groups
        ],
        "people": [
            [
                entry.user.name, entry.user.organization or "", names[seated[key].pk] if key in seated else "", counts[seated[key].pk] if key in seated else 0,
                entry.cap if entry.cap is not None else _("不限"), "" if key in seated else rules.UNUSED.get(plan.unused.get(str(key)), ""),
            ]
            for key, entry in entries.items() if not entry.has_left
        ],
        "unplaced": [
            [application.organization.name, county_of(application.organization), rules.UNPLACED[plan.unplaced[str(application.pk)]]] for application in missing
        ],
    }


def county_of(organization):
    return str(organization.county) if organization.county and not organization.is_county else ""


def plan_file(plan):
    """(name, bytes) of the plan's workbook."""
    moment, rows = timezone.localtime(), plan_rows(plan)
    words = [
        _("%(plan)s，%(state)s") % {"plan": plan, "state": plan.get_state_display()}, _("种子 %(seed)s") % {"seed": plan.seed},
        _("下县 %(cost)s 次，下界 %(bound)s 次") % {"cost": plan.cost, "bound": plan.bound} if plan.cost is not None else "",
        _("时间：%(moment)s") % {"moment": f"{moment:%Y-%m-%d %H:%M}"},
        _("演示数据：人员和安排均为虚构") if plan.campaign.is_demo else "",
    ]
    content = BytesIO()
    workbooks.plan(plan.campaign.title, "　".join(filter(None, words)), rows).save(content)
    return _("%(title)s验收安排 %(moment)s.xlsx") % {"title": plan.campaign.title, "moment": f"{moment:%Y-%m-%d %H%M}"}, content.getvalue()


def plan_of(job):
    return Plan.objects.select_related("campaign").get(pk=job.parameters["plan"])


@jobs.kind("inspections.plan_file")
def make_plan_file(job, progress):
    return plan_file(plan_of(job))


@jobs.kind("inspections.make_plan")
def make_long_plan(job, progress):
    """A plan too big for a page: proposed by a worker, with its workbook to fetch."""
    return plan_file(actions.fill_plan(plan_of(job), progress=progress))


@jobs.kind("inspections.apply_plan")
def apply_long_plan(job, progress):
    plan = actions.apply_plan(plan_of(job), version=job.parameters["version"], by=User.objects.get(pk=job.owner_id), at=timezone.now())
    return plan_file(plan)


# Back in


@dataclass(frozen=True)
class Change:
    """One line of the sheet: what it changes, or by cell what is wrong with it."""

    unit: str
    key: int = 0
    number: int = 0
    day: str = ""
    before: str = ""
    after: str = ""


def read_plan(plan, rows):
    """(changes, errors, unchanged) of a sheet against the draft. Errors name their cell; what has no line stays as it is."""
    head = next((number for number, row in enumerate(rows[:10]) if {workbooks.CODE, workbooks.GROUP, workbooks.DAY} <= set(row)), None)
    if head is None:
        headings = _("、").join([workbooks.CODE, workbooks.GROUP, workbooks.DAY])
        return [], [_("没有找到表头，请保留这几列：%(headings)s。") % {"headings": headings}], 0
    places = {heading: rows[head].index(heading) for heading in (workbooks.CODE, workbooks.GROUP, workbooks.DAY)}
    groups = {group.name: group for group in plan.groups.all()}
    planned = {visit.application.organization.code: visit for visit in plan.visits.select_related("application__organization", "group")}
    changes, errors, unchanged, seen = [], [], 0, set()
    for number, row in enumerate(rows[head + 1:], head + 2):
        given = {heading: row[place] if place < len(row) else "" for heading, place in places.items()}
        if not any(given.values()):
            continue
        cells = {heading: f"{get_column_letter(place + 1)}{number}" for heading, place in places.items()}
        code, name, day = given[workbooks.CODE], given[workbooks.GROUP], as_day(given[workbooks.DAY])
        found = []
        if code not in planned:
            found.append(_("%(cell)s：方案里没有代码为“%(value)s”的单位。") % {"cell": cells[workbooks.CODE], "value": code})
        elif code in seen:
            found.append(_("%(cell)s：代码为“%(value)s”的单位出现了两次。") % {"cell": cells[workbooks.CODE], "value": code})
        if name not in groups:
            found.append(_("%(cell)s：方案里没有名为“%(value)s”的组。") % {"cell": cells[workbooks.GROUP], "value": name})
        if day is None:
            found.append(_("%(cell)s：“%(value)s”不是日期，请写成 2021-10-15 的样子。") % {"cell": cells[workbooks.DAY], "value": given[workbooks.DAY]})
        seen.add(code)
        errors += found
        if found:
            continue
        visit = planned[code]
        if (visit.group.name, visit.on) == (name, day):
            unchanged += 1
        else:
            changes.append(Change(
                str(visit.application.organization), visit.pk, groups[name].number, day.isoformat(), f"{visit.group} {visit.on.isoformat()}", f"{name} {day.isoformat()}",
            ))
    return changes, errors, unchanged


def as_day(text):
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
