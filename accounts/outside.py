"""Sign-in by an identity provider of the city, over OpenID Connect or CAS. It says who somebody is; the account exists here
already, is in use, and is found by one field. Addresses of letters are never asked: a provider may not have checked them.
"""

from functools import cache
from urllib.parse import urlencode, urljoin

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from cas import CASClientV3
from django.conf import settings
from django.urls import reverse
from joserfc.errors import JoseError
from lxml.etree import XMLSyntaxError

from accounts.models import User

TIMEOUT = 10
# Whatever goes wrong on the way to a provider or in its answer.
TROUBLES = (AuthlibBaseError, JoseError, requests.RequestException, XMLSyntaxError, ValueError, RuntimeError, KeyError, AttributeError)


class Session(requests.Session):
    """Waits for the provider, but not for ever."""

    def request(self, *args, **kwargs):
        return super().request(*args, **{"timeout": TIMEOUT} | kwargs)


def providers():
    """[(address of ours, words of the button)] of those that are set up."""
    found = [("accounts:oidc", settings.OIDC_NAME)] if settings.OIDC_ISSUER else []
    return found + ([("accounts:cas", settings.CAS_NAME)] if settings.CAS_URL else [])


def here(name):
    """Our own address, from the settings and never from what a request says about itself."""
    return urljoin(settings.PORTAL_URL, reverse(name))


@cache
def client_for(issuer, client_id, client_secret, scope):
    oauth = OAuth()
    return oauth.register(
        "provider", client_id=client_id, client_secret=client_secret,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )


def oidc():
    return client_for(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_SCOPE)


def oidc_person(request):
    """The claim that names somebody, and the token to sign out with: state, nonce, PKCE, signature and issuer have been checked."""
    token = oidc().authorize_access_token(request, claims_options={"iss": {"essential": True, "values": [settings.OIDC_ISSUER]}})
    return token["userinfo"][settings.OIDC_CLAIM], token["id_token"]


def cas(state=""):
    """CAS knows no state of its own, so ours travels in the address of the service."""
    service = here("accounts:cas_back") + (f"?{urlencode({'state': state})}" if state else "")
    return CASClientV3(service_url=service, server_url=settings.CAS_URL.rstrip("/") + "/", session=Session())


def cas_person(ticket, state):
    name, attributes, _proxy = cas(state).verify_ticket(ticket)
    found = (attributes or {})[settings.CAS_ATTRIBUTE] if settings.CAS_ATTRIBUTE and name else name
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def account_of(value):
    """The one account in use with this value; None when there is none, or more than one."""
    if not isinstance(value, str) or not value.strip():
        return None
    found = User.objects.active().filter(**{settings.OUTSIDE_FIELD: value.strip()})[:2]
    return found[0] if len(found) == 1 else None


def sign_out_address(way, token):
    """Where signing out goes on to, so that the next person at this computer is not let in by the provider."""
    if way == "cas":
        return cas().get_logout_url(here("results:public_home"))
    return oidc().create_logout_url(post_logout_redirect_uri=here("results:public_home"), id_token_hint=token)["url"]
