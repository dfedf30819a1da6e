"""What was sent back, what was changed since, and in which versions a reader sees it."""

from dataclasses import dataclass

from applications import snapshots
from applications.models import Application, Return, ReturnedItem


def versions(application, level=Return.Level.OFFICE):
    """(the version this level last sent back, the latest), the first being None when nothing came back from it."""
    submissions = list(application.submissions.order_by("-number"))
    latest = submissions[0] if submissions else None
    returned = application.returns.filter(level=level, answered_at__isnull=False).order_by("-returned_at").first()
    if returned is None:
        return None, latest
    before = next((submission for submission in submissions if submission.submitted_at <= returned.returned_at), None)
    return (before if before != latest else None), latest


def changes_between(old, new):
    """{item code: what differs between two versions}; empty when there is only one."""
    if old is None or new is None:
        return {}
    return {difference.code: difference for difference in snapshots.differences(old.snapshot, new.snapshot)}


def unsent_changes(application):
    """{item code: what differs now from the version submitted last}: nobody but the unit has seen it."""
    latest = application.latest_submission if application.is_editable else None
    return {difference.code: difference for difference in snapshots.differences(latest.snapshot, snapshots.freeze(application))} if latest else {}


def changes_for(application, *, own):
    """What “only what changed” shows: to the unit what it has not submitted yet, to everybody what the last correction changed."""
    if application.is_editable:
        return unsent_changes(application) if own else {}
    level = Return.Level.COUNTY if application.status == Application.Status.WITH_COUNTY else Return.Level.OFFICE
    return changes_between(*versions(application, level))


def remarks(application):
    """{key of a response: what was said when it was sent back, the newest first}."""
    found = {}
    rows = ReturnedItem.objects.filter(of__application=application).select_related("of__returned_by__organization", "of__answered_by")
    for remark in rows.order_by("-of__returned_at", "-pk"):
        found.setdefault(remark.response_id, []).append(remark)
    return found


@dataclass(frozen=True)
class Correction:
    """How far the unit is with what was sent back. Without remarks on items, what it changed is all there is to count."""

    returned: int
    corrected: int
    changed: int

    @property
    def left(self):
        return self.returned - self.corrected


def correction(parts, changes):
    """Of an application's progress, whose responses know the open remark on them."""
    returned = [response for response in parts.responses if response.remark]
    return Correction(len(returned), sum(response.item.code in changes for response in returned), len(changes))
