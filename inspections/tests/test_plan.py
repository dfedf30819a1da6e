"""A plan from the button to the inspectors' answers, by its rules and actions."""

from datetime import date, timedelta
from functools import partial

import pytest

from accounts.models import AuditEvent, Message, Role, RoleGrant
from accounts.tests.factories import make_organization, make_user
from applications.models import Application
from campaigns.models import CalendarDay
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, planner, rules
from inspections.models import (
    AssignmentAnswer,
    Challenge,
    DeclaredConflict,
    GroupMember,
    InspectionGroup,
    PastService,
    Plan,
    PlannedMember,
    PlannedVisit,
    PoolEntry,
    Visit,
)
from inspections.rules import planning
from inspections.rules.visits import conflicts
from inspections.tasks import sweep_plans, sweep_visits
from inspections.tests.factories import (
    make_accepted,
    make_group,
    make_pool,
    make_pool_entry,
    make_townships,
    make_visit,
)

AT = moment(10, 12)
DAYS = [date(2021, 10, 18) + timedelta(n) for n in range(5)]  # Monday to Friday


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Notices go out when the block is left."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def townships(campaign, jing, jingde):
    """Three accepted townships in each of two counties."""
    return make_townships(campaign, jing, 3) + make_townships(campaign, jingde, 3)


@pytest.fixture
def people(campaign):
    """Six inspectors of six bureaus."""
    return make_pool(campaign, 6)


@pytest.fixture
def plan(campaign, townships, people, officer):
    return actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)


@pytest.fixture
def published(plan, officer):
    return actions.publish_plan(actions.apply_plan(plan, by=officer, at=AT), by=officer, at=AT)


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refused:
        call(*args, **kwargs)
    return str(refused.value)


# The pool


def test_an_entry_is_kept_with_days_and_cap_and_recorded(campaign, inspector, officer):
    entry = actions.add_to_pool(campaign, inspector, days=["2021-10-19", "2021-10-18"], cap=4, by=officer, at=AT)

    assert (entry.days, entry.cap) == (["2021-10-18", "2021-10-19"], 4)
    assert entry.offers(date(2021, 10, 19))
    assert not entry.offers(date(2021, 10, 20))
    assert AuditEvent.objects.get(action="inspections.add_to_pool").detail["cap"] == 4


def test_only_inspectors_are_added_once_and_for_days_of_the_phase(campaign, inspector, clerk, officer):
    assert "没有验收员角色" in refusal(actions.add_to_pool, campaign, clerk, by=officer, at=AT)
    assert "2021-11-01 不在检查验收期内" in refusal(actions.add_to_pool, campaign, inspector, days=["2021-10-31", "2021-11-01"], by=officer, at=AT)
    actions.add_to_pool(campaign, inspector, by=officer, at=AT)
    assert "已经在验收员库里" in refusal(actions.add_to_pool, campaign, inspector, by=officer, at=AT)


def test_who_leaves_gives_a_reason_and_may_come_back(campaign, inspector, officer):
    entry = make_pool_entry(campaign, inspector)

    assert "请填写退出的理由" in refusal(actions.leave_pool, entry, " ", by=officer, at=AT)
    actions.leave_pool(entry, "住院", by=officer, at=AT)
    assert not campaign.pool.available().exists()
    assert "已经退出" in refusal(actions.leave_pool, entry, "住院", by=officer, at=AT)
    actions.rejoin_pool(entry, by=officer, at=AT)
    assert campaign.pool.available().get() == entry


def test_past_service_is_kept_once_and_never_for_the_present_unit(campaign, inspector, taohuatan, education, officer):
    actions.add_past_service(inspector, taohuatan, date(2020, 5, 31), by=officer, at=AT)

    assert PastService.objects.get().organization == taohuatan
    assert "已经登记过" in refusal(actions.add_past_service, inspector, taohuatan, date(2020, 5, 31), by=officer, at=AT)
    assert "现在的单位" in refusal(actions.add_past_service, inspector, education, date(2020, 5, 31), by=officer, at=AT)
    assert "还没有到" in refusal(actions.add_past_service, inspector, make_organization(), date(2021, 10, 13), by=officer, at=AT)


# What the planner is given


