"""What people do with their own account, inbox and downloads; what the administrator does with people's accounts, with units, and with tables on their way in."""

import hashlib
import secrets
from datetime import timedelta

from axes.models import AccessAttempt
from axes.utils import reset as reset_attempts
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.forms import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import jobs, links, notices, rules, sealing, sending, timetable
from accounts.audit import record, record_many
from accounts.importing import checking, columns, people, tables, units
from accounts.models import (
    AuditHead,
    Channel,
    Delivery,
    FormerName,
    Import,
    ImportRow,
    LetterText,
    Message,
    Organization,
    RecoveryCode,
    RoleGrant,
    SendingTimes,
    SignInLink,
    User,
)
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


@transaction.atomic
def new_unit(unit, *, by, at):
    unit.save()
    record("accounts.new_unit", unit, by=by, at=at, organization=unit)
    return unit


@transaction.atomic
def change_unit(unit, values, *, by, at):
    """Correct what is known of a unit. Another name from a day on is `rename_unit`."""
    unit = Organization.objects.select_for_update().get(pk=unit.pk)
    if problems := rules.change_problems(unit, values.get("parent")):
        raise NotAllowed(problems)
    before = {name: str(getattr(unit, name)) for name in values}
    for name, value in values.items():
        setattr(unit, name, value)
    if unit.valid_until is None:
        unit.successor = None
    unit.save()
    changes = {name: [before[name], str(value)] for name, value in values.items() if before[name] != str(value)}
    record("accounts.change_unit", unit, by=by, at=at, organization=unit, changes=changes)
    return unit


@transaction.atomic
def rename_unit(unit, name, short_name, day, *, by, at):
    """From this day on the unit has another name; papers and lists that are frozen keep the name of their time."""
    unit = Organization.objects.select_for_update().get(pk=unit.pk)
    if problems := rules.rename_problems(unit, name, short_name, day, at):
        raise NotAllowed(problems)
    FormerName.objects.create(organization=unit, name=unit.name, short_name=unit.short_name, until=day, changed_at=at, changed_by=by)
    record("accounts.rename_unit", unit, by=by, at=at, organization=unit, before=unit.name, after=name, day=day)
    unit.name, unit.short_name = name, short_name
    unit.save(update_fields=["name", "short_name"])
    return unit


@transaction.atomic
def merge_unit(unit, into, day, *, move_people, by, at):
    """From this day on the unit is closed; `into` takes over, with its people where asked. What it filed stays its own."""
    unit = Organization.objects.select_for_update().get(pk=unit.pk)
    if problems := rules.merge_problems(unit, into, day, at):
        raise NotAllowed(problems)
    unit.valid_until, unit.successor = day, into
    unit.save(update_fields=["valid_until", "successor"])
    moved = list(unit.people.active()) if move_people and into else []
    User.objects.filter(pk__in=[person.pk for person in moved]).update(organization=into)
    record("accounts.merge_unit", unit, by=by, at=at, organization=unit, into=into.code if into else "", day=day, moved=[person.username for person in moved])
    return unit


# A table on its way in: begun, read, its columns corrected, applied.

CHECKERS = {Import.Kind.UNITS: units, Import.Kind.PEOPLE: people}
AT_ONCE_BYTES, AT_ONCE_ROWS = 200_000, 2000
STORE_AT_ONCE = 2000


def begin_import(kind, title, content, *, is_text=False, by, at):
    """Keep the table and read it: at once when it is small, otherwise by a worker. No transaction spans the reading, or others would wait."""
    content = content.encode() if is_text else content
    file = default_storage.save(secrets.token_hex(16), ContentFile(content))
    found = Import.objects.create(owner=by, kind=kind, title=title[:200], digest=hashlib.sha256(content).hexdigest(), file=file, created_at=at)
    if len(content) <= AT_ONCE_BYTES:
        read_import(found)
    else:
        work_on(found, "accounts.read_import", _("读取 %(title)s") % {"title": found.title}, by=by, at=at)
    return found


