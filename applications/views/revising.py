"""The standard changed while a unit was filling in: what is different, item by item, and what was kept of removed items."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from applications import actions, rules
from applications.permissions import can_edit
from applications.views._common import find, find_response, say
from applications.views.evidence import answer, keep_typed
from applications.views.filling import around
from campaigns.rules import NotAllowed


def revision(request, pk):
    """Everything that changed, looked at or not. The unit says of each item, or of all, that it has looked."""
    application = find(request, pk)
    is_own = can_edit(request.user, application)
    if request.method == "POST":
        require(is_own)
        code = request.POST.get("code")
        try:
            actions.confirm_revised(application, [code] if code else None, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            say(request, refusal)
        else:
            messages.success(request, _("已核对。"))
        return redirect("applications:revision", application.pk)
    revised = rules.revised(application, only_open=False)
    return render(request, "applications/revision.html", around(request, application, timezone.now()) | {
        "revised": revised, "open": sum(one.is_open for one in revised), "removed": rules.removed_answers(application),
        "may_confirm": is_own and application.is_editable,
    })


@require_POST
def confirm_revised(request, pk, code):
    """From the item's own page; what was typed there is saved with it."""
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    unsaved, stored = keep_typed(request, response)
    problems = []
    if unsaved is None:
        try:
            actions.confirm_revised(response.application, [code], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已核对 %(code)s 的更新。") % {"code": code})
    return answer(request, pk, code, "files", forms={"problems": problems}, unsaved=unsaved, stored=stored)
