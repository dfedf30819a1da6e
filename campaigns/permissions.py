"""May this person see and change how a campaign is set up? The system administrator prepares; the office decides."""

from accounts.models import Role
from accounts.permissions import is_office


def can_see_settings(user):
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN, Role.AUDITOR)


def can_change_settings(user):
    """The office; dates, quotas and weights are decisions, which a system administrator never makes."""
    return is_office(user)


def can_prepare(user):
    """Make a campaign that nobody sees yet: copy, bring in from a file, edit, throw away."""
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN)


def can_change(user, campaign):
    return can_prepare(user) if campaign.is_draft else can_change_settings(user)


def can_publish(user):
    return is_office(user)


def can_grant_extension(user):
    return is_office(user)


def can_see_extensions(user):
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR)


def can_set_cutoff(user):
    """A county's clerk, for the townships of that county."""
    return user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county


def can_change_calendar(user):
    """Which days are worked is a fact that the office and the administrator look up, not a decision."""
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN)