def test_the_planner_stays_away_from_exactly_what_the_rule_of_conflicts_names(campaign, jing, taohuatan, yunling, miaoshou, education, officer):
    """The bulk way and the sentence on the page are two questions with one answer."""
    units = [make_accepted(unit, campaign) for unit in (taohuatan, yunling, miaoshou, education)]
    people = [make_user(f"员{number}", unit, [Role.INSPECTOR]) for number, unit in enumerate([jing, yunling, education, None, make_organization(kind="bureau")])]
    for user in people:
        make_pool_entry(campaign, user)
    PastService.objects.create(user=people[3], organization=miaoshou, ended_on=date(2018, 10, 19))
    PastService.objects.create(user=people[4], organization=miaoshou, ended_on=date(2018, 10, 18))  # three years on the first day
    DeclaredConflict.objects.create(campaign=campaign, user=people[4], organization=taohuatan, reason="亲属", declared_at=AT, declared_by=officer)

    now = planning.situation(campaign, DAYS[:1], AT)

    found = {
        (person.key, unit.pk) for person in now.people for unit in units
        if not planner.Crew(1, [person], person.key, DAYS).may(planning.as_unit(unit))
    }
    assert found == {(user.pk, unit.pk) for user in people for unit in units if conflicts(user, unit.organization, campaign, DAYS[0])}
    assert (people[3].pk, units[2].pk) in found
    assert (people[4].pk, units[2].pk) not in found


def test_working_days_follow_the_calendar(campaign):
    CalendarDay.objects.create(date=date(2021, 10, 16), is_workday=True, source="调休")
    CalendarDay.objects.create(date=date(2021, 10, 18), is_workday=False, source="调休")

    days = planning.working_days(campaign, date(2021, 10, 1), date(2021, 10, 19))

    assert days == [date(2021, 10, 15), date(2021, 10, 16), date(2021, 10, 19)]
    assert len(planning.working_days(campaign, date(2021, 10, 15), date(2021, 10, 19), holidays=True)) == 5


def test_a_group_with_visits_goes_on_and_its_people_join_no_other(campaign, townships, people, officer):
    group = make_group(campaign, *people[:3])
    make_visit(townships[0], group, DAYS[0], officer)

    plan = actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)

    stands = plan.groups.get(group=group)
    assert set(stands.members.values_list("user", flat=True)) == {user.pk for user in people[:3]}
    assert plan.groups.count() == 2
    assert not plan.visits.filter(application=townships[0]).exists()
    assert sorted(planning.board(plan, AT).loads.values()) == [3] * 6  # the visit there is counts


def test_days_with_another_group_and_declined_days_are_no_days_for_a_new_one(campaign, townships, people, officer, inspector):
    """Somebody outside the pool is in the group too, so it does not stand; its day is taken all the same."""
    group = make_group(campaign, people[0], inspector)
    visit = make_visit(townships[0], group, DAYS[0], officer)
    make_pool_entry(campaign, make_user("另一人", make_organization(kind="bureau"), [Role.INSPECTOR]))
    AssignmentAnswer.objects.create(visit=visit, user=people[1], group=group, on=DAYS[1], answer="declined", kind="day", reason="出差", answered_at=AT, answered_by=people[1])

    now = planning.situation(campaign, DAYS, AT)

    days = {person.key: person.days for person in now.people}
    assert now.standing == []
    assert days[people[0].pk] == frozenset(DAYS[1:])
    assert days[people[1].pk] == frozenset(DAYS) - {DAYS[1]}
    assert days[people[2].pk] == frozenset(DAYS)


# The draft


def test_one_button_makes_a_draft_that_keeps_every_rule(plan, campaign, townships):
    board = planning.board(plan, AT)

    assert plan.state == Plan.State.DRAFT
    assert {visit.application_id for visit in plan.visits.all()} == {application.pk for application in townships}
    assert board.sentences_in_all == []
    assert plan.bound <= plan.cost
    assert [group.name for group in plan.groups.all()] == ["第一验收组", "第二验收组"]
    for group in plan.groups.prefetch_related("members"):
        assert len({member.user.organization for member in group.members.all()}) == 3
        assert sum(member.is_leader for member in group.members.all()) == 1


