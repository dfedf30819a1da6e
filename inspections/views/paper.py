"""The record on paper: printed filled in or blank, typed in later by item number, its scan handed out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit import record
from accounts.permissions import require
from applications import uploads
from campaigns.permissions import acts_as_office
from campaigns.rules import NotAllowed
from inspections import actions, forms, papers
from inspections.jobs import start_record
from inspections.models import PaperRecord, Visit
from inspections.permissions import can_type_in
from inspections.rules import paper as rules
from inspections.rules import visits as visit_rules
from inspections.views.visits import handed_out, visit_for


@require_POST
def print_record(request, pk):
    """At once when it is quick; else a worker makes it, and it waits in the downloads."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related(*papers.NEEDS), pk=pk)
    kind, now = request.POST.get("kind"), timezone.now()
    if kind not in papers.KINDS:
        kind = "pdf"
    found = papers.found_for(visit, viewer=request.user, is_blank="blank" in request.POST, at=now)
    if not papers.is_quick(found):
        return redirect(start_record(visit, kind, by=request.user, at=now))
    content = papers.make(found, kind)
    record(
        "inspections.print_record", visit, by=request.user, at=now, organization=visit.application.organization, campaign=visit.application.campaign,
        kind=kind, blank=found["blank"], sha256=found["sha256"],
    )
    response = HttpResponse(content, content_type=papers.KINDS[kind], headers=uploads.SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, papers.filename(found, kind, now))
    return response


@require_http_methods(["GET", "POST"])
def type_in(request, pk):
    """One screen, keyboard only. Whatever is wrong stays as typed, and its line says why."""
    visit, now = visit_for(request, pk), timezone.now()
    require(can_type_in(request.user, visit))
    rows, people = visit_rules.findings(visit), visit_rules.members_of(visit)
    for_office = acts_as_office(request.user, visit.application.campaign)
    late = rules.is_late(visit, now)
    typed = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.PaperForm(
        *typed, people=people, is_late=late and for_office,
        initial={"people": [person.pk for person in people] if len(people) == visit.application.campaign.site_inspectors else []},
    )
    lines, problems, status = forms.paper_lines(typed[0], rows), [], 200
    if request.method == "POST":
        status = 422
        form_is_sound, lines_are_sound, scan = form.is_valid(), lines.is_valid(), form.taken()
        if scan:
            form.keep(scan)
        if form_is_sound and lines_are_sound and scan:
            whole = [line.line for line in lines if not line.is_blank]
            try:
                actions.type_in(
                    visit, list(form.cleaned_data["people"]), whole, scan, reason=form.cleaned_data.get("reason", ""), for_office=for_office, by=request.user, at=now,
                )
            except actions.WrongLines as refusal:
                for place, found in refusal.by_line.items():
                    for problem in found:
                        lines[place].add_error(None, str(problem))
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                words = ngettext("已补录 %(n)s 项，请验收组核对后签字。", "已补录 %(n)s 项，请验收组核对后签字。", len(whole)) % {"n": len(whole)}
                messages.success(request, words)
                return redirect(visit)
    wrong = [
        (line.place + 1, line[name if name in line.fields else "number"].auto_id, error)
        for line in lines if lines.is_bound for name, errors in line.errors.items() for error in errors
    ]
    context = {
        "visit": visit, "form": form, "lines": lines, "problems": problems, "wrong": wrong, "rows": rows, "late": late,
        "barriers": visit_rules.locked_visit_problems(visit) + visit_rules.ended_problems(visit) + visit_rules.early_problems(visit, now)
        + ([] if for_office else visit_rules.closed_problems(visit, now)),
        "back": visit.get_absolute_url(), "kept": form.kept_name, "verdicts": forms.VERDICT_NUMBERS,
    }
    return render(request, "inspections/type_in.html", context, status=status)


@require_safe
def paper_record(request, pk):
    """The scan that proves what was typed in."""
    papers_seen = PaperRecord.objects.filter(visit__in=Visit.objects.visible_to(request.user)).select_related("blob", "visit")
    found = get_object_or_404(papers_seen, pk=pk)
    return handed_out(request, found.blob, found.title, found.visit.get_absolute_url(), is_own=found.typed_by_id == request.user.pk)
