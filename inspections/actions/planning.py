"""What happens to the pool and to a plan: made, adjusted, applied as one unit, published; answered by inspectors, challenged by units, repaired."""

from datetime import date

from django.db import transaction
from django.db.models import Prefetch

from accounts import jobs
from accounts.audit import record
from campaigns.rules import NotAllowed
from inspections import planner
from inspections.actions.visits import book, change_visit, declare_conflict, lock_plan, make_group, refuse, set_members
from inspections.models import (
    AssignmentAnswer,
    Challenge,
    DeclaredConflict,
    PastService,
    Plan,
    PlannedGroup,
    PlannedMember,
    PlannedVisit,
    PoolEntry,
    Visit,
)
from inspections.notices import planning as notices
from inspections.rules import planning as rules
from inspections.rules.visits import awaiting_visit

# The pool


@transaction.atomic
def add_to_pool(campaign, user, *, days=(), cap=None, by, at):
    refuse(rules.pool_problems(campaign, user, days, cap, at))
    entry = PoolEntry.objects.create(campaign=campaign, user=user, days=sorted(days), cap=cap, added_at=at, added_by=by)
    record("inspections.add_to_pool", entry, by=by, at=at, person=user.name, days=entry.days, cap=cap)
    return entry


@transaction.atomic
def change_pool_entry(entry, *, days, cap, by, at):
    entry = PoolEntry.objects.select_for_update(of=["self"]).select_related("campaign", "user").get(pk=entry.pk)
    refuse(rules.pool_problems(entry.campaign, entry.user, days, cap, at, entry))
    before = {"days": entry.days, "cap": entry.cap}
    entry.days, entry.cap = sorted(days), cap
    if before != {"days": entry.days, "cap": entry.cap}:
        entry.save(update_fields=["days", "cap"])
        record("inspections.change_pool_entry", entry, by=by, at=at, person=entry.user.name, days=entry.days, cap=cap, before=before)
    return entry


@transaction.atomic
def leave_pool(entry, reason, *, by, at):
    """From now on this person is not planned any more; what they are down for shows as something to repair."""
    entry = PoolEntry.objects.select_for_update(of=["self"]).select_related("campaign", "user").get(pk=entry.pk)
    refuse(rules.leave_problems(entry, reason))
    entry.left_at, entry.left_by, entry.left_reason = at, by, reason.strip()
    entry.save(update_fields=["left_at", "left_by", "left_reason"])
    record("inspections.leave_pool", entry, by=by, at=at, person=entry.user.name, reason=entry.left_reason)
    return entry


@transaction.atomic
def rejoin_pool(entry, *, by, at):
    entry = PoolEntry.objects.select_for_update(of=["self"]).select_related("campaign", "user").get(pk=entry.pk)
    if entry.has_left:
        entry.left_at, entry.left_by, entry.left_reason = None, None, ""
        entry.save(update_fields=["left_at", "left_by", "left_reason"])
        record("inspections.rejoin_pool", entry, by=by, at=at, person=entry.user.name)
    return entry


@transaction.atomic
def add_past_service(user, organization, ended_on, *, by, at):
    refuse(rules.service_problems(user, organization, ended_on, at))
    service = PastService.objects.create(user=user, organization=organization, ended_on=ended_on)
    record("inspections.add_past_service", service, by=by, at=at, person=user.name, ended_on=ended_on.isoformat())
    return service


# The plan


@transaction.atomic
def make_plan(campaign, *, days, per_day, size, seed, by, at):
    """A draft in place of the one before. Long ones are made by a worker, whose job the page then shows."""
    lock_plan(campaign)
    refuse(rules.make_plan_problems(campaign, days, size, at))
    campaign.plans.filter(state__in=[Plan.State.MAKING, Plan.State.DRAFT]).delete()
    plan = Plan.objects.create(
        campaign=campaign, seed=seed, days=[day.isoformat() for day in days], per_day=per_day, size=size, made_at=at, made_by=by,
    )
    record("inspections.make_plan", plan, by=by, at=at, seed=seed, days=plan.days, per_day=per_day, size=size)
    if not rules.is_long(campaign):
        return fill_plan(plan)
    plan.job = jobs.start("inspections.make_plan", str(plan), by=by, at=at, plan=plan.pk)
    plan.save(update_fields=["job"])
    return plan


