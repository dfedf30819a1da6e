"""What the unit's own people see: start, the list of items, one item at a time, submit, receipt."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from applications import actions, presence, rules, uploads
from applications.forms import AnswerForm, DueForm, FileForm, LinkForm, PairForm, PasteForm, SignedFormForm, SubmitForm
from applications.models import Application, latest_checks
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
    parts, is_own = rules.progress(application), can_edit(request.user, application)
    changes, remarks = rules.changes_for(application, own=is_own), rules.remarks(application)
    for response in parts.responses:
        response.change = changes.get(response.item.code)
        said = remarks.get(response.pk, [])
        response.remarks_now = [remark for remark in said if remark.of.answered_at is None]
        response.remarks_before = [remark for remark in said if remark.of.answered_at is not None]
        response.was_returned = bool(said)
    if is_own and application.is_editable:
        busy = presence.at_work_on(application, besides=request.user)
        for response in parts.responses:
            response.editors = busy.get(response.pk, [])
    return {
        "now": now, "application": application, "progress": parts, "returned": returned, "changes": changes, "correction": rules.correction(parts, changes),
        "changes_count": sum(change.count for change in changes.values()),
        "open_items": rules.open_items(application), "is_own": is_own,
        "deadline": returned.due_at if returned and returned.due_at else rules.filing_deadline(application.campaign, application.organization, now),
    }


def only_changed(request, context):
    """`?only=changed`: the lists show the items that were changed, and nothing else. Without changes there is nothing to leave out."""
    context["only_changed"] = request.GET.get("only") == "changed" and bool(context["changes"])
    if context["only_changed"]:
        for category in context["progress"].categories:
            category.responses = [response for response in category.responses if response.change]
        context["progress"].categories = [category for category in context["progress"].categories if category.responses]


def detail(request, pk):
    application = find(request, pk)
    context = around(request, application, timezone.now())
    only_changed(request, context)
    if not context["is_own"]:
        with_evidence(context["progress"], application)
    return render(request, "applications/detail.html", context | {
        "revised_open": sum(one.is_open for one in rules.revised(application)), "was_revised": application.revised_items.exists(),
        "submissions": application.submissions.select_related("submitted_by"),
        "latest": application.latest_submission, "paper_version": None if context["is_own"] and application.is_editable else application.latest_submission,
        "returns": application.returns.select_related("returned_by__organization", "answered_by").prefetch_related("items__response__item__category"),
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
    related = ("evidence__blob", "evidence__checkpoint", "evidence__added_by", "evidence__findings", latest_checks("evidence__checks"))
    for response in application.responses.prefetch_related(*related):
        found[response.pk] = [proof for proof in response.evidence.all() if proof.removed_at is None]
    return found


def with_evidence(parts, application):
    """The responses of a progress, each with its `proofs` and, where the item sets a limit, its `pair_rows`."""
    evidence = evidence_by_response(application)
    for response in parts.responses:
        response.proofs = evidence[response.pk]
        response.pair_rows = rules.pair_rows(response)
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
    for fact in ("state", "change", "remarks_now", "remarks_before", "editors", "assignee", "done_by"):
        setattr(response, fact, getattr(order[place], fact, None))
    is_open = response.item_id in context["open_items"] and context["is_own"]
    evidence = list(response.evidence.select_related("blob", "checkpoint", "added_by").prefetch_related("findings", latest_checks()))
    pair_limit = rules.interpretation_limit(response.item)
    present = [proof for proof in evidence if proof.removed_at is None]
    return context | {
        "revision": next((one for one in rules.revised(application) if one.code == response.item.code), None),
        "carried_links": any(proof.carried_from_id for proof in present),
        "carry_pair": next(((mine, old) for mine, old in rules.carry_pairs(application) if mine.pk == response.pk), None) if is_open and not response.is_touched else None,
        "response": response, "item": response.item, "is_open": is_open,
        "checkpoints": checkpoints, "methods": legend(application.campaign, "inspection_methods", response.item.methods),
        "kinds": legend(application.campaign, "evidence_kinds", response.item.evidence_kinds),
        "form": forms.get("form") or AnswerForm(instance=response, step=application.campaign.score_step),
        "file_form": forms.get("file_form") or FileForm(checkpoints=checkpoints),
        "link_form": forms.get("link_form") or LinkForm(checkpoints=checkpoints),
        "pair_limit": pair_limit, "pair_rows": rules.pair_rows(response),
        "pair_form": forms.get("pair_form") or (PairForm(response=response) if pair_limit else None),
        "paste_form": forms.get("paste_form") or (PasteForm() if pair_limit else None),
        "links": [proof for proof in present if proof.kind == "link"],
        "files": [proof for proof in present if proof.kind == "file"],
        "photos": [proof for proof in present if proof.kind == "photo"],
        "removed": [proof for proof in evidence if proof.removed_at is not None][-10:],
        "previous": order[place - 1] if place else None, "next": order[place + 1] if place + 1 < len(order) else None,
        "place": place + 1, "reusable": rules.reusable_files(response).count() if is_open else 0,
        "limit": uploads.megabytes(settings.EVIDENCE_MAX_FILE), "stored": None, "is_unsaved": False, "problems": forms.get("problems", []), "lacking": [],
        "text_warnings": rules.typed_warnings(response, timezone.localdate(now)), "may_decide": context["is_own"],
    }


def legend(campaign, key, codes):
    names = campaign.legend.get(key, {})
    return [names.get(code, code) for code in codes]


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
    status, stored, saved, lacking = 422, None, False, []
    if form.is_valid():
        try:
            saved = save_typed(request, response, form, now)
        except actions.Stale as stale:
            saved, status, stored = False, 409, stale.stored
        if saved and wish == "done":
            lacking = finish(request, response, form, now)
        if saved and not lacking:
            if wish == "save":
                messages.success(request, _("已保存。"))
            return redirect(following(request, find_response(request, pk, code), wish))
    shown = form.instance = find_response(request, pk, code)
    if saved or stored is not None:
        form.data = form.data.copy()
        form.data["version"] = shown.version
    context = item_context(request, shown, form=form) | {"stored": stored, "is_unsaved": not saved, "lacking": lacking}
    return render(request, "applications/item.html", context, status=status)


def finish(request, response, form, now):
    """What the item lacks, each at its field as well; nothing when it is done."""
    try:
        actions.mark_done(response, by=request.user, at=now)
    except NotAllowed as refusal:
        for problem in refusal.problems:
            if (field := problem.url.removeprefix("#id_")) in form.fields:
                form.add_error(field, str(problem))
        return refusal.problems
    warn_of_typed(request, response, now)
    return []


def warn_of_typed(request, response, now):
    """What looks like personal data in a text that was just marked done; the next page says so."""
    for warning in rules.typed_warnings(find_response(request, response.application_id, response.item.code), timezone.localdate(now)):
        messages.warning(request, _("%(item)s：%(warning)s") % {"item": response.item, "warning": warning})


def following(request, response, wish):
    """The address where a saved item goes on. A colleague's share comes after one's own and what nobody was given."""
    order = rules.progress(response.application).responses
    place = next(place for place, other in enumerate(order) if other.pk == response.pk)
    if wish == "previous" and place:
        return order[place - 1].get_absolute_url()
    if wish in ("done", "later"):
        wanted = rules.open_items(response.application)
        left = [other for other in order[place + 1:] + order[:place] if other.item_id in wanted and other.state != "done"]
        if not left:
            return reverse("applications:submit", args=[response.application_id])
        own = [other for other in left if other.assignee_id in (None, request.user.pk)]
        return ((own or left)[0] if wish == "done" else order[(place + 1) % len(order)]).get_absolute_url()
    return response.get_absolute_url()


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
    only_changed(request, context)
    with_evidence(context["progress"], application)
    context["warnings"] = rules.sensitive_warnings(application, timezone.localdate(received_at))
    context["late_pairs"] = rules.late_pair_warnings(application)
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
    return render(request, "applications/receipt.html", around(request, application, timezone.now()) | {
        "submission": submission, "files": files,
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
