"""What people are told of the plan: published, declined, challenged, decided. Each task takes a key and may run twice."""

from collections import defaultdict

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from accounts import inbox
from accounts.models import Message, User
from campaigns.permissions import office_of
from inspections.models import AssignmentAnswer, Challenge, GroupMember, Plan, Visit
from inspections.notices.guidance import clerks_of
from inspections.notices.visits import tell_unit_of_visit


def plan_key(plan):
    return f"plan-{plan.pk}-published"


@shared_task
def tell_of_published_plan(pk):
    """One message for an inspector, however many visits; one for each unit."""
    plan = Plan.objects.filter(pk=pk, state=Plan.State.PUBLISHED).first()
    if plan is None:
        return
    visits = Visit.objects.published().filter(planned__plan=plan).order_by("on", "pk")
    groups, of = dict(visits.values_list("group", "group__name")), defaultdict(list)
    for group, day in visits.values_list("group", "on"):
        of[group].append(day)
    for group, name in groups.items():
        people = User.objects.active().filter(pk__in=GroupMember.objects.filter(group=group).values("user"))
        days = of[group]
        names = {"group": name, "n": len(days), "first": days[0].isoformat(), "last": days[-1].isoformat(), "office": plan.campaign.office_name}
        inbox.leave(
            people, "inspections.plan_published", key=plan_key(plan), at=timezone.now(), url=reverse("inspections:today"),
            words=names,
        )
    for key in visits.values_list("pk", flat=True):
        tell_unit_of_visit(key)


def tell_of_untold_plan(plan):
    """The message was lost with the broker: the sweep tells again what nobody was told."""
    if not Message.objects.filter(key=plan_key(plan)).exists():
        tell_of_published_plan(plan.pk)


@shared_task
def tell_office_of_decline(pk):
    given = AssignmentAnswer.objects.select_related("user", "visit__application__organization", "visit__application__campaign", "visit__group").filter(pk=pk).first()
    if given:
        names = {"person": given.user, "unit": given.visit.application.organization, "day": given.on.isoformat()}
        inbox.leave(
            office_of(given.visit.application.campaign), "inspections.visit_declined", key=f"declined-{given.pk}", at=given.answered_at, url=reverse("inspections:repair"),
            words=names | {"text": given.reason},
        )


@shared_task
def tell_office_of_challenge(pk):
    challenge = Challenge.objects.select_related("user", "organization").get(pk=pk)
    inbox.leave(
        office_of(challenge.campaign), "inspections.challenge", key=f"challenge-{challenge.pk}", at=challenge.declared_at, url=reverse("inspections:challenge_list"),
        words={"unit": challenge.organization, "person": challenge.user, "text": challenge.reason},
    )


@shared_task
def tell_unit_of_decision(pk):
    challenge = Challenge.objects.select_related("user", "organization").get(pk=pk)
    visit = Visit.objects.published().filter(application__campaign=challenge.campaign, application__organization=challenge.organization).first()
    inbox.leave(
        clerks_of(challenge.organization), "inspections.challenge_decided", key=f"challenge-{challenge.pk}-{challenge.state}", at=challenge.decided_at, url=reverse("inspections:challenge", args=[visit.pk]) if visit else "",
        words={"person": challenge.user, "state": challenge.get_state_display(), "text": challenge.reply},
    )
