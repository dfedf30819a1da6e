"""How is the campaign set up? Its settings page, that of a draft, and the form for what is one number or one text."""


from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.locking import saved_as_one
from accounts.permissions import require
from campaigns import actions, rules, schedule
from campaigns.current import campaign_for
from campaigns.forms import SettingsForm
from campaigns.models import Campaign, Minimum
from campaigns.permissions import can_change, can_change_settings, can_prepare, can_publish, can_see_settings
from campaigns.views._common import back_to, campaign_or_404, changed_or_403, history, seen_or_404

SHOWN_CHANGES = [
    *(f"campaigns.{verb}" for verb in ("load", "copy", "publish", "change_settings", "shift_dates")),
    *(f"campaigns.{verb}_{part}" for verb in ("add", "change", "remove") for part in ("phase", "track", "minimum")),
    "standards.load", "standards.load_draft", "standards.new_version",
]


def settings(request):
    """How the campaign is set up: phases, tracks with quotas, minimums, scoring; each part leads to its form."""
    campaign = campaign_for(request)
    require(can_see_settings(request.user, campaign))
    return settings_of(request, campaign)


def campaign(request, pk):
    """The same of a draft, which nobody else sees. A published campaign has its settings page."""
    campaign = seen_or_404(request, pk)
    if not campaign.is_draft:
        return redirect(f"{reverse('campaigns:settings')}?campaign={campaign.code}")
    return settings_of(request, campaign)


def settings_of(request, campaign):
    if campaign is None:
        context = {"campaign": None, "can_prepare": can_prepare(request.user), "drafts": Campaign.objects.prepared_by(request.user).drafts().newest_first()}
        return render(request, "campaigns/settings.html", context)
    now = timezone.now()
    standard = campaign.standards.in_force()
    context = {
        "campaign": campaign,
        "phases": [{"phase": phase, "running": phase.is_running(now), "past": phase.ends_at <= now} for phase in campaign.phases.all()],
        "tracks": campaign.tracks.select_related("kind"),
        "minimums": Minimum.objects.filter(track__campaign=campaign).select_related("track", "per").order_by("track__order", "per__order"),
        "warnings": schedule.warnings(campaign, now) if campaign.is_draft else rules.setup_warnings(campaign, now),
        "cutoffs": campaign.cutoffs.select_related("county"),
        "standard": standard,
        "tie_order": campaign.tie_order,
        "changes": history(campaign, *SHOWN_CHANGES)[:10],
        "can_change": can_change(request.user, campaign),
        "can_change_form": can_change_settings(request.user, campaign),
        "can_publish": campaign.is_draft and can_publish(request.user, campaign),
    }
    return render(request, "campaigns/settings.html", context)


@saved_as_one
def change_settings(request, pk=None):
    if pk is None:
        require(can_change_settings(request.user, campaign_for(request)))
    campaign = campaign_or_404(request) if pk is None else changed_or_403(request, pk)
    campaign = actions.hold(campaign) if request.method == "POST" else campaign
    form = SettingsForm(request.POST or None, instance=campaign)
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            changes = actions.change_settings(campaign, form.values, reason=form.cleaned_data.get("reason", ""), by=request.user, at=timezone.now())
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("设置已修改，已记入审计记录。") if changes else _("没有改动。"))
            return back_to(campaign)
    return render(request, "campaigns/change_settings.html", {"form": form, "problems": problems, "campaign": campaign}, status=409 if form.overtaken else 200)
