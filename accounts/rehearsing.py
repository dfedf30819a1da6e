"""演练: which rehearsal this moment belongs to. "" is the real world.

A rehearsal is named by one text, the code of its campaign, which stands on everything that exists for its sake: copied units,
their accounts, messages, downloads. What is asked or told inside `playing(name)` concerns that rehearsal only, and outside of it
nothing of any rehearsal is found. A request, a task and a sweep each say at their edge which one they play.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q

# Codes of rehearsals begin so, and no other campaign's does: entries of the audit log are told apart by it for ever.
PREFIX = "yanlian-"
WORD = "【演练】"
NO_EFFECT = "演练文件，不具效力"  # on papers, which are Chinese whatever language a page is in

_current = ContextVar("rehearsal", default="")


def current():
    return _current.get()


@contextmanager
def playing(name):
    before = _current.set(name)
    try:
        yield
    finally:
        _current.reset(before)


def marked(text):
    """A title as it reads within the current rehearsal; as it is in the real world."""
    return f"{WORD}{text}" if current() and not text.startswith(WORD) else text


def paper_mark():
    """What stands at the head of every paper and workbook made within a rehearsal; nothing in the real world."""
    return NO_EFFECT if current() else ""


def paths_to(*targets):
    """{model: (lookup, lookups that may be empty)} of every model that hangs on one of these by foreign keys.

    Of several ways the one with fewest links that may be empty is taken, then the shortest, then the one declared first.
    """
    best, people = dict.fromkeys(targets, (0, 0, "", ())), get_user_model()
    changed = True
    while changed:
        changed = False
        for model in apps.get_models():
            for key in model._meta.concrete_fields:
                if not key.is_relation or key.related_model is model or key.related_model not in best or model in targets:
                    continue
                if key.related_model is people and people not in targets:  # a person's unit is not the row's
                    continue
                empties, length, lookup, maybe = best[key.related_model]
                way = (
                    empties + key.null, length + 1, f"{key.name}__{lookup}".removesuffix("__"),
                    ((key.name,) if key.null else ()) + tuple(f"{key.name}__{each}" for each in maybe),
                )
                if way[:2] < best.get(model, (99, 0))[:2]:
                    best[model], changed = way, True
    return {model: (lookup, maybe) for model, (_empties, _length, lookup, maybe) in best.items() if model not in targets}


@cache
def _named():
    """{model: (lookup, lookups that may be empty)} of what carries the name of its rehearsal: first not people, then people only.

    People apart, because the office's own take part in rehearsals as they are.
    """
    people = get_user_model()
    carrying = [model for model in apps.get_models() if "rehearsal" in {field.name for field in model._meta.concrete_fields}]
    by_campaign = paths_to(*(model for model in carrying if model is not people)) | dict.fromkeys(carrying, ("", ()))
    return by_campaign, paths_to(people)


def here(rows):
    """Those of these rows that belong to this moment: the real world's, or those of the rehearsal being played.

    A row that lost its campaign belongs where its person does; what hangs on nothing is real.
    """
    by_campaign, by_person = _named()
    lookup, maybe = by_campaign.get(rows.model) or by_person.get(rows.model) or (None, ())
    if lookup is None:
        return rows
    found = _carries(lookup)
    if maybe:
        lost = Q(*(Q(**{f"{each}__isnull": True}) for each in maybe), _connector=Q.OR)
        person, _maybe = by_person.get(rows.model, (None, ()))
        if person is not None and rows.model in by_campaign:
            found |= lost & _carries(person)
        elif not current():
            found |= lost
    return rows.filter(found)


def _carries(lookup):
    return Q(**{f"{lookup}__rehearsal".removeprefix("__"): current()})
