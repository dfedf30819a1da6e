"""Notes to a unit and the board of rectification tasks; the office, the county and the unit see the same pages, each their own rows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role
from accounts.permissions import require
from applications import uploads
from applications.models import Application, Blob
from applications.rules import used_bytes
from campaigns.current import campaign_for
from campaigns.permissions import reads_all_of
from campaigns.rules import NotAllowed
from inspections import actions, rules
from inspections.forms import (
    AnswerRectificationForm,
    GuidanceNoteForm,
    RequireRectificationForm,
    SettleRectificationForm,
)
from inspections.forms.guidance import end_of, last_day_of
from inspections.listing import rectification_states, rectifications, rectifications_within
from inspections.models import Rectification, RectificationFile
from inspections.permissions import can_answer_rectification, can_guide
from inspections.rules import guidance as guidance_rules
from inspections.views.desk import refreshed, refused
from standards.models import Item

PAGE = 50


def visible(request, pk):
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related("campaign", "track", "organization__county"), pk=pk
    )


def items_of(application):
    return Item.objects.filter(responses__application=application, responses__removed_at=None).select_related("category").order_by("category__order", "order")


@require_http_methods(["GET", "POST"])
def guidance(request, pk):
    application = visible(request, pk)
    may_guide = can_guide(request.user, application)
    form, status = GuidanceNoteForm(request.POST or None, items=items_of(application), initial={"item": request.GET.get("item")}), 200
    if request.method == "POST":
        require(may_guide)
        status = 422
        if form.is_valid():
            try:
                actions.add_guidance_note(
                    application, form.cleaned_data["text"], item=form.cleaned_data["item"], by=request.user, at=timezone.now()
                )
            except NotAllowed as refusal:
                refused(form, refusal)
            else:
                messages.success(request, _("指导意见已发给 %(unit)s。") % {"unit": application.organization})
                return redirect("inspections:guidance", pk=application.pk)
    new = set(guidance_rules.new_notes(request.user, application.campaign).values_list("pk", flat=True))
    notes = list(application.guidance_notes.select_related("item", "noted_by"))
    actions.read_guidance(notes, by=request.user, at=timezone.now())
    return render(
        request, "inspections/guidance.html",
        {
            "application": application,
            "campaign": application.campaign,
            "notes": [{"note": note, "is_new": note.pk in new} for note in notes],
            "tasks": application.rectifications.select_related("item"),
            "form": form,
            "can_guide": may_guide,
            "problems": rules.guidance_problems(application) if may_guide else [],
            "at": timezone.now(),
        },
        status=status,
    )


@require_GET
def rectification_list(request):
    user = request.user
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(user, campaign) or user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK))
    conditions = rectification_states(now)
    chosen = {key: request.GET.get(key, "") for key in ("state", "county", "q")}
    tasks = rectifications_within(campaign, request.GET, user)
    counts = tasks.order_by().aggregate(all=Count("pk"), **{key: Count("pk", filter=condition) for key, (label, condition) in conditions.items()})
    asked, _words = rectifications(campaign, request.GET, user, now)
    paginator = Paginator(asked.select_related("application__organization__county", "item", "raised_by"), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request, "inspections/rectification_list.html",
        {
            "campaign": campaign,
            "page": page,
            "pages": paginator.get_elided_page_range(page.number),
            "rows": [{"task": task, "is_overdue": task.is_overdue(now)} for task in page],
            "chips": [("", _("全部"), counts["all"])] + [(key, label, counts[key]) for key, (label, condition) in conditions.items()],
            "chosen": chosen,
            "counties": campaign.counties if campaign else [],
            "is_office": reads_all_of(user, campaign),
        },
    )


def task_of(request, pk):
    tasks = Rectification.objects.visible_to(request.user)
    return get_object_or_404(
        tasks.select_related("application__organization__county", "application__campaign", "item__category", "raised_by", "closed_by"), pk=pk
    )


@require_GET
def rectification(request, pk):
    return rectification_page(request, task_of(request, pk))


def rectification_page(request, task, status=200, **forms):
    now = timezone.now()
    may_answer = can_answer_rectification(request.user, task) and not guidance_rules.answer_problems(task, "…")
    may_settle = can_guide(request.user, task.application) and not guidance_rules.settle_problems(task)
    return render(
        request, "inspections/rectification.html",
        {
            "task": task,
            "campaign": task.application.campaign,
            "steps": task.steps.select_related("by").prefetch_related("files__blob"),
            "is_overdue": task.is_overdue(now),
            "may_answer": may_answer,
            "may_settle": may_settle,
            "answer_form": AnswerRectificationForm(initial={"version": task.version}),
            "settle_form": SettleRectificationForm(initial={"version": task.version, "due_on": last_day_of(task.due_at) if task.due_at > now else None}),
            **forms,
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
def require_rectification(request, pk):
    application = visible(request, pk)
    require(can_guide(request.user, application))
    items = items_of(application)
    chosen = items.filter(code=request.GET.get("item")).first()
    form, status = RequireRectificationForm(request.POST or None, items=items, initial={"item": chosen}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.require_rectification(
                    application, data["item"], data["problem"], end_of(data["due_on"]), by=request.user, at=timezone.now()
                )
            except NotAllowed as refusal:
                refused(form, refusal)
            else:
                messages.success(request, _("整改任务已下达给 %(unit)s。") % {"unit": application.organization})
                keys = request.GET.copy()
                keys["item"] = data["item"].code
                return redirect(f"{reverse('inspections:review', args=[application.pk])}?{keys.urlencode()}")
    return render(
        request, "inspections/require_rectification.html",
        {"application": application, "campaign": application.campaign, "form": form, "problems": rules.guidance_problems(application)},
        status=status,
    )


def taken(form, task):
    """The files of an answer, inspected and stored; a refused one becomes a sentence of the form."""
    used = used_bytes(task.application)
    used += Blob.objects.filter(pk__in=RectificationFile.objects.filter(step__rectification__application=task.application).values("blob")).aggregate(total=Sum("size"))["total"] or 0
    found = []
    for file in form.cleaned_data["files"]:
        try:
            one = uploads.take(file)
        except uploads.Refused as refusal:
            form.add_error("files", _("%(name)s：%(reason)s。") % {"name": uploads.clean_name(file.name), "reason": refusal})
            continue
        used += one.size
        found.append(one)
    if sentence := uploads.too_much(used, 0):
        form.add_error("files", sentence)
    return found


@require_POST
def answer_rectification(request, pk):
    task = task_of(request, pk)
    require(can_answer_rectification(request.user, task))
    form, status = AnswerRectificationForm(request.POST, request.FILES), 422
    if form.is_valid():
        files = taken(form, task)
    if form.is_valid():
        try:
            actions.answer_rectification(
                task, form.cleaned_data["text"], files, base_version=form.cleaned_data["version"], by=request.user, at=timezone.now()
            )
        except rules.Stale as refusal:
            refused(form, refusal)
            task.refresh_from_db()
            refreshed(form, version=task.version)
            status = 409
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("整改回复已提交，等待%(office)s核验。") % {"office": task.application.campaign.office_name})
            return redirect(task)
    return rectification_page(request, task, status=status, answer_form=form)


@require_POST
def settle_rectification(request, pk):
    task = task_of(request, pk)
    require(can_guide(request.user, task.application))
    sending_back = request.POST.get("decision") == "send_back"
    form, status = SettleRectificationForm(request.POST, sending_back=sending_back), 422
    if form.is_valid():
        data = form.cleaned_data
        told = {"base_version": data["version"], "by": request.user, "at": timezone.now()}
        try:
            if sending_back:
                actions.send_back_rectification(task, data["text"], end_of(data["due_on"]), **told)
                sentence = _("已退回 %(unit)s 重新整改。")
            else:
                actions.close_rectification(task, data["text"], **told)
                sentence = _("%(unit)s 的这项整改已销号。")
        except rules.Stale as refusal:
            refused(form, refusal)
            task.refresh_from_db()
            refreshed(form, version=task.version)
            status = 409
        except NotAllowed as refusal:
            refused(form, refusal)
        else:
            messages.success(request, sentence % {"unit": task.application.organization})
            return redirect(task)
    return rectification_page(request, task, status=status, settle_form=form)


def file_of(request, pk):
    tasks = Rectification.objects.visible_to(request.user)
    files = RectificationFile.objects.filter(step__rectification__in=tasks).select_related("blob", "step__rectification__application__organization")
    return get_object_or_404(files, pk=pk)


def is_from_unit(user, file):
    return can_answer_rectification(user, file.step.rectification)


@require_GET
def rectification_file(request, pk):
    file = file_of(request, pk)
    if problem := uploads.opening_problem(file.blob, is_own=is_from_unit(request.user, file)):
        messages.error(request, problem)
        return redirect(file.step.rectification)
    try:
        return uploads.respond(request, file.blob, file.title, file.blob.media_type)
    except FileNotFoundError:
        raise Http404(_("文件不在存储中，请联系公开办。")) from None


@require_GET
def rectification_file_preview(request, pk):
    file = file_of(request, pk)
    return uploads.respond_with_picture(request, file.blob, file.title, is_own=is_from_unit(request.user, file))
