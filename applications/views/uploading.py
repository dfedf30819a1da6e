"""Files on their way, for the script of the page: announced, sent in pieces, finished, given up. Answers are JSON.

Without script the form of `add_file` does the same in one go.
"""

from functools import wraps

from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from applications import actions, rules, uploads
from applications.forms import ReuseForm, UploadForm
from applications.models import Upload
from applications.permissions import can_edit
from applications.views._common import find, find_response, say
from applications.views.filling import item_context
from campaigns.rules import NotAllowed


def answered_in_json(view):
    """409: the state of things stands in the way. 422: this will not do as it is. 507: no room."""

    def refused(status, problem, **more):
        return JsonResponse({"problem": str(problem)} | more, status=status)

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        try:
            found = view(request, *args, **kwargs)
        except actions.Missing as missing:
            return refused(409, _("还有几段没有传到，请继续上传。"), missing=missing.numbers)
        except actions.Gone as gone:
            return refused(404, gone)
        except actions.Damaged as damaged:
            return refused(422, damaged)
        except NotAllowed as refusal:
            return refused(409, refusal)
        except uploads.Refused as refusal:
            return refused(507, refusal)
        return found if isinstance(found, HttpResponse) else JsonResponse(found)

    return wrapped


def state_of(upload):
    """What the page has to know of an upload; once it is evidence, the facts of its receipt."""
    state = {
        "id": str(upload.pk), "item": upload.response.item.code, "name": upload.name, "size": upload.size, "sha256": upload.sha256, "refusal": upload.refusal,
        "piece_size": upload.piece_size, "pieces": [piece.number for piece in upload.pieces.all()],
        "piece_url": reverse("applications:send_piece", args=[upload.pk, 0]).removesuffix("0/"),
        "finish_url": reverse("applications:finish_upload", args=[upload.pk]), "cancel_url": reverse("applications:cancel_upload", args=[upload.pk]),
    }
    if upload.evidence:
        state["receipt"] = {
            "evidence": upload.evidence_id, "url": upload.evidence.get_absolute_url(), "name": upload.evidence.title, "size": upload.evidence.blob.size,
            "sha256": upload.evidence.blob_id, "at": timezone.localtime(upload.finished_at).isoformat(),
        }
    return state


def find_upload(request, pk):
    visible = Upload.objects.visible_to(request.user).select_related("response__item", "response__application__organization", "checkpoint", "evidence__blob")
    upload = get_object_or_404(visible, pk=pk)
    require(can_edit(request.user, upload.response.application))
    return upload


@require_safe
def unfinished_uploads(request, pk):
    """What this person's browser has not brought to an end in this application, and a token that is good for this session."""
    application = find(request, pk)
    require(can_edit(request.user, application))
    mine = Upload.objects.unfinished().filter(response__application=application, started_by=request.user)
    mine = mine.select_related("response__item", "evidence").prefetch_related("pieces")
    return JsonResponse({"token": get_token(request), "uploads": [state_of(upload) for upload in mine]})


@require_POST
@answered_in_json
def start_upload(request, pk, code):
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    form = UploadForm(request.POST, checkpoints=response.item.checkpoints.filter(tracks=response.application.track))
    if not form.is_valid():
        return JsonResponse({"problem": _("没有说明要上传什么文件，请刷新页面后重新选择。")}, status=422)
    facts = form.cleaned_data
    try:
        upload = actions.start_upload(
            response, facts["id"], name=facts["name"], size=facts["size"], sha256=facts["sha256"], checkpoint=facts["checkpoint"],
            by=request.user, at=timezone.now(),
        )
    except actions.Conflict:
        raise
    except NotAllowed as refusal:  # nothing has travelled yet, nothing is kept
        return JsonResponse({"problem": str(refusal)}, status=422)
    return state_of(upload)


@require_POST
@answered_in_json
def send_piece(request, pk, number):
    """The body is the piece and nothing else. It is measured before it is read, and never more is read than a piece may be."""
    upload = find_upload(request, pk)
    expected, announced = upload.length_of(number), request.headers.get("Content-Length", "")
    if not announced.isdecimal():
        return JsonResponse({"problem": _("没有说明这一段有多长，请刷新页面后继续上传。")}, status=411)
    if int(announced) > expected:
        return JsonResponse({"problem": _("这一段超过了应有的长度，请刷新页面后继续上传。")}, status=413)
    content = bytearray()
    try:
        while len(content) < expected and (read := request.read(expected - len(content))):
            content += read
    except UnreadablePostError:  # the connection broke: nobody is there to be answered
        content.clear()
    actions.receive_piece(upload, number, bytes(content), request.headers.get("X-Piece-SHA256", ""), at=timezone.now())
    return HttpResponse(status=204)


@require_POST
@answered_in_json
def finish_upload(request, pk):
    upload = actions.finish_upload(find_upload(request, pk), by=request.user, at=timezone.now())
    return JsonResponse(state_of(upload), status=422 if upload.refusal else 200)


@require_POST
@answered_in_json
def cancel_upload(request, pk):
    actions.cancel_upload(find_upload(request, pk))
    return HttpResponse(status=204)


@require_safe
def files(request, pk, code):
    """The files of an item as they are now, for the page to put in place of what it shows."""
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    return render(request, "applications/_files.html", item_context(request, response))


@require_http_methods(["GET", "POST"])
def reuse_file(request, pk, code):
    """Any file that was uploaded for another item of this application proves this one too."""
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    checkpoints = response.item.checkpoints.filter(tracks=response.application.track)
    form = ReuseForm(request.POST if request.method == "POST" else None, files=rules.reusable_files(response), checkpoints=checkpoints)
    if request.method == "POST" and form.is_valid():
        for evidence in form.cleaned_data["files"]:
            try:
                actions.reuse_file(response, evidence, checkpoint=form.cleaned_data["checkpoint"], by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                say(request, refusal)
        return redirect(f"{response.get_absolute_url()}#files")
    problems = rules.editing_problems(response)
    return render(
        request, "applications/reuse_file.html", {"response": response, "application": response.application, "item": response.item, "form": form, "problems": problems},
        status=422 if request.method == "POST" else 200,
    )
