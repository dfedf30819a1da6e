"""The queries behind ranking, notices, naming and the workbook."""

from collections import defaultdict
from decimal import Decimal
from io import BytesIO

from django.db.models import Count, F, Prefetch, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import jobs
from accounts.rehearsing import here
from applications.models import Application
from campaigns.models import Campaign, Track
from inspections.models import AgreedScore, ConflictOverride, DeskReview, Rectification, Score, Stage, Visit
from inspections.permissions import can_see_scores_of
from inspections.rules import scores_for_ranking
from inspections.rules.desk import reviews_are_finished
from results import workbooks
from results.models import (
    Adjustment,
    FrozenRanking,
    NoticeEntry,
    Objection,
    Place,
    PublicNotice,
    SelectionList,
    TieDecision,
    Veto,
)
from results.ranking import ItemScore, Row, Rule, rank

# What `ranking` does with scores and settings, written on every frozen list. It changes when the same scores would rank otherwise.
RULE_VERSION = "2026-11"
AT_ONCE = 1000  # units whose single scores lie in memory together


def rule_of(campaign):
    return Rule(
        desk_weight=campaign.desk_weight, site_weight=campaign.site_weight, pass_mark=campaign.pass_mark,
        scale_to=campaign.scale_to, tie_order=tuple(map(str, campaign.tie_order)),
    )


def candidates(track):
    """Everything of the track that arrived at the city, and whatever holds a place, in the order of the unit codes."""
    return (
        Application.objects.filter(Q(track=track, status__in=Application.RECEIVED) | Q(track=track, place__isnull=False))
        .select_related("organization", "place", "visit")
        .prefetch_related("organization__county", "track", "campaign", "standard")  # one object for all that share it
        .order_by("organization__code", "pk")
    )


def bars(applications):
    """Why a unit cannot be chosen whatever its score: {application key: sentence}."""
    keys = [application.pk for application in applications]
    found = {}
    unsettled = Rectification.objects.filter(application__in=keys).unsettled().values("application").annotate(n=Count("pk"))
    for row in unsettled:
        found[row["application"]] = _("还有 %(n)s 项整改没有销号") % {"n": row["n"]}
    for key in NoticeEntry.objects.filter(application__in=keys).exclude(fallen_at=None).values_list("application", flat=True):
        found[key] = _("公示期间的异议成立")
    for veto in Veto.objects.confirmed().filter(application__in=keys).select_related("item"):
        found[veto.application_id] = _("%(item)s 一票否决") % {"item": veto.item}
    for application in applications:
        if application.status in Application.ENDED:
            found[application.pk] = _("申报%(status)s") % {"status": application.get_status_display()}
    return found


def shortened(reasons):
    """The first of many reasons, and how many there are."""
    if len(reasons) < 2:
        return "".join(reasons)
    return _("%(first)s等 %(n)s 处") % {"first": reasons[0].rstrip("。"), "n": len(reasons)}


def extra_points(applications):
    """{(application key, kind): points} of the bonus and deductions that count."""
    rows = Adjustment.objects.counting().filter(application__in=applications).order_by().values_list("application", "kind")
    return {(application, kind): points for application, kind, points in rows.annotate(total=Sum("points"))}


def row_of(application, found, barred, extra):
    missing = [str(problem) for problem in found["missing"]]
    if application.status in (Application.Status.SUBMITTED, Application.Status.RETURNED):
        missing.insert(0, _("还没有受理"))
    items = tuple(
        ItemScore(item["category"].code, item["maximum"], item["desk"], item["site"], item["applies"], item["item"].code)
        for item in found["items"]
    )
    return Row(
        key=application.pk, items=items, missing=tuple(missing), bar=barred.get(application.pk, ""),
        bonus=extra.get((application.pk, Adjustment.Kind.BONUS), Decimal(0)),
        deductions=extra.get((application.pk, Adjustment.Kind.DEDUCTION), Decimal(0)),
    )


