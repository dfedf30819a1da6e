"""What happens to a campaign: it is loaded, its settings and dates change, a unit gets an extension, a county sets its own end."""

from datetime import timedelta
from importlib.metadata import version

import chinese_calendar
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.loading import Report
from accounts.models import Organization, OrganizationKind
from accounts.organizations_file import kind_row
from campaigns import campaign_file, notices, rules
from campaigns.document import wanted_minimums, wanted_phases, wanted_settings, wanted_tracks
from campaigns.models import CalendarDay, Campaign, CampaignFile, CountyCutoff, Extension, Minimum, Phase, Track
from campaigns.rules import NotAllowed, Problem

SEED = "chinesecalendar"


# Loading


def since_last_time(wanted, before, is_new):
    """What the file says now and did not say last time. What the office changed since then stays as the office wants it."""
    return wanted if is_new or before is None else {name: value for name, value in wanted.items() if name not in before or before[name] != value}


def county_of(document):
    """The county whose own campaign this is; None for the city's. The document was checked: its code is one of a county."""
    code = document["campaign"].get("county")
    return Organization.objects.of_kind(OrganizationKind.COUNTY).get(code=code) if code else None


@transaction.atomic
def load_campaign(document, *, by=None, at, publish=True, whole=False, reason=""):
    """Bring the campaign half of a checked document in: settings, phases, tracks, minimums. Returns (campaign, report).

    `whole`: the file is taken at its word everywhere, also where it says what it said last time and the office changed it since.
    """
    report, problems = Report(), []
    code = document["campaign"]["code"]
    campaign = Campaign.objects.select_for_update().filter(code=code).first() or Campaign(code=code)
    before = campaign.document if campaign.pk and "campaign" in campaign.document and not whole else None
    is_new = campaign.pk is None
    if not is_new:
        problems += rules.kept_problems(campaign, document["campaign"])
        if problems:
            raise NotAllowed(problems)
    for order, kind in enumerate(document.get("kinds", [])):
        kind_row(kind["code"], kind["name"], kind.get("order", 200 + order))
    county = county_of(document)
    if is_new:
        campaign.county = county
    elif campaign.county != county:
        raise NotAllowed([_("活动已经建立，不能再改为全市的或另一个县（市、区）的活动，请换一个活动代码另建。")])
    changes = report.settle(campaign, since_last_time(wanted_settings(document), before and wanted_settings(before), is_new))

    old_phases = before and wanted_phases(before)
    for key, values in wanted_phases(document).items():
        phase = campaign.phases.filter(key=key).first()
        if phase is None and not is_new:
            changes[f"phases.{key}"] = ("", values["name"])
        changes |= settle_part(report, phase or Phase(campaign=campaign, key=key), values, old_phases and old_phases.get(key), f"phases.{key}")
    for phase in campaign.phases.exclude(key__in=wanted_phases(document)):
        if phase.extensions.exists():
            problems.append(Problem(_("文件中没有了阶段“%(phase)s”，但该阶段已经批准过延期，不能删除。") % {"phase": phase}))
        else:
            changes[f"phases.{phase.key}"] = (str(phase), "")
            phase.delete()
            report.changed += 1

    old_tracks = before and wanted_tracks(before)
    for key, values in wanted_tracks(document).items():
        track = campaign.tracks.filter(key=key).select_related("kind").first()
        if track is None and not is_new:
            changes[f"tracks.{key}"] = ("", values["name"])
        values["kind"] = kind_row(values["kind"])
        old = old_tracks and old_tracks.get(key)
        if old:
            old["kind"] = kind_row(old["kind"])
        try:
            with transaction.atomic():
                changes |= settle_part(report, track or Track(campaign=campaign, key=key), values, old, f"tracks.{key}")
        except IntegrityError:
            problems.append(quota_problem(track))
    for track in campaign.tracks.exclude(key__in=wanted_tracks(document)):
        if campaign.standards.filter(locked_at__isnull=False).exists():
            problems.append(Problem(_("文件中没有了申报类别“%(track)s”，但建设标准已在使用，不能删除。") % {"track": track}))
            continue
        try:
            with transaction.atomic():
                changes[f"tracks.{track.key}"] = (str(track), "")
                track.delete()
                report.changed += 1
        except ProtectedError:
            problems.append(Problem(_("文件中没有了申报类别“%(track)s”，但已有单位申报，不能删除。") % {"track": track}))

    old_minimums = before and wanted_minimums(before)
    for (key, per), values in wanted_minimums(document).items():
        kind, track = kind_row(per), campaign.tracks.get(key=key)
        minimum = Minimum.objects.filter(track=track, per=kind).first() or Minimum(track=track, per=kind)
        if minimum.pk is None and not is_new:
            changes[f"minimums.{key}.{per}"] = ("", minimum_words(values))
        changes |= settle_part(report, minimum, values, old_minimums and old_minimums.get((key, per)), f"minimums.{key}.{per}")
    for minimum in Minimum.objects.filter(track__campaign=campaign).select_related("track", "per"):
        if (minimum.track.key, minimum.per.code) not in wanted_minimums(document):
            changes[f"minimums.{minimum.track.key}.{minimum.per.code}"] = (minimum_words({"min": minimum.min, "max": minimum.max}), "")
            minimum.delete()
            report.changed += 1

    if problems:
        raise NotAllowed(problems)
    remember(campaign, document)
    if is_new or report.changed_anything:
        told = {"reason": reason} if reason else {}
        event = record("campaigns.load", campaign, by=by, at=at, campaign=campaign, new=report.new, changed=report.changed, changes=shown_changes(changes), **told)
        if reason:
            tell(event, campaign)
    report.changes = shown_changes(changes)
    if publish and campaign.published_at is None:
        publish_campaign(campaign, by=by, at=at)
    first = campaign.phases.earliest("starts_at")
    report.notes += [str(problem) for problem in rules.minimum_warnings(campaign, first.starts_at)]
    return campaign, report


