"""May this person? Facts about people and their organizations, asked by every app to the right."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Role


def require(condition):
    """403 unless the condition holds."""
    if not condition:
        raise PermissionDenied


def is_office(user):
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD)


def is_office_lead(user):
    return user.has_role(Role.OFFICE_LEAD)


def is_county_of(user, organization):
    """A county clerk of the county in whose tree the organization stands (the county itself included)."""
    return user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and organization.county_id == user.organization_id


def is_clerk_of(user, organization):
    """Files for this very organization: its unit clerks, and for a county its county clerks."""
    return user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id == organization.pk


def can_read_everything(user):
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR)


def can_administer(user):
    """Users, units, imports and settings; never scores or decisions."""
    return user.has_role(Role.ADMIN)


def can_see_people(user):
    return can_administer(user) or can_read_everything(user)


def may_use_second_factor(user):
    """The municipal roles, and whoever set one up while holding one."""
    return settings.SECOND_FACTOR != "off" and (user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN) or has_second_factor(user))


def has_second_factor(user):
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def must_use_second_factor(user):
    return settings.SECOND_FACTOR == "required" and user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN)
def can_read_units(user):
    """The office and the auditor look at units; the administrator keeps them."""
    return can_read_everything(user) or can_administer(user)
def can_see_sending(user):
    """What left the portal and how: the office reads, the administrator keeps it running."""
    return user.has_role(Role.ADMIN, Role.OFFICE, Role.OFFICE_LEAD)


def can_write_letters(user):
    """The words of messages, and sending again what failed."""
    return can_see_sending(user)
