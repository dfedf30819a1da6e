"""How a campaign lies in the calendar: drawn month by month, and what one should look at before it is published."""

import calendar as months_of
import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import rules
from campaigns.models import CalendarDay, Opens
from campaigns.rules import Problem, show_day, show_end

MOST_MONTHS = 24
LOOK_BACK = 60  # days before the end within which the last day for a notice lies


def days_of(phase):
    """The first and the last day of a phase, both included."""
    return timezone.localdate(phase.starts_at), timezone.localdate(phase.ends_at - phase.ends_at.resolution)


@dataclass(frozen=True)
class LastNotice:
    """The last working day on which a public notice can be published and still run out by the end of the last phase."""

    phase: object
    publish: date
    first: date
    last: date


def last_notice(campaign, phases):
    """None while there is no phase. The days are counted back from the end by the table of working days."""
    if not phases:
        return None
    phase = max(phases, key=lambda phase: phase.ends_at)
    end = days_of(phase)[1]
    known = rules.calendar_of(end - timedelta(days=LOOK_BACK + 3 * campaign.publicity_days), end)
    worked, day = [], end
    while len(worked) <= campaign.publicity_days:
        if rules.is_workday(day, known):
            worked.append(day)
        day -= timedelta(days=1)
    return LastNotice(phase, worked[-1], worked[-2], worked[0])


def warnings(campaign, at):
    """Everything one should look at; nothing here stands in the way."""
    phases = list(campaign.phases.order_by("starts_at", "order"))
    problems = rules.setup_warnings(campaign, at)
    if campaign.is_draft:
        problems += [Problem(_("“%(phase)s”阶段已经过去（%(end)s 结束），请移动日期。") % {"phase": phase, "end": show_end(phase.ends_at)}) for phase in phases if phase.ends_at <= at]
    problems += kinds_of_phases(phases) + notice_warnings(campaign, phases) + gaps(phases) + rest_days(phases)
    return problems + old_years(campaign, phases)


def notice_warnings(campaign, phases):
    notice = last_notice(campaign, phases)
    if notice is None:
        return []
    names = {"n": campaign.publicity_days, "day": show_day(notice.publish), "phase": notice.phase, "end": show_end(notice.phase.ends_at)}
    if notice.publish < days_of(notice.phase)[0]:
        return [Problem(_("公示 %(n)s 个工作日：“%(phase)s”阶段太短，须在 %(day)s以前发布，才能在 %(end)s 前公示完。") % names)]
    return [Problem(_("公示 %(n)s 个工作日：%(day)s以后发布的公示，要到“%(phase)s”阶段结束（%(end)s）以后才公示完。") % names)]


def kinds_of_phases(phases):
    problems, opened = [], {phase.opens for phase in phases}
    for opens, sentence in (
        (Opens.SUBMIT, _("没有一个阶段开放申报，单位不能提交。")), (Opens.GUIDE, _("没有一个阶段开放督导，不能布置整改。")), (Opens.INSPECT, _("没有一个阶段开放验收，不能现场评分。")),
    ):
        if opens not in opened:
            problems.append(Problem(sentence))
    ends = {opens: max((phase.ends_at for phase in phases if phase.opens == opens), default=None) for opens in (Opens.SUBMIT, Opens.INSPECT)}
    if all(ends.values()) and ends[Opens.INSPECT] <= ends[Opens.SUBMIT]:
        problems.append(Problem(_("验收在申报截止之前就结束了，请核对日期。")))
    return problems


def gaps(phases):
    """Days between the phases that belong to none."""
    problems, until = [], None
    for phase in phases:
        first, last = days_of(phase)
        if until is not None and first > until + timedelta(days=1):
            names = {"first": show_day(until + timedelta(days=1)), "last": show_day(first - timedelta(days=1)), "n": (first - until).days - 1, "phase": phase}
            problems.append(Problem(_("“%(phase)s”之前有 %(n)s 天不属于任何阶段（%(first)s至 %(last)s）。") % names))
        until = last if until is None else max(until, last)
    return problems


def rest_days(phases):
    """Fixed dates of the notice never move for a holiday; people should know."""
    known = rules.calendar_of(min(days_of(phase)[1] for phase in phases), max(days_of(phase)[1] for phase in phases)) if phases else {}
    return [
        Problem(_("“%(phase)s”的最后一天 %(day)s是休息日。固定日期不因节假日顺延，需要顺延请修改日期。") % {"phase": phase, "day": show_day(days_of(phase)[1])})
        for phase in phases
        if phase.opens == Opens.SUBMIT and not rules.is_workday(days_of(phase)[1], known)
    ]


def old_years(campaign, phases):
    """Words that were copied and still speak of another year."""
    places = [(_("活动名称"), campaign.title), (_("实施步骤"), campaign.steps_text), (_("批准依据"), campaign.approval)]
    places += [(_("“%(phase)s”的通知原文") % {"phase": phase}, phase.text) for phase in phases]
    problems = []
    for name, text in places:
        if others := other_years(campaign, text):
            problems.append(Problem(_("%(name)s里还写着 %(years)s 年，请核对。") % {"name": name, "years": others}))
    return problems


def other_years(campaign, text):
    """The years a text speaks of that are neither the campaign's nor the next, in words; empty when there are none."""
    return _("、").join(sorted(set(re.findall(r"(20\d\d)\s*年", text)) - {str(campaign.year), str(campaign.year + 1)}))


def overlaps(phases):
    """(a phase, a later one, first and last day on which both run), so that nobody is surprised."""
    found = []
    for n, phase in enumerate(phases):
        for other in phases[n + 1:]:
            first, last = max(days_of(phase)[0], days_of(other)[0]), min(days_of(phase)[1], days_of(other)[1])
            if first <= last:
                found.append((phase, other, first, last))
    return found


# Drawn


@dataclass(frozen=True)
class Day:
    date: date
    is_rest: bool
    name: str
    is_known: bool
    numbers: tuple  # of the phases that run on it
    is_notice: bool
    is_last_notice: bool
    is_today: bool


def months(campaign, phases, today):
    """Each month that a phase touches, as weeks from Monday of days (None beside the month)."""
    if not phases:
        return []
    spans, notice = [days_of(phase) for phase in phases], last_notice(campaign, phases)
    firsts = months_between(min(first for first, last in spans), max(last for first, last in spans))
    known = CalendarDay.objects.filter(date__gte=firsts[0], date__lt=next_month(firsts[-1])).in_bulk()

    def drawn(day):
        row = known.get(day)
        return Day(
            day, not row.is_workday if row else day.weekday() > 4, row.name if row else "", row is not None,
            tuple(n for n, (first, last) in enumerate(spans, 1) if first <= day <= last),
            notice.first <= day <= notice.last, day == notice.publish, day == today,
        )

    return [
        {"first": first, "weeks": [[drawn(day) if day.month == first.month else None for day in week] for week in months_of.Calendar().monthdatescalendar(first.year, first.month)]}
        for first in firsts
    ]


def months_between(first, last):
    found = [first.replace(day=1)]
    while next_month(found[-1]) <= last and len(found) < MOST_MONTHS:
        found.append(next_month(found[-1]))
    return found


def next_month(first):
    return (first + timedelta(days=31)).replace(day=1)


def timeline(campaign, phases, today):
    """Bars on a scale of 1000, each month equally wide: {"months": …, "rows": …, "today": x or None}."""
    if not phases:
        return {"months": [], "rows": []}
    spans = [days_of(phase) for phase in phases]
    firsts = months_between(min(first for first, last in spans), max(last for first, last in spans))
    known = rules.calendar_of(firsts[0], next_month(firsts[-1]))

    def place(day):
        """Where a day begins."""
        month = (day.year - firsts[0].year) * 12 + day.month - firsts[0].month
        return min(1000, round((month + (day.day - 1) / months_of.monthrange(day.year, day.month)[1]) * 1000 / len(firsts)))

    def bar(first, last):
        return {"x": place(first), "width": max(2, place(last + timedelta(days=1)) - place(first))}

    rows = [
        {
            "number": n, "phase": phase, "first": first, "last": last, "bar": bar(first, last), "tone": phase.opens or "none", "days": (last - first).days + 1,
            "workdays": sum(rules.is_workday(first + timedelta(days=k), known) for k in range((last - first).days + 1)),
        }
        for n, (phase, (first, last)) in enumerate(zip(phases, spans, strict=True), 1)
    ]
    notice = last_notice(campaign, phases)
    shared = [bar(first, last) for phase, other, first, last in overlaps(phases)]
    lines = [place(first) for first, _following in pairwise(firsts)][1:] + [place(firsts[-1])]
    return {
        "months": firsts, "rows": rows, "shared": shared, "lines": [line for line in lines if line],
        "notice": notice and notice.publish >= firsts[0] and {"bar": bar(notice.first, notice.last), "publish": notice.publish, "first": notice.first, "last": notice.last},
        "today": place(today) if firsts[0] <= today < next_month(firsts[-1]) else None,
    }
