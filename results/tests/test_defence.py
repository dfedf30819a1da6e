"""The scores of a track defended: agreement, severity, stability, what-if, and every list as it was frozen."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_user
from campaigns.tests.factories import moment
from inspections.models import DeskReview, Score, Stage
from results import actions, defence, reports
from results.models import FrozenRanking, Place
from results.tests.factories import make_scored

NOW = moment(11, 2, 9)


@pytest.fixture
def two_scorers(campaign):
    campaign.desk_scorers = 2
    campaign.save()
    return make_user("严格的人", username="strict"), make_user("宽松的人", username="mild")


@pytest.fixture
def zone(campaign):
    return campaign.tracks.get(key="zone")


def rescored(application, scorers, shares):
    """The unit's desk scores anew: each of the scorers gives their share of every item."""
    application.scores.filter(stage=Stage.DESK).delete()
    DeskReview.objects.filter(application=application).delete()
    for scorer, share in zip(scorers, shares, strict=True):
        DeskReview.objects.create(application=application, scorer=scorer, started_at=NOW, finished_at=NOW)
        for response in application.responses.select_related("item"):
            Score.objects.create(
                stage=Stage.DESK, application=application, item=response.item, scorer=scorer, points=response.maximum * Decimal(share),
                maximum=response.maximum, reason="有缺项", scored_at=NOW,
            )


@pytest.fixture
def counties(campaign, zone, two_scorers):
    """Four counties; on paper the strict one gives a tenth less of the maximum than the mild one."""
    found = [make_scored(f"{n}县", campaign, rate, kind="county") for n, rate in enumerate((96, 92, 88, 86))]
    for application, low in zip(found, ("0.86", "0.82", "0.78", "0.76"), strict=True):
        rescored(application, two_scorers, (low, Decimal(low) + Decimal("0.1")))
    return found


def test_who_is_strict_and_who_is_mild_is_told_with_the_difference(zone, counties, two_scorers):
    rows, applications = reports.ranking_of(zone)

    found = defence.severity_of(zone, applications, rows)

    assert [(str(one["person"]), one["effect"], one["words"]) for one in found["people"]] == [
        ("严格的人", Decimal("-5.0"), "偏严"), ("宽松的人", Decimal("5.0"), "偏宽"),
    ]
    assert "名额内的单位不变" in found["sentence"]


def test_adjusted_totals_stand_beside_the_given_ones_and_change_nothing(campaign, zone, two_scorers, counties):
    """The last county was scored by two strict people; without their severity it would be better, and the list is not."""
    rows, applications = reports.ranking_of(zone)
    before = [(row.key, row.total, row.rank) for row in rows]

    lines = defence.severity_of(zone, applications, rows)["lines"]

    assert [(line["row"].key, line["row"].total, line["row"].rank) for line in lines] == before
    assert [(row.key, row.total, row.rank) for row in reports.ranking_of(zone)[0]] == before


def test_a_unit_scored_by_strict_people_only_moves_when_that_is_taken_off(campaign, zone, two_scorers):
    """Three people: the strict one and the mild one met on many units; one unit had the strict one twice over in effect."""
    strict, mild = two_scorers
    third = make_user("第三个人", username="third")
    units = [make_scored(f"{n}县", campaign, 90, kind="county") for n in range(4)]
    rescored(units[0], (strict, mild), ("0.80", "0.90"))
    rescored(units[1], (mild, third), ("0.90", "0.80"))
    rescored(units[2], (strict, third), ("0.84", "0.84"))
    rescored(units[3], (strict, mild), ("0.80", "0.90"))
    rows, applications = reports.ranking_of(zone)

    lines = {line["row"].key: line for line in defence.severity_of(zone, applications, rows)["lines"]}

    assert lines[units[2].pk]["difference"] > 0
    assert lines[units[2].pk]["difference"] > max(lines[unit.pk]["difference"] for unit in (units[0], units[1], units[3]))


def test_agreement_is_told_in_a_sentence_that_can_be_read_aloud(zone, counties):
    applications = reports.ranking_of(zone)[1]

    found = defence.agreement_of(applications)

    desk, site = found["stages"]
    assert "由两人以上评分，评分一致性系数" in desk["sentence"]
    assert site["sentence"] == "现场验收没有由两人以上评过、可以比较的分数。"
    assert {line["item"].code for line in found["items"]} == {response.item.code for response in counties[0].responses.select_related("item")}


