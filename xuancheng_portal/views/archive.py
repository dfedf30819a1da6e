"""归档: the office asks for the archive of the campaign and fetches it later."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import jobs
from accounts.models import Job
from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.permissions import acts_as_office

SHOWN = 10


@require_http_methods(["GET", "POST"])
def archive(request):
    campaign = campaign_for(request)
    require(acts_as_office(request.user, campaign))
    if campaign is None or campaign.is_rehearsal:
        return render(request, "xuancheng_portal/archive.html", {"campaign": None})
    made = Job.objects.visible_to(request.user).filter(kind="xuancheng_portal.archive", parameters__campaign=campaign.pk)
    if request.method == "POST":
        begun = made.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).first()
        title = _("%(title)s归档") % {"title": campaign.title}
        return redirect(begun or jobs.start("xuancheng_portal.archive", title, by=request.user, at=timezone.now(), campaign=campaign.pk))
    return render(request, "xuancheng_portal/archive.html", {"campaign": campaign, "jobs": made[:SHOWN]})
