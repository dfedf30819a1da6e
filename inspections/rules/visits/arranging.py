"""Groups and the days they go: what stands in the way of either."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application
from campaigns.models import Opens
from campaigns.permissions import inspectors_for
from campaigns.rules import Problem, deadline
from inspections.models import GroupMember, Visit
from inspections.rules.visits.conflicts import conflict_problems, histories, member_conflicts


def inspectors(campaign, at):
    return inspectors_for(campaign, on=timezone.localdate(at)).select_related("organization__county")


def group_problems(campaign, name, leader, members, at, group=None):
    """What keeps these people from being a group: too few, no leader, no inspectors, or conflicts with what the group has to visit."""
    problems = []
    if not name.strip():
        problems.append(Problem(_("请填写验收组的名称。")))
    elif campaign.inspection_groups.filter(name=name.strip()).exclude(pk=group and group.pk).exists():
        problems.append(Problem(_("已有名为“%(name)s”的验收组，请换一个名称。") % {"name": name.strip()}))
    if leader not in members:
        problems.append(Problem(_("组长要从组员中选。")))
    if len(members) < campaign.site_inspectors:
        problems.append(
            Problem(
                ngettext("验收组至少要有 %(n)s 名验收员，现在少于这个数，请再选人。", "验收组至少要有 %(n)s 名验收员，现在少于这个数，请再选人。", campaign.site_inspectors)
                % {"n": campaign.site_inspectors}
            )
        )
    able = set(inspectors(campaign, at).values_list("pk", flat=True))
    for member in members:
        if member.pk not in able:
            problems.append(Problem(_("%(person)s没有验收员角色，请先请系统管理员授予，或换人。") % {"person": member}))
    if group:
        known = histories(campaign, members)
        for visit in visits_of(group).unlocked():
            allowed = {override.user_id for override in visit.overrides.all()}
            problems += conflict_problems(member_conflicts(members, visit.application, visit.on, known), allowed, visit.get_absolute_url())
            problems += elsewhere_problems(members, group, visit.on)
    return problems


def visits_of(group):
    return group.visits.select_related("application__organization__county", "application__campaign", "group").prefetch_related("overrides")


def elsewhere_problems(members, group, on):
    """Nobody in two places: a person may not be out with another group on the same day."""
    others = GroupMember.objects.filter(user__in=members, group__visits__on=on).exclude(group=group)
    seen, problems = set(), []
    for other in others.select_related("user", "group"):
        if (other.user_id, other.group_id) not in seen:
            seen.add((other.user_id, other.group_id))
            problems.append(
                Problem(
                    _("%(person)s %(day)s 已随%(group)s验收，同一天不能再去别的组，请换一天、换组或换人。")
                    % {"person": other.user, "day": on.isoformat(), "group": other.group}
                )
            )
    return problems


def day_bounds(on):
    start = timezone.make_aware(datetime.combine(on, time()))
    return start, start + timedelta(days=1)


def is_inspection_day(campaign, organization, on):
    """Whether part of this day lies in a phase that opens inspection for this unit."""
    start, end = day_bounds(on)
    return any(phase.starts_at < end and start < deadline(phase, organization) for phase in campaign.phases.that_open(Opens.INSPECT))


def inspection_days(campaign):
    """Every day of the phases that open inspection, in order."""
    days = set()
    for phase in campaign.phases.that_open(Opens.INSPECT):
        day, last = timezone.localdate(phase.starts_at), timezone.localdate(phase.ends_at - timedelta(microseconds=1))
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
    return sorted(days)


def awaiting_visit(campaign):
    """Accepted units that nobody has planned a visit to."""
    return campaign.applications.filter(status=Application.Status.ACCEPTED, visit=None).select_related("organization__county", "track")


def plan_problems(application, group, on, at, *, visit=None, allowed=()):
    """What keeps this group from visiting this unit on that day; `visit` when one is being changed, `allowed` who may go in spite of a conflict."""
    problems = []
    names = {"unit": application.organization, "day": on.isoformat()}
    if application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("%(unit)s的申报还没有受理，不能安排验收。") % names))
    if visit is None and Visit.objects.filter(application=application).exists():
        problems.append(Problem(_("%(unit)s已经安排过验收，请在原来的安排上修改。") % names))
    if visit and visit.is_started:
        problems.append(Problem(_("%(unit)s的验收已经开始，不能再改安排。") % names))
    if group.campaign_id != application.campaign_id:
        problems.append(Problem(_("验收组不属于这次创建活动，请另选一组。")))
    if not is_inspection_day(application.campaign, application.organization, on):
        problems.append(Problem(_("%(day)s 不在%(unit)s的检查验收期内，请选择验收期内的一天。") % names))
    elif on < timezone.localdate(at) and not (visit and visit.on == on):
        problems.append(Problem(_("%(day)s 已经过去，请选择今天或以后的一天。") % names))
    members = [member.user for member in group.members.select_related("user__organization__county")]
    leader = group.members.filter(is_leader=True).first()
    if leader is None or len(members) < application.campaign.site_inspectors:
        problems.append(Problem(_("%(group)s的人员还没有配齐，请先补足。") % {"group": group}, reverse("inspections:group", args=[group.pk])))
    problems += elsewhere_problems(members, group, on)
    problems += conflict_problems(member_conflicts(members, application, on), allowed)
    return problems


def cancel_problems(visit):
    return [Problem(_("验收已经开始，不能取消。"))] if visit.is_started else []
