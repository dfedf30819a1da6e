"""How a track's scores can be defended, what would be if, and every list as it was frozen. Nothing here changes anything."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import digest
from results import defence as reasons
from results import reports
from results.forms import WhatIfForm
from results.models import FrozenRanking
from results.views.ranking import track_or_404


@require_safe
def defence(request, pk):
    track = track_or_404(request.user, pk)
    rows, applications = reports.ranking_of(track)
    return render(request, "results/defence.html", {
        "track": track, "campaign": track.campaign, "agreement": reasons.agreement_of(applications),
        "severity": reasons.severity_of(track, applications, rows), "stability": reasons.stability_of(track, applications, rows),
    })


@require_safe
def what_if(request, pk):
    track = track_or_404(request.user, pk)
    _rows, applications = reports.ranking_of(track)
    form = WhatIfForm(request.GET or None, campaign=track.campaign, scorers=reasons.scorers_of(applications), initial={
        "desk_weight": reports.plain(track.campaign.desk_weight), "pass_mark": reports.plain(track.campaign.pass_mark),
    })
    lines = reasons.what_if(track, **form.supposed) if form.is_bound and form.is_valid() else None
    changed = [line for line in lines or [] if line["was_in"] != line["is_in"]]
    if lines is None:
        sentence = ""
    elif not changed:
        sentence = _("按这样的假设，名额内的单位不变。")
    else:
        sentence = _("按这样的假设，名额内外会变化的单位：%(units)s。") % {"units": "、".join(str(line["organization"]) for line in changed)}
    return render(request, "results/what_if.html", {
        "track": track, "campaign": track.campaign, "form": form, "lines": lines, "sentence": sentence, "supposed": form.supposed,
    })


@require_safe
def frozen_list(request, pk, number):
    """The list as it was locked that time, readable for ever, with its check sum recomputed."""
    track = track_or_404(request.user, pk)
    people = ("locked_by", "confirmed_by", "reopened_by")
    locks = list(FrozenRanking.objects.filter(selection__track=track).select_related(*people).order_by("number"))
    found = next((one for one in locks if one.number == number), None)
    if found is None:
        raise Http404
    before = next((one for one in locks if one.number == number - 1), None)
    return render(request, "results/frozen_list.html", {
        "track": track, "campaign": track.campaign, "frozen": found, "locks": locks, "names": reports.category_names_of(track.campaign),
        "is_intact": found.sha256 == digest({"rows": found.rows, "rule": found.rule, "chosen": found.chosen}),
        "lines": [(row, row["application"] in found.chosen, change_since(before, row, found)) for row in found.rows], "before": before,
    })


def change_since(before, row, found):
    """What became of a unit since the list was locked the time before, in words."""
    if before is None:
        return ""
    old = next((one for one in before.rows if one["application"] == row["application"]), None)
    was, now = row["application"] in before.chosen, row["application"] in found.chosen
    words = []
    if was != now:
        words.append(_("新入选") if now else _("不再入选"))
    if old is None:
        words.append(_("新进入排名"))
    elif old["total"] != row["total"]:
        words.append(_("总分原为 %(total)s") % {"total": old["total"] or "–"})
    elif old["rank"] != row["rank"]:
        words.append(_("名次原为 %(rank)s") % {"rank": old["rank"] or "–"})
    return "，".join(words)
