"""What every request of a person passes: the address for the audit log, and the first password."""

from django.shortcuts import redirect
from django.urls import reverse

from accounts.audit import current_address


def audit_address(get_response):
    """Remember the network address of the request, for the audit log."""

    def middleware(request):
        token = current_address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return get_response(request)
        finally:
            current_address.reset(token)

    return middleware


def first_password(get_response):
    """Somebody whose password was set by another person chooses their own before anything else."""

    def middleware(request):
        if request.user.is_authenticated and request.user.must_change_password:
            allowed = {reverse("accounts:password_change"), reverse("accounts:logout"), reverse("set_language")}
            if request.path not in allowed:
                return redirect("accounts:password_change")
        return get_response(request)

    return middleware
