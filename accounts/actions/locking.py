"""How an action begins: the row as it is now, and what stands in the way."""

from functools import wraps

from django.db import transaction

from accounts.models import Role, RoleGrant, User
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
    """Held against changes only: what this person writes meanwhile may still point to them."""
    return User.objects.select_for_update(of=("self",), no_key=True).select_related("organization").get(pk=user.pk)


def hold_administrators():
    """Taken before any person is locked, by whatever may end an administrator: two who end each other follow one another, and the second is refused."""
    list(RoleGrant.objects.filter(role=Role.ADMIN).select_for_update().order_by("pk").values_list("pk"))
