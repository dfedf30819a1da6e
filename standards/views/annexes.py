"""The annex: upload, see what was understood, correct it, and make it a draft."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import digest
from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from standards import actions, rules
from standards import annex as reading
from standards.contents import items_of, present_standard
from standards.difference import Names, standard_differences
from standards.forms import AnnexFileForm, AnnexForm
from standards.models import Annex
from standards.permissions import can_prepare, can_read_versions, may_come_in


def asked_campaign(request):
    """The campaign in preparation that the address names (`?preparing=7`), else the one everybody sees."""
    if "preparing" not in request.GET:
        return campaign_for(request)
    require(may_come_in(request.user, to_write=True))
    pk = request.GET["preparing"]
    return get_object_or_404(Campaign.objects.prepared_by(request.user).drafts(), pk=int(pk) if pk.isdecimal() else 0)


def take_annex(request):
    """The upload has a page of its own, where a refusal stays in sight."""
    campaign = asked_campaign(request)
    require(can_prepare(request.user, campaign))
    if campaign is None:
        raise Http404
    form = AnnexFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows, spans, not_read = reading.read(file.name, file.read())
        except reading.Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            found = actions.take_annex(campaign, file.name, rows, spans, by=request.user, at=timezone.now())
            if not_read:
                messages.warning(request, not_read + _("要读别的，请在表格里切换到那张工作表，保存后再上传。"))
            return redirect("standards:annex", found.pk)
    return render(request, "standards/take_annex.html", {"form": form, "campaign": campaign, "draft": rules.changed_in_place(campaign)}, status=422 if request.method == "POST" else 200)


def role_names(tracks):
    points = [(f"points:{track.key}", _("分值：%(track)s") % {"track": track.name}) for track in tracks]
    return [
        ("", _("不用")), ("code", _("序号或编号")), ("category", _("一级指标（类别）")), ("item", _("二级指标（指标内容）")), ("criterion", _("评分标准")),
        ("points", _("分值：各申报类别相同")), *points, ("basis", _("扣分依据、评分办法")), ("note", _("备注")),
    ]


@dataclass
class Understood:
    """An annex as it is understood now: guesses, with what a person corrected on top."""

    grid: object
    layout: object
    read: object
    matches: list
    chosen: list
    initial: dict
    form: object


def understand(annex, tracks, items, data=None):
    """`data` is what was posted. Columns decide which lines there are, so matches count only as long as the columns stay."""
    grid = reading.Grid(annex.rows, annex.spans)
    names = {track.key: track.name for track in tracks}
    kept = annex.choices
    layout = reading.recognise(grid, names)
    heading = kept.get("heading")
    if heading is not None:
        layout = reading.heading_at(grid, heading - 1, names) if 0 < heading <= len(grid.rows) else reading.Layout(-1, -1, {}, {})
    roles = role_names(tracks)
    known = {role for role, _name in roles}
    columns = {str(column): role for column, role in layout.columns.items()} | {column: role for column, role in kept.get("columns", {}).items() if role in known}
    layout.columns = {column: columns.get(str(column), "") for column in range(grid.width)}
    read = reading.entries_of(grid, layout)
    matches = reading.matches(read.entries, items)
    decided = kept.get("matches", {})
    chosen = []
    for entry, match in zip(read.entries, matches, strict=True):
        choice = decided.get(str(entry.row), match.code or "new")
        chosen.append(choice if choice in items or choice in ("new", "skip") else "new")
    initial = {f"column-{column}": role for column, role in layout.columns.items()} | {f"match-{n}": choice for n, choice in enumerate(chosen)}
    initial |= {"heading": layout.first + 1, "criteria": kept.get("criteria", "notes"), "texts": kept.get("texts", False), "drop": kept.get("drop", False)}
    labels = [(column, layout.labels.get(column) or _("第 %(n)s 列") % {"n": column + 1}) for column in range(grid.width)]
    form = AnnexForm(data, columns=labels, entries=read.entries, roles=roles, items=items, initial=initial)
    return Understood(grid, layout, read, matches, chosen, initial, form)


def choices_of(form, before, understood):
    """What to remember: only what differs from the guess would change with the guess, so all of it."""
    told = form.cleaned_data
    heading = told["heading"] if told["heading"] is not None else understood.initial["heading"]
    if heading != understood.initial["heading"]:
        return {"heading": heading, "criteria": told["criteria"], "texts": told["texts"], "drop": told["drop"]}
    columns = {str(column): told[f"column-{column}"] for column in understood.layout.columns}
    matches = {str(entry.row): told[f"match-{n}"] or "skip" for n, entry in enumerate(understood.read.entries) if f"match-{n}" in form.data}
    found = {"columns": columns, "matches": before.get("matches", {}) | matches, "criteria": told["criteria"], "texts": told["texts"], "drop": told["drop"]}
    return found | ({"heading": before["heading"]} if "heading" in before else {})


def annex(request, pk):
    to_write = request.method == "POST"
    require(may_come_in(request.user, to_write=to_write))
    mine = Annex.objects.filter(campaign__in=Campaign.objects.prepared_by(request.user))
    found = get_object_or_404(mine.select_related("campaign", "uploaded_by", "applied_as"), pk=pk)
    campaign = found.campaign
    require((can_prepare if to_write else can_read_versions)(request.user, campaign))
    tracks = list(campaign.tracks.all())
    present = campaign.standards.in_force()
    before = present_standard(present)[1] if present else []
    items = items_of(before)
    understood, problems = understand(found, tracks, items, request.POST or None), []
    if request.method == "POST" and understood.form.is_valid():
        try:
            found = actions.correct_annex(found, choices_of(understood.form, found.choices, understood), by=request.user, at=timezone.now())
            if request.POST.get("action") == "apply":
                result = wanted(understand(found, tracks, items), before, tracks, found.choices)
                if request.POST.get("seen") != digest(result):
                    messages.warning(request, _("还没有写入：按你改的内容重新读取了，结果与你刚才看到的不同。请核对下面的内容，再写入。"))
                    return redirect("standards:annex", found.pk)
                draft = actions.apply_annex(found, *result, by=request.user, at=timezone.now())
                messages.success(request, applied_words(draft, result[1]))
                return redirect("standards:draft", draft.pk)
        except NotAllowed as refusal:
            problems = refusal.problems
            understood = understand(found, tracks, items)
        else:
            return redirect("standards:annex", found.pk)
    after, left = result = wanted(understood, before, tracks, found.choices)
    return render(request, "standards/annex.html", {
        "campaign": campaign, "annex": found, "form": understood.form, "problems": problems, "tracks": tracks, "present": present, "can_prepare": can_prepare(request.user, campaign),
        "columns": [(understood.form[f"column-{column}"], [understood.grid.at(row, column) for row in sample_rows(understood)]) for column in sorted(understood.layout.columns)],
        "lines": [
            {"entry": entry, "match": match, "field": understood.form[f"match-{n}"], "points": line_points(entry, tracks), "choice": understood.chosen[n]}
            for n, (entry, match) in enumerate(zip(understood.read.entries, understood.matches, strict=True))
        ],
        "read_sums": [(label_of(key, tracks), value) for key, value in understood.read.sums.items()], "as_percent": understood.read.as_percent, "remarks": understood.read.remarks,
        "missing": [item for code, item in items.items() if code not in understood.chosen],
        "left": left, "stays_official": rules.stays_official(campaign, left), "seen": digest(result), "differences": standard_differences(before, after, Names.of(campaign)),
        "sums": [(track, old, new) for (track, old), (_track, new) in zip(rules.points_sums(before, tracks), rules.points_sums(after, tracks), strict=True)],
        "in_the_way": rules.annex_problems(campaign), "draft": rules.changed_in_place(campaign),
    }, status=422 if request.method == "POST" else 200)


def applied_words(draft, left):
    if draft.official_points:
        return _("已按细则建立草稿，分值标为官方。核对后启用。") if draft.is_draft else _("已按细则写入准备中的建设标准，分值标为官方。请核对。")
    words = _("已按细则建立草稿。细则没有给出 %(n)s 项的分值，仍标“非官方”。请核对。") if draft.is_draft else _("已按细则写入准备中的建设标准。细则没有给出 %(n)s 项的分值，仍标“非官方”。请核对。")
    return words % {"n": len(left)}


def wanted(understood, before, tracks, choices):
    """(the categories as the annex would have them, the items whose points it does not give)."""
    return reading.applied(
        understood.read.entries, understood.chosen, before, [track.key for track in tracks],
        criteria=choices.get("criteria", "notes"), texts=choices.get("texts", False), drop=choices.get("drop", False),
    )


def sample_rows(understood):
    first = understood.layout.last + 1
    return range(first, min(first + 2, len(understood.grid.rows)))


def label_of(key, tracks):
    return next((track.name for track in tracks if track.key == key), _("各申报类别"))


def line_points(entry, tracks):
    order = ["", *(track.key for track in tracks)]
    return [(label_of(key, tracks) if key else "", entry.points[key]) for key in order if key in entry.points and entry.points[key] != Decimal(0)]
