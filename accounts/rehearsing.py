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


def paths_to(*targets):
    """{model: (lookup, lookups that may be empty)} of every model that hangs on one of these by foreign keys.

    Of several ways the one with fewest links that may be empty is taken, then the shortest, then the one declared first.
    """
    best = dict.fromkeys(targets, (0, 0, "", ()))
    changed = True
    while changed:
        changed = False
        for model in apps.get_models():
            for key in model._meta.concrete_fields:
                if not key.is_relation or key.related_model is model or key.related_model not in best or model in targets:
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
    """The models whose rows carry the name of their rehearsal, people apart: the office's own take part in rehearsals as they are."""
    people = get_user_model()
    carrying = [model for model in apps.get_models() if "rehearsal" in {field.name for field in model._meta.concrete_fields}]
    found = dict.fromkeys(carrying, ("", ()))
    return paths_to(people) | paths_to(*(model for model in carrying if model is not people)) | found


def here(rows):
    """Those of these rows that belong to this moment: the real world's, or those of the rehearsal being played. What hangs on nothing is real."""
    if rows.model not in _named():
        return rows
    lookup, maybe = _named()[rows.model]
    found = Q(**{f"{lookup}__rehearsal".removeprefix("__"): current()})
    if not current():
        for each in maybe:
            found |= Q(**{f"{each}__isnull": True})
    return rows.filter(found)
