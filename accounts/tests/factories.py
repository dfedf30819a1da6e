"""Moments, organizations and people with defaults."""

from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from accounts.models import Organization, OrganizationKind, RoleGrant, User

PASSWORD = "correct horse battery"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def moment(month, day, hour=0, minute=0, second=0, year=2021):
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


def make_kind(code="township", name=None, order=0):
    return OrganizationKind.objects.get_or_create(code=code, defaults={"name": name or code, "order": order})[0]


def make_organization(name=None, kind="township", parent=None, code=None, **fields):
    number = next(_numbers)
    name = name or f"单位{number}"
    return Organization.objects.create(
        code=code or f"T{number:06}", name=fields.pop("full_name", name), short_name=name, kind=make_kind(kind), parent=parent, **fields
    )


def make_user(name="某某", organization=None, roles=(), username=None, **fields):
    user = User(username=username or f"user{next(_numbers)}", name=name, organization=organization, **fields)
    user.set_password(PASSWORD)
    user.save()
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role) for role in roles])
    return user
