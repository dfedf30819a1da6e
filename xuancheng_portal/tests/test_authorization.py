"""Who may do what, cell by cell (S-02, S-03): each address × method × role × object, against the reviewed table authorization.csv.

Every cell holds one sign for each object that the address may name: the role's own unit, another unit of the same kind,
a unit of another kind, one that does not exist. Addresses without an object have one sign.

    +  let in (a page, a redirect, or a sentence about what was typed)
    x  known but refused: 403
    -  not there for this person: 404
    /  this method is not answered: 405
"""

import csv
import logging
import re
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Import, Job, Message, Organization, code_of_copy
from accounts.rehearsing import PREFIX
from accounts.tests.factories import make_organization, make_user, moment
from applications import uploads
from applications.models import (
    Blob,
    CreationPlan,
    Evidence,
    InterpretationPair,
    ItemResponse,
    Likeness,
    OfflineUpload,
    SensitiveFinding,
    SignedForm,
    Upload,
)
from applications.tests.factories import make_application
from campaigns.models import Campaign, Minimum
from inspections.models import (
    Challenge,
    DevicePhoto,
    GroupMember,
    InspectionGroup,
    PaperRecord,
    Plan,
    PlannedGroup,
    PlannedMember,
    PlannedVisit,
    PoolEntry,
    Quarantine,
    Rectification,
    RectificationFile,
    RectificationStep,
    SitePhoto,
    Visit,
)
from results.models import (
    Adjustment,
    Bulletin,
    CasePhoto,
    Experience,
    Invitation,
    Meeting,
    Naming,
    NoticeEntry,
    Objection,
    Place,
    PublicNotice,
    Recommendation,
    Review,
    TypicalCase,
    Veto,
)
from standards import actions as standard_actions
from standards.models import Annex, Item
from xuancheng_portal.tests.test_every_page_asks_for_login import PUBLIC
from xuancheng_portal.tests.urlconf import patterns

ROLES = ["clerk", "county_clerk", "bureau_clerk", "officer", "lead", "county_officer", "county_lead", "inspector", "administrator", "auditor", "nobody"]
OBJECTS = ["own", "other", "kind", "missing"]
METHODS = ["GET", "POST"]
SIGNS = {403: "x", 404: "-", 405: "/"}
TABLE = Path(__file__).parent / "authorization.csv"
# Their answers do not depend on who asks for what, and each has tests of its own.
LEFT_OUT = {"accounts:login", "accounts:logout", "accounts:sign_in_link", "accounts:forgotten", "accounts:first_administrator", "accounts:oidc", "accounts:oidc_back", "accounts:cas", "accounts:cas_back", "set_language", "healthz", "home"}
WRITES = re.compile(r'^(INSERT|UPDATE|DELETE|REPLACE)\b(?!.*"(django_session|axes_\w+)")', re.S)


