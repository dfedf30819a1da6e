"""Starting, and filling in one item at a time."""

from django.db import transaction

from accounts.audit import record
from accounts.models import Organization
from applications import rules
from applications.actions.locking import Stale, lock_response, refuse
from applications.models import Application, ItemResponse
from standards.models import Item, Standard


@transaction.atomic
def start(organization, campaign, *, by, at):
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    refuse(rules.start_problems(organization, campaign, at))
    track = rules.track_of(organization, campaign)
    list(Standard.objects.select_for_update().filter(campaign=campaign).order_by("pk"))  # whoever publishes another waits, or is waited for
    standard = Standard.objects.filter(campaign=campaign).in_force()
    if not standard.is_locked:
        standard.locked_at = at
        standard.save(update_fields=["locked_at"])
    application = Application.objects.create(
        campaign=campaign, track=track, organization=organization, standard=standard, started_at=at, started_by=by,
        contact_name=by.name, contact_phone=by.phone,
    )
    ItemResponse.objects.bulk_create(
        ItemResponse(application=application, item=item, maximum=item.maximum)
        for item in Item.objects.filter(category__standard=standard).for_track(track)
    )
    record("applications.start", application, by=by, at=at, status=application.status)
    return application


def settle(response):
    """An item that lacks something again is no longer done, however it came to that."""
    if response.is_done and rules.item_problems(response):
        response.done_at = response.done_by = None


@transaction.atomic
def save_response(response, *, base_version, verdict, score, narrative, by, at):
    """Save the whole answer. What is already stored is no change; what is based on an older text never overwrites (R-16)."""
    response = lock_response(response)
    typed = {"self_verdict": verdict, "self_score": score, "narrative": narrative.replace("\r\n", "\n")}
    changed = {field: value for field, value in typed.items() if value != getattr(response, field)}
    if not changed:
        return response
    if base_version != response.version:
        raise Stale(response)
    return _write(response, changed, by=by, at=at)


@transaction.atomic
def save_field(response, field, value, *, base_version, by, at):
    """Save one field of the answer by the version of that field. The same text sent twice, because an answer was lost, is saved once."""
    response = lock_response(response)
    if isinstance(value, str):
        value = value.replace("\r\n", "\n")
    if value == getattr(response, field):
        return response
    if base_version != response.version_of(field):
        raise Stale(response)
    return _write(response, {field: value}, by=by, at=at)


def _write(response, changed, *, by, at):
    if changed.get("narrative", response.narrative).strip() != response.narrative.strip():
        response.carried_from = None  # last year's text was made this year's
    for field, value in changed.items():
        setattr(response, field, value)
        setattr(response, f"{field}_version", response.version_of(field) + 1)
    refuse(rules.answer_problems(response, response.self_verdict, response.self_score))
    if response.self_verdict != ItemResponse.Verdict.NOT_APPLICABLE:
        response.exempted_at = response.exempted_by = None
    response.updated_at, response.updated_by = at, by
    response.version += 1
    settle(response)
    versions = [f"{field}_version" for field in changed]
    facts = ["version", "updated_at", "updated_by", "done_at", "done_by", "exempted_at", "exempted_by", "carried_from"]
    response.save(update_fields=[*changed, *versions, *facts])
    record(
        "applications.save_response", response.application, by=by, at=at, item=response.item.code, version=response.version, fields=list(changed),
    )
    return response


@transaction.atomic
def mark_done(response, *, by, at):
    response = lock_response(response)
    refuse(rules.item_problems(response))
    if not response.is_done:
        response.done_at, response.done_by = at, by
        response.save(update_fields=["done_at", "done_by"])
        record("applications.mark_done", response.application, by=by, at=at, item=response.item.code)
    return response


@transaction.atomic
def reopen(response, *, by, at):
    """Not done after all."""
    response = lock_response(response)
    if response.is_done:
        response.done_at = response.done_by = None
        response.save(update_fields=["done_at", "done_by"])
        record("applications.reopen", response.application, by=by, at=at, item=response.item.code)
    return response
