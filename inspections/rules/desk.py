"""Scoring on paper: who may still begin, what a score must be, what is missing before it is finished, and what changed in the material."""

from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, Return
from campaigns.permissions import acts_as_office
from campaigns.rules import NotAllowed, Problem, Todo
from inspections.models import AgreedScore, DeskReview, Score, Stage
from inspections.permissions import can_score_desk
from inspections.rules.scores import desk_result, finished_points

SCORABLE = (Application.Status.SUBMITTED, Application.Status.ACCEPTED)


class Stale(NotAllowed):
    """The page was older than the row: nothing was written, what was typed is still the person's."""


def applying(application):
    """The answers whose items count, in order; what was approved as not applicable is left out."""
    return application.responses.filter(exempted_at=None).select_related("item__category").in_order()


def locked_problems(application):
    if application.held_at:
        return [Problem(_("%(unit)s已列入锁定的名单，评分和督导都不能再改；确需修改请先退回名单。") % {"unit": application.organization})]
    return []


def desk_start_problems(application, scorer):
    """What keeps this person from scoring this application."""
    problems = locked_problems(application)
    if application.status not in SCORABLE:
        problems.append(Problem(_("只有已报送或已受理的申报可以评分，现在是“%(status)s”。") % {"status": application.get_status_display()}))
    taken = [review.scorer_id for review in application.desk_reviews.all()]
    needed = application.campaign.desk_scorers
    if scorer.pk not in taken and len(taken) >= needed:
        problems.append(
            Problem(
                ngettext(
                    "这份申报由 %(n)s 人评分，已经有人在评，请选择其他单位。", "这份申报由 %(n)s 人评分，已经有人在评，请选择其他单位。", needed
                )
                % {"n": needed}
            )
        )
    return problems


def points_problems(points, maximum, step, reason):
    """What is wrong with a number of points: above the item, between two steps, or lost without a reason."""
    problems = []
    numbers = {"points": f"{points.normalize():f}", "maximum": f"{maximum.normalize():f}", "step": f"{step.normalize():f}"}
    if points < 0:
        problems.append(Problem(_("得分不能小于 0 分。")))
    if points > maximum:
        problems.append(Problem(_("得分 %(points)s 超过了该项满分 %(maximum)s 分，请改为 0 到 %(maximum)s 之间的分数。") % numbers))
    elif points % step and points != maximum:
        problems.append(Problem(_("得分 %(points)s 不符合 %(step)s 分的步长，请改为 %(step)s 的整数倍。") % numbers))
    if points < maximum and not reason.strip():
        problems.append(Problem(_("扣分请写明理由。")))
    return problems


def desk_score_problems(application, item, scorer, points, abstained, reason):
    problems = desk_start_problems(application, scorer)
    response = application.responses.filter(item=item).first()
    if response is None or response.exempted_at:
        return [*problems, Problem(_("%(item)s 不参加这份申报的评分。") % {"item": item})]
    review = application.desk_reviews.filter(scorer=scorer).first()
    if review and review.finished_at and Score.objects.filter(stage=Stage.DESK, application=application, item=item, scorer=scorer).exists():
        problems.append(Problem(_("你已经完成这份申报的评分，不能再改；确需调整请记录商定得分。")))
    if abstained:
        return problems
    if points is None:
        problems.append(Problem(_("请给出得分，或者选择弃权。")))
    else:
        problems += points_problems(points, response.maximum, application.campaign.score_step, reason)
    return problems


def finish_problems(application, scorer):
    """What is missing before this person's scoring is finished; each leads to its item."""
    problems = locked_problems(application)
    if application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("受理以后才能完成评分，现在是“%(status)s”。") % {"status": application.get_status_display()}))
    review = application.desk_reviews.filter(scorer=scorer).first()
    if review is None:
        return [*problems, Problem(_("你还没有开始评这份申报。"))]
    if review.finished_at:
        problems.append(Problem(_("你已经完成这份申报的评分。")))
    scored = set(Score.objects.filter(stage=Stage.DESK, application=application, scorer=scorer).values_list("item", flat=True))
    page = reverse("inspections:review", args=[application.pk])
    problems += [
        Problem(_("%(item)s 还没有评分。") % {"item": response.item}, f"{page}?item={response.item.code}")
        for response in applying(application)
        if response.item_id not in scored
    ]
    return problems


def reviews_are_finished(application, reviews=None):
    """Whether every scorer the campaign wants has finished: only then do they see each other's scores."""
    reviews = application.desk_reviews.all() if reviews is None else reviews
    return sum(review.finished_at is not None for review in reviews) >= application.campaign.desk_scorers


