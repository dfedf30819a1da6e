"""Findings below full points, and what stands in the way of making them rectification tasks."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem, is_workday, workdays_from
from inspections.models import Rectification
from inspections.rules.guidance import due_problems, guidance_problems
from inspections.rules.visits import Finding, findings

USUAL_WORKDAYS = 10


@dataclass(frozen=True)
class Loss:
    """An item on which the group agreed on less than full points; `task` when the unit is already putting it right."""

    row: Finding
    task: Rectification | None = None

    @property
    def item(self):
        return self.row.item


def losses(visit, rows=None):
    """In the order of the items; nothing is agreed for good before the record is locked."""
    rows = findings(visit) if rows is None else rows
    tasks = {task.item_id: task for task in visit.application.rectifications.unsettled().order_by("raised_at", "pk")}
    return [Loss(row, tasks.get(row.item.pk)) for row in rows if row.agreed and row.agreed.points < row.maximum]


def usual_due_day(at):
    return workdays_from(timezone.localdate(at), USUAL_WORKDAYS)[1]


def due_day_problems(day, at):
    """A day of the future on which somebody is there to answer."""
    problems = due_problems(timezone.make_aware(datetime.combine(day + timedelta(days=1), time())), at)
    if not problems and not is_workday(day):
        names = {"day": day.isoformat(), "next": workdays_from(day, 1)[0].isoformat()}
        problems.append(Problem(_("%(day)s 是休息日，请把整改期限改为工作日，例如 %(next)s。") % names, "#loss-due_on"))
    return problems


def require_all_problems(visit, day, at):
    """What stands in the way of all of them."""
    problems = guidance_problems(visit.application)
    if not visit.is_locked:
        problems.append(Problem(_("验收记录还没有锁定，结果还可能改；锁定后再转整改任务。"), visit.get_absolute_url()))
    return problems + due_day_problems(day, at)


def loss_problems(visit, chosen):
    """{item key: [Problem]} of the chosen items ({item key: what is wrong there}) that cannot become a task."""
    open_losses, found = {loss.item.pk: loss for loss in losses(visit)}, {}
    for key, problem in chosen.items():
        loss = open_losses.get(key)
        if loss is None:
            found[key] = [Problem(_("本项没有扣分，不需要整改。"))]
        elif loss.task:
            found[key] = [Problem(_("本项已有没有销号的整改任务，请不要重复下达。"), loss.task.get_absolute_url())]
        elif not problem.strip():
            found[key] = [Problem(_("请写明存在的问题。"))]
    return found
