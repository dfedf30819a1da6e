"""Ranking and places: who stands where, who is ticked, and the two people who settle the list."""

from decimal import Decimal
from statistics import median

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import jobs
from accounts.permissions import require
from accounts.rehearsing import here
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.models import Track
from campaigns.permissions import acted_in, is_of_an_office, leads_an_office, read_in, reads_any_campaign
from campaigns.rules import NotAllowed
from results import actions, reports, rules
from results.forms import LockForm, ReasonForm, TieForm
from results.models import Place, SelectionList
from results.permissions import can_confirm, can_export, can_see_results, can_select
from results.ranking import ACROSS, BELOW, WITHIN

CONFLICTS_SHOWN = 5


def track_or_404(user, pk):
    """A track of a campaign whose results this person reads; of another county's it is as if there were none."""
    require(reads_any_campaign(user))
    return get_object_or_404(here(Track.objects).filter(read_in(user, "campaign__")).select_related("campaign"), pk=pk, campaign__published_at__isnull=False)


def own_track_or_404(user, pk):
    """The same for those who act, whom an auditor is not among."""
    require(is_of_an_office(user))
    return track_or_404(user, pk)


def tell(request, refusal):
    for problem in refusal.problems:
        messages.error(request, str(problem))


@require_GET
def ranking_list(request):
    campaign = campaign_for(request)
    require(can_see_results(request.user, campaign))
    tracks = reports.tracks_with_places(campaign) if campaign else []
    formula, tie_rule = reports.rule_words(campaign, reports.category_names_of(campaign)) if campaign else ("", "")
    context = {
        "campaign": campaign, "tracks": tracks, "formula": formula, "tie_rule": tie_rule,
        "waiting": reports.waiting_for_second_person(campaign) if campaign else [], "may_export": can_export(request.user, campaign),
    }
    return render(request, "results/ranking_list.html", context)


@require_GET
def ranking(request, pk):
    track = track_or_404(request.user, pk)
    return render(request, "results/ranking.html", ranking_context(request, track))


def ranking_context(request, track, lock_form=None, reopen_form=None):
    rows, applications = reports.ranking_of(track)
    selection, names = reports.selection_of(track), reports.category_names_of(track.campaign)
    formula, tie_rule = reports.rule_words(track.campaign, names)
    exceptions = reports.overrides(list(applications))
    shown = table(track, rows, applications, names, exceptions)
    county, only = request.GET.get("county", ""), request.GET.get("only", "")
    counties = {line["county"].code: line["county"] for line in shown if line["county"]}
    filtered = [line for line in shown if reports.is_asked_for(line["application"], county, only)]
    chosen = sum(line["chosen"] for line in shown)
    passing = [row for row in rows if row.passes]
    frozen = reports.last_frozen(selection)
    return {
        "track": track, "campaign": track.campaign, "tracks": reports.tracks_with_places(track.campaign), "selection": selection,
        "frozen": frozen, "formula": formula, "tie_rule": tie_rule, "names": names.items(), "lines": filtered, "total": len(shown),
        "counties": sorted(counties.values(), key=lambda one: one.code), "county": county, "only": only,
        "chosen": chosen, "left": track.quota - chosen, "passing": len(passing),
        "ties": tie_notes(track, rows, applications), "checks": checks(track, rows, applications, shown, exceptions),
        "exceptions": exceptions[:CONFLICTS_SHOWN],
        "problems": rules.lock_problems(track, rows, applications, "-"),
        "is_open": selection.state == SelectionList.State.OPEN,
        "is_locked": selection.state == SelectionList.State.LOCKED,
        "is_confirmed": selection.state == SelectionList.State.CONFIRMED,
        "may_select": can_select(request.user, track.campaign), "may_confirm": can_confirm(request.user, track.campaign),
        "confirm_problems": rules.confirm_problems(track, request.user) if selection.state == SelectionList.State.LOCKED else [],
        "may_reopen": may_reopen(request.user, selection),
        "lock_form": lock_form or LockForm(initial={"unused_reason": selection.unused_reason}), "reopen_form": reopen_form or ReasonForm(),
        "may_export": can_export(request.user, track.campaign), "histogram": histogram(rows),
        "median": median(row.total for row in rows if row.total is not None) if any(row.total is not None for row in rows) else None,
        "heat_map": heat_map(shown, names),
        "with_extra": track.campaign.bonus_enabled or track.campaign.deductions_enabled,
        "fallen": fallen_places(track) if selection.state == SelectionList.State.CONFIRMED else [],
    }


def may_reopen(user, selection):
    """Whoever may lock may take a lock back; a confirmed list only the lead."""
    if selection.state == SelectionList.State.LOCKED:
        return can_select(user, selection.track.campaign)
    return selection.state == SelectionList.State.CONFIRMED and can_confirm(user, selection.track.campaign)


