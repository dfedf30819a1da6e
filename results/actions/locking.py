"""The lock of a track's list is the track's row: whoever chooses, locks or names holds it."""

from campaigns.models import Track
from campaigns.rules import NotAllowed
from results.models import SelectionList


def locked(track):
    """The track with its row locked until the end of the transaction, and its list."""
    track = Track.objects.select_for_update().get(pk=track.pk)
    return track, SelectionList.objects.get_or_create(track=track)[0]


def refuse_if(problems):
    if problems:
        raise NotAllowed(problems)
