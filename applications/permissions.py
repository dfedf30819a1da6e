"""May this person do this to an application? Nobody decides about an application of their own unit (S-07)."""

from accounts.models import Role
from accounts.permissions import can_read_everything, is_clerk_of, is_county_of, is_office


def can_start(user, organization):
    return is_clerk_of(user, organization)


def can_edit(user, application):
    return is_clerk_of(user, application.organization)


def can_send(user, application):
    """Submit, take back, withdraw."""
    return is_clerk_of(user, application.organization)


def can_recommend(user, application):
    """Check, recommend and send back what a unit of one's county filed; never the county's own application."""
    return is_county_of(user, application.organization) and application.organization_id != user.organization_id


def can_order(user, county):
    return is_county_of(user, county)


def can_review(user, application):
    return is_office(user) and application.organization_id != user.organization_id


def can_ask_for_check(user, application):
    """The unit, which mends its pages, and the office, which reads them."""
    return can_edit(user, application) or can_review(user, application)


def can_judge_likeness(user, likeness):
    """Say that it is none: who may review both applications."""
    return can_review(user, likeness.response.application) and can_review(user, likeness.other.application)


def can_file_plan(user):
    """Clerks, for their own unit."""
    return user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id is not None


def can_follow_plans(user):
    """Who has filed: the office and the auditors of everybody, a county of the units in its tree."""
    return can_read_everything(user) or user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county


def can_ask_for_plans(user):
    return can_follow_plans(user) and user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.COUNTY_CLERK)


def can_remind(user, organization):
    """The office anybody but its own unit; a county the units below it."""
    if organization.pk == user.organization_id:
        return False
    return is_office(user) or is_county_of(user, organization)
