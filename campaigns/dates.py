"""Last year's dates brought to another year: by whole years, or so that the first phase begins on a chosen day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Shift:
    """Days stay the days of the notice: nothing moves for a weekend or a holiday, and the hour of the day stays."""

    years: int = 0
    days: int = 0

    def day(self, day):
        """29 February becomes 28 February in a year without it."""
        try:
            moved = day.replace(year=day.year + self.years)
        except ValueError:
            moved = day.replace(year=day.year + self.years, day=28)
        return moved + timedelta(days=self.days)

    def start(self, moment):
        local = timezone.localtime(moment)
        return datetime.combine(self.day(local.date()), local.time(), timezone.get_current_timezone())

    def end(self, moment):
        """An exclusive end follows its last day, so that a phase until the end of a month ends with it."""
        local = timezone.localtime(moment)
        if local.time() != time():
            return self.start(moment)
        return datetime.combine(self.day(local.date() - timedelta(days=1)) + timedelta(days=1), time(), timezone.get_current_timezone())


def to_first_day(phases, day):
    """The shift that makes the earliest of these phases begin on a day; all keep their length and their distance."""
    first = min((timezone.localdate(phase.starts_at) for phase in phases), default=day)
    return Shift(days=(day - first).days)
