"""典型案例, behind the sign-in: the unit drafts and consents, the office publishes or sends back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.permissions import require
from applications import uploads
from campaigns.permissions import reads_any_campaign
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import CaseForm, ReasonForm
from results.models import CasePhoto, Naming, TypicalCase
from results.permissions import can_publish_case, can_see_results, can_write_case
from results.views.ranking import tell

PER_PAGE = 50


def namings_of(user):
    """The standing titles of the person's own unit, for which it may tell a case."""
    if not user.organization_id or not can_write_case(user, user.organization):
        return Naming.objects.none()
    own = Naming.objects.filter(application__organization=user.organization_id, withdrawn_at=None)
    return own.select_related("place__track__campaign").order_by("-place__track__campaign__year")


@require_safe
def case_list(request):
    require(reads_any_campaign(request.user) or request.user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK))
    cases = TypicalCase.objects.visible_to(request.user).select_related(
        "naming__application__organization", "naming__place__track__campaign", "changed_by"
    )
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "sees_all": reads_any_campaign(request.user),
        "namings": namings_of(request.user),
    }
    return render(request, "results/case_list.html", context)


@require_POST
def start_case(request, pk):
    naming = get_object_or_404(namings_of(request.user), pk=pk)
    try:
        found = actions.start_case(naming, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
        return redirect("results:case_list")
    return redirect("results:case", found.pk)


def case_or_404(request, pk):
    related = ("naming__application__organization__county", "naming__place__track__campaign", "changed_by", "consented_by", "published_by")
    return get_object_or_404(TypicalCase.objects.visible_to(request.user).select_related(*related), pk=pk)


def case_page(request, found, form=None, return_form=None, status=200):
    may_write = can_write_case(request.user, found.organization)
    is_draft = found.state == TypicalCase.State.DRAFT
    initial = {"title": found.title, "body": found.body, "version": found.version}
    return render(request, "results/case.html", {
        "case": found, "campaign": found.naming.place.track.campaign, "photos": list(found.photos.select_related("blob")),
        "form": form or CaseForm(initial=initial), "return_form": return_form or ReasonForm(), "is_draft": is_draft,
        "may_edit": may_write and is_draft, "may_withdraw": may_write and not is_draft,
        "may_publish": can_publish_case(request.user, found) and not is_draft,
        "problems": rules.publish_case_problems(found) if found.state == TypicalCase.State.OFFERED else [], "sees_all": can_see_results(request.user, found.naming.place.track.campaign),
        "photo_limit": rules.CASE_PHOTOS,
    }, status=status)


def put_into(form, refusal):
    for problem in refusal.problems:
        field = problem.url.removeprefix("#id_")
        form.add_error(field if field in form.fields else None, str(problem))


def draft(request, found, given):
    """One press of a button: the words, then the photo that came or goes, then the consent. Each is kept as far as it got."""
    by, at = request.user, timezone.now()
    found = actions.save_case(found, base_version=given["version"], title=given["title"], body=given["body"], by=by, at=at)
    if given["photo"]:
        found = actions.add_case_photo(found, given["photo"], given["caption"], by=by, at=at)
    removed = request.POST.get("remove", "")
    if removed.isdigit() and (photo := found.photos.filter(pk=removed).first()):
        found = actions.remove_case_photo(photo, by=by, at=at)
    if "consent" in request.POST:
        return actions.consent_to_case(found, base_version=found.version, by=by, at=at)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def case(request, pk):
    found = case_or_404(request, pk)
    if request.method != "POST":
        return case_page(request, found)
    require(can_write_case(request.user, found.organization))
    form = CaseForm(request.POST, request.FILES)
    if form.is_valid():
        if "consent" in request.POST and not form.cleaned_data["agreed"]:
            form.add_error("agreed", _("同意公开的，请先勾选这一项。"))
        try:
            if not form.errors:
                found = draft(request, found, form.cleaned_data)
        except NotAllowed as refusal:
            put_into(form, refusal)
        except uploads.Refused as refusal:
            form.add_error("photo", str(refusal))
    if form.errors:
        found = case_or_404(request, pk)
        form.data = request.POST.copy()
        form.data["version"] = found.version  # of what the page shows beside the form
        return case_page(request, found, form=form, status=422)
    offered = found.state == TypicalCase.State.OFFERED
    office = found.naming.place.track.campaign.office_name
    messages.success(request, _("已同意公开，报送%(office)s。发布以前和以后都可以撤回同意。") % {"office": office} if offered else _("案例已保存。"))
    return redirect("results:case", pk)


def step(request, found, action, done, **given):
    """An action without a form of its own."""
    try:
        action(found, **given, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, done)
    return redirect("results:case", found.pk)


@require_POST
def withdraw_case_consent(request, pk):
    found = case_or_404(request, pk)
    require(can_write_case(request.user, found.organization))
    return step(request, found, actions.withdraw_case_consent, _("已撤回同意，案例不再公开，可以修改后重新报送。"))


@require_POST
def publish_case(request, pk):
    found = case_or_404(request, pk)
    require(can_publish_case(request.user, found))
    return step(request, found, actions.publish_case, _("案例已发布，公众现在可以看到。"))


@require_POST
def return_case(request, pk):
    found = case_or_404(request, pk)
    require(can_publish_case(request.user, found))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return case_page(request, found, return_form=form, status=422)
    return step(request, found, actions.return_case, _("已退回单位，公开页面上不再显示。"), remark=form.cleaned_data["reason"])


@require_safe
def case_photo(request, pk):
    """The photo as the public would see it, for those who may see the case."""
    found = get_object_or_404(CasePhoto.objects.visible_to(request.user).select_related("blob", "case__naming__application"), pk=pk)
    is_own = found.case.naming.application.organization_id == request.user.organization_id
    return picture(request, found, is_own=is_own)


def picture(request, photo, *, is_own):
    """Drawn anew, upright and without metadata; small when the address asks so."""
    page = uploads.THUMBNAIL if "small" in request.GET else 1
    try:
        return uploads.respond_with_picture(request, photo.blob, f"{photo.pk}.jpg", page, is_own=is_own)
    except FileNotFoundError:
        raise Http404 from None
