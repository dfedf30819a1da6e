"""How an entry about a person reads."""

from django import template

from accounts.audit import label
from accounts.models import Role

register = template.Library()


@register.filter
def event_label(action):
    return label(action)


@register.filter
def role_label(role):
    return dict(Role.choices).get(role, role)
