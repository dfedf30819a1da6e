"""The app for inspectors that works without a network: its shell, what it takes along, what it sends; and the office's decision
on what came too late.

The shell holds no data, so it needs no login and may be kept by the browser. Everything else asks who is there.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import require
from applications import uploads
from applications.models import Evidence
from campaigns.permissions import OFFICE, reads_any_campaign
from campaigns.rules import NotAllowed
from inspections import actions, forms, packages
from inspections.models import Delivery, DevicePhoto, Quarantine, Score
from inspections.permissions import can_decide_quarantine, can_record
from inspections.rules import phone as rules
from inspections.views.visits import handed_out, visit_for

# What the browser keeps so that the app starts without a network, in the order it is asked for.
SHELL = [
    "vendor/bootstrap/css/bootstrap.min.css", "portal.css", "phone.css", "icons.svg", "favicon.svg", "phone-icon.svg", "phone.webmanifest",
    "phone-store.js", "phone-zip.js", "phone-photo.js", "phone-sync.js", "phone-app.js",
]
STATIC = Path(settings.BASE_DIR, "static")


# The shell


@login_not_required
@require_GET
def phone(request):
    return render(request, "inspections/phone.html", {"verdicts": Score.Verdict, "states": Delivery.State})


@cache
def release():
    """Changes with any file of the shell, so that browsers take the new one whole and drop the old one."""
    digest = hashlib.sha256()
    for name in [*SHELL[1:], "phone-worker.js"]:
        digest.update((STATIC / name).read_bytes())
    digest.update((settings.BASE_DIR / "templates" / "inspections" / "phone.html").read_bytes())
    digest.update(settings.PORTAL_NAME.encode())
    return digest.hexdigest()[:16]


@login_not_required
@require_GET
def service_worker(request):
    """The script that serves the shell without a network. It stands at the root, and is asked for anew each time."""
    shell = [reverse("inspections:phone"), *map(static, SHELL)]
    head = f"const RELEASE = {json.dumps(release())};\nconst SHELL = {json.dumps(shell)};\n"
    response = HttpResponse(head + (STATIC / "phone-worker.js").read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


# What the app asks


@require_GET
def phone_session(request):
    """Who is signed in, what is theirs to inspect, and a fresh token for what they send."""
    user, now = request.user, timezone.now()
    return JsonResponse({
        "user": {"id": user.pk, "username": user.username, "name": str(user), "rehearsal": user.rehearsal}, "token": get_token(request), "now": now.isoformat(),
        "visits": [rules.assignment(visit) for visit in rules.to_take(user)],
    })


def unit_for(request, pk):
    visit = visit_for(request, pk)
    require(can_record(request.user, visit))
    return visit


@require_GET
def phone_unit(request, pk):
    return JsonResponse(rules.unit_data(unit_for(request, pk), request.user, timezone.now()))


@require_GET
def phone_state(request, pk):
    return JsonResponse(rules.unit_state(unit_for(request, pk), request.user, timezone.now()))


@require_GET
def phone_thumbnail(request, pk, evidence):
    """The unit's evidence as a small picture, with the hash of exactly these bytes."""
    visit = unit_for(request, pk)
    found = get_object_or_404(
        Evidence.objects.present().filter(response__application=visit.application, blob__isnull=False).select_related("blob"), pk=evidence
    )
    try:
        picture = uploads.preview(found.blob)
    except (uploads.NoPreview, FileNotFoundError):
        raise Http404 from None
    return HttpResponse(picture, content_type="image/jpeg", headers={**uploads.SAFE_HEADERS, "X-Content-SHA256": hashlib.sha256(picture).hexdigest()})


# What the app sends


def refused(problems, status):
    return JsonResponse({"problems": [str(problem) for problem in problems]}, status=status)


def body_of(request):
    """What was sent; nothing when it came as a form, which the app never sends and which has been read by then."""
    try:
        return request.body
    except RawPostDataException:
        return b""


@require_POST
def receive_record(request):
    form = forms.SentRecordForm(forms.said(body_of(request)))
    if not form.is_valid():
        return refused(form.sentences, 400)
    sent = form.sent
    require(rules.may_hand_in(request.user, sent.visit, form.cleaned_data["ticket"]))
    try:
        record = actions.receive_record(sent, owner=request.user, by=request.user, at=timezone.now())
    except actions.IdTaken as refusal:
        return refused(refusal.problems, 409)
    return JsonResponse(rules.receipt(record, sent.sha256))


