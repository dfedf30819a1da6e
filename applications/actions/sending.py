"""The unit submits, takes back, withdraws."""

from django.db import transaction

from accounts.audit import digest
from applications import notices, rules, snapshots, tasks
from applications.actions.locking import Status, lock, move, refuse
from applications.actions.renewing import catch_up
from applications.models import Submission


def _freeze(application, *, by, at, received_at, to_county):
    number = snapshots.next_number(application)
    snapshot = snapshots.freeze(application)
    scan = rules.scan_for(application, snapshots.checksum(snapshot))
    submission = Submission.objects.create(
        application=application, number=number, receipt=snapshots.receipt_of(application, number), received_at=received_at,
        submitted_at=at, submitted_by=by, to_county=to_county, snapshot=snapshot, sha256=digest(snapshot), signed_sha256=scan.blob_id if scan else "",
    )
    if scan:
        _send_scan_along(scan, submission)
    notices.tell_of_submission.delay_on_commit(submission.pk)
    return submission


def _send_scan_along(scan, submission):
    """Every scan that waited goes with this version; one that still matches from an earlier version is noted with this one too."""
    submission.application.signed_forms.pending().exclude(pk=scan.pk).update(submission=submission)
    if scan.submission_id is not None:
        scan.pk, scan._state.adding = None, True
    scan.submission = submission
    scan.save()


def _answer_returns(application, *, by, at):
    application.returns.open().update(answered_at=at, answered_by=by)


@transaction.atomic
def submit(application, *, by, at, received_at, version=None, contact_name=None, contact_phone=None):
    """Send the application on: a township's to its county, any other to the city; one returned by the office straight back to it.

    In time is what the server began to receive in time. Returns the frozen version, whose number is the receipt.
    """
    application = lock(application, version)
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
    if not to_county:
        tasks.compare_application.delay_on_commit(application.pk)
    move(application, action, by=by, at=at, fields=fields, receipt=submission.receipt, sha256=submission.sha256, received_at=received_at)
    return submission


@transaction.atomic
def take_back(application, *, by, at, version=None):
    """From the county, as long as it has not acted."""
    application = lock(application, version)
    refuse(rules.take_back_problems(application))
    application.status = Status.DRAFT
    move(application, "applications.take_back", by=by, at=at)
    catch_up(application, by=by, at=at)
    return application


@transaction.atomic
def withdraw(application, *, by, at, version=None):
    application = lock(application, version)
    refuse(rules.withdrawal_problems(application))
    application.status, application.withdrawn_at, application.withdrawn_by = Status.WITHDRAWN, at, by
    return move(application, "applications.withdraw", by=by, at=at, fields=["withdrawn_at", "withdrawn_by"])
