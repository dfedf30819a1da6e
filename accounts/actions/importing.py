"""A table on its way in: begun, read, its columns corrected, applied."""

import hashlib
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import bulk, jobs, rules
from accounts.actions.locking import refuse
from accounts.audit import record, record_many
from accounts.importing import checking, columns, people, tables, units
from accounts.models import AuditHead, Import, ImportRow
from accounts.rules import NotAllowed

CHECKERS = {Import.Kind.UNITS: units, Import.Kind.PEOPLE: people}
AT_ONCE_BYTES, AT_ONCE_ROWS = 200_000, 2000
STORE_AT_ONCE = 2000


def begin_import(kind, title, content, *, is_text=False, by, at):
    """Keep the table and read it: at once when it is small, otherwise by a worker. No transaction spans the reading, or others would wait."""
    content = content.encode() if is_text else content
    file = default_storage.save(secrets.token_hex(16), ContentFile(content))
    found = Import.objects.create(owner=by, kind=kind, title=title[:200], digest=hashlib.sha256(content).hexdigest(), file=file, created_at=at)
    if len(content) <= AT_ONCE_BYTES:
        read_import(found)
    else:
        work_on(found, "accounts.read_import", _("读取 %(title)s") % {"title": found.title}, by=by, at=at)
    return found


def work_on(found, kind, title, *, by, at, **parameters):
    found.job = jobs.start(kind, title, by=by, at=at, event="accounts.begin_import", table=found.pk, **parameters)
    found.save(update_fields=["job"])


def read_import(found, progress=lambda done, of: None):
    """From the file to rows and what each would do now, or to the sentence why not. Repeated, it begins anew."""
    found.rows.all().delete()
    with default_storage.open(found.file) as file:
        content = file.read()
    try:
        table = tables.read_file(content, found.sheet, lambda rows: columns.has_header(found.kind, rows))
    except tables.Refused as refusal:
        found.refusal, found.state = str(refusal), Import.State.REFUSED
        found.save(update_fields=["refusal", "state"])
        return
    rows, found.sheet, found.sheets = table.rows, table.sheet, table.sheets
    if not found.header:
        found.header, found.columns = columns.header_of(found.kind, rows)
    of = 4 * len(rows)
    progress(2 * len(rows), of)
    checked = check(found, rows, timezone.now())
    by_number = {row.number: row for row in checked}
    kept = []
    for number, cells in rows:
        row = by_number.get(number)
        what = {"outcome": row.outcome, "label": row.label[:200], "said": row.said} if row else {}
        kept.append(ImportRow(table=found, number=number, cells=tables.plain(cells), **what))
    # In portions, so that nobody waits for the database as long as a whole table takes.
    for first in range(0, len(kept), STORE_AT_ONCE):
        bulk.insert(kept[first:first + STORE_AT_ONCE])
        progress(3 * len(rows) + min(first + STORE_AT_ONCE, len(rows)), of)
    found.counts, found.plan = checking.counts_of(checked), checking.plan_of(checked)
    found.granted = sum(row.is_privileged and not row.problems for row in checked)
    found.state = Import.State.CHECKED
    found.save(update_fields=["sheet", "sheets", "header", "columns", "counts", "plan", "granted", "state"])


def check(found, rows, at):
    return CHECKERS[found.kind].check(rows, found.header, found.columns, by=found.owner, at=at)


def choose_columns(found, header, chosen, *, sheet="", by, at):
    """The person says where the headings are and what each column is for, or which worksheet to read instead, where they are looked for;
    everything is looked at anew."""
    if problems := rules.import_open_problems(found):
        raise NotAllowed(problems)
    is_small = found.rows.count() <= AT_ONCE_ROWS
    if sheet and sheet != found.sheet:
        found.sheet, header, chosen, is_small = sheet, 0, {}, default_storage.size(found.file) <= AT_ONCE_BYTES
    found.header, found.columns, found.refusal, found.state = header, chosen, "", Import.State.READING
    # Only one of several goes on: whoever else has it read anew, or brings it in, at this moment.
    facts = {name: getattr(found, name) for name in ("sheet", "header", "columns", "refusal", "state")}
    if not Import.objects.filter(pk=found.pk, state=Import.State.CHECKED).update(**facts):
        raise NotAllowed([_("这份表格还在处理，请稍候。")])
    if is_small:
        read_import(found)
    else:
        work_on(found, "accounts.read_import", _("读取 %(title)s") % {"title": found.title}, by=by, at=at)


