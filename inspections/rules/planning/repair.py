"""What of the arranged visits no longer holds, and what would mend it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import digest
from accounts.models import User
from applications.models import Application
from campaigns.rules import Problem
from inspections import planner
from inspections.models import AssignmentAnswer, InspectionGroup, Plan, Visit
from inspections.rules.planning.drafts import open_conflict
from inspections.rules.planning.making import as_unit, situation, working_days
from inspections.rules.planning.reasons import UNPLACED
from inspections.rules.visits import conflicts, histories, inspection_days, inspectors


@dataclass(frozen=True)
class Trouble:
    """A visit that cannot stay as it is, or a group that loses somebody, in a sentence."""

    sentence: str
    visit: Visit | None = None
    group: InspectionGroup | None = None
    user: User | None = None


@dataclass(frozen=True)
class Step:
    """One change: a group gets other people, or a visit another group or day."""

    sentence: str
    group: InspectionGroup
    members: tuple = ()
    leader: User | None = None
    visit: Visit | None = None
    on: date | None = None


@dataclass
class Mending:
    """What is wrong, what would change, and what nothing was found for. `sha256` names exactly this proposal."""

    troubles: list
    steps: list
    stuck: list
    touched: int = 0

    @property
    def sha256(self):
        return digest([[step.sentence, step.group.pk, [user.pk for user in step.members], step.visit and step.visit.pk] for step in self.steps])


def open_visits(campaign, at):
    """Visits that can still be changed: planned, not begun, of accepted units, from today on."""
    return (
        Visit.objects.filter(application__campaign=campaign, application__status=Application.Status.ACCEPTED, started_at=None, locked_at=None, on__gte=timezone.localdate(at))
        .select_related("application__organization__county", "application__campaign", "group")
        .prefetch_related("overrides", "group__members__user__organization__county")
        .order_by("on", "pk")
    )


def troubles(campaign, at, visits=None):
    """Why visits cannot stay as they are: somebody declined, must stay away, cannot come that day, or is no inspector any more."""
    visits = list(open_visits(campaign, at)) if visits is None else visits
    known = histories(campaign, [member.user_id for visit in visits for member in visit.group.members.all()])
    declined = {
        (answer.visit_id, answer.user_id): answer
        for answer in AssignmentAnswer.objects.current().declined().filter(visit__in=[visit.pk for visit in visits])
    }
    entries = {entry.user_id: entry for entry in campaign.pool.all()}
    able = set(inspectors(campaign, at).values_list("pk", flat=True))
    found, out = [], set()
    for visit in visits:
        names = {"unit": visit.application.organization, "day": visit.on.isoformat()}
        against = {conflict.user.pk: conflict for conflict in open_conflict(visit, known)}
        allowed = {override.user_id for override in visit.overrides.all()}
        for member in visit.group.members.all():
            user, entry, answer = member.user, entries.get(member.user_id), declined.get((visit.pk, member.user_id))
            names |= {"person": user, "reason": answer.reason if answer else ""}
            if user.pk not in able or (entry and entry.has_left):
                if (visit.group_id, user.pk) not in out:
                    out.add((visit.group_id, user.pk))
                    names["reason"] = entry.left_reason if entry and entry.has_left else _("已没有验收员角色")
                    found.append(Trouble(_("%(person)s不再参加验收：%(reason)s") % names, group=visit.group, user=user))
            elif user.pk in against:
                found.append(Trouble(str(against[user.pk]), visit=visit, user=user))
            elif answer and not (answer.kind == AssignmentAnswer.Kind.UNIT and user.pk in allowed):
                found.append(Trouble(_("%(person)s %(day)s 不能去%(unit)s：%(reason)s") % names, visit=visit, user=user))
            elif entry and not entry.offers(visit.on):
                found.append(Trouble(_("%(person)s %(day)s 不能参加。") % names, visit=visit, user=user))
    return found


def mending(campaign, at):
    """The repair of what stands in the way, with as few visits changed as possible. A visit is changed when its group, its
    day or its people change.

    Whoever leaves changes every visit of the group anyway: the group goes on where it is still large enough, else somebody
    takes the place who has no conflict with any of its visits; only where nobody can, its visits go to other groups. A
    visit that cannot stay takes the shortest chain of moves (`planner.mend`).
    """
    visits = list(open_visits(campaign, at))
    wrong = troubles(campaign, at, visits)
    if not wrong:
        return Mending([], [], [])
    last = max([*inspection_days(campaign), timezone.localdate(at)])
    days = working_days(campaign, timezone.localdate(at) + timedelta(days=1), last)
    now = situation(campaign, days, at, without={visit.pk for visit in visits})
    by_group = defaultdict(list)
    for visit in visits:
        by_group[visit.group_id].append(visit)
    steps, dissolved, people, touched = [], set(), {}, set()
    leaving = defaultdict(list)
    for trouble in wrong:
        if trouble.group:
            leaving[trouble.group].append(trouble.user)
    for group in sorted(leaving, key=lambda group: group.pk):
        step = new_people(campaign, group, leaving[group], by_group[group.pk], now, {user for step in steps for user in step.members}, visits)
        if step:
            steps.append(step)
            people[group.pk] = step.members
            touched |= {visit.pk for visit in by_group[group.pk]}
        else:
            dissolved.add(group.pk)
    broken = {trouble.visit.application_id for trouble in wrong if trouble.visit and trouble.user in members_after(trouble.visit.group, people)}
    broken |= {visit.application_id for visit in visits if visit.group_id in dissolved}
    repair = moves_for(campaign, visits, broken, people, dissolved, now, days)
    of = {visit.application_id: visit for visit in visits}
    groups = {visit.group_id: visit.group for visit in visits}
    for moved in sorted(repair.moves, key=lambda moved: (moved.day, moved.unit.key)):
        visit, group = of[moved.unit.key], groups[moved.group]
        names = {
            "unit": visit.application.organization, "from": visit.group, "day_from": visit.on.isoformat(), "to": group, "day_to": moved.day.isoformat(),
        }
        steps.append(Step(_("%(unit)s：由%(from)s %(day_from)s 改为%(to)s %(day_to)s") % names, group, visit=visit, on=moved.day))
        touched.add(visit.pk)
    stuck = [
        Problem(f"{of[key].application.organization}：{UNPLACED[why]}", of[key].get_absolute_url()) for key, why in repair.stuck.items()
    ]
    return Mending(wrong, steps, stuck, len(touched))


def repair_problems(mending, sha256):
    if sha256 != mending.sha256:
        return [Problem(_("情况有了变化，修补办法也变了，请看过新的办法再应用。"), reverse("inspections:repair"))]
    if not mending.steps:
        return [Problem(_("没有可以应用的修补办法。"))]
    return []


def members_after(group, people):
    return people.get(group.pk) or [member.user for member in group.members.all()]


def new_people(campaign, group, leaving, visits, now, taken, all_visits):
    """The group without those who leave, and with somebody in their place where it would be too small; None when there is nobody."""
    stay = [member.user for member in group.members.all() if member.user not in leaving]
    leader = next((member.user for member in group.members.all() if member.is_leader and member.user in stay), None)
    needed = min(campaign.site_inspectors, group.members.count()) if stay else campaign.site_inspectors
    wanted = max(needed, min(3, group.members.count())) - len(stay)
    engaged = {member.user_id for visit in all_visits for member in visit.group.members.all()}
    organizations = {user.organization_id for user in stay}
    joined = []
    known = histories(campaign, list(now.users))
    for person in sorted(now.people, key=lambda person: (person.visits, person.key)):
        user = now.users[person.key]
        if len(joined) == wanted:
            break
        if person.key in engaged or user in taken or user in leaving or user.organization_id in organizations:
            continue
        if not {visit.on for visit in visits} <= person.days or (person.left is not None and person.left < len(visits)):
            continue
        if any(conflicts(user, visit.application.organization, campaign, visit.on, known) for visit in visits):
            continue
        joined.append(user)
        organizations.add(user.organization_id)
    members = [*stay, *joined]
    if len(members) < needed:
        return None
    names = {"group": group, "out": _("、").join(map(str, leaving)), "in": _("、").join(map(str, joined))}
    sentence = _("%(group)s：%(out)s退出，%(in)s加入") if joined else _("%(group)s：%(out)s退出，其余的人继续验收")
    return Step(sentence % names, group, tuple(members), leader or members[0])


def moves_for(campaign, visits, broken, people, dissolved, now, days):
    """New places for broken visits among the groups there are; a group whose people are in another one as well gets nothing more."""
    if not broken:
        return planner.Repair()
    groups, known_people, standing = {}, {person.key for person in now.people}, []
    for visit in visits:
        if visit.group_id not in dissolved:
            groups.setdefault(visit.group_id, visit.group)
    seats = Counter(user.pk for group in groups.values() for user in members_after(group, people))
    for key, group in groups.items():
        members = members_after(group, people)
        if all(user.pk in known_people and seats[user.pk] == 1 for user in members):
            leader = next((member.user_id for member in group.members.all() if member.is_leader), members[0].pk)
            taken = Visit.objects.filter(group=group).exclude(pk__in=[visit.pk for visit in visits]).values_list("on", flat=True)
            standing.append(planner.Standing(key, leader, tuple(sorted(user.pk for user in members)), tuple(taken)))
    per_day = Plan.objects.filter(campaign=campaign, state=Plan.State.PUBLISHED).values_list("per_day", flat=True).first() or 2
    bookings = [planner.Booking(as_unit(visit.application), visit.group_id, visit.on) for visit in visits]
    able = {group.key for group in standing}
    fixed = [booking for booking in bookings if booking.unit.key in broken or booking.group in able]
    return planner.mend(fixed, broken, standing, people_without_refusals(now, visits), days, per_day=per_day)


def people_without_refusals(now, visits):
    """A declined unit counts as one to stay away from, whatever the reason was called."""
    refused = defaultdict(set)
    answers = AssignmentAnswer.objects.current().declined().filter(visit__in=[visit.pk for visit in visits], kind=AssignmentAnswer.Kind.UNIT)
    for person, organization in answers.values_list("user", "visit__application__organization"):
        refused[person].add(organization)
    return [
        planner.Inspector(**{**vars(person), "away": person.away | refused[person.key]}) if refused[person.key] else person for person in now.people
    ]
