"""What runs by the clock. Each duty asks what is due, and may run twice without harm."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.rehearsing import here
from applications.models import Application
from inspections import reports
from inspections.actions.phone import forget_pieces
from inspections.models import Plan, Rectification, Visit
from inspections.notices import guidance, planning, visits
from inspections.rules.phone import unfinished_photos

JOBS = [reports]  # the worker looks here; the kinds of work it can do behind the page are registered on import
SOON = timedelta(hours=24)
TOLD_WITHIN = timedelta(days=3)
ABANDONED_AFTER = timedelta(days=30)


def sweep_rectifications(at):
    """Tell whose rectification is due within a day, and whose is overdue; each once per due date."""
    due = here(Rectification.objects).filter(state=Rectification.State.OPEN, due_at__lte=at + SOON).exclude(
        application__status__in=Application.ENDED
    )
    for task in due.select_related("application__organization", "item"):
        with transaction.atomic():
            (guidance.remind_of_overdue if task.is_overdue(at) else guidance.remind_of_due)(task, at)


def open_visits():
    return here(Visit.objects.published()).unlocked().filter(application__status=Application.Status.ACCEPTED).select_related("application__organization", "group")


def sweep_visits(at):
    """Remind inspectors the day before a visit, and tell them and the office of a visit whose day passed without a lock; each once."""
    today = timezone.localdate(at)
    for visit in open_visits().filter(on=today + timedelta(days=1)):
        with transaction.atomic():
            visits.remind_of_visit(visit, at)
    for visit in open_visits().filter(on__lt=today):
        with transaction.atomic():
            visits.remind_of_unlocked_visit(visit, at)


def sweep_plans(at):
    """Tell of a plan that was published lately and nobody heard of."""
    for plan in here(Plan.objects).filter(published_at__gt=at - TOLD_WITHIN):
        with transaction.atomic():
            planning.tell_of_untold_plan(plan)


def sweep_photo_pieces(at):
    """Pieces of photos that no phone has gone on sending for a month; should it come back, it begins that photo again."""
    for photo in unfinished_photos(at, ABANDONED_AFTER):
        forget_pieces(photo)
