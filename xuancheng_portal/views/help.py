"""The handbooks as pages. Only the public's is open without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xuancheng_portal import handbooks
from xuancheng_portal.first_day import can_take_tour


@require_safe
def help_index(request):
    own, others = handbooks.for_roles(request.user.roles)
    return render(request, "xuancheng_portal/help.html", {"own": own, "others": others, "can_take_tour": can_take_tour(request.user)})


@require_safe
def handbook(request, name):
    if name not in handbooks.HANDBOOKS:
        raise Http404
    return shown(request, name)


@login_not_required
@require_safe
def handbook_public(request):
    return shown(request, handbooks.PUBLIC)


def shown(request, name):
    template = "xuancheng_portal/handbook.html" if request.user.is_authenticated else "xuancheng_portal/handbook_public.html"
    return render(request, template, {"handbook": handbooks.HANDBOOKS[name], "page": handbooks.page(name)})
