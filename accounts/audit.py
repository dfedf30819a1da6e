"""The audit log: append-only, hash-chained, written in the same transaction as the change it tells of (S-41, R-05).

Each entry's hash covers its own facts and the hash of the entry before it, so a change, a gap or a swap shows at the
first bad entry; the head row remembers the end, so a cut-off tail shows as well.
"""

import hashlib
import json
from contextvars import ContextVar
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from accounts import bulk
from accounts.models import AuditEvent, AuditHead, Heartbeat, Organization
from accounts.rehearsing import current

# The network address of the request being served, set by the middleware; empty for tasks and commands.
current_address = ContextVar("current_address", default=None)

FIELDS = ("number", "by_id", "by_label", "action", "target_type", "target_id", "target_label", "organization_id", "campaign_code", "detail", "address")


SPELLING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def canonical(data):
    """The one spelling of a JSON value that is hashed: sorted keys, no spaces, UTF-8."""
    return SPELLING.encode(data).encode()


def digest(data):
    """SHA-256 of the canonical spelling, as 64 hexadecimal characters."""
    return hashlib.sha256(canonical(data)).hexdigest()


def event_hash(event):
    facts = {name: getattr(event, name) for name in FIELDS} | {"at": event.at.timestamp(), "previous": event.previous_hash}
    return digest(facts)


def record(action, target, /, *, by, at, organization=None, campaign=None, **detail):
    """Append one entry. `action` is a key of some app's `events.EVENTS`; `detail` is what a reader needs beside it (JSON).

    The unit and the campaign concerned are taken from the target where it has them. What a rehearsal's accounts do, and what is done
    to its units, is kept by name only: the entry stays when they are gone.
    """
    return record_many(action, [(target, detail)], by=by, at=at, organization=organization, campaign=campaign)[0]


@transaction.atomic(savepoint=False)
def record_many(action, entries, /, *, by, at, organization=None, campaign=None):
    """Append one entry for each (target, detail), in order."""
    if action not in events():
        raise ValueError(f"{action} is not in any events.EVENTS")
    head = AuditHead.objects.select_for_update().get_or_create(id=1)[0]
    by_label = f"{by.name}（{by.organization}）" if by and by.organization_id else (str(by) if by else "")
    made = []
    for target, detail in entries:
        unit = organization or (target if isinstance(target, Organization) else getattr(target, "organization", None))
        concerned = campaign or getattr(target, "campaign", None)
        rehearsal = getattr(by, "rehearsal", "") or getattr(unit, "rehearsal", "")
        if getattr(unit, "rehearsal", ""):
            detail = detail | {"unit": str(unit), "unit_code": unit.code}
        event = AuditEvent(
            number=head.number + 1,
            at=at,
            by_id=None if getattr(by, "rehearsal", "") else by and by.pk,
            by_label=by_label,
            action=action,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            target_label=str(target)[:200],
            organization_id=None if getattr(unit, "rehearsal", "") else unit and unit.pk,
            campaign_code=concerned.code if concerned else rehearsal or current(),
            detail=json.loads(canonical(detail)),
            address=current_address.get(),
            previous_hash=head.hash,
        )
        event.hash = event_hash(event)
        head.number, head.hash = event.number, event.hash
        made.append(event)
    if len(made) == 1:
        made[0].save(force_insert=True)
    else:
        bulk.insert(made)
    head.save()
    return made


def verify(progress=lambda done, of: None):
    """Walk the chain. Returns None when it is whole, else the number of the first bad entry.

    What is appended meanwhile is left to the next time; an entry that stands beyond the head was not appended by `record`.
    """
    head = AuditHead.objects.filter(id=1).first()
    end = head.number if head else 0
    previous, expected = "", 1
    for event in AuditEvent.objects.filter(number__lte=end).order_by("number").iterator():
        if event.number != expected or event.previous_hash != previous or event.hash != event_hash(event):
            return expected
        previous, expected = event.hash, expected + 1
        if expected % 1000 == 0:
            progress(expected, max(end, expected))
    if head and (head.number, head.hash) != (expected - 1, previous):
        return expected
    newest = AuditHead.objects.filter(id=1).values("number")
    beyond = AuditEvent.objects.filter(number__gt=Coalesce(Subquery(newest), 0)).order_by("number").first()
    return beyond and beyond.number


VERIFIED = "verify_audit"  # the heartbeat that remembers the last time


def check(at, progress=lambda done, of: None):
    """Verify, and remember when and with what result. Returns (first bad entry or None, the result as a sentence)."""
    bad = verify(progress)
    if bad is None:
        sentence = _("审计链完整，共 %(n)s 条。") % {"n": AuditEvent.objects.count()}
    else:
        sentence = _("审计链从第 %(n)s 条起不完整，请停止使用平台，保留数据库和备份，并报告主管领导。") % {"n": bad}
    Heartbeat.objects.update_or_create(duty=VERIFIED, defaults={"at": at, "succeeded": bad is None, "detail": sentence})
    return bad, sentence


def events():
    """Every event of every app: {key: sentence for people}. Each app keeps its own in `events.py`."""
    if not _events:
        for config in apps.get_app_configs():
            if module_has_submodule(config.module, "events"):
                _events.update(getattr(import_module(f"{config.name}.events"), "EVENTS", {}))
    return _events


_events = {}


def label(action):
    return events().get(action, action)
