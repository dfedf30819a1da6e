"""Sharing the items out among the people of a unit, and who saved what last."""

from django.utils.translation import gettext as _

from accounts.models import AuditEvent, Role, User
from accounts.rules import Work
from applications.models import Application, ItemResponse
from applications.rules.sending import status_problems
from campaigns.rules import Problem


def colleagues(application):
    """Those who may fill this application in: the clerks of its unit."""
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization=application.organization_id).order_by("name", "pk")


def shares_of(user):
    """The items a person still has to fill in, of applications that are open."""
    open_ones = Application.EDITABLE
    return ItemResponse.objects.filter(assignee=user, application__status__in=open_ones).select_related("item", "application__organization", "application__campaign").order_by("application_id", "item__order", "pk")


def work_of(user, at):
    """What a person would hand over: each item they were given."""
    return [
        Work(_("%(year)s 年 %(unit)s：%(item)s") % {"year": share.application.campaign.year, "unit": share.application.organization, "item": share.item}, share.application.get_absolute_url())
        for share in shares_of(user)
    ]


def assignment_problems(application, wanted):
    if problems := status_problems(application, *application.EDITABLE):
        return problems
    own = set(application.responses.values_list("pk", flat=True))
    known = set(colleagues(application).values_list("pk", flat=True))
    if not set(wanted) <= own or not {pk for pk in wanted.values() if pk} <= known:
        return [Problem(_("只能把本单位申报的指标分给本单位的填报人员，请刷新后重新选择。"))]
    return []


def last_save(response, field):
    """The entry that tells who saved this field last and when; None when nobody did."""
    saves = AuditEvent.objects.filter(
        target_type="applications.application", target_id=str(response.application_id), action="applications.save_response", detail__item=response.item.code,
    )
    return next((event for event in saves.order_by("-number").iterator() if field in event.detail.get("fields", [])), None)
