from datetime import date, timedelta

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent
from accounts.permissions import require
from campaigns import actions, holidays, rules
from campaigns.current import campaign_for
from campaigns.forms import (
    CutoffForm,
    DayForm,
    ExtensionForm,
    HolidaysForm,
    PhaseForm,
    SettingsForm,
    TrackForm,
    end_of,
    last_day,
    start_of,
)
from campaigns.models import CalendarDay, Extension, Minimum, Opens, Phase, Track
from campaigns.permissions import (
    can_change_calendar,
    can_change_settings,
    can_grant_extension,
    can_see_extensions,
    can_see_settings,
    can_set_cutoff,
)

DAYS_SHOWN = 400
DAYS_SALT = "campaigns.import_days"


def history(campaign, *action_names):
    return AuditEvent.objects.filter(campaign_code=campaign.code, action__in=action_names).order_by("-number")[:50]


def campaign_or_404(request):
    campaign = campaign_for(request)
    if campaign is None:
        raise Http404
    return campaign


def settings(request):
    """How the campaign is set up: phases, tracks with quotas, minimums, scoring; each part leads to its form."""
    require(can_see_settings(request.user))
    campaign = campaign_for(request)
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
        "standard": campaign.standards.in_force(),
        "tie_order": campaign.tie_order,
        "changes": history(campaign, "campaigns.load", "campaigns.publish", "campaigns.change_settings", "campaigns.change_phase", "campaigns.change_track")[:10],
        "can_change": can_change_settings(request.user),
    }
    return render(request, "campaigns/settings.html", context)


def change_settings(request):
    require(can_change_settings(request.user))
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
    require(can_change_settings(request.user))
    phase = get_object_or_404(Phase.objects.select_related("campaign"), pk=pk)
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
    require(can_change_settings(request.user))
    track = get_object_or_404(Track.objects.select_related("campaign"), pk=pk)
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
    require(can_see_extensions(request.user))
    campaign = campaign_for(request)
    context = {
        "campaign": campaign,
        "extensions": Extension.objects.filter(phase__campaign=campaign).select_related("phase", "organization__county", "granted_by") if campaign else [],
        "granted": history(campaign, "campaigns.grant_extension").select_related("organization") if campaign else [],
        "now": timezone.now(),
        "can_grant": campaign is not None and can_grant_extension(request.user),
    }
    return render(request, "campaigns/extensions.html", context)


def grant_extension(request):
    require(can_grant_extension(request.user))
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
    require(can_set_cutoff(request.user))
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
    """The working-day table, as it counts public notices and replies: the months of the campaign, or those of a chosen year."""
    require(can_see_settings(request.user))
    campaign, asked = campaign_for(request), request.GET.get("year", "")
    years = set(CalendarDay.objects.dates("date", "year")) | {timezone.localdate().replace(month=1, day=1)}
    spans = campaign.phases.values_list("starts_at", "ends_at") if campaign else []
    ends = [timezone.localdate(moment) for span in spans for moment in span]
    year = int(asked) if asked in {str(first.year) for first in years} else None
    if year or not campaign:
        first, last = date(year or timezone.localdate().year, 1, 1), date(year or timezone.localdate().year, 12, 31)
    else:
        first, last = min(ends, default=date(campaign.year, 1, 1)).replace(day=1), max(ends, default=date(campaign.year, 12, 31)) + timedelta(days=45)
    needed = {day.year for day in [*ends, first, last, timezone.localdate()]}
    return render(request, "campaigns/calendar.html", {
        "campaign": campaign, "months": months_between(first, min(last, first + timedelta(days=DAYS_SHOWN))), "year": year,
        "years": sorted((day.year for day in years), reverse=True), "unconfirmed": rules.unconfirmed_years(needed), "can_change": can_change_calendar(request.user),
        "can_recount": can_change_settings(request.user),
        "changes": AuditEvent.objects.filter(action__in=["campaigns.change_day", "campaigns.remove_day", "campaigns.import_days"])[:8],
    })


def months_between(first, last):
    """[(first day of the month, its exceptional days, number of working days, whether the year is known)]."""
    known = CalendarDay.objects.filter(date__gte=first, date__lte=last).in_bulk()
    unconfirmed = rules.unconfirmed_years(range(first.year, last.year + 1))
    months = {}
    day = first
    while day <= last:
        row = known.get(day)
        worked = row.is_workday if row else day.weekday() < 5
        month = months.setdefault(day.replace(day=1), {"first": day, "days": [], "workdays": 0, "confirmed": day.year not in unconfirmed, "sources": set()})
        month["workdays"] += worked
        if row:
            month["sources"].add(row.source)
            if row.name or worked != (day.weekday() < 5):
                month["days"].append(row)
        day += timedelta(days=1)
    return list(months.values())


