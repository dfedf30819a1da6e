"""Who of the unit fills in what."""

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from applications import notices, rules
from applications.actions.locking import lock, refuse


@transaction.atomic
def assign(application, wanted, *, by, at):
    """`wanted`: {key of a response: key of a colleague, or None for nobody}. Whoever gets something new is told once. Returns what changed."""
    application = lock(application)
    refuse(rules.assignment_problems(application, wanted))
    people = User.objects.in_bulk({pk for pk in wanted.values() if pk})
    changed = [
        response for response in application.responses.select_for_update(of=("self",)).select_related("item").in_order()
        if response.pk in wanted and response.assignee_id != wanted[response.pk]
    ]
    for response in changed:
        response.assignee = people.get(wanted[response.pk])
        response.assigned_at, response.assigned_by = (at, by) if response.assignee else (None, None)
        response.save(update_fields=["assignee", "assigned_at", "assigned_by"])
    if changed:
        shares = [{"item": response.item.code, "to": response.assignee.name if response.assignee else ""} for response in changed]
        record("applications.assign", application, by=by, at=at, shares=shares)
    for person in {response.assignee for response in changed if response.assignee} - {by}:
        keys = [response.pk for response in changed if response.assignee == person]
        notices.tell_of_assignment.delay_on_commit(person.pk, keys, by.pk, at.isoformat())
    return changed


@transaction.atomic
def hand_over(user, successor, *, by, at):
    """The items a person has in hand go to a colleague of the unit. Returns how many; the log keeps who had them."""
    shares = {}
    for response in rules.shares_of(user):
        shares.setdefault(response.application, []).append(response)
    for application, responses in shares.items():
        assign(application, {response.pk: successor.pk for response in responses}, by=by, at=at)
        items = [response.item.code for response in responses]
        record("applications.hand_over", application, by=by, at=at, items=items, before=user.name, after=successor.name)
    return sum(map(len, shares.values()))
