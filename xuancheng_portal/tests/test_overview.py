import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_organization
from applications.models import Application, Reminder
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from results.tests.factories import make_place, make_scored

ADDRESS = "/overview/"


def row(response, name):
    found = next(row for row in response.context["funnel"]["rows"] if row["name"] == name)
    return [cell["count"] for cell in found["cells"]]


def test_each_county_is_counted_from_all_units_to_the_accepted(client, campaign, jing, taohuatan, yunling, miaoshou, education, officer):
    make_application(taohuatan, campaign, status=Application.Status.ACCEPTED)
    make_application(yunling, campaign)
    make_application(education, campaign, status=Application.Status.SUBMITTED)
    client.force_login(officer)

    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert row(response, "泾县") == [3, 2, 1, 1, 0, 0]
    assert row(response, "旌德县") == [2, 0, 0, 0, 0, 0]
    assert [cell["count"] for cell in response.context["funnel"]["total"]["cells"]] == [6, 3, 2, 1, 0, 0]


@pytest.mark.parametrize("query", ["", "?track=township"])
def test_every_count_leads_to_the_list_of_as_many_units(client, campaign, jing, taohuatan, yunling, miaoshou, education, officer, query):
    make_place(make_scored("榔桥镇", campaign, parent=jing), 1)
    make_application(taohuatan, campaign, status=Application.Status.RETURNED)
    make_application(yunling, campaign)
    make_application(education, campaign, status=Application.Status.DECLINED)
    client.force_login(officer)
    response = client.get(ADDRESS + query)

    counted = [(row["unsent_address"], row["unsent"]) for row in response.context["funnel"]["rows"]]
    counted += [(cell["address"], cell["count"]) for row in [*response.context["funnel"]["rows"], response.context["funnel"]["total"]] for cell in row["cells"]]

    for address, count in counted:
        assert client.get(address).context["total"] == count, address


def test_the_funnel_of_one_track(client, campaign, taohuatan, officer):
    client.force_login(officer)

    assert row(client.get(ADDRESS + "?track=township"), "泾县")[0] == 1


@time_machine.travel(moment(9, 29, 10), tick=False)
def test_the_office_reminds_the_late_from_the_overview_once_a_day(client, campaign, jing, taohuatan, yunling, officer):
    make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)
    client.force_login(officer)
    shown = [str(row["unit"]) for row in client.get(ADDRESS).context["late_rows"]]
    assert set(shown) == {"泾县", "云岭镇"}

    first = client.post(reverse("applications:remind"), {"unit": [jing.pk, yunling.pk], "next": ADDRESS}, follow=True)
    second = client.post(reverse("applications:remind"), {"unit": [yunling.pk], "next": ADDRESS}, follow=True)

    assert "已向 2 个单位发送提醒。" in first.content.decode()
    assert "1 个单位今天已提醒过" in second.content.decode()
    assert first.redirect_chain == [(ADDRESS, 302)]
    assert Reminder.objects.count() == 2


def test_counties_below_the_minimum_are_named(client, campaign, taohuatan, yunling, officer):
    for township in (taohuatan, yunling):
        make_application(township, campaign, status=Application.Status.SUBMITTED)
    make_organization("绩溪县", kind="county")
    client.force_login(officer)

    assert [str(short.county) for short in client.get(ADDRESS).context["shortfall"]] == ["绩溪县"]


def test_the_office_finds_its_tasks_and_the_auditor_reads_without_buttons(client, campaign, taohuatan, yunling, officer, auditor):
    make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)
    make_application(yunling, campaign)
    client.force_login(officer)
    assert "有 1 个单位新报送，请审核并决定是否受理" in client.get(ADDRESS).content.decode()

    client.force_login(auditor)
    text = client.get(ADDRESS).content.decode()
    assert "桃花潭镇" not in text
    assert "发送提醒" not in text
    assert client.post(reverse("applications:remind"), {"unit": [yunling.pk]}).status_code == 403


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "nobody"])
def test_others_are_refused(client, campaign, request, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(ADDRESS).status_code == 403


def test_before_the_first_campaign_the_page_says_what_to_do(client, db, officer):
    client.force_login(officer)

    assert "还没有启用的创建活动" in client.get(ADDRESS).content.decode()


def test_the_number_of_queries_is_the_same_for_one_unit_and_for_many(client, campaign, jing, taohuatan, officer):
    make_application(taohuatan, campaign)
    make_application(make_organization(parent=jing), campaign, status=Application.Status.SUBMITTED)
    client.force_login(officer)
    counts = []
    for _round in range(2):
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        counts.append(len(queries))
        for _number in range(3):
            make_application(make_organization(parent=jing), campaign)
            make_application(make_organization(parent=jing), campaign, status=Application.Status.SUBMITTED)
        Reminder.objects.get_or_create(campaign=campaign, organization=taohuatan, on="2021-09-27", defaults={"reminded_at": moment(9, 27)})

    assert counts[0] == counts[1]
