"""What units and the office are told about guidance and rectification. Each task takes a key and may run twice: people are told once."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    note = GuidanceNote.objects.select_related("application__organization", "item").get(pk=pk)
    inbox.leave(
        clerks_of(note.application.organization), key=f"guidance-{note.pk}", at=note.noted_at, body=note.text,
        title=_("市政务公开办对你单位提出指导意见：%(item)s") % {"item": note.item or _("总的意见")},
        url=reverse("inspections:guidance", args=[note.application_id]),
    )


@shared_task
def tell_unit_of_rectification(pk):
    task = Rectification.objects.select_related("application__organization", "item").get(pk=pk)
    unit = task.application.organization
    inbox.leave(
        clerks_of(unit) | county_of(unit), key=f"rectification-{task.pk}", at=task.raised_at, url=task.get_absolute_url(), body=task.problem,
        title=_("%(unit)s：请在 %(due)s 前整改 %(item)s") % {"unit": unit, "due": show_end(task.due_at), "item": task.item},
    )


@shared_task
def tell_unit_of_rectifications(pks):
    """Several raised in one step: one message that names them all."""
    tasks = list(Rectification.objects.select_related("application__organization", "item").filter(pk__in=pks).order_by("pk"))
    unit, count = tasks[0].application.organization, len(tasks)
    inbox.leave(
        clerks_of(unit) | county_of(unit), key=f"rectifications-{tasks[0].pk}", at=tasks[0].raised_at, url=reverse("inspections:rectification_list"),
        body="\n".join(_("%(item)s：%(problem)s") % {"item": task.item, "problem": task.problem} for task in tasks),
        title=ngettext("%(unit)s：现场验收后有 %(n)s 项要在 %(due)s 前整改", "%(unit)s：现场验收后有 %(n)s 项要在 %(due)s 前整改", count)
        % {"unit": unit, "n": count, "due": show_end(tasks[0].due_at)},
    )


@shared_task
def tell_office_of_answer(pk):
    step = RectificationStep.objects.select_related("rectification__application__organization", "rectification__item").get(pk=pk)
    task = step.rectification
    inbox.leave(
        office_of(task.application.campaign), key=f"rectification-step-{step.pk}", at=step.at, url=task.get_absolute_url(), body=step.text, mail=False,
        title=_("%(unit)s 回复了整改任务，请核验：%(item)s") % {"unit": task.application.organization, "item": task.item},
    )


@shared_task
def tell_unit_of_step(pk):
    """Closed, or sent back with a new due date."""
    step = RectificationStep.objects.select_related("rectification__application__organization", "rectification__item").get(pk=pk)
    task = step.rectification
    names = {"item": task.item, "due": show_end(task.due_at)}
    closed = step.kind == RectificationStep.Kind.CLOSED
    inbox.leave(
        clerks_of(task.application.organization), key=f"rectification-step-{step.pk}", at=step.at, url=task.get_absolute_url(), body=step.text,
        title=(_("整改任务已销号：%(item)s") if closed else _("整改被退回，请在 %(due)s 前重新整改：%(item)s")) % names,
    )


def remind_of_due(task, at):
    """Tomorrow it is due. Told once per due date."""
    inbox.leave(
        clerks_of(task.application.organization), key=f"rectification-due-{task.pk}-{task.due_at:%Y%m%d%H%M}", at=at, url=task.get_absolute_url(),
        title=_("整改即将到期：%(item)s，期限 %(due)s") % {"item": task.item, "due": show_end(task.due_at)}, body=task.problem,
    )


def remind_of_overdue(task, at):
    """The due date has passed. Told once per due date, to the unit, its county and the office."""
    unit = task.application.organization
    key = f"rectification-overdue-{task.pk}-{task.due_at:%Y%m%d%H%M}"
    names = {"unit": unit, "item": task.item, "due": show_end(task.due_at)}
    inbox.leave(
        clerks_of(unit) | county_of(unit), key=key, at=at, url=task.get_absolute_url(), body=task.problem,
        title=_("%(unit)s：整改已逾期，请尽快回复：%(item)s（期限 %(due)s）") % names,
    )
    inbox.leave(
        office_of(task.application.campaign), key=key, at=at, url=task.get_absolute_url(), body=task.problem, mail=False,
        title=_("%(unit)s 的整改已逾期：%(item)s（期限 %(due)s）") % names,
    )
