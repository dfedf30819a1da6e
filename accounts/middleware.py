"""What every request of a person passes: the address for the audit log, signing in, and the first password."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import current_address
from accounts.permissions import has_second_factor, may_use_second_factor, must_use_second_factor
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


def waits_for_second_factor(request):
    """The screen that comes before all others for this session: to enter a code, or to set one up."""
    user = request.user
    if settings.SECOND_FACTOR == "off" or not user.is_authenticated or user.is_verified() or not may_use_second_factor(user):
        return None
    if request.session.get("second_factor_elsewhere"):  # asked by the provider that signed this person in
        return None
    if has_second_factor(user):
        return "accounts:verify"
    return "accounts:second_factor" if must_use_second_factor(user) else None


def second_factor(get_response):
    """Nothing opens by its address while the second factor waits (S-14)."""

    def middleware(request):
        screen = waits_for_second_factor(request)
        if screen and request.path not in {reverse(screen), reverse("accounts:logout"), reverse("set_language")}:
            if asks_json(request):
                return problems_as_json([_("这个账号还要两步验证。请另开一页登录，再回到这里重新保存，内容没有丢失。")], status=403)
            ahead = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
            return redirect(reverse(screen) + ahead)
        return get_response(request)

    return middleware


def first_password(get_response):
    """Somebody whose password was set by another person, or is too old, chooses a new one before anything else."""

    def middleware(request):
        if request.user.is_authenticated and not request.session.get("signed_in_by") and (request.user.must_change_password or request.user.password_is_old(timezone.now())):
            allowed = {reverse("accounts:password_change"), reverse("accounts:logout"), reverse("set_language")}
            if request.path not in allowed:
                return redirect("accounts:password_change")
        return get_response(request)

    return middleware
