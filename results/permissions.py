"""May this person? Lists and notices are the office's; the second person is an office lead."""

from accounts.models import Role
from accounts.permissions import can_read_everything, is_clerk_of, is_office, is_office_lead


def can_see_results(user):
    """Scores and ranks: the office, its lead and the auditors; never the units."""
    return can_read_everything(user)


def can_select(user):
    return is_office(user)


def can_confirm(user):
    """Also takes back a confirmed list. That it is another person than the one who locked it is a rule."""
    return is_office_lead(user)


def can_draft_notice(user):
    return is_office(user)


def can_publish(user):
    return is_office_lead(user)


def can_handle_objections(user):
    return is_office(user)


def can_name(user):
    return is_office_lead(user)


def can_adjust(user, application):
    """Propose bonus and deductions, raise a veto: the office, never for its own unit."""
    return is_office(user) and application.organization_id != user.organization_id


def can_decide_adjustment(user, application):
    """That it is another person than the one who proposed it is a rule."""
    return is_office_lead(user) and application.organization_id != user.organization_id


def can_state(user, veto):
    return is_clerk_of(user, veto.application.organization)


def can_export(user):
    return can_see_results(user)


def can_export_units(user):
    """The office and auditors all units; a county's clerk those below the county."""
    return can_read_everything(user) or (user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county)


def can_export_rectification(user):
    """Whoever has the list: units and counties their own rows."""
    return can_read_everything(user) or user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)
