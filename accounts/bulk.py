"""Tens of thousands of rows within one short transaction: the database is busy with them for seconds, and others wait no longer.

Django's `bulk_create` and `bulk_update` ask each field about each value and spell out each statement anew, and take several times as
long. Here one statement is run again and again; fields are asked only about values that the database does not take as they are.
No signal is sent, and no field fills itself in.
"""

from django.db import connection, transaction
from django.db.models import AutoField, BooleanField, CharField, ForeignKey, IntegerField, Max, TextField

TAKEN_AS_THEY_ARE = (CharField, TextField, IntegerField, BooleanField, ForeignKey)
PLAIN = (str, int, bool)


def insert(rows, *, known_by=""):
    """Insert these unsaved rows of one model. With `known_by`, a unique field, each is told its key."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(quoted(field.column) for field in fields)
    everything = model._base_manager.all()
    last = everything.aggregate(last=Max("pk"))["last"] if known_by else None
    run(f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})", values(fields, rows))  # noqa: S608 - names of our own models
    if known_by:
        keys = dict(everything.filter(pk__gt=last or 0).values_list(known_by, "pk"))
        for row in rows:
            row.pk, row._state.adding = keys[getattr(row, known_by)], False


def update(rows, names):
    """Save these fields of rows of one model that are there."""
    if not rows:
        return
    model = type(rows[0])
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    run(f"UPDATE {quoted(model._meta.db_table)} SET {changes} WHERE {quoted(model._meta.pk.column)} = %s", values([*fields, model._meta.pk], rows))  # noqa: S608


def run(statement, parameters):
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(statement, parameters)


def values(fields, rows):
    asked = [(field.attname, field, isinstance(field, TAKEN_AS_THEY_ARE)) for field in fields]
    before = {}  # rows in a row often hold the very same moment
    for row in rows:
        line = []
        for name, field, is_plain in asked:
            value = getattr(row, name)
            if value is not None and not (is_plain and type(value) in PLAIN):
                if before.get(name, (None,))[0] is not value:
                    before[name] = value, field.get_db_prep_save(value, connection)
                value = before[name][1]
            line.append(value)
        yield line


def quoted(name):
    return connection.ops.quote_name(name)
