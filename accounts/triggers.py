"""Guarantees that a constraint cannot spell: triggers, installed after every migration on both databases.

They are reinstalled each time because SQLite drops a table's triggers when a migration rebuilds the table.
"""

from django.db import connections


def refuse(using, table, event, condition, message, *, name=""):
    """Install a trigger that refuses `event` (INSERT, UPDATE or DELETE) on rows of `table` for which `condition` holds.

    A second one for the same table and event needs a `name` of its own.

    `condition` is SQL over NEW and OLD that both databases read; the refusal is an IntegrityError with `message`.
    """
    connection = connections[using]
    name = name or f"{table}_{event.lower()}_refused"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END")
        else:
            row = "OLD" if event == "DELETE" else "NEW"
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
            )
            cursor.execute(f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def freeze(using, model):
    """Refuse to delete rows of a model that names `frozen_fields`, or to change those fields (`"__all__"`: any field).

    Where the model names `freed_by`, a path to what carries the name of its rehearsal, the rows of rehearsals are free.
    """
    fields = [field for field in model._meta.concrete_fields if model.frozen_fields == "__all__" or field.name in model.frozen_fields]
    differs = "IS NOT" if connections[using].vendor == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{field.column}" {differs} NEW."{field.column}"' for field in fields)
    table = model._meta.db_table
    kept = f"NOT {of_rehearsal(model)}" if hasattr(model, "freed_by") else "1 = 1"
    refuse(using, table, "UPDATE", f"({changed}) AND {kept}", f"{table} rows are frozen")
    refuse(using, table, "DELETE", kept, f"{table} rows are kept")


def of_rehearsal(model):
    """SQL: whether the OLD row of a trigger belongs to a rehearsal, along the foreign keys its model names in `freed_by`."""
    first, *steps = model.freed_by.split("__")
    key = model._meta.get_field(first)
    target = key.related_model._meta
    tables, last = f'{target.db_table} t0', 0
    where = f't0."{target.pk.column}" = OLD."{key.column}"'
    for last, step in enumerate(steps, 1):
        key = target.get_field(step)
        target = key.related_model._meta
        tables += f' JOIN {target.db_table} t{last} ON t{last}."{target.pk.column}" = t{last - 1}."{key.column}"'
    return f"EXISTS (SELECT 1 FROM {tables} WHERE {where} AND t{last}.rehearsal <> '')"  # noqa: S608 (names of our own models)


def install_frozen(*, app_config, using, **kwargs):
    """post_migrate: freeze every model of the app that asks for it."""
    tables = set(connections[using].introspection.table_names())
    for model in app_config.get_models():
        if hasattr(model, "frozen_fields") and model._meta.db_table in tables:
            freeze(using, model)
