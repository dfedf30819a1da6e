"""Objections of the public, and their answers."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
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
