"""经验材料: written and sent by the named unit with its consent, accepted or returned by the office, then read by everybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import ExperienceForm, RemarkForm, SendExperienceForm
from results.models import Experience
from results.permissions import can_decide_experience, can_see_titles, can_write_experience
from results.views.ranking import tell
from results.views.titles import title_or_404

PER_PAGE = 50
ABOUT = ("naming__application__organization__county", "naming__application__track", "naming__place__track__campaign")


@require_GET
def experience_list(request):
    campaign = campaign_for(request)
    require(can_see_titles(request.user, campaign))
    found = Experience.objects.visible_to(request.user).filter(naming__place__track__campaign=campaign).select_related(*ABOUT)
    page = Paginator(found.order_by("-started_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "experiences": page.object_list}
    return render(request, "results/experience_list.html", context)


@require_http_methods(["GET", "POST"])
def write_experience(request, pk):
    naming = title_or_404(request, pk)
    require(can_write_experience(request.user, naming))
    form = ExperienceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            experience = actions.write_experience(naming, title=given["title"], body=given["body"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("已保存，还没有报送。看一看，再点“报送”。"))
            return redirect(experience)
    context = {"campaign": naming.place.track.campaign, "naming": naming, "form": form, "problems": rules.experience_problems(naming)}
    return render(request, "results/write_experience.html", context)


def experience_or_404(request, pk):
    return get_object_or_404(Experience.objects.visible_to(request.user).select_related(*ABOUT, "sent_by", "decided_by", "consented_by"), pk=pk)


def experience_page(request, found, form=None, send_form=None, remark_form=None):
    may_write = can_write_experience(request.user, found.naming) and not found.naming.withdrawn_at
    may_decide = can_decide_experience(request.user, found.naming)
    context = {
        "campaign": found.naming.place.track.campaign, "experience": found, "naming": found.naming,
        "form": form or ExperienceForm(initial={"title": found.title, "body": found.body, "version": found.version}),
        "send_form": send_form or SendExperienceForm(), "remark_form": remark_form or RemarkForm(),
        "may_write": may_write and found.is_editable, "may_take_back": can_write_experience(request.user, found.naming) and found.consented_at is not None,
        "may_accept": may_decide and found.state == Experience.State.SENT,
        "may_return": may_decide and found.state in (Experience.State.SENT, Experience.State.ACCEPTED),
        "is_public": Experience.objects.public().filter(pk=found.pk).exists(),
    }
    return render(request, "results/experience.html", context)


@require_http_methods(["GET", "POST"])
def experience(request, pk):
    """The text as it is read; while it is the unit's turn, it can be changed here."""
    found = experience_or_404(request, pk)
    if request.method == "GET":
        return experience_page(request, found)
    require(can_write_experience(request.user, found.naming))
    form = ExperienceForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        version = -1 if given["version"] is None else given["version"]
        try:
            actions.change_experience(found, title=given["title"], body=given["body"], version=version, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect(found)
    return experience_page(request, found, form=form)


@require_POST
def send_experience(request, pk):
    found = experience_or_404(request, pk)
    require(can_write_experience(request.user, found.naming))
    form = SendExperienceForm(request.POST)
    if form.is_valid():
        try:
            actions.send_experience(found, consents=form.cleaned_data["consents"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("经验材料已报送，%(office)s看过以后会答复。") % {"office": found.naming.place.track.campaign.office_name})
        return redirect(found)
    return experience_page(request, found, send_form=form)


@require_POST
def accept_experience(request, pk):
    found = experience_or_404(request, pk)
    require(can_decide_experience(request.user, found.naming))
    try:
        actions.accept_experience(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("经验材料已采用，并已公开。"))
    return redirect(found)


@require_POST
def return_experience(request, pk):
    found = experience_or_404(request, pk)
    require(can_decide_experience(request.user, found.naming))
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            actions.return_experience(found, form.cleaned_data["remark"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("经验材料已退回，并已通知单位。"))
        return redirect(found)
    return experience_page(request, found, remark_form=form)


@require_POST
def withdraw_consent(request, pk):
    found = experience_or_404(request, pk)
    require(can_write_experience(request.user, found.naming))
    try:
        actions.withdraw_consent(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("公开的同意已收回，这份材料不再公开。需要再公开的，可以修改后重新报送。"))
    return redirect(found)


def public_experiences():
    """Newest first, with what a line shows."""
    return Experience.objects.public().select_related(*ABOUT).order_by("-decided_at", "-pk")


@login_not_required
@require_GET
def public_experience_list(request):
    page = Paginator(public_experiences(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "experiences": page.object_list}
    return render(request, "results/public_experience_list.html", context)


@login_not_required
@require_GET
def public_experience(request, pk):
    """Title, unit and text; no people."""
    found = get_object_or_404(public_experiences(), pk=pk)
    return render(request, "results/public_experience.html", {"experience": found, "naming": found.naming, "campaign": found.naming.place.track.campaign})
