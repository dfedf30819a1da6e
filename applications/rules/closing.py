"""A unit is merged: whoever was to go on with its application must still find it."""

from django.utils.translation import gettext as _

from accounts import closing
from applications.models import Application
from campaigns.rules import Problem


@closing.rule
def running_problems(unit, at):
    """An application stays its unit's, and only people of that unit see it, mend it or answer for it, as long as its campaign runs."""
    running = Application.objects.filter(organization=unit, campaign__published_at__lte=at, campaign__phases__ends_at__gt=at).exclude(status__in=Application.ENDED)
    return [
        Problem(
            _("%(unit)s在“%(campaign)s”里有申报（%(status)s），人员转走后没有人能接着办。请等活动结束，或者先撤回申报；也可以不勾选“把现有人员一并转到承接单位”，由原来的人办完。")
            % {"unit": unit, "campaign": application.campaign.title, "status": application.get_status_display()}
        )
        for application in running.select_related("campaign").distinct().order_by("campaign_id")
    ]
