"""Measure what the portal adds to what the machine costs anyway.

Each benchmark runs the portal's own way and the bare way in turn, on the same disk, and compares medians: `ratio` is
value / limit, where `limit` is the bare way. Nothing here depends on how fast the machine is.
"""

import io
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench/results/latest.json"

# A data folder of its own, on the disk the portal would use; the imports below need it to be there.
sys.path.insert(0, str(ROOT))
rubbish = tempfile.TemporaryDirectory(prefix="portal-bench-", dir=ROOT)
FOLDER = Path(rubbish.name)
os.environ |= {"VAR": rubbish.name, "PORTAL_MODE": "demo", "DEBUG": "0", "DATABASE_URL": "", "STORAGE_URL": ""}
os.environ["CELERY_BROKER_URL"] = "memory://"  # no broker and no cache server beside these measurements
os.environ["DJANGO_SETTINGS_MODULE"] = "xuancheng_portal.settings"
django.setup()

from django.core.management import call_command
from django.db import transaction
from django.http import JsonResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, OrganizationKind, Role, RoleGrant, User
from applications import actions, uploads
from applications.models import ItemResponse
from campaigns.models import Campaign

benchmarks = []


def benchmark(name, n):
    """Register a function that returns (the portal's way, the bare way); each is called with the round's number."""

    def register(prepare):
        benchmarks.append((name, n, prepare))
        return prepare

    return register


@benchmark("store 1 MB of evidence for good", n=60)
def store_evidence():
    def portal(number):
        uploads.store(io.BytesIO(payload(number)))

    def bare(number):
        path = FOLDER / f"bare-{number}"
        with open(path, "wb") as file:
            file.write(payload(number))
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(FOLDER, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    return portal, bare


@benchmark("change one row, on disk", n=200)
def update_row():
    county = OrganizationKind.objects.get_or_create(code="county", defaults={"name": "县（市、区）"})[0]
    organization = Organization.objects.create(name="宣州区", code="341802", kind=county)
    connection = sqlite3.connect(FOLDER / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE organization (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("INSERT INTO organization VALUES (1, '宣州区')")

    def portal(number):
        with transaction.atomic():
            locked = Organization.objects.select_for_update().get(pk=organization.pk)
            locked.name = f"宣州区{number}"
            locked.save(update_fields=["name"])

    def bare(number):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE organization SET name = ? WHERE id = 1", (f"宣州区{number}",))
        connection.execute("COMMIT")

    return portal, bare


@benchmark("save a field while somebody types", n=200)
def save_field():
    """A whole request, from the first middleware to the audit log, beside a view that changes one row by its key and asks nothing."""
    call_command("load_organizations", str(ROOT / "accounts/data/organizations-xuancheng.csv"), stdout=io.StringIO())
    call_command("load_campaign", str(ROOT / "standards/data/xuancheng-2021.yaml"), stdout=io.StringIO())
    campaign = Campaign.objects.get()
    unit = Organization.objects.get(code="341823103")
    clerk = User.objects.create_user("clerk", name="汪示例", organization=unit)
    RoleGrant.objects.create(user=clerk, role=Role.UNIT_CLERK)
    phase = campaign.phases.that_open("submit").first()
    application = actions.start(unit, campaign, by=clerk, at=phase.starts_at)
    response = application.responses.select_related("item").in_order().first()
    untouched = application.responses.in_order().last()
    path = reverse("applications:save_field", args=[application.pk, response.item.code])
    client, requests = Client(enforce_csrf_checks=True, headers={"Accept": "application/json"}, SERVER_NAME="localhost"), RequestFactory()
    client.force_login(clerk)
    client.get(response.get_absolute_url())
    token = client.cookies["csrftoken"].value
    versions = [0]

    def portal(number):
        typed = {"person": clerk.pk, "field": "narrative", "narrative": f"第 {number} 稿，{timezone.now()}", "version": versions[-1]}
        answer = client.post(path, typed, headers={"X-CSRFToken": token})
        assert answer.status_code == 200, answer.content
        versions.append(answer.json()["version"])

    def view(request):
        changed = ItemResponse.objects.filter(pk=untouched.pk).update(narrative=request.POST["narrative"])
        return JsonResponse({"changed": changed})

    def bare(number):
        view(requests.post(path, {"narrative": f"第 {number} 稿，{timezone.now()}"}))

    return portal, bare


def payload(number):
    return number.to_bytes(8) * (1024**2 // 8)


def seconds(work, number):
    began = time.perf_counter()
    work(number)
    return time.perf_counter() - began


def measure(name, n, prepare):
    portal, bare = prepare()
    for number in range(5):
        portal(10**6 + number)
        bare(10**6 + number)
    # In turn, so that a busy moment of the machine falls on both.
    pairs = [(seconds(portal, number), seconds(bare, number)) for number in range(n)]
    value, limit = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    return {
        "name": name,
        "value": round(value, 3),
        "unit": "ms",
        "limit": round(limit, 3),
        "ratio": round(value / limit, 2),
        "n": n,
    }


def main():
    call_command("migrate", verbosity=0)
    results = [measure(*entry) for entry in benchmarks]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    for result in results:
        print("{name:<36} {value:>9} {unit}   bare {limit:>9} {unit}   × {ratio}   (n={n})".format(**result))


if __name__ == "__main__":
    main()