def agree_problems(application, item, by, points, reason):
    problems = locked_problems(application)
    if not reviews_are_finished(application):
        problems.append(Problem(_("评分人都完成以后才能商定得分。")))
    response = application.responses.filter(item=item, exempted_at=None).first()
    if response is None:
        return [*problems, Problem(_("%(item)s 不参加这份申报的评分。") % {"item": item})]
    return problems + points_problems(points, response.maximum, application.campaign.score_step, reason)


def desk_problems(application):
    """What stands between this application and a whole desk result."""
    reviews = [review for review in application.desk_reviews.all() if review.finished_at]
    scores = {}
    for score in Score.objects.filter(stage=Stage.DESK, application=application):
        scores.setdefault(score.item_id, {})[score.scorer_id] = score
    agreed = dict(AgreedScore.objects.filter(stage=Stage.DESK, application=application).values_list("item", "points"))
    page = reverse("inspections:review", args=[application.pk])
    problems = []
    for response in applying(application):
        points = finished_points(reviews, scores.get(response.item_id, {}))
        problem = desk_result(points, agreed.get(response.item_id), application.campaign, response.maximum)[1]
        if problem:
            text = problem % {"unit": application.organization, "item": response.item}
            problems.append(Problem(text, f"{page}?item={response.item.code}"))
    return problems


def is_scored(application):
    return not desk_problems(application)


def answers(submission):
    """{item code: the frozen answer} of a version."""
    return {answer["code"]: answer for answer in submission.snapshot.get("items", [])} if submission else {}


def total(points):
    """The sum of what was given; None while nothing was."""
    given = [value for value in points if value is not None]
    return sum(given, Decimal(0)) if given else None


def desk_todos(user, campaign, at):
    """For the office: what came in, what came back, what is half scored, where scorers differ."""
    if campaign is None or not acts_as_office(user, campaign):
        return []
    todos = []
    waiting = Application.objects.of_campaign(campaign).filter(status=Application.Status.SUBMITTED).select_related("organization")
    answered = set(Return.objects.filter(application__in=waiting, level=Return.Level.OFFICE).values_list("application", flat=True))
    listing = reverse("inspections:review_list")
    for status, text, button, urgency, count in [
        ("resubmitted", _("有 %(n)s 个单位补正后重新报送，请审核"), _("去审核"), "amber", sum(one.pk in answered for one in waiting)),
        ("submitted", _("有 %(n)s 个单位新报送，请审核并决定是否受理"), _("去审核"), "blue", sum(one.pk not in answered for one in waiting)),
    ]:
        if count:
            names = "、".join(str(one.organization) for one in waiting if (one.pk in answered) == (status == "resubmitted"))
            todos.append(Todo(text % {"n": count}, names[:80], f"{listing}?state={status}", button, urgency, "inbox"))
    mine = DeskReview.objects.filter(application__campaign=campaign, scorer=user, finished_at=None, application__status__in=SCORABLE)
    if count := mine.count():
        todos.append(
            Todo(_("你有 %(n)s 份材料还没有评完") % {"n": count}, _("逐项打分后点“完成评分”。"), f"{listing}?state=mine", _("继续评分"), "blue", "edit")
        )
    if differing := [one for one in with_gaps(campaign) if can_score_desk(user, one)]:
        first = differing[0]
        todos.append(
            Todo(
                _("有 %(n)s 个单位的评分相差较大，请会商") % {"n": len(differing)}, "、".join(str(one.organization) for one in differing)[:80],
                reverse("inspections:review", args=[first.pk]), _("去商定"), "amber", "users",
            )
        )
    return todos


def with_gaps(campaign):
    """Fully reviewed applications in which some item waits for agreement, in a constant number of queries."""
    reviews, scores, maximums = {}, {}, {}
    for review in DeskReview.objects.filter(application__campaign=campaign, finished_at__isnull=False):
        reviews.setdefault(review.application_id, []).append(review)
    reviewed = [pk for pk, found in reviews.items() if len(found) >= campaign.desk_scorers]
    for score in Score.objects.filter(stage=Stage.DESK, application__in=reviewed):
        scores.setdefault((score.application_id, score.item_id), {})[score.scorer_id] = score
        maximums[score.application_id, score.item_id] = score.maximum
    agreed = set(AgreedScore.objects.filter(stage=Stage.DESK, application__in=reviewed).values_list("application", "item"))
    exempted = set(
        Application.objects.filter(Q(responses__exempted_at__isnull=False) | Q(responses__removed_at__isnull=False), pk__in=reviewed).values_list("pk", "responses__item")
    )
    open_gaps = {
        key[0]
        for key, found in scores.items()
        if key not in agreed and key not in exempted
        and desk_result(finished_points(reviews[key[0]], found), None, campaign, maximums[key])[1]
    }
    return list(Application.objects.filter(pk__in=open_gaps, held_at=None).select_related("organization__county", "campaign").order_by("pk"))
