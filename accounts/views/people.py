"""People's accounts, for the system administrator; the office and the auditor read."""

from itertools import groupby

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions, links
from accounts.actions.locking import hold_administrators, locked_person, saved_as_one
from accounts.forms import (
    AddPersonForm,
    CancelLeavingForm,
    DisablePersonForm,
    GrantRoleForm,
    MovePersonForm,
    PeopleFilter,
    PersonForm,
)
from accounts.models import AuditEvent, PersonState, RoleGrant, SignInLink, User
from accounts.permissions import can_administer, can_see_people, has_second_factor, require
from accounts.rules import NotAllowed

PER_PAGE = 50
HISTORY = 50


def chosen_people(asked, user):
    """Who is meant by a filter, of those this person sees."""
    found = User.objects.visible_to(user)
    if asked["q"]:
        found = found.found_by(asked["q"])
    if asked["role"]:
        found = found.filter(grants__in=RoleGrant.objects.valid_on(timezone.localdate()).filter(role=asked["role"]))
    if asked["state"]:
        found = found.in_state(asked["state"])
    if asked["county"]:
        found = found.filter(organization__county=asked["county"])
    if asked["unit"]:
        found = found.filter(organization=asked["unit"])
    return found


@require_GET
def people(request):
    require(can_see_people(request.user))
    form = PeopleFilter(request.GET)
    asked = {"q": "", "role": "", "state": "", "county": None, "unit": None} | form.asked
    found = chosen_people(asked, request.user).select_related("organization__county").prefetch_related("grants").with_last_invitation()
    paginator = Paginator(found.order_by("organization__kind__order", "organization__code", "username"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    invitations = SignInLink.objects.in_bulk([person.invited for person in page if person.invited])
    today, ticked = timezone.localdate(), set(request.GET.getlist("person"))
    for person in page:
        person.invitation = invitations.get(person.invited)
        person.held = [grant for grant in person.grants.all() if grant.is_valid_on(today)]
        person.is_ticked = str(person.pk) in ticked
    context = {
        "page": page, "page_obj": page, "pages": paginator.get_elided_page_range(page.number), "asked": asked, "form": form,
        "may_manage": can_administer(request.user),
        "waiting": User.objects.in_state(PersonState.NEW).count(), "is_filtered": any(asked.values()),
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "POST"])
def add_person(request):
    require(can_administer(request.user))
    form = AddPersonForm(request.POST or None)
    problems = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.add_person(
                told["username"], told["name"], told["organization"], told["role"], phone=told["phone"], email=told["email"], by=request.user, at=timezone.now(),
            )
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已新增%(name)s，接着可以发出邀请。") % {"name": made})
            return redirect(made)
    return render(request, "accounts/add_person.html", {"form": form, "problems": problems})


@require_POST
def invite(request):
    """Those who were ticked, or everybody of the filter who never signed in; by letter, or as slips that are shown this once."""
    require(can_administer(request.user))
    by_mail = request.POST.get("way") == "mail"
    kept = QueryDict(request.POST.get("filter", ""), mutable=True)
    kept.setlist("person", [])
    if request.POST.get("whom") == "waiting":
        asked = {"q": "", "role": "", "county": None, "unit": None} | PeopleFilter(kept).asked | {"state": PersonState.NEW}
        found = chosen_people(asked, request.user)
        found = found.exclude(email="") if by_mail else found
    else:
        found = User.objects.visible_to(request.user).filter(pk__in=[pk for pk in request.POST.getlist("person") if pk.isascii() and pk.isdecimal() and len(pk) < 19])
    wanted = found.select_related("organization__county").order_by("organization__county__code", "organization__code", "username")
    try:
        made = actions.invite(wanted, by_mail=by_mail, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        kept.setlist("person", request.POST.getlist("person"))
        return redirect(reverse("accounts:people", query=kept))
    if by_mail:
        messages.success(request, _("已给 %(n)s 人发出邀请邮件，链接 %(day)s 前有效。") % {"n": len(made), "day": timezone.localtime(made[0][0].expires_at).strftime("%Y-%m-%d %H:%M")})
        return redirect(reverse("accounts:people", query=kept))
    slips = [(link, links.address_of(secret)) for link, secret in made]
    slips = [{"person": link.user, "until": link.expires_at, "address": address, "picture": segno.make(address, micro=False).svg_data_uri(scale=3, border=2)} for link, address in slips]
    parts = [(county, list(some)) for county, some in groupby(slips, key=lambda slip: slip["person"].organization and slip["person"].organization.county)]
    return render(request, "accounts/invite.html", {"parts": parts, "count": len(slips)})


def find(request, pk):
    """Somebody to change: not there for who may not even look."""
    found = get_object_or_404(User.objects.visible_to(request.user).select_related("organization"), pk=pk)
    require(can_administer(request.user))
    return found


@require_GET
def person(request, pk):
    found = get_object_or_404(User.objects.visible_to(request.user).select_related("organization__county"), pk=pk)
    today = timezone.localdate()
    context = {
        "person": found,
        "grants": [{"grant": grant, "is_held": grant.is_valid_on(today), "is_over": grant.ends_on and grant.ends_on <= today} for grant in found.grants.all()],
        "links": found.sign_in_links.select_related("created_by")[:5],
        "history": AuditEvent.objects.filter(target_type="accounts.user", target_id=str(found.pk))[:HISTORY],
        "may_manage": can_administer(request.user),
        "is_waiting": actions.is_locked_out(found),
        "has_second_factor": has_second_factor(found),
    }
    return render(request, "accounts/person.html", context)


@saved_as_one
def change(request, pk, form_class, template, act, said, initial=None):
    """A page with one form about one person, and one action."""
    found = find(request, pk)
    if request.method == "POST":
        hold_administrators()
        found = locked_person(found)
    arguments = {"instance": found} if hasattr(form_class, "Meta") else {"initial": initial(found) if initial else {}}
    form = form_class(request.POST or None, **arguments)
    problems = []
    if request.method == "POST" and form.is_valid():
        found = find(request, pk)  # as it is stored: the form has written into the other
        try:
            act(found, form.cleaned_data)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, said % {"name": found})
            return redirect(found)
    return render(request, template, {"form": form, "problems": problems, "person": found}, status=409 if form.overtaken else 200)


@require_http_methods(["GET", "POST"])
def change_person(request, pk):
    def act(found, told):
        actions.change_person(found, told, by=request.user, at=timezone.now())

    return change(request, pk, PersonForm, "accounts/change_person.html", act, _("%(name)s的资料已保存。"))


@require_http_methods(["GET", "POST"])
def move_person(request, pk):
    def act(found, told):
        actions.move_person(found, told["organization"], reason=told["reason"], by=request.user, at=timezone.now())

    return change(request, pk, MovePersonForm, "accounts/move_person.html", act, _("%(name)s已调到新单位，须重新登录。"))


@require_http_methods(["GET", "POST"])
def grant_role(request, pk):
    def act(found, told):
        actions.grant_role(found, told["role"], starts_on=told["starts_on"], ends_on=told["ends_on"], by=request.user, at=timezone.now())

    return change(request, pk, GrantRoleForm, "accounts/grant_role.html", act, _("%(name)s的角色已保存。"))


@require_http_methods(["GET", "POST"])
def disable_person(request, pk):
    def act(found, told):
        actions.disable(found, reason=told["reason"], by=request.user, at=timezone.now())

    return change(request, pk, DisablePersonForm, "accounts/disable_person.html", act, _("%(name)s的账号已停用。"))


@require_http_methods(["GET", "POST"])
def cancel_leaving(request, pk):
    def act(found, told):
        actions.cancel_leaving(found, reason=told["reason"], by=request.user, at=timezone.now())

    return change(request, pk, CancelLeavingForm, "accounts/cancel_leaving.html", act, _("已取消%(name)s的离任，角色照旧。"))


def at_once(request, found, act, said):
    """A button on a person's page."""
    try:
        act()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(found)


@require_POST
def enable_person(request, pk):
    found = find(request, pk)
    return at_once(request, found, lambda: actions.enable(found, by=request.user, at=timezone.now()), _("%(name)s的账号已启用。") % {"name": found})


@require_POST
def unlock_person(request, pk):
    found = find(request, pk)
    return at_once(request, found, lambda: actions.unlock(found, by=request.user, at=timezone.now()), _("%(name)s可以马上再试着登录。") % {"name": found})


@require_POST
def reset_second_factor(request, pk):
    """For somebody who lost the phone and the recovery codes; never one's own."""
    found = find(request, pk)
    require(found != request.user)
    return at_once(
        request, found, lambda: actions.end_second_factor(found, by=request.user, at=timezone.now()), _("%(name)s的两步验证已重置，下次登录后重新设置。") % {"name": found},
    )


@require_POST
def end_role(request, pk):
    grant = get_object_or_404(RoleGrant.objects.visible_to(request.user).select_related("user"), pk=pk)
    require(can_administer(request.user))
    now = timezone.now()
    return at_once(
        request, grant.user, lambda: actions.end_role(grant, on=timezone.localdate(now), by=request.user, at=now),
        _("%(name)s的“%(role)s”角色已终止。") % {"name": grant.user, "role": grant.get_role_display()},
    )
