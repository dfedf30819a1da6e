"""What stands in the way, and what is left to do: the two shapes every rule answers in, and the questions about the calendar."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import CalendarDay


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way, as a sentence; `url` leads to where it is mended."""

    text: str
    url: str = ""

    def __str__(self):
        return self.text


class NotAllowed(Exception):
    """An action refused. Carries every problem at once."""

    def __init__(self, problems):
        self.problems = [Problem(problem) if isinstance(problem, str) else problem for problem in problems]
        super().__init__("；".join(map(str, self.problems)))


@dataclass(frozen=True)
class Todo:
    """One thing left to do for a person: a sentence, a detail line, one button. `urgency`: red (late or returned), amber (near), blue (plain)."""

    title: str
    detail: str
    url: str
    button: str
    urgency: str = "blue"
    icon: str = "flag"


def deadline(phase, organization):
    """When the phase ends for this organization (exclusive), its own extension included."""
    extension = phase.extensions.filter(organization=organization).first()
    return max(phase.ends_at, extension.until) if extension else phase.ends_at


def is_open(campaign, opens, organization, at):
    """Whether some phase that opens this (Opens.SUBMIT, …) runs for this organization now."""
    return any(phase.starts_at <= at < deadline(phase, organization) for phase in campaign.phases.that_open(opens))


def last_deadline(campaign, opens, organization):
    """The latest end of the phases that open this, for this organization; None when no phase does."""
    return max((deadline(phase, organization) for phase in campaign.phases.that_open(opens)), default=None)


def county_cutoff(campaign, organization):
    """The county's own earlier end for its townships, where it set one."""
    cutoff = campaign.cutoffs.filter(county=organization.county_id).first()
    return cutoff.at if cutoff else None


def is_workday(day):
    """The calendar table first; a day it does not know counts Monday to Friday."""
    known = CalendarDay.objects.filter(date=day).values_list("is_workday", flat=True).first()
    return day.weekday() < 5 if known is None else known


def workdays_from(day, count):
    """The first and the last day of a period of `count` working days that begins on the day after `day`.

    >>> workdays_from(date(2021, 9, 30), 5)  # the National Day week of 2021 is off, 10-08 and 10-09 are worked
    (date(2021, 10, 8), date(2021, 10, 13))
    """
    found = []
    while len(found) < count:
        day += timedelta(days=1)
        if is_workday(day):
            found.append(day)
    return found[0], found[-1]


def workdays_between(first, last):
    """Working days after `first` up to and including `last`; 0 when `last` is not later."""
    return sum(is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def year_is_confirmed(year):
    """Whether the calendar table holds official days of this year; otherwise working days are computed from Monday to Friday and flagged."""
    return CalendarDay.objects.filter(date__year=year).exists()


def extension_problems(phase, organization, until, reason, at):
    problems = []
    if not reason.strip():
        problems.append(Problem(_("请填写延期的理由。")))
    if until <= phase.ends_at:
        problems.append(Problem(_("延期须晚于本阶段的截止时间 %(end)s。") % {"end": show_end(phase.ends_at)}))
    if until <= at:
        problems.append(Problem(_("延期的时间已经过去，请选择将来的时间。")))
    return problems


def show_end(ends_at):
    """An exclusive end as people say it: 10-01 00:00 is “9月30日（周四）24:00”."""
    local = timezone.localtime(ends_at)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local - timedelta(days=1) if midnight else local
    weekday = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]
    return _("%(month)s月%(day)s日（%(weekday)s）%(time)s") % {
        "month": day.month, "day": day.day, "weekday": weekday, "time": "24:00" if midnight else f"{local:%H:%M}",
    }
