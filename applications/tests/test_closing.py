"""A unit with an application in a running campaign is merged: somebody can always go on with it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import actions
from accounts.models import AuditEvent
from accounts.rules import NotAllowed
from accounts.tests.factories import moment
from applications.models import Application
from applications.tests.factories import make_application

NOW = moment(10, 10, 9)
DAY = NOW.date()
OVER = moment(11, 1)  # the last phase of the campaign ends
Status = Application.Status


@pytest.fixture(autouse=True)
def during_the_campaign():
    with time_machine.travel(NOW, tick=False):
        yield


def merge(unit, into, by, *, move_people=True, at=NOW):
    actions.merge_unit(unit, into, DAY, move_people=move_people, by=by, at=at)


@pytest.mark.parametrize(("status", "refused"), [
    (Status.DRAFT, True), (Status.WITH_COUNTY, True), (Status.SUBMITTED, True), (Status.RETURNED, True), (Status.ACCEPTED, True),
    (Status.DECLINED, False), (Status.WITHDRAWN, False),
])
def test_people_are_not_moved_away_from_what_only_they_can_finish(campaign, taohuatan, yunling, clerk, administrator, status, refused):
    application = make_application(taohuatan, campaign, status)

    if refused:
        with pytest.raises(NotAllowed, match=f"有申报（{application.get_status_display()}），人员转走后没有人能接着办"):
            merge(taohuatan, yunling, administrator)
    else:
        merge(taohuatan, yunling, administrator)

    for row in (taohuatan, clerk):
        row.refresh_from_db()
    assert (taohuatan.valid_until, clerk.organization) == ((None, taohuatan) if refused else (DAY, yunling))
    assert AuditEvent.objects.filter(action="accounts.merge_unit").exists() is not refused


@pytest.mark.parametrize(("seconds", "refused"), [(-1, True), (0, False)])
def test_what_a_campaign_left_open_holds_nobody_when_it_is_over(campaign, taohuatan, yunling, clerk, administrator, seconds, refused):
    make_application(taohuatan, campaign, Status.RETURNED)
    at = OVER + timedelta(seconds=seconds)

    if refused:
        with pytest.raises(NotAllowed, match="请等活动结束"):
            merge(taohuatan, yunling, administrator, at=at)
    else:
        merge(taohuatan, yunling, administrator, at=at)

    clerk.refresh_from_db()
    assert clerk.organization == (taohuatan if refused else yunling)


def test_people_who_stay_finish_what_they_began(client, campaign, taohuatan, yunling, clerk, administrator):
    application = make_application(taohuatan, campaign, Status.RETURNED)

    merge(taohuatan, yunling, administrator, move_people=False)

    client.force_login(clerk)
    assert client.get(application.get_absolute_url()).status_code == 200
    assert Application.objects.visible_to(clerk).get() == application


def test_a_unit_without_people_or_without_a_successor_is_closed(campaign, taohuatan, yunling, miaoshou, clerk, administrator):
    make_application(taohuatan, campaign, Status.RETURNED)
    make_application(miaoshou, campaign, Status.RETURNED).organization.people.update(is_active=False)

    merge(taohuatan, None, administrator)  # nobody is moved anywhere
    merge(miaoshou, yunling, administrator)

    clerk.refresh_from_db()
    assert clerk.organization == taohuatan


def test_an_application_of_the_receiving_unit_is_in_nobodys_way(campaign, taohuatan, yunling, clerk, administrator):
    make_application(yunling, campaign)

    merge(taohuatan, yunling, administrator)

    clerk.refresh_from_db()
    assert clerk.organization == yunling


def test_the_page_says_so_before_and_after_it_is_asked(client, campaign, taohuatan, yunling, clerk, administrator):
    make_application(taohuatan, campaign, Status.RETURNED)
    client.force_login(administrator)
    page, told = reverse("accounts:merge_unit", args=[taohuatan.pk]), {"into": "泾县云岭镇", "day": DAY.isoformat()}
    assert "有申报（退回补正）" in client.get(page).content.decode()
    assert "有申报（退回补正）" not in client.get(reverse("accounts:merge_unit", args=[yunling.pk])).content.decode()

    assert "有申报（退回补正）" in client.post(page, told | {"move_people": "on"}).content.decode()
    assert client.post(page, told)["Location"] == taohuatan.get_absolute_url()

    for row in (taohuatan, clerk):
        row.refresh_from_db()
    assert (taohuatan.successor, clerk.organization) == (yunling, taohuatan)
