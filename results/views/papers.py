"""公文: every paper with what is still missing for it, each as Word and PDF in one click; the texts they are made of."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit import record
from accounts.permissions import require
from accounts.rehearsing import here
from applications import uploads
from applications.papers import BadTemplate
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.permissions import acted_in, is_of_an_office
from campaigns.rules import NotAllowed
from campaigns.schedule import other_years
from inspections.models import Rectification
from results import actions, rules
from results import papers as making
from results.forms import PaperNumberForm, PaperTextForm
from results.models import Naming, PaperKind, PaperNumber, PaperText, PublicNotice
from results.numbers import tidy_number
from results.permissions import can_make_papers
from results.views.ranking import tell

PER_PAGE, EARLIER_SHOWN = 20, 10


@require_GET
def papers(request):
    campaign = campaign_for(request)
    require(can_make_papers(request.user, campaign))
    return render(request, "results/papers.html", {"campaign": campaign} | (sections(request, campaign) if campaign else {}))


def sections(request, campaign):
    """One section per kind: its lines, and in words what is missing when there are none."""
    own = {text.kind: text for text in PaperText.objects.in_use().filter(campaign=campaign).select_related("saved_by")}
    numbers = {(kind, about): number for kind, about, number in PaperNumber.objects.filter(campaign=campaign).values_list("kind", "about", "number")}
    search = request.GET.get("q", "").strip()
    page = Paginator(rectification_groups(campaign, search), PER_PAGE).get_page(request.GET.get("page"))
    found = {
        PaperKind.NOTICE: notice_lines(campaign), PaperKind.NAMING: naming_lines(campaign), PaperKind.RECTIFICATION: rectification_lines(page),
        PaperKind.RECOMMENDATION: [whole_line(PaperKind.RECOMMENDATION, campaign)], PaperKind.SUMMARY: [whole_line(PaperKind.SUMMARY, campaign)],
    }
    made = []
    for kind, lines in found.items():
        for line in lines:
            line["number"] = line.get("number") or numbers.get((kind, line["pk"]), "")
        missing = None if lines or kind == PaperKind.RECTIFICATION and search else rules.nothing_yet(kind)
        made.append({"kind": kind, "label": kind.label, "own": own.get(kind), "lines": lines, "missing": missing, "searched": kind == PaperKind.RECTIFICATION and (search or lines)})
    return {"sections": made, "q": search, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number)}


def notice_lines(campaign):
    notices = PublicNotice.objects.filter(campaign=campaign).annotate(units=Count("entries"), fallen=Count("entries", filter=Q(entries__fallen_at__isnull=False)))
    return [
        {
            "pk": notice.pk, "about": notice.title, "on": notice.published_at, "units": notice.units, "problems": rules.paper_problems(PaperKind.NOTICE, notice),
            "warning": _("公示后有 %(n)s 个单位被取消资格，公告仍按发布时的名单生成。") % {"n": notice.fallen} if notice.fallen else "",
        }
        for notice in notices.order_by("-number")
    ]


def naming_lines(campaign):
    """One for each time titles were given."""
    batches = (
        Naming.objects.filter(place__track__campaign=campaign).order_by("-named_at").values("named_at")
        .annotate(first=Min("pk"), units=Count("pk"), withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)), document=Max("document_number"))
    )
    return [
        {
            "pk": batch["first"], "about": _("命名 %(n)s 个单位") % {"n": batch["units"]}, "on": batch["named_at"], "units": batch["units"], "problems": [],
            "number": tidy_number(batch["document"]) or batch["document"],
            "warning": _("其中 %(n)s 个后来撤销了命名，通报仍按命名时的名单生成。") % {"n": batch["withdrawn"]} if batch["withdrawn"] else "",
        }
        for batch in batches
    ]


def rectification_groups(campaign, search):
    """What a unit was told on one day is one paper."""
    tasks = Rectification.objects.filter(application__campaign=campaign)
    if search:
        tasks = tasks.filter(Q(application__organization__name__icontains=search) | Q(application__organization__short_name__icontains=search))
    return (
        tasks.annotate(day=TruncDate("raised_at")).order_by("-day", "application__organization__code")
        .values("day", "application", "application__organization__code", "application__organization__name").annotate(first=Min("pk"), tasks=Count("pk"), raised=Max("raised_at"))
    )


def rectification_lines(page):
    return [
        {
            "pk": group["first"], "about": group["application__organization__name"], "on": group["raised"], "problems": [], "warning": "",
            "detail": _("%(n)s 个问题") % {"n": group["tasks"]},
        }
        for group in page
    ]


def whole_line(kind, campaign):
    return {"pk": campaign.pk, "about": campaign.title, "on": None, "problems": rules.paper_problems(kind, campaign), "warning": ""}


# One paper


def kind_or_404(kind):
    if kind not in PaperKind.values:
        raise Http404
    return PaperKind(kind)


def subject_or_404(request, kind, pk):
    """What the paper speaks of. Of several titles or tasks that share a paper, the first stands for all."""
    require(is_of_an_office(request.user))
    kind = kind_or_404(kind)
    published = {"campaign__published_at__isnull": False}
    if kind == PaperKind.NOTICE:
        return kind, get_object_or_404(here(PublicNotice.objects).filter(acted_in(request.user, "campaign__")).select_related("campaign__host"), pk=pk, **published)
    if kind == PaperKind.NAMING:
        titles = here(Naming.objects).filter(acted_in(request.user, "place__track__campaign__")).select_related("place__track__campaign__host")
        found = get_object_or_404(titles, pk=pk, place__track__campaign__published_at__isnull=False)
        return kind, titles.filter(pk__in=making.batch_of(found)).earliest("pk")
    if kind == PaperKind.RECTIFICATION:
        tasks = here(Rectification.objects).filter(acted_in(request.user, "application__campaign__")).select_related("application__organization", "application__campaign__host")
        found = get_object_or_404(tasks, pk=pk, application__campaign__published_at__isnull=False)
        return kind, tasks.filter(pk__in=making.day_of(found)).earliest("pk")
    return kind, get_object_or_404(Campaign.objects.acted_in_by(request.user).select_related("host"), pk=pk, published_at__isnull=False)


def about_of(kind, subject):
    """The unit in the name of a file, where a kind of paper is made for many."""
    return subject.application.organization.short_name if kind == PaperKind.RECTIFICATION else ""


@require_GET
def paper(request, kind, pk):
    """As it will be printed, or what is still missing."""
    kind, subject = subject_or_404(request, kind, pk)
    return paper_page(request, kind, subject)


def paper_page(request, kind, subject, form=None):
    problems, blocks, bad = rules.paper_problems(kind, subject), [], ""
    if not problems:
        try:
            blocks = making.blocks(kind, subject)
        except BadTemplate as refusal:
            bad = str(refusal)
    campaign, number = making.campaign_of(kind, subject), making.number_of(kind, subject)
    context = {
        "campaign": campaign, "about": subject if kind == PaperKind.NOTICE else about_of(kind, subject) or campaign, "kind": kind, "subject": subject, "problems": problems, "blocks": blocks, "bad": bad, "number": number,
        "fixed_number": kind == PaperKind.NAMING and subject.document_number, "form": form or PaperNumberForm(initial={"number": number}),
    }
    return render(request, "results/paper.html", context, status=422 if form and form.errors else 200)


@require_POST
def make_paper(request, kind, pk):
    kind, subject = subject_or_404(request, kind, pk)
    extension = request.POST.get("format") if request.POST.get("format") in making.KINDS else "docx"
    campaign, now = making.campaign_of(kind, subject), timezone.now()
    if problems := rules.paper_problems(kind, subject):
        tell(request, NotAllowed(problems))
        return redirect("results:paper", kind, subject.pk)
    try:
        blocks = making.blocks(kind, subject)
    except BadTemplate as bad:
        messages.error(request, _("没有生成：%(why)s请修改文本，或改回自带文本。") % {"why": bad})
        return redirect(f"{reverse('results:paper_text', args=[kind])}?campaign={campaign.code}")
    content = making.make(blocks, extension)
    record(
        "results.make_paper", subject, by=request.user, at=now, campaign=campaign, kind=kind, format=extension,
        title=making.title_of(blocks), number=making.number_of(kind, subject),
    )
    response = HttpResponse(content, content_type=making.KINDS[extension], headers=uploads.SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, making.filename(blocks, about_of(kind, subject), extension, now))
    return response


@require_POST
def paper_number(request, kind, pk):
    kind, subject = subject_or_404(request, kind, pk)
    form = PaperNumberForm(request.POST)
    if form.is_valid():
        try:
            actions.set_paper_number(kind, subject, form.cleaned_data["number"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("文号已保存。") if form.cleaned_data["number"] else _("这份公文不编文号。"))
            return redirect("results:paper", kind, subject.pk)
    return paper_page(request, kind, subject, form)


# The text


@require_http_methods(["GET", "POST"])
def paper_text(request, kind):
    """The text of a kind of paper: looked at with real facts, saved when it stands its trial, given up for the built-in one."""
    campaign = campaign_for(request)
    require(can_make_papers(request.user, campaign))
    kind = kind_or_404(kind)
    if campaign is None:
        raise Http404
    if request.method == "POST" and "reset" in request.POST:
        return reset_text(request, campaign, kind)
    form = PaperTextForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and "preview" not in request.POST:
        given = form.cleaned_data
        try:
            actions.save_paper_text(campaign, kind, given["text"], base=given["base"], by=request.user, at=timezone.now())
        except BadTemplate as refusal:
            form.add_error("text", str(refusal))
        except NotAllowed as refusal:
            form.add_error("text", str(refusal))
            form.renew_base(in_use(campaign, kind))
        else:
            messages.success(request, _("文本已保存，今后生成的%(kind)s都用它。") % {"kind": kind.label})
            return redirect("results:paper_text", kind)
    return text_page(request, campaign, kind, form)


def reset_text(request, campaign, kind):
    base = request.POST.get("base", "")
    try:
        actions.reset_paper_text(campaign, kind, base=int(base) if base.isdecimal() else 0, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("已改回平台自带的文本。"))
    return redirect("results:paper_text", kind)


def text_page(request, campaign, kind, form):
    own = in_use(campaign, kind)
    base, text = (own.pk, own.text) if own else (0, making.BUILT_IN[kind])
    shown = form.data.get("text", "") if form else text
    form = form or PaperTextForm(initial={"text": text, "base": base})
    blocks, facts = preview(kind, campaign, shown, form)
    context = {
        "campaign": campaign, "kind": kind, "form": form, "own": own, "text": text, "base": base, "blocks": blocks, "is_sample": facts is None,
        "old_years": other_years(campaign, own.text) if own else "", "names": [*making.NAMES[kind], *making.COMMON_NAMES], "stale": bool(form.errors) and shown.strip() != text.strip(),
        "earlier": PaperText.objects.filter(campaign=campaign, kind=kind).exclude(pk=base).select_related("saved_by")[:EARLIER_SHOWN],
    }
    return render(request, "results/paper_text.html", context, status=422 if form.errors else 200)


def in_use(campaign, kind):
    return PaperText.objects.in_use().filter(campaign=campaign, kind=kind).select_related("saved_by").first()


def preview(kind, campaign, text, form):
    """(blocks, what they speak of): the newest real case, else an invented one. What is wrong with the text is told by the form."""
    subject = making.newest(kind, campaign)
    if subject is not None and rules.paper_problems(kind, subject):
        subject = None
    try:
        return making.compose(text, making.names(kind, subject) if subject else making.SAMPLES[kind]), subject
    except BadTemplate as bad:
        if form.is_bound and not form.has_error("text"):
            form.add_error("text", str(bad))
        return [], subject
