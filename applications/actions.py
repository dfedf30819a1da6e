"""What happens to an application. The only writer of its status; each verb asks the rules again, told who and when."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import digest, record
from accounts.models import Organization
from applications import notices, rules, snapshots, uploads
from applications.models import Application, Evidence, ItemResponse, Reminder, Return, ReturnedItem, Submission
from campaigns.rules import NotAllowed, Problem
from standards.models import Item, Standard

Status = Application.Status


class Stale(Exception):
    """Somebody else saved in between. Carries what is stored now; what was typed is still with the caller."""

    def __init__(self, stored):
        self.stored = stored
        super().__init__(str(stored))


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def _lock(application, version=None):
    """The row as it is now, held until the end of the transaction. `version`: what the page showed when it was opened."""
    locked = (
        Application.objects.select_for_update(of=("self",)).select_related("campaign", "track", "organization__county", "organization__kind")
        .get(pk=application.pk)
    )
    refuse(rules.stale_problems(locked, version))
    return locked


def _move(application, action, *, by, at, fields=(), **detail):
    """Write the status with the facts that go with it, and say so in the log."""
    application.version += 1
    application.save(update_fields=["status", "version", *fields])
    record(action, application, by=by, at=at, status=application.status, **detail)
    return application


# Starting and filling in


@transaction.atomic
def start(organization, campaign, *, by, at):
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    refuse(rules.start_problems(organization, campaign, at))
    track = rules.track_of(organization, campaign)
    standard = Standard.objects.select_for_update().filter(campaign=campaign).newest_first().first()
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


def _lock_response(response):
    """The application first, then the answer: every writer takes them in this order."""
    application = _lock(response.application)
    locked = ItemResponse.objects.select_for_update(of=("self",)).select_related("item").get(pk=response.pk)
    locked.application = application
    refuse(rules.editing_problems(locked))
    return locked


def _touch(response, *, by, at):
    response.updated_at, response.updated_by = at, by
    response.version += 1


def _settle(response):
    """An item that lacks something again is no longer done, however it came to that."""
    if response.is_done and rules.item_problems(response):
        response.done_at = response.done_by = None


SAVED = [
    "self_verdict", "self_score", "narrative", "updated_at", "updated_by", "version", "done_at", "done_by", "exempted_at", "exempted_by",
]


@transaction.atomic
def save_response(response, *, base_version, verdict, score, narrative, by, at):
    """Save what was typed. What is already stored is no change; what is based on an older text never overwrites (R-16)."""
    response = _lock_response(response)
    narrative = narrative.replace("\r\n", "\n")
    if (verdict, score, narrative) == (response.self_verdict, response.self_score, response.narrative):
        return response
    if base_version != response.version:
        raise Stale(response)
    refuse(rules.answer_problems(response, verdict, score))
    response.self_verdict, response.self_score, response.narrative = verdict, score, narrative
    if verdict != ItemResponse.Verdict.NOT_APPLICABLE:
        response.exempted_at = response.exempted_by = None
    _touch(response, by=by, at=at)
    _settle(response)
    response.save(update_fields=SAVED)
    record("applications.save_response", response.application, by=by, at=at, item=response.item.code, version=response.version)
    return response


@transaction.atomic
def mark_done(response, *, by, at):
    response = _lock_response(response)
    refuse(rules.item_problems(response))
    if not response.is_done:
        response.done_at, response.done_by = at, by
        response.save(update_fields=["done_at", "done_by"])
        record("applications.mark_done", response.application, by=by, at=at, item=response.item.code)
    return response


@transaction.atomic
def reopen(response, *, by, at):
    """Not done after all."""
    response = _lock_response(response)
    if response.is_done:
        response.done_at = response.done_by = None
        response.save(update_fields=["done_at", "done_by"])
        record("applications.reopen", response.application, by=by, at=at, item=response.item.code)
    return response


# Evidence


def attach_file(response, file, name, *, checkpoint=None, by, at):
    """Inspect and store the bytes first, then write the row. Raises uploads.Refused with a sentence about the file."""
    refuse(rules.editing_problems(response))
    taken = uploads.take(file, name)
    with transaction.atomic():
        response = _lock_response(response)
        same = response.evidence.present().filter(blob=taken.sha256).first()
        if same:
            raise NotAllowed([_("这一项已经有内容完全相同的文件“%(title)s”，不用重复上传。") % {"title": same.title}])
        known = Evidence.objects.present().filter(response__application=response.application_id, blob=taken.sha256).exists()
        if not known and (full := uploads.too_much(rules.used_bytes(response.application), taken.size)):
            raise NotAllowed([full])
        blob = uploads.blob_of(taken, at=at)
        return _attach(
            response, kind=Evidence.Kind.PHOTO if blob.is_image else Evidence.Kind.FILE, title=taken.name, blob=blob, checkpoint=checkpoint, by=by, at=at,
        )


@transaction.atomic
def attach_link(response, url, title="", *, checkpoint=None, by, at):
    response = _lock_response(response)
    if response.evidence.present().filter(url=url).exists():
        raise NotAllowed([Problem(_("这一项已经有这个网址，不用重复添加。"), "#id_url")])
    return _attach(response, kind=Evidence.Kind.LINK, title=(title or url)[:150], url=url, checkpoint=checkpoint, by=by, at=at)


def _attach(response, *, by, at, **fields):
    checkpoint = fields.get("checkpoint")
    if checkpoint and checkpoint.item_id != response.item_id:
        raise NotAllowed([_("这个检查点不属于本项，请重新选择。")])
    evidence = Evidence.objects.create(response=response, added_at=at, added_by=by, **fields)
    _evidence_changed(response, by=by, at=at)
    record(
        "applications.attach", response.application, by=by, at=at, item=response.item.code, evidence=evidence.pk, title=evidence.title,
        sha256=evidence.blob_id or "", url=evidence.url,
    )
    return evidence


def _evidence_changed(response, *, by, at):
    """The text's version stays: a file added in one tab is no reason to refuse a text typed in another."""
    response.updated_at, response.updated_by = at, by
    _settle(response)
    response.save(update_fields=["updated_at", "updated_by", "done_at", "done_by"])