def ranking_of(track, rule=None, **view):
    """The ranked rows of a track as of now, with the applications they speak of: ([Row], {key: Application}).

    For what-if only: another `rule`, and what `scores_for_ranking` may see differently.
    """
    applications = list(candidates(track))
    barred, extra = bars(applications), extra_points(applications)
    rows = []
    for start in range(0, len(applications), AT_ONCE):
        part = applications[start:start + AT_ONCE]
        scores = scores_for_ranking(part, **view)
        rows += [row_of(application, scores[application.pk], barred, extra) for application in part]
    orders = [decision.order for decision in TieDecision.objects.filter(track=track).order_by("-recorded_at", "-pk")]
    return rank(rows, rule or rule_of(track.campaign), track.quota, orders), {item.pk: item for item in applications}


def is_asked_for(application, county, only):
    """Whether the ranking shows this unit for what stands in its address: the county's code, and the chosen ones only."""
    organization = application.organization
    in_county = not county or organization.county_id != organization.pk and organization.county is not None and organization.county.code == county
    return in_county and (only != "chosen" or getattr(application, "place", None) is not None)


def rectification_states(applications):
    """{application key: (settled, unsettled)} for those that were asked to put something right."""
    rows = (
        Rectification.objects.filter(application__in=applications).values("application")
        .annotate(settled=Count("pk", filter=Q(state="closed")), unsettled=Count("pk", filter=~Q(state="closed")))
    )
    return {row["application"]: (row["settled"], row["unsettled"]) for row in rows}


def signatures(applications):
    """{application key: (signed, members of the group)} for every visit."""
    visits = Visit.objects.filter(application__in=applications).annotate(
        signed=Count("signatures", filter=Q(signatures__voided_at=None), distinct=True),
        members=Count("group__members", distinct=True),
    )
    return {visit.application_id: (visit.signed, visit.members) for visit in visits}


def overrides(applications):
    """Conflicts of interest that the office lead let pass, with who and why."""
    return list(
        ConflictOverride.objects.filter(visit__application__in=applications)
        .select_related("visit__application__organization", "visit__group", "user__organization", "allowed_by")
        .order_by("visit__application__organization__code", "pk")
    )


def tracks_with_places(campaign):
    tracks = campaign.tracks.select_related("selection_list").annotate(taken=Count("places")).annotate(left=F("quota") - F("taken"))
    return list(tracks.order_by("order"))


def selection_of(track):
    return SelectionList.objects.filter(track=track).first() or SelectionList(track=track)


def last_frozen(selection):
    return selection.frozen.select_related("locked_by", "confirmed_by", "reopened_by").first() if selection.pk else None


def standing_entries():
    """Entries that speak for a unit: on a notice that was not withdrawn, and not fallen."""
    return NoticeEntry.objects.filter(notice__withdrawn_at=None, fallen_at=None)


def ready_for_notice(campaign):
    """Places of confirmed lists whose unit stands on no notice yet and was not publicised in vain before."""
    return (
        Place.objects.filter(track__campaign=campaign, track__selection_list__state=SelectionList.State.CONFIRMED)
        .exclude(application__in=standing_entries().values("application"))
        .exclude(application__in=NoticeEntry.objects.exclude(fallen_at=None).values("application"))
        .select_related("application__organization__county", "application__track", "track")
        .order_by("track__order", "application__organization__code")
    )


def published_words():
    """All that stands in published notices: a person looked at it before it went out."""
    pieces = here(PublicNotice.objects.public()).filter(is_text_hidden=False).values_list("title", "body", "contact")
    return "\n".join(piece for notice in pieces for piece in notice)


def substitutes(campaign, ready):
    """{application key: the fallen entry whose place it takes up} of the places that are ready for a notice.

    Whoever comes onto a confirmed list after a unit of the track fell takes up its place, the first fallen first.
    """
    replaced = NoticeEntry.objects.filter(replaces__isnull=False, notice__withdrawn_at=None).values("replaces")
    fallen = defaultdict(list)
    for entry in (
        NoticeEntry.objects.filter(notice__campaign=campaign, fallen_at__isnull=False).exclude(pk__in=replaced)
        .select_related("application").order_by("fallen_at", "pk")
    ):
        fallen[entry.application.track_id].append(entry)
    return {place.application_id: fallen[place.track_id].pop(0) for place in ready if fallen[place.track_id]}


