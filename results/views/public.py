"""What anybody may read: notices, the form for objections and its progress, the named list. An allow-list of facts (S-35)."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.audit import current_address
from accounts.models import Organization
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from results import actions, reports, rules, searching, throttle
from results.forms import ObjectionForm, TrackForm
from results.models import Naming, NoticeEntry, Objection, PublicNotice
from results.views.notices import state_of
from results.views.public_cases import public_cases
from results.views.ranking import tell

PER_PAGE = 50
HOME_NOTICES, HOME_CASES = 5, 3
# An office or a household sends few objections; looking codes up is slower than guessing them needs.
OBJECTIONS_AN_HOUR, OBJECTIONS_AN_HOUR_IN_ALL, LOOKUPS_IN_TEN_MINUTES = 5, 300, 20


def public_notices():
    """Published, of campaigns that are."""
    return PublicNotice.objects.public().filter(campaign__published_at__isnull=False).order_by("-published_at", "-pk")


def with_states(notices, day):
    return [(notice, state_of(notice, day)) for notice in notices]


def namings():
    return Naming.objects.select_related("application__organization__county", "application__track", "place__track__campaign")


@login_not_required
@require_GET
def public_home(request):
    campaign, now = campaign_for(request), timezone.now()
    today = timezone.localdate(now)
    phases = list(campaign.phases.all()) if campaign else []
    notices = public_notices().filter(withdrawn_at=None)
    running = with_states(notices.filter(ends_on__gte=today)[:HOME_NOTICES], today)
    named = namings().filter(place__track__campaign=campaign).order_by("place__track__order", "application__organization__code")
    context = {
        "campaign": campaign, "running": running,
        "phases": [(phase, "past" if now >= phase.ends_at else "on" if phase.is_running(now) else "next") for phase in phases],
        "named": reports.by_track(named), "cases": public_cases()[:HOME_CASES],
        "earlier": with_states(notices.filter(ends_on__lt=today)[:HOME_NOTICES], today),
        "tracks": list(campaign.tracks.all()) if campaign else [],
    }
    return render(request, "results/public_home.html", context)


@login_not_required
@require_GET
def public_notice_list(request):
    page = Paginator(public_notices(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "lines": with_states(page, timezone.localdate()),
    }
    return render(request, "results/public_notice_list.html", context)


@login_not_required
@require_GET
def public_notice(request, pk):
    """One sheet: names and units, when it runs and whom to tell. No scores, no ranks, no people."""
    notice = get_object_or_404(public_notices().select_related("campaign__host"), pk=pk)
    today = timezone.localdate()
    state = state_of(notice, today)
    entries = list(notice.entries.select_related("application__organization__county", "application__track"))
    left, total = rules.workdays_left(notice, today)
    context = {
        "notice": notice, "campaign": notice.campaign, "state": state, "entries": entries, "left": left, "days": total, "passed": total - left,
        "groups": [] if state[0] == "withdrawn" else reports.by_track(entries), "starts_on": notice.starts_on, "ends_on": notice.ends_on,
        "ends_at": timezone.make_aware(datetime.combine(notice.ends_on + timedelta(days=1), time())),
    }
    return render(request, "results/public_notice.html", context)


def too_many(request):
    """Per network, and in all; counted only for objections that are well formed."""
    address = current_address.get()
    return not (
        throttle.allow("objection", address, limit=OBJECTIONS_AN_HOUR, seconds=3600)
        and throttle.allow("objections", "", limit=OBJECTIONS_AN_HOUR_IN_ALL, seconds=3600)
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def public_objection(request, pk):
    notice = get_object_or_404(public_notices().select_related("campaign"), pk=pk)
    now = timezone.now()
    problems = rules.objection_problems(notice, now)
    entries = NoticeEntry.objects.filter(notice=notice, fallen_at=None).select_related("application__organization", "notice__campaign")
    form = ObjectionForm(request.POST or None, entries=entries, real_name=notice.campaign.objection_real_name)
    status = 200
    if request.method == "POST" and not problems and form.is_valid():
        if too_many(request):
            messages.error(request, _("从你所在的网络提交得太多，内容还在本页，请过一小时再试，或按公示上的联系方式反映。"))
            status = 429
        else:
            given = form.cleaned_data
            try:
                filed = actions.file_objection(given["entry"], name=given["name"], phone=given["phone"], facts=given["facts"], at=now)
            except NotAllowed as refusal:
                tell(request, refusal)
            else:
                return redirect("results:public_objection_received", code=filed.code)
    context = {"notice": notice, "campaign": notice.campaign, "form": form, "problems": problems}
    return render(request, "results/public_objection.html", context, status=status)


@login_not_required
@require_GET
def public_objection_received(request, code):
    """Reached by the code itself, which nobody guesses; shows nothing of the objector."""
    found = get_object_or_404(Objection.objects.select_related("entry__notice__campaign"), code=code)
    return render(request, "results/public_objection_received.html", {"objection": found, "campaign": found.entry.notice.campaign})


@login_not_required
@require_http_methods(["GET", "POST"])
def public_track(request):
    """By code and the end of the telephone number: the state in one line, and the reply."""
    form = TrackForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        if throttle.allow("track", current_address.get(), limit=LOOKUPS_IN_TEN_MINUTES, seconds=600):
            found = tracked(form.cleaned_data)
            if found is None:
                form.add_error("code", _("查询码或电话后四位不正确，请核对后再查。"))
        else:
            messages.error(request, _("查询得太频繁，请过十分钟再试。"))
            status = 429
    return render(request, "results/public_track.html", {"form": form, "objection": found}, status=status)


def tracked(given):
    found = Objection.objects.filter(code=given["code"].strip().upper()).select_related("entry__application__organization").first()
    if found is None:
        return None
    digits = "".join(filter(str.isdigit, found.phone))
    return found if digits[-4:] == given["phone_tail"] else None


@login_not_required
@require_GET
def public_named_list(request):
    """By year and track, searchable; a withdrawn title stays, as withdrawn."""
    campaigns = list(Campaign.objects.published().newest_first())
    if not campaigns:
        return render(request, "results/public_named_list.html", {"campaigns": [], "lines": []})
    year, key, county, words = (request.GET.get(name, "").strip()[:60] for name in ("year", "track", "county", "q"))
    found = namings().filter(place__track__campaign__in=campaigns)
    counties = Organization.objects.filter(pk__in=found.values("application__organization__county")).order_by("code")
    if year.isdecimal() and len(year) == 4:
        found = found.filter(place__track__campaign__year=int(year))
    if key:
        found = found.filter(place__track__key=key)
    if county:
        found = found.filter(application__organization__county__code=county)
    if words:
        found = searching.units_named(found, words)
    found = found.order_by("-place__track__campaign__year", "place__track__order", "application__organization__code", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    tracks = {track.key: track.name for campaign in Campaign.objects.published().prefetch_related("tracks") for track in campaign.tracks.all()}
    context = {
        "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "namings": page.object_list,
        "years": sorted({campaign.year for campaign in campaigns}, reverse=True), "tracks": tracks.items(),
        "counties": counties, "year": year, "track": key, "county": county, "q": words,
    }
    return render(request, "results/public_named_list.html", context)
