"""What comes in as rows of a file is asked what the screens ask, and recorded as they record it."""

from datetime import timedelta
from io import BytesIO

import pytest
import tablib
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Organization, Role, RoleGrant, User
from accounts.resources import FormerNameResource, KindResource, OrganizationResource, RoleGrantResource, UserResource
from accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def exported(resource, key, **values):
    """One row as it goes out, with other values in some columns."""
    rows = resource().export()
    heading = rows.headers[0]
    row = next(row for row in rows.dict if row[heading] == key)
    return tablib.Dataset(list((row | values).values()), headers=rows.headers)


def grants(*rows):
    return tablib.Dataset(*rows, headers=["账号", "角色", "起始日期", "终止日期"])


def sentences(result):
    return str([row.error for row in result.invalid_rows] + [error.error for row in result.rows for error in row.errors])


# Units


def test_another_name_leaves_the_former_one_and_its_entry(administrator, taohuatan):
    rows = exported(OrganizationResource, taohuatan.code, 单位全称="泾县桃花潭街道办事处", 简称="桃花潭街道")

    OrganizationResource().import_data(rows, raise_errors=True, user=administrator)

    former = taohuatan.former_names.get()
    assert (former.short_name, former.until, former.changed_by) == ("桃花潭镇", timezone.localdate(), administrator)
    entry = AuditEvent.objects.get(by=administrator)
    assert (entry.action, entry.organization, entry.detail["after"]) == ("accounts.rename_unit", taohuatan, "泾县桃花潭街道办事处")


def test_a_second_name_on_the_same_day_is_refused(administrator, taohuatan):
    for name in ("甲街道", "乙街道"):
        result = OrganizationResource().import_data(exported(OrganizationResource, taohuatan.code, 简称=name), user=administrator)

    assert "已经改过一次名" in sentences(result)
    assert Organization.objects.get(pk=taohuatan.pk).short_name == "甲街道"


def test_a_new_unit_and_another_parent_are_recorded(administrator, jing, jingde, taohuatan):
    new = tablib.Dataset(["341823199", "泾县新设乡人民政府", "新设乡", "township", jing.code, "", ""], headers=OrganizationResource().export().headers)

    OrganizationResource().import_data(new, raise_errors=True, user=administrator)
    OrganizationResource().import_data(exported(OrganizationResource, taohuatan.code, 上级单位代码=jingde.code), raise_errors=True, user=administrator)

    assert Organization.objects.get(code="341823199").county == jing
    added, moved = AuditEvent.objects.filter(by=administrator).order_by("number")
    assert (added.action, added.detail["changes"]["short_name"]) == ("accounts.new_unit", ["", "新设乡"])
    assert (moved.action, moved.detail["changes"]) == ("accounts.change_unit", {"parent": [jing.code, jingde.code]})


def test_no_unit_comes_to_stand_below_itself(administrator, jing, taohuatan):
    result = OrganizationResource().import_data(exported(OrganizationResource, jing.code, 上级单位代码=taohuatan.code), user=administrator)

    assert "绕成了一圈" in sentences(result)


def test_kinds_and_former_names_are_recorded(administrator, taohuatan):
    KindResource().import_data(exported(KindResource, "township", 名称="乡镇街道"), raise_errors=True, user=administrator)
    former = tablib.Dataset([taohuatan.code, "泾县章渡镇人民政府", "章渡镇", "2019-03-01"], headers=FormerNameResource().export().headers)
    FormerNameResource().import_data(former, raise_errors=True, user=administrator)

    assert taohuatan.former_names.get().changed_by == administrator
    kind, name = AuditEvent.objects.filter(by=administrator).order_by("number")
    assert (kind.action, kind.detail["changes"]) == ("accounts.change_row", {"name": ["township", "乡镇街道"]})
    assert (name.action, name.organization) == ("accounts.add_row", taohuatan)


# People


def test_people_come_in_without_a_password_and_are_recorded(administrator, taohuatan):
    new = tablib.Dataset(["newcomer", "新来的", taohuatan.code, "", "", "1"], headers=UserResource().export().headers)

    UserResource().import_data(new, raise_errors=True, user=administrator)
    UserResource().import_data(exported(UserResource, "newcomer", 联系电话="0563-5000000"), raise_errors=True, user=administrator)

    assert not User.objects.get(username="newcomer").has_usable_password()
    added, changed = AuditEvent.objects.filter(by=administrator).order_by("number")
    assert (added.action, added.organization) == ("accounts.add_person", taohuatan)
    assert (changed.action, changed.detail["changes"]) == ("accounts.change_user", {"phone": ["", "0563-5000000"]})


