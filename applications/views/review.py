"""What the office sees: everybody's applications, their versions, and what changed between two of them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import label
from accounts.models import AuditEvent, Role
from accounts.permissions import require
from applications import actions, rules
from applications.events import TURNS, VISIBLE_TO_COUNTY, VISIBLE_TO_UNITS
from applications.forms import DueForm
from applications.listing import unit_list
from applications.models import Application, Reminder
from applications.notices import clerks_of
from applications.permissions import can_remind, can_review
from applications.views._common import find, say
from applications.views.filling import around
from campaigns.current import campaign_for
from campaigns.permissions import acts_as_office, reads_all_of
from campaigns.rules import NotAllowed

PER_PAGE = 50


def list(request):
    """The office's list. A unit goes to its own application, a county to its own list."""
    campaign = campaign_for(request)
    if not reads_all_of(request.user, campaign):
        return own(request, campaign)
    if campaign is None:
        return render(request, "applications/list.html", {"total": 0})
    now = timezone.now()
    listing = unit_list(campaign, request.GET, request.user)
    counts = rules.status_counts(Application.objects.of_campaign(campaign).filter(organization__in=listing.within.order_by()))
    total_units = listing.within.count()
    counts["none"] = total_units - sum(counts.values())
    paginator = Paginator(listing.units.select_related("county"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    applications = {
        application.organization_id: application
        for application in Application.objects.visible_to(request.user).of_campaign(campaign)
        .filter(organization__in=[unit.pk for unit in page]).with_progress()
    }
    reminded = dict(
        Reminder.objects.filter(campaign=campaign, organization__in=[unit.pk for unit in page]).order_by("reminded_at").values_list("organization", "reminded_at")
    )
    tracks = {track.kind_id: track for track in campaign.tracks.all()}
    return render(request, "applications/list.html", {
        "form": listing.form, "page": page, "pages": paginator.get_elided_page_range(page.number), "total": paginator.count,
        "rows": [(unit, applications.get(unit.pk), tracks[unit.kind_id], reminded.get(unit.pk)) for unit in page],
        "chips": [(value, name, counts.get(value, 0)) for value, name in [("none", _("未开始")), *Application.Status.choices]],
        "asked": listing.asked, "total_units": total_units, "can_remind": acts_as_office(request.user, campaign), "today": timezone.localdate(now),
    })


def own(request, campaign):
    user = request.user
    require(user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization is not None)
    application = Application.objects.visible_to(user).of_campaign(campaign).filter(organization=user.organization).first() if campaign else None
    if application:
        return redirect(application)
    if user.has_role(Role.COUNTY_CLERK) and campaign and rules.track_of(user.organization, campaign) is None:
        return redirect("applications:county_list")
    return redirect("applications:start")


@require_POST
def remind(request):
    """The units ticked on a list; those without the right to be reminded by this person are not found."""
    campaign = campaign_for(request)
    require(campaign is not None and (acts_as_office(request.user, campaign) or request.user.has_role(Role.COUNTY_CLERK)))
    keys = [int(key) for key in request.POST.getlist("unit") if key.isdecimal()]
    units = [unit for unit in campaign.units.filter(pk__in=keys) if can_remind(request.user, unit, campaign)]
    require(units or not keys)
    if not units:
        messages.error(request, _("还没有选择单位，请先在列表里勾选。"))
    else:
        try:
            reminded, already = actions.remind(campaign, units, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect(back_from(request))
        if reminded:
            messages.success(request, _("已向 %(n)s 个单位发送提醒。") % {"n": reminded})
            if silent := [str(unit) for unit in units if not clerks_of(unit).exists()]:
                names = _("、").join(silent[:10])
                messages.warning(request, _("其中 %(n)s 个单位还没有账号，收不到提醒，请电话联系：%(units)s。") % {"n": len(silent), "units": names})
        if already:
            messages.info(request, _("%(n)s 个单位今天已提醒过，没有重复发送。") % {"n": already})
        if not reminded and not already:
            messages.info(request, _("所选单位都已报送，不需要提醒。"))
    return redirect(back_from(request))


def back_from(request):
    """The page the form stood on, if it was ours."""
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if ours else "applications:list"


@require_POST
def move_due(request, pk):
    application = find(request, pk)
    require(can_review(request.user, application))
    form = DueForm(request.POST, application=application)
    if form.is_valid():
        try:
            actions.move_due(application, form.cleaned_data["due_at"], by=request.user, at=timezone.now(), version=form.cleaned_data["version"])
        except NotAllowed as refusal:
            say(request, refusal)
        else:
            messages.success(request, _("补正期限已调整，单位会收到通知。"))
    else:
        for errors in form.errors.values():
            messages.error(request, errors[0])
    return redirect(application)


def history(request, pk):
    """Every version, and the turns the application took, the newest first; each saved line stands in the audit log."""
    application = find(request, pk)
    submissions = application.submissions.select_related("submitted_by")
    versions = {submission.receipt: submission.number for submission in submissions}
    told = TURNS if reads_all_of(request.user, application.campaign) else VISIBLE_TO_COUNTY
    events = AuditEvent.objects.filter(
        target_type=application._meta.label_lower, target_id=str(application.pk), action__in=told
    ).order_by("-number")
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    for event in page:
        event.label, event.tone = label(event.action), VISIBLE_TO_UNITS.get(event.action, "")
        event.version = versions.get(event.detail.get("receipt"))
    return render(request, "applications/history.html", around(request, application, timezone.now()) | {
        "submissions": submissions, "page": page, "pages": page.paginator.get_elided_page_range(page.number),
    })


def compare(request, pk):
    """Any two versions, character by character, files included; without a choice the last two."""
    application = find(request, pk)
    submissions = {submission.number: submission for submission in application.submissions.select_related("submitted_by")}
    numbers = sorted(submissions)
    new = _number(request.GET.get("new"), numbers, numbers[-1] if numbers else None)
    old = _number(request.GET.get("old"), numbers, numbers[-2] if len(numbers) > 1 else None)
    differences = rules.changes_between(submissions.get(old), submissions.get(new)).values()
    return render(request, "applications/compare.html", around(request, application, timezone.now()) | {
        "numbers": numbers, "old": submissions.get(old), "new": submissions.get(new), "differences": differences,
        "total": sum(difference.count for difference in differences),
    })


def _number(text, numbers, otherwise):
    return int(text) if text and text.isdecimal() and int(text) in numbers else otherwise
