"""Findings below full points become rectification tasks in one step: all that were ticked or none, until a working day."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent, Message
from applications.models import Application
from campaigns.models import CalendarDay
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions
from inspections.models import AgreedScore, Rectification
from inspections.rules import losses as rules
from inspections.tests.factories import (
    make_accepted,
    make_findings,
    make_group,
    make_item,
    make_rectification,
    make_visit,
)

AT = moment(10, 21, 9)
DUE = date(2021, 11, 5)  # a Friday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    """Locked, points lost on 1.1 and 2.1."""
    visit = make_findings(make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector)), lost=2)
    item = make_item(visit.application, "2.1")
    AgreedScore.objects.filter(item=item).update(points=Decimal("49.5"), reason="目录缺一项")
    for person in (inspector, second_inspector):
        actions.sign_visit(visit, person, by=person, at=AT)
    return actions.lock_visit(visit, by=inspector, at=AT)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return partial(django_capture_on_commit_callbacks, execute=True)


def key(visit, code):
    return make_item(visit.application, code).pk


def all_of(visit):
    return {loss.item.pk: loss.row.agreed.reason for loss in rules.losses(visit)}


def require_all(visit, chosen=None, due_on=DUE, *, by):
    return actions.require_rectifications(visit, all_of(visit) if chosen is None else chosen, due_on, by=by, at=AT)


def refusal(*args, **kwargs):
    before = Rectification.objects.count()
    with pytest.raises(NotAllowed) as refused:
        require_all(*args, **kwargs)
    assert Rectification.objects.count() == before
    return str(refused.value)


def test_only_what_lost_points_is_listed(visit):
    assert [(loss.item.code, loss.row.agreed.points, loss.task) for loss in rules.losses(visit)] == [("1.1", 28, None), ("2.1", Decimal("49.5"), None)]


def test_all_become_tasks_with_one_message_to_the_unit_and_its_county(visit, officer, clerk, colleague, county_clerk, committed):
    with committed():
        tasks = require_all(visit, by=officer)

    assert [(task.item.code, task.problem, task.due_at, task.raised_by) for task in tasks] == [
        ("1.1", "更新不及时", moment(11, 6), officer), ("2.1", "目录缺一项", moment(11, 6), officer),
    ]
    told = Message.objects.filter(key__startswith="rectification")
    assert {message.user for message in told} == {clerk, colleague, county_clerk}
    assert told.count() == 3
    assert "现场验收后有 2 项要在" in told[0].title
    assert "2.1 法定内容公开：目录缺一项" in told[0].body
    assert AuditEvent.objects.filter(action="inspections.require_rectification").count() == 2


def test_only_what_is_chosen_and_in_the_words_chosen(visit, officer):
    require_all(visit, {key(visit, "2.1"): "请补齐目录。"}, by=officer)

    assert [(task.item.code, task.problem) for task in Rectification.objects.all()] == [("2.1", "请补齐目录。")]


@pytest.mark.parametrize(("day", "sentence"), [
    (date(2021, 10, 20), "已经过去"), (date(2021, 10, 21), ""), (date(2021, 10, 22), ""), (date(2021, 10, 23), "2021-10-23 是休息日，请把整改期限改为工作日，例如 2021-10-25"),
])
def test_the_due_day_is_a_working_day_of_the_future(visit, officer, day, sentence):
    if sentence:
        assert sentence in refusal(visit, due_on=day, by=officer)
    else:
        assert require_all(visit, due_on=day, by=officer)


def test_the_calendar_table_decides_what_a_working_day_is(visit, officer):
    CalendarDay.objects.create(date=date(2021, 10, 22), is_workday=False, name="放假", source="通知")
    CalendarDay.objects.create(date=date(2021, 10, 23), is_workday=True, name="调休上班", source="通知")

    assert "例如 2021-10-23" in refusal(visit, due_on=date(2021, 10, 22), by=officer)
    assert require_all(visit, due_on=date(2021, 10, 23), by=officer)


def test_one_that_cannot_be_stops_all(visit, officer):
    make_rectification(visit.application, officer, "2.1")

    with pytest.raises(actions.WrongLosses) as refused:
        require_all(visit, by=officer)

    assert list(refused.value.by_item) == [key(visit, "2.1")]
    assert "已有没有销号的整改任务" in str(refused.value)
    assert Rectification.objects.count() == 1


def test_a_second_press_raises_nothing_twice(visit, officer):
    require_all(visit, by=officer)

    assert "已有没有销号的整改任务" in refusal(visit, by=officer)


def test_a_closed_task_is_no_obstacle(visit, officer):
    make_rectification(visit.application, officer, "2.1", state="closed")

    assert len(require_all(visit, by=officer)) == 2


@pytest.mark.parametrize(("code", "words", "sentence"), [("2.2", "问题", "没有扣分"), ("1.1", " ", "请写明存在的问题")])
def test_nothing_without_a_loss_or_without_words(visit, officer, code, words, sentence):
    assert sentence in refusal(visit, {key(visit, code): words}, by=officer)


def test_nothing_chosen_is_nothing(visit, officer):
    assert "还没有勾选任何一项" in refusal(visit, {}, by=officer)


def test_a_record_that_may_still_change_raises_no_tasks(visit, officer):
    chosen = all_of(visit)
    actions.unlock_visit(visit, "核对", by=officer, at=AT)

    assert "还没有锁定" in refusal(visit, chosen, by=officer)


def test_not_once_a_list_with_the_unit_is_locked(visit, officer):
    Application.objects.update(held_at=AT)

    assert "已列入锁定的名单" in refusal(visit, by=officer)


# The screen


def address(visit):
    return reverse("inspections:require_rectifications", args=[visit.pk])


def test_the_page_shows_all_gaps_ticked_with_a_due_day_of_ten_working_days(visit, officer, client):
    client.force_login(officer)

    page = client.get(address(visit))

    assert [pick.value() for loss, pick, words in page.context["form"].lines] == [True, True]
    assert "目录缺一项" in page.content.decode()
    assert page.context["form"]["due_on"].value() == date(2021, 11, 4)


def test_what_is_ticked_is_raised(visit, officer, client):
    client.force_login(officer)
    first, second = key(visit, "1.1"), key(visit, "2.1")

    answer = client.post(address(visit), {f"pick_{second}": "on", f"problem_{first}": "x", f"problem_{second}": "请补齐。", "due_on": "2021-11-05"}, follow=True)

    assert "已下达 1 项整改任务，并已通知桃花潭镇" in answer.content.decode()
    assert Rectification.objects.get().problem == "请补齐。"


def test_a_refused_one_keeps_what_was_typed_and_says_why_there(visit, officer, client):
    client.force_login(officer)
    first, second = key(visit, "1.1"), key(visit, "2.1")

    answer = client.post(address(visit), {f"pick_{first}": "on", f"pick_{second}": "on", f"problem_{first}": " ", f"problem_{second}": "请补齐。", "due_on": "2021-11-05"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明存在的问题" in page.partition(f'id="loss-problem_{first}-error"')[2][:400]
    assert "请补齐。" in page
    assert not Rectification.objects.exists()


def test_what_is_under_way_is_shown_and_cannot_be_ticked(visit, officer, client):
    make_rectification(visit.application, officer, "2.1")
    client.force_login(officer)

    client.post(address(visit), {f"pick_{key(visit, '1.1')}": "on", f"pick_{key(visit, '2.1')}": "on", f"problem_{key(visit, '1.1')}": "问题", "due_on": "2021-11-05"})

    assert "已有任务" in client.get(address(visit)).content.decode()
    assert Rectification.objects.filter(item__code="2.1").count() == 1
    assert Rectification.objects.filter(item__code="1.1").count() == 1


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("lead", 200), ("inspector", 403), ("auditor", 403), ("clerk", 404), ("nobody", 404)])
def test_tasks_are_the_offices(visit, request, client, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(address(visit)).status_code == status
    if status != 200:
        assert client.post(address(visit), {}).status_code == status
        assert not Rectification.objects.exists()
