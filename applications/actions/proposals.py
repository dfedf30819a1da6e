"""A county's own campaign has named a unit: its county finds it proposed for the city's campaign. Recommending stays the county's word."""

from django.db import transaction

from accounts.audit import record
from applications import notices
from applications.actions.locking import lock


@transaction.atomic
def propose(application, *, by, at):
    application = lock(application)
    application.proposed_at, application.proposed_by = at, by
    application.save(update_fields=["proposed_at", "proposed_by"])
    record("applications.propose", application, by=by, at=at)
    notices.tell_of_proposal.delay_on_commit(application.pk)
    return application


@transaction.atomic
def take_back_proposal(application, *, by, at):
    """The title that it rested on was withdrawn."""
    application = lock(application)
    application.proposed_at = application.proposed_by = None
    application.save(update_fields=["proposed_at", "proposed_by"])
    record("applications.take_back_proposal", application, by=by, at=at)
    return application