@require_POST
def announce_photo(request):
    form, now = forms.SentPhotoForm(forms.said(body_of(request))), timezone.now()
    if not form.is_valid():
        return refused(form.sentences, 400)
    sent = form.sent
    require(rules.may_hand_in(request.user, sent.visit, form.cleaned_data["ticket"]))
    try:
        photo = actions.announce_photo(sent, owner=request.user, by=request.user, at=now)
        if form.cleaned_data["removed"]:
            photo = actions.withdraw_photo(photo, by=request.user, at=now)
    except actions.IdTaken as refusal:
        return refused(refusal.problems, 409)
    except NotAllowed as refusal:
        return refused(refusal.problems, 422)
    return JsonResponse(rules.photo_receipt(photo))


@require_POST
def receive_piece(request, pk, number):
    photo = get_object_or_404(DevicePhoto.objects.filter(owner=request.user).select_related("owner"), pk=pk)
    if int(request.headers.get("Content-Length") or 0) > rules.PIECE_LIMIT:
        return refused([_("照片的一段太大。")], 413)
    try:
        photo = actions.receive_piece(photo, number, body_of(request), by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return refused(refusal.problems, 400)
    return JsonResponse(rules.photo_receipt(photo))


# The office


def quarantine_list(request):
    require(reads_any_campaign(request.user))
    cases = Quarantine.objects.visible_to(request.user).select_related("owner__organization", "visit__application__organization", "visit__group")
    waiting = Quarantine.objects.waiting().values("pk")
    context = {
        "waiting": rules.counted(cases.filter(pk__in=waiting)), "settled": rules.counted(cases.exclude(pk__in=waiting))[:50], "may_import": request.user.has_role(*OFFICE),
    }
    return render(request, "inspections/quarantine_list.html", context)


def quarantine(request, pk):
    case = get_object_or_404(
        Quarantine.objects.visible_to(request.user).select_related("owner__organization", "visit__application__organization", "visit__group"), pk=pk
    )
    records, photos = rules.late_deliveries(case)
    form = forms.DecideQuarantineForm(request.POST or None, records=records, photos=photos)
    problems = []
    if request.method == "POST":
        require(can_decide_quarantine(request.user, case))
        if form.is_valid():
            data = form.cleaned_data
            enter = request.POST.get("go") == "enter"
            try:
                count = actions.decide_quarantine(case, data["records"], data["photos"], data["reason"], enter=enter, by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                said = _("已入账 %(n)s 项，并记入审计。") if enter else _("已登记 %(n)s 项不予入账，内容仍然保留。")
                messages.success(request, said % {"n": count})
                return redirect(case)
    context = {
        "case": case, "records": rules.beside_entered(case, records), "photos": photos, "decided": rules.decided_deliveries(case), "form": form, "problems": problems,
        "may_decide": can_decide_quarantine(request.user, case), "ticked": set(request.POST.getlist("records") + request.POST.getlist("photos")),
    }
    return render(request, "inspections/quarantine.html", context)


@require_GET
def device_photo(request, pk):
    """A photo in quarantine, for those who decide and those who audit."""
    found = get_object_or_404(
        DevicePhoto.objects.filter(quarantine__in=Quarantine.objects.visible_to(request.user), blob__isnull=False).select_related("blob"), pk=pk
    )
    return handed_out(request, found.blob, f"{found.item_code}.{found.blob.extension}", reverse("inspections:quarantine_list"), is_own=False)


def import_package(request):
    require(request.user.has_role(*OFFICE))  # what a package brings waits for the office of each visit's campaign
    form, problem, done = forms.ImportPackageForm(request.POST or None, request.FILES or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            package = packages.read(form.cleaned_data["package"])
        except packages.Unusable as unusable:
            problem = str(unusable)
        else:
            done = actions.import_package(package, package.owner, by=request.user, at=timezone.now())
            done.owner, form = package.owner, forms.ImportPackageForm()
    return render(request, "inspections/import_package.html", {"form": form, "problems": [problem] if problem else [], "done": done})
