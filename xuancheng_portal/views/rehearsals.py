"""演练: made, played, moved on and thrown away by the office. These pages stand outside of what is played."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record
from accounts.models import User
from accounts.permissions import require
from accounts.rehearsing import current, playing
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from xuancheng_portal import rehearsals
from xuancheng_portal.forms import DayForm, DeleteForm, RehearsalForm
from xuancheng_portal.middleware import PART, PLAYED
from xuancheng_portal.middleware import leave_rehearsal as forget_rehearsal
from xuancheng_portal.rehearsals import rules


def of(request, pk):
    require(rules.can_rehearse(request.user))
    return get_object_or_404(Campaign.everywhere.rehearsed_by(request.user).prefetch_related("phases"), pk=pk)


def home_of(rehearsal):
    return f"{reverse('home')}?{urlencode({'campaign': rehearsal.code})}"


@require_http_methods(["GET", "POST"])
def rehearsal_list(request):
    require(rules.can_rehearse(request.user))
    now = timezone.now()
    form, problems = RehearsalForm(request.user, request.POST or None, initial={"day": timezone.localdate(now)}), []
    if request.method == "POST" and form.is_valid():
        try:
            made = rehearsals.create_rehearsal(**form.cleaned_data, by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("演练已经准备好。选一个身份开始，或以办公室的身份查看。"))
            return redirect("rehearsal", made.pk)
    found = Campaign.everywhere.rehearsed_by(request.user).select_related("published_by").order_by("-published_at").annotate(
        begun=Count("applications", distinct=True), sent=Count("applications", filter=Q(applications__submitted_at__isnull=False), distinct=True),
    )
    context = {"form": form, "problems": problems, "rehearsals": [(one, one.rehearsed_day(now)) for one in found]}
    return render(request, "xuancheng_portal/rehearsal_list.html", context)


@require_GET
def rehearsal(request, pk):
    return rehearsal_page(request, of(request, pk))


def rehearsal_page(request, found, status=200, *, day_form=None, delete_form=None, problems=()):
    now = timezone.now()
    with playing(found.code):
        context = {
            "found": found, "day": found.rehearsed_day(now), "parts": rules.accounts_of(found), "problems": problems,
            "phases": [(phase, phase.is_running(now), phase.starts_at, phase.ends_at) for phase in found.phases.all()],
            "day_form": day_form or DayForm(initial={"day": found.rehearsed_day(now)}), "delete_form": delete_form or DeleteForm(),
        }
    return render(request, "xuancheng_portal/rehearsal.html", context, status=status)


@require_POST
def move_rehearsal(request, pk):
    found, form = of(request, pk), DayForm(request.POST)
    if not form.is_valid():
        return rehearsal_page(request, found, day_form=form)
    rehearsals.move_rehearsal(found, day=form.cleaned_data["day"], by=request.user, at=timezone.now())
    messages.success(request, _("演练里的今天已改为 %(day)s，各阶段和期限随之推进。") % {"day": form.cleaned_data["day"]})
    return redirect("rehearsal", found.pk)


@require_POST
def enter_rehearsal(request, pk):
    """Play the part of one of its accounts, until coming back."""
    if request.office is not None:
        messages.error(request, _("你正在以“%(name)s”的身份演练，请先回到办公室，再换一个身份。") % {"name": request.user})
        return redirect("home")
    found = of(request, pk)
    given = request.POST.get("account", "")
    account = get_object_or_404(User.everywhere.active().filter(rehearsal=found.code), pk=int(given) if given.isdecimal() else 0)
    request.session[PLAYED], request.session[PART] = found.code, account.pk
    record("xuancheng_portal.enter_rehearsal", found, by=request.user, at=timezone.now(), campaign=found, account=f"{account.name}（{account.organization}）")
    return redirect("home")


@require_POST
def leave_rehearsal(request):
    """From a part back to the office within the rehearsal; from there, with `out`, back to the real campaigns."""
    person = request.office or request.user
    require(rules.can_rehearse(person))
    found = Campaign.objects.first() if current() else None
    if request.office is not None:
        record("xuancheng_portal.leave_rehearsal", found, by=person, at=timezone.now(), campaign=found, account=f"{request.user.name}（{request.user.organization}）")
    request.session.pop(PART, None)
    if found is None or request.POST.get("out"):
        forget_rehearsal(request.session)
        return redirect("home")
    return redirect("rehearsal", found.pk)


@require_POST
def delete_rehearsal(request, pk):
    found, form = of(request, pk), DeleteForm(request.POST)
    if not form.is_valid():
        return rehearsal_page(request, found, delete_form=form)
    try:
        rehearsals.delete_rehearsal(found, typed=form.cleaned_data["typed"], by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return rehearsal_page(request, found, delete_form=form, problems=refusal.problems)
    forget_rehearsal(request.session)
    messages.success(request, _("“%(title)s”已整个删除，真实的活动没有任何变化。") % {"title": found.title})
    return redirect("rehearsal_list")
