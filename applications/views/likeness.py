"""Two answers side by side, for the office and the auditors: to everybody else there is no such page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import require
from applications import actions
from applications.forms import DismissForm
from applications.likeness import side_by_side
from applications.models import Likeness
from applications.permissions import can_judge_likeness
from campaigns.rules import NotAllowed


def likeness(request, pk):
    found = get_object_or_404(Likeness.objects.visible_to(request.user).with_both(), pk=pk)
    may_judge, form = can_judge_likeness(request.user, found), DismissForm()
    status = 200
    if request.method == "POST":
        require(may_judge)
        form, status = DismissForm(request.POST), 422
        if request.POST.get("action") == "restore":
            actions.restore_likeness(found, by=request.user, at=timezone.now())
            messages.success(request, _("已恢复提示。"))
            return redirect(found)
        if form.is_valid():
            try:
                settled = actions.dismiss_likeness(found, form.cleaned_data["reason"], by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                form.add_error("reason", str(refusal))
            else:
                messages.success(request, _("已记为核对过、不是雷同，共 %(n)s 条提示不再显示。") % {"n": settled})
                return redirect(found)
    later, earlier = side(found.response, found), side(found.other, found)
    if found.kind == Likeness.Kind.TEXT:
        official = actions.official_texts([found.response.item_id])[found.response.item_id]
        later["pieces"], earlier["pieces"] = side_by_side(later["narrative"], earlier["narrative"], official)
    return render(request, "applications/likeness.html", {
        "likeness": found, "sides": [later, earlier], "can_judge": may_judge, "form": form, "is_between_units": found.is_between_units,
    }, status=status)


def side(response, found):
    """One answer as it stands in the newest submitted version, with the file in question."""
    version = response.application.latest_submission
    entry = next((entry for entry in version.snapshot["items"] if entry["code"] == response.item.code), {})
    return {
        "response": response, "version": version, "narrative": entry.get("narrative", ""),
        "proofs": [proof for proof in entry.get("evidence", []) if found.blob_id and proof["sha256"] == found.blob_id],
    }
