"""Which tracks has a campaign, with how many places, and how many units are asked for?"""


from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.loading import Report
from campaigns import rules
from campaigns.actions._common import hold, number, quota_problem, shown_changes, tell
from campaigns.models import Track
from campaigns.rules import NotAllowed


@transaction.atomic
def change_track(track, *, reason="", by, at, **values):
    """Change a track: how many places it has, which the database refuses once units stand in them, its name, its bonus in the yearly assessment."""
    campaign = hold(track.campaign)
    track = Track.objects.select_for_update().select_related("campaign", "kind").get(pk=track.pk)
    values = {name: value for name, value in values.items() if value is not None}
    if problems := rules.track_problems(track, values, reason):
        raise NotAllowed(problems)
    try:
        with transaction.atomic():
            changes = Report().settle(track, values)
    except IntegrityError:
        raise NotAllowed([quota_problem(track)]) from None
    if changes:
        tell(record("campaigns.change_track", track, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_track(track, *, by, at):
    """Of a draft. Its points and checkpoints in the standard go with it."""
    campaign = hold(track.campaign)
    if problems := rules.track_removal_problems(track):
        raise NotAllowed(problems)
    record("campaigns.remove_track", track, by=by, at=at)
    track.delete()
    number(list(campaign.tracks.all()))


@transaction.atomic
def save_minimum(minimum, *, reason="", by, at, **values):
    """Set how many units at least and at most each ancestor of a kind sends; a row without a key is a new one."""
    campaign = hold((values.get("track") or minimum.track).campaign)
    is_new = minimum.pk is None
    before = {name: "" if is_new else getattr(minimum, name) for name in values}
    for name, value in values.items():
        setattr(minimum, name, value)
    if problems := rules.minimum_problems(minimum, reason):
        raise NotAllowed(problems)
    changes = {name: (before[name], value) for name, value in values.items() if before[name] != value}
    if changes:
        minimum.save()
        action = "campaigns.add_minimum" if is_new else "campaigns.change_minimum"
        tell(record(action, minimum, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes(changes)), campaign)
    return changes


@transaction.atomic
def remove_minimum(minimum, *, reason="", by, at):
    campaign = hold(minimum.track.campaign)
    if problems := rules.reason_problems(reason, campaign):
        raise NotAllowed(problems)
    event = record(
        "campaigns.remove_minimum", minimum, by=by, at=at, campaign=campaign, reason=reason, changes=shown_changes({"min": (minimum.min, ""), "max": (minimum.max, "")}),
    )
    minimum.delete()
    tell(event, campaign)