def test_the_same_seed_gives_the_same_draft_and_takes_the_place_of_the_one_before(plan, campaign, officer):
    before = sorted(plan.visits.values_list("application", "group__number", "on"))

    again = actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)

    assert Plan.objects.get() == again
    assert sorted(again.visits.values_list("application", "group__number", "on")) == before


def test_a_plan_needs_units_people_and_days_to_come(campaign, officer, people, taohuatan):
    make = partial(actions.make_plan, campaign, per_day=2, seed=1, by=officer)

    assert "没有待安排的单位" in refusal(make, days=DAYS, size=3, at=AT)
    make_accepted(taohuatan, campaign)
    assert "没有检查验收期内的工作日" in refusal(make, days=[], size=3, at=AT)
    assert "开始日期已经过去" in refusal(make, days=DAYS, size=3, at=moment(10, 19))
    campaign.site_inspectors = 4
    campaign.save()
    assert "每组至少要有 4 人" in refusal(make, days=DAYS, size=3, at=AT)
    PoolEntry.objects.update(left_at=AT, left_by=officer, left_reason="x")
    assert "验收员库还是空的" in refusal(make, days=DAYS, size=4, at=AT)
    PoolEntry.objects.update(left_at=None, left_by=None, left_reason="")
    assert make(days=DAYS, size=4, at=moment(10, 18, 23)).is_draft


def test_what_cannot_be_placed_is_named_with_the_reason(campaign, jing, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    for number in range(3):
        make_pool_entry(campaign, make_user(f"县人{number}", make_organization(parent=jing), [Role.INSPECTOR]))

    plan = actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)

    plan.refresh_from_db()
    assert plan.unplaced == {str(application.pk): "conflict"}
    assert "没有排上的单位，不能应用" in refusal(actions.apply_plan, plan, by=officer, at=AT)


def test_a_move_into_a_conflict_is_red_at_once_and_keeps_the_draft_from_being_applied(plan, officer, townships, jing):
    visit = plan.visits.filter(application__organization__county=jing).first()
    local = make_user("泾县人", make_organization(parent=jing), [Role.INSPECTOR])
    make_pool_entry(plan.campaign, local)
    group = plan.groups.exclude(pk=visit.group_id).get()
    PlannedMember.objects.create(group=group, user=local)

    actions.move_planned_visit(visit, group, visit.on, by=officer, at=AT)

    sentence = planning.board(plan, AT).problems[visit.pk][0]
    assert sentence.startswith("泾县人所在的")
    assert "同属泾县" in sentence
    assert "同属泾县" in refusal(actions.apply_plan, plan, by=officer, at=AT)
    assert not Visit.objects.exists()
    assert AuditEvent.objects.get(action="inspections.move_planned_visit").detail["on"] == visit.on.isoformat()


@pytest.mark.parametrize(("day", "sentence"), [
    (date(2021, 10, 14), "不在"), (date(2021, 11, 1), "不在"), (date(2021, 10, 15), ""), (date(2021, 10, 31), ""),
])
def test_a_draft_stays_inside_the_inspection_phase(plan, officer, day, sentence):
    visit = plan.visits.first()

    actions.move_planned_visit(visit, visit.group, day, by=officer, at=AT)

    found = planning.board(plan, AT).problems.get(visit.pk, [])
    assert (sentence in found[0]) if sentence else found == []


def test_a_draft_says_who_would_be_in_two_places_over_the_cap_or_not_there(plan, people, officer, townships, campaign):
    first, second = plan.groups.all()
    member = first.members.first()
    PlannedMember.objects.create(group=second, user=member.user)
    PoolEntry.objects.filter(user=member.user).update(days=[DAYS[0].isoformat()], cap=2)
    for visit in plan.visits.all():
        actions.move_planned_visit(visit, visit.group, DAYS[0], by=officer, at=AT)
    late = first.visits.first()
    actions.move_planned_visit(late, first, DAYS[1], by=officer, at=AT)

    board = planning.board(plan, AT)

    sentences = " ".join(board.sentences_in_all)
    assert f"{member.user} 2021-10-18 已随第二验收组验收，同一天不能去两处" in sentences
    assert f"{member.user} 2021-10-19 不能参加" in " ".join(board.problems[late.pk])
    assert f"{member.user}共 6 个单位，超过上限 2 个" in sentences


