"""What does it mean where it says nothing, or says it shortly? Defaults, the names of kinds, the tracks of an item, the ends of a phase."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from campaigns.campaign_file.parts import fields, words

DEFAULT_OPENS = {"application": "submit", "guidance": "guide", "inspection": "inspect"}
DEFAULT_TIMEZONE = "Asia/Shanghai"


def applied_tracks(item, tracks):
    """Keys of the tracks an item applies to: as it says, else those it has points for."""
    said = fields(item.get("tracks")).get("applies_to")
    if said is None:
        points = fields(item.get("default_points"))
        return [key for key in tracks if points.get(key) is not None]
    return [key for key in tracks if key in [word for n, word in words(said)]]


def merged_legend(document):
    """The file's own names on top of those every campaign may use."""
    with open(Path(__file__).parent.parent / "data" / "legend.yaml", encoding="utf-8") as file:
        names = yaml.safe_load(file)
    own = fields(document.get("legend"))
    return {part_name: names.get(part_name, {}) | fields(own.get(part_name)) for part_name in ("evidence_kinds", "inspection_methods", "tracks")}


def bounds(phase, zone):
    """(starts_at, ends_at) of a phase of the file: its last day is included, so it ends when the next day begins."""
    first, last = date.fromisoformat(phase["start"]), date.fromisoformat(phase["end"])
    return datetime.combine(first, time(), ZoneInfo(zone)), datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