@transaction.atomic
def fill_plan(plan, progress=lambda done, of: None):
    """What the planner proposes for this plan's days and seed. May run again: what was there is replaced."""
    plan = Plan.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=plan.pk)
    if plan.state not in (Plan.State.MAKING, Plan.State.DRAFT):
        return plan
    plan.groups.all().delete()
    days = [date.fromisoformat(day) for day in plan.days]
    now = rules.situation(plan.campaign, days, plan.made_at)
    units = [rules.as_unit(application) for application in awaiting_visit(plan.campaign)]
    made = planner.propose(units, now.people, days, per_day=plan.per_day, size=plan.size, standing=now.standing, seed=plan.seed, progress=progress)
    names = iter(rules.group_names(plan.campaign, sum(team.key is None for team in made.teams)))
    groups = PlannedGroup.objects.bulk_create([
        PlannedGroup(plan=plan, number=team.number, group_id=team.key, name=next(names) if team.key is None else now.names[team.key]) for team in made.teams
    ])
    of = {group.number: group for group in groups}
    PlannedMember.objects.bulk_create([
        PlannedMember(group=of[team.number], user_id=member, is_leader=member == team.leader) for team in made.teams for member in team.members
    ], batch_size=500)
    PlannedVisit.objects.bulk_create([
        PlannedVisit(plan=plan, application_id=stop.unit, group=of[stop.team], on=stop.day, why=stop.why, able=stop.able) for stop in made.stops
    ], batch_size=500)
    plan.state, plan.cost, plan.bound, plan.unplaced, plan.unused = Plan.State.DRAFT, made.cost, made.bound, made.unplaced, made.unused
    plan.version += 1
    plan.save(update_fields=["state", "cost", "bound", "unplaced", "unused", "version"])
    return plan


def locked_draft(plan):
    plan = Plan.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=plan.pk)
    refuse(rules.draft_state_problems(plan))
    return plan


def touch(plan):
    """The plan looks different now: a page that shows it as it was may not apply it."""
    plan.version += 1
    plan.save(update_fields=["version"])


@transaction.atomic
def move_planned_visit(planned, group, on, *, by, at):
    """Another group or day in the draft. A conflict shows in red at once and keeps the draft from being applied."""
    plan = locked_draft(planned.plan)
    before = (planned.group_id, planned.on)
    if before != (group.pk, on):
        former = planned.group.name
        planned.group, planned.on, planned.why = group, on, PlannedVisit.Why.BY_HAND
        planned.save(update_fields=["group", "on", "why"])
        touch(plan)
        record(
            "inspections.move_planned_visit", plan, by=by, at=at, organization=planned.application.organization,
            group=group.name, on=on.isoformat(), group_before=former, on_before=before[1].isoformat(),
        )
    return planned


@transaction.atomic
def drop_planned_visit(planned, *, by, at):
    """Out of the draft: the unit waits for another plan, or for a visit planned by hand."""
    plan = locked_draft(planned.plan)
    record(
        "inspections.drop_planned_visit", plan, by=by, at=at, organization=planned.application.organization,
        group=planned.group.name, on=planned.on.isoformat(),
    )
    planned.delete()
    touch(plan)
    return plan


@transaction.atomic
def set_planned_members(group, leader, members, *, by, at):
    plan = locked_draft(group.plan)
    refuse(rules.set_planned_members_problems(group, leader, members))
    before = [member.user.name for member in group.members.select_related("user")]
    group.members.all().delete()
    PlannedMember.objects.bulk_create([PlannedMember(group=group, user=user, is_leader=user == leader) for user in members])
    touch(plan)
    record("inspections.set_planned_members", plan, by=by, at=at, group=group.name, leader=leader.name, members=[user.name for user in members], before=before)
    return group