def test_a_group_of_a_draft_needs_a_leader_and_people_of_different_organizations(plan, people, officer):
    group = plan.groups.first()
    outsider = make_user("外人", people[0].organization, [Role.INSPECTOR])
    same = [member.user for member in group.members.all() if member.user.organization == people[0].organization] or [people[0]]

    assert "组长要从组员中选" in refusal(actions.set_planned_members, group, people[0], people[1:3], by=officer, at=AT)
    actions.set_planned_members(group, outsider, [outsider, *same], by=officer, at=AT)

    found = " ".join(planning.board(plan, AT).group_problems[group.number])
    assert "不足 3 人" in found
    assert "2 人来自第1局" in found
    assert "外人不在验收员库里" in found


def test_units_that_were_planned_or_withdrawn_meanwhile_are_named(plan, officer, townships, inspector, second_inspector):
    Application.objects.filter(pk=townships[0].pk).update(status="returned")
    make_visit(townships[1], make_group(plan.campaign, inspector, second_inspector, name="手工组"), DAYS[0], officer)

    sentence = refusal(actions.apply_plan, plan, by=officer, at=AT)

    assert "已不在受理状态" in sentence
    assert "已经另外安排了验收" in sentence


def test_the_questions_asked_of_a_draft_do_not_grow_with_it(plan, campaign, jingde, officer, django_assert_max_num_queries, django_assert_num_queries):
    with django_assert_max_num_queries(25) as few:
        planning.board(Plan.objects.select_related("campaign").get(), AT)
    make_townships(campaign, make_organization("郎溪县", kind="county"), 6)
    make_pool(campaign, 6)
    actions.make_plan(campaign, days=DAYS, per_day=2, size=3, seed=1, by=officer, at=AT)

    with django_assert_num_queries(len(few.captured_queries)):
        planning.board(Plan.objects.select_related("campaign").get(), AT)


# Why


def test_everybody_in_the_pool_has_a_reason_to_go_or_not_to_go(plan, campaign, jing, officer):
    local = make_user("泾县人", make_organization(parent=jing), [Role.INSPECTOR])
    make_pool_entry(campaign, local)
    gone = make_user("离开的人", make_organization(kind="bureau"), [Role.INSPECTOR])
    actions.leave_pool(make_pool_entry(campaign, gone), "调离", by=officer, at=AT)
    visit = plan.visits.filter(application__organization__county=jing).first()

    rows = planning.reasons(planning.board(plan, AT), visit)

    members = set(visit.group.members.values_list("user", flat=True))
    assert [row.is_member for row in rows[:3]] == [True, True, True]
    assert {row.user.pk for row in rows[:3]} == members
    by_user = {row.user: row for row in rows}
    assert "同属泾县" in by_user[local].sentence
    assert "已经退出：调离" in by_user[gone].sentence
    assert all("也可以去" in row.sentence for row in rows if row.tone == "blue")
    assert {row.tone for row in rows} == {"green", "blue", "red", "none"}
    assert "有 2 个组可以去" in planning.why_sentence(visit)


# Applied and published


def test_a_plan_is_applied_as_one_unit_and_nobody_is_told_before_it_is_published(plan, officer, people, townships, clerk, committed):
    with committed():
        actions.apply_plan(plan, version=Plan.objects.get().version, by=officer, at=AT)

    assert Visit.objects.count() == 6
    assert InspectionGroup.objects.count() == 2
    assert GroupMember.objects.count() == 6
    assert not Message.objects.exists()
    assert not Visit.objects.visible_to(people[0]).exists()
    assert Visit.objects.visible_to(officer).count() == 6
    assert rules.todos(people[0], plan.campaign, AT) == []
    with committed():
        sweep_visits(moment(10, 17))
    assert not Message.objects.exists()

    with committed():
        actions.publish_plan(plan, by=officer, at=AT)

    assert Message.objects.filter(user__in=people).count() == 6
    assert "请逐个答复" in Message.objects.filter(user=people[0]).get().title
    assert Visit.objects.visible_to(people[0]).count() == 3
    assert "3 个验收安排等你答复" in [todo.title for todo in rules.todos(people[0], plan.campaign, AT)]


