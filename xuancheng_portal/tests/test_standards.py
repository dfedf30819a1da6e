"""The versions of the standard: the list, and a draft that comes into force through its page."""

import pytest
from django.db.models import F

from applications.tests.factories import make_application
from applications.tests.test_revising import NOW, amended
from inspections import actions
from inspections.models import Score
from inspections.rules.desk import with_gaps
from inspections.tests.factories import make_desk_review
from standards import actions as standard_actions
from xuancheng_portal.invariants import responses_of_standard, scores_within_points

pytestmark = pytest.mark.django_db


def test_the_rules_of_the_whole_database_still_hold(campaign, taohuatan, clerk, officer, second_officer):
    returned = make_application(taohuatan, campaign, status="returned")
    for scorer, points in ((officer, 20), (second_officer, 2)):
        make_desk_review(returned, scorer, {"1.1": points, "2.2": points})

    actions.publish_standard(amended(campaign, officer), by=officer, at=NOW)

    Score.objects.filter(points=None).update(points=F("maximum"))  # both look at 1.1 once more
    returned.desk_reviews.update(finished_at=NOW)
    assert not responses_of_standard().exists()
    assert scores_within_points() == []
    assert with_gaps(campaign) == []


def test_publishing_through_the_page(client, campaign, taohuatan, clerk, lead, administrator):
    application = make_application(taohuatan, campaign)
    draft = amended(campaign, lead)
    client.force_login(administrator)
    assert client.post(f"/standards/drafts/{draft.pk}/publish/").status_code == 403

    client.force_login(lead)
    page = client.get(f"/standards/drafts/{draft.pk}/publish/").content.decode()
    assert "1 份填报中的申报转到新版" in page
    assert client.post(f"/standards/drafts/{draft.pk}/publish/").status_code == 302

    versions = client.get("/standards/versions/").content.decode()
    assert "3 项待核对" in versions
    assert application.revised_items.count() == 3


def test_a_page_that_refuses_says_all_that_is_wrong(client, campaign, officer):
    draft = standard_actions.start_draft(campaign, "", by=officer, at=NOW)
    for item in draft.categories.get(code="2").items.all():
        item.points.all().delete()
    client.force_login(officer)

    answer = client.post(f"/standards/drafts/{draft.pk}/publish/")

    assert answer.status_code == 422
    assert len(answer.context["problems"]) == 10
    assert "启用为现行版</button>" not in answer.content.decode()
    draft.refresh_from_db()
    assert draft.is_draft


def test_the_office_sees_who_files_under_an_older_version(client, campaign, taohuatan, education, clerk, bureau_clerk, officer):
    make_application(taohuatan, campaign, status="accepted")
    make_application(education, campaign)
    actions.publish_standard(amended(campaign, officer), by=officer, at=NOW)
    client.force_login(officer)

    page = client.get("/standards/versions/")

    assert [str(application.organization) for application in page.context["older"]] == ["桃花潭镇"]
    assert [version.users for version in page.context["versions"]] == [[("填报中", 1)], [("已受理", 1)]]
