"""People's accounts: found, invited, moved, disabled; and the old session ends at its next request (S-08)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import actions, rules
from accounts.models import AuditEvent, Organization, Role, RoleGrant, SignInLink, User
from accounts.rules import NotAllowed
from accounts.tests.factories import make_organization, make_user

LIST = "/accounts/people/"


@pytest.fixture
def desk(client, administrator):
    """The administrator's browser."""
    client.force_login(administrator)
    return client


def names(response):
    return {person.name for person in response.context["page"]}


def test_the_list_is_searched_by_name_account_and_unit(desk, clerk, bureau_clerk):
    assert names(desk.get(LIST, {"q": "汪小"})) == {"汪小桃"}
    assert names(desk.get(LIST, {"q": "bureau_cl"})) == {"方小教"}
    assert names(desk.get(LIST, {"q": "市教体"})) == {"方小教"}


def test_the_list_is_filtered_by_role_held_today_and_by_state(desk, clerk, bureau_clerk, lead):
    bureau_clerk.is_active = False
    bureau_clerk.save()
    RoleGrant.objects.filter(user=lead, role=Role.OFFICE).update(ends_on=timezone.localdate())

    assert names(desk.get(LIST, {"role": "office_lead"})) == {"梅小办"}
    assert names(desk.get(LIST, {"role": "office"})) == set()
    assert names(desk.get(LIST, {"state": "disabled"})) == {"方小教"}
    assert names(desk.get(LIST, {"state": "in_use"})) == {"管小理"}
    assert names(desk.get(LIST, {"state": "new"})) == {"汪小桃", "梅小办"}


@pytest.mark.parametrize("nonsense", [{"role": "king"}, {"state": "x"}, {"unit": "x"}, {"county": "x"}, {"q": "x" * 61}, {"page": "-4"}])
def test_nonsense_in_the_address_is_left_out(desk, clerk, nonsense):
    assert desk.get(LIST, nonsense).status_code == 200


def test_the_list_is_filtered_by_county(desk, clerk, other_clerk, bureau_clerk, county_clerk, jing, taohuatan):
    assert names(desk.get(LIST, {"county": jing.pk})) == {clerk.name, county_clerk.name}
    assert names(desk.get(LIST, {"county": jing.pk, "role": "county_clerk"})) == {county_clerk.name}
    assert names(desk.get(LIST, {"county": taohuatan.pk})) >= {clerk.name, other_clerk.name, bureau_clerk.name}  # no county, so it filters nothing

    page = desk.get(LIST, {"county": jing.pk}).content.decode()
    assert f'<option value="{jing.pk}" selected>{jing}</option>' in page
    assert f">{taohuatan}</option>" not in page


def test_the_counties_to_choose_from_are_asked_for_once(desk, jing):
    desk.get(LIST)  # what is asked once by a session
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST, {"county": jing.pk})
    for _ in range(5):
        county = make_organization(kind="county")
        make_user(organization=make_organization(parent=county))

    with CaptureQueriesContext(connection) as many:
        desk.get(LIST, {"county": jing.pk})

    assert len(many) == len(few)


def test_the_list_asks_as_often_for_many_as_for_one(desk, administrator, taohuatan):
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    people = [make_user(organization=taohuatan, roles=[Role.UNIT_CLERK, Role.INSPECTOR]) for _ in range(12)]
    actions.invite(people, by_mail=False, by=administrator, at=timezone.now())

    with CaptureQueriesContext(connection) as many:
        desk.get(LIST)

    assert len(many) <= len(few) + 1  # the invitations, once for all


def test_the_office_reads_and_changes_nothing(client, officer, clerk):
    client.force_login(officer)

    assert "打印邀请单" not in client.get(LIST).content.decode()
    assert "停用账号" not in client.get(clerk.get_absolute_url()).content.decode()
    assert client.post(reverse("accounts:disable_person", args=[clerk.pk]), {"reason": "调离"}).status_code == 403
    assert client.post(reverse("accounts:invite"), {"person": clerk.pk, "way": "print"}).status_code == 403
    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_clerk_does_not_see_people(client, clerk):
    client.force_login(clerk)

    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["person", "change_person", "move_person", "grant_role", "disable_person", "cancel_leaving", "enable_person", "unlock_person", "reset_second_factor"])
def test_somebody_is_like_nobody_to_whom_the_list_is_closed(client, bureau_clerk, clerk, officer, name):
    ask = client.get if name == "person" else client.post
    client.force_login(bureau_clerk)
    assert [ask(reverse(f"accounts:{name}", args=[pk])).status_code for pk in (clerk.pk, 0)] == [404, 404]
    client.force_login(officer)

    assert [ask(reverse(f"accounts:{name}", args=[pk])).status_code for pk in (clerk.pk, 0)] == [200 if name == "person" else 403, 404]


