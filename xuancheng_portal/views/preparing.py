"""How a campaign comes about: copied from last year's, brought in from a file, tried, published; and the file handed out again."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.loading import BrokenFile
from accounts.organizations_file import known_kinds
from accounts.permissions import require
from applications.rules import old_template_warnings
from campaigns import campaign_file, schedule
from campaigns.actions import delete_draft, seed_calendar
from campaigns.forms import CampaignFileForm, CopyForm, NewTrackForm, typed_reason
from campaigns.models import CalendarDay, Campaign
from campaigns.permissions import can_change, can_look_at_drafts, can_prepare, can_publish
from campaigns.rules import NotAllowed, reason_problems
from campaigns.views import changed_or_403, form_page, seen_or_404
from results.rules import old_text_warnings
from standards import whole
from standards.handing_out import document_of
from standards.rules import old_note_warnings
from xuancheng_portal.copying import copy_whole

BUNDLED = Path(settings.BASE_DIR, "standards", "data", "xuancheng-2021.yaml")


def in_use(standard):
    return standard.applications.exists()


@require_safe
def campaign_list(request):
    """Every campaign, drafts included."""
    require(can_look_at_drafts(request.user))
    campaigns = Campaign.objects.prepared_by(request.user).select_related("county").newest_first().annotate(
        first=Min("phases__starts_at"), last=Max("phases__ends_at"), applicants=Count("applications", distinct=True),
    )
    rows = [(campaign, can_prepare(request.user, campaign) and not campaign.is_rehearsal) for campaign in campaigns]
    return render(request, "xuancheng_portal/campaign_list.html", {"rows": rows, "can_prepare": can_prepare(request.user)})


def campaign_new(request):
    """Three ways to begin; with no campaign at all the one that came with the portal is at hand."""
    require(can_prepare(request.user))
    campaigns = Campaign.objects.prepared_by(request.user).newest_first()
    empty = not Campaign.objects.exists()
    if request.method == "POST" and empty:
        return start_with(request, BUNDLED.read_bytes())
    return render(request, "xuancheng_portal/campaign_new.html", {"rows": campaigns, "empty": empty})


def start_with(request, data):
    """A draft from the file that came with the portal."""
    fill_calendar()
    campaign, _changes = whole.load_whole(campaign_file.read(data, known_kinds()), by=request.user, at=timezone.now())
    messages.success(request, _("已建立草稿“%(campaign)s”。请移动日期、核对设置，再启用。") % {"campaign": campaign})
    return redirect("campaigns:campaign", campaign.pk)


def fill_calendar():
    """Working days come with the first campaign, whichever way it came."""
    if not CalendarDay.objects.exists():
        seed_calendar()


def campaign_copy(request, pk):
    """A county's office begins its next year with its own campaign; for whom it is made, only those choose who prepare the city's, too."""
    source = seen_or_404(request, pk)
    require(can_prepare(request.user, source) and not source.is_rehearsal)
    year, free = source.year + 1, can_prepare(request.user)
    initial = {
        "year": year, "title": source.title.replace(str(source.year), str(year)), "code": source.code.replace(str(source.year), str(year)),
        "first_day": next_first_day(source), "county": source.county_id,
    }
    form, problems = CopyForm(source, request.POST or None, initial=initial, county_fixed=not free), []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            copy = copy_whole(
                source, code=told["code"], year=told["year"], title=told["title"], shift=form.shift(told["year"] - source.year), county=told["county"],
                by=request.user, at=timezone.now(),
            )
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已照“%(source)s”建立草稿。启用以前只有办公室和系统管理员看得到。") % {"source": source})
            return redirect("campaigns:campaign", copy.pk)
    return render(request, "xuancheng_portal/campaign_copy.html", {"form": form, "problems": problems, "source": source, "free": free})


def next_first_day(source):
    """The same day a year later, as a beginning."""
    first = source.phases.order_by("starts_at").first()
    day = timezone.localdate(first.starts_at) if first else date(source.year, 1, 1)
    return day.replace(year=day.year + 1, day=min(day.day, 28))


def campaign_import(request):
    """A file is looked at first: every finding, or everything it would change. It is brought in when the person has seen that."""
    require(can_prepare(request.user))
    form, context = CampaignFileForm(), {"problems": [], "findings": [], "changes": None}
    if request.method == "POST":
        data = None
        if "content" in request.POST:
            data = request.POST["content"].encode(errors="surrogatepass")
        else:
            form = CampaignFileForm(None, request.FILES)
            if form.is_valid():
                data = form.cleaned_data["file"].read(campaign_file.LARGEST + 1)
        if data is not None:
            done = look_at(request, data, context)
            if done is not None:
                return done
    return render(request, "xuancheng_portal/campaign_import.html", context | {"form": form})


def look_at(request, data, context):
    """Fill the context with what the file would do; apply it when that is what the person has seen. Returns where to go then."""
    try:
        document = campaign_file.read(data, known_kinds())
        changes = whole.try_whole(document, by=request.user, at=timezone.now(), in_use=in_use)
    except BrokenFile as broken:
        context["findings"] = broken.findings
        return None
    except NotAllowed as refusal:
        context["problems"] = refusal.problems
        return None
    may = changes.present is None or can_change(request.user, changes.present)
    context |= {"changes": changes, "content": data.decode("utf-8-sig"), "may": may, "needs_reason": changes.present is not None and not changes.present.is_draft}
    if "content" not in request.POST:
        return None
    require(may)
    reason = typed_reason(request.POST)
    context["reason"] = reason
    if request.POST.get("fingerprint") != changes.fingerprint:
        context["problems"] = [_("系统中的内容在你查看之后又有改动，请重新核对下面的变化。")]
        return None
    if changes.present is not None and (problems := reason_problems(reason, changes.present)):
        context["problems"] = problems
        return None
    fill_calendar()
    campaign, done = whole.load_whole(document, by=request.user, at=timezone.now(), reason=reason, in_use=in_use)
    messages.success(request, _("活动文件已导入“%(campaign)s”。") % {"campaign": campaign})
    if done.draft:
        messages.info(request, _("建设标准的变化在这份草稿里，还没有生效。请点“核对并启用”。"))
        return redirect("standards:draft", done.draft.pk)
    return redirect("campaigns:campaign", campaign.pk)


@require_safe
def campaign_export(request, pk):
    """The campaign as the file it would be loaded from."""
    campaign = seen_or_404(request, pk)
    response = HttpResponse(campaign_file.write(document_of(campaign)), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{campaign.code}.yaml"'
    return response


def campaign_publish(request, pk):
    """What is missing, what to look at, what will stay as it is; then twice yes."""
    campaign = seen_or_404(request, pk)
    require(can_publish(request.user, campaign))
    if not campaign.is_draft:
        return redirect("campaigns:campaign", pk)
    now, problems = timezone.now(), []
    if request.method == "POST":
        try:
            if not request.POST.get("checked"):
                raise NotAllowed([_("请勾选“我已核对”，再启用。")])
            whole.publish(campaign, by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("“%(campaign)s”已经启用，各单位可以看到了。") % {"campaign": campaign})
            return redirect("campaigns:campaign", pk)
    missing = whole.publish_problems(campaign)
    context = {
        "campaign": campaign, "problems": problems or missing, "missing": missing,
        "warnings": schedule.warnings(campaign, now) + old_note_warnings(campaign) + old_template_warnings(campaign) + old_text_warnings(campaign),
        "phases": campaign.phases.all(), "tracks": campaign.tracks.select_related("kind"),
    }
    return render(request, "xuancheng_portal/campaign_publish.html", context)


@require_POST
def campaign_delete(request, pk):
    campaign = changed_or_403(request, pk)
    try:
        delete_draft(campaign, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        for problem in refusal.problems:
            messages.error(request, str(problem))
        return redirect("campaigns:campaign", pk)
    messages.success(request, _("草稿“%(campaign)s”已删除。") % {"campaign": campaign})
    return redirect("campaign_list")


def campaign_add_track(request, pk):
    campaign = changed_or_403(request, pk)
    form = NewTrackForm(campaign, request.POST or None)

    def act(_removing):
        track = whole.add_track(campaign, **form.values, by=request.user, at=timezone.now())
        return _("已增加申报类别“%(track)s”。") % {"track": track}

    return form_page(request, "campaigns/change_track.html", form, act, {"campaign": campaign, "track": None})
