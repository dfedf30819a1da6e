"""What stands in the way of signing a record, of locking it and of opening it again."""

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application
from campaigns.rules import Problem
from inspections.rules.visits.conflicts import open_conflicts
from inspections.rules.visits.findings import findings, findings_hash, gaps, members_of
from inspections.rules.visits.recording import locked_visit_problems, presence_problems


def sign_problems(visit, user, rows=None):
    rows = findings(visit) if rows is None else rows
    problems = locked_visit_problems(visit) + presence_problems(visit, user) + gaps(visit, rows, user)
    if visit.signatures.valid().filter(user=user, findings_sha256=findings_hash(visit, rows)).exists():
        problems.append(Problem(_("你已经签过字。")))
    return problems


def unsigned(visit, rows=None):
    """Members whose valid signature under the findings as they stand is missing."""
    current = findings_hash(visit, rows)
    signed = set(visit.signatures.valid().filter(findings_sha256=current).values_list("user", flat=True))
    return [user for user in members_of(visit) if user.pk not in signed]


def lock_problems(visit, rows=None):
    rows = findings(visit) if rows is None else rows
    problems = locked_visit_problems(visit) + gaps(visit, rows)
    if visit.application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("%(unit)s的申报已不在受理状态，不能锁定。") % {"unit": visit.application.organization}))
    if not visit.is_locked:
        problems += [Problem(_("还差%(person)s签字。") % {"person": user}, reverse("inspections:sign", args=[visit.pk])) for user in unsigned(visit, rows)]
        if len(members_of(visit)) < visit.application.campaign.site_inspectors:
            problems.append(Problem(_("%(group)s的人员还没有配齐，请%(office)s先补足。") % {"office": visit.application.campaign.office_name, "group": visit.group}))
    return problems + [Problem(str(conflict)) for conflict in open_conflicts(visit)]


def unlock_problems(visit, reason):
    problems = []
    if not visit.is_locked:
        problems.append(Problem(_("验收记录没有锁定，不需要解锁。")))
    if visit.application.held_at:
        problems.append(Problem(_("%(unit)s已列入锁定的名单，请先重新开放名单，再解锁验收记录。") % {"unit": visit.application.organization}))
    if not reason.strip():
        problems.append(Problem(_("请填写解锁的理由。")))
    return problems