def test_a_role_is_there_for_those_who_see_whose_it_is(client, bureau_clerk, clerk, officer):
    grant = clerk.grants.get()
    client.force_login(bureau_clerk)
    assert [client.post(reverse("accounts:end_role", args=[pk])).status_code for pk in (grant.pk, 0)] == [404, 404]
    client.force_login(officer)
    assert [client.post(reverse("accounts:end_role", args=[pk])).status_code for pk in (grant.pk, 0)] == [403, 404]

    grant.refresh_from_db()
    assert grant.ends_on is None


def test_who_sees_people_and_units(administrator, officer, lead, auditor, clerk, county_clerk, county_officer, inspector):
    for reader in (administrator, officer, lead, auditor):
        assert set(User.objects.visible_to(reader)) == set(User.objects.all())
        assert set(Organization.objects.visible_to(reader)) == set(Organization.objects.all())
        assert RoleGrant.objects.visible_to(reader).count() == RoleGrant.objects.count()
    for stranger in (clerk, county_clerk, county_officer, inspector):
        assert not User.objects.visible_to(stranger)
        assert not Organization.objects.visible_to(stranger)
        assert not RoleGrant.objects.visible_to(stranger)


def test_somebody_new_is_added_and_invited(desk, taohuatan):
    told = {"username": "xinren", "name": "新人", "organization": "桃花潭镇", "role": "unit_clerk", "phone": "", "email": ""}
    response = desk.post(reverse("accounts:add_person"), told)

    person = User.objects.get(username="xinren")
    assert response["Location"] == person.get_absolute_url()
    assert not person.has_usable_password()
    assert person.roles == {"unit_clerk"}
    assert person.organization == taohuatan


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("organization", "没有这个镇", "没有叫"), ("username", "clerk", "已存在"), ("name", "", "必填"),
])
def test_what_is_wrong_with_somebody_new_is_said_at_the_field(desk, clerk, field, value, sentence):
    told = {"username": "xinren", "name": "新人", "organization": "桃花潭镇", "role": "", "phone": "", "email": ""} | {field: value}

    response = desk.post(reverse("accounts:add_person"), told)

    assert sentence in str(response.context["form"].errors[field])
    assert not User.objects.filter(username="xinren").exists()


def test_a_printed_list_has_a_slip_for_each_by_county_and_its_secrets_work_once(desk, clerk, other_clerk, bureau_clerk):
    response = desk.post(reverse("accounts:invite"), {"way": "print", "person": [clerk.pk, other_clerk.pk, bureau_clerk.pk]})

    assert {str(county) for county, _slips in response.context["parts"]} == {"None", "泾县", "旌德县"}
    page = response.content.decode()
    assert page.count("data:image/svg+xml") == 3
    assert response["Cache-Control"] == "no-store"
    slips = [slip for _county, some in response.context["parts"] for slip in some]
    assert all(desk.get(slip["address"].partition("8000")[2]).status_code == 200 for slip in slips)
    assert all(slip["address"] in page for slip in slips)


def test_all_of_a_filter_who_never_signed_in_are_invited_together(desk, clerk, colleague, bureau_clerk):
    colleague.last_login = timezone.now()
    colleague.save()

    desk.post(reverse("accounts:invite"), {"way": "print", "whom": "waiting", "filter": "q=桃花潭"})

    assert [link.user for link in SignInLink.objects.all()] == [clerk]


def test_a_county_is_invited_and_its_slips_printed(desk, clerk, other_clerk, bureau_clerk, jing):
    page = desk.post(reverse("accounts:invite"), {"way": "print", "whom": "waiting", "filter": f"county={jing.pk}"}).content.decode()

    assert [link.user for link in SignInLink.objects.all()] == [clerk]
    assert clerk.username in page
    assert other_clerk.username not in page


@pytest.mark.parametrize(("most", "is_refused"), [(1, True), (2, False)])
def test_too_many_at_once_are_told_to_choose_a_county(desk, clerk, other_clerk, monkeypatch, most, is_refused):
    monkeypatch.setattr(rules, "MOST_INVITED_AT_ONCE", most)

    page = desk.post(reverse("accounts:invite"), {"way": "print", "whom": "waiting", "filter": ""}, follow=True).content.decode()

    assert ("请先按县（市、区）筛选" in page) is is_refused
    assert SignInLink.objects.exists() is not is_refused


