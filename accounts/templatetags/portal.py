"""The pieces every screen is composed of: icons, tags, rings and bars drawn as SVG, dates and points as people read them.

Sizes are SVG attributes, because a strict Content-Security-Policy refuses inline styles.
"""

import re
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from itertools import groupby
from math import cos, pi, sin

from django import template
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

# Tone and icon of every state, by model. Colour means that work remains; what is done is plain with a tick.
STATE_LOOK = {
    "application.draft": ("", ""),
    "application.with_county": ("amber", "clock"),
    "application.submitted": ("green", "check"),
    "application.returned": ("red", "back"),
    "application.accepted": ("done", "check"),
    "application.declined": ("none", "x"),
    "application.withdrawn": ("none", ""),
    "delivery.waiting": ("", "clock"),
    "delivery.sent": ("done", "check"),
    "delivery.failed": ("red", "warn"),
    "delivery.skipped": ("none", ""),
    "blob.pending": ("blue", "clock"),
    "blob.clean": ("done", "shield"),
    "blob.infected": ("red", "warn"),
    "blob.failed": ("amber", "sync"),
    "typicalcase.draft": ("", "edit"),
    "typicalcase.offered": ("amber", "clock"),
    "typicalcase.published": ("green", "check"),
    "rectification.open": ("amber", "flag"),
    "rectification.answered": ("violet", "clock"),
    "rectification.closed": ("done", "check"),
    "visit.planned": ("blue", "calendar"),
    "visit.running": ("amber", "clock"),
    "visit.locked": ("done", "lock"),
    "plan.making": ("blue", "sync"),
    "plan.draft": ("", ""),
    "plan.applied": ("amber", "clock"),
    "plan.published": ("done", "check"),
    "assignmentanswer.accepted": ("done", "check"),
    "assignmentanswer.declined": ("red", "x"),
    "challenge.open": ("amber", "clock"),
    "challenge.upheld": ("red", "shield"),
    "challenge.refused": ("none", "x"),
    "selectionlist.open": ("", ""),
    "selectionlist.locked": ("amber", "lock"),
    "selectionlist.confirmed": ("green", "lock"),
    "adjustment.proposed": ("amber", "clock"),
    "adjustment.confirmed": ("done", "check"),
    "adjustment.refused": ("none", "x"),
    "adjustment.revoked": ("none", "x"),
    "veto.raised": ("amber", "clock"),
    "veto.heard": ("amber", "flag"),
    "veto.confirmed": ("red", "x"),
    "veto.dismissed": ("done", "check"),
    "objection.received": ("amber", "clock"),
    "objection.examining": ("blue", ""),
    "objection.answered": ("done", "check"),
    "review.improving": ("amber", "clock"),
    "review.proposed": ("amber", "clock"),
    "review.refused": ("none", "x"),
    "review.settled": ("done", "check"),
    "experience.draft": ("", ""),
    "experience.sent": ("blue", "clock"),
    "experience.returned": ("red", "back"),
    "experience.accepted": ("done", "check"),
    "objection.declined": ("none", "x"),
    "user.new": ("amber", "clock"),
    "user.in_use": ("done", "check"),
    "user.disabled": ("none", "x"),
    "signinlink.open": ("blue", "mail"),
    "signinlink.used": ("done", "check"),
    "signinlink.expired": ("amber", "clock"),
    "signinlink.void": ("none", "x"),
    "job.waiting": ("", "clock"),
    "job.running": ("blue", "sync"),
    "job.done": ("done", "check"),
    "job.failed": ("red", "warn"),
}


@register.simple_tag
def icon(name, classes=""):
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("icons.svg"), name)


@register.simple_tag
def tag(text, tone="", name=""):
    """A badge: its words, a tone (blue green amber red violet gold done none demo) and an icon."""
    return format_html(
        '<span class="tag{}">{}{}</span>', f" tag-{tone}" if tone else "", icon(name) if name else "", text
    )


@register.simple_tag
def state_tag(thing, field="state"):
    """The badge of something's state: `{% state_tag application "status" %}`, `{% state_tag rectification %}`.

    A state that is worked out and not stored brings its words as `state_label`.
    """
    look = STATE_LOOK.get(f"{thing._meta.model_name}.{getattr(thing, field)}", ("", ""))
    words = getattr(thing, f"{field}_label", None) or getattr(thing, f"get_{field}_display")()
    return tag(words, *look)


# Progress


def percent(part, whole):
    return 0.0 if not whole else max(0.0, min(100.0, 100 * float(part) / float(whole)))


def drawn_bar(parts, words, classes=""):
    """`parts` are (percent, fill) from left to right."""
    rects, left = [], 0.0
    for width, fill in parts:
        if width:
            rects.append((f"{left:.2f}", f"{width:.2f}", fill))
            left += width
    drawn = format_html_join("", '<rect x="{}" width="{}" height="10" class="fill-{}"/>', rects)
    spoken = format_html('role="img" aria-label="{}"', words) if words else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" {}>{}</svg>', classes, spoken, drawn
    )


