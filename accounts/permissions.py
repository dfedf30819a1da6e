"""May this person? Facts about people and their organizations, asked by every app to the right.

Who is the office is a question about a campaign: `campaigns.permissions.acts_as_office(user, campaign)`.
"""

from django.core.exceptions import PermissionDenied

from accounts.models import Role


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