@pytest.mark.parametrize(("days", "sentence"), [
    ({"valid_until": TODAY + timedelta(days=1)}, ""), ({"valid_until": TODAY}, "已经停用，请选择现有的单位"),
    ({"valid_from": TODAY}, ""), ({"valid_from": TODAY + timedelta(days=1)}, "起才启用，请选择现有的单位"),
])
def test_nobody_new_comes_into_a_unit_that_is_not_there_on_the_day(administrator, taohuatan, days, sentence):
    Organization.objects.filter(pk=taohuatan.pk).update(**days)
    new = tablib.Dataset(["newcomer", "新来的", taohuatan.code, "", "", "1"], headers=UserResource().export().headers)

    result = UserResource().import_data(new, user=administrator)

    assert User.objects.filter(username="newcomer").exists() is not bool(sentence)
    assert sentence in sentences(result)


def test_whoever_is_disabled_comes_in_with_a_unit_that_is_closed(administrator, taohuatan):
    """So that what went out of one portal comes into an empty one."""
    Organization.objects.filter(pk=taohuatan.pk).update(valid_until=TODAY)
    gone = tablib.Dataset(["gone", "离任的", taohuatan.code, "", "", "0"], headers=UserResource().export().headers)

    UserResource().import_data(gone, raise_errors=True, user=administrator)

    assert not User.objects.get(username="gone").is_active


def test_what_needs_a_reason_does_not_come_in_by_rows(administrator, clerk, miaoshou):
    disabled = UserResource().import_data(exported(UserResource, clerk.username, 启用="0"), user=administrator)
    moved = UserResource().import_data(exported(UserResource, clerk.username, 单位代码=miaoshou.code), user=administrator)

    assert "要写理由，请在人员页面办理" in sentences(disabled)
    assert "调整单位要写理由" in sentences(moved)
    clerk.refresh_from_db()
    assert clerk.is_active
    assert clerk.organization != miaoshou


def test_an_account_is_enabled_by_rows_as_on_its_page(administrator, clerk):
    User.objects.filter(pk=clerk.pk).update(is_active=False, leaves_on=TODAY)

    UserResource().import_data(exported(UserResource, clerk.username, 启用="1"), raise_errors=True, user=administrator)

    clerk.refresh_from_db()
    assert (clerk.is_active, clerk.leaves_on) == (True, None)
    assert AuditEvent.objects.get(by=administrator).action == "accounts.enable"


# Roles


@pytest.mark.parametrize(("days", "kept"), [(0, False), (1, True)])
def test_a_leaving_still_to_come_is_kept_when_the_account_is_enabled_by_rows(administrator, clerk, days, kept):
    leaves_on = TODAY + timedelta(days=days)
    User.objects.filter(pk=clerk.pk).update(is_active=False, leaves_on=leaves_on)

    UserResource().import_data(exported(UserResource, clerk.username, 启用="1"), raise_errors=True, user=administrator)

    clerk.refresh_from_db()
    assert (clerk.is_active, clerk.leaves_on) == (True, leaves_on if kept else None)


def test_a_role_ends_after_it_begins_and_may_begin_later(administrator, clerk):
    result = RoleGrantResource().import_data(grants([clerk.username, "unit_clerk", "2026-12-01", "2026-01-01"]), user=administrator)
    assert "终止日期应晚于起始日期" in sentences(result)

    RoleGrant.objects.filter(user=clerk).update(ends_on=TODAY + timedelta(days=90))
    begins = TODAY + timedelta(days=10)
    rows = grants([clerk.username, "unit_clerk", begins.isoformat(), (TODAY + timedelta(days=90)).isoformat()])
    RoleGrantResource().import_data(rows, raise_errors=True, user=administrator)

    assert RoleGrant.objects.get(user=clerk).starts_on == begins


