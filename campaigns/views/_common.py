"""The shared beginnings of these views: find the campaign, or refuse; show a form and answer it."""


from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import AuditEvent
from accounts.permissions import require
from campaigns import rules
from campaigns.actions import hold
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.permissions import can_change, can_look_at_drafts


def history(campaign, *action_names):
    return AuditEvent.objects.filter(campaign_code=campaign.code, action__in=action_names).order_by("-number")[:50]


def campaign_or_404(request):
    campaign = campaign_for(request)
    if campaign is None:
        raise Http404
    return campaign


def seen_or_404(request, pk):
    """Any campaign, drafts included: these screens are for those who prepare one."""
    require(can_look_at_drafts(request.user))
    return get_object_or_404(Campaign.objects.prepared_by(request.user).select_related("county"), pk=pk)


def changed_or_403(request, pk):
    campaign = seen_or_404(request, pk)
    require(can_change(request.user, campaign))
    return campaign


def held_for_save(request, rows, pk, campaign_of):
    """A part of a campaign. On a save its campaign is held first, as each action does, so that the row is read as it stays until then."""
    row = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return row
    hold(campaign_of(row))
    return get_object_or_404(rows, pk=pk)


def back_to(campaign):
    return redirect("campaigns:campaign", campaign.pk) if campaign.is_draft else redirect("campaigns:settings")


def form_page(request, template, form, act, context):
    """A form, what stands in its way, and afterwards the settings again. `act` does it and returns the sentence to say."""
    problems, campaign = [], context["campaign"]
    removing = request.method == "POST" and "remove" in request.POST
    if request.method == "POST" and (removing or form.is_valid()):
        try:
            said = act(removing)
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, said)
            return back_to(campaign)
    return render(request, template, context | {"form": form, "problems": problems}, status=409 if form.overtaken else 200)
