from decimal import Decimal

import pytest

from accounts.models import AuditEvent, Role
from accounts.tests.factories import make_user
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules
from inspections.models import AgreedScore, DeskReview, Score
from inspections.permissions import can_agree_desk, can_score_desk
from inspections.tests.factories import make_accepted, make_desk_review, make_item

AT = moment(10, 8, 9)


@pytest.fixture
def two_scorers(campaign):
    campaign.desk_scorers = 2
    campaign.save()
    return campaign


def score(application, scorer, points="30", code="1.1", reason="", abstained=False, **options):
    points = None if abstained or points is None else Decimal(points)
    return actions.record_desk_score(
        application, make_item(application, code), scorer=scorer, points=points, abstained=abstained, reason=reason, by=scorer, at=AT, **options
    )


def refusal(action, *args, **options):
    with pytest.raises(NotAllowed) as refused:
        action(*args, **options)
    return str(refused.value)


def test_the_first_score_takes_a_seat_and_is_in_the_log(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)

    score(application, officer, "29.5", reason="缺会议纪要。")

    row = Score.objects.get()
    assert (row.points, row.maximum, row.reason, row.version) == (Decimal("29.5"), 30, "缺会议纪要。", 1)
    assert DeskReview.objects.get().scorer == officer
    actions_logged = list(AuditEvent.objects.order_by("number").values_list("action", flat=True))
    assert actions_logged == ["inspections.start_desk_review", "inspections.record_desk_score"]
    assert AuditEvent.objects.latest("number").detail["points"] == "29.5"


def test_a_third_scorer_is_refused(two_scorers, taohuatan, officer, second_officer, lead):
    application = make_accepted(taohuatan, two_scorers)
    score(application, officer)
    score(application, second_officer)

    assert "由 2 人评分" in refusal(score, application, lead)
    assert DeskReview.objects.count() == 2


def test_taking_a_seat_twice_changes_nothing(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)

    first = actions.start_desk_review(application, by=officer, at=AT)
    second = actions.start_desk_review(application, by=officer, at=moment(10, 9))

    assert first == second
    assert AuditEvent.objects.filter(action="inspections.start_desk_review").count() == 1


@pytest.mark.parametrize(("points", "words"), [("30.5", "超过了该项满分 30 分"), ("29.75", "0.5 分的步长"), ("-0.5", "不能小于 0 分"), ("29.5", "扣分请写明理由")])
def test_points_outside_the_rule_are_refused_with_a_sentence(campaign, taohuatan, officer, points, words):
    application = make_accepted(taohuatan, campaign)

    assert words in refusal(score, application, officer, points)
    assert not Score.objects.exists()
    assert not DeskReview.objects.exists()


@pytest.mark.parametrize("points", ["0", "0.5", "29.5", "30"])
def test_every_half_point_up_to_the_full_mark_is_accepted(campaign, taohuatan, officer, points):
    application = make_accepted(taohuatan, campaign)

    assert score(application, officer, points, reason="材料不全。").points == Decimal(points)


def test_a_blank_is_refused_and_an_abstention_is_not_zero(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)

    assert "选择弃权" in refusal(score, application, officer, None)
    row = score(application, officer, abstained=True)
    assert (row.points, row.abstained) == (None, True)


@pytest.mark.parametrize("status", ["draft", "with_county", "returned", "declined", "withdrawn"])
def test_only_submitted_and_accepted_applications_are_scored(campaign, taohuatan, officer, status):
    application = make_application(taohuatan, campaign, status=status)

    assert "只有已报送或已受理" in refusal(score, application, officer)


def test_scoring_may_begin_before_acceptance_but_not_finish(campaign, taohuatan, officer):
    application = make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)
    for code, points in [("1.1", "30"), ("2.1", "50"), ("2.2", "20")]:
        score(application, officer, points, code)

    assert "受理以后才能完成评分" in refusal(actions.finish_desk_review, application, by=officer, at=AT)
    Application.objects.filter(pk=application.pk).update(status="accepted", decided_at=AT, decided_by=officer)
    assert actions.finish_desk_review(application, by=officer, at=AT).finished_at == AT


