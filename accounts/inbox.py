"""Leave a message for people, once per key. What goes out by mail and other channels is a row each, sent by the sweep."""

from urllib.parse import urlsplit

from django.db import transaction

from accounts import letters, timetable
from accounts.models import Channel, ChannelCode, Delivery, LetterText, Message
from accounts.rehearsing import current, marked


def enabled_channels():
    """Mail goes out unless it was turned off; the others once they were turned on."""
    rows = dict(Channel.objects.values_list("code", "enabled"))
    return [code for code in ChannelCode.values if rows.get(code, code == ChannelCode.MAIL)]


def usual_channels(letter):
    """Which ways an event goes out unless the office says otherwise: all that are turned on, or none."""
    return ChannelCode.values if letter.outside else []


@transaction.atomic
def leave(people, event=letters.OTHER, *, key, at, url="", title=None, body="", words=None, mail=True):
    """One message for each person who was not told under this key before. Returns how many were new.

    The text is that of the event with its words put in. What has no event of its own tells its title and body, and whether
    it leaves the portal at all (`mail`). What is told in a rehearsal says so, leads back into it, and never leaves the portal.
    """
    rehearsal = current()
    letter, edited = letters.every()[event], LetterText.objects.filter(event=event).first()
    words = {"title": title, "text": body} if words is None and title else words or {}
    title, body = letters.compose(event, words, edited)
    if rehearsal:
        title, mail, url = marked(title), False, within(url, rehearsal)
    told = set(Message.objects.filter(key=key).values_list("user", flat=True))
    Message.objects.bulk_create(
        [Message(user=person, key=key, event=event, title=title[:200], body=body, url=url, created_at=at, rehearsal=rehearsal) for person in people if person.pk not in told],
        ignore_conflicts=True, batch_size=1000,
    )
    new = [pk for pk, user in Message.objects.filter(key=key).values_list("pk", "user") if user not in told]
    wanted = usual_channels(letter) if edited is None else edited.channels
    urgent = letter.urgent if edited is None else edited.urgent
    channels = [code for code in enabled_channels() if code in wanted] if new and mail else []
    if channels:
        due_at = timetable.times().due(at, urgent=urgent)
        Delivery.objects.bulk_create(
            [Delivery(message_id=pk, channel=code, urgent=urgent, due_at=due_at) for code in channels for pk in new], ignore_conflicts=True, batch_size=1000,
        )
    return len(new)


def within(url, rehearsal):
    """The same address, asked for in the rehearsal."""
    parts = urlsplit(url)
    if not url or f"campaign={rehearsal}" in parts.query:
        return url
    return parts._replace(query="&".join(filter(None, [parts.query, f"campaign={rehearsal}"]))).geturl()
