"""What happens in the group's talk: everything alike is agreed at once, and of two contents one is chosen or both are kept."""

from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from inspections.actions.phone import one_at_a_time, receive_record
from inspections.actions.visits import agree_site_score, locked_visit, record_visit, refuse, response_for
from inspections.models import Delivery, DeviceRecord, Score, Stage
from inspections.rules import talk as rules
from inspections.rules import visits as visit_rules
from inspections.rules.phone import SentRecord


@transaction.atomic
def agree_equal(visit, *, by, at):
    """What all members recorded alike becomes the group's score, with every reason they gave. Returns the items."""
    visit = locked_visit(visit)
    refuse(visit_rules.locked_visit_problems(visit) + visit_rules.presence_problems(visit, by))
    agreed = []
    for row in rules.talk_rows(visit, by):
        if row.is_equal:
            said = rules.proposal(row)
            (points,) = {score.points for score in row.scores.values()}
            agree_site_score(visit, row.item, points, said["reason"], by=by, at=at)
            agreed.append(row.item)
    return agreed


def entered_score(visit, code, owner):
    return Score.objects.filter(stage=Stage.SITE, application=visit.application_id, item__code=code, scorer=owner).first()


@transaction.atomic
def choose_content(visit, record, revision=None, *, keep=False, by, at):
    """Of two contents for one item: this revision counts, or (none given) what is entered; `keep` leaves both for the talk.

    A choice takes the same way as one made on the phone, as the record's next revision, so that nothing is lost.
    """
    owner, visit = one_at_a_time(by), locked_visit(visit)
    record = DeviceRecord.objects.get(pk=record.pk)
    score = entered_score(visit, record.item_code, by)
    refuse(rules.choose_problems(visit, record, revision, score, by, at))
    record_visit(
        "inspections.choose_content", visit, by=by, at=at, item=record.item_code,
        choice="both" if keep else f"#{revision.number}" if revision else "entered",
    )
    if keep:
        record.state, record.problem = Delivery.State.KEPT, ""
        record.save(update_fields=["state", "problem"])
        return record
    said = revision or score
    return receive_record(
        SentRecord(
            id=record.pk, number=record.number + 1, visit=record.visit_number, unit=record.unit, item=record.item_code, verdict=said.verdict,
            points=said.points, reason=said.reason, base=score.version if score else 0, device_at=said.device_at,
        ),
        owner=owner, by=by, at=at,
    )


@transaction.atomic
def keep_beside(visit, item, verdict, points, reason, *, by, at):
    """A second content of an item that a page brought, kept for the talk beside the entered one. The same content again is the same row."""
    owner, visit, reason = one_at_a_time(by), locked_visit(visit), reason.strip()
    step, has_photo = visit.application.campaign.score_step, visit.photos.present().filter(item=item, taken_by=by).exists()
    refuse(
        visit_rules.record_problems(visit, by, at)
        + visit_rules.finding_problems(response_for(visit, item), verdict, points, reason, step, has_photo=has_photo)
    )
    score = entered_score(visit, item.code, by)
    if score is None:
        refuse([Problem(_("这一项还没有存过，直接保存就可以。"))])
    return receive_record(
        SentRecord(
            id=uuid5(score.pk, f"{verdict}\n{points.normalize():f}\n{reason}"), number=1, visit=visit.pk, unit=str(visit.application.organization), item=item.code,
            verdict=verdict, points=points, reason=reason, keep=True, base=score.version,
        ),
        owner=owner, by=by, at=at,
    )
