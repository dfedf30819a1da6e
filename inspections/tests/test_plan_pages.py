"""The pool, the plan and its neighbours as the browser gets them."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import jobs
from accounts.models import AuditEvent, Job, Role
from accounts.tests.factories import make_organization, make_user
from campaigns.tests.factories import make_county_campaign, moment
from inspections import actions, reports, sheets
from inspections.models import AssignmentAnswer, Challenge, DeclaredConflict, Plan, PlannedVisit, PoolEntry, Visit
from inspections.resources import PoolEntryResource
from inspections.rules import planning
from inspections.tests.factories import make_group, make_pool, make_pool_entry, make_townships, make_visit

DAYS = [date(2021, 10, 18) + timedelta(n) for n in range(5)]
AT = moment(10, 12)


@pytest.fixture(autouse=True)
def in_october(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def people(campaign):
    return make_pool(campaign, 6)


@pytest.fixture
def townships(campaign, jing, jingde):
    return make_townships(campaign, jing, 3) + make_townships(campaign, jingde, 3)


@pytest.fixture
def plan(campaign, townships, people, officer):
    return actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)


@pytest.fixture
def office(client, officer):
    client.force_login(officer)
    return client


def words(response):
    return response.content.decode()


# The pool


def test_the_office_adds_somebody_and_changes_the_entry(office, campaign, inspector):
    response = office.post(reverse("inspections:pool"), {"person": inspector.pk, "cap": "5", "days": ["2021-10-18"]}, follow=True)
    entry = PoolEntry.objects.get()
    assert "胡小验已加入验收员库" in words(response)
    assert (entry.cap, entry.days) == (5, ["2021-10-18"])

    office.post(entry.get_absolute_url(), {"cap": "", "days": []})

    entry.refresh_from_db()
    assert (entry.cap, entry.days) == (None, [])


def test_past_service_leaving_and_coming_back_from_the_entry(office, campaign, inspector, taohuatan):
    entry = make_pool_entry(campaign, inspector)

    office.post(reverse("inspections:add_past_service", args=[entry.pk]), {"organization": taohuatan.pk, "ended_on": "2020-05-31"})
    assert "桃花潭镇" in words(office.get(entry.get_absolute_url()))
    assert "请填写退出的理由" in words(office.post(reverse("inspections:leave_pool", args=[entry.pk]), {"reason": ""}))
    office.post(reverse("inspections:leave_pool", args=[entry.pk]), {"reason": "住院"})
    assert "已退出" in words(office.get(reverse("inspections:pool")))
    office.post(reverse("inspections:rejoin_pool", args=[entry.pk]))
    entry.refresh_from_db()
    assert not entry.has_left


def test_the_pool_asks_the_same_questions_for_one_and_for_many(office, campaign, django_assert_max_num_queries, django_assert_num_queries):
    make_pool(campaign, 1)
    office.get(reverse("inspections:pool"))
    with django_assert_max_num_queries(40) as few:
        office.get(reverse("inspections:pool"))
    make_pool(campaign, 8)

    with django_assert_num_queries(len(few.captured_queries)):
        office.get(reverse("inspections:pool"))


def test_the_pool_goes_out_and_comes_back_in_with_past_service(campaign, inspector, taohuatan, officer):
    rows = PoolEntryResource().export().dict
    assert rows == []
    make_pool_entry(campaign, inspector, days=[DAYS[0], DAYS[1]], cap=4)
    (row,) = PoolEntryResource().export().dict
    assert (row["账号"], row["姓名"], row["可参加的日子"], row["最多验收几个单位"]) == ("inspector", "胡小验", "2021-10-18、2021-10-19", "4")
    second = make_user("另一人", make_organization(kind="bureau"), [Role.INSPECTOR], username="second")
    dataset = PoolEntryResource().export()
    dataset.dict = [
        row | {"最多验收几个单位": 6, "曾任职单位和离任日期": f"{taohuatan.code} 2020-05-31"},
        row | {"账号": "second", "可参加的日子": "2021/10/20，2021-10-18"},
    ]

    result = PoolEntryResource().import_data(dataset, user=officer)

    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert PoolEntry.objects.get(user=inspector).cap == 6
    assert PoolEntry.objects.get(user=second).days == ["2021-10-18", "2021-10-20"]
    assert inspector.past_services.get().organization == taohuatan
    assert AuditEvent.objects.filter(action="inspections.add_to_pool", by=officer).count() == 1


@pytest.mark.parametrize(("change", "sentence"), [
    ({"可参加的日子": "下周一"}, "不是日期"), ({"可参加的日子": "2021-12-01"}, "不在检查验收期内"), ({"账号": "clerk"}, "没有验收员角色"),
    ({"曾任职单位和离任日期": "没有的单位"}, "单位代码 离任日期"),
])
def test_a_bad_row_saves_nothing_and_says_why(campaign, inspector, clerk, officer, change, sentence):
    make_pool_entry(campaign, inspector, cap=4)
    dataset = PoolEntryResource().export()
    dataset.dict = [dataset.dict[0] | {"最多验收几个单位": 9}, dataset.dict[0] | change]

    result = PoolEntryResource().import_data(dataset, user=officer, rollback_on_validation_errors=True)

    told = str([error.error for row in result.rows for error in row.errors]) + str([row.error for row in result.invalid_rows])
    assert sentence in told
    assert PoolEntry.objects.get().cap == 4


def test_the_office_imports_the_pool_and_others_do_not(office, client, auditor, campaign):
    address = reverse("admin:inspections_poolentry_import")

    assert office.get(address).status_code == 200
    client.force_login(auditor)
    assert client.get(address).status_code == 403


def test_the_sheet_of_the_office_holds_no_county_s_own_pool(office, client, auditor, county_officer, campaign, jing, inspector):
    own = make_county_campaign(jing)
    make_pool_entry(campaign, inspector)
    theirs = make_pool_entry(own, make_user("马小泾", jing, [Role.INSPECTOR]))
    rows, listed = reverse("admin:inspections_poolentry_changelist"), "马小泾"
    fields = {f"poolentryresource_{name}": "on" for name in PoolEntryResource._meta.fields}

    assert listed not in words(office.get(rows))
    assert own.title not in words(office.get(rows))
    sheet = openpyxl.load_workbook(BytesIO(office.post(reverse("admin:inspections_poolentry_export"), {"format": "0", "resource": "0", **fields}).content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [campaign.code]
    assert office.get(reverse("admin:inspections_poolentry_change", args=[theirs.pk])).status_code == 302
    client.force_login(auditor)
    assert listed in words(client.get(rows))
    client.force_login(county_officer)
    page = words(client.get(reverse("inspections:pool"), {"campaign": own.code}))
    assert listed in page
    assert "/admin/" not in page


# The plan


def test_one_button_makes_a_plan_and_shows_it(office, campaign, townships, people):
    page = words(office.get(reverse("inspections:plan_list")))
    assert "待安排的单位 6 个，库里的验收员 6 人" in page

    response = office.post(
        reverse("inspections:plan_list"), {"first_on": "2021-10-18", "last_on": "2021-10-22", "per_day": "2", "size": "3", "seed": "7"}, follow=True,
    )

    plan = Plan.objects.get()
    assert plan.seed == 7
    assert plan.days == [day.isoformat() for day in DAYS]
    assert "整体应用" in words(response)
    assert all(str(application.organization) in words(response) for application in townships)


def test_a_seed_is_drawn_when_none_is_given_and_what_stands_in_the_way_is_said(office, campaign, townships, people):
    given = {"first_on": "2021-10-18", "last_on": "2021-10-22", "per_day": "2", "size": "3", "seed": ""}
    assert "结束日期早于开始日期" in words(office.post(reverse("inspections:plan_list"), given | {"last_on": "2021-10-17"}))
    assert "没有检查验收期内的工作日" in words(office.post(reverse("inspections:plan_list"), given | {"first_on": "2021-12-01", "last_on": "2021-12-03"}))

    office.post(reverse("inspections:plan_list"), given)

    assert 0 <= Plan.objects.get().seed < 10**6


def test_a_big_plan_is_made_by_a_worker_with_progress(office, campaign, townships, people, officer, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(planning.making, "LONG", 10)

    with django_capture_on_commit_callbacks():
        office.post(reverse("inspections:plan_list"), {"first_on": "2021-10-18", "last_on": "2021-10-22", "per_day": "2", "size": "3", "seed": "1"})
    plan = Plan.objects.get()
    assert plan.state == Plan.State.MAKING
    assert "正在后台生成" in words(office.get(plan.get_absolute_url()))
    jobs.run(plan.job.pk)

    job = Job.objects.get()
    plan.refresh_from_db()
    assert (job.state, job.total) == (Job.State.DONE, 6)
    assert plan.is_draft
    assert plan.visits.count() == 6
    with default_storage.open(job.file) as file:
        book = openpyxl.load_workbook(BytesIO(file.read()))
    assert book.sheetnames == ["验收安排", "验收组", "各人任务"]


def test_the_grid_asks_the_same_questions_for_one_plan_and_a_bigger_one(office, campaign, plan, officer, django_assert_max_num_queries, django_assert_num_queries):
    office.get(plan.get_absolute_url())
    with django_assert_max_num_queries(60) as few:
        office.get(plan.get_absolute_url())
    make_townships(campaign, make_organization("郎溪县", kind="county"), 6)
    make_pool(campaign, 6)
    bigger = actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)

    with django_assert_num_queries(len(few.captured_queries)):
        office.get(bigger.get_absolute_url())


def test_a_move_answers_with_the_board_and_its_conflicts(office, plan, jing):
    visit = plan.visits.filter(application__organization__county=jing).first()
    other = plan.groups.exclude(pk=visit.group_id).get()
    local = make_user("泾县人", make_organization(parent=jing), [Role.INSPECTOR])
    make_pool_entry(plan.campaign, local)
    other.members.create(user=local)

    barred = office.get(reverse("inspections:check_move", args=[plan.pk, visit.pk])).json()["cells"]
    response = office.post(
        reverse("inspections:move_planned_visit", args=[plan.pk]), {"visit": visit.pk, "group": other.pk, "on": "2021-10-19"}, headers={"HX-Request": "true"},
    )

    assert {key.split("|")[0] for key in barred} == {str(other.pk)}
    assert "同属泾县" in barred[f"{other.pk}|2021-10-19"][0]
    page = words(response)
    assert page.lstrip().startswith('<div id="plan-board"')
    assert 'role="alert"' in page
    assert "plan-chip is-red" in page
    visit.refresh_from_db()
    assert (visit.group, visit.on, visit.why) == (other, date(2021, 10, 19), PlannedVisit.Why.BY_HAND)


def test_a_move_works_without_script_and_says_what_is_missing(office, plan):
    visit = plan.visits.first()
    address = reverse("inspections:move_planned_visit", args=[plan.pk])

    assert "请选择单位、验收组和日期" in words(office.post(address, {"visit": visit.pk}, follow=True))
    response = office.post(address, {"visit": visit.pk, "group": visit.group_id, "on": "2021-10-22"}, follow=True)

    assert "2021-10-22" in words(response)
    visit.refresh_from_db()
    assert visit.on == date(2021, 10, 22)


def test_a_unit_is_taken_out_of_the_draft_and_waits(office, plan, campaign):
    visit = plan.visits.first()
    address = reverse("inspections:drop_planned_visit", args=[plan.pk])

    assert "请选择要拿掉的单位" in words(office.post(address, {}, follow=True))
    response = office.post(address, {"visit": visit.pk}, headers={"HX-Request": "true"})

    assert f"{visit.application.organization}已从方案里拿掉" in words(response)
    assert plan.visits.count() == 5
    assert AuditEvent.objects.get(action="inspections.drop_planned_visit").organization == visit.application.organization


def test_people_of_a_group_change_and_the_reasons_are_shown(office, plan, people):
    group = plan.groups.first()
    stay = [member.user for member in group.members.all()]
    spare = next(user for user in people if user not in stay)

    response = office.post(
        reverse("inspections:planned_group", args=[plan.pk, 1]), {"leader": spare.pk, "members": [spare.pk, *(user.pk for user in stay[1:])]}, follow=True,
    )

    assert "组员已调整" in words(response)
    assert group.members.get(is_leader=True).user == spare
    page = words(office.get(reverse("inspections:plan_why", args=[plan.pk, plan.visits.first().pk])))
    assert all(user.name in page for user in people)


def test_apply_publish_and_discard(office, plan, officer):
    plan.refresh_from_db()
    response = office.post(reverse("inspections:apply_plan", args=[plan.pk]), {"version": plan.version}, follow=True)
    assert "还没有通知任何人" in words(response)
    assert "未发布" in words(office.get(reverse("inspections:visit_list")))

    assert "方案已发布" in words(office.post(reverse("inspections:publish_plan", args=[plan.pk]), follow=True))
    assert Visit.objects.published().count() == 6

    assert "不能再改草案" in words(office.post(reverse("inspections:discard_plan", args=[plan.pk]), follow=True))


def test_a_draft_is_discarded(office, plan):
    office.post(reverse("inspections:discard_plan", args=[plan.pk]))

    assert not Plan.objects.exists()
    assert not Visit.objects.exists()


def test_a_very_big_plan_is_applied_by_a_worker(office, plan, officer, monkeypatch):
    monkeypatch.setattr("inspections.views.planning.APPLIED_ON_THE_PAGE", 5)
    plan.refresh_from_db()

    office.post(reverse("inspections:apply_plan", args=[plan.pk]), {"version": plan.version})
    jobs.run(Job.objects.get().pk)

    plan.refresh_from_db()
    assert plan.state == Plan.State.APPLIED
    assert plan.applied_by == officer


# Excel


def sheet_of(plan, change=None):
    """The exported workbook, with some cells changed: {(row, column): value}."""
    _name, content = reports.plan_file(plan)
    book = openpyxl.load_workbook(BytesIO(content))
    for (row, column), value in (change or {}).items():
        book.worksheets[0].cell(row, column).value = value
    changed = BytesIO()
    book.save(changed)
    return SimpleUploadedFile("方案.xlsx", changed.getvalue())


def test_the_workbook_prints_and_keeps_text_as_text(plan, people):
    people[0].name = "=1+1"
    people[0].save()

    name, content = reports.plan_file(plan)

    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    assert name.endswith(".xlsx")
    assert sheet.print_title_rows == "$1:$3"
    assert [cell.value for cell in sheet[3]][:7] == ["序号", "单位代码", "单位", "所属县（市、区）", "申报类别", "验收组", "验收日期"]
    assert sheet.max_row == 3 + 6
    assert sheet.data_validations.dataValidation[0].formula1 == "'验收组'!$B$4:$B$5"
    assert not [cell for one in book for row in one.iter_rows() for cell in row if cell.data_type == "f"]
    assert any(cell.value == "=1+1" for row in book["各人任务"].iter_rows() for cell in row)


def test_export_is_a_job_of_whoever_asked(office, plan, officer):
    office.post(reverse("inspections:export_plan", args=[plan.pk]))
    job = Job.objects.get()

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.owner, job.state) == (officer, Job.State.DONE)


def test_a_sheet_comes_back_is_looked_at_and_applied_as_one(office, plan):
    plan.refresh_from_db()
    first = plan.visits.order_by("on", "group__number", "application__organization__code").first()
    address = reverse("inspections:import_plan", args=[plan.pk])

    page = office.post(address, {"file": sheet_of(plan, {(4, 7): "2021-10-22"})})

    assert "修改 1，不变 5" in words(page)
    first.refresh_from_db()
    assert first.on != date(2021, 10, 22)
    response = office.post(address, {"told": page.context["told"]}, follow=True)
    assert "已按表格调整 1 个单位" in words(response)
    first.refresh_from_db()
    assert first.on == date(2021, 10, 22)


def test_an_unchanged_sheet_changes_nothing(office, plan):
    page = office.post(reverse("inspections:import_plan", args=[plan.pk]), {"file": sheet_of(plan)})

    assert "完全一样" in words(page)


def test_errors_name_their_cells_and_save_nothing(office, plan):
    before = list(plan.visits.values_list("pk", "group", "on"))
    change = {(4, 6): "没有的组", (5, 7): "十八日", (6, 2): "X", (8, 2): openpyxl.load_workbook(BytesIO(reports.plan_file(plan)[1])).worksheets[0].cell(7, 2).value}

    page = words(office.post(reverse("inspections:import_plan", args=[plan.pk]), {"file": sheet_of(plan, change)}))

    for sentence in ("F4：方案里没有名为“没有的组”的组", "G5：“十八日”不是日期", "B6：方案里没有代码为“X”的单位", "B8：", "出现了两次"):
        assert sentence in page
    assert list(plan.visits.values_list("pk", "group", "on")) == before


def test_a_preview_of_an_older_draft_is_refused_and_so_is_one_that_was_tampered_with(office, plan, officer):
    plan.refresh_from_db()
    address = reverse("inspections:import_plan", args=[plan.pk])
    told = office.post(address, {"file": sheet_of(plan, {(4, 7): "2021-10-22"})}).context["told"]
    visit = plan.visits.last()
    actions.move_planned_visit(visit, visit.group, DAYS[4], by=officer, at=AT)

    assert "刚在别的页面改过" in words(office.post(address, {"told": told}))
    assert "预览已经失效" in words(office.post(address, {"told": told[:-2] + "xx"}))


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\3\4" + b"\0" * 60])
def test_what_is_no_workbook_is_refused_in_a_sentence(office, plan, content):
    page = words(office.post(reverse("inspections:import_plan", args=[plan.pk]), {"file": SimpleUploadedFile("方案.xlsx", content)}))

    assert "打不开这个文件" in page or "文件是空的" in page or "空文件" in page


def test_a_sheet_with_one_cell_far_away_ends_in_the_child():
    book = openpyxl.Workbook()
    book.active.cell(1_000_000, 1).value = "x"
    content = BytesIO()
    book.save(content)

    with pytest.raises(sheets.Unreadable):
        sheets.rows_of(SimpleUploadedFile("x.xlsx", content.getvalue()))


def test_days_come_back_whether_excel_made_them_dates_or_not(plan):
    rows = sheets.rows_of(sheet_of(plan, {(4, 7): date(2021, 10, 22), (5, 7): "2021/10/21"}))

    changes, errors, _unchanged = reports.read_plan(plan, rows)

    assert errors == []
    assert {change.day for change in changes} == {"2021-10-22", "2021-10-21"}


# Answers, challenges, repair


@pytest.fixture
def visit(townships, campaign, people, officer):
    return make_visit(townships[0], make_group(campaign, *people[:3]), DAYS[0], officer)


def test_an_inspector_accepts_on_the_phone(client, visit, people):
    client.force_login(people[0])
    assert "接受" in words(client.get(reverse("inspections:today")))

    response = client.post(reverse("inspections:accept_assignment", args=[visit.pk]), follow=True)

    assert "已接受：2021-10-18" in words(response)
    assert AssignmentAnswer.objects.get().is_accepted
    assert reverse("inspections:decline_assignment", args=[visit.pk]) not in words(response)


def test_an_inspector_declines_on_the_phone(client, visit, people):
    client.force_login(people[0])
    address = reverse("inspections:decline_assignment", args=[visit.pk])

    assert "请写明不能参加的理由" in words(client.post(address, {"kind": "day", "reason": ""}))
    response = client.post(address, {"kind": "day", "reason": "出差"}, follow=True)

    assert "已告诉市政务公开办" in words(response)
    assert AssignmentAnswer.objects.get().reason == "出差"


def test_nobody_answers_for_another_group(client, visit, people, officer):
    client.force_login(people[4])
    assert client.post(reverse("inspections:accept_assignment", args=[visit.pk])).status_code == 404
    client.force_login(officer)
    assert client.post(reverse("inspections:accept_assignment", args=[visit.pk])).status_code == 403
    assert not AssignmentAnswer.objects.exists()


def test_the_unit_sees_who_comes_and_challenges_and_its_county_only_sees(client, visit, people, county_clerk):
    clerk = make_user("镇里人", visit.application.organization, [Role.UNIT_CLERK])
    address = reverse("inspections:challenge", args=[visit.pk])
    client.force_login(clerk)
    assert people[0].name in words(client.get(address))

    response = client.post(address, {"person": people[0].pk, "reason": "曾有纠纷"}, follow=True)

    assert "回避申请已提交" in words(response)
    client.force_login(county_clerk)
    assert "曾有纠纷" in words(client.get(address))
    assert client.post(address, {"person": people[1].pk, "reason": "x"}).status_code == 403
    assert Challenge.objects.count() == 1


def test_a_unit_sees_nothing_of_a_visit_that_is_not_published(client, visit):
    Visit.objects.update(is_published=False)
    client.force_login(make_user("镇里人", visit.application.organization, [Role.UNIT_CLERK]))

    assert client.get(reverse("inspections:challenge", args=[visit.pk])).status_code == 404


def test_the_office_decides_and_everything_stays_on_record(office, visit, people):
    clerk = make_user("镇里人", visit.application.organization, [Role.UNIT_CLERK])
    challenge = actions.challenge_inspector(visit, people[0], "曾有纠纷", by=clerk, at=AT)
    address = reverse("inspections:decide_challenge", args=[challenge.pk])

    assert "请写明给单位的答复" in words(office.post(address, {"state": "upheld", "reply": ""}))
    response = office.post(address, {"state": "upheld", "reply": "另派人。"}, follow=True)

    assert "同意回避" in words(response)
    assert "登记在案的回避" in words(response)
    assert DeclaredConflict.objects.get().user == people[0]


def test_nobody_of_the_office_decides_about_themselves(client, visit, city_office, people):
    member = make_user("又办又验", city_office, [Role.OFFICE, Role.INSPECTOR])
    visit.group.members.create(user=member)
    challenge = actions.challenge_inspector(visit, member, "曾有纠纷", by=make_user("镇里人", visit.application.organization, [Role.UNIT_CLERK]), at=AT)
    client.force_login(member)

    assert client.post(reverse("inspections:decide_challenge", args=[challenge.pk]), {"state": "refused", "reply": "x"}).status_code == 403


def test_a_repair_is_shown_first_and_applied_as_shown(office, visit, people, officer):
    assert "没有需要修补的地方" in words(office.get(reverse("inspections:repair")))
    actions.decline_assignment(visit, "day", "出差", by=people[0], at=AT)

    page = office.get(reverse("inspections:repair"))
    assert "出差" in words(page)
    assert "改动 1 个单位的安排" in words(page)
    assert "修补办法也变了" in words(office.post(reverse("inspections:repair"), {"sha256": "0" * 64}))
    response = office.post(reverse("inspections:repair"), {"sha256": page.context["mending"].sha256}, follow=True)

    assert "已修补，改动了 1 个单位的安排" in words(response)
    visit.refresh_from_db()
    assert visit.on != DAYS[0]


def test_an_auditor_looks_and_does_not_touch(client, auditor, plan, campaign):
    client.force_login(auditor)

    for name, args in (("pool", []), ("plan_list", []), ("plan", [plan.pk]), ("repair", []), ("challenge_list", [])):
        assert client.get(reverse(f"inspections:{name}", args=args)).status_code == 200
    assert client.post(reverse("inspections:plan_list"), {}).status_code == 403
    assert client.post(reverse("inspections:apply_plan", args=[plan.pk])).status_code == 403
    assert Plan.objects.get().is_draft
