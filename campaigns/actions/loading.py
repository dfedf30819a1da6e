"""How does a campaign come in? From its file, settled against what is there."""


from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.loading import Report
from accounts.models import Organization, OrganizationKind
from accounts.organizations_file import kind_row
from campaigns import campaign_file, rules
from campaigns.actions._common import quota_problem, shown_changes, tell
from campaigns.actions.drafts import publish_campaign
from campaigns.document import wanted_minimums, wanted_phases, wanted_settings, wanted_tracks
from campaigns.models import Campaign, CampaignFile, Minimum, Phase, Track
from campaigns.rules import NotAllowed, Problem


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
