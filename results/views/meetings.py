"""交流会: called, changed or called off before it begins; the minutes and who came afterwards."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Organization
from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import MeetingForm, MinutesForm, ReasonForm
from results.models import Invitation, Meeting, Naming
from results.permissions import can_call_meeting, can_see_results, can_see_titles
from results.views.ranking import tell

PER_PAGE = 50


def state_of(meeting, at):
    """(words, tone, icon) for the badge."""
    if meeting.cancelled_at:
        return _("已取消"), "none", "x"
    if meeting.minuted_at:
        return _("有纪要"), "done", "check"
    return (_("待召开"), "blue", "calendar") if at < meeting.starts_at else (_("待记录纪要"), "amber", "clock")


@require_GET
def meeting_list(request):
    campaign, now = campaign_for(request), timezone.now()
    require(can_see_titles(request.user, campaign))
    meetings = Meeting.objects.visible_to(request.user).filter(campaign=campaign).annotate(
        invited=Count("invitations"), came=Count("invitations", filter=Q(invitations__came=True))
    )
    page = Paginator(meetings.order_by("-starts_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number),
        "lines": [(meeting, state_of(meeting, now)) for meeting in page], "may_call": campaign is not None and can_call_meeting(request.user, campaign),
    }
    return render(request, "results/meeting_list.html", context)


def inviting(campaign):
    """Whoever has filed in the campaign may be invited; those that hold a title are proposed."""
    units = Organization.objects.filter(applications__campaign=campaign).distinct().select_related("county").order_by("kind__order", "code")
    return units, list(Naming.objects.holding().of_campaign(campaign).values_list("application__organization", flat=True))


@require_http_methods(["GET", "POST"])
def meeting_new(request):
    campaign = campaign_for(request)
    require(can_call_meeting(request.user, campaign))
    if campaign is None:
        raise Http404
    units, named = inviting(campaign)
    form = MeetingForm(request.POST or None, organizations=units, initial={"organizations": named})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            meeting = actions.call_meeting(campaign, **given | {"organizations": list(given["organizations"])}, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("交流会已通知 %(n)s 个单位。") % {"n": len(given["organizations"])})
            return redirect(meeting)
    return render(request, "results/meeting_form.html", {"campaign": campaign, "form": form, "meeting": None})


def meeting_or_404(request, pk):
    found = Meeting.objects.visible_to(request.user).select_related("campaign", "called_by", "cancelled_by", "minuted_by")
    return get_object_or_404(found, pk=pk)


def meeting_page(request, meeting, minutes_form=None, cancel_form=None):
    now = timezone.now()
    invitations = list(Invitation.objects.filter(meeting=meeting).select_related("organization__county").order_by("organization__kind__order", "organization__code"))
    may_call = can_call_meeting(request.user, meeting.campaign)
    has_begun = now >= meeting.starts_at
    context = {
        "campaign": meeting.campaign, "meeting": meeting, "state": state_of(meeting, now), "invitations": invitations, "sees_results": can_see_results(request.user, meeting.campaign),
        "came": sum(bool(one.came) for one in invitations), "may_change": may_call and not rules.coming_problems(meeting, now),
        "may_minute": may_call and has_begun and not meeting.cancelled_at,
        "minutes_form": minutes_form or MinutesForm(invitations=invitations, initial={"minutes": meeting.minutes}), "cancel_form": cancel_form or ReasonForm(),
    }
    return render(request, "results/meeting.html", context)


@require_GET
def meeting(request, pk):
    return meeting_page(request, meeting_or_404(request, pk))


@require_http_methods(["GET", "POST"])
def change_meeting(request, pk):
    found = meeting_or_404(request, pk)
    require(can_call_meeting(request.user, found.campaign))
    now = timezone.now()
    units, _named = inviting(found.campaign)
    initial = {
        "title": found.title, "starts_at": timezone.localtime(found.starts_at), "place": found.place, "agenda": found.agenda,
        "organizations": list(found.invitations.values_list("organization", flat=True)),
    }
    form = MeetingForm(request.POST or None, organizations=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_meeting(found, **given | {"organizations": list(given["organizations"])}, by=request.user, at=now)
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("交流会已变更，并已重新通知。"))
            return redirect(found)
    context = {"campaign": found.campaign, "form": form, "meeting": found, "problems": rules.coming_problems(found, now)}
    return render(request, "results/meeting_form.html", context)


@require_POST
def cancel_meeting(request, pk):
    found = meeting_or_404(request, pk)
    require(can_call_meeting(request.user, found.campaign))
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actions.cancel_meeting(found, form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("交流会已取消，并已通知各单位。"))
        return redirect(found)
    return meeting_page(request, found, cancel_form=form)


@require_POST
def record_minutes(request, pk):
    found = meeting_or_404(request, pk)
    require(can_call_meeting(request.user, found.campaign))
    form = MinutesForm(request.POST, invitations=list(found.invitations.select_related("organization__county").order_by("organization__kind__order", "organization__code")))
    if form.is_valid():
        try:
            actions.record_minutes(found, form.cleaned_data["minutes"], form.cleaned_data["came"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("会议纪要已保存。"))
        return redirect(found)
    return meeting_page(request, found, minutes_form=form)
