"""公示: from confirmed lists only, reviewed, published by another person, with the days of the calendar table."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message
from campaigns.models import CalendarDay
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, reports, rules, tasks
from results.models import Place, PublicNotice, SelectionList
from results.privacy import personal_places
from results.tests.factories import make_confirmed, make_notice, make_objection, make_place, make_scored

NOW = moment(11, 3, 10)
TEXTS = {"title": "拟命名名单的公示", "body": "拟命名以下单位，现予公示。", "contact": "市政务公开办，0563-3020000"}


@pytest.fixture
def two_bureaus(campaign):
    units = [make_scored(name, campaign, 90, kind="bureau", code=code) for name, code in (("市财政局", "B02"), ("市教体局", "B01"))]
    make_confirmed(units)
    return units


@pytest.fixture
def draft(campaign, two_bureaus, officer, second_officer):
    """Written by one of the office, reviewed by another."""
    notice = actions.create_notice(campaign, two_bureaus, **TEXTS, by=officer, at=NOW)
    actions.review_notice(notice, "passed", by=second_officer, at=NOW)
    return notice


def test_a_notice_lists_the_units_by_code_not_by_rank(draft, two_bureaus):
    assert [str(entry) for entry in draft.entries.all()] == ["市教体局", "市财政局"]
    assert draft.number == 1


def test_a_unit_whose_list_is_not_confirmed_cannot_be_publicised(campaign, two_bureaus, officer):
    SelectionList.objects.update(state=SelectionList.State.LOCKED)

    with pytest.raises(NotAllowed, match="名单没有复核"):
        actions.create_notice(campaign, two_bureaus, **TEXTS, by=officer, at=NOW)


def test_a_unit_stands_on_one_notice_at_a_time(campaign, draft, two_bureaus, officer):
    assert not reports.ready_for_notice(campaign)

    with pytest.raises(NotAllowed, match="已经公示过"):
        actions.create_notice(campaign, two_bureaus, **TEXTS, by=officer, at=NOW)


def test_publishing_counts_five_working_days_from_the_next_day(draft, officer, lead, second_officer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notice = actions.publish_notice(draft, by=lead, at=NOW)

    assert (notice.starts_on, notice.ends_on) == (date(2021, 11, 4), date(2021, 11, 10))
    assert notice.checked_by == second_officer
    assert AuditEvent.objects.filter(action="results.publish_notice", by=lead).count() == 1
    assert Message.objects.filter(key=f"notice-published-{notice.pk}", user=officer).exists()


def test_published_before_the_holiday_the_days_begin_after_it(campaign, draft, lead, second_officer):
    for day in range(1, 8):
        CalendarDay.objects.create(date=date(2021, 10, day), is_workday=False, source="国办发明电〔2020〕27号")
    for day in (8, 9):
        CalendarDay.objects.create(date=date(2021, 10, day), is_workday=True, source="国办发明电〔2020〕27号")

    notice = actions.publish_notice(draft, by=lead, at=moment(9, 30, 17))

    assert (notice.starts_on, notice.ends_on) == (date(2021, 10, 8), date(2021, 10, 13))


def test_the_author_cannot_publish_and_not_review(campaign, two_bureaus, lead, officer):
    notice = actions.create_notice(campaign, two_bureaus, **TEXTS, by=lead, at=NOW)

    with pytest.raises(NotAllowed, match="保密审查人不能是公示的生成人"):
        actions.review_notice(notice, "passed", by=lead, at=NOW)
    actions.review_notice(notice, "passed", by=officer, at=NOW)
    with pytest.raises(NotAllowed, match="请由另一位办领导发布"):
        actions.publish_notice(notice, by=lead, at=NOW)


def test_a_list_that_was_reopened_blocks_its_notice(draft, lead, second_officer):
    SelectionList.objects.update(state=SelectionList.State.OPEN)

    with pytest.raises(NotAllowed, match="不在已复核的名单中"):
        actions.publish_notice(draft, by=lead, at=NOW)


def test_a_notice_that_ends_after_the_last_phase_warns_and_does_not_block(campaign, draft, lead, second_officer):
    CalendarDay.objects.create(date=date(2021, 10, 1), is_workday=False, source="国务院办公厅")

    # The last phase ends on 11-01 00:00, that is 10-31 24:00.
    assert rules.notice_warnings(campaign, date(2021, 10, 31)) == []
    assert "晚于最后一个阶段" in str(rules.notice_warnings(campaign, date(2021, 11, 1))[0])
    actions.publish_notice(draft, by=lead, at=NOW)


def test_an_unconfirmed_year_of_the_calendar_is_flagged(campaign):
    assert any("2021 年的工作日历还没有核实" in str(warning) for warning in rules.notice_warnings(campaign, date(2021, 10, 20)))


def test_withdrawing_needs_a_reason_and_sets_the_units_free(campaign, two_bureaus, lead, django_capture_on_commit_callbacks):
    notice = make_notice(two_bureaus, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))
    with pytest.raises(NotAllowed, match="请填写撤下的理由"):
        actions.withdraw_notice(notice, "", by=lead, at=NOW)

    actions.withdraw_notice(notice, "名称有误", by=lead, at=NOW)

    assert reports.ready_for_notice(campaign).count() == 2


def test_a_substitute_is_publicised_alone_and_says_whose_place_it_takes(client, campaign, two_bureaus, officer, lead):
    days = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}
    fallen = make_notice(two_bureaus[:1], **days).entries.get()
    actions.answer_objection(make_objection(fallen), "upheld", "属实。", by=officer, at=NOW)
    actions.free_place(Place.objects.get(application=two_bureaus[0]), by=lead, at=NOW)
    later = make_scored("市审计局", campaign, 90, kind="bureau", code="B03")
    make_place(later, 1)

    client.force_login(officer)
    page = client.get(reverse("results:notice_new"))
    assert "要单独公示，已经选好" in page.content.decode()
    assert page.context["form"].initial["applications"] == [two_bureaus[1].pk]
    assert "按照排名，拟递补命名以下单位" in page.context["form"].initial["body"]
    assert "市财政局" not in page.context["form"].initial["body"]
    with pytest.raises(NotAllowed, match="市教体局是递补的单位，要单独公示"):
        actions.create_notice(campaign, [two_bureaus[1], later], **TEXTS, by=officer, at=NOW)
    alone = actions.create_notice(campaign, two_bureaus[1:], **TEXTS, by=officer, at=NOW)
    others = actions.create_notice(campaign, [later], **TEXTS, by=officer, at=NOW)

    assert alone.entries.get().replaces == fallen
    assert others.entries.get().replaces is None
    actions.withdraw_notice(alone, "文字有误", by=officer, at=NOW)
    assert reports.substitutes(campaign, reports.ready_for_notice(campaign)) == {two_bureaus[1].pk: fallen}


def test_the_end_of_a_notice_is_told_once(two_bureaus, lead, django_capture_on_commit_callbacks):
    notice = make_notice(two_bureaus, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_notice_ends(moment(11, 10, 23, 59))
    assert not Message.objects.filter(key=f"notice-ended-{notice.pk}").exists()
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep_notice_ends(moment(11, 11))

    assert Message.objects.filter(key=f"notice-ended-{notice.pk}", user=lead).count() == 1


# The pages


@pytest.mark.parametrize("name", ["notice_list", "notice_new", "naming", "objection_list"])
@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "nobody", "administrator"])
def test_the_office_pages_are_not_for_others(client, request, campaign, person, name):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(f"results:{name}")).status_code == 403


@pytest.mark.parametrize("person", ["officer", "clerk", "auditor"])
def test_only_the_lead_publishes(client, request, draft, person):
    client.force_login(request.getfixturevalue(person))

    answer = client.post(reverse("results:publish_notice", args=[draft.pk]))

    assert answer.status_code == 403
    assert not PublicNotice.objects.public().exists()


def test_from_the_form_to_the_public_page(client, campaign, two_bureaus, officer, second_officer, lead):
    client.force_login(officer)
    page = client.get(reverse("results:notice_new"))
    form = page.context["form"]
    assert form["title"].value() == "关于2021年全市政务公开示范区和示范点创建拟命名名单的公示"
    assert "自主申报、督促指导、检查验收" in form["body"].value()
    given = {"applications": [unit.pk for unit in two_bureaus], "title": form["title"].value(), "body": form["body"].value(), "contact": "0563-3020000"}
    client.post(reverse("results:notice_new"), given)
    notice = PublicNotice.objects.get()
    assert client.get(notice.get_absolute_url()).status_code == 404

    client.force_login(lead)
    without_review = client.post(reverse("results:publish_notice", args=[notice.pk]), follow=True)
    assert "还没有保密审查" in without_review.content.decode()
    client.force_login(second_officer)
    unticked = client.post(reverse("results:review_notice", args=[notice.pk]), {"outcome": "passed"})
    assert "请逐字核对后打勾" in unticked.content.decode()
    client.post(reverse("results:review_notice", args=[notice.pk]), {"outcome": "passed", "checked": "1"})
    client.force_login(lead)
    client.post(reverse("results:publish_notice", args=[notice.pk]))

    client.logout()
    assert "市财政局" in client.get(notice.get_absolute_url()).content.decode()


def test_a_published_notice_keeps_its_words(client, two_bureaus, officer):
    notice = make_notice(two_bureaus, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))
    client.force_login(officer)

    page = client.post(reverse("results:notice", args=[notice.pk]), TEXTS | {"title": "另一个标题"}).content.decode()

    notice.refresh_from_db()
    assert notice.title == "拟命名名单的公示"
    assert "公示已经发布，不能修改" in page


def test_the_public_page_shows_names_and_no_scores(client, campaign, two_bureaus):
    notice = make_notice(two_bureaus, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))
    make_objection(notice.entries.first())

    with time_machine.travel(moment(11, 9, 9), tick=False):
        page = client.get(notice.get_absolute_url()).content.decode()

    assert "市财政局" in page
    assert "2 个工作日" in page
    assert "11 月 10 日（周三）24:00 截止" in page
    for secret in ("90.00", "名次", "张三", "0563-3021234", "长期没有更新", "评分人"):
        assert secret not in page
    assert personal_places(page, date(2021, 11, 9)) == []


def test_an_ended_and_a_withdrawn_notice_say_so(client, two_bureaus, lead):
    notice = make_notice(two_bureaus, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))
    with time_machine.travel(moment(11, 10, 23, 59), tick=False):
        assert "提交异议</a>" in client.get(notice.get_absolute_url()).content.decode()
    with time_machine.travel(moment(11, 11), tick=False):
        assert "公示已结束" in client.get(notice.get_absolute_url()).content.decode()

    PublicNotice.objects.update(withdrawn_at=NOW, withdrawn_by=lead, withdrawn_reason="名称有误")
    page = client.get(notice.get_absolute_url()).content.decode()
    assert "本公示已于 2021 年 11 月 3 日撤下，不再有效。理由：名称有误" in page
    assert "市财政局" in page, "what was withdrawn stays to be read, as withdrawn"
    assert "提交异议</a>" not in page

    PublicNotice.objects.update(is_text_hidden=True)
    page = client.get(notice.get_absolute_url()).content.decode()

    assert "内容不再显示。理由：名称有误" in page
    assert "市财政局" not in page
    assert "拟命名以下单位" not in page


def test_the_lists_ask_as_many_questions_for_many_notices_as_for_one(client, campaign, lead, django_assert_num_queries):
    days = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}
    make_notice([make_scored("市审计局", campaign, 90, kind="bureau")], **days)
    client.force_login(lead)
    for name in ("notice_list", "public_notice_list", "public_home"):
        client.get(reverse(f"results:{name}"))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse(f"results:{name}"))
        make_notice([make_scored(f"市{name}局", campaign, 90, kind="bureau")], **days)
        with django_assert_num_queries(len(one)):
            client.get(reverse(f"results:{name}"))
