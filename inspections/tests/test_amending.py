"""An amended standard and what reviewers had written: it goes along by code, and is blank where the points changed."""

from decimal import Decimal

import pytest

from accounts.models import AuditEvent
from applications.tests.factories import make_application
from applications.tests.test_revising import NOW, amended
from inspections import actions
from inspections.models import AgreedScore, Rectification, Score, Stage
from inspections.tests.factories import make_desk_review, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(campaign, taohuatan, officer, clerk):
    application = make_application(taohuatan, campaign, status="returned")
    make_desk_review(application, officer, {"1.1": 20, "2.1": 45})
    Rectification.objects.create(application=application, item=make_item(application, "1.1"), problem="请更新", due_at=NOW, raised_at=NOW, raised_by=officer)
    AgreedScore.objects.create(stage=Stage.DESK, application=application, item=make_item(application, "1.1"), points=20, maximum=30, reason="缺纪要", agreed_at=NOW, agreed_by=officer)
    return application


def test_scores_and_tasks_follow_a_returned_application(campaign, returned, officer):
    standard, moved = actions.publish_standard(amended(campaign, officer), by=officer, at=NOW)

    scores = {score.item.code: score for score in Score.objects.filter(application=returned, item__category__standard=standard).select_related("item")}
    assert moved == [returned]
    assert (scores["2.1"].points, scores["2.1"].maximum) == (45, 50)
    assert (scores["1.1"].points, scores["1.1"].maximum, scores["1.1"].reason) == (None, Decimal(25), "材料不全。")
    assert Rectification.objects.get().item.category.standard == standard
    assert not AgreedScore.objects.exists()
    assert returned.desk_reviews.get().finished_at is None
    assert AuditEvent.objects.get(action="inspections.follow_standard").detail["blank"] == [["1.1", officer.pk, "20.00", "30.00"], ["1.1", None, "20.00", "30.00"]]


def test_an_accepted_application_keeps_its_scores_and_its_version(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, status="accepted")
    review = make_desk_review(application, officer)

    actions.publish_standard(amended(campaign, officer), by=officer, at=NOW)

    review.refresh_from_db()
    assert review.finished_at is not None
    assert {score.item.category.standard.number for score in Score.objects.filter(application=application)} == {1}
