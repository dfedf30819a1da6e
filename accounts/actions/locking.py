"""How an action begins: the row as it is now, and what stands in the way."""

from functools import wraps

from django.db import transaction

from accounts.models import User
from accounts.rules import NotAllowed


def saved_as_one(view):
    """A save reads what is stored, compares and writes in one transaction; the view holds the row as it reads it."""
    @wraps(view)
    def answer(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return answer


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def locked_person(user):
    return User.objects.select_for_update(of=("self",)).select_related("organization").get(pk=user.pk)
