"""Ways out of the portal besides the inbox. Each is a module with the same few names:

    LABEL           what it is called
    FIELDS          {setting: (label, help, required)}, edited on a screen; the secret is kept apart
    SECRET          label of the secret
    address(person) where this person is reached; empty when nowhere
    NO_ADDRESS      the sentence for that case
    send(parcel, to, settings, secret)   raises NotSent with a sentence for people

A parcel that arrives twice carries the same `key`, so that whoever receives it can tell.
"""

import json
from dataclasses import dataclass
from importlib import import_module
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.utils.translation import gettext as _

TIMEOUT = 10  # seconds
ANSWER_BYTES = 64 * 1024
CODES = ("mail", "sms", "wecom", "webhook")


@dataclass(frozen=True)
class Parcel:
    key: str
    title: str
    body: str
    link: str
    event: str
    person: str


class NotSent(Exception):
    """Why it was not sent, as a sentence. `final`: trying again will not help."""

    def __init__(self, sentence, final=False):
        super().__init__(sentence)
        self.final = final


def module(code):
    return import_module(f"accounts.channels.{code}")


class _NoRedirect(HTTPRedirectHandler):
    """What is signed for one address is not carried to another."""

    def redirect_request(self, *args, **kwargs):
        return None


_open = build_opener(ProxyHandler({}), _NoRedirect).open


def post(address, content, headers=None, *, method="POST"):
    """The answer's bytes. Everything that can go wrong on the way is a NotSent."""
    if not address.startswith(("http://", "https://")):
        raise NotSent(_("接口地址要以 http:// 或 https:// 开头，请在设置里改正。"), final=True)
    try:
        with _open(Request(address, content, headers or {}, method=method), timeout=TIMEOUT) as answer:  # noqa: S310
            return answer.read(ANSWER_BYTES)
    except HTTPError as error:
        with error:
            raise NotSent(_("对方接口返回了错误 %(status)s。") % {"status": error.code}) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NotSent(_("连接不上对方接口：%(reason)s。") % {"reason": reason}) from None


def post_json(address, data=None):
    """The answer as JSON; without data it is asked by GET."""
    content = None if data is None else json.dumps(data, ensure_ascii=False).encode()
    return as_json(post(address, content, {"Content-Type": "application/json; charset=utf-8"}, method="GET" if data is None else "POST"))


def as_json(content):
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NotSent(_("对方接口的答复看不懂，请检查接口地址。"))
    return answer
