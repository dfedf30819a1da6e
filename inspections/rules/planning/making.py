"""What the planner is given, and what stands in the way of asking it."""

from collections import defaultdict
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import CalendarDay
from campaigns.rules import Problem, branch_of
from inspections import planner
from inspections.models import AssignmentAnswer, DeclaredConflict, GroupMember, InspectionGroup, PastService
from inspections.rules.visits import awaiting_visit, inspection_days, inspectors, years_after

LONG = 200_000  # units × people from which a plan is made behind the page


def working_days(campaign, first, last, *, holidays=False):
    """The days of the inspection phase between two days, both included; without holidays unless these are wanted too."""
    days = [day for day in inspection_days(campaign) if first <= day <= last]
    if holidays:
        return days
    known = dict(CalendarDay.objects.filter(date__in=days).values_list("date", "is_workday"))
    return [day for day in days if known.get(day, day.weekday() < 5)]


@dataclass
class Situation:
    """The people, the groups that stand and the visits there are, as the planner sees them."""

    people: list
    standing: list
    users: dict
    names: dict  # of the standing groups


def situation(campaign, days, at, *, without=()):
    """People of the pool for these days. A group with a visit stands; somebody in several keeps to the one with most visits.

    `without`: keys of visits that are not counted, because they are about to change. Past service and declared conflicts of
    any of the days keep away for all of them, which is never too little.
    """
    entries = list(campaign.pool.available().filter(user__in=inspectors(campaign, at)).select_related("user__organization").order_by("user_id"))
    users = {entry.user_id: entry.user for entry in entries}
    out = defaultdict(lambda: defaultdict(list))  # {group: {person: [day]}}
    seats = GroupMember.objects.filter(group__campaign=campaign, group__visits__isnull=False)
    for group, person, day, visit in seats.values_list("group", "user", "group__visits__on", "group__visits"):
        out[group][person] += [] if visit in without else [day]
    standing, names = standing_groups(campaign, out, users)
    own_group = {person: group.key for group in standing for person in group.members}
    refused = defaultdict(set)
    declined = AssignmentAnswer.objects.declined().filter(visit__application__campaign=campaign, kind=AssignmentAnswer.Kind.DAY)
    for person, day in declined.values_list("user", "on"):
        refused[person].add(day)
    away = away_from(campaign, users.values(), days[0] if days else timezone.localdate(at))
    people = []
    for entry in entries:
        person = entry.user
        busy = {day for group, members in out.items() if group != own_group.get(person.pk) for day in members.get(person.pk, ())}
        people.append(planner.Inspector(
            key=person.pk, organization=person.organization_id, county=branch_of(person.organization, campaign) if person.organization else None,
            days=frozenset(day for day in days if entry.offers(day) and day not in busy and day not in refused[person.pk]), cap=entry.cap,
            away=frozenset(away[person.pk]), visits=sum(len(members.get(person.pk, ())) for members in out.values()),
        ))
    return Situation(people, standing, users, names)


def standing_groups(campaign, out, users):
    """Groups with visits whose people are all in the pool, nobody in two of them."""
    groups = InspectionGroup.objects.filter(pk__in=out).prefetch_related("members")
    most_first = sorted(groups, key=lambda group: (-max(map(len, out[group.pk].values())), group.pk))
    standing, names, engaged = [], {}, set()
    for group in most_first:
        members = [member.user_id for member in group.members.all()]
        leader = next((member.user_id for member in group.members.all() if member.is_leader), None)
        if leader and len(members) >= campaign.site_inspectors and set(members) <= set(users) and not engaged & set(members):
            engaged |= set(members)
            names[group.pk] = group.name
            standing.append(planner.Standing(group.pk, leader, tuple(sorted(members)), tuple(sorted(out[group.pk][leader]))))
    return standing, names


def away_from(campaign, users, on):
    """{person: organizations} of past service and declared 回避 from this day on; the own unit and county the planner knows itself.

    The same rules as `visits.conflicts`, for everybody at once; a test holds the two together.
    """
    found, users = defaultdict(set), list(users)
    for person, organization, ended_on in PastService.objects.filter(user__in=users).values_list("user", "organization", "ended_on"):
        if on < years_after(ended_on, campaign.conflict_years):
            found[person].add(organization)
    for person, organization in DeclaredConflict.objects.filter(campaign=campaign, user__in=users).values_list("user", "organization"):
        found[person].add(organization)
    return found


def as_unit(application):
    organization = application.organization
    return planner.Unit(application.pk, organization.pk, branch_of(organization, application.campaign), organization.code)


def make_plan_problems(campaign, days, size, at):
    problems = []
    if not days:
        problems.append(Problem(_("这段时间里没有检查验收期内的工作日，请另选日期。")))
    elif days[0] < timezone.localdate(at):
        problems.append(Problem(_("开始日期已经过去，请选择今天或以后的一天。")))
    if size < campaign.site_inspectors:
        problems.append(
            Problem(
                ngettext("每组至少要有 %(n)s 人，请改大。", "每组至少要有 %(n)s 人，请改大。", campaign.site_inspectors) % {"n": campaign.site_inspectors}
            )
        )
    if not awaiting_visit(campaign).exists():
        problems.append(Problem(_("没有待安排的单位：已受理的单位都安排好了。")))
    if not campaign.pool.available().exists():
        problems.append(Problem(_("验收员库还是空的，请先加入验收员。"), reverse("inspections:pool")))
    return problems


def is_long(campaign):
    return awaiting_visit(campaign).count() * campaign.pool.available().count() > LONG


NUMERALS = "零一二三四五六七八九"


def numeral(n):
    """1 to 99 as a group is called: 一, 十, 十二, 三十; above that the digits."""
    if not 0 < n < 100:
        return str(n)
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十") + (NUMERALS[ones] if ones else "")


def group_names(campaign, n):
    """Names for so many new groups, none of them in use."""
    used, found, number = set(campaign.inspection_groups.values_list("name", flat=True)), [], 0
    while len(found) < n:
        number += 1
        name = _("第%(n)s验收组") % {"n": numeral(number)}
        if name not in used:
            found.append(name)
    return found
