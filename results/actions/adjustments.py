"""Bonus and deductions, proposed by one and confirmed by another; a veto, raised, heard and decided."""

from django.db import transaction

from accounts.audit import record
from applications import uploads
from results import notices, rules
from results.actions.locking import locked, refuse_if
from results.models import Adjustment, Veto


@transaction.atomic
def propose_adjustment(application, kind, points, *, reason, basis, by, at):
    locked(application.track)
    refuse_if(rules.adjustment_problems(application, kind, points))
    adjustment = Adjustment.objects.create(
        application=application, kind=kind, points=points, reason=reason.strip(), basis=basis.strip(), proposed_at=at, proposed_by=by
    )
    record("results.propose_adjustment", application, by=by, at=at, adjustment=adjustment.pk, kind=kind, points=points, reason=adjustment.reason)
    return adjustment


def _held(adjustment):
    locked(adjustment.application.track)
    return Adjustment.objects.select_for_update(of=("self",)).select_related("application__track", "application__campaign", "decided_by").get(pk=adjustment.pk)


def _decide_adjustment(adjustment, state, decision, action, *, by, at):
    adjustment.state, adjustment.decision, adjustment.decided_at, adjustment.decided_by = state, decision.strip(), at, by
    adjustment.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    record(
        action, adjustment.application, by=by, at=at, adjustment=adjustment.pk, kind=adjustment.kind, points=adjustment.points,
        decision=adjustment.decision,
    )
    return adjustment


@transaction.atomic
def confirm_adjustment(adjustment, *, by, at):
    adjustment = _held(adjustment)
    refuse_if(rules.confirm_adjustment_problems(adjustment, by))
    return _decide_adjustment(adjustment, Adjustment.State.CONFIRMED, "", "results.confirm_adjustment", by=by, at=at)


@transaction.atomic
def undo_adjustment(adjustment, decision, *, by, at):
    """Refuse what was proposed; revoke what counted."""
    adjustment = _held(adjustment)
    refuse_if(rules.undo_adjustment_problems(adjustment, decision))
    counted = adjustment.state == Adjustment.State.CONFIRMED
    state = Adjustment.State.REVOKED if counted else Adjustment.State.REFUSED
    action = "results.revoke_adjustment" if counted else "results.refuse_adjustment"
    return _decide_adjustment(adjustment, state, decision, action, by=by, at=at)


def raise_veto(application, item, *, facts, basis, due_at, file=None, by, at):
    """The file, if there is one, is looked at and stored before any row is locked. Raises uploads.Refused."""
    refuse_if(rules.veto_problems(application, item, facts, basis, due_at, at))
    taken = uploads.take(file, file.name) if file else None
    with transaction.atomic():
        locked(application.track)
        refuse_if(rules.veto_problems(application, item, facts, basis, due_at, at))
        veto = Veto.objects.create(
            application=application, item=item, facts=facts.strip(), basis=basis.strip(), due_at=due_at, raised_at=at, raised_by=by,
            blob=uploads.blob_of(taken, at=at) if taken else None, filename=taken.name if taken else "",
        )
        record("results.raise_veto", application, by=by, at=at, veto=veto.pk, item=item.code, due_at=due_at, sha256=veto.blob_id or "")
        notices.tell_unit_of_veto.delay_on_commit(veto.pk)
        return veto


def _held_veto(veto):
    locked(veto.application.track)
    related = ("application__track", "application__campaign", "application__organization", "item", "decided_by")
    return Veto.objects.select_for_update(of=("self",)).select_related(*related).get(pk=veto.pk)


@transaction.atomic
def state_on_veto(veto, statement, *, by, at):
    """The unit's own view. It may be written again until the time for it is over."""
    veto = _held_veto(veto)
    refuse_if(rules.statement_problems(veto, statement, at))
    veto.state, veto.statement, veto.stated_at, veto.stated_by = Veto.State.HEARD, statement.strip(), at, by
    veto.save(update_fields=["state", "statement", "stated_at", "stated_by"])
    record("results.state_on_veto", veto.application, by=by, at=at, veto=veto.pk, item=veto.item.code)
    notices.tell_leads_of_statement.delay_on_commit(veto.pk, at.isoformat())
    return veto


@transaction.atomic
def decide_veto(veto, decision, *, confirmed, by, at):
    veto = _held_veto(veto)
    refuse_if(rules.decide_veto_problems(veto, decision, by, at))
    veto.state = Veto.State.CONFIRMED if confirmed else Veto.State.DISMISSED
    veto.decision, veto.decided_at, veto.decided_by = decision.strip(), at, by
    veto.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    action = "results.confirm_veto" if confirmed else "results.dismiss_veto"
    record(action, veto.application, by=by, at=at, veto=veto.pk, item=veto.item.code, decision=veto.decision)
    notices.tell_unit_of_veto_decision.delay_on_commit(veto.pk)
    return veto
