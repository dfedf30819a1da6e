"""What happens to a campaign: it is loaded, its settings and dates change, a unit gets an extension, a county sets its own end."""

from datetime import date, timedelta
from decimal import Decimal
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
from campaigns.models import CalendarDay, Campaign, CountyCutoff, Extension, Minimum, Phase, Track
from campaigns.rules import NotAllowed, Problem

SEED = "chinesecalendar"


# Loading


def wanted_settings(document):
    """Fields of Campaign as a document says them; parts that it leaves out are left out."""
    told, scoring, naming = document["campaign"], document["campaign"].get("scoring", {}), document["campaign"].get("naming", {})
    values = {name: told[name] for name in ("year", "city", "title", "organizer", "approval", "addressed_to", "goal", "steps_text") if name in told}
    if "issued_on" in told:
        values["issued_on"] = date.fromisoformat(told["issued_on"])

    def number(name, holder, key):
        if key in holder:
            values[name] = Decimal(str(holder[key]))

    weights = scoring.get("weights", {})
    number("desk_weight", weights, "desk")
    number("site_weight", weights, "site")
    for name, key in (("pass_mark", "pass_mark"), ("score_step", "step"), ("scale_to", "scale_to"), ("desk_gap_percent", "desk_gap_percent")):
        number(name, scoring, key)
    for part in ("bonus", "deductions", "veto"):
        if "enabled" in scoring.get(part, {}):
            values[f"{part}_enabled"] = scoring[part]["enabled"]
        if part != "veto":
            number(f"{part}_max", scoring.get(part, {}), "max")
    values |= {name: scoring[name] for name in ("desk_scorers", "site_inspectors", "site_photo_edge", "likeness_percent", "tie_order") if name in scoring}
    if "conflict_years" in told.get("inspection", {}):
        values["conflict_years"] = told["inspection"]["conflict_years"]
    for name in ("publicity_days", "objection_reply_days"):
        if name in naming:
            values[name] = naming[name]["value"]
    if "objection_real_name" in naming:
        values["objection_real_name"] = naming["objection_real_name"]
    if "signed_form_required" in told.get("filing", {}):
        values["signed_form_required"] = told["filing"]["signed_form_required"]
    return values


def wanted_phases(document):
    told = document["campaign"]
    zone = told.get("timezone", campaign_file.DEFAULT_TIMEZONE)
    found = {}
    for order, phase in enumerate(told["phases"]):
        starts_at, ends_at = campaign_file.bounds(phase, zone)
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


def since_last_time(wanted, before, is_new):
    """What the file says now and did not say last time. What the office changed since then stays as the office wants it."""
    return wanted if is_new or before is None else {name: value for name, value in wanted.items() if name not in before or before[name] != value}


def county_of(document):
    """The county whose own campaign this is; None for the city's. The document was checked: its code is one of a county."""
    code = document["campaign"].get("county")
    return Organization.objects.of_kind(OrganizationKind.COUNTY).get(code=code) if code else None


@transaction.atomic
def load_campaign(document, *, by=None, at, publish=True):
    """Bring the campaign half of a checked document in: settings, phases, tracks, minimums. Returns (campaign, report)."""
    report, problems = Report(), []
    code = document["campaign"]["code"]
    campaign = Campaign.objects.select_for_update().filter(code=code).first() or Campaign(code=code)
    before = campaign.document if campaign.pk and "campaign" in campaign.document else None
    is_new = campaign.pk is None
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
        changes |= settle_part(report, minimum, values, old_minimums and old_minimums.get((key, per)), f"minimums.{key}.{per}")
    for minimum in Minimum.objects.filter(track__campaign=campaign).select_related("track", "per"):
        if (minimum.track.key, minimum.per.code) not in wanted_minimums(document):
            changes[f"minimums.{minimum.track.key}.{minimum.per.code}"] = (str(minimum), "")
            minimum.delete()
            report.changed += 1

    if problems:
        raise NotAllowed(problems)
    kept = campaign_file.plain(
        {name: document[name] for name in ("campaign", "points") if name in document}
        | {"legend": campaign_file.merged_legend(document), "categories": [{"code": row["code"], "name": row["name"]} for row in document["categories"]]}
    )
    if "standard" in campaign.document:
        kept["standard"] = campaign.document["standard"]
    if campaign.document != kept:
        campaign.document = kept
        campaign.save(update_fields=["document"])
    if is_new or report.changed_anything:
        shown = {name: [str(old), str(new)] for name, (old, new) in changes.items()}
        record("campaigns.load", campaign, by=by, at=at, campaign=campaign, new=report.new, changed=report.changed, changes=shown)
    if publish and campaign.published_at is None:
        publish_campaign(campaign, by=by, at=at)
    first = campaign.phases.earliest("starts_at")
    report.notes += [str(problem) for problem in rules.minimum_warnings(campaign, first.starts_at)]
    return campaign, report


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


def day_name(day):
    """国庆节, or 国庆节调休 for a weekend that is worked in exchange; nothing for an ordinary day."""
    if day in chinese_calendar.constants.holidays:
        return chinese_calendar.Holiday(chinese_calendar.constants.holidays[day]).chinese
    if day in chinese_calendar.constants.workdays:
        return _("%(holiday)s调休") % {"holiday": chinese_calendar.Holiday(chinese_calendar.constants.workdays[day]).chinese}
    return ""


# Changing


@transaction.atomic
def change_settings(campaign, values, *, reason, by, at):
    """Change scalar settings. Returns {field: (before, after)}; the log keeps them with the reason."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if problems := rules.settings_problems(campaign, values, reason):
        raise NotAllowed(problems)
    changes = Report().settle(campaign, values)
    if changes:
        record("campaigns.change_settings", campaign, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes))
    return changes


@transaction.atomic
def change_phase(phase, *, starts_at, ends_at, reason, by, at):
    """Move a phase. Whether something is open follows from it at once."""
    phase = Phase.objects.select_for_update().select_related("campaign").get(pk=phase.pk)
    if problems := rules.phase_problems(phase, starts_at, ends_at, reason, at):
        raise NotAllowed(problems)
    changes = Report().settle(phase, {"starts_at": starts_at, "ends_at": ends_at})
    if changes:
        record("campaigns.change_phase", phase, by=by, at=at, campaign=phase.campaign, reason=reason, changes=shown_changes(changes))
    return changes


@transaction.atomic
def change_track(track, *, quota, reason, yearly_bonus=None, by, at):
    """Change how many places a track has, which the database refuses once units stand in them; and the bonus in the yearly assessment."""
    track = Track.objects.select_for_update().select_related("campaign").get(pk=track.pk)
    if problems := rules.reason_problems(reason):
        raise NotAllowed(problems)
    try:
        with transaction.atomic():
            changes = Report().settle(track, {"quota": quota} | ({} if yearly_bonus is None else {"yearly_bonus": yearly_bonus}))
    except IntegrityError:
        raise NotAllowed([quota_problem(track)]) from None
    if changes:
        record("campaigns.change_track", track, by=by, at=at, campaign=track.campaign, reason=reason, changes=shown_changes(changes))
    return changes


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
