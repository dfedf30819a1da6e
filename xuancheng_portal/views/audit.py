"""审计: look for entries, take them away as a workbook, check that nobody altered the log."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import jobs
from accounts.audit import VERIFIED, label
from accounts.models import Heartbeat, Job
from accounts.permissions import require
from campaigns.current import campaign_for
from xuancheng_portal import auditing

PER_PAGE = 50


@require_GET
def audit(request):
    require(auditing.can_read(request.user))
    campaign, form = campaign_for(request), auditing.AuditFilter(request.user, request.GET)
    found = form.found(auditing.visible_to(request.user, campaign)).select_related("organization")
    paginator = Paginator(found, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    sees_all = auditing.sees_all(request.user)
    return render(request, "xuancheng_portal/audit.html", {
        "form": form, "page": page, "pages": paginator.get_elided_page_range(page.number), "total": paginator.count,
        "rows": [(entry, label(entry.action)) for entry in page], "asked": any(form.cleaned_data.values()), "sees_all": sees_all,
        "verified": Heartbeat.objects.filter(duty=VERIFIED).first() if sees_all else None,
    })


@require_POST
def export_audit(request):
    """What the list shows, as a workbook made behind the page."""
    require(auditing.can_read(request.user))
    form, campaign = auditing.AuditFilter(request.user, request.GET), campaign_for(request)
    form.is_valid()
    title = Truncator(_("审计记录（%(words)s）") % {"words": form.words}).chars(200)
    return redirect(jobs.start(
        "xuancheng_portal.audit", title, by=request.user, at=timezone.now(), query=request.GET.urlencode(), campaign=campaign and campaign.pk,
    ))


@require_POST
def verify_audit(request):
    """Walk the whole chain behind the page; once at a time is enough."""
    require(auditing.sees_all(request.user))
    begun = Job.objects.visible_to(request.user).filter(kind="xuancheng_portal.verify_audit", state__in=[Job.State.WAITING, Job.State.RUNNING]).first()
    return redirect(begun or jobs.start(
        "xuancheng_portal.verify_audit", _("审计链核对结果"), by=request.user, at=timezone.now(), event="accounts.verify_audit",
    ))
