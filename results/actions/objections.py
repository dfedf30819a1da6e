"""Objections of the public, and their answers."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import current_address, record
from campaigns.rules import workdays_from
from results import notices, rules
from results.actions.locking import locked, refuse_if
from results.models import NoticeEntry, Objection, PublicNotice

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread on the telephone


def tracking_code():
    """About 2^59 codes: not to be guessed within the lookups an address is allowed."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _place in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


@transaction.atomic
def file_objection(entry, *, name, phone, facts, at, key=None):
    """From the public: nobody signed in. What is recorded of it in the log names the unit, not the objector.

    `key` is the page it was sent from: the same sent twice is one objection, with one code (R-10).
    """
    notice = PublicNotice.objects.select_for_update().get(pk=entry.notice_id)
    given = {"entry_id": entry.pk, "name": name.strip(), "phone": phone.strip(), "facts": facts.strip()}
    if key and (earlier := Objection.objects.filter(key=key).first()):
        refuse_if(rules.repeat_problems(earlier, given))
        return earlier
    refuse_if(rules.objection_problems(notice, at) + rules.flood_problems(at))
    due_on = workdays_from(timezone.localdate(at), notice.campaign.objection_reply_days)[1]
    objection = Objection.objects.create(
        **given, code=tracking_code(), key=key, received_at=at, due_on=due_on
    )
    sent_from = current_address.set(None)  # the log stands for ever, and an address may tell whose house it is
    try:
        record(
            "results.file_objection", objection, by=None, at=at, organization=entry.application.organization, campaign=notice.campaign,
            due_on=due_on,
        )
    finally:
        current_address.reset(sent_from)
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
    objection.state, objection.examined_at, objection.examined_by = Objection.State.EXAMINING, at, by
    objection.version += 1
    objection.save(update_fields=["state", "examined_at", "examined_by", "version"])
    record(
        "results.examine_objection", objection, by=by, at=at,
        organization=objection.entry.application.organization, campaign=objection.entry.notice.campaign,
    )
    return objection


@transaction.atomic
def decline_objection(objection, reason, *, by, at):
    """不予受理: what is no objection holds nobody up. The reason stands where the reply would."""
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(rules.decline_problems(objection, reason))
    objection.state, objection.reply = Objection.State.DECLINED, reason.strip()
    objection.replied_at, objection.replied_by = at, by
    objection.version += 1
    objection.save(update_fields=["state", "reply", "replied_at", "replied_by", "version"])
    record(
        "results.decline_objection", objection, by=by, at=at, reason=objection.reply,
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
            fallen_at=at, fallen_by=by, fallen_reason=_("异议 %(code)s 成立") % {"code": objection.code}
        )
    record(
        "results.answer_objection", objection, by=by, at=at, outcome=outcome,
        organization=objection.entry.application.organization, campaign=objection.entry.notice.campaign,
    )
    return objection
