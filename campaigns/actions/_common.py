"""What each change to a campaign needs: the campaign held, its rows in order, what changed in words, people told."""


from django.utils.translation import gettext as _

from campaigns import notices
from campaigns.models import Campaign
from campaigns.rules import Problem


def hold(campaign):
    """The campaign, locked for the rest of the transaction, so that two changes at once follow each other."""
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def tell(event, campaign):
    """What is published changes in front of people: those concerned are told once it is done. A draft is nobody's business yet."""
    if campaign.published_at is not None:
        notices.tell_change.delay_on_commit(event.number)


def number(rows):
    """Rows count from nought in their order, as a file would count them."""
    for order, row in enumerate(rows):
        if row.pk is None or row.order != order:
            row.order = order
            row.save()


def free_key(rows, word):
    """A code nobody had to think of: phase-4."""
    taken, n = set(rows.values_list("key", flat=True)), rows.count() + 1
    while f"{word}-{n}" in taken:
        n += 1
    return f"{word}-{n}"


def quota_problem(track):
    return Problem(_("“%(track)s”已有单位列入名单，名额不能再改。请先从名单中移出，再来修改。") % {"track": track})


def shown_changes(changes):
    return {name: [str(old), str(new)] for name, (old, new) in changes.items()}
