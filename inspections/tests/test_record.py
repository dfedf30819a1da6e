"""What inspectors record, agree on, sign and lock, and what undoes it."""

from datetime import date
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_user
from applications.models import Application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules, tasks
from inspections.models import AgreedScore, Score, Signature, Stage, Unlocking
from inspections.rules import visits as visit_rules
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_visit

AT = moment(10, 20, 10)


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    """Of Taohuatan on 20 October by two inspectors, the first of whom leads."""
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def item(visit):
    """Thirty points."""
    return make_item(visit.application, "1.1")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return partial(django_capture_on_commit_callbacks, execute=True)


def record(visit, item, scorer, points="30", verdict="met", reason="", at=AT, **fields):
    return actions.record_site_score(visit, item, scorer=scorer, verdict=verdict, points=Decimal(points), reason=reason, by=scorer, at=at, **fields)


def agree(visit, item, by, points="30", reason="", at=AT, **fields):
    return actions.agree_site_score(visit, item, Decimal(points), reason, by=by, at=at, **fields)


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as refused:
        call(*args, **kwargs)
    return str(refused.value)


def signed(visit, *users):
    for user in users:
        actions.sign_visit(visit, user, by=user, at=AT)


# Recording


def test_the_first_record_starts_the_visit_and_seals_the_material(visit, item, inspector):
    score = record(visit, item, inspector, "28.5", "partly", "公示栏未更新")

    visit.refresh_from_db()
    assert (score.stage, score.points, score.maximum, score.version) == (Stage.SITE, Decimal("28.5"), 30, 1)
    assert (visit.started_at, visit.started_by) == (AT, inspector)
    assert Application.objects.get().sealed_at == AT
    assert [event.action for event in AuditEvent.objects.order_by("number")] == [
        "inspections.start_visit", "applications.seal", "inspections.record_site_score",
    ]


def test_the_second_record_does_not_start_it_again(visit, item, inspector, second_inspector):
    record(visit, item, inspector)
    record(visit, item, second_inspector, at=moment(10, 20, 11))

    visit.refresh_from_db()
    assert visit.started_at == AT


@pytest.mark.parametrize(("at", "sentence"), [
    (moment(10, 19, 23, 59), "到那天才能记录"), (moment(10, 20), ""), (moment(10, 31, 23, 59), ""), (moment(11, 1), "不在检查验收期内"),
])
def test_recording_begins_on_the_day_and_ends_with_the_phase(visit, item, inspector, at, sentence):
    if sentence:
        assert sentence in refusal(record, visit, item, inspector, at=at)
    else:
        assert record(visit, item, inspector, at=at)


def test_the_time_of_the_device_decides_nothing(visit, item, inspector):
    assert "到那天才能记录" in refusal(record, visit, item, inspector, at=moment(10, 19), device_at=AT)
    assert record(visit, item, inspector, device_at=moment(1, 1, year=2019)).device_at == moment(1, 1, year=2019)


@pytest.mark.parametrize(("points", "verdict", "reason", "sentence"), [
    ("30.5", "partly", "好", "超过了该项满分 30 分"),
    ("29.3", "partly", "好", "步长"),
    ("29", "partly", "", "扣分请写明理由"),
    ("30", "not_met", "情况", "不能是满分"),
    ("30", "partly", "", "请写明现场情况，或拍一张照片"),
    ("30", "", "", "请选择检查结论"),
])
def test_an_ill_formed_record_is_refused_with_what_to_do(visit, item, inspector, points, verdict, reason, sentence):
    assert sentence in refusal(record, visit, item, inspector, points, verdict, reason)
    assert not Score.objects.exists()


def test_a_withdrawn_unit_is_not_inspected(visit, item, inspector):
    Application.objects.update(status=Application.Status.WITHDRAWN, withdrawn_at=AT, withdrawn_by=inspector)

    assert "已撤回" in refusal(record, visit, item, inspector)


def test_an_exempted_item_is_not_part_of_the_visit(visit, item, inspector, officer):
    visit.application.responses.filter(item=item).update(self_verdict="not_applicable", exempted_at=AT, exempted_by=officer)

    assert "不参加" in refusal(record, visit, item, inspector)
    assert item not in [row.item for row in visit_rules.findings(visit)]


