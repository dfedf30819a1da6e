"""The form on paper: made as PDF or Word, its stamped scan taken back, and the office's own template for it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.audit import record
from accounts.permissions import require
from applications import actions, papers, rules, uploads
from applications.forms import FormTemplateForm, SignedFormForm
from applications.jobs import start_paper
from applications.models import FormTemplate, SignedForm
from applications.permissions import can_edit
from applications.views._common import find, say
from campaigns.current import campaign_for
from campaigns.permissions import can_change_settings
from campaigns.rules import NotAllowed


def paper_context(application, form=None):
    """What the piece about paper shows beside a draft: its checksum now, and the scan that would go with it."""
    checksum = rules.current_checksum(application)
    scan = rules.scan_for(application, checksum)
    return {
        "checksum": checksum, "scan": scan, "scan_matches": scan is not None and scan.checksum == checksum,
        "signed_form": form or SignedFormForm(), "scan_problems": rules.upload_scan_problems(application, checksum),
    }


@require_POST
def print_form(request, pk):
    """At once when it is quick; else a worker makes it, and it waits in the downloads."""
    application = find(request, pk)
    kind, number = request.POST.get("kind"), request.POST.get("number", "")
    if kind not in papers.KINDS:
        kind = "pdf"
    submission = get_object_or_404(application.submissions, number=int(number)) if number.isdecimal() else None
    now = timezone.now()
    found = papers.found_for(application, submission, at=now)
    if not papers.is_quick(found):
        return redirect(start_paper(application, submission, kind, by=request.user, at=now))
    try:
        content = papers.make(found, kind, papers.template_of(application.campaign))
    except papers.BadTemplate as bad:
        messages.error(request, _("没有生成成功：%(why)s请改用 PDF，或告诉%(office)s。") % {"office": application.campaign.office_name, "why": bad})
        return redirect(application)
    record("applications.print_form", application, by=request.user, at=now, kind=kind, receipt=found["receipt"], checksum=found["checksum"])
    response = HttpResponse(content, content_type=papers.KINDS[kind], headers=uploads.SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, papers.filename(found, kind, now))
    return response


@require_POST
def add_signed_form(request, pk):
    """The scan comes from 核对并提交 while that is open, afterwards from the receipt; either shows what happened."""
    application = find(request, pk)
    require(can_edit(request.user, application))
    form = SignedFormForm(request.POST, request.FILES)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
        return redirect(paper_place(application))
    file = form.cleaned_data["file"]
    try:
        scan = actions.add_signed_form(application, file, file.name, form.cleaned_data["checksum"], by=request.user, at=timezone.now())
    except uploads.Refused as refusal:
        messages.error(request, _("“%(name)s”没有上传：%(reason)s") % {"name": uploads.clean_name(file.name), "reason": refusal})
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        if scan.checksum == rules.current_checksum(application):
            messages.success(request, _("盖章扫描件已上传，校验码与内容相符。"))
        else:
            messages.warning(request, _("盖章扫描件已上传，但校验码与现在的内容不符：如果没有抄错，就是内容在打印后又有修改，请重新打印盖章。"))
    return redirect(paper_place(application))


def paper_place(application):
    """Where the piece about paper stands now."""
    if application.is_editable:
        return f"{application.get_absolute_url()}submit/#paper"
    latest = application.latest_submission
    return f"{(latest or application).get_absolute_url()}#paper"


@require_safe
def signed_form(request, pk):
    """The scan as it was uploaded, as a download."""
    scan = get_object_or_404(SignedForm.objects.visible_to(request.user).select_related("blob", "application__organization", "application__campaign"), pk=pk)
    try:
        response = uploads.respond(request, scan.blob, scan.title, scan.blob.media_type)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        record("applications.download_signed_form", scan.application, by=request.user, at=timezone.now(), title=scan.title, sha256=scan.blob_id)
    return response


# The template


def form_template(request):
    """The office's own template of a campaign: tried before it is taken, and given up again at will."""
    campaign = campaign_for(request)
    require(can_change_settings(request.user, campaign))
    if campaign is None:
        raise Http404
    form = FormTemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and "remove" in request.POST:
        actions.remove_form_templates(campaign, by=request.user, at=timezone.now())
        messages.success(request, _("已改回平台自带的模板。"))
        return redirect("applications:form_template")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.add_form_template(campaign, file, file.name, by=request.user, at=timezone.now())
        except (uploads.Refused, papers.BadTemplate) as refusal:
            form.add_error("file", str(refusal))
        except NotAllowed as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("模板已启用，今后生成的 Word 申报表都用它。"))
            return redirect("applications:form_template")
    template = FormTemplate.objects.in_use(campaign)
    status = 422 if form.errors else 200
    return render(request, "applications/form_template.html", {"form": form, "template": template, "campaign": campaign}, status=status)


@require_safe
def form_template_file(request):
    """The template in use, to be edited in Word or WPS: the office's own, else the built-in one."""
    campaign = campaign_for(request)
    require(can_change_settings(request.user, campaign))
    if campaign is None:
        raise Http404
    content = papers.template_of(campaign) or papers.default_template()
    response = HttpResponse(content, content_type=papers.KINDS["docx"], headers=uploads.SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, _("申报表模板.docx"))
    return response
