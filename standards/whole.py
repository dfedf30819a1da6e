"""A campaign together with its standard: copied for another year, brought in from a file, tried out, published."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

import campaigns.actions
from accounts.audit import digest, record
from accounts.loading import BrokenFile
from accounts.models import OrganizationKind
from accounts.organizations_file import known_kinds
from campaigns import campaign_file, notices, rules
from campaigns.changes import changed_words
from campaigns.dates import Shift
from campaigns.document import wanted_phases
from campaigns.models import Campaign, CampaignFile, Minimum, Opens, Track
from campaigns.rules import NotAllowed, Problem
from standards.actions.drafting import draft_from_file
from standards.actions.loading import by_code, load_standard, remember, wanted_standard, write_categories
from standards.contents import present_standard
from standards.handing_out import document_of
from standards.models import Checkpoint, Item, ItemPoints, Standard


def twin(row, **changes):
    """The same row once more, but for its key and what is changed."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    for name, value in changes.items():
        values[row._meta.get_field(name).attname] = getattr(value, "pk", value)
    return type(row).objects.create(**values)


@transaction.atomic
def copy_campaign(source, *, code, year, title="", shift=None, by, at, **changes):
    """A draft with everything of another campaign: settings, phases, tracks, places, minimums, its file, and its newest standard.

    Dates move by `shift`, by default as many years as lie between the two. `changes` are fields of the new campaign.
    """
    if problems := rules.code_problems(Campaign(), code):
        raise NotAllowed(problems)
    shift = shift or Shift(years=year - source.year)
    title = title or source.title.replace(str(source.year), str(year))
    issued_on = shift.day(source.issued_on) if source.issued_on else None
    copy = twin(source, **{"code": code, "year": year, "title": title, "issued_on": issued_on, "published_at": None, "published_by": None} | changes)
    for phase in source.phases.all():
        twin(phase, campaign=copy, starts_at=shift.start(phase.starts_at), ends_at=shift.end(phase.ends_at))
    tracks = {track.pk: twin(track, campaign=copy) for track in source.tracks.all()}
    for minimum in Minimum.objects.filter(track__campaign=source):
        twin(minimum, track=tracks[minimum.track_id])
    if kept := CampaignFile.objects.filter(campaign=source).first():
        twin(kept, campaign=copy)
    if standard := source.standards.in_force():
        blank = {"locked_at": None, "based_on": None, "published_at": None, "published_by": None}
        twin_standard = twin(standard, campaign=copy, number=1, created_at=at, created_by=by, **blank, **copied_points(standard, copy))
        write_categories(twin_standard, present_standard(standard)[1])
    if copy.is_of_county and not source.is_of_county:
        leave_out_counties(copy, by=by, at=at)
    keep_document(copy)
    record("campaigns.copy", copy, by=by, at=at, campaign=copy, source=source.code)
    return copy


def copied_points(standard, campaign):
    """What was official for one year is not yet so for another."""
    if not standard.official_points or campaign.year == standard.campaign.year:
        return {}
    words = {"old": standard.campaign.year, "new": campaign.year, "note": standard.points_note}
    note = _("分值沿用%(old)s年的官方分值，不是%(new)s年的官方分值。原来的说明：%(note)s") if standard.points_note else _("分值沿用%(old)s年的官方分值，不是%(new)s年的官方分值。")
    return {"official_points": False, "points_note": note % words}


def leave_out_counties(campaign, *, by, at):
    """What a city's campaign says of its counties: in a county's own no county files, none is asked for so many, and the city holds nothing."""
    campaign.organizer, campaign.approval, campaign.host = "", "", None
    campaign.save(update_fields=["organizer", "approval", "host"])
    Minimum.objects.filter(track__campaign=campaign, per__code=OrganizationKind.COUNTY).delete()
    for track in campaign.tracks.filter(kind__code=OrganizationKind.COUNTY):
        campaigns.actions.remove_track(track, by=by, at=at)


def keep_document(campaign):
    """Let the file of a campaign say what its rows say, as if it had been loaded from it."""
    document = document_of(campaign)
    campaigns.actions.remember(campaign, document)
    if "categories" in document:
        remember(campaign, digest(list(wanted_standard(document))))


