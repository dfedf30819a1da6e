"""Which days are worked? Seeded from the package, changed by hand, brought in from an official arrangement."""

from datetime import timedelta
from importlib.metadata import version

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.loading import Report
from campaigns import rules
from campaigns.models import CalendarDay
from campaigns.rules import NotAllowed

SEED = "chinesecalendar"


@transaction.atomic
def seed_calendar():
    """Working days of every year the package knows. Days that came from elsewhere (the office, Excel) are never touched."""
    source = f"{SEED} {version('chinesecalendar')}"
    first = min(chinese_calendar.constants.holidays).replace(month=1, day=1)
    last = max(chinese_calendar.constants.holidays).replace(month=12, day=31)
    known = CalendarDay.objects.in_bulk()
    new, changed, report = [], [], Report()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        values = (chinese_calendar.is_workday(day), day_name(day))
        row = known.get(day)
        if row is None:
            new.append(CalendarDay(date=day, is_workday=values[0], name=values[1], source=source))
        elif row.source.startswith(SEED) and (row.is_workday, row.name) != values:
            row.is_workday, row.name, row.source = *values, source
            changed.append(row)
    CalendarDay.objects.bulk_create(new, batch_size=200)
    CalendarDay.objects.bulk_update(changed, ["is_workday", "name", "source"], batch_size=200)
    report.new, report.changed, report.same = len(new), len(changed), len(known) - len(changed)
    return report


@transaction.atomic
def change_day(day, *, is_workday, name, reason, by, at):
    """One day that differs from what the calendar said, typed in by hand."""
    if problems := rules.day_problems(day, reason):
        raise NotAllowed(problems)
    before = CalendarDay.objects.select_for_update().filter(pk=day).first()
    row, _made = CalendarDay.objects.update_or_create(date=day, defaults={"is_workday": is_workday, "name": name, "source": CalendarDay.BY_HAND})
    record("campaigns.change_day", row, by=by, at=at, reason=reason, before=before and before.is_workday, after=is_workday, name=name)
    return row


@transaction.atomic
def remove_day(row, *, reason, by, at):
    """From now on the day counts by its weekday."""
    if problems := rules.reason_problems(reason):
        raise NotAllowed(problems)
    record("campaigns.remove_day", row, by=by, at=at, reason=reason, before=row.is_workday, name=row.name, source=row.source)
    row.delete()


@transaction.atomic
def import_days(days, *, source, by, at):
    """[(day, whether it is worked, name)] of an official arrangement, all or none. Days that say the same already stay as they are."""
    known = CalendarDay.objects.select_for_update().in_bulk([day for day, _worked, _name in days])
    rows = {day: CalendarDay(date=day, is_workday=worked, name=name, source=source) for day, worked, name in days}
    changed = [row for day, row in rows.items() if day not in known or (known[day].is_workday, known[day].name, known[day].source) != (row.is_workday, row.name, source)]
    CalendarDay.objects.bulk_create(changed, update_conflicts=True, unique_fields=["date"], update_fields=["is_workday", "name", "source"])
    if changed:
        record(
            "campaigns.import_days", changed[0], by=by, at=at, source=source, count=len(changed),
            days=[f"{row.date} {'上班' if row.is_workday else '放假'} {row.name}".strip() for row in changed],
        )
    return len(changed)


def day_name(day):
    """国庆节, or 国庆节调休 for a weekend that is worked in exchange; nothing for an ordinary day."""
    if day in chinese_calendar.constants.holidays:
        return chinese_calendar.Holiday(chinese_calendar.constants.holidays[day]).chinese
    if day in chinese_calendar.constants.workdays:
        return _("%(holiday)s调休") % {"holiday": chinese_calendar.Holiday(chinese_calendar.constants.workdays[day]).chinese}
    return ""
