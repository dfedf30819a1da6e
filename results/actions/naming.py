"""Titles, and who is recommended to the province."""

from django.db import transaction
from django.utils.translation import gettext as _

import applications.actions
from accounts.audit import record
from campaigns.models import Track
from campaigns.rules import NotAllowed
from results import notices, reports, rules
from results.actions.locking import refuse_if
from results.models import Naming, Recommendation


@transaction.atomic
def name_units(campaign, document_number="", *, by, at):
    """Name every unit that nothing stands in the way of; the others wait for the next time."""
    list(Track.objects.select_for_update().filter(campaign=campaign).order_by("order"))
    waiting = [place for place in reports.places_for_naming(campaign) if not hasattr(place, "naming")]
    ready = [place for place in waiting if not rules.naming_problems(place, at)]
    if not ready:
        raise NotAllowed(sum((rules.named_problems(place, at) for place in waiting), []) or [_("没有可以命名的单位。")])
    named = []
    for place in ready:
        naming = Naming.objects.create(
            place=place, application=place.application, document_number=document_number.strip(), named_at=at, named_by=by
        )
        record("results.name", place.application, by=by, at=at, track=place.track.name, slot=place.slot, document_number=naming.document_number)
        if campaign.is_of_county:
            applications.actions.propose(place.application, by=by, at=at)
        notices.tell_of_naming.delay_on_commit(naming.pk)
        named.append(naming)
    return named


@transaction.atomic
def recommend_naming(naming, reason, *, target="", by, at):
    """By hand, from the tracks the notice names, with a reason."""
    naming = Naming.objects.select_for_update().get(pk=naming.pk)
    refuse_if(rules.recommend_problems(naming, reason))
    recommendation = Recommendation.objects.create(
        naming=naming, target=target.strip() or rules.recommended_as(naming.place.track.campaign), reason=reason.strip(),
        recommended_at=at, recommended_by=by,
    )
    record("results.recommend", naming.application, by=by, at=at, target=recommendation.target, reason=recommendation.reason)
    return recommendation
