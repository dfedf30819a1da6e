"""The plan (创建方案) of a unit: filed, replaced, late; who sees it, who is asked for it, and how all of them go out."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent, Job, Message, Role
from accounts.tests.factories import make_organization, make_user
from applications import actions, rules
from applications.models import CreationPlan, PlanReminder
from applications.tests import corpus
from campaigns.document import wanted_settings
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_campaign, moment
from standards.tests.factories import make_standard

DUE = moment(9, 2)  # the first phase begins on 17 August; 15 days later is 1 September, the whole day included
IN_TIME, LATE = moment(8, 25, 10), moment(9, 10, 9)
DATES = [("动员部署", date(2021, 8, 30)), ("自查自评", date(2021, 9, 20))]


@pytest.fixture
def campaign(db):
    campaign = make_campaign(plan_days=15)
    make_standard(campaign)
    return campaign


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False):
        yield


def pdf():
    return BytesIO(corpus.pdf())


def file_plan(unit, campaign, by, at=IN_TIME, dates=DATES, words="", name="创建方案.pdf"):
    return actions.file_plan(unit, campaign, pdf(), name, dates=dates, words=words, by=by, at=at)


def typed(file="创建方案.pdf", rows=(("动员部署", "2021-08-30"), ("自查自评", "")), **fields):
    content = fields.pop("content", None) or corpus.pdf()
    data = {"plan-words": "由分管领导牵头。", "dates-TOTAL_FORMS": "8", "dates-INITIAL_FORMS": "8"}
    for number, (what, on) in enumerate(rows):
        data |= {f"dates-{number}-what": what, f"dates-{number}-on": on}
    if file:
        data["plan-file"] = SimpleUploadedFile(file, content)
    return data | fields


# Until when


@pytest.mark.parametrize(("days", "due"), [(15, DUE), (1, moment(8, 19)), (0, None)])
def test_plans_are_due_so_many_days_after_the_first_phase_began(db, days, due):
    assert rules.plan_due(make_campaign(plan_days=days)) == due


def test_a_plan_filed_in_the_last_second_is_in_time_and_one_a_second_later_is_late(campaign, taohuatan, yunling, clerk):
    assert not rules.is_plan_late(moment(9, 1, 23, 59, 59), DUE, LATE)
    assert rules.is_plan_late(DUE, DUE, LATE)
    assert not rules.is_plan_late(None, DUE, moment(9, 1, 23, 59, 59))
    assert rules.is_plan_late(None, DUE, DUE)


# Filing


def test_a_unit_files_its_plan_and_gets_a_receipt(client, campaign, taohuatan, clerk, colleague, django_capture_on_commit_callbacks):
    client.force_login(clerk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("applications:creation_plan"), typed(), follow=True)

    plan = CreationPlan.objects.get()
    assert (plan.organization, plan.number, plan.filed_by, plan.filed_at, plan.words) == (taohuatan, 1, clerk, IN_TIME, "由分管领导牵头。")
    assert plan.receipt == "xuancheng-2021-FA-341823103-1"
    assert [(row.what, row.on) for row in plan.dates.all()] == [("动员部署", date(2021, 8, 30))]
    assert plan.receipt in answer.content.decode()
    event = AuditEvent.objects.get(action="applications.file_plan")
    assert (event.organization, event.detail["sha256"], event.detail["late"]) == (taohuatan, plan.blob_id, False)
    told = Message.objects.filter(key=f"plan-{plan.pk}")
    assert {message.user for message in told} == {clerk, colleague}
    assert plan.receipt in told[0].title


def test_replacing_keeps_what_was_there(client, campaign, taohuatan, clerk):
    first = file_plan(taohuatan, campaign, clerk)
    client.force_login(clerk)

    client.post(reverse("applications:creation_plan"), typed("修改稿.pdf", rows=[("申报", "2021-09-25")]))

    second = CreationPlan.objects.newest().get()
    assert (second.number, second.title) == (2, "修改稿.pdf")
    assert CreationPlan.objects.get(number=1) == first
    page = client.get(reverse("applications:creation_plan")).content.decode()
    assert "第 1 版：创建方案.pdf" in page
    assert AuditEvent.objects.filter(action="applications.replace_plan").count() == 1


def test_versions_and_their_dates_never_change(campaign, taohuatan, clerk):
    plan = file_plan(taohuatan, campaign, clerk)

    for change in (
        lambda: CreationPlan.objects.update(title="另一份.pdf"), lambda: plan.dates.update(what="改"), lambda: CreationPlan.objects.filter(pk=plan.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(("at", "allowed"), [(moment(9, 1, 23, 59, 59), True), (DUE, False)])
def test_what_was_filed_is_replaced_until_the_due_day_only(campaign, taohuatan, clerk, at, allowed):
    file_plan(taohuatan, campaign, clerk)

    if allowed:
        assert file_plan(taohuatan, campaign, clerk, at=at).number == 2
    else:
        with pytest.raises(NotAllowed, match="不能再更换"):
            file_plan(taohuatan, campaign, clerk, at=at)


def test_a_first_plan_is_taken_after_the_due_day_and_marked_late(client, campaign, taohuatan, clerk):
    with time_machine.travel(LATE, tick=False):
        client.force_login(clerk)
        assert "会标明逾期" in client.get(reverse("applications:creation_plan")).content.decode()
        client.post(reverse("applications:creation_plan"), typed())

        assert "逾期报送" in client.get(reverse("applications:creation_plan")).content.decode()
    assert AuditEvent.objects.get(action="applications.file_plan").detail["late"] is True


@pytest.mark.parametrize(("at", "allowed"), [(moment(10, 31, 23, 59, 59), True), (moment(11, 1), False)])
def test_nothing_is_filed_once_the_campaign_is_over(campaign, taohuatan, clerk, at, allowed):
    assert bool(rules.plan_problems(taohuatan, campaign, at)) is not allowed


def test_a_campaign_that_asks_for_none_takes_none_and_says_so(client, taohuatan, clerk, db):
    campaign = make_campaign()
    client.force_login(clerk)

    assert "本次活动不要求报送创建方案" in client.get(reverse("applications:creation_plan")).content.decode()
    with pytest.raises(NotAllowed, match="不要求"):
        file_plan(taohuatan, campaign, clerk)
    assert "请报送创建方案" not in [todo.title for todo in rules.todos(clerk, campaign, IN_TIME)]


def test_a_unit_without_a_track_files_none(campaign):
    school = make_organization("小学", kind="school")

    with pytest.raises(NotAllowed, match="没有面向你单位"):
        file_plan(school, campaign, make_user(organization=school))


# What is typed


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (typed(file=None), "还没有选择方案文件"),
        (typed(rows=[("动员部署", "")]), "请至少填写一个时间节点"),
        (typed(rows=[("", "2021-09-01")]), "请写明这一天做什么"),
        (typed(rows=[("动员部署", "下周")]), "请填写日期"),
        (typed("照片.png", content=b"\x89PNG"), "请用 PDF、docx 或 wps"),
        (typed("方案.pdf", content=b"MZ program"), "pdf"),
        (typed("方案.exe", content=b"MZ program"), "exe"),
    ],
)
def test_what_is_not_well_formed_is_said_and_nothing_is_kept(client, campaign, clerk, data, sentence):
    client.force_login(clerk)

    answer = client.post(reverse("applications:creation_plan"), data)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not CreationPlan.objects.exists()


@pytest.mark.parametrize("data", [{}, {"dates-TOTAL_FORMS": "x"}, {"dates-TOTAL_FORMS": "99999", "dates-INITIAL_FORMS": "-1"}])
def test_a_hostile_post_is_answered_calmly(client, campaign, clerk, data):
    client.force_login(clerk)

    assert client.post(reverse("applications:creation_plan"), data).status_code == 422


@pytest.mark.parametrize(("day", "warned"), [(date(2021, 9, 30), False), (date(2021, 10, 1), True)])
def test_a_day_after_the_end_of_filing_is_warned_of_and_taken(campaign, taohuatan, clerk, day, warned):
    plan = file_plan(taohuatan, campaign, clerk, dates=[("申报", day)])

    warnings = rules.plan_date_warnings(campaign, [(row.what, row.on) for row in plan.dates.all()])

    assert bool(warnings) is warned
    assert not warned or "“申报”定在 2021-10-01，晚于申报截止时间 9月30日（周四）24:00，请核对。" in warnings


def test_the_warning_is_said_when_filing(client, campaign, clerk):
    client.force_login(clerk)

    answer = client.post(reverse("applications:creation_plan"), typed(rows=[("申报", "2021-10-08")]), follow=True)

    assert "晚于申报截止时间" in answer.content.decode()
    assert CreationPlan.objects.exists()


# What is left to do


def test_the_home_page_asks_until_the_plan_is_there(client, campaign, taohuatan, clerk, county_clerk):
    def asked(person, at):
        return [(todo.urgency, todo.url) for todo in rules.todos(person, campaign, at) if todo.title == "请报送创建方案"]

    url = f"{reverse('applications:creation_plan')}?campaign={campaign.code}"
    assert asked(clerk, IN_TIME) == asked(county_clerk, IN_TIME) == [("blue", url)]
    assert asked(clerk, moment(8, 30)) == [("amber", url)]
    assert asked(clerk, DUE) == [("red", url)]
    assert asked(clerk, moment(11, 1)) == []
    client.force_login(clerk)
    assert "9 月 1 日" in client.get(reverse("home")).content.decode() or "9月1日" in client.get(reverse("home")).content.decode()

    file_plan(taohuatan, campaign, clerk)

    assert asked(clerk, IN_TIME) == []


# Who sees what


def test_a_plan_is_read_by_its_unit_its_county_and_the_office_and_by_nobody_else(
    client, campaign, taohuatan, clerk, county_clerk, officer, auditor, bureau_clerk, yunling, nobody, administrator
):
    plan = file_plan(taohuatan, campaign, clerk)
    neighbour = make_user("邻镇", yunling, [Role.UNIT_CLERK])

    for person, status in [(clerk, 200), (county_clerk, 200), (officer, 200), (auditor, 200), (neighbour, 404), (bureau_clerk, 404), (nobody, 404), (administrator, 404)]:
        client.force_login(person)
        assert client.get(plan.get_absolute_url()).status_code == status, person
        answer = client.get(reverse("applications:creation_plan_file", args=[plan.pk]))
        assert answer.status_code == status, person
        assert status == 404 or b"".join(answer.streaming_content) == corpus.pdf()
    assert AuditEvent.objects.filter(action="applications.download_plan").count() == 4


def listed(client, person, **query):
    client.logout()
    client.force_login(person)
    return {entry["row"].unit.short_name: entry["row"].state for entry in client.get(reverse("applications:creation_plan_list"), query).context["rows"]}


def test_the_office_sees_who_has_filed_who_late_and_who_not(client, campaign, jing, taohuatan, yunling, miaoshou, education, clerk, officer):
    file_plan(taohuatan, campaign, clerk)
    file_plan(yunling, campaign, make_user(organization=yunling), at=LATE)

    assert listed(client, officer)["云岭镇"] == "late"
    with time_machine.travel(LATE, tick=False):
        states = listed(client, officer)
    assert states == {"泾县": "overdue", "旌德县": "overdue", "市教体局": "overdue", "桃花潭镇": "filed", "云岭镇": "late", "庙首镇": "overdue"}
    assert set(listed(client, officer, status="none")) == {"泾县", "旌德县", "市教体局", "庙首镇"}
    assert set(listed(client, officer, status="filed")) == {"桃花潭镇"}
    assert set(listed(client, officer, status="late")) == {"云岭镇"}
    assert set(listed(client, officer, county=jing.pk)) == {"泾县", "桃花潭镇", "云岭镇"}
    assert set(listed(client, officer, track=campaign.tracks.get(key="bureau").pk)) == {"市教体局"}
    assert set(listed(client, officer, q="桃花")) == {"桃花潭镇"}
    assert listed(client, officer, county="x", status="y", page="-3") == listed(client, officer)


def test_a_county_sees_its_own_tree_only(client, campaign, jing, taohuatan, miaoshou, county_clerk, education):
    assert set(listed(client, county_clerk)) == {"泾县", "桃花潭镇"}
    assert set(listed(client, county_clerk, county=miaoshou.county_id)) == set()


def test_the_list_asks_as_much_for_many_units_as_for_one(client, campaign, jing, taohuatan, clerk, officer, django_assert_num_queries, django_assert_max_num_queries):
    file_plan(taohuatan, campaign, clerk)
    client.force_login(officer)
    client.get(reverse("applications:creation_plan_list"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("applications:creation_plan_list"))
    for number in range(5):
        unit = make_organization(f"镇{number}", parent=jing)
        file_plan(unit, campaign, clerk)

    with django_assert_num_queries(len(few)):
        client.get(reverse("applications:creation_plan_list"))


# Reminding


@pytest.fixture
def remind(client, django_capture_on_commit_callbacks):
    def remind(person, *units):
        client.logout()
        client.force_login(person)
        data = {"unit": [unit.pk for unit in units], "next": reverse("applications:creation_plan_list")}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse("applications:remind_of_plans"), data, follow=True).content.decode()

    return remind


def test_a_unit_is_reminded_once_a_day_in_its_inbox(remind, campaign, taohuatan, clerk, officer):
    assert "已提醒 1 个单位报送创建方案" in remind(officer, taohuatan)
    assert "今天已提醒过" in remind(officer, taohuatan)
    with time_machine.travel(moment(8, 26), tick=False):
        assert "已提醒 1 个单位报送创建方案" in remind(officer, taohuatan)

    assert PlanReminder.objects.filter(organization=taohuatan, reminded_by=officer).count() == 2
    message = Message.objects.filter(user=clerk).first()
    assert "创建方案" in message.title
    assert message.url.startswith(reverse("applications:creation_plan"))
    assert Message.objects.filter(user=clerk).count() == 2
    assert AuditEvent.objects.filter(action="applications.remind_plan", organization=taohuatan).count() == 2


def test_who_has_filed_is_not_reminded(remind, campaign, taohuatan, clerk, officer):
    file_plan(taohuatan, campaign, clerk)

    assert "不需要提醒" in remind(officer, taohuatan)
    assert not PlanReminder.objects.exists()


def test_a_county_reminds_its_own_units_and_no_others(client, remind, campaign, taohuatan, miaoshou, clerk, county_clerk, auditor):
    assert "已提醒 1 个单位" in remind(county_clerk, taohuatan, miaoshou)
    client.force_login(auditor)
    assert client.post(reverse("applications:remind_of_plans"), {"unit": [taohuatan.pk]}).status_code == 403
    client.force_login(county_clerk)
    assert client.post(reverse("applications:remind_of_plans"), {"unit": [miaoshou.pk]}).status_code == 403
    assert {reminder.organization for reminder in PlanReminder.objects.all()} == {taohuatan}


def test_a_unit_without_an_account_is_named(remind, campaign, yunling, officer):
    assert "收不到提醒，请电话联系：云岭镇" in remind(officer, yunling)


# Taking out


def test_all_plans_go_out_as_a_zip_that_proves_itself(client, campaign, taohuatan, yunling, education, clerk, bureau_clerk, officer, django_capture_on_commit_callbacks):
    file_plan(taohuatan, campaign, clerk)
    file_plan(education, campaign, bureau_clerk)

    with django_capture_on_commit_callbacks(execute=True):
        client.force_login(officer)
        client.post(reverse("applications:export_creation_plans"), {"kind": "zip"})
    job = Job.objects.get()

    assert (job.state, job.owner) == (Job.State.DONE, officer), job.error
    with default_storage.open(job.file) as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["市直单位/3418-B03 市教体局 创建方案.pdf", "泾县/341823103 桃花潭镇 创建方案.pdf", "SHA256SUMS"]
        assert archive.read("泾县/341823103 桃花潭镇 创建方案.pdf") == corpus.pdf()


def test_the_workbook_says_of_each_unit_whether_it_has_filed(client, campaign, taohuatan, yunling, miaoshou, clerk, county_clerk, django_capture_on_commit_callbacks):
    file_plan(taohuatan, campaign, clerk, words="=1+1")

    with django_capture_on_commit_callbacks(execute=True):
        client.force_login(county_clerk)
        client.post(f"{reverse('applications:export_creation_plans')}?track={campaign.tracks.get(key='township').pk}", {"kind": "xlsx"})
    job = Job.objects.get()

    with default_storage.open(job.file) as file:
        sheet = load_workbook(file).active
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=3)}
    assert set(rows) == {"桃花潭镇", "云岭镇"}
    assert [cell.value for cell in rows["桃花潭镇"]][3:] == [
        "已报送", IN_TIME.replace(tzinfo=None), "汪小桃", "创建方案.pdf", "2021-08-30 动员部署；2021-09-20 自查自评", "=1+1",
    ]
    assert rows["桃花潭镇"][8].data_type == "s"
    assert rows["云岭镇"][3].value == "未报送"


def test_the_office_sets_how_many_days_units_have(client, campaign, officer):
    client.force_login(officer)
    page = client.get(reverse("campaigns:change_settings"))
    values = {name: value for name, value in page.context["form"].initial.items() if value is not None and value is not False}

    client.post(reverse("campaigns:change_settings"), values | {"plan_days": 20, "reason": "推迟五天"})

    campaign.refresh_from_db()
    assert campaign.plan_days == 20
    assert "活动开始后 20 天内报送" in client.get(reverse("campaigns:settings")).content.decode()
    assert wanted_settings({"campaign": {"filing": {"plan_days": 20}}}) == {"plan_days": 20}
