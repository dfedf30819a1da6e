"""How an action begins: the row as it is now, and what stands in the way."""

from accounts.models import User
from accounts.rules import NotAllowed


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def locked_person(user):
    return User.objects.select_for_update(of=("self",)).select_related("organization").get(pk=user.pk)
