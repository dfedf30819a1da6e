"""Documents and their interpretations: working days by the calendar, dates typed, taken from a page or pasted, late ones marked."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, rules, snapshots
from applications.links import Look
from applications.models import InterpretationPair, ItemResponse
from applications.tests.factories import make_application
from campaigns.models import CalendarDay
from campaigns.rules import NotAllowed, unconfirmed_years, workdays_between
from campaigns.tests.factories import moment
from standards.models import Item

NOW = moment(10, 20, 10)
THURSDAY = date(2021, 9, 30)
LIMIT = [{"kind": "sequence", "parameter": "x"}, {"kind": "time_limit", "parameter": rules.INTERPRETATION, "default_value": 3, "unit": "workday"}]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def response(campaign, taohuatan, clerk):
    Item.objects.filter(code="2.1").update(rules=LIMIT)
    return make_application(taohuatan, campaign, by=clerk).responses.get(item__code="2.1")


@pytest.fixture
def holidays(db):
    """The National Day week of 2021: off from the 1st to the 7th, worked on Saturday the 9th."""
    for day in range(1, 10):
        CalendarDay.objects.create(date=date(2021, 10, day), is_workday=day in (8, 9), source="test")


def values(document_on=THURSDAY, reading_on=THURSDAY, **fields):
    return {
        "document_title": "", "document_on": document_on, "document_link": None, "reading_title": "", "reading_on": reading_on, "reading_link": None,
    } | fields


def only(response):
    (row,) = rules.pair_rows(response)
    return row


@pytest.mark.parametrize(("reading_on", "workdays", "late"), [
    (THURSDAY, 0, False), (date(2021, 10, 1), 0, False), (date(2021, 10, 7), 0, False), (date(2021, 10, 8), 1, False), (date(2021, 10, 9), 2, False),
    (date(2021, 10, 10), 2, False), (date(2021, 10, 11), 3, False), (date(2021, 10, 12), 4, True),
])
def test_working_days_are_counted_by_the_calendar_from_the_day_after(reading_on, workdays, late, response, clerk, holidays):
    actions.add_pair(response, values(reading_on=reading_on), by=clerk, at=NOW)

    row = only(response)

    assert (row.workdays, row.is_late, row.is_same_day) == (workdays, late, reading_on == THURSDAY)
    assert row.is_confirmed
    assert workdays_between(THURSDAY, reading_on) == workdays


def test_a_year_without_official_days_is_flagged_and_counted_monday_to_friday(response, clerk):
    actions.add_pair(response, values(reading_on=date(2021, 10, 5)), by=clerk, at=NOW)

    row = only(response)

    assert (row.workdays, row.is_confirmed) == (3, False)
    assert unconfirmed_years([2021, 2020]) == [2020, 2021]
    assert unconfirmed_years([]) == []
    CalendarDay.objects.create(date=date(2021, 5, 1), is_workday=False, source="test")
    assert unconfirmed_years([2021, 2020]) == [2020]
    assert only(response).is_confirmed


def test_the_same_day_needs_no_calendar(response, clerk):
    actions.add_pair(response, values(), by=clerk, at=NOW)

    assert only(response).is_confirmed


@pytest.mark.parametrize(("item_rules", "limit"), [
    ([], None), (LIMIT, 3), ([LIMIT[1] | {"default_value": 5}], 5), ([LIMIT[1] | {"parameter": "proactive_disclosure_workdays"}], None), ([LIMIT[1] | {"kind": "sequence"}], None),
])
def test_the_limit_comes_from_the_campaign_file(item_rules, limit):
    assert rules.interpretation_limit(Item(rules=item_rules)) == limit


def test_an_item_without_a_limit_has_no_table(client, clerk, response):
    other = response.application.responses.get(item__code="1.1")
    client.force_login(clerk)

    assert "对照表" not in client.get(other.get_absolute_url()).content.decode()
    assert client.post(reverse("applications:add_pair", args=[other.application_id, "1.1"])).status_code == 404
    with pytest.raises(NotAllowed, match="没有解读时限"):
        actions.add_pair(other, values(), by=clerk, at=NOW)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"document_on": NOW.date() + timedelta(days=1)}, "文件公开日期还没有到"), ({"reading_on": NOW.date() + timedelta(days=1)}, "解读公开日期还没有到"),
    ({"document_on": date(1999, 12, 31)}, "文件公开日期太早"), ({"document_title": "甲"}, "已经在对照表里"),
])
def test_what_cannot_be_is_refused(wrong, words, response, clerk):
    actions.add_pair(response, values(document_title="甲"), by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match=words):
        actions.add_pair(response, values(**wrong), by=clerk, at=NOW)
    assert response.pairs.count() == 1


def test_today_and_the_first_day_of_2000_are_fine(response, clerk):
    actions.add_pair(response, values(date(2000, 1, 1), NOW.date()), by=clerk, at=NOW)

    assert only(response).is_late


def test_a_link_of_another_item_is_refused(response, clerk):
    foreign = actions.attach_link(response.application.responses.get(item__code="1.1"), "https://a.example.cn/", by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="不属于本项"):
        actions.add_pair(response, values(reading_link=foreign), by=clerk, at=NOW)


def test_a_table_has_so_many_rows(response, clerk, monkeypatch):
    monkeypatch.setattr(rules.pairs, "MOST_PAIRS", 1)
    actions.add_pair(response, values(), by=clerk, at=NOW)

    with pytest.raises(NotAllowed, match="最多 1 行"):
        actions.add_pair(response, values(), by=clerk, at=NOW)


def address(name, response):
    return reverse(f"applications:{name}", args=[response.application_id, response.item.code])


def test_a_date_is_typed_or_taken_from_the_page_of_a_link(client, clerk, response):
    link = actions.attach_link(response, "https://www.example.gov.cn/jd.html", by=clerk, at=NOW)
    silent = actions.attach_link(response, "https://www.example.gov.cn/wj.html", "文件", by=clerk, at=NOW)
    actions.record_check(link, Look("ok", 200, title="一图读懂", text="x", published_on=date(2021, 9, 30)), at=NOW)
    client.force_login(clerk)

    without = client.post(address("add_pair", response), {"pair-document_link": silent.pk, "pair-reading_link": link.pk})
    taken = client.post(address("add_pair", response), {"pair-document_link": silent.pk, "pair-document_on": "2021-09-28", "pair-reading_link": link.pk})

    assert without.status_code == 422
    assert "所选网页没有标明发布日期" in without.content.decode()
    assert taken.status_code == 302
    pair = response.pairs.get()
    assert (pair.document_title, pair.document_on, pair.reading_title, pair.reading_on) == ("文件", date(2021, 9, 28), "一图读懂", THURSDAY)
    page = client.get(response.get_absolute_url()).content.decode()
    assert "2 个工作日" in page
    assert "与网页标注的日期不一致" not in page


def test_a_date_that_the_page_gives_differently_is_pointed_out(client, clerk, response):
    link = actions.attach_link(response, "https://www.example.gov.cn/jd.html", by=clerk, at=NOW)
    actions.record_check(link, Look("ok", 200, text="x", published_on=date(2021, 10, 12)), at=NOW)
    actions.add_pair(response, values(reading_link=link), by=clerk, at=NOW)
    client.force_login(clerk)

    assert "与网页标注的日期不一致，解读网页 2021-10-12" in client.get(response.get_absolute_url()).content.decode()


@pytest.mark.parametrize("block", [
    "2021-09-28\t2021-09-30", "2021/9/28\t2021年9月30日", "2021.9.28  2021-09-30 09:00", "2021-09-28，2021-09-30", "文件日期\t解读日期\n2021-09-28\t2021-09-30\n\n",
])
def test_two_columns_of_dates_are_pasted_from_excel(block, client, clerk, response):
    client.force_login(clerk)

    answer = client.post(address("paste_pairs", response), {"paste-rows": block})

    assert answer.status_code == 302
    pair = response.pairs.get()
    assert (pair.document_on, pair.reading_on) == (date(2021, 9, 28), THURSDAY)


def test_four_columns_are_pasted_and_what_cannot_be_read_stays_in_the_box(client, clerk, response):
    client.force_login(clerk)
    block = "文件\t日期\t解读\t日期\n甲办法\t2021-09-28\t读懂甲\t2021-09-30\n乙办法\t去年\t读懂乙\t2021-09-30\n甲办法\t2021-09-28\t\t2021-09-29\n丙\t2021-02-30\t\t2021-09-29\n\t2021-09-28\t\t2021-12-01"

    answer = client.post(address("paste_pairs", response), {"paste-rows": block}, headers={"HX-Request": "true"})

    assert [str(pair) for pair in response.pairs.all()] == ["甲办法"]
    assert len(answer.context["paste_form"]["rows"].value().split("\n")) == 4
    html = answer.content.decode()
    for words in ("“乙办法 去年 读懂乙 2021-09-30”没有添加：要有两列或四列", "“甲办法 2021-09-28 2021-09-29”没有添加：“甲办法”已经在对照表里", "解读公开日期还没有到"):
        assert words in html


def test_a_row_is_changed_and_a_stale_page_overwrites_nothing(client, clerk, colleague, response):
    pair = actions.add_pair(response, values(document_title="甲"), by=clerk, at=NOW)
    client.force_login(clerk)
    change = reverse("applications:change_pair", args=[pair.pk])
    typed = {"pair-document_title": "甲", "pair-document_on": "2021-09-29", "pair-reading_on": "2021-09-30", "pair-version": 0}
    assert 'value="2021-09-30"' in client.get(change).content.decode()
    actions.change_pair(pair, values(document_title="甲", document_on=date(2021, 9, 27)), base_version=0, by=colleague, at=NOW)

    stale = client.post(change, typed)

    assert stale.status_code == 422
    assert "查小慧 刚刚改过这一行：2021-09-27 → 2021-09-30" in stale.content.decode()
    assert stale.context["form"]["version"].value() == 1
    assert client.post(change, typed | {"pair-version": 1}).status_code == 302
    pair.refresh_from_db()
    assert (pair.document_on, pair.version, pair.changed_by) == (date(2021, 9, 29), 2, clerk)
    assert AuditEvent.objects.filter(action="applications.change_pair").first().detail["before"]["document_on"] == "2021-09-27"


def test_a_row_is_taken_out_and_the_log_says_what_it_was(client, clerk, response):
    pair = actions.add_pair(response, values(document_title="甲"), by=clerk, at=NOW)
    client.force_login(clerk)

    client.post(reverse("applications:remove_pair", args=[pair.pk]))

    assert not InterpretationPair.objects.exists()
    assert AuditEvent.objects.get(action="applications.remove_pair").detail["title"] == "甲"


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("other_clerk", 404), ("nobody", 404)])
def test_only_the_unit_changes_its_table(person, status, request, client, clerk, response):
    pair = actions.add_pair(response, values(), by=clerk, at=NOW)
    client.force_login(request.getfixturevalue(person))

    for url in (address("add_pair", response), address("paste_pairs", response), reverse("applications:change_pair", args=[pair.pk]), reverse("applications:remove_pair", args=[pair.pk])):
        assert client.post(url, {"pair-document_on": "2021-09-01", "pair-reading_on": "2021-09-01", "paste-rows": "2021-09-01\t2021-09-01"}).status_code == status
    assert only(response).document_on == THURSDAY


def test_what_was_sent_is_not_changed(client, campaign, yunling, clerk, response):
    pair = actions.add_pair(response, values(), by=clerk, at=NOW)
    response.application.status = "with_county"
    response.application.save(update_fields=["status"])
    client.force_login(clerk)

    for act in (
        lambda: actions.add_pair(response, values(), by=clerk, at=NOW), lambda: actions.remove_pair(pair, by=clerk, at=NOW),
        lambda: actions.change_pair(pair, values(document_title="乙"), base_version=0, by=clerk, at=NOW),
    ):
        with pytest.raises(NotAllowed, match="待县级审核"):
            act()
    page = client.get(response.get_absolute_url()).content.decode()
    assert "同日" in page
    assert "添加到对照表" not in page


def test_late_rows_are_marked_for_the_unit_and_warn_before_sending_but_block_nothing(client, clerk, response):
    actions.add_pair(response, values(date(2021, 9, 1), date(2021, 9, 30)), by=clerk, at=NOW)
    actions.add_pair(response, values(), by=clerk, at=NOW)
    client.force_login(clerk)

    item, submit = (client.get(url).content.decode() for url in (response.get_absolute_url(), reverse("applications:submit", args=[response.application_id])))

    assert item.count("个工作日，超过 3 个") == 1
    assert "2.1 法定内容公开：1 份解读晚于 3 个工作日" in submit
    assert "解读时限提醒" in submit
    assert not any("解读" in str(problem) for problem in rules.submission_problems(response.application, moment(9, 27)))


def send(response, clerk):
    """Finish every item and send the application on."""
    for other in response.application.responses.all():
        if not other.evidence.exists():
            actions.attach_link(other, "https://www.example.gov.cn/1.html", by=clerk, at=NOW)
        ItemResponse.objects.filter(pk=other.pk).update(self_verdict="met", narrative="已完成。", done_at=NOW, done_by=clerk)
    return actions.submit(response.application, by=clerk, at=moment(9, 27), received_at=moment(9, 27))


def test_a_version_keeps_the_rows_and_two_versions_are_compared(client, clerk, county_clerk, response):
    kept = actions.add_pair(response, values(document_title="甲", reading_title="读懂甲"), by=clerk, at=NOW)
    actions.add_pair(response, values(document_title="乙"), by=clerk, at=NOW)
    first = send(response, clerk)
    actions.return_to_unit(response.application, {}, "请改。", by=county_clerk, at=moment(9, 27))
    actions.change_pair(kept, values(document_title="甲", reading_title="读懂甲", reading_on=date(2021, 10, 1)), base_version=0, by=clerk, at=NOW)
    second = send(response, clerk)

    frozen = next(item for item in first.snapshot["items"] if item["code"] == "2.1")
    assert [row.document_title for row in rules.frozen_pair_rows(frozen)] == ["甲", "乙"]
    assert frozen["interpretation_limit"] == 3
    assert not any("pairs" in item for item in first.snapshot["items"] if item["code"] != "2.1")
    (difference,) = snapshots.differences(first.snapshot, second.snapshot)
    assert ([pair["reading_on"] for pair in difference.pairs_removed], [pair["reading_on"] for pair in difference.pairs_added], difference.count) == (["2021-09-30"], ["2021-10-01"], 2)
    client.force_login(clerk)
    page = client.get(reverse("applications:compare", args=[response.application_id])).content.decode()
    assert "<del>甲 2021-09-30 → 读懂甲 2021-09-30" in page
    assert "<ins>甲 2021-09-30 → 读懂甲 2021-10-01" in page


def test_a_version_from_before_there_were_tables_does_not_differ(response):
    new = snapshots.freeze(response.application)
    old = {"items": [{name: value for name, value in item.items() if name not in ("pairs", "interpretation_limit")} for item in new["items"]]}

    assert snapshots.differences(old, new) == []
    assert rules.frozen_pair_rows(old["items"][1]) == []


def test_the_reviewer_sees_the_table_as_it_was_sent_with_late_rows_marked(client, clerk, county_clerk, officer, response):
    pair = actions.add_pair(response, values(date(2021, 9, 1), date(2021, 9, 30), document_title="甲"), by=clerk, at=NOW)
    send(response, clerk)
    actions.recommend(response.application, by=county_clerk, at=moment(9, 28))
    InterpretationPair.objects.filter(pk=pair.pk).update(reading_on=date(2021, 9, 1))
    client.force_login(officer)

    page = client.get(reverse("inspections:review", args=[response.application_id]), {"item": "2.1"}).content.decode()

    assert "21 个工作日，超过 3 个" in page
    assert "该年节假日未导入" in page


def test_a_long_table_asks_as_often_as_a_short_one(client, clerk, response):
    link = actions.attach_link(response, "https://www.example.gov.cn/jd.html", by=clerk, at=NOW)
    actions.add_pair(response, values(date(2021, 8, 1), date(2021, 9, 30), reading_link=link), by=clerk, at=NOW)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            rules.pair_rows(response)
        return len(asked)

    few = queries()
    for number in range(15):
        actions.add_pair(response, values(date(2021, 8, 1 + number), date(2021, 9, 30), reading_link=link, document_link=link), by=clerk, at=NOW)

    assert queries() <= few + 1  # the links of documents are asked for as well now
