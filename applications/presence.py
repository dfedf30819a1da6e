"""Who is at which item right now. Only told, never a lock: it lives in the cache, may be lost, and nothing depends on it."""

import logging
import time

from django.core.cache import cache

from applications import rules

logger = logging.getLogger(__name__)
SECONDS = 60


def _key(person_pk):
    return f"editing:{person_pk}"


def at_work(person, response):
    """This person has the cursor in this item; forgotten after a minute."""
    try:
        cache.set(_key(person.pk), (response.pk, time.time() + SECONDS), SECONDS)
    except Exception:
        logger.warning("The cache does not answer; nobody is told who is editing.")


def at_work_on(application, *, besides):
    """{key of a response: names of the colleagues who are at it}."""
    people = {_key(person.pk): person.name for person in rules.colleagues(application) if person != besides}
    try:
        places = cache.get_many(people)
    except Exception:
        return {}
    found = {}
    for key, (response_pk, until) in places.items():
        if time.time() < until:
            found.setdefault(response_pk, []).append(people[key])
    return found
