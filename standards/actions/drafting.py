"""A draft is copied from the present version, changed item by item, and published as the version in force, or thrown away."""

from django.db import transaction

from accounts.audit import digest, record
from accounts.models import AuditEvent
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from standards import rules
from standards.actions.loading import next_number, wanted_standard, write_categories, write_parts
from standards.contents import ITEM_FIELDS, present_item, present_standard
from standards.models import Category, Item, ItemPoints, Standard


class Overtaken(Exception):
    """Somebody else changed the same thing since the page was opened. Nothing was saved; what was typed is still with the caller."""


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def lock(draft):
    """The version, held. One that is no draft is held with its campaign, which may be published just now."""
    if not draft.is_draft:
        Campaign.objects.select_for_update().get(pk=draft.campaign_id)
    locked = Standard.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=draft.pk)
    refuse(rules.editing_problems(locked))
    return locked


def said(draft, what, *, by, at, **detail):
    record("standards.change_draft", draft, by=by, at=at, campaign=draft.campaign, what=what, **detail)


@transaction.atomic
def start_draft(campaign, note, *, by, at):
    """A copy of the version in force; an empty one before the first."""
    type(campaign).objects.select_for_update().get(pk=campaign.pk)
    refuse(rules.start_problems(campaign))
    present = campaign.standards.in_force()
    facts, categories = present_standard(present) if present else ({}, [])
    return write_draft(campaign, facts, categories, note, "standards.start_draft", by=by, at=at)


@transaction.atomic
def draft_from_file(campaign, document, *, reason, by, at):
    """What a file says differently of the standard of a published campaign waits as a draft. None where it says nothing differently."""
    wanted, present = wanted_standard(document), campaign.standards.in_force()
    campaign.document |= {"categories": categories_in_force(present), "standard": digest(list(wanted))}
    campaign.save(update_fields=["document"])
    if present and present_standard(present) == wanted:
        return None
    waiting = campaign.standards.drafts().first()
    if waiting and present_standard(waiting) == wanted:
        return waiting
    refuse(rules.start_problems(campaign))
    return write_draft(campaign, *wanted, reason, "standards.load_draft", by=by, at=at, reason=reason)


def categories_in_force(standard):
    """What the campaign itself keeps of its standard."""
    return list(standard.categories.order_by("order").values("code", "name")) if standard else []


def write_draft(campaign, facts, categories, note, event, *, by, at, **detail):
    draft = Standard.objects.create(
        campaign=campaign, number=next_number(campaign), is_draft=True, created_at=at, created_by=by, note=note.strip(),
        based_on=campaign.standards.in_force(), **facts,
    )
    write_categories(draft, categories)
    record(event, draft, by=by, at=at, campaign=campaign, number=draft.number, note=draft.note, **detail)
    return draft


def rewrite(standard, facts, categories, note, event, *, by, at, **detail):
    """The version as it stands, with other contents. Within the caller's transaction."""
    standard = lock(standard)
    standard.categories.all().delete()
    write_categories(standard, categories)
    for name, value in (facts | {"note": note.strip()}).items():
        setattr(standard, name, value)
    standard.save(update_fields=[*facts, "note"])
    record(event, standard, by=by, at=at, campaign=standard.campaign, number=standard.number, note=standard.note, **detail)
    return standard


@transaction.atomic
def discard_draft(draft, *, by, at):
    draft = lock(draft)
    refuse(rules.draft_problems(draft))
    record("standards.discard_draft", draft, by=by, at=at, campaign=draft.campaign, number=draft.number)
    draft.delete()


@transaction.atomic
def save_facts(draft, *, note, points_note, official_points, by, at):
    draft = lock(draft)
    values = {"note": note.strip(), "points_note": points_note.strip(), "official_points": official_points}
    changed = [name for name, value in values.items() if getattr(draft, name) != value]
    if changed:
        for name in changed:
            setattr(draft, name, values[name])
        draft.save(update_fields=changed)
        said(draft, "facts", by=by, at=at, fields=changed, official_points=official_points)
    return draft


