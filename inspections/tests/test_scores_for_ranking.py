from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_organization
from campaigns.tests.factories import moment
from inspections.models import AgreedScore, InspectionGroup, Stage, Visit
from inspections.rules import is_gap, scores_for_ranking
from inspections.tests.factories import make_accepted, make_desk_review, make_item


@pytest.fixture
def two_scorers(campaign):
    campaign.desk_scorers = 2
    campaign.save()
    return campaign


def visit(application, officer, locked=True, points=None):
    group = InspectionGroup.objects.get_or_create(campaign=application.campaign, name="第一组")[0]
    made = Visit.objects.create(
        application=application, group=group, on="2021-10-20", planned_at=moment(10, 16), planned_by=officer,
        **({"locked_at": moment(10, 21), "locked_by": officer, "findings_sha256": "a" * 64} if locked else {}),
    )
    for response in application.responses.all():
        given = (points or {}).get(response.item.code, response.maximum)
        if given is not None:
            AgreedScore.objects.create(
                stage=Stage.SITE, application=application, item=response.item, points=given, maximum=response.maximum,
                reason="现场不符。", agreed_at=moment(10, 20), agreed_by=officer,
            )
    return made


def found(application):
    result = scores_for_ranking([application])[application.pk]
    return {row["item"].code: row for row in result["items"]}, [str(problem) for problem in result["missing"]]


def test_two_finished_scores_are_averaged_unrounded(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "30"})
    make_desk_review(application, second_officer, {"1.1": "27.5"})
    visit(application, officer, points={"2.1": Decimal("41.5")})

    rows, missing = found(application)

    assert missing == []
    assert rows["1.1"]["desk"] == Decimal("28.75")
    assert rows["2.1"]["site"] == Decimal("41.5")
    assert [row["maximum"] for row in rows.values()] == [30, 50, 20]
    assert rows["2.1"]["category"].code == "2"


def test_an_abstention_is_left_out_of_the_average(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "abstain"})
    make_desk_review(application, second_officer, {"1.1": "12"})
    visit(application, officer)

    rows, missing = found(application)

    assert (rows["1.1"]["desk"], missing) == (12, [])


def test_an_item_all_abstained_from_waits_for_an_agreement(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "abstain"})
    make_desk_review(application, second_officer, {"1.1": "abstain"})
    visit(application, officer)

    rows, missing = found(application)

    assert rows["1.1"]["desk"] is None
    assert missing == ["桃花潭镇 1.1 机构健全 的评分人都已弃权，请商定得分。"]


def test_the_agreed_score_goes_before_the_average(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"1.1": "30"})
    make_desk_review(application, second_officer, {"1.1": "10"})
    visit(application, officer)
    assert found(application)[1] == ["桃花潭镇 1.1 机构健全 的两个评分相差较大，请会商后商定得分。"]

    AgreedScore.objects.create(
        stage=Stage.DESK, application=application, item=make_item(application, "1.1"), points=22, maximum=30, reason="会商。",
        agreed_at=moment(10, 9), agreed_by=officer,
    )

    rows, missing = found(application)
    assert (rows["1.1"]["desk"], missing) == (22, [])


def test_the_limit_itself_is_no_gap():
    assert not is_gap(Decimal(30), Decimal(24), Decimal(30), Decimal(20))
    assert is_gap(Decimal(30), Decimal("23.5"), Decimal(30), Decimal(20))
    assert is_gap(Decimal("23.5"), Decimal(30), Decimal(30), Decimal(20))


def test_a_blank_and_an_unfinished_scorer_are_missing_with_unit_and_item(two_scorers, taohuatan, officer, second_officer):
    application = make_accepted(taohuatan, two_scorers)
    make_desk_review(application, officer, {"2.1": None})
    make_desk_review(application, second_officer, finished=False)
    visit(application, officer)

    rows, missing = found(application)

    assert rows["1.1"]["desk"] is None
    assert missing == [f"桃花潭镇 {name} 的材料审核还没有评完。" for name in ["1.1 机构健全", "2.1 法定内容公开", "2.2 村务公开衔接"]]


def test_an_unlocked_or_missing_visit_is_missing_and_its_scores_do_not_count(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer)
    assert found(application)[1] == ["桃花潭镇 还没有安排现场验收。"]

    visit(application, officer, locked=False)

    rows, missing = found(application)
    assert missing == ["桃花潭镇 的现场验收记录还没有锁定。"]
    assert rows["1.1"]["site"] is None


def test_a_locked_visit_without_an_agreed_item_is_missing(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer)
    visit(application, officer, points={"2.2": None})

    assert found(application)[1] == ["桃花潭镇 2.2 村务公开衔接 没有商定的现场得分。"]


def test_an_exempted_item_does_not_apply(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    make_desk_review(application, officer, {"2.2": None})
    visit(application, officer, points={"2.2": None})
    application.responses.filter(item__code="2.2").update(self_verdict="not_applicable", exempted_at=moment(10, 1), exempted_by=officer)

    rows, missing = found(application)

    assert missing == []
    assert rows["2.2"]["applies"] is False
    assert rows["2.2"]["desk"] is None


def test_the_number_of_queries_is_the_same_for_one_unit_and_for_many(campaign, jing, officer):
    applications = []
    counts = []
    for number in range(3):
        application = make_accepted(make_organization(parent=jing), campaign)
        make_desk_review(application, officer, {"1.1": None} if number else {})
        visit(application, officer)
        applications.append(application)
        with CaptureQueriesContext(connection) as queries:
            scores_for_ranking(applications)
        counts.append(len(queries))

    assert len(set(counts)) == 1
