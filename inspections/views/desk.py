"""The review workbench: the list of units, what one of them filed, and the score panel, on one screen."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import require
from applications import actions as application_actions
from applications import rules as filing_rules
from applications.models import Application, Evidence, ItemResponse, Likeness, Return, latest_checks
from applications.permissions import can_review
from applications.rules import frozen_pair_rows
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed
from inspections import actions, rules
from inspections.forms import (
    AgreeDeskForm,
    CollectReturnForm,
    DeclineForm,
    DeskScoreForm,
    GuidanceNoteForm,
    RefuseExemptionForm,
    RequireRectificationForm,
    SendReturnForm,
)
from inspections.forms.guidance import end_of
from inspections.listing import alike_count, review_states, reviewable, reviewed
from inspections.models import AgreedScore, DeskReview, Rectification, Score, Stage
from inspections.permissions import can_agree_desk, can_guide, can_read_reviews, can_score_desk, can_see_scores_of
from inspections.rules import desk as desk_rules
from standards.models import Item

PAGE = 50
PHRASES = [gettext_lazy("请补充佐证。"), gettext_lazy("链接无法打开。"), gettext_lazy("时间不在考评期内。"), gettext_lazy("与指标要求不对应。")]
LIST_KEYS = ("track", "county", "state", "q", "page", "only")


# The list


def of_mine(user, value):
    scores = Score.objects.filter(application=OuterRef("pk"), stage=Stage.DESK, scorer=user).order_by().values("application")
    return Subquery(scores.annotate(value=value).values("value"))


def review_listing(request, campaign):
    """The left pane: the filtered page of units and the filters themselves, from the address."""
    user, chosen = request.user, request.GET
    counties = campaign.counties
    units = reviewed(campaign, chosen, user)[0].select_related("organization__county", "track")
    items = ItemResponse.objects.filter(application=OuterRef("pk"), exempted_at=None).order_by().values("application")
    units = units.annotate(
        last_at=Max("submissions__submitted_at"),
        items_total=Subquery(items.annotate(value=Count("pk")).values("value")),
        items_scored=Coalesce(of_mine(user, Count("pk")), 0),
        my_points=of_mine(user, Sum("points")),
        alike=alike_count("response") + alike_count("other"),
        was_returned=Exists(Return.objects.filter(application=OuterRef("pk"), level=Return.Level.OFFICE)),
        is_finished=Exists(DeskReview.objects.filter(application=OuterRef("pk"), scorer=user, finished_at__isnull=False)),
    ).order_by("-last_at", "pk")
    paginator = Paginator(units, PAGE)
    page = paginator.get_page(chosen.get("page"))
    keys = chosen.copy()
    for key in list(keys):
        if key not in LIST_KEYS:
            del keys[key]
    return {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "list_query": keys.urlencode(),
        "tracks": campaign.tracks.all(),
        "counties": counties,
        "states": [(key, label) for key, (label, condition) in review_states(user).items()],
        "chosen": {key: chosen.get(key, "") for key in LIST_KEYS},
    }


@require_GET
def review_list(request):
    campaign = campaign_for(request)
    require(can_read_reviews(request.user, campaign))
    listing = review_listing(request, campaign) if campaign else {}
    return render(request, "inspections/review_list.html", {"campaign": campaign, **listing})


# One unit


def opened(request, pk):
    applications = reviewable(request.user).select_related("campaign", "track", "organization__county")
    application = get_object_or_404(applications, pk=pk)
    require(can_read_reviews(request.user, application.campaign))
    return application


def answer_of(application, code):
    return get_object_or_404(application.responses.select_related("item__category"), item__code=code)


def basket(request, application):
    """{item code: remark}: what this person is about to return, kept until it is sent."""
    return request.session.get("returning", {}).get(str(application.pk), {})


def keep_basket(request, application, reasons):
    request.session["returning"] = request.session.get("returning", {}) | {str(application.pk): reasons}


@require_GET
def review(request, pk):
    return workbench(request, opened(request, pk), request.GET.get("item"))


def workbench(request, application, code=None, status=200, **forms):
    """The whole screen. `forms` are bound ones whose errors and typed text must be shown."""
    user, campaign = request.user, application.campaign
    responses = list(application.responses.select_related("item__category", "exempted_by").in_order())
    old, latest = filing_rules.versions(application)
    frozen, changes = desk_rules.answers(latest), filing_rules.changes_between(old, latest)
    reviews = list(application.desk_reviews.select_related("scorer"))
    finished = desk_rules.reviews_are_finished(application, reviews)
    mine = next((review for review in reviews if review.scorer_id == user.pk), None)
    seen = [review for review in reviews if can_see_scores_of(user, review, finished, campaign)]
    scores = {}
    for score in Score.objects.filter(application=application, stage=Stage.DESK, scorer__in=[review.scorer_id for review in seen]):
        scores.setdefault(score.item_id, {})[score.scorer_id] = score
    agreed = {row.item_id: row for row in AgreedScore.objects.filter(application=application, stage=Stage.DESK)} if finished or not mine else {}
    chosen = next((response for response in responses if response.item.code == code), None)
    if code and chosen is None:
        raise Http404
    only_changed = request.GET.get("only") == "changed" and bool(changes)
    walked = [response for response in responses if not only_changed or response.item.code in changes]
    chosen = chosen or (walked or responses)[0]
    listing = review_listing(request, campaign)
    cells = [
        map_cell(response, user, scores.get(response.item_id, {}), agreed.get(response.item_id), reviews if finished else [], changes, campaign)
        for response in walked
    ]
    place = next((n for n, response in enumerate(walked) if response.pk == chosen.pk), None)
    can_score = can_score_desk(user, application)
    score_problems = desk_rules.desk_start_problems(application, user) if can_score else []
    own_score = scores.get(chosen.item_id, {}).get(user.pk)
    standing = bool(mine and mine.finished_at and own_score)
    submitted = frozen.get(chosen.item.code, {})
    evidence_ids = [entry["id"] for entry in submitted.get("evidence", [])]
    evidence = list(
        Evidence.objects.filter(pk__in=evidence_ids, response=chosen).select_related("blob", "checkpoint")
        .prefetch_related("findings__decided_by", latest_checks())
    )
    checks_then = {entry["id"]: entry.get("check") for entry in submitted.get("evidence", [])}
    returning = basket(request, application)
    change, likenesses = changes.get(chosen.item.code), likenesses_of(application)
    remarks = list(chosen.returned.select_related("of__returned_by__organization", "of__answered_by").order_by("-of__returned_at"))
    context = {
        **listing,
        "application": application,
        "campaign": campaign,
        "latest": latest,
        "chosen_response": chosen,
        "item": chosen.item,
        "checkpoints": chosen.item.checkpoints.filter(tracks=application.track_id),
        "answer": frozen.get(chosen.item.code),
        "verdict": dict(ItemResponse.Verdict.choices).get(frozen.get(chosen.item.code, {}).get("verdict")),
        "change": change,
        "changes_count": sum(change.count for change in changes.values()),
        "only_changed": only_changed,
        "evidence": evidence,
        "link_checks": [(proof, checks_then[proof.pk]) for proof in evidence if proof.kind == Evidence.Kind.LINK],
        "pair_rows": frozen_pair_rows(submitted),
        "added_ids": [entry["id"] for entry in change.added] if change else [],
        "replaced": {entry["id"]: before for before, entry in change.replaced} if change else {},
        "remarks_now": remarks[:1], "remarks_before": remarks[1:],
        "was_returned": any(old and remark.of.returned_at >= old.submitted_at for remark in remarks),
        "likenesses": [row for row in likenesses if row.near.pk == chosen.pk],
        "alike_codes": [response.item.code for response in responses if response.pk in {row.near.pk for row in likenesses if not row.dismissed_at}],
        "returning_items": [(response.item, returning[response.item.code]) for response in responses if response.item.code in returning],
        "map": grouped(cells),
        "items_count": len(responses),
        "before": walked[place - 1] if place else None,
        "after": walked[place + 1] if place is not None and place + 1 < len(walked) else None,
        "next_unit": next_unit(listing["page"], application),
        "reviews": [
            {
                "review": review,
                "score": scores.get(chosen.item_id, {}).get(review.scorer_id),
                "shown": review in seen,
                "is_mine": review.scorer_id == user.pk,
                "total": desk_rules.total(found[review.scorer_id].points for found in scores.values() if review.scorer_id in found),
            }
            for review in reviews
        ],
        "mine": mine,
        "own_score": own_score,
        "scored": sum(user.pk in found for found in scores.values()),
        "to_score": sum(response.exempted_at is None for response in responses),
        "can_score": can_score and not score_problems and chosen.exempted_at is None and not standing,
        "score_problems": score_problems,
        "standing": standing,
        "is_finished": finished,
        "agreed": agreed.get(chosen.item_id),
        "has_gap": any(cell["response"].pk == chosen.pk and cell["gap"] for cell in cells),
        "can_agree": finished and chosen.exempted_at is None and not application.held_at and can_agree_desk(user, application),
        "can_review": can_review(user, application),
        "can_guide": can_guide(user, application) and application.is_received and not application.held_at,
        "is_submitted": application.status == Application.Status.SUBMITTED,
        "can_return": can_review(user, application) and application.status == Application.Status.SUBMITTED and not application.sealed_at,
        "asks_exemption": chosen.self_verdict == ItemResponse.Verdict.NOT_APPLICABLE and application.is_received,
        "returning": returning,
        "phrases": PHRASES,
        "notes_count": application.guidance_notes.count(),
        "tasks": Rectification.objects.filter(application=application, item=chosen.item),
        **panel_forms(request, application, chosen, own_score, agreed.get(chosen.item_id)),
        **forms,
    }
    answer = render(request, "inspections/review.html", context, status=status)
    if request.htmx and request.method == "GET":
        answer["HX-Push-Url"] = request.get_full_path()  # after a save the browser's address is that of the item it shows
    return answer


def likenesses_of(application):
    """What of this application stands elsewhere as well: each row knows its `near` answer and the `far` one."""
    rows = list(Likeness.objects.to_tell_of(application).with_both())
    for row in rows:
        row.near, row.far = (row.response, row.other) if row.response.application_id == application.pk else (row.other, row.response)
    return rows


def map_cell(response, user, given, agreed, reviews, changes, campaign):
    """One cell of the strip: what stands for the item as far as this person may see it."""
    points, gap = None, False
    if agreed:
        points = agreed.points
    elif reviews:
        points, problem = desk_rules.desk_result(desk_rules.finished_points(reviews, given), None, campaign, response.maximum)
        gap = bool(problem) and response.exempted_at is None
    elif user.pk in given:
        points = given[user.pk].points
    own = given.get(user.pk)
    return {
        "response": response,
        "points": points,
        "rate": 100 * points / response.maximum if points is not None else None,
        "gap": gap,
        "abstained": bool(own and own.abstained and points is None),
        "exempted": response.exempted_at is not None,
        "changed": response.item.code in changes,
    }


def grouped(cells):
    """The strip by category, in order."""
    groups = []
    for cell in cells:
        category = cell["response"].item.category
        if not groups or groups[-1]["category"] != category:
            groups.append({"category": category, "cells": []})
        groups[-1]["cells"].append(cell)
    return groups


def next_unit(page, application):
    """The unit after this one in the list as it is filtered."""
    rows = list(page)
    place = next((n for n, row in enumerate(rows) if row.pk == application.pk), None)
    return rows[place + 1] if place is not None and place + 1 < len(rows) else None


def panel_forms(request, application, response, score, agreed):
    """Fresh forms of the panel, filled with what is stored."""
    step = {"maximum": response.maximum, "step": application.campaign.score_step}
    points = None if score is None else "abstain" if score.abstained else score.points
    items = Item.objects.filter(responses__application=application, responses__removed_at=None).select_related("category").order_by("category__order", "order")
    return {
        "score_form": DeskScoreForm(
            initial={"points": points, "reason": score.reason if score else "", "version": score.version if score else 0}, **step
        ),
        "agree_form": AgreeDeskForm(
            initial={
                "points": agreed.points if agreed else None,
                "reason": agreed.reason if agreed else "",
                "base": agreed.agreed_at.isoformat() if agreed else "",
            },
            **step,
        ),
        "collect_form": CollectReturnForm(initial={"reason": basket(request, application).get(response.item.code, "")}),
        "send_form": SendReturnForm(),
        "decline_form": DeclineForm(),
        "refuse_form": RefuseExemptionForm(),
        "note_form": GuidanceNoteForm(items=items, initial={"item": response.item}),
        "task_form": RequireRectificationForm(items=items, initial={"item": response.item}),
    }


def to_item(request, application, code=""):
    """Back to the workbench on an item, the list's filters kept."""
    keys = request.GET.copy()
    keys["item"] = code
    if not code:
        del keys["item"]
    address = reverse("inspections:review", args=[application.pk])
    return redirect(f"{address}?{keys.urlencode()}" if keys else address)


