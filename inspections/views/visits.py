"""Planning for the office, the phone screens for inspectors, and the record both of them read and print."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Organization, Role
from accounts.permissions import require
from applications import uploads
from applications.models import Evidence
from applications.viewer import Addresses, address_of_view, asked_page, back_to, viewer
from campaigns.current import campaign_for
from campaigns.permissions import acts_as_office, reads_all_of
from campaigns.rules import NotAllowed
from inspections import actions, forms, listing
from inspections.forms.visits import people_of
from inspections.models import InspectionGroup, Signature, SitePhoto, Visit
from inspections.permissions import (
    can_declare,
    can_guide,
    can_lock,
    can_override_conflict,
    can_plan,
    can_plan_for,
    can_record,
    can_type_in,
    can_unlock,
    is_member,
)
from inspections.rules import visits as rules
from inspections.rules.desk import Stale
from inspections.rules.phone import PHRASES
from inspections.rules.planning import with_answers
from inspections.rules.signing import is_tampered, visit_signatures
from inspections.rules.talk import talk_rows

PER_PAGE = 50
SHOWN_AWAITING = 20


def visit_for(request, pk):
    visits = Visit.objects.visible_to(request.user).select_related(
        "application__organization__county", "application__campaign", "application__track", "group"
    )
    return get_object_or_404(visits, pk=pk)


def refused(request, refusal):
    for problem in refusal.problems:
        messages.error(request, str(problem))


# Groups


def group_list(request):
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    form = forms.GroupForm(request.POST or None, people=rules.inspectors(campaign, now))
    problems = []
    if request.method == "POST":
        require(can_plan(request.user, campaign) and campaign)
        if form.is_valid():
            data = form.cleaned_data
            try:
                group = actions.make_group(campaign, data["name"], data["leader"], list(data["members"]), by=request.user, at=now)
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                messages.success(request, _("%(group)s已建立，可以安排验收了。") % {"group": group})
                return redirect("inspections:group_list")
    groups = campaign.inspection_groups.prefetch_related("members__user__organization", "visits__application__organization") if campaign else []
    context = {"groups": groups, "form": form, "problems": problems, "may_plan": can_plan(request.user, campaign), "campaign": campaign}
    return render(request, "inspections/group_list.html", context)


def group(request, pk):
    found = get_object_or_404(InspectionGroup.objects.visible_to(request.user).select_related("campaign"), pk=pk)
    require(reads_all_of(request.user, found.campaign))
    now, members = timezone.now(), list(found.members.select_related("user__organization"))
    start = {"name": found.name, "leader": next((m.user_id for m in members if m.is_leader), None), "members": [m.user_id for m in members]}
    form = forms.GroupForm(request.POST or None, initial=start, people=rules.inspectors(found.campaign, now))
    problems = []
    if request.method == "POST":
        require(can_plan(request.user, found.campaign))
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.set_members(found, data["name"], data["leader"], list(data["members"]), by=request.user, at=now)
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                messages.success(request, _("%(group)s的人员已更新。") % {"group": data["name"]})
                return redirect("inspections:group_list")
    visits = rules.with_progress(found.visits.all())
    context = {"group": found, "members": members, "form": form, "problems": problems, "visits": visits, "may_plan": can_plan(request.user, found.campaign)}
    return render(request, "inspections/group.html", context)


# The plan

def visit_list(request):
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        return render(request, "inspections/visit_list.html", {"campaign": None})
    today, state = timezone.localdate(now), request.GET.get("state", "")
    visits, _words = listing.visits(campaign, request.GET, request.user, today)
    groups = list(campaign.inspection_groups.order_by("name"))
    page = Paginator(visits, PER_PAGE).get_page(request.GET.get("page"))
    shown = rules.with_progress(Visit.objects.filter(pk__in=[visit.pk for visit in page.object_list]).prefetch_related("overrides__user", "signatures"))
    blocked = rules.conflicted_visits(campaign, Visit.objects.filter(pk__in=[visit.pk for visit in shown]).unlocked())
    for visit in shown:
        visit.open_conflicts = blocked.get(visit.pk, [])
        visit.is_late = not visit.is_locked and visit.on < today
        visit.signed = sum(signature.voided_at is None for signature in visit.signatures.all())
    days = rules.inspection_days(campaign)
    cells = {}
    for visit in shown:
        cells.setdefault((visit.group_id, visit.on), []).append(visit)
    used = sorted({*days, *(visit.on for visit in shown)})
    grid = [(row, [(day, cells.get((row.pk, day), [])) for day in used]) for row in groups]
    awaiting = rules.awaiting_visit(campaign)
    waiting = awaiting.count()
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "visits": shown, "groups": groups,
        "days": used, "grid": grid, "view": request.GET.get("view", "table"), "state": state, "states": listing.VISIT_STATES.items(), "today": today,
        "chosen_group": request.GET.get("group", ""), "may_plan": can_plan(request.user, campaign),
        "awaiting": awaiting[:SHOWN_AWAITING], "awaiting_count": waiting, "awaiting_more": max(0, waiting - SHOWN_AWAITING),
    }
    return render(request, "inspections/visit_list.html", context)


def planning(request, visit=None):
    """The form of a new or a changed visit; for the office's lead also a reason for each conflict, once there is one."""
    campaign, now = (visit.application.campaign if visit else campaign_for(request)), timezone.now()
    require(can_plan(request.user, campaign) and campaign)
    groups, days = campaign.inspection_groups.order_by("name"), rules.inspection_days(campaign)
    start = {"group": visit.group_id, "on": visit.on} if visit else {name: request.GET.get(name) for name in ("application", "group", "on")}
    units = None if visit else rules.awaiting_visit(campaign)
    form = forms.PlanVisitForm(request.POST or None, initial=start, units=units, groups=groups, days=days)
    allowing, problems = None, []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        application, group_, on = (visit.application if visit else data["application"]), data["group"], data["on"]
        require(can_plan_for(request.user, application))
        members = [member.user for member in group_.members.select_related("user__organization__county")]
        already = set(visit.overrides.values_list("user", flat=True)) if visit else set()
        found = [conflict for conflict in rules.member_conflicts(members, application, on) if not conflict.own_unit and conflict.user.pk not in already]
        reasons = {}
        if found and can_override_conflict(request.user, visit or Visit(application=application)):
            allowing = forms.OverridesForm(request.POST, found=found)
            reasons = allowing.reasons if allowing.is_valid() else {}
        try:
            if visit:
                visit = actions.change_visit(visit, group_, on, overrides=reasons, by=request.user, at=now)
            else:
                visit = actions.plan_visit(application, group_, on, overrides=reasons, by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已安排%(group)s %(day)s 验收%(unit)s，并已通知验收员和单位。") % {
                "group": visit.group, "day": visit.on.isoformat(), "unit": visit.application.organization,
            })
            return redirect("inspections:visit_list")
    context = {"form": form, "allowing": allowing, "problems": problems, "visit": visit, "campaign": campaign, "has_groups": groups.exists()}
    return render(request, "inspections/plan_visit.html", context)


