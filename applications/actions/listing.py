"""Called from the right, by inspections and results: material is sealed, an application is held by a list."""

from django.db import transaction

from applications.actions.locking import lock, move


@transaction.atomic
def seal(application, *, by, at):
    """The inspection has begun: no more returns."""
    application = lock(application)
    if application.sealed_at is None:
        application.sealed_at = at
        move(application, "applications.seal", by=by, at=at, fields=["sealed_at"])
    return application


@transaction.atomic
def hold(application, *, by, at):
    """On a locked list: no withdrawal."""
    application = lock(application)
    if application.held_at is None:
        application.held_at = at
        move(application, "applications.hold", by=by, at=at, fields=["held_at"])
    return application


@transaction.atomic
def release(application, *, by, at):
    application = lock(application)
    if application.held_at is not None:
        application.held_at = None
        move(application, "applications.release", by=by, at=at, fields=["held_at"])
    return application
