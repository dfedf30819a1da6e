"""A campaign file and the rows of its campaign, each said in the words of the other.

`wanted_…` is what a document asks of the rows. `campaign_part` lays what the rows say now over the document they came from,
so that whatever has no row of its own (the basis, the safeguards, who derived what) is handed out as it came in.
"""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from accounts.organizations_file import familiar_kinds
from campaigns import campaign_file
from campaigns.models import Campaign, Minimum

# Each setting that a file may say, and where it says it.
PLACES = {
    "year": ("year",),
    "city": ("city",),
    "title": ("title",),
    "organizer": ("organizer",),
    "approval": ("approval",),
    "addressed_to": ("addressed_to",),
    "goal": ("goal",),
    "steps_text": ("steps_text",),
    "issued_on": ("issued_on",),
    "desk_weight": ("scoring", "weights", "desk"),
    "site_weight": ("scoring", "weights", "site"),
    "pass_mark": ("scoring", "pass_mark"),
    "score_step": ("scoring", "step"),
    "scale_to": ("scoring", "scale_to"),
    "desk_gap_percent": ("scoring", "desk_gap_percent"),
    "bonus_enabled": ("scoring", "bonus", "enabled"),
    "bonus_max": ("scoring", "bonus", "max"),
    "deductions_enabled": ("scoring", "deductions", "enabled"),
    "deductions_max": ("scoring", "deductions", "max"),
    "veto_enabled": ("scoring", "veto", "enabled"),
    "desk_scorers": ("scoring", "desk_scorers"),
    "site_inspectors": ("scoring", "site_inspectors"),
    "site_photo_edge": ("scoring", "site_photo_edge"),
    "likeness_percent": ("scoring", "likeness_percent"),
    "tie_order": ("scoring", "tie_order"),
    "conflict_years": ("inspection", "conflict_years"),
    "publicity_days": ("naming", "publicity_days", "value"),
    "objection_reply_days": ("naming", "objection_reply_days", "value"),
    "objection_real_name": ("naming", "objection_real_name"),
    "signed_form_required": ("filing", "signed_form_required"),
    "plan_days": ("filing", "plan_days"),
}


def wanted_settings(document):
    """Fields of Campaign as a document says them; parts that it leaves out are left out."""
    values = {}
    for name, place in PLACES.items():
        holder = document["campaign"]
        for key in place[:-1]:
            holder = holder.get(key, {})
        if place[-1] in holder:
            values[name] = as_row(Campaign._meta.get_field(name), holder[place[-1]])
    return values


def as_row(field, value):
    if isinstance(field, models.DecimalField):
        return Decimal(str(value))
    return date.fromisoformat(value) if isinstance(field, models.DateField) else value


def as_told(value):
    return value.isoformat() if isinstance(value, date) else value


def zone_of(document):
    return document["campaign"].get("timezone", campaign_file.DEFAULT_TIMEZONE)


def wanted_phases(document):
    found = {}
    for order, phase in enumerate(document["campaign"]["phases"]):
        starts_at, ends_at = campaign_file.bounds(phase, zone_of(document))
        opens = phase.get("opens", campaign_file.DEFAULT_OPENS.get(phase["key"])) or ""
        found[phase["key"]] = {
            "name": phase["name"], "order": order, "starts_at": starts_at, "ends_at": ends_at, "opens": opens, "text": phase.get("text", ""),
        }
    return found


def wanted_tracks(document):
    total = document.get("points", {}).get("total_per_track", 100)
    return {
        track["key"]: {
            "name": track["name"], "kind": track["kind"], "quota": track["quota"], "order": order, "verbatim": track.get("verbatim", ""),
            "total_points": Decimal(str(total[track["key"]] if isinstance(total, dict) else total)),
            "yearly_bonus": Decimal(str(track.get("yearly_bonus", 0))),
        }
        for order, track in enumerate(document["campaign"]["tracks"])
    }


def wanted_minimums(document):
    return {
        (row["track"], row["per"]): {"min": row.get("min", 0), "max": row.get("max"), "verbatim": row.get("verbatim", "")}
        for row in document["campaign"].get("minimums", [])
    }


# From the rows back


def source_of(campaign):
    """The document a campaign came from, or what is known of one that was loaded before files were kept."""
    if kept := getattr(campaign, "file", None):
        return deepcopy(kept.document)
    return {name: deepcopy(campaign.document[name]) for name in ("campaign", "legend", "points") if name in campaign.document}


