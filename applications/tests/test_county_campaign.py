"""Filing in a county's own campaign, and what it brings to the county's recommendation for the city's."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_organization, make_user, moment
from applications import actions, notices, rules
from applications.models import Application, Reminder
from applications.permissions import can_recommend, can_remind, can_review
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_county_campaign
from standards.tests.factories import make_standard

pytestmark = pytest.mark.django_db
NOW = moment(9, 27, 10)


@pytest.fixture
def own(jing):
    """Jing County's own campaign."""
    campaign = make_county_campaign(jing)
    make_standard(campaign)
    return campaign


@pytest.fixture
def named(own, taohuatan, county_lead):
    """A township that was named there."""
    return actions.propose(make_application(taohuatan, own, status="accepted"), by=county_lead, at=moment(11, 12))


# Who may apply


@pytest.mark.parametrize(("unit", "may"), [("taohuatan", True), ("jing", False), ("miaoshou", False), ("education", False)])
def test_only_units_below_the_county_may_apply(own, request, in_time, unit, may):
    problems = rules.start_problems(request.getfixturevalue(unit), own, in_time)

    assert [str(problem) for problem in problems] == ([] if may else ["本次活动没有面向你单位的申报类别，不需要申报。"])


@pytest.mark.parametrize("unit", ["miaoshou", "education"])
def test_the_database_refuses_an_application_of_another_county(own, request, unit):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(request.getfixturevalue(unit), own)


def test_what_is_submitted_goes_straight_to_the_countys_office(own, taohuatan, clerk, county_officer, county_clerk, officer, django_capture_on_commit_callbacks):
    application = make_application(taohuatan, own, done=True)

    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    application.refresh_from_db()
    assert (application.status, application.submitted_at) == ("submitted", NOW)
    told = set(Message.objects.filter(key__startswith="submission-").values_list("user__username", flat=True))
    assert told == {"clerk", "county_officer"}


def test_in_the_citys_campaign_the_same_unit_goes_by_its_county(campaign, own, taohuatan):
    assert make_application(taohuatan, campaign).goes_through_county
    assert not make_application(taohuatan, own).goes_through_county


# Who sees it and may do something


def test_the_office_of_the_county_reviews_and_nobody_else(own, taohuatan, county_officer, county_clerk, other_county_clerk, officer, lead, auditor, clerk):
    application = make_application(taohuatan, own, status="submitted")
    foreign_officer = make_user(organization=other_county_clerk.organization, roles=[Role.COUNTY_OFFICE, Role.COUNTY_LEAD])

    assert {person.username for person in (county_officer, county_clerk, foreign_officer, officer, lead, auditor, clerk) if can_review(person, application)} == {"county_officer"}
    seen_by = [
        person for person in (county_officer, county_clerk, other_county_clerk, foreign_officer, officer, lead, auditor, clerk)
        if Application.objects.visible_to(person).filter(pk=application.pk).exists()
    ]
    assert seen_by == [county_officer, county_clerk, auditor, clerk]


def test_an_officer_does_not_review_the_own_unit(own, taohuatan, county_officer):
    person = make_user(organization=taohuatan, roles=[Role.COUNTY_OFFICE])
    application = make_application(taohuatan, own, status="submitted")

    assert (can_review(person, application), can_review(county_officer, application)) == (False, True)


def test_the_county_clerk_neither_recommends_nor_reminds_in_the_countys_own_campaign(campaign, own, taohuatan, county_clerk, county_officer):
    application = make_application(taohuatan, own)

    assert not can_recommend(county_clerk, application)
    assert [can_remind(county_clerk, taohuatan, one) for one in (own, campaign)] == [False, True]
    assert [can_remind(county_officer, taohuatan, one) for one in (own, campaign)] == [True, False]


def test_the_list_of_the_countys_campaign_sends_its_clerk_home(own, campaign, county_clerk, client):
    client.force_login(county_clerk)

    response = client.get(reverse("applications:county_list"), {"campaign": own.code}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("home")
    assert "请先切换到全市的活动" in response.content.decode()
    assert client.post(reverse("applications:county_order")).status_code == 403


# Proposals


def test_a_named_unit_is_proposed_and_the_county_told_but_nothing_recommended(campaign, own, taohuatan, county_lead, county_clerk, other_county_clerk, django_capture_on_commit_callbacks):
    application = make_application(taohuatan, own, status="accepted")

    with django_capture_on_commit_callbacks(execute=True):
        actions.propose(application, by=county_lead, at=moment(11, 12))

    assert list(rules.proposals(taohuatan.county, campaign)) == [taohuatan.pk]
    assert [message.user for message in Message.objects.filter(key=f"proposal-{application.pk}")] == [county_clerk]
    assert AuditEvent.objects.filter(action="applications.propose", organization=taohuatan).count() == 1
    assert not Application.objects.of_campaign(campaign).exists()
    notices.tell_of_proposal(application.pk)
    assert Message.objects.filter(key=f"proposal-{application.pk}").count() == 1


@pytest.mark.parametrize(("year", "counts"), [(2019, False), (2020, True), (2021, True), (2022, False)])
def test_a_proposal_counts_in_its_year_and_the_next(campaign, jing, taohuatan, county_lead, year, counts):
    earlier = make_county_campaign(jing, code=f"own-{year}", year=year)
    actions.propose(make_application(taohuatan, earlier, status="accepted"), by=county_lead, at=moment(11, 12, year=year))

    assert (taohuatan.pk in rules.proposals(jing, campaign)) is counts


def test_a_title_taken_back_takes_the_proposal_back(campaign, jing, named, county_lead):
    actions.take_back_proposal(named, by=county_lead, at=moment(12, 1))

    assert rules.proposals(jing, campaign) == {}


def test_no_county_has_the_proposals_of_another(campaign, named, jingde, own):
    assert rules.proposals(jingde, campaign) == {}
    assert rules.proposals(own.county, own) == {}


def test_the_county_invites_a_proposed_unit_with_one_press(campaign, named, taohuatan, yunling, county_clerk, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client.force_login(county_clerk)

    page = client.get(reverse("applications:county_list")).content.decode()
    assert page.count("县级已命名，建议推荐") == 2  # heading and caption
    assert named.campaign.title in page
    client.post(reverse("applications:remind"), {"unit": taohuatan.pk})

    assert list(Reminder.objects.values_list("campaign", "organization")) == [(campaign.pk, taohuatan.pk)]


def test_the_home_page_says_whom_the_county_may_invite(campaign, named, taohuatan, county_clerk):
    title = "1 个县级已命名的单位还没有申报"
    assert title in [todo.title for todo in rules.todos(county_clerk, campaign, NOW)]

    make_application(taohuatan, campaign)

    assert title not in [todo.title for todo in rules.todos(county_clerk, campaign, NOW)]


def test_the_countys_list_asks_no_more_for_many_proposals_than_for_one(campaign, own, named, jing, county_clerk, county_lead, client):
    client.force_login(county_clerk)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("applications:county_list")).status_code == 200
        return len(found)

    queries()
    one = queries()
    for number in range(5):
        unit = make_organization(f"第{number}镇", parent=jing)
        actions.propose(make_application(unit, own, status="accepted"), by=county_lead, at=moment(11, 12))
    assert queries() == one


def test_a_unit_of_another_county_cannot_start_by_address(own, other_clerk, client):
    client.force_login(other_clerk)

    client.post(reverse("applications:start") + f"?campaign={own.code}")

    assert not Application.objects.exists()
    with pytest.raises(NotAllowed):
        actions.start(other_clerk.organization, own, by=other_clerk, at=NOW)
