"""The way into an empty portal without a shell: a one-time link, told at the start and kept where only the owner of the
data can read it. It opens nothing once there is an account."""

import os
from contextlib import suppress
from secrets import compare_digest
from tempfile import NamedTemporaryFile
from urllib.parse import urljoin

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse

from accounts.links import new_secret
from accounts.models import User


def path():
    return settings.VAR / "first-sign-in.txt"


def address():
    """The link while it is needed: made once, read again afterwards. None when there are accounts."""
    if User.objects.exists():
        path().unlink(missing_ok=True)
        return None
    with NamedTemporaryFile("w", dir=settings.VAR) as file:  # readable by its owner only
        file.write(urljoin(settings.PORTAL_URL, reverse("accounts:first_administrator", args=[new_secret()])) + "\n")
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path())
    return path().read_text().strip()


def opens(secret):
    """Whether this secret is the one in the file and still needed."""
    if User.objects.exists() or not path().exists():
        return False
    return compare_digest(path().read_text().strip().rstrip("/").rpartition("/")[2].encode(), secret.encode())


def sentence(link):
    return f"门户还没有账号，请打开一次性链接建立系统管理员 / no account yet, open this link to make the first administrator:  {link}"


def announce(say):
    """For a web server that starts by itself: say it when this start made the link, and never keep the server from starting."""
    try:
        new = settings.PRODUCTION and not path().exists()
        link = address() if new else None
    except (DatabaseError, OSError):  # no tables yet, or no database
        return
    if link:
        say(sentence(link))
