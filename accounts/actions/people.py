"""What happens to people's accounts: added, moved, given roles, ended."""

from axes.models import AccessAttempt
from axes.utils import reset as reset_attempts
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions.locking import hold_administrators, locked_person, refuse
from accounts.actions.signing_in import void_links
from accounts.audit import record
from accounts.models import AuditEvent, Role, RoleGrant, User


@transaction.atomic
def add_person(username, name, organization, role, *, phone="", email="", by, at):
    """Somebody new, without a password: an invitation follows."""
    user = User(username=username, name=name, organization=organization, phone=phone, email=email)
    refuse(rules.unit_problems(organization, at) + (rules.role_problems(user, by, role, None, None) if role else []))
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
    if role == Role.ADMIN:
        hold_administrators()
    user = locked_person(user)
    refuse(rules.role_problems(user, by, role, starts_on, ends_on))
    grant, _made = RoleGrant.objects.update_or_create(user=user, role=role, defaults={"starts_on": starts_on, "ends_on": ends_on})
    record("accounts.grant_role", user, by=by, at=at, role=role, starts_on=starts_on, ends_on=ends_on)
    return grant


@transaction.atomic
def end_role(grant, *, on, by, at):
    """The role is no longer held from this day on; the row stays as it was held."""
    hold_administrators()
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
    hold_administrators()
    user = locked_person(user)
    refuse(rules.disable_problems(user, by, at, reason=reason))
    user.is_active = False
    user.save(update_fields=["is_active"])
    void_links(user, at=at)
    record("accounts.disable", user, by=by, at=at, reason=reason.strip())
    return user


@transaction.atomic
def leave(user, *, on, reason, by, at):
    """All roles end on the day, and the account with them: today at once, later by the clock. Another day entered before replaces."""
    hold_administrators()
    user = locked_person(user)
    refuse(rules.leave_problems(user, by, on, at, reason=reason))
    before = user.leaves_on
    if before:
        restore_roles(user)
    shortened = list(user.grants.exclude(ends_on__lte=on))
    roles = [[grant.role, grant.starts_on, grant.ends_on] for grant in shortened]  # as they were: what `cancel_leaving` gives back
    for grant in shortened:
        if grant.starts_on and grant.starts_on >= on:
            grant.delete()
        else:
            grant.ends_on = on
            grant.save(update_fields=["ends_on"])
    user.leaves_on = on
    user.save(update_fields=["leaves_on"])
    record("accounts.leave", user, by=by, at=at, before=before or "", after=on, roles=roles, reason=reason.strip())
    if on <= timezone.localdate(at):
        disable(user, reason=reason, by=by, at=at)


def restore_roles(user):
    """The roles as they were before the day of leaving was entered. What was changed since stays as it was changed."""
    entry = AuditEvent.objects.filter(action="accounts.leave", target_type=user._meta.label_lower, target_id=str(user.pk)).first()
    dated = [[grant.role, None, None] for grant in user.grants.filter(ends_on=user.leaves_on)]  # older entries do not name the roles
    for role, starts_on, ends_on in entry.detail.get("roles", dated):
        starts_on, ends_on = (day and parse_date(day) for day in (starts_on, ends_on))
        grant = user.grants.filter(role=role).first()
        if grant is None and starts_on and starts_on >= user.leaves_on:
            RoleGrant.objects.create(user=user, role=role, starts_on=starts_on, ends_on=ends_on)
        elif grant is not None and grant.ends_on == user.leaves_on:
            grant.ends_on = ends_on
            grant.save(update_fields=["ends_on"])


@transaction.atomic
def cancel_leaving(user, *, reason, by, at):
    """The person stays: the roles that the leaving ended are held on."""
    hold_administrators()
    user = locked_person(user)
    refuse(rules.cancel_leaving_problems(user, by, reason=reason))
    restore_roles(user)
    before, user.leaves_on = user.leaves_on, None
    user.save(update_fields=["leaves_on"])
    record("accounts.cancel_leaving", user, by=by, at=at, day=before, reason=reason.strip())
    return user


@transaction.atomic
def end_leaver(user, *, at):
    """By the clock, on the day entered; nothing happens when the leaving was cancelled meanwhile."""
    hold_administrators()
    user = locked_person(user)
    if user.is_active and user.leaves_on and user.leaves_on <= timezone.localdate(at):
        disable(user, reason=_("离任日期已到"), by=None, at=at)


@transaction.atomic
def enable(user, *, by, at):
    """A day of leaving that has come is over with; one to come still holds."""
    user = locked_person(user)
    if not user.is_active:
        user.is_active = True
        if user.leaves_on and user.leaves_on <= timezone.localdate(at):
            user.leaves_on = None
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
