"""Links of an item: many added at once, and what was found at each."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import require
from applications import actions, looking, rules
from applications.forms import LinkForm
from applications.models import Evidence
from applications.permissions import can_ask_for_check, can_edit
from applications.views._common import find_response
from applications.views.evidence import answer, find_evidence, keep_typed
from campaigns.rules import NotAllowed

MOST_CHECKS = 30
MOST_LOOKS = 20  # how often a row asks whether its page has been looked at


@require_POST
def add_link(request, pk, code):
    """Each address becomes a link of its own; what cannot be added stays in the box with its reason."""
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    form = LinkForm(request.POST, checkpoints=response.item.checkpoints.filter(tracks=response.application.track))
    added = []
    if form.is_valid():
        for address in form.cleaned_data["url"]:
            try:
                added.append(actions.attach_link(
                    response, address, form.name, checkpoint=form.cleaned_data["checkpoint"], by=request.user, at=timezone.now(),
                ))
            except NotAllowed as refusal:
                form.refuse(address, refusal)
        looking.look_soon(added)
        if form.refused:
            form.keep_refused()
        else:
            form = None
    if added and not request.htmx:
        messages.success(request, _("已添加 %(n)s 个网址。") % {"n": len(added)})
    return answer(request, pk, code, "links", forms={"link_form": form}, unsaved=unsaved, stored=stored)


def find_link(request, pk):
    evidence = find_evidence(request, pk)
    if evidence.kind != Evidence.Kind.LINK:
        raise Http404
    return evidence


@require_POST
def check_link(request, pk):
    """Look at it now, not only tomorrow."""
    evidence = find_link(request, pk)
    require(can_ask_for_check(request.user, evidence.response.application))
    try:
        actions.ask_for_check(evidence, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        looking.look_soon([evidence])
        messages.success(request, _("正在检查这个网页，通常不到一分钟；请稍后刷新本页看结果。"))
    return redirect("applications:link", pk)


@require_safe
def link(request, pk):
    """What was found at a link, and the words that stood there. Asked for by a row, the row itself as it is now."""
    evidence = find_link(request, pk)
    application = evidence.response.application
    if request.htmx:
        looks = number(request.GET.get("look"))
        is_open = can_edit(request.user, application) and evidence.response.item_id in rules.open_items(application)
        return render(request, "applications/_link.html", {"proof": evidence, "is_open": is_open, "region": "links", "look": looks + 1, "gives_up": looks >= MOST_LOOKS})
    checks = evidence.checks.select_related("snapshot")
    wanted = number(request.GET.get("check"))
    shown = get_object_or_404(checks, pk=wanted) if wanted else evidence.last_check
    return render(request, "applications/link.html", {
        "proof": evidence, "application": application, "item": evidence.response.item, "shown": shown, "checks": checks.defer("snapshot__text")[:MOST_CHECKS],
        "is_own": can_edit(request.user, application),
        "may_ask": can_ask_for_check(request.user, application) and not rules.look_problems(evidence, timezone.now()),
    })


def number(text):
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0