def test_finishing_names_every_item_without_a_score(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    score(application, officer, abstained=True)

    with pytest.raises(NotAllowed) as refused:
        actions.finish_desk_review(application, by=officer, at=AT)

    assert [str(problem) for problem in refused.value.problems] == ["2.1 法定内容公开 还没有评分。", "2.2 村务公开衔接 还没有评分。"]
    assert refused.value.problems[0].url == f"/inspections/review/{application.pk}/?item=2.1"


def test_an_item_approved_as_not_applicable_is_not_scored(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    application.responses.filter(item__code="2.2").update(self_verdict="not_applicable", exempted_at=AT, exempted_by=officer)

    assert "不参加这份申报的评分" in refusal(score, application, officer, "20", "2.2")
    score(application, officer, "30")
    score(application, officer, "50", "2.1")
    actions.finish_desk_review(application, by=officer, at=AT)


def test_a_finished_score_stands(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer)

    assert "已经完成" in refusal(score, application, officer, "10", reason="改主意了。")
    assert "已经完成" in refusal(actions.finish_desk_review, application, by=officer, at=AT)


def test_an_item_that_comes_back_after_finishing_can_still_be_scored(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer, {"2.2": None})

    assert score(application, officer, "20", "2.2").points == 20


def test_a_stale_score_is_refused_and_the_newer_one_stays(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    score(application, officer, "30", base_version=0)

    with pytest.raises(rules.Stale, match="别的页面上已经改过"):
        score(application, officer, "10", reason="旧页面", base_version=0)

    assert Score.objects.get().points == 30


def test_a_locked_list_closes_the_scores(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign, held_at=AT)

    assert "锁定的名单" in refusal(score, application, officer)


def test_scorers_who_differ_by_more_than_the_limit_must_agree(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "30"})
    make_desk_review(application, second_officer, {"1.1": "23.5"})

    assert ["相差较大" in str(problem) for problem in rules.desk_problems(application)] == [True]
    actions.agree_desk_score(application, make_item(application, "1.1"), points=Decimal("27"), reason="两份纪要算一半。", by=officer, at=AT)

    assert AgreedScore.objects.get().points == 27
    assert rules.is_scored(application)
    assert AuditEvent.objects.get(action="inspections.agree_desk_score").detail["points"] == "27"


def test_a_difference_of_exactly_the_limit_needs_no_agreement(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "30"})
    make_desk_review(application, second_officer, {"1.1": "24"})

    assert rules.is_scored(application)


def test_an_agreement_waits_for_both_and_keeps_to_the_points(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer)
    item = make_item(application, "1.1")
    agree = {"by": officer, "at": AT}

    assert "都完成以后" in refusal(actions.agree_desk_score, application, item, points=Decimal(30), reason="", **agree)
    make_desk_review(application, second_officer)
    assert "超过了该项满分" in refusal(actions.agree_desk_score, application, item, points=Decimal(31), reason="", **agree)
    assert "写明理由" in refusal(actions.agree_desk_score, application, item, points=Decimal(29), reason=" ", **agree)
    actions.agree_desk_score(application, item, points=Decimal(30), reason="", **agree)


def test_a_stale_agreement_is_refused(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer, {"1.1": "10"})
    item = make_item(application, "1.1")
    actions.agree_desk_score(application, item, points=Decimal(20), reason="会商。", by=officer, at=AT, base="")

    with pytest.raises(rules.Stale):
        actions.agree_desk_score(application, item, points=Decimal(25), reason="旧页面。", by=officer, at=moment(10, 9), base="")

    assert AgreedScore.objects.get().points == 20


def test_only_the_office_scores_and_nobody_their_own_tree(campaign, taohuatan, city_office, jing, miaoshou, officer, lead, clerk, county_clerk, inspector, administrator, auditor, nobody):
    application = make_accepted(taohuatan, campaign)
    borrowed = make_user("借调", jing, [Role.OFFICE])
    neighbour = make_user("邻县", miaoshou, [Role.OFFICE])
    both = make_user("身兼", city_office, [Role.OFFICE, Role.ADMIN])
    own = make_user("本单位", taohuatan, [Role.OFFICE_LEAD])

    assert can_score_desk(officer, application)
    assert can_score_desk(lead, application)
    assert can_score_desk(neighbour, application)
    for person in [borrowed, both, own, clerk, county_clerk, inspector, administrator, auditor, nobody]:
        assert not can_score_desk(person, application)


def test_an_agreement_is_recorded_by_a_scorer_or_the_lead(campaign, taohuatan, officer, second_officer, lead):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer)

    assert can_agree_desk(officer, application)
    assert can_agree_desk(lead, application)
    assert not can_agree_desk(second_officer, application)


def test_the_office_is_told_what_to_review_and_where_scorers_differ(two_scorers, taohuatan, yunling, jing, officer, second_officer, clerk):
    make_application(yunling, two_scorers, status=Application.Status.SUBMITTED)
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "30"})
    make_desk_review(application, second_officer, {"1.1": "20"})

    titles = [todo.title for todo in rules.desk_todos(officer, two_scorers, AT)]

    assert titles == ["有 1 个单位新报送，请审核并决定是否受理", "有 1 个单位的评分相差较大，请会商"]
    assert rules.desk_todos(clerk, two_scorers, AT) == []
    assert rules.desk_todos(officer, None, AT) == []
