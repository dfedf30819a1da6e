"""The group's talk: what the members recorded side by side, and two contents of one person for one item."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.rules import Problem
from inspections.models import Delivery, DeviceRecord, Score
from inspections.rules import visits as rules

STANDING = (Delivery.State.CONFLICT, Delivery.State.KEPT)


@dataclass(frozen=True)
class Apart:
    """What one inspector recorded a second time, on another phone or page, beside the entered score."""

    record: DeviceRecord
    entered: Score | None
    revisions: list

    @property
    def is_open(self):
        """The person has not said yet which one counts."""
        return self.record.state == Delivery.State.CONFLICT


def unlike(record, score):
    """The contents of a record that differ from the entered score."""
    entered = (score.verdict, score.points, score.reason) if score else None
    return [revision for revision in record.current if (revision.verdict, revision.points, revision.reason.strip()) != entered]


def talk_rows(visit, user):
    """The findings of a visit with second contents beside them, in a constant number of queries; what others recorded stays hidden until one's own is in."""
    rows = rules.findings(visit, user)
    places = {row.item.code: row for row in rows}
    records = DeviceRecord.objects.filter(visit=visit, state__in=STANDING, item_code__in=places).select_related("owner").prefetch_related("revisions")
    for record in records:
        row = places[record.item_code]
        score = row.of(record.owner)
        if not row.is_hidden and (revisions := unlike(record, score)):
            row.apart.append(Apart(record, score, revisions))
    return rows


def proposal(row):
    """What the talk begins with: the agreed score, else what all recorded alike; every reason that was given."""
    if row.agreed:
        return {"points": f"{row.agreed.points.normalize():f}", "reason": row.agreed.reason}
    if row.is_hidden:
        return {"points": "", "reason": ""}
    scores = [score for _person, score in row.shown if score]
    points = {score.points for score in scores}
    reasons = dict.fromkeys(score.reason for score in scores if score.reason)
    return {"points": f"{points.pop().normalize():f}" if len(points) == 1 else "", "reason": "\n".join(reasons)}


def choose_problems(visit, record, revision, score, user, at):
    """What keeps this person from saying which of two contents counts. Keeping what is entered is always possible until the lock."""
    problems = rules.locked_visit_problems(visit)
    if record.owner_id != user.pk:
        problems.append(Problem(_("只有%(person)s本人能选择用哪一份。") % {"person": record.owner}))
    if record.state not in STANDING:
        problems.append(Problem(_("这一项已经选好了，请刷新页面。")))
    if revision is not None:
        problems += rules.record_problems(visit, user, at)
    elif score is None:
        problems.append(Problem(_("这一项还没有入账，请选其中一份。")))
    return problems