def refused(form, refusal):
    """Each problem of a refused action, on the form that keeps what was typed."""
    for problem in refusal.problems:
        form.add_error(None, str(problem))


def refreshed(form, **values):
    """A bound form that keeps what was typed but carries the newest version, so that it can be sent again knowingly."""
    form.data = form.data.copy()
    form.data.update({name: str(value) for name, value in values.items()})


@require_POST
def desk_score(request, pk, code):
    application = opened(request, pk)
    require(can_score_desk(request.user, application))
    response = answer_of(application, code)
    form = DeskScoreForm(request.POST, maximum=response.maximum, step=application.campaign.score_step)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.record_desk_score(
                application, response.item, scorer=request.user, points=data["points"], abstained=data["abstained"], reason=data["reason"],
                base_version=data["version"], by=request.user, at=timezone.now(),
            )
        except rules.Stale as refusal:
            refused(form, refusal)
            stored = Score.objects.get(application=application, stage=Stage.DESK, item=response.item, scorer=request.user)
            refreshed(form, version=stored.version)
            status = 409
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("%(item)s 的评分已保存。") % {"item": response.item})
            return to_item(request, application, request.POST.get("next") or code)
    return workbench(request, application, code, status=status, score_form=form)


@require_POST
def finish_desk(request, pk):
    application = opened(request, pk)
    require(can_score_desk(request.user, application))
    try:
        actions.finish_desk_review(application, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return workbench(request, application, request.GET.get("item"), status=422, problems=refusal.problems)
    messages.success(request, _("%(unit)s的材料审核评分已完成。") % {"unit": application.organization})
    return to_item(request, application, request.GET.get("item", ""))


@require_POST
def agree_desk(request, pk, code):
    application = opened(request, pk)
    require(can_agree_desk(request.user, application))
    response = answer_of(application, code)
    form = AgreeDeskForm(request.POST, maximum=response.maximum, step=application.campaign.score_step)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.agree_desk_score(
                application, response.item, points=data["points"], reason=data["reason"], base=data["base"], by=request.user, at=timezone.now()
            )
        except rules.Stale as refusal:
            refused(form, refusal)
            refreshed(form, base=AgreedScore.objects.get(application=application, stage=Stage.DESK, item=response.item).agreed_at.isoformat())
            status = 409
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("%(item)s 的商定得分已记录。") % {"item": response.item})
            return to_item(request, application, code)
    return workbench(request, application, code, status=status, agree_form=form)


