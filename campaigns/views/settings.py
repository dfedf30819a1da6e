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
from accounts.rehearsing import here
from campaigns import actions, holidays, rules, schedule
from campaigns.current import campaign_for
from campaigns.forms import (
    CutoffForm,
    DayForm,
    ExtensionForm,
    HolidaysForm,
    MinimumForm,
    MoveForm,
    PhaseForm,
    SettingsForm,
    TrackForm,
    end_of,
    last_day,
    typed_reason,
)
from campaigns.models import CalendarDay, Campaign, Extension, Minimum, Opens, Phase, Track
from campaigns.permissions import (
    can_change,
    can_change_calendar,
    can_change_settings,
    can_grant_extension,
    can_look_at_drafts,
    can_prepare,
    can_publish,
    can_see_extensions,
    can_see_settings,
    can_set_cutoff,
)

DAYS_SHOWN = 400
DAYS_SALT = "campaigns.import_days"
SHOWN_CHANGES = [
    *(f"campaigns.{verb}" for verb in ("load", "copy", "publish", "change_settings", "shift_dates")),
    *(f"campaigns.{verb}_{part}" for verb in ("add", "change", "remove") for part in ("phase", "track", "minimum")),
    "standards.load", "standards.new_version",
]


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


def back_to(campaign):
    return redirect("campaigns:campaign", campaign.pk) if campaign.is_draft else redirect("campaigns:settings")


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


def change_settings(request, pk=None):
    if pk is None:
        require(can_change_settings(request.user, campaign_for(request)))
    campaign = campaign_or_404(request) if pk is None else changed_or_403(request, pk)
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
    return render(request, "campaigns/change_settings.html", {"form": form, "problems": problems, "campaign": campaign})


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
    return render(request, template, context | {"form": form, "problems": problems})


def add_phase(request, pk):
    campaign = changed_or_403(request, pk)
    form = PhaseForm(campaign, request.POST or None)

    def act(_removing):
        phase = actions.add_phase(campaign, **form.values, by=request.user, at=timezone.now())
        return _("已增加“%(phase)s”阶段。") % {"phase": phase}

    return form_page(request, "campaigns/change_phase.html", form, act, {"campaign": campaign, "phase": None})


def change_phase(request, pk):
    require(can_look_at_drafts(request.user))
    phase = get_object_or_404(here(Phase.objects).filter(campaign__in=Campaign.objects.prepared_by(request.user)).select_related("campaign"), pk=pk)
    require(can_change(request.user, phase.campaign))
    initial = {
        "name": phase.name, "starts_on": timezone.localdate(phase.starts_at), "last_on": last_day(phase.ends_at), "opens": phase.opens, "text": phase.text,
    }
    form = PhaseForm(phase.campaign, request.POST or None, initial=initial)

    def act(removing):
        if removing:
            actions.remove_phase(phase, reason=typed_reason(request.POST), by=request.user, at=timezone.now())
            return _("已删除“%(phase)s”阶段。") % {"phase": phase}
        changes = actions.change_phase(phase, **form.values, by=request.user, at=timezone.now())
        return _("阶段已修改，立即生效。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_phase.html", form, act, {"campaign": phase.campaign, "phase": phase})


def change_track(request, pk):
    require(can_look_at_drafts(request.user))
    track = get_object_or_404(here(Track.objects).filter(campaign__in=Campaign.objects.prepared_by(request.user)).select_related("campaign", "kind"), pk=pk)
    require(can_change(request.user, track.campaign))
    initial = {name: getattr(track, name) for name in ("name", "kind", "quota", "verbatim")}
    initial |= {name: f"{getattr(track, name).normalize():f}" for name in ("yearly_bonus", "total_points")}
    form = TrackForm(track.campaign, request.POST or None, initial=initial)

    def act(removing):
        if removing:
            actions.remove_track(track, by=request.user, at=timezone.now())
            return _("已删除申报类别“%(track)s”。") % {"track": track}
        changes = actions.change_track(track, **form.values, by=request.user, at=timezone.now())
        return _("申报类别已修改。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_track.html", form, act, {"campaign": track.campaign, "track": track})


def add_minimum(request, pk):
    campaign = changed_or_403(request, pk)
    form = MinimumForm(campaign, request.POST or None, is_new=True)

    def act(_removing):
        actions.save_minimum(Minimum(), **form.values, by=request.user, at=timezone.now())
        return _("已增加数量要求。")

    return form_page(request, "campaigns/change_minimum.html", form, act, {"campaign": campaign, "minimum": None})


def change_minimum(request, pk):
    require(can_look_at_drafts(request.user))
    minimum = get_object_or_404(here(Minimum.objects).filter(track__campaign__in=Campaign.objects.prepared_by(request.user)).select_related("track__campaign", "per"), pk=pk)
    campaign = minimum.track.campaign
    require(can_change(request.user, campaign))
    initial = {name: getattr(minimum, name) for name in ("min", "max", "verbatim")}
    form = MinimumForm(campaign, request.POST or None, initial=initial, is_new=False)

    def act(removing):
        told = {"by": request.user, "at": timezone.now()}
        if removing:
            actions.remove_minimum(minimum, reason=typed_reason(request.POST), **told)
            return _("已删除数量要求。")
        changes = actions.save_minimum(minimum, **form.values, **told)
        return _("数量要求已修改。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_minimum.html", form, act, {"campaign": campaign, "minimum": minimum})


def preview(request, pk):
    """The campaign in the calendar: bars, months with working days and holidays, and what to look at."""
    campaign, now = seen_or_404(request, pk), timezone.now()
    phases, today = list(campaign.phases.order_by("starts_at", "order")), timezone.localdate(now)
    months = schedule.months(campaign, phases, today)
    context = {
        "campaign": campaign, "timeline": schedule.timeline(campaign, phases, today), "months": months, "warnings": schedule.warnings(campaign, now),
        "overlaps": schedule.overlaps(phases), "unconfirmed": rules.unconfirmed_years({month["first"].year for month in months}),
        "can_change": can_change(request.user, campaign),
    }
    return render(request, "campaigns/preview.html", context)


def shift_dates(request, pk):
    """Move all dates of a draft at once."""
    campaign = changed_or_403(request, pk)
    form = MoveForm(campaign, request.POST or None)

    def act(_removing):
        changes = actions.shift_dates(campaign, form.shift(form.cleaned_data["years"]), by=request.user, at=timezone.now())
        return _("日期已移动。请看日程预览，核对截止日和公示的日子。") if changes else _("没有改动。")

    return form_page(request, "campaigns/shift_dates.html", form, act, {"campaign": campaign})


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
    """The working-day table, as it counts public notices and replies: the months of the campaign, or those of a chosen year."""
    campaign, asked = campaign_for(request), request.GET.get("year", "")
    require(can_see_settings(request.user, campaign))
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
        "can_recount": can_change_settings(request.user, campaign),
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