def campaign_part(campaign, document):
    """Bring the campaign half of a document, in place, to what the rows say now."""
    told = document.setdefault("campaign", {})
    told["code"] = campaign.code
    put(told, "county", campaign.county.code if campaign.is_of_county else None)
    settings(campaign, told)
    tracks = list(campaign.tracks.select_related("kind"))
    before = {row["key"]: row for row in told.get("tracks", [])}
    told["tracks"] = [track_entry(track, before.get(track.key, {})) for track in tracks]
    told["phases"] = phase_entries(campaign, told, zone_of(document))
    if minimums := minimum_entries(campaign, told):
        told["minimums"] = minimums
    else:
        told.pop("minimums", None)
    totals(tracks, document)
    keys = {track.key: track for track in tracks}
    if "applies_to" in told.get("recommendation", {}):
        told["recommendation"]["applies_to"] = [key for key in told["recommendation"]["applies_to"] if key in keys and not campaign.is_of_county]
    if "tracks" in document.get("legend", {}):
        document["legend"]["tracks"] = {
            key: keys[key].name if name == before.get(key, {}).get("name") else name for key, name in document["legend"]["tracks"].items() if key in keys
        }
    bring_kinds(campaign, tracks, document)


def settings(campaign, told):
    said = wanted_settings({"campaign": told})
    for name, place in PLACES.items():
        value, field = getattr(campaign, name), Campaign._meta.get_field(name)
        if value == said.get(name, field.get_default()):
            continue
        holder = told
        for key in place[:-1]:
            holder = holder.setdefault(key, {})
        put(holder, place[-1], as_told(value))


def put(holder, key, value):
    """Nothing is said by leaving it out."""
    if value in ("", None):
        holder.pop(key, None)
    else:
        holder[key] = value


def track_entry(track, before):
    entry = {"key": track.key} | before | {"kind": track.kind.code, "name": track.name, "quota": track.quota}
    put(entry, "verbatim", track.verbatim)
    if track.yearly_bonus != Decimal(str(before.get("yearly_bonus", 0))):
        entry["yearly_bonus"] = track.yearly_bonus
    return entry


def phase_entries(campaign, told, zone):
    before, entries = {row["key"]: row for row in told.get("phases", [])}, []
    for phase in campaign.phases.order_by("order"):
        said = before.get(phase.key, {})
        first, last = (timezone.localdate(moment, ZoneInfo(zone)) for moment in (phase.starts_at, phase.ends_at - phase.ends_at.resolution))
        entry = {"key": phase.key} | said | {"name": phase.name, "start": first.isoformat(), "end": last.isoformat()}
        put(entry, "text", phase.text)
        if phase.opens != (said.get("opens", campaign_file.DEFAULT_OPENS.get(phase.key)) or ""):
            entry["opens"] = phase.opens
        if "deadline" in entry and (said["start"], said["end"]) != (entry["start"], entry["end"]):
            entry["deadline"] = {"date": entry["end"]}
        entries.append(entry)
    return entries


def minimum_entries(campaign, told):
    before = {(row["track"], row["per"]): row for row in told.get("minimums", [])}
    rows = {(row.track.key, row.per.code): row for row in Minimum.objects.filter(track__campaign=campaign).select_related("track", "per").order_by("track__order", "per__order")}
    entries = []
    for key in [*(key for key in before if key in rows), *(key for key in rows if key not in before)]:
        entry, row = dict(before.get(key, {"track": key[0], "per": key[1]})), rows[key]
        if row.min != entry.get("min", 0):
            entry["min"] = row.min
        if row.max != entry.get("max"):
            entry["max"] = row.max
        put(entry, "verbatim", row.verbatim)
        entries.append(entry)
    return entries


def totals(tracks, document):
    said = document.get("points", {}).get("total_per_track", 100)
    found = {track.key: track.total_points for track in tracks}
    if found != ({key: Decimal(str(said.get(key) or 0)) for key in said} if isinstance(said, dict) else dict.fromkeys(found, Decimal(str(said)))):
        each = set(found.values())
        document.setdefault("points", {})["total_per_track"] = each.pop() if len(each) == 1 else found


def bring_kinds(campaign, tracks, document):
    """A kind of organization that no portal knows from its first day is named in the file itself."""
    used = {track.kind.code: track.kind for track in tracks}
    used |= {row.per.code: row.per for row in Minimum.objects.filter(track__campaign=campaign).select_related("per")}
    known = {row["code"] for row in document.get("kinds", [])} | set(familiar_kinds())
    if new := [{"code": code, "name": kind.name, "order": kind.order} for code, kind in used.items() if code not in known]:
        document["kinds"] = document.get("kinds", []) + new