def ask_import(found, *, only_good, confirmed, reason="", by, at):
    """Apply it, at once when it is small, otherwise by a worker."""
    if problems := rules.import_problems(found, only_good, confirmed, reason):
        raise NotAllowed(problems)
    if found.counts["new"] + found.counts["changed"] <= AT_ONCE_ROWS and found.rows.count() <= AT_ONCE_ROWS:
        return apply_import(found, only_good=only_good, confirmed=confirmed, reason=reason, by=by, at=at)
    with transaction.atomic():
        if not Import.objects.filter(pk=found.pk, state=Import.State.CHECKED).update(state=Import.State.APPLYING):
            raise NotAllowed([_("这份表格正在导入，请稍候。")])
        work_on(found, "accounts.apply_import", _("导入 %(title)s") % {"title": found.title}, by=by, at=at, only_good=only_good, reason=reason)
    return found


def apply_import(found, *, only_good, confirmed, reason="", by, at):
    """Everything that the preview showed, or nothing: looked at once more, against what there is at this moment. Looking takes long and
    is done before others have to wait; should anything have changed until they do, it is done again."""
    found = Import.objects.get(pk=found.pk)
    refuse(rules.import_problems(found, only_good, confirmed, reason))
    checker = CHECKERS[found.kind]
    state = checking.state_of(checker.sources())
    stored = [(number, tables.cells_of(cells)) for number, cells in found.rows.order_by("number").values_list("number", "cells")]
    good, plan = good_rows(found, stored, at)
    with transaction.atomic():
        found = Import.objects.select_for_update().get(pk=found.pk)
        refuse(rules.import_problems(found, only_good, confirmed, reason))
        hold_rows(good)
        AuditHead.objects.select_for_update().get_or_create(id=1)  # one import at a time, on any database
        if checking.state_of(checker.sources()) != state:
            good, plan = good_rows(found, stored, at)
        if plan != found.plan:
            raise StalePreview([_("预览以后，单位或人员又有变化，所以没有导入。已经重新核对，请再看一遍预览。")])
        return write_import(found, good, only_good=only_good, reason=reason, by=by, at=at)


def good_rows(found, stored, at):
    """The rows without a mistake, ready to be written, and the plan that all rows make."""
    rows = check(found, stored, at)
    good = [row for row in rows if not row.problems]
    CHECKERS[found.kind].make_ready(good)
    return good, checking.plan_of(rows)


def hold_rows(good):
    """The units or people that these rows change, held as every other action holds them: before the audit log, lowest key first."""
    changed = sorted((row.row for row in good if row.row.pk is not None and row.changes), key=lambda found: found.pk)
    for first in range(0, len(changed), STORE_AT_ONCE):
        keys = [found.pk for found in changed[first:first + STORE_AT_ONCE]]
        list(type(changed[0])._base_manager.filter(pk__in=keys).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def write_import(found, good, *, only_good, reason, by, at):
    """In the transaction of `apply_import`, while all others who save have to wait."""
    entries = CHECKERS[found.kind].write(good, by=by, at=at)
    for _person, detail in entries.get("accounts.move_person", []):
        detail["reason"] = reason.strip()
    found.state, found.only_good, found.applied_at, found.applied_by = Import.State.APPLIED, only_good, at, by
    found.save(update_fields=["state", "only_good", "applied_at", "applied_by"])
    record("accounts.import", found, by=by, at=at, sha256=found.digest, sheet=found.sheet, kind=found.kind, counts=found.counts, only_good=only_good, granted=found.granted)
    for action, told in entries.items():
        for first in range(0, len(told), STORE_AT_ONCE):
            record_many(action, [(target, detail | {"table": found.pk}) for target, detail in told[first:first + STORE_AT_ONCE]], by=by, at=at)
    return found


class StalePreview(NotAllowed):
    """What there is has changed since the preview was made."""


@transaction.atomic
def forget_import(found):
    file = found.file
    found.delete()
    if file:
        transaction.on_commit(lambda: default_storage.delete(file))
