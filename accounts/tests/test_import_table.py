"""The screens of a table on its way in: brought, looked at, corrected, applied, and what is left behind."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import actions, jobs
from accounts.audit import verify
from accounts.formats import what_was_not_read
from accounts.models import AuditEvent, AuditHead, FormerName, Import, Job, Organization, Role, RoleGrant, User
from accounts.rules import NotAllowed
from accounts.tasks import sweep_imports
from accounts.tests import corpus
from accounts.tests.corpus import HEAD, MIAOSHOU, NEW, NEWCOMER, TAOHUATAN, WHO, book
from accounts.tests.factories import make_user, moment

AT = moment(9, 27)


@pytest.fixture
def world(city_office):
    corpus.settle_world()


@pytest.fixture
def bring(client, administrator, world):
    """What the administrator sees after bringing these rows."""
    client.force_login(administrator)

    def bring(*rows, kind="units", pasted=""):
        data = {"pasted": pasted} if pasted else {"file": SimpleUploadedFile("名单.xlsx", book(*rows))}
        page = client.post(reverse(f"accounts:import_{kind}"), data, follow=True)
        return Import.objects.latest("pk"), page.content.decode()

    return bring


def apply(client, found, **choices):
    return client.post(reverse("accounts:apply_import", args=[found.pk]), choices, follow=True).content.decode()


def test_nothing_is_saved_before_the_person_confirms(client, bring):
    found, page = bring(HEAD, TAOHUATAN, NEW)

    assert "预览，还没有保存" in page
    assert "新增 1" in page
    assert "不变 1" in page
    assert not Organization.objects.filter(code=NEW[0]).exists()

    said = apply(client, found)

    assert "已导入：新增 1 行，修改 0 行。" in said
    unit = Organization.objects.get(code=NEW[0])
    assert (unit.name, unit.parent.code, unit.county.code, unit.kind.code) == (NEW[1], "341823", "341823", "township")
    entry = AuditEvent.objects.get(action="accounts.import")
    assert entry.detail["counts"] == {"new": 1, "changed": 0, "same": 1, "wrong": 0}
    assert entry.detail["sha256"] == found.digest
    assert verify() is None


def test_one_bad_row_saves_nothing_unless_the_good_ones_are_chosen(client, bring):
    found, page = bring(HEAD, NEW, ["341823108", "泾县新乡人民政府", "新乡", "开发区", "341823"])
    assert "D3" in page
    assert "不认识种类" in page

    said = apply(client, found)

    assert "有 1 行错误，整份表格都没有保存" in said
    assert not Organization.objects.filter(code=NEW[0]).exists()

    apply(client, found, only_good="1")

    assert Organization.objects.filter(code=NEW[0]).exists()
    assert not Organization.objects.filter(code="341823108").exists()


def test_the_good_rows_alone_close_no_circle_of_units(client, bring):
    """甲 goes below 乙, which stands below 甲 and would have moved away, had its row been right."""
    upper = Organization.objects.create(code="S-001", name="甲校", short_name="甲校", kind_id=Organization.objects.get(code=TAOHUATAN[0]).kind_id)
    lower = Organization.objects.create(code="S-002", name="乙校", short_name="乙校", kind_id=upper.kind_id, parent=upper)
    found, page = bring(["单位代码", "上级单位", "停用日期"], ["S-001", "S-002", ""], ["S-002", TAOHUATAN[0], "某日"])

    assert "上级单位在第 3 行，那一行有错误" in page
    apply(client, found, only_good="1")

    upper.refresh_from_db()
    lower.refresh_from_db()
    assert (upper.parent, lower.parent) == (None, upper)


def test_columns_are_not_chosen_anew_while_somebody_brings_the_table_in(client, bring):
    found, _page = bring(HEAD, NEW)
    stale = Import.objects.get(pk=found.pk)
    Import.objects.filter(pk=found.pk).update(state=Import.State.APPLYING)

    with pytest.raises(NotAllowed, match="还在处理"):
        actions.choose_columns(stale, 1, {}, by=found.owner, at=AT)

    found.refresh_from_db()
    assert found.state == Import.State.APPLYING


def test_a_block_is_pasted_into_the_same_preview(client, bring):
    found, page = bring(pasted="\t".join(HEAD) + "\n" + "\t".join(NEW))

    assert "粘贴的表格" in page
    assert found.counts["new"] == 1


def test_columns_that_were_not_recognised_are_corrected(client, bring):
    found, page = bring(["甲", "乙", "丙"], ["341823107", "泾县丁家桥镇", "乡镇"])
    assert "没有认出这些列：单位代码、单位全称" in page

    page = client.post(reverse("accounts:choose_columns", args=[found.pk]), {"header": 1, "code": 0, "name": 1, "kind": 2}, follow=True).content.decode()

    found.refresh_from_db()
    assert found.counts == {"new": 1, "changed": 0, "same": 0, "wrong": 0}
    assert "丁家桥镇" in page


@pytest.fixture
def counties(bring, client):
    """A table of people in one worksheet per county, brought."""
    file = book(WHO, NEWCOMER, finish=lambda sheet: (setattr(sheet, "title", "泾县"), corpus.another(sheet, "旌德县", ["手机", "姓名", "单位"], ["13800000008", "甲小一", "庙首镇"])))
    page = client.post(reverse("accounts:import_people"), {"file": SimpleUploadedFile("名单.xlsx", file)}, follow=True)
    return Import.objects.latest("pk"), page.content.decode()


def test_worksheets_that_were_not_read_are_named_and_one_of_them_is_chosen(client, counties):
    found, page = counties
    assert "只读了工作表「泾县」，另有「旌德县」没有读。要读别的，请在“列的用途”里换一张工作表。" in page
    assert (found.sheet, found.sheets) == ("泾县", ["泾县", "旌德县"])

    page = client.post(reverse("accounts:choose_columns", args=[found.pk]), {"sheet": "旌德县", "header": 1, "name": 0, "unit": 1, "phone": 2}, follow=True).content.decode()

    assert "只读了工作表「旌德县」，另有「泾县」没有读。" in page
    found.refresh_from_db()
    assert (found.header, found.columns) == (1, {"phone": 0, "name": 1, "unit": 2})

    page = apply(client, found)

    assert User.objects.filter(username="13800000008").exists()
    assert not User.objects.filter(username=NEWCOMER[2]).exists()
    assert "要导入别的，请再上传一次" in page
    assert AuditEvent.objects.get(action="accounts.import").detail["sheet"] == "旌德县"


def test_a_large_file_is_read_again_by_a_worker_when_another_worksheet_is_chosen(client, counties, monkeypatch):
    found, _page = counties
    monkeypatch.setattr("accounts.actions.importing.AT_ONCE_BYTES", 10)

    client.post(reverse("accounts:choose_columns", args=[found.pk]), {"sheet": "旌德县", "header": 1})

    found.refresh_from_db()
    assert found.state == Import.State.READING
    jobs.run(found.job.pk)
    found.refresh_from_db()
    assert (found.state, found.sheet, found.counts["new"]) == (Import.State.CHECKED, "旌德县", 1)


def test_columns_are_corrected_on_the_chosen_worksheet(client, counties):
    found, _page = counties
    client.post(reverse("accounts:choose_columns", args=[found.pk]), {"sheet": "旌德县", "header": 1})

    client.post(reverse("accounts:choose_columns", args=[found.pk]), {"sheet": "旌德县", "header": 1, "name": 1, "unit": 2})

    found.refresh_from_db()
    assert (found.sheet, found.columns) == ("旌德县", {"name": 1, "unit": 2})


def test_a_worksheet_that_is_not_there_is_not_chosen(client, counties):
    found, _page = counties

    client.post(reverse("accounts:choose_columns", args=[found.pk]), {"sheet": "歙县", "header": 1})

    found.refresh_from_db()
    assert found.sheet == "泾县"


def test_a_table_of_one_worksheet_asks_for_none(client, bring):
    _found, page = bring(HEAD, NEW)

    assert "没有读" not in page
    assert 'name="sheet"' not in page


@pytest.mark.parametrize(("others", "sentence"), [
    ([], ""), (list("乙丙丁戊己"), "只读了工作表「甲」，另有「乙」「丙」「丁」「戊」「己」没有读。"),
    (list("乙丙丁戊己庚"), "只读了工作表「甲」，另有「乙」「丙」「丁」「戊」「己」等 6 张没有读。"),
])
def test_not_more_than_a_few_worksheets_are_named(others, sentence):
    assert what_was_not_read("甲", others) == sentence


def test_one_column_is_not_used_twice(client, bring):
    found, _page = bring(HEAD, NEW)

    page = client.post(reverse("accounts:choose_columns", args=[found.pk]), {"header": 1, "code": 0, "name": 0}).content.decode()

    assert "这一列已经用作“单位代码”，请另选一列。" in page


def test_columns_that_are_not_used_are_named(bring):
    _found, page = bring([*HEAD, "联系人"], [*NEW, "方小敏"])

    assert "不导入的列" in page
    assert "联系人" in page


def test_the_report_is_the_same_table_with_one_column_more(client, bring):
    found, _page = bring(["+名单"], [], [*HEAD, "设立", "人数"], [*NEW, AT.replace(tzinfo=None), 12], ["341823108", "+新乡", "新乡", "开发区", 341823])

    answer = client.get(reverse("accounts:import_report", args=[found.pk]))

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[2] == [*HEAD, "设立", "人数", "导入结果"]
    assert rows[3][:7] == [*NEW, AT.replace(tzinfo=None), 12]
    assert rows[3][7].startswith("新增；单位代码：341823107")
    assert rows[4][4] == 341823
    assert rows[4][7].startswith("错误；D5 不认识种类")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert not any(rows[1])


@pytest.mark.parametrize(("kind", "words"), [("units", "单位代码（必填）"), ("people", "姓名（必填）")])
def test_the_template_comes_in_as_it_is(client, bring, kind, words):
    answer = client.get(reverse(f"accounts:{kind}_template"))
    assert words in str([[cell.value for cell in row] for row in openpyxl.load_workbook(BytesIO(answer.content)).active["A1:I3"]])

    page = client.post(reverse(f"accounts:import_{kind}"), {"file": SimpleUploadedFile("模板.xlsx", answer.content)}, follow=True).content.decode()

    assert "没有认出" not in page
    assert Import.objects.latest("pk").header == 3


@pytest.mark.parametrize(("kind", "address"), [("units", "export_units"), ("people", "export_people")])
def test_what_goes_out_comes_in_and_changes_nothing(client, bring, kind, address):
    Organization.objects.filter(code="341823106").update(name="=1+1", valid_from="2021-01-01")
    RoleGrant.objects.filter(user__username="chaxiaohui").update(starts_on="2021-01-01", ends_on="2030-01-01")
    RoleGrant.objects.create(user=User.objects.get(username="chaxiaohui"), role=Role.INSPECTOR)
    content = client.get(reverse(f"accounts:{address}")).content

    client.post(reverse(f"accounts:import_{kind}"), {"file": SimpleUploadedFile("名单.xlsx", content)})

    found = Import.objects.latest("pk")
    assert found.counts["same"] >= 3
    assert (found.counts["new"], found.counts["changed"], found.counts["wrong"]) == (0, 0, 0), [row.said for row in found.rows.exclude(outcome="same")]


@pytest.mark.parametrize(("until", "wrong"), [("2029-12-31", 0), ("2030-01-01", 1), ("", 1)])
def test_a_table_gives_no_role_beyond_a_day_of_leaving(bring, until, wrong):
    User.objects.filter(username="chaxiaohui").update(leaves_on="2029-12-31")

    found, page = bring(["账号", "角色", "终止日期"], ["chaxiaohui", "验收员", until], kind="people")

    assert found.counts["wrong"] == wrong, [row.said for row in found.rows.all()]
    assert ("已登记 2029-12-31 离任" in page) is bool(wrong)


def test_a_new_name_in_a_table_leaves_the_old_one_as_a_former_name(client, bring):
    found, _page = bring(["单位代码", "单位全称"], ["341823103", "泾县桃花潭街道办事处"])

    apply(client, found)

    unit = Organization.objects.get(code="341823103")
    assert (unit.name, unit.short_name) == ("泾县桃花潭街道办事处", "桃花潭街道")
    assert FormerName.objects.get(organization=unit).name == "泾县桃花潭镇人民政府"


def test_a_unit_moved_by_a_table_takes_its_units_along(client, bring):
    taohuatan = Organization.objects.get(code="341823103")
    village = Organization.objects.create(code="v1", name="查济村", short_name="查济村", kind=taohuatan.kind, parent=taohuatan)
    assert village.county.code == "341823"
    found, _page = bring(["单位代码", "上级单位"], ["341823103", "旌德县"])

    apply(client, found)

    taohuatan.refresh_from_db()
    village.refresh_from_db()
    assert (taohuatan.county.code, village.county.code) == ("341825", "341825")


@pytest.mark.parametrize("at_once", [1, 2])
def test_people_come_in_without_a_password_and_each_role_is_in_the_audit_log(client, bring, monkeypatch, at_once):
    monkeypatch.setattr(actions.importing, "STORE_AT_ONCE", at_once)
    found, page = bring(WHO, NEWCOMER, ["章小明", "泾县", "13800000008", "县级审核员、填报员"], kind="people")
    assert "账号自动生成：13800000007" in page

    apply(client, found)

    person = User.objects.get(username="13800000007")
    assert not person.has_usable_password()
    assert person.must_change_password
    assert (person.organization.code, person.roles) == ("341823103", {Role.UNIT_CLERK})
    entries = AuditEvent.objects.filter(action="accounts.add_person").order_by("number")
    assert [(entry.target_label, [role for role, _start, _end in entry.detail["roles"]]) for entry in entries] == [("方小敏", ["unit_clerk"]), ("章小明", ["county_clerk", "unit_clerk"])]
    assert verify() is None


def test_roles_of_the_office_are_given_only_when_that_was_confirmed(client, bring):
    found, page = bring(WHO, ["方小敏", "市政务公开办", "13800000007", "办领导"], kind="people")
    assert "1 人将得到这些角色之一：市政务公开办、办领导、县级公开办、县级公开办领导、审计员" in page

    said = apply(client, found)

    assert "请逐一核对后勾选" in said
    assert not User.objects.filter(username="13800000007").exists()

    apply(client, found, confirmed="1")

    assert User.objects.get(username="13800000007").roles == {Role.OFFICE_LEAD}


def test_a_table_takes_no_role_away(client, bring):
    found, _page = bring(WHO, ["汪小桃", "桃花潭镇", "13900000001", "验收员"], kind="people")

    apply(client, found)

    assert User.objects.get(username="13900000001").roles == {Role.UNIT_CLERK, Role.INSPECTOR}


def told(found):
    """What the rows of a table say: [(outcome, problems, changes)]."""
    return [(row.outcome, [tuple(problem) for problem in row.said["problems"]], [tuple(change) for change in row.said["changes"]]) for row in found.rows.exclude(outcome="left").order_by("number")]


DATED = ["姓名", "账号", "单位", "角色", "起始日期", "终止日期"]


@pytest.mark.parametrize(("role", "days"), [("办领导", []), ("填报员", []), ("验收员", ["2021-09-01", "2030-01-01"])])
def test_nobody_gives_themselves_a_role_by_a_table(client, bring, administrator, city_office, role, days):
    RoleGrant.objects.create(user=administrator, role=Role.INSPECTOR)
    client.force_login(User.objects.get(pk=administrator.pk))
    found, page = bring(DATED, [administrator.name, administrator.username, city_office.code, role, *days], kind="people")

    assert ("D2", "不能给自己增加角色，请由另一位系统管理员来做。") in told(found)[0][1]
    assert "不能给自己增加角色" in page

    apply(client, found, confirmed="1", only_good="1")

    assert set(administrator.grants.values_list("role", "ends_on")) == {("admin", None), ("inspector", None)}


def test_one_own_row_that_gives_nothing_is_no_mistake(client, bring, administrator, city_office):
    found, _page = bring([*DATED, "电话"], [administrator.name, administrator.username, city_office.code, "系统管理员", None, None, "0563-3022222"], kind="people")

    assert told(found)[0][:2] == ("changed", [])
    apply(client, found)

    administrator.refresh_from_db()
    assert administrator.phone == "0563-3022222"


@pytest.mark.parametrize("days", [[None, "2021-09-01"], ["2199-01-01", None]])
def test_a_table_ends_and_dates_no_administrator(client, bring, administrator, days):
    """Neither the last one nor one of two."""
    other = make_user("理小管", administrator.organization, roles=[Role.ADMIN], username="other-admin")
    found, _page = bring(DATED, ["理小管", "other-admin", None, "系统管理员", *days], kind="people")

    assert told(found)[0][:2] == ("wrong", [("D2", "系统管理员角色的日期不能用表格改：请在这一格里去掉“系统管理员”，到人员页单独办理。")])
    apply(client, found, confirmed="1", only_good="1")

    grant = other.grants.get()
    assert (grant.starts_on, grant.ends_on) == (None, None)


def test_an_administrator_who_was_ended_is_not_given_back_by_a_table(bring, administrator):
    other = make_user("理小管", administrator.organization, username="other-admin")
    RoleGrant.objects.create(user=other, role=Role.ADMIN, ends_on=moment(9, 1).date())

    found, _page = bring(DATED, ["理小管", "other-admin", None, "系统管理员"], kind="people")

    assert told(found)[0][0] == "wrong"


@pytest.mark.parametrize(("unit", "column", "outcome"), [("泾县桃花潭镇", "单位", "wrong"), ("341823103", "单位代码", "wrong"), ("旌德县", "单位", "changed")])
def test_a_clerk_of_a_county_is_not_moved_to_a_township(client, bring, unit, column, outcome):
    county = Organization.objects.get(code="341823")
    person = make_user("章小审", county, roles=[Role.COUNTY_CLERK], username="jing")
    found, _page = bring(["姓名", "账号", column], ["章小审", "jing", unit], kind="people")

    assert told(found)[0][:2] == (outcome, [("C2", "章小审是县级审核员，请先终止这个角色，再调到县（市、区）以外的单位。")] if outcome == "wrong" else [])
    apply(client, found, reason="调动")

    person.refresh_from_db()
    assert person.organization.code == ("341825" if outcome == "changed" else "341823")


def test_whoever_was_a_clerk_of_a_county_is_moved(bring):
    person = make_user("章小审", Organization.objects.get(code="341823"), username="jing")
    RoleGrant.objects.create(user=person, role=Role.COUNTY_CLERK, ends_on=moment(9, 1).date())

    found, _page = bring(["姓名", "账号", "单位"], ["章小审", "jing", "泾县桃花潭镇"], kind="people")

    assert told(found)[0][:2] == ("changed", [])


def test_a_clerk_of_a_county_comes_with_the_county_of_the_row(bring):
    """The rule is asked about the unit that the row gives, not about the one there is."""
    make_user("章小审", Organization.objects.get(code="341823103"), username="jing")
    make_user("程小审", Organization.objects.get(code="341823"), username="jing2")

    found, _page = bring(DATED, ["章小审", "jing", "泾县", "县级审核员"], ["程小审", "jing2", "泾县桃花潭镇", "县级审核员"], kind="people")

    assert [row[:2] for row in told(found)] == [("changed", []), ("wrong", [("D3", "县级审核员的单位应是县（市、区），桃花潭镇不是。")])]


@pytest.mark.parametrize(("end", "problems"), [("2021-09-01", [("F2", "终止日期应晚于起始日期。")]), ("2021-09-02", [])])
def test_a_role_does_not_end_before_it_began_where_the_row_says_only_the_end(bring, end, problems):
    RoleGrant.objects.filter(user__username="chaxiaohui").update(starts_on=moment(9, 1).date())

    found, _page = bring(DATED, ["查小慧", "chaxiaohui", None, "填报员", None, end], kind="people")

    assert told(found)[0][1] == problems


def test_checking_asks_the_same_for_many_rows_that_move_people_and_give_roles(administrator, world):
    county = Organization.objects.get(code="341823")

    def queries(n):
        people = [make_user(f"审{n}之{k}", county, roles=[Role.COUNTY_CLERK, Role.INSPECTOR], username=f"c{n}-{k}") for k in range(n)]
        rows = [[person.name, person.username, "泾县桃花潭镇", "办领导、验收员", None, "2030-01-01"] for person in people]
        with CaptureQueriesContext(connection) as asked:
            found = actions.begin_import("people", "名单", book(DATED, *rows), by=administrator, at=AT)
        assert found.counts["wrong"] == n
        return len(asked)

    queries(2)
    assert queries(1) == queries(30)


@pytest.mark.parametrize(("days", "change"), [
    ([], "{today}—"), ([None, "2199-12-31"], "{today}—2199-12-31"), (["2021-09-20"], "2021-09-20—"), (["2021-01-01", "2199-12-31"], "2021-01-01—2199-12-31"),
    ([None, "2021-09-20"], None), (["2021-01-01", "2021-09-20"], None),
])
def test_a_role_that_is_over_is_given_back_from_today_on(client, bring, days, change):
    RoleGrant.objects.filter(user__username="chaxiaohui").update(starts_on=moment(1, 1).date(), ends_on=moment(9, 20).date())
    found, _page = bring(DATED, ["查小慧", "chaxiaohui", None, "填报员", *days], kind="people")

    today = timezone.localdate()
    assert told(found)[0] == (("changed", [], [("填报员", "2021-01-01—2021-09-20", change.format(today=today))]) if change else ("same", [], []))
    if days:
        return
    apply(client, found)

    grant = RoleGrant.objects.get(user__username="chaxiaohui")
    assert (grant.starts_on, grant.ends_on) == (today, None)
    entry = AuditEvent.objects.get(action="accounts.grant_role")
    assert (entry.target_label, entry.detail["roles"], entry.detail["held"]) == ("查小慧", [["unit_clerk", today.isoformat(), None]], [["unit_clerk", "2021-01-01", "2021-09-20"]])


@pytest.mark.parametrize(("left", "outcome"), [(0, "changed"), (1, "same")])
def test_a_role_that_is_not_over_yet_stays_as_it_is(bring, left, outcome):
    RoleGrant.objects.filter(user__username="chaxiaohui").update(ends_on=timezone.localdate() + timedelta(days=left))

    found, _page = bring(DATED, ["查小慧", "chaxiaohui", None, "填报员"], kind="people")

    assert told(found)[0][0] == outcome


def test_a_table_that_went_out_gives_no_role_back(client, bring):
    person = User.objects.get(username="chaxiaohui")
    RoleGrant.objects.filter(user=person).update(ends_on=moment(9, 1).date())
    RoleGrant.objects.create(user=person, role=Role.INSPECTOR)

    client.post(reverse("accounts:import_people"), {"file": SimpleUploadedFile("名单.xlsx", client.get(reverse("accounts:export_people")).content)})

    found = Import.objects.latest("pk")
    assert (found.counts["new"], found.counts["changed"], found.counts["wrong"]) == (0, 0, 0), told(found)


def test_each_changed_person_is_in_the_audit_log_with_before_and_after(client, bring):
    found, _page = bring(
        ["姓名", "账号", "单位", "手机", "邮箱", "角色"], ["查小慧", "chaxiaohui", "旌德县庙首镇", "13800000009", None, "填报员、验收员"], ["汪小桃", "13900000001", "泾县桃花潭镇", "13900000001"], kind="people",
    )
    apply(client, found, reason=" 轮岗 ")

    person = User.objects.get(username="chaxiaohui")
    entries = AuditEvent.objects.filter(target_type="accounts.user", target_id=str(person.pk)).order_by("number")
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("accounts.change_user", {"changes": {"phone": ["0563-5023456", "13800000009"]}, "table": found.pk}),
        ("accounts.move_person", {"before": "泾县 桃花潭镇（341823103）", "after": "旌德县 庙首镇（341825103）", "reason": "轮岗", "table": found.pk}),
        ("accounts.grant_role", {"roles": [["inspector", None, None]], "held": [], "table": found.pk}),
    ]
    assert {entry.organization.code for entry in entries} == {"341825103"}
    assert not AuditEvent.objects.filter(target_label="汪小桃").exists()
    page = client.get(person.get_absolute_url()).content.decode()
    history = page[page.index('<ol class="timeline">'):]
    for words in ("修改账号", "联系电话", "调整单位", "泾县 桃花潭镇（341823103） → 旌德县 庙首镇（341825103）", "给予角色", "验收员"):
        assert words in history
    assert "0563-5023456" not in page  # a number that is gone stands in the audit log alone
    assert verify() is None


@pytest.mark.parametrize("at_once", [2000, 0])
def test_a_table_that_moves_people_needs_a_reason_as_their_pages_do(client, bring, monkeypatch, at_once):
    monkeypatch.setattr(actions.importing, "AT_ONCE_ROWS", at_once)
    found, page = bring(["姓名", "账号", "单位"], ["查小慧", "chaxiaohui", "旌德县庙首镇"], ["新小来", "xinlai", "泾县桃花潭镇"], kind="people")
    assert 'name="reason"' in page
    assert "1 人将调整单位，理由" in page

    assert "有 1 人将调整单位，请写明调整单位的理由。" in apply(client, found, reason="  ")
    assert User.objects.get(username="chaxiaohui").organization.code == "341823103"

    apply(client, found, reason="轮岗")
    found.refresh_from_db()
    if not at_once:
        jobs.run(found.job.pk)
    assert User.objects.get(username="chaxiaohui").organization.code == "341825103"
    assert AuditEvent.objects.get(action="accounts.move_person").detail["reason"] == "轮岗"


def test_a_table_that_moves_nobody_asks_for_no_reason(client, bring):
    found, page = bring(["姓名", "账号", "单位", "手机"], ["查小慧", "chaxiaohui", "泾县桃花潭镇", "13800000009"], ["没小账", "mei", "没有这个镇", None], kind="people")
    assert 'name="reason"' not in page

    apply(client, found, only_good="1")

    assert User.objects.get(username="chaxiaohui").phone == "13800000009"


def test_each_unit_of_a_table_is_in_the_audit_log_with_before_and_after(client, bring):
    found, _page = bring([*HEAD, "停用日期"], ["341823103", "泾县桃花潭街道办事处", None, None, "旌德县", "2030-01-01"], NEW, MIAOSHOU)
    apply(client, found)

    unit = Organization.objects.get(code="341823103")
    entries = AuditEvent.objects.filter(target_type="accounts.organization").order_by("number")
    assert [(entry.action, entry.target_id, entry.organization_id) for entry in entries] == [
        ("accounts.new_unit", str(made := Organization.objects.get(code=NEW[0]).pk), made), ("accounts.rename_unit", str(unit.pk), unit.pk), ("accounts.change_unit", str(unit.pk), unit.pk),
    ]
    assert entries[1].detail == {"before": "泾县桃花潭镇人民政府", "after": "泾县桃花潭街道办事处", "day": timezone.localdate().isoformat(), "table": found.pk}
    assert entries[2].detail["changes"] == {"short_name": ["桃花潭镇", "桃花潭街道"], "parent": ["泾县", "旌德县"], "valid_until": ["", "2030-01-01"]}
    page = client.get("/audit/", {"unit": "桃花潭街道"}).content.decode()
    assert "单位改名" in page
    assert "修改单位" in page


def test_what_has_changed_since_the_preview_is_shown_and_not_done(client, bring):
    found, _page = bring(HEAD, NEW)
    Organization.objects.create(code=NEW[0], name="别的单位", short_name="别的", kind=Organization.objects.get(code="341823103").kind)

    said = apply(client, found)

    assert "预览以后，单位或人员又有变化" in said
    found.refresh_from_db()
    assert (found.state, found.counts["new"], found.counts["changed"]) == ("checked", 0, 1)
    assert Organization.objects.get(code=NEW[0]).name == "别的单位"


def meanwhile(monkeypatch, change):
    """`change` happens after the table was looked at once more and before it is written. Returns where it was looked at: within the transaction or not."""
    genuine, within = actions.importing.good_rows, []

    def looked(*arguments):
        made = genuine(*arguments)
        within.append(len(connection.savepoint_ids))
        if len(within) == 1:
            change()
        return made

    monkeypatch.setattr(actions.importing, "good_rows", looked)
    return within


def test_what_changes_while_the_table_is_looked_at_once_more_is_not_overwritten(client, bring, monkeypatch):
    found, _page = bring(HEAD, NEW)
    kind = Organization.objects.get(code="341823103").kind
    within = meanwhile(monkeypatch, lambda: Organization.objects.create(code=NEW[0], name="别的单位", short_name="别的", kind=kind))

    said = apply(client, found)

    assert "预览以后，单位或人员又有变化" in said
    assert Organization.objects.get(code=NEW[0]).name == "别的单位"
    assert len(within) == 2


def test_what_changes_elsewhere_meanwhile_does_not_stop_it(client, bring, monkeypatch):
    found, _page = bring(WHO, NEWCOMER, kind="people")
    within = meanwhile(monkeypatch, lambda: User.objects.filter(username="chaxiaohui").update(phone="0563-5020000"))

    apply(client, found)

    assert User.objects.get(username=NEWCOMER[2]).organization.code == "341823103"
    assert within[0] < within[1]
    assert verify() is None


def test_nobody_waits_while_the_table_is_looked_at_once_more(client, bring, monkeypatch):
    found, _page = bring(WHO, NEWCOMER, kind="people")
    at_rest = len(connection.savepoint_ids)
    within = meanwhile(monkeypatch, lambda: User.objects.filter(username="chaxiaohui").update(last_login=AT))  # signing in changes nothing that a table says

    apply(client, found)

    assert within == [at_rest]


@pytest.mark.parametrize(("kind", "header", "fresh", "changed"), [
    ("units", HEAD, NEW, ["341823103", "泾县桃花潭街道办事处", None, None, None]), ("people", WHO, NEWCOMER, ["查小慧", "泾县桃花潭镇", "13800000009", None]),
])
def test_a_table_holds_what_it_changes_before_the_audit_log_as_every_other_action_does(bring, administrator, monkeypatch, kind, header, fresh, changed):
    found, _page = bring(header, fresh, changed, kind=kind)
    assert (found.counts["new"], found.counts["changed"]) == (1, 1)
    genuine, asked = QuerySet.select_for_update, []

    def select_for_update(self, **options):
        asked.append((self.model, self.count() if self.query.where else None, options.get("no_key", False)))
        return genuine(self, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", select_for_update)
    actions.apply_import(found, only_good=False, confirmed=False, by=administrator, at=AT)

    assert asked[:3] == [(Import, None, False), ({"units": Organization, "people": User}[kind], 1, True), (AuditHead, None, False)]


def test_a_table_is_applied_once(client, bring):
    found, _page = bring(HEAD, NEW)
    apply(client, found)

    assert "这份表格已经导入" in apply(client, found)
    assert AuditEvent.objects.filter(action="accounts.import").count() == 1


def test_a_large_table_is_read_and_applied_by_a_worker(client, administrator, bring, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(actions.importing, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(actions.importing, "AT_ONCE_ROWS", 1)
    found, page = bring(HEAD, NEW, TAOHUATAN)
    assert "正在读取和核对，可离开本页" in page

    jobs.run(found.job.pk)

    found.refresh_from_db()
    job = Job.objects.get()
    assert (found.state, job.state, job.done, job.result_url) == ("checked", "done", job.total, found.get_absolute_url())
    assert administrator.messages.get().url == found.get_absolute_url()
    assert "去看结果" in client.get(reverse("accounts:downloads")).content.decode()
    assert client.get(reverse("accounts:download", args=[job.pk])).status_code == 404

    assert "正在导入，可离开本页" in apply(client, found)
    assert not Organization.objects.filter(code=NEW[0]).exists()
    found.refresh_from_db()
    jobs.run(found.job.pk)

    assert Organization.objects.filter(code=NEW[0]).exists()


def test_whoever_is_no_administrator_any_more_applies_nothing(client, administrator, bring, monkeypatch):
    found, _page = bring(HEAD, NEW)
    monkeypatch.setattr(actions.importing, "AT_ONCE_ROWS", 0)
    apply(client, found)
    administrator.grants.all().delete()
    found.refresh_from_db()

    with pytest.raises(PermissionDenied):
        jobs.run(found.job.pk)

    assert not Organization.objects.filter(code=NEW[0]).exists()


def test_nobody_sees_the_table_of_another(client, bring, administrator):
    found, _page = bring(HEAD, NEW)
    client.force_login(make_user(roles=[Role.ADMIN]))

    assert client.get(found.get_absolute_url()).status_code == 404


def test_tables_are_forgotten_after_a_week(bring):
    found, _page = bring(HEAD, NEW)
    file = found.file
    Import.objects.filter(pk=found.pk).update(created_at=AT)

    sweep_imports(AT + timedelta(days=7))
    assert Import.objects.exists()

    sweep_imports(AT + timedelta(days=7, seconds=1))
    assert not Import.objects.exists()
    assert default_storage.exists(file)  # goes after commit


def test_a_file_or_a_block_one_of_the_two(client, administrator):
    client.force_login(administrator)

    page = client.post(reverse("accounts:import_units"), {"pasted": "  "}).content.decode()

    assert "请选择一个文件，或者粘贴一块表格，两样选一样。" in page


def test_the_preview_is_paged_and_asks_the_same_however_long_it_is(client, bring, django_assert_max_num_queries):
    found, _page = bring(HEAD, *[[f"3418231{n:02}", f"泾县第{n}乡人民政府", f"第{n}乡", "乡", "341823"] for n in range(20, 90)])

    with django_assert_max_num_queries(20):
        page = client.get(found.get_absolute_url() + "?only=new&page=2").content.decode()

    assert "共 70 条，本页为第 51—70 条" in page


def test_applying_asks_the_same_number_of_questions_for_many_rows(administrator, world):
    def queries(n):
        people = [[f"人{n}之{k}", "桃花潭镇", f"138{n:04}{k:04}", "填报员"] for k in range(n)]
        found = actions.begin_import("people", "名单", book(WHO, *people), by=administrator, at=AT)
        with CaptureQueriesContext(connection) as asked:
            actions.apply_import(found, only_good=False, confirmed=False, by=administrator, at=AT)
        return len(asked)

    queries(2)  # what is asked once by a process
    assert queries(1) == queries(30)  # so few that SQLite takes them in one statement


def test_an_import_that_is_refused_leaves_no_row(administrator, world):
    found = actions.begin_import("units", "名单", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), by=administrator, at=AT)

    with pytest.raises(NotAllowed):
        actions.ask_import(found, only_good=True, confirmed=True, by=administrator, at=AT)
    assert not found.rows.exists()
