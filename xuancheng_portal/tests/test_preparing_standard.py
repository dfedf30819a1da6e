"""The standard of a campaign that is still prepared is changed as it stands; from the campaign's publication on it is not."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from standards import actions
from standards.contents import present_item
from standards.models import Item, Standard
from standards.tests.test_drafts import change, grid, item, item_page
from standards.whole import copy_campaign, publish, publish_problems

AT = moment(3, 1, year=2022)


@pytest.fixture
def coming(campaign, officer):
    """Next year's campaign, which nobody sees yet."""
    return copy_campaign(campaign, code="xuancheng-2022", year=2022, by=officer, at=AT)


@pytest.fixture
def standard(coming):
    return coming.standards.get()


def text_of(response):
    return response.content.decode()


def test_an_item_is_changed_where_it_stands_and_last_year_stays(client, campaign, coming, standard, officer):
    client.force_login(officer)

    client.post(reverse("standards:draft_item", args=[standard.pk, "1.1"]), item_page(client, standard, "1.1", text="明年的要求。"))

    assert item(standard, "1.1").text == "明年的要求。"
    assert coming.standards.get() == standard
    assert item(campaign.standards.get(), "1.1").text != "明年的要求。"
    event = AuditEvent.objects.get(action="standards.change_draft")
    assert (event.campaign_code, event.detail["code"], event.detail["fields"]) == ("xuancheng-2022", "1.1", ["text"])


def test_points_items_and_categories_are_changed_and_the_campaign_is_published_with_them(client, coming, standard, officer):
    client.force_login(officer)
    first, second = item(standard, "1.1"), item(standard, "2.1")
    address = reverse("standards:draft", args=[standard.pk])

    client.post(address, grid(client, standard, **{f"points-{first.pk}-zone": "29.5"}))

    assert {row.track.key: row.points for row in first.points.all()}["zone"] == Decimal("29.5")
    assert "99.5" in str(publish_problems(Campaign.objects.get(pk=coming.pk))[0])
    assert "合计 99.5 分，应为 100 分（少 0.5 分）" in text_of(client.get(address))
    with pytest.raises(NotAllowed, match=r"99\.5"):
        publish(coming, by=officer, at=AT)
    client.post(address, grid(client, standard, **{f"points-{second.pk}-zone": "50.5"}))
    assert "可以启用了" in text_of(client.get(address))
    coming = publish(coming, by=officer, at=AT)
    assert coming.standards.in_force() == standard


def test_from_its_publication_on_nothing_is_changed_in_place(client, coming, standard, officer):
    client.force_login(officer)
    typed = item_page(client, standard, "1.1", text="来晚了")
    before = present_item(item(standard, "1.1"))

    publish(coming, by=officer, at=AT)
    answer = client.post(reverse("standards:draft_item", args=[standard.pk, "1.1"]), typed, follow=True)

    assert "已经启用" in text_of(answer)
    assert present_item(item(standard, "1.1")) == before
    with pytest.raises(NotAllowed, match="请建立修订草稿"):
        change(standard, "1.1", officer, text="来晚了")  # its page was open, and it was not read anew


def test_a_version_in_use_is_not_changed_in_place(client, standard, officer):
    Standard.objects.filter(pk=standard.pk).update(locked_at=AT)
    client.force_login(officer)

    with pytest.raises(NotAllowed, match="已经启用"):
        change(standard, "1.1", officer, text="改")
    assert client.get(reverse("standards:draft", args=[standard.pk])).status_code == 302


def test_it_is_neither_thrown_away_nor_published_by_itself(client, standard, officer):
    client.force_login(officer)
    page = text_of(client.get(reverse("standards:draft", args=[standard.pk])))
    assert reverse("standards:discard_draft", args=[standard.pk]) not in page
    assert reverse("publish_standard", args=[standard.pk]) not in page

    client.post(reverse("standards:discard_draft", args=[standard.pk]))
    client.post(reverse("publish_standard", args=[standard.pk]))

    assert Standard.objects.get(pk=standard.pk).published_at is None
    with pytest.raises(NotAllowed):
        actions.publish(standard, by=officer, at=AT)


@pytest.mark.parametrize(
    ("person", "looks", "writes"),
    [("officer", 200, 302), ("lead", 200, 302), ("administrator", 200, 302), ("auditor", 200, 403), ("clerk", 403, 403), ("county_clerk", 403, 403), ("county_officer", 404, 404)],
)
def test_who_prepares_the_campaign_changes_its_standard(client, standard, request, person, looks, writes):
    client.force_login(request.getfixturevalue(person))
    first = item(standard, "2.2")

    assert client.get(reverse("standards:draft", args=[standard.pk])).status_code == looks
    assert client.post(reverse("standards:remove_item", args=[standard.pk, "2.2"])).status_code == writes
    assert Item.objects.filter(pk=first.pk).exists() == (writes != 302)


def test_a_county_changes_the_standard_of_its_own_campaign_and_no_other(client, campaign, jing, jingde, officer, county_officer):
    own, other = (copy_campaign(campaign, code=f"own-{county.code}", year=2022, county=county, by=officer, at=AT).standards.get() for county in (jing, jingde))
    client.force_login(county_officer)

    assert client.get(reverse("standards:draft", args=[own.pk])).status_code == 200
    assert client.get(reverse("standards:draft", args=[other.pk])).status_code == 404


def test_the_way_there_is_shown_to_those_who_may(client, coming, standard, officer, auditor):
    address = reverse("standards:draft", args=[standard.pk])
    for person, shown in ((officer, True), (auditor, False)):
        client.force_login(person)
        for page in (reverse("standard_versions"), reverse("campaigns:campaign", args=[coming.pk])):
            assert (address in text_of(client.get(page))) == shown, (person, page)
    client.force_login(officer)
    assert "还在准备，启用前可以直接修改它的建设标准" in text_of(client.get(reverse("standard_versions")))

    publish(coming, by=officer, at=AT)

    assert address not in text_of(client.get(f"{reverse('standard_versions')}?campaign=xuancheng-2021"))


def test_before_the_first_campaign_is_published_the_way_is_there_too(client, campaign, officer):
    Campaign.objects.update(published_at=None, published_by=None)
    client.force_login(officer)

    assert reverse("standards:draft", args=[campaign.standards.get().pk]) in text_of(client.get(reverse("standard_versions")))


def test_more_campaigns_in_preparation_ask_the_database_the_same(client, campaign, coming, officer):
    client.force_login(officer)
    client.get(reverse("standard_versions"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("standard_versions"))
    for number in range(3):
        copy_campaign(campaign, code=f"more-{number}", year=2022, by=officer, at=AT)

    with CaptureQueriesContext(connection) as many:
        page = text_of(client.get(reverse("standard_versions")))

    assert page.count("还在准备") == 4
    assert len(many) == len(few)
