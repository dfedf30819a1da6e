"""Scores, reviews and rectification tasks with defaults."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

from PIL import Image

from accounts.models import Role
from accounts.tests.factories import make_organization, make_user
from applications.models import Application, Submission
from applications.snapshots import freeze
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections.models import (
    AgreedScore,
    DeskReview,
    GroupMember,
    GuidanceNote,
    InspectionGroup,
    PoolEntry,
    Rectification,
    Score,
    Stage,
    Visit,
)
from inspections.rules.phone import SentPhoto, SentRecord
from standards.models import Item


def make_accepted(organization, campaign, **fields):
    return make_application(organization, campaign, status=Application.Status.ACCEPTED, **fields)


def make_item(application, code):
    return Item.objects.get(category__standard=application.standard, code=code)


def make_desk_review(application, scorer, points=None, finished=True):
    """A whole review: `points` by item code, "abstain" for an abstention; full marks where nothing is said."""
    points = points or {}
    review = DeskReview.objects.create(application=application, scorer=scorer, started_at=moment(10, 7), finished_at=moment(10, 8, 10) if finished else None)
    for response in application.responses.select_related("item"):
        given = points.get(response.item.code, response.maximum)
        if given is None:
            continue
        abstained = given == "abstain"
        Score.objects.create(
            stage=Stage.DESK, application=application, item=response.item, scorer=scorer, maximum=response.maximum,
            points=None if abstained else Decimal(str(given)), abstained=abstained,
            reason="" if abstained or Decimal(str(given)) == response.maximum else "材料不全。", scored_at=moment(10, 8), version=1,
        )
    return review


def make_version(application, by, number=2, at=None, change=None):
    """The application as it stands, submitted once more. `change`: {item code: narrative}."""
    at = at or moment(10, 9)
    snapshot = freeze(application)
    for entry in snapshot["items"]:
        entry["narrative"] = (change or {}).get(entry["code"], entry["narrative"])
    return Submission.objects.create(
        application=application, number=number, receipt=f"{application.campaign.year}-{application.pk:04}-{number}", received_at=at,
        submitted_at=at, submitted_by=by, snapshot=snapshot, sha256="1" * 64,
    )


def make_rectification(application, by, code="1.1", due_at=None, state=Rectification.State.OPEN, **fields):
    if state == Rectification.State.CLOSED:
        fields = {"closed_at": moment(10, 11), "closed_by": by} | fields
    return Rectification.objects.create(
        application=application, item=make_item(application, code), problem="公示栏没有更新。", due_at=due_at or moment(10, 12), state=state,
        raised_at=moment(10, 8), raised_by=by, **fields,
    )


def make_note(application, by, text="请在专栏标注解读链接。", **fields):
    return GuidanceNote.objects.create(application=application, text=text, noted_at=moment(10, 8), noted_by=by, **fields)


def make_group(campaign, leader, *members, name="第1组"):
    group = InspectionGroup.objects.create(campaign=campaign, name=name)
    for user in (leader, *members):
        GroupMember.objects.create(group=group, user=user, is_leader=user == leader)
    return group


def make_visit(application, group, on=date(2021, 10, 20), by=None):
    return Visit.objects.create(application=application, group=group, on=on, planned_at=moment(10, 12), planned_by=by or make_user())


def make_findings(visit, at=None, agreed=True, lost=0):
    """Every member's record of every item, and what they agreed on; `lost` points on the first item."""
    at = at or moment(10, 20, 10)
    if not visit.started_at:
        visit.started_at, visit.started_by = at, visit.group.members.first().user
        visit.save()
    for number, response in enumerate(visit.application.responses.filter(exempted_at=None).in_order()):
        points, reason = (response.maximum - lost, "更新不及时") if lost and number == 0 else (response.maximum, "")
        for member in visit.group.members.all():
            Score.objects.create(
                stage=Stage.SITE, application=visit.application, item=response.item, scorer=member.user, version=1,
                verdict="partly" if reason else "met", points=points, maximum=response.maximum, reason=reason, scored_at=at,
            )
        if agreed:
            AgreedScore.objects.create(
                stage=Stage.SITE, application=visit.application, item=response.item, points=points, maximum=response.maximum,
                reason=reason, agreed_at=at, agreed_by=visit.group.members.first().user,
            )
    return visit


def make_pool_entry(campaign, user, days=(), cap=None, by=None):
    return PoolEntry.objects.create(
        campaign=campaign, user=user, days=[day.isoformat() for day in days], cap=cap, added_at=moment(10, 8), added_by=by or user,
    )


def make_pool(campaign, n, **options):
    """So many inspectors, each of a bureau of their own, in the pool."""
    people = [make_user(f"第{number}员", make_organization(f"第{number}局", kind="bureau"), [Role.INSPECTOR]) for number in range(1, n + 1)]
    for user in people:
        make_pool_entry(campaign, user, **options)
    return people


def make_townships(campaign, county, n):
    """So many accepted townships of a county."""
    return [make_accepted(make_organization(f"{county}{number}镇", parent=county), campaign) for number in range(1, n + 1)]


def make_sent(visit, code="1.1", number=1, verdict="met", points="30", reason="", id=None, **fields):
    """One content of a record, as a phone sends it."""
    return SentRecord(
        id=id or uuid4(), number=number, visit=visit.pk, unit=str(visit.application.organization), item=code, verdict=verdict,
        points=None if points == "" else Decimal(points), reason=reason, **fields,
    )


def make_picture(colour="white", size=(64, 48)):
    """The bytes of a small JPEG; another colour is another photo."""
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return content.getvalue()


def make_sent_photo(visit, body, code="1.1", piece=400, id=None, **fields):
    """(what a phone announces, its pieces)"""
    pieces = [body[start:start + piece] for start in range(0, len(body), piece)]
    sent = SentPhoto(
        id=id or uuid4(), visit=visit.pk, unit=str(visit.application.organization), item=code, sha256=sha256(body).hexdigest(), size=len(body),
        extension="jpg", pieces=tuple(sha256(each).hexdigest() for each in pieces), **fields,
    )
    return sent, pieces
