"""What runs by the clock. Each sweep finds what is due, may run twice, and lets one bad row stop no other."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from accounts import retention
from accounts.models import AuditEvent, Message
from accounts.rehearsing import current, here
from results import actions, notices, recommendation_file, reports
from results.models import (
    Bulletin,
    Experience,
    FrozenRanking,
    Meeting,
    Naming,
    NoticeReview,
    Objection,
    PublicNotice,
    Review,
    TypicalCase,
    Veto,
)

JOBS = [recommendation_file, reports]  # the worker looks here; the kinds of files it can make are registered on import
TOLD_WITHIN = timedelta(days=3)
IMPROVEMENT_REMINDER = timedelta(days=7)


def sweep_notice_ends(at):
    """Tell the office once that a public notice has run."""
    due = here(PublicNotice.objects.public()).filter(ends_on__lt=timezone.localdate(at), ended_told_at=None, withdrawn_at=None)
    for notice in due.order_by("ends_on"):
        actions.tell_end_of_notice(notice, at=at)


def sweep_personal_data(at):
    """Once a day: objectors whose answer is old enough. A rehearsal is deleted as a whole and needs no limit."""
    if not current() and not retention.is_done_today("results.personal_data", at):
        actions.remove_personal_data(at=at)


def sweep_overdue_objections(at):
    """Tell the office once of each objection past its day."""
    due = here(Objection.objects.open()).filter(due_on__lt=timezone.localdate(at)).order_by("due_on").values_list("pk", flat=True)
    tell_the_untold({f"objection-overdue-{key}": (notices.tell_office_objection_is_overdue, key) for key in due})


def sweep_improvements(at):
    """Remind a unit once before the last day of an improvement, unless it has reported; tell it and the office once when the day is over."""
    today = timezone.localdate(at)
    open_ones = here(Review.objects.improving()).order_by("due_on")
    due = open_ones.filter(due_on__gte=today, due_on__lte=today + IMPROVEMENT_REMINDER, answered_at=None).values_list("pk", flat=True)
    overdue = open_ones.filter(due_on__lt=today).values_list("pk", flat=True)
    tell_the_untold(
        {f"review-due-{key}": (notices.tell_of_due_improvement, key) for key in due}
        | {f"review-overdue-{key}": (notices.tell_of_overdue_improvement, key) for key in overdue}
    )


def sweep_lost_messages(at):
    """Messages whose task was lost with the broker: what happened lately and nobody was told of."""
    since = at - TOLD_WITHIN
    happened = [
        ("list-locked", notices.tell_leads_of_locked_list, FrozenRanking.objects.filter(locked_at__gt=since)),
        ("list-reopened", notices.tell_of_reopened_list, FrozenRanking.objects.filter(reopened_at__gt=since)),
        ("veto", notices.tell_unit_of_veto, Veto.objects.filter(raised_at__gt=since)),
        ("veto-decided", notices.tell_unit_of_veto_decision, Veto.objects.filter(decided_at__gt=since)),
        ("notice-reviewed", notices.tell_author_of_review, NoticeReview.objects.filter(reviewed_at__gt=since)),
        ("notice-published", notices.tell_of_published_notice, PublicNotice.objects.filter(published_at__gt=since)),
        ("notice-withdrawn", notices.tell_of_withdrawn_notice, PublicNotice.objects.public().filter(withdrawn_at__gt=since)),
        ("notice-ended", notices.tell_office_notice_ended, PublicNotice.objects.filter(ended_told_at__gt=since)),
        ("objection", notices.tell_office_of_objection, Objection.objects.filter(received_at__gt=since)),
        ("named", notices.tell_of_naming, Naming.objects.filter(named_at__gt=since)),
        ("review", notices.tell_unit_of_review, Review.objects.filter(reviewed_at__gt=since).exclude(outcome=Review.Outcome.WITHDRAW)),
        ("review-closed", notices.tell_unit_of_closed_review, Review.objects.filter(settled_at__gt=since, outcome=Review.Outcome.IMPROVE).exclude(answered_at=None)),
        ("withdrawal", notices.tell_leads_of_proposed_withdrawal, Review.objects.proposed().filter(reviewed_at__gt=since)),
        ("withdrawal-refused", notices.tell_office_of_refused_withdrawal, Review.objects.filter(settled_at__gt=since, state=Review.State.REFUSED)),
        ("naming-withdrawn", notices.tell_of_withdrawn_naming, Naming.objects.filter(withdrawn_at__gt=since)),
        ("bulletin", notices.tell_of_bulletin, Bulletin.objects.filter(published_at__gt=since)),
        ("meeting-cancelled", notices.tell_of_cancelled_meeting, Meeting.objects.filter(cancelled_at__gt=since)),
        ("meeting-minutes", notices.tell_of_minutes, Meeting.objects.filter(minuted_at__gt=since)),
    ]
    tell_the_untold({f"{name}-{key}": (tell, key) for name, tell, rows in happened for key in here(rows).values_list("pk", flat=True)})
    moved = AuditEvent.objects.filter(action="results.move_notice", at__gt=since)
    tell_the_untold({f"notice-moved-{entry.target_id}-{entry.detail['after']}": (notices.tell_of_moved_notice, entry.target_id) for entry in moved})
    tell_the_last_turn(since)


def tell_the_last_turn(since):
    """Of what may happen to one row again and again: its last turn, which has the moment in its key."""
    turns = [
        ("review-answered", notices.tell_office_of_improvement, Review.objects.filter(answered_at__gt=since), "answered_at"),
        ("experience", notices.tell_office_of_experience, Experience.objects.filter(sent_at__gt=since), "sent_at"),
        ("experience-decided", notices.tell_unit_of_experience, Experience.objects.filter(decided_at__gt=since), "decided_at"),
        ("meeting", notices.tell_of_meeting, Meeting.objects.filter(called_at__gt=since, changed_at=None, cancelled_at=None), "called_at"),
        ("meeting", notices.tell_of_meeting, Meeting.objects.filter(changed_at__gt=since, cancelled_at=None), "changed_at"),
    ]
    due = {
        f"{name}-{key}-{notices.turn(moment)}": (partial(tell, key), notices.turn(moment))
        for name, tell, rows, field in turns for key, moment in here(rows).values_list("pk", field)
    }
    tell_the_untold(due)


def sweep_cases(at):
    """The same for typical cases. What the unit itself took back is no news."""
    happened = here(TypicalCase.objects).filter(moved_at__gt=at - TOLD_WITHIN).exclude(state=TypicalCase.State.DRAFT, remark="")
    tell_the_untold({notices.case_key(key, moved): (notices.tell_of_case, key) for key, moved in happened.values_list("pk", "moved_at")})


def tell_the_untold(due):
    """`due` is {key of the message: (task, key of the row)}; what somebody was told of is left alone."""
    told = set(Message.objects.filter(key__in=due).values_list("key", flat=True))
    for message, (tell, key) in due.items():
        if message not in told:
            tell(key)