def remember(campaign, document):
    """Keep what a document says: the half that pages read with the campaign, the whole beside it."""
    document = campaign_file.plain(document)
    kept = {name: document[name] for name in ("campaign", "points") if name in document}
    kept |= {"legend": campaign_file.merged_legend(document), "categories": [{"code": row["code"], "name": row["name"]} for row in document.get("categories", [])]}
    if "standard" in campaign.document:
        kept["standard"] = campaign.document["standard"]
    if campaign.document != kept:
        campaign.document = kept
        campaign.save(update_fields=["document"])
    CampaignFile.objects.update_or_create(campaign=campaign, defaults={"document": document})


def minimum_words(values):
    return "–".join(str(value) for value in (values["min"], values["max"]) if value is not None)


def settle_part(report, row, values, before, name):
    """One phase, track or minimum; the changes are named after their place."""
    differing = report.settle(row, since_last_time(values, before, row.pk is None))
    return {f"{name}.{field}": change for field, change in differing.items()}


def publish_campaign(campaign, *, by=None, at):
    """From now on people see the campaign."""
    campaign.published_at, campaign.published_by = at, by
    campaign.save(update_fields=["published_at", "published_by"])
    record("campaigns.publish", campaign, by=by, at=at, campaign=campaign)


@transaction.atomic
def seed_calendar():
    """Working days of every year the package knows. Days that came from elsewhere (the office, Excel) are never touched."""
    source = f"{SEED} {version('chinesecalendar')}"
    first = min(chinese_calendar.constants.holidays).replace(month=1, day=1)
    last = max(chinese_calendar.constants.holidays).replace(month=12, day=31)
    known = CalendarDay.objects.in_bulk()
    new, changed, report = [], [], Report()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        values = (chinese_calendar.is_workday(day), day_name(day))
        row = known.get(day)
        if row is None:
            new.append(CalendarDay(date=day, is_workday=values[0], name=values[1], source=source))
        elif row.source.startswith(SEED) and (row.is_workday, row.name) != values:
            row.is_workday, row.name, row.source = *values, source
            changed.append(row)
    CalendarDay.objects.bulk_create(new, batch_size=200)
    CalendarDay.objects.bulk_update(changed, ["is_workday", "name", "source"], batch_size=200)
    report.new, report.changed, report.same = len(new), len(changed), len(known) - len(changed)
    return report


@transaction.atomic
def change_day(day, *, is_workday, name, reason, by, at):
    """One day that differs from what the calendar said, typed in by hand."""
    if problems := rules.day_problems(day, reason):
        raise NotAllowed(problems)
    before = CalendarDay.objects.select_for_update().filter(pk=day).first()
    row, _made = CalendarDay.objects.update_or_create(date=day, defaults={"is_workday": is_workday, "name": name, "source": CalendarDay.BY_HAND})
    record("campaigns.change_day", row, by=by, at=at, reason=reason, before=before and before.is_workday, after=is_workday, name=name)
    return row


@transaction.atomic
def remove_day(row, *, reason, by, at):
    """From now on the day counts by its weekday."""
    if problems := rules.reason_problems(reason):
        raise NotAllowed(problems)
    record("campaigns.remove_day", row, by=by, at=at, reason=reason, before=row.is_workday, name=row.name, source=row.source)
    row.delete()


