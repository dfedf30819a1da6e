"""What people are told of the plan: published, declined, challenged, decided. Each task takes a key and may run twice."""

from collections import defaultdict

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        names = {"group": name, "n": len(days), "first": days[0].isoformat(), "last": days[-1].isoformat()}
        inbox.leave(
            people, key=plan_key(plan), at=timezone.now(), url=reverse("inspections:today"),
            title=ngettext("你在%(group)s，被安排验收 %(n)s 个单位（%(first)s 至 %(last)s），请逐个答复", "你在%(group)s，被安排验收 %(n)s 个单位（%(first)s 至 %(last)s），请逐个答复", len(days)) % names,
            body=_("能去的请点“接受”；不能去的请说明理由，市政务公开办会另作安排。"),
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
            office_of(given.visit.application.campaign), key=f"declined-{given.pk}", at=given.answered_at, body=given.reason, url=reverse("inspections:repair"),
            title=_("%(person)s答复不能参加 %(day)s 对%(unit)s的验收，请修补安排") % names,
        )


@shared_task
def tell_office_of_challenge(pk):
    challenge = Challenge.objects.select_related("user", "organization").get(pk=pk)
    inbox.leave(
        office_of(challenge.campaign), key=f"challenge-{challenge.pk}", at=challenge.declared_at, body=challenge.reason, url=reverse("inspections:challenge_list"),
        title=_("%(unit)s申请%(person)s回避，请决定") % {"unit": challenge.organization, "person": challenge.user},
    )


@shared_task
def tell_unit_of_decision(pk):
    challenge = Challenge.objects.select_related("user", "organization").get(pk=pk)
    visit = Visit.objects.published().filter(application__campaign=challenge.campaign, application__organization=challenge.organization).first()
    inbox.leave(
        clerks_of(challenge.organization), key=f"challenge-{challenge.pk}-{challenge.state}", at=challenge.decided_at, body=challenge.reply,
        url=reverse("inspections:challenge", args=[visit.pk]) if visit else "",
        title=_("对%(person)s的回避申请：%(state)s") % {"person": challenge.user, "state": challenge.get_state_display()},
    )
