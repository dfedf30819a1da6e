"""What is left to do about visits: for inspectors, the office and the units."""

from collections import defaultdict
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role
from accounts.permissions import is_clerk_of
from applications.models import Application, ItemResponse
from campaigns.models import Opens
from campaigns.permissions import acts_as_office
from campaigns.rules import Todo
from inspections.models import AgreedScore, Score, Stage, Visit
from inspections.rules.visits.arranging import awaiting_visit
from inspections.rules.visits.conflicts import histories, open_conflicts


def with_progress(visits, user=None):
    """Visits with how far they are: items, agreed, own records of `user` and the first item still to record; a constant number of queries."""
    found = list(
        visits.select_related("application__organization__county", "application__track", "application__campaign", "group").order_by("on", "group__name", "pk")
    )
    keys = [visit.application_id for visit in found]
    items, agreed, own = defaultdict(list), defaultdict(set), defaultdict(set)
    responses = ItemResponse.objects.filter(application__in=keys, exempted_at=None).in_order()
    for application, item, code in responses.values_list("application", "item", "item__code"):
        items[application].append((item, code))
    for application, item in AgreedScore.objects.filter(application__in=keys, stage=Stage.SITE).values_list("application", "item"):
        agreed[application].add(item)
    if user:
        for application, item in Score.objects.filter(application__in=keys, stage=Stage.SITE, scorer=user).values_list("application", "item"):
            own[application].add(item)
    for visit in found:
        wanted = items[visit.application_id]
        visit.items_total = len(wanted)
        visit.items_agreed = sum(item in agreed[visit.application_id] for item, code in wanted)
        visit.items_own = sum(item in own[visit.application_id] for item, code in wanted)
        visit.first_gap = next((code for item, code in wanted if item not in own[visit.application_id]), "")
    return found


def visit_todos(user, campaign, at):
    found = []
    if user.has_role(Role.INSPECTOR):
        found += inspector_todos(user, campaign, at)
    if acts_as_office(user, campaign):
        found += office_todos(campaign, at)
    if user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id:
        found += unit_todos(user, campaign, at)
    return found


def inspector_todos(user, campaign, at):
    today, found = timezone.localdate(at), []
    visits = Visit.objects.of_inspector(user).unlocked().filter(application__campaign=campaign, application__status=Application.Status.ACCEPTED)
    signed = set(Visit.objects.filter(pk__in=visits, signatures__user=user, signatures__voided_at=None).values_list("pk", flat=True))
    for visit in with_progress(visits, user):
        names = {
            "unit": visit.application.organization, "day": visit.on.isoformat(), "group": visit.group,
            "own": visit.items_own, "agreed": visit.items_agreed, "total": visit.items_total,
        }
        urgency = "red" if visit.on < today else "amber" if visit.on == today else "blue"
        summary = reverse("inspections:summary", args=[visit.pk])
        if visit.on > today:
            found.append(Todo(_("%(day)s 验收%(unit)s") % names, _("%(group)s，请先看单位的填报材料；需要回避的请尽早申报。") % names, reverse("inspections:today"), _("看安排"), urgency, "calendar"))
        elif visit.items_own < visit.items_total:
            found.append(Todo(_("验收%(unit)s：逐项记录") % names, _("你已记录 %(own)s / %(total)s 项，验收日期 %(day)s。") % names, summary, _("去记录"), urgency, "camera"))
        elif visit.items_agreed < visit.items_total:
            found.append(Todo(_("验收%(unit)s：商定得分") % names, _("已商定 %(agreed)s / %(total)s 项。") % names, reverse("inspections:talk", args=[visit.pk]), _("去商定"), urgency, "users"))
        elif visit.pk not in signed:
            found.append(Todo(_("验收%(unit)s：签字") % names, _("各项都已商定，请核对后签字。"), reverse("inspections:sign", args=[visit.pk]), _("去签字"), urgency, "sign"))
        else:
            found.append(Todo(_("验收%(unit)s：等待锁定") % names, _("你已签字。全组签字后由组长锁定。"), reverse("inspections:sign", args=[visit.pk]), _("看进展"), urgency, "lock"))
    return found


def office_todos(campaign, at):
    today, found, plan = timezone.localdate(at), [], reverse("inspections:visit_list")
    if waiting := awaiting_visit(campaign).count():
        title = ngettext("%(n)s 个已受理的单位还没有安排验收", "%(n)s 个已受理的单位还没有安排验收", waiting) % {"n": waiting}
        last = max((phase.ends_at for phase in campaign.phases.that_open(Opens.INSPECT)), default=None)
        near = last is not None and last - at < timedelta(days=7)
        found.append(Todo(title, _("选验收组和日期，有回避情形的会指出来。"), f"{plan}#awaiting", _("去安排"), "amber" if near else "blue", "calendar"))
    visits = Visit.objects.filter(application__campaign=campaign).unlocked()
    if late := visits.filter(on__lt=today).count():
        title = ngettext("%(n)s 个单位过了验收日还没有锁定记录", "%(n)s 个单位过了验收日还没有锁定记录", late) % {"n": late}
        found.append(Todo(title, _("没有锁定的记录不计入排名，请催验收组商定、签字和锁定。"), f"{plan}?state=late", _("去看看"), "red", "lock"))
    if blocked := len(conflicted_visits(campaign)):
        title = ngettext("%(n)s 个安排出现了回避情形", "%(n)s 个安排出现了回避情形", blocked) % {"n": blocked}
        found.append(Todo(title, _("请换组、换人，或由办领导说明理由后批准。"), f"{plan}?state=conflict", _("去处理"), "red", "warn"))
    if ended := visits.exclude(application__status=Application.Status.ACCEPTED).count():
        title = ngettext("%(n)s 个已安排验收的单位不再是受理状态", "%(n)s 个已安排验收的单位不再是受理状态", ended) % {"n": ended}
        found.append(Todo(title, _("单位已撤回或被退回，请取消安排。"), f"{plan}?state=ended", _("去处理"), "amber", "x"))
    return found


def conflicted_visits(campaign, visits=None):
    """{visit.pk: [MemberConflict]} of unlocked visits whose group has a conflict that nobody allowed, in a constant number of queries."""
    if visits is None:
        visits = Visit.objects.filter(application__campaign=campaign).unlocked()
    visits = list(
        visits.select_related("application__organization__county", "application__campaign", "group")
        .prefetch_related("overrides", "group__members__user__organization__county")
    )
    known = histories(campaign, [member.user_id for visit in visits for member in visit.group.members.all()])
    return {visit.pk: found for visit in visits if (found := open_conflicts(visit, known))}


def unit_todos(user, campaign, at):
    today = timezone.localdate(at)
    visits = Visit.objects.filter(application__campaign=campaign, application__organization=user.organization_id, on__gte=today).unlocked().published()
    return [
        Todo(
            _("%(day)s %(office)s来现场验收") % {"office": campaign.office_name, "day": visit.on.isoformat()},
            _("请备好佐证原件和查阅场所，安排人员对接。"),
            reverse("inspections:challenge", args=[visit.pk]), _("看安排和来人"), "amber" if visit.on == today else "blue", "calendar",
        )
        for visit in visits.select_related("application__organization")
        if is_clerk_of(user, visit.application.organization)
    ]