def test_a_refused_invitation_keeps_the_filter_and_the_ticks(desk, clerk, colleague, jing):
    told = {"way": "mail", "whom": "chosen", "person": [clerk.pk], "filter": f"county={jing.pk}&role=unit_clerk&person={colleague.pk}&page=1"}

    response = desk.post(reverse("accounts:invite"), told, follow=True)

    page = response.content.decode()
    assert "没有登记邮箱" in page
    assert response.context["asked"]["county"] == jing
    assert response.context["asked"]["role"] == "unit_clerk"
    assert {person.pk: person.is_ticked for person in response.context["page"]} == {clerk.pk: True, colleague.pk: False}
    assert f'name="person" value="{clerk.pk}" checked' in page
    assert f'name="person" value="{colleague.pk}" checked' not in page


def test_invited_by_letter_leads_back_to_the_same_filter(desk, clerk, jing):
    User.objects.filter(pk=clerk.pk).update(email="wang@example.com")

    response = desk.post(reverse("accounts:invite"), {"way": "mail", "person": clerk.pk, "filter": f"county={jing.pk}"})

    assert response["Location"] == f"{LIST}?county={jing.pk}"


@pytest.mark.parametrize(("people", "sentence"), [([], "没有选择人员"), (["x", "99999999999999999999"], "没有选择人员")])
def test_inviting_nobody_says_so(desk, people, sentence):
    response = desk.post(reverse("accounts:invite"), {"way": "print", "person": people}, follow=True)

    assert sentence in response.content.decode()


def test_a_letter_needs_an_address_and_an_account_in_use(administrator, clerk, colleague):
    colleague.is_active = False
    colleague.save()

    with pytest.raises(NotAllowed, match="没有登记邮箱"):
        actions.invite([clerk], by_mail=True, by=administrator, at=timezone.now())
    with pytest.raises(NotAllowed, match="已停用"):
        actions.invite([clerk, colleague], by_mail=False, by=administrator, at=timezone.now())
    assert not SignInLink.objects.exists()


def test_the_page_of_a_person_tells_what_happened_to_the_account(desk, clerk):
    desk.post(reverse("accounts:disable_person", args=[clerk.pk]), {"reason": "调往省里"})

    page = desk.get(clerk.get_absolute_url()).content.decode()

    assert "调往省里" in page
    assert "停用账号" in page
    assert "启用账号" in page


@pytest.fixture
def at_work(clerk):
    """The clerk's own browser, signed in."""
    browser = Client()
    browser.force_login(clerk)
    assert browser.get(reverse("accounts:inbox")).status_code == 200
    return browser


@pytest.mark.parametrize(("name", "told"), [
    ("accounts:disable_person", {"reason": "调离"}),
    ("accounts:move_person", {"organization": "云岭镇", "reason": "调动"}),
    ("accounts:grant_role", {"role": "inspector"}),
])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_change_of_role_unit_or_active_flag_ends_the_session_at_the_next_request(desk, at_work, clerk, yunling, name, told, method):
    desk.post(reverse(name, args=[clerk.pk]), told)

    response = getattr(at_work, method)(reverse("accounts:inbox"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:login"))


def test_a_change_of_telephone_ends_no_session(desk, at_work, clerk):
    desk.post(reverse("accounts:change_person", args=[clerk.pk]), {"name": "汪小桃", "phone": "0563-1", "email": "", "employee_number": "", "wecom": "WangXiaoTao"})

    clerk.refresh_from_db()
    assert clerk.phone == "0563-1"
    assert at_work.get(reverse("accounts:inbox")).status_code == 200
    assert AuditEvent.objects.get(action="accounts.change_user").detail["changes"] == {"phone": ["", "0563-1"], "wecom": ["", "WangXiaoTao"]}


def test_a_role_ends_today_and_stays_on_record(desk, clerk):
    grant = clerk.grants.get()

    desk.post(reverse("accounts:end_role", args=[grant.pk]))

    grant.refresh_from_db()
    assert grant.ends_on == timezone.localdate()
    assert User.objects.get(pk=clerk.pk).roles == frozenset()


def test_nobody_disables_themselves_and_the_last_administrator_stays(administrator, second_officer, lead):
    now = timezone.now()
    with pytest.raises(NotAllowed, match="不能停用自己"):
        actions.disable(administrator, reason="x", by=administrator, at=now)
    with pytest.raises(NotAllowed, match="唯一的系统管理员"):
        actions.disable(administrator, reason="x", by=lead, at=now)
    with pytest.raises(NotAllowed, match="唯一的系统管理员"):
        actions.end_role(administrator.grants.get(), on=timezone.localdate(), by=lead, at=now)
    RoleGrant.objects.create(user=second_officer, role=Role.ADMIN)

    actions.disable(administrator, reason="调离", by=second_officer, at=now)

    administrator.refresh_from_db()
    assert not administrator.is_active


def test_nobody_gives_themselves_a_role(administrator):
    with pytest.raises(NotAllowed, match="不能给自己"):
        actions.grant_role(administrator, Role.OFFICE, by=administrator, at=timezone.now())

    assert administrator.grants.count() == 1


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False)])
def test_a_role_ends_after_it_begins(administrator, clerk, days, refused):
    today = timezone.localdate()

    def give():
        actions.grant_role(clerk, Role.INSPECTOR, starts_on=today, ends_on=today + timedelta(days=days), by=administrator, at=timezone.now())

    if refused:
        with pytest.raises(NotAllowed, match="终止日期"):
            give()
    else:
        give()
    assert clerk.grants.filter(role=Role.INSPECTOR).exists() is not refused


