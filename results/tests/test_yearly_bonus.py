"""年度考核加分: the value of each track, for each title that was not withdrawn."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Track
from campaigns.tests.factories import make_campaign, moment
from results.rules import yearly_bonus
from results.tests.factories import make_named


@pytest.fixture
def titles(campaign):
    Track.objects.filter(campaign=campaign, key="zone").update(yearly_bonus=Decimal("1.5"))
    Track.objects.filter(campaign=campaign, key="bureau").update(yearly_bonus=Decimal("0.5"))
    zone = make_named("甲县", campaign, code="9001")
    withdrawn = make_named("乙县", campaign, slot=2, code="9002", withdrawn_at=moment(12, 1), withdrawn_by=zone.named_by, withdrawn_reason="弄虚作假")
    bureau = make_named("市丙局", campaign, kind="bureau", code="9003")
    township = make_named("丁镇", campaign, kind="township", code="9004")
    return [zone, withdrawn, bureau, township]


def test_each_title_is_worth_what_its_track_is_worth_and_a_withdrawn_one_nothing(campaign, titles):
    rows = yearly_bonus(campaign)

    assert [(row.organization.name, row.points, row.note) for row in rows] == [
        ("甲县", Decimal("1.5"), ""), ("乙县", 0, "命名已撤销，不加分"), ("市丙局", Decimal("0.5"), ""), ("丁镇", 0, ""),
    ]
    assert [row.naming for row in rows] == titles


def test_another_campaign_has_its_own_table(campaign, titles):
    assert yearly_bonus(make_campaign(code="other", year=2022)) == []


def test_the_table_asks_as_many_questions_for_many_as_for_one(client, campaign, officer, titles, django_assert_num_queries):
    client.force_login(officer)
    address = reverse("results:yearly_bonus")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        page = client.get(address).content.decode()
    assert "共 4 个单位，2 个加分" in page
    assert f'action="{reverse("results:export_yearly_bonus")}?"' in page
    make_named("市戊局", campaign, kind="bureau", slot=2)

    with django_assert_num_queries(len(few)):
        client.get(address)


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "nobody"])
def test_the_table_is_the_offices(client, request, titles, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("results:yearly_bonus")).status_code == 403
