"""The working calendar on screens: single days with a reason, a year's arrangement with a preview, years nobody confirmed."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import AuditEvent
from campaigns import actions, holidays, rules
from campaigns.models import CalendarDay
from campaigns.tests.factories import moment

NOTICE = """各省、自治区、直辖市人民政府：
一、元旦：2027年1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班。
三、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def book(*rows):
    sheet = Workbook()
    for row in [["2027 年部分节假日安排"], ["说明", "日期", "是否上班"], *rows]:
        sheet.active.append(row)
    content = BytesIO()
    sheet.save(content)
    return SimpleUploadedFile("安排.xlsx", content.getvalue())


def test_the_worksheet_with_the_days_is_found_and_the_others_are_named(client, administrator, campaign):
    client.force_login(administrator)
    made = Workbook()
    made.active.title = "填表说明"
    made.active.append(["日期写成 2027-01-01 的样子"])
    for title, day in (("2027", "2027-01-01"), ("2028", "2028-01-01")):
        made.create_sheet(title).append(["日期", "是否上班"])
        made[title].append([day, "否"])
    content = BytesIO()
    made.save(content)

    shown = preview(client, file=SimpleUploadedFile("安排.xlsx", content.getvalue()))

    assert [line["row"].day for line in shown.context["lines"]] == [date(2027, 1, 1)]
    assert "只读了工作表「2027」，另有「填表说明」「2028」没有读。要读别的，请在表格里切换到那张工作表，保存后再上传。" in shown.content.decode()


def preview(client, **data):
    return client.post(reverse("campaigns:import_days"), {"year": 2027, "source": "国办发明电〔2026〕9号", **data})


def test_the_lines_of_the_state_councils_notice_are_read():
    read = holidays.from_notice(NOTICE, 2027)

    days = {row.day: (row.worked, row.name) for row in read}
    assert not any(row.problem for row in read)
    assert len(days) == 3 + 7 + 2 + 7 + 2
    assert days[date(2027, 1, 3)] == (False, "元旦")
    assert days[date(2027, 1, 31)] == (True, "春节调休")
    assert days[date(2027, 10, 9)] == (True, "国庆节调休")


def test_a_holiday_may_run_over_the_end_of_the_year():
    read = holidays.from_notice("元旦：2026年12月31日至2027年1月2日放假。", 2027)

    assert [row.day for row in read] == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]


@pytest.mark.parametrize("text", ["元旦：2月30日放假。", "元旦：1月3日至1日放假。", "元旦：1月1日至12月31日放假。", "元旦：放假一天。"])
def test_a_line_that_makes_no_sense_is_named(text):
    assert [bool(row.problem) for row in holidays.from_notice(text, 2027)] == [True]


def test_pasted_lines_are_shown_first_and_then_taken_over_as_one(client, administrator, campaign):
    client.force_login(administrator)

    shown = preview(client, text=NOTICE)

    assert "国庆节调休" in shown.content.decode()
    assert not CalendarDay.objects.filter(date__year=2027).exists()
    client.post(reverse("campaigns:import_days"), {"rows": shown.context["payload"]})
    assert not rules.is_workday(date(2027, 10, 1))
    assert rules.is_workday(date(2027, 10, 9))
    assert rules.is_workday(date(2027, 10, 11))
    assert rules.year_is_confirmed(2027)
    entry = AuditEvent.objects.get(action="campaigns.import_days")
    assert (entry.detail["count"], entry.detail["source"], entry.by) == (21, "国办发明电〔2026〕9号", administrator)
    again = preview(client, text=NOTICE)
    client.post(reverse("campaigns:import_days"), {"rows": again.context["payload"]})
    assert AuditEvent.objects.filter(action="campaigns.import_days").count() == 1


def test_a_workbook_is_read_with_its_columns_in_any_order(client, officer, campaign):
    client.force_login(officer)

    shown = preview(client, file=book(["元旦", date(2027, 1, 1), "否"], ["元旦调休", "2027/1/4", "是"], [None, None, None]))

    assert [(line["row"].day, line["row"].worked) for line in shown.context["lines"]] == [(date(2027, 1, 1), False), (date(2027, 1, 4), True)]
    assert shown.context["payload"]


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-8", ";"), ("utf-16", "\t")])
def test_a_text_file_is_read_in_any_encoding(client, officer, campaign, encoding, mark):
    client.force_login(officer)
    content = "日期,是否上班,说明\n2027年1月1日,放假,元旦\n".replace(",", mark).encode(encoding)

    shown = preview(client, file=SimpleUploadedFile("安排.csv", content))

    assert [(line["row"].day, line["row"].name) for line in shown.context["lines"]] == [(date(2027, 1, 1), "元旦")]


