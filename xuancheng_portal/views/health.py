"""Is the portal well? For machines and for the people who keep it."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.audit import VERIFIED
from accounts.models import Role
from accounts.permissions import can_see_sending, require
from xuancheng_portal import archives, first_day, health


@login_not_required
@never_cache
@require_safe
def healthz(request):
    facts, well = health.report(timezone.now())
    return JsonResponse(facts, status=200 if well else 503, json_dumps_params={"ensure_ascii": False})


@require_safe
def status(request):
    require(request.user.has_role(Role.ADMIN, Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR))
    at = timezone.now()
    facts, well = health.report(at)
    parts = [(name, facts[name] == "ok") for name in ("database", "broker", "storage")]
    return render(request, "xuancheng_portal/status.html", {
        "parts": parts, "well": well, "duties": health.named(health.duties(at)), "queues": health.queues(at), "overdue": health.overdue(at), "disk": health.disk(),
        "backup": health.last(archives.BACKUP, at, health.BACKUP_WITHIN), "verified": health.last(VERIFIED, at, health.VERIFIED_WITHIN), "at": at,
        "can_see_sending": can_see_sending(request.user),
        "first_day": first_day.steps_at_home(request.user),
    })