def test_a_refused_apply_leaves_nothing_behind(plan, officer, people):
    RoleGrant.objects.filter(user=people[5]).delete()

    assert "没有验收员角色" in refusal(actions.apply_plan, plan, by=officer, at=AT)

    assert not Visit.objects.exists()
    assert not InspectionGroup.objects.exists()
    plan.refresh_from_db()
    assert plan.is_draft


def test_a_page_that_shows_an_older_draft_applies_nothing(plan, officer):
    plan.refresh_from_db()
    shown = plan.version
    visit = plan.visits.first()
    actions.move_planned_visit(visit, visit.group, DAYS[4], by=officer, at=AT)

    assert "刚在别的页面改过" in refusal(actions.apply_plan, plan, version=shown, by=officer, at=AT)
    assert actions.apply_plan(plan, version=shown + 1, by=officer, at=AT).state == Plan.State.APPLIED


def test_loads_of_an_applied_plan_are_counted_once(published):
    assert sorted(planning.board(published, AT).loads.values()) == [3] * 6


def test_a_plan_is_applied_and_published_once(published, officer):
    assert "不能再改草案" in refusal(actions.apply_plan, published, by=officer, at=AT)
    assert "应用以后才能发布一次" in refusal(actions.publish_plan, published, by=officer, at=AT)
    assert "不能再改草案" in refusal(actions.discard_plan, published, by=officer, at=AT)


def test_a_conflict_that_came_up_after_applying_blocks_publishing_until_the_lead_allows_it(plan, officer, lead):
    actions.apply_plan(plan, by=officer, at=AT)
    visit = Visit.objects.first()
    user = visit.group.members.first().user
    actions.declare_conflict(user, visit.application.organization, plan.campaign, "亲属", by=officer, at=AT)

    assert "有回避情形" in refusal(actions.publish_plan, plan, by=officer, at=AT)
    actions.override_conflict(visit, user, "只有他懂该业务", by=lead, at=AT)
    assert actions.publish_plan(plan, by=officer, at=AT).state == Plan.State.PUBLISHED


def test_a_message_lost_with_the_broker_is_sent_by_the_sweep_once(published, people):
    sweep_plans(moment(10, 12, 1))
    sweep_plans(moment(10, 12, 2))

    assert Message.objects.filter(user=people[0]).count() == 1


def test_an_old_plan_is_not_told_again(published, people):
    sweep_plans(moment(10, 16))

    assert not Message.objects.filter(user=people[0]).exists()


# Answers


def test_an_inspector_accepts_and_is_asked_again_when_the_day_changes(published, people, officer):
    visit = Visit.objects.of_inspector(people[0]).first()

    actions.accept_assignment(visit, by=people[0], at=AT)

    assert planning.awaiting_answer(people[0], published.campaign, AT).count() == 2
    actions.change_visit(visit, visit.group, date(2021, 10, 28), by=officer, at=AT)
    assert planning.awaiting_answer(people[0], published.campaign, AT).count() == 3


def test_a_refusal_needs_its_kind_and_a_reason_and_reaches_the_office(published, people, officer, committed):
    visit = Visit.objects.of_inspector(people[0]).first()
    decline = partial(actions.decline_assignment, visit, by=people[0], at=AT)

    assert "请写明不能参加的理由" in refusal(decline, "day", " ")
    assert "请选择不能参加的情形" in refusal(decline, "x", "出差")
    with committed():
        decline("day", "出差")

    given = AssignmentAnswer.objects.get()
    assert (given.answer, given.kind, given.reason, given.on) == ("declined", "day", "出差", visit.on)
    assert "不能参加" in Message.objects.get(user=officer).title
    assert "你已答复不能参加" in refusal(actions.accept_assignment, visit, by=people[0], at=AT)
    assert "1 处验收安排需要修补" in [todo.title for todo in rules.todos(officer, published.campaign, AT)]


def test_a_visit_that_began_or_passed_is_not_answered_any_more(published, people):
    visit = Visit.objects.of_inspector(people[0]).first()

    late = moment(visit.on.month, visit.on.day + 1)
    assert "已经过去" in refusal(actions.accept_assignment, visit, by=people[0], at=late)
    assert actions.accept_assignment(visit, by=people[0], at=late - timedelta(seconds=1))
    Visit.objects.filter(pk=visit.pk).update(started_at=AT, started_by=people[0])
    assert "已经开始" in refusal(actions.decline_assignment, visit, "day", "出差", by=people[0], at=AT)


