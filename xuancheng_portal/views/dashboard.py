"""The office's dashboard: the campaign as drawings, each with its table, and the lists behind the numbers."""

from decimal import Decimal, InvalidOperation

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.templatetags.portal import heat_step, points
from applications.models import Application, Evidence, latest_checks
from campaigns.current import campaign_for
from campaigns.permissions import reads_all_of
from xuancheng_portal import drawings, facts, figures

PER_PAGE = 50
STAGES = dict(zip(
    figures.STAGES,
    [gettext_lazy("应报"), gettext_lazy("已开始"), gettext_lazy("已报送"), gettext_lazy("已受理"), gettext_lazy("已验收"), gettext_lazy("入围")],
    strict=True,
))
STATUSES = {"none": gettext_lazy("未开始"), **dict(Application.Status.choices)}
# The keys of a drawing and the value in the database.
HEALTHS = {"ok": "ok", "broken": "broken", "away": "away", "unknown": ""}
WORK = {"done": True, "open": False}


def found_for(request):
    campaign = campaign_for(request)
    require(reads_all_of(request.user, campaign))
    return campaign, facts.facts_of(campaign) if campaign else None


@require_GET
def dashboard(request):
    campaign, found = found_for(request)
    if campaign is None:
        return render(request, "xuancheng_portal/dashboard.html", {"campaign": None})
    chosen = next((track for track in found.tracks if track.key == request.GET.get("track")), None)
    units = figures.matching(found.units, track=chosen and chosen.pk)
    common = {"track": chosen.key} if chosen else {}
    pass_rate = campaign.pass_mark * 100 / campaign.scale_to
    return render(request, "xuancheng_portal/dashboard.html", {
        "campaign": campaign, "now": timezone.now(), "tracks": found.tracks, "chosen": chosen, "is_open": "data" in request.GET, "pass_rate": pass_rate,
        "funnel": funnel(found, units, common), "statuses": statuses(found, units, common), "heat": heat(found, units, common, pass_rate),
        "radars": radars(found, units, common, pass_rate), "distributions": [distribution(track, units) for track in ([chosen] if chosen else found.tracks)],
        "work": work(found, units, common), "links": links(campaign, found, chosen, common),
    })


def units_address(**filters):
    return f"{reverse('dashboard_units')}?{urlencode(filters)}"


def parts_of(row, columns, address):
    return [
        drawings.Part(row.counts[key], key, _("%(place)s · %(words)s：%(n)s") % {"place": row.place.name, "words": words, "n": row.counts[key]}, address(row.place, key))
        for key, words in columns.items()
    ]


def counted(rows, columns, address):
    """What a drawing and its table show of these lines: [(name, parts)], and the parts of the sum."""
    total = figures.Line(figures.Place("", _("合计")), figures.sums(rows))
    return {
        "columns": columns.items(), "rows": [(row.place.name, parts_of(row, columns, address)) for row in rows],
        "total": parts_of(total, columns, address) if rows else [],
    }


def at_place(place, **filters):
    return {key: value for key, value in {"place": place.key, **filters}.items() if value != ""}


def funnel(found, units, common):
    shown = counted(figures.by_stage(found.places, units), STAGES, lambda place, stage: units_address(**at_place(place, stage=stage), **common))
    return shown | {"drawing": drawings.funnel(STAGES.values(), [*shown["rows"], (_("合计"), shown["total"])] if shown["rows"] else [])}


def statuses(found, units, common):
    present = {key: words for key, words in STATUSES.items() if any(unit.status == key for unit in units)}
    shown = counted(figures.by_status(found.places, units, present), present, lambda place, status: units_address(**at_place(place, status=status), **common))
    return shown | {"drawing": drawings.stacks(shown["rows"])}


def heat(found, units, common, pass_rate):
    """None while nothing is scored."""
    rows = figures.heat(found.places, [item.code for item in found.items], units)
    if not rows:
        return None
    shown = [
        (place.name, [cell(place, item, mean, pass_rate, common) for item, mean in zip(found.items, means, strict=True)]) for place, means in rows
    ]
    groups = [(name, [item.code for item in found.items if item.category.code == code]) for code, name in found.categories]
    table = [(item, [(name, cells[number], rows[place][1][number]) for place, (name, cells) in enumerate(shown)]) for number, item in enumerate(found.items)]
    return {"drawing": drawings.heat(groups, shown), "names": [name for name, _cells in shown], "table": table}


