"""Which units file a plan (创建方案), until when, and what of it needs a second look."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import CreationPlan
from applications.rules.calendar import NEAR, campaign_day
from campaigns.models import Opens
from campaigns.rules import Problem, Todo, show_end


def plan_due(campaign):
    """Until when (exclusive) plans are filed in time: so many days after the first phase began. None where none is asked for."""
    first = min((phase.starts_at for phase in campaign.phases.all()), default=None)
    if first is None or not campaign.plan_days:
        return None
    day = timezone.localdate(first) + timedelta(days=campaign.plan_days + 1)
    return datetime.combine(day, time(), timezone.get_current_timezone())


def plan_units(campaign):
    """Those that file one: every unit with a track of its own."""
    return campaign.units.valid_on(campaign_day(campaign))


def plan_problems(organization, campaign, at):
    """Why this unit may not file a plan, or another one, now. Late is no reason, but what was filed in time is replaced in time."""
    due = plan_due(campaign)
    if due is None:
        return [Problem(_("本次活动不要求报送创建方案。"))]
    if not plan_units(campaign).filter(pk=organization.pk).exists():
        return [Problem(_("本次活动没有面向你单位的申报类别，不需要报送创建方案。"))]
    if at >= max(phase.ends_at for phase in campaign.phases.all()):
        return [Problem(_("本次活动已经结束，不能再报送创建方案。"))]
    if at >= due and CreationPlan.objects.filter(campaign=campaign, organization=organization).exists():
        return [Problem(_("报送期限 %(end)s 已过，已报送的创建方案不能再更换。确需更换的，请联系%(office)s调整期限。") % {"office": campaign.office_name, "end": show_end(due)})]
    return []


def plan_date_problems(dates):
    """`dates`: [(what, day)] as they were typed."""
    if not dates:
        return [Problem(_("请至少填写一个时间节点，例如动员部署的日期。"), "#id_dates-0-what")]
    return []


def plan_date_warnings(campaign, dates):
    """Days too late to count, as sentences; never a reason to refuse the plan."""
    ends = [phase.ends_at for phase in campaign.phases.all() if phase.opens == Opens.SUBMIT]
    if not ends:
        return []
    end = max(ends)
    return [
        _("“%(what)s”定在 %(day)s，晚于申报截止时间 %(end)s，请核对。") % {"what": what, "day": f"{day:%Y-%m-%d}", "end": show_end(end)}
        for what, day in dates if datetime.combine(day, time(), timezone.get_current_timezone()) >= end
    ]


def is_plan_late(first_filed_at, due, at):
    """Filed after the due day, or not filed though that has passed."""
    return due is not None and (first_filed_at or at) >= due


def plan_reminder_problems(campaign, at):
    if plan_due(campaign) is None:
        return [Problem(_("本次活动不要求报送创建方案，不需要提醒。"))]
    if at >= max(phase.ends_at for phase in campaign.phases.all()):
        return [Problem(_("本次活动已经结束，不需要再提醒。"))]
    return []


def units_without_plan(campaign):
    return plan_units(campaign).exclude(pk__in=CreationPlan.objects.filter(campaign=campaign).values("organization"))


def plan_todos(organization, campaign, at):
    """The unit's own plan, while there is none and one may be filed."""
    if not campaign.plan_days or CreationPlan.objects.filter(campaign=campaign, organization=organization).exists():
        return []
    if plan_problems(organization, campaign, at):
        return []
    due = plan_due(campaign)
    if at >= due:
        detail, urgency = _("%(end)s 已截止，现在报送会标明逾期") % {"end": show_end(due)}, "red"
    else:
        detail, urgency = _("%(end)s 截止；上传方案文件，填写时间节点") % {"end": show_end(due)}, "amber" if due - at <= NEAR else "blue"
    return [Todo(_("请报送创建方案"), detail, f"{reverse('applications:creation_plan')}?campaign={campaign.code}", _("报送方案"), urgency, "document")]
