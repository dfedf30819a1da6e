"""Entries of the log about a campaign, as people read them."""

from datetime import datetime

from django import template
from django.core.exceptions import FieldDoesNotExist

from accounts.audit import label
from campaigns.models import Campaign, Phase, Track

register = template.Library()


@register.filter
def event_label(event):
    return label(event.action)


@register.filter
def moment(text):
    return datetime.fromisoformat(text) if text else None


@register.filter
def changed_fields(event):
    """(name, before, after) of each field that an entry changed, the first eight."""
    return [(field_name(name), old, new) for name, (old, new) in list(event.detail.get("changes", {}).items())[:8]]


def field_name(name):
    for model in (Campaign, Phase, Track):
        try:
            return model._meta.get_field(name.rpartition(".")[2]).verbose_name
        except FieldDoesNotExist:
            continue
    return name
