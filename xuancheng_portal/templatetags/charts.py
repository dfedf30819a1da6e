"""A drawing as SVG. Colours and strokes are classes of the style sheet, patterns are presentation attributes; nothing is inline style.

The drawing is hidden from those who listen and from the keyboard: the table that stands with each has the same numbers and links.
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

register = template.Library()

# Strokes over an area, on a square of 8, so that areas differ in print and to every eye; what is missing is plain.
DOTS, LEANING, CROSSED = "M2 2h.01M6 6h.01", "M-2 2 2-2M0 8 8 0M6 10 10 6", "M0 0 8 8M8 0 0 8"
PATTERNS = {
    "draft": DOTS, "with_county": LEANING, "submitted": "M0 2H8M0 6H8", "returned": CROSSED, "declined": "M2 0V8M6 0V8", "withdrawn": "M0 4H8M4 0V8",
    "open": LEANING, "broken": CROSSED, "away": DOTS,
}


@register.simple_tag
def chart(drawing, name):
    """`name` keeps the patterns of one drawing apart from those of another on the page."""
    used = dict.fromkeys(shape.pattern for shape in drawing.shapes if shape.pattern)
    shapes = format_html_join("", "{}", ((drawn(shape, name),) for shape in drawing.shapes))
    return format_html(
        '<svg class="chart chart-of-{}" viewBox="0 0 {} {}" aria-hidden="true" focusable="false"><defs>{}</defs>{}</svg>',
        name, drawing.width, drawing.height, format_html_join("", "{}", ((pattern(one, name),) for one in used)), shapes,
    )


@register.simple_tag
def count(part):
    """The number of a table's cell: a link to the list of as many, or a quiet zero."""
    if not part.count:
        return mark_safe('<span class="muted">0</span>')
    return format_html('<a href="{}" data-count="{}">{}<span class="visually-hidden">{}{}</span></a>', part.link, part.count, part.count, _("："), part.title)


@register.simple_tag
def swatch(look, name):
    """A piece of the legend: the same area as in the drawing."""
    return format_html(
        '<svg class="chart-swatch" viewBox="0 0 24 16" aria-hidden="true" focusable="false"><defs>{}</defs>'
        '<rect class="chart-part chart-{}" x=".5" y=".5" width="23" height="15" fill="url(#{}-{})"/></svg>',
        pattern(look, name), look, name, look,
    )


def pattern(look, name):
    return format_html(
        '<pattern id="{}-{}" class="chart-{}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="chart-base" width="8" height="8"/>'
        '<path class="chart-over" d="{}"/></pattern>',
        name, look, look, PATTERNS.get(look, "M0 0"),
    )


def drawn(shape, name):
    numbers = format_html_join("", ' {}="{}"', ((key, round(value, 2) if isinstance(value, float) else value) for key, value in shape.numbers.items()))
    fill = format_html(' fill="url(#{}-{})"', name, shape.pattern) if shape.pattern else ""
    inside = format_html("{}{}", format_html("<title>{}</title>", shape.title) if shape.title else "", shape.words)
    element = format_html('<{} class="{}"{}{}>{}</{}>', shape.kind, shape.look, numbers, fill, inside, shape.kind)
    return format_html('<a href="{}" tabindex="-1">{}</a>', shape.link, element) if shape.link else element
