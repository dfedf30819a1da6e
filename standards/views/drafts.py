"""A draft: the list with its points, one item at a time, what it changes, and its beginning and end."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from standards import actions, rules
from standards.actions.drafting import item_base, last_written
from standards.contents import present_item, present_standard
from standards.difference import Names, item_difference, standard_differences
from standards.forms import CheckpointFormSet, FactsForm, GridForm, ItemForm, StartDraftForm
from standards.models import Item, Standard
from standards.permissions import can_prepare, can_publish, can_read_versions, may_come_in


def find_draft(request, pk):
    """Whoever reads may look; only who prepares may send anything."""
    to_write = request.method == "POST"
    require(may_come_in(request.user, to_write=to_write))
    mine = Standard.objects.filter(campaign__in=Campaign.objects.prepared_by(request.user))
    found = get_object_or_404(mine.select_related("campaign", "based_on", "created_by"), pk=pk)
    require((can_prepare if to_write else can_read_versions)(request.user, found.campaign))
    return found


def say(request, refusal):
    for problem in refusal.problems:
        messages.error(request, str(problem))


@require_POST
def start_draft(request):
    campaign = campaign_for(request)
    require(can_prepare(request.user, campaign))
    if campaign is None:
        raise Http404
    form = StartDraftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("修订说明不能超过 500 字，请缩短。"))
        return redirect("standard_versions")
    try:
        draft = actions.start_draft(campaign, form.cleaned_data["note"], by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
        return redirect("standard_versions")
    messages.success(request, _("已建立草稿，内容与现行版相同。改好后再启用。"))
    return redirect("standards:draft", draft.pk)


def categories_of(draft):
    categories = list(draft.categories.order_by("order").prefetch_related("items__points", "items__checkpoints"))
    for category in categories:
        category.shown_items = sorted(category.items.all(), key=lambda item: item.order)
    return categories


def typed_sums(form, tracks):
    """[(track, 0, sum, how far off)] of what stands in the form now, typed or stored. What is no number counts nothing."""
    found = []
    for track in tracks:
        total = Decimal(0)
        for name in form.fields:
            if name.startswith("points-") and name.endswith(f"-{track.key}"):
                total += amount(form[name].value())
        found.append((track, 0, total, rules.sum_sentence(total, track.total_points)))
    return found


def amount(value):
    try:
        found = Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() and abs(found) < 10000 else Decimal(0)


def draft(request, pk):
    """Every category and item with its points in each track. Whatever button was pressed, what was typed is saved first, or nothing happens."""
    found = find_draft(request, pk)
    if not found.is_editable:
        messages.info(request, _("%(standard)s已经启用。") % {"standard": found})
        return redirect("standard_versions")
    tracks, categories = list(found.campaign.tracks.all()), categories_of(found)
    form, problems, status = GridForm(request.POST or None, categories=categories, tracks=tracks), [], 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    going = act_on_draft(request, found, form, timezone.now())
            except NotAllowed as refusal:
                problems = refusal.problems
            except actions.Overtaken:
                status, categories, had_lost = 409, categories_of(found), form.has_lost
                form = form.caught_up(categories, last_written(found))
                problems = [_("你打开这一页以后，有人改过你也改了的地方，还没有保存。你填的还在，旁边写着现在保存的是什么、谁改的；核对后再保存一次，就以你填的为准，其他地方不动。")]
                if had_lost:
                    problems.append(_("你改过分值的指标，有的已被别人删除，不再列出。"))
            else:
                return going
    return render(request, "standards/draft.html", {
        "campaign": found.campaign, "draft": found, "form": form, "groups": form.laid_out(), "tracks": tracks, "sums": typed_sums(form, tracks), "problems": problems,
        "facts_form": FactsForm(initial={"note": found.note, "official_points": found.official_points, "points_note": found.points_note}),
        "counts": (sum(len(category.shown_items) for category in categories), sum(len(item.checkpoints.all()) for category in categories for item in category.shown_items)),
        "lacking": rules.lacking(found), "can_prepare": can_prepare(request.user, found.campaign),
        "can_publish": found.is_draft and can_publish(request.user, found.campaign),
    }, status=status)


def act_on_draft(request, found, form, at):
    """Saves the grid, then does what the button says: `add-category`, `add-item-7`, `up-item-9`, `down-category-2`, `remove-category-2`."""
    by, wish = request.user, request.POST.get("action", "save")
    if form.has_lost:
        raise actions.Overtaken
    actions.save_points(found, form.points, names=form.names, by=by, at=at)
    verb, _dash, which = wish.partition("-")
    kind, _dash, key = which.partition("-")
    categories = {str(category.pk): category for category in form.categories}
    items = {str(item.pk): item for category in form.categories for item in category.shown_items}
    row = {"category": categories, "item": items}.get(kind, {}).get(key)
    if wish == "add-category":
        actions.add_category(found, code=form.cleaned_data["new_category_code"], name=form.cleaned_data["new_category_name"], by=by, at=at)
    elif verb == "add" and key in categories:
        item = actions.add_item(categories[key], code=form.cleaned_data[f"new-{key}-code"], title=form.cleaned_data[f"new-{key}-title"], by=by, at=at)
        messages.success(request, _("已添加 %(item)s，请填写原文、检查点和分值。") % {"item": item})
        return redirect("standards:draft_item", found.pk, item.code)
    elif verb in ("up", "down") and row:
        row.refresh_from_db()
        actions.move(row, verb == "up", by=by, at=at)
        return redirect(f"{reverse('standards:draft', args=[found.pk])}#{kind}-{key}")
    elif verb == "remove" and kind == "category" and row:
        row.refresh_from_db()
        actions.remove(row, by=by, at=at)
    messages.success(request, _("已保存。"))
    return redirect("standards:draft", found.pk)


@require_POST
def draft_facts(request, pk):
    found = find_draft(request, pk)
    form = FactsForm(request.POST)
    if not form.is_valid():
        return render(request, "standards/draft_facts.html", {"draft": found, "form": form}, status=422)
    try:
        actions.save_facts(found, **form.cleaned_data, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("已保存。"))
    return redirect("standards:draft", found.pk)


@require_POST
def discard_draft(request, pk):
    found = find_draft(request, pk)
    try:
        actions.discard_draft(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("草稿已删除，现行版没有变化。"))
    return redirect("standard_versions")


# One item


def draft_item(request, pk, code):
    found = find_draft(request, pk)
    item = get_object_or_404(
        Item.objects.filter(category__standard=found).select_related("category__standard").prefetch_related("points__track", "checkpoints__tracks").order_by("pk"), code=code,
    ) if found.is_editable else None
    if item is None:
        return redirect("standards:draft", found.pk)
    tracks = list(found.campaign.tracks.all())
    rows = present_item(item)["checkpoints"]
    form = ItemForm(request.POST or None, item=item, tracks=tracks, legend=found.campaign.legend)
    checkpoints = CheckpointFormSet(
        request.POST or None, prefix="checkpoints", form_kwargs={"tracks": tracks}, initial=[row | {"details": "\n".join(row["details"])} for row in rows],
    )
    problems, status, stored = [], 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid() and checkpoints.is_valid():
            wanted = form.wanted(moved([row.wanted for row in checkpoints if not row.is_blank], request.POST.get("action", "")))
            try:
                item = actions.save_item(
                    found, code, wanted, base=request.POST.get("base"), category=form.cleaned_data["category"], by=request.user, at=timezone.now(),
                )
            except NotAllowed as refusal:
                problems = refusal.problems
            except actions.Overtaken:
                status, stored = 409, item_difference(present_item(item), wanted, Names.of(found.campaign))
            else:
                messages.success(request, _("已保存。"))
                return redirect(after_item(request, found, item))
    categories = categories_of(found)
    order = [other for category in categories for other in category.shown_items]
    place = next(n for n, other in enumerate(order) if other.pk == item.pk)
    return render(request, "standards/draft_item.html", {
        "campaign": found.campaign, "draft": found, "item": item, "form": form, "checkpoints": checkpoints, "problems": problems, "stored": stored, "base": item_base(item),
        "categories": categories, "place": place + 1, "total": len(order), "previous": order[place - 1] if place else None,
        "next": order[place + 1] if place + 1 < len(order) else None, "sums": item_sums(form, item, order, tracks),
        "can_prepare": can_prepare(request.user, found.campaign), "change": change_of(found, item),
    }, status=status)


def moved(rows, wish):
    """The checkpoints with one of them a place higher or lower: `up-1`, `down-0`."""
    verb, _dash, place = wish.partition("-")
    if verb in ("up", "down") and place.isdecimal():
        here = int(place)
        there = here - 1 if verb == "up" else here + 1
        if 0 <= there < len(rows) and here < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
    return rows


def after_item(request, found, item):
    wish = request.POST.get("action")
    order = list(Item.objects.filter(category__standard=found).order_by("category__order", "order").values_list("code", flat=True))
    place = order.index(item.code)
    if wish == "next" and place + 1 < len(order):
        return reverse("standards:draft_item", args=[found.pk, order[place + 1]])
    if wish in ("next", "list"):
        return reverse("standards:draft", args=[found.pk])
    return reverse("standards:draft_item", args=[found.pk, item.code])


def item_sums(form, item, order, tracks):
    """[(track, sum of the other items, sum with what is typed, how far off)]."""
    found = []
    for track in tracks:
        others = sum((row.points for other in order if other.pk != item.pk for row in other.points.all() if row.track_id == track.pk), Decimal(0))
        total = others + amount(form[f"points-{track.key}"].value())
        found.append((track, others, total, rules.sum_sentence(total, track.total_points)))
    return found


def change_of(found, item):
    """What this item says differently from the version the draft was made of; None when nothing or when there is none."""
    if found.based_on_id is None:
        return None
    old = Item.objects.filter(category__standard=found.based_on_id, code=item.code).prefetch_related("points__track", "checkpoints__tracks").first()
    change = item_difference(present_item(old) if old else None, present_item(item), Names.of(found.campaign))
    return change if change.kind == "added" or change.words or change.facts or change.checkpoints else None


@require_POST
def remove_item(request, pk, code):
    found = find_draft(request, pk)
    item = get_object_or_404(Item.objects.filter(category__standard=found).select_related("category__standard"), code=code)
    try:
        actions.remove(item, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("已从草稿中删除 %(item)s。") % {"item": item})
    return redirect("standards:draft", found.pk)


# Two versions


@require_safe
def compare(request):
    """What one version says differently from another. Without a choice: the draft, or the newest, against the one before it."""
    campaign = campaign_for(request)
    require(can_read_versions(request.user, campaign))
    versions = list(campaign.standards.newest_first()) if campaign else []
    named = {str(version.pk): version for version in versions}
    new = named.get(request.GET.get("new")) or (versions[0] if versions else None)
    old = named.get(request.GET.get("old")) or next((version for version in versions if new and version.number < new.number and not version.is_draft), None)
    context = {"versions": versions, "old": old, "new": new, "differences": []}
    if old and new and old != new:
        before, after = present_standard(old), present_standard(new)
        tracks = list(campaign.tracks.all())
        context |= {
            "differences": standard_differences(before[1], after[1], Names.of(campaign)),
            "sums": [
                (track, before_sum, after_sum)
                for (track, before_sum), (_track, after_sum) in zip(rules.points_sums(before[1], tracks), rules.points_sums(after[1], tracks), strict=True)
            ],
        }
        kinds = [difference.kind for difference in context["differences"]]
        context["counts"] = {kind: kinds.count(kind) for kind in ("added", "changed", "removed")}
    return render(request, "standards/compare.html", context)
