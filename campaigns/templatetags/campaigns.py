"""Entries of the log about a campaign, as people read them."""

from datetime import datetime

from django import template

from accounts.audit import label
from campaigns.changes import changed_words

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
    return changed_words(event.detail.get("changes", {}))[:8]


@register.filter
def is_weekend(day):
    return day.weekday() > 4
