"""What people do with their own account, inbox and downloads."""

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from accounts.audit import record
from accounts.models import Message

MAIL_ATTEMPTS = 5


def read_message(message, *, at):
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)


def read_all(user, *, at):
    user.messages.unread().update(read_at=at)


@transaction.atomic
def change_password(user, *, by, at):
    """The new password is set by the form; here the duty to change it ends."""
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record("accounts.change_password", user, by=by, at=at)


def mail_message(message, *, link, at):
    """Send one message as a letter, claimed first so that two workers never send it twice. Returns whether it went out."""
    claimed = Message.objects.filter(pk=message.pk, mailed_at=None, mail_attempts=message.mail_attempts)
    if not claimed.update(mail_attempts=F("mail_attempts") + 1):
        return False
    lines = [message.body, link]
    EmailMessage(message.title, "\n\n".join(filter(None, lines)), to=[message.user.email]).send()
    Message.objects.filter(pk=message.pk).update(mailed_at=at)
    return True


@transaction.atomic
def dismiss_first_day(user, *, by, at):
    """The five steps of the first day stand at this person's home no longer."""
    user.first_day_dismissed_at = at
    user.save(update_fields=["first_day_dismissed_at"])
    record("accounts.dismiss_first_day", user, by=by, at=at)
