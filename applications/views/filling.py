"""What the unit's own people see: start, the list of items, one item at a time, submit, receipt."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from applications import actions, rules, uploads
from applications.forms import AnswerForm, DueForm, FileForm, LinkForm, SignedFormForm, SubmitForm
from applications.models import Application, ReturnedItem
from applications.permissions import can_edit, can_recommend, can_review, can_send, can_start
from applications.views._common import find, find_response, refusals_as_messages, say, version_shown
from applications.views.papers import paper_context
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed


def start(request):
    """Who has an application goes to it; who has none is told what will be asked, and begins."""
    campaign, organization = campaign_for(request), request.user.organization
    require(organization is not None and can_start(request.user, organization))
    if campaign is None:
        return render(request, "applications/start.html", {"problems": []})
    existing = Application.objects.visible_to(request.user).of_campaign(campaign).filter(organization=organization).first()
    if existing:
        return redirect(existing)
    now = timezone.now()
    problems = rules.start_problems(organization, campaign, now)
    earlier = rules.earlier_application(organization, campaign)
    if request.method == "POST":
        try:
            application = actions.start(organization, campaign, by=request.user, at=now)
            if "carry" in request.POST and rules.carry_pairs(application):
                actions.carry_over(application, by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("申报已经开始。逐项填写，每一项都可以随时保存、随时离开。"))
            return redirect(rules.progress(application).first)
    return render(request, "applications/start.html", {
        "organization": organization, "track": rules.track_of(organization, campaign), "problems": problems, "earlier": earlier,
        "deadline": rules.filing_deadline(campaign, organization, now), "phase": campaign.phases.that_open("submit").first(),
        "cutoff_by_county": rules.is_below_county(organization),
    })


def around(request, application, now):
    """What stands around every page of an application: progress, deadline, whether it still has to be sent."""
    returned = rules.open_return(application) if application.is_editable else None
    parts = rules.progress(application)
    return {
        "application": application, "progress": parts, "returned": returned,
        "open_items": rules.open_items(application), "is_own": can_edit(request.user, application),
        "deadline": returned.due_at if returned and returned.due_at else rules.filing_deadline(application.campaign, application.organization, now),
    }


def detail(request, pk):
    application = find(request, pk)
    context = around(request, application, timezone.now())
    if not context["is_own"]:
        with_evidence(context["progress"], application)
    return render(request, "applications/detail.html", context | {
        "submissions": application.submissions.select_related("submitted_by"),
        "latest": application.latest_submission, "paper_version": None if context["is_own"] and application.is_editable else application.latest_submission,
        "returns": application.returns.select_related("returned_by__organization").prefetch_related("items__response__item__category"),
        "can_send": can_send(request.user, application),
        "can_take_back": can_send(request.user, application) and not rules.take_back_problems(application),
        "can_withdraw": can_send(request.user, application) and not rules.withdrawal_problems(application),
        "can_check": can_recommend(request.user, application) and application.status == Application.Status.WITH_COUNTY,
        "can_review": can_review(request.user, application),
        "carry_pairs": rules.carry_pairs(application) if context["is_own"] else [], "earlier": rules.earlier_application(application.organization, application.campaign),
        "due_form": DueForm(application=application) if can_review(request.user, application) and application.status == Application.Status.RETURNED else None,
    })


def evidence_by_response(application):
    """{key of a response: its present evidence}, in one query."""
    found = {}
    for response in application.responses.prefetch_related("evidence__blob", "evidence__checkpoint", "evidence__added_by"):
        found[response.pk] = [proof for proof in response.evidence.all() if proof.removed_at is None]
    return found


def with_evidence(parts, application):
    """The responses of a progress, each with its `proofs`."""
    evidence = evidence_by_response(application)
    for response in parts.responses:
        response.proofs = evidence[response.pk]
    return parts


# One item at a time


def item_context(request, response, **forms):
    """Everything the item page and its pieces show."""
    application = response.application
    now = timezone.now()
    context = around(request, application, now)
    checkpoints = response.item.checkpoints.filter(tracks=application.track)
    order = context["progress"].responses
    place = next(place for place, other in enumerate(order) if other.pk == response.pk)
    response.state, response.remark = order[place].state, order[place].remark
    is_open = response.item_id in context["open_items"] and context["is_own"]
    evidence = list(response.evidence.select_related("blob", "checkpoint", "added_by"))
    present = [proof for proof in evidence if proof.removed_at is None]
    remark = (
        ReturnedItem.objects.filter(response=response, of__answered_at=None).select_related("of__returned_by__organization").first()
        if context["returned"] else None
    )
    return context | {
        "carried_links": any(proof.carried_from_id for proof in present),
        "carry_pair": next(((mine, old) for mine, old in rules.carry_pairs(application) if mine.pk == response.pk), None) if is_open and not response.is_touched else None,
        "response": response, "item": response.item, "is_open": is_open,
        "checkpoints": checkpoints, "methods": legend(application.campaign, "inspection_methods", response.item.methods),
        "kinds": legend(application.campaign, "evidence_kinds", response.item.evidence_kinds),
        "form": forms.get("form") or AnswerForm(instance=response, step=application.campaign.score_step),
        "file_form": forms.get("file_form") or FileForm(checkpoints=checkpoints),
        "link_form": forms.get("link_form") or LinkForm(checkpoints=checkpoints),
        "links": [proof for proof in present if proof.kind == "link"],
        "files": [proof for proof in present if proof.kind == "file"],
        "photos": [proof for proof in present if proof.kind == "photo"],
        "removed": [proof for proof in evidence if proof.removed_at is not None][-10:],
        "previous": order[place - 1] if place else None, "next": order[place + 1] if place + 1 < len(order) else None,
        "place": place + 1, "remark": remark, "change": change_since_return(response, remark),
        "limit": uploads.megabytes(settings.EVIDENCE_MAX_FILE), "stored": None, "is_unsaved": False, "problems": forms.get("problems", []),
    }


def legend(campaign, key, codes):
    names = campaign.legend.get(key, {})
    return [names.get(code, code) for code in codes]


def change_since_return(response, remark):
    """The unit's own change since the version that was returned, or nothing."""
    if remark is None:
        return None
    last = response.application.latest_submission
    before = next((item for item in (last.snapshot["items"] if last else []) if item["code"] == response.item.code), None)
    if before is None or before["narrative"] == response.narrative:
        return None
    return before["narrative"], response.narrative


