"""按工作日计算的期限: what holds, what the calendar says now, and the step from one to the other."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import RecountForm
from results.models import Objection
from results.permissions import can_handle_objections


@require_http_methods(["GET", "POST"])
def deadlines(request):
    campaign, at = campaign_for(request), timezone.now()
    require(can_handle_objections(request.user, campaign))
    objections, problems = Objection.objects.visible_to(request.user), []
    form = RecountForm(request.POST or None)
    if request.method == "POST" and campaign and form.is_valid():
        try:
            count = actions.recount_deadlines(campaign, objections, form.cleaned_data["reason"], by=request.user, at=at)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, ngettext("%(n)s 个期限已按工作日历改过。", "%(n)s 个期限已按工作日历改过。", count) % {"n": count})
            return redirect("results:deadlines")
    found = rules.workday_deadlines(campaign, objections, at) if campaign else []
    return render(request, "results/deadlines.html", {
        "campaign": campaign, "found": found, "moving": any(deadline.moves for deadline in found), "form": form, "problems": problems,
    })