@transaction.atomic
def import_plan(plan, rows, *, version=None, by, at):
    """What a sheet changes in a draft: [(planned visit's key, group number, day)], all or nothing."""
    plan = locked_draft(plan)
    refuse(rules.stale_problems(plan, version))
    groups = {group.number: group for group in plan.groups.all()}
    found = plan.visits.in_bulk([key for key, _number, _day in rows])
    changed = []
    for key, number, day in rows:
        planned = found[key]
        if (planned.group_id, planned.on) != (groups[number].pk, day):
            planned.group, planned.on, planned.why = groups[number], day, PlannedVisit.Why.BY_HAND
            changed.append(planned)
    if changed:
        PlannedVisit.objects.bulk_update(changed, ["group", "on", "why"], batch_size=200)
        touch(plan)
        record("inspections.import_plan", plan, by=by, at=at, changed=len(changed))
    return len(changed)


@transaction.atomic
def discard_plan(plan, *, by, at):
    plan = Plan.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=plan.pk)
    if plan.state != Plan.State.MAKING:
        refuse(rules.draft_state_problems(plan))
    record("inspections.discard_plan", plan, by=by, at=at, seed=plan.seed)
    plan.delete()


@transaction.atomic
def apply_plan(plan, *, version=None, by, at):
    """The whole draft or nothing: its new groups and all its visits. Nobody is told before it is published."""
    lock_plan(plan.campaign)
    plan = locked_draft(plan)
    refuse(rules.stale_problems(plan, version))
    refuse(rules.apply_problems(plan, at))
    groups = {}
    for planned in plan.groups.select_related("group").prefetch_related(Prefetch("members", PlannedMember.objects.select_related("user"))):
        if planned.group is None:
            members = [member.user for member in planned.members.all()]
            leader = next(member.user for member in planned.members.all() if member.is_leader)
            planned.group = make_group(plan.campaign, planned.name, leader, members, by=by, at=at)
            planned.save(update_fields=["group"])
        groups[planned.pk] = planned.group
    rows = list(plan.visits.select_related("application__organization", "application__campaign"))
    for planned in rows:
        planned.visit = book(planned.application, groups[planned.group_id], planned.on, published=False, by=by, at=at)
    PlannedVisit.objects.bulk_update(rows, ["visit"], batch_size=200)
    plan.state, plan.applied_at, plan.applied_by = Plan.State.APPLIED, at, by
    plan.save(update_fields=["state", "applied_at", "applied_by"])
    record("inspections.apply_plan", plan, by=by, at=at, groups=len(groups), visits=len(rows))
    return plan


@transaction.atomic
def publish_plan(plan, *, by, at):
    """From now on inspectors and units see the visits, and they are told."""
    lock_plan(plan.campaign)
    plan = Plan.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=plan.pk)
    refuse(rules.publish_problems(plan))
    visits = Visit.objects.filter(planned__plan=plan, is_published=False).update(is_published=True)
    plan.state, plan.published_at, plan.published_by = Plan.State.PUBLISHED, at, by
    plan.save(update_fields=["state", "published_at", "published_by"])
    record("inspections.publish_plan", plan, by=by, at=at, visits=visits)
    notices.tell_of_published_plan.delay_on_commit(plan.pk)
    return plan


# Answers


def answer(visit, user, *, by, at, **given):
    """One answer for a visit as it is planned now; another day or group asks anew."""
    found, _made = AssignmentAnswer.objects.update_or_create(
        visit=visit, user=user, group=visit.group, on=visit.on, defaults={"kind": "", "reason": "", "answered_at": at, "answered_by": by} | given,
    )
    return found


def with_lock(visit):
    return Visit.objects.select_for_update(of=["self"]).select_related("application__organization", "application__campaign", "group").get(pk=visit.pk)


@transaction.atomic
def accept_assignment(visit, *, by, at):
    visit = with_lock(visit)
    refuse(rules.answer_problems(visit, by, at))
    given = answer(visit, by, answer=AssignmentAnswer.Answer.ACCEPTED, by=by, at=at)
    record("inspections.accept_assignment", visit, by=by, at=at, organization=visit.application.organization, campaign=visit.application.campaign)
    return given


