"""Codes of a standard as people read them."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def named(codes, names):
    """Names of evidence kinds or methods, as the campaign's legend gives them."""
    return [names.get(code, code) for code in codes]


@register.simple_tag
def unofficial(standard):
    """The mark that stands wherever points are shown that the notice did not give."""
    return "" if standard.official_points else format_html('<span class="tag tag-amber">{}</span>', _("非官方"))


@register.filter
def rule_limit(rule):
    """20 个工作日, where a rule carries a number of days."""
    value = rule.get("default_value")
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    return _("%(n)s 个工作日") % {"n": value} if rule.get("unit") == "workday" else str(value)
