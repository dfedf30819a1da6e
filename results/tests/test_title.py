"""After naming: follow-ups; the yearly review, with its improvement and its day; the withdrawal that takes two persons."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules, tasks
from results.models import FollowUp, Naming, Review
from results.tests.factories import make_named

AT = moment(12, 1, year=2022)
DECISION = {"decision_number": "宣政务公开〔2022〕9号", "decided_on": date(2022, 11, 30)}


@pytest.fixture
def naming(campaign):
    return make_named("甲县", campaign)


@pytest.fixture
def unit_clerk(naming):
    return make_user("县里的人", naming.application.organization, [Role.COUNTY_CLERK])


@pytest.fixture
def second_lead(city_office):
    return make_user("另一位办领导", city_office, [Role.OFFICE, Role.OFFICE_LEAD])


def review(naming, outcome="qualified", *, by, at=AT, **given):
    return actions.review_title(naming, **{"year": 2022, "outcome": outcome, "finding": "复核情况。"} | given, by=by, at=at)


# Follow-ups


def test_a_follow_up_is_recorded_and_read_by_the_unit(client, naming, officer, unit_clerk):
    client.force_login(officer)
    address = reverse("results:record_follow_up", args=[naming.pk])

    client.post(address, {"on": "2021-12-20", "way": "visit", "text": "公示栏每月更新。"})

    assert FollowUp.objects.get().recorded_by == officer
    assert AuditEvent.objects.filter(action="results.follow_up", organization=naming.application.organization).exists()
    client.force_login(unit_clerk)
    assert "公示栏每月更新。" in client.get(naming.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("on", "sentence"), [(date(2021, 11, 11), "早于命名"), (date(2021, 11, 12), ""), (date(2022, 12, 1), ""), (date(2022, 12, 2), "晚于今天")])
def test_a_follow_up_lies_between_the_naming_and_today(naming, on, sentence):
    problems = [str(problem) for problem in rules.follow_up_problems(naming, on, "情况", AT)]

    assert bool(problems) == bool(sentence)
    assert sentence in "".join(problems)


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 404), ("auditor", 403), ("inspector", 404), ("nobody", 404)])
def test_only_the_office_follows_up_and_reviews(client, request, naming, person, status):
    client.force_login(request.getfixturevalue(person))

    for name in ("record_follow_up", "review_title"):
        assert client.post(reverse(f"results:{name}", args=[naming.pk]), {"on": "2021-12-20", "way": "visit", "text": "x"}).status_code == status
    assert not FollowUp.objects.exists()


def test_the_office_never_reviews_its_own_unit(client, naming):
    own = make_user("自己人", naming.application.organization, [Role.OFFICE, Role.OFFICE_LEAD])
    client.force_login(own)

    assert client.post(reverse("results:review_title", args=[naming.pk]), {"year": 2022, "outcome": "qualified", "finding": "好"}).status_code == 403
    assert not Review.objects.exists()


# The yearly review


def test_a_qualified_title_is_settled_at_once_and_the_unit_is_told(naming, officer, unit_clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = review(naming, by=officer, due_on=date(2023, 1, 1), **DECISION)

    assert (made.state, made.due_on, made.decision_number, made.settled_at) == (Review.State.SETTLED, None, "", None)
    assert Message.objects.get(user=unit_clerk).title == "甲县 2022 年度复核合格。"


def test_one_review_a_year(naming, officer):
    review(naming, by=officer)

    with pytest.raises(NotAllowed, match="2022 年已经复核过"):
        review(naming, by=officer)
    review(naming, by=officer, year=2021)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(naming=naming, year=2022, outcome="qualified", state="settled", finding="x", reviewed_at=AT, reviewed_by=officer)


@pytest.mark.parametrize(("year", "fine"), [(2020, False), (2021, True), (2022, True), (2023, False)])
def test_a_review_is_of_a_year_since_the_naming(naming, officer, year, fine):
    given = {"year": year, "outcome": "qualified", "finding": "好", "due_on": None, "decision_number": "", "decided_on": None}

    assert (rules.review_problems(naming, given, AT) == []) == fine


@pytest.mark.parametrize(("due_on", "fine"), [(None, False), (date(2022, 12, 1), False), (date(2022, 12, 2), True)])
def test_an_improvement_has_a_day_after_today(naming, officer, due_on, fine):
    given = {"year": 2022, "outcome": "improve", "finding": "两处", "due_on": due_on, "decision_number": "", "decided_on": None}

    assert (rules.review_problems(naming, given, AT) == []) == fine


def test_an_improvement_is_reported_by_the_unit_and_closed_by_the_office(client, naming, officer, unit_clerk, django_capture_on_commit_callbacks):
    made = review(naming, "improve", by=officer, due_on=date(2022, 12, 31))
    with pytest.raises(NotAllowed, match="还没有报告整改情况"):
        actions.close_review(made, "看过", by=officer, at=AT)

    client.force_login(unit_clerk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:answer_review", args=[made.pk]), {"answer": "已更新公示栏。"})

    made.refresh_from_db()
    assert (made.state, made.answer, made.answered_by) == (Review.State.IMPROVING, "已更新公示栏。", unit_clerk)
    assert Message.objects.filter(user=officer, title="甲县报告了整改情况，请核实办结。").count() == 1

    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:close_review", args=[made.pk]), {"settlement": "现场看过，属实。"})

    made.refresh_from_db()
    assert (made.state, made.settlement, made.settled_by) == (Review.State.SETTLED, "现场看过，属实。", officer)
    assert Message.objects.filter(user=unit_clerk, title="甲县 2022 年度复核的整改已经办结。").count() == 1
    with pytest.raises(NotAllowed, match="不需要再报告"):
        actions.answer_review(made, "又改了", by=unit_clerk, at=AT)


def test_the_next_review_waits_for_the_close(naming, officer):
    review(naming, "improve", by=officer, due_on=date(2022, 12, 31))

    with pytest.raises(NotAllowed, match="还没有办结，请先办结"):
        review(naming, by=officer, year=2021)


@pytest.mark.parametrize(("day", "overdue"), [(date(2022, 12, 31), False), (date(2023, 1, 1), True)])
def test_the_last_day_still_counts(naming, officer, day, overdue):
    assert review(naming, "improve", by=officer, due_on=date(2022, 12, 31)).is_overdue(day) == overdue


@pytest.mark.parametrize(("at", "keys"), [
    (moment(12, 23, 23, 59, year=2022), []), (moment(12, 24, year=2022), ["review-due"]), (moment(12, 31, 23, 59, year=2022), ["review-due"]),
    (moment(1, 1, year=2023), ["review-overdue"]),
])
def test_the_unit_is_reminded_a_week_before_and_everybody_when_the_day_is_over(naming, officer, unit_clerk, at, keys):
    made = review(naming, "improve", by=officer, due_on=date(2022, 12, 31))
    for _twice in range(2):
        tasks.sweep_improvements(at)

    assert sorted(Message.objects.filter(user=unit_clerk).values_list("key", flat=True)) == [f"{key}-{made.pk}" for key in keys]
    assert Message.objects.filter(user=officer, key=f"review-overdue-{made.pk}").count() == keys.count("review-overdue")


def test_who_has_reported_is_not_reminded(naming, officer, unit_clerk):
    made = review(naming, "improve", by=officer, due_on=date(2022, 12, 31))
    actions.answer_review(made, "已改", by=unit_clerk, at=AT)

    tasks.sweep_improvements(moment(12, 30, year=2022))

    assert not Message.objects.exists()


def test_what_is_left_to_do_after_naming(campaign, naming, officer, unit_clerk):
    assert [todo.title for todo in rules.todos(officer, campaign, AT)] == ["做 2022 年度复核"]

    made = review(naming, "improve", by=officer, due_on=date(2022, 12, 31))

    assert rules.todos(officer, campaign, AT) == []
    assert [(todo.title, todo.urgency) for todo in rules.todos(unit_clerk, campaign, AT)] == [("报告年度复核的整改情况", "amber")]
    late = moment(1, 1, year=2023)
    assert [(todo.title, todo.urgency) for todo in rules.todos(unit_clerk, campaign, late)] == [("报告年度复核的整改情况", "red")]
    assert "催办甲县的限期整改" in [todo.title for todo in rules.todos(officer, campaign, late)]
    actions.answer_review(made, "已改", by=unit_clerk, at=AT)
    assert [todo.title for todo in rules.todos(officer, campaign, AT)] == ["核实甲县的整改情况"]


# The withdrawal


def test_a_withdrawal_is_proposed_by_one_and_decided_by_another(naming, lead, second_lead, unit_clerk, django_capture_on_commit_callbacks):
    improvement = review(naming, "improve", by=lead, due_on=date(2022, 12, 31))
    with django_capture_on_commit_callbacks(execute=True):
        made = review(naming, "withdraw", by=lead, finding="弄虚作假。", **DECISION)
    naming.refresh_from_db()
    assert (made.state, naming.withdrawn_at) == (Review.State.PROPOSED, None)
    assert Message.objects.filter(user=second_lead, title="提出撤销甲县的命名，请复核。").count() == 1
    assert not Message.objects.filter(user__in=[lead, unit_clerk], key__startswith="withdrawal").exists()
    with pytest.raises(NotAllowed, match="撤销由你提出，请由另一位办领导复核"):
        actions.confirm_withdrawal(made, by=lead, at=AT)

    with django_capture_on_commit_callbacks(execute=True):
        actions.confirm_withdrawal(made, by=second_lead, at=AT)

    naming.refresh_from_db()
    assert (naming.withdrawn_by, naming.withdrawn_reason, naming.withdrawn_document, naming.withdrawn_on) == (second_lead, "弄虚作假。", *DECISION.values())
    assert Review.objects.get(pk=improvement.pk).settlement == "命名已经撤销，整改终止。"
    assert AuditEvent.objects.get(action="results.withdraw_naming").detail["decision_number"] == DECISION["decision_number"]
    assert "命名已撤销（宣政务公开〔2022〕9号）" in Message.objects.get(user=unit_clerk, key__startswith="naming-withdrawn").title
    with pytest.raises(NotAllowed, match="命名已经撤销"):
        review(naming, by=lead)


def test_the_database_knows_no_withdrawal_by_one_person(naming, lead):
    made = review(naming, "withdraw", by=lead, **DECISION)

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=made.pk).update(state="settled", settled_at=AT, settled_by=lead)


@pytest.mark.parametrize(("given", "sentence"), [
    ({"decision_number": " "}, "文号"), ({"decided_on": None}, "撤销决定的日期"), ({"decided_on": date(2021, 11, 11)}, "撤销决定的日期"),
    ({"decided_on": date(2022, 12, 2)}, "撤销决定的日期"), ({"finding": " "}, "复核情况"),
])
def test_a_withdrawal_has_its_decision_and_its_day(naming, officer, given, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        review(naming, "withdraw", by=officer, **DECISION | given)


@pytest.mark.parametrize("day", [date(2021, 11, 12), date(2022, 12, 1)])
def test_the_first_and_the_last_day_of_a_decision_are_fine(naming, officer, day):
    assert review(naming, "withdraw", by=officer, decision_number="9号", decided_on=day).decided_on == day


def test_a_refused_withdrawal_leaves_the_title_and_may_be_proposed_again(client, naming, officer, lead, unit_clerk):
    made = review(naming, "withdraw", by=officer, **DECISION)
    with pytest.raises(NotAllowed, match="正等待另一人复核"):
        review(naming, "withdraw", by=officer, **DECISION)
    client.force_login(lead)

    assert "请写明意见" in client.post(reverse("results:refuse_withdrawal", args=[made.pk]), {"refuse-settlement": ""}).content.decode()
    client.post(reverse("results:refuse_withdrawal", args=[made.pk]), {"refuse-settlement": "事实不清。"})

    made.refresh_from_db()
    assert (made.state, made.settlement, Naming.objects.get(pk=naming.pk).withdrawn_at) == (Review.State.REFUSED, "事实不清。", None)
    review(naming, "withdraw", by=officer, **DECISION)
    client.force_login(unit_clerk)
    page = client.get(naming.get_absolute_url()).content.decode()
    assert "撤销命名" not in page
    assert client.post(reverse("results:answer_review", args=[made.pk]), {"answer": "x"}).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("officer", 403), ("auditor", 403), ("clerk", 404), ("nobody", 404)])
def test_only_a_lead_decides_a_withdrawal(client, request, naming, second_officer, person, status):
    made = review(naming, "withdraw", by=second_officer, **DECISION)
    client.force_login(request.getfixturevalue(person))

    for name in ("confirm_withdrawal", "refuse_withdrawal"):
        assert client.post(reverse(f"results:{name}", args=[made.pk]), {"refuse-settlement": "不"}).status_code == status
    assert Review.objects.get().state == Review.State.PROPOSED


def test_a_withdrawn_title_stays_on_the_public_pages_as_withdrawn(client, campaign, naming, officer, lead):
    actions.confirm_withdrawal(review(naming, "withdraw", by=officer, finding="内部的话。", **DECISION), by=lead, at=AT)

    listed = client.get(reverse("results:public_named_list")).content.decode()
    home = client.get(reverse("results:public_home")).content.decode()

    assert "甲县" in listed
    assert "已撤销命名（2022-11-30）" in listed
    assert "宣政务公开〔2022〕9号" in listed
    assert "内部的话" not in listed + home
    assert "已撤销" in home


# Pages


def test_the_office_reviews_from_the_page(client, naming, officer, lead):
    client.force_login(officer)
    address = reverse("results:review_title", args=[naming.pk])
    today = timezone.localdate()

    page = client.post(address, {"year": today.year, "outcome": "improve", "finding": ""}).content.decode()
    assert "请写明复核情况" in page
    page = client.post(address, {"year": today.year, "outcome": "improve", "finding": "有两处。", "due_on": today}).content.decode()
    assert "请填写整改期限，并晚于今天。" in page
    assert "有两处。" in page
    client.post(address, {"year": today.year, "outcome": "improve", "finding": "有两处。", "due_on": today + timedelta(days=1)})

    assert Review.objects.get().due_on == today + timedelta(days=1)


def test_a_unit_sees_its_own_title_and_a_county_those_of_its_tree(client, campaign, jing, county_clerk, clerk, taohuatan, bureau_clerk):
    own = make_named("云岭镇", campaign, kind="township", parent=jing)
    other = make_named("庙首镇", campaign, kind="township", slot=2)

    seen = {}
    for name, person in {"county": county_clerk, "clerk": clerk, "bureau": bureau_clerk}.items():
        client.force_login(person)
        seen[name] = [client.get(naming.get_absolute_url()).status_code for naming in (own, other)]
        page = client.get(reverse("results:title_list")).content.decode()
        assert ("云岭镇" in page, "庙首镇" in page) == (seen[name][0] == 200, False)

    assert seen == {"county": [200, 404], "clerk": [404, 404], "bureau": [404, 404]}


def test_the_list_is_filtered_by_what_is_due(client, campaign, officer):
    now = timezone.now()
    reviewed, improving, due = (make_named(name, campaign, kind="bureau", slot=slot) for slot, name in enumerate(["市甲局", "市乙局", "市丙局"], 1))
    review(reviewed, by=officer, year=now.year, at=now)
    review(improving, "improve", by=officer, year=now.year, at=now, due_on=timezone.localdate(now) + timedelta(days=3))
    client.force_login(officer)

    def names(only):
        page = client.get(reverse("results:title_list"), {"only": only}).content.decode()
        return [name for name in ("市甲局", "市乙局", "市丙局") if name in page]

    assert names("") == ["市甲局", "市乙局", "市丙局"]
    assert names("due") == ["市丙局"]
    assert names("improving") == ["市乙局"]
    assert names("withdrawn") == []
    assert due.reviews.count() == 0


def test_the_list_asks_as_many_questions_for_many_as_for_one(client, campaign, officer, django_assert_num_queries):
    review(make_named("市甲局", campaign, kind="bureau"), by=officer)
    client.force_login(officer)
    client.get(reverse("results:title_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("results:title_list"))
    for slot, name in enumerate(["市乙局", "市丙局", "市丁局"], 2):
        review(make_named(name, campaign, kind="bureau", slot=slot), by=officer)

    with django_assert_num_queries(len(one)):
        client.get(reverse("results:title_list"))


def test_messages_lost_with_the_broker_are_sent_once_with_each_turn(naming, officer, unit_clerk):
    made = review(naming, "improve", by=officer, due_on=date(2022, 12, 31))
    actions.answer_review(made, "已改", by=unit_clerk, at=AT)
    assert not Message.objects.exists()

    for _twice in range(2):
        tasks.sweep_lost_messages(AT)
    assert Message.objects.filter(user=unit_clerk, key=f"review-{made.pk}").count() == 1
    assert Message.objects.filter(user=officer, key__startswith=f"review-answered-{made.pk}-").count() == 1

    actions.answer_review(made, "又改", by=unit_clerk, at=AT + timedelta(hours=1))
    tasks.sweep_lost_messages(AT)
    assert Message.objects.filter(user=officer, key__startswith=f"review-answered-{made.pk}-").count() == 2
