"""What happens to a draft as a whole? Its dates move, it is published, it goes."""


from django.db import transaction

from accounts.audit import record
from accounts.loading import Report
from campaigns import rules
from campaigns.actions._common import hold, shown_changes
from campaigns.rules import NotAllowed


def publish_campaign(campaign, *, by=None, at):
    """From now on people see the campaign."""
    campaign.published_at, campaign.published_by = at, by
    campaign.save(update_fields=["published_at", "published_by"])
    record("campaigns.publish", campaign, by=by, at=at, campaign=campaign)


@transaction.atomic
def shift_dates(campaign, shift, *, by, at):
    """Move every date of a draft, the phases and the day it was issued."""
    campaign = hold(campaign)
    if problems := rules.draft_problems(campaign):
        raise NotAllowed(problems)
    changes = {}
    for phase in campaign.phases.all():
        moved = Report().settle(phase, {"starts_at": shift.start(phase.starts_at), "ends_at": shift.end(phase.ends_at)})
        changes |= {f"phases.{phase.key}.{name}": change for name, change in moved.items()}
    if changes:
        record("campaigns.shift_dates", campaign, by=by, at=at, campaign=campaign, changes=shown_changes(changes))
    return changes


@transaction.atomic
def delete_draft(campaign, *, by, at):
    """A draft goes as a whole; the log keeps that there was one."""
    campaign = hold(campaign)
    if problems := rules.draft_problems(campaign):
        raise NotAllowed(problems)
    record("campaigns.delete_draft", campaign, by=by, at=at, campaign=campaign)
    campaign.delete()
