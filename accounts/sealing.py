"""Passwords of mail servers and gateways, kept so that an office can change them on a screen and nobody can read them there.

They cannot be hashed, because the portal has to say them to the gateway; so they are encrypted with a key made from
SECRET_KEY, which lies outside the database and the repository. Who steals a backup has not stolen them.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def _box():
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"accounts.sealing" + settings.SECRET_KEY.encode()).digest()))


def seal(text):
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed):
    """The text; None when it was sealed under another SECRET_KEY."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return None
