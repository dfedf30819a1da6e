"""May this person? Lists and notices are the office's; the second person is an office lead."""

from accounts.models import Role
from accounts.permissions import is_clerk_of
from campaigns.permissions import acts_as_lead, acts_as_office, reads_all_of


def can_see_results(user, campaign):
    """Scores and ranks: the office, its lead and the auditors; never the units."""
    return reads_all_of(user, campaign)


def can_select(user, campaign):
    return acts_as_office(user, campaign)


def can_confirm(user, campaign):
    """Also takes back a confirmed list. That it is another person than the one who locked it is a rule."""
    return acts_as_lead(user, campaign)


def can_draft_notice(user, campaign):
    return acts_as_office(user, campaign)


def can_review_notice(user, campaign):
    """That it is another person than the author is a rule."""
    return acts_as_office(user, campaign)


def can_publish(user, campaign):
    return acts_as_lead(user, campaign)


def can_handle_objections(user, campaign):
    return acts_as_office(user, campaign)


def can_decline_objections(user, campaign):
    """To put an objection aside unexamined takes a lead."""
    return acts_as_lead(user, campaign)


def can_make_papers(user, campaign):
    """Official papers, their texts and numbers: the office."""
    return acts_as_office(user, campaign)


def can_name(user, campaign):
    return acts_as_lead(user, campaign)


def can_write_case(user, organization):
    """Draft a typical case, consent to its publication and withdraw the consent: the unit itself."""
    return is_clerk_of(user, organization)


def can_publish_case(user, case):
    return acts_as_office(user, case.naming.place.track.campaign) and case.organization.pk != user.organization_id


def can_adjust(user, application):
    """Propose bonus and deductions, raise a veto: the office, never for its own unit."""
    return acts_as_office(user, application.campaign) and application.organization_id != user.organization_id


def can_decide_adjustment(user, application):
    """That it is another person than the one who proposed it is a rule."""
    return acts_as_lead(user, application.campaign) and application.organization_id != user.organization_id


def can_state(user, veto):
    return is_clerk_of(user, veto.application.organization)


def can_export(user, campaign):
    return can_see_results(user, campaign)


def can_export_units(user, campaign):
    """The office and auditors all units; a county's clerk those below the county."""
    return reads_all_of(user, campaign) or (user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county)


def can_export_rectification(user, campaign):
    """Whoever has the list: units and counties their own rows."""
    return reads_all_of(user, campaign) or user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)


# After naming


def is_own(user, naming):
    return naming.application.organization_id == user.organization_id


def can_review(user, naming):
    """Follow-ups and yearly reviews: the office, never of its own unit."""
    return acts_as_office(user, naming.application.campaign) and not is_own(user, naming)


def can_decide_withdrawal(user, naming):
    """That it is another person than the one who proposed it is a rule."""
    return acts_as_lead(user, naming.application.campaign) and not is_own(user, naming)


def can_answer_review(user, naming):
    return is_clerk_of(user, naming.application.organization)


def can_write_experience(user, naming):
    return is_clerk_of(user, naming.application.organization)


def can_decide_experience(user, naming):
    return acts_as_office(user, naming.application.campaign) and not is_own(user, naming)


def can_draft_bulletin(user, campaign):
    return acts_as_office(user, campaign)


def can_publish_bulletin(user, campaign):
    """That it is another person than its author is a rule."""
    return acts_as_lead(user, campaign)


def can_call_meeting(user, campaign):
    return acts_as_office(user, campaign)


def can_see_bulletins(user):
    """Whoever has a part in the campaign."""
    return bool(user.roles)


def can_see_titles(user, campaign):
    """The office and auditors all of them, clerks their own; the rows themselves are `Naming.objects.visible_to`."""
    return reads_all_of(user, campaign) or user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)
