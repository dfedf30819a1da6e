"""Leave a message for people, once per key. The mail that goes with it is sent by a task that looks for what is due."""

from urllib.parse import urlsplit

from accounts.models import Message
from accounts.rehearsing import current, marked


def leave(people, *, key, title, body="", url="", at, mail=True):
    """One message for each person who was not told under this key before. Returns how many were new.

    What is told in a rehearsal says so, leads back into it, and never leaves by mail.
    """
    rehearsal = current()
    if rehearsal:
        title, mail, url = marked(title), False, within(url, rehearsal)
    before = Message.objects.filter(key=key).count()
    Message.objects.bulk_create(
        [Message(user=person, key=key, title=title[:200], body=body, url=url, created_at=at, mail_wanted=mail, rehearsal=rehearsal) for person in people],
        ignore_conflicts=True,
    )
    return Message.objects.filter(key=key).count() - before


def within(url, rehearsal):
    """The same address, asked for in the rehearsal."""
    parts = urlsplit(url)
    if not url or f"campaign={rehearsal}" in parts.query:
        return url
    return parts._replace(query="&".join(filter(None, [parts.query, f"campaign={rehearsal}"]))).geturl()
