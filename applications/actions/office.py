"""The office returns, accepts, declines, agrees that an item does not apply, reminds."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from applications import notices, rules
from applications.actions.locking import Status, lock, move, refuse
from applications.models import ItemResponse, Reminder, Return, ReturnedItem
from campaigns.rules import NotAllowed, Problem


def send_back(application, level, reasons, note, due_at, *, by, at):
    returned = Return.objects.create(application=application, level=level, note=note.strip(), due_at=due_at, returned_at=at, returned_by=by)
    ReturnedItem.objects.bulk_create(
        ReturnedItem(of=returned, response_id=response, reason=reason.strip()) for response, reason in reasons.items() if reason.strip()
    )
    application.responses.filter(returned__of=returned).update(done_at=None, done_by=None)
    notices.tell_of_return.delay_on_commit(returned.pk)
    return returned


def returned_codes(returned):
    return list(returned.items.order_by("response__item__category__order", "response__item__order").values_list("response__item__code", flat=True))


@transaction.atomic
def return_items(application, reasons, note="", due_at=None, *, by, at, version=None):
    """Only the named items open, until one due date; resubmission comes straight back."""
    application = lock(application, version)
    refuse(rules.return_problems(application, reasons, due_at, at))
    application.status = Status.RETURNED
    returned = send_back(application, Return.Level.OFFICE, reasons, note, due_at, by=by, at=at)
    move(application, "applications.return_items", by=by, at=at, codes=returned_codes(returned), due_at=due_at)
    return returned


@transaction.atomic
def move_due(application, due_at, *, by, at, version=None):
    """Another due date for what the office returned."""
    application = lock(application, version)
    refuse(rules.status_problems(application, Status.RETURNED) or rules.due_problems(due_at, at))
    returned = rules.open_return(application)
    before, returned.due_at = returned.due_at, due_at
    returned.save(update_fields=["due_at"])
    record("applications.move_due", application, by=by, at=at, before=before, due_at=due_at)
    notices.tell_of_moved_due.delay_on_commit(returned.pk)
    return returned


@transaction.atomic
def accept(application, *, by, at, version=None):
    application = lock(application, version)
    refuse(rules.acceptance_problems(application))
    return _decide(application, Status.ACCEPTED, "applications.accept", by=by, at=at)


@transaction.atomic
def decline(application, reason, *, by, at, version=None):
    application = lock(application, version)
    refuse(rules.decline_problems(application, reason))
    application.decline_reason = reason.strip()
    return _decide(application, Status.DECLINED, "applications.decline", by=by, at=at, reason=application.decline_reason)


def _decide(application, status, action, *, by, at, **detail):
    application.status, application.decided_at, application.decided_by = status, at, by
    move(application, action, by=by, at=at, fields=["decided_at", "decided_by", "decline_reason"], **detail)
    notices.tell_of_decision.delay_on_commit(application.pk)
    return application


def _claimed_away(response):
    application = lock(response.application)
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
