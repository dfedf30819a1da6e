"""Documents and interpretations of an item: a row added, a block pasted, a row changed or taken out."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from applications import actions, rules
from applications.forms import PairForm, PasteForm
from applications.models import Application, InterpretationPair
from applications.permissions import can_edit
from applications.views._common import find_response
from applications.views.evidence import answer, keep_typed
from campaigns.rules import NotAllowed


def with_limit(request, pk, code):
    response = find_response(request, pk, code)
    require(can_edit(request.user, response.application))
    if rules.interpretation_limit(response.item) is None:
        raise Http404
    return response


@require_POST
def add_pair(request, pk, code):
    response = with_limit(request, pk, code)
    unsaved, stored = keep_typed(request, response)
    form = PairForm(request.POST, response=response)
    if form.is_valid():
        try:
            actions.add_pair(response, form.values, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            put_into(form, refusal)
        else:
            form = None
    return answer(request, pk, code, "pairs", forms={"pair_form": form}, unsaved=unsaved, stored=stored)


@require_POST
def paste_pairs(request, pk, code):
    """Each line that can be read becomes a row; the others stay in the box with their reasons."""
    response = with_limit(request, pk, code)
    unsaved, stored = keep_typed(request, response)
    form, added = PasteForm(request.POST), 0
    if form.is_valid():
        for line, values in form.cleaned_data["rows"]:
            try:
                actions.add_pair(response, values, by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                form.refuse(line, refusal)
            else:
                added += 1
        if form.refused:
            form.keep_refused()
        else:
            form = None
    if added and not request.htmx:
        messages.success(request, _("已添加 %(n)s 行。") % {"n": added})
    return answer(request, pk, code, "pairs", forms={"paste_form": form}, unsaved=unsaved, stored=stored)


def find_pair(request, pk):
    pair = get_object_or_404(
        InterpretationPair.objects.filter(response__application__in=Application.objects.visible_to(request.user))
        .select_related("response__application__organization", "response__application__track", "response__application__campaign", "response__item"), pk=pk,
    )
    require(can_edit(request.user, pair.response.application))
    return pair


def change_pair(request, pk):
    pair = find_pair(request, pk)
    response, refusal_status = pair.response, 200
    problems = rules.editing_problems(response)
    kept = {name: getattr(pair, name) for name in PairForm.base_fields}
    form = PairForm(request.POST or None, response=response, initial=kept)
    if request.method == "POST":
        refusal_status = 422
        if form.is_valid():
            try:
                actions.change_pair(pair, form.values, base_version=form.cleaned_data["version"], by=request.user, at=timezone.now())
            except actions.Stale as stale:
                form.data = form.data.copy()
                form.data[form.add_prefix("version")] = stale.stored.version
                form.add_error(None, _("%(who)s 刚刚改过这一行：%(document)s → %(reading)s。要用你填的，请再保存一次。") % {
                    "who": stale.stored.changed_by, "document": stale.stored.document_on, "reading": stale.stored.reading_on,
                })
            except NotAllowed as refusal:
                put_into(form, refusal)
            else:
                messages.success(request, _("已保存。"))
                return redirect(f"{response.get_absolute_url()}#pairs")
    return render(request, "applications/change_pair.html", {
        "pair": pair, "response": response, "item": response.item, "application": response.application, "form": form, "problems": problems,
    }, status=refusal_status)


@require_POST
def remove_pair(request, pk):
    pair = find_pair(request, pk)
    response = pair.response
    unsaved, stored = keep_typed(request, response)
    problems = []
    try:
        actions.remove_pair(pair, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        problems = refusal.problems
    return answer(request, response.application_id, response.item.code, "pairs", forms={"problems": problems}, unsaved=unsaved, stored=stored)


def put_into(form, refusal):
    for problem in refusal.problems:
        form.add_error(None, str(problem))