@transaction.atomic
def load_whole(document, *, by, at, reason="", in_use=None):
    """Bring a checked document in as it stands, both halves or none; a new campaign is a draft. Returns (campaign, changes).

    The standard of a published campaign is not changed here: what the file says differently waits as a draft of the standard.
    """
    present = Campaign.objects.filter(code=document["campaign"]["code"]).first()
    if problems := rules.reason_problems(reason, present) if present else []:
        raise NotAllowed(problems)
    if present and (problems := moved_problems(present, document, reason, at)):
        raise NotAllowed(problems)
    standard = present and present.standards.in_force()
    before = present_standard(standard) if standard else ({}, [])
    campaign, parts = campaigns.actions.load_campaign(document, by=by, at=at, publish=False, whole=True, reason=reason)
    if campaign.is_draft:
        _standard, items = load_standard(campaign, document, by=by, at=at, in_use=in_use, whole=True, reason=reason)
        draft, notes, is_new = None, items.notes, True
    else:
        waiting = campaign.standards.drafts().first()
        draft = draft_from_file(campaign, document, reason=reason, by=by, at=at)
        is_new = draft is not None and draft != waiting
        notes = amendment_notes(campaign, draft, is_new=is_new) if draft else []
    rows = changed_words(parts.changes) + (standard_rows(before, wanted_standard(document)) if is_new else []) if present else []
    return campaign, Changes(present, campaign, rows, parts.notes + notes, draft)


def amendment_notes(campaign, draft, *, is_new):
    """What becomes of a standard that the file says differently, in a campaign that people work in."""
    if not is_new:
        return [_("文件中的建设标准与%(draft)s草稿相同，正等待核对并启用。") % {"draft": draft}]
    notes = [_("建设标准的变化写入%(draft)s草稿，现行版不变；核对并启用草稿以后才生效，填报中的申报到那时转到新版。") % {"draft": draft}]
    present = campaign.standards.in_force()
    for track in campaign.tracks.all():
        if not ItemPoints.objects.filter(item__category__standard=present, track=track).exists():
            notes.append(_("草稿启用以前，“%(track)s”还没有指标可以填报。") % {"track": track})
    return notes


def moved_problems(present, document, reason, at):
    """The phases of a published campaign move by the same rules in a file as on the page."""
    if present.is_draft:
        return []
    problems, wanted = [], wanted_phases(document)
    for phase in present.phases.all():
        told = wanted.get(phase.key)
        if told is None:
            problems += rules.phase_removal_problems(phase, reason, at)
        elif (told["starts_at"], told["ends_at"]) != (phase.starts_at, phase.ends_at):
            problems += rules.phase_problems(phase, told["starts_at"], told["ends_at"], reason, at)
    return problems


@dataclass
class Changes:
    """What a file does to what is loaded: rows of (what, before, after); `present` is None when all of it is new. `draft` is the version
    in which an amendment of the standard waits."""

    present: object
    campaign: object
    rows: list
    notes: list = field(default_factory=list)
    draft: object = None

    @property
    def fingerprint(self):
        """What a person agreed to; another one means that something changed in between."""
        return digest([self.present is None, *self.rows])


def try_whole(document, *, by, at, in_use=None):
    """What `load_whole` would change, and nothing changed."""
    with nothing_kept():
        _campaign, changes = load_whole(document, by=by, at=at, reason="?", in_use=in_use)
        changes.tracks = list(changes.campaign.tracks.select_related("kind"))
        changes.phases = list(changes.campaign.phases.all())
        return changes


@contextmanager
def nothing_kept():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def standard_rows(before, after):
    """(what, before, after) of each fact of a standard that differs."""
    rows = []
    for name, value in after[0].items():
        if before[0].get(name) != value:
            rows.append((str(Standard._meta.get_field(name).verbose_name), shown(before[0].get(name)), shown(value)))
    old, new = by_code(before[1]), by_code(after[1])
    for kind, code in [*new, *(key for key in old if key not in new)]:
        model = {"item": Item, "checkpoint": Checkpoint}.get(kind)
        name = f"{model._meta.verbose_name if model else _('类别')} {code}"
        was, now = old.get((kind, code)), new.get((kind, code))
        if was == now:
            continue
        if was is None or now is None or model is None:
            rows.append((name, summary(kind, was), summary(kind, now)))
            continue
        for key, value in now[-1].items():
            if was[-1][key] != value:
                rows.append((f"{name} {field_label(model, key)}", shown(was[-1][key]), shown(value)))
        if was[:-1] != now[:-1]:
            rows.append((_("%(name)s 的位置") % {"name": name}, *(_("第 %(n)s 个") % {"n": place[-2] + 1} for place in (was, now))))
    return rows