def places_for_naming(campaign):
    """The places of a campaign with all that naming asks about, in a constant number of queries."""
    entries = NoticeEntry.objects.select_related("notice").prefetch_related(
        Prefetch("objections", Objection.objects.open(), to_attr="open_objections")
    )
    return (
        Place.objects.filter(track__campaign=campaign)
        .select_related(
            "track__selection_list", "track__campaign", "application__organization__county", "naming__recommendation", "naming__named_by"
        )
        .prefetch_related(Prefetch("application__notice_entries", entries, to_attr="entries_now"))
        .order_by("track__order", "application__organization__code")
    )


ORDINALS = "一二三四五六七八九十"


def by_track(entries):
    """Notice entries or namings as (ordinal, track, entries), in the order of the tracks; the query ordered the units."""
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.application.track].append(entry)
    in_order = sorted(groups.items(), key=lambda group: group[0].order)
    return [
        (ORDINALS[place] if place < len(ORDINALS) else str(place + 1), track, found) for place, (track, found) in enumerate(in_order)
    ]


def workbook_rows(campaign, reader):
    """Everything the results workbook shows this reader, as plain values; numbers stay Decimal."""
    totals, categories, failed, places = [], [], [], []
    category_names, applications = {}, {}
    for track in Track.objects.filter(campaign=campaign).select_related("campaign").order_by("order"):
        rows, found = ranking_of(track)
        applications |= found
        for application in found.values():
            if application.standard_id not in category_names:
                named = application.standard.categories.order_by("order").values_list("code", "name")
                category_names[application.standard_id] = list(named)
        for row in rows:
            application = found[row.key]
            unit = [track.name, application.organization.name, str(application.organization.county or "–")]
            chosen = getattr(application, "place", None) is not None
            verdict = _("未评完") if row.total is None else _("合格") if row.passes else _("未达到合格线")
            totals.append([*unit, row.desk, row.site, row.total, row.rank, verdict, _("选入") if chosen else "–"])
            if row.total is not None:
                categories.append((unit, row.categories))
            if not chosen:
                reasons = [shortened(row.missing), row.bar, "" if row.passes or row.total is None else _("总分低于合格线")]
                reason = "；".join(filter(None, reasons)) or _("合格，名额之外")
                failed.append([*unit, row.total, row.rank, reason])
        selection = selection_of(track)
        taken = Place.objects.filter(track=track).count()
        places.append([track.name, track.quota, taken, track.quota - taken, selection.get_state_display(), selection.unused_reason or "–"])
    headings = dict(name for names in category_names.values() for name in names)
    return {
        "totals": totals, "category_headings": [f"{code} {name}" for code, name in headings.items()],
        "categories": [[*unit, *(points.get(code) for code in headings)] for unit, points in categories], "items": item_rows(applications, reader), "failed": failed, "places": places,
        "overrides": [
            [
                str(row.visit.application.organization), str(row.visit.group), row.user.name, row.conflict, row.reason,
                row.allowed_by.name,
            ]
            for row in overrides(list(applications))
        ],
    }


def closed_reviews(applications, reader):
    """(application key, scorer key) of the reviews on paper that this reader may not look into before all have finished."""
    reviews = defaultdict(list)
    for review in DeskReview.objects.filter(application__in=list(applications)):
        reviews[review.application_id].append(review)
    return {
        (key, review.scorer_id) for key, found in reviews.items() for review in found
        if not can_see_scores_of(reader, review, reviews_are_finished(applications[key], found), applications[key].campaign)
    }