# Decisions about the application


def decided(request, pk):
    application = opened(request, pk)
    require(can_review(request.user, application))
    return application


def page_version(request):
    """The state of the application the page was made from; what is not a number promises nothing."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


@require_POST
def collect_return(request, pk, code):
    """Put one item with its remark among those to be returned, or take it out again."""
    application = decided(request, pk)
    response = answer_of(application, code)
    reasons = dict(basket(request, application))
    form = CollectReturnForm(request.POST)
    if "remove" in request.POST:
        reasons.pop(code, None)
        messages.success(request, _("%(item)s 不再退回。") % {"item": response.item})
    elif form.is_valid():
        reasons[code] = form.cleaned_data["reason"]
        messages.success(request, _("%(item)s 已列入退回项，写明期限后一并发出。") % {"item": response.item})
    else:
        return workbench(request, application, code, status=422, collect_form=form)
    keep_basket(request, application, reasons)
    return to_item(request, application, code)


@require_POST
def send_return(request, pk):
    application = decided(request, pk)
    form = SendReturnForm(request.POST)
    reasons = basket(request, application)
    if form.is_valid():
        keys = dict(application.responses.filter(item__code__in=reasons).values_list("item__code", "pk"))
        try:
            application_actions.return_items(
                application, {keys[code]: reason for code, reason in reasons.items() if code in keys}, form.cleaned_data["note"],
                end_of(form.cleaned_data["due_on"]), by=request.user, at=timezone.now(), version=page_version(request),
            )
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            keep_basket(request, application, {})
            messages.success(request, _("已退回 %(unit)s 补正，共 %(n)s 项。") % {"unit": application.organization, "n": len(reasons)})
            return to_item(request, application)
    return workbench(request, application, request.GET.get("item"), status=422, send_form=form)


@require_POST
def accept(request, pk):
    application = decided(request, pk)
    try:
        application_actions.accept(application, by=request.user, at=timezone.now(), version=page_version(request))
    except NotAllowed as refusal:
        return workbench(request, application, request.GET.get("item"), status=422, problems=refusal.problems)
    messages.success(request, _("已受理 %(unit)s 的申报。") % {"unit": application.organization})
    return to_item(request, application, request.GET.get("item", ""))


@require_POST
def decline(request, pk):
    application = decided(request, pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            application_actions.decline(
                application, form.cleaned_data["reason"], by=request.user, at=timezone.now(), version=page_version(request)
            )
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("已决定不予受理 %(unit)s 的申报。") % {"unit": application.organization})
            return to_item(request, application)
    return workbench(request, application, request.GET.get("item"), status=422, decline_form=form)


@require_POST
def approve_exemption(request, pk, code):
    application = decided(request, pk)
    response = answer_of(application, code)
    try:
        application_actions.approve_exemption(response, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return workbench(request, application, code, status=422, problems=refusal.problems)
    messages.success(request, _("已同意 %(item)s 不适用，不计入总分。") % {"item": response.item})
    return to_item(request, application, code)


@require_POST
def refuse_exemption(request, pk, code):
    application = decided(request, pk)
    response = answer_of(application, code)
    form = RefuseExemptionForm(request.POST)
    if form.is_valid():
        try:
            application_actions.refuse_exemption(response, form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("已告知 %(unit)s：%(item)s 须照常填报和评分。") % {"unit": application.organization, "item": response.item})
            return to_item(request, application, code)
    return workbench(request, application, code, status=422, refuse_form=form)