@pytest.mark.parametrize(("row", "words"), [
    (["元旦", "一月一日", "否"], "日期看不懂"), (["元旦", "2027-01-01", "也许"], "请写“是”或“否”"), (["元旦", "2031-01-01", "否"], "不是 2027 年的日子"),
])
def test_one_line_that_is_wrong_saves_nothing(client, officer, campaign, row, words):
    client.force_login(officer)

    shown = preview(client, file=book(["春节", "2027-02-06", "否"], row))

    assert words in shown.content.decode()
    assert shown.context["payload"] == ""


@pytest.mark.parametrize(("data", "words"), [
    ({}, "二者选一"), ({"text": "没有节日"}, "没有看到"), ({"text": NOTICE, "source": ""}, "请填写文件名称或文号"), ({"text": NOTICE, "source": "人工登记"}, "留给单独修改的日子"),
    ({"file": SimpleUploadedFile("x.xlsx", b"PK\3\4 not a workbook")}, "表格打不开"), ({"file": SimpleUploadedFile("x.csv", b'"' + b"x" * 200_000)}, "表格打不开"),
    ({"file": SimpleUploadedFile("x.csv", b"\xff\xff\xff")}, "编码认不出来"), ({"file": SimpleUploadedFile("x.xlsx", b"")}, "空"), ({"year": "九"}, "年份是四位数字"),
    ({"file": SimpleUploadedFile("x.csv", b"a,b\n")}, "没有找到表头"),
])
def test_what_cannot_be_read_is_refused_in_words(client, officer, campaign, data, words):
    client.force_login(officer)

    assert words in preview(client, **data).content.decode()


def test_control_characters_do_not_come_in_with_a_name(client, officer, campaign):
    client.force_login(officer)

    shown = preview(client, file=SimpleUploadedFile("x.csv", "日期,是否上班,说明\n2027-01-01,否,元\x00\x1b旦\n".encode()))

    assert shown.context["lines"][0]["row"].name == "元旦"


def test_a_preview_that_was_tampered_with_saves_nothing(client, officer, campaign):
    client.force_login(officer)

    answer = client.post(reverse("campaigns:import_days"), {"rows": "W1tdXQ:x:y"}, follow=True)

    assert "预览已经过期" in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_a_single_day_is_set_with_a_reason_and_does_not_confirm_its_year(client, administrator, campaign):
    client.force_login(administrator)
    address = reverse("campaigns:change_day")

    assert "请填写理由" in client.post(address, {"day": "2027-06-01", "is_workday": "0"}).content.decode()
    client.post(address, {"day": "2027-06-01", "is_workday": "0", "name": "防汛放假", "reason": "市里通知"})

    assert not rules.is_workday(date(2027, 6, 1))
    assert not rules.year_is_confirmed(2027)
    assert rules.unconfirmed_years([2027]) == [2027]
    assert AuditEvent.objects.get(action="campaigns.change_day").detail["reason"] == "市里通知"


def test_a_day_taken_out_counts_by_its_weekday_again(client, officer, campaign):
    CalendarDay.objects.create(date=date(2027, 6, 1), is_workday=False, name="x", source="x")
    client.force_login(officer)

    client.post(reverse("campaigns:change_day") + "?day=2027-06-01", {"day": "2027-06-01", "is_workday": "0", "reason": "登错了", "remove": "1"})

    assert rules.is_workday(date(2027, 6, 1))
    assert AuditEvent.objects.get(action="campaigns.remove_day").detail["before"] is False


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("administrator", 200), ("auditor", 403), ("clerk", 403), ("county_clerk", 403)])
def test_who_changes_the_calendar(client, request, campaign, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("campaigns:change_day")).status_code == status
    assert client.get(reverse("campaigns:import_days")).status_code == status


def test_years_nobody_confirmed_are_flagged(client, officer, campaign):
    client.force_login(officer)
    assert "2021 年的节假日安排还没有导入" in client.get(reverse("campaigns:calendar")).content.decode()

    actions.import_days([(date(2021, 10, 1), False, "国庆节")], source="国办发明电〔2020〕27号", by=officer, at=moment(9, 1))

    assert "2021 年的节假日安排还没有导入" not in client.get(reverse("campaigns:calendar")).content.decode()


def test_the_calendar_asks_as_many_questions_for_many_days_as_for_one(client, officer, campaign, django_assert_num_queries):
    client.force_login(officer)
    actions.change_day(date(2021, 10, 1), is_workday=False, name="x", reason="x", by=officer, at=moment(9, 1))
    client.get(reverse("campaigns:calendar"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("campaigns:calendar"))
    for day in range(2, 8):
        actions.change_day(date(2021, 10, day), is_workday=False, name="x", reason="x", by=officer, at=moment(9, 1))

    with django_assert_num_queries(len(one)):
        client.get(reverse("campaigns:calendar"))
