"""How somebody comes to a password: an invitation, a letter when it is forgotten, a change; and the account an empty portal begins with."""

from datetime import timedelta

from axes.utils import reset as reset_attempts
from django.conf import settings
from django.db import transaction

from accounts import links, notices, rules
from accounts.actions.locking import refuse
from accounts.audit import record
from accounts.models import AuditHead, SignInLink, User

MAIL_ATTEMPTS = 5


@transaction.atomic
def change_password(user, *, by, at):
    """The new password is set by the form; here the duty to change it ends."""
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    void_links(user, at=at)
    record("accounts.change_password", user, by=by, at=at)


def void_links(user, *, at, purpose=None):
    """What was sent before opens nothing any more."""
    unsettled = SignInLink.objects.unsettled().filter(user=user)
    (unsettled.filter(purpose=purpose) if purpose else unsettled).update(voided_at=at)


def make_link(user, purpose, *, by_mail, lasts, by, at):
    """A new link and its secret, which exists nowhere else; of a link that goes by mail the letter makes it."""
    void_links(user, at=at, purpose=purpose)
    secret = None if by_mail else links.new_secret()
    link = SignInLink.objects.create(
        user=user, purpose=purpose, by_mail=by_mail, digest=secret and links.digest_of(secret), created_at=at, created_by=by, expires_at=at + lasts,
    )
    if by_mail:
        notices.send_link.delay_on_commit(link.pk)
    return link, secret


@transaction.atomic
def invite(people, *, by_mail, by, at):
    """Invite all or none. Returns [(link, secret)]; the secrets are to be shown once, now."""
    people = list(people)
    refuse(rules.invite_problems(people, by_mail=by_mail))
    made = []
    for person in people:
        link, secret = make_link(person, SignInLink.Purpose.INVITATION, by_mail=by_mail, lasts=timedelta(days=settings.SIGN_IN_LINK_DAYS), by=by, at=at)
        record("accounts.invite", person, by=by, at=at, by_mail=by_mail, until=link.expires_at)
        made.append((link, secret))
    return made


@transaction.atomic
def ask_for_reset(username, *, at):
    """Somebody forgot the password, or says so. A letter goes to the address on file, at most one in five minutes."""
    user = User.objects.active().exclude(email="").filter(username=username).first()
    just_sent = user and user.sign_in_links.filter(purpose=SignInLink.Purpose.RESET, created_at__gt=at - timedelta(minutes=5)).exists()
    if user is None or just_sent:
        return None
    record("accounts.ask_for_reset", user, by=None, at=at)
    return make_link(user, SignInLink.Purpose.RESET, by_mail=True, lasts=timedelta(hours=settings.RESET_LINK_HOURS), by=None, at=at)[0]


@transaction.atomic
def use_link(secret, password, *, at):
    """Set the password and end the link. Returns the person, or None when the link opens nothing any more."""
    link = SignInLink.objects.select_for_update(of=("self",)).filter(digest=links.digest_of(secret)).first()
    if link is None or links.opened_by(secret, at) is None:
        return None
    user = link.user
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    SignInLink.objects.filter(pk=link.pk).update(used_at=at)
    void_links(user, at=at)
    reset_attempts(username=user.username)
    record("accounts.use_link", user, by=user, at=at, purpose=link.purpose)
    return user


@transaction.atomic
def make_first_administrator(username, name, password, *, at):
    """The account an empty portal begins with; None when there is one already."""
    AuditHead.objects.select_for_update().get_or_create(id=1)  # two who open the page together
    if User.objects.exists():
        return None
    user = User.objects.create_superuser(username, password=password, name=name)
    record("accounts.make_first_administrator", user, by=user, at=at)
    return user
