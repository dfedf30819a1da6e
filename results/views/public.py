"""What anybody may read: notices, the form for objections and its progress, the named list. An allow-list of facts (S-35)."""

import logging
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.audit import current_address
from accounts.models import Organization
from accounts.rehearsing import here
from applications import uploads
from applications.papers import BadTemplate
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from results import actions, challenge, papers, reports, rules, searching, throttle
from results.forms import ObjectionForm, TrackForm
from results.models import Naming, NoticeEntry, Objection, PublicNotice
from results.views.experiences import public_experiences
from results.views.notices import state_of
from results.views.public_cases import public_cases
from results.views.ranking import tell

logger = logging.getLogger(__name__)
PER_PAGE = 50
# An office or a household sends few objections, with some slips of the pen; looking codes up is slower than guessing them needs.
OBJECTIONS_AN_HOUR, POSTS_AN_HOUR, LOOKUPS_IN_TEN_MINUTES = 5, 40, 20
# So many from one network or in all within the hour, and browsers have to work before more is taken (S-34).
UNTROUBLED, UNTROUBLED_IN_ALL = 2, 30
# So many posts of any kind in a minute, and whoever comes without that work is turned away at the door.
CALM_IN_A_MINUTE = 60
HOME_NOTICES, HOME_CASES, HOME_EXPERIENCES = 5, 3, 3


def public_notices():
    """Published, of campaigns that are."""
    return here(PublicNotice.objects.public()).filter(campaign__published_at__isnull=False).select_related("campaign__county").order_by("-published_at", "-pk")


def with_states(notices, day):
    return [(notice, state_of(notice, day)) for notice in notices]


def namings():
    return here(Naming.objects).select_related("application__organization__county", "application__track", "place__track__campaign__county")


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
        "named": reports.by_track(named), "named_ever": namings().filter(place__track__campaign__published_at__isnull=False).exists(),
        "cases": public_cases()[:HOME_CASES], "experiences": public_experiences()[:HOME_EXPERIENCES],
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
    notice = get_object_or_404(public_notices().select_related("campaign__host", "campaign__county"), pk=pk)
    today = timezone.localdate()
    state = state_of(notice, today)
    entries = list(notice.entries.select_related("application__organization__county", "application__track"))
    left, total = rules.workdays_left(notice, today)
    context = {
        "notice": notice, "campaign": notice.campaign, "state": state, "entries": entries, "left": left, "days": total, "passed": total - left,
        "groups": reports.by_track(entries), "any_fell": any(entry.fallen_at for entry in entries), "starts_on": notice.starts_on, "ends_on": notice.ends_on,
        "ends_at": timezone.make_aware(datetime.combine(notice.ends_on + timedelta(days=1), time())),
    }
    return render(request, "results/public_notice.html", context)


@login_not_required
@require_safe
def public_notice_paper(request, pk, extension):
    """The notice as the office made it, to take home. One that was withdrawn is handed out no more."""
    if extension not in papers.KINDS:
        raise Http404
    notice = get_object_or_404(public_notices().select_related("campaign__host"), pk=pk, withdrawn_at=None)
    try:
        content = papers.public_copy(notice, extension)
    except BadTemplate:
        logger.exception("The paper of notice %s cannot be made for the public.", pk)
        messages.error(request, _("公示文件现在不能生成，请先打印本页，或者过后再来下载。"))
        return redirect(notice)
    response = HttpResponse(content, content_type=papers.KINDS[extension], headers=uploads.SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, uploads.clean_name(f"{notice.title}.{extension}"))
    return response


