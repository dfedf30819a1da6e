from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import can_administer, require
from accounts.rules import NotAllowed
from xuancheng_portal.forms import HandoverForm
from xuancheng_portal.handover import hand_over_all, in_hand, successors


@require_http_methods(["GET", "POST"])
def handover(request, pk):
    """What somebody has in hand, in every app, and who takes it."""
    require(can_administer(request.user))
    person = get_object_or_404(User.objects.visible_to(request.user).select_related("organization"), pk=pk)
    now = timezone.now()
    found = in_hand(person, now)
    form = HandoverForm([(kind, successors(kind, person, now)) for kind, moving, _staying in found if moving], request.POST or None)
    problems = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            hand_over_all(person, form.to, on=told["leaves_on"], reason=told["reason"], by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("%(name)s的工作交接已完成，记入审计记录。") % {"name": person})
            return redirect(person)
    return render(request, "xuancheng_portal/handover.html", {"person": person, "found": found, "form": form, "problems": problems})
