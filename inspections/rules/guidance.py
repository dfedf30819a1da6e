"""Guidance and rectification: when a unit can be guided, what a task must say, what is overdue."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Message, Role
from applications.models import Application
from campaigns.permissions import acts_as_office
from campaigns.rules import Problem, Todo, show_end
from inspections.models import GuidanceNote, Rectification
from inspections.rules.desk import Stale, locked_problems


def guidance_problems(application):
    """A unit is guided from the day its papers arrived until a list with it is locked."""
    problems = locked_problems(application)
    if not application.is_received:
        problems.append(Problem(_("收到申报以后才能督导，现在是“%(status)s”。") % {"status": application.get_status_display()}))
    return problems


def note_problems(application, text):
    problems = guidance_problems(application)
    if not text.strip():
        problems.append(Problem(_("请填写指导意见。")))
    return problems


def due_problems(due_at, at):
    return [Problem(_("整改期限已经过去，请选择将来的时间。"))] if due_at <= at else []


def rectification_problems(application, item, problem, due_at, at):
    problems = guidance_problems(application)
    if not application.responses.filter(item=item).exists():
        problems.append(Problem(_("%(item)s 不属于这份申报的指标。") % {"item": item}))
    if not problem.strip():
        problems.append(Problem(_("请写明存在的问题。")))
    return problems + due_problems(due_at, at)


def version_problems(rectification, base_version):
    """Raises Stale when the page was made from an older state of the task."""
    if base_version is not None and base_version != rectification.version:
        raise Stale([_("这项整改任务在别的页面上已经变为“%(state)s”，请核对后再操作；你填写的内容还在。") % {"state": rectification.get_state_display()}])


def answer_problems(rectification, text):
    problems = []
    if rectification.state != Rectification.State.OPEN:
        problems.append(Problem(_("这项整改任务现在是“%(state)s”，不需要回复。") % {"state": rectification.get_state_display()}))
    if rectification.application.status in Application.ENDED:
        problems.append(Problem(_("申报已经结束（%(status)s），不能再回复整改。") % {"status": rectification.application.get_status_display()}))
    if not text.strip():
        problems.append(Problem(_("请写明整改情况。")))
    return problems


def settle_problems(rectification):
    if rectification.state != Rectification.State.ANSWERED:
        return [Problem(_("单位回复以后才能核验，现在是“%(state)s”。") % {"state": rectification.get_state_display()})]
    return []


def send_back_problems(rectification, text, due_at, at):
    problems = settle_problems(rectification)
    if not text.strip():
        problems.append(Problem(_("请写明退回重改的原因。")))
    return problems + due_problems(due_at, at)


def new_notes(user, campaign):
    """Notes this person was told of and has not read yet."""
    keys = Message.objects.filter(user=user, key__startswith="guidance-", read_at=None).values_list("key", flat=True)
    return GuidanceNote.objects.filter(pk__in=[int(key.rpartition("-")[2]) for key in keys], application__campaign=campaign)


def guidance_todos(user, campaign, at):
    """For a unit: what to put right and what to read. For the office: answers to verify and what is overdue."""
    if campaign is None:
        return []
    tasks = Rectification.objects.visible_to(user).filter(application__campaign=campaign).exclude(application__status__in=Application.ENDED)
    board = reverse("inspections:rectification_list")
    todos = []
    if acts_as_office(user, campaign):
        if count := tasks.filter(state=Rectification.State.ANSWERED).count():
            todos.append(Todo(_("有 %(n)s 项整改回复待核验") % {"n": count}, _("核验后销号，或退回重改。"), f"{board}?state=answered", _("去核验"), "amber", "flag"))
        if count := tasks.overdue(at).count():
            todos.append(Todo(_("有 %(n)s 项整改已逾期") % {"n": count}, _("请联系单位，或调整期限。"), f"{board}?state=overdue", _("去查看"), "red", "warn"))
        return todos
    if not user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
        return []
    own = tasks.filter(application__organization=user.organization_id, state=Rectification.State.OPEN)
    for task in own.select_related("application__organization", "item").prefetch_related("steps"):
        late, again = task.is_overdue(at), bool(task.steps.all())
        title = (
            _("整改已逾期：%(item)s") if late else _("整改被退回，请重新整改：%(item)s") if again else _("请整改：%(item)s")
        ) % {"item": task.item}
        detail = _("期限 %(due)s。%(problem)s") % {"due": show_end(task.due_at), "problem": task.problem[:60]}
        todos.append(Todo(title, detail, task.get_absolute_url(), _("去整改"), "red" if late or again else "amber", "flag"))
    if user.has_role(Role.COUNTY_CLERK) and (count := tasks.exclude(application__organization=user.organization_id).overdue(at).count()):
        todos.append(Todo(_("所辖单位有 %(n)s 项整改已逾期") % {"n": count}, _("请督促单位尽快整改。"), f"{board}?state=overdue", _("去查看"), "red", "warn"))
    notes = list(new_notes(user, campaign).filter(application__organization=user.organization_id).select_related("application"))
    if notes:
        todos.append(
            Todo(
                _("%(office)s给你单位 %(n)s 条新的指导意见") % {"office": campaign.office_name, "n": len(notes)}, notes[0].text[:60],
                reverse("inspections:guidance", args=[notes[0].application_id]), _("去查看"), "blue", "chat",
            )
        )
    return todos
