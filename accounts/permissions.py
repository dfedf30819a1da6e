"""May this person? Facts about people and their organizations, asked by every app to the right.

Who is the office is a question about a campaign: `campaigns.permissions.acts_as_office(user, campaign)`.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import READERS, Role

DECIDING = (Role.OFFICE, Role.OFFICE_LEAD, Role.COUNTY_OFFICE, Role.COUNTY_LEAD, Role.ADMIN)  # who may need a second factor


def require(condition):
    """403 unless the condition holds."""
    if not condition:
        raise PermissionDenied


def is_county_of(user, organization):
    """A county clerk of the county in whose tree the organization stands (the county itself included)."""
    return user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and organization.county_id == user.organization_id


def is_clerk_of(user, organization):
    """Files for this very organization: its unit clerks, and for a county its county clerks."""
    return user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id == organization.pk


def can_administer(user):
    """Users, units, imports and settings; never scores or decisions."""
    return user.has_role(Role.ADMIN)


def can_see_people(user):
    return user.has_role(*READERS)


def may_use_second_factor(user):
    """Whoever decides over others, and whoever set one up while doing so."""
    return settings.SECOND_FACTOR != "off" and (user.has_role(*DECIDING) or has_second_factor(user))


def has_second_factor(user):
    """Whoever makes the request was read with the answer as it was when the request began (`accounts.backends`); of anybody else it is asked."""
    known = getattr(user, "had_second_factor", None)
    return known if known is not None else TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def must_use_second_factor(user):
    return settings.SECOND_FACTOR == "required" and user.has_role(*DECIDING)


def can_read_units(user):
    """The municipal office and the auditor look at units; the administrator keeps them."""
    return user.has_role(*READERS)


def can_see_sending(user):
    """What left the portal and how: the office reads, the administrator keeps it running."""
    return user.has_role(Role.ADMIN, Role.OFFICE, Role.OFFICE_LEAD)


def can_write_letters(user):
    """The words of messages, and sending again what failed."""
    return can_see_sending(user)