@transaction.atomic
def import_days(days, *, source, by, at):
    """[(day, whether it is worked, name)] of an official arrangement, all or none. Days that say the same already stay as they are."""
    known = CalendarDay.objects.select_for_update().in_bulk([day for day, _worked, _name in days])
    rows = {day: CalendarDay(date=day, is_workday=worked, name=name, source=source) for day, worked, name in days}
    changed = [row for day, row in rows.items() if day not in known or (known[day].is_workday, known[day].name, known[day].source) != (row.is_workday, row.name, source)]
    CalendarDay.objects.bulk_create(changed, update_conflicts=True, unique_fields=["date"], update_fields=["is_workday", "name", "source"])
    if changed:
        record(
            "campaigns.import_days", changed[0], by=by, at=at, source=source, count=len(changed),
            days=[f"{row.date} {'上班' if row.is_workday else '放假'} {row.name}".strip() for row in changed],
        )
    return len(changed)


def day_name(day):
    """国庆节, or 国庆节调休 for a weekend that is worked in exchange; nothing for an ordinary day."""
    if day in chinese_calendar.constants.holidays:
        return chinese_calendar.Holiday(chinese_calendar.constants.holidays[day]).chinese
    if day in chinese_calendar.constants.workdays:
        return _("%(holiday)s调休") % {"holiday": chinese_calendar.Holiday(chinese_calendar.constants.workdays[day]).chinese}
    return ""


# Changing


def hold(campaign):
    """The campaign, locked for the rest of the transaction, so that two changes at once follow each other."""
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def tell(event, campaign):
    """What is published changes in front of people: those concerned are told once it is done. A draft is nobody's business yet."""
    if campaign.published_at is not None:
        notices.tell_change.delay_on_commit(event.number)


