"""A day of leaving that was entered: moved to another day, taken back, or come."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.audit import record
from accounts.models import AuditEvent, Role, RoleGrant
from accounts.rules import NotAllowed
from accounts.tasks import sweep_leavers
from accounts.tests.factories import make_user, moment

NOW = moment(10, 10, 9)
TODAY = timezone.localdate(NOW)
DAY = TODAY + timedelta(days=5)


@pytest.fixture(autouse=True)
def on_a_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client, administrator):
    client.force_login(administrator)
    return client


def leave(person, by, on=DAY):
    actions.leave(person, on=on, reason="调离", by=by, at=NOW)


def cancel(person, by, at=NOW, reason="不走了"):
    actions.cancel_leaving(person, reason=reason, by=by, at=at)


def dates(person):
    return {grant.role: (grant.starts_on, grant.ends_on) for grant in person.grants.all()}


@pytest.fixture
def many_roles(clerk):
    """Held for good; until after the leaving; until the very day; ended before; beginning after."""
    RoleGrant.objects.bulk_create(RoleGrant(user=clerk, role=role, starts_on=starts, ends_on=ends) for role, starts, ends in [
        (Role.INSPECTOR, None, DAY + timedelta(days=9)), (Role.OFFICE, None, DAY), (Role.COUNTY_OFFICE, None, TODAY), (Role.OFFICE_LEAD, DAY, DAY + timedelta(days=30)),
    ])
    return dates(clerk)


def test_a_leaving_taken_back_gives_each_role_its_own_dates_again(clerk, administrator, many_roles):
    leave(clerk, administrator)
    assert dates(clerk) == {
        Role.UNIT_CLERK: (None, DAY), Role.INSPECTOR: (None, DAY), Role.OFFICE: (None, DAY), Role.COUNTY_OFFICE: (None, TODAY),
    }

    cancel(clerk, administrator)

    clerk.refresh_from_db()
    assert (clerk.leaves_on, clerk.is_active) == (None, True)
    assert dates(clerk) == many_roles
    entry = AuditEvent.objects.get(action="accounts.cancel_leaving")
    assert (entry.by, entry.detail) == (administrator, {"day": DAY.isoformat(), "reason": "不走了"})
    sweep_leavers(NOW + timedelta(days=5))
    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_role_changed_since_stays_as_it_was_changed(clerk, administrator, many_roles):
    leave(clerk, administrator)
    actions.end_role(clerk.grants.get(role=Role.INSPECTOR), on=TODAY, by=administrator, at=NOW)
    actions.grant_role(clerk, Role.OFFICE_LEAD, ends_on=DAY - timedelta(days=1), by=administrator, at=NOW)

    cancel(clerk, administrator)

    assert dates(clerk)[Role.INSPECTOR] == (None, TODAY)
    assert dates(clerk)[Role.OFFICE_LEAD] == (None, DAY - timedelta(days=1))
    assert dates(clerk)[Role.UNIT_CLERK] == (None, None)


@pytest.mark.parametrize("days", [-3, 3])
def test_another_day_takes_the_place_of_the_first(clerk, administrator, many_roles, days):
    other = DAY + timedelta(days=days)
    leave(clerk, administrator)

    leave(clerk, administrator, on=other)

    clerk.refresh_from_db()
    assert clerk.leaves_on == other
    assert dates(clerk)[Role.UNIT_CLERK] == dates(clerk)[Role.INSPECTOR] == (None, other)
    assert dates(clerk)[Role.OFFICE] == (None, min(DAY, other))
    assert dates(clerk).get(Role.OFFICE_LEAD) == (None if days < 0 else (DAY, other))
    entry = AuditEvent.objects.filter(action="accounts.leave").first()
    assert (entry.detail["before"], entry.detail["after"]) == (DAY.isoformat(), other.isoformat())
    cancel(clerk, administrator)
    assert dates(clerk) == many_roles


def test_a_leaving_entered_before_the_log_named_its_roles_is_taken_back(clerk, administrator):
    clerk.grants.update(ends_on=DAY)
    clerk.leaves_on = DAY
    clerk.save()
    record("accounts.leave", clerk, by=administrator, at=NOW, ends_on=DAY, reason="调离")

    cancel(clerk, administrator)

    assert dates(clerk) == {Role.UNIT_CLERK: (None, None)}


def test_leaving_today_after_all_disables_at_once(clerk, administrator):
    leave(clerk, administrator)

    leave(clerk, administrator, on=TODAY)

    clerk.refresh_from_db()
    assert (clerk.is_active, clerk.leaves_on) == (False, TODAY)
    assert dates(clerk) == {Role.UNIT_CLERK: (None, TODAY)}


def test_until_the_account_is_disabled_a_leaving_is_taken_back_and_afterwards_not(clerk, colleague, administrator):
    leave(clerk, administrator)
    leave(colleague, administrator)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        cancel(clerk, administrator, at=timezone.now())  # the day has come, the clock has not looked yet
        sweep_leavers(timezone.now())
        with pytest.raises(NotAllowed, match="先启用账号"):
            cancel(colleague, administrator, at=timezone.now())

    clerk.refresh_from_db()
    colleague.refresh_from_db()
    assert (clerk.is_active, dates(clerk)) == (True, {Role.UNIT_CLERK: (None, None)})
    assert (colleague.is_active, dates(colleague)) == (False, {Role.UNIT_CLERK: (None, DAY)})


def test_the_clock_looks_again_before_it_ends_an_account(clerk, administrator):
    leave(clerk, administrator)
    clerk.refresh_from_db()  # as the clock read it, before the leaving is taken back
    cancel(clerk, administrator)

    actions.end_leaver(clerk, at=NOW + timedelta(days=5))

    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_leaving_that_cannot_be_taken_back(clerk, administrator, second_officer):
    with pytest.raises(NotAllowed, match="没有登记离任日期"):
        cancel(clerk, administrator)
    leave(clerk, administrator)
    with pytest.raises(NotAllowed, match="请写明取消离任的理由"):
        cancel(clerk, administrator, reason=" ")
    RoleGrant.objects.create(user=second_officer, role=Role.ADMIN)
    leave(second_officer, administrator)
    with pytest.raises(NotAllowed, match="不能取消自己的离任"):
        cancel(second_officer, second_officer)

    clerk.refresh_from_db()
    assert clerk.leaves_on == DAY


@pytest.mark.parametrize(("ends_on", "refused"), [(DAY, False), (DAY + timedelta(days=1), True), (None, True)])
def test_no_role_outlasts_the_day_of_leaving(clerk, administrator, ends_on, refused):
    leave(clerk, administrator)
    clerk.refresh_from_db()

    if refused:
        with pytest.raises(NotAllowed, match=f"已登记 {DAY} 离任"):
            actions.grant_role(clerk, Role.INSPECTOR, ends_on=ends_on, by=administrator, at=NOW)
    else:
        actions.grant_role(clerk, Role.INSPECTOR, ends_on=ends_on, by=administrator, at=NOW)

    assert clerk.grants.filter(role=Role.INSPECTOR).exists() is not refused


@pytest.mark.parametrize(("days", "left"), [(4, DAY), (5, None)])
def test_an_account_enabled_again_still_leaves_on_a_day_to_come(clerk, administrator, days, left):
    leave(clerk, administrator)
    actions.disable(clerk, reason="暂停", by=administrator, at=NOW)

    actions.enable(clerk, by=administrator, at=NOW + timedelta(days=days))

    clerk.refresh_from_db()
    assert (clerk.is_active, clerk.leaves_on) == (True, left)


def test_the_page_takes_a_leaving_back_with_a_reason(desk, clerk, administrator):
    page = reverse("accounts:cancel_leaving", args=[clerk.pk])
    assert page not in desk.get(clerk.get_absolute_url()).content.decode()
    leave(clerk, administrator)
    assert page in desk.get(clerk.get_absolute_url()).content.decode()
    assert page in desk.get(reverse("handover", args=[clerk.pk])).content.decode()
    assert "已登记 2021-10-15 离任" in desk.get(page).content.decode()

    assert "请填写理由" in desk.post(page, {"reason": ""}).content.decode()
    response = desk.post(page, {"reason": "留任"})

    assert response["Location"] == clerk.get_absolute_url()
    clerk.refresh_from_db()
    assert clerk.leaves_on is None
    shown = desk.get(clerk.get_absolute_url()).content.decode()
    assert "留任" in shown
    assert page not in shown


def test_nobody_but_the_administrator_takes_a_leaving_back(client, clerk, officer, administrator):
    leave(clerk, administrator)
    client.force_login(officer)

    assert client.post(reverse("accounts:cancel_leaving", args=[clerk.pk]), {"reason": "留任"}).status_code == 403
    assert "取消离任" not in client.get(clerk.get_absolute_url()).content.decode()
    clerk.refresh_from_db()
    assert clerk.leaves_on == DAY


def test_whoever_leaves_finds_no_button_to_stay(desk, administrator):
    other = make_user("另小管", administrator.organization, [Role.ADMIN])
    leave(administrator, other)

    assert "取消离任" not in desk.get(administrator.get_absolute_url()).content.decode()
