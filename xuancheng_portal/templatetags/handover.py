"""What somebody has in hand, for pages of apps on the left that end or move an account."""

from django import template
from django.utils import timezone

from xuancheng_portal.handover import in_hand

register = template.Library()


@register.simple_tag
def work_in_hand(person):
    """[(kind, what moves, what stays)]."""
    return in_hand(person, timezone.now())