def test_a_member_with_a_conflict_does_not_record_until_it_is_allowed(visit, item, inspector, campaign, lead):
    actions.declare_conflict(inspector, visit.application.organization, campaign, "亲属", by=inspector, at=AT)
    assert "申报了回避" in refusal(record, visit, item, inspector)

    actions.override_conflict(visit, inspector, "远亲", by=lead, at=AT)

    assert record(visit, item, inspector)


def test_a_record_keeps_the_id_of_the_device_and_the_same_again_is_the_same_answer(visit, item, inspector):
    key = uuid4()
    first = record(visit, item, inspector, id=key)
    second = record(visit, item, inspector, id=key, at=moment(10, 20, 11))

    assert first.pk == second.pk == key
    assert (second.version, second.scored_at) == (1, AT)
    assert AuditEvent.objects.filter(action="inspections.record_site_score").count() == 1


def test_the_same_id_with_other_content_is_a_revision(visit, item, inspector):
    key = uuid4()
    record(visit, item, inspector, id=key)
    revised = record(visit, item, inspector, "20", "partly", "缺台账", id=key)

    assert (revised.pk, revised.version) == (key, 2)
    assert AuditEvent.objects.latest("number").detail["before"] == {"verdict": "met", "points": "30.00", "reason": ""}


def test_an_id_is_not_taken_over_from_another_record(visit, item, inspector, second_inspector):
    key = record(visit, item, inspector).pk

    assert "属于另一条记录" in refusal(record, visit, item, second_inspector, id=key)
    assert "属于另一条记录" in refusal(record, visit, make_item(visit.application, "2.1"), inspector, "50", id=key)


def test_a_stale_page_overwrites_nothing(visit, item, inspector):
    record(visit, item, inspector, base_version=0)
    record(visit, item, inspector, "20", "partly", "缺台账", base_version=1)

    assert "别的页面改过" in refusal(record, visit, item, inspector, "10", "partly", "旧页面", base_version=1)
    assert Score.objects.get().points == 20


# Agreement


def test_others_are_seen_only_after_the_own_record(visit, item, inspector, second_inspector):
    record(visit, item, inspector, "20", "partly", "缺台账")

    hidden = visit_rules.findings(visit, second_inspector)[0]
    assert hidden.is_hidden
    assert [score for user, score in hidden.shown] == [None, None]
    record(visit, item, second_inspector)
    seen = visit_rules.findings(visit, second_inspector)[0]
    assert [score.points for user, score in seen.shown] == [20, 30]
    assert seen.differs


def test_the_group_agrees_once_everybody_has_recorded(visit, item, inspector, second_inspector):
    record(visit, item, inspector, "20", "partly", "缺台账")
    assert "还要等许小收" in refusal(agree, visit, item, inspector)
    record(visit, item, second_inspector)

    agreed = agree(visit, item, inspector, "25", "台账缺第三季度")

    assert (agreed.points, agreed.maximum, agreed.agreed_by) == (25, 30, inspector)


@pytest.mark.parametrize(("points", "reason", "sentence"), [("30.5", "", "超过"), ("29.5", " ", "扣分请写明理由"), ("29.7", "理由", "步长")])
def test_an_agreed_score_is_checked_like_any_other(visit, item, inspector, points, reason, sentence):
    make_findings(visit, agreed=False)

    assert sentence in refusal(agree, visit, item, inspector, points, reason)


def test_two_members_do_not_overwrite_each_others_agreement(visit, item, inspector, second_inspector):
    make_findings(visit, agreed=False)
    (finding,) = visit_rules.findings(visit, item=item)
    agree(visit, item, inspector, "25", "甲", seen=finding.mark)

    assert "刚改动了本项" in refusal(agree, visit, item, second_inspector, "26", "乙", seen=finding.mark)
    assert AgreedScore.objects.get().points == 25


def test_nobody_agrees_over_a_record_they_have_not_read(visit, item, inspector, second_inspector):
    make_findings(visit, agreed=False)
    (finding,) = visit_rules.findings(visit, item=item)
    record(visit, item, second_inspector, "20", "partly", "改了主意")

    assert "刚改动了本项" in refusal(agree, visit, item, inspector, "30", seen=finding.mark)
    assert not AgreedScore.objects.exists()


