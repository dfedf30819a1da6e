"""Bonus, deductions and veto: settings of the campaign, two persons, and nothing while a list is locked (design: scores)."""

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from applications.models import Application
from campaigns.rules import Problem, show_end
from results.models import Adjustment, Veto
from results.rules.lists import selection_problems

ENABLED = {Adjustment.Kind.BONUS: "bonus_enabled", Adjustment.Kind.DEDUCTION: "deductions_enabled"}
MOST = {Adjustment.Kind.BONUS: "bonus_max", Adjustment.Kind.DEDUCTION: "deductions_max"}


def total_of(application, kind):
    """Points of this kind that count now."""
    return application.adjustments.counting().filter(kind=kind).aggregate(total=Sum("points"))["total"] or Decimal(0)


def adjustment_problems(application, kind, points):
    """What forbids points of this kind on this unit's total now; `kind` names the control."""
    problems, campaign = selection_problems(application.track), application.campaign
    if application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("只有已受理的申报可以加分或扣分。")))
    label = dict(Adjustment.Kind.choices).get(kind)
    if label is None:
        return [*problems, Problem(_("请选择加分或扣分。"), "#id_kind")]
    if not getattr(campaign, ENABLED[kind]):
        return [*problems, Problem(_("本次活动没有启用%(kind)s，请先在设置中启用。") % {"kind": label}, "#id_kind")]
    most, now = getattr(campaign, MOST[kind]), total_of(application, kind)
    if points <= 0:
        problems.append(Problem(_("分值要大于 0。"), "#id_points"))
    elif now + points > most:
        problems.append(
            Problem(
                _("%(kind)s合计最多 %(most)s 分，已有 %(now)s 分，最多还能%(kind)s %(left)s 分。")
                % {"kind": label, "most": f"{most.normalize():f}", "now": f"{now.normalize():f}", "left": f"{(most - now).normalize():f}"},
                "#id_points",
            )
        )
    return problems


def confirm_adjustment_problems(adjustment, by):
    if adjustment.state != Adjustment.State.PROPOSED:
        return [Problem(_("这一条已经由%(name)s处理。") % {"name": adjustment.decided_by})]
    problems = adjustment_problems(adjustment.application, adjustment.kind, adjustment.points)
    if adjustment.proposed_by_id == by.pk:
        problems.append(Problem(_("这一条由你提出，请由另一位办领导复核。")))
    return problems


def undo_adjustment_problems(adjustment, decision):
    """Refusing what was proposed, or revoking what counts."""
    problems = selection_problems(adjustment.application.track)
    if adjustment.state not in (Adjustment.State.PROPOSED, Adjustment.State.CONFIRMED):
        problems.append(Problem(_("这一条已经不计分，不用再撤销。")))
    if not decision.strip():
        problems.append(Problem(_("请写明理由。"), "#id_decision"))
    return problems


# Veto


def veto_items(application):
    """Items of the standard that may fail a unit."""
    return [response.item for response in application.responses.select_related("item__category").filter(item__veto_candidate=True).in_order()]


def veto_problems(application, item, facts, basis, due_at, at):
    problems = selection_problems(application.track)
    if not application.campaign.veto_enabled:
        return [*problems, Problem(_("本次活动没有启用一票否决，请先在设置中启用。"))]
    if application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("只有已受理的申报可以提出一票否决。")))
    if item is None or item not in veto_items(application):
        problems.append(Problem(_("请选择可以一票否决的指标。"), "#id_item"))
    elif Veto.objects.filter(application=application, item=item).exclude(state=Veto.State.DISMISSED).exists():
        problems.append(Problem(_("%(item)s 已经提出过一票否决，请在原来的一条上处理。") % {"item": item}, "#id_item"))
    if not facts.strip():
        problems.append(Problem(_("请写明事实：时间、地点和经过。"), "#id_facts"))
    if not basis.strip():
        problems.append(Problem(_("请写明依据。"), "#id_basis"))
    if due_at is None or due_at <= at:
        problems.append(Problem(_("陈述期限要晚于现在，请重新选择。"), "#id_due_at"))
    return problems


def statement_problems(veto, statement, at):
    if veto.state not in (Veto.State.RAISED, Veto.State.HEARD):
        return [Problem(_("这件一票否决已经作出决定，不能再陈述。"))]
    problems = []
    if veto.due_at <= at:
        problems.append(Problem(_("陈述期限 %(end)s 已过，请联系%(office)s。") % {"office": veto.application.campaign.office_name, "end": show_end(veto.due_at)}))
    if not statement.strip():
        problems.append(Problem(_("请写下你单位的意见；没有不同意见的，也请写明。"), "#id_statement"))
    return problems


def decide_veto_problems(veto, decision, by, at):
    """The unit is heard first: it has stated its view, or its time to do so is over."""
    if veto.state not in (Veto.State.RAISED, Veto.State.HEARD):
        return [Problem(_("这件一票否决已由%(name)s作出决定。") % {"name": veto.decided_by})]
    problems = selection_problems(veto.application.track)
    if veto.state == Veto.State.RAISED and at < veto.due_at:
        problems.append(Problem(_("先听取单位意见：单位陈述之后，或 %(end)s 以后，才能决定。") % {"end": show_end(veto.due_at)}))
    if veto.raised_by_id == by.pk:
        problems.append(Problem(_("一票否决由你提出，请由另一位办领导决定。")))
    if not decision.strip():
        problems.append(Problem(_("请写明决定的理由。"), "#id_decision"))
    return problems
