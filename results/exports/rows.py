"""The rows of each workbook: which ones the filter of the screen's address leaves, and what stands in their cells.

Each function takes an `Asked` and answers with `Rows`. Long ones are read by their keys, a few hundred at a time: the keys
are fixed when the export begins, so that the number in the heading is the number of rows, and nothing else stays in memory.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import islice

from django.db.models import Prefetch
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from applications.listing import unit_list
from applications.models import Application, ItemResponse
from applications.rules import campaign_day, county_counts
from campaigns.models import Campaign
from inspections import listing
from inspections.forms.guidance import last_day_of
from inspections.models import AgreedScore, DeskReview, Rectification, RectificationStep, Score, Stage, Visit
from inspections.permissions import can_see_scores_of
from inspections.rules.desk import reviews_are_finished
from inspections.rules.scores import desk_result, finished_points
from results import reports, rules
from results.models import Naming, Place, SelectionList
from results.ranking import half_up

CHUNK = 500


@dataclass(frozen=True)
class Asked:
    """Who asks for rows of which campaign, with what in the address, and when."""

    user: User
    campaign: Campaign
    query: QueryDict
    at: datetime

    @property
    def today(self):
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Rows:
    """`notes` are what must stand above the table besides its filter."""

    count: int
    rows: Iterable
    notes: tuple = ()


def in_chunks(keys):
    keys = iter(keys)
    while chunk := list(islice(keys, CHUNK)):
        yield chunk


def local(moment):
    return timezone.localtime(moment) if moment else None


def county_of(organization):
    return organization.county.short_name if organization.county_id and organization.county_id != organization.pk else None


# 申报汇总表


def applications(asked):
    return units(asked, lambda unit, track, application: [
        unit.name, county_of(unit), track.name, status_of(application), application and application.items_done, application and application.items_total,
        application and application.county_order, application and application.contact_name, application and application.contact_phone,
        local(application and application.submitted_at), local(application and application.decided_at), application and application.decline_reason,
    ])


def public_applications(asked):
    """Units and dates, nothing of any person."""
    return units(asked, lambda unit, track, application: [
        unit.name, county_of(unit), track.name, status_of(application), timezone.localdate(application.submitted_at) if application and application.submitted_at else None,
    ])


def words_of_applications(asked):
    return unit_list(asked.campaign, asked.query, asked.user).words


def status_of(application):
    return application.get_status_display() if application else _("未开始")


def units(asked, cells):
    found = unit_list(asked.campaign, asked.query, asked.user)
    keys = list(found.units.values_list("pk", flat=True))
    tracks = {track.kind_id: track for track in asked.campaign.tracks.all()}
    return Rows(len(keys), unit_rows(asked, keys, tracks, cells))


def unit_rows(asked, keys, tracks, cells):
    for chunk in in_chunks(keys):
        organizations = Organization.objects.select_related("county").in_bulk(chunk)
        of_unit = {
            application.organization_id: application
            for application in Application.objects.visible_to(asked.user).of_campaign(asked.campaign).filter(organization__in=chunk).with_progress()
        }
        for key in chunk:
            yield cells(organizations[key], tracks[organizations[key].kind_id], of_unit.get(key))


# 评分明细


def scores(asked):
    """One row for each unit and item: who gave what, and what counts."""
    found, _words = listing.reviewed(asked.campaign, asked.query, asked.user)
    responses = ItemResponse.objects.filter(application__in=found.order_by().values("pk"), exempted_at=None)
    keys = list(responses.order_by(
        "application__track__order", "application__organization__code", "application", "item__category__order", "item__order",
    ).values_list("pk", flat=True))
    unofficial = asked.campaign.standards.filter(official_points=False, applications__in=found.order_by().values("pk")).exists()
    return Rows(len(keys), score_rows(asked, keys), (_("分值非官方"),) if unofficial else ())


def words_of_scores(asked):
    return listing.reviewed(asked.campaign, asked.query, asked.user)[1]


def score_rows(asked, keys):
    for chunk in in_chunks(keys):
        responses = ItemResponse.objects.select_related("item", "application__organization__county", "application__campaign", "application__visit").in_bulk(chunk)
        applications = {response.application_id: response.application for response in responses.values()}
        reviews, given, agreed = defaultdict(list), defaultdict(list), {}
        for review in DeskReview.objects.filter(application__in=applications).select_related("scorer").order_by("started_at", "pk"):
            reviews[review.application_id].append(review)
        for score in Score.objects.filter(application__in=applications).select_related("scorer").order_by("scored_at", "pk"):
            given[score.stage, score.application_id, score.item_id].append(score)
        for row in AgreedScore.objects.filter(application__in=applications):
            agreed[row.stage, row.application_id, row.item_id] = row
        for key in chunk:
            response = responses[key]
            yield score_cells(asked.user, response, reviews[response.application_id], given, agreed)


def score_cells(user, response, reviews, given, agreed):
    """What the reader may not see yet stays blank: another's scores on paper before all have finished, a visit before its lock."""
    application, place = response.application, (response.application_id, response.item_id)
    finished = reviews_are_finished(application, reviews)
    on_paper = {score.scorer_id: score for score in given[Stage.DESK, *place]}
    seen = [review for review in reviews if can_see_scores_of(user, review, finished, application.campaign)]
    first, second = ([on_paper.get(review.scorer_id) for review in seen] + [None, None])[:2]
    desk, together = None, agreed.get((Stage.DESK, *place)) if finished else None
    if finished:
        done = [review for review in reviews if review.finished_at]
        desk = desk_result(finished_points(done, on_paper), together and together.points, application.campaign, response.maximum)[0]
    visit = getattr(application, "visit", None)
    locked = visit is not None and visit.is_locked
    on_site, settled = given[Stage.SITE, *place] if locked else [], agreed.get((Stage.SITE, *place)) if locked else None
    shown = [score for score in (first, second, together, *on_site, settled) if score]
    return [
        application.organization.name, response.item.code, response.item.title, response.maximum, *who_and_what(first), *who_and_what(second), desk,
        "、".join(f"{score.scorer.name} {points_of(score)}" for score in on_site), settled and settled.points,
        "；".join(dict.fromkeys(score.reason for score in shown if score.reason)),
    ]


