"""What stands in the way of recording on site."""

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application
from campaigns.models import Opens
from campaigns.rules import Problem, is_open
from inspections.models import Score
from inspections.rules.desk import points_problems
from inspections.rules.visits.conflicts import unallowed


def locked_visit_problems(visit):
    return [Problem(_("验收记录已经锁定，不能再改；确需更正请%(office)s解锁。") % {"office": visit.application.campaign.office_name}, visit.get_absolute_url())] if visit.is_locked else []


def presence_problems(visit, user):
    """A member with a conflict that nobody allowed takes no part, however the plan came about."""
    return [Problem(str(conflict)) for conflict in unallowed(visit, [user])]


def ended_problems(visit):
    application = visit.application
    if application.status == Application.Status.ACCEPTED:
        return []
    return [Problem(_("%(unit)s的申报现在是“%(status)s”，不能验收。") % {"unit": application.organization, "status": application.get_status_display()})]


def early_problems(visit, at):
    return [Problem(_("验收安排在 %(day)s，到那天才能记录。") % {"day": visit.on.isoformat()})] if timezone.localdate(at) < visit.on else []


def closed_problems(visit, at):
    if is_open(visit.application.campaign, Opens.INSPECT, visit.application.organization, at):
        return []
    return [Problem(_("现在不在检查验收期内，不能记录；需要延期请联系%(office)s。") % {"office": visit.application.campaign.office_name})]


def record_problems(visit, user, at):
    """What keeps this member from recording now. The device's time is not asked."""
    return locked_visit_problems(visit) + ended_problems(visit) + early_problems(visit, at) + closed_problems(visit, at) + presence_problems(visit, user)


def late_problems(visit, user, at):
    """What keeps even the office from entering what this inspector's phone brought too late: all but the phase."""
    return locked_visit_problems(visit) + ended_problems(visit) + early_problems(visit, at) + presence_problems(visit, user)


def finding_problems(response, verdict, points, reason, step, *, has_photo):
    """What a finding on one item still lacks."""
    problems = []
    if verdict not in Score.Verdict.values:
        problems.append(Problem(_("请选择检查结论：符合、部分符合或不符合。")))
    if points is None:
        problems.append(Problem(_("请填写得分。")))
    else:
        problems += points_problems(points, response.maximum, step, reason)
        if verdict == Score.Verdict.NOT_MET and points == response.maximum:
            problems.append(Problem(_("结论是“不符合”，得分不能是满分，请改结论或得分。")))
    if verdict in (Score.Verdict.PARTLY, Score.Verdict.NOT_MET) and not reason.strip() and not has_photo and (points is None or points == response.maximum):
        problems.append(Problem(_("部分符合或不符合的，请写明现场情况，或拍一张照片。")))
    return problems


def agree_site_problems(finding, points, reason, step):
    """What keeps the group's one score for an item from being written."""
    problems = []
    if finding.waiting:
        names = _("、").join(str(user) for user in finding.waiting)
        problems.append(Problem(_("还要等%(people)s各自记录本项，才能商定得分。") % {"people": names}))
    return problems + points_problems(points, finding.maximum, step, reason)