class World:
    """One of everything for three units: a township, a township of another county, a bureau."""

    def __init__(self, campaign, units, people, mark=""):
        """`mark` keeps the codes of two worlds apart."""
        self.campaign, self.people, self.mark = campaign, people, mark
        at = moment(10, 9)
        officer = people["officer"]
        picture = BytesIO()
        Image.new("RGB", (8, 8), "white").save(picture, "JPEG")
        picture.seek(0)
        stored = uploads.store(picture)
        blob = Blob.objects.get_or_create(sha256=stored.sha256, defaults={"size": stored.size, "media_type": "image/jpeg", "extension": "jpg", "stored_at": at})[0]
        notice = PublicNotice.objects.create(
            campaign=campaign, number=1, title="公示", body="现予公示。", contact="市政务公开办", created_at=at, created_by=officer, checked_by=officer,
            published_at=at, published_by=people["lead"], starts_on=at.date(), ends_on=moment(10, 15).date(),
        )
        self.found = {kind: {} for kind in (
            "application", "evidence", "finding", "upload", "link", "pair", "scan", "offline", "rectification", "file", "visit", "photo", "group", "place", "objection", "naming", "track", "phase", "campaign", "minimum",
            "paper", "adjustment", "veto", "review", "experience", "meeting", "pool", "challenge", "quarantine", "device_photo", "case", "case_photo", "person", "role", "standard", "annex", "creation_plan",
        )}
        self.found["unit"] = {which: unit.pk for which, unit in units.items()}
        plan = Plan.objects.create(campaign=campaign, state="draft", seed=1, days=["2021-10-18"], cost=1, bound=1, made_at=at, made_by=officer)
        planned_group = PlannedGroup.objects.create(plan=plan, number=1, name="第一验收组")
        for which, unit in units.items():
            person = make_user(organization=unit, roles=["unit_clerk"])
            self.found["person"][which], self.found["role"][which] = person.pk, person.grants.get().pk
            application = make_application(unit, campaign, status="accepted")
            response = application.responses.in_order().first()
            Item.objects.filter(pk=response.item_id).update(rules=[{"kind": "time_limit", "parameter": "interpretation_workdays", "default_value": 3}])
            proof = Evidence.objects.create(response=response, kind="photo", title="照片.jpg", blob=blob, added_at=at, added_by=officer)
            self.found["finding"][which] = SensitiveFinding.objects.create(evidence=proof, kind="phone", excerpt="138****0000", found_at=at).pk
            task = Rectification.objects.create(application=application, item=response.item, problem="请更新", due_at=moment(10, 20), raised_at=at, raised_by=officer)
            step = RectificationStep.objects.create(rectification=task, kind="answer", text="已更新", at=at, by=officer)
            group = InspectionGroup.objects.create(campaign=campaign, name=f"{unit}组")
            leader = people["inspector"] if which == "own" else make_user(roles=["inspector"], organization=make_organization(kind="bureau"))
            GroupMember.objects.create(group=group, user=leader, is_leader=True)
            visit = Visit.objects.create(application=application, group=group, on=moment(10, 16).date(), planned_at=at, planned_by=officer, started_at=at, started_by=officer)
            place = Place.objects.create(track=application.track, slot=5 if which == "other" else 1, cap=application.track.quota, application=application, taken_at=at, taken_by=officer)
            pool = PoolEntry.objects.create(campaign=campaign, user=leader, added_at=at, added_by=officer)
            PlannedMember.objects.create(group=planned_group, user=leader, is_leader=which == "own")
            self.planned = PlannedVisit.objects.create(plan=plan, application=application, group=planned_group, on=moment(10, 18).date(), why="balance", able=1)
            challenge = Challenge.objects.create(campaign=campaign, organization=unit, user=leader, reason="纠纷", declared_at=at, declared_by=officer)
            self.found["pool"][which], self.found["challenge"][which] = pool.pk, challenge.pk
            entry = NoticeEntry.objects.create(notice=notice, application=application, order=1)
            self.found["application"][which] = application.pk
            self.found["evidence"][which] = proof.pk
            self.found["upload"][which] = Upload.objects.create(
                pk=uuid4(), response=response, name="照片.jpg", size=9, piece_size=9, started_at=at, started_by=people["clerk"], touched_at=at,
            ).pk
            self.found["link"][which] = response.evidence.links().get().pk
            self.found["pair"][which] = InterpretationPair.objects.create(
                response=response, document_on=at.date(), reading_on=at.date(), added_at=at, added_by=officer
            ).pk
            uploader = {"own": people["clerk"], "kind": people["bureau_clerk"]}.get(which) or make_user(organization=unit)
            self.found["scan"][which] = SignedForm.objects.create(
                application=application, checksum="0123456789", blob=blob, title="盖章.jpg", uploaded_at=at, uploaded_by=uploader,
            ).pk
            self.found["offline"][which] = OfflineUpload.objects.create(
                application=application, title="填报表格.xlsx", rows=[], uploaded_at=timezone.now(), uploaded_by=uploader,
            ).pk
            self.found["rectification"][which] = task.pk
            self.found["file"][which] = RectificationFile.objects.create(step=step, blob=blob, title="照片.jpg").pk
            self.found["visit"][which] = visit.pk
            self.found["paper"][which] = PaperRecord.objects.create(visit=visit, blob=blob, title="记录表.jpg", typed_at=at, typed_by=officer).pk
            self.found["photo"][which] = SitePhoto.objects.create(visit=visit, item=response.item, blob=blob, taken_by=leader, added_at=at).pk
            case = Quarantine.objects.create(owner=leader, visit=visit, visit_number=visit.pk, unit=str(unit), opened_at=at)
            self.found["quarantine"][which] = case.pk
            self.found["device_photo"][which] = DevicePhoto.objects.create(
                id=uuid4(), owner=leader, visit=visit, visit_number=visit.pk, item_code="1.1", received_at=at, sha256=blob.pk, size=blob.size, extension="jpg",
                pieces=[blob.pk], state="quarantined", why="locked", blob=blob, quarantine=case,
            ).pk
            self.found["group"][which] = group.pk
            self.found["place"][which] = place.pk
            naming = Naming.objects.create(place=place, application=application, named_at=at, named_by=people["lead"])
            Recommendation.objects.create(naming=naming, target="省级示范区", reason="经验可复制", recommended_at=at, recommended_by=people["lead"])
            self.found["naming"][which] = naming.pk
            self.found["creation_plan"][which] = CreationPlan.objects.create(
                campaign=campaign, organization=unit, number=1, receipt=f"FA{mark}-{which}", blob=blob, title="方案.pdf", filed_at=at, filed_by=officer,
            ).pk
            self.found["review"][which] = Review.objects.create(
                naming=naming, year=2021, outcome="improve", state="improving", finding="两处", due_on=at.date(), reviewed_at=at, reviewed_by=officer,
            ).pk
            self.found["experience"][which] = Experience.objects.create(
                naming=naming, title="做法", body="做法", state="accepted", started_at=at, started_by=officer, consented_at=at, consented_by=officer,
                sent_at=at, sent_by=officer, decided_at=at, decided_by=officer,
            ).pk
            meeting = Meeting.objects.create(campaign=campaign, title="交流会", starts_at=at, place="会议室", agenda="议程", called_at=at, called_by=officer)
            Invitation.objects.create(meeting=meeting, organization=unit)
            self.found["meeting"][which] = meeting.pk
            case = TypicalCase.objects.create(
                naming=naming, title="案例", body="做法", state="published", changed_at=at, changed_by=officer, moved_at=at,
                consented_at=at, consented_by=leader, published_at=at, published_by=officer,
            )
            self.found["case"][which] = case.pk
            self.found["case_photo"][which] = CasePhoto.objects.create(case=case, blob=blob, caption="照片", added_at=at, added_by=leader).pk
            self.found["objection"][which] = Objection.objects.create(entry=entry, code=f"CODE{mark}-{which}", facts="事实", received_at=at, due_on=moment(10, 20).date()).pk
            self.found["track"][which] = application.track_id
            self.found["phase"][which] = campaign.phases.first().pk
            self.found["campaign"][which] = campaign.pk
            self.found["minimum"][which] = Minimum.objects.get(track__campaign=campaign).pk
            self.found["adjustment"][which] = Adjustment.objects.create(application=application, kind="bonus", points=1, reason="试点", basis="函件", proposed_at=at, proposed_by=officer).pk
            self.found["veto"][which] = Veto.objects.create(
                application=application, item=response.item, facts="事实", basis="核实", due_at=moment(10, 20), raised_at=at, raised_by=officer, blob=blob, filename="照片.jpg",
            ).pk
        self.found["likeness"] = {
            which: Likeness.objects.create(kind="text", response=later, other=earlier, share=60, of_texts="0" * 64, found_at=at).pk
            for which, (later, earlier) in self.pairs(self.found["application"]).items()
        }
        self.found["notice"] = dict.fromkeys(OBJECTS[:3], notice.pk)
        draft = standard_actions.start_draft(campaign, "", by=officer, at=at)
        annex = Annex.objects.create(campaign=campaign, name="细则.xlsx", rows=[["二级指标", "分值"], ["机构健全", "3"]], uploaded_at=at, uploaded_by=officer)
        self.found["standard"], self.found["annex"] = dict.fromkeys(OBJECTS[:3], draft.pk), dict.fromkeys(OBJECTS[:3], annex.pk)
        self.found["plan"] = dict.fromkeys(OBJECTS[:3], plan.pk)
        code, county = f"{PREFIX}1{mark}", campaign.county
        if county:
            county = Organization.everywhere.create(code=code_of_copy(county, code), name=f"{county}（演练）", short_name=f"{county}（演练）", kind=county.kind, rehearsal=code)
        played = Campaign.everywhere.create(code=code, rehearsal=code, county=county, title="【演练】创建", year=2021, published_at=at, published_by=officer)
        self.found["rehearsal"] = dict.fromkeys(OBJECTS[:3], played.pk)
        bulletin = Bulletin.objects.create(campaign=campaign, number=1, title="通报", body="进展", created_at=at, created_by=officer)
        self.found["bulletin"] = dict.fromkeys(OBJECTS[:3], bulletin.pk)
        for kind, keys in self.found.items():
            keys["missing"] = uuid4() if kind in ("photo", "upload", "device_photo") else 999999

    @staticmethod
    def pairs(applications):
        """Of each unit's first answer and that of one of the others: (the later, the earlier)."""
        first = {which: ItemResponse.objects.filter(application=pk).earliest("pk") for which, pk in applications.items()}
        return {"own": (first["other"], first["own"]), "other": (first["kind"], first["other"]), "kind": (first["kind"], first["own"])}

    def arguments(self, name, route, role, which):
        """What stands in the address for this object. Messages and files belong to people, not to units."""
        if name in ("accounts:message", "accounts:job", "accounts:download", "accounts:import", "accounts:choose_columns", "accounts:apply_import", "accounts:import_report"):
            owner = self.people[role] if which == "own" else make_user()
            made = (
                Message.objects.create(user=owner, key=str(uuid4()), title="消息", created_at=moment(10, 9)) if name == "accounts:message"
                else Job.objects.create(owner=owner, kind="x", title="文件", created_at=moment(10, 9)) if name in ("accounts:job", "accounts:download")
                else Import.objects.create(owner=owner, kind="units", title="名单", digest="0" * 64, state="checked", counts={"wrong": 0, "new": 0, "changed": 0}, created_at=moment(10, 9))
            )
            return {"pk": 999999 if which == "missing" else made.pk}
        arguments = {"kind": "rectification", "code": "1.1", "extension": "docx", "channel": "none" if which == "missing" else "webhook", "event": "none" if which == "missing" else "results.named", "number": 1, "page": 1, "visit": self.planned.pk, "evidence": self.found["evidence"][which], "pk": self.found[self.kind_of(name, route)][which]}
        arguments["name"] = "office" if which == "own" else "none"  # a handbook
        if name == "results:public_objection_received":
            arguments["code"] = "CODE-none" if which == "missing" else f"CODE{self.mark}-{which}"
        return {key: value for key, value in arguments.items() if f":{key}>" in route}

    @staticmethod
    def kind_of(name, route):
        for words, kind in [
            ("creation-plans/", "creation_plan"), ("campaigns/<int:pk>/", "campaign"), ("minimums/", "minimum"), ("drafts/", "standard"), ("annexes/", "annex"), ("accounts/units/", "unit"), ("people/roles/", "role"), ("people/", "person"), ("require-rectifications/", "visit"), ("papers/", "rectification"), ("case-photos/", "case_photo"), ("cases/", "case"), ("m/units/", "visit"), ("m/photos/", "device_photo"), ("quarantine/photos/", "device_photo"), ("quarantine/", "quarantine"),
            ("plans/", "plan"), ("adjustments/<int:pk>", "adjustment"), ("vetoes/", "veto"), ("evidence/<int:pk>/link", "link"), ("evidence/<int:pk>", "evidence"), ("pairs/<int:pk>", "pair"), ("signed-forms/", "scan"), ("offline-uploads/", "offline"), ("uploads/<uuid:pk>", "upload"), ("findings/", "finding"), ("likeness/", "likeness"),
            ("rectifications/files", "file"), ("rectifications/", "rectification"), ("visits/", "visit"),
            ("paper-records/", "paper"), ("photos/", "photo"), ("groups/", "group"), ("places/", "place"), ("objections/", "objection"), ("naming/", "naming"), ("titles/", "naming"), ("reviews/", "review"), ("bulletins/", "bulletin"), ("meetings/", "meeting"), ("experiences/", "experience"), ("notices/", "notice"),
            ("rehearsals/", "rehearsal"), ("ranking/", "track"), ("tracks/", "track"), ("phases/", "phase"), ("pool/", "pool"), ("challenges/", "challenge"),
        ]:
            if words in route:
                return kind
        return "application"