def test_a_conflict_told_with_a_refusal_stays_on_record(published, people):
    visit = Visit.objects.of_inspector(people[0]).first()

    actions.decline_assignment(visit, "unit", "亲属在该镇任职", by=people[0], at=AT)

    assert DeclaredConflict.objects.get().organization == visit.application.organization


# The unit's own 回避


@pytest.fixture
def visit_and_clerk(published):
    visit = Visit.objects.order_by("pk").first()
    return visit, make_user("镇里人", visit.application.organization, [Role.UNIT_CLERK])


def test_a_unit_challenges_an_inspector_and_the_office_decides(visit_and_clerk, officer, published, committed):
    visit, clerk = visit_and_clerk
    user = visit.group.members.first().user

    with committed():
        challenge = actions.challenge_inspector(visit, user, "曾有纠纷", by=clerk, at=AT)
    assert "申请" in Message.objects.get(user=officer).title
    assert "你单位已经对" in refusal(actions.challenge_inspector, visit, user, "曾有纠纷", by=clerk, at=AT)
    assert "请写明给单位的答复" in refusal(actions.decide_challenge, challenge, True, "", by=officer, at=AT)
    with committed():
        actions.decide_challenge(challenge, True, "情况属实，另派人。", by=officer, at=AT)

    assert Challenge.objects.get().state == Challenge.State.UPHELD
    assert DeclaredConflict.objects.get().reason == "曾有纠纷"
    assert "同意回避" in Message.objects.get(user=clerk).title
    assert "已经决定" in refusal(actions.decide_challenge, challenge, False, "x", by=officer, at=AT)


def test_a_refused_challenge_stays_on_record_and_keeps_nobody_away(visit_and_clerk, officer):
    visit, clerk = visit_and_clerk
    challenge = actions.challenge_inspector(visit, visit.group.members.first().user, "听说的", by=clerk, at=AT)

    actions.decide_challenge(challenge, False, "没有依据。", by=officer, at=AT)

    assert Challenge.objects.get().state == Challenge.State.REFUSED
    assert not DeclaredConflict.objects.exists()


def test_only_those_who_come_are_challenged_with_a_reason_and_in_time(visit_and_clerk, inspector):
    visit, clerk = visit_and_clerk
    user = visit.group.members.first().user

    assert "不在来验收的组里" in refusal(actions.challenge_inspector, visit, inspector, "x", by=clerk, at=AT)
    assert "请写明申请回避的理由" in refusal(actions.challenge_inspector, visit, user, "", by=clerk, at=AT)
    assert "日期已过" in refusal(actions.challenge_inspector, visit, user, "x", by=clerk, at=moment(10, 30))


# Repair


def test_there_is_nothing_to_repair_where_nothing_is_wrong(published):
    mending = planning.mending(published.campaign, AT)

    assert (mending.troubles, mending.steps, mending.touched) == ([], [], 0)
    assert "没有可以应用的修补办法" in refusal(actions.repair_plan, published.campaign, mending.sha256, by=published.made_by, at=AT)


def test_a_declined_day_moves_one_visit_and_no_other(published, people, officer):
    visit = Visit.objects.of_inspector(people[0]).first()
    before = {row.pk: (row.group_id, row.on) for row in Visit.objects.all()}
    actions.decline_assignment(visit, "day", "出差", by=people[0], at=AT)

    mending = planning.mending(published.campaign, AT)
    done = actions.repair_plan(published.campaign, mending.sha256, by=officer, at=AT)

    after = {row.pk: (row.group_id, row.on) for row in Visit.objects.all()}
    assert [key for key in before if before[key] != after[key]] == [visit.pk]
    assert after[visit.pk][1] > AT.date()  # never today, when nobody is ready
    assert done.touched == 1
    assert planning.troubles(published.campaign, AT) == []
    assert str(visit.application.organization) in AuditEvent.objects.get(action="inspections.repair_plan").detail["steps"][0]


