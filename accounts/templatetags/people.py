"""How an entry about a person reads."""

from django import template

from accounts.audit import label
from accounts.models import Role, User

register = template.Library()


@register.filter
def event_label(action):
    return label(action)


@register.filter
def role_label(role):
    return dict(Role.choices).get(role, role)


@register.filter
def fields_told(detail):
    """Which fields an entry says were changed. What they said stays in the audit log: a number that was removed is shown nowhere else."""
    known = {field.name: field.verbose_name for field in User._meta.concrete_fields}
    return [known.get(name, name) for name in detail.get("changes", ())]


@register.filter
def roles_told(detail):
    """Roles given by a table, with their days: 验收员 2021-09-01—2021-12-31."""
    given = [told for told in detail.get("roles", ()) if isinstance(told, list)]
    return [f"{role_label(role)} {'—'.join(day or '' for day in days) if any(days) else ''}".strip() for role, *days in given]