def fallen_places(track):
    """Places still held by a unit whose objection was upheld."""
    return (
        Place.objects.filter(track=track, naming=None, application__notice_entries__fallen_at__isnull=False)
        .select_related("application__organization").distinct()
    )


def table(track, rows, applications, names, exceptions):
    """One dictionary per unit, in the order of the ranking."""
    settled, signed = reports.rectification_states(list(applications)), reports.signatures(list(applications))
    excepted = {row.visit.application_id for row in exceptions}
    scale = track.campaign.scale_to
    lines = []
    for row in rows:
        application = applications[row.key]
        lines.append({
            "row": row, "application": application, "organization": application.organization,
            "county": application.organization.county if application.organization.county_id != application.organization_id else None,
            "chosen": getattr(application, "place", None) is not None,
            "cells": [(name, row.categories[code] * 100 / scale) for code, name in names.items() if code in row.categories],
            "rates": {code: points * 100 / scale for code, points in row.categories.items()},
            "extra": signed_points(row.bonus - row.deductions),
            "settled": settled.get(row.key, (0, 0))[0], "unsettled": settled.get(row.key, (0, 0))[1],
            "signed": signed.get(row.key, (0, 0))[0], "members": signed.get(row.key, (0, 0))[1],
            "signed_off": bool(getattr(application, "visit", None) and application.visit.is_locked), "excepted": row.key in excepted, "is_tie": row.standing == ACROSS,
            "reason": row.bar or reports.shortened(row.missing) or ("" if row.passes else _("低于合格线")),
            "disabled": not row.may_be_chosen or row.standing == ACROSS,
            "cut": False, "pass_cut": False,
        })
    if any(row.standing == BELOW for row in rows):
        inside = [line for line in lines if line["row"].standing in (WITHIN, ACROSS)]
        inside[-1]["cut"] = True
    ranked = [line for line in lines if line["row"].total is not None]
    if any(line["row"].passes for line in ranked) and not ranked[-1]["row"].passes:
        [line for line in ranked if line["row"].passes][-1]["pass_cut"] = True
    return lines


def signed_points(points):
    """+2.00, −1.50, 0.00: with a sign, so that the column reads as what it does to the total."""
    return f"{points:+.2f}".replace("-", "−") if points else "0.00"


def tie_notes(track, rows, applications):
    """Tied groups in words: undecided across the line, or settled by a recorded decision."""
    notes, seen = [], set()
    for row in rows:
        if not row.tied or row.tied in seen or not (row.standing == ACROSS or row.decided):
            continue
        seen.add(row.tied)
        members = [other for other in rows if other.tied == row.tied]
        before = sum(other.may_be_chosen and other.rank < members[0].rank for other in rows)
        notes.append({
            "rank": members[0].rank, "units": [str(applications[other.key].organization) for other in members],
            "total": row.total, "places": max(0, track.quota - before), "decided": row.decided, "tied": row.tied,
        })
    return notes


def checks(track, rows, applications, lines, exceptions):
    """The list of what was looked at before locking: (tone, sentence, detail)."""
    chosen = [line for line in lines if line["chosen"]]
    unscored = [line for line in lines if line["row"].total is None]
    left = track.quota - len(chosen)
    ties = [row for row in rows if row.standing == ACROSS]
    unsigned = [line for line in chosen if not line["signed_off"]]
    unsettled = [line for line in chosen if line["unsettled"]]
    barred = [line for line in lines if line["row"].passes and line["row"].bar]
    found = [
        ("warn", _("还没有选入单位"), "") if not chosen
        else ("bad", _("有 %(n)s 个入选单位的验收记录没有锁定") % {"n": len(unsigned)}, "")
        if unsigned else ("ok", _("入选单位的验收记录都已签字锁定"), ""),
        ("warn", _("有验收员经批准没有回避"), _("共 %(n)s 人次，理由见下") % {"n": len(exceptions)})
        if exceptions else ("ok", _("验收员与所验单位没有任职回避情形"), ""),
        *([("bad", _("入选单位还有整改没有销号"), "") if unsettled else ("ok", _("入选单位的整改任务全部销号"), "")] if chosen else []),
        ("warn", _("还差 %(n)s 个名额") % {"n": left}, _("可以少选，但须填写理由")) if left else ("ok", _("名额用满"), ""),
        ("bad", _("第 %(rank)s 名同分，待处理") % {"rank": ties[0].rank}, "") if ties else ("ok", _("名额线上没有未定的同分"), ""),
    ]
    if unscored:
        found.append(("warn", _("还有 %(n)s 个单位没有评完，不进入排名") % {"n": len(unscored)}, ""))
    if barred:
        names = "、".join(str(line["organization"]) for line in barred)
        found.append(("warn", _("合格但暂不能入选：%(units)s") % {"units": names}, ""))
    return found


