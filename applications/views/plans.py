"""The plan (创建方案) of a unit: filed and filed anew, read, followed by the office and the county, taken out."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.audit import record
from accounts.permissions import is_clerk_of, require
from applications import actions, rules, uploads
from applications.forms import PlanDates, PlanForm, plan_date_rows
from applications.jobs import start_plans
from applications.listing import plan_list, plan_rows
from applications.models import CreationPlan, PlanReminder
from applications.notices import clerks_of
from applications.permissions import can_ask_for_plans, can_file_plan, can_follow_plans, can_remind
from applications.views._common import say
from applications.views.review import back_from
from campaigns.current import campaign_for
from campaigns.permissions import acts_as_office
from campaigns.rules import NotAllowed

PER_PAGE = 50


def about(plan, at):
    """What a page says of one version: late or not goes by the first of its unit."""
    first = CreationPlan.objects.get(campaign=plan.campaign_id, organization=plan.organization_id, number=1)
    dates = [(row.what, row.on) for row in plan.dates.all()]
    return {
        "plan": plan, "is_late": rules.is_plan_late(first.filed_at, rules.plan_due(plan.campaign), at), "warnings": rules.plan_date_warnings(plan.campaign, dates),
        "versions": CreationPlan.objects.filter(campaign=plan.campaign_id, organization=plan.organization_id).select_related("filed_by").order_by("-number"),
    }


def creation_plan(request):
    """One's own unit: the plan in force, and the form to file it or file it anew."""
    require(can_file_plan(request.user))
    campaign, unit, now = campaign_for(request), request.user.organization, timezone.now()
    if campaign is None:
        return render(request, "applications/creation_plan.html", {"unit": unit})
    plan = CreationPlan.objects.filter(campaign=campaign, organization=unit).newest().select_related("campaign", "organization", "filed_by", "blob").first()
    known = [(row.what, row.on) for row in plan.dates.all()] if plan else []
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, request.FILES or None)
    dates = PlanDates(posted, initial=plan_date_rows(known))
    problems = []
    if form.is_valid() & dates.is_valid():
        file = form.cleaned_data["file"]
        try:
            plan = actions.file_plan(unit, campaign, file, file.name, dates=dates.dates, words=form.cleaned_data["words"], by=request.user, at=now)
        except uploads.Refused as refusal:
            form.add_error("file", str(refusal))
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("创建方案已报送，回执编号 %(receipt)s。") % {"receipt": plan.receipt})
            for warning in rules.plan_date_warnings(campaign, dates.dates):
                messages.warning(request, warning)
            return redirect("applications:creation_plan")
    context = {
        "unit": unit, "campaign": campaign, "due": rules.plan_due(campaign), "form": form, "dates": dates, "problems": problems, "now": now,
        "closed": rules.plan_problems(unit, campaign, now),
    }
    status = 422 if problems or form.errors or dates.is_bound and not dates.is_valid() else 200
    return render(request, "applications/creation_plan.html", context | (about(plan, now) if plan else {}), status=status)


def find_plan(request, pk):
    visible = CreationPlan.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("campaign", "organization__county", "filed_by", "blob"), pk=pk)


def creation_plan_version(request, pk):
    """One version, for whoever may read it; the others are linked."""
    plan = find_plan(request, pk)
    return render(request, "applications/creation_plan_version.html", about(plan, timezone.now()) | {"can_follow": can_follow_plans(request.user, plan.campaign)})


@require_safe
def creation_plan_file(request, pk):
    """The document as it was filed, as a download."""
    plan = find_plan(request, pk)
    if problem := uploads.opening_problem(plan.blob, is_own=is_clerk_of(request.user, plan.organization)):
        messages.error(request, problem)
        return redirect(plan)
    try:
        response = uploads.respond(request, plan.blob, plan.title, plan.blob.media_type)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        record("applications.download_plan", plan, by=request.user, at=timezone.now(), title=plan.title, sha256=plan.blob_id)
    return response


def creation_plan_list(request):
    """Every unit that files a plan: filed, late, or not yet. A county sees its own tree."""
    campaign, now = campaign_for(request), timezone.now()
    require(can_follow_plans(request.user, campaign))
    if campaign is None:
        return render(request, "applications/creation_plan_list.html", {"total": 0})
    listing = plan_list(campaign, request.GET, request.user)
    paginator = Paginator(listing.units.select_related("county"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    tracks = {track.kind_id: track for track in campaign.tracks.all()}
    reminded = dict(
        PlanReminder.objects.filter(campaign=campaign, organization__in=[unit.pk for unit in page]).order_by("reminded_at").values_list("organization", "reminded_at")
    )
    rows = [
        {"row": row, "track": tracks[row.unit.kind_id], "reminded_at": reminded.get(row.unit.pk), "can_remind": row.plan is None and can_remind(request.user, row.unit, campaign)}
        for row in plan_rows(campaign, page, now)
    ]
    return render(request, "applications/creation_plan_list.html", {
        "form": listing.form, "asked": listing.asked, "page": page, "pages": paginator.get_elided_page_range(page.number), "total": paginator.count, "rows": rows,
        "due": rules.plan_due(campaign), "is_past": rules.is_plan_late(None, rules.plan_due(campaign), now), "is_office": acts_as_office(request.user, campaign),
        "sees_all": not request.user.organization or not request.user.organization.is_county,
        "can_remind": any(row["can_remind"] for row in rows) and not rules.plan_reminder_problems(campaign, now),
        "chips": [(state, name, listing.by_state[state].count()) for state, name in [("filed", _("已报送")), ("late", _("逾期报送")), ("none", _("未报送"))]],
    })


@require_POST
def remind_of_plans(request):
    """The units ticked on the list, once a day each."""
    campaign = campaign_for(request)
    require(campaign is not None and can_ask_for_plans(request.user, campaign))
    keys = [int(key) for key in request.POST.getlist("unit") if key.isdecimal()][:1000]
    units = [unit for unit in campaign.units.filter(pk__in=keys) if can_remind(request.user, unit, campaign)]
    require(units or not keys)
    if not units:
        messages.error(request, _("还没有选择单位，请先在列表里勾选。"))
        return redirect(back_from(request))
    try:
        told, already = actions.remind_of_plans(campaign, units, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        say(request, refusal)
        return redirect(back_from(request))
    if told:
        messages.success(request, _("已提醒 %(n)s 个单位报送创建方案。") % {"n": len(told)})
        if silent := [str(unit) for unit in units if unit.pk in told and not clerks_of(unit).exists()]:
            messages.warning(request, _("其中 %(n)s 个单位还没有账号，收不到提醒，请电话联系：%(units)s。") % {"n": len(silent), "units": _("、").join(silent[:10])})
    if already:
        messages.info(request, _("%(n)s 个单位今天已提醒过，没有重复发送。") % {"n": already})
    if not told and not already:
        messages.info(request, _("所选单位都已报送，不需要提醒。"))
    return redirect(back_from(request))


@require_POST
def export_creation_plans(request):
    """All plans of what is filtered: a workbook, or a zip of the documents. A worker makes it."""
    campaign = campaign_for(request)
    require(campaign is not None and can_follow_plans(request.user, campaign))
    kind = "zip" if request.POST.get("kind") == "zip" else "xlsx"
    return redirect(start_plans(campaign, kind, request.GET.urlencode(), by=request.user, at=timezone.now()))
