"""Bonus, deductions and veto of one unit: proposed, confirmed, heard, decided."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit import record
from accounts.permissions import require
from accounts.rehearsing import here
from applications import uploads
from applications.models import Application
from campaigns.permissions import read_in, reads_any_campaign
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import AdjustmentForm, DecisionForm, StatementForm, VetoDecisionForm, VetoForm
from results.models import Adjustment, Veto
from results.permissions import can_adjust, can_decide_adjustment, can_see_results, can_state
from results.views.ranking import tell
from standards.models import Item


def application_or_404(request, pk):
    require(reads_any_campaign(request.user))
    related = ("campaign", "track__campaign", "organization__county")
    return get_object_or_404(here(Application.objects).filter(read_in(request.user, "campaign__")).select_related(*related), pk=pk)


def items_of(application):
    return Item.objects.filter(pk__in=[item.pk for item in rules.veto_items(application)]).select_related("category")


def adjustments_page(request, application, form=None, veto_form=None, status=200):
    user = request.user
    found = list(application.adjustments.select_related("proposed_by", "decided_by"))
    return render(request, "results/adjustments.html", {
        "campaign": application.campaign, "application": application, "adjustments": found,
        "vetoes": application.vetoes.select_related("item", "raised_by", "decided_by"),
        "bonus": rules.total_of(application, Adjustment.Kind.BONUS), "deductions": rules.total_of(application, Adjustment.Kind.DEDUCTION),
        "closed": rules.selection_problems(application.track), "may_adjust": can_adjust(user, application),
        "may_decide": can_decide_adjustment(user, application), "decision_form": DecisionForm(),
        "form": form or AdjustmentForm(), "veto_form": veto_form or VetoForm(items=items_of(application)),
    }, status=status)


@require_http_methods(["GET", "POST"])
def adjustments(request, pk):
    """The unit's bonus, deductions and vetoes; a POST proposes points."""
    application = application_or_404(request, pk)
    if request.method != "POST":
        return adjustments_page(request, application)
    require(can_adjust(request.user, application))
    form = AdjustmentForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.propose_adjustment(
                application, given["kind"], given["points"], reason=given["reason"], basis=given["basis"], by=request.user, at=timezone.now()
            )
        except NotAllowed as refusal:
            put_into(form, refusal)
        else:
            messages.success(request, _("已提出，由另一位办领导复核后计入总分。"))
            return redirect("results:adjustments", pk)
    return adjustments_page(request, application, form=form, status=422)


def put_into(form, refusal):
    for problem in refusal.problems:
        field = problem.url.removeprefix("#id_")
        form.add_error(field if field in form.fields else None, str(problem))


def adjustment_or_404(request, pk):
    require(reads_any_campaign(request.user))
    related = ("application__track", "application__campaign", "application__organization")
    return get_object_or_404(here(Adjustment.objects).filter(read_in(request.user, "application__campaign__")).select_related(*related), pk=pk)


@require_POST
def confirm_adjustment(request, pk):
    adjustment = adjustment_or_404(request, pk)
    require(can_decide_adjustment(request.user, adjustment.application))
    try:
        actions.confirm_adjustment(adjustment, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("已复核，计入总分。"))
    return redirect("results:adjustments", adjustment.application_id)


@require_POST
def undo_adjustment(request, pk):
    adjustment = adjustment_or_404(request, pk)
    require(can_decide_adjustment(request.user, adjustment.application))
    try:
        actions.undo_adjustment(adjustment, request.POST.get("decision", ""), by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("已记录，这一条不计入总分。"))
    return redirect("results:adjustments", adjustment.application_id)


@require_POST
def raise_veto(request, pk):
    application = application_or_404(request, pk)
    require(can_adjust(request.user, application))
    form = VetoForm(request.POST, request.FILES, items=items_of(application))
    if form.is_valid():
        given = form.cleaned_data
        try:
            veto = actions.raise_veto(
                application, given["item"], facts=given["facts"], basis=given["basis"], due_at=given["due_at"], file=given["file"],
                by=request.user, at=timezone.now(),
            )
        except NotAllowed as refusal:
            put_into(form, refusal)
        except uploads.Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("已提出，并通知单位陈述意见。"))
            return redirect("results:veto", veto.pk)
    return adjustments_page(request, application, veto_form=form, status=422)


# One veto, as the unit and the office see it


def veto_or_404(request, pk):
    related = ("application__organization", "application__campaign", "application__track", "item", "blob", "raised_by", "stated_by", "decided_by")
    return get_object_or_404(Veto.objects.visible_to(request.user).select_related(*related), pk=pk)


def veto_page(request, found, statement_form=None, decision_form=None, status=200):
    user, now = request.user, timezone.now()
    is_unit = can_state(user, found)
    is_open = found.state in (Veto.State.RAISED, Veto.State.HEARD)
    return render(request, "results/veto.html", {
        "campaign": found.application.campaign, "veto": found, "application": found.application, "is_unit": is_unit,
        "sees_results": can_see_results(user, found.application.campaign), "is_open": is_open,
        "may_state": is_unit and is_open and now < found.due_at, "may_decide": can_decide_adjustment(user, found.application) and is_open,
        "waiting": rules.decide_veto_problems(found, "-", user, now) if is_open else [],
        "statement_form": statement_form or StatementForm(initial={"statement": found.statement}), "decision_form": decision_form or VetoDecisionForm(),
    }, status=status)


@require_safe
def veto(request, pk):
    return veto_page(request, veto_or_404(request, pk))


@require_POST
def state_on_veto(request, pk):
    found = veto_or_404(request, pk)
    require(can_state(request.user, found))
    form = StatementForm(request.POST)
    if form.is_valid():
        try:
            actions.state_on_veto(found, form.cleaned_data["statement"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            put_into(form, refusal)
        else:
            messages.success(request, _("意见已送达%(office)s，期限之前还可以修改。") % {"office": found.application.campaign.office_name})
            return redirect("results:veto", pk)
    return veto_page(request, found, statement_form=form, status=422)


@require_POST
def decide_veto(request, pk):
    found = veto_or_404(request, pk)
    require(can_decide_adjustment(request.user, found.application))
    form = VetoDecisionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.decide_veto(found, given["decision"], confirmed=given["outcome"] == "confirm", by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            put_into(form, refusal)
        else:
            messages.success(request, _("决定已记录，并通知单位。"))
            return redirect("results:veto", pk)
    return veto_page(request, found, decision_form=form, status=422)


@require_safe
def veto_file(request, pk):
    """The evidence as a download, for those who may see the veto."""
    found = veto_or_404(request, pk)
    if found.blob is None:
        raise Http404
    try:
        response = uploads.respond(request, found.blob, found.filename, found.blob.media_type)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        record("results.download_veto_file", found.application, by=request.user, at=timezone.now(), veto=found.pk, sha256=found.blob_id)
    return response
