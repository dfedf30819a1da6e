"""An amended standard comes into force: what reviewers had written of an application that moves goes along, by code."""

from django.db import transaction

from accounts.audit import record
from applications import actions as filing
from inspections.models import AgreedScore, GuidanceNote, Rectification, Score


@transaction.atomic
def publish_standard(draft, *, by, at):
    """Returns (the version in force, the applications that moved to it)."""
    standard, moved = filing.publish_standard(draft, by=by, at=at)
    for application in moved:
        follow_standard(application, by=by, at=at)
    return standard, moved


def follow_standard(application, *, by, at):
    """A score of an item whose points changed is blank again, with its reason kept; one of a removed item stays with that item and counts no more."""
    responses = {response.item.code: response for response in application.responses.select_related("item")}
    for model in (Rectification, GuidanceNote):
        for row in elsewhere(model, application):
            if row.item.code in responses:
                row.item = responses[row.item.code].item
                row.save(update_fields=["item"])
    blank = []
    for score in elsewhere(Score, application):
        response = responses.get(score.item.code)
        if response is None:
            continue
        score.item, fields = response.item, ["item"]
        if score.maximum != response.maximum:
            blank.append([score.item.code, score.scorer_id, str(score.points), str(score.maximum)])
            score.points, score.maximum, score.version = None, response.maximum, score.version + 1
            fields += ["points", "maximum", "version"]
        score.save(update_fields=fields)
    for agreed in elsewhere(AgreedScore, application):
        response = responses.get(agreed.item.code)
        if response is None:
            continue
        if agreed.maximum == response.maximum:
            agreed.item = response.item
            agreed.save(update_fields=["item"])
        else:
            blank.append([agreed.item.code, None, str(agreed.points), str(agreed.maximum)])
            agreed.delete()
    reopened = application.desk_reviews.filter(finished_at__isnull=False).update(finished_at=None)
    if blank or reopened:
        record("inspections.follow_standard", application, by=by, at=at, blank=blank, reopened=reopened)


def elsewhere(model, application):
    """Rows that still name an item of another version."""
    return model.objects.filter(application=application, item__isnull=False).exclude(item__category__standard=application.standard_id).select_related("item")
