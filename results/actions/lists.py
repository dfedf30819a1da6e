"""The list within the places, settled by two people."""

from django.db import transaction

from accounts.audit import digest, record
from applications import actions as filing
from applications.models import Application
from results import notices, reports, rules
from results.actions.locking import locked, refuse_if
from results.models import FrozenRanking, Place, SelectionList, TieDecision


@transaction.atomic
def choose(track, application, *, by, at):
    """Give the unit the first free place, if it may have one."""
    track, _selection = locked(track)
    rows, _applications = reports.ranking_of(track)
    row = next((row for row in rows if row.key == application.pk), None)
    refuse_if(rules.choose_problems(track, application, row))
    place = take_place(track, application, by=by, at=at)
    record("results.choose", application, by=by, at=at, track=track.name, slot=place.slot, total=row.total, rank=row.rank)
    return place


@transaction.atomic
def take_place(track, application, *, by, at):
    """The first free place of the track. Two people cannot take the last one: counting and taking happen under its lock (R-14)."""
    track, _selection = locked(track)
    taken = set(track.places.values_list("slot", flat=True))
    slot = next((slot for slot in range(1, track.quota + 1) if slot not in taken), None)
    refuse_if([] if slot else rules.full_problems())
    return Place.objects.create(track=track, slot=slot, cap=track.quota, application=application, taken_at=at, taken_by=by)


@transaction.atomic
def unchoose(track, application, *, by, at):
    track, _selection = locked(track)
    refuse_if(rules.unchoose_problems(track, application))
    place = Place.objects.get(track=track, application=application)
    record("results.unchoose", application, by=by, at=at, track=track.name, slot=place.slot)
    place.delete()


@transaction.atomic
def record_tie_decision(track, order, text, decided_on, *, by, at):
    """`order` names the units of one tied group (application keys), the best first."""
    track, _selection = locked(track)
    rows, _applications = reports.ranking_of(track)
    refuse_if(rules.tie_problems(track, rows, order, text))
    decision = TieDecision.objects.create(
        track=track, order=list(order), text=text.strip(), decided_on=decided_on, recorded_at=at, recorded_by=by
    )
    record("results.decide_tie", decision, by=by, at=at, campaign=track.campaign, order=list(order), decided_on=decided_on)
    return decision


@transaction.atomic
def lock_list(track, unused_reason, *, by, at):
    """Freeze the ranking beside the list; its units can no longer withdraw. Another person confirms."""
    track, selection = locked(track)
    rows, applications = reports.ranking_of(track)
    refuse_if(rules.lock_problems(track, rows, applications, unused_reason))
    chosen = list(track.places.order_by("slot").values_list("application", flat=True))
    facts = {"rows": [frozen_row(row, applications[row.key]) for row in rows], "rule": frozen_rule(track), "chosen": chosen}
    frozen = FrozenRanking.objects.create(
        selection=selection, number=selection.frozen.count() + 1, **facts, sha256=digest(facts), locked_at=at, locked_by=by
    )
    selection.state = SelectionList.State.LOCKED
    selection.unused_reason = unused_reason.strip() if len(chosen) < track.quota else ""
    selection.version += 1
    selection.save(update_fields=["state", "unused_reason", "version"])
    for application in Application.objects.filter(pk__in=chosen, held_at=None):
        filing.hold(application, by=by, at=at)
    record(
        "results.lock_list", selection, by=by, at=at, campaign=track.campaign,
        number=frozen.number, chosen=chosen, sha256=frozen.sha256, unused_reason=selection.unused_reason,
    )
    notices.tell_leads_of_locked_list.delay_on_commit(frozen.pk)
    return frozen


def frozen_row(row, application):
    return {
        "application": row.key, "unit": application.organization.name, "rank": row.rank,
        "desk": row.desk and str(row.desk), "site": row.site and str(row.site), "total": row.total and str(row.total),
        "bonus": str(row.bonus), "deductions": str(row.deductions),
        "categories": {code: str(points) for code, points in row.categories.items()},
        "passes": row.passes, "standing": row.standing, "missing": list(row.missing), "bar": row.bar,
    }


def frozen_rule(track):
    rule = reports.rule_of(track.campaign)
    return {
        "desk_weight": str(rule.desk_weight), "site_weight": str(rule.site_weight), "pass_mark": str(rule.pass_mark),
        "scale_to": str(rule.scale_to), "tie_order": list(rule.tie_order), "quota": track.quota, "version": reports.RULE_VERSION,
    }


@transaction.atomic
def confirm_list(track, *, by, at):
    track, selection = locked(track)
    refuse_if(rules.confirm_problems(track, by))
    frozen = reports.last_frozen(selection)
    frozen.confirmed_at, frozen.confirmed_by = at, by
    frozen.save(update_fields=["confirmed_at", "confirmed_by"])
    selection.state = SelectionList.State.CONFIRMED
    selection.version += 1
    selection.save(update_fields=["state", "version"])
    record("results.confirm_list", selection, by=by, at=at, campaign=track.campaign, number=frozen.number, sha256=frozen.sha256)
    return selection


@transaction.atomic
def reopen_list(track, reason, *, by, at):
    """Units that stand on a published notice keep their place and stay held; the others are free again."""
    track, selection = locked(track)
    refuse_if(rules.reopen_problems(track, reason))
    frozen = reports.last_frozen(selection)
    frozen.reopened_at, frozen.reopened_by, frozen.reopen_reason = at, by, reason.strip()
    frozen.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    selection.state = SelectionList.State.OPEN
    selection.version += 1
    selection.save(update_fields=["state", "version"])
    publicised = reports.standing_entries().exclude(notice__published_at=None).values("application")
    for application in Application.objects.filter(place__track=track, held_at__isnull=False).exclude(pk__in=publicised):
        filing.release(application, by=by, at=at)
    record("results.reopen_list", selection, by=by, at=at, campaign=track.campaign, number=frozen.number, reason=reason.strip())
    notices.tell_of_reopened_list.delay_on_commit(frozen.pk)
    return selection


@transaction.atomic
def free_place(place, *, by, at):
    """The place of a unit that fell. The next passer is taken up by reopening the list, and publicised anew, alone."""
    locked(place.track)
    place = Place.objects.select_related("application__organization", "track").get(pk=place.pk)
    refuse_if(rules.free_problems(place))
    record("results.free_place", place.application, by=by, at=at, track=place.track.name, slot=place.slot)
    if place.application.held_at:
        filing.release(place.application, by=by, at=at)
    place.delete()
