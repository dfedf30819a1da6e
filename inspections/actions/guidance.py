"""Notes to a unit, and problems to put right."""

from django.db import transaction

from accounts.audit import record
from accounts.models import Message
from applications import uploads
from campaigns.rules import NotAllowed
from inspections.actions.desk import locked
from inspections.models import GuidanceNote, Rectification, RectificationFile, RectificationStep
from inspections.notices import guidance as notices
from inspections.rules import guidance as rules


@transaction.atomic
def add_guidance_note(application, text, *, item=None, by, at):
    application = locked(application)
    if problems := rules.note_problems(application, text):
        raise NotAllowed(problems)
    note = GuidanceNote.objects.create(application=application, item=item, text=text.strip(), noted_at=at, noted_by=by)
    record("inspections.add_guidance_note", application, by=by, at=at, item=item.code if item else "", text=note.text)
    notices.tell_unit_of_guidance.delay_on_commit(note.pk)
    return note


@transaction.atomic
def read_guidance(notes, *, by, at):
    """The person has the notes before them: they are no longer new."""
    Message.objects.filter(user=by, key__in=[f"guidance-{note.pk}" for note in notes], read_at=None).update(read_at=at)


@transaction.atomic
def require_rectification(application, item, problem, due_at, *, by, at):
    application = locked(application)
    if problems := rules.rectification_problems(application, item, problem, due_at, at):
        raise NotAllowed(problems)
    task = raise_task(application, item, problem, due_at, by=by, at=at)
    notices.tell_unit_of_rectification.delay_on_commit(task.pk)
    return task


def raise_task(application, item, problem, due_at, *, by, at):
    """The task itself; whoever calls has asked the rules, holds the application and tells the unit."""
    task = Rectification.objects.create(
        application=application, item=item, problem=problem.strip(), due_at=due_at, raised_at=at, raised_by=by,
    )
    record("inspections.require_rectification", application, by=by, at=at, item=item.code, problem=task.problem, due_at=due_at.isoformat())
    return task


def stepped(rectification, base_version):
    """The task's row, held until the transaction ends, and refused when the page was older than it."""
    task = Rectification.objects.select_for_update(of=("self",)).select_related("application__organization", "item").get(pk=rectification.pk)
    rules.version_problems(task, base_version)
    return task


def step(task, kind, text, *, by, at):
    task.version += 1
    task.save()
    return RectificationStep.objects.create(rectification=task, kind=kind, text=text.strip(), at=at, by=by)


@transaction.atomic
def answer_rectification(rectification, text, files=(), *, by, at, base_version=None):
    """The unit's answer with its proof. `files` were taken in by `uploads.take` before the transaction began."""
    task = stepped(rectification, base_version)
    if problems := rules.answer_problems(task, text):
        raise NotAllowed(problems)
    task.state = Rectification.State.ANSWERED
    answer = step(task, RectificationStep.Kind.ANSWER, text, by=by, at=at)
    for taken in files:
        RectificationFile.objects.create(step=answer, blob=uploads.blob_of(taken, at=at), title=taken.name)
    record(
        "inspections.answer_rectification", task.application, by=by, at=at,
        item=task.item.code, text=answer.text, files=list(answer.files.values_list("blob", flat=True)),
    )
    notices.tell_office_of_answer.delay_on_commit(answer.pk)
    return answer


@transaction.atomic
def close_rectification(rectification, text="", *, by, at, base_version=None):
    """销号: the answer is verified."""
    task = stepped(rectification, base_version)
    if problems := rules.settle_problems(task):
        raise NotAllowed(problems)
    task.state, task.closed_at, task.closed_by = Rectification.State.CLOSED, at, by
    closing = step(task, RectificationStep.Kind.CLOSED, text, by=by, at=at)
    record("inspections.close_rectification", task.application, by=by, at=at, item=task.item.code, text=closing.text)
    notices.tell_unit_of_step.delay_on_commit(closing.pk)
    return task


@transaction.atomic
def send_back_rectification(rectification, text, due_at, *, by, at, base_version=None):
    """The answer does not do: the unit tries again until a new due date."""
    task = stepped(rectification, base_version)
    if problems := rules.send_back_problems(task, text, due_at, at):
        raise NotAllowed(problems)
    task.state, task.due_at = Rectification.State.OPEN, due_at
    sent_back = step(task, RectificationStep.Kind.SENT_BACK, text, by=by, at=at)
    record(
        "inspections.send_back_rectification", task.application, by=by, at=at,
        item=task.item.code, text=sent_back.text, due_at=due_at.isoformat(),
    )
    notices.tell_unit_of_step.delay_on_commit(sent_back.pk)
    return task
