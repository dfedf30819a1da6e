"""The public notice."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem, show_end, workdays_between, workdays_from, year_is_confirmed
from results import reports
from results.models import Naming, SelectionList
from results.privacy import noticed


def create_problems(campaign, applications):
    ready = list(reports.ready_for_notice(campaign))
    keys = {place.application_id for place in ready}
    if not applications:
        return [Problem(_("没有可以公示的单位。先锁定并复核名单。"))]
    problems = [
        Problem(_("%(unit)s的名单没有复核，或者已经公示过。") % {"unit": application.organization})
        for application in applications if application.pk not in keys
    ]
    substitutes = reports.substitutes(campaign, ready)
    taking_up = [application for application in applications if application.pk in substitutes]
    if taking_up and len(taking_up) < len(applications):
        problems.append(Problem(_("%(units)s是递补的单位，要单独公示，请和其他单位分开。") % {"units": "、".join(str(one.organization) for one in taking_up)}))
    return problems


def change_problems(notice):
    if notice.published_at:
        return [Problem(_("公示已经发布，不能修改。需要改动时先撤下，再重新生成。"))]
    if notice.withdrawn_at:
        return [Problem(_("公示已经撤下，请重新生成。"))]
    return []


def publish_problems(notice, by):
    """Of the list and the people. That the words have passed the review is `unreviewed_problems`'s to say."""
    problems = change_problems(notice)
    entries = list(notice.entries.select_related("application__organization", "application__place__track__selection_list"))
    if not entries:
        problems.append(Problem(_("公示中没有单位。")))
    for entry in entries:
        place = getattr(entry.application, "place", None)
        selection = getattr(place.track, "selection_list", None) if place else None
        if selection is None or selection.state != SelectionList.State.CONFIRMED:
            problems.append(Problem(_("%(unit)s不在已复核的名单中，请重新生成公示。") % {"unit": entry.application.organization}))
    if not notice.body.strip() or not notice.contact.strip():
        problems.append(Problem(_("请填写正文，以及受理单位和联系方式。"), reverse("results:notice", args=[notice.pk])))
    if by.pk == notice.created_by_id:
        problems.append(Problem(_("公示由你生成，请由另一位办领导发布。")))
    return problems


def period(campaign, at):
    """First and last day of a notice published now."""
    return workdays_from(timezone.localdate(at), campaign.publicity_days)


def notice_warnings(campaign, ends_on):
    """What the office should know, and may go on with."""
    warnings = []
    last = max((phase.ends_at for phase in campaign.phases.all()), default=None)
    if last and ends_on >= timezone.localdate(last):
        warnings.append(
            Problem(_("公示到 %(day)s 期满，晚于最后一个阶段的结束时间 %(end)s。可以发布，请确认命名时间。") % {"day": f"{ends_on:%Y-%m-%d}", "end": show_end(last)})
        )
    if not year_is_confirmed(ends_on.year):
        warnings.append(Problem(_("%(year)s 年的工作日历还没有核实，公示期按周一至周五计算，请核对节假日。") % {"year": ends_on.year}))
    return warnings


def withdraw_notice_problems(notice, reason, on):
    """The reason is read by the public as well."""
    problems = [
        Problem(_("撤下的理由会公开，里面有“%(value)s”，请改掉。") % {"value": found.excerpt}, "#id_reason") for found in noticed(reason, on)
    ]
    if notice.withdrawn_at:
        problems.append(Problem(_("公示已经撤下。")))
    if Naming.objects.filter(application__notice_entries__notice=notice).exists():
        problems.append(Problem(_("公示中已有单位命名，不能撤下。")))
    if not reason.strip():
        problems.append(Problem(_("请填写撤下的理由。"), "#id_reason"))
    return problems


def notice_state(notice, day):
    """draft, running, ended or withdrawn, as of a day."""
    if notice.withdrawn_at:
        return "withdrawn"
    if notice.published_at is None:
        return "draft"
    return "ended" if day > notice.ends_on else "running"


def workdays_left(notice, day):
    """Working days still to come, the day itself included, and how many there are in all."""
    before = timedelta(days=1)
    total = workdays_between(notice.starts_on - before, notice.ends_on)
    left = workdays_between(max(day, notice.starts_on) - before, notice.ends_on)
    return left, total