def work_on(found, kind, title, *, by, at, **parameters):
    found.job = jobs.start(kind, title, by=by, at=at, event="accounts.begin_import", table=found.pk, **parameters)
    found.save(update_fields=["job"])


def read_import(found, progress=lambda done, of: None):
    """From the file to rows and what each would do now, or to the sentence why not. Repeated, it begins anew."""
    found.rows.all().delete()
    with default_storage.open(found.file) as file:
        content = file.read()
    try:
        rows = tables.read_file(content).rows
    except tables.Refused as refusal:
        found.refusal, found.state = str(refusal), Import.State.REFUSED
        found.save(update_fields=["refusal", "state"])
        return
    if not found.header:
        found.header, found.columns = columns.header_of(found.kind, rows)
    of = 4 * len(rows)
    progress(2 * len(rows), of)
    checked = check(found, rows, timezone.now())
    by_number = {row.number: row for row in checked}
    kept = []
    for number, cells in rows:
        row = by_number.get(number)
        what = {"outcome": row.outcome, "label": row.label[:200], "said": row.said} if row else {}
        kept.append(ImportRow(table=found, number=number, cells=tables.plain(cells), **what))
    # In portions, so that nobody waits for the database as long as a whole table takes.
    for first in range(0, len(kept), STORE_AT_ONCE):
        ImportRow.objects.bulk_create(kept[first:first + STORE_AT_ONCE])
        progress(3 * len(rows) + min(first + STORE_AT_ONCE, len(rows)), of)
    found.counts, found.plan = checking.counts_of(checked), checking.plan_of(checked)
    found.granted = sum(row.is_privileged and not row.problems for row in checked)
    found.state = Import.State.CHECKED
    found.save(update_fields=["header", "columns", "counts", "plan", "granted", "state"])


def check(found, rows, at):
    return CHECKERS[found.kind].check(rows, found.header, found.columns, at)


def choose_columns(found, header, chosen, *, by, at):
    """The person says where the headings are and what each column is for; everything is looked at anew."""
    if problems := rules.import_open_problems(found):
        raise NotAllowed(problems)
    is_small = found.rows.count() <= AT_ONCE_ROWS
    found.header, found.columns, found.refusal, found.state = header, chosen, "", Import.State.READING
    found.save(update_fields=["header", "columns", "refusal", "state"])
    if is_small:
        read_import(found)
    else:
        work_on(found, "accounts.read_import", _("读取 %(title)s") % {"title": found.title}, by=by, at=at)


def ask_import(found, *, only_good, confirmed, by, at):
    """Apply it, at once when it is small, otherwise by a worker."""
    if problems := rules.import_problems(found, only_good, confirmed):
        raise NotAllowed(problems)
    if found.counts["new"] + found.counts["changed"] <= AT_ONCE_ROWS and found.rows.count() <= AT_ONCE_ROWS:
        return apply_import(found, only_good=only_good, confirmed=confirmed, by=by, at=at)
    with transaction.atomic():
        if not Import.objects.filter(pk=found.pk, state=Import.State.CHECKED).update(state=Import.State.APPLYING):
            raise NotAllowed([_("这份表格正在导入，请稍候。")])
        work_on(found, "accounts.apply_import", _("导入 %(title)s") % {"title": found.title}, by=by, at=at, only_good=only_good)
    return found