def test_gaps_are_named_with_where_they_are_mended(visit, item, inspector, second_inspector):
    record(visit, item, inspector)

    texts = [(str(gap), gap.url) for gap in visit_rules.gaps(visit, visit_rules.findings(visit), inspector)]

    assert texts[0] == ("2.1 法定内容公开：你还没有记录", f"/inspections/visits/{visit.pk}/record/2.1/")
    assert texts[-1] == ("1.1 机构健全：还要等许小收记录", f"/inspections/visits/{visit.pk}/talk/#item-1.1")


# Signing and locking


def test_members_sign_what_stands_there_and_the_partner_is_told(visit, inspector, second_inspector, committed):
    make_findings(visit)

    with committed():
        signature = actions.sign_visit(visit, inspector, by=inspector, at=AT)

    assert signature.findings_sha256 == visit_rules.findings_hash(visit)
    assert Message.objects.get(user=second_inspector).title == "胡小验已在桃花潭镇的验收记录上签字"
    assert "已经签过字" in refusal(actions.sign_visit, visit, inspector, by=inspector, at=AT)


def test_nothing_is_signed_before_all_is_agreed(visit, inspector):
    make_findings(visit, agreed=False)

    assert refusal(actions.sign_visit, visit, inspector, by=inspector, at=AT).count("还没有商定得分") == 3


def test_the_lock_wants_every_signature_under_the_same_findings(visit, inspector, second_inspector):
    make_findings(visit)
    signed(visit, inspector)
    assert "还差许小收签字" in refusal(actions.lock_visit, visit, by=inspector, at=AT)
    signed(visit, second_inspector)

    locked = actions.lock_visit(visit, by=inspector, at=AT)

    assert (locked.locked_at, locked.locked_by) == (AT, inspector)
    assert locked.findings_sha256 == visit_rules.findings_hash(visit)
    assert rules.locked_site_scores([visit.application]).count() == 3


def test_agreed_scores_count_only_while_the_visit_is_locked(visit, inspector):
    make_findings(visit)

    assert rules.locked_site_scores([visit.application]).count() == 0


def change_record(visit, item, user):
    record(visit, item, user, "20", "partly", "补记")


def change_agreement(visit, item, user):
    agree(visit, item, user, "20", "补记")


@pytest.mark.parametrize("change", [change_record, change_agreement])
def test_a_change_after_signing_voids_the_signatures_and_says_so(visit, item, inspector, second_inspector, committed, change):
    make_findings(visit)
    signed(visit, inspector, second_inspector)

    with committed():
        change(visit, item, second_inspector)

    assert set(Signature.objects.values_list("voided_at", "void_reason")) == {(AT, "签字后验收结果有改动，请核对后重新签字。")}
    assert Message.objects.get(user=inspector).title == "你在桃花潭镇验收记录上的签字已作废"
    assert "还差胡小验签字" in refusal(actions.lock_visit, visit, by=inspector, at=AT)
    signed(visit, inspector, second_inspector)
    assert actions.lock_visit(visit, by=inspector, at=AT).is_locked


def test_saving_the_same_again_voids_nothing(visit, item, inspector, second_inspector):
    make_findings(visit)
    signed(visit, inspector, second_inspector)

    record(visit, item, inspector)
    agree(visit, item, inspector)

    assert Signature.objects.valid().count() == 2


def test_a_locked_record_is_not_changed(visit, item, inspector, second_inspector):
    make_findings(visit)
    signed(visit, inspector, second_inspector)
    actions.lock_visit(visit, by=inspector, at=AT)

    for change in (change_record, change_agreement):
        assert "已经锁定" in refusal(change, visit, item, inspector)
    assert "已经锁定" in refusal(actions.sign_visit, visit, inspector, by=inspector, at=AT)