def who_and_what(score):
    return (None, None) if score is None else (score.scorer.name, _("弃权") if score.abstained else score.points)


def points_of(score):
    return _("弃权") if score.abstained else reports.plain(score.points) if score.points is not None else "–"


# 排名表


def ranking(asked):
    """One track, or all of them one after another, as the screen filters them."""
    tracks, county, only = ranking_filter(asked)
    names, lines = reports.category_names_of(asked.campaign), []
    for track in tracks:
        rows, found = reports.ranking_of(track)
        states, signed, excepted = reports.rectification_states(list(found)), reports.signatures(list(found)), defaultdict(list)
        for one in reports.overrides(list(found)):
            excepted[one.visit.application_id].append(one.user.name)
        lines += [
            rank_cells(track, row, found[row.key], names, states, signed, excepted) for row in rows if reports.is_asked_for(found[row.key], county, only)
        ]
    unofficial = asked.campaign.standards.published().filter(official_points=False).exists()
    return Rows(len(lines), lines, ("；".join(reports.rule_words(asked.campaign, names)), *([_("分值非官方")] if unofficial else [])))


def ranking_filter(asked):
    tracks, track = asked.campaign.tracks.select_related("campaign").order_by("order"), asked.query.get("track", "")
    return list(tracks.filter(pk=track) if track.isdigit() else tracks), asked.query.get("county", ""), asked.query.get("only", "")


def words_of_ranking(asked):
    tracks, county, only = ranking_filter(asked)
    one = tracks[0] if len(tracks) == 1 else ""
    return listing.in_words((_("申报类别"), one), (_("县（市、区）"), listing.county_named(county)), (_("名单"), _("已选") if only == "chosen" else ""))


def rank_cells(track, row, application, names, states, signed, excepted):
    settled, unsettled = states.get(row.key, (0, 0))
    signatures, members = signed.get(row.key, (0, 0))
    reason = row.bar or reports.shortened(row.missing) or ("" if row.passes else _("低于合格线"))
    return [
        row.rank, application.organization.name, county_of(application.organization), track.name, row.desk, row.site, row.bonus if row.total is not None else None,
        row.deductions if row.total is not None else None, row.total, *(row.categories.get(code) for code in names),
        _("%(n)s 项未销号") % {"n": unsettled} if unsettled else _("已销号") if settled else _("无"),
        _("%(signed)s/%(all)s 人") % {"signed": signatures, "all": members} if members else None,
        _("%(names)s经批准不回避") % {"names": "、".join(excepted[row.key])} if row.key in excepted else _("无") if members else None,
        _("选入") if getattr(application, "place", None) else None, reason,
    ]


# 各县（市、区）情况


