"""The pool, the plan on its grid, answers on the phone, a unit's request, and repair."""

from collections import Counter
from datetime import date

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import jobs
from accounts.models import User
from accounts.permissions import require
from accounts.rehearsing import here
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.permissions import acted_in, is_of_an_office, read_in, reads_all_of, reads_any_campaign
from campaigns.rules import NotAllowed, Problem
from inspections import actions, forms, reports, sheets
from inspections.models import Challenge, DeclaredConflict, PastService, Plan, PoolEntry, Visit
from inspections.permissions import can_answer, can_challenge, can_decide_challenge, can_plan
from inspections.rules import planning as rules
from inspections.rules.visits import awaiting_visit, inspection_days, inspectors
from inspections.views.visits import refused, visit_for

GROUPS_PER_PAGE = 20
POOL_PER_PAGE = 100
SENTENCES_SHOWN = 12
APPLIED_ON_THE_PAGE = 300  # visits; more are applied by a worker

# The pool


@require_http_methods(["GET", "POST"])
def pool(request):
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        raise Http404
    people = inspectors(campaign, now).exclude(pool_entries__campaign=campaign)
    form, problems = forms.PoolEntryForm(request.POST or None, people=people, days=inspection_days(campaign)), []
    if request.method == "POST":
        require(can_plan(request.user, campaign))
        if form.is_valid():
            data = form.cleaned_data
            try:
                entry = actions.add_to_pool(campaign, data["person"], days=data["days"], cap=data["cap"], by=request.user, at=now)
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                messages.success(request, _("%(person)s已加入验收员库。") % {"person": entry.user})
                return redirect("inspections:pool")
    paginator = Paginator(campaign.pool.select_related("user__organization__county"), POOL_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    entries = list(page.object_list)
    served, loads = services_of(entries), visits_of(campaign, entries)
    able = set(inspectors(campaign, now).filter(pk__in=[entry.user_id for entry in entries]).values_list("pk", flat=True))
    for entry in entries:
        entry.served, entry.load, entry.is_able = served.get(entry.user_id, []), loads[entry.user_id], entry.user_id in able
    context = {
        "campaign": campaign, "entries": entries, "page_obj": page, "pages": paginator.get_elided_page_range(page.number), "form": form, "problems": problems,
        "may_plan": can_plan(request.user, campaign), "most": max([1, *loads.values()]),
    }
    return render(request, "inspections/pool.html", context)


def services_of(entries):
    found = {}
    for service in PastService.objects.filter(user__in=[entry.user_id for entry in entries]).select_related("organization"):
        found.setdefault(service.user_id, []).append(service)
    return found


def visits_of(campaign, entries):
    """How many visits each of these people is down for."""
    people = User.objects.filter(pk__in=[entry.user_id for entry in entries])
    return Counter(people.filter(memberships__group__visits__application__campaign=campaign).values_list("pk", flat=True))


def entry_for(request, pk):
    require(is_of_an_office(request.user))
    mine = here(PoolEntry.objects).filter(acted_in(request.user, "campaign__"))
    return get_object_or_404(mine.select_related("campaign", "user__organization"), pk=pk)


@require_http_methods(["GET", "POST"])
def pool_entry(request, pk):
    return entry_page(request, entry_for(request, pk), changing=request.method == "POST")


def entry_page(request, entry, *, changing=False, service_form=None, leave_form=None):
    now, problems = timezone.now(), []
    form = forms.PoolEntryForm(
        request.POST if changing else None, initial={"cap": entry.cap, "days": entry.days}, people=None, days=inspection_days(entry.campaign),
    )
    if changing and form.is_valid():
        try:
            actions.change_pool_entry(entry, days=form.cleaned_data["days"], cap=form.cleaned_data["cap"], by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("%(person)s的条目已保存。") % {"person": entry.user})
            return redirect("inspections:pool")
    context = {
        "entry": entry, "form": form, "problems": problems, "service_form": service_form or forms.PastServiceForm(), "leave_form": leave_form or forms.LeavePoolForm(),
        "services": services_of([entry]).get(entry.user_id, []),
        "declared": DeclaredConflict.objects.filter(campaign=entry.campaign, user=entry.user).select_related("organization", "declared_by"),
    }
    return render(request, "inspections/pool_entry.html", context)


@require_POST
def add_past_service(request, pk):
    entry, form = entry_for(request, pk), forms.PastServiceForm(request.POST)
    if not form.is_valid():
        return entry_page(request, entry, service_form=form)
    try:
        actions.add_past_service(entry.user, form.cleaned_data["organization"], form.cleaned_data["ended_on"], by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("任职经历已登记，安排验收时会回避。"))
    return redirect(entry)


@require_POST
def leave_pool(request, pk):
    entry, form = entry_for(request, pk), forms.LeavePoolForm(request.POST)
    if not form.is_valid():
        return entry_page(request, entry, leave_form=form)
    try:
        actions.leave_pool(entry, form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("%(person)s已退出；已经安排的验收请在“修补安排”里处理。") % {"person": entry.user})
    return redirect(entry)


@require_POST
def rejoin_pool(request, pk):
    entry = actions.rejoin_pool(entry_for(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("%(person)s已重新加入。") % {"person": entry.user})
    return redirect(entry)


# The plan


@require_http_methods(["GET", "POST"])
def plan_list(request):
    """One button proposes; what was proposed before stands below."""
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        raise Http404
    days = [day for day in inspection_days(campaign) if day >= timezone.localdate(now)]
    start = {"first_on": days[min(1, len(days) - 1)], "last_on": days[-1]} if days else {}
    form, problems = forms.MakePlanForm(request.POST or None, initial=start, days=days), []
    if request.method == "POST":
        require(can_plan(request.user, campaign))
        if form.is_valid():
            data = form.cleaned_data
            chosen = rules.working_days(campaign, data["first_on"], data["last_on"], holidays=data["holidays"])
            try:
                made = actions.make_plan(
                    campaign, days=chosen, per_day=data["per_day"], size=data["size"], seed=data["seed"], by=request.user, at=now,
                )
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                return redirect(made)
    context = {
        "campaign": campaign, "form": form, "problems": problems, "may_plan": can_plan(request.user, campaign), "plans": campaign.plans.select_related("made_by"),
        "awaiting": awaiting_visit(campaign).count(), "people": campaign.pool.available().count(), "draft": campaign.plans.filter(state=Plan.State.DRAFT).first(),
    }
    return render(request, "inspections/plan_list.html", context)


def plan_for(request, pk):
    require(reads_any_campaign(request.user))
    return get_object_or_404(here(Plan.objects).filter(read_in(request.user, "campaign__")).select_related("campaign", "made_by", "applied_by", "published_by", "job"), pk=pk)


def changeable_plan(request, pk):
    """A plan for those who change it: an auditor, who reads it, is refused."""
    require(is_of_an_office(request.user))
    found = plan_for(request, pk)
    require(can_plan(request.user, found.campaign))
    return found


@require_GET
def plan(request, pk):
    found = plan_for(request, pk)
    return render(request, "inspections/plan.html", plan_context(request, found))


def plan_context(request, plan):
    """The grid of one page of groups, its problems, loads and what was left out."""
    now = timezone.now()
    groups = list(plan.groups.prefetch_related("members").select_related("group"))
    paginator = Paginator(groups, GROUPS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    board = rules.board(plan, now, shown=list(page.object_list))
    days = sorted({*map(date.fromisoformat, plan.days), *(visit.on for visit in board.visits)})
    answers = rules.with_answers([visit.application.visit for visit in board.visits if hasattr(visit.application, "visit")])
    cells = {}
    for visit in board.visits:
        visit.problems = board.problems.get(visit.pk, [])
        given = answers.get(visit.application.visit.pk, {}).values() if hasattr(visit.application, "visit") else []
        visit.declined = [answer for answer in given if not answer.is_accepted]
        visit.accepted = sum(answer.is_accepted for answer in given)
        cells.setdefault((visit.group_id, visit.on), []).append(visit)
    grid = [
        {
            "group": group, "people": [(board.users[member.user_id], member.is_leader) for member in group.members.all()],
            "problems": board.group_problems.get(group.number, []), "n": sum(visit.group_id == group.pk for visit in board.visits),
            "cells": [{"day": day, "visits": cells.get((group.pk, day), []), "over": len(cells.get((group.pk, day), [])) > plan.per_day} for day in days],
        }
        for group in board.shown
    ]
    shown_people = {user.pk: user for row in grid for user, _leads in row["people"]}
    loads = sorted(((user, board.loads[user.pk]) for user in shown_people.values()), key=lambda row: (-row[1], row[0].pk))
    chosen = next((visit for visit in board.visits if str(visit.pk) == request.GET.get("move")), None)
    form = forms.MovePlannedVisitForm(
        initial={"visit": chosen, "group": chosen.group_id, "on": chosen.on.isoformat()} if chosen else {}, visits=planned_in(plan, board.shown), groups=plan.groups.all(), days=days,
    )
    sentences = board.sentences_in_all
    missing = Application.objects.filter(pk__in=list(map(int, plan.unplaced))).select_related("organization__county")
    left_out = User.objects.filter(pk__in=list(map(int, plan.unused))).select_related("organization")
    return {
        "plan": plan, "campaign": plan.campaign, "grid": grid, "days": days, "page_obj": page, "pages": paginator.get_elided_page_range(page.number),
        "loads": loads, "most": max([1, *(n for _user, n in loads)]), "sentences": sentences[:SENTENCES_SHOWN], "more": max(0, len(sentences) - SENTENCES_SHOWN),
        "n_visits": plan.visits.count(), "n_groups": len(groups), "may_plan": can_plan(request.user, plan.campaign), "may_move": can_plan(request.user, plan.campaign) and plan.is_draft,
        "form": form, "chosen": chosen, "spread": spread_of(board, groups), "ratio": plan.cost / plan.bound if plan.bound else None,
        "missing": [(application, rules.UNPLACED[plan.unplaced[str(application.pk)]]) for application in missing],
        "left_out": [(user, rules.UNUSED[plan.unused[str(user.pk)]]) for user in left_out],
    }


def spread_of(board, groups):
    """The greatest load in the plan less the smallest."""
    loads = [board.loads[member.user_id] for group in groups for member in group.members.all()]
    return max(loads) - min(loads) if loads else 0


def planned_in(plan, groups):
    return plan.visits.filter(group__in=groups).select_related("application__organization", "group").order_by("group__number", "on", "pk")


def planned_for(plan, pk):
    planned = plan.visits.select_related("application__organization__county", "application__track", "plan__campaign", "group").filter(pk=pk).first()
    if planned is None:
        raise Http404
    return planned


@require_POST
def move_planned_visit(request, pk):
    """Dropped, or chosen from lists. The answer is the board as it is now, conflicts in red."""
    found, now = changeable_plan(request, pk), timezone.now()
    form = forms.MovePlannedVisitForm(request.POST, visits=found.visits.all(), groups=found.groups.all(), days=[])
    told, tone = "", ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            moved = actions.move_planned_visit(data["visit"], data["group"], data["on"], by=request.user, at=now)
        except NotAllowed as refusal:
            told, tone = str(refusal), "red"
        else:
            names = {"unit": moved.application.organization, "group": moved.group, "day": moved.on.isoformat()}
            against = rules.board(found, now, shown=[moved.group]).problems.get(moved.pk, [])
            told = _("%(unit)s已移到%(group)s %(day)s。") % names + " ".join(against)
            tone = "red" if against else "green"
    else:
        told, tone = _("请选择单位、验收组和日期。"), "red"
    return board_again(request, found, told, tone)


def board_again(request, plan, told, tone):
    """The board as it is now, with what happened; without script the page anew."""
    if request.htmx:
        plan.refresh_from_db()
        return render(request, "inspections/_plan_board.html", plan_context(request, plan) | {"told": told, "tone": tone})
    (messages.error if tone == "red" else messages.success)(request, told)
    return redirect(plan)


@require_POST
def drop_planned_visit(request, pk):
    found = changeable_plan(request, pk)
    if not (key := request.POST.get("visit", "")).isdigit():
        return board_again(request, found, _("请选择要拿掉的单位。"), "red")
    planned = planned_for(found, key)
    try:
        actions.drop_planned_visit(planned, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        return board_again(request, found, str(refusal), "red")
    return board_again(request, found, _("%(unit)s已从方案里拿掉，可以另外安排。") % {"unit": planned.application.organization}, "green")


@require_GET
def check_move(request, pk, visit):
    """Where this visit may not go, by cell of the page: what the drag shows in red."""
    found = plan_for(request, pk)
    planned = planned_for(found, visit)
    groups = list(found.groups.prefetch_related("members").select_related("group"))
    shown = Paginator(groups, GROUPS_PER_PAGE).get_page(request.GET.get("page")).object_list
    board = rules.board(found, timezone.now(), shown=[planned.group])
    days = sorted({*map(date.fromisoformat, found.days), planned.on})
    cells = {
        f"{group.pk}|{day.isoformat()}": sentences
        for group in shown for day in days if (sentences := board.sentences(planned.application, group, day))
    }
    return JsonResponse({"visit": planned.pk, "cells": cells})


@require_http_methods(["GET", "POST"])
def planned_group(request, pk, number):
    found = changeable_plan(request, pk)
    group = get_object_or_404(found.groups.prefetch_related("members__user"), number=number)
    members = list(group.members.all())
    people = User.objects.filter(pool_entries__campaign=found.campaign, pool_entries__left_at=None).select_related("organization").order_by("organization__code", "username")
    start = {"leader": next((member.user_id for member in members if member.is_leader), None), "members": [member.user_id for member in members]}
    form, problems = forms.PlannedGroupForm(request.POST or None, initial=start, people=people), []
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_planned_members(group, form.cleaned_data["leader"], list(form.cleaned_data["members"]), by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("%(group)s的组员已调整；有冲突的地方标成红色。") % {"group": group})
            return redirect(found)
    return render(request, "inspections/planned_group.html", {"plan": found, "group": group, "form": form, "problems": problems})


@require_GET
def plan_why(request, pk, visit):
    found = plan_for(request, pk)
    planned = planned_for(found, visit)
    board = rules.board(found, timezone.now(), shown=[planned.group])
    rows = rules.reasons(board, planned)
    return render(request, "inspections/plan_why.html", {"plan": found, "visit": planned, "why": rules.why_sentence(planned), "rows": rows})


@require_POST
def apply_plan(request, pk):
    found, now = changeable_plan(request, pk), timezone.now()
    version = int(shown) if (shown := request.POST.get("version", "")).isdigit() else None
    if found.visits.count() > APPLIED_ON_THE_PAGE:
        return redirect(jobs.start("inspections.apply_plan", _("应用%(plan)s") % {"plan": found}, by=request.user, at=now, plan=found.pk, version=version))
    try:
        actions.apply_plan(found, version=version, by=request.user, at=now)
    except NotAllowed as refusal:
        for problem in refusal.problems[:SENTENCES_SHOWN]:
            messages.error(request, str(problem))
    else:
        messages.success(request, _("方案已整体应用：验收组和安排都已建立，还没有通知任何人。核对后发布。"))
    return redirect(found)


@require_POST
def publish_plan(request, pk):
    found = changeable_plan(request, pk)
    try:
        actions.publish_plan(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("方案已发布，验收员和单位都会收到通知；验收员逐个答复。"))
    return redirect(found)


@require_POST
def discard_plan(request, pk):
    found = changeable_plan(request, pk)
    try:
        actions.discard_plan(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
        return redirect(found)
    messages.success(request, _("草案已放弃，没有影响任何安排。"))
    return redirect("inspections:plan_list")


@require_POST
def export_plan(request, pk):
    found = plan_for(request, pk)
    return redirect(jobs.start("inspections.plan_file", _("%(plan)s（Excel）") % {"plan": found}, by=request.user, at=timezone.now(), plan=found.pk))


SALT = "inspections.import_plan"


@require_http_methods(["GET", "POST"])
def import_plan(request, pk):
    """Chosen, looked at, confirmed: the second post carries what the first one showed, signed."""
    found, now = changeable_plan(request, pk), timezone.now()
    form, context = forms.ImportPlanForm(), {}
    problems = rules.draft_state_problems(found)
    if request.method == "POST" and "told" in request.POST and not problems:
        try:
            told = signing.loads(request.POST["told"], salt=SALT)
            rows = [(key, number, date.fromisoformat(day)) for key, number, day in told["rows"]]
            changed = actions.import_plan(found, rows, version=told["version"] if told["plan"] == found.pk else -1, by=request.user, at=now)
        except signing.BadSignature:
            problems = [Problem(_("预览已经失效，请重新选择文件。"))]
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已按表格调整 %(n)s 个单位；有冲突的地方标成红色。") % {"n": changed})
            return redirect(found)
    elif request.method == "POST" and not problems:
        form = forms.ImportPlanForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                changes, errors, unchanged = reports.read_plan(found, sheets.rows_of(form.cleaned_data["file"]))
            except sheets.Unreadable:
                form.add_error("file", _("打不开这个文件：请用导出的 xlsx 表格，另存后再选。"))
            else:
                told = {"plan": found.pk, "version": found.version, "rows": [(change.key, change.number, change.day) for change in changes]}
                context = {"changes": changes, "errors": errors, "unchanged": unchanged, "told": signing.dumps(told, salt=SALT, compress=True)}
    return render(request, "inspections/import_plan.html", {"plan": found, "form": form, "problems": problems} | context)


# Answers, on the phone


@require_POST
def accept_assignment(request, pk):
    visit = visit_for(request, pk)
    require(can_answer(request.user, visit))
    try:
        actions.accept_assignment(visit, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("已接受：%(day)s 验收%(unit)s。") % {"day": visit.on.isoformat(), "unit": visit.application.organization})
    return redirect("inspections:today")


@require_http_methods(["GET", "POST"])
def decline_assignment(request, pk):
    visit = visit_for(request, pk)
    require(can_answer(request.user, visit))
    form, problems, now = forms.DeclineAssignmentForm(request.POST or None), [], timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            actions.decline_assignment(visit, form.cleaned_data["kind"], form.cleaned_data["reason"], by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已告诉%(office)s，会另作安排，并通知你。") % {"office": visit.application.campaign.office_name})
            return redirect("inspections:today")
    return render(request, "inspections/decline_assignment.html", {"visit": visit, "form": form, "problems": problems or rules.answer_problems(visit, request.user, now)})


# The unit's own 回避


@require_http_methods(["GET", "POST"])
def challenge(request, pk):
    """Who comes and when, for the unit and its county; the unit may ask that somebody stay away."""
    visits = Visit.objects.published().filter(application__in=Application.objects.visible_to(request.user))
    visit = get_object_or_404(visits.select_related("application__organization__county", "application__campaign", "application__track", "group"), pk=pk)
    may_challenge, now = can_challenge(request.user, visit), timezone.now()
    members = list(visit.group.members.select_related("user__organization"))
    people = User.objects.filter(memberships__group=visit.group).select_related("organization")
    form, problems = forms.ChallengeForm(request.POST or None, people=people), []
    if request.method == "POST":
        require(may_challenge)
        if form.is_valid():
            try:
                actions.challenge_inspector(visit, form.cleaned_data["person"], form.cleaned_data["reason"], by=request.user, at=now)
            except NotAllowed as refusal:
                problems = refusal.problems
            else:
                messages.success(request, _("回避申请已提交，%(office)s决定后会通知你单位。") % {"office": visit.application.campaign.office_name})
                return redirect("inspections:challenge", visit.pk)
    made = Challenge.objects.filter(campaign=visit.application.campaign, organization=visit.application.organization).select_related("user")
    context = {"visit": visit, "members": members, "form": form, "problems": problems, "may_challenge": may_challenge, "made": made}
    return render(request, "inspections/challenge.html", context)


@require_GET
def challenge_list(request):
    """回避 declared by either side: what waits for a decision, and everything on record."""
    require(reads_all_of(request.user, campaign_for(request)))
    return render(request, "inspections/challenge_list.html", challenges_context(request))


def challenges_context(request, bound=None):
    campaign = campaign_for(request)
    challenges = Challenge.objects.filter(campaign=campaign).select_related("campaign", "organization__county", "user__organization", "declared_by", "decided_by")
    rows = [
        {
            "challenge": one, "may_decide": one.state == Challenge.State.OPEN and can_decide_challenge(request.user, one),
            "form": bound[1] if bound and bound[0] == one.pk else forms.DecideChallengeForm(number=one.pk),
        }
        for one in challenges
    ]
    declared = DeclaredConflict.objects.filter(campaign=campaign).select_related("user__organization", "organization", "declared_by")
    return {"campaign": campaign, "rows": rows, "declared": declared, "may_plan": can_plan(request.user, campaign)}


@require_POST
def decide_challenge(request, pk):
    require(is_of_an_office(request.user))
    found = get_object_or_404(here(Challenge.objects).filter(acted_in(request.user, "campaign__")).select_related("organization__county", "user", "campaign"), pk=pk)
    require(can_decide_challenge(request.user, found))
    form = forms.DecideChallengeForm(request.POST, number=found.pk)
    if not form.is_valid():
        return render(request, "inspections/challenge_list.html", challenges_context(request, (found.pk, form)))
    try:
        actions.decide_challenge(found, form.cleaned_data["state"] == Challenge.State.UPHELD, form.cleaned_data["reply"], by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("已决定并答复%(unit)s。") % {"unit": found.organization})
    return redirect("inspections:challenge_list")


# Repair


@require_http_methods(["GET", "POST"])
def repair(request):
    """What is wrong and exactly what would change; applied only as it was shown."""
    campaign, now = campaign_for(request), timezone.now()
    require(reads_all_of(request.user, campaign))
    if campaign is None:
        raise Http404
    problems = []
    if request.method == "POST":
        require(can_plan(request.user, campaign))
        try:
            done = actions.repair_plan(campaign, request.POST.get("sha256", ""), by=request.user, at=now)
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已修补，改动了 %(n)s 个单位的安排，并已通知有关的验收员和单位。") % {"n": done.touched})
            return redirect("inspections:visit_list")
    mending = rules.mending(campaign, now)
    return render(request, "inspections/repair.html", {"campaign": campaign, "mending": mending, "problems": problems, "may_plan": can_plan(request.user, campaign)})