# Categories


def last_place(rows):
    last = rows.order_by("-order").first()
    return last.order + 1 if last else 0


@transaction.atomic
def add_category(draft, *, code, name, by, at):
    draft = lock(draft)
    code = code.strip()
    refuse(rules.code_problems(code, set(draft.categories.values_list("code", flat=True))))
    category = Category.objects.create(standard=draft, code=code, name=name.strip(), order=last_place(draft.categories))
    said(draft, "add_category", by=by, at=at, code=code, name=category.name)
    return category


@transaction.atomic
def save_category(category, *, code, name, by, at):
    draft = lock(category.standard)
    category = Category.objects.get(pk=category.pk)
    code = code.strip()
    refuse(rules.code_problems(code, set(draft.categories.exclude(pk=category.pk).values_list("code", flat=True))))
    before = (category.code, category.name)
    category.code, category.name = code, name.strip()
    if before != (category.code, category.name):
        category.save(update_fields=["code", "name"])
        said(draft, "category", by=by, at=at, before=before, after=[category.code, category.name])
    return category


# Items


def item_codes(draft, besides=None):
    found = Item.objects.filter(category__standard=draft)
    return set((found.exclude(pk=besides.pk) if besides else found).values_list("code", flat=True))


@transaction.atomic
def add_item(category, *, code, title, by, at):
    draft = lock(category.standard)
    code = code.strip()
    refuse(rules.code_problems(code, item_codes(draft)))
    item = Item.objects.create(category=category, code=code, title=title.strip(), text="", order=last_place(category.items))
    said(draft, "add_item", by=by, at=at, code=code, title=item.title)
    return item


def with_parts(draft, code):
    return Item.objects.filter(category__standard=draft, code=code).select_related("category").prefetch_related("points__track", "checkpoints__tracks").get()


def item_base(item):
    """What a page says it was made from; another save in between makes it another."""
    return digest([item.category_id, present_item(item)])


@transaction.atomic
def save_item(draft, code, wanted, *, base, category=None, by, at):
    """The whole item as typed: its fields, its points, its checkpoints in their order. `wanted` has the shape of `present_item`."""
    draft = lock(draft)
    item, tracks = with_parts(draft, code), {track.key: track for track in draft.campaign.tracks.all()}
    if base != item_base(item):
        raise Overtaken
    refuse(
        rules.code_problems(wanted["code"], item_codes(draft, besides=item))
        + rules.points_problems({str(tracks[key]): value for key, value in wanted["points"].items()}) + rules.checkpoint_problems(wanted["checkpoints"])
    )
    before = present_item(item)
    category = category or item.category
    if before == wanted and category == item.category:
        return item
    if category != item.category:
        item.category, item.order = category, last_place(category.items)
    for name in ITEM_FIELDS:
        setattr(item, name, wanted[name])
    item.save()
    item.points.all().delete()
    item.checkpoints.all().delete()
    write_parts(item, wanted, tracks)
    fields = [name for name in wanted if wanted[name] != before[name]]
    said(draft, "item", by=by, at=at, code=code, fields=fields, points={key: str(value) for key, value in wanted["points"].items()})
    return with_parts(draft, item.code)


