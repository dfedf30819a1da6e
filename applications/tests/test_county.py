"""The county: minimum and maximum, order, checking a file."""

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.factories import make_organization
from applications import actions, rules
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.models import Campaign, Extension, Minimum
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 29, 10, 32)
S = Application.Status


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def shortfall(campaign, county):
    return [tuple(row) for row in rules.county_shortfall(campaign, NOW) if row.county == county]


def test_only_what_arrived_at_the_city_counts(campaign, jing, taohuatan, yunling):
    third = make_organization("茂林镇", parent=jing)
    make_application(taohuatan, campaign, S.SUBMITTED)
    make_application(yunling, campaign, S.WITH_COUNTY)
    make_application(third, campaign, S.WITHDRAWN)

    assert shortfall(campaign, jing) == [(jing, 1, 2)]
    tally = next(count for count in rules.county_counts(campaign, NOW) if count.county == jing)
    assert (tally.counted, tally.working, tally.missing, tally.units) == (1, 1, 1, 3)


@pytest.mark.parametrize("status", [S.SUBMITTED, S.RETURNED, S.ACCEPTED])
def test_two_that_arrived_are_enough_whatever_came_of_them(status, campaign, jing, taohuatan, yunling):
    make_application(taohuatan, campaign, status)
    make_application(yunling, campaign, S.SUBMITTED)

    assert shortfall(campaign, jing) == []


def test_a_minimum_that_cannot_be_met_is_reported_and_blocks_nothing(campaign, jingde, miaoshou, other_clerk, other_county_clerk):
    application = make_application(miaoshou, campaign, S.WITH_COUNTY)

    actions.recommend(application, by=other_county_clerk, at=NOW)

    row = next(row for row in rules.county_shortfall(campaign, NOW) if row.county == jingde)
    assert (row.counted, row.minimum, row.cannot_be_met) == (1, 2, True)


def test_a_unit_deeper_in_the_tree_counts_for_its_nearest_county(campaign, jing, taohuatan):
    Campaign.objects.update(published_at=None)  # the kind of a track stays once people see it
    campaign.tracks.filter(key="township").update(kind=make_organization("某社区", kind="community").kind)
    village = make_organization("宝峰社区", kind="community", parent=taohuatan)
    make_application(village, campaign, S.SUBMITTED)

    assert shortfall(campaign, jing) == [(jing, 1, 2)]


def test_a_maximum_refuses_one_more(campaign, jing, taohuatan, yunling, county_clerk):
    Minimum.objects.update(min=1, max=1)
    make_application(taohuatan, campaign, S.SUBMITTED)
    second = make_application(yunling, campaign, S.WITH_COUNTY)

    with pytest.raises(NotAllowed, match="最多推荐 1 个"):
        actions.recommend(second, by=county_clerk, at=NOW)
    Minimum.objects.update(max=2)
    actions.recommend(second, by=county_clerk, at=NOW)

    second.refresh_from_db()
    assert second.status == S.SUBMITTED


def test_a_maximum_cuts_by_the_order_of_the_county(campaign, jing, taohuatan, yunling, county_clerk):
    Minimum.objects.update(min=1, max=1)
    first, second = make_application(taohuatan, campaign, S.WITH_COUNTY), make_application(yunling, campaign, S.WITH_COUNTY)
    actions.set_county_order(jing, campaign, [second.pk, first.pk], by=county_clerk, at=NOW)

    with pytest.raises(NotAllowed, match="第 2 位"):
        actions.recommend(first, by=county_clerk, at=NOW)
    actions.recommend(second, by=county_clerk, at=NOW)


def test_recommending_gives_the_next_place_in_the_order(campaign, jing, taohuatan, yunling, county_clerk):
    first, second = make_application(taohuatan, campaign, S.WITH_COUNTY), make_application(yunling, campaign, S.WITH_COUNTY)

    for application in (second, first):
        actions.recommend(application, by=county_clerk, at=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.county_order, first.county_order) == (1, 2)
    assert second.recommended_by == second.submitted_by == county_clerk


@pytest.mark.parametrize(("fields", "expected"), [({"place": [2, 1]}, "second first"), ({"place": [1, 2], "move": "down"}, "second first"), ({"place": [1, 2]}, "first second")])
def test_the_order_is_set_by_numbers_or_buttons(fields, expected, client, campaign, jing, taohuatan, yunling, county_clerk):
    pair = make_application(taohuatan, campaign, S.WITH_COUNTY, county_order=1), make_application(yunling, campaign, S.WITH_COUNTY, county_order=2)
    client.force_login(county_clerk)
    data = {f"place_{application.pk}": number for application, number in zip(pair, fields["place"], strict=True)}
    if "move" in fields:
        data["move"] = f"down-{pair[0].pk}"

    client.post(reverse("applications:county_order"), data)

    order = list(Application.objects.order_by("county_order"))
    assert order == [dict(zip(["first", "second"], pair, strict=True))[name] for name in expected.split()]