def _lock_evidence(evidence):
    response = _lock_response(evidence.response)
    locked = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    locked.response = response
    return locked


@transaction.atomic
def remove_evidence(evidence, *, by, at):
    """Taken out of the application; the row stays, since submitted versions name it, and can be brought back."""
    evidence = _lock_evidence(evidence)
    if evidence.removed_at is None:
        evidence.removed_at, evidence.removed_by = at, by
        evidence.save(update_fields=["removed_at", "removed_by"])
        _evidence_changed(evidence.response, by=by, at=at)
        record("applications.remove_evidence", evidence.response.application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk, title=evidence.title)
    return evidence


@transaction.atomic
def restore_evidence(evidence, *, by, at):
    evidence = _lock_evidence(evidence)
    if evidence.removed_at is None:
        return evidence
    application = evidence.response.application
    if evidence.blob_id:
        if evidence.response.evidence.present().filter(blob=evidence.blob_id).exists():
            raise NotAllowed([_("这一项已经有同样的文件，不用恢复。")])
        if full := uploads.too_much(rules.used_bytes(application), evidence.blob.size):
            raise NotAllowed([full])
    evidence.removed_at = evidence.removed_by = None
    evidence.save(update_fields=["removed_at", "removed_by"])
    _evidence_changed(evidence.response, by=by, at=at)
    record("applications.restore_evidence", application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk, title=evidence.title)
    return evidence


# Submitting, by the unit


