"""What people do with their own account, inbox and downloads; what the administrator does with people's accounts."""

from datetime import timedelta

from axes.models import AccessAttempt
from axes.utils import reset as reset_attempts
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import links, notices, rules
from accounts.audit import record
from accounts.models import AuditHead, Message, RecoveryCode, RoleGrant, SignInLink, User
from accounts.permissions import has_second_factor
from accounts.rules import NotAllowed

MAIL_ATTEMPTS = 5
RECOVERY_CODES = 10


def read_message(message, *, at):
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)


def read_all(user, *, at):
    user.messages.unread().update(read_at=at)


@transaction.atomic
def change_password(user, *, by, at):
    """The new password is set by the form; here the duty to change it ends."""
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    void_links(user, at=at)
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


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


# One-time links


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


# The second factor


@transaction.atomic
def set_up_second_factor(user, key, code, *, by, at):
    """Confirmed with a code of the new device. Returns the device and the recovery codes to show once, or None."""
    user = locked_person(user)
    device = TOTPDevice(user=user, name="totp", key=key, confirmed=True)
    if has_second_factor(user) or not device.verify_token(code):  # a failed device is saved by its throttle…
        TOTPDevice.objects.filter(user=user, key=key).delete()  # …and was never one
        return None
    record("accounts.set_up_second_factor", user, by=by, at=at)
    return device, make_recovery_codes(user)


def make_recovery_codes(user):
    user.recovery_codes.all().delete()
    codes = [links.new_recovery_code() for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=links.digest_of(code)) for code in codes])
    return codes


@transaction.atomic
def check_second_factor(user, code, *, by, at):
    """The device when the code is right: a new one of the phone, or a recovery code. Wrong ones make the next wait longer."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_is_allowed()[0]:
        return None
    code = code.replace(" ", "").replace("-", "").lower()
    if code.isascii() and code.isdecimal() and len(code) == device.digits:
        return device if device.verify_token(code) else None
    if RecoveryCode.objects.filter(user=user, digest=links.digest_of(code), used_at=None).update(used_at=at):
        device.throttle_reset()
        record("accounts.use_recovery_code", user, by=by, at=at, left=user.recovery_codes.filter(used_at=None).count())
        return device
    device.throttle_increment()
    return None


@transaction.atomic
def renew_recovery_codes(user, *, by, at):
    record("accounts.renew_recovery_codes", user, by=by, at=at)
    return make_recovery_codes(user)


@transaction.atomic
def end_second_factor(user, *, by, at):
    """By its owner, or by another administrator when the phone and the codes are lost."""
    user = locked_person(user)
    TOTPDevice.objects.filter(user=user).delete()
    user.recovery_codes.all().delete()
    record("accounts.end_second_factor", user, by=by, at=at)


# People's accounts


def locked_person(user):
    return User.objects.select_for_update(of=("self",)).select_related("organization").get(pk=user.pk)


@transaction.atomic
def add_person(username, name, organization, role, *, phone="", email="", by, at):
    """Somebody new, without a password: an invitation follows."""
    user = User(username=username, name=name, organization=organization, phone=phone, email=email)
    refuse(rules.role_problems(user, by, role, None, None) if role else [])
    user.set_unusable_password()
    user.save()
    if role:
        RoleGrant.objects.create(user=user, role=role)
    record("accounts.add_person", user, by=by, at=at, role=role)
    return user


@transaction.atomic
def change_person(user, values, *, by, at):
    """Name, telephone, address. Returns {field: [before, after]} of what changed."""
    user = locked_person(user)
    changes = {field: [getattr(user, field), value] for field, value in values.items() if getattr(user, field) != value}
    for field, (_before, after) in changes.items():
        setattr(user, field, after)
    if changes:
        user.save(update_fields=list(changes))
        record("accounts.change_user", user, by=by, at=at, changes=changes)
    return changes


@transaction.atomic
def move_person(user, organization, *, reason, by, at):
    user = locked_person(user)
    refuse(rules.move_problems(user, organization, at))
    before, user.organization = user.organization, organization
    user.save(update_fields=["organization"])
    record("accounts.move_person", user, by=by, at=at, before=str(before or ""), after=str(organization), reason=reason)
    return user


@transaction.atomic
def grant_role(user, role, *, starts_on=None, ends_on=None, by, at):
    """Give a role, or change its dates."""
    user = locked_person(user)
    refuse(rules.role_problems(user, by, role, starts_on, ends_on))
    grant, _made = RoleGrant.objects.update_or_create(user=user, role=role, defaults={"starts_on": starts_on, "ends_on": ends_on})
    record("accounts.grant_role", user, by=by, at=at, role=role, starts_on=starts_on, ends_on=ends_on)
    return grant


@transaction.atomic
def end_role(grant, *, on, by, at):
    """The role is no longer held from this day on; the row stays as it was held."""
    user = locked_person(grant.user)
    grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    refuse(rules.end_role_problems(grant, by, on, at))
    if grant.starts_on and grant.starts_on >= on:
        grant.delete()
    else:
        grant.ends_on = on
        grant.save(update_fields=["ends_on"])
    record("accounts.end_role", user, by=by, at=at, role=grant.role, ends_on=on)


@transaction.atomic
def disable(user, *, reason, by, at):
    """People are disabled, never deleted: what they did keeps their name."""
    user = locked_person(user)
    refuse(rules.disable_problems(user, by, at, reason=reason))
    user.is_active = False
    user.save(update_fields=["is_active"])
    void_links(user, at=at)
    record("accounts.disable", user, by=by, at=at, reason=reason.strip())
    return user


@transaction.atomic
def leave(user, *, on, reason, by, at):
    """All roles end on the day, and the account with them: today at once, later by the clock."""
    refuse(rules.leave_problems(user, by, on, at, reason=reason))
    for grant in user.grants.exclude(ends_on__lte=on):
        if grant.starts_on and grant.starts_on >= on:
            grant.delete()
        else:
            grant.ends_on = on
            grant.save(update_fields=["ends_on"])
    user.leaves_on = on
    user.save(update_fields=["leaves_on"])
    record("accounts.leave", user, by=by, at=at, ends_on=on, reason=reason.strip())
    if on <= timezone.localdate(at):
        disable(user, reason=reason, by=by, at=at)


@transaction.atomic
def enable(user, *, by, at):
    user = locked_person(user)
    if not user.is_active:
        user.is_active, user.leaves_on = True, None
        user.save(update_fields=["is_active", "leaves_on"])
        record("accounts.enable", user, by=by, at=at)
    return user


def is_locked_out(user):
    """Whether somebody with this name has to wait somewhere."""
    return AccessAttempt.objects.filter(username=user.username, failures_since_start__gte=settings.AXES_FAILURE_LIMIT).exists()


@transaction.atomic
def unlock(user, *, by, at):
    """Forget the wrong passwords: the waiting ends now."""
    forgotten = reset_attempts(username=user.username)
    record("accounts.unlock", user, by=by, at=at, forgotten=forgotten)
    return forgotten
