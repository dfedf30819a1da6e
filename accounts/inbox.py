"""Leave a message for people, once per key. The mail that goes with it is sent by a task that looks for what is due."""

from accounts.models import Message


def leave(people, *, key, title, body="", url="", at, mail=True):
    """One message for each person who was not told under this key before. Returns how many were new."""
    before = Message.objects.filter(key=key).count()
    Message.objects.bulk_create(
        [Message(user=person, key=key, title=title[:200], body=body, url=url, created_at=at, mail_wanted=mail) for person in people],
        ignore_conflicts=True,
    )
    return Message.objects.filter(key=key).count() - before