def field_label(model, key):
    return {"points": _("分值"), "tracks": _("适用的申报类别")}.get(key) or model._meta.get_field(key).verbose_name


def summary(kind, entry):
    if entry is None:
        return _("无")
    return entry[-1] if kind == "category" else entry[-1].get("title") or entry[-1]["text"]


def shown(value):
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return _("、").join(f"{key} {points.normalize():f}" for key, points in value.items()) or _("无")
    if isinstance(value, list):
        return _("、").join(entry["summary"] if isinstance(entry, dict) else str(entry) for entry in value) or _("无")
    return str(value) if value not in (None, "") else _("无")


# Drafts


@transaction.atomic
def add_track(campaign, *, like=None, by, at, **values):
    """A further track of a draft; with `like`, every item and checkpoint of that track applies in it, for the same points."""
    campaign = campaigns.actions.hold(campaign)
    problems = rules.kind_problems(campaign, values["kind"])
    if not campaign.is_draft:
        problems.append(Problem(_("活动已经启用，不能增加申报类别。请导入活动文件，一并写明新类别的分值。")))
    if problems:
        raise NotAllowed(problems)
    key = campaigns.actions.free_key(campaign.tracks, "track")
    if like:
        values["total_points"] = like.total_points
    track = Track.objects.create(campaign=campaign, key=key, order=campaign.tracks.count(), **values)
    standard = campaign.standards.in_force()
    if like and standard:
        ItemPoints.objects.bulk_create(
            ItemPoints(item_id=row.item_id, track=track, points=row.points) for row in ItemPoints.objects.filter(item__category__standard=standard, track=like)
        )
        for checkpoint in Checkpoint.objects.filter(item__category__standard=standard, tracks=like):
            checkpoint.tracks.add(track)
    record("campaigns.add_track", track, by=by, at=at)
    return track


def publish_problems(campaign):
    """What has to be there before people see a campaign: tracks, a phase for filing, and a standard that works."""
    problems, tracks = [], list(campaign.tracks.all())
    if not tracks:
        problems.append(Problem(_("还没有申报类别，请先增加。")))
    if not campaign.phases.that_open(Opens.SUBMIT).exists():
        problems.append(Problem(_("没有一个阶段开放申报，请让一个阶段开放申报。")))
    standard = campaign.standards.in_force()
    if standard is None or not Item.objects.filter(category__standard=standard).exists():
        return [*problems, Problem(_("还没有建设标准，请先导入或编写。"))]
    for track in tracks:
        found = sum(ItemPoints.objects.filter(item__category__standard=standard, track=track).values_list("points", flat=True))
        if found != track.total_points:
            names = {"track": track, "found": f"{Decimal(found).normalize():f}", "wanted": f"{track.total_points.normalize():f}"}
            problems.append(Problem(_("建设标准中“%(track)s”各项分值相加是 %(found)s，应为 %(wanted)s。") % names))
    return problems or file_problems(campaign)


def file_problems(campaign):
    """A campaign that its own file would be refused for is not in order."""
    try:
        campaign_file.read(campaign_file.write(document_of(campaign)), known_kinds())
    except BrokenFile as broken:
        return [Problem(_("%(text)s（活动文件中的位置：%(path)s）") % {"text": finding.text.rstrip("。"), "path": finding.path}) for finding in broken.findings]
    return []


@transaction.atomic
def publish(campaign, *, by, at):
    """From now on people see the campaign, and what they act on stays."""
    campaign = campaigns.actions.hold(campaign)
    problems = publish_problems(campaign)
    if not campaign.is_draft:
        problems = [Problem(_("活动已经启用。"))]
    if problems:
        raise NotAllowed(problems)
    keep_document(campaign)
    campaigns.actions.publish_campaign(campaign, by=by, at=at)
    notices.tell_published.delay_on_commit(campaign.pk)
    return campaign
