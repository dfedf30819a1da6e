"""A draft as it stands, and what stands in the way of applying and publishing it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from campaigns.rules import Problem
from inspections.models import GroupMember, Plan, Visit
from inspections.rules.visits import conflicts, histories, inspection_days, is_inspection_day, unallowed


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