def test_the_order_names_own_units_only_and_ends_with_the_phase(campaign, jing, taohuatan, miaoshou, county_clerk):
    own, foreign = make_application(taohuatan, campaign, S.WITH_COUNTY), make_application(miaoshou, campaign, S.WITH_COUNTY)

    with pytest.raises(NotAllowed, match="不属于本县"):
        actions.set_county_order(jing, campaign, [own.pk, foreign.pk], by=county_clerk, at=NOW)
    with pytest.raises(NotAllowed, match="截止"):
        actions.set_county_order(jing, campaign, [own.pk], by=county_clerk, at=moment(10, 1))


def test_checking_a_file_sends_it_back_with_remarks_or_on(client, campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    response = application.responses.in_order().first()
    client.force_login(county_clerk)
    address = reverse("applications:county_check", args=[application.pk])

    refused = client.post(address, {"version": application.version, "action": "return"})
    assert "请写明退回修改的意见" in refused.content.decode()
    client.post(address, {"version": application.version, "action": "return", f"reason_{response.pk}": "缺会议纪要。"})
    application.refresh_from_db()
    assert application.status == S.DRAFT
    assert application.returns.get().items.get().reason == "缺会议纪要。"

    Application.objects.update(status=S.WITH_COUNTY)
    client.post(address, {"version": application.version, "action": "recommend"})
    application.refresh_from_db()
    assert application.status == S.SUBMITTED


def test_remarks_on_a_page_grown_old_are_given_back_and_no_others_are_asked_for(client, campaign, taohuatan, county_clerk):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    first = application.responses.in_order().first()
    client.force_login(county_clerk)
    old = application.version
    actions.recommend(application, by=county_clerk, at=NOW)

    answer = client.post(
        reverse("applications:county_check", args=[application.pk]),
        {"version": old, "action": "return", f"reason_{first.pk}": "缺会议纪要。", "note": "请核对日期。"},
    ).content.decode()

    assert "这个页面已经过期" in answer
    assert "缺会议纪要。" in answer
    assert "请核对日期。" in answer
    assert answer.count("写退回意见") == 1


def test_units_are_invited_only_while_one_of_them_may_still_file(client, campaign, taohuatan, county_clerk, officer):
    list_of_units = reverse("applications:county_list")

    with time_machine.travel(moment(9, 30, 23, 59), tick=False):
        client.force_login(county_clerk)
        assert "邀请申报" in client.get(list_of_units).content.decode()
    with time_machine.travel(moment(10, 1), tick=False):
        client.force_login(county_clerk)
        assert "邀请申报" not in client.get(list_of_units).content.decode()
        phase = campaign.phases.get(key="application")
        Extension.objects.create(phase=phase, organization=taohuatan, until=moment(10, 3), reason="洪灾", granted_at=NOW, granted_by=officer)
        assert "邀请申报" in client.get(list_of_units).content.decode()


@pytest.mark.parametrize("person", ["clerk", "bureau_clerk", "officer", "inspector", "nobody", "auditor"])
@pytest.mark.parametrize(("name", "method"), [("county_list", "get"), ("county_order", "post")])
def test_the_county_pages_are_for_county_clerks(name, method, person, request, client, campaign):
    client.force_login(request.getfixturevalue(person))

    assert getattr(client, method)(reverse(f"applications:{name}")).status_code == 403


def test_the_county_list_shows_every_unit_with_the_meter(client, campaign, jing, taohuatan, yunling, miaoshou, county_clerk):
    make_application(taohuatan, campaign, S.SUBMITTED)
    client.force_login(county_clerk)

    html = client.get(reverse("applications:county_list")).content.decode()

    assert "桃花潭镇" in html
    assert "云岭镇" in html
    assert "庙首镇" not in html
    assert "已提交 <b>1</b> / 至少 2" in html


def test_the_county_list_asks_as_much_for_many_units_as_for_two(
    client, campaign, jing, taohuatan, yunling, county_clerk, django_assert_num_queries, django_assert_max_num_queries
):
    make_application(taohuatan, campaign, S.WITH_COUNTY)
    make_application(yunling, campaign, S.WITH_COUNTY)
    client.force_login(county_clerk)
    client.get(reverse("applications:county_list"))
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("applications:county_list"))
    for number in range(4):
        make_application(make_organization(f"镇{number}", parent=jing), campaign, S.WITH_COUNTY)

    with django_assert_num_queries(len(few)):
        client.get(reverse("applications:county_list"))
