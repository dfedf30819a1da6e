"""One-time links: how a secret is made, kept and recognised. Only its digest is ever stored."""

import hashlib
import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from accounts.models import SignInLink


def new_secret():
    return secrets.token_urlsafe(32)


def new_recovery_code():
    """Twelve signs that cannot be mistaken for one another, 58 bits."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _sign in range(12))


def digest_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def address_of(secret):
    """The whole address, as it is printed or mailed; from the settings, never from what a request says about itself."""
    return urljoin(settings.PORTAL_URL, reverse("accounts:sign_in_link", args=[secret]))


def opened_by(secret, at):
    """The link this secret belongs to, while it opens something; None for whatever else, without telling why."""
    return SignInLink.objects.open(at).filter(digest=digest_of(secret)).select_related("user__organization__county").first()
