"""The plan: whom and what the planner is given, what stands in the way of a draft, why this inspector and not that one, and repair."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import digest
from accounts.models import Role, User
from applications.models import Application
from campaigns.models import CalendarDay
from campaigns.permissions import acts_as_office
from campaigns.rules import Problem, Todo, branch_of
from inspections import planner
from inspections.models import (
    AssignmentAnswer,
    Challenge,
    DeclaredConflict,
    GroupMember,
    InspectionGroup,
    PastService,
    Plan,
    PlannedVisit,
    Visit,
)
from inspections.rules.visits import (
    awaiting_visit,
    conflicts,
    histories,
    inspection_days,
    inspectors,
    is_inspection_day,
    unallowed,
    years_after,
)

LONG = 200_000  # units × people from which a plan is made behind the page

# The pool


def pool_problems(campaign, user, days, cap, at, entry=None):
    """What keeps a person from the pool, or their entry from being as stated."""
    problems, phase = [], {day.isoformat() for day in inspection_days(campaign)}
    if not inspectors(campaign, at).filter(pk=user.pk).exists():
        problems.append(Problem(_("%(person)s没有验收员角色，请先请系统管理员授予，或换人。") % {"person": user}))
    if entry is None and campaign.pool.filter(user=user).exists():
        problems.append(Problem(_("%(person)s已经在验收员库里，请在原来的条目上修改。") % {"person": user}))
    if outside := [day for day in days if day not in phase]:
        problems.append(Problem(_("%(days)s 不在检查验收期内，请去掉。") % {"days": _("、").join(outside)}))
    return problems


def service_problems(user, organization, ended_on, at):
    problems = []
    if ended_on > timezone.localdate(at):
        problems.append(Problem(_("离任日期还没有到，请填写已经过去的日期。")))
    if user.organization_id == organization.pk:
        problems.append(Problem(_("%(unit)s是%(person)s现在的单位，不用登记，系统自动回避。") % {"unit": organization, "person": user}))
    if PastService.objects.filter(user=user, organization=organization).exists():
        problems.append(Problem(_("%(person)s在%(unit)s的任职经历已经登记过。") % {"person": user, "unit": organization}))
    return problems


def leave_problems(entry, reason):
    problems = [] if reason.strip() else [Problem(_("请填写退出的理由。"))]
    return problems + ([Problem(_("%(person)s已经退出。") % {"person": entry.user})] if entry.has_left else [])


# What the planner is given


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


# What stands in the way of a draft


@dataclass
class Board:
    """A draft with everything that is asked of it, read in a constant number of queries.

    `visits` are those of the shown groups; problems are sentences by planned visit and by planned group.
    """

    plan: Plan
    groups: list
    shown: list
    visits: list
    users: dict
    entries: dict
    known: object
    phase: frozenset
    today: date
    out: dict
    twice: dict
    loads: Counter = field(default_factory=Counter)
    problems: dict = field(default_factory=dict)
    group_problems: dict = field(default_factory=dict)

    def members(self, group):
        return [self.users[member.user_id] for member in group.members.all()]

    def sentences(self, application, group, on):
        """Why this group should not visit this unit on that day."""
        campaign, found = self.plan.campaign, []
        names = {"unit": application.organization, "day": on.isoformat()}
        if on not in self.phase and not is_inspection_day(campaign, application.organization, on):
            found.append(_("%(day)s 不在%(unit)s的检查验收期内。") % names)
        elif on < self.today:
            found.append(_("%(day)s 已经过去。") % names)
        for user in self.members(group):
            found += conflicts(user, application.organization, campaign, on, self.known)
            found += self.elsewhere(user, group, on)
            if (entry := self.entries.get(user.pk)) and not entry.offers(on):
                found.append(_("%(person)s %(day)s 不能参加。") % (names | {"person": user}))
        return found

    def elsewhere(self, user, group, on):
        others = {name for key, name in self.out.get((user.pk, on), ()) if key != group.group_id}
        others |= {name for number, name in self.twice.get((user.pk, on), ()) if number != group.number}
        return [
            _("%(person)s %(day)s 已随%(group)s验收，同一天不能去两处。") % {"person": user, "day": on.isoformat(), "group": other} for other in sorted(others)
        ]

    def standing_of(self, application):
        """Whether the unit may still be planned at all."""
        if application.status != Application.Status.ACCEPTED:
            return [_("%(unit)s的申报已不在受理状态，请从方案里拿掉。") % {"unit": application.organization}]
        if hasattr(application, "visit"):
            return [_("%(unit)s已经另外安排了验收，请从方案里拿掉。") % {"unit": application.organization}]
        return []

    def group_sentences(self, group):
        members, found = self.members(group), []
        leaders = [member for member in group.members.all() if member.is_leader]
        if group.group_id is None and len(members) < self.plan.size:
            found.append(_("%(group)s不足 %(n)s 人。") % {"group": group, "n": self.plan.size})
        if not leaders:
            found.append(_("%(group)s没有组长。") % {"group": group})
        if group.group_id is None:
            for organization, n in Counter(user.organization for user in members).items():
                if n > 1:
                    found.append(_("%(group)s有 %(n)s 人来自%(unit)s，组员须来自不同单位。") % {"group": group, "n": n, "unit": organization or "–"})
        for user in members:
            entry = self.entries.get(user.pk)
            if entry is None or entry.has_left:
                found.append(_("%(person)s不在验收员库里，或已经退出。") % {"person": user})
            elif entry.cap is not None and self.loads[user.pk] > entry.cap:
                found.append(_("%(person)s共 %(n)s 个单位，超过上限 %(cap)s 个。") % {"person": user, "n": self.loads[user.pk], "cap": entry.cap})
        return found

    @property
    def sentences_in_all(self):
        """Everything that stands in the way, each sentence once."""
        units = (sentence for found in self.problems.values() for sentence in found)
        return list(dict.fromkeys([*(sentence for found in self.group_problems.values() for sentence in found), *units]))


def board(plan, at, shown=None):
    """The draft with its problems; `shown` limits the visits to those of some groups (all people are still looked at)."""
    campaign = plan.campaign
    groups = list(plan.groups.prefetch_related("members").select_related("group"))
    shown = groups if shown is None else shown
    keys = {member.user_id for group in groups for member in group.members.all()}
    users = User.objects.select_related("organization__county").in_bulk(keys)
    entries = {entry.user_id: entry for entry in campaign.pool.all()}
    visits = list(
        plan.visits.filter(group__in=shown).select_related("application__organization__county", "application__track", "application__visit").order_by("on", "pk")
    )
    by_key = {group.pk: group for group in groups}
    for visit in visits:
        visit.application.campaign, visit.group = campaign, by_key[visit.group_id]
    out, loads, twice = defaultdict(set), Counter(), defaultdict(set)
    seats = GroupMember.objects.filter(user__in=keys, group__campaign=campaign, group__visits__isnull=False)
    for user, group, name, day in seats.values_list("user", "group", "group__name", "group__visits__on"):
        out[user, day].add((group, name))
        loads[user] += 1
    per_group = Counter(plan.visits.values_list("group", flat=True))
    teams = defaultdict(list)
    for group in groups:
        for member in group.members.all():
            loads[member.user_id] += per_group[group.pk] if plan.is_draft else 0  # an applied plan's visits are counted above
            teams[member.user_id].append(group)
    several = [group.pk for found in teams.values() if len(found) > 1 for group in found]
    for group, day in plan.visits.filter(group__in=several).values_list("group", "on"):
        for member in by_key[group].members.all():
            twice[member.user_id, day].add((by_key[group].number, by_key[group].name))
    found = Board(
        plan, groups, shown, visits, users, entries, histories(campaign, list(users)), frozenset(inspection_days(campaign)), timezone.localdate(at), out, twice, loads,
    )
    if plan.is_draft:
        for visit in visits:
            if sentences := found.standing_of(visit.application) + found.sentences(visit.application, visit.group, visit.on):
                found.problems[visit.pk] = sentences
        found.group_problems = {group.number: sentences for group in shown if (sentences := found.group_sentences(group))}
    return found


def draft_state_problems(plan):
    return [] if plan.is_draft else [Problem(_("方案现在是“%(state)s”，不能再改草案。") % {"state": plan.get_state_display()}, plan.get_absolute_url())]


def stale_problems(plan, version):
    if version is not None and version != plan.version:
        return [Problem(_("方案刚在别的页面改过，请看过现在的样子再操作。"), plan.get_absolute_url())]
    return []


def apply_problems(plan, at):
    problems = draft_state_problems(plan)
    if not problems:
        if not plan.visits.exists():
            problems.append(Problem(_("方案里没有排上的单位，不能应用。")))
        problems += [Problem(sentence) for sentence in board(plan, at).sentences_in_all]
    return problems


def publish_problems(plan):
    if plan.state != Plan.State.APPLIED:
        return [Problem(_("方案现在是“%(state)s”，应用以后才能发布一次。") % {"state": plan.get_state_display()})]
    blocked = [visit for visit in unpublished(plan).prefetch_related("overrides", "group__members__user__organization__county") if open_conflict(visit)]
    return [
        Problem(_("%(unit)s的安排有回避情形，请换组、换人，或由办领导说明理由后批准。") % {"unit": visit.application.organization}, visit.get_absolute_url())
        for visit in blocked
    ]


def unpublished(plan):
    return Visit.objects.filter(planned__plan=plan, is_published=False).select_related("application__organization__county", "application__campaign", "group")


def open_conflict(visit, known=None):
    return unallowed(visit, [member.user for member in visit.group.members.all()], known)


def set_planned_members_problems(group, leader, members):
    problems = draft_state_problems(group.plan)
    if group.group_id:
        problems.append(Problem(_("%(group)s已经有验收任务，请在“验收组”里调整人员。") % {"group": group}, reverse("inspections:group", args=[group.group_id])))
    if leader not in members:
        problems.append(Problem(_("组长要从组员中选。")))
    return problems


# Why this inspector, why not that one


@dataclass(frozen=True)
class Reason:
    """One person and a unit: `is_member` of the group that goes; `sentence` says why, or why not."""

    user: User
    group: str
    is_member: bool
    sentence: str
    tone: str = ""


UNUSED = {
    planner.NO_DAYS: _("这些日子都不能参加。"),
    planner.NO_VISITS_LEFT: _("验收数已到上限。"),
    planner.ODD: _("凑不成来自不同单位的一组，作为候补。"),
}
UNPLACED = {
    planner.NO_TEAM: _("还没有可以派出的验收组：验收员不够，或不能来自不同单位。"),
    planner.CONFLICT: _("每个组都有人应当回避，请补充验收员或调整组员。"),
    planner.FULL: _("能去的组都排满了，请放宽日子、上限或每天的单位数。"),
}


def why_sentence(visit):
    names = {"able": visit.able, "group": visit.group}
    return {
        PlannedVisit.Why.ONLY: _("只有%(group)s的人都不用回避，所以由这个组去。"),
        PlannedVisit.Why.TOGETHER: _("有 %(able)s 个组可以去；%(group)s当天还去同县的单位，一起去少跑路。"),
        PlannedVisit.Why.BALANCE: _("有 %(able)s 个组可以去；由%(group)s去，各人的任务最多相差一个。"),
        PlannedVisit.Why.BY_HAND: _("由人工调整到%(group)s。"),
    }[visit.why] % names


def reasons(found, visit):
    """Everybody in the pool, and why they do or do not go to this unit: members first, then those who could, then the others."""
    campaign, application, on = found.plan.campaign, visit.application, visit.on
    group_of = {member.user_id: group for group in found.groups for member in group.members.all()}
    people = User.objects.filter(pool_entries__campaign=campaign).select_related("organization__county").order_by("organization__code", "username")
    known = histories(campaign, people)
    rows = []
    for user in people:
        group, entry = group_of.get(user.pk), found.entries[user.pk]
        against = conflicts(user, application.organization, campaign, on, known)
        is_member = group is not None and group.pk == visit.group_id
        if entry.has_left:
            sentence, tone = _("已经退出：%(reason)s") % {"reason": entry.left_reason}, "none"
        elif against:
            sentence, tone = " ".join(against), "red"
        elif is_member:
            leads = any(member.is_leader and member.user_id == user.pk for member in group.members.all())
            sentence, tone = (_("组长，由抽签确定；没有回避情形。") if leads else _("没有回避情形，这一天可以参加。")), "green"
        elif group is None:
            sentence, tone = str(UNUSED.get(found.plan.unused.get(str(user.pk)), _("没有进组，作为候补。"))), "none"
        elif not entry.offers(on):
            sentence, tone = _("%(day)s 不能参加。") % {"day": on.isoformat()}, "none"
        elif barred := [member for member in found.members(group) if conflicts(member, application.organization, campaign, on, known)]:
            sentence, tone = _("本人不用回避，但同组的%(people)s应当回避。") % {"people": _("、").join(map(str, barred))}, "none"
        else:
            sentence, tone = _("也可以去；%(group)s现有 %(n)s 个单位。") % {"group": group, "n": found.loads[user.pk]}, "blue"
        rows.append(Reason(user, group.name if group else "", is_member, sentence, tone))
    order = {"green": 1, "blue": 2, "none": 3, "red": 4}
    return sorted(rows, key=lambda row: (not row.is_member, order[row.tone]))


# Answers and the unit's own 回避


def answer_problems(visit, user, at):
    problems = []
    if visit.is_started:
        problems.append(Problem(_("验收已经开始，不用再答复。")))
    elif visit.on < timezone.localdate(at):
        problems.append(Problem(_("验收日期已经过去，不能再答复，请联系市政务公开办。")))
    if AssignmentAnswer.objects.current().declined().filter(visit=visit, user=user).exists():
        problems.append(Problem(_("你已答复不能参加，市政务公开办会另作安排。")))
    return problems


def decline_problems(visit, user, kind, reason, at):
    problems = answer_problems(visit, user, at)
    if kind not in AssignmentAnswer.Kind.values:
        problems.append(Problem(_("请选择不能参加的情形。")))
    if not reason.strip():
        problems.append(Problem(_("请写明不能参加的理由。")))
    return problems


def awaiting_answer(user, campaign, at):
    """Published visits to come that this inspector has not answered."""
    answered = AssignmentAnswer.objects.current().filter(user=user)
    visits = Visit.objects.of_inspector(user).unlocked().filter(application__campaign=campaign, application__status=Application.Status.ACCEPTED)
    return visits.filter(started_at=None, on__gte=timezone.localdate(at)).exclude(answers__in=answered).distinct()


def with_answers(visits, user=None):
    """{visit: {person: answer}} to the visits as they are planned now."""
    found, answers = defaultdict(dict), AssignmentAnswer.objects.current().filter(visit__in=[visit.pk for visit in visits])
    for answer in answers.filter(user=user) if user else answers:
        found[answer.visit_id][answer.user_id] = answer
    return found


def challenge_problems(visit, user, reason, at):
    problems, organization = [], visit.application.organization
    if visit.is_started or visit.on < timezone.localdate(at):
        problems.append(Problem(_("验收已经开始或日期已过，不能再申请回避；有异议请联系市政务公开办。")))
    if not visit.group.members.filter(user=user).exists():
        problems.append(Problem(_("%(person)s不在来验收的组里。") % {"person": user}))
    if Challenge.objects.filter(campaign=visit.application.campaign, organization=organization, user=user).exists():
        problems.append(Problem(_("你单位已经对%(person)s申请过回避。") % {"person": user}))
    if not reason.strip():
        problems.append(Problem(_("请写明申请回避的理由。")))
    return problems


def decide_challenge_problems(challenge, reply):
    problems = []
    if challenge.state != Challenge.State.OPEN:
        problems.append(Problem(_("这件申请已经决定：%(state)s。") % {"state": challenge.get_state_display()}))
    if not reply.strip():
        problems.append(Problem(_("请写明给单位的答复。")))
    return problems


# Repair


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


# What is left to do


def planning_todos(user, campaign, at):
    found = []
    if user.has_role(Role.INSPECTOR) and (n := awaiting_answer(user, campaign, at).count()):
        title = ngettext("%(n)s 个验收安排等你答复", "%(n)s 个验收安排等你答复", n) % {"n": n}
        found.append(Todo(title, _("能去请点“接受”，不能去请说明理由，以便及早调整。"), reverse("inspections:today"), _("去答复"), "amber", "calendar"))
    if acts_as_office(user, campaign):
        found += office_planning_todos(campaign, at)
    return found


def office_planning_todos(campaign, at):
    found = []
    for plan in campaign.plans.filter(state__in=[Plan.State.DRAFT, Plan.State.APPLIED]):
        draft = plan.is_draft
        found.append(Todo(
            _("验收方案是草案，等你核对和应用") if draft else _("验收方案已经应用，还没有发布"),
            _("看一遍各组和日期，没有回避情形后应用。") if draft else _("发布以后验收员和单位才会收到通知。"),
            plan.get_absolute_url(), _("去核对") if draft else _("去发布"), "blue" if draft else "amber", "calendar",
        ))
    if wrong := len(troubles(campaign, at)):
        title = ngettext("%(n)s 处验收安排需要修补", "%(n)s 处验收安排需要修补", wrong) % {"n": wrong}
        found.append(Todo(title, _("有验收员不能参加或应当回避。系统给出改动最少的修补办法，看过再应用。"), reverse("inspections:repair"), _("去修补"), "red", "warn"))
    if waiting := Challenge.objects.open().filter(campaign=campaign).count():
        title = ngettext("%(n)s 件单位的回避申请等你决定", "%(n)s 件单位的回避申请等你决定", waiting) % {"n": waiting}
        found.append(Todo(title, _("同意的，该验收员不再去这个单位；不同意的，写明理由。"), reverse("inspections:challenge_list"), _("去决定"), "amber", "shield"))
    return found

