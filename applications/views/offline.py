"""Filling in without a network: the workbook goes out, comes back, is looked at cell by cell, and only then saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from applications import actions, rules, uploads
from applications import offline as workbook
from applications.forms import OfflineForm
from applications.models import OfflineUpload
from applications.permissions import can_edit
from applications.views._common import find, say
from campaigns.rules import NotAllowed


def offline(request, pk):
    application = find(request, pk)
    require(can_edit(request.user, application))
    form, problems = OfflineForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if not application.is_editable:
                raise NotAllowed(rules.status_problems(application, *application.EDITABLE))
            rows = workbook.rows_of(application, workbook.read(file, file.name))
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            return redirect(workbook.keep(application, rows, file.name, by=request.user, at=timezone.now()))
    return render(request, "applications/offline.html", {
        "application": application, "form": form, "problems": problems, "largest": uploads.megabytes(workbook.LARGEST),
    }, status=422 if problems or form.errors else 200)


@require_safe
def offline_form(request, pk):
    """The workbook, with what is written now."""
    application = find(request, pk)
    require(can_edit(request.user, application))
    now = timezone.now()
    response = HttpResponse(workbook.form_of(application, at=now), content_type=uploads.KINDS["xlsx"].media_type, headers=uploads.SAFE_HEADERS)
    name = _("%(unit)s填报表格 %(stamp)s.xlsx") % {"unit": application.organization, "stamp": f"{timezone.localtime(now):%Y%m%d-%H%M}"}
    response["Content-Disposition"] = content_disposition_header(True, uploads.clean_name(name))
    return response


def offline_preview(request, pk):
    """What an uploaded workbook changes; nothing is saved before its own person says so."""
    upload = get_object_or_404(
        OfflineUpload.objects.visible_to(request.user).select_related("application__campaign", "application__organization", "application__track"), pk=pk
    )
    require(can_edit(request.user, upload.application))
    now, problems = timezone.now(), []
    if request.method == "POST":
        choices = {key: value for key, value in request.POST.items() if key.startswith("choice-")}
        versions = {
            int(key.removeprefix("version-")): int(value) for key, value in request.POST.items()
            if key.startswith("version-") and key.removeprefix("version-").isdecimal() and value.isdecimal()
        }
        try:
            report = workbook.save(upload, choices, versions, by=request.user, at=now)
        except actions.Stale as stale:
            messages.warning(request, _("%(item)s 在你预览之后又有人保存过，什么都没有保存。下面是现在的对比，请核对后再保存。") % {"item": stale.stored.item})
            return redirect(upload)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已保存 %(n)s 项的修改。") % {"n": len(report)} if report else _("没有需要保存的修改。"))
            return redirect(upload)
    elif not upload.saved_at and upload.is_expired(now):
        say(request, NotAllowed([_("这份表格是一天以前上传的，已经过期，请重新上传。")]))
        return redirect("applications:offline", upload.application_id)
    planned = workbook.plan(upload)
    return render(request, "applications/offline_preview.html", {
        "upload": upload, "application": upload.application, "plan": planned, "problems": problems,
        "chosen": request.POST if request.method == "POST" else {},
    }, status=422 if problems else 200)
