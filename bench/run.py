"""Measure what the portal adds to what the machine costs anyway, and how good and how fast a plan of inspections is.

Each benchmark runs the portal's own way and the bare way in turn, on the same disk, and compares medians: `ratio` is
value / limit, where `limit` is the bare way. Nothing here depends on how fast the machine is.

A plan is measured against what it promises: seconds against the time allowed, trips against the lower bound of the same
run, the spread of loads against one, conflicts against none.
"""

import hashlib
import http.client
import io
import json
import logging
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import urlencode

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

from axes.models import AccessAttempt
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.http import JsonResponse, QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from accounts import actions as imports
from accounts import audit, links, sheets
from accounts.models import Import, Organization, OrganizationKind, Role, RoleGrant, SignInLink, User
from applications import actions, uploads
from applications.models import Application, Evidence, ItemResponse
from campaigns.models import Campaign
from inspections import planner
from inspections.models import AgreedScore, DeskReview, InspectionGroup, Score, Visit
from results import reports
from results.exports import rows, table
from xuancheng_portal.management.commands.up import web_command

benchmarks = []


def benchmark(name, n):
    """Register a function that returns (the portal's way, the bare way); each is called with the round's number."""

    def register(prepare):
        benchmarks.append((name, n, prepare))
        return prepare

    return register


def a_draft(code):
    """The unit's application of 2021, just begun by a clerk who signs in with PASSWORD."""
    call_command("load_organizations", str(ROOT / "accounts/data/organizations-xuancheng.csv"), stdout=io.StringIO())
    call_command("load_campaign", str(ROOT / "standards/data/xuancheng-2021.yaml"), stdout=io.StringIO())
    campaign, unit = Campaign.objects.get(), Organization.objects.get(code=code)
    clerk = User.objects.create_user(f"bench-{code}", password=PASSWORD, name="计时", organization=unit)
    RoleGrant.objects.create(user=clerk, role=Role.UNIT_CLERK)
    return actions.start(unit, campaign, by=clerk, at=campaign.phases.that_open("submit").first().starts_at)


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
    application = a_draft("341823103")
    clerk = application.started_by
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


# A whole journey: a hundred files over loopback through the portal's own web server.

FILES, SIZE, SENDERS, PASSWORD = 100, 5 * 1024**2, 3, "for the length of the bench"


def files():
    """Photos of exactly 5 MB: a small picture and, in its comments, bytes that no two of them share."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#abc").save(picture, "JPEG")
    start, rest = picture.getvalue()[:2], picture.getvalue()[2:]
    for _number in range(FILES):
        left, comments = SIZE - len(picture.getvalue()), []
        while left:
            length = min(left, 65_000) if left - 65_000 > 100 or left <= 65_000 else left - 1000
            comments.append(b"\xff\xfe" + (length - 2).to_bytes(2) + os.urandom(length - 4))
            left -= length
        yield start + b"".join(comments) + rest


@contextmanager
def web_server():
    """gunicorn as `manage.py up` starts it, on the data folder of this bench."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(web_command(port), cwd=ROOT, env=os.environ, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


class Device:
    """The requests of one signed-in browser, over one connection that is kept."""

    def __init__(self, port, cookies=None):
        self.connection, self.cookies = http.client.HTTPConnection("127.0.0.1", port), cookies or {}

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "X-CSRFToken": self.cookies.get("csrftoken", "")}
        if isinstance(body, dict):
            body, headers["Content-Type"] = urlencode(body), "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        self.cookies |= dict(re.match(r"(\w+)=([^;]*)", cookie).groups() for cookie in answer.msg.get_all("Set-Cookie", []))
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {text.decode()[:300]}")
        return json.loads(text) if answer.headers.get_content_type() == "application/json" else None

    def upload(self, start, name, content):
        digest = hashlib.sha256(content).hexdigest()
        state = self.ask("POST", start, {"id": uuid.uuid4(), "name": name, "size": len(content), "sha256": digest})
        for number, offset in enumerate(range(0, len(content), state["piece_size"])):
            piece = content[offset:offset + state["piece_size"]]
            self.ask("POST", f"{state['piece_url']}{number}/", piece, Content_Type="application/octet-stream", X_Piece_SHA256=hashlib.sha256(piece).hexdigest())
        if self.ask("POST", state["finish_url"])["receipt"]["sha256"] != digest:
            raise RuntimeError(f"{name} arrived as something else")


