"""The page an objection comes from, and the work its browser does for it (S-34).

Every form carries a signed token with the moment it was shown. When many objections arrive, the portal takes only those
whose browser found a number that, hashed with the token, begins with `WORK_BITS` zero bits: a blink for one person, too
dear for a flood. `static/objection.js` looks for the number while somebody types; nobody solves a puzzle.
"""

import secrets
from hashlib import sha256
from itertools import count

from django.core import signing

SIGNER = signing.TimestampSigner(salt="objection")
WORK_BITS = 15
TOO_FAST, TOO_OLD = 2, 24 * 3600  # seconds between showing the form and sending it


def new_token():
    return SIGNER.sign(secrets.token_urlsafe(9))


def is_ours(token, max_age=TOO_OLD):
    """Whether this portal showed the form with this token, not longer ago than that."""
    try:
        SIGNER.unsign(token, max_age=max_age)
    except signing.BadSignature:
        return False
    return True


def is_solved(token, work):
    head = int.from_bytes(sha256(f"{token}:{work}".encode()).digest()[:4])
    return work.isdecimal() and head < 1 << (32 - WORK_BITS) and is_ours(token)


def solve(token):
    """What the browser does."""
    return next(str(number) for number in count() if is_solved(token, str(number)))


def key_of(token):
    """What a sent form is remembered by: sent twice, it is one objection."""
    return sha256(token.encode()).hexdigest()
