"""Submitting, taking back, withdrawing; and pages that have grown old."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import label
from accounts.models import AuditEvent
from applications.models import Application
from applications.rules.calendar import can_file_now, closed_problem
from applications.rules.filling import open_return
from applications.rules.papers import signed_form_problems
from applications.rules.revising import revised_problems
from campaigns.rules import Problem, show_end


def last_turn(application):
    """Who last moved this application, as a sentence; empty when nobody did."""
    event = (
        AuditEvent.objects.filter(target_type=application._meta.label_lower, target_id=str(application.pk), detail__has_key="status")
        .order_by("-number").first()
    )
    if event is None:
        return ""
    return _("%(who)s 已于 %(when)s %(what)s") % {
        "who": event.by_label, "when": f"{timezone.localtime(event.at):%m-%d %H:%M}", "what": label(event.action),
    }


def stale_problems(application, version):
    """A page that was opened before somebody else acted. Without a version nothing was promised."""
    if version is None or version == application.version:
        return []
    turn = last_turn(application)
    status = application.get_status_display()
    if turn:
        return [Problem(_("这个页面已经过期：%(turn)s，现在是“%(status)s”。请刷新后再操作。") % {"turn": turn, "status": status})]
    return [Problem(_("这个页面已经过期，申报现在是“%(status)s”。请刷新后再操作。") % {"status": status})]


def status_problems(application, *allowed):
    if application.status in allowed:
        return []
    return [Problem(_("申报现在是“%(status)s”，不能进行这项操作。") % {"status": application.get_status_display()})]


def unfinished_problems(application):
    return [
        Problem(_("%(item)s 还没有完成") % {"item": response.item}, response.get_absolute_url())
        for response in application.responses.unfinished().select_related("item").in_order()
    ]


def submission_problems(application, at):
    """Everything that keeps a unit from submitting now; `at` is when its request began to arrive."""
    if problems := status_problems(application, *Application.EDITABLE):
        return problems
    problems = []
    if application.status == Application.Status.RETURNED:
        returned = open_return(application)
        if returned and returned.due_at and returned.due_at <= at:
            problems.append(Problem(
                _("补正期限 %(end)s 已过，不能再提交。修改的内容都还在；请联系%(office)s调整期限。") % {"office": application.campaign.office_name, "end": show_end(returned.due_at)}
            ))
    elif not can_file_now(application.campaign, application.organization, at):
        problems.append(closed_problem(application.campaign, application.organization, at))
    return problems + revised_problems(application) + unfinished_problems(application) + signed_form_problems(application)


def take_back_problems(application):
    return status_problems(application, Application.Status.WITH_COUNTY)


def withdrawal_problems(application):
    if application.status in Application.ENDED:
        return status_problems(application)
    if application.held_at:
        return [Problem(_("你单位已列入锁定的名单，不能撤回申报；确需退出的，请联系%(office)s。") % {"office": application.campaign.office_name})]
    return []
