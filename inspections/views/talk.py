"""The group's talk over what its members recorded, and the unit's representative who signs on the group's device."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import require
from campaigns.rules import NotAllowed, Problem
from inspections import actions, forms
from inspections.models import DeviceRecord
from inspections.permissions import can_record
from inspections.rules import talk as rules
from inspections.rules import visits as visit_rules
from inspections.rules.signing import witness_barriers
from inspections.views.visits import refused, visit_for


def talk(request, pk):
    """All items on one page and in one form. What is typed in other items stays whatever becomes of the one that is saved."""
    visit, now = visit_for(request, pk), timezone.now()
    require(can_record(request.user, visit))
    step, problems = visit.application.campaign.score_step, {}
    rows = rules.talk_rows(visit, request.user)
    typed = {row.item.code: forms.TalkRowForm(request.POST or None, row=row, step=step, initial=rules.proposal(row)) for row in rows}
    if request.method == "POST":
        settled, problems, here = answer(request, visit, rows, typed, now)
        rows = rules.talk_rows(visit, request.user)
        unsaved = {code: form for code, form in typed.items() if code not in settled and (form.is_touched or code in problems)}
        if not unsaved and not problems:
            return redirect(visit_rules.talk_address(visit, here) if here else next_place(visit, rows, settled))
        typed = {row.item.code: unsaved.get(row.item.code) or forms.TalkRowForm(row=row, step=step, initial=rules.proposal(row)) for row in rows}
        for row in rows:
            typed[row.item.code].row = row
    context = {
        "visit": visit, "lines": [(row, typed[row.item.code], problems.get(row.item.code, [])) for row in rows], "total": len(rows),
        "agreed": sum(row.agreed is not None for row in rows), "differing": sum(row.differs and row.agreed is None and not row.is_hidden for row in rows),
        "apart": [row for row in rows if row.agreed is None and not row.is_hidden and (row.differs or row.apart)],
        "waiting": sum(bool(row.waiting) for row in rows), "equal": sum(row.is_equal for row in rows), "barriers": visit_rules.locked_visit_problems(visit),
        "problems": [Problem(f"{code} {problem}", f"#talk-{code}-points" if code else "") for code, found in problems.items() for problem in found],
    }
    return render(request, "inspections/talk.html", context)


def answer(request, visit, rows, typed, now):
    """Do what the pressed button says. Returns the codes of items whose fields are done with, {code: problems}, and the item to stay at."""
    verb, _sep, about = request.POST.get("go", "").partition(":")
    if verb == "take":  # what stands there is right, what was typed is dropped
        return {about}, {}, about
    try:
        if verb == "equal":
            agreed = actions.agree_equal(visit, by=request.user, at=now)
            said = ngettext("%(n)s 项一致的已商定。", "%(n)s 项一致的已商定。", len(agreed)) % {"n": len(agreed)}
            messages.success(request, said if agreed else _("没有可以一并商定的项，请逐项商定。"))
            return {item.code for item in agreed if not typed[item.code].is_touched}, {}, ""
        if verb == "choose":
            return set(), {}, choose(request, visit, about, now)
    except NotAllowed as refusal:
        return set(), {"": refusal.problems}, ""
    wanted = [row for row in rows if (row.item.code == about if verb == "item" else typed[row.item.code].is_touched)]
    if not wanted:
        messages.info(request, _("没有新填的内容，还没有商定的请先填得分。"))
    return *agree(request, visit, wanted, typed, now), ""


def agree(request, visit, wanted, typed, now):
    settled, problems = set(), {}
    for row in wanted:
        code, form = row.item.code, typed[row.item.code]
        if not form.is_valid():
            problems[code] = [Problem(error) for errors in form.errors.values() for error in errors]
            continue
        data = form.cleaned_data
        try:
            actions.agree_site_score(visit, row.item, data["points"], data["reason"], seen=data["seen"], by=request.user, at=now)
        except NotAllowed as refusal:
            problems[code] = refusal.problems
        else:
            settled.add(code)
    if settled:
        said = ngettext("%(n)s 项已商定：%(items)s。", "%(n)s 项已商定：%(items)s。", len(settled))
        messages.success(request, said % {"n": len(settled), "items": _("、").join(row.item.code for row in wanted if row.item.code in settled)})
    return settled, problems


def choose(request, visit, about, now):
    """`about` is the record and what counts of it: a revision, `entered`, or `both`. Returns the item's code."""
    key, _sep, choice = about.partition(":")
    record = next((one for one in DeviceRecord.objects.filter(visit=visit).prefetch_related("revisions") if str(one.pk) == key), None)
    if record is None:
        raise Http404
    revision = next((one for one in record.current if str(one.pk) == choice), None)
    if revision is None and choice not in ("entered", "both"):
        raise Http404
    actions.choose_content(visit, record, revision, keep=choice == "both", by=request.user, at=now)
    messages.success(request, _("两份都留着，商定时一起看。") if choice == "both" else _("已选好，%(code)s 以选定的一份为准。") % {"code": record.item_code})
    return record.item_code


def next_place(visit, rows, settled):
    """The next item to talk over after the ones just done; the summary when there is none left."""
    last = max((place for place, row in enumerate(rows) if row.item.code in settled), default=-1)
    left = [row for row in rows[last + 1:] + rows[:last + 1] if row.agreed is None and not row.is_hidden and not row.waiting]
    if left:
        return visit_rules.talk_address(visit, left[0].item.code)
    return redirect("inspections:summary" if all(row.agreed for row in rows) else "inspections:talk", visit.pk).url


def witness(request, pk):
    """Handed to the unit's representative: what they sign, their name and duty, the pad; or the reason why they do not."""
    visit, now = visit_for(request, pk), timezone.now()
    require(can_record(request.user, visit))
    rows, refuses = visit_rules.findings(visit), request.POST.get("go") == "refuse"
    form = forms.WitnessForm(request.POST or None, refuses=refuses)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        signed = {"refusal": data["refusal"]} if refuses else {"strokes": data["strokes"]}
        try:
            actions.witness_visit(visit, data["name"], data["duty"], **signed, seen=request.POST.get("seen"), by=request.user, at=now)
        except NotAllowed as refusal:
            refused(request, refusal)
        else:
            said = _("%(person)s拒绝签字，理由已登记。") if refuses else _("%(person)s已在场签字。")
            messages.success(request, said % {"person": data["name"]})
            return redirect("inspections:sign", visit.pk)
    points, maximum = visit_rules.site_points(rows)
    context = {
        "visit": visit, "form": form, "barriers": witness_barriers(visit, request.user, rows), "points": points,
        "maximum": maximum, "total": len(rows), "lost": [row for row in rows if row.agreed and row.agreed.points < row.maximum],
        "sha256": visit_rules.findings_hash(visit, rows), "refuses": refuses,
    }
    return render(request, "inspections/witness.html", context)
