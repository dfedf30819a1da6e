"""What is found at a link is written down, and when it is looked at next."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from applications import rules
from applications.actions.locking import refuse
from applications.models import Evidence, LinkCheck, LinkSnapshot

Health, Outcome = Evidence.Health, LinkCheck.Outcome
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
CLAIM = timedelta(minutes=15)  # longer than a message waits; then the sweep takes the link up again


def claim_link_checks(most, *, at):
    """The links whose turn has come, at most so many, each given to one caller only."""
    claimed = []
    for evidence in rules.links_due(at).order_by("check_at", "pk")[:most]:
        if Evidence.objects.filter(pk=evidence.pk, check_at=evidence.check_at).update(check_at=at + CLAIM):
            claimed.append(evidence)
    return claimed


@transaction.atomic
def ask_for_check(evidence, *, by, at):
    """Somebody mended a page and does not want to wait for tomorrow's look."""
    refuse(rules.look_problems(evidence, at))
    put_off_check(evidence, at)
    record("applications.ask_for_check", evidence.response.application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk, url=evidence.url)


def put_off_check(evidence, until):
    """Not now: the sweep comes back to it."""
    Evidence.objects.filter(pk=evidence.pk, kind=Evidence.Kind.LINK).update(check_at=until)


@transaction.atomic
def record_check(evidence, look, *, at):
    """One look at a link. What could not be looked at changes nothing that is known of the page, and is tried again soon."""
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("response__application__organization", "response__application__campaign", "response__item").get(pk=evidence.pk)
    before = evidence.health
    if look.outcome == Outcome.NOT_CHECKED:
        check = _note_absence(evidence, look, at)
        evidence.health = before or Health.AWAY
        evidence.check_at = at + AN_HOUR
    else:
        evidence.checks.filter(is_latest=True).update(is_latest=False)
        check = LinkCheck.objects.create(evidence=evidence, checked_at=at, is_latest=True, **_facts(look, at))
        evidence.failures = 0 if look.outcome == Outcome.OK else evidence.failures + 1
        evidence.health = _health(before, evidence.failures)
        evidence.check_at = at + A_DAY
        if evidence.title == evidence.url[:150] and look.title:
            evidence.title = look.title[:150]
    evidence.save(update_fields=["health", "failures", "check_at", "title"])
    if evidence.health != before and Health.BROKEN in (before, evidence.health):
        record(
            "applications.link_broke" if evidence.health == Health.BROKEN else "applications.link_works", evidence.response.application, by=None, at=at,
            item=evidence.response.item.code, evidence=evidence.pk, title=evidence.title, url=evidence.url, http_status=look.status,
        )
    return check


def _health(before, failures):
    """A page that was never there is broken at once; one that was there, only when it failed three times in a row."""
    if not failures:
        return Health.OK
    return Health.OK if before == Health.OK and failures < Evidence.FAILURES_TO_BREAK else Health.BROKEN


def _facts(look, at):
    facts = {"outcome": look.outcome, "http_status": look.status, "final_url": look.url[:2000], "title": look.title[:150]}
    if look.outcome == Outcome.OK:
        stated = look.published_on
        facts |= {
            "snapshot": _stored(look.text, at) if look.text else None,
            "published_on": stated if stated and stated <= timezone.localdate(at) else None,  # no page was published tomorrow
        }
    return facts


def _stored(text, at):
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return LinkSnapshot.objects.get_or_create(sha256=sha256, defaults={"text": text, "stored_at": at})[0]


def _note_absence(evidence, look, at):
    """A day without a network is one row, not one for every try."""
    last = evidence.checks.order_by("-checked_at", "-pk").first()
    if last and last.outcome == Outcome.NOT_CHECKED:
        last.checked_at, last.http_status = at, look.status
        last.save(update_fields=["checked_at", "http_status"])
        return last
    return LinkCheck.objects.create(evidence=evidence, checked_at=at, outcome=Outcome.NOT_CHECKED, http_status=look.status)
