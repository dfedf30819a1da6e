"""What the item page's script asks while somebody types: save one field, who else is here, go on to another item."""

from functools import wraps

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.scripts import problems_as_json
from accounts.templatetags.portal import short_points, when
from applications import actions, presence, rules
from applications.forms import FieldForm
from applications.models import ItemResponse
from applications.permissions import can_edit
from applications.views._common import find_response
from applications.views.filling import following, warn_of_typed
from campaigns.rules import NotAllowed


def in_own_name(view):
    """The page says whose it is: after somebody else has signed in, nothing that stands in it is sent in their name."""

    @require_POST
    @wraps(view)
    def wrapped(request, pk, code):
        response = find_response(request, pk, code)
        require(can_edit(request.user, response.application))
        if request.POST.get("person") != str(request.user.pk):
            return problems_as_json([_("现在登录的是%(name)s，这一页的内容没有用这个账号保存。") % {"name": request.user}], status=401)
        return view(request, response)

    return wrapped


def refused(problems, status=422):
    return JsonResponse({"problems": [{"text": str(problem), "target": problem.url} for problem in problems]}, status=status)


@in_own_name
def save_field(request, response):
    """200 with the new version and the time; 409 with what is stored, by whom and when; 422 with sentences."""
    field = request.POST.get("field")
    if field not in ItemResponse.TYPED:
        return problems_as_json([_("请刷新页面后再试。")], status=400)
    presence.at_work(request.user, response)
    form = FieldForm(request.POST, instance=response, step=response.application.campaign.score_step, field=field)
    if not form.is_valid():
        return problems_as_json([error for errors in form.errors.values() for error in errors], status=422)
    now = timezone.now()
    try:
        saved = actions.save_field(
            response, field, form.cleaned_data[field], base_version=form.cleaned_data["version"], by=request.user, at=now,
        )
    except NotAllowed as refusal:
        return problems_as_json(refusal.problems, status=422)
    except actions.Stale as stale:
        return JsonResponse(stored(stale.stored, field), status=409)
    return JsonResponse({"version": saved.version_of(field), "whole": saved.version, "at": f"{timezone.localtime(now):%H:%M}"})


def stored(response, field):
    """What somebody else saved, as the control would hold it, by whom and when."""
    event, value = rules.last_save(response, field), getattr(response, field)
    return {
        "version": response.version_of(field), "whole": response.version,
        "value": "" if value is None else short_points(value) if field == "self_score" else value,
        "who": event.by_label if event else str(response.updated_by), "when": when(event.at if event else response.updated_at),
    }


@in_own_name
def editing(request, response):
    """The cursor is in this item, or the page only looks who else is here."""
    if request.POST.get("focus"):
        presence.at_work(request.user, response)
    others = presence.at_work_on(response.application, besides=request.user).get(response.pk, [])
    return JsonResponse({"others": others})


@in_own_name
def leave_item(request, response):
    """Everything typed is saved by now: mark it done where that is the wish, and say where to go on."""
    wish = request.POST.get("action")
    if wish == "done":
        try:
            actions.mark_done(response, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            return refused(refusal.problems)
        warn_of_typed(request, response, timezone.now())
    return JsonResponse({"url": following(request, response, wish)})