@register.simple_tag
def bar(value, total, tone="brand", label="", classes=""):
    """One value on a track. Without a label it is decoration beside a number that is written out."""
    return drawn_bar([(percent(value or 0, total), tone)], label, classes)


def progress_words(done, work, returned, total):
    words = [_("共 %(total)s 项，已完成 %(done)s 项") % {"total": total, "done": done}]
    if work:
        words.append(_("填报中 %(n)s 项") % {"n": work})
    if returned:
        words.append(_("退回 %(n)s 项") % {"n": returned})
    untouched = total - done - work - returned
    if untouched > 0:
        words.append(_("未开始 %(n)s 项") % {"n": untouched})
    return _("，").join(words)


@register.simple_tag
def segbar(done, work, returned, total, classes="bar-lg"):
    """Done, in work and returned items on one track."""
    parts = [(percent(done, total), "green"), (percent(work, total), "blue"), (percent(returned, total), "red")]
    return drawn_bar(parts, progress_words(done, work, returned, total), classes)


@register.simple_tag
def ring(done, work, returned, total):
    """The big ring of the home card, the number inside."""
    radius, around = 64, 2 * pi * 64
    arcs, turned = [], 0.0
    for part, name in ((done, "done"), (work, "work"), (returned, "back")):
        length = around * percent(part, total) / 100
        if length:
            arcs.append((name, f"{length:.1f} {around - length:.1f}", f"{-turned:.1f}"))
            turned += length
    drawn = format_html_join(
        "", '<circle class="ring-{}" cx="76" cy="76" r="64" stroke-dasharray="{}" stroke-dashoffset="{}"/>', arcs
    )
    return format_html(
        '<div class="ring"><svg viewBox="0 0 152 152" role="img" aria-label="{}">'
        '<circle class="ring-track" cx="76" cy="76" r="{}"/><g transform="rotate(-90 76 76)">{}</g>'
        '<text x="76" y="82" text-anchor="middle"><tspan class="ring-number">{}</tspan><tspan class="ring-total">/{}</tspan></text>'
        '<text x="76" y="104" text-anchor="middle" class="ring-words">{}</text></svg></div>',
        progress_words(done, work, returned, total), radius, drawn, done, total, _("项已完成"),
    )


@register.simple_tag
def meter(done, working, minimum):
    """How many of the wanted units are there: full, under way, missing."""
    blocks = ["full"] * done + ["part"] * working
    blocks += ["none"] * (minimum - len(blocks))
    drawn = format_html_join("", '<i class="block block-{}"></i>', ((kind,) for kind in blocks))
    return format_html(
        '<span class="meter"><span class="blocks" aria-hidden="true">{}</span><span>{} <b>{}</b> / {}</span></span>',
        drawn, _("已提交"), done, _("至少 %(n)s") % {"n": minimum},
    )


@register.simple_tag
def seats(quota, filled, locked=False):
    """One block for each place of a quota: chosen (green once locked), then open."""
    full, rest = ("locked", "unused") if locked else ("chosen", "open")
    words = _("%(quota)s 个名额，已选 %(filled)s 个") % {"quota": quota, "filled": filled}
    drawn = format_html_join(
        "", '<i class="seat seat-{}"></i>', ((full if n < filled else rest,) for n in range(max(quota, filled)))
    )
    return format_html('<span class="seats" role="img" aria-label="{}">{}</span>', words, drawn)


@register.simple_tag
def segments(states):
    """The phone's head line: one dash an item. States: todo, done, bad, now; a leading "+" opens a new category."""
    cells = [(state.lstrip("+"), " segment-gap" if state.startswith("+") else "") for state in states]
    checked = sum(state in ("done", "bad") for state, gap in cells)
    words = _("共 %(total)s 项，已查 %(done)s 项") % {"total": len(cells), "done": checked}
    now = next((number for number, (state, gap) in enumerate(cells, 1) if state == "now"), None)
    if now:
        words += _("，当前第 %(n)s 项") % {"n": now}
    drawn = format_html_join("", '<i class="segment segment-{}{}"></i>', cells)
    return format_html('<div class="segments" role="img" aria-label="{}">{}</div>', words, drawn)


# Scores


def heat_step(rate, pass_rate=80):
    """0 (no value) to 5, around the pass line: below it, just above it, and three steps of good."""
    if rate is None:
        return 0
    above = float(rate) - float(pass_rate)
    return 1 if above < 0 else 2 if above < 3 else 3 if above < 9 else 4 if above < 13 else 5