def _freeze(application, *, by, at, received_at, to_county):
    number = (application.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    snapshot = snapshots.freeze(application)
    submission = Submission.objects.create(
        application=application, number=number, receipt=f"{application.campaign.year}-{application.pk:04}-{number}", received_at=received_at,
        submitted_at=at, submitted_by=by, to_county=to_county, snapshot=snapshot, sha256=digest(snapshot),
    )
    notices.tell_of_submission.delay_on_commit(submission.pk)
    return submission


def _answer_returns(application, *, by, at):
    application.returns.open().update(answered_at=at, answered_by=by)


@transaction.atomic
def submit(application, *, by, at, received_at, version=None, contact_name=None, contact_phone=None):
    """Send the application on: a township's to its county, any other to the city; one returned by the office straight back to it.

    In time is what the server began to receive in time. Returns the frozen version, whose number is the receipt.
    """
    application = _lock(application, version)
    refuse(rules.submission_problems(application, received_at))
    action = "applications.submit"
    fields = ["status"]
    if contact_name is not None:
        application.contact_name, application.contact_phone = contact_name, contact_phone or ""
        fields += ["contact_name", "contact_phone"]
    to_county = application.status == Status.DRAFT and application.goes_through_county
    if application.status == Status.RETURNED:
        action = "applications.resubmit"
    if to_county:
        action = "applications.send_to_county"
        application.status, application.sent_to_county_at, application.sent_to_county_by = Status.WITH_COUNTY, received_at, by
        fields += ["sent_to_county_at", "sent_to_county_by"]
    else:
        application.status = Status.SUBMITTED
        if application.submitted_at is None:
            application.submitted_at, application.submitted_by = received_at, by
            fields += ["submitted_at", "submitted_by"]
    _answer_returns(application, by=by, at=at)
    submission = _freeze(application, by=by, at=at, received_at=received_at, to_county=to_county)
    _move(application, action, by=by, at=at, fields=fields, receipt=submission.receipt, sha256=submission.sha256, received_at=received_at)
    return submission


@transaction.atomic
def take_back(application, *, by, at, version=None):
    """From the county, as long as it has not acted."""
    application = _lock(application, version)
    refuse(rules.take_back_problems(application))
    application.status = Status.DRAFT
    return _move(application, "applications.take_back", by=by, at=at)


@transaction.atomic
def withdraw(application, *, by, at, version=None):
    application = _lock(application, version)
    refuse(rules.withdrawal_problems(application))
    application.status, application.withdrawn_at, application.withdrawn_by = Status.WITHDRAWN, at, by
    return _move(application, "applications.withdraw", by=by, at=at, fields=["withdrawn_at", "withdrawn_by"])


# The county


@transaction.atomic
def recommend(application, *, by, at, version=None):
    """The county forwards the version the unit sent it; with this it has arrived at the city."""
    Organization.objects.select_for_update(of=("self",)).get(pk=application.organization.county_id)
    application = _lock(application, version)
    refuse(rules.recommendation_problems(application, at))
    application.status = Status.SUBMITTED
    application.recommended_at, application.recommended_by = at, by
    application.submitted_at, application.submitted_by = at, by
    if application.county_order is None:
        last = rules.ranked(application.organization.county, application.campaign).aggregate(last=Max("county_order"))["last"] or 0
        application.county_order = last + 1
    fields = ["recommended_at", "recommended_by", "submitted_at", "submitted_by", "county_order"]
    _move(application, "applications.recommend", by=by, at=at, fields=fields, order=application.county_order)
    notices.tell_of_recommendation.delay_on_commit(application.pk)
    return application


def _send_back(application, level, reasons, note, due_at, *, by, at):
    returned = Return.objects.create(application=application, level=level, note=note.strip(), due_at=due_at, returned_at=at, returned_by=by)
    ReturnedItem.objects.bulk_create(
        ReturnedItem(of=returned, response_id=response, reason=reason.strip()) for response, reason in reasons.items() if reason.strip()
    )
    application.responses.filter(returned__of=returned).update(done_at=None, done_by=None)
    notices.tell_of_return.delay_on_commit(returned.pk)
    return returned


@transaction.atomic
def return_to_unit(application, reasons, note="", *, by, at, version=None):
    """The county sends a draft back with remarks: {key of a response: sentence}. The whole of it opens."""
    application = _lock(application, version)
    refuse(rules.county_return_problems(application, reasons, note))
    application.status = Status.DRAFT
    returned = _send_back(application, Return.Level.COUNTY, reasons, note, None, by=by, at=at)
    _move(application, "applications.return_to_unit", by=by, at=at, codes=_codes(returned))
    return returned


@transaction.atomic
def set_county_order(county, campaign, order, *, by, at):
    """`order`: keys of applications, the first recommended first. Those left out lose their place."""
    Organization.objects.select_for_update(of=("self",)).get(pk=county.pk)
    refuse(rules.order_problems(county, campaign, order, at))
    rules.ranked(county, campaign).update(county_order=None)
    for place, pk in enumerate(order, 1):
        Application.objects.filter(pk=pk).update(county_order=place)
    record("applications.set_county_order", county, by=by, at=at, organization=county, campaign=campaign, order=list(order))


# The office


def _codes(returned):
    return list(returned.items.order_by("response__item__category__order", "response__item__order").values_list("response__item__code", flat=True))


@transaction.atomic
def return_items(application, reasons, note="", due_at=None, *, by, at, version=None):
    """Only the named items open, until one due date; resubmission comes straight back."""
    application = _lock(application, version)
    refuse(rules.return_problems(application, reasons, due_at, at))
    application.status = Status.RETURNED
    returned = _send_back(application, Return.Level.OFFICE, reasons, note, due_at, by=by, at=at)
    _move(application, "applications.return_items", by=by, at=at, codes=_codes(returned), due_at=due_at)
    return returned


@transaction.atomic
def move_due(application, due_at, *, by, at, version=None):
    """Another due date for what the office returned."""
    application = _lock(application, version)
    refuse(rules.status_problems(application, Status.RETURNED) or rules.due_problems(due_at, at))
    returned = rules.open_return(application)
    before, returned.due_at = returned.due_at, due_at
    returned.save(update_fields=["due_at"])
    record("applications.move_due", application, by=by, at=at, before=before, due_at=due_at)
    notices.tell_of_moved_due.delay_on_commit(returned.pk)
    return returned


@transaction.atomic
def accept(application, *, by, at, version=None):
    application = _lock(application, version)
    refuse(rules.acceptance_problems(application))
    return _decide(application, Status.ACCEPTED, "applications.accept", by=by, at=at)


@transaction.atomic
def decline(application, reason, *, by, at, version=None):
    application = _lock(application, version)
    refuse(rules.decline_problems(application, reason))
    application.decline_reason = reason.strip()
    return _decide(application, Status.DECLINED, "applications.decline", by=by, at=at, reason=application.decline_reason)


def _decide(application, status, action, *, by, at, **detail):
    application.status, application.decided_at, application.decided_by = status, at, by
    _move(application, action, by=by, at=at, fields=["decided_at", "decided_by", "decline_reason"], **detail)
    notices.tell_of_decision.delay_on_commit(application.pk)
    return application


def _claimed_away(response):
    application = _lock(response.application)
    locked = ItemResponse.objects.select_for_update(of=("self",)).select_related("item").get(pk=response.pk)
    locked.application = application
    refuse(rules.exemption_problems(locked))
    return locked


@transaction.atomic
def approve_exemption(response, *, by, at):
    """The office agrees that the item does not apply: it leaves the total."""
    response = _claimed_away(response)
    if response.exempted_at is None:
        response.exempted_at, response.exempted_by = at, by
        response.save(update_fields=["exempted_at", "exempted_by"])
        record("applications.approve_exemption", response.application, by=by, at=at, item=response.item.code)
    return response


@transaction.atomic
def refuse_exemption(response, reason, *, by, at):
    """The item counts; an agreement given before is taken back."""
    response = _claimed_away(response)
    if not reason.strip():
        raise NotAllowed([Problem(_("请写明不同意的理由。"), "#id_reason")])
    response.exempted_at = response.exempted_by = None
    response.save(update_fields=["exempted_at", "exempted_by"])
    record("applications.refuse_exemption", response.application, by=by, at=at, item=response.item.code, reason=reason.strip())
    notices.tell_of_refused_exemption.delay_on_commit(response.application_id, f"{response.item}：{reason.strip()}", at.isoformat())
    return response


@transaction.atomic
def remind(campaign, organizations, *, by, at):
    """Ask late units to file. Returns how many were reminded, and how many had been today already."""
    refuse(rules.reminder_problems(campaign, organizations, at))
    on = timezone.localdate(at)
    late = rules.late_organizations(campaign).filter(pk__in=[organization.pk for organization in organizations])
    told, already = [], 0
    for organization in late.order_by("pk"):
        try:
            with transaction.atomic():
                Reminder.objects.create(campaign=campaign, organization=organization, on=on, reminded_at=at, reminded_by=by)
        except IntegrityError:
            already += 1
        else:
            told.append(organization.pk)
            record("applications.remind", organization, by=by, at=at, organization=organization, campaign=campaign)
    if told:
        notices.remind.delay_on_commit(campaign.pk, told, on.isoformat())
    return len(told), already


# Called from the right: by inspections and results


@transaction.atomic
def seal(application, *, by, at):
    """The inspection has begun: no more returns."""
    application = _lock(application)
    if application.sealed_at is None:
        application.sealed_at = at
        _move(application, "applications.seal", by=by, at=at, fields=["sealed_at"])
    return application


@transaction.atomic
def hold(application, *, by, at):
    """On a locked list: no withdrawal."""
    application = _lock(application)
    if application.held_at is None:
        application.held_at = at
        _move(application, "applications.hold", by=by, at=at, fields=["held_at"])
    return application


@transaction.atomic
def release(application, *, by, at):
    application = _lock(application)
    if application.held_at is not None:
        application.held_at = None
        _move(application, "applications.release", by=by, at=at, fields=["held_at"])
    return application
