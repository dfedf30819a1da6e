"""Deadlines that were counted in working days, and what they would be by the calendar as it is now."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import unconfirmed_years, workdays_from
from results.models import Objection, PublicNotice


@dataclass(frozen=True)
class Deadline:
    """`now`: what holds; `counted`: what the calendar says today. A notice that runs is lengthened, never cut short: its end was made public."""

    row: PublicNotice | Objection
    name: str
    since: date
    days: int
    now: date
    counted: date
    is_confirmed: bool

    @property
    def url(self):
        return self.row.get_absolute_url()

    @property
    def is_notice(self):
        return isinstance(self.row, PublicNotice)

    @property
    def moves(self):
        return self.counted > self.now if self.is_notice else self.counted != self.now


def workday_deadlines(campaign, objections, at):
    """Of notices that have not ended and of these objections that wait for an answer."""
    today, found = timezone.localdate(at), []
    running = PublicNotice.objects.public().filter(campaign=campaign, withdrawn_at=None, ends_on__gte=today)
    for notice in running.order_by("ends_on", "pk"):
        found.append((notice, str(notice), timezone.localdate(notice.published_at), campaign.publicity_days, notice.ends_on))
    waiting = objections.open().filter(entry__notice__campaign=campaign).select_related("entry__application__organization")
    for objection in waiting.order_by(F("due_on"), "pk"):
        name = _("关于%(unit)s的异议的答复期限") % {"unit": objection.entry.application.organization}
        found.append((objection, name, timezone.localdate(objection.received_at), campaign.objection_reply_days, objection.due_on))
    ends = {key: workdays_from(*key)[1] for key in {(since, days) for _row, _name, since, days, _now in found}}
    missing = set(unconfirmed_years({year for (since, _days), end in ends.items() for year in (since.year, end.year)}))
    return [
        Deadline(row, name, since, days, now, ends[since, days], missing.isdisjoint({since.year, ends[since, days].year})) for row, name, since, days, now in found
    ]
