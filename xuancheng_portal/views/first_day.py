"""The five steps of the first day, and putting them away."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import dismiss_first_day as put_away
from accounts.permissions import require
from xuancheng_portal import first_day as tour


@require_safe
def first_day(request):
    require(tour.can_take_tour(request.user))
    steps = tour.steps(request.user)
    return render(request, "xuancheng_portal/first_day.html", {"steps": steps, "done": sum(step.is_done for step in steps), "next": next((step for step in steps if not step.is_done), None)})


@require_POST
def dismiss_first_day(request):
    require(tour.can_take_tour(request.user))
    put_away(request.user, by=request.user, at=timezone.now())
    messages.success(request, _("首页不再显示“第一天上手”，需要时可以从“使用手册”打开。"))
    return redirect("home")