@require_http_methods(["GET", "POST"])
def change_day(request):
    """One day of the calendar: set, or taken out again, with a reason."""
    require(can_change_calendar(request.user))
    day = holidays.day_of(request.GET.get("day", ""))
    row = CalendarDay.objects.filter(pk=day).first() if day else None
    initial = {"day": day, "is_workday": str(int(row.is_workday)) if row else None, "name": row.name if row else ""}
    form = DayForm(request.POST or None, initial=initial)
    problems = []
    if request.method == "POST" and form.is_valid():
        told, now = form.cleaned_data, timezone.now()
        present = CalendarDay.objects.filter(pk=told["day"]).first()
        try:
            if "remove" in request.POST and present:
                actions.remove_day(present, reason=told["reason"], by=request.user, at=now)
                messages.success(request, _("%(day)s 已从工作日历中删除，按星期计算。") % {"day": told["day"].isoformat()})
            elif "remove" in request.POST:
                raise rules.NotAllowed([_("工作日历里没有这一天，不用删除。")])
            else:
                actions.change_day(told["day"], is_workday=told["is_workday"], name=told["name"], reason=told["reason"], by=request.user, at=now)
                messages.success(request, _("%(day)s 已登记。正在进行的公示和异议的期限，请到“按工作日计算的期限”核对。") % {"day": told["day"].isoformat()})
        except rules.NotAllowed as refusal:
            problems = refusal.problems
        else:
            return redirect(f"{reverse('campaigns:calendar')}?year={told['day'].year}")
    return render(request, "campaigns/change_day.html", {"form": form, "problems": problems, "row": row})


@require_http_methods(["GET", "POST"])
def import_days(request):
    """A year's arrangement: read, shown, and then taken over as one."""
    require(can_change_calendar(request.user))
    if "rows" in request.POST:
        return apply_days(request)
    form = HolidaysForm(request.POST or None, request.FILES or None, initial={"year": timezone.localdate().year + 1})
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            read = form.read()
        except holidays.NotRead as refusal:
            form.add_error(None, str(refusal))
        else:
            context |= preview_of(read, form.cleaned_data["year"], form.cleaned_data["source"])
    return render(request, "campaigns/import_days.html", context)


def preview_of(read, year, source):
    """Each line with what it would change. A day told twice differently, or of another year, is wrong."""
    known = CalendarDay.objects.in_bulk([row.day for row in read if row.day])
    told = {}
    for row in read:
        if row.problem:
            continue
        if row.day.year not in (year, year - 1):  # 元旦 may begin in December
            row.problem = _("不是 %(year)s 年的日子。") % {"year": year}
        elif told.setdefault(row.day, row.worked) != row.worked:
            row.problem = _("同一天前后说得不一样。")
    good = {row.day: [row.day.isoformat(), row.worked, row.name] for row in read if not row.problem}
    wrong = any(row.problem for row in read)
    lines = [{"row": row, "known": known.get(row.day), "same": (old := known.get(row.day)) is not None and (old.is_workday, old.name) == (row.worked, row.name)} for row in read]
    return {
        "lines": lines, "wrong": wrong, "source": source, "count": len(good),
        "payload": "" if wrong or not good else signing.dumps({"days": list(good.values()), "source": source}, salt=DAYS_SALT, compress=True),
    }


def apply_days(request):
    try:
        told = signing.loads(request.POST["rows"], salt=DAYS_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        messages.error(request, _("预览已经过期，请重新上传。"))
        return redirect("campaigns:import_days")
    days = [(date.fromisoformat(day), worked, name) for day, worked, name in told["days"]]
    changed = actions.import_days(days, source=told["source"], by=request.user, at=timezone.now())
    if changed:
        messages.success(request, _("已导入 %(n)s 天。正在进行的公示和异议的期限，请到“按工作日计算的期限”核对。") % {"n": changed})
    else:
        messages.info(request, _("和现在的工作日历一样，没有改动。"))
    return redirect(f"{reverse('campaigns:calendar')}?year={days[-1][0].year}")