@pytest.fixture(autouse=True)
def thousands_of_refusals_are_not_logged():
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(request, campaign, taohuatan, miaoshou, education):
    cache.clear()  # what earlier tests knocked at the public doors
    people = {role: request.getfixturevalue(role) for role in ROLES}
    return World(campaign, {"own": taohuatan, "other": miaoshou, "kind": education}, people)


def addresses():
    return [(name, route, method) for name, route, _pattern in patterns() if name not in LEFT_OUT for method in METHODS]


def ask(client, method, path):
    """The sign, whether rows were written, and the page without its one-time tokens."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies.clear()  # what an earlier answer left to be told
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, method.lower())(path)
    wrote = [query["sql"] for query in queries if WRITES.match(query["sql"])]
    for close in response._resource_closers:  # response.close() would close the database too
        close()
    page = b"" if response.streaming else re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken&quot;: |X-CSRFToken": )"?[^">]*', b"", response.content)
    return SIGNS.get(response.status_code, "+" if response.status_code < 500 else "!"), wrote, page.replace(path.encode(), b"")


def observe(world, client, role, name, route, method):
    """The cell for one role, and what is wrong with how refusals were answered."""
    cell, wrong, missing = "", [], None
    for which in reversed(OBJECTS if "<" in route else OBJECTS[:1]):
        path = reverse(name, kwargs=world.arguments(name, route, role, which))
        savepoint = connection.savepoint()
        sign, wrote, page = ask(client, method, path)
        connection.savepoint_rollback(savepoint)
        if sign != "+" and wrote:
            wrong.append(f"{method} {path} as {role} was refused and wrote {wrote[0][:120]}")
        if which == "missing":
            missing = page
        elif sign == "-" and missing is not None and page != missing:
            wrong.append(f"{method} {path} as {role} answers unlike one that does not exist")
        cell = sign + cell
        if sign == "/":  # so it is for every object
            return "/" * (len(OBJECTS) if "<" in route else 1), wrong
    return cell, wrong


def table():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["name"], row["method"]): row for row in csv.DictReader(file)}


def test_every_address_has_its_row_and_every_row_its_address():
    assert {(name, method) for name, _route, method in addresses()} == set(table())


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_is_as_reviewed(world, role):
    reviewed = table()
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])

    wrong = []
    for name, route, method in addresses():
        cell, faults = observe(world, client, role, name, route, method)
        expected = reviewed[name, method][role]
        if cell != expected:
            wrong.append(f"{name} {method}: {cell}, reviewed {expected}")
        wrong += faults

    assert not wrong, "\n".join(wrong)


def test_no_cell_of_the_table_lets_a_stranger_to_another_unit_in():
    """Read the table itself: units never reach another unit's or a missing object, whatever the address."""
    wrong = [
        f"{name} {method} {role}: {row[role]}"
        for (name, method), row in table().items()
        for role in ("clerk", "county_clerk", "bureau_clerk", "nobody")
        if name not in PUBLIC | {"handbook"} and not name.startswith(("accounts:", "campaigns:"))  # the same for everybody; own messages; the county's own calendar
        for cell in [row[role]]
        if len(cell) == 4 and (cell[3] == "+" or "+" in (cell[0] + cell[1] if role in ("bureau_clerk", "nobody") else cell[1] + cell[2]))
    ]

    assert not wrong
