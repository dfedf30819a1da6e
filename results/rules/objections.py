"""Objections of the public, and their answers."""

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from results.models import Naming, Objection
from results.rules.notices import notice_state


def objection_problems(notice, at):
    """From publication until the end of the last day."""
    state = notice_state(notice, timezone.localdate(at))
    if state == "withdrawn":
        return [Problem(_("公示已经撤下，不再受理异议。"))]
    if state == "draft" or at < notice.published_at:
        return [Problem(_("公示还没有发布。"))]
    if state == "ended":
        return [Problem(_("公示已结束，不再从网上受理异议，请按公示上的联系方式反映。"))]
    return []


def examine_problems(objection):
    if objection.state != Objection.State.RECEIVED:
        return [Problem(_("这件异议已经受理。"))]
    return []


def answer_problems(objection, outcome, reply):
    problems = []
    if objection.state == Objection.State.ANSWERED:
        problems.append(Problem(_("这件异议已由%(name)s答复。") % {"name": objection.replied_by}))
    if outcome not in Objection.Outcome.values:
        problems.append(Problem(_("请选择处理结果。"), "#id_outcome"))
    if not reply.strip():
        problems.append(Problem(_("请填写书面答复。"), "#id_reply"))
    if outcome == Objection.Outcome.UPHELD and Naming.objects.filter(application=objection.entry.application).exists():
        problems.append(Problem(_("该单位已经命名，请走撤销命名的程序。")))
    return problems
