"""What happens: lists within the places, public notices, objections, naming. Each verb asks the rules again under its lock.

The lock of a track's list is the track's row: whoever chooses, locks or names holds it.
"""

import secrets

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import digest, record
from applications import actions as filing
from applications.models import Application
from campaigns.models import Campaign, Track
from campaigns.rules import NotAllowed, workdays_from
from results import notices, reports, rules
from results.models import (
    FrozenRanking,
    Naming,
    NoticeEntry,
    Objection,
    Place,
    PublicNotice,
    Recommendation,
    SelectionList,
    TieDecision,
)

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread on the telephone


def locked(track):
    """The track with its row locked until the end of the transaction, and its list."""
    track = Track.objects.select_for_update().get(pk=track.pk)
    return track, SelectionList.objects.get_or_create(track=track)[0]


def refuse_if(problems):
    if problems:
        raise NotAllowed(problems)


# The list within the places


@transaction.atomic
def choose(track, application, *, by, at):
    """Give the unit the first free place. Two people cannot take the last one: the track's row is locked."""
    track, _selection = locked(track)
    rows, _applications = reports.ranking_of(track)
    row = next((row for row in rows if row.key == application.pk), None)
    refuse_if(rules.choose_problems(track, application, row))
    taken = set(track.places.values_list("slot", flat=True))
    slot = next(slot for slot in range(1, track.quota + 1) if slot not in taken)
    place = Place.objects.create(track=track, slot=slot, cap=track.quota, application=application, taken_at=at, taken_by=by)
    record("results.choose", application, by=by, at=at, track=track.name, slot=slot, total=row.total, rank=row.rank)
    return place


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
        "categories": {code: str(points) for code, points in row.categories.items()},
        "passes": row.passes, "standing": row.standing, "missing": list(row.missing), "bar": row.bar,
    }


