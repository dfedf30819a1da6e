"""What is left to do about the plan."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role
from campaigns.permissions import acts_as_office
from campaigns.rules import Todo
from inspections.models import Challenge, Plan
from inspections.rules.planning.answers import awaiting_answer
from inspections.rules.planning.repair import troubles


def planning_todos(user, campaign, at):
    found = []
    if user.has_role(Role.INSPECTOR) and (n := awaiting_answer(user, campaign, at).count()):
        title = ngettext("%(n)s 个验收安排等你答复", "%(n)s 个验收安排等你答复", n) % {"n": n}
        found.append(Todo(title, _("能去请点“接受”，不能去请说明理由，以便及早调整。"), reverse("inspections:today"), _("去答复"), "amber", "calendar"))
    if acts_as_office(user, campaign):
        found += office_planning_todos(campaign, at)
    return found


def office_planning_todos(campaign, at):
    found = []
    for plan in campaign.plans.filter(state__in=[Plan.State.DRAFT, Plan.State.APPLIED]):
        draft = plan.is_draft
        found.append(Todo(
            _("验收方案是草案，等你核对和应用") if draft else _("验收方案已经应用，还没有发布"),
            _("看一遍各组和日期，没有回避情形后应用。") if draft else _("发布以后验收员和单位才会收到通知。"),
            plan.get_absolute_url(), _("去核对") if draft else _("去发布"), "blue" if draft else "amber", "calendar",
        ))
    if wrong := len(troubles(campaign, at)):
        title = ngettext("%(n)s 处验收安排需要修补", "%(n)s 处验收安排需要修补", wrong) % {"n": wrong}
        found.append(Todo(title, _("有验收员不能参加或应当回避。系统给出改动最少的修补办法，看过再应用。"), reverse("inspections:repair"), _("去修补"), "red", "warn"))
    if waiting := Challenge.objects.open().filter(campaign=campaign).count():
        title = ngettext("%(n)s 件单位的回避申请等你决定", "%(n)s 件单位的回避申请等你决定", waiting) % {"n": waiting}
        found.append(Todo(title, _("同意的，该验收员不再去这个单位；不同意的，写明理由。"), reverse("inspections:challenge_list"), _("去决定"), "amber", "shield"))
    return found
