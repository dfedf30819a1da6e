"""There and back again: sign-in by an identity provider of the city."""

import logging
import secrets

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET

from accounts import outside
from accounts.views.signing_in import BACKEND

logger = logging.getLogger(__name__)
STATE = "cas_state"


def refused(request, *, known):
    """`known`: the provider vouched for somebody, who has no account in use here."""
    return render(request, "accounts/refused.html", {"known": known}, status=403)


def let_in(request, value, way, token=""):
    user = outside.account_of(value)
    if user is None:
        return refused(request, known=True)
    request.signing_in_by = way
    login(request, user, backend=BACKEND)
    request.session["signed_in_by"], request.session["provider_token"] = way, token
    request.session["second_factor_elsewhere"] = settings.SECOND_FACTOR_BY_PROVIDER
    return redirect("home")


@login_not_required
@require_GET
def oidc(request):
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        return outside.oidc().authorize_redirect(request, outside.here("accounts:oidc_back"))
    except outside.TROUBLES:
        logger.warning("the provider does not answer", exc_info=True)
        return refused(request, known=False)


@login_not_required
@require_GET
def oidc_back(request):
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        value, token = outside.oidc_person(request)
    except outside.TROUBLES:
        logger.warning("the provider's answer was not accepted", exc_info=True)
        return refused(request, known=False)
    return let_in(request, value, "oidc", token)


@login_not_required
@require_GET
def cas(request):
    if not settings.CAS_URL:
        raise Http404
    request.session[STATE] = secrets.token_urlsafe(24)
    return redirect(outside.cas(request.session[STATE]).get_login_url())


@login_not_required
@require_GET
def cas_back(request):
    if not settings.CAS_URL:
        raise Http404
    state = request.session.pop(STATE, "")
    if not state or not constant_time_compare(state, request.GET.get("state", "")):
        return refused(request, known=False)
    try:
        value = outside.cas_person(request.GET.get("ticket", ""), state)
    except outside.TROUBLES:
        logger.warning("the answer of CAS was not accepted", exc_info=True)
        value = None
    return let_in(request, value, "cas") if value else refused(request, known=False)