@transaction.atomic
def save_points(draft, points, *, names=None, by, at):
    """All cells of a page that a person changed, each as (what the page showed, what is wanted), all of them at once.

    `points`: {(key of an item, key of a track): points, or None where it does not apply}; `names`: {(key of a category, "code" or "name"): text}.
    Where something else stands in one of them by now, nothing is saved. What the person did not touch stays as it is.
    """
    draft = lock(draft)
    items = Item.objects.filter(category__standard=draft).in_bulk()
    tracks = {track.key: track for track in draft.campaign.tracks.all()}
    categories = draft.categories.in_bulk([key for key, _part in names or {}])
    if any(item not in items for item, _key in points) or any(key not in categories for key, _part in names or {}):
        raise Overtaken
    refuse(rules.points_problems({f"{items[item].code} {tracks[key]}": value for (item, key), (_shown, value) in points.items()}))
    held = {(row.item_id, row.track.key): row for row in ItemPoints.objects.filter(item__in=items).select_related("track")}
    refuse_overtaken(points, {cell: held[cell].points if cell in held else None for cell in points})
    refuse_overtaken(names or {}, {(key, part): getattr(categories[key], part) for key, part in names or {}})
    changes = {}
    for (item, key), (_shown, value) in points.items():
        row = held.get((item, key))
        if (row.points if row else None) == value:
            continue
        changes[f"{items[item].code} {key}"] = [str(row.points) if row else "", "" if value is None else str(value)]
        if value is None:
            row.delete()
        else:
            ItemPoints.objects.update_or_create(item=items[item], track=tracks[key], defaults={"points": value})
    if changes:
        said(draft, "points", by=by, at=at, changes=changes)
    for key, category in categories.items():
        told = {part: names[key, part][1] if (key, part) in names else getattr(category, part) for part in ("code", "name")}
        save_category(category, **told, by=by, at=at)
    return changes


def refuse_overtaken(cells, stored):
    if any(stored[cell] not in pair for cell, pair in cells.items()):
        raise Overtaken


def last_written(draft):
    """{"1.1 zone" for points, "1" for a category: who wrote there last}, by the log."""
    found = {}
    for event in AuditEvent.objects.filter(target_type=draft._meta.label_lower, target_id=str(draft.pk), action="standards.change_draft")[:500]:
        told = event.detail
        points = told.get("points", {}) if "points" in told.get("fields", []) else {}
        cells = {"points": told.get("changes", {}), "item": [f"{told.get('code')} {key}" for key in points], "category": told.get("after", [])[:1]}
        for cell in cells.get(told["what"], []):
            found.setdefault(cell, event.by_label)
    return found


# Order


@transaction.atomic
def move(row, up, *, by, at):
    """A category or an item trades places with its neighbour."""
    draft = lock(row.standard if isinstance(row, Category) else row.category.standard)
    siblings = list(draft.categories.order_by("order") if isinstance(row, Category) else row.category.items.order_by("order"))
    place = siblings.index(row)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(siblings):
        return
    siblings[place], siblings[other] = siblings[other], siblings[place]
    high = last_place(type(row).objects.filter(pk__in=[each.pk for each in siblings]))
    for offset in (high, 0):  # twice, since no two may stand at one place even for a moment
        for n, each in enumerate(siblings):
            each.order = n + offset
            each.save(update_fields=["order"])
    said(draft, "move", by=by, at=at, code=row.code, up=up)


@transaction.atomic
def remove(row, *, by, at):
    draft = lock(row.standard if isinstance(row, Category) else row.category.standard)
    if isinstance(row, Category):
        refuse(rules.category_problems(row))
    said(draft, "remove_category" if isinstance(row, Category) else "remove_item", by=by, at=at, code=row.code, title=str(row))
    row.delete()


# In force


@transaction.atomic
def publish(draft, *, by, at):
    """The draft is in force from now on. Whoever files under an older version is moved by `applications.actions.publish_standard`."""
    list(Standard.objects.select_for_update().filter(campaign=draft.campaign_id).order_by("pk"))  # nobody begins to file meanwhile
    draft = lock(draft)
    refuse(rules.publishing_problems(draft))
    newest = next_number(draft.campaign) - 1
    draft.number = draft.number if draft.number == newest else newest + 1  # a file may have brought in another meanwhile
    draft.is_draft, draft.published_at, draft.published_by = False, at, by
    draft.save(update_fields=["number", "is_draft", "published_at", "published_by"])
    campaign = draft.campaign
    campaign.document["categories"] = categories_in_force(draft)
    campaign.save(update_fields=["document"])
    record("standards.publish", draft, by=by, at=at, campaign=campaign, number=draft.number, note=draft.note, official_points=draft.official_points)
    return draft