def counties(asked):
    """One row for each county, and one for the units that belong to none."""
    campaign = asked.campaign
    places = [*campaign.counties.valid_on(campaign_day(campaign)), *([] if campaign.is_of_county else [None])]
    able = tally(campaign.units.valid_on(campaign_day(campaign)).order_by().values_list("county"))
    filed = Application.objects.of_campaign(campaign).order_by()
    by_status = Counter(filed.values_list("organization__county", "status"))
    arrived = {key: sum(by_status[key, status] for status in Application.RECEIVED) for key, _status in by_status}
    begun = tally(filed.values_list("organization__county"))
    tasks = Counter(Rectification.objects.filter(application__campaign=campaign).order_by().values_list("application__organization__county", "state"))
    locked = tally(Visit.objects.locked().filter(application__campaign=campaign).order_by().values_list("application__organization__county"))
    chosen = tally(Place.objects.filter(track__campaign=campaign).order_by().values_list("application__organization__county"))
    named = tally(Naming.objects.filter(place__track__campaign=campaign, withdrawn_at=None).order_by().values_list("application__organization__county"))
    asked_of = defaultdict(list)
    for count in county_counts(campaign, asked.at):
        asked_of[count.county.pk].append(_("%(track)s %(n)s/%(minimum)s") % {"track": count.track, "n": count.counted, "minimum": count.minimum})
    totals = defaultdict(list)
    for track in campaign.tracks.select_related("campaign"):
        rows, found = reports.ranking_of(track)
        for row in rows:
            if row.total is not None:
                totals[found[row.key].organization.county_id].append(row.total)
    lines = []
    for place in places:
        key = place.pk if place else None
        raised = sum(tasks[key, state] for state in Rectification.State.values)
        lines.append([
            place.name if place else _("不属于县（市、区）的单位"), able[key], begun[key], arrived.get(key, 0), by_status[key, Application.Status.ACCEPTED],
            "、".join(asked_of[key]) or None, locked[key], raised, tasks[key, Rectification.State.CLOSED], raised - tasks[key, Rectification.State.CLOSED],
            half_up(Fraction(sum(totals[key])) / len(totals[key])) if totals[key] else None, chosen[key], named[key],
        ])
    return Rows(len(lines), lines)


def tally(rows):
    return Counter(key for (key,) in rows)


# 整改台账


def rectifications(asked):
    found, _words = listing.rectifications(asked.campaign, asked.query, asked.user, asked.at)
    keys = list(found.values_list("pk", flat=True))
    return Rows(len(keys), rectification_rows(asked, keys))


def words_of_rectifications(asked):
    return listing.rectifications(asked.campaign, asked.query, asked.user, asked.at)[1]


def rectification_rows(asked, keys):
    answers = Prefetch("steps", RectificationStep.objects.filter(kind=RectificationStep.Kind.ANSWER).order_by("at", "pk"), to_attr="answers")
    for chunk in in_chunks(keys):
        tasks = Rectification.objects.select_related("application__organization__county", "item", "raised_by", "closed_by").prefetch_related(answers).in_bulk(chunk)
        for task in (tasks[key] for key in chunk):
            answer = task.answers[-1] if task.answers else None
            yield [
                task.application.organization.name, county_of(task.application.organization), str(task.item), task.problem, local(task.raised_at), task.raised_by.name,
                last_day_of(task.due_at), _("逾期") if task.is_overdue(asked.at) else task.get_state_display(), answer and answer.text,
                local(answer and answer.at), task.closed_by and task.closed_by.name, local(task.closed_at),
            ]


# 验收安排


def visits(asked):
    found, _words = listing.visits(asked.campaign, asked.query, asked.user, asked.today)
    keys = list(found.values_list("pk", flat=True))
    return Rows(len(keys), visit_rows(keys))


def words_of_visits(asked):
    return listing.visits(asked.campaign, asked.query, asked.user, asked.today)[1]


def visit_rows(keys):
    for chunk in in_chunks(keys):
        found = Visit.objects.select_related("application__organization__county", "application__track", "group").prefetch_related(
            "group__members__user", "signatures", "overrides__user",
        ).in_bulk(chunk)
        for visit in (found[key] for key in chunk):
            members = list(visit.group.members.all())
            yield [
                visit.on, visit.group.name, visit.application.organization.name, county_of(visit.application.organization), visit.application.track.name,
                "、".join(member.user.name for member in members if member.is_leader), "、".join(member.user.name for member in members if not member.is_leader),
                visit.get_state_display() if visit.is_published else _("未发布"), sum(signature.voided_at is None for signature in visit.signatures.all()),
                _("%(names)s经批准不回避") % {"names": "、".join(row.user.name for row in visit.overrides.all())} if visit.overrides.all() else None,
            ]


# 名额使用


def places(asked):
    taken = defaultdict(list)
    for place in Place.objects.filter(track__campaign=asked.campaign).select_related("application__organization", "naming").order_by("application__organization__code"):
        taken[place.track_id].append(place)
    lines = []
    for track in asked.campaign.tracks.select_related("selection_list").order_by("order"):
        selection, chosen = getattr(track, "selection_list", None) or SelectionList(track=track), taken[track.pk]
        named = sum(hasattr(place, "naming") and place.naming.withdrawn_at is None for place in chosen)
        lines.append([
            track.name, track.quota, len(chosen), track.quota - len(chosen), named, selection.get_state_display(),
            "、".join(place.application.organization.short_name for place in chosen), selection.unused_reason,
        ])
    return Rows(len(lines), lines, notes=(_("名额是上限，没有用完的不转到其他类别"),))


# 年度加分


def yearly_bonus(asked):
    lines = []
    for row in rules.yearly_bonus(asked.campaign):
        naming, unit = row.naming, row.naming.application.organization
        lines.append([unit.name, county_of(unit), naming.place.track.name, naming.document_number, timezone.localdate(naming.named_at), row.points, row.note])
    return Rows(len(lines), lines)
