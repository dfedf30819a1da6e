"""Why this inspector, why not that one."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from inspections import planner
from inspections.models import PlannedVisit
from inspections.rules.visits import conflicts, histories


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