@transaction.atomic
def decline_assignment(visit, kind, reason, *, by, at):
    """A conflict at the unit is declared as well and stays on record; who takes no further part leaves the pool."""
    visit, campaign = with_lock(visit), visit.application.campaign
    refuse(rules.decline_problems(visit, by, kind, reason, at))
    reason, organization = reason.strip(), visit.application.organization
    given = answer(visit, by, answer=AssignmentAnswer.Answer.DECLINED, kind=kind, reason=reason, by=by, at=at)
    record("inspections.decline_assignment", visit, by=by, at=at, organization=organization, campaign=campaign, kind=kind, reason=reason)
    if kind == AssignmentAnswer.Kind.UNIT and not DeclaredConflict.objects.filter(campaign=campaign, user=by, organization=organization).exists():
        declare_conflict(by, organization, campaign, reason, by=by, at=at)
    if kind == AssignmentAnswer.Kind.ALL:
        entry, _made = PoolEntry.objects.get_or_create(campaign=campaign, user=by, defaults={"added_at": at, "added_by": by})
        if not entry.has_left:
            leave_pool(entry, reason, by=by, at=at)
    notices.tell_office_of_decline.delay_on_commit(given.pk)
    return given


# The unit's own 回避


@transaction.atomic
def challenge_inspector(visit, user, reason, *, by, at):
    visit = with_lock(visit)
    refuse(rules.challenge_problems(visit, user, reason, at))
    challenge = Challenge.objects.create(
        campaign=visit.application.campaign, organization=visit.application.organization, user=user, reason=reason.strip(), declared_at=at, declared_by=by,
    )
    record("inspections.challenge_inspector", challenge, by=by, at=at, person=user.name, reason=challenge.reason)
    notices.tell_office_of_challenge.delay_on_commit(challenge.pk)
    return challenge


@transaction.atomic
def decide_challenge(challenge, upheld, reply, *, by, at):
    """An upheld one is a declared conflict from now on, whichever plan comes; either way it stays on record."""
    challenge = Challenge.objects.select_for_update(of=["self"]).select_related("campaign", "organization", "user").get(pk=challenge.pk)
    refuse(rules.decide_challenge_problems(challenge, reply))
    challenge.state = Challenge.State.UPHELD if upheld else Challenge.State.REFUSED
    challenge.reply, challenge.decided_at, challenge.decided_by = reply.strip(), at, by
    challenge.save(update_fields=["state", "reply", "decided_at", "decided_by"])
    record("inspections.decide_challenge", challenge, by=by, at=at, person=challenge.user.name, state=challenge.state, reply=challenge.reply)
    same = {"campaign": challenge.campaign, "user": challenge.user, "organization": challenge.organization}
    if upheld and not DeclaredConflict.objects.filter(**same).exists():
        declare_conflict(challenge.user, challenge.organization, challenge.campaign, challenge.reason, by=by, at=at)
    notices.tell_unit_of_decision.delay_on_commit(challenge.pk)
    return challenge


# Repair


@transaction.atomic
def repair_plan(campaign, sha256, *, by, at):
    """Exactly the proposal that was shown, all of it or nothing. Steps that wait for one another find their order."""
    lock_plan(campaign)
    mending = rules.mending(campaign, at)
    refuse(rules.repair_problems(mending, sha256))
    waiting = list(mending.steps)
    while waiting:
        left, refusal = [], None
        for step in waiting:
            try:
                with transaction.atomic():
                    take(step, by=by, at=at)
            except NotAllowed as refused:
                left.append(step)
                refusal = refused
        if len(left) == len(waiting):
            raise refusal
        waiting = left
    record("inspections.repair_plan", campaign, by=by, at=at, campaign=campaign, steps=[step.sentence for step in mending.steps], touched=mending.touched)
    return mending


def take(step, *, by, at):
    if step.visit:
        change_visit(step.visit, step.group, step.on, by=by, at=at)
    else:
        set_members(step.group, step.group.name, step.leader, list(step.members), by=by, at=at)
