"""An amendment of the standard comes into force: whoever is filling in moves to it with every answer, and is asked to look at what changed.

Moved are applications in their unit's hands: drafts, and those returned by the office. What lies with the county or the office stays on
the version it was sent under, also when the office returns it later; what comes back from the county moves then, being a draft again.
"""

from functools import partial

from django.db import transaction

from accounts.audit import record
from applications import notices, rules
from applications.actions.filling import settle
from applications.actions.locking import refuse
from applications.models import Application, Evidence, ItemResponse, RevisedItem, Upload
from standards import actions as standard_actions
from standards.contents import items_of, present_standard, seen_in
from standards.models import Item, Standard

Kind = RevisedItem.Kind


@transaction.atomic
def publish_standard(draft, *, by, at):
    """Returns (the version in force, the applications that moved to it)."""
    standard = standard_actions.publish(draft, by=by, at=at)
    waiting = (
        Application.objects.select_for_update(of=("self",)).of_campaign(standard.campaign).editable().filter(sealed_at=None)
        .exclude(standard=standard).select_related("campaign", "track", "organization", "standard").order_by("pk")
    )
    moved = list(waiting)
    contents = {}
    for application in moved:
        renew(application, standard, contents, by=by, at=at)
    return standard, moved


def catch_up(application, *, by, at):
    """A draft again, after another version came into force meanwhile. Called inside the transaction that made it a draft."""
    standard = Standard.objects.filter(campaign=application.campaign_id).in_force()
    if standard.pk != application.standard_id:
        renew(application, standard, {}, by=by, at=at)


def renew(application, standard, contents, *, by, at):
    """By code: the same item keeps its answer, a new one begins empty, the answer to a removed one is kept aside."""
    old, new = (seen(version, application.track, contents) for version in (application.standard, standard))
    rows = {item.code: item for item in Item.objects.filter(category__standard=standard).for_track(application.track)}
    responses = {response.item.code: response for response in application.responses.select_related("item")}
    if not standard.is_locked:
        standard.locked_at = standard_actions.lock_standard(standard, by=by, at=at).locked_at
    changed = []
    for code, response in responses.items():
        if code not in rows:
            response.removed_at = at
            response.save(update_fields=["removed_at"])
            changed.append((Kind.REMOVED, response, {}))
            continue
        dropped = move_answer(response, rows[code], application)
        if old.get(code) != new[code] or dropped:
            changed.append((Kind.CHANGED, response, dropped))
    for code, item in rows.items():
        if code not in responses:
            changed.append((Kind.ADDED, begin_answer(application, item), {}))
    RevisedItem.objects.bulk_create(
        RevisedItem(
            application=application, standard=standard, response=response, code=response.item.code, kind=kind, before=old.get(response.item.code),
            after=None if kind == Kind.REMOVED else new[response.item.code], dropped=dropped, revised_at=at,
        )
        for kind, response, dropped in changed
    )
    before, application.standard = application.standard, standard
    application.save(update_fields=["standard"])
    record(
        "applications.renew", application, by=by, at=at, before=before.number, after=standard.number,
        items={kind: [response.item.code for each, response, _dropped in changed if each == kind] for kind in Kind.values},
    )
    if changed:
        transaction.on_commit(partial(notices.tell_of_amendment.delay, application.pk, standard.pk))


def seen(standard, track, contents):
    """{code: what a unit of this track reads}. `contents` keeps the versions that were read already."""
    if standard.pk not in contents:
        contents[standard.pk] = items_of(present_standard(standard)[1])
    return {code: seen_in(item, track.key) for code, item in contents[standard.pk].items() if track.key in item["points"]}


def begin_answer(application, item):
    """Empty, or where an earlier amendment had removed the item, with what had been filled in then."""
    earlier = ItemResponse.including_removed.filter(application=application, item__code=item.code, removed_at__isnull=False).order_by("-removed_at").first()
    if earlier is None:
        return ItemResponse.objects.create(application=application, item=item, maximum=item.maximum)
    earlier.removed_at = None
    earlier.save(update_fields=["removed_at"])
    move_answer(earlier, item, application)
    return earlier


def move_answer(response, item, application):
    """Point an answer and its proofs at the item of the new version. Returns what had to be taken off, for the unit to see."""
    dropped = {}
    codes = {row.code: row for row in item.checkpoints.all()}
    for proof in Evidence.objects.filter(response=response, checkpoint__isnull=False).select_related("checkpoint"):
        proof.checkpoint, code = codes.get(proof.checkpoint.code), proof.checkpoint.code
        proof.save(update_fields=["checkpoint"])
        if proof.checkpoint is None and proof.removed_at is None:
            dropped.setdefault("checkpoints", []).append([proof.title, code])
    for upload in Upload.objects.filter(response=response, checkpoint__isnull=False).select_related("checkpoint"):
        upload.checkpoint = codes.get(upload.checkpoint.code)
        upload.save(update_fields=["checkpoint"])
    response.item, response.maximum = item, item.maximum
    fields = ["item", "maximum"]
    if response.self_score is not None and response.self_score > item.maximum:
        dropped["self_score"] = f"{response.self_score.normalize():f}"
        response.self_score = None
        response.self_score_version += 1
        response.version += 1
        fields += ["self_score", "self_score_version", "version"]
    response.application = application
    settle(response)
    response.save(update_fields=[*fields, "done_at", "done_by"])
    return dropped


@transaction.atomic
def confirm_revised(application, codes=None, *, by, at):
    """The unit has looked at what changed: at these items, or at all."""
    application = Application.objects.select_for_update(of=("self",)).select_related("organization", "campaign").get(pk=application.pk)
    refuse(rules.status_problems(application, *Application.EDITABLE))
    rows = application.revised_items.open()
    if codes is not None:
        rows = rows.filter(code__in=codes)
    found = sorted(set(rows.values_list("code", flat=True)))
    if found:
        rows.update(confirmed_at=at, confirmed_by=by)
        record("applications.confirm_revised", application, by=by, at=at, codes=found)
    return found
