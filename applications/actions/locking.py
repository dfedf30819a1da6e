"""The rows an action changes, as they are now and held until it ends; and the one writer of an application's status."""

from accounts.audit import record
from applications import rules
from applications.models import Application, ItemResponse
from campaigns.rules import NotAllowed

Status = Application.Status


class Stale(Exception):
    """Somebody else saved in between. Carries what is stored now; what was typed is still with the caller."""

    def __init__(self, stored):
        self.stored = stored
        super().__init__(str(stored))


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def lock(application, version=None):
    """The row as it is now, held until the end of the transaction. `version`: what the page showed when it was opened."""
    locked = (
        Application.objects.select_for_update(of=("self",)).select_related("campaign", "track", "organization__county", "organization__kind")
        .get(pk=application.pk)
    )
    refuse(rules.stale_problems(locked, version))
    return locked


def move(application, action, *, by, at, fields=(), **detail):
    """Write the status with the facts that go with it, and say so in the log."""
    application.version += 1
    application.save(update_fields=["status", "version", *fields])
    record(action, application, by=by, at=at, status=application.status, **detail)
    return application


def lock_response(response):
    """The application first, then the answer: every writer takes them in this order."""
    application = lock(response.application)
    locked = ItemResponse.including_removed.select_for_update(of=("self",)).select_related("item").get(pk=response.pk)
    locked.application = application
    refuse(rules.editing_problems(locked))
    return locked