def item_rows(applications, reader):
    """Each score as it was given: unit, item, stage, who, points, maximum, reason; agreed scores after the single ones."""
    scores = (
        Score.objects.filter(application__in=list(applications)).select_related("item__category", "scorer")
        .order_by("application__track__order", "application__organization__code", "item__category__order", "item__order", "stage", "scored_at")
    )
    closed = closed_reviews(applications, reader)
    given = [score for score in scores if score.stage != Stage.DESK or (score.application_id, score.scorer_id) not in closed]
    agreed = list(
        AgreedScore.objects.filter(application__in=list(applications)).select_related("item__category", "agreed_by")
    )
    together = defaultdict(list)
    for score in agreed:
        together[score.application_id, score.item_id, score.stage].append(score)
    rows, seen = [], set()
    for number, score in enumerate(given):
        place = (score.application_id, score.item_id, score.stage)
        application = applications[score.application_id]
        lead = [str(application.track), application.organization.name, str(score.item), score.get_stage_display()]
        words = _("弃权") if score.abstained else score.reason or "–"
        rows.append([*lead, score.scorer.name, score.points, score.maximum, words])
        following = given[number + 1] if number + 1 < len(given) else None
        if following is None or (following.application_id, following.item_id, following.stage) != place:
            seen.add(place)
            rows += [agreed_row(lead, score) for score in together[place]]
    rows += [
        agreed_row(
            [str(applications[score.application_id].track), applications[score.application_id].organization.name, str(score.item), score.get_stage_display()],
            score,
        )
        for place, scores in together.items() if place not in seen for score in scores
    ]
    return rows


def agreed_row(lead, score):
    return [*lead, _("商定（%(name)s记录）") % {"name": score.agreed_by.name}, score.points, score.maximum, score.reason or "–"]


def frozen_with_names(frozen):
    """Units of a frozen list in words, for pages and messages."""
    chosen = Application.objects.filter(pk__in=frozen.chosen).select_related("organization").order_by("organization__code")
    return [str(application.organization) for application in chosen]


def waiting_for_second_person(campaign):
    return FrozenRanking.objects.filter(
        selection__track__campaign=campaign, selection__state=SelectionList.State.LOCKED, confirmed_at=None, reopened_at=None
    ).select_related("selection__track", "locked_by")


def rule_words(campaign, category_names):
    """(formula, tie rule) in words. `category_names` are {code: name}."""
    formula = _("总分 = 材料审核 × %(desk)s%% ＋ 现场验收 × %(site)s%%，合格线 %(mark)s 分") % {
        "desk": plain(campaign.desk_weight), "site": plain(campaign.site_weight), "mark": plain(campaign.pass_mark),
    }
    if campaign.bonus_enabled:
        formula += _("，另有加分（最多 %(most)s 分）") % {"most": plain(campaign.bonus_max)}
    if campaign.deductions_enabled:
        formula += _("，另有扣分（最多 %(most)s 分）") % {"most": plain(campaign.deductions_max)}
    order = "、".join(category_names.get(str(code), str(code)) for code in campaign.tie_order)
    if not order:
        return formula, _("总分相同的，由集体研究确定顺序")
    return formula, _("总分相同的，依次比较%(order)s的得分；仍然相同的，由集体研究确定顺序") % {"order": order}


def plain(number):
    return f"{number.normalize():f}"


def category_names_of(campaign):
    """{code: name} of the newest standard."""
    standard = campaign.standards.in_force()
    return dict(standard.categories.order_by("order").values_list("code", "name")) if standard else {}


@jobs.kind("results.workbook")
def results_workbook(job, progress):
    """The file itself, made by a worker."""
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    progress(0, 2)
    rows = workbook_rows(campaign, job.owner)
    progress(1, 2)
    moment = timezone.localtime()
    tie_words = "；".join(rule_words(campaign, category_names_of(campaign)))
    book = workbooks.results(campaign.title, moment, rows, tie_words=tie_words, is_demo=campaign.is_demo)
    content = BytesIO()
    book.save(content)
    progress(2, 2)
    name = _("%(title)s结果 %(moment)s.xlsx") % {"title": campaign.title, "moment": f"{moment:%Y-%m-%d %H%M}"}
    return name, content.getvalue()
