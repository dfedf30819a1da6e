"""Somebody leaves: what they have in hand in every app, and the one action that gives it to others."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions
from accounts.actions.locking import hold_administrators, locked_person
from accounts.audit import record
from accounts.models import Role, User
from accounts.rules import NotAllowed, Problem
from applications.actions.sharing import hand_over
from applications.rules import sharing
from inspections.actions import hand_over_reviews, hand_over_visits
from inspections.rules import handover as rules


@dataclass(frozen=True)
class Kind:
    key: str
    label: str
    roles: tuple  # who may take it
    same_unit: bool
    work_of: Callable  # (user, at) -> [Work]
    act: Callable  # (user, successor, by=, at=) -> how many


KINDS = [
    Kind("shares", gettext_lazy("分到的指标"), (Role.UNIT_CLERK, Role.COUNTY_CLERK), True, sharing.work_of, hand_over),
    Kind("reviews", gettext_lazy("没有评完的材料审核"), (Role.OFFICE, Role.OFFICE_LEAD, Role.COUNTY_OFFICE, Role.COUNTY_LEAD), True, rules.reviews_of, hand_over_reviews),
    Kind("visits", gettext_lazy("以后的现场验收"), (Role.INSPECTOR,), False, rules.visits_of, hand_over_visits),
]


def successors(kind, user, at):
    """Who may take this kind of work: in use, in the role, and of the same unit where the work is the unit's."""
    found = User.objects.with_role(*kind.roles, on=timezone.localdate(at)).exclude(pk=user.pk)
    return (found.filter(organization=user.organization_id) if kind.same_unit else found).select_related("organization").order_by("organization__code", "name", "pk")


def in_hand(user, at):
    """[(kind, what moves, what stays)] of whatever there is."""
    found = []
    for kind in KINDS:
        work = kind.work_of(user, at)
        if work:
            found.append((kind, [one for one in work if not one.stays], [one for one in work if one.stays]))
    return found


@transaction.atomic
def hand_over_all(user, to, *, on, reason, by, at):
    """Everything chosen goes in one action; `to`: {key of a kind: successor}. With a day, the person leaves on it."""
    if on:  # what `leave` holds, before the first entry is written
        hold_administrators()
        locked_person(user)
    counts, problems = {}, []
    for kind, moving, _staying in in_hand(user, at):
        successor = to.get(kind.key)
        if successor and moving:
            try:
                counts[str(kind.label)] = {"to": successor.name, "n": kind.act(user, successor, by=by, at=at)}
            except NotAllowed as refusal:
                problems += refusal.problems
        elif moving and on:
            problems.append(Problem(_("“%(kind)s”还没有选接手的人，交接完才能离任。") % {"kind": kind.label}))
    if not counts and not on and not problems:
        problems.append(Problem(_("没有选择接手的人，也没有填离任日期。")))
    if problems:
        raise NotAllowed(problems)
    if counts:
        record("accounts.hand_over", user, by=by, at=at, handed=counts, reason=reason)
    if on:
        actions.leave(user, on=on, reason=reason, by=by, at=at)
    return counts
