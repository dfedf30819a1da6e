"""公示: generated from confirmed lists, reviewed, published by another person, taken off with a reason."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.rehearsing import here
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.permissions import read_in, reads_any_campaign
from campaigns.rules import NotAllowed
from results import actions, reports, rules
from results.forms import NewNoticeForm, NoticeForm, NoticeReviewForm, WithdrawForm
from results.models import NoticeReview, PublicNotice
from results.permissions import can_draft_notice, can_publish, can_review_notice, can_see_results
from results.privacy import kind_label
from results.views.ranking import tell

PER_PAGE = 50
STATES = {"draft": ("amber", "clock"), "running": ("blue", ""), "ended": ("done", "check"), "withdrawn": ("none", "")}


def state_of(notice, day):
    """(code, words, tone, icon) for the badge."""
    state = rules.notice_state(notice, day)
    words = {"draft": _("待发布"), "running": _("公示中"), "ended": _("公示已结束"), "withdrawn": _("已撤下")}[state]
    return state, words, *STATES[state]


def default_texts(campaign, taking_up):
    """Title, body and contact as the campaign's facts give them; the office may change every word.

    `taking_up`: the units take up places of units that fell, whom the text does not name.
    """
    number = PublicNotice.objects.filter(campaign=campaign).exclude(published_at=None).count()
    title = _("关于%(campaign)s拟命名名单的公示") % {"campaign": campaign.title}
    if taking_up:
        title = _("关于%(campaign)s递补拟命名单位的公示") % {"campaign": campaign.title}
    if number:
        title = _("%(title)s（第%(n)s号）") % {"title": title, "n": number + 1}
    phases = "、".join(phase.name for phase in campaign.phases.all())
    body = _("根据%(campaign)s工作的有关通知要求，经%(phases)s和集体研究，拟命名以下单位，现予公示。") % {
        "campaign": campaign.title, "phases": phases,
    }
    if taking_up:
        body = _("在%(campaign)s拟命名名单公示期间，有单位因异议成立取消资格。按照排名，拟递补命名以下单位，现予公示。") % {"campaign": campaign.title}
    contact = campaign.host.name if campaign.host else campaign.organizer
    return {"title": title, "body": body, "contact": contact}


@require_GET
def notice_list(request):
    campaign, today = campaign_for(request), timezone.localdate()
    require(can_see_results(request.user, campaign))
    notices = PublicNotice.objects.filter(campaign=campaign).annotate(units=Count("entries")).select_related("created_by").order_by("-number")
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number),
        "lines": [(notice, state_of(notice, today)) for notice in page],
        "ready": reports.ready_for_notice(campaign).count() if campaign else 0, "may_draft": can_draft_notice(request.user, campaign),
    }
    return render(request, "results/notice_list.html", context)


@require_http_methods(["GET", "POST"])
def notice_new(request):
    campaign, now = campaign_for(request), timezone.now()
    require(can_draft_notice(request.user, campaign))
    places = list(reports.ready_for_notice(campaign)) if campaign else []
    ready = [place.application_id for place in places]
    taking_up = list(reports.substitutes(campaign, places)) if campaign else []
    applications = (
        Application.objects.filter(pk__in=ready).select_related("organization__county", "track").order_by("track__order", "organization__code")
    )
    form = None
    if ready:
        initial = {"applications": taking_up or ready} | default_texts(campaign, taking_up)
        form = NewNoticeForm(request.POST or None, initial=initial, applications=applications)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                notice = actions.create_notice(
                    campaign, list(given["applications"]), title=given["title"], body=given["body"], contact=given["contact"],
                    by=request.user, at=now,
                )
            except NotAllowed as refusal:
                tell(request, refusal)
            else:
                messages.success(request, _("公示已生成，请核对，再由另一个人做保密审查，由办领导发布。"))
                return redirect("results:notice", pk=notice.pk)
    ends_on = rules.period(campaign, now)[1] if campaign else None
    context = {
        "campaign": campaign, "form": form, "warnings": rules.notice_warnings(campaign, ends_on) if campaign else [],
        "taking_up": len(taking_up), "others": len(ready) - len(taking_up),
    }
    return render(request, "results/notice_new.html", context)


def notice_or_404(request, pk):
    require(reads_any_campaign(request.user))
    return get_object_or_404(
        here(PublicNotice.objects).filter(read_in(request.user, "campaign__")).select_related("campaign__host", "created_by", "checked_by", "published_by", "withdrawn_by"), pk=pk
    )


def may_take_off(user, notice):
    """A draft whoever drafts; what the public has read takes a lead."""
    return can_publish(user, notice.campaign) if notice.published_at else can_draft_notice(user, notice.campaign)


def reviews_of(notice):
    """Each review with what it decided, in words: [(review, [(kind, finding)])]."""
    return [
        (review, [(kind_label(finding["kind"]), finding) for finding in review.findings])
        for review in notice.reviews.select_related("reviewed_by")
    ]


def notice_page(request, notice, form=None, review_form=None, withdraw_form=None):
    now = timezone.now()
    today = timezone.localdate(now)
    entries = list(
        notice.entries.select_related("application__organization__county", "application__track", "replaces__application__organization")
        .annotate(n=Count("objections"))
    )
    starts_on, ends_on = (notice.starts_on, notice.ends_on) if notice.published_at else rules.period(notice.campaign, now)
    initial = {"title": notice.title, "body": notice.body, "contact": notice.contact}
    is_draft = notice.published_at is None and notice.withdrawn_at is None
    context = {
        "campaign": notice.campaign, "notice": notice, "entries": entries, "groups": reports.by_track(entries),
        "state": state_of(notice, today), "starts_on": starts_on, "ends_on": ends_on, "is_draft": is_draft,
        "form": form or NoticeForm(initial=initial), "withdraw_form": withdraw_form or WithdrawForm(),
        "review_form": review_form or (NoticeReviewForm(findings=rules.findings(notice, today)) if is_draft else None),
        "may_draft": can_draft_notice(request.user, notice.campaign), "may_review": can_review_notice(request.user, notice.campaign),
        "may_publish": can_publish(request.user, notice.campaign), "is_author": notice.created_by_id == request.user.pk,
        "warnings": rules.notice_warnings(notice.campaign, ends_on) if is_draft else [],
        "problems": rules.unreviewed_problems(notice, today) if is_draft else [], "reviews": reviews_of(notice),
        "may_withdraw": not notice.withdrawn_at and may_take_off(request.user, notice),
    }
    return render(request, "results/notice.html", context)


@require_http_methods(["GET", "POST"])
def notice(request, pk):
    """The paper as it will be read; while it is a draft, its words can be changed here."""
    found = notice_or_404(request, pk)
    form = None
    if request.method == "POST":
        require(can_draft_notice(request.user, found.campaign))
        form = NoticeForm(request.POST)
        if form.is_valid():
            try:
                actions.change_notice(found, **form.cleaned_data, by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                tell(request, refusal)
            else:
                messages.success(request, _("公示已保存。"))
                return redirect("results:notice", pk=pk)
    return notice_page(request, found, form=form)


@require_POST
def review_notice(request, pk):
    """保密审查: what the scanner found, decided one by one, and the conclusion."""
    found, now = notice_or_404(request, pk), timezone.now()
    require(can_review_notice(request.user, found.campaign))
    form = NoticeReviewForm(request.POST, findings=rules.findings(found, timezone.localdate(now)))
    if form.is_valid():
        given = form.cleaned_data
        try:
            review = actions.review_notice(found, given["outcome"], given["decisions"], given["remark"], by=request.user, at=now)
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            passed = review.outcome == NoticeReview.Outcome.PASSED
            messages.success(request, _("保密审查已通过，由办领导发布。") if passed else _("已退回修改，生成人会收到通知。"))
            return redirect("results:notice", pk=pk)
    return notice_page(request, found, review_form=form)


@require_POST
def publish_notice(request, pk):
    found = notice_or_404(request, pk)
    require(can_publish(request.user, found.campaign))
    try:
        published = actions.publish_notice(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(
            request, _("公示已发布，%(start)s 至 %(end)s。") % {"start": f"{published.starts_on:%Y-%m-%d}", "end": f"{published.ends_on:%Y-%m-%d}"}
        )
    return redirect("results:notice", pk=pk)


@require_POST
def withdraw_notice(request, pk):
    found = notice_or_404(request, pk)
    require(may_take_off(request.user, found))
    form = WithdrawForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.withdraw_notice(found, given["reason"], hide=given["hide"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("公示已撤下。") if found.published_at else _("这份公示已作废。"))
            return redirect("results:notice", pk=pk)
    return notice_page(request, found, withdraw_form=form)
