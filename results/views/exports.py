"""The workbooks: asking for one from any list, and the page where they are asked for, watched and fetched."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Job
from accounts.permissions import require
from campaigns.current import campaign_for
from results.exports import EXPORTS, KIND, start

PER_PAGE = 20


@require_GET
def exports(request):
    """What can be exported, and what was. While one is being made its part asks again by itself."""
    campaign = campaign_for(request)
    allowed = [export for export in EXPORTS.values() if export.may(request.user, campaign)]
    require(allowed)
    paginator = Paginator(Job.objects.visible_to(request.user).filter(kind=KIND), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    template = "results/_exports_made.html" if request.htmx else "results/exports.html"
    return render(request, template, {
        "campaign": campaign, "exports": allowed, "page": page, "pages": paginator.get_elided_page_range(page.number),
        "is_busy": any(job.is_unfinished for job in page),
    })


@require_POST
def export(request, name):
    """Make the workbook of what this address filters."""
    found = EXPORTS[name]
    campaign = campaign_for(request)
    require(found.may(request.user, campaign))
    if campaign is None:
        raise Http404
    start(found, campaign, request.GET, by=request.user, at=timezone.now())
    messages.success(request, _("正在生成%(title)s。可以离开本页，完成后会通知你。") % {"title": found.title})
    return redirect(f"{reverse('results:exports')}#exports-made")
