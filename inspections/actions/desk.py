"""Scoring on paper."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from applications.models import Application
from campaigns.rules import NotAllowed
from inspections.models import AgreedScore, DeskReview, Score, Stage
from inspections.rules import desk as rules
from inspections.rules.desk import Stale


def locked(application):
    """The application's row, held until the transaction ends: two scorers cannot take the last seat at once."""
    return Application.objects.select_for_update(of=("self",)).select_related("campaign", "track", "organization").get(pk=application.pk)


def plain(points):
    return None if points is None else f"{points.normalize():f}"


@transaction.atomic
def start_desk_review(application, *, by, at):
    """Take one of the campaign's seats for scoring this application. Taking it again changes nothing."""
    application = locked(application)
    if problems := rules.desk_start_problems(application, by):
        raise NotAllowed(problems)
    review, taken = DeskReview.objects.get_or_create(application=application, scorer=by, defaults={"started_at": at})
    if taken:
        record("inspections.start_desk_review", application, by=by, at=at)
    return review


@transaction.atomic
def record_desk_score(application, item, *, scorer, points, abstained, reason, by, at, base_version=None):
    """One scorer's points for one item. The first score takes the seat. `base_version`: the version the page was made from."""
    application = locked(application)
    score = Score.objects.filter(stage=Stage.DESK, application=application, item=item, scorer=scorer).first()
    if base_version is not None and base_version != (score.version if score else 0):
        raise Stale([_("这一项的评分在别的页面上已经改过，请核对后再保存；你填写的内容还在。")])
    if problems := rules.desk_score_problems(application, item, scorer, points, abstained, reason):
        raise NotAllowed(problems)
    if not application.desk_reviews.filter(scorer=scorer).exists():
        start_desk_review(application, by=scorer, at=at)
    score = score or Score(stage=Stage.DESK, application=application, item=item, scorer=scorer)
    score.maximum = application.responses.get(item=item).maximum
    score.points, score.abstained = (None, True) if abstained else (points, False)
    score.reason, score.scored_at, score.version = reason.strip(), at, score.version + 1
    score.save()
    record(
        "inspections.record_desk_score", application, by=by, at=at,
        item=item.code, scorer=scorer.username, points=plain(score.points), abstained=abstained, reason=score.reason,
    )
    return score


@transaction.atomic
def finish_desk_review(application, *, by, at):
    """This person's scores stand; once every scorer has finished they see each other's."""
    application = locked(application)
    if problems := rules.finish_problems(application, by):
        raise NotAllowed(problems)
    review = application.desk_reviews.get(scorer=by)
    review.finished_at = at
    review.save(update_fields=["finished_at"])
    record("inspections.finish_desk_review", application, by=by, at=at)
    return review


@transaction.atomic
def agree_desk_score(application, item, *, points, reason, by, at, base=None):
    """What the scorers agreed on. `base`: the moment of the agreement the page was made from, "" where there was none."""
    application = locked(application)
    agreed = AgreedScore.objects.filter(stage=Stage.DESK, application=application, item=item).first()
    if base is not None and base != (agreed.agreed_at.isoformat() if agreed else ""):
        raise Stale([_("这一项的商定得分在别的页面上已经改过，请核对后再保存；你填写的内容还在。")])
    if problems := rules.agree_problems(application, item, by, points, reason):
        raise NotAllowed(problems)
    before = plain(agreed.points) if agreed else None
    agreed = agreed or AgreedScore(stage=Stage.DESK, application=application, item=item)
    agreed.maximum = application.responses.get(item=item).maximum
    agreed.points, agreed.reason, agreed.agreed_at, agreed.agreed_by = points, reason.strip(), at, by
    agreed.save()
    record(
        "inspections.agree_desk_score", application, by=by, at=at,
        item=item.code, points=plain(points), before=before, reason=agreed.reason,
    )
    return agreed
