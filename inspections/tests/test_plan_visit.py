"""Who may visit which unit on which day, and why not."""

from datetime import date
from functools import partial

import pytest

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_user
from applications.models import Application
from campaigns.models import Extension
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules
from inspections.models import ConflictOverride, DeclaredConflict, PastService, Visit
from inspections.tests.factories import make_accepted, make_group, make_visit

DAY = date(2021, 10, 20)
AT = moment(10, 12)


@pytest.fixture
def application(taohuatan, clerk, campaign):
    return make_accepted(taohuatan, campaign, by=clerk)


@pytest.fixture
def group(campaign, inspector, second_inspector):
    return make_group(campaign, inspector, second_inspector)


@pytest.fixture
def local_inspector(yunling):
    """Works in another township of the unit's county."""
    return make_user("查小岭", yunling, [Role.INSPECTOR])


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Notices go out when the block is left."""
    return partial(django_capture_on_commit_callbacks, execute=True)


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refused:
        call(*args, **kwargs)
    return str(refused.value)


def test_a_planned_visit_is_told_to_its_inspectors_and_to_the_unit(application, group, officer, inspector, clerk, committed):
    with committed():
        visit = actions.plan_visit(application, group, DAY, by=officer, at=AT)

    assert visit.on == DAY
    assert AuditEvent.objects.get(action="inspections.plan_visit").detail == {"group": "第1组", "on": "2021-10-20"}
    assert "桃花潭镇" in Message.objects.get(user=inspector).title
    assert "现场验收" in Message.objects.get(user=clerk).title


def test_only_accepted_applications_are_visited(taohuatan, campaign, group, officer):
    application = make_accepted(taohuatan, campaign)
    Application.objects.update(status=Application.Status.SUBMITTED)
    application.refresh_from_db()

    assert "还没有受理" in refusal(actions.plan_visit, application, group, DAY, by=officer, at=AT)


def test_a_unit_is_visited_once(application, group, officer):
    actions.plan_visit(application, group, DAY, by=officer, at=AT)

    assert "已经安排过" in refusal(actions.plan_visit, application, group, DAY, by=officer, at=AT)


@pytest.mark.parametrize(("on", "possible"), [
    (date(2021, 10, 14), False), (date(2021, 10, 15), True), (date(2021, 10, 31), True), (date(2021, 11, 1), False),
])
def test_a_visit_lies_inside_the_inspection_phase(application, group, officer, on, possible):
    if possible:
        assert actions.plan_visit(application, group, on, by=officer, at=AT).on == on
    else:
        assert "不在" in refusal(actions.plan_visit, application, group, on, by=officer, at=AT)


def test_an_extension_of_the_unit_moves_its_last_day(application, group, officer, campaign):
    Extension.objects.create(
        phase=campaign.phases.get(key="inspection"), organization=application.organization, until=moment(11, 3),
        reason="道路中断", granted_at=AT, granted_by=officer,
    )

    assert actions.plan_visit(application, group, date(2021, 11, 2), by=officer, at=AT)


def test_a_visit_is_not_planned_for_a_day_that_has_passed(application, group, officer):
    assert "已经过去" in refusal(actions.plan_visit, application, group, date(2021, 10, 19), by=officer, at=moment(10, 20))
    assert actions.plan_visit(application, group, DAY, by=officer, at=moment(10, 20, 23))


def test_a_group_visits_several_units_a_day(application, miaoshou, yunling, campaign, group, officer):
    actions.plan_visit(application, group, DAY, by=officer, at=AT)

    assert actions.plan_visit(make_accepted(yunling, campaign), group, DAY, by=officer, at=AT)


def test_nobody_is_in_two_places_on_a_day(application, yunling, campaign, group, inspector, officer):
    third = make_user("第三人", None, [Role.INSPECTOR])
    other = make_group(campaign, third, inspector, name="第2组")
    actions.plan_visit(application, group, DAY, by=officer, at=AT)
    second = make_accepted(yunling, campaign)

    sentence = refusal(actions.plan_visit, second, other, DAY, by=officer, at=AT)

    assert "胡小验 2021-10-20 已随第1组验收" in sentence
    assert actions.plan_visit(second, other, date(2021, 10, 21), by=officer, at=AT)


def test_a_group_that_is_short_of_people_is_sent_nowhere(application, campaign, inspector, officer):
    assert "还没有配齐" in refusal(actions.plan_visit, application, make_group(campaign, inspector), DAY, by=officer, at=AT)


# Conflict of interest: each kind with its sentence


def test_people_of_the_unit_do_not_inspect_it(application, campaign, clerk):
    assert rules.conflicts(clerk, application.organization, campaign, DAY) == ["汪小桃是桃花潭镇的人员，不能验收本单位。"]


def test_people_of_the_same_county_tree_do_not_inspect_it(application, campaign, local_inspector, county_clerk):
    assert rules.conflicts(local_inspector, application.organization, campaign, DAY) == ["查小岭所在的云岭镇与桃花潭镇同属泾县，应当回避。"]
    assert rules.conflicts(county_clerk, application.organization, campaign, DAY)


def test_people_of_bureaus_and_other_counties_may(application, campaign, inspector, second_inspector, bureau_clerk, education):
    assert rules.conflicts(inspector, application.organization, campaign, DAY) == []
    assert rules.conflicts(second_inspector, application.organization, campaign, DAY) == []
    other_bureau = make_user("另一局", make_accepted(education, campaign).organization.children.create(
        code="X1", name="下属", short_name="下属", kind=education.kind,
    ))
    assert rules.conflicts(other_bureau, education, campaign, DAY) == []


@pytest.mark.parametrize(("ended_on", "blocked"), [(date(2018, 10, 20), False), (date(2018, 10, 21), True)])
def test_past_service_keeps_away_for_the_years_of_the_campaign(application, campaign, inspector, ended_on, blocked):
    PastService.objects.create(user=inspector, organization=application.organization, ended_on=ended_on)

    found = rules.conflicts(inspector, application.organization, campaign, DAY)

    assert found == (["胡小验曾在桃花潭镇任职，2018-10-21 离任，到验收当天不满 3 年。"] if blocked else [])


def test_the_years_are_a_setting(application, campaign, inspector):
    PastService.objects.create(user=inspector, organization=application.organization, ended_on=date(2020, 2, 29))
    campaign.conflict_years = 1

    assert rules.conflicts(inspector, application.organization, campaign, date(2021, 2, 28))
    assert not rules.conflicts(inspector, application.organization, campaign, date(2021, 3, 1))


def test_a_declared_conflict_keeps_away(application, campaign, inspector):
    actions.declare_conflict(inspector, application.organization, campaign, "配偶在该镇工作", by=inspector, at=AT)

    assert rules.conflicts(inspector, application.organization, campaign, DAY) == ["胡小验对桃花潭镇申报了回避：配偶在该镇工作"]


def test_a_conflict_is_declared_once_and_with_a_reason(application, campaign, inspector, officer, committed):
    assert "理由" in refusal(actions.declare_conflict, inspector, application.organization, campaign, " ", by=inspector, at=AT)
    with committed():
        actions.declare_conflict(inspector, application.organization, campaign, "亲属", by=inspector, at=AT)
    assert "申报过" in refusal(actions.declare_conflict, inspector, application.organization, campaign, "亲属", by=inspector, at=AT)
    assert Message.objects.filter(user=officer, title="胡小验对桃花潭镇申报回避").count() == 1


def test_each_conflict_of_the_group_blocks_the_plan_with_its_reason(application, campaign, clerk, local_inspector, inspector, officer):
    PastService.objects.create(user=inspector, organization=application.organization, ended_on=date(2020, 1, 1))
    group = make_group(campaign, local_inspector, inspector)

    sentence = refusal(actions.plan_visit, application, group, DAY, by=officer, at=AT)

    assert "云岭镇与桃花潭镇同属泾县" in sentence
    assert "2020-01-01 离任" in sentence
    assert not Visit.objects.exists()


def test_the_lead_may_plan_in_spite_of_a_conflict_with_a_reason_that_the_export_shows(application, campaign, local_inspector, inspector, lead):
    group = make_group(campaign, local_inspector, inspector)
    assert "同属泾县" in refusal(actions.plan_visit, application, group, DAY, overrides={local_inspector.pk: "  "}, by=lead, at=AT)

    visit = actions.plan_visit(application, group, DAY, overrides={local_inspector.pk: "唯一熟悉方言的验收员"}, by=lead, at=AT)

    override = visit.overrides.get()
    assert (override.user, override.allowed_by, override.reason) == (local_inspector, lead, "唯一熟悉方言的验收员")
    row = rules.override_rows(campaign)[0]
    assert row[:8] == [
        "桃花潭镇", "乡镇（街道）示范点", DAY, "第1组", "查小岭", "云岭镇", "查小岭所在的云岭镇与桃花潭镇同属泾县，应当回避。", "唯一熟悉方言的验收员",
    ]
    assert len(row) == len(rules.OVERRIDE_HEADINGS)
    assert AuditEvent.objects.filter(action="inspections.override_conflict").count() == 1


def test_nobody_allows_a_person_to_inspect_their_own_unit(application, campaign, taohuatan, inspector, lead):
    native = make_user("本镇人", taohuatan, [Role.INSPECTOR])
    group = make_group(campaign, native, inspector)

    assert "不能验收本单位" in refusal(actions.plan_visit, application, group, DAY, overrides={native.pk: "人手不足"}, by=lead, at=AT)


def test_the_lead_does_not_allow_themselves(application, campaign, inspector, lead):
    PastService.objects.create(user=lead, organization=application.organization, ended_on=date(2021, 1, 1))
    group = make_group(campaign, lead, inspector)

    assert "不能批准自己" in refusal(actions.plan_visit, application, group, DAY, overrides={lead.pk: "人手不足"}, by=lead, at=AT)


def test_a_conflict_declared_after_the_plan_is_allowed_or_keeps_the_person_away(application, campaign, group, inspector, lead):
    visit = make_visit(application, group)
    actions.declare_conflict(inspector, application.organization, campaign, "亲属", by=inspector, at=AT)
    assert "理由" in refusal(actions.override_conflict, visit, inspector, " ", by=lead, at=AT)

    actions.override_conflict(visit, inspector, "仅为远亲", by=lead, at=AT)

    assert ConflictOverride.objects.get().conflict == "胡小验对桃花潭镇申报了回避：亲属"
    assert "没有需要批准" in refusal(actions.override_conflict, visit, inspector, "再批一次", by=lead, at=AT)


# Groups and changes


def test_a_group_has_a_leader_enough_members_and_only_inspectors(campaign, inspector, second_inspector, officer, clerk):
    sentence = refusal(actions.make_group, campaign, "第1组", clerk, [inspector], by=officer, at=AT)
    assert "组长要从组员中选" in sentence
    assert "至少要有 2 名" in sentence
    assert "汪小桃没有验收员角色" in refusal(actions.make_group, campaign, "第1组", inspector, [inspector, clerk], by=officer, at=AT)

    group = actions.make_group(campaign, " 第1组 ", inspector, [inspector, second_inspector], by=officer, at=AT)

    assert group.name == "第1组"
    assert [(member.user, member.is_leader) for member in group.members.all()] == [(inspector, True), (second_inspector, False)]
    assert "换一个名称" in refusal(actions.make_group, campaign, "第1组", inspector, [inspector, second_inspector], by=officer, at=AT)


def test_changing_members_checks_the_open_visits_of_the_group_again(application, campaign, group, inspector, local_inspector, officer):
    make_visit(application, group)

    sentence = refusal(actions.set_members, group, "第1组", inspector, [inspector, local_inspector], by=officer, at=AT)

    assert "同属泾县" in sentence
    assert group.members.count() == 2


def test_changing_members_does_not_put_a_person_in_two_places(application, yunling, campaign, group, inspector, second_inspector, officer):
    other = make_group(campaign, make_user("甲", None, [Role.INSPECTOR]), make_user("乙", None, [Role.INSPECTOR]), name="第2组")
    make_visit(application, group)
    make_visit(make_accepted(yunling, campaign), other)
    members = [member.user for member in other.members.all()]

    assert "已随第1组验收" in refusal(actions.set_members, other, "第2组", members[0], [*members, second_inspector], by=officer, at=AT)


def test_a_new_member_is_told_of_the_visits_and_who_left_that_they_are_off(application, campaign, group, inspector, second_inspector, officer, committed):
    make_visit(application, group)
    new = make_user("新人", None, [Role.INSPECTOR])

    with committed():
        actions.set_members(group, "第1组", inspector, [inspector, new], by=officer, at=AT)

    assert Message.objects.filter(user=new, title__contains="你被安排验收").count() == 1
    off = Message.objects.filter(title="桃花潭镇的验收不再由你参加")
    assert [message.user for message in off] == [second_inspector]


def test_a_visit_is_moved_until_it_starts_and_people_are_told(application, group, officer, inspector, clerk, committed):
    visit = make_visit(application, group)

    with committed():
        actions.change_visit(visit, group, date(2021, 10, 22), by=officer, at=AT)

    visit.refresh_from_db()
    assert (visit.on, visit.version) == (date(2021, 10, 22), 1)
    assert Message.objects.filter(user=inspector, title__contains="2021-10-22").exists()
    assert Message.objects.filter(user=clerk, title__contains="2021-10-22").exists()
    visit.started_at, visit.started_by = moment(10, 22, 9), inspector
    visit.save()
    assert "已经开始" in refusal(actions.change_visit, visit, group, date(2021, 10, 23), by=officer, at=AT)
    assert "不能取消" in refusal(actions.cancel_visit, visit, by=officer, at=AT)


def test_another_group_takes_over_and_the_former_one_is_told(application, campaign, group, officer, inspector, committed):
    other = make_group(campaign, make_user("甲", None, [Role.INSPECTOR]), make_user("乙", None, [Role.INSPECTOR]), name="第2组")
    visit = make_visit(application, group)

    with committed():
        actions.change_visit(visit, other, DAY, by=officer, at=AT)

    assert Message.objects.filter(user=inspector, title="桃花潭镇的验收不再由你参加").count() == 1
    assert Message.objects.filter(user=other.members.first().user, title__contains="你被安排验收").count() == 1


def test_a_cancelled_visit_leaves_the_unit_without_one(application, campaign, group, officer, inspector, clerk, committed):
    visit = make_visit(application, group)

    with committed():
        actions.cancel_visit(visit, by=officer, at=AT)

    assert list(rules.awaiting_visit(campaign)) == [application]
    assert Message.objects.filter(user__in=[inspector, clerk]).count() == 2
    assert DeclaredConflict.objects.count() == 0
