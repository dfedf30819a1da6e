"""What changes that is one number or one text?"""


from django.db import transaction

from accounts.audit import record
from accounts.loading import Report
from campaigns import rules
from campaigns.actions._common import hold, shown_changes, tell
from campaigns.rules import NotAllowed


@transaction.atomic
def change_settings(campaign, values, *, reason, by, at):
    """Change scalar settings. Returns {field: (before, after)}; the log keeps them with the reason."""
    campaign = hold(campaign)
    if problems := rules.settings_problems(campaign, values, reason):
        raise NotAllowed(problems)
    changes = Report().settle(campaign, values)
    if changes:
        tell(record("campaigns.change_settings", campaign, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes
