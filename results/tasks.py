"""What runs by the clock. Each sweep finds what is due, may run twice, and lets one bad row stop no other."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Message
from results import actions, notices, reports
from results.models import FrozenRanking, Naming, Objection, PublicNotice, TypicalCase, Veto

JOBS = [reports]  # the worker looks here; the kinds of files it can make are registered on import
TOLD_WITHIN = timedelta(days=3)


def sweep_notice_ends(at):
    """Tell the office once that a public notice has run."""
    due = PublicNotice.objects.public().filter(ends_on__lt=timezone.localdate(at), ended_told_at=None, withdrawn_at=None)
    for notice in due.order_by("ends_on"):
        actions.tell_end_of_notice(notice, at=at)


def sweep_overdue_objections(at):
    """Tell the office once of each objection past its day."""
    due = Objection.objects.open().filter(due_on__lt=timezone.localdate(at)).order_by("due_on").values_list("pk", flat=True)
    tell_the_untold({f"objection-overdue-{key}": (notices.tell_office_objection_is_overdue, key) for key in due})


def sweep_lost_messages(at):
    """Messages whose task was lost with the broker: what happened lately and nobody was told of."""
    since = at - TOLD_WITHIN
    happened = [
        ("list-locked", notices.tell_leads_of_locked_list, FrozenRanking.objects.filter(locked_at__gt=since)),
        ("list-reopened", notices.tell_of_reopened_list, FrozenRanking.objects.filter(reopened_at__gt=since)),
        ("veto", notices.tell_unit_of_veto, Veto.objects.filter(raised_at__gt=since)),
        ("veto-decided", notices.tell_unit_of_veto_decision, Veto.objects.filter(decided_at__gt=since)),
        ("notice-published", notices.tell_of_published_notice, PublicNotice.objects.filter(published_at__gt=since)),
        ("notice-withdrawn", notices.tell_of_withdrawn_notice, PublicNotice.objects.public().filter(withdrawn_at__gt=since)),
        ("notice-ended", notices.tell_office_notice_ended, PublicNotice.objects.filter(ended_told_at__gt=since)),
        ("objection", notices.tell_office_of_objection, Objection.objects.filter(received_at__gt=since)),
        ("named", notices.tell_of_naming, Naming.objects.filter(named_at__gt=since)),
    ]
    tell_the_untold({f"{name}-{key}": (tell, key) for name, tell, rows in happened for key in rows.values_list("pk", flat=True)})


def sweep_cases(at):
    """The same for typical cases. What the unit itself took back is no news."""
    happened = TypicalCase.objects.filter(moved_at__gt=at - TOLD_WITHIN).exclude(state=TypicalCase.State.DRAFT, remark="")
    tell_the_untold({notices.case_key(key, moved): (notices.tell_of_case, key) for key, moved in happened.values_list("pk", "moved_at")})


def tell_the_untold(due):
    """`due` is {key of the message: (task, key of the row)}; what somebody was told of is left alone."""
    told = set(Message.objects.filter(key__in=due).values_list("key", flat=True))
    for message, (tell, key) in due.items():
        if message not in told:
            tell(key)
