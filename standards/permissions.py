"""May this person prepare a standard, bring it into force, read its drafts?"""

from accounts.models import Role
from accounts.permissions import is_office


def can_prepare(user):
    """Write a draft. A system administrator prepares what the office decides on."""
    return is_office(user) or user.has_role(Role.ADMIN)


def can_publish(user):
    return is_office(user)


def can_read_versions(user):
    """Drafts, comparisons and who files under which version."""
    return can_prepare(user) or user.has_role(Role.AUDITOR)
