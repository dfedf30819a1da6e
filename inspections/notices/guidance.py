"""What units and the office are told about guidance and rectification. Each task takes a key and may run twice: people are told once."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Role, User
from campaigns.permissions import office_of
from campaigns.rules import show_end
from inspections.models import GuidanceNote, Rectification, RectificationStep


def clerks_of(organization):
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization=organization)


def county_of(organization):
    """The county's clerks, when the unit stands below a county."""
    if organization.county_id is None or organization.county_id == organization.pk:
        return User.objects.none()
    return User.objects.with_role(Role.COUNTY_CLERK).filter(organization=organization.county_id)


@shared_task
def tell_unit_of_guidance(pk):
    note = GuidanceNote.objects.select_related("application__organization", "application__campaign", "item").get(pk=pk)
    inbox.leave(
        clerks_of(note.application.organization), "inspections.guidance", key=f"guidance-{note.pk}", at=note.noted_at, url=reverse("inspections:guidance", args=[note.application_id]),
        words={"item": note.item or _("总的意见"), "text": note.text, "office": note.application.campaign.office_name},
    )


@shared_task
def tell_unit_of_rectification(pk):
    task = Rectification.objects.select_related("application__organization", "item").get(pk=pk)
    unit = task.application.organization
    inbox.leave(
        clerks_of(unit) | county_of(unit), "inspections.rectification", key=f"rectification-{task.pk}", at=task.raised_at, url=task.get_absolute_url(),
        words={"unit": unit, "due": show_end(task.due_at), "item": task.item, "text": task.problem},
    )


@shared_task
def tell_unit_of_rectifications(pks):
    """Several raised in one step: one message that names them all."""
    tasks = list(Rectification.objects.select_related("application__organization", "item").filter(pk__in=pks).order_by("pk"))
    unit, count = tasks[0].application.organization, len(tasks)
    inbox.leave(
        clerks_of(unit) | county_of(unit), "inspections.rectifications", key=f"rectifications-{tasks[0].pk}", at=tasks[0].raised_at, url=reverse("inspections:rectification_list"),
        words={"unit": unit, "n": count, "due": show_end(tasks[0].due_at), "text": "\n".join(_("%(item)s：%(problem)s") % {"item": task.item, "problem": task.problem} for task in tasks)},
    )


@shared_task
def tell_office_of_answer(pk):
    step = RectificationStep.objects.select_related("rectification__application__organization", "rectification__item").get(pk=pk)
    task = step.rectification
    inbox.leave(
        office_of(task.application.campaign), "inspections.rectification_answered", key=f"rectification-step-{step.pk}", at=step.at, url=task.get_absolute_url(),
        words={"unit": task.application.organization, "item": task.item, "text": step.text},
    )


@shared_task
def tell_unit_of_step(pk):
    """Closed, or sent back with a new due date."""
    step = RectificationStep.objects.select_related("rectification__application__organization", "rectification__item").get(pk=pk)
    task = step.rectification
    names = {"item": task.item, "due": show_end(task.due_at)}
    closed = step.kind == RectificationStep.Kind.CLOSED
    inbox.leave(
        clerks_of(task.application.organization), "inspections.rectification_closed" if closed else "inspections.rectification_returned",
        key=f"rectification-step-{step.pk}", at=step.at, url=task.get_absolute_url(), words=names | {"text": step.text},
    )


def remind_of_due(task, at):
    """Tomorrow it is due. Told once per due date."""
    inbox.leave(
        clerks_of(task.application.organization), "inspections.rectification_due_soon", key=f"rectification-due-{task.pk}-{task.due_at:%Y%m%d%H%M}", at=at, url=task.get_absolute_url(),
        words={"item": task.item, "due": show_end(task.due_at), "text": task.problem},
    )


def remind_of_overdue(task, at):
    """The due date has passed. Told once per due date, to the unit, its county and the office."""
    unit = task.application.organization
    key = f"rectification-overdue-{task.pk}-{task.due_at:%Y%m%d%H%M}"
    names = {"unit": unit, "item": task.item, "due": show_end(task.due_at)}
    inbox.leave(
        clerks_of(unit) | county_of(unit), "inspections.rectification_overdue", key=key, at=at, url=task.get_absolute_url(),
        words=names | {"text": task.problem},
    )
    inbox.leave(
        office_of(task.application.campaign), "inspections.rectification_overdue_to_office", key=key, at=at, url=task.get_absolute_url(),
        words=names | {"text": task.problem},
    )
