"""May this person? Scoring on paper, guidance, and inspection on site."""

from accounts.models import Role
from accounts.permissions import is_clerk_of
from campaigns.permissions import acts_as_lead, acts_as_office, reads_all_of
from campaigns.rules import branch_of


def is_own(user, organization, campaign):
    """The person's own unit, or one in the same county's tree (in a county's own campaign, of the same branch): they stay away (S-07)."""
    own = user.organization
    if own is None:
        return False
    return own.pk == organization.pk or branch_of(own, campaign) in {branch_of(organization, campaign)} - {None}


def can_read_reviews(user, campaign):
    """The workbench with its scores: office and auditors; never a unit, never a county's clerk."""
    return reads_all_of(user, campaign)


def can_score_desk(user, application):
    """The office, but nobody for their own unit or county tree, and never an administrator."""
    campaign = application.campaign
    return acts_as_office(user, campaign) and not user.has_role(Role.ADMIN) and not is_own(user, application.organization, campaign)


def can_agree_desk(user, application):
    """Either scorer, or the office's lead."""
    if not can_score_desk(user, application):
        return False
    return acts_as_lead(user, application.campaign) or application.desk_reviews.filter(scorer=user).exists()


def can_see_scores_of(user, review, finished, campaign):
    """One's own; another's when all have finished. An auditor, who never scores, sees all."""
    return review.scorer_id == user.pk or finished or not acts_as_office(user, campaign)


def can_guide(user, application):
    """Notes, rectification tasks and their settling: the office, never for the own unit."""
    return acts_as_office(user, application.campaign) and not is_own(user, application.organization, application.campaign)


def can_answer_rectification(user, rectification):
    return is_clerk_of(user, rectification.application.organization)


def can_plan(user, campaign):
    """Groups and visits are the office's; auditors read them."""
    return acts_as_office(user, campaign)


def can_plan_for(user, application):
    """Nobody plans the visit to their own unit (S-07)."""
    return acts_as_office(user, application.campaign) and user.organization_id != application.organization_id


def can_override_conflict(user, visit):
    """The office's lead, never for the own unit or oneself; the last is asked again for each person."""
    return acts_as_lead(user, visit.application.campaign) and user.organization_id != visit.application.organization_id


def is_member(user, visit):
    return visit.group.members.filter(user=user).exists()


def can_record(user, visit):
    """Members of the visit's group who are inspectors, and nobody at their own unit whoever allowed it (S-07)."""
    return user.has_role(Role.INSPECTOR) and user.organization_id != visit.application.organization_id and is_member(user, visit)


def can_type_in(user, visit):
    """A member for their group, or the office for them; never for the own unit (S-07)."""
    return user.organization_id != visit.application.organization_id and (acts_as_office(user, visit.application.campaign) or can_record(user, visit))


def can_lock(user, visit):
    return can_record(user, visit) and visit.group.members.filter(user=user, is_leader=True).exists()


def can_unlock(user, visit):
    """The office, but not somebody who has recorded or signed here, nor for the own unit (S-07)."""
    return acts_as_office(user, visit.application.campaign) and user.organization_id != visit.application.organization_id and not is_member(user, visit)


def can_decide_quarantine(user, case):
    """The office on what came too late: not the inspector it came from, not a member of the group, not the own unit (S-07)."""
    campaign = case.visit.application.campaign if case.visit else None  # of a visit that is gone only the city can tell
    if not acts_as_office(user, campaign) or user.pk == case.owner_id:
        return False
    return case.visit is None or (user.organization_id != case.visit.application.organization_id and not is_member(user, case.visit))


def can_declare(user, campaign):
    """An inspector for themselves; the office for anybody."""
    return acts_as_office(user, campaign) or user.has_role(Role.INSPECTOR)


def can_answer(user, visit):
    """A member of the visit's group answers for themselves."""
    return user.has_role(Role.INSPECTOR) and is_member(user, visit)


def can_challenge(user, visit):
    """The unit to be visited may ask that an inspector stay away."""
    return is_clerk_of(user, visit.application.organization)


def can_decide_challenge(user, challenge):
    """The office, but nobody on the request of their own unit or about themselves (S-07)."""
    campaign = challenge.campaign
    return acts_as_office(user, campaign) and not is_own(user, challenge.organization, campaign) and user.pk != challenge.user_id
