"""Conflict of interest: who had better not go where, and what the office allowed all the same."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.rules import Problem, branch_of
from inspections.models import ConflictOverride, DeclaredConflict, PastService


def years_after(day, years):
    """The same day so many years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass
class Histories:
    """Past service and declared conflicts of some people, read once for a whole page."""

    services: dict = field(default_factory=lambda: defaultdict(list))
    declared: dict = field(default_factory=lambda: defaultdict(list))


def histories(campaign, users):
    found = Histories()
    for service in PastService.objects.filter(user__in=users):
        found.services[service.user_id, service.organization_id].append(service)
    for declared in DeclaredConflict.objects.filter(campaign=campaign, user__in=users):
        found.declared[declared.user_id, declared.organization_id].append(declared)
    return found


def is_own_unit(user, organization):
    return user.organization_id == organization.pk


def conflicts(user, organization, campaign, on, known=None):
    """Why this person should not inspect this unit on that day, as sentences; empty when nothing speaks against it."""
    known = known or histories(campaign, [user])
    names = {"person": user, "unit": organization}
    found = []
    if is_own_unit(user, organization):
        found.append(_("%(person)s是%(unit)s的人员，不能验收本单位。") % names)
    elif user.organization and (branch := branch_of(organization, campaign)) and branch_of(user.organization, campaign) == branch:
        names |= {"own": user.organization, "county": organization.county}
        if campaign.is_of_county:
            found.append(_("%(person)s所在的%(own)s与%(unit)s属于同一个单位，应当回避。") % names)
        else:
            found.append(_("%(person)s所在的%(own)s与%(unit)s同属%(county)s，应当回避。") % names)
    for service in known.services[user.pk, organization.pk]:
        if on < years_after(service.ended_on, campaign.conflict_years):
            names |= {"day": service.ended_on.isoformat(), "years": campaign.conflict_years}
            found.append(_("%(person)s曾在%(unit)s任职，%(day)s 离任，到验收当天不满 %(years)s 年。") % names)
    for declared in known.declared[user.pk, organization.pk]:
        found.append(_("%(person)s对%(unit)s申报了回避：%(reason)s") % (names | {"reason": declared.reason}))
    return found


@dataclass(frozen=True)
class MemberConflict:
    user: User
    sentences: list
    own_unit: bool  # nobody may allow this one

    def __str__(self):
        return " ".join(self.sentences)


def member_conflicts(users, application, on, known=None):
    """The people among these who should not inspect this application on that day."""
    known = known or histories(application.campaign, users)
    found = []
    for user in users:
        if sentences := conflicts(user, application.organization, application.campaign, on, known):
            found.append(MemberConflict(user, sentences, is_own_unit(user, application.organization)))
    return found


def open_conflicts(visit, known=None):
    """Conflicts of the visit's group that nobody allowed."""
    return unallowed(visit, [member.user for member in visit.group.members.all()], known)


def unallowed(visit, users, known=None):
    allowed = {override.user_id for override in visit.overrides.all()}
    return [
        conflict for conflict in member_conflicts(users, visit.application, visit.on, known)
        if conflict.own_unit or conflict.user.pk not in allowed
    ]


def conflict_problems(found, allowed=(), url=""):
    """A sentence for each conflict that is not allowed by the office's lead."""
    problems = []
    for conflict in found:
        if conflict.own_unit:
            problems.append(Problem(_("%(conflict)s请换一个验收组，或从组里换下此人。") % {"conflict": conflict}, url))
        elif conflict.user.pk not in allowed:
            problems.append(Problem(_("%(conflict)s请换组或换人；确需参加的，须由办领导说明理由后批准。") % {"conflict": conflict}, url))
    return problems


def override_problems(visit, user, reason, by):
    problems = []
    found = {conflict.user.pk: conflict for conflict in open_conflicts(visit)}
    if visit.is_locked:
        problems.append(Problem(_("验收记录已经锁定，不再批准。")))
    if user.pk not in found:
        problems.append(Problem(_("%(person)s没有需要批准的回避情形。") % {"person": user}))
    elif found[user.pk].own_unit:
        problems.append(Problem(_("%(person)s是该单位的人员，不能批准其验收本单位，请换人。") % {"person": user}))
    if user == by:
        problems.append(Problem(_("不能批准自己不回避，请由另一位办领导批准。")))
    if not reason.strip():
        problems.append(Problem(_("请填写不回避的理由。")))
    return problems


OVERRIDE_HEADINGS = [
    _("申报单位"), _("申报类别"), _("验收日期"), _("验收组"), _("验收员"), _("验收员单位"),
    _("回避情形"), _("不回避的理由"), _("批准人"), _("批准时间"),
]


def override_rows(campaign):
    """What was allowed in spite of a conflict, a row each, for the export. Headings are OVERRIDE_HEADINGS."""
    overrides = ConflictOverride.objects.filter(visit__application__campaign=campaign).select_related(
        "visit__application__organization", "visit__application__track", "visit__group", "user__organization", "allowed_by"
    ).order_by("visit__on", "pk")
    return [
        [
            row.visit.application.organization.name, row.visit.application.track.name, row.visit.on, row.visit.group.name, row.user.name,
            row.user.organization.name if row.user.organization else "", row.conflict, row.reason, row.allowed_by.name, timezone.localtime(row.allowed_at),
        ]
        for row in overrides
    ]


def declare_problems(user, organization, campaign, reason):
    problems = []
    if not reason.strip():
        problems.append(Problem(_("请填写回避的理由。")))
    if DeclaredConflict.objects.filter(campaign=campaign, user=user, organization=organization).exists():
        problems.append(Problem(_("%(person)s已经对%(unit)s申报过回避。") % {"person": user, "unit": organization}))
    return problems
