"""Evidence to look at: the viewer, the pictures it shows, and what the portal noticed in a file."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import require
from applications import actions, uploads
from applications.models import Evidence, SensitiveFinding
from applications.permissions import can_edit
from applications.viewer import Addresses, address_of_view, back_to, viewer
from applications.views.evidence import answer, find_evidence, keep_typed
from campaigns.rules import NotAllowed


@require_safe
def evidence_view(request, pk):
    proof = find_evidence(request, pk)
    application, item = proof.response.application, proof.response.item
    is_own = can_edit(request.user, application)
    present = list(proof.response.evidence.present().select_related("blob", "checkpoint", "added_by").order_by("added_at", "pk"))
    if proof.removed_at:  # reviewers read versions that still name it
        present.append(proof)
    back = f"{proof.response.get_absolute_url()}#evidence" if is_own else f"{application.get_absolute_url()}#item-{item.code}"
    addresses = Addresses(
        view=address_of_view(request, "applications:evidence_view"),
        picture=lambda other, page: reverse("applications:evidence_picture", args=[other.pk, page]),
        thumbnail=lambda other: reverse("applications:evidence_preview", args=[other.pk]),
        original=lambda other: reverse("applications:evidence", args=[other.pk]),
        back=back_to(request, back),
    )
    return render(request, "applications/evidence_view.html", viewer(request, proof, present, addresses, is_own=is_own))


@require_safe
def evidence_picture(request, pk, page):
    proof = find_evidence(request, pk)
    if proof.blob is None:
        raise Http404
    return uploads.respond_with_picture(request, proof.blob, proof.title, page, is_own=can_edit(request.user, proof.response.application))


@require_safe
def evidence_findings(request, pk):
    """What became of a file since it was uploaded: the piece asks for itself again until everything was looked at."""
    proof = find_evidence(request, pk)
    if proof.blob is None:
        raise Http404
    is_own = can_edit(request.user, proof.response.application)
    return render(request, "applications/_file_state.html", {"proof": proof, "application": proof.response.application, "may_decide": is_own, "region": "files"})


@require_POST
def decide_finding(request, pk):
    finding = get_object_or_404(SensitiveFinding.objects.filter(evidence__in=Evidence.objects.visible_to(request.user)), pk=pk)
    proof = find_evidence(request, finding.evidence_id)
    response = proof.response
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    problems, decision = [], request.POST.get("decision", "")
    try:
        actions.decide_finding(finding, decision, request.POST.get(f"reason-{finding.pk}", ""), by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        problems = refusal.problems
    else:
        if decision == SensitiveFinding.Decision.REPLACE and not request.htmx:
            messages.info(request, _("已移除“%(title)s”，请把号码遮盖后重新上传。") % {"title": proof.title})
    return answer(request, response.application_id, response.item.code, "files", forms={"problems": problems}, unsaved=unsaved, stored=stored)
