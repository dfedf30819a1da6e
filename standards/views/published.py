"""建设标准: what is measured, in the notice's own words, for everybody."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.current import campaign_for
from standards.models import Item


@dataclass
class Group:
    """A category with those of its items that the page shows."""

    category: object
    items: list
    points: list


def shown_items(standard, track, words):
    items = Item.objects.filter(category__standard=standard).select_related("category")
    items = items.prefetch_related("points__track", "checkpoints__tracks").order_by("category__order", "order")
    return [
        item
        for item in items
        if (track is None or any(row.track_id == track.pk for row in item.points.all()))
        and (not words or words in f"{item.code} {item.title} {item.text}" or any(words in checkpoint.text for checkpoint in item.checkpoints.all()))
    ]


def grouped(items, track):
    """Items by category, each with its points as (track, points), sums beside the category."""
    groups = {}
    for item in items:
        item.shown_points = sorted(
            (row for row in item.points.all() if track is None or row.track_id == track.pk), key=lambda row: row.track.order
        )
        applies = {row.track_id for row in item.points.all()}
        item.shown_checkpoints = []
        for checkpoint in sorted(item.checkpoints.all(), key=lambda checkpoint: checkpoint.order):
            tracks = sorted(checkpoint.tracks.all(), key=lambda row: row.order)
            if track is None or track in tracks:
                checkpoint.only = tracks if {row.pk for row in tracks} != applies else []
                item.shown_checkpoints.append(checkpoint)
        groups.setdefault(item.category_id, Group(item.category, [], [])).items.append(item)
    for group in groups.values():
        sums = {}
        for item in group.items:
            for row in item.shown_points:
                sums[row.track] = sums.get(row.track, 0) + row.points
        group.points = sorted(sums.items(), key=lambda pair: pair[0].order)
    return list(groups.values())


@login_not_required
@require_safe
def standard(request):
    """The version in force, or an older one that the address names. Filter and search stand in the address too."""
    campaign = campaign_for(request)
    versions = list(campaign.standards.published().newest_first()) if campaign else []
    if not versions:
        return render(request, "standards/standard.html", {"standard": None})
    standard = next((version for version in versions if str(version.number) == request.GET.get("version")), versions[0])
    tracks = list(campaign.tracks.all())
    track = next((row for row in tracks if row.key == request.GET.get("track")), None)
    words = request.GET.get("q", "").strip()[:40]
    groups = grouped(shown_items(standard, track, words), track)
    context = {
        "standard": standard, "in_force": versions[0], "versions": versions, "tracks": tracks, "track": track, "words": words, "groups": groups,
        "count": sum(len(group.items) for group in groups),
        "evidence_names": campaign.legend.get("evidence_kinds", {}), "method_names": campaign.legend.get("inspection_methods", {}),
        "annex": campaign.document.get("campaign", {}).get("annex", {}),
    }
    return render(request, "standards/standard.html", context)
