"""Files and photos of an item: add, hand out, take away, bring back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.audit import record
from accounts.permissions import require
from applications import actions, uploads
from applications.forms import FileForm
from applications.models import Evidence
from applications.permissions import can_edit
from applications.views._common import find_response
from applications.views.filling import item_context, save_typed, typed
from campaigns.rules import NotAllowed, Problem


def keep_typed(request, response):
    """Without script, files and links travel with the text typed beside them: it is saved too. What cannot be saved is given back.

    Returns the form to show again, or None when nothing is left unsaved.
    """
    if request.htmx or "version" not in request.POST:
        return None, None
    form = typed(request, response)
    try:
        if form.is_valid() and save_typed(request, response, form, timezone.now()):
            return None, None
    except actions.Stale as stale:
        form.data = form.data.copy()
        form.data["version"] = stale.stored.version
        return form, stale.stored
    return form, None


def answer(request, pk, code, piece, *, forms, unsaved, stored=None):
    """The piece that changed for HTMX; the page again where something needs attention; else back to the page."""
    problems, left = forms.get("problems", []), {name: form for name, form in forms.items() if form}
    wrong = bool(problems or unsaved or any(getattr(form, "errors", None) for form in left.values()))
    if not request.htmx and not wrong:
        return redirect("applications:item", pk, code)
    response = find_response(request, pk, code)
    context = item_context(request, response, form=unsaved, **left) | {"stored": stored, "is_unsaved": unsaved is not None}
    template = f"applications/_{piece}.html" if request.htmx else "applications/item.html"
    return render(request, template, context | {"piece": piece}, status=422 if wrong and not request.htmx else 200)


@require_POST
def add_file(request, pk, code):
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    form = FileForm(request.POST, request.FILES, checkpoints=response.item.checkpoints.filter(tracks=response.application.track))
    problems, added = [], 0
    if form.is_valid():
        for file in form.cleaned_data["files"]:
            try:
                actions.attach_file(response, file, file.name, checkpoint=form.cleaned_data["checkpoint"], by=request.user, at=timezone.now())
            except uploads.Refused as refusal:
                problems.append(Problem(_("“%(name)s”没有上传：%(reason)s") % {"name": uploads.clean_name(file.name), "reason": refusal}, "#id_file-files"))
            except NotAllowed as refusal:
                problems += [
                    Problem(_("“%(name)s”没有上传：%(reason)s") % {"name": uploads.clean_name(file.name), "reason": problem}, "#id_file-files")
                    for problem in refusal.problems
                ]
            else:
                added += 1
        form = None
    if added and not request.htmx:
        messages.success(request, _("已上传 %(n)s 个文件。") % {"n": added})
    return answer(request, pk, code, "files", forms={"file_form": form, "problems": problems}, unsaved=unsaved, stored=stored)


def find_evidence(request, pk):
    return get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("blob", "response__application__organization", "response__application__campaign", "response__item"), pk=pk
    )


@require_POST
def remove_evidence(request, pk):
    return _change(request, pk, actions.remove_evidence)


@require_POST
def restore_evidence(request, pk):
    return _change(request, pk, actions.restore_evidence)


def _change(request, pk, act):
    evidence = find_evidence(request, pk)
    response = evidence.response
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    problems = []
    try:
        act(evidence, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        problems = refusal.problems
    piece = "links" if evidence.kind == Evidence.Kind.LINK else "files"
    return answer(request, response.application_id, response.item.code, piece, forms={"problems": problems}, unsaved=unsaved, stored=stored)


@require_safe
def evidence(request, pk):
    """The original, as a download."""
    evidence = find_evidence(request, pk)
    if evidence.blob is None:
        raise Http404
    if problem := uploads.opening_problem(evidence.blob, is_own=can_edit(request.user, evidence.response.application)):
        messages.error(request, problem)
        return redirect("applications:evidence_view", evidence.pk)
    try:
        response = uploads.respond(request, evidence.blob, evidence.title, evidence.blob.media_type)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        record(
            "applications.download", evidence.response.application, by=request.user, at=timezone.now(), item=evidence.response.item.code,
            evidence=evidence.pk, title=evidence.title, sha256=evidence.blob_id,
        )
    return response


@require_safe
def evidence_preview(request, pk):
    """A small picture of it, made by us, for showing inside a page."""
    evidence = find_evidence(request, pk)
    if evidence.blob is None:
        raise Http404
    return uploads.respond_with_picture(request, evidence.blob, evidence.title, is_own=can_edit(request.user, evidence.response.application))
