from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from accounts.permissions import require
from campaigns import actions, rules
from campaigns.current import campaign_for
from campaigns.forms import CutoffForm, ExtensionForm, PhaseForm, SettingsForm, TrackForm, end_of, last_day, start_of
from campaigns.models import CalendarDay, Extension, Minimum, Opens, Phase, Track
from campaigns.permissions import (
    acted_in,
    can_change_settings,
    can_grant_extension,
    can_see_extensions,
    can_see_settings,
    can_set_cutoff,
    is_of_an_office,
)

DAYS_SHOWN = 400


def history(campaign, *action_names):
    return AuditEvent.objects.filter(campaign_code=campaign.code, action__in=action_names).order_by("-number")[:50]


def campaign_or_404(request):
    campaign = campaign_for(request)
    if campaign is None:
        raise Http404
    return campaign


def settings(request):
    """How the campaign is set up: phases, tracks with quotas, minimums, scoring; each part leads to its form."""
    campaign = campaign_for(request)
    require(can_see_settings(request.user, campaign))
    if campaign is None:
        return render(request, "campaigns/settings.html", {"campaign": None})
    now = timezone.now()
    context = {
        "campaign": campaign,
        "phases": [{"phase": phase, "running": phase.is_running(now), "past": phase.ends_at <= now} for phase in campaign.phases.all()],
        "tracks": campaign.tracks.select_related("kind"),
        "minimums": Minimum.objects.filter(track__campaign=campaign).select_related("track", "per"),
        "warnings": rules.setup_warnings(campaign, now),
        "cutoffs": campaign.cutoffs.select_related("county"),
        "standard": campaign.standards.newest_first().first(),
        "tie_order": campaign.tie_order,
        "changes": history(campaign, "campaigns.load", "campaigns.publish", "campaigns.change_settings", "campaigns.change_phase", "campaigns.change_track")[:10],
        "can_change": can_change_settings(request.user, campaign),
    }
    return render(request, "campaigns/settings.html", context)


def change_settings(request):
    require(can_change_settings(request.user, campaign_for(request)))
    campaign = campaign_or_404(request)
    form = SettingsForm(request.POST or None, instance=campaign)
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            changes = actions.change_settings(campaign, form.values, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("设置已修改，已记入审计记录。") if changes else _("没有改动。"))
            return redirect("campaigns:settings")
    return render(request, "campaigns/change_settings.html", {"form": form, "problems": problems})


def change_phase(request, pk):
    require(is_of_an_office(request.user))
    phase = get_object_or_404(Phase.objects.filter(acted_in(request.user, "campaign__")).select_related("campaign"), pk=pk)
    initial = {"starts_on": timezone.localdate(phase.starts_at), "last_on": last_day(phase.ends_at)}
    form = PhaseForm(request.POST or None, initial=initial)
    problems = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            changes = actions.change_phase(
                phase, starts_at=start_of(told["starts_on"]), ends_at=end_of(told["last_on"]), reason=told["reason"], by=request.user, at=timezone.now(),
            )
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("阶段时间已修改，立即生效。") if changes else _("没有改动。"))
            return redirect("campaigns:settings")
    context = {"form": form, "problems": problems, "phase": phase, "campaign": phase.campaign}
    return render(request, "campaigns/change_phase.html", context)


def change_track(request, pk):
    require(is_of_an_office(request.user))
    track = get_object_or_404(Track.objects.filter(acted_in(request.user, "campaign__")).select_related("campaign"), pk=pk)
    form = TrackForm(request.POST or None, initial={"quota": track.quota, "yearly_bonus": track.yearly_bonus})
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            changes = actions.change_track(track, **form.cleaned_data, by=request.user, at=timezone.now())
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("申报类别已修改。") if changes else _("没有改动。"))
            return redirect("campaigns:settings")
    context = {"form": form, "problems": problems, "track": track, "campaign": track.campaign}
    return render(request, "campaigns/change_track.html", context)


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


def calendar(request):
    """The working-day table for the months of the campaign, as it counts public notices and replies."""
    campaign = campaign_for(request)
    require(can_see_settings(request.user, campaign))
    months = []
    if campaign is not None:
        spans = campaign.phases.values_list("starts_at", "ends_at")
        first = min((timezone.localdate(start) for start, end in spans), default=date(campaign.year, 1, 1)).replace(day=1)
        last = max((timezone.localdate(end) for start, end in spans), default=date(campaign.year, 12, 31)) + timedelta(days=45)
        months = months_between(first, min(last, first + timedelta(days=DAYS_SHOWN)))
    return render(request, "campaigns/calendar.html", {"campaign": campaign, "months": months})


def months_between(first, last):
    """[(first day of the month, its exceptional days, number of working days, whether the year is known)]."""
    known = CalendarDay.objects.filter(date__gte=first, date__lte=last).in_bulk()
    months = {}
    day = first
    while day <= last:
        row = known.get(day)
        worked = row.is_workday if row else day.weekday() < 5
        month = months.setdefault(day.replace(day=1), {"first": day, "days": [], "workdays": 0, "confirmed": True, "sources": set()})
        month["workdays"] += worked
        month["confirmed"] &= row is not None
        if row:
            month["sources"].add(row.source)
            if row.name or worked != (day.weekday() < 5):
                month["days"].append(row)
        day += timedelta(days=1)
    return list(months.values())
