"""Last year's texts and links come in, marked until somebody has looked at them."""

from django.db import transaction

from accounts.audit import record
from applications import rules
from applications.actions.locking import lock, lock_response, refuse
from applications.models import Evidence, ItemResponse


@transaction.atomic
def carry_over(application, *, only=None, by, at):
    """Into untouched items (or the one named): nothing that was typed is ever overwritten. Returns the answers that got something."""
    application = lock(application)
    pairs = [(response, old) for response, old in rules.carry_pairs(application) if only is None or response.pk == only.pk]
    refuse(rules.carry_problems(application, pairs))
    for response, old in pairs:
        response = ItemResponse.objects.select_for_update(of=("self",)).select_related("item").get(pk=response.pk)
        response.narrative = old.narrative
        response.carried_from = old if old.narrative.strip() else None
        response.updated_at, response.updated_by = at, by
        response.version += 1
        response.narrative_version += 1
        response.save(update_fields=["narrative", "carried_from", "updated_at", "updated_by", "version", "narrative_version"])
        _carry_links(response, old, by=by, at=at)
    codes = [response.item.code for response, old in pairs]
    record("applications.carry_over", application, by=by, at=at, codes=codes, earlier=pairs[0][1].application_id)
    return [response for response, old in pairs]


def _carry_links(response, old, *, by, at):
    checkpoints = {checkpoint.code: checkpoint for checkpoint in response.item.checkpoints.all()}
    seen = set()
    for proof in old.evidence.present().filter(kind=Evidence.Kind.LINK).select_related("checkpoint"):
        if proof.url not in seen:
            seen.add(proof.url)
            Evidence.objects.create(
                response=response, kind=Evidence.Kind.LINK, title=proof.title, url=proof.url, check_at=at, added_at=at, added_by=by, carried_from=proof,
                checkpoint=checkpoints.get(proof.checkpoint.code) if proof.checkpoint else None,
            )


@transaction.atomic
def confirm_carried(response, *, by, at):
    """The clerk has looked: the text and the links that were carried in still hold."""
    response = lock_response(response)
    links = response.evidence.filter(carried_from__isnull=False)
    if response.carried_from_id is not None or links.exists():
        response.carried_from = None
        response.version += 1
        response.updated_at, response.updated_by = at, by
        response.save(update_fields=["carried_from", "version", "updated_at", "updated_by"])
        links.update(carried_from=None)
        record("applications.confirm_carried", response.application, by=by, at=at, item=response.item.code)
    return response
