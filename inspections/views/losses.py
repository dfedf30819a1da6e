"""Findings below full points on one page: look, choose, one due day, one press."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.rules import NotAllowed
from inspections import actions, forms
from inspections.permissions import can_guide
from inspections.rules import losses as rules
from inspections.rules.guidance import guidance_problems
from inspections.views.visits import visit_for


@require_http_methods(["GET", "POST"])
def require_rectifications(request, pk):
    visit, now = visit_for(request, pk), timezone.now()
    require(can_guide(request.user, visit.application))
    losses = rules.losses(visit)
    form = forms.LossesForm(request.POST if request.method == "POST" else None, losses=losses, initial={"due_on": rules.usual_due_day(now)})
    problems, status = [], 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                tasks = actions.require_rectifications(visit, form.chosen, form.cleaned_data["due_on"], by=request.user, at=now)
            except actions.WrongLosses as refusal:
                for key, found in refusal.by_item.items():
                    if f"problem_{key}" in form.fields:
                        form.add_error(f"problem_{key}", [str(problem) for problem in found])
                    else:
                        problems += found
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                words = ngettext("已下达 %(n)s 项整改任务，并已通知%(unit)s。", "已下达 %(n)s 项整改任务，并已通知%(unit)s。", len(tasks))
                messages.success(request, words % {"n": len(tasks), "unit": visit.application.organization})
                return redirect("inspections:rectification_list")
    barriers = guidance_problems(visit.application) + ([] if visit.is_locked else [_("验收记录还没有锁定，结果还可能改；锁定后再转整改任务。")])
    context = {
        "visit": visit, "campaign": visit.application.campaign, "form": form, "problems": problems, "barriers": barriers, "losses": losses,
        "left": sum(loss.task is None for loss in losses),
    }
    return render(request, "inspections/require_rectifications.html", context, status=status)