@register.filter
def heat(rate, pass_rate=80):
    """The class of a score cell: `<td class="heat {{ rate|heat:campaign.pass_mark }}">`."""
    return f"heat-{heat_step(rate, pass_rate)}"


@register.simple_tag
def heatstrip(cells, pass_rate=80):
    """Cells of (name, rate in percent), the numbers written in them."""
    cells = list(cells)
    words = _("各类得分率：") + _("，").join(f"{name} {points(rate, 0)}" for name, rate in cells)
    drawn = format_html_join(
        "", '<span class="heat {}">{}</span>', ((heat(rate, pass_rate), points(rate, 0)) for name, rate in cells)
    )
    return format_html('<span class="heat-strip" role="img" aria-label="{}">{}</span>', words, drawn)


@register.simple_tag
def radar(axes, pass_rate=80):
    """Axes of (name, rate in percent or nothing) against the pass line; a table or list of the same numbers stands beside it."""
    axes = list(axes)
    middle_x, middle_y, radius = 160, 116, 90

    def spot(number, rate):
        angle = 2 * pi * number / len(axes) - pi / 2
        return middle_x + radius * rate / 100 * cos(angle), middle_y + radius * rate / 100 * sin(angle)

    def polygon(rates):
        return " ".join("{:.1f},{:.1f}".format(*spot(number, rate)) for number, rate in enumerate(rates))

    def label(number, name, rate):
        x, y = spot(number, 114)
        anchor = "middle" if abs(x - middle_x) < 10 else "start" if x > middle_x else "end"
        below = " is-below" if rate is not None and rate < pass_rate else ""
        return f"{x:.1f}", f"{y + 4:.1f}", anchor, below, name, points(rate, 0)

    rings = format_html_join("", '<polygon points="{}"/>', ((polygon([share] * len(axes)),) for share in (100, 66, 33)))
    labels = format_html_join(
        "", '<text x="{}" y="{}" text-anchor="{}" class="radar-label{}">{} {}</text>',
        (label(number, name, rate) for number, (name, rate) in enumerate(axes)),
    )
    words = _("各类得分率：") + _("，").join(f"{name} {points(rate, 0)}" for name, rate in axes)
    return format_html(
        '<svg class="radar" viewBox="0 0 320 232" role="img" aria-label="{}"><g class="radar-grid">{}</g>'
        '<polygon class="radar-pass" points="{}"/><polygon class="radar-area" points="{}"/>{}</svg>',
        _("%(rates)s；达标线 %(pass)s") % {"rates": words, "pass": points(pass_rate, 0)},
        rings, polygon([float(pass_rate)] * len(axes)), polygon([percent(rate or 0, 100) for name, rate in axes]), labels,
    )


@register.filter
def points(value, places=1):
    """Fixed decimals, half up; nothing is a dash, zero is a score."""
    if value is None or value == "":
        return "–"
    return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))


@register.filter
def short_points(value):
    """A full mark or a step as a person writes it: 4, not 4.00."""
    return "–" if value is None else f"{Decimal(str(value)).normalize():f}"


# Dates


@register.filter
def weekday(day):
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]


@register.filter
def deadline(moment):
    """An exclusive end as people say it: midnight is 24:00 of the day before, with the weekday."""
    if not moment:
        return "–"
    local = timezone.localtime(moment)
    clock = f"{local:%H:%M}"
    if local.time() == time(0):
        local, clock = local - timedelta(days=1), "24:00"
    day = _("%(month)s 月 %(day)s 日（%(weekday)s）") % {"month": local.month, "day": local.day, "weekday": weekday(local)}
    return f"{day}{clock}" if translation.get_language() != "en" else f"{day} {clock}"


@register.filter
def last_day(moment):
    """The last day before an exclusive end: 8月17日—9月30日 is `{{ phase.starts_at|short_day }}—{{ phase.ends_at|last_day }}`."""
    return short_day(moment - timedelta(seconds=1))


@register.filter
def short_day(moment):
    if not moment:
        return "–"
    day = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}


