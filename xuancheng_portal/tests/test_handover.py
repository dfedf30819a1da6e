"""Somebody leaves: what they had in hand goes to others in one action, and the log keeps who had it."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Role, RoleGrant, User
from accounts.rules import NotAllowed
from accounts.tasks import sweep_leavers
from accounts.tests.factories import make_user, moment
from applications import actions as filling
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign
from inspections.models import DeskReview, GroupMember, InspectionGroup, PoolEntry, Score, Visit
from inspections.tests.factories import make_accepted, make_desk_review
from xuancheng_portal.handover import hand_over_all, in_hand

NOW = moment(10, 10, 9)


@pytest.fixture(autouse=True)
def during_the_campaign():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shares(campaign, taohuatan, clerk, county_clerk):
    """Two items given to the clerk."""
    application = make_application(taohuatan, campaign)
    responses = list(application.responses.in_order()[:2])
    filling.assign(application, {response.pk: clerk.pk for response in responses}, by=clerk, at=NOW)
    return responses


@pytest.fixture
def visit(campaign, taohuatan, inspector, second_inspector, officer):
    """To come, by a group the inspector leads."""
    group = InspectionGroup.objects.create(campaign=campaign, name="第一验收组")
    GroupMember.objects.create(group=group, user=inspector, is_leader=True)
    GroupMember.objects.create(group=group, user=second_inspector)
    PoolEntry.objects.create(campaign=campaign, user=inspector, added_at=NOW, added_by=officer)
    return Visit.objects.create(application=make_accepted(taohuatan, campaign), group=group, on=moment(10, 20).date(), planned_at=NOW, planned_by=officer)


@pytest.fixture
def third_inspector(miaoshou):
    return make_user("接手人", make_user().organization or miaoshou.county, [Role.INSPECTOR], username="third_inspector")


def kinds(user):
    return {kind.key: (len(moving), len(staying)) for kind, moving, staying in in_hand(user, NOW)}


def hand_over(user, by, on=None, **to):
    return hand_over_all(user, to, on=on, reason="调离", by=by, at=NOW)


def test_items_go_to_a_colleague_and_the_log_keeps_who_had_them(shares, clerk, colleague, administrator):
    hand_over(clerk, administrator, shares=colleague)

    for response in shares:
        response.refresh_from_db()
        assert response.assignee == colleague
    entry = AuditEvent.objects.get(action="applications.hand_over")
    assert (entry.detail["before"], entry.detail["after"], entry.detail["items"]) == ("汪小桃", "查小慧", [response.item.code for response in shares])
    assert AuditEvent.objects.get(action="accounts.hand_over").by == administrator
    assert kinds(clerk) == {}


def test_items_never_leave_the_unit(shares, clerk, other_clerk, administrator):
    with pytest.raises(NotAllowed, match="本单位"):
        hand_over(clerk, administrator, shares=other_clerk)

    assert kinds(clerk) == {"shares": (2, 0)}


def test_a_scoring_not_finished_changes_its_scorer_and_a_finished_one_stays(campaign, taohuatan, miaoshou, officer, second_officer, administrator):
    begun = make_desk_review(make_accepted(taohuatan, campaign), officer, finished=False)
    done = make_desk_review(make_accepted(miaoshou, campaign), officer)
    assert kinds(officer) == {"reviews": (1, 1)}

    hand_over(officer, administrator, reviews=second_officer)

    begun.refresh_from_db()
    done.refresh_from_db()
    assert (begun.scorer, done.scorer) == (second_officer, officer)
    assert Score.objects.filter(application=done.application, scorer=officer).exists()
    assert AuditEvent.objects.get(action="inspections.hand_over_review").detail == {"before": "宋小公", "after": "程小开"}


def test_nobody_takes_a_second_seat_at_the_same_application(campaign, taohuatan, officer, second_officer, administrator):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer, finished=False)
    make_desk_review(application, second_officer, finished=False)

    with pytest.raises(NotAllowed, match="已经在评"):
        hand_over(officer, administrator, reviews=second_officer)

    assert DeskReview.objects.filter(scorer=officer).exists()


def test_an_administrator_does_not_take_a_scoring(campaign, taohuatan, officer, second_officer, administrator):
    make_desk_review(make_accepted(taohuatan, campaign), officer, finished=False)
    RoleGrant.objects.create(user=second_officer, role=Role.ADMIN)

    with pytest.raises(NotAllowed, match="不能评"):
        hand_over(officer, administrator, reviews=second_officer)


def test_visits_to_come_and_the_place_in_the_pool_go_to_another_inspector(visit, inspector, third_inspector, administrator):
    assert kinds(inspector) == {"visits": (2, 0)}

    hand_over(inspector, administrator, visits=third_inspector)

    members = {member.user: member.is_leader for member in visit.group.members.all()}
    assert members[third_inspector] is True
    assert inspector not in members
    assert PoolEntry.objects.get(user=inspector).left_reason == "工作交接给接手人"
    assert PoolEntry.objects.available().filter(user=third_inspector).exists()
    assert "胡小验" in AuditEvent.objects.get(action="inspections.set_members").detail["before"]


def test_whoever_has_a_conflict_does_not_take_a_visit_and_nothing_is_half_done(visit, inspector, administrator, county_clerk):
    RoleGrant.objects.create(user=county_clerk, role=Role.INSPECTOR)

    with pytest.raises(NotAllowed):
        hand_over(inspector, administrator, visits=county_clerk)

    assert visit.group.members.filter(user=inspector).exists()
    assert PoolEntry.objects.available().filter(user=inspector).exists()


def test_a_group_that_has_begun_keeps_its_people(visit, inspector, third_inspector, administrator, officer):
    Visit.objects.update(started_at=NOW, started_by=inspector)
    assert kinds(inspector) == {"visits": (1, 1)}

    hand_over(inspector, administrator, visits=third_inspector)

    assert visit.group.members.filter(user=inspector).exists()


@pytest.mark.parametrize(("days", "active"), [(0, False), (1, True)])
def test_leaving_ends_the_roles_on_the_day_and_the_account_when_it_is_today(shares, clerk, colleague, administrator, days, active):
    on = timezone.localdate(NOW) + timedelta(days=days)

    hand_over(clerk, administrator, on=on, shares=colleague)

    clerk.refresh_from_db()
    assert clerk.is_active is active
    assert clerk.grants.get().ends_on == on
    assert User.objects.with_role(Role.UNIT_CLERK, on=on).filter(pk=clerk.pk).exists() is False


def test_a_later_day_of_leaving_disables_the_account_when_it_comes(clerk, administrator):
    hand_over(clerk, administrator, on=timezone.localdate(NOW) + timedelta(days=3))

    sweep_leavers(NOW + timedelta(days=2))
    clerk.refresh_from_db()
    assert clerk.is_active
    for _ in range(2):
        sweep_leavers(NOW + timedelta(days=3))

    clerk.refresh_from_db()
    assert not clerk.is_active
    assert AuditEvent.objects.filter(action="accounts.disable").count() == 1


def test_whoever_leaves_is_held_before_anything_is_handed_over(shares, clerk, colleague, administrator, monkeypatch):
    genuine, asked = QuerySet.select_for_update, []

    def select_for_update(self, **options):
        asked.append(self.model)
        return genuine(self, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    hand_over(clerk, administrator, on=timezone.localdate(NOW), shares=colleague)

    assert asked[:2] == [RoleGrant, User]


def test_nobody_leaves_with_work_in_hand(shares, clerk, administrator):
    with pytest.raises(NotAllowed, match="还没有选接手的人"):
        hand_over(clerk, administrator, on=timezone.localdate(NOW))

    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_day_that_has_passed_is_refused_and_nothing_moves(shares, clerk, colleague, administrator):
    with pytest.raises(NotAllowed, match="已经过去"):
        hand_over(clerk, administrator, on=timezone.localdate(NOW) - timedelta(days=1), shares=colleague)

    assert kinds(clerk) == {"shares": (2, 0)}


def test_the_page_lists_the_work_and_hands_it_over(client, shares, clerk, colleague, administrator):
    client.force_login(administrator)
    page = reverse("handover", args=[clerk.pk])
    shown = client.get(page).content.decode()

    response = client.post(page, {"shares": colleague.pk, "reason": "调离", "leaves_on": "2021-10-10"})

    assert all(str(share.item) in shown for share in shares)
    assert response["Location"] == clerk.get_absolute_url()
    clerk.refresh_from_db()
    assert not clerk.is_active


def test_the_page_is_the_administrators(client, clerk, officer):
    client.force_login(officer)

    assert client.get(reverse("handover", args=[clerk.pk])).status_code == 403


WARNED = [("disable_person", "没办完的留在原处"), ("move_person", "仍记在此人名下")]


@pytest.mark.parametrize(("name", "sentence"), WARNED)
def test_ending_or_moving_an_account_warns_of_the_work_in_hand(client, shares, clerk, colleague, administrator, name, sentence):
    client.force_login(administrator)

    shown, of_nothing = [client.get(reverse(f"accounts:{name}", args=[person.pk])).content.decode() for person in (clerk, colleague)]

    assert all(str(share.item) in shown for share in shares)
    assert sentence in shown
    assert reverse("handover", args=[clerk.pk]) in shown
    assert "名下还有这些事" not in of_nothing
    assert sentence not in of_nothing


@pytest.mark.parametrize(("name", "sentence"), WARNED)
def test_the_warning_says_what_cannot_be_handed_over(client, visit, inspector, administrator, name, sentence):
    Visit.objects.update(started_at=NOW, started_by=inspector)
    client.force_login(administrator)

    shown = client.get(reverse(f"accounts:{name}", args=[inspector.pk])).content.decode()

    assert "第一验收组：桃花潭镇" in shown
    assert "这个组已经开始验收" in shown


def test_a_long_list_of_work_is_cut_and_told_in_full_where_it_is_handed_over(client, campaign, taohuatan, clerk, administrator):
    applications = [make_application(taohuatan, one) for one in (campaign, make_campaign("xuancheng-2022", 2022))]
    client.force_login(administrator)

    def shown(*numbers):
        for application, number in zip(applications, numbers, strict=True):
            wanted = {response.pk: clerk.pk if place < number else None for place, response in enumerate(application.responses.in_order())}
            filling.assign(application, wanted, by=clerk, at=NOW)
        page = client.get(reverse("accounts:disable_person", args=[clerk.pk])).content.decode()
        return page.count("<li>分到的指标 · 202"), "共 6 件，其余见工作交接页面" in page

    assert shown(3, 2) == (5, False)
    assert shown(3, 3) == (5, True)


def test_an_account_with_work_in_hand_is_disabled_all_the_same_and_hands_over_afterwards(client, shares, clerk, colleague, administrator):
    client.force_login(administrator)
    client.post(reverse("accounts:disable_person", args=[clerk.pk]), {"reason": "停职"})
    clerk.refresh_from_db()
    assert (clerk.is_active, kinds(clerk)) == (False, {"shares": (2, 0)})

    client.post(reverse("handover", args=[clerk.pk]), {"shares": colleague.pk, "reason": "停职"})

    assert (kinds(clerk), kinds(colleague)) == ({}, {"shares": (2, 0)})


def test_an_inspector_who_was_disabled_hands_over_the_visits_to_come(client, visit, inspector, third_inspector, administrator):
    client.force_login(administrator)
    client.post(reverse("accounts:disable_person", args=[inspector.pk]), {"reason": "停职"})

    client.post(reverse("handover", args=[inspector.pk]), {"visits": third_inspector.pk, "reason": "停职"})

    assert (kinds(inspector), kinds(third_inspector)) == ({}, {"visits": (2, 0)})