def histogram(rows):
    """Five steps up to the top: [(label, count)] from the lowest."""
    totals = [row.total for row in rows if row.total is not None]
    if len(totals) < 2:
        return []
    step = Decimal(5)
    low, high = min(totals) // step * step, max(totals) // step * step
    bins = []
    while low <= high:
        bins.append((f"{low:.0f}–{low + step:.0f}", sum(low <= total < low + step for total in totals)))
        low += step
    return [(label, count, len(totals)) for label, count in bins[-8:]]


def heat_map(lines, names):
    """Mean of each category per county, where units have one: [(county, [rate])]."""
    groups = {}
    for line in lines:
        if line["county"] and line["rates"]:
            groups.setdefault(line["county"], []).append(line["rates"])
    if len(groups) < 2:
        return []
    codes = [code for code in names if all(code in rates for found in groups.values() for rates in found)]
    return [
        (county, [sum(rates[code] for rates in found) / len(found) for code in codes])
        for county, found in sorted(groups.items(), key=lambda group: group[0].code)
    ]


@require_POST
def choose(request, pk):
    """Tick or untick one unit: `chosen` present means tick."""
    require(is_of_an_office(request.user))
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("track__campaign", "campaign", "organization"), pk=pk)
    require(can_select(request.user, application.campaign))
    act = actions.choose if request.POST.get("chosen") else actions.unchoose
    try:
        act(application.track, application, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    return redirect(back_to_ranking(request, application.track))


def back_to_ranking(request, track):
    query = request.META.get("QUERY_STRING", "")
    address = reverse("results:ranking", args=[track.pk])
    return f"{address}?{query}" if query else address


@require_POST
def lock_list(request, pk):
    track = own_track_or_404(request.user, pk)
    require(can_select(request.user, track.campaign))
    form = LockForm(request.POST)
    if form.is_valid():
        try:
            actions.lock_list(track, form.cleaned_data["unused_reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("名单已锁定，等待另一位办领导复核。"))
            return redirect("results:ranking", pk=pk)
    return render(request, "results/ranking.html", ranking_context(request, track, lock_form=form))


@require_POST
def confirm_list(request, pk):
    require(leads_an_office(request.user))
    track = own_track_or_404(request.user, pk)
    require(can_confirm(request.user, track.campaign))
    try:
        actions.confirm_list(track, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("名单已复核，可以生成公示。"))
    return redirect("results:ranking", pk=pk)


@require_POST
def reopen_list(request, pk):
    track = own_track_or_404(request.user, pk)
    require(can_select(request.user, track.campaign))
    require(may_reopen(request.user, reports.selection_of(track)) or reports.selection_of(track).state == SelectionList.State.OPEN)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actions.reopen_list(track, form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("名单已退回，可以重新选择。"))
        return redirect("results:ranking", pk=pk)
    return render(request, "results/ranking.html", ranking_context(request, track, reopen_form=form))


@require_POST
def free_place(request, pk):
    require(leads_an_office(request.user))
    place = get_object_or_404(here(Place.objects).filter(acted_in(request.user, "track__campaign__")).select_related("track__campaign", "application__organization"), pk=pk)
    require(can_confirm(request.user, place.track.campaign))
    try:
        actions.free_place(place, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("名额已收回。需要递补时，写明理由退回名单，选入下一名合格单位，再次锁定、复核并单独公示。"))
    return redirect("results:ranking", pk=place.track_id)


@require_http_methods(["GET", "POST"])
def tie_decision(request, pk):
    """Record what a collective meeting decided on a tied group; the group is named in the address."""
    track = own_track_or_404(request.user, pk)
    require(can_select(request.user, track.campaign))
    rows, applications = reports.ranking_of(track)
    tied = tied_group(request, rows)
    if not tied:
        raise Http404
    now = timezone.now()
    units = [applications[key] for key in tied]
    form = TieForm(request.POST or None, units=units, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.record_tie_decision(track, given["order"], given["text"], given["decided_on"], by=request.user, at=now)
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("集体研究的顺序已记录，排名已更新。"))
            return redirect("results:ranking", pk=pk)
    lines = [row for row in rows if row.key in tied]
    context = {
        "track": track, "campaign": track.campaign, "form": form, "units": [(applications[row.key], row) for row in lines],
        "tie_rule": reports.rule_words(track.campaign, reports.category_names_of(track.campaign))[1],
    }
    return render(request, "results/tie_decision.html", context)


def tied_group(request, rows):
    """The group of `?unit=`, else the first that is undecided across the line, else the first tie."""
    wanted = request.GET.get("unit", "")
    groups = [row.tied for row in rows if row.tied and wanted in ("", str(row.key))]
    across = [row.tied for row in rows if row.standing == ACROSS and wanted in ("", str(row.key))]
    return next(iter(across or groups), ())


@require_POST
def workbook(request):
    campaign = campaign_for(request)
    require(can_export(request.user, campaign))
    if campaign is None:
        raise Http404
    title = _("%(title)s结果") % {"title": campaign.title}
    job = jobs.start("results.workbook", title, by=request.user, at=timezone.now(), campaign=campaign.pk)
    return redirect(job)
