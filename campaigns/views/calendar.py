"""Which days are worked? The calendar, one day of it, and a year's arrangement brought in."""

from datetime import date, timedelta

from django.contrib import messages
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent
from accounts.permissions import require
from campaigns import actions, holidays, rules
from campaigns.current import campaign_for
from campaigns.forms import DayForm, HolidaysForm
from campaigns.models import CalendarDay
from campaigns.permissions import can_change_calendar, can_change_settings, can_see_settings

DAYS_SHOWN = 400
DAYS_SALT = "campaigns.import_days"


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
            read, not_read = form.read()
        except holidays.NotRead as refusal:
            form.add_error(None, str(refusal))
        else:
            context |= preview_of(read, form.cleaned_data["year"], form.cleaned_data["source"]) | {"not_read": not_read}
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
