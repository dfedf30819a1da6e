"""Answers of inspectors, and the unit's own 回避."""

from collections import defaultdict

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application
from campaigns.rules import Problem
from inspections.models import AssignmentAnswer, Challenge, Visit


def answer_problems(visit, user, at):
    problems = []
    if visit.is_started:
        problems.append(Problem(_("验收已经开始，不用再答复。")))
    elif visit.on < timezone.localdate(at):
        problems.append(Problem(_("验收日期已经过去，不能再答复，请联系%(office)s。") % {"office": visit.application.campaign.office_name}))
    if AssignmentAnswer.objects.current().declined().filter(visit=visit, user=user).exists():
        problems.append(Problem(_("你已答复不能参加，%(office)s会另作安排。") % {"office": visit.application.campaign.office_name}))
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
        problems.append(Problem(_("验收已经开始或日期已过，不能再申请回避；有异议请联系%(office)s。") % {"office": visit.application.campaign.office_name}))
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