def cell(place, item, mean, pass_rate, common):
    if mean is None:
        return drawings.Cell("–", 0)
    words = {"place": place.name, "item": item, "rate": points(mean.value, 0), "n": mean.count}
    return drawings.Cell(
        points(mean.value, 0), heat_step(mean.value, pass_rate), _("%(place)s · %(item)s：平均得分率 %(rate)s%%，%(n)s 个单位") % words,
        units_address(place=place.key, item=item.code, **common),
    )


def radars(found, units, common, pass_rate):
    """A radar for each place against the median of all units; None while nothing is scored, only the table where two axes make no area."""
    codes = [code for code, _name in found.categories]
    rows, middle = figures.profiles(found.places, codes, units)
    if not rows:
        return None
    shown = []
    for place, means in rows:
        own = [mean.value if mean else None for mean in means]
        labels = [f"{code} · {points(value, 0)}" for code, value in zip(codes, own, strict=True)]
        shown.append({
            "name": place.name, "means": means, "count": len(figures.matching(units, place=place.key, scored=True)), "address": units_address(place=place.key, scored=1, **common),
            "drawing": drawings.radar(labels, own, middle, float(pass_rate)) if len(codes) > 2 else None,
        })
    table = [(code, name, [row["means"][number] for row in shown], middle[number]) for number, (code, name) in enumerate(found.categories)]
    return {"rows": shown, "table": table, "categories": found.categories}


def distribution(track, units):
    of_track = figures.matching(units, track=track.pk)
    spread = figures.distribution(of_track)
    columns = [
        drawings.Column(
            float(band.low), float(band.high), band.count,
            _("%(track)s · %(low)s—%(high)s 分：%(n)s 个单位") % {"track": track, "low": f"{band.low:.0f}", "high": f"{band.high:.0f}", "n": band.count},
            units_address(track=track.key, low=band.low, high=band.high),
        )
        for band in spread.bands
    ]
    line_words = _("名额线 %(points)s（%(quota)s 个）") % {"points": points(spread.line, 2), "quota": track.quota}
    return {
        "track": track, "spread": spread, "bands": columns, "unranked_address": units_address(track=track.key, unranked=1),
        "drawing": drawings.histogram(columns, float(track.campaign.pass_mark), _("合格线 %(points)s") % {"points": points(track.campaign.pass_mark, 0)}, spread.line and float(spread.line), line_words),
    }


def work(found, units, common):
    """Reviewers and inspectors, each with what is done and what is still open."""
    kinds = [
        ("reviewers", "reviewer", found.reviewers, _("材料审核"), {"done": _("已评完"), "open": _("正在评")}),
        ("inspectors", "inspector", found.inspectors, _("现场验收"), {"done": _("已锁定"), "open": _("待验收或未锁定")}),
    ]
    return [of_kind(*kind, units, common) for kind in kinds]


def of_kind(kind, key, people, title, columns, units, common):
    rows = []
    for load in figures.loads(people, units, kind):
        if load.whole:
            parts = [
                drawings.Part(count, of, f"{load.person.name} · {columns[of]}：{count}", units_address(**{key: load.person.key, "work": of, **common}))
                for of, count in (("done", load.done), ("open", load.open))
            ]
            rows.append((load.person, parts))
    return {
        "kind": kind, "title": title, "columns": columns.items(), "rows": rows,
        "drawing": drawings.stacks([(person.name, parts) for person, parts in rows], width=300),
    }


def links(campaign, found, chosen, common):
    counts = facts.link_counts(campaign, chosen)
    names = dict(Evidence.Health.choices)
    columns = {key: names[value] for key, value in HEALTHS.items()}
    rows = [
        figures.Line(place, numbers) for place in found.places
        if any((numbers := {key: counts.get((place.key, value), 0) for key, value in HEALTHS.items()}).values())
    ]
    shown = counted(rows, columns, lambda place, health: f"{reverse('dashboard_links')}?{urlencode(at_place(place, health=health) | common)}")
    return shown | {"drawing": drawings.stacks(shown["rows"])}


