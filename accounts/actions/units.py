"""What happens to a unit: founded, corrected, renamed, merged."""

from django.db import transaction

from accounts import rules
from accounts.audit import record
from accounts.models import FormerName, Organization, User
from accounts.rules import NotAllowed


@transaction.atomic
def new_unit(unit, *, by, at):
    unit.save()
    record("accounts.new_unit", unit, by=by, at=at, organization=unit)
    return unit


@transaction.atomic
def change_unit(unit, values, *, by, at):
    """Correct what is known of a unit. Another name from a day on is `rename_unit`."""
    unit = Organization.objects.select_for_update(no_key=True).get(pk=unit.pk)
    if problems := rules.change_problems(unit, values.get("parent")):
        raise NotAllowed(problems)
    before = {name: str(getattr(unit, name)) for name in values}
    for name, value in values.items():
        setattr(unit, name, value)
    if unit.valid_until is None:
        unit.successor = None
    unit.save()
    changes = {name: [before[name], str(value)] for name, value in values.items() if before[name] != str(value)}
    record("accounts.change_unit", unit, by=by, at=at, organization=unit, changes=changes)
    return unit


@transaction.atomic
def rename_unit(unit, name, short_name, day, *, by, at):
    """From this day on the unit has another name; papers and lists that are frozen keep the name of their time."""
    unit = Organization.objects.select_for_update(no_key=True).get(pk=unit.pk)
    if problems := rules.rename_problems(unit, name, short_name, day, at):
        raise NotAllowed(problems)
    FormerName.objects.create(organization=unit, name=unit.name, short_name=unit.short_name, until=day, changed_at=at, changed_by=by)
    record("accounts.rename_unit", unit, by=by, at=at, organization=unit, before=unit.name, after=name, day=day)
    unit.name, unit.short_name = name, short_name
    unit.save(update_fields=["name", "short_name"])
    return unit


@transaction.atomic
def merge_unit(unit, into, day, *, move_people, by, at):
    """From this day on the unit is closed; `into` takes over, with its people where asked. What it filed stays its own."""
    unit = Organization.objects.select_for_update(no_key=True).get(pk=unit.pk)
    move_people = bool(move_people and into)
    if problems := rules.merge_problems(unit, into, day, at, move_people=move_people):
        raise NotAllowed(problems)
    unit.valid_until, unit.successor = day, into
    unit.save(update_fields=["valid_until", "successor"])
    moved = list(unit.people.active()) if move_people else []
    User.objects.filter(pk__in=[person.pk for person in moved]).update(organization=into)
    record("accounts.merge_unit", unit, by=by, at=at, organization=unit, into=into.code if into else "", day=day, moved=[person.username for person in moved])
    return unit
