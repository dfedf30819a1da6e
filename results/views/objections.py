"""Objections as the office handles them. Every view of one is recorded; the unit objected to never sees them."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed, calendar_of, workdays_between
from results import actions
from results.forms import AnswerForm, CorrectObjectorForm, DeclineForm, ForgetObjectorForm
from results.models import Objection
from results.permissions import can_decline_objections, can_handle_objections
from results.views.ranking import tell

PER_PAGE = 50
CONCERNED = ("entry__notice__campaign", "entry__application__organization", "entry__application__track", "examined_by", "replied_by")


@require_GET
def objection_list(request):
    """Units, dates and states only: who objects and why stands on the page of each, where reading is recorded."""
    campaign, today = campaign_for(request), timezone.localdate()
    require(can_handle_objections(request.user, campaign))
    state = request.GET.get("state", "")
    objections = Objection.objects.visible_to(request.user).filter(entry__notice__campaign=campaign).select_related(*CONCERNED)
    if state in Objection.State.values:
        objections = objections.filter(state=state)
    page = Paginator(objections.order_by("replied_at", "due_on", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    calendar = calendar_of(today, max((one.due_on for one in page), default=today))
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number),
        "lines": [(one, *clock_of(one, today, calendar)) for one in page], "state": state, "states": Objection.State.choices,
    }
    return render(request, "results/objection_list.html", context)


def clock_of(objection, today, calendar=None):
    """(working days left after today; whether the last day is over) of one that waits for its answer."""
    if objection.replied_at:
        return None, False
    return workdays_between(today, objection.due_on, calendar), objection.due_on < today


def objection_or_404(request, pk):
    found = Objection.objects.visible_to(request.user).select_related(*CONCERNED).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def objection_page(request, found, form=None, decline_form=None, correct_form=None, forget_form=None):
    actions.read_objection(found, by=request.user, at=timezone.now())
    place = getattr(found.entry.application, "place", None)
    left, is_overdue = clock_of(found, timezone.localdate())
    context = {
        "campaign": found.entry.notice.campaign, "objection": found, "form": form or AnswerForm(), "place": place,
        "correct_form": correct_form or CorrectObjectorForm(initial={"name": found.name, "phone": found.phone}), "forget_form": forget_form or ForgetObjectorForm(),
        "may_handle": can_handle_objections(request.user, found.entry.notice.campaign), "kept_months": settings.PERSONAL_DATA_MONTHS,
        "is_overdue": is_overdue, "left": left, "decline_form": decline_form or DeclineForm(),
        "may_decline": found.state == Objection.State.RECEIVED and can_decline_objections(request.user, found.entry.notice.campaign),
    }
    return render(request, "results/objection.html", context)


@require_GET
def objection(request, pk):
    return objection_page(request, objection_or_404(request, pk))


@require_POST
def examine_objection(request, pk):
    found = objection_or_404(request, pk)
    require(can_handle_objections(request.user, found.entry.notice.campaign))
    try:
        actions.examine_objection(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("异议已受理，正在核查。"))
    return redirect("results:objection", pk=pk)


def submitted(request, pk, may, form_class, place, act, said):
    """One of the forms on an objection's page, whose fields are what its action asks for. What was typed stays where it is refused."""
    found = objection_or_404(request, pk)
    require(may(request.user, found.entry.notice.campaign))
    form = form_class(request.POST)
    if form.is_valid():
        try:
            act(found, **form.cleaned_data, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, said)
            return redirect("results:objection", pk=pk)
    return objection_page(request, found, **{place: form})


@require_POST
def decline_objection(request, pk):
    return submitted(request, pk, can_decline_objections, DeclineForm, "decline_form", actions.decline_objection, _("已写明理由，不予受理，异议人凭查询码可以看到。"))


@require_POST
def answer_objection(request, pk):
    return submitted(request, pk, can_handle_objections, AnswerForm, "form", actions.answer_objection, _("已答复，异议人凭查询码可以看到。"))


@require_POST
def correct_objector(request, pk):
    said = _("已更正，异议人从现在起用新电话的后四位查进度。")
    return submitted(request, pk, can_handle_objections, CorrectObjectorForm, "correct_form", actions.correct_objector, said)


@require_POST
def forget_objector(request, pk):
    return submitted(request, pk, can_handle_objections, ForgetObjectorForm, "forget_form", actions.forget_objector, _("已删除异议人的姓名和电话，办理情况和答复保留。"))
