"""Measure what the portal adds to what the machine costs anyway, and how good and how fast a plan of inspections is.

Each benchmark runs the portal's own way and the bare way in turn, on the same disk, and compares medians: `ratio` is
value / limit, where `limit` is the bare way. Nothing here depends on how fast the machine is.

A plan is measured against what it promises: seconds against the time allowed, trips against the lower bound of the same
run, the spread of loads against one, conflicts against none.
"""

import io
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import django

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench/results/latest.json"

# A data folder of its own, on the disk the portal would use; the imports below need it to be there.
sys.path.insert(0, str(ROOT))
rubbish = tempfile.TemporaryDirectory(prefix="portal-bench-", dir=ROOT)
FOLDER = Path(rubbish.name)
os.environ |= {"VAR": rubbish.name, "PORTAL_MODE": "demo", "DEBUG": "0", "DATABASE_URL": "", "STORAGE_URL": ""}
os.environ["DJANGO_SETTINGS_MODULE"] = "xuancheng_portal.settings"
django.setup()

from django.core.management import call_command
from django.db import transaction

from accounts.models import Organization, OrganizationKind
from applications import uploads
from inspections import planner

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


# Units, inspectors, counties, and the seconds a plan may take.
PLANS = [(120, 30, 7, 2), (44_000, 6_000, 2_800, 300)]


def country(n_units, n_people, n_counties):
    """Invented units and inspectors: each county its own, one inspector in three from a bureau, odd days off, some past service."""
    chance, days = Random(7), [date(2021, 10, 15) + timedelta(n) for n in range(17)]  # noqa: S311 - the same every time
    units = []
    for key in range(n_units):
        county = None if chance.random() < 0.04 else key % n_counties
        units.append(planner.Unit(key, 10**6 + key, county, f"{key % n_counties:06}{key:06}"))
    people = []
    for key in range(n_people):
        county = None if chance.random() < 0.33 else chance.randrange(n_counties)
        organization = 2 * 10**6 + (chance.randrange(n_people // 2) if county is None else n_people + county * 10 + chance.randrange(3))
        people.append(planner.Inspector(
            key, organization, frozenset(day for day in days if chance.random() < 0.85), county,
            away=frozenset(10**6 + chance.randrange(n_units) for _service in range(chance.randrange(3))),
        ))
    return units, people, days


def measure_plan(n_units, n_people, n_counties, allowed):
    units, people, days = country(n_units, n_people, n_counties)
    began = time.perf_counter()
    made = planner.propose(units, people, days, per_day=3, seed=7)
    took = time.perf_counter() - began
    by_key, unit_of = {person.key: person for person in people}, {unit.key: unit for unit in units}
    team_of = {team.number: team for team in made.teams}
    conflicts = sum(
        unit.organization in (person.organization, *person.away) or (unit.county is not None and unit.county == person.county)
        for stop in made.stops for unit in [unit_of[stop.unit]] for person in (by_key[key] for key in team_of[stop.team].members)
    )
    name, n = f"plan {n_units} visits of {n_people} inspectors", len(made.stops)
    return [
        {"name": f"{name}: time", "value": round(took, 2), "unit": "s", "limit": allowed, "ratio": round(took / allowed, 3), "n": n},
        {"name": f"{name}: trips", "value": made.cost, "unit": "trips", "limit": made.bound, "ratio": round(made.cost / made.bound, 3), "n": n},
        {"name": f"{name}: load spread", "value": made.spread, "unit": "visits", "limit": 1, "ratio": float(made.spread), "n": len(made.loads)},
        {"name": f"{name}: conflicts", "value": conflicts, "unit": "conflicts", "limit": 0, "ratio": float(conflicts), "n": n},
        {"name": f"{name}: left out", "value": len(made.unplaced), "unit": "units", "limit": 0, "ratio": float(len(made.unplaced)), "n": n_units},
    ]


def main():
    call_command("migrate", verbosity=0)
    results = [measure(*entry) for entry in benchmarks] + [result for plan in PLANS for result in measure_plan(*plan)]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    for result in results:
        print("{name:<58} {value:>9} {unit}   against {limit:>9} {unit}   × {ratio}   (n={n})".format(**result))


if __name__ == "__main__":
    main()
