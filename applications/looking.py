"""Looks at links in the background: one message per host, one look at a time, each link in its own turn."""

import hashlib
import logging
from contextlib import contextmanager, suppress
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from applications import actions, fetching, links, rules
from applications.models import Evidence

logger = logging.getLogger(__name__)

LINKS_A_MINUTE = 8  # so that pages which keep us waiting never keep the letters waiting
TURN_SECONDS = 60
SOON, LATER = timedelta(minutes=1), timedelta(minutes=10)
LONGEST = timedelta(minutes=2)  # of one message, well below the time limit of a task


def host_of(url):
    """Whose server it is; an address that is never looked at is nobody's."""
    try:
        return fetching.place_of(url).netloc
    except fetching.Refused:
        return ""


def by_host(found):
    """[keys of the links of one host], each list for one message."""
    hosts = {}
    for evidence in found:
        hosts.setdefault(host_of(evidence.url), []).append(evidence.pk)
    return list(hosts.values())


def look_soon(found):
    """Right after they were added."""
    if settings.LINK_CHECKS:
        for keys in by_host(found):
            check_links.delay_on_commit(keys)


@contextmanager
def turn_at(host):
    """One look at a time at each host. When the cache is away, nobody waits."""
    key = f"looking:{hashlib.sha256(host.encode()).hexdigest()}"
    try:
        is_mine = cache.add(key, True, TURN_SECONDS)
    except Exception:
        logger.warning("The cache does not answer; looks at one host are not kept apart.")
        is_mine = True
    try:
        yield is_mine
    finally:
        if is_mine:
            with suppress(Exception):
                cache.delete(key)


@shared_task
def check_links(keys):
    """Links of one host, one after the other. One that fails stops no other; what has no turn now, the sweep finds."""
    until = timezone.now() + LONGEST
    for pk in keys:
        evidence = (
            Evidence.objects.links().present().select_related("response__application__organization").filter(pk=pk).first() if settings.LINK_CHECKS else None
        )
        if evidence is None:
            continue
        if timezone.now() >= until:
            actions.put_off_check(evidence, until + SOON)
            continue
        try:
            check_link(evidence)
        except Exception:
            logger.exception("The look at link %s failed", pk)
            actions.put_off_check(evidence, timezone.now() + actions.A_DAY)


def check_link(evidence):
    """A second message about a link that was just looked at does nothing."""
    at = timezone.now()
    if evidence.check_at is None or evidence.check_at > at + actions.CLAIM:
        return
    if not rules.may_look(evidence.response.application.organization, at):
        actions.put_off_check(evidence, at + LATER)
        return
    with turn_at(host_of(evidence.url)) as is_mine:
        if is_mine:
            found = links.look(evidence.url)
            actions.record_check(evidence, found, at=timezone.now())
        else:
            actions.put_off_check(evidence, at + SOON)