# The lists behind the numbers


@require_GET
def dashboard_units(request):
    campaign, found = found_for(request)
    if campaign is None:
        return render(request, "xuancheng_portal/dashboard_units.html", {"campaign": None})
    asked, words = filters_of(request.GET, found)
    paginator = Paginator(figures.matching(found.units, **asked), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    names = {place.key: place.name for place in found.places}
    tracks = {track.pk: track for track in found.tracks}
    applications = Application.objects.visible_to(request.user).in_bulk([unit.application for unit in page if unit.application])
    item = next((item for item in found.items if item.code == asked["item"]), None)
    return render(request, "xuancheng_portal/dashboard_units.html", {
        "campaign": campaign, "page": page, "pages": paginator.get_elided_page_range(page.number), "total": paginator.count, "words": words, "item": item,
        "rows": [
            {"unit": unit, "application": applications.get(unit.application), "place": names.get(unit.place, "–"), "track": tracks[unit.track], "rate": item and float(unit.rates[item.code])}
            for unit in page
        ],
    })


def filters_of(asked, found):
    """(what `matching` is to be asked, the same in words). What cannot be read filters nothing."""
    people = {("reviewer", person.key): person for person in found.reviewers} | {("inspector", person.key): person for person in found.inspectors}
    place = next((one for one in found.places if one.key == asked.get("place")), None)
    track = next((one for one in found.tracks if one.key == asked.get("track")), None)
    item = next((one for one in found.items if one.code == asked.get("item")), None)
    stage, status = (key if (key := asked.get(name)) in names else "" for name, names in (("stage", STAGES), ("status", STATUSES)))
    low, high = number(asked.get("low")), number(asked.get("high"))
    reviewer, inspector = (people.get((kind, int(key))) if (key := asked.get(kind, "")).isdecimal() else None for kind in ("reviewer", "inspector"))
    done, unranked, scored = WORK.get(asked.get("work")), bool(asked.get("unranked")), bool(asked.get("scored"))
    words = [str(one) for one in (place and place.name, track, stage and STAGES[stage], status and STATUSES[status], item) if one]
    if low is not None and high is not None:
        words.append(_("总分 %(low)s（含）至 %(high)s（不含）") % {"low": points(low, 0), "high": points(high, 0)})
    if unranked:
        words.append(_("已报送、还没有总分"))
    if scored:
        words.append(_("已有评分"))
    for person, of_done, of_open in ((reviewer, _("已评完"), _("正在评")), (inspector, _("已锁定"), _("待验收或未锁定"))):
        if person:
            words.append(f"{person.name}{'' if done is None else ' · ' + (of_done if done else of_open)}")
    return {
        "place": place.key if place else "", "track": track and track.pk, "stage": stage, "status": status, "item": item.code if item else "", "low": low, "high": high,
        "unranked": unranked, "scored": scored, "reviewer": reviewer and reviewer.key, "inspector": inspector and inspector.key, "done": done,
    }, words


def number(text):
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


@require_GET
def dashboard_links(request):
    campaign, asked = campaign_for(request), request.GET
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        return render(request, "xuancheng_portal/dashboard_links.html", {"campaign": None})
    places = {place.key: place for place in facts.places_of(campaign)}
    names, words = dict(Evidence.Health.choices), []
    links = facts.links_of(campaign)
    if place := places.get(asked.get("place")):
        links, words = links.filter(**facts.links_at(place.key)), [place.name]
    if track := campaign.tracks.filter(key=asked.get("track", "")).first():
        links, words = links.filter(response__application__track=track), [*words, str(track)]
    if asked.get("health") in HEALTHS:
        health = HEALTHS[asked["health"]]
        links, words = links.filter(health=health), [*words, str(names[health])]
    links = links.select_related("response__application__organization__county", "response__item").prefetch_related(latest_checks())
    paginator = Paginator(links.order_by("response__application__organization__code", "response__item__category__order", "response__item__order", "pk"), PER_PAGE)
    page = paginator.get_page(asked.get("page"))
    return render(request, "xuancheng_portal/dashboard_links.html", {
        "campaign": campaign, "page": page, "pages": paginator.get_elided_page_range(page.number), "total": paginator.count, "words": words,
    })
