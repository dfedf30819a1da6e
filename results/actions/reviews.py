"""Follow-ups, and the yearly review with what it leads to. A withdrawal is proposed by one and decided by another."""

from django.db import transaction
from django.utils.translation import gettext as _

import applications.actions
from accounts.audit import record
from results import notices, rules
from results.actions.locking import refuse_if
from results.models import FollowUp, Naming, Review


def _held(naming):
    """The title with its row locked: reviews of one title are written one after the other."""
    return Naming.objects.select_for_update(of=("self",)).select_related("place__track__campaign", "application__organization").get(pk=naming.pk)


def _held_review(review):
    naming = _held(review.naming)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    review.naming = naming
    return review


@transaction.atomic
def record_follow_up(naming, *, on, way, text, by, at):
    naming = _held(naming)
    refuse_if(rules.follow_up_problems(naming, on, text, at))
    follow_up = FollowUp.objects.create(naming=naming, on=on, way=way, text=text.strip(), recorded_at=at, recorded_by=by)
    record("results.follow_up", naming.application, by=by, at=at, on=on, way=way)
    return follow_up


@transaction.atomic
def review_title(naming, *, year, outcome, finding, due_on=None, decision_number="", decided_on=None, by, at):
    """合格 is settled at once; 限期整改 waits for the unit, 撤销命名 for the second person. What another outcome asks for is left out."""
    naming = _held(naming)
    improves, withdraws = outcome == Review.Outcome.IMPROVE, outcome == Review.Outcome.WITHDRAW
    given = {
        "year": year, "outcome": outcome, "finding": finding, "due_on": due_on if improves else None,
        "decision_number": decision_number.strip() if withdraws else "", "decided_on": decided_on if withdraws else None,
    }
    refuse_if(rules.review_problems(naming, given, at))
    state = Review.State.IMPROVING if improves else Review.State.PROPOSED if withdraws else Review.State.SETTLED
    review = Review.objects.create(naming=naming, state=state, reviewed_at=at, reviewed_by=by, **given | {"finding": finding.strip()})
    action = "results.propose_withdrawal" if withdraws else "results.review_title"
    record(action, naming.application, by=by, at=at, review=review.pk, year=year, outcome=outcome, due_on=review.due_on)
    if withdraws:
        notices.tell_leads_of_proposed_withdrawal.delay_on_commit(review.pk)
    else:
        notices.tell_unit_of_review.delay_on_commit(review.pk)
    return review


@transaction.atomic
def answer_review(review, answer, *, by, at):
    """The unit reports what it put right; written again until the office closes it."""
    review = _held_review(review)
    refuse_if(rules.answer_review_problems(review, answer))
    review.answer, review.answered_at, review.answered_by = answer.strip(), at, by
    review.save(update_fields=["answer", "answered_at", "answered_by"])
    record("results.answer_review", review.naming.application, by=by, at=at, review=review.pk)
    notices.tell_office_of_improvement.delay_on_commit(review.pk, notices.turn(at))
    return review


def _settle(review, state, settlement, *, by, at):
    review.state, review.settlement, review.settled_at, review.settled_by = state, settlement.strip(), at, by
    review.save(update_fields=["state", "settlement", "settled_at", "settled_by"])


@transaction.atomic
def close_review(review, settlement, *, by, at):
    review = _held_review(review)
    refuse_if(rules.close_review_problems(review, settlement))
    _settle(review, Review.State.SETTLED, settlement, by=by, at=at)
    record("results.close_review", review.naming.application, by=by, at=at, review=review.pk, settlement=review.settlement)
    notices.tell_unit_of_closed_review.delay_on_commit(review.pk)
    return review


@transaction.atomic
def confirm_withdrawal(review, *, by, at):
    """The title goes; it stays visible as withdrawn, with the number and the day of the decision. An improvement still open ends with it."""
    review = _held_review(review)
    refuse_if(rules.decide_withdrawal_problems(review, by))
    _settle(review, Review.State.SETTLED, "", by=by, at=at)
    naming = review.naming
    naming.withdrawn_at, naming.withdrawn_by, naming.withdrawn_reason = at, by, review.finding[:300]
    naming.withdrawn_document, naming.withdrawn_on = review.decision_number, review.decided_on
    naming.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "withdrawn_document", "withdrawn_on"])
    for open_one in naming.reviews.improving():
        _settle(open_one, Review.State.SETTLED, _("命名已经撤销，整改终止。"), by=by, at=at)
    record(
        "results.withdraw_naming", naming.application, by=by, at=at, review=review.pk, decision_number=review.decision_number,
        decided_on=review.decided_on, reason=naming.withdrawn_reason,
    )
    if naming.application.campaign.is_of_county:
        applications.actions.take_back_proposal(naming.application, by=by, at=at)
    notices.tell_of_withdrawn_naming.delay_on_commit(naming.pk)
    return naming


@transaction.atomic
def refuse_withdrawal(review, settlement, *, by, at):
    review = _held_review(review)
    refuse_if(rules.refuse_withdrawal_problems(review, settlement, by))
    _settle(review, Review.State.REFUSED, settlement, by=by, at=at)
    record("results.refuse_withdrawal", review.naming.application, by=by, at=at, review=review.pk, settlement=review.settlement)
    notices.tell_office_of_refused_withdrawal.delay_on_commit(review.pk)
    return review
