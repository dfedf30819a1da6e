"""What somebody who leaves had in hand goes to another, through the same actions and rules as ever; the log keeps who had it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from campaigns.rules import NotAllowed
from inspections.actions.planning import add_to_pool, leave_pool
from inspections.actions.visits import set_members
from inspections.models import DeskReview
from inspections.rules import handover as rules


@transaction.atomic
def hand_over_reviews(user, successor, *, by, at):
    """The successor takes the seat and scores for themselves; points of an unfinished scoring count for nobody. Returns how many."""
    reviews = list(DeskReview.objects.select_for_update(of=("self",)).filter(pk__in=rules.open_reviews(user)).select_related("application__organization__county"))
    if problems := [problem for review in reviews for problem in rules.review_problems(review, successor)]:
        raise NotAllowed(problems)
    for review in reviews:
        review.scorer, review.started_at = successor, at
        review.save(update_fields=["scorer", "started_at"])
        record("inspections.hand_over_review", review.application, by=by, at=at, before=user.name, after=successor.name)
    return len(reviews)


@transaction.atomic
def hand_over_visits(user, successor, *, by, at):
    """The successor takes the place in the groups that have not begun, and in the pool. Returns how many."""
    count = 0
    for entry in rules.pool_entries(user):
        if not entry.campaign.pool.filter(user=successor).exists():
            add_to_pool(entry.campaign, successor, cap=entry.cap, by=by, at=at)
        leave_pool(entry, _("工作交接给%(name)s") % {"name": successor}, by=by, at=at)
        count += 1
    for membership in rules.future_memberships(user):
        group = membership.group
        if not rules.can_move(group):
            continue
        others = [member for member in group.members.select_related("user__organization__county") if member.user_id != user.pk]
        leader = successor if membership.is_leader else next((member.user for member in others if member.is_leader), successor)
        set_members(group, group.name, leader, list({member.user: None for member in others} | {successor: None}), by=by, at=at)
        count += 1
    return count
