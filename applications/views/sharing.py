"""Sharing the items out among the people of the unit."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import require
from applications import actions, rules
from applications.forms import AssignForm
from applications.permissions import can_edit
from applications.views._common import find
from campaigns.rules import NotAllowed


def assign(request, pk):
    application = find(request, pk)
    require(can_edit(request.user, application))
    people = list(rules.colleagues(application))
    form = AssignForm(request.POST or None, parts=rules.progress(application), people=people)
    problems = rules.assignment_problems(application, {})
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.assign(application, form.wanted, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("分工已保存，%(n)s 项有变动，已告诉分到的同事。") % {"n": len(changed)} if changed else _("分工没有变动。"))
            return redirect(application)
    context = {"application": application, "form": form, "people": people, "problems": problems}
    return render(request, "applications/assign.html", context, status=422 if request.method == "POST" else 200)
