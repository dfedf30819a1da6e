"""Which phases has a campaign, and when?"""


from django.db import transaction

from accounts.audit import record
from accounts.loading import Report
from campaigns import rules
from campaigns.actions._common import free_key, hold, number, shown_changes, tell
from campaigns.models import Phase
from campaigns.rules import NotAllowed


@transaction.atomic
def add_phase(campaign, *, key="", reason="", by, at, **values):
    """A further phase, in its place by the day it begins."""
    campaign = hold(campaign)
    key = key or free_key(campaign.phases, "phase")
    phase = Phase(campaign=campaign, key=key, order=0, **values)
    if problems := rules.new_phase_problems(phase, reason, at):
        raise NotAllowed(problems)
    phases = list(campaign.phases.all())
    place = sum(other.starts_at <= phase.starts_at for other in phases)
    phases.insert(place, phase)
    number(phases)
    tell(record("campaigns.add_phase", phase, by=by, at=at, reason=reason, changes=shown_changes({name: ("", getattr(phase, name)) for name in ("starts_at", "ends_at")})), campaign)
    return phase


@transaction.atomic
def change_phase(phase, *, reason="", by, at, **values):
    """Move a phase, name it, let it open something else. Whether something is open follows from it at once."""
    campaign = hold(phase.campaign)
    phase = Phase.objects.select_for_update().select_related("campaign").get(pk=phase.pk)
    span = values.get("starts_at", phase.starts_at), values.get("ends_at", phase.ends_at)
    if problems := rules.phase_problems(phase, *span, reason, at, opens=values.get("opens")):
        raise NotAllowed(problems)
    changes = Report().settle(phase, values)
    if changes:
        tell(record("campaigns.change_phase", phase, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_phase(phase, *, reason="", by, at):
    campaign = hold(phase.campaign)
    if problems := rules.phase_removal_problems(phase, reason, at):
        raise NotAllowed(problems)
    event = record("campaigns.remove_phase", phase, by=by, at=at, reason=reason, changes=shown_changes({name: (getattr(phase, name), "") for name in ("starts_at", "ends_at")}))
    phase.delete()
    number(list(campaign.phases.all()))
    tell(event, campaign)
