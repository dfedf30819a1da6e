"""When may something leave the portal? In the office's own time, whatever the server's zone."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import SendingTimes


class Timetable:
    def __init__(self, row):
        self.row = row
        self.digests = sorted([row.first_digest, row.second_digest])

    def is_quiet(self, at):
        """From is inside, until is outside; the hours may run over midnight. Equal ends: never quiet."""
        clock, start, end = timezone.localtime(at).time(), self.row.quiet_from, self.row.quiet_until
        return start <= clock < end if start <= end else clock >= start or clock < end

    def after_quiet(self, at):
        """The moment itself, or the end of the quiet hours it lies in."""
        if not self.is_quiet(at):
            return at
        return self._next(at, self.row.quiet_until)

    def due(self, at, *, urgent):
        if urgent:
            return self.after_quiet(at)
        return self.after_quiet(min(self._next(at, clock) for clock in self.digests))

    def _next(self, at, clock):
        """The first moment after `at` at which the clock shows this."""
        local = timezone.localtime(at)
        moment = datetime.combine(local.date(), clock, local.tzinfo)
        return moment if moment > local else datetime.combine(local.date() + timedelta(days=1), clock, local.tzinfo)


def times():
    return Timetable(SendingTimes.objects.first() or SendingTimes())
