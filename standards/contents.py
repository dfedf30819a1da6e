"""A version as plain data: what a file says and what the tables hold, in one shape, so that any two can be compared."""

ITEM_FIELDS = ("code", "title", "title_derived", "text", "evidence_kinds", "methods", "rules", "veto_candidate", "notes")


def present_item(item):
    """Of an item whose points with their tracks, and checkpoints with theirs, were fetched before."""
    return {name: getattr(item, name) for name in ITEM_FIELDS} | {
        "points": {row.track.key: row.points for row in sorted(item.points.all(), key=lambda row: row.track.order)},
        "checkpoints": [
            {
                "code": row.code, "text": row.text, "details": row.details,
                "tracks": [track.key for track in sorted(row.tracks.all(), key=lambda track: track.order)],
            }
            for row in sorted(item.checkpoints.all(), key=lambda row: row.order)
        ],
    }


def present_standard(standard):
    """(facts of the version, its categories)."""
    facts = {"official_points": standard.official_points, "points_note": standard.points_note}
    categories = standard.categories.order_by("order").prefetch_related("items__points__track", "items__checkpoints__tracks")
    return facts, [
        {
            "code": category.code,
            "name": category.name,
            "items": [present_item(item) for item in sorted(category.items.all(), key=lambda item: item.order)],
        }
        for category in categories
    ]


def items_of(categories):
    """{code: content} of every item, in order."""
    return {item["code"]: item for category in categories for item in category["items"]}


def seen_in(item, key):
    """What a unit of this track reads of an item: JSON, and equal exactly when nothing changed for it."""
    return {
        "code": item["code"],
        "title": item["title"],
        "text": item["text"],
        "points": {key: f"{item['points'][key].normalize():f}"},
        "evidence_kinds": item["evidence_kinds"],
        "methods": item["methods"],
        "rules": item["rules"],
        "veto_candidate": item["veto_candidate"],
        "notes": item["notes"],
        "checkpoints": [{"code": row["code"], "text": row["text"], "details": row["details"]} for row in item["checkpoints"] if key in row["tracks"]],
    }
