"""The first page of each kind of person."""

import pytest
import time_machine
from django.urls import reverse

from accounts import audit
from accounts.models import Role
from accounts.tests.factories import make_organization, make_user
from applications import actions
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.models import Campaign
from campaigns.tests.factories import make_campaign, moment
from results.models import Naming, Place

NOW = moment(9, 29, 10, 32)
S = Application.Status


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def home(client, person=None):
    if person:
        client.force_login(person)
    return client.get(reverse("home"))


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    ("person", "where"),
    [(None, "results:public_home"), ("officer", "overview"), ("auditor", "overview"), ("inspector", "inspections:today"), ("administrator", "status")],
)
def test_those_whose_work_lies_elsewhere_are_led_there(person, where, request, client, campaign):
    assert home(client, person and request.getfixturevalue(person)).url == reverse(where)


def test_who_has_no_role_and_when_there_is_no_campaign_the_page_still_stands(client, nobody, clerk):
    assert home(client, clerk).status_code == 200
    assert "还没有启用的创建活动" in text(home(client, nobody))


def test_before_the_start_there_is_one_thing_to_do(client, campaign, clerk):
    html = text(home(client, clerk))

    assert "你单位还没有开始申报" in html
    assert "开始申报" in html
    assert "尚未报送" not in html
    assert "9 月 30 日（周四）24:00" in html


def test_a_unit_without_a_track_is_told_so(client, campaign):
    assert "不需要申报" in text(home(client, make_user("校长", make_organization("小学", kind="school"), [Role.UNIT_CLERK])))


def test_a_draft_shows_its_progress_and_that_it_is_not_sent(client, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign)

    html = text(home(client, clerk))

    assert "尚未报送。" in html
    assert "还差 3 项" in html
    assert f"/applications/{application.pk}/items/1.1/" in html


@pytest.mark.parametrize("status", [S.WITH_COUNTY, S.SUBMITTED, S.ACCEPTED])
def test_what_was_sent_carries_no_red_strip(status, client, campaign, taohuatan, clerk):
    make_application(taohuatan, campaign, status)

    html = text(home(client, clerk))

    assert "尚未报送" not in html
    assert "现在没有要做的事" in html


def test_what_the_office_returned_comes_first_in_red(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    response = application.responses.in_order().first()
    actions.return_items(application, {response.pk: "请补充。"}, "", moment(10, 12), by=officer, at=NOW)

    answer = home(client, clerk)

    todo = answer.context["todos"][0]
    assert (todo.urgency, todo.button, todo.url) == ("red", "去修改", response.get_absolute_url())
    assert "有 1 项被退回" in todo.title
    assert "1.1 机构健全" in todo.detail
    assert "修改尚未提交。" in text(answer)
    assert "距补正截止" in text(answer)


def test_a_county_sees_its_townships_and_what_waits_for_it(client, campaign, jing, taohuatan, yunling, miaoshou, county_clerk):
    make_application(taohuatan, campaign, S.SUBMITTED)
    waiting = make_application(yunling, campaign, S.WITH_COUNTY)
    make_application(miaoshou, campaign, S.WITH_COUNTY)

    answer = home(client, county_clerk)

    titles = [todo.title for todo in answer.context["todos"]]
    assert "1 个单位的申报等待县级审核" in titles
    assert "乡镇（街道）示范点还需推荐 1 个" in titles
    html = text(answer)
    assert reverse("applications:county_check", args=[waiting.pk]) in html
    assert "已提交 <b>1</b> / 至少 2" in html
    assert "庙首镇" not in html


def test_recent_events_never_show_what_is_internal_or_foreign(client, campaign, taohuatan, yunling, clerk, officer):
    own, other = make_application(taohuatan, campaign, S.ACCEPTED), make_application(yunling, campaign, S.SUBMITTED)
    audit.record("applications.accept", own, by=officer, at=NOW)
    audit.record("applications.seal", own, by=officer, at=NOW)
    audit.record("applications.hold", own, by=officer, at=NOW)
    audit.record("applications.decline", other, by=officer, at=NOW)

    html = text(home(client, clerk))

    assert "受理申报" in html
    assert not any(words in html for words in ("封存材料", "列入锁定名单", "云岭镇", "不予受理"))


def test_the_countdown_follows_the_chosen_campaign(client, campaign, clerk):
    later = Campaign.objects.create(code="next", year=2022, city="宣城市", title="2022年创建", published_at=NOW)
    client.force_login(clerk)

    assert client.get(reverse("home")).context["campaign"] == later
    assert client.get(reverse("home"), {"campaign": campaign.code}).context["campaign"] == campaign


def test_the_home_of_a_county_asks_as_much_for_many_units_as_for_two(client, campaign, jing, taohuatan, yunling, county_clerk, django_assert_num_queries, django_assert_max_num_queries):
    make_application(taohuatan, campaign, S.SUBMITTED)
    make_application(yunling, campaign, S.SUBMITTED)
    home(client, county_clerk)
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("home"))
    for number in range(4):
        make_application(make_organization(f"镇{number}", parent=jing), campaign, S.SUBMITTED)

    with django_assert_num_queries(len(few)):
        client.get(reverse("home"))


def test_a_year_chosen_on_a_page_of_one_object_is_kept_by_those_sent_on(client, officer, campaign):
    make_campaign(code="xuancheng-2022", year=2022)
    client.force_login(officer)

    page = client.get(reverse("home"), {"campaign": "xuancheng-2021"}, follow=True)

    assert page.redirect_chain == [(reverse("overview"), 302)]
    assert page.context["campaign"] == campaign


def test_a_named_unit_reads_so_at_home(client, campaign, taohuatan, clerk, lead):
    application = make_application(taohuatan, campaign, status="accepted", by=clerk)
    place = Place.objects.create(
        track=application.track, slot=1, cap=application.track.quota, application=application, taken_at=moment(11, 2), taken_by=lead
    )
    client.force_login(clerk)
    assert "命名为" not in client.get(reverse("home")).content.decode()

    Naming.objects.create(place=place, application=application, named_at=moment(11, 12), named_by=lead)

    assert "桃花潭镇已于 2021-11-12 命名为乡镇（街道）示范点。" in client.get(reverse("home")).content.decode()
