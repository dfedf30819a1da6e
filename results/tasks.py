"""What runs by the clock. Each sweep finds what is due, may run twice, and lets one bad row stop no other."""

from django.utils import timezone

from results import actions, notices, reports
from results.models import Objection, PublicNotice

JOBS = [reports]  # the worker looks here; the kinds of files it can make are registered on import


def sweep_notice_ends(at):
    """Tell the office once that a public notice has run."""
    due = PublicNotice.objects.public().filter(ends_on__lt=timezone.localdate(at), ended_told_at=None, withdrawn_at=None)
    for notice in due.order_by("ends_on"):
        actions.tell_end_of_notice(notice, at=at)


def sweep_overdue_objections(at):
    """Tell the office once of each objection past its day; the inbox remembers who was told."""
    due = Objection.objects.open().filter(due_on__lt=timezone.localdate(at))
    for key in due.order_by("due_on").values_list("pk", flat=True):
        notices.tell_office_objection_is_overdue.delay(key)
