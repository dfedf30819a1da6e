"""A campaign file brings a standard in; its first use locks it."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.audit import digest, record
from accounts.loading import Report
from campaigns.campaign_file import applied_tracks, plain
from standards.contents import ITEM_FIELDS, present_standard
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard

TITLE_LENGTH = 30


def wanted_standard(document):
    """(facts of the version, its categories) as a document says them, every optional part filled in."""
    points = document.get("points", {})
    tracks = [track["key"] for track in document["campaign"]["tracks"]]
    facts = {"official_points": points.get("official", False), "points_note": points.get("note", "")}
    return facts, [
        {"code": category["code"], "name": category["name"], "items": [wanted_item(item, tracks) for item in category["items"]]}
        for category in document["categories"]
    ]


def wanted_item(item, tracks):
    applies = applied_tracks(item, tracks)
    told = item.get("tracks", {})
    notes = [note for note in (item.get("notes"), told.get("reason")) if note]
    return {
        "code": item["code"],
        "title": item.get("title") or item["text"][:TITLE_LENGTH],
        "title_derived": item.get("title_derived", "title" not in item),
        "text": item["text"],
        "evidence_kinds": item.get("evidence", {}).get("kinds", []),
        "methods": item.get("inspection_methods", {}).get("kinds", []),
        "rules": plain(item.get("rules", [])),
        "veto_candidate": item.get("veto", {}).get("candidate", False),
        "notes": "\n".join(notes),
        "points": {key: Decimal(str(item["default_points"][key])) for key in applies},
        "checkpoints": [
            {
                "code": checkpoint["code"], "text": checkpoint["text"], "details": checkpoint.get("details", []),
                "tracks": [key for key in applies if key in checkpoint.get("tracks", applies)],
            }
            for checkpoint in item.get("checkpoints", [])
        ],
    }


def by_code(categories):
    """{("item", "3.1"): content} of every category, item and checkpoint, with its place, for counting what differs."""
    found = {}
    for n, category in enumerate(categories):
        found["category", category["code"]] = (n, category["name"])
        for m, item in enumerate(category["items"]):
            found["item", item["code"]] = (category["code"], m, {name: value for name, value in item.items() if name != "checkpoints"})
            for k, checkpoint in enumerate(item["checkpoints"]):
                found["checkpoint", checkpoint["code"]] = (item["code"], k, checkpoint)
    return found


def compare(report, before, after):
    """Count rows into the report. Returns the codes that differ, for people."""
    old, new = by_code(before), by_code(after)
    added, changed, removed = [key for key in new if key not in old], [key for key in new if key in old and old[key] != new[key]], [key for key in old if key not in new]
    report.new += len(added)
    report.changed += len(changed) + len(removed)
    report.same += len(new) - len(added) - len(changed)
    return [code for kind, code in added + changed + removed]


@transaction.atomic
def load_standard(campaign, document, *, by=None, at, in_use=None, whole=False, reason=""):
    """Bring the categories of a checked document in. Returns (standard, report).

    A version in use is never changed: what differs becomes a new version. `in_use` tells of uses that are known
    only further right (a version locks itself at its first use, so this is a second look). `whole`: the file is taken at
    its word also where it says what it said last time.
    """
    report = Report()
    facts, categories = wanted_standard(document)
    fingerprint = digest([facts, categories])
    standard = Standard.objects.select_for_update().filter(campaign=campaign).in_force()
    # The file says what it said last time: what the office changed since then stays.
    unchanged = not whole and standard is not None and campaign.document.get("standard") == fingerprint
    before = present_standard(standard) if standard else ({}, [])
    if unchanged or before == (facts, categories):
        report.same = len(by_code(before[1]))
        remember(campaign, fingerprint)
        return standard, report

    differing = compare(report, before[1], categories)
    if standard is None or standard.is_locked or (in_use and in_use(standard)):
        old = standard
        standard = Standard.objects.create(campaign=campaign, number=next_number(campaign), created_at=at, based_on=old, created_by=by, **facts)
        if old:
            names = {"old": old, "new": standard, "codes": _("、").join(differing) or _("分值说明")}
            report.notes.append(_("%(old)s已在使用，没有改动；有变化的内容写入%(new)s，今后开始的申报使用新版：%(codes)s。") % names)
        action = "standards.new_version" if old else "standards.load"
    else:
        report.settle(standard, facts) if before[0] != facts else None
        standard.categories.all().delete()
        action = "standards.load"
    write_categories(standard, categories)
    remember(campaign, fingerprint)
    record(action, standard, by=by, at=at, campaign=campaign, number=standard.number, changed=differing[:200], **({"reason": reason} if reason else {}))
    return standard, report


def next_number(campaign):
    return (campaign.standards.aggregate(last=Max("number"))["last"] or 0) + 1


def remember(campaign, fingerprint):
    if campaign.document.get("standard") != fingerprint:
        campaign.document["standard"] = fingerprint
        campaign.save(update_fields=["document"])


def write_categories(standard, categories):
    tracks = {track.key: track for track in standard.campaign.tracks.all()}
    for n, category in enumerate(categories):
        row = Category.objects.create(standard=standard, code=category["code"], name=category["name"], order=n)
        items = Item.objects.bulk_create(
            [Item(category=row, order=m, **{name: item[name] for name in ITEM_FIELDS}) for m, item in enumerate(category["items"])]
        )
        for item, told in zip(items, category["items"], strict=True):
            write_parts(item, told, tracks)


def write_parts(item, told, tracks):
    """The points and checkpoints of an item that has none yet."""
    ItemPoints.objects.bulk_create([ItemPoints(item=item, track=tracks[key], points=value) for key, value in told["points"].items()])
    checkpoints = Checkpoint.objects.bulk_create(
        [Checkpoint(item=item, code=row["code"], text=row["text"], details=row["details"], order=k) for k, row in enumerate(told["checkpoints"])]
    )
    Checkpoint.tracks.through.objects.bulk_create(
        [
            Checkpoint.tracks.through(checkpoint=checkpoint, track=tracks[key])
            for checkpoint, row in zip(checkpoints, told["checkpoints"], strict=True)
            for key in row["tracks"]
        ]
    )


@transaction.atomic
def lock_standard(standard, *, by=None, at):
    """The first application that uses a version locks it."""
    standard = Standard.objects.select_for_update().select_related("campaign").get(pk=standard.pk)
    if not standard.is_locked:
        standard.locked_at = at
        standard.save(update_fields=["locked_at"])
        record("standards.lock", standard, by=by, at=at, campaign=standard.campaign)
    return standard
