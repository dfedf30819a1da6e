"""Coming in by a one-time link: an invitation, a forgotten password, the first account of an empty portal.

A link that is bad, used up, run out or made void looks the same and takes as long (S-12).
"""

from contextlib import suppress

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from accounts import actions, first, links, tasks
from accounts.forms import FirstAdministratorForm, ForgottenForm, OwnPasswordForm
from accounts.models import User

BACKEND = "accounts.backends.RoleBackend"
ASKED_PER_HOUR = 30  # from one network; a whole office may sit behind it


def dead_link(request):
    return render(request, "accounts/dead_link.html", status=410)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_link(request, secret):
    """Says who and which unit, takes the password, and signs in."""
    now = timezone.now()
    link = links.opened_by(secret, now)
    form = OwnPasswordForm(link.user if link else User(), request.POST or None)
    if link is None:
        return dead_link(request)
    if request.method == "POST" and form.is_valid():
        user = actions.use_link(secret, form.cleaned_data["new_password1"], at=now)
        if user is None:
            return dead_link(request)
        request.signing_in_by = "link"
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "accounts/sign_in_link.html", {"form": form, "link": link})


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request):
    """The answer is the same whoever asks for whom; what happens, happens in the background."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = f"forgotten-{request.META.get('REMOTE_ADDR')}"
        cache.add(key, 0, 3600)
        if cache.incr(key) <= ASKED_PER_HOUR:
            with suppress(OperationalError):  # no broker: the page names whom to ask as well
                tasks.ask_for_reset.delay(form.cleaned_data["username"])
        return render(request, "accounts/forgotten.html", {"asked": True})
    return render(request, "accounts/forgotten.html", {"form": form})


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_administrator(request, secret):
    if not first.opens(secret):
        return dead_link(request)
    form = FirstAdministratorForm(User(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        user = actions.make_first_administrator(told["username"], told["name"], told["new_password1"], at=timezone.now())
        if user is None:
            return dead_link(request)
        first.address()  # there is an account now: the file goes
        request.signing_in_by = "link"
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "accounts/first_administrator.html", {"form": form})