def typed(request, response):
    return AnswerForm(request.POST, instance=response, step=response.application.campaign.score_step)


def save_typed(request, response, form, now):
    """One call into the action; a refusal is shown at its field. Returns whether it was saved."""
    try:
        actions.save_response(
            response, base_version=form.cleaned_data["version"], verdict=form.cleaned_data["self_verdict"], score=form.cleaned_data["self_score"],
            narrative=form.cleaned_data["narrative"], by=request.user, at=now,
        )
    except NotAllowed as refusal:
        put_into(form, refusal)
        return False
    return True


def put_into(form, refusal):
    for problem in refusal.problems:
        field = problem.url.removeprefix("#id_")
        form.add_error(field if field in form.fields else None, str(problem))


def item(request, pk, code):
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    if request.method != "POST":
        return render(request, "applications/item.html", item_context(request, response))
    now = timezone.now()
    form = typed(request, response)
    wish = request.POST.get("action", "save")
    status, stored, saved = 422, None, False
    if form.is_valid():
        try:
            saved = save_typed(request, response, form, now)
        except actions.Stale as stale:
            saved, status, stored = False, 409, stale.stored
        went_on = saved and (wish != "done" or finish(request, response, form, now))
        if went_on:
            return answered(request, find_response(request, pk, code), wish)
    if request.htmx:
        return render(request, "applications/_save_state.html", {"form": form, "stored": stored}, status=status)
    shown = find_response(request, pk, code)
    if stored is not None:
        form.data = form.data.copy()
        form.data["version"] = stored.version
    return render(request, "applications/item.html", item_context(request, shown, form=form) | {"stored": stored, "is_unsaved": not saved}, status=status)


