"""Units: the list as a tree by county, one unit with its names and what became of it, and what the administrator does with it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import actions, forms, rules
from accounts.actions.locking import saved_as_one
from accounts.audit import record
from accounts.importing import reports
from accounts.models import Import, Organization, User
from accounts.permissions import can_administer, can_read_units, require
from accounts.rules import NotAllowed

PER_PAGE = 100
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content, name):
    response = HttpResponse(content, content_type=WORKBOOK)
    response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def chosen(request):
    """(the filter, its day, the units that pass it) in the order of the tree: each county before its own."""
    form = forms.UnitFilter(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day = asked.get("day") or timezone.localdate()
    found = Organization.objects.visible_to(request.user).valid_on(day)
    if words := asked.get("q"):
        found = found.filter(
            Q(code__icontains=words) | Q(name__icontains=words) | Q(short_name__icontains=words) | Q(former_names__name__icontains=words)
        ).distinct()
    if county := asked.get("county"):
        found = found.filter(county=county)
    return form, day, found.order_by(F("county__code").asc(nulls_first=True), "kind__order", "code")


@require_GET
def unit_list(request):
    require(can_read_units(request.user))
    form, day, found = chosen(request)
    paginator = Paginator(found.select_related("kind", "parent", "county").annotate(n_people=Count("people", filter=Q(people__is_active=True), distinct=True)), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    closed = Organization.objects.visible_to(request.user).filter(valid_until__lte=day).count()
    return render(request, "accounts/unit_list.html", {
        "form": form, "day": day, "page": page, "pages": paginator.get_elided_page_range(page.number), "closed": closed, "may_change": can_administer(request.user),
    })


@require_GET
def export_units(request):
    require(can_read_units(request.user))
    _form, _day, found = chosen(request)
    now = timezone.now()
    record("accounts.export", request.user, by=request.user, at=now, kind="accounts.units", rows=found.count())
    return workbook(reports.table(Import.Kind.UNITS, reports.unit_rows(found)), f"units-{timezone.localdate(now):%Y%m%d}.xlsx")


@require_GET
def unit(request, pk):
    found = get_object_or_404(Organization.objects.visible_to(request.user).select_related("kind", "parent", "county", "successor"), pk=pk)
    return render(request, "accounts/unit.html", {
        "unit": found, "former_names": found.former_names.select_related("changed_by"), "predecessors": found.predecessors.order_by("code"),
        "children": found.children.select_related("kind").valid_on(timezone.localdate()).order_by("kind__order", "code")[:200],
        "people": User.objects.active().filter(organization=found).count(), "is_closed": not found.is_valid_on(timezone.localdate()), "may_change": can_administer(request.user),
    })


def find(request, pk):
    """A unit to change: not there for who may not even look."""
    found = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(can_administer(request.user))
    return found


def form_page(request, form, act, done, *, title, found=None, intro="", button):
    """A form that becomes one action: the same page for all of them."""
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            unit = act(form)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, done % {"unit": unit})
            return redirect(unit)
    return render(request, "accounts/unit_form.html", {"form": form, "problems": problems, "title": title, "unit": found, "intro": intro, "button": button}, status=409 if form.overtaken else 200)


@require_http_methods(["GET", "POST"])
def new_unit(request):
    require(can_administer(request.user))
    form = forms.NewUnitForm(request.POST or None)

    def act(form):
        form.instance.parent = form.cleaned_data["parent"]
        return actions.new_unit(form.instance, by=request.user, at=timezone.now())

    return form_page(request, form, act, _("已新增%(unit)s。"), title=_("新增单位"), button=_("新增"))


@require_http_methods(["GET", "POST"])
@saved_as_one
def change_unit(request, pk):
    found = find(request, pk)
    found = Organization.objects.select_for_update(no_key=True).get(pk=found.pk) if request.method == "POST" else found
    form = forms.UnitForm(request.POST or None, instance=found)
    return form_page(
        request, form, lambda form: actions.change_unit(found, form.values(), by=request.user, at=timezone.now()), _("已修改%(unit)s。"),
        title=_("修改单位"), found=Organization.objects.get(pk=pk), button=_("保存"),
    )


@require_http_methods(["GET", "POST"])
def rename_unit(request, pk):
    found = find(request, pk)
    form = forms.RenameUnitForm(request.POST or None, initial={"name": found.name, "short_name": found.short_name, "day": timezone.localdate()})
    return form_page(
        request, form,
        lambda form: actions.rename_unit(found, form.cleaned_data["name"], form.cleaned_data["short_name"], form.cleaned_data["day"], by=request.user, at=timezone.now()),
        _("已改名为%(unit)s，原来的名称记入曾用名。"), title=_("单位改名"), found=found, button=_("改名"),
        intro=_("已经报送的申报、锁定的名单和印出的文书仍用当时的名称；以后的页面和文书用新名称。"),
    )


@require_http_methods(["GET", "POST"])
def merge_unit(request, pk):
    found = find(request, pk)
    form = forms.MergeUnitForm(request.POST or None, initial={"day": timezone.localdate()})
    problems = [] if request.method == "POST" else rules.merge_problems(found, None, timezone.localdate(), timezone.now(), move_people=True)
    answer = form_page(
        request, form,
        lambda form: actions.merge_unit(found, form.cleaned_data["into"], form.cleaned_data["day"], move_people=form.cleaned_data["move_people"], by=request.user, at=timezone.now()),
        _("%(unit)s已停用。以前的申报仍归它，承接单位下一年可以带入它的内容。"), title=_("合并或停用单位"), found=found, button=_("确认停用"),
        intro="；".join(map(str, problems)) or _("停用的单位不再出现在新的活动里。正在填报的申报仍归原单位：要由原来的人继续填，请先不转人员。"),
    )
    return answer
