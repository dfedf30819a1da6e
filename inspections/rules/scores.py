"""The scores of many applications at once, as the ranking needs them: unrounded, with what is still missing beside them."""

from collections import defaultdict
from operator import attrgetter

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, ItemResponse
from campaigns.rules import Problem
from inspections.models import AgreedScore, DeskReview, Score, Stage, Visit
from standards.models import Item


def is_gap(first, second, maximum, percent):
    """Whether two scores differ by more than the campaign allows; a difference of exactly the limit does not."""
    return abs(first - second) * 100 > percent * maximum


def desk_result(points, agreed, campaign, maximum, scorers=None):
    """(score, problem) of an item on paper. `points` are those of the finished scorers: a Decimal, "abstained" or None.

    `scorers`: how many must have scored, when it is not what the campaign asks.
    """
    if agreed is not None:
        return agreed, None
    if len(points) < (campaign.desk_scorers if scorers is None else scorers) or any(value is None for value in points):
        return None, _("%(unit)s %(item)s 的材料审核还没有评完。")
    given = [value for value in points if value != "abstained"]
    if not given:
        return None, _("%(unit)s %(item)s 的评分人都已弃权，请商定得分。")
    if is_gap(max(given), min(given), maximum, campaign.desk_gap_percent):
        return None, _("%(unit)s %(item)s 的两个评分相差较大，请会商后商定得分。")
    return sum(given) / len(given), None


def finished_points(reviews, scores, points_of=attrgetter("points")):
    """What each finished scorer gave, None where they left a blank."""
    found = []
    for review in reviews:
        score = scores.get(review.scorer_id)
        found.append(None if score is None else "abstained" if score.abstained else points_of(score))
    return found


def scores_for_ranking(applications, *, without=None, points_of=attrgetter("points")):
    """{application.pk: {"application", "items", "missing"}} in a constant number of queries.

    Each of `items` is {"category": Category, "item": Item, "maximum", "desk", "site", "applies"}; an unknown score is None
    and has its Problem in `missing`, which names the unit and the item.

    For what-if only: `without` leaves out what one person scored on paper, `points_of(score)` sees a single score on paper
    differently. What was agreed stays as it was agreed.
    """
    keys = [application.pk for application in applications]
    applications = Application.objects.filter(pk__in=keys).select_related("organization", "campaign", "track").in_bulk()
    # Rows without their models: of forty thousand applications there are millions, and each item is one object for all of them.
    responses = ItemResponse.objects.filter(application__in=keys).in_order().values_list("application_id", "item_id", "maximum", "exempted_at")
    items = Item.objects.filter(category__standard__in={application.standard_id for application in applications.values()}).select_related("category").in_bulk()
    reviews, scores, agreed = defaultdict(list), defaultdict(dict), {}
    left_out = set()
    for review in DeskReview.objects.filter(application__in=keys, finished_at__isnull=False):
        if without is not None and review.scorer_id == without:
            left_out.add(review.application_id)
        else:
            reviews[review.application_id].append(review)
    given = Score.objects.filter(application__in=keys, stage=Stage.DESK).order_by()
    for score in given.values_list("application_id", "item_id", "scorer_id", "points", "maximum", "abstained", named=True).iterator():
        scores[score.application_id, score.item_id][score.scorer_id] = score
    for stage, pk, item, points in AgreedScore.objects.filter(application__in=keys).order_by().values_list("stage", "application_id", "item_id", "points").iterator():
        agreed[stage, pk, item] = points
    visits = Visit.objects.filter(application__in=keys).in_bulk(field_name="application_id")

    found = {pk: {"application": applications[pk], "items": [], "missing": []} for pk in keys}
    for pk in keys:
        visit = visits.get(pk)
        if visit is None or not visit.is_locked:
            unit = applications[pk].organization
            text = _("%(unit)s 还没有安排现场验收。") if visit is None else _("%(unit)s 的现场验收记录还没有锁定。")
            url = visit.get_absolute_url() if visit else reverse("inspections:visit_list")
            found[pk]["missing"].append(Problem(text % {"unit": unit}, url))
    for pk, item_key, maximum, exempted_at in responses.iterator():
        item = items[item_key]
        application, row = applications[pk], found[pk]
        applies = exempted_at is None
        desk = site = None
        if applies:
            desk, problem = desk_result(
                finished_points(reviews[pk], scores[pk, item.pk], points_of), agreed.get((Stage.DESK, pk, item.pk)), application.campaign,
                maximum, max(1, application.campaign.desk_scorers - 1) if pk in left_out else None,
            )
            names = {"unit": application.organization, "item": item}
            if problem:
                row["missing"].append(Problem(problem % names, f"{reverse('inspections:review', args=[pk])}?item={item.code}"))
            if pk in visits and visits[pk].is_locked:
                site = agreed.get((Stage.SITE, pk, item.pk))
                if site is None:
                    row["missing"].append(Problem(_("%(unit)s %(item)s 没有商定的现场得分。") % names, visits[pk].get_absolute_url()))
        row["items"].append({
            "category": item.category, "item": item, "maximum": maximum, "desk": desk, "site": site, "applies": applies,
        })
    return found
