"""Units with the scores a test needs, lists in any state, notices and objections."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.tests.factories import make_organization, make_user
from applications import uploads
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections.models import AgreedScore, DeskReview, InspectionGroup, Score, Stage, Visit
from results.models import (
    CasePhoto,
    Experience,
    Naming,
    NoticeEntry,
    Objection,
    Place,
    PublicNotice,
    SelectionList,
    TypicalCase,
)


def make_scored(name, campaign, rate=90, *, kind="township", by_item=None, parent=None, code=None):
    """An accepted application of a new unit; every item got `rate` percent on paper and on site, or what `by_item` says."""
    organization = make_organization(name, kind=kind, parent=parent, code=code)
    scorer = make_user("评分人")
    application = make_application(organization, campaign, Application.Status.ACCEPTED, by=make_user(organization=organization))
    group = InspectionGroup.objects.get_or_create(campaign=campaign, name="第一组")[0]
    at = moment(10, 20, year=campaign.year)
    Visit.objects.create(
        application=application, group=group, on=date(campaign.year, 10, 20), planned_at=at, planned_by=scorer,
        started_at=at, started_by=scorer, locked_at=at, locked_by=scorer, findings_sha256="0" * 64,
    )
    for _scorer in range(campaign.desk_scorers):
        person = make_user("评分人")
        DeskReview.objects.create(application=application, scorer=person, started_at=at, finished_at=at)
        for response in application.responses.select_related("item"):
            points = points_of(response, rate, by_item)
            Score.objects.create(
                stage=Stage.DESK, application=application, item=response.item, scorer=person, points=points,
                maximum=response.maximum, reason="有缺项", scored_at=at,
            )
    for response in application.responses.select_related("item"):
        AgreedScore.objects.create(
            stage=Stage.SITE, application=application, item=response.item, points=points_of(response, rate, by_item),
            maximum=response.maximum, reason="有缺项", agreed_at=at, agreed_by=scorer,
        )
    return application


def points_of(response, rate, by_item):
    return Decimal((by_item or {}).get(response.item.code, response.maximum * Decimal(rate) / 100))


def make_place(application, slot, by=None):
    track = application.track
    return Place.objects.create(
        track=track, slot=slot, cap=track.quota, application=application, taken_at=moment(11, 1), taken_by=by or make_user()
    )


def make_confirmed(applications, by=None):
    """The units in the places of a confirmed list."""
    places = [make_place(application, slot, by) for slot, application in enumerate(applications, 1)]
    SelectionList.objects.update_or_create(track=applications[0].track, defaults={"state": SelectionList.State.CONFIRMED})
    return places


def make_notice(applications, *, published_at=None, starts_on=None, ends_on=None, by=None, **fields):
    """A draft; published when `starts_on` and `ends_on` are given."""
    by, campaign = by or make_user(), applications[0].campaign
    if starts_on:
        fields |= {
            "published_at": published_at or moment(11, 3, 10), "published_by": make_user(), "checked_by": make_user(),
            "starts_on": starts_on, "ends_on": ends_on,
        }
    if "withdrawn_at" in fields:
        fields.setdefault("withdrawn_by", by)
    notice = PublicNotice.objects.create(
        campaign=campaign, number=PublicNotice.objects.filter(campaign=campaign).count() + 1, created_at=moment(11, 2), created_by=by,
        **({"title": "拟命名名单的公示", "body": "拟命名以下单位，现予公示。", "contact": "市政务公开办，0563-3020000"} | fields),
    )
    for order, application in enumerate(applications, 1):
        NoticeEntry.objects.create(notice=notice, application=application, order=order)
    return notice


def make_objection(entry, **fields):
    given = {
        "code": f"TEST-{entry.pk:04}-{entry.objections.count():04}", "name": "张三", "phone": "0563-3021234",
        "facts": "该单位公开专栏的内容长期没有更新，与申报材料不一致。", "received_at": moment(11, 5, 9), "due_on": date(2021, 11, 19),
    }
    return Objection.objects.create(entry=entry, **(given | fields))


def make_named(name, campaign, *, kind="county", slot=1, code=None, parent=None, named_at=None, **fields):
    """A unit with its title, named on 12 November."""
    application = make_scored(name, campaign, kind=kind, code=code, parent=parent)
    given = {"document_number": "宣政务公开〔2021〕12号", "named_at": named_at or moment(11, 12), "named_by": make_user()}
    return Naming.objects.create(place=make_place(application, slot), application=application, **(given | fields))


def make_naming(application, *, by=None, named_at=None, **fields):
    place = Place.objects.filter(application=application).first() or make_place(application, application.track.places.count() + 1, by)
    return Naming.objects.create(
        place=place, application=application, named_at=named_at or moment(11, 12), named_by=by or make_user(),
        **({"document_number": "宣政务公开〔2021〕12号"} | fields),
    )


def make_photo_file(colour="navy", name="现场.jpg", exif=True):
    """A photo as a phone makes it: it knows where it was taken."""
    tags = Image.Exif()
    if exif:
        tags[0x010F], tags[0x8825] = "Phonemaker", {1: "N", 2: (30.0, 56.0, 24.0), 3: "E", 4: (118.0, 45.0, 12.0)}
    file = BytesIO()
    Image.new("RGB", (640, 480), colour).save(file, "JPEG", exif=tags)
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


def make_case(naming, state=TypicalCase.State.PUBLISHED, *, by=None, photos=1, at=None, **fields):
    """A case with its photos drawn."""
    by, at = by or make_user(), at or moment(11, 20)
    given = {"title": "村务公开进祠堂", "body": "把公开栏搬进祠堂门厅。\n群众看得见、问得着。", "changed_at": at, "changed_by": by, "moved_at": at}
    if state != TypicalCase.State.DRAFT:
        given |= {"consented_at": at, "consented_by": by}
    if state == TypicalCase.State.PUBLISHED:
        given |= {"published_at": at, "published_by": make_user()}
    case = TypicalCase.objects.create(naming=naming, state=state, **(given | fields))
    for number in range(photos):
        taken = uploads.take(make_photo_file((number * 40, case.pk * 20 % 256, 90)))
        blob = uploads.blob_of(taken, at=at)
        uploads.draw_pictures(blob.pk)
        CasePhoto.objects.create(case=case, blob=blob, caption=f"公开栏照片 {number + 1}", added_at=at, added_by=by)
    return case


def make_experience(naming, state=Experience.State.ACCEPTED, *, by=None, at=None, **fields):
    """A write-up with the unit's consent, sent, and answered where the state says so."""
    by, at = by or make_user(), at or moment(11, 20)
    given = {"title": "把公开做到村口", "body": "把公开做到村口。\n群众找得到、看得懂。", "started_at": at, "started_by": by}
    given |= {"consented_at": at, "consented_by": by, "sent_at": at, "sent_by": by}
    if state == Experience.State.ACCEPTED:
        given |= {"decided_at": at, "decided_by": make_user()}
    return Experience.objects.create(naming=naming, state=state, **(given | fields))
