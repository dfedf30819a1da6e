"""Last year's texts and links: brought in, and confirmed item by item."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from applications import actions
from applications.permissions import can_edit
from applications.views._common import find, find_response, say
from applications.views.evidence import answer, keep_typed
from campaigns.rules import NotAllowed


@require_POST
def carry_over(request, pk):
    """Into every untouched item, or into the one whose page asked."""
    application = find(request, pk)
    require(can_edit(request.user, application))
    only = find_response(request, pk, request.POST["item"]) if "item" in request.POST else None
    if only is not None:
        unsaved, stored = keep_typed(request, only)
        if unsaved is not None:
            return answer(request, pk, only.item.code, "files", forms={}, unsaved=unsaved, stored=stored)
    try:
        carried = actions.carry_over(application, only=only, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("已带入 %(n)s 项的文字和链接，都标着“待更新”。请逐项改成今年的情况，或点“内容仍然有效”。") % {"n": len(carried)})
    return redirect(only or application)


@require_POST
def confirm_carried(request, pk, code):
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    problems = []
    if unsaved is None:
        try:
            actions.confirm_carried(response, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已确认带入的内容仍然有效。"))
    return answer(request, pk, code, "files", forms={"problems": problems}, unsaved=unsaved, stored=stored)