def frozen_rule(track):
    rule = reports.rule_of(track.campaign)
    return {
        "desk_weight": str(rule.desk_weight), "site_weight": str(rule.site_weight), "pass_mark": str(rule.pass_mark),
        "scale_to": str(rule.scale_to), "tie_order": list(rule.tie_order), "quota": track.quota,
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


# The public notice


@transaction.atomic
def create_notice(campaign, applications, *, title, body, contact, by, at):
    """A draft with the units of confirmed lists, in the order of their codes: a notice tells no ranks."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_if(rules.create_problems(campaign, applications))
    number = (PublicNotice.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0) + 1
    notice = PublicNotice.objects.create(
        campaign=campaign, number=number, title=title.strip(), body=body.strip(), contact=contact.strip(), created_at=at, created_by=by
    )
    NoticeEntry.objects.bulk_create([
        NoticeEntry(notice=notice, application=application, order=order)
        for order, application in enumerate(sorted(applications, key=lambda one: (one.track.order, one.organization.code)), 1)
    ])
    record("results.create_notice", notice, by=by, at=at, units=[str(application.organization) for application in applications])
    return notice


@transaction.atomic
def change_notice(notice, *, title, body, contact, by, at):
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.change_problems(notice))
    before = {"title": notice.title, "body": notice.body, "contact": notice.contact}
    notice.title, notice.body, notice.contact = title.strip(), body.strip(), contact.strip()
    notice.save(update_fields=["title", "body", "contact"])
    record("results.change_notice", notice, by=by, at=at, before=before)
    return notice


@transaction.atomic
def publish_notice(notice, *, checked_by, by, at):
    """By a person other than its author, after the confidentiality review. It runs from the next working day."""
    concerned = NoticeEntry.objects.filter(notice=notice).values("application__track")
    list(Track.objects.select_for_update().filter(pk__in=concerned).order_by("order"))  # no list is reopened meanwhile
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.publish_problems(notice, checked_by, by))
    notice.checked_by, notice.published_at, notice.published_by = checked_by, at, by
    notice.starts_on, notice.ends_on = rules.period(notice.campaign, at)
    notice.save(update_fields=["checked_by", "published_at", "published_by", "starts_on", "ends_on"])
    record(
        "results.publish_notice", notice, by=by, at=at,
        checked_by=str(checked_by), starts_on=notice.starts_on, ends_on=notice.ends_on,
    )
    notices.tell_of_published_notice.delay_on_commit(notice.pk)
    return notice


@transaction.atomic
def withdraw_notice(notice, reason, *, by, at):
    """Takes a published notice off, or puts a draft away."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.withdraw_notice_problems(notice, reason))
    notice.withdrawn_at, notice.withdrawn_reason = at, reason.strip()
    notice.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record("results.withdraw_notice", notice, by=by, at=at, reason=reason.strip())
    if notice.published_at:
        notices.tell_of_withdrawn_notice.delay_on_commit(notice.pk)
    return notice


@transaction.atomic
def tell_end_of_notice(notice, *, at):
    """Once, when the last day is over."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    if notice.ended_told_at or rules.notice_state(notice, timezone.localdate(at)) != "ended":
        return
    notice.ended_told_at = at
    notice.save(update_fields=["ended_told_at"])
    notices.tell_office_notice_ended.delay_on_commit(notice.pk)


# Objections


def tracking_code():
    """About 2^59 codes: not to be guessed within the lookups an address is allowed."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _place in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


@transaction.atomic
def file_objection(entry, *, name, phone, facts, at):
    """From the public: nobody signed in. What is recorded of it in the log names the unit, not the objector."""
    notice = PublicNotice.objects.select_for_update().get(pk=entry.notice_id)
    refuse_if(rules.objection_problems(notice, at))
    due_on = workdays_from(timezone.localdate(at), notice.campaign.objection_reply_days)[1]
    objection = Objection.objects.create(
        entry=entry, code=tracking_code(), name=name.strip(), phone=phone.strip(), facts=facts.strip(), received_at=at, due_on=due_on
    )
    record(
        "results.file_objection", objection, by=None, at=at, organization=entry.application.organization, campaign=notice.campaign,
        due_on=due_on,
    )
    notices.tell_office_of_objection.delay_on_commit(objection.pk)
    return objection


def read_objection(objection, *, by, at):
    """Whoever reads an objection leaves a trace (S-36)."""
    record(
        "results.read_objection", objection, by=by, at=at,
        organization=objection.entry.application.organization, campaign=objection.entry.notice.campaign,
    )


@transaction.atomic
def examine_objection(objection, *, by, at):
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(rules.examine_problems(objection))
    objection.state = Objection.State.EXAMINING
    objection.version += 1
    objection.save(update_fields=["state", "version"])
    record(
        "results.examine_objection", objection, by=by, at=at,
        organization=objection.entry.application.organization, campaign=objection.entry.notice.campaign,
    )
    return objection


@transaction.atomic
def answer_objection(objection, outcome, reply, *, by, at):
    """The written reply closes it. Upheld: the unit falls from its notice; its place is freed by an action of its own."""
    locked(objection.entry.application.track)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(rules.answer_problems(objection, outcome, reply))
    objection.state, objection.outcome, objection.reply = Objection.State.ANSWERED, outcome, reply.strip()
    objection.replied_at, objection.replied_by = at, by
    objection.version += 1
    objection.save(update_fields=["state", "outcome", "reply", "replied_at", "replied_by", "version"])
    if outcome == Objection.Outcome.UPHELD:
        NoticeEntry.objects.filter(pk=objection.entry_id, fallen_at=None).update(
            fallen_at=at, fallen_reason=_("异议 %(code)s 成立") % {"code": objection.code}
        )
    record(
        "results.answer_objection", objection, by=by, at=at, outcome=outcome,
        organization=objection.entry.application.organization, campaign=objection.entry.notice.campaign,
    )
    return objection


# Naming


@transaction.atomic
def name_units(campaign, document_number="", *, by, at):
    """Name every unit that nothing stands in the way of; the others wait for the next time."""
    list(Track.objects.select_for_update().filter(campaign=campaign).order_by("order"))
    waiting = [place for place in reports.places_for_naming(campaign) if not hasattr(place, "naming")]
    ready = [place for place in waiting if not rules.naming_problems(place, at)]
    if not ready:
        raise NotAllowed(sum((rules.named_problems(place, at) for place in waiting), []) or [_("没有可以命名的单位。")])
    named = []
    for place in ready:
        naming = Naming.objects.create(
            place=place, application=place.application, document_number=document_number.strip(), named_at=at, named_by=by
        )
        record("results.name", place.application, by=by, at=at, track=place.track.name, slot=place.slot, document_number=naming.document_number)
        notices.tell_of_naming.delay_on_commit(naming.pk)
        named.append(naming)
    return named


@transaction.atomic
def recommend_naming(naming, reason, *, target="", by, at):
    """By hand, from the tracks the notice names, with a reason."""
    naming = Naming.objects.select_for_update().get(pk=naming.pk)
    refuse_if(rules.recommend_problems(naming, reason))
    recommendation = Recommendation.objects.create(
        naming=naming, target=target.strip() or rules.recommended_as(naming.place.track.campaign), reason=reason.strip(),
        recommended_at=at, recommended_by=by,
    )
    record("results.recommend", naming.application, by=by, at=at, target=recommendation.target, reason=recommendation.reason)
    return recommendation
