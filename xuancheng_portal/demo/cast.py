"""The invented people of the demo. Accounts for signing in stand in people.csv; others fill the stage and cannot sign in."""

import csv
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.actions import dismiss_first_day, read_message
from accounts.models import Delivery, Organization, Role, RoleGrant, User
from applications.models import Evidence

PEOPLE = Path(__file__).parent / "people.csv"
PASSWORD = settings.DEMO_PASSWORD
LEFT_UNREAD = 6


def accounts():
    """Rows of people.csv: username, role (several parted by “;”), organization code, name."""
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_accounts():
    hashed = make_password(PASSWORD)  # once for all: hashing is slow on purpose
    for row in accounts():
        person, _made = User.objects.get_or_create(
            username=row["username"],
            defaults={
                "name": row["name"], "organization": Organization.objects.get(code=row["organization code"]),
                "phone": "0563-0000000", "password": hashed,
            },
        )
        for role in row["role"].split(";"):
            RoleGrant.objects.get_or_create(user=person, role=role)


def give_addresses():
    """From now on the people get letters. What the stories told them stays in their inbox only."""
    Delivery.objects.update(state=Delivery.State.SKIPPED, error="演示故事里的消息只留在平台里。")
    for row in accounts():
        User.objects.filter(username=row["username"]).update(email=f"{row['username']}@demo.invalid")


def settle_in(at):
    """They have worked here for years: the first day is behind the office, and all but the newest messages were read as they came."""
    for row in accounts():
        user = person(row["username"])
        for message in user.messages.unread()[LEFT_UNREAD:]:
            read_message(message, at=min(message.created_at + timedelta(hours=1), at))
        if user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN):
            dismiss_first_day(user, by=user, at=at)


def leave_links_alone():
    """The stories' pages are invented: nobody goes to look for them. Links that visitors add are looked at."""
    Evidence.objects.links().update(check_at=None)


def person(username):
    return User.objects.get(username=username)


def stand_in(username, name, code, role):
    """Somebody who fills the stage: no password, no signing in."""
    found, made = User.objects.get_or_create(
        username=username,
        defaults={
            "name": name, "organization": Organization.objects.get(code=code), "phone": "0563-0000000", "password": make_password(None),
        },
    )
    if made:
        RoleGrant.objects.create(user=found, role=role)
    return found


def clerk_of(unit):
    """Who files for a unit: its demo account where there is one."""
    return unit.people.filter(grants__role__in=["unit_clerk", "county_clerk"]).order_by("pk").first() or stand_in(
        f"demo-{unit.code}", "某示例", unit.code, "county_clerk" if unit.is_county else "unit_clerk"
    )


def is_allowed():
    return settings.DEBUG or settings.TESTING
