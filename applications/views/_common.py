"""The shared beginnings of these views: find what the person may see, and turn a refusal into sentences."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404

from applications.forms import VersionForm
from applications.models import Application
from campaigns.rules import NotAllowed


def find(request, pk):
    visible = Application.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("campaign", "track", "organization__county", "organization__kind", "standard"), pk=pk)


def find_response(request, pk, code):
    application = find(request, pk)
    response = get_object_or_404(application.responses.select_related("item__category", "updated_by"), item__code=code)
    response.application = application
    return response


def version_shown(request):
    """The version of the application that the posted page was made from; None when it said nothing readable."""
    form = VersionForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else None


def say(request, refusal):
    for problem in refusal.problems:
        messages.error(request, str(problem))


def refusals_as_messages(view):
    """For views that answer with a redirect: `view` returns where to go and a function that acts."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        act, redirect, sentence = view(request, *args, **kwargs)
        try:
            act()
        except NotAllowed as refusal:
            say(request, refusal)
        else:
            messages.success(request, sentence)
        return redirect

    return wrapped
