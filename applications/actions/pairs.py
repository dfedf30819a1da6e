"""Documents and their interpretations: a row added, changed, taken out."""

from django.db import transaction

from accounts.audit import record
from applications import rules
from applications.actions.evidence import evidence_changed
from applications.actions.locking import Stale, lock_response, refuse
from applications.models import InterpretationPair


def _detail(pair):
    return {
        "item": pair.response.item.code, "pair": pair.pk, "title": str(pair), "document_on": pair.document_on, "reading": pair.reading_title, "reading_on": pair.reading_on,
    }


@transaction.atomic
def add_pair(response, values, *, by, at):
    """`values`: the fields of a pair but for who and when."""
    response = lock_response(response)
    refuse(rules.pair_problems(response, values, at))
    pair = InterpretationPair.objects.create(response=response, added_at=at, added_by=by, **values)
    evidence_changed(response, by=by, at=at)
    record("applications.add_pair", response.application, by=by, at=at, **_detail(pair))
    return pair


def _lock_pair(pair):
    response = lock_response(pair.response)
    locked = InterpretationPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    locked.response = response
    return locked


@transaction.atomic
def change_pair(pair, values, *, base_version, by, at):
    pair = _lock_pair(pair)
    if all(getattr(pair, name) == value for name, value in values.items()):
        return pair
    if base_version != pair.version:
        raise Stale(pair)
    refuse(rules.pair_problems(pair.response, values, at, besides=pair))
    before = _detail(pair)
    for name, value in values.items():
        setattr(pair, name, value)
    pair.changed_at, pair.changed_by = at, by
    pair.version += 1
    pair.save(update_fields=[*values, "changed_at", "changed_by", "version"])
    evidence_changed(pair.response, by=by, at=at)
    record("applications.change_pair", pair.response.application, by=by, at=at, **_detail(pair), before=before)
    return pair


@transaction.atomic
def remove_pair(pair, *, by, at):
    """Gone for good: versions that were submitted carry their own copy, and the log says what it was."""
    pair = _lock_pair(pair)
    record("applications.remove_pair", pair.response.application, by=by, at=at, **_detail(pair))
    pair.delete()
    evidence_changed(pair.response, by=by, at=at)
