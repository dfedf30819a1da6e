"""May this person prepare a standard, bring it into force, read its drafts? Each is asked of a campaign."""

from accounts.models import Role
from campaigns.permissions import acts_as_office, can_change, can_look_at_drafts, is_of_an_office


def can_prepare(user, campaign):
    """Write a draft. A system administrator prepares what the office decides on; whoever prepares a campaign prepares its standard."""
    return user.has_role(Role.ADMIN) or (can_change(user, campaign) if campaign is not None else acts_as_office(user, campaign))


def can_publish(user, campaign):
    return acts_as_office(user, campaign)


def can_read_versions(user, campaign):
    """Drafts, comparisons and who files under which version."""
    return can_prepare(user, campaign) or user.has_role(Role.AUDITOR)


def may_come_in(user, *, to_write):
    """The door of what is looked up among the campaigns one prepares or reads."""
    return is_of_an_office(user) or user.has_role(Role.ADMIN) if to_write else can_look_at_drafts(user)