@register.filter
def when(moment):
    """刚刚, 5 分钟前, 今天 10:32, 昨天 17:40, 9月24日 15:20; another year is written out."""
    if not moment:
        return "–"
    now = timezone.localtime()
    local = timezone.localtime(moment)
    past = now - local
    if timedelta(0) <= past < timedelta(minutes=1):
        return _("刚刚")
    if timedelta(0) <= past < timedelta(hours=1):
        minutes = int(past.total_seconds() // 60)
        return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}
    clock = f"{local:%H:%M}"
    if local.date() == now.date():
        return _("今天 %(time)s") % {"time": clock}
    if local.date() == now.date() - timedelta(days=1):
        return _("昨天 %(time)s") % {"time": clock}
    if local.year == now.year:
        return f"{short_day(local)} {clock}"
    return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def stamp(moment):
    """The full moment, as tables and receipts show it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "–"


@register.filter
def written_day(day):
    """2021 年 11 月 4 日, as notices write it."""
    return date_format(timezone.localtime(day) if isinstance(day, datetime) else day, "Y 年 n 月 j 日") if day else "–"


def time_left(moment):
    left = moment - timezone.now()
    minutes = max(0, int(left.total_seconds() // 60))
    tone = "" if left > timedelta(hours=72) else " is-soon" if left > timedelta(hours=24) else " is-urgent"
    return minutes // 1440, minutes // 60 % 24, minutes % 60, tone if left > timedelta(0) else "", left <= timedelta(0)


@register.inclusion_tag("_countdown.html")
def countdown(moment, label=""):
    """The big one of the hero; `portal.js` moves it each minute by the server's clock."""
    days, hours, minutes, tone, passed = time_left(moment)
    return {
        "moment": moment, "now": timezone.now(), "label": label or _("距申报截止"),
        "days": days, "hours": f"{hours:02}", "minutes": f"{minutes:02}", "tone": tone, "passed": passed,
    }


@register.inclusion_tag("_timer.html")
def timer(moment, label=""):
    """The small one of the breadcrumb line."""
    days, hours, minutes, tone, passed = time_left(moment)
    return {
        "moment": moment, "now": timezone.now(), "label": label or _("距截止"),
        "days": days, "clock": f"{hours:02}:{minutes:02}", "tone": tone, "passed": passed,
    }


# Text


# Two texts are compared character by character as long as that takes a blink: 2,000 characters against 2,000.
CLOSELY = 4_000_000
SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")


def edits(before, after):
    """[(same, from, to, from, to)] of two texts in order, covering both whole.

    Longer ones are compared sentence by sentence first, and within the sentences that differ by character, so the work
    grows with the length and not with its square. A changed stretch that is still too long stands as one change.
    """
    if len(before) * len(after) <= CLOSELY:
        return [(kind == "equal", *places) for kind, *places in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()]
    found, a, c = [], 0, 0
    old, new = SENTENCE.findall(before), SENTENCE.findall(after)
    for kind, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        left, right = "".join(old[first:last]), "".join(new[start:end])
        if kind == "replace" and len(left) * len(right) <= CLOSELY:
            found += [(same, a + one, a + two, c + three, c + four) for same, one, two, three, four in edits(left, right)]
        else:
            found.append((kind == "equal", a, a + len(left), c, c + len(right)))
        a, c = a + len(left), c + len(right)
    return found


def changes(before, after):
    """(before, after, changed) pieces in order; equal pieces are the same on both sides. An equal crumb of one or two
    characters between two changes joins them: people read phrases, not islands."""
    pieces = []
    for same, group in groupby(edits(before, after), key=lambda edit: edit[0]):
        places = list(group)
        (_same, a, _b, c, _d), (_same, _a, b, _c, d) = places[0], places[-1]
        crumb = same and b - a < 3 and 0 < a and b < len(before) and d < len(after)
        if pieces and (not same or crumb) and pieces[-1][2]:
            pieces[-1] = pieces[-1][0] + before[a:b], pieces[-1][1] + after[c:d], True
        else:
            pieces.append((before[a:b], after[c:d], not same))
    return pieces


@register.simple_tag
def diff(before, after):
    """What changed, character by character."""
    pieces = []
    for old, new, changed in changes(before or "", after or ""):
        pieces += [("del", old), ("ins", new)] if changed else [("", new)]
    drawn = ((format_html("<{}>{}</{}>", mark, text, mark) if mark else text,) for mark, text in pieces if text)
    return format_html('<span class="diff">{}</span>', format_html_join("", "{}", drawn))


@register.filter
def initial(name):
    """The character in a person's round sign."""
    return str(name)[:1].upper()


@register.filter
def size(amount):
    """Bytes as people read them."""
    amount = int(amount or 0)
    if amount < 1024:
        return f"{amount} B"
    if amount < 1024**2:
        return f"{amount / 1024:.0f} KB"
    return f"{amount / 1024**2:.1f} MB" if amount < 1024**3 else f"{amount / 1024**3:.1f} GB"


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """This page's query string with some keys changed; an empty value leaves a key out. `<a href="{% query page=2 %}">`."""
    keys = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            keys.pop(key, None)
        else:
            keys[key] = value
    return f"?{keys.urlencode()}"


@register.filter
def error_list(form):
    """(id of the control, sentence) for each error of a form, for the summary on top of the page."""
    found = [("", error) for error in form.non_field_errors()]
    for field in form:
        target = field.id_for_label or f"{field.auto_id}_0"
        found += [(target, _("%(label)s：%(error)s") % {"label": field.label, "error": error}) for error in field.errors]
    return found