def upload_many():
    """Seconds for all of it: hashed, sent in pieces, each piece on disk, each file opened by the inspecting process, stored
    and attached; against the same bytes written and synced file by file."""
    application = a_draft("341823106")
    clerk = application.started_by
    start = f"/applications/{application.pk}/items/{application.responses.in_order().first().item.code}/start-upload/"
    contents = list(files())

    began = time.perf_counter()
    for number, content in enumerate(contents):
        path = FOLDER / f"bare-file-{number}"
        with open(path, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    directory = os.open(FOLDER, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    limit = time.perf_counter() - began

    with web_server() as port:
        device = Device(port)
        device.ask("GET", "/accounts/login/")
        device.ask("POST", "/accounts/login/", {"username": clerk.username, "password": PASSWORD})
        senders = [Device(port, dict(device.cookies)) for _sender in range(SENDERS)]
        began = time.perf_counter()
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(lambda n: [senders[n].upload(start, f"{number}.jpg", contents[number]) for number in range(n, FILES, SENDERS)], range(SENDERS)))
        value = time.perf_counter() - began
    if Evidence.objects.filter(response__application=application, blob__size=SIZE).count() != FILES:
        raise RuntimeError("not every file became evidence")
    return {
        "name": f"upload {FILES} files of 5 MB, inspected", "value": round(value, 2), "unit": "s", "limit": round(limit, 2), "ratio": round(value / limit, 2), "n": 1,
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


# A whole province: one track of 44,000 units, each with every item scored by two on paper and agreed on site.

UNITS, CELLS = 44_000, 40


def copies(model, template, **changes):
    """The rows of one application for all others, by the database itself. `changes`: {column: SQL}."""
    table = model._meta.db_table
    columns = {f'"{field.column}"': f't."{field.column}"' for field in model._meta.concrete_fields if not field.primary_key} | {'"application_id"': "a.id"} | changes
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "  # noqa: S608 - names of our own models
            f"FROM {table} t, applications_application a WHERE t.application_id = %s AND a.id <> %s AND a.track_id = %s",
            [template.pk, template.pk, template.track_id],
        )


def a_province():
    """The track; the units differ in what they got."""
    template = a_draft("341823")  # a county: no other measurement has one, and all 24 items apply to it
    clerk, campaign, at = template.started_by, template.campaign, template.started_at
    kind = template.organization.kind
    Organization.objects.bulk_create(
        [Organization(code=f"B{number:06}", name=f"第{number}乡镇人民政府", short_name=f"第{number}乡镇", kind=kind, parent=template.organization.parent, county=template.organization.county) for number in range(1, UNITS)],
        batch_size=5000,
    )
    received = {"status": "accepted", "submitted_at": at, "submitted_by": clerk, "decided_at": at, "decided_by": clerk, "contact_name": "计时", "contact_phone": "0563-0000000"}
    Application.objects.filter(pk=template.pk).update(**received)
    units = Organization.objects.filter(code__startswith="B0").values_list("pk", flat=True)
    Application.objects.bulk_create(
        [Application(campaign=campaign, track=template.track, organization_id=pk, standard=template.standard, started_at=at, started_by=clerk, **received) for pk in units],
        batch_size=5000,
    )
    group = InspectionGroup.objects.create(campaign=campaign, name="第一组")
    Visit.objects.create(application=template, group=group, on=at.date(), planned_at=at, planned_by=clerk, started_at=at, started_by=clerk, locked_at=at, locked_by=clerk, findings_sha256="0" * 64)
    for scorer in [User.objects.create_user(f"bench-scorer-{number}", password=PASSWORD, name="评分人") for number in range(2)]:
        DeskReview.objects.create(application=template, scorer=scorer, started_at=at, finished_at=at)
        for response in template.responses.all():
            Score.objects.create(stage="desk", application=template, item=response.item, scorer=scorer, points=response.maximum, maximum=response.maximum, reason="有缺项", scored_at=at)
    for response in template.responses.all():
        AgreedScore.objects.create(stage="site", application=template, item=response.item, points=response.maximum, maximum=response.maximum, reason="有缺项", agreed_at=at, agreed_by=clerk)
    campaign.desk_scorers, campaign.desk_gap_percent = 2, 100
    campaign.save()
    with transaction.atomic():
        lost = "t.maximum * (100 - (a.id * 7 + t.item_id * 3) % 40) / 100.0"
        copies(ItemResponse, template)
        copies(DeskReview, template)
        copies(Visit, template)
        copies(Score, template, id="lower(hex(randomblob(16)))", points=lost)
        copies(AgreedScore, template, points=lost)
    return template.track


def measure_province():
    """A ranking against one bare statement that only adds up and sorts; a workbook against the same writer fed from a list, and
    its memory against that of a tenth of the rows."""
    track = a_province()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH desk AS (SELECT application_id, item_id, AVG(points) AS points FROM inspections_score WHERE stage = 'desk' GROUP BY 1, 2)
            SELECT r.application_id, 40 * SUM(d.points) / SUM(r.maximum) + 60 * SUM(a.points) / SUM(r.maximum) AS total
            FROM applications_itemresponse r JOIN applications_application p ON p.id = r.application_id AND p.track_id = %s
            JOIN desk d ON d.application_id = r.application_id AND d.item_id = r.item_id
            JOIN inspections_agreedscore a ON a.application_id = r.application_id AND a.item_id = r.item_id AND a.stage = 'site'
            WHERE r.exempted_at IS NULL GROUP BY 1 ORDER BY total DESC
            """,
            [track.pk],
        )
        bare = cursor.fetchall()
    limit = time.perf_counter() - began
    began = time.perf_counter()
    ranked, _applications = reports.ranking_of(track)
    value = time.perf_counter() - began
    if len(ranked) != len(bare) or abs(float(ranked[0].total) - float(bare[0][1])) > 0.01:
        raise RuntimeError("the ranking and the statement disagree")
    items = len(ranked[0].items)
    del ranked, _applications
    results = [{
        "name": f"rank {UNITS} applications of {items} items, 2 scorers", "value": round(value, 2), "unit": "s", "limit": round(limit, 2), "ratio": round(value / limit, 2), "n": UNITS,
    }]

    officer = User.objects.create_user("bench-office", password=PASSWORD, name="计时")
    RoleGrant.objects.create(user=officer, role=Role.OFFICE)
    columns = [table.Column(f"第{number}列", 12) for number in range(1, CELLS)]

    def unit_rows():
        asked = rows.Asked(officer, track.campaign, QueryDict(f"track={track.pk}&status=accepted"), timezone.now())
        return rows.units(asked, lambda unit, track, application: ([unit.name, track.name, application.contact_phone, application.submitted_at.replace(tzinfo=None), application.items_done] * 8)[:CELLS - 1])

    def written(found, count):
        with tempfile.TemporaryFile() as file:
            began = time.perf_counter()
            table.write(file, "申报汇总表", [], columns, found, count=count)
            return time.perf_counter() - began

    def peak(n):
        found = unit_rows()
        tracemalloc.start()
        written(islice(found.rows, n), n)
        return tracemalloc.get_traced_memory()[1] / 1024**2, tracemalloc.stop()

    listed = list(unit_rows().rows)
    limit = written(listed, len(listed))
    del listed
    found = unit_rows()
    value = written(found.rows, found.count)
    most, least = peak(found.count)[0], peak(found.count // 10)[0]
    return [
        *results,
        {"name": f"export {found.count} rows of {CELLS} cells", "value": round(value, 2), "unit": "s", "limit": round(limit, 2), "ratio": round(value / limit, 2), "n": found.count},
        {"name": "  its peak memory, against a tenth of the rows", "value": round(most, 2), "unit": "MB", "limit": round(least, 2), "ratio": round(most / least, 2), "n": found.count},
    ]


# The units and the people of a whole country, as one workbook each.

COUNTRY_UNITS, COUNTRY_PEOPLE = 41_000, 45_000


def a_workbook(rows):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def country_tables():
    """A county for every fourteen townships; a person for each unit, and a second one here and there."""
    counties = COUNTRY_UNITS // 15
    units = [[f"{number // 80 + 50:02}{number % 80 + 10:02}{number % 70 + 11:02}", f"第{number}县人民政府", f"第{number}县", "县级单位", None] for number in range(counties)]
    units += [[f"{units[number % counties][0]}{100 + number // counties:03}", f"第{number % counties}县第{number}镇人民政府", f"第{number}镇", "乡镇（街道）", units[number % counties][0]] for number in range(COUNTRY_UNITS - counties)]
    people = [[f"张{number}", units[number % COUNTRY_UNITS][0], units[number % COUNTRY_UNITS][1], f"{13_800_000_000 + number}", f"p{number}@example.com", "填报员"] for number in range(COUNTRY_PEOPLE)]
    return {
        "units": [["单位代码", "单位全称", "简称", "种类", "上级单位"], *units],
        "people": [["姓名", "单位代码", "单位全称", "手机", "邮箱", "角色"], *people],
    }


def looked_at(kind, content, by):
    """Read and checked as a worker does, but here."""
    found = Import.objects.create(owner=by, kind=kind, title=kind, digest="0" * 64, file=default_storage.save(kind, ContentFile(content)), created_at=timezone.now())
    imports.read_import(found)
    return found


def imported(kind, content, by):
    """The seconds of the preview and of applying it."""
    began = time.perf_counter()
    found = looked_at(kind, content, by)
    looked = time.perf_counter()
    imports.apply_import(found, only_good=False, confirmed=False, by=by, at=timezone.now())
    return looked - began, time.perf_counter() - looked


def bare_insert(rows, columns):
    """The same cells into one table with as many columns, in one transaction."""
    database = sqlite3.connect(FOLDER / "bare-insert.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("DROP TABLE IF EXISTS bare")
    database.execute(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {', '.join(f'c{n} TEXT' for n in range(columns))})")
    began = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.executemany(f"INSERT INTO bare ({', '.join(f'c{n}' for n in range(columns))}) VALUES ({', '.join('?' * columns)})", rows)  # noqa: S608
    database.execute("COMMIT")
    return time.perf_counter() - began


def peak_of(work):
    """MB that Python holds at most while it does the work; the reading child has its own limits (`accounts.sheets`)."""
    tracemalloc.start()
    kept = work()
    peak = tracemalloc.get_traced_memory()[1] / 1024**2
    tracemalloc.stop()
    del kept
    return peak


def imported_and_taken_back(kind, content, by):
    with transaction.atomic():
        imported(kind, content, by)
        transaction.set_rollback(True)


BUSY_SECONDS = 20  # after which a save of the portal gives up waiting for SQLite
OTHER_WRITER = """
import select, sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=3600, isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute("CREATE TABLE IF NOT EXISTS bench_other (id INTEGER PRIMARY KEY, n INTEGER)")
database.execute("INSERT OR IGNORE INTO bench_other VALUES (1, 0)")
print("ready", flush=True)
longest = 0
while not select.select([sys.stdin], [], [], 0.05)[0]:
    began = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE bench_other SET n = n + 1 WHERE id = 1")
    database.execute("COMMIT")
    longest = max(longest, time.perf_counter() - began)
print(longest, flush=True)
"""


@contextmanager
def another_writer():
    """Somebody who saves one row every 50 ms, in a process of their own; `waited` holds the longest that took, in seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_WRITER, str(connection.settings_dict["NAME"])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    process.stdout.readline()
    waited = []
    try:
        yield waited
    finally:
        waited.append(float(process.communicate("\n")[0]))


def measure_imports():
    """The preview against reading the file alone; applying against a bare bulk insert of the same cells; how long somebody else who
    saves meanwhile has to wait, against what they wait at most; and the memory of all of it against that of the rows as lists.
    A second import of the same file changes nothing."""
    administrator = User.objects.create_user("bench-admin", password=PASSWORD, name="计时")
    RoleGrant.objects.create(user=administrator, role=Role.ADMIN)
    results = []
    for kind, listed in country_tables().items():
        content, count = a_workbook(listed), len(listed) - 1
        began = time.perf_counter()
        cells = sheets.rows_of(content)
        reading = time.perf_counter() - began
        del cells
        inserting = bare_insert(listed[1:], len(listed[0]))
        least = peak_of(lambda content=content: sheets.rows_of(content))
        peak = peak_of(lambda kind=kind, content=content: imported_and_taken_back(kind, content, administrator))
        with another_writer() as waited:
            looking, applying = imported(kind, content, administrator)
        found = Import.objects.latest("pk")
        if found.counts["new"] != count:
            raise RuntimeError(f"not every row of {kind} was new: {found.counts}")
        again = looked_at(kind, content, administrator).counts
        if again != {"new": 0, "changed": 0, "same": count, "wrong": 0}:
            raise RuntimeError(f"a second import of {kind} changes something: {again}")
        whole = looking + applying
        results += [result(f"import {count} {kind}: {name}", value, unit, limit, count) for name, value, unit, limit in [
            ("preview, against reading alone", looking, "s", reading), ("apply, against a bare insert", applying, "s", inserting),
            ("both, against reading", whole, "s", reading), ("both, against a bare insert", whole, "s", inserting),
            ("longest wait of others", waited[0], "s", BUSY_SECONDS), ("peak memory, against cells", peak, "MB", least),
        ]]
    if (bad := audit.verify()) is not None:
        raise RuntimeError(f"the audit log is broken from entry {bad} on")
    return results


# Whoever tries names and secrets learns nothing from the time it takes (S-12).

TRIES = 200


def result(name, value, unit, limit, n):
    return {"name": name, "value": round(value, 3), "unit": unit, "limit": round(limit, 3), "ratio": round(value / limit, 3), "n": n}


def somebody(number, **fields):
    return User.objects.create_user(f"bench-try-{number}", password=PASSWORD, name="计时", **fields)


def alike(name, cases):
    """Medians of `TRIES` each and that of the first, tried in rounds of ever another order. `cases`: {what: function of the try's number}.
    The ratio is the median of the rounds' ratios: a machine that is now fast and now slow is so for all tries of a round."""
    times, chance = {what: [] for what in cases}, Random(7)  # noqa: S311 - the same every time
    for number in range(-3, TRIES):
        for what in chance.sample(list(cases), len(cases)):
            took = seconds(cases[what], number)
            if number >= 0:
                times[what].append(took * 1000)
    medians = {what: statistics.median(taken) for what, taken in times.items()}
    first, *others = medians
    ratios = {what: statistics.median(mine / bare for mine, bare in zip(times[what], times[first], strict=True)) for what in others}
    return [result(f"{name}: {what}, against {first}", medians[what], "ms", medians[first], TRIES) | {"ratio": round(ratios[what], 3)} for what in others]


def measure_answers():
    """Each try comes from a network of its own, and to a name at most four times, so that nothing else slows it."""
    client, now = Client(SERVER_NAME="localhost"), timezone.now()
    logging.disable(logging.WARNING)  # a line for each refusal

    def ask(path, data, number, status):
        answer = client.post(path, data, REMOTE_ADDR=f"10.{number % 200}.{number // 200 + 1}.7")
        if answer.status_code != status:
            raise RuntimeError(f"{path}: {answer.status_code}")

    def signing_in(username, password):
        return lambda number: ask("/accounts/login/", {"username": username(number), "password": password}, number, 200)

    hashed = somebody("locked").password
    several = range(-1, TRIES // 4)
    User.objects.bulk_create(
        [User(username=f"bench-{what}-{number}", password=hashed, name="计时", is_active=what == "wrong") for what in ("wrong", "disabled") for number in several],
    )
    for number in range(-3, TRIES):
        AccessAttempt.objects.create(
            username="bench-try-locked", ip_address=f"10.{number % 200}.{number // 200 + 1}.7", attempt_time=now, failures_since_start=30, get_data="", post_data="",
        )
    results = alike("answer to signing in", {
        "a wrong password": signing_in(lambda number: f"bench-wrong-{number // 4}", "wrong"), "an unknown name": signing_in(lambda number: f"nobody-{number}", "wrong"),
        "a disabled account": signing_in(lambda number: f"bench-disabled-{number // 4}", PASSWORD), "a locked account": signing_in(lambda number: "bench-try-locked", PASSWORD),
    })

    User.objects.filter(username__startswith="bench-wrong").update(email="bench@example.com")
    forgotten = reverse("accounts:forgotten")
    results += alike("answer to a forgotten password", {
        what: lambda number, name=name: ask(forgotten, {"username": name.format(number // 4)}, number, 200)
        for what, name in {"a name with an address": "bench-wrong-{}", "an unknown name": "nobody-{}", "a disabled account": "bench-disabled-{}", "no address": "bench-try-locked"}.items()
    })

    person, secrets = somebody("invited"), {}
    for what, fields in {"used": {"used_at": now}, "run out": {"expires_at": now}, "void": {"voided_at": now}}.items():
        secrets[what] = links.new_secret()
        SignInLink.objects.create(**{"user": person, "purpose": "invitation", "digest": links.digest_of(secrets[what]), "created_at": now, "expires_at": now + timedelta(days=7)} | fields)
    words = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    results += alike("answer to a first-login link", {
        what: lambda number, secret=secret: ask(reverse("accounts:sign_in_link", args=[secret]), words, number, 410)
        for what, secret in {"one never made": links.new_secret(), **secrets}.items()
    })
    logging.disable(logging.NOTSET)
    return results


PARTS = {
    "small": lambda: [measure(*entry) for entry in benchmarks], "upload": lambda: [upload_many()], "plan": lambda: [result for plan in PLANS for result in measure_plan(*plan)],
    "province": measure_province, "imports": measure_imports, "answers": measure_answers,
}


def main():
    """All parts, kept as a file; or those named, only shown."""
    call_command("migrate", verbosity=0)
    results = [result for part in sys.argv[1:] or PARTS for result in PARTS[part]()]
    if not sys.argv[1:]:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    for result in results:
        print("{name:<68} {value:>9} {unit}   against {limit:>9} {unit}   × {ratio}   (n={n})".format(**result))


if __name__ == "__main__":
    main()
