"""A rehearsal moves on to another day: whatever is stored for it moves the other way, so that the portal's one clock stays true."""

from datetime import date, timedelta

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit import record
from accounts.models import Message
from accounts.rehearsing import paths_to
from campaigns.models import Campaign
from inspections.models import Visit

# Days that somebody read off a document or a page: they are content, and no dates of the campaign.
CONTENT = {
    "applications.LinkCheck": {"published_on"},
    "applications.InterpretationPair": {"document_on", "reading_on"},
}
# Lists of days, each written as 2021-09-30.
LISTS_OF_DAYS = {"inspections.Plan": "days", "inspections.PoolEntry": "days"}
FAR = timedelta(days=150_000)


@transaction.atomic
def move_rehearsal(rehearsal, *, day, by, at):
    """From now on today is `day` in this rehearsal."""
    rehearsal = Campaign.everywhere.rehearsals().select_for_update().get(pk=rehearsal.pk)
    before = rehearsal.rehearsed_day(at)
    moved = before - day
    if moved:
        for model, (path, _maybe) in paths_to(Campaign).items():
            shift(model, model._base_manager.filter(**{path: rehearsal}), moved)
        Message.objects.filter(rehearsal=rehearsal.code).update(created_at=F("created_at") + moved)
        rehearsal.days_ahead = (day - timezone.localdate(at)).days
        rehearsal.save(update_fields=["days_ahead"])
        record(
            "xuancheng_portal.move_rehearsal", rehearsal, by=by, at=at, campaign=rehearsal, before=before.isoformat(), day=day.isoformat(),
        )
    return rehearsal


def dates_of(model):
    content = CONTENT.get(model._meta.label, set())
    return [field for field in model._meta.concrete_fields if isinstance(field, models.DateField) and field.name not in content]


def shift(model, rows, moved):
    """All dates of these rows by as much, so that whatever stood in order still does."""
    if model is Visit:  # what was signed stays of the day it was signed for
        rows.filter(signatures=None).update(on=F("on") + moved)
    fields = [field for field in dates_of(model) if not (model is Visit and field.name == "on")]
    if fields:
        unique = {name for constraint in model._meta.total_unique_constraints for name in constraint.fields}
        # Two days of one unit would meet on the way: they are taken far apart first.
        steps = [FAR, moved - FAR] if unique & {field.name for field in fields} else [moved]
        for step in steps:
            rows.update(**{field.name: F(field.name) + step for field in fields})
    if name := LISTS_OF_DAYS.get(model._meta.label):
        for row in rows:
            setattr(row, name, [(date.fromisoformat(day) + moved).isoformat() for day in getattr(row, name)])
            row.save(update_fields=[name])