@transaction.atomic
def apply_import(found, *, only_good, confirmed, by, at):
    """Everything that the preview showed, or nothing: looked at once more, against what there is at this moment."""
    found = Import.objects.select_for_update().get(pk=found.pk)
    if problems := rules.import_problems(found, only_good, confirmed):
        raise NotAllowed(problems)
    AuditHead.objects.select_for_update().get_or_create(id=1)  # one import at a time, on any database
    stored = found.rows.order_by("number").values_list("number", "cells")
    rows = check(found, [(number, tables.cells_of(cells)) for number, cells in stored], at)
    if checking.plan_of(rows) != found.plan:
        raise StalePreview([_("预览以后，单位或人员又有变化，所以没有导入。已经重新核对，请再看一遍预览。")])
    good = [row for row in rows if not row.problems]
    granted = CHECKERS[found.kind].write(good, by=by, at=at) or []
    found.state, found.only_good, found.applied_at, found.applied_by = Import.State.APPLIED, only_good, at, by
    found.save(update_fields=["state", "only_good", "applied_at", "applied_by"])
    record("accounts.import", found, by=by, at=at, sha256=found.digest, kind=found.kind, counts=found.counts, only_good=only_good, granted=found.granted)
    record_many("accounts.grant_role", [(person, {"roles": roles, "table": found.pk}) for person, roles in granted], by=by, at=at)
    return found


class StalePreview(NotAllowed):
    """What there is has changed since the preview was made."""


@transaction.atomic
def forget_import(found):
    file = found.file
    found.delete()
    if file:
        transaction.on_commit(lambda: default_storage.delete(file))


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
def choose_channels(user, off, *, at):
    user.channels_off = off
    user.save(update_fields=["channels_off"])
    record("accounts.choose_channels", user, by=user, at=at, off=off)


# How messages leave the portal


@transaction.atomic
def change_channel(code, *, enabled, settings, secret, by, at):
    """An empty secret keeps the one there is. What was changed is recorded, the secret never."""
    channel = Channel.objects.select_for_update().get_or_create(code=code)[0]
    before = {"enabled": channel.enabled, **channel.settings}
    channel.enabled, channel.settings, channel.changed_at = enabled, settings, at
    if secret:
        channel.sealed = sealing.seal(secret)
    channel.save()
    record("accounts.change_channel", channel, by=by, at=at, before=before, after={"enabled": enabled, **settings}, secret_changed=bool(secret))
    return channel


def test_channel(channel, to, *, by, at):
    """One message now; the answer of the other side is kept. Returns why it was not sent, or nothing."""
    error = sending.try_out(channel.code, to, by, at)
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(tested_at=at, test_error=error[:300])
        record("accounts.test_channel", channel, by=by, at=at, error=error)
    return error


@transaction.atomic
def change_sending_times(values, *, by, at):
    times = SendingTimes.objects.get_or_create(id=1)[0]
    before = model_to_dict(times)
    for name, value in values.items():
        setattr(times, name, value)
    times.save()
    record("accounts.change_sending_times", times, by=by, at=at, before=before, after=model_to_dict(times))


@transaction.atomic
def change_letter(event, *, title, body, urgent, channels, by, at):
    text, _made = LetterText.objects.update_or_create(
        event=event, defaults={"title": title, "body": body, "urgent": urgent, "channels": channels, "changed_at": at},
    )
    record("accounts.change_letter", text, by=by, at=at, title=title, body=body, urgent=urgent, channels=channels)
    return text


@transaction.atomic
def reset_letter(text, *, by, at):
    record("accounts.reset_letter", text, by=by, at=at)
    text.delete()


@transaction.atomic
def resend(deliveries, *, by, at):
    """What failed, or was not sent for want of an address, waits again from the first try on. Returns how many."""
    again = deliveries.filter(state__in=[Delivery.State.FAILED, Delivery.State.SKIPPED], message__user__is_active=True)
    keys = list(again.values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        Delivery.objects.filter(pk__in=keys[start : start + 500]).update(
            state=Delivery.State.WAITING, tries=0, error="", due_at=timetable.times().after_quiet(at),
        )
    if keys:
        record("accounts.resend", Delivery.objects.get(pk=keys[0]), by=by, at=at, count=len(keys), first=keys[:100])
    return len(keys)
@transaction.atomic
def dismiss_first_day(user, *, by, at):
    """The five steps of the first day stand at this person's home no longer."""
    user.first_day_dismissed_at = at
    user.save(update_fields=["first_day_dismissed_at"])
    record("accounts.dismiss_first_day", user, by=by, at=at)
