"""Applications in any status, with an answer for every item of their track."""

from accounts.tests.factories import make_user
from applications.models import Application, Evidence, ItemResponse, Return, ReturnedItem, Submission
from campaigns.tests.factories import moment
from standards.models import Item
from standards.tests.factories import make_standard


def make_application(organization, campaign, status=Application.Status.DRAFT, done=None, by=None, **fields):
    """`done`: whether every item is answered and marked done; by default only where it was sent on."""
    track = campaign.tracks.get(kind=organization.kind)
    standard = campaign.standards.in_force() or make_standard(campaign)
    by = by or organization.people.first() or make_user(organization=organization)
    year = campaign.year
    if status in (*Application.RECEIVED, Application.Status.DECLINED):
        fields = {"submitted_at": moment(9, 28, 10, year=year), "submitted_by": by} | fields
    if status in (Application.Status.ACCEPTED, Application.Status.DECLINED):
        fields = {"decided_at": moment(9, 30, 10, year=year), "decided_by": by} | fields
    if status == Application.Status.DECLINED:
        fields = {"decline_reason": "不属于本次申报范围"} | fields
    if status == Application.Status.WITHDRAWN:
        fields = {"withdrawn_at": moment(9, 29, year=year), "withdrawn_by": by} | fields
    application = Application.objects.create(
        campaign=campaign, track=track, organization=organization, standard=standard, status=status,
        started_at=moment(9, 1, year=year), started_by=by, **fields,
    )
    done = status != Application.Status.DRAFT if done is None else done
    answered = {
        "self_verdict": "met", "narrative": "已按要求完成。", "done_at": moment(9, 20, year=year), "done_by": by,
        "updated_at": moment(9, 20, year=year), "updated_by": by, "version": 1,
    }
    for item in Item.objects.filter(category__standard=standard).for_track(track):
        response = ItemResponse.objects.create(
            application=application, item=item, maximum=item.maximum, **(answered | {"self_score": item.maximum} if done else {})
        )
        if done:
            make_link(response, by=by)
    if application.submitted_at:
        Submission.objects.create(
            application=application, number=1, receipt=f"{campaign.year}-{application.pk:04}-1", received_at=application.submitted_at,
            submitted_at=application.submitted_at, submitted_by=by, snapshot={"items": []}, sha256="0" * 64,
        )
    if status == Application.Status.RETURNED:
        returned = Return.objects.create(
            application=application, level=Return.Level.OFFICE, due_at=moment(10, 10, year=year), returned_at=moment(9, 30, year=year), returned_by=by
        )
        ReturnedItem.objects.create(of=returned, response=application.responses.in_order().first(), reason="请补充会议纪要。")
    return application


def make_link(response, url="https://www.example.gov.cn/zwgk/1.html", title="政务公开专栏", by=None):
    return Evidence.objects.create(
        response=response, kind=Evidence.Kind.LINK, title=title, url=url, added_at=moment(9, 18), added_by=by or make_user()
    )
