"""Who may be sent: what stands in the way of joining the pool, of leaving it, and of noting past service."""

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from inspections.models import PastService
from inspections.rules.visits import inspection_days, inspectors


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
