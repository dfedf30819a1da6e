"""What the county sees of the units below it: who is how far, in which order they are recommended, and one file to check."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Organization, Role
from accounts.permissions import require
from applications import actions, rules
from applications.forms import OrderForm, RemarksForm
from applications.models import Application, Reminder
from applications.permissions import can_recommend
from applications.views._common import find, say
from applications.views.filling import around, only_changed, with_evidence
from campaigns.current import campaign_for
from campaigns.models import Extension, Opens
from campaigns.rules import NotAllowed


def own_county(request):
    require(request.user.has_role(Role.COUNTY_CLERK) and request.user.organization is not None and request.user.organization.is_county)
    return request.user.organization


def rows_of(campaign, county, at):
    """Each unit below the county that may apply, with its application (or None) and whether it was reminded today."""
    applications = {
        application.organization_id: application
        for application in Application.objects.of_campaign(campaign).filter(organization__county=county).exclude(organization=county)
        .select_related("organization", "track", "started_by").with_progress()
    }
    reminded = dict(
        Reminder.objects.filter(campaign=campaign, organization__county=county).order_by("reminded_at").values_list("organization", "reminded_at")
    )
    units = (
        campaign.units.filter(pk__in=Organization.objects.below(county).values("pk")).valid_on(rules.campaign_day(campaign)).order_by("kind__order", "code")
    )
    rows = [
        {
            "unit": unit, "application": applications.get(unit.pk), "reminded_at": reminded.get(unit.pk),
            "reminded_today": unit.pk in reminded and timezone.localdate(reminded[unit.pk]) == timezone.localdate(at),
        }
        for unit in units
    ]
    return sorted(rows, key=_rank)


def can_still_file(campaign, county, at):
    """Whether any unit below the county may still submit, now or later: there is no use in inviting when none may."""
    phases = campaign.phases.that_open(Opens.SUBMIT)
    return any(at < phase.ends_at for phase in phases) or Extension.objects.filter(phase__in=phases, organization__county=county, until__gt=at).exists()


STEPS = ["with_county", "submitted", "returned", "accepted", "draft", "declined", "withdrawn"]


def _rank(row):
    """Recommended and waiting first, in the county's order; then drafts; untouched units last, as the list of units has them."""
    application = row["application"]
    if application is None:
        return len(STEPS), 0, row["unit"].code
    sent = application.status in ("with_county", *Application.RECEIVED)
    return 0 if sent else STEPS.index(application.status), application.county_order or 10**6, row["unit"].code


def county_list(request):
    county = own_county(request)
    campaign, now = campaign_for(request), timezone.now()
    if campaign is None:
        return render(request, "applications/county_list.html", {"county": county})
    if campaign.is_of_county:
        messages.info(request, _("县级活动由县公开办受理和评审，不用推荐；要推荐参加全市活动的单位，请先切换到全市的活动。"))
        return redirect("home")
    rows = rows_of(campaign, county, now)
    ordered = [row["application"] for row in rows if row["application"] and row["application"].status in ("with_county", *Application.RECEIVED)]
    named = rules.proposals(county, campaign)
    for row in rows:
        row["named"] = named.get(row["unit"].pk)
    return render(request, "applications/county_list.html", {
        "county": county, "rows": rows, "counts": rules.county_counts(campaign, now, county),
        "order_form": OrderForm(applications=ordered), "ordered": ordered, "deadline": rules.filing_deadline(campaign, county, now),
        "proposals": [row for row in rows if row["named"]],
        "cutoff": campaign.cutoffs.filter(county=county).first(),
        "can_still_file": can_still_file(campaign, county, now),
        "can_order": len(ordered) > 1 and not rules.order_problems(county, campaign, [], now),
    })


@require_POST
def county_order(request):
    """Numbers typed, or a button that moves one unit by a place."""
    county, campaign = own_county(request), campaign_for(request)
    require(campaign is not None and not campaign.is_of_county)
    rows = rows_of(campaign, county, timezone.now())
    ordered = [row["application"] for row in rows if row["application"] and row["application"].status in ("with_county", *Application.RECEIVED)]
    form = OrderForm(request.POST, applications=ordered)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
        return redirect("applications:county_list")
    order = moved(form.order, request.POST.get("move", ""))
    try:
        actions.set_county_order(county, campaign, order, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("推荐顺序已保存。"))
    return redirect("applications:county_list")


def moved(order, wish):
    """`up-7` or `down-7` moves application 7 by one place; anything else leaves the order as it is."""
    way, _dash, key = wish.partition("-")
    if way not in ("up", "down") or not key.isdecimal() or int(key) not in order:
        return order
    place = order.index(int(key))
    other = max(0, place - 1) if way == "up" else min(len(order) - 1, place + 1)
    order[place], order[other] = order[other], order[place]
    return order


def county_check(request, pk):
    """The unit's file, read only, with a box for a remark at each item."""
    application = find(request, pk)
    require(can_recommend(request.user, application))
    now = timezone.now()
    context = around(request, application, now)
    only_changed(request, context)
    with_evidence(context["progress"], application)
    form = RemarksForm(request.POST or None, application=application, responses=context["progress"].responses)
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("action") == "return":
                actions.return_to_unit(
                    application, form.reasons, form.cleaned_data["note"], by=request.user, at=now, version=form.cleaned_data["version"],
                )
                messages.success(request, _("已退回 %(unit)s，对方会收到你的意见。") % {"unit": application.organization})
            else:
                actions.recommend(application, by=request.user, at=now, version=form.cleaned_data["version"])
                messages.success(request, _("已同意推荐，%(unit)s的申报已报送市政务公开办。") % {"unit": application.organization})
            return redirect("applications:county_list")
        except NotAllowed as refusal:
            problems = refusal.problems
    for response in context["progress"].responses:
        response.remark_field = form[f"reason_{response.pk}"]
    return render(request, "applications/county_check.html", context | {
        "form": form, "problems": problems, "is_waiting": application.status == Application.Status.WITH_COUNTY,
        "obstacles": rules.recommendation_problems(application, now) if application.status == Application.Status.WITH_COUNTY else [],
        "submission": application.latest_submission, "deadline": rules.filing_deadline(application.campaign, application.organization.county, now),
    }, status=422 if problems else 200)
