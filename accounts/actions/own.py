"""What people do with what the portal tells them: read it, choose the ways it comes, put the first day away."""

from django.db import transaction

from accounts.audit import record
from accounts.models import Message


def read_message(message, *, at):
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)


def read_all(user, *, at):
    user.messages.unread().update(read_at=at)


def choose_channels(user, off, *, at):
    user.channels_off = off
    user.save(update_fields=["channels_off"])
    record("accounts.choose_channels", user, by=user, at=at, off=off)


@transaction.atomic
def dismiss_first_day(user, *, by, at):
    """The five steps of the first day stand at this person's home no longer."""
    user.first_day_dismissed_at = at
    user.save(update_fields=["first_day_dismissed_at"])
    record("accounts.dismiss_first_day", user, by=by, at=at)
