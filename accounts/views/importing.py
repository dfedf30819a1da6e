"""Units and people from the office's own tables: brought, looked at, corrected, applied."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from openpyxl.utils import get_column_letter

from accounts import actions, forms
from accounts.audit import record
from accounts.formats import what_was_not_read
from accounts.importing import reports, tables
from accounts.importing.columns import FIELDS
from accounts.importing.people import PRIVILEGED
from accounts.models import Import, ImportRow, User
from accounts.permissions import can_administer, require
from accounts.rules import NotAllowed
from accounts.views.units import workbook

PER_PAGE = 50
REASON = 300  # characters
TONES = {ImportRow.Outcome.NEW: "green", ImportRow.Outcome.CHANGED: "amber", ImportRow.Outcome.SAME: "", ImportRow.Outcome.WRONG: "red"}


def bring(request, kind):
    require(can_administer(request.user))
    form = forms.TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        title = file.name if file else _("粘贴的表格")
        content = file.read() if file else form.cleaned_data["pasted"].encode()
        return redirect(actions.begin_import(kind, title, content, by=request.user, at=timezone.now()))
    return render(request, "accounts/import_table.html", {"form": form, "kind": kind, "fields": FIELDS[kind], "template": f"accounts:{kind}_template"})


@require_http_methods(["GET", "POST"])
def import_units(request):
    return bring(request, Import.Kind.UNITS)


@require_http_methods(["GET", "POST"])
def import_people(request):
    return bring(request, Import.Kind.PEOPLE)


@require_GET
def units_template(request):
    require(can_administer(request.user))
    return workbook(reports.template(Import.Kind.UNITS), "units-template.xlsx")


@require_GET
def people_template(request):
    require(can_administer(request.user))
    return workbook(reports.template(Import.Kind.PEOPLE), "people-template.xlsx")


@require_GET
def export_people(request):
    require(can_administer(request.user))
    found = User.objects.active().order_by("organization__county__code", "organization__code", "username")
    record("accounts.export", request.user, by=request.user, at=timezone.now(), kind="accounts.people", rows=found.count())
    return workbook(reports.table(Import.Kind.PEOPLE, reports.people_rows(found)), f"people-{timezone.localdate():%Y%m%d}.xlsx")


def own_table(request, pk):
    require(can_administer(request.user))
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("job"), pk=pk)


def columns_of(found):
    """[(place, "C 单位名称（桃花潭镇）")] of the sheet, and the headings nothing is taken from."""
    rows = {row.number: tables.cells_of(row.cells) for row in found.rows.filter(number__gte=found.header).order_by("number")[:2]}
    head = rows.pop(found.header, [])
    first = next(iter(rows.values()), [])
    choices, ignored = [], []
    for place in range(max(len(head), len(first))):
        name = tables.written(head[place]) if place < len(head) else ""
        example = tables.written(first[place])[:12] if place < len(first) else ""
        choices.append((place, f"{get_column_letter(place + 1)} {name}" + (f"（{example}）" if example else "")))
        if name and place not in found.columns.values():
            ignored.append(name)
    return choices, ignored


def show(request, found, *, form=None, problems=(), status=200):
    if found.state in (Import.State.READING, Import.State.APPLYING, Import.State.REFUSED):
        name = "accounts/_import_waiting.html" if request.htmx else "accounts/import_waiting.html"
        return render(request, name, {"table": found})
    choices, ignored = columns_of(found)
    form = form or forms.ColumnsForm(found, choices)
    only = request.GET.get("only", "")
    rows = found.rows.exclude(outcome=ImportRow.Outcome.LEFT)
    if only in TONES:
        rows = rows.filter(outcome=only)
    paginator = Paginator(rows.order_by("number"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    for row in page:
        row.tone = TONES[row.outcome]
    counted = [(outcome.value, outcome.label, found.counts.get(outcome, 0), TONES[outcome]) for outcome in TONES]
    return render(request, "accounts/import.html", {
        "table": found, "form": form, "problems": problems, "page": page, "pages": paginator.get_elided_page_range(page.number), "only": only, "counted": counted,
        "not_read": what_was_not_read(found.sheet, [title for title in found.sheets if title != found.sheet]), "ignored": ignored, "missing": [field.label for field in FIELDS[found.kind] if field.needed and field.key not in found.columns],
        "to_do": found.counts.get("new", 0) + found.counts.get("changed", 0), "is_open": found.state == Import.State.CHECKED, "granted": found.granted,
        "moved": found.counts.get("moved", 0), "reason": request.POST.get("reason", ""), "most": REASON,
        "privileged": _("、").join(str(role.label) for role in PRIVILEGED),
    }, status=status)


@require_GET
def table(request, pk):
    return show(request, own_table(request, pk))


@require_POST
def choose_columns(request, pk):
    found = own_table(request, pk)
    form = forms.ColumnsForm(found, columns_of(found)[0], request.POST)
    if not form.is_valid():
        return show(request, found, form=form)
    try:
        actions.choose_columns(found, form.cleaned_data["header"], form.columns(), sheet=form.cleaned_data.get("sheet", ""), by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return show(request, found, problems=refusal.problems)
    return redirect(found)


@require_POST
def apply_import(request, pk):
    found = own_table(request, pk)
    try:
        actions.ask_import(found, only_good="only_good" in request.POST, confirmed="confirmed" in request.POST, reason=request.POST.get("reason", "")[:REASON], by=request.user, at=timezone.now())
    except actions.StalePreview as stale:
        actions.read_import(found)
        return show(request, found, problems=stale.problems)
    except NotAllowed as refusal:
        return show(request, found, problems=refusal.problems)
    found.refresh_from_db()
    if found.state == Import.State.APPLIED:
        messages.success(request, _("已导入：新增 %(new)s 行，修改 %(changed)s 行。") % {"new": found.counts["new"], "changed": found.counts["changed"]})
    return redirect(found)


@require_GET
def import_report(request, pk):
    found = own_table(request, pk)
    return workbook(reports.report(found), f"import-{found.pk}.xlsx")
