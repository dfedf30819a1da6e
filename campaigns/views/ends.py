"""For whom does a phase end another day? Extensions of the office, and the earlier end of a county."""


from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import require
from campaigns import actions, rules
from campaigns.current import campaign_for
from campaigns.forms import CutoffForm, ExtensionForm, end_of, last_day
from campaigns.models import Extension, Opens
from campaigns.permissions import can_grant_extension, can_see_extensions, can_set_cutoff
from campaigns.views._common import campaign_or_404, history


def extensions(request):
    """Extensions in force, and everything that was ever granted."""
    campaign = campaign_for(request)
    require(can_see_extensions(request.user, campaign))
    context = {
        "campaign": campaign,
        "extensions": Extension.objects.filter(phase__campaign=campaign).select_related("phase", "organization__county", "granted_by") if campaign else [],
        "granted": history(campaign, "campaigns.grant_extension").select_related("organization") if campaign else [],
        "now": timezone.now(),
        "can_grant": campaign is not None and can_grant_extension(request.user, campaign),
    }
    return render(request, "campaigns/extensions.html", context)


def grant_extension(request):
    require(can_grant_extension(request.user, campaign_for(request)))
    campaign = campaign_or_404(request)
    form = ExtensionForm(campaign, request.POST or None, initial={"organization": request.GET.get("organization")})
    problems = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            extension = actions.grant_extension(
                told["phase"], told["organization"], until=end_of(told["last_on"]), reason=told["reason"], by=request.user, at=timezone.now(),
            )
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            names = {"unit": extension.organization, "phase": extension.phase, "end": rules.show_end(extension.until)}
            messages.success(request, _("已同意%(unit)s的%(phase)s延至 %(end)s，并已告诉该单位。") % names)
            return redirect("campaigns:extensions")
    return render(request, "campaigns/grant_extension.html", {"form": form, "problems": problems, "campaign": campaign})


def cutoff(request):
    """A county's own earlier end for its townships."""
    require(can_set_cutoff(request.user, campaign_for(request)))
    campaign = campaign_or_404(request)
    county, now = request.user.organization, timezone.now()
    present = campaign.cutoffs.filter(county=county).select_related("set_by").first()
    form = CutoffForm(request.POST or None, initial={"last_on": last_day(present.at) if present else None})
    problems = []
    if request.method == "POST" and (request.POST.get("clear") or form.is_valid()):
        try:
            if request.POST.get("clear"):
                actions.clear_cutoff(campaign, county, by=request.user, at=now)
                messages.success(request, _("已取消县内截止时间，各乡镇（街道）按全市截止时间报送。"))
            else:
                row = actions.set_cutoff(campaign, county, cutoff=end_of(form.cleaned_data["last_on"]), by=request.user, at=now)
                messages.success(request, _("县内截止时间已设为 %(end)s。") % {"end": rules.show_end(row.at)})
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            return redirect("campaigns:cutoff")
    context = {
        "form": form, "problems": problems, "campaign": campaign, "county": county, "present": present,
        "phases": campaign.phases.that_open(Opens.SUBMIT),
    }
    return render(request, "campaigns/cutoff.html", context)
