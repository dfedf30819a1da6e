"""What the office returns, accepts, declines and reminds of."""

from django.db.models import Count
from django.utils.translation import gettext as _

from applications.models import Application, ItemResponse
from applications.rules.calendar import campaign_day, can_recommend_now
from applications.rules.sending import status_problems
from campaigns.rules import Problem


def return_problems(application, reasons, due_at, at):
    """`reasons`: {key of a response: sentence}."""
    if problems := status_problems(application, Application.Status.SUBMITTED):
        return problems
    problems = []
    if application.sealed_at:
        problems.append(Problem(_("现场验收已经开始，材料已封存，不能再退回；需要改进的，请转为整改任务。")))
    if not reasons:
        problems.append(Problem(_("还没有选择退回项，请至少选一项并写明意见。")))
    if any(not reason.strip() for reason in reasons.values()):
        problems.append(Problem(_("每个退回的指标都要写明意见。")))
    if application.responses.filter(pk__in=reasons).count() != len(reasons):
        problems.append(Problem(_("有的指标不属于这份申报，请刷新后重选。")))
    return problems + due_problems(due_at, at)


def due_problems(due_at, at):
    if due_at is None or due_at <= at:
        return [Problem(_("补正期限要晚于现在，请重新选择。"), "#id_due_at")]
    return []


def acceptance_problems(application):
    return status_problems(application, Application.Status.SUBMITTED)


def decline_problems(application, reason):
    if problems := status_problems(application, Application.Status.SUBMITTED):
        return problems
    return [] if reason.strip() else [Problem(_("请写明不予受理的理由。"), "#id_reason")]


def exemption_problems(response):
    application = response.application
    if problems := status_problems(application, *Application.RECEIVED):
        return problems
    if response.self_verdict != ItemResponse.Verdict.NOT_APPLICABLE:
        return [Problem(_("单位没有把 %(item)s 填为“不适用”。") % {"item": response.item})]
    if application.sealed_at:
        return [Problem(_("现场验收已经开始，材料已封存，不能再改变指标是否适用。"))]
    return []


def reminder_problems(campaign, organizations, at):
    """Nobody is asked to file what can no longer be filed."""
    if not any(can_recommend_now(campaign, organization, at) for organization in organizations):
        return [Problem(_("申报期已经结束，不能再催报。确需补报的单位，请先批准延期。"))]
    return []


def late_organizations(campaign):
    """Units with a track that have not arrived at the city: those a reminder is for."""
    arrived = Application.objects.of_campaign(campaign).exclude(status__in=[Application.Status.DRAFT, Application.Status.WITH_COUNTY])
    return (
        campaign.units.valid_on(campaign_day(campaign)).exclude(pk__in=arrived.values("organization"))
    )


def status_counts(applications):
    """{status: how many}, for the chips above a list."""
    return dict(applications.order_by().values_list("status").annotate(Count("pk")))