def test_a_conflict_moves_the_visit_to_the_other_group(published, people, officer):
    visit = Visit.objects.of_inspector(people[0]).first()
    actions.decline_assignment(visit, "unit", "亲属", by=people[0], at=AT)

    mending = planning.mending(published.campaign, AT)
    actions.repair_plan(published.campaign, mending.sha256, by=officer, at=AT)

    visit.refresh_from_db()
    assert not visit.group.members.filter(user=people[0]).exists()
    assert visit.on == Visit.objects.get(pk=visit.pk).on
    assert mending.touched == 1


def test_who_takes_no_further_part_is_replaced_from_the_pool_and_no_visit_moves(published, people, officer, campaign):
    (spare,) = make_pool(campaign, 1)
    visit = Visit.objects.of_inspector(people[0]).first()
    before = list(Visit.objects.values_list("pk", "group", "on"))
    actions.decline_assignment(visit, "all", "住院", by=people[0], at=AT)

    mending = planning.mending(campaign, AT)
    actions.repair_plan(campaign, mending.sha256, by=officer, at=AT)

    assert list(Visit.objects.values_list("pk", "group", "on")) == before
    assert visit.group.members.filter(user=spare).exists()
    assert not visit.group.members.filter(user=people[0]).exists()
    assert visit.group.members.filter(is_leader=True).count() == 1
    assert "退出" in mending.steps[0].sentence


def test_without_a_spare_the_group_goes_on_while_it_is_large_enough(published, people, officer, campaign):
    visit = Visit.objects.of_inspector(people[0]).first()
    actions.decline_assignment(visit, "all", "住院", by=people[0], at=AT)

    mending = planning.mending(campaign, AT)
    actions.repair_plan(campaign, mending.sha256, by=officer, at=AT)

    assert visit.group.members.count() == 2
    assert planning.troubles(campaign, AT) == []


def test_a_group_that_is_too_small_gives_its_visits_to_the_other(published, people, officer, campaign):
    campaign.site_inspectors = 3
    campaign.save()
    visit = Visit.objects.of_inspector(people[0]).first()
    former = visit.group
    actions.decline_assignment(visit, "all", "住院", by=people[0], at=AT)

    mending = planning.mending(campaign, AT)
    actions.repair_plan(campaign, mending.sha256, by=officer, at=AT)

    assert former.visits.count() == 0
    assert Visit.objects.count() == 6
    assert mending.touched == 3


def test_what_nobody_may_do_any_more_is_named_and_left(published, people, officer, campaign):
    visit = Visit.objects.of_inspector(people[0]).first()
    for user in people:
        actions.declare_conflict(user, visit.application.organization, campaign, "亲属", by=officer, at=AT)

    mending = planning.mending(campaign, AT)

    assert mending.steps == []
    assert "每个组都有人应当回避" in str(mending.stuck[0])


def test_only_the_repair_that_was_shown_is_applied(published, people, officer, campaign):
    first, second = Visit.objects.of_inspector(people[0])[:2]
    actions.decline_assignment(first, "day", "出差", by=people[0], at=AT)
    shown = planning.mending(campaign, AT).sha256
    actions.decline_assignment(second, "unit", "亲属", by=people[0], at=AT)

    assert "修补办法也变了" in refusal(actions.repair_plan, campaign, shown, by=officer, at=AT)
    assert AuditEvent.objects.filter(action="inspections.change_visit").count() == 0


def test_an_allowed_conflict_is_no_trouble(published, people, officer, lead, campaign):
    visit = Visit.objects.of_inspector(people[0]).first()
    actions.declare_conflict(people[0], visit.application.organization, campaign, "亲属", by=officer, at=AT)
    assert len(planning.troubles(campaign, AT)) == 1

    actions.override_conflict(visit, people[0], "业务需要", by=lead, at=AT)

    assert planning.troubles(campaign, AT) == []


def test_group_names_are_counted_in_chinese_and_never_used_twice(campaign, inspector, second_inspector):
    make_group(campaign, inspector, second_inspector, name="第二验收组")

    assert planning.group_names(campaign, 2) == ["第一验收组", "第三验收组"]
    assert [planning.numeral(n) for n in (9, 10, 11, 20, 35, 99, 100)] == ["九", "十", "十一", "二十", "三十五", "九十九", "100"]


def test_reasons_are_kept_with_every_planned_visit(plan):
    assert set(plan.visits.values_list("why", flat=True)) <= set(PlannedVisit.Why.values)
    assert set(plan.visits.values_list("able", flat=True)) == {2}
