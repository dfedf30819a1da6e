"""May this person do this to an application? Nobody decides about an application of their own unit (S-07)."""

from accounts.models import Role
from accounts.permissions import is_clerk_of, is_county_of
from campaigns.permissions import acts_as_office, reads_all_of


def can_start(user, organization):
    return is_clerk_of(user, organization)


def can_edit(user, application):
    return is_clerk_of(user, application.organization)


def can_send(user, application):
    """Submit, take back, withdraw."""
    return is_clerk_of(user, application.organization)


def can_recommend(user, application):
    """Check, recommend and send back what a unit of one's county filed for the city; never the county's own application."""
    if application.campaign.is_of_county:
        return False
    return is_county_of(user, application.organization) and application.organization_id != user.organization_id


def can_order(user, county):
    return is_county_of(user, county)


def can_review(user, application):
    return acts_as_office(user, application.campaign) and application.organization_id != user.organization_id


def can_ask_for_check(user, application):
    """The unit, which mends its pages, and the office, which reads them."""
    return can_edit(user, application) or can_review(user, application)


def can_judge_likeness(user, likeness):
    """Say that it is none: who may review both applications."""
    return can_review(user, likeness.response.application) and can_review(user, likeness.other.application)


def can_file_plan(user):
    """Clerks, for their own unit."""
    return user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id is not None


def can_follow_plans(user, campaign):
    """Who has filed: the office and the auditors of everybody, a county of the units in its tree, as long as they file for the city."""
    if reads_all_of(user, campaign):
        return True
    is_county = user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county
    return is_county and not (campaign and campaign.is_of_county)


def can_ask_for_plans(user, campaign):
    return can_follow_plans(user, campaign) and (acts_as_office(user, campaign) or user.has_role(Role.COUNTY_CLERK))


def can_remind(user, organization, campaign):
    """The office anybody but its own unit; a county the units below it, as long as they file for the city."""
    if organization.pk == user.organization_id:
        return False
    return acts_as_office(user, campaign) or (is_county_of(user, organization) and not campaign.is_of_county)