def finish(request, response, form, now):
    try:
        actions.mark_done(response, by=request.user, at=now)
    except NotAllowed as refusal:
        put_into(form, refusal)
        return False
    return True


def answered(request, response, wish):
    """Where a saved item goes on: nowhere for a quiet save, else to the item that was asked for."""
    if request.htmx:
        return render(request, "applications/_save_state.html", {"response": response})
    order = rules.progress(response.application).responses
    place = next(place for place, other in enumerate(order) if other.pk == response.pk)
    if wish == "previous" and place:
        return redirect(order[place - 1])
    if wish in ("done", "later"):
        wanted = rules.open_items(response.application)
        following = [other for other in order[place + 1:] + order[:place] if other.item_id in wanted and other.state != "done"]
        if following:
            return redirect(following[0] if wish == "done" else order[(place + 1) % len(order)])
        return redirect("applications:submit", response.application_id)
    if wish != "previous":
        messages.success(request, _("已保存。"))
    return redirect(response)


# Sending


def submit(request, pk):
    received_at = timezone.now()
    application = find(request, pk)
    require(can_send(request.user, application))
    if not application.is_editable:
        return stale_or_sent(request, application)
    contact = {"contact_name": application.contact_name or request.user.name, "contact_phone": application.contact_phone or request.user.phone}
    form = SubmitForm(request.POST or None, application=application, initial=contact)
    problems = rules.submission_problems(application, received_at)
    if request.method == "POST" and form.is_valid():
        try:
            submission = actions.submit(
                application, by=request.user, at=timezone.now(), received_at=received_at, version=form.cleaned_data["version"],
                contact_name=form.cleaned_data["contact_name"], contact_phone=form.cleaned_data["contact_phone"],
            )
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            return redirect(submission)
    context = around(request, application, received_at)
    with_evidence(context["progress"], application)
    context |= paper_context(application)
    return render(request, "applications/submit.html", context | {"form": form, "problems": problems}, status=422 if request.method == "POST" else 200)


def stale_or_sent(request, application):
    """There is nothing to send: say who did what, and show the receipt or the application."""
    if request.method == "POST":
        problems = rules.stale_problems(application, version_shown(request)) or rules.submission_problems(application, timezone.now())
        say(request, NotAllowed(problems))
    else:
        messages.info(request, _("申报现在是“%(status)s”，没有需要提交的内容。") % {"status": application.get_status_display()})
    return redirect(application)


def receipt(request, pk, number):
    application = find(request, pk)
    submission = get_object_or_404(application.submissions.select_related("submitted_by"), number=number)
    files = [(item, proof) for item in submission.snapshot["items"] for proof in item.get("evidence", []) if proof["sha256"]]
    phases = application.campaign.phases.all()
    return render(request, "applications/receipt.html", {
        "application": application, "submission": submission, "files": files, "is_own": can_edit(request.user, application),
        "signed_form": SignedFormForm(), "may_upload_scan": can_edit(request.user, application) and not application.is_editable
        and submission == application.latest_submission and not rules.upload_scan_problems(application, submission.checksum),
        "next_phases": [phase for phase in phases if phase.opens != "submit"],
        "links": sum(proof["kind"] == "link" for item in submission.snapshot["items"] for proof in item.get("evidence", [])),
    })


@require_POST
@refusals_as_messages
def take_back(request, pk):
    application = find(request, pk)
    require(can_send(request.user, application))
    return (
        lambda: actions.take_back(application, by=request.user, at=timezone.now(), version=version_shown(request)),
        redirect(application), _("已取回，可以继续修改；改好后要重新提交。"),
    )


@require_POST
@refusals_as_messages
def withdraw(request, pk):
    application = find(request, pk)
    require(can_send(request.user, application))
    return (
        lambda: actions.withdraw(application, by=request.user, at=timezone.now(), version=version_shown(request)),
        redirect(application), _("申报已撤回。"),
    )
