"""Follow-ups and the yearly review of titles."""

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from results.models import Review


def follow_up_problems(naming, on, text, at):
    problems = withdrawn_problems(naming)
    if on > timezone.localdate(at):
        problems.append(Problem(_("跟踪日期不能晚于今天。"), "#id_on"))
    elif on < timezone.localdate(naming.named_at):
        problems.append(Problem(_("跟踪日期不能早于命名日期。"), "#id_on"))
    if not text.strip():
        problems.append(Problem(_("请写明跟踪情况。"), "#id_text"))
    return problems


def withdrawn_problems(naming):
    return [Problem(_("命名已经撤销。"))] if naming.withdrawn_at else []


def review_problems(naming, given, at):
    """`given` are the fields of a review as they are to be written."""
    today, outcome = timezone.localdate(at), given["outcome"]
    problems = withdrawn_problems(naming)
    reviews = list(naming.reviews.all())
    if not naming.place.track.campaign.year <= given["year"] <= today.year:
        problems.append(Problem(_("复核年度应在命名年度和今年之间。"), "#id_year"))
    if not given["finding"].strip():
        problems.append(Problem(_("请写明复核情况。"), "#id_finding"))
    if any(review.state == Review.State.PROPOSED for review in reviews):
        problems.append(Problem(_("撤销命名已经提出，正等待另一人复核。")))
    if outcome != Review.Outcome.WITHDRAW:
        if any(review.year == given["year"] and review.outcome != Review.Outcome.WITHDRAW for review in reviews):
            problems.append(Problem(_("%(year)s 年已经复核过。") % {"year": given["year"]}, "#id_year"))
        if any(review.state == Review.State.IMPROVING for review in reviews):
            problems.append(Problem(_("上一次限期整改还没有办结，请先办结。")))
    if outcome == Review.Outcome.IMPROVE and (given["due_on"] is None or given["due_on"] <= today):
        problems.append(Problem(_("请填写整改期限，并晚于今天。"), "#id_due_on"))
    if outcome == Review.Outcome.WITHDRAW:
        if not given["decision_number"].strip():
            problems.append(Problem(_("请填写撤销决定的文号。"), "#id_decision_number"))
        if given["decided_on"] is None or not timezone.localdate(naming.named_at) <= given["decided_on"] <= today:
            problems.append(Problem(_("请填写撤销决定的日期，不早于命名日期，不晚于今天。"), "#id_decided_on"))
    return problems


def answer_review_problems(review, answer):
    problems = []
    if review.state != Review.State.IMPROVING:
        problems.append(Problem(_("这次整改已经办结，不需要再报告。")))
    if not answer.strip():
        problems.append(Problem(_("请写明整改情况。"), "#id_answer"))
    return problems


def close_review_problems(review, settlement):
    """The office closes on what the unit reported, before its day or after."""
    problems = []
    if review.state != Review.State.IMPROVING:
        problems.append(Problem(_("这次整改已经办结。")))
    elif not review.answered_at:
        problems.append(Problem(_("单位还没有报告整改情况，不能办结。")))
    if not settlement.strip():
        problems.append(Problem(_("请写明核实的情况。"), "#id_settlement"))
    return problems


def decide_withdrawal_problems(review, by):
    if review.state != Review.State.PROPOSED:
        return [Problem(_("这项撤销已经办理。"))]
    if review.reviewed_by_id == by.pk:
        return [Problem(_("撤销由你提出，请由另一位办领导复核。"))]
    return []


def refuse_withdrawal_problems(review, settlement, by):
    problems = decide_withdrawal_problems(review, by)
    if not settlement.strip():
        problems.append(Problem(_("请写明不同意的理由。"), "#id_settlement"))
    return problems