@transaction.atomic
def change_settings(campaign, values, *, reason, by, at):
    """Change scalar settings. Returns {field: (before, after)}; the log keeps them with the reason."""
    campaign = hold(campaign)
    if problems := rules.settings_problems(campaign, values, reason):
        raise NotAllowed(problems)
    changes = Report().settle(campaign, values)
    if changes:
        tell(record("campaigns.change_settings", campaign, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def add_phase(campaign, *, key="", reason="", by, at, **values):
    """A further phase, in its place by the day it begins."""
    campaign = hold(campaign)
    key = key or free_key(campaign.phases, "phase")
    phase = Phase(campaign=campaign, key=key, order=0, **values)
    if problems := rules.new_phase_problems(phase, reason, at):
        raise NotAllowed(problems)
    phases = list(campaign.phases.all())
    place = sum(other.starts_at <= phase.starts_at for other in phases)
    phases.insert(place, phase)
    number(phases)
    tell(record("campaigns.add_phase", phase, by=by, at=at, reason=reason, changes=shown_changes({name: ("", getattr(phase, name)) for name in ("starts_at", "ends_at")})), campaign)
    return phase


@transaction.atomic
def change_phase(phase, *, reason="", by, at, **values):
    """Move a phase, name it, let it open something else. Whether something is open follows from it at once."""
    campaign = hold(phase.campaign)
    phase = Phase.objects.select_for_update().select_related("campaign").get(pk=phase.pk)
    span = values.get("starts_at", phase.starts_at), values.get("ends_at", phase.ends_at)
    if problems := rules.phase_problems(phase, *span, reason, at, opens=values.get("opens")):
        raise NotAllowed(problems)
    changes = Report().settle(phase, values)
    if changes:
        tell(record("campaigns.change_phase", phase, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_phase(phase, *, reason="", by, at):
    campaign = hold(phase.campaign)
    if problems := rules.phase_removal_problems(phase, reason, at):
        raise NotAllowed(problems)
    event = record("campaigns.remove_phase", phase, by=by, at=at, reason=reason, changes=shown_changes({name: (getattr(phase, name), "") for name in ("starts_at", "ends_at")}))
    phase.delete()
    number(list(campaign.phases.all()))
    tell(event, campaign)


def number(rows):
    """Rows count from nought in their order, as a file would count them."""
    for order, row in enumerate(rows):
        if row.pk is None or row.order != order:
            row.order = order
            row.save()


def free_key(rows, word):
    """A code nobody had to think of: phase-4."""
    taken, n = set(rows.values_list("key", flat=True)), rows.count() + 1
    while f"{word}-{n}" in taken:
        n += 1
    return f"{word}-{n}"


@transaction.atomic
def change_track(track, *, reason="", by, at, **values):
    """Change a track: how many places it has, which the database refuses once units stand in them, its name, its bonus in the yearly assessment."""
    campaign = hold(track.campaign)
    track = Track.objects.select_for_update().select_related("campaign", "kind").get(pk=track.pk)
    values = {name: value for name, value in values.items() if value is not None}
    if problems := rules.track_problems(track, values, reason):
        raise NotAllowed(problems)
    try:
        with transaction.atomic():
            changes = Report().settle(track, values)
    except IntegrityError:
        raise NotAllowed([quota_problem(track)]) from None
    if changes:
        tell(record("campaigns.change_track", track, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_track(track, *, by, at):
    """Of a draft. Its points and checkpoints in the standard go with it."""
    campaign = hold(track.campaign)
    if problems := rules.track_removal_problems(track):
        raise NotAllowed(problems)
    record("campaigns.remove_track", track, by=by, at=at)
    track.delete()
    number(list(campaign.tracks.all()))


@transaction.atomic
def save_minimum(minimum, *, reason="", by, at, **values):
    """Set how many units at least and at most each ancestor of a kind sends; a row without a key is a new one."""
    campaign = hold((values.get("track") or minimum.track).campaign)
    is_new = minimum.pk is None
    before = {name: "" if is_new else getattr(minimum, name) for name in values}
    for name, value in values.items():
        setattr(minimum, name, value)
    if problems := rules.minimum_problems(minimum, reason):
        raise NotAllowed(problems)
    changes = {name: (before[name], value) for name, value in values.items() if before[name] != value}
    if changes:
        minimum.save()
        action = "campaigns.add_minimum" if is_new else "campaigns.change_minimum"
        tell(record(action, minimum, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_minimum(minimum, *, reason="", by, at):
    campaign = hold(minimum.track.campaign)
    if problems := rules.reason_problems(reason, campaign):
        raise NotAllowed(problems)
    event = record(
        "campaigns.remove_minimum", minimum, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes({"min": (minimum.min, ""), "max": (minimum.max, "")}),
    )
    minimum.delete()
    tell(event, campaign)


@transaction.atomic
def shift_dates(campaign, shift, *, by, at):
    """Move every date of a draft, the phases and the day it was issued."""
    campaign = hold(campaign)
    if problems := rules.draft_problems(campaign):
        raise NotAllowed(problems)
    changes = {}
    for phase in campaign.phases.all():
        moved = Report().settle(phase, {"starts_at": shift.start(phase.starts_at), "ends_at": shift.end(phase.ends_at)})
        changes |= {f"phases.{phase.key}.{name}": change for name, change in moved.items()}
    if changes:
        record("campaigns.shift_dates", campaign, by=by, at=at, campaign=campaign, changes=shown_changes(changes))
    return changes


@transaction.atomic
def delete_draft(campaign, *, by, at):
    """A draft goes as a whole; the log keeps that there was one."""
    campaign = hold(campaign)
    if problems := rules.draft_problems(campaign):
        raise NotAllowed(problems)
    record("campaigns.delete_draft", campaign, by=by, at=at, campaign=campaign)
    campaign.delete()


def quota_problem(track):
    return Problem(_("“%(track)s”已有单位列入名单，名额不能再改。请先从名单中移出，再来修改。") % {"track": track})


def shown_changes(changes):
    return {name: [str(old), str(new)] for name, (old, new) in changes.items()}


@transaction.atomic
def grant_extension(phase, organization, *, until, reason, by, at):
    """A unit may act in a phase until later. Granted again, the row says the latest; the log keeps each."""
    phase = Phase.objects.select_for_update().select_related("campaign").get(pk=phase.pk)
    if problems := rules.extension_problems(phase, organization, until, reason, at):
        raise NotAllowed(problems)
    values = {"until": until, "reason": reason.strip(), "granted_at": at, "granted_by": by}
    extension, made = Extension.objects.update_or_create(phase=phase, organization=organization, defaults=values)
    record(
        "campaigns.grant_extension", extension, by=by, at=at, campaign=phase.campaign,
        phase=phase.name, until=until.isoformat(), reason=extension.reason, again=not made,
    )
    notices.tell_extension.delay_on_commit(extension.pk)
    return extension


@transaction.atomic
def set_cutoff(campaign, county, *, cutoff, by, at):
    """A county's own end for its townships, earlier than the city's."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if problems := rules.cutoff_problems(campaign, cutoff, at):
        raise NotAllowed(problems)
    row, made = CountyCutoff.objects.update_or_create(campaign=campaign, county=county, defaults={"at": cutoff, "set_at": at, "set_by": by})
    record("campaigns.set_cutoff", row, by=by, at=at, organization=county, until=cutoff.isoformat())
    return row


@transaction.atomic
def clear_cutoff(campaign, county, *, by, at):
    """Back to the city's own end."""
    row = CountyCutoff.objects.select_for_update().filter(campaign=campaign, county=county).first()
    if row is None:
        raise NotAllowed([_("没有设定过县内截止时间。")])
    record("campaigns.clear_cutoff", row, by=by, at=at, organization=county, until=row.at.isoformat())
    row.delete()