def test_a_role_comes_in_and_is_recorded(administrator, clerk):
    RoleGrantResource().import_data(grants([clerk.username, "inspector", "", "2030-01-01"]), raise_errors=True, user=administrator)

    assert str(clerk.grants.get(role=Role.INSPECTOR).ends_on) == "2030-01-01"
    entry = AuditEvent.objects.get(action="accounts.grant_role", by=administrator)
    assert (entry.target_id, entry.detail["role"]) == (str(clerk.pk), "inspector")


def test_rows_give_no_role_that_the_page_refuses(administrator, clerk, taohuatan):
    own = RoleGrantResource().import_data(grants([administrator.username, "office_lead", "", ""]), user=administrator)
    another = RoleGrantResource().import_data(grants([clerk.username, "admin", "", ""]), user=administrator)
    county = RoleGrantResource().import_data(grants([clerk.username, "county_clerk", "", ""]), user=administrator)
    backwards = RoleGrantResource().import_data(grants([clerk.username, "inspector", "2021-02-01", "2021-01-01"]), user=administrator)

    assert "不能给自己增加角色" in sentences(own)
    assert "系统管理员不能用表格授予" in sentences(another)
    assert "县级审核员的单位应是县" in sentences(county)
    assert "终止日期应晚于起始日期" in sentences(backwards)
    assert RoleGrant.objects.filter(user__in=[administrator, clerk]).count() == 2


def test_an_ended_administrator_does_not_come_back_by_rows(administrator, clerk):
    RoleGrant.objects.create(user=clerk, role=Role.ADMIN, ends_on=TODAY - timedelta(1))

    result = RoleGrantResource().import_data(grants([clerk.username, "admin", "", ""]), user=administrator)

    assert "系统管理员不能用表格授予" in sentences(result)
    assert not User.objects.get(pk=clerk.pk).has_role(Role.ADMIN)


@pytest.mark.parametrize("days", [("", "2021-01-01"), ("2099-01-01", "")])
def test_rows_end_no_administrator_whom_the_page_keeps(administrator, lead, days):
    own = RoleGrantResource().import_data(grants([administrator.username, "admin", *days]), user=administrator)
    last = RoleGrantResource().import_data(grants([administrator.username, "admin", *days]), user=lead)

    assert "不能收回自己的系统管理员角色" in sentences(own)
    assert "是唯一的系统管理员" in sentences(last)
    assert User.objects.get(pk=administrator.pk).has_role(Role.ADMIN)


def test_of_two_administrators_one_may_end_the_other(administrator):
    other = make_user("另一位", roles=[Role.ADMIN])

    RoleGrantResource().import_data(grants([other.username, "admin", "", TODAY.isoformat()]), raise_errors=True, user=administrator)

    assert not User.objects.get(pk=other.pk).has_role(Role.ADMIN)
    assert AuditEvent.objects.get(action="accounts.grant_role").detail["ends_on"] == TODAY.isoformat()


# The file as a whole


def upload(client, text):
    file = BytesIO(text.encode())
    file.name = "roles.csv"
    page = client.post(reverse("admin:accounts_rolegrant_import"), {"format": "1", "import_file": file, "resource": ""})
    return page.context.get("confirm_form")


def test_looking_at_a_file_records_nothing_and_confirming_it_does(client, administrator, clerk):
    client.force_login(administrator)

    form = upload(client, f"账号,角色,起始日期,终止日期\n{clerk.username},inspector,,\n")
    assert not AuditEvent.objects.filter(action="accounts.grant_role").exists()

    client.post(reverse("admin:accounts_rolegrant_process_import"), form.initial | {"resource": ""})
    assert AuditEvent.objects.filter(action="accounts.grant_role", by=administrator).count() == 1
    assert clerk.grants.filter(role=Role.INSPECTOR).exists()


def test_what_became_wrong_after_it_was_shown_saves_nothing(client, administrator, clerk, officer):
    client.force_login(administrator)
    form = upload(client, f"账号,角色,起始日期,终止日期\n{clerk.username},inspector,,\n{officer.username},unit_clerk,,\n")
    User.objects.filter(pk=officer.pk).update(organization=None)

    page = client.post(reverse("admin:accounts_rolegrant_process_import"), form.initial | {"resource": ""}, follow=True)

    assert "整个文件都没有保存" in page.content.decode()
    assert not RoleGrant.objects.filter(role=Role.INSPECTOR).exists()
    assert not AuditEvent.objects.filter(action="accounts.grant_role").exists()
