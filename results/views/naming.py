"""命名: what stands in the way of each unit, naming those that are ready, and recommending to the province by hand."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.permissions import leads_an_office
from campaigns.rules import NotAllowed
from results import actions, reports, rules
from results.forms import NameForm, RecommendForm
from results.models import Naming
from results.permissions import can_name, can_see_results
from results.views.ranking import tell


def naming_context(request, campaign, form=None):
    now = timezone.now()
    places = list(reports.places_for_naming(campaign)) if campaign else []
    lines = []
    for place in places:
        naming = getattr(place, "naming", None)
        lines.append({
            "place": place, "naming": naming, "problems": [] if naming else rules.naming_problems(place, now),
            "recommendation": getattr(naming, "recommendation", None), "recommends": place.track.recommends,
        })
    ready = [line for line in lines if not line["naming"] and not line["problems"]]
    return {
        "campaign": campaign, "lines": lines, "ready": ready, "named": sum(bool(line["naming"]) for line in lines),
        "warnings": rules.naming_warnings(campaign, now) if campaign else [], "form": form or NameForm(),
        "may_name": can_name(request.user, campaign), "recommending": rules.recommending(campaign) if campaign else "",
    }


@require_GET
def naming(request):
    campaign = campaign_for(request)
    require(can_see_results(request.user, campaign))
    return render(request, "results/naming.html", naming_context(request, campaign))


@require_POST
def name_units(request):
    campaign = campaign_for(request)
    require(can_name(request.user, campaign))
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            named = actions.name_units(campaign, form.cleaned_data["document_number"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("已命名 %(n)s 个单位，名单已向社会公布。") % {"n": len(named)})
        return redirect("results:naming")
    return render(request, "results/naming.html", naming_context(request, campaign, form))


@require_http_methods(["GET", "POST"])
def recommend(request, pk):
    require(leads_an_office(request.user))
    found = get_object_or_404(Naming.objects.visible_to(request.user).select_related("place__track__campaign", "application__organization", "recommendation"), pk=pk)
    campaign = found.place.track.campaign
    require(can_name(request.user, campaign))
    form = RecommendForm(request.POST or None, initial={"target": rules.recommended_as(campaign)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.recommend_naming(found, given["reason"], target=given["target"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("已推荐%(unit)s。") % {"unit": found.application.organization})
            return redirect("results:naming")
    problems = rules.recommend_problems(found, "-")
    return render(request, "results/recommend.html", {"campaign": campaign, "naming": found, "form": form, "problems": problems})