def test_the_office_unlocks_with_a_reason_which_voids_the_signatures(visit, inspector, second_inspector, officer, committed):
    make_findings(visit)
    signed(visit, inspector, second_inspector)
    actions.lock_visit(visit, by=inspector, at=AT)
    assert "理由" in refusal(actions.unlock_visit, visit, " ", by=officer, at=AT)

    with committed():
        actions.unlock_visit(visit, "1.1 得分抄错", by=officer, at=AT)

    visit.refresh_from_db()
    assert (visit.locked_at, visit.locked_by, visit.findings_sha256) == (None, None, "")
    assert (Unlocking.objects.get().reason, Unlocking.objects.get().unlocked_by) == ("1.1 得分抄错", officer)
    assert Signature.objects.valid().count() == 0
    assert Message.objects.filter(user=second_inspector, title__contains="已解锁").count() == 1
    assert "没有锁定" in refusal(actions.unlock_visit, visit, "再解", by=officer, at=AT)


def test_a_unit_on_a_locked_list_keeps_its_record(visit, inspector, second_inspector, officer):
    make_findings(visit)
    signed(visit, inspector, second_inspector)
    actions.lock_visit(visit, by=inspector, at=AT)
    Application.objects.update(held_at=AT)
    visit.application.refresh_from_db()

    assert "列入锁定的名单" in refusal(actions.unlock_visit, visit, "改分", by=officer, at=AT)


def test_a_new_member_has_to_record_and_sign_before_the_lock(visit, inspector, second_inspector, officer):
    make_findings(visit)
    signed(visit, inspector, second_inspector)
    new = make_user("新人", None, [Role.INSPECTOR])

    actions.set_members(visit.group, "第1组", inspector, [inspector, second_inspector, new], by=officer, at=AT)

    assert Signature.objects.valid().count() == 0
    assert "还要等新人记录" in refusal(actions.lock_visit, visit, by=inspector, at=AT)


# By the clock, and what is left to do


def test_inspectors_are_reminded_the_day_before_once(visit, inspector):
    for at in (moment(10, 18, 9), moment(10, 19, 9), moment(10, 19, 10)):
        tasks.sweep_visits(at)

    assert Message.objects.filter(user=inspector, title="明天（2021-10-20）验收桃花潭镇").count() == 1


def test_a_visit_not_locked_after_its_day_is_told_once(visit, inspector, officer):
    for at in (moment(10, 20, 23), moment(10, 21, 9), moment(10, 22, 9)):
        tasks.sweep_visits(at)

    assert Message.objects.filter(user=inspector, title__contains="还没有锁定").count() == 1
    assert Message.objects.filter(user=officer, title__contains="还没有锁定").count() == 1


def test_everybody_finds_the_visit_among_what_is_left_to_do(visit, inspector, officer, clerk, campaign, yunling):
    make_accepted(yunling, campaign)

    def titles(user, at):
        return [todo.title for todo in rules.visit_todos(user, campaign, at)]

    assert titles(inspector, moment(10, 18)) == ["2021-10-20 验收桃花潭镇"]
    assert titles(inspector, AT) == ["验收桃花潭镇：逐项记录"]
    assert titles(officer, AT) == ["1 个已受理的单位还没有安排验收"]
    assert titles(clerk, AT) == ["2021-10-20 市政务公开办来现场验收"]
    assert titles(officer, moment(10, 21)) == ["1 个已受理的单位还没有安排验收", "1 个单位过了验收日还没有锁定记录"]
    make_findings(visit, agreed=False)
    assert titles(inspector, AT) == ["验收桃花潭镇：商定得分"]


def test_the_office_finds_a_conflict_that_came_after_the_plan(visit, inspector, officer, campaign):
    actions.declare_conflict(inspector, visit.application.organization, campaign, "亲属", by=inspector, at=moment(10, 18))

    assert "1 个安排出现了回避情形" in [todo.title for todo in rules.visit_todos(officer, campaign, moment(10, 18))]


def test_after_signing_the_inspector_waits_for_the_lock(visit, inspector, campaign):
    make_findings(visit)
    assert [todo.title for todo in rules.visit_todos(inspector, campaign, AT)] == ["验收桃花潭镇：签字"]
    signed(visit, inspector)
    assert [todo.title for todo in rules.visit_todos(inspector, campaign, AT)] == ["验收桃花潭镇：等待锁定"]
    assert visit.on == date(2021, 10, 20)
