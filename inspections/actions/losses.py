"""What was found below full points becomes rectification tasks, all in one step."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import NotAllowed, Problem
from inspections.actions.desk import locked
from inspections.actions.guidance import raise_task
from inspections.actions.visits import locked_visit, refuse
from inspections.notices import guidance as notices
from inspections.rules import losses as rules


class WrongLosses(NotAllowed):
    """No task was raised; `by_item` says at which item why."""

    def __init__(self, by_item):
        self.by_item = by_item
        super().__init__([problem for problems in by_item.values() for problem in problems])


@transaction.atomic
def require_rectifications(visit, chosen, due_on, *, by, at):
    """`chosen` is {item key: what is wrong there}. A task for each until one day, and one message to the unit."""
    visit = locked_visit(visit)
    application = locked(visit.application)
    problems = rules.require_all_problems(visit, due_on, at)
    if not chosen:
        problems.append(Problem(_("还没有勾选任何一项。")))
    refuse(problems)
    if wrong := rules.loss_problems(visit, chosen):
        raise WrongLosses(wrong)
    due_at = timezone.make_aware(datetime.combine(due_on + timedelta(days=1), time()))
    items = {loss.item.pk: loss.item for loss in rules.losses(visit)}
    tasks = [raise_task(application, items[key], problem, due_at, by=by, at=at) for key, problem in chosen.items()]
    notices.tell_unit_of_rectifications.delay_on_commit([task.pk for task in tasks])
    return tasks