def test_a_county_clerk_belongs_to_a_county(administrator, clerk, county_clerk, yunling):
    with pytest.raises(NotAllowed, match="应是县"):
        actions.grant_role(clerk, Role.COUNTY_CLERK, by=administrator, at=timezone.now())
    with pytest.raises(NotAllowed, match="先终止这个角色"):
        actions.move_person(county_clerk, yunling, reason="x", by=administrator, at=timezone.now())


def test_the_administrator_ends_the_waiting_after_wrong_passwords(desk, clerk, password, settings):
    outside = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        outside.post(reverse("accounts:login"), {"username": "clerk", "password": "wrong"})
    assert "解除等待" in desk.get(clerk.get_absolute_url()).content.decode()

    desk.post(reverse("accounts:unlock_person", args=[clerk.pk]))

    assert outside.post(reverse("accounts:login"), {"username": "clerk", "password": password}).status_code == 302
    assert AuditEvent.objects.filter(action="accounts.unlock", target_id=str(clerk.pk)).exists()


def test_two_people_never_share_an_employee_number(desk, clerk, colleague):
    User.objects.filter(pk=colleague.pk).update(employee_number="A-17")

    response = desk.post(reverse("accounts:change_person", args=[clerk.pk]), {"name": "汪小桃", "phone": "", "email": "", "employee_number": "A-17"})

    assert "已经属于另一个账号" in response.content.decode()
    clerk.refresh_from_db()
    assert clerk.employee_number == ""


@pytest.mark.parametrize("end", [
    lambda desk, second, by, at: actions.disable(second, reason="调离", by=by, at=at),
    lambda desk, second, by, at: actions.end_role(second.grants.get(), on=timezone.localdate(at), by=by, at=at),
    lambda desk, second, by, at: desk.post(reverse("accounts:disable_person", args=[second.pk]), {"reason": "调离"}),
    lambda desk, second, by, at: actions.leave(second, on=timezone.localdate(at), reason="调离", by=by, at=at),
    lambda desk, second, by, at: actions.grant_role(second, Role.ADMIN, ends_on=timezone.localdate(at) + timedelta(days=1), by=by, at=at),
    lambda desk, second, by, at: (User.objects.filter(pk=second.pk).update(leaves_on=timezone.localdate(at)), actions.end_leaver(second, at=at)),
], ids=["disable", "end_role", "page", "leave", "grant_role", "end_leaver"])
def test_all_administrators_are_held_before_one_of_them_is_ended(desk, administrator, monkeypatch, end):
    second = make_user(roles=[Role.ADMIN])
    held, asked = QuerySet.select_for_update, []

    def select_for_update(self, **options):
        asked.append(self.model)
        return held(self, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    with CaptureQueriesContext(connection) as queries:
        end(desk, second, administrator, timezone.now())

    assert asked[:2] == [RoleGrant, User]
    assert "ORDER BY" in next(query["sql"] for query in queries if 'FROM "accounts_rolegrant"' in query["sql"] and '"role" = ' in query["sql"])


@pytest.mark.parametrize(("valid_from", "valid_until", "sentence"), [
    (0, None, ""), (1, None, "起才启用，请选择现有的单位"), (None, 1, ""), (None, 0, "已经停用，请选择现有的单位"),
])
def test_people_are_put_only_into_units_of_the_day(desk, clerk, yunling, valid_from, valid_until, sentence):
    today = timezone.localdate()
    days = {name: today + timedelta(days=n) for name, n in (("valid_from", valid_from), ("valid_until", valid_until)) if n is not None}
    Organization.objects.filter(pk=yunling.pk).update(**days)

    added = desk.post(reverse("accounts:add_person"), {"username": "xinren", "name": "新人", "organization": yunling.code, "role": "", "phone": "", "email": ""})
    moved = desk.post(reverse("accounts:move_person", args=[clerk.pk]), {"organization": yunling.code, "reason": "调动"})

    assert User.objects.filter(username="xinren").exists() is not bool(sentence)
    clerk.refresh_from_db()
    assert (clerk.organization != yunling) is bool(sentence)
    for page in (added, moved):
        assert not sentence or sentence in page.content.decode()
