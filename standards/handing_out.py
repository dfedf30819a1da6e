"""A campaign as a file again: its rows laid over the document it came from, so that an unedited one is handed out as it came in."""

from copy import deepcopy
from decimal import Decimal

from campaigns import document as campaign_document
from campaigns.campaign_file import applied_tracks, plain
from standards.actions.loading import wanted_item
from standards.contents import present_standard


def document_of(campaign):
    """The whole document as the rows say it now."""
    document = campaign_document.source_of(campaign)
    before = [track["key"] for track in document.get("campaign", {}).get("tracks", [])]
    campaign_document.campaign_part(campaign, document)
    if standard := campaign.standards.in_force():
        standard_part(standard, document, before)
    return plain(document)


def standard_part(standard, document, tracks_before):
    """Bring the points and categories of a document, in place, to what a version says."""
    facts, categories = present_standard(standard)
    points, tracks = document.get("points", {}), [track["key"] for track in document["campaign"]["tracks"]]
    if facts != {"official_points": points.get("official", False), "points_note": points.get("note", "")}:
        points |= {"official": facts["official_points"]}
        campaign_document.put(points, "note", facts["points_note"])
        document["points"] = points
    told = {row["code"]: row for row in document.get("categories", [])}
    items = {item["code"]: item for row in told.values() for item in row.get("items", [])}
    document["categories"] = [category_entry(row, told.get(row["code"], {}), items, tracks, tracks_before) for row in categories]


def category_entry(category, told, items, tracks, tracks_before):
    entry = {"code": category["code"]} | deepcopy(told) | {"name": category["name"]}
    entry["items"] = [item_entry(item, items.get(item["code"]), tracks, tracks_before) for item in category["items"]]
    if "item_count" in entry:
        entry["item_count"] = len(entry["items"])
    if "default_points" in entry:
        keep_keys(entry["default_points"], tracks, tracks_before)
        for key in tracks:
            if entry["default_points"].get(key) is not None:
                entry["default_points"][key] = sum((item["points"].get(key, Decimal(0)) for item in category["items"]), Decimal(0))
    return entry


def keep_keys(holder, tracks, tracks_before):
    for key in tracks_before:
        if key not in tracks:
            holder.pop(key, None)


def item_entry(item, told, tracks, tracks_before):
    """What the file said of an item, with what differs now laid over it."""
    entry = deepcopy(told) if told else {"code": item["code"], "title": item["title"], "text": item["text"], "default_points": {}}
    said = wanted_item(entry, tracks_before) if told else None
    points = entry["default_points"]
    keep_keys(points, tracks, tracks_before)
    applies = [key for key in tracks if key in item["points"]]
    for key in tracks:
        if key in item["points"]:
            if points.get(key) is None or Decimal(str(points[key])) != item["points"][key]:
                points[key] = item["points"][key]
        elif points.get(key) is not None:
            points.pop(key)
    if "tracks" in entry and applied_tracks(entry, tracks) != applies or any(key not in tracks for key in entry.get("tracks", {}).get("applies_to", [])):
        entry["tracks"]["applies_to"] = applies
    if said is None or said["title"] != item["title"]:
        entry["title"] = item["title"]
    entry["text"] = item["text"]
    lay(entry, "evidence", "kinds", item["evidence_kinds"], said and said["evidence_kinds"])
    lay(entry, "inspection_methods", "kinds", item["methods"], said and said["methods"])
    lay(entry, "veto", "candidate", item["veto_candidate"], said["veto_candidate"] if said else False)
    if (said["rules"] if said else []) != item["rules"]:
        entry["rules"] = item["rules"]
    if (said["notes"] if said else "") != item["notes"]:
        entry.get("tracks", {}).pop("reason", None)
        campaign_document.put(entry, "notes", item["notes"])
    checkpoints = {row["code"]: row for row in entry.get("checkpoints", [])}
    before = {row["code"]: row for row in said["checkpoints"]} if said else {}
    if item["checkpoints"] or "checkpoints" in entry:
        entry["checkpoints"] = [checkpoint_entry(row, checkpoints.get(row["code"], {}), before.get(row["code"]), applies, tracks) for row in item["checkpoints"]]
    if item["title_derived"] != wanted_item(entry, tracks)["title_derived"]:
        entry["title_derived"] = item["title_derived"]
    return entry


def lay(entry, part, name, value, before):
    """A list or a flag inside a part of its own; a part that neither had is not made."""
    if value != (before or type(value)()):
        entry[part] = entry.get(part, {}) | {name: value}


def checkpoint_entry(checkpoint, told, said, applies, tracks):
    entry = {"code": checkpoint["code"]} | told | {"text": checkpoint["text"]}
    if checkpoint["details"] or "details" in entry:
        entry["details"] = checkpoint["details"]
    if "tracks" in entry or checkpoint["tracks"] != applies:
        shown = [key for key in entry.get("tracks", applies) if key in tracks]
        if sorted(shown) != sorted(checkpoint["tracks"]):
            shown = checkpoint["tracks"]
        entry["tracks"] = shown
    return entry
