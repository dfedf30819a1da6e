"""After naming: what became of each title. Follow-ups, yearly reviews, the bonus they are worth, the file for the province."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import jobs
from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.permissions import can_change_settings
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import AnswerReviewForm, FollowUpForm, ReviewForm, SettlementForm
from results.models import Experience, Naming, Review
from results.permissions import (
    can_answer_review,
    can_decide_withdrawal,
    can_export,
    can_review,
    can_see_results,
    can_see_titles,
    can_write_experience,
)
from results.views.ranking import tell

PER_PAGE = 50


@require_GET
def title_list(request):
    """Of the campaign, and for a unit or a county its own."""
    campaign, today = campaign_for(request), timezone.localdate()
    require(can_see_titles(request.user, campaign))
    reviews = Review.objects.visible_to(request.user)
    this_year = Review.objects.filter(naming=OuterRef("pk"), year=today.year).exclude(outcome=Review.Outcome.WITHDRAW)
    namings = Naming.objects.visible_to(request.user).of_campaign(campaign).annotate(is_reviewed=Exists(this_year))
    counts = {
        "all": namings.count(), "due": namings.holding().filter(is_reviewed=False).count(),
        "improving": namings.filter(reviews__in=reviews.improving()).count(), "withdrawn": namings.exclude(withdrawn_at=None).count(),
    }
    only = request.GET.get("only", "")
    if only == "due":
        namings = namings.holding().filter(is_reviewed=False)
    elif only == "improving":
        namings = namings.filter(reviews__in=reviews.improving())
    elif only == "withdrawn":
        namings = namings.exclude(withdrawn_at=None)
    namings = (
        namings.select_related("application__organization__county", "application__track", "place__track__campaign", "recommendation")
        .prefetch_related(Prefetch("reviews", reviews, to_attr="reviews_seen")).annotate(looked=Count("follow_ups", distinct=True))
        .order_by("place__track__order", "application__organization__code", "pk")
    )
    page = Paginator(namings, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "counts": counts, "only": only,
        "lines": [(naming, next(iter(naming.reviews_seen), None)) for naming in page], "today": today, "sees_results": can_see_results(request.user, campaign),
    }
    return render(request, "results/title_list.html", context)


def title_or_404(request, pk):
    found = Naming.objects.visible_to(request.user).select_related(
        "application__organization__county", "application__track", "place__track__campaign", "recommendation__recommended_by", "named_by", "withdrawn_by"
    )
    return get_object_or_404(found, pk=pk)


def title_page(request, naming, **forms):
    """The page with the forms of whoever looks; `forms` are those that were sent and not taken."""
    user, today, campaign = request.user, timezone.localdate(), naming.place.track.campaign
    reviews = list(Review.objects.visible_to(user).filter(naming=naming).select_related("reviewed_by", "answered_by", "settled_by"))
    lines = [
        {
            "review": review, "overdue": review.is_overdue(today),
            "may_decide": review.state == Review.State.PROPOSED and can_decide_withdrawal(user, naming) and review.reviewed_by_id != user.pk,
        }
        for review in reviews
    ]
    improving = next((review for review in reviews if review.state == Review.State.IMPROVING), None)
    holds = naming.withdrawn_at is None
    context = {
        "campaign": campaign, "naming": naming, "lines": lines, "improving": improving, "holds": holds,
        "follow_ups": naming.follow_ups.select_related("recorded_by"),
        "experiences": Experience.objects.visible_to(user).filter(naming=naming),
        "sees_results": can_see_results(user, campaign), "may_review": holds and can_review(user, naming), "may_answer": bool(improving) and can_answer_review(user, naming),
        "may_close": bool(improving and improving.answered_at) and can_review(user, naming), "may_write": holds and can_write_experience(user, naming),
        "may_export": can_export(user, campaign) and hasattr(naming, "recommendation"),
        "follow_up_form": FollowUpForm(initial={"on": today}), "review_form": ReviewForm(initial={"year": today.year}),
        "answer_form": AnswerReviewForm(initial={"answer": improving.answer if improving else ""}), "close_form": SettlementForm(),
        "refuse_form": SettlementForm(prefix="refuse"),
    }
    sent = next(iter(forms.values()), None)
    return render(request, "results/title.html", context | forms | ({"form": sent} if sent else {}))


@require_GET
def title(request, pk):
    return title_page(request, title_or_404(request, pk))


@require_POST
def record_follow_up(request, pk):
    naming = title_or_404(request, pk)
    require(can_review(request.user, naming))
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            actions.record_follow_up(naming, **form.cleaned_data, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("跟踪情况已记录。"))
            return redirect(naming)
    return title_page(request, naming, follow_up_form=form)


@require_POST
def review_title(request, pk):
    naming = title_or_404(request, pk)
    require(can_review(request.user, naming))
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            review = actions.review_title(naming, **form.cleaned_data, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            proposed = review.state == Review.State.PROPOSED
            messages.success(request, _("撤销命名已提出，请另一位办领导复核。") if proposed else _("年度复核已记录，并已通知单位。"))
            return redirect(naming)
    return title_page(request, naming, review_form=form)


def review_or_404(request, pk):
    return get_object_or_404(Review.objects.visible_to(request.user).select_related("naming__application__organization"), pk=pk)


@require_POST
def answer_review(request, pk):
    review = review_or_404(request, pk)
    require(can_answer_review(request.user, review.naming))
    form = AnswerReviewForm(request.POST)
    if form.is_valid():
        try:
            actions.answer_review(review, form.cleaned_data["answer"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("整改情况已报告，%(office)s核实后办结。") % {"office": review.naming.place.track.campaign.office_name})
        return redirect(review)
    return title_page(request, title_or_404(request, review.naming_id), answer_form=form)


@require_POST
def close_review(request, pk):
    review = review_or_404(request, pk)
    require(can_review(request.user, review.naming))
    form = SettlementForm(request.POST)
    if form.is_valid():
        try:
            actions.close_review(review, form.cleaned_data["settlement"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("整改已办结，并已通知单位。"))
        return redirect(review)
    return title_page(request, title_or_404(request, review.naming_id), close_form=form)


@require_POST
def confirm_withdrawal(request, pk):
    review = review_or_404(request, pk)
    require(can_decide_withdrawal(request.user, review.naming))
    try:
        naming = actions.confirm_withdrawal(review, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("%(unit)s的命名已撤销，公开页面上标明“已撤销”。") % {"unit": naming.application.organization})
    return redirect(review)


@require_POST
def refuse_withdrawal(request, pk):
    review = review_or_404(request, pk)
    require(can_decide_withdrawal(request.user, review.naming))
    form = SettlementForm(request.POST, prefix="refuse")
    if form.is_valid():
        try:
            actions.refuse_withdrawal(review, form.cleaned_data["settlement"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _("没有同意撤销，命名保留。"))
        return redirect(review)
    return title_page(request, title_or_404(request, review.naming_id), refuse_form=form)


@require_POST
def recommendation_file(request, pk):
    """Everything about a recommended unit in one archive, made behind the page."""
    naming = title_or_404(request, pk)
    require(can_export(request.user, naming.place.track.campaign))
    if not hasattr(naming, "recommendation"):
        raise Http404
    name = _("%(unit)s推荐材料") % {"unit": naming.application.organization}
    job = jobs.start("results.recommendation_file", name, by=request.user, at=timezone.now(), recommendation=naming.recommendation.pk)
    return redirect(job)


@require_GET
def yearly_bonus(request):
    """What each title is worth in the yearly assessment."""
    campaign = campaign_for(request)
    require(can_see_results(request.user, campaign))
    rows = rules.yearly_bonus(campaign) if campaign else []
    context = {
        "campaign": campaign, "rows": rows, "tracks": list(campaign.tracks.all()) if campaign else [],
        "counting": sum(bool(row.points) for row in rows), "may_change": can_change_settings(request.user, campaign),
    }
    return render(request, "results/yearly_bonus.html", context)