def plan_visit(request):
    return planning(request)


def change_visit(request, pk):
    visit = visit_for(request, pk)
    require(can_plan_for(request.user, visit.application))
    return planning(request, visit=visit)


@require_POST
def cancel_visit(request, pk):
    visit = visit_for(request, pk)
    require(can_plan_for(request.user, visit.application))
    try:
        actions.cancel_visit(visit, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
        return redirect(visit)
    messages.success(request, _("已取消%(unit)s的验收安排，并已通知验收员和单位。") % {"unit": visit.application.organization})
    return redirect("inspections:visit_list")


def override_conflict(request, pk):
    visit = visit_for(request, pk)
    require(can_override_conflict(request.user, visit))
    found = rules.open_conflicts(visit)
    people = people_of([conflict for conflict in found if not conflict.own_unit and conflict.user != request.user])
    form, problems = forms.OverrideForm(request.POST or None, people=people), []
    if request.method == "POST" and form.is_valid():
        try:
            actions.override_conflict(visit, form.cleaned_data["person"], form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已批准，理由随验收记录和导出的表格显示。"))
            return redirect(visit)
    return render(request, "inspections/override_conflict.html", {"visit": visit, "found": found, "form": form, "problems": problems})


def declare_conflict(request):
    """The inspector's own 回避, or one the office writes down for somebody."""
    campaign, now = campaign_for(request), timezone.now()
    require(can_declare(request.user, campaign))
    for_others = acts_as_office(request.user, campaign)
    if campaign is None:
        raise Http404
    people = rules.inspectors(campaign, now) if for_others else None
    units = Organization.objects.filter(applications__campaign=campaign, applications__submitted_at__isnull=False)
    if not for_others:  # an inspector learns of no other units than those of the own visits
        units = units.filter(applications__visit__in=Visit.objects.of_inspector(request.user))
    form = forms.DeclareConflictForm(request.POST or None, initial={"organization": request.GET.get("unit")}, people=people, units=units.distinct())
    problems = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.declare_conflict(data.get("person") or request.user, data["organization"], campaign, data["reason"], by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("回避已登记，%(office)s会另作安排。") % {"office": campaign.office_name})
            return redirect("inspections:visit_list" if for_others else "inspections:today")
    return render(request, "inspections/declare_conflict.html", {
        "form": form, "problems": problems, "for_others": for_others, "base": "base.html" if for_others else "base_phone.html",
    })


# On the phone


def today(request):
    require(request.user.has_role(Role.INSPECTOR))
    campaign, day = campaign_for(request), timezone.localdate()
    visits = Visit.objects.of_inspector(request.user).filter(application__campaign=campaign)
    found = rules.with_progress(visits, request.user)
    blocked, answers = rules.conflicted_visits(campaign, visits.unlocked()), with_answers(found, request.user)
    parts = {"late": [], "now": [], "coming": [], "locked": []}
    for visit in found:
        visit.own_answer = answers[visit.pk].get(request.user.pk) if not visit.is_started else None
        visit.wants_answer = not visit.is_started and visit.on >= day
        visit.own_conflicts = [conflict for conflict in blocked.get(visit.pk, []) if conflict.user == request.user]
        part = "locked" if visit.is_locked else "late" if visit.on < day else "now" if visit.on == day else "coming"
        parts[part].append(visit)
    sections = [
        ("late", _("过了日期还没有锁定"), parts["late"]), ("now", _("今天"), parts["now"]), ("coming", _("接下来"), parts["coming"]), ("locked", _("已锁定"), parts["locked"]),
    ]
    return render(request, "inspections/today.html", {"sections": sections, "day": day, "count": len(found), "campaign": campaign})


def finding_for(request, visit, code):
    """The rows of a visit and the number of the one this page is about."""
    rows = rules.findings(visit, request.user)
    number = next((number for number, row in enumerate(rows) if row.item.code == code), None)
    if number is None:
        raise Http404
    return rows, number


def segments(rows, user, number=None):
    """The head line: the state of each own record; a new category opens a gap."""
    states, category = [], None
    for place, row in enumerate(rows):
        own = row.of(user)
        state = "now" if place == number else "todo" if own is None else "done" if own.verdict == "met" else "bad"
        states.append(("+" if category not in (None, row.item.category_id) else "") + state)
        category = row.item.category_id
    return states


def keep_photos(request, visit, item, now):
    """Store what came with the form, each file on its own. Returns the sentences for those that were not taken."""
    form = forms.PhotosForm(request.POST, request.FILES)
    if not form.is_valid():
        return [error for errors in form.errors.values() for error in errors]
    found, data = [], form.cleaned_data
    for file in data["photos"]:
        own_id = data["photo_id"] if len(data["photos"]) == 1 else None
        try:
            actions.add_photo(visit, item, uploads.take(file), id=own_id, device_at=data["photo_device_at"], by=request.user, at=now)
        except (uploads.Refused, NotAllowed) as refusal:
            found.append(_("%(name)s：%(problem)s") % {"name": uploads.clean_name(file.name), "problem": refusal})
    return found


def record(request, pk, code):
    visit, now = visit_for(request, pk), timezone.now()
    require(can_record(request.user, visit))
    rows, number = finding_for(request, visit, code)
    row = rows[number]
    own = row.of(request.user)
    step = visit.application.campaign.score_step
    start = {"id": own.pk if own else uuid4(), "version": own.version if own else 0}
    if own:
        start |= {"verdict": own.verdict, "points": f"{own.points.normalize():f}", "reason": own.reason}
    form = forms.RecordForm(request.POST or None, initial=start, maximum=row.maximum, step=step)
    problems, photo_problems, is_stale = [], [], False
    if request.method == "POST":
        photo_problems = keep_photos(request, visit, row.item, now)
        if form.is_blank and not photo_problems:
            return redirect(onwards(visit, rows, number, request.POST.get("go")))
        if form.is_valid():
            data = form.cleaned_data
            try:
                if request.POST.get("go") == "keep":
                    actions.keep_beside(visit, row.item, data["verdict"], data["points"], data["reason"], by=request.user, at=now)
                    messages.success(request, _("两份都留下了，商定时全组一起看。"))
                    return redirect(rules.talk_address(visit, code))
                actions.record_site_score(
                    visit, row.item, scorer=request.user, verdict=data["verdict"], points=data["points"], reason=data["reason"],
                    id=data["id"], device_at=data["device_at"], base_version=data["version"], by=request.user, at=now,
                )
            except NotAllowed as refusal:
                problems, is_stale = refusal.problems, isinstance(refusal, Stale)
            else:
                if not photo_problems:
                    return redirect(onwards(visit, rows, number, request.POST.get("go")))
        rows, number = finding_for(request, visit, code)
        row, own = rows[number], rows[number].of(request.user)
    checkpoints = row.item.checkpoints.filter(tracks=visit.application.track)
    context = {
        "visit": visit, "row": row, "own": own, "form": form, "problems": problems, "photo_problems": photo_problems, "number": number + 1, "total": len(rows),
        "segments": segments(rows, request.user, number), "done": sum(one.of(request.user) is not None for one in rows),
        "checkpoints": checkpoints, "evidence": row.response.evidence.present().select_related("blob").order_by("added_at", "pk"),
        "barriers": rules.record_problems(visit, request.user, now), "previous": rows[number - 1] if number else None,
        "following": rows[number + 1] if number + 1 < len(rows) else None,
        "phrases": PHRASES, "is_stale": is_stale and own is not None,
    }
    return render(request, "inspections/record.html", context)


def onwards(visit, rows, number, go):
    """The page after saving: the next item, the one before, the list at the end, or this one again."""
    place = {"next": number + 1, "previous": number - 1}.get(go, number)
    if 0 <= place < len(rows):
        return reverse("inspections:record", args=[visit.pk, rows[place].item.code])
    return reverse("inspections:summary", args=[visit.pk])


@require_POST
def add_photo(request, pk, code):
    """Photos alone, sent while the rest of the item is still being typed."""
    visit, now = visit_for(request, pk), timezone.now()
    require(can_record(request.user, visit))
    rows, number = finding_for(request, visit, code)
    problems = keep_photos(request, visit, rows[number].item, now)
    if request.htmx:
        rows, number = finding_for(request, visit, code)
        return render(request, "inspections/_photos.html", {"visit": visit, "row": rows[number], "photo_problems": problems, "swapped": True, "may_change": True, "at": now})
    for problem in problems:
        messages.error(request, problem)
    return redirect("inspections:record", visit.pk, code)


def photo(request, pk):
    found = get_object_or_404(SitePhoto.objects.visible_to(request.user).present().select_related("blob", "item"), pk=pk)
    own_page = reverse("inspections:visit", args=[found.visit_id])
    return handed_out(request, found.blob, f"{found.item.code}.{found.blob.extension}", own_page, is_own=found.taken_by_id == request.user.pk)


def evidence(request, pk, evidence):
    """The unit's evidence, through the visit that lets an inspector see it."""
    visit = visit_for(request, pk)
    found = get_object_or_404(
        Evidence.objects.present().filter(response__application=visit.application, blob__isnull=False).select_related("blob"), pk=evidence
    )
    return handed_out(request, found.blob, found.title, reverse("inspections:evidence_view", args=[visit.pk, found.pk]), is_own=False)


@require_safe
def evidence_view(request, pk, evidence):
    """The same, to look at: one after another, back to the record of its item."""
    visit = visit_for(request, pk)
    present = Evidence.objects.present().filter(response__application=visit.application)
    present = present.select_related("blob", "checkpoint", "added_by", "response__item").order_by("added_at", "pk")
    proof = get_object_or_404(present, pk=evidence)

    def address(other, query=""):
        return reverse("inspections:evidence", args=[visit.pk, other.pk]) + query

    addresses = Addresses(
        view=address_of_view(request, "inspections:evidence_view", visit.pk), picture=lambda other, page: address(other, f"?page={page}"),
        thumbnail=lambda other: address(other, "?preview"), original=address,
        back=back_to(request, reverse("inspections:record", args=[visit.pk, proof.response.item.code])),
    )
    proofs = list(present.filter(response=proof.response))
    return render(request, "applications/evidence_view.html", viewer(request, proof, proofs, addresses, is_own=False))


def handed_out(request, blob, name, page_of_it, *, is_own):
    """The original; with `?preview` its thumbnail, with `?page=1` a page of it to look at. What may not be opened is explained on `page_of_it`."""
    if "preview" in request.GET:
        return uploads.respond_with_picture(request, blob, name, is_own=is_own)
    if "page" in request.GET:
        return uploads.respond_with_picture(request, blob, name, asked_page(request, blob.pages or 1), is_own=is_own)
    if problem := uploads.opening_problem(blob, is_own=is_own):
        messages.error(request, problem)
        return redirect(page_of_it)
    try:
        return uploads.respond(request, blob, name, blob.media_type)
    except FileNotFoundError:
        raise Http404 from None


@require_POST
def remove_photo(request, pk):
    found = get_object_or_404(
        SitePhoto.objects.visible_to(request.user).present().select_related("item", "visit__application", "visit__group"), pk=pk
    )
    require(can_record(request.user, found.visit) and found.taken_by_id == request.user.pk)
    try:
        actions.remove_photo(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("照片已移除。"))
    return redirect("inspections:record", found.visit_id, found.item.code)


def summary(request, pk):
    visit = visit_for(request, pk)
    require(is_member(request.user, visit))
    rows = talk_rows(visit, request.user)
    points, maximum = rules.site_points(rows)
    context = {
        "visit": visit, "rows": rows, "gaps": [] if visit.is_locked else rules.gaps(visit, rows, request.user), "points": points, "maximum": maximum,
        "own": sum(row.of(request.user) is not None for row in rows), "agreed": sum(row.agreed is not None for row in rows), "total": len(rows),
        "lines": [(row, row.of(request.user)) for row in rows], "segments": segments(rows, request.user),
        "barriers": rules.record_problems(visit, request.user, timezone.now()), "first_gap": next((row for row in rows if row.of(request.user) is None), None),
        "apart": [] if visit.is_locked else [row for row in rows if any(one.is_open and one.record.owner_id == request.user.pk for one in row.apart)],
    }
    return render(request, "inspections/summary.html", context)


def sign(request, pk):
    """With the pad or with the password: each has its own form, and a form knows which it is."""
    visit = visit_for(request, pk)
    require(can_record(request.user, visit))
    rows = rules.findings(visit, request.user)
    by_pad = request.POST.get("method") == Signature.Method.PAD
    pad = forms.PadForm(request.POST if by_pad else None)
    form = forms.SignForm(request.POST if request.method == "POST" and not by_pad else None, request=request)
    asked, problems = pad if by_pad else form, rules.sign_problems(visit, request.user, rows)
    if request.method == "POST" and asked.is_valid():
        try:
            strokes = pad.cleaned_data["strokes"] if by_pad else ()
            actions.sign_visit(visit, request.user, strokes=strokes, seen=request.POST.get("seen"), by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            refused(request, refusal)
        else:
            messages.success(request, _("已签字。全组签字后由组长锁定。"))
            return redirect("inspections:sign", visit.pk)
    current, (points, maximum) = rules.findings_hash(visit, rows), rules.site_points(rows)
    valid = {signature.user_id: signature for signature in visit.signatures.valid().filter(findings_sha256=current)}
    signers = [(member.user, member.is_leader, valid.get(member.user_id)) for member in visit.group.members.select_related("user__organization")]
    context = {
        "visit": visit, "form": form, "pad": pad, "asked": asked, "problems": [] if request.user.pk in valid else problems, "signers": signers, "sha256": current,
        "points": points, "maximum": maximum, "total": len(rows), "agreed": sum(row.agreed is not None for row in rows),
        "lost": sum(bool(row.agreed and row.agreed.points < row.maximum) for row in rows), "witnesses": visit.witnesses.valid().filter(findings_sha256=current),
        "may_witness": not visit.is_locked and not rules.gaps(visit, rows), "is_tampered": is_tampered(visit, current),
        "has_signed": request.user.pk in valid, "may_lock": can_lock(request.user, visit), "missing": sum(signature is None for user, leads, signature in signers),
        "voided": visit.signatures.filter(user=request.user, voided_at__isnull=False).last(),
    }
    return render(request, "inspections/sign.html", context)


@require_POST
def lock(request, pk):
    visit = visit_for(request, pk)
    require(can_lock(request.user, visit))
    try:
        actions.lock_visit(visit, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
        return redirect("inspections:sign", visit.pk)
    messages.success(request, _("验收记录已锁定，得分从现在起计入排名。"))
    return redirect(visit)


def unlock(request, pk):
    visit = visit_for(request, pk)
    require(can_unlock(request.user, visit))
    form, problems = forms.UnlockForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        try:
            actions.unlock_visit(visit, form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已解锁，全部签字作废，验收组已收到通知。"))
            return redirect(visit)
    return render(request, "inspections/unlock.html", {"visit": visit, "form": form, "problems": problems})


# The record


def visit(request, pk):
    """Everything found at a unit, as it prints."""
    found = visit_for(request, pk)
    rows = rules.findings(found, request.user)
    current, (points, maximum) = rules.findings_hash(found, rows), rules.site_points(rows)
    member = is_member(request.user, found)
    open_conflicts = [] if found.is_locked else rules.open_conflicts(found)
    allowable = any(not conflict.own_unit and conflict.user != request.user for conflict in open_conflicts)
    context = {
        "visit": found, "rows": rows, "people": rules.members_of(found), "points": points, "maximum": maximum, "member": member,
        "has_photos": any(row.photos for row in rows), "agreed": sum(row.agreed is not None for row in rows), "total": len(rows), "sha256": found.findings_sha256 or current,
        "current": current, "is_tampered": is_tampered(found, current), "signatures": visit_signatures(found, current), "overrides": found.overrides.select_related("user", "allowed_by"),
        "unlockings": found.unlockings.select_related("unlocked_by"), "conflicts": open_conflicts,
        "may_plan": can_plan_for(request.user, found.application), "may_unlock": found.is_locked and can_unlock(request.user, found),
        "may_type_in": can_type_in(request.user, found), "may_require": can_guide(request.user, found.application),
        "paper_records": found.paper_records.select_related("typed_by", "blob").prefetch_related("inspectors"),
        "may_override": allowable and can_override_conflict(request.user, found), "may_record": can_record(request.user, found), "now": timezone.now(),
    }
    return render(request, "inspections/visit.html", context)
