"""What every request of a person passes: the address for the audit log, signing in, and the first password."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import current_address
from accounts.scripts import asks_json, problems_as_json


def audit_address(get_response):
    """Remember the network address of the request, for the audit log."""

    def middleware(request):
        token = current_address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return get_response(request)
        finally:
            current_address.reset(token)

    return middleware


class SignedIn(LoginRequiredMiddleware):
    """A script that saves in the background is told 401: following a redirect it would take the sign-in page for the answer."""

    def handle_no_permission(self, request, view_func):
        if asks_json(request):
            return problems_as_json([_("登录已过期，内容没有丢失，请重新登录。")], status=401)
        return super().handle_no_permission(request, view_func)


def first_password(get_response):
    """Somebody whose password was set by another person, or is too old, chooses a new one before anything else."""

    def middleware(request):
        if request.user.is_authenticated and (request.user.must_change_password or request.user.password_is_old(timezone.now())):
            allowed = {reverse("accounts:password_change"), reverse("accounts:logout"), reverse("set_language")}
            if request.path not in allowed:
                return redirect("accounts:password_change")
        return get_response(request)

    return middleware