def turned_away(request):
    """In a flood, a short answer before anything is looked up or drawn: per network, and in all for whoever did no work."""
    sentence = ""
    if not throttle.allow("objection-posts", current_address.get(), limit=POSTS_AN_HOUR, seconds=3600):
        sentence = _("从你所在的网络提交得太多，这一次没有收下。请过一小时再试，或按公示上的联系方式反映。")
    elif not throttle.allow("objection-posts-in-all", "", limit=CALM_IN_A_MINUTE, seconds=60):
        if not challenge.is_solved(request.POST.get("token", ""), request.POST.get("work", "")):
            sentence = _("现在提交的人很多，这一次没有收下。请按浏览器的“返回”键，内容还在，过几秒再提交；仍不成功的，请按公示上的联系方式反映。")
    return HttpResponse(render_to_string("429.html", {"sentence": sentence}), status=429) if sentence else None


def must_work(at):
    """Whether so many objections arrived lately that the browser has to work for another one."""
    many_from_here = throttle.count("objection", current_address.get()) >= UNTROUBLED
    return many_from_here or here(Objection.objects).filter(received_at__gt=at - timedelta(hours=1)).count() >= UNTROUBLED_IN_ALL


@login_not_required
@require_safe
def privacy(request):
    """What is asked of people and why, how long it is kept, and how to have it put right or removed (S-37)."""
    return render(request, "results/privacy.html", {"kept_months": settings.PERSONAL_DATA_MONTHS})


@login_not_required
@require_http_methods(["GET", "POST"])
def public_objection(request, pk):
    if request.method == "POST" and (refusal := turned_away(request)):
        return refusal
    notice = get_object_or_404(public_notices().select_related("campaign"), pk=pk)
    now = timezone.now()
    problems = rules.objection_problems(notice, now)
    entries = NoticeEntry.objects.filter(notice=notice, fallen_at=None).select_related("application__organization", "notice__campaign")
    form = ObjectionForm(
        request.POST or None, entries=entries, real_name=notice.campaign.objection_real_name, must_work=request.method == "POST" and must_work(now)
    )
    status = 200
    if request.method == "POST" and not problems and form.is_valid():
        given = form.cleaned_data
        is_repeat = Objection.objects.filter(key=given["key"]).exists()
        if not is_repeat and not throttle.allow("objection", current_address.get(), limit=OBJECTIONS_AN_HOUR, seconds=3600):
            messages.error(request, _("从你所在的网络提交得太多，内容还在本页，请过一小时再试，或按公示上的联系方式反映。"))
            status = 429
        else:
            try:
                filed = actions.file_objection(
                    given["entry"], name=given["name"], phone=given["phone"], facts=given["facts"], key=given["key"], at=now
                )
            except NotAllowed as refusal:
                tell(request, refusal)
                form.renew_token()
                status = 409 if is_repeat else 200
            else:
                return redirect("results:public_objection_received", code=filed.code)
    context = {"notice": notice, "campaign": notice.campaign, "form": form, "problems": problems, "work_bits": challenge.WORK_BITS}
    return render(request, "results/public_objection.html", context, status=status)


@login_not_required
@require_GET
def public_objection_received(request, code):
    """Reached by the code itself, which nobody guesses; shows nothing of the objector."""
    found = get_object_or_404(here(Objection.objects).select_related("entry__notice__campaign"), code=code)
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
    found = here(Objection.objects).filter(code=given["code"].strip().upper()).select_related("entry__application__organization").first()
    if found is None:
        return None
    digits = "".join(filter(str.isdigit, found.phone))
    return found if digits[-4:] == given["phone_tail"] else None


@login_not_required
@require_GET
def public_named_list(request):
    """By year and track, searchable; a withdrawn title stays, as withdrawn."""
    of_counties = Q(pk__in=namings().values("place__track__campaign"))  # a county's own is shown once it has named somebody
    campaigns = list(Campaign.objects.published().filter(Q(county=None) | of_counties).newest_first().prefetch_related("tracks"))
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
    tracks = {track.key: track.name for campaign in campaigns for track in campaign.tracks.all()}
    context = {
        "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "namings": page.object_list,
        "years": sorted({campaign.year for campaign in campaigns}, reverse=True), "tracks": tracks.items(),
        "counties": counties, "year": year, "track": key, "county": county, "q": words,
    }
    return render(request, "results/public_named_list.html", context)