def test_who_has_not_finished_is_not_compared(zone, counties, two_scorers):
    DeskReview.objects.filter(scorer=two_scorers[0]).update(finished_at=None)
    applications = reports.ranking_of(zone)[1]

    assert defence.agreement_of(applications)["stages"][0]["alpha"] is None


def test_a_place_far_above_the_line_is_stable_and_the_sentence_names_the_others(campaign, zone):
    for name, rate in (("稳县", 99), ("稳二县", 97), ("边县", 88), ("边二县", 88), ("低县", 81)):
        make_scored(name, campaign, rate, kind="county")
    rows, applications = reports.ranking_of(zone)

    found = defence.stability_of(zone, applications, rows)

    shares = {str(line["organization"]): line["share"] for line in found["lines"]}
    assert shares["稳县"] == 100
    assert shares["低县"] == 0
    assert 10 < shares["边县"] < 100
    assert "边县、边二县" in found["sentence"]
    assert "推演 500 次" in found["sentence"]


def test_what_if_shows_both_and_writes_nothing(client, campaign, zone, counties, lead):
    client.force_login(lead)
    address = reverse("results:what_if", args=[zone.pk])

    with CaptureQueriesContext(connection) as queries:
        page = client.get(address, {"desk_weight": "100", "pass_mark": "85"})

    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE")) and "results_" in query["sql"]]
    assert "材料 100% ＋ 现场 0%，合格线 85 分" in page.text
    campaign.refresh_from_db()
    assert (campaign.desk_weight, campaign.pass_mark) == (40, 80)
    lines = defence.what_if(zone, desk_weight=Decimal(100), site_weight=Decimal(0), pass_mark=Decimal(85))
    assert [line["other"].passes for line in lines] == [True, True, False, False]


def test_what_if_without_one_scorer_leaves_the_other(zone, counties, two_scorers):
    campaign = zone.campaign

    lines = defence.what_if(
        zone, desk_weight=campaign.desk_weight, site_weight=campaign.site_weight, pass_mark=campaign.pass_mark, without=two_scorers[0]
    )

    assert {line["other"].desk for line in lines} == {Decimal(96), Decimal(92), Decimal(88), Decimal(86)}
    assert all(line["row"].desk == line["other"].desk - 5 for line in lines)


def test_what_cannot_be_read_is_told_and_nothing_is_supposed(client, zone, counties, lead):
    client.force_login(lead)

    page = client.get(reverse("results:what_if", args=[zone.pk]), {"desk_weight": "很多"})

    assert page.status_code == 200
    assert "推演的结果" not in page.text


def test_every_list_stays_readable_as_it_was_locked(client, campaign, zone, officer, lead):
    units = [make_scored(f"{n}县", campaign, 95 - n, kind="county") for n in range(4)]
    for unit in units[:3]:
        actions.choose(zone, unit, by=officer, at=NOW)
    actions.lock_list(zone, "", by=officer, at=NOW)
    actions.reopen_list(zone, "总分有误", by=officer, at=NOW)
    units[3].scores.update(points=F("maximum"))
    actions.unchoose(zone, units[2], by=officer, at=NOW)
    Place.objects.filter(application=units[2]).delete()
    actions.choose(zone, units[3], by=officer, at=NOW)
    actions.lock_list(zone, "", by=officer, at=NOW)
    client.force_login(lead)

    first, second = (client.get(reverse("results:frozen_list", args=[zone.pk, number])).text for number in (1, 2))

    assert first.count("内容与校验值一致") == second.count("内容与校验值一致") == 1
    assert "总分有误" in first
    assert "新入选" in second
    assert "不再入选" in second
    assert {frozen.rule["version"] for frozen in FrozenRanking.objects.all()} == {reports.RULE_VERSION}


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "nobody"])
@pytest.mark.parametrize("page", ["defence", "what_if"])
def test_none_of_it_is_for_others(client, request, zone, person, page):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(f"results:{page}", args=[zone.pk])).status_code == 403


def test_the_pages_ask_no_more_for_many_units_than_for_one(client, campaign, zone, two_scorers, lead):
    client.force_login(lead)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("results:defence", args=[zone.pk]))
        return len(queries)

    rescored(make_scored("甲县", campaign, 90, kind="county"), two_scorers, ("0.8", "0.9"))
    asked()  # what is looked up once and remembered
    one = asked()
    for n in range(4):
        rescored(make_scored(f"{n}县", campaign, 90 + n, kind="county"), two_scorers, ("0.8", "0.9"))

    assert asked() == one
