"""The dashboard counts what the database holds, and every count leads to a list of as many."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_organization
from applications.models import Application, Evidence
from applications.tests.factories import make_application
from inspections.models import GroupMember, InspectionGroup, Visit
from results.models import Place
from results.tests.factories import make_place, make_scored
from xuancheng_portal import facts

ADDRESS = "/dashboard/"
STATUS = Application.Status


@pytest.fixture
def scored(campaign, jing, jingde):
    """Three townships of two counties with totals of 92, 84 and 72, in three categories; the first holds a place."""
    category = campaign.standards.get().categories.create(code="3", name="公开平台多样", order=2)
    item = category.items.create(code="3.1", title="公开平台", text="平台多样。", order=0)
    item.points.create(track=campaign.tracks.get(key="township"), points=20)
    units = [make_scored("榔桥镇", campaign, 92, parent=jing), make_scored("章渡镇", campaign, 84, parent=jing), make_scored("白地镇", campaign, 72, parent=jingde)]
    make_place(units[0], 1)
    return units


@pytest.fixture
def busy(campaign, scored, jing, taohuatan, yunling, miaoshou, education, inspector, second_inspector):
    """Something in every drawing."""
    make_application(taohuatan, campaign, status=STATUS.RETURNED)
    make_application(yunling, campaign)
    make_application(education, campaign, status=STATUS.DECLINED)
    waiting = make_application(miaoshou, campaign, status=STATUS.ACCEPTED)
    group = InspectionGroup.objects.create(campaign=campaign, name="第二组")
    for person in (inspector, second_inspector):
        GroupMember.objects.create(group=group, user=person)
    Visit.objects.create(application=waiting, group=group, on=date(2021, 10, 22), planned_at=waiting.decided_at, planned_by=inspector)
    links = Evidence.objects.filter(response__application__in=scored)
    links.filter(pk=links.first().pk).update(health="broken", failures=3)
    links.filter(pk=links.last().pk).update(health="ok")


def counts_of(page):
    """[(address, number shown)] of every number that can be clicked, in tables and drawings."""
    text = page.content.decode()
    found = [(unescape(address), int(number)) for address, number in re.findall(r'<a href="([^"]+)" data-count="(\d+)"', text)]
    drawn = re.findall(r'<a href="([^"]+)" tabindex="-1"><text [^>]*><title>[^<]*</title>(\d+)</text></a>', text)
    return found, [(unescape(address), int(number)) for address, number in drawn]


def row(table, name):
    return {key: part.count for (key, _words), part in zip(table["columns"], dict(table["rows"])[name], strict=True)}


@pytest.mark.parametrize("query", ["", "?track=township"])
def test_every_count_leads_to_a_list_of_as_many(client, busy, officer, query):
    client.force_login(officer)

    in_tables, drawn = counts_of(client.get(ADDRESS + query))

    assert len(in_tables) > 45
    assert len(drawn) > 25
    for address in {address for address, _number in in_tables}:
        numbers = {number for other, number in in_tables if other == address}
        assert numbers == {client.get(address).context["total"]}, address
    # What is drawn is what the tables say; a cell of the heat map shows the mean and leads to its units.
    tables = dict(in_tables)
    assert {address: number for address, number in drawn if "item=" not in address}.items() <= tables.items()
    assert {address for address, _number in drawn if "item=" in address} <= tables.keys()


def test_the_funnel_counts_each_place_from_all_units_to_the_selected(client, busy, officer):
    client.force_login(officer)

    funnel = client.get(ADDRESS).context["funnel"]

    assert row(funnel, "泾县") == {"expected": 5, "begun": 4, "received": 3, "accepted": 2, "inspected": 2, "selected": 1}
    assert row(funnel, "旌德县") == {"expected": 3, "begun": 2, "received": 2, "accepted": 2, "inspected": 1, "selected": 0}
    assert [part.count for part in funnel["total"]] == [9, 7, 5, 4, 3, 1]


def test_the_states_add_up_to_all_units(client, busy, officer):
    client.force_login(officer)

    statuses = client.get(ADDRESS).context["statuses"]

    assert row(statuses, "泾县") == {"none": 1, "draft": 1, "returned": 1, "accepted": 2, "declined": 0}
    assert sum(part.count for part in statuses["total"]) == 9


def test_the_heat_map_shows_the_mean_of_a_countys_units(client, busy, officer):
    client.force_login(officer)

    heat = client.get(ADDRESS).context["heat"]

    _item, cells = heat["table"][0]
    assert [(name, cell.words, mean.count, cell.step) for name, cell, mean in cells] == [("泾县", "88", 2, 3), ("旌德县", "72", 1, 1)]
    listed = client.get(cells[0][1].link)
    assert [(line["unit"].name, line["rate"]) for line in listed.context["rows"]] == [("榔桥镇", 92.0), ("章渡镇", 84.0)]


def test_what_one_reviewer_has_not_finished_is_not_given_away(client, campaign, taohuatan, officer, second_officer):
    """The second scorer does not see the first: not on the dashboard either."""
    campaign.desk_scorers = 2
    campaign.save()
    application = make_application(taohuatan, campaign, status=STATUS.ACCEPTED)
    application.desk_reviews.create(scorer=second_officer, started_at=application.submitted_at, finished_at=application.submitted_at)
    for response in application.responses.all():
        application.scores.create(stage="desk", item=response.item, scorer=second_officer, points=response.maximum, maximum=response.maximum, scored_at=application.submitted_at)
    client.force_login(officer)

    page = client.get(ADDRESS)

    assert page.context["heat"] is None
    assert page.context["radars"] is None
    assert [(person.name, [part.count for part in parts]) for person, parts in page.context["work"][0]["rows"]] == [("程小开", [1, 0])]


def test_each_track_has_its_totals_and_the_line_of_its_places(client, campaign, scored, jing, officer):
    Place.objects.all().delete()
    campaign.tracks.filter(key="township").update(quota=1)
    client.force_login(officer)

    page = client.get(ADDRESS + "?track=township")

    (shown,) = page.context["distributions"]
    assert [(band.low, band.high, band.count) for band in shown["bands"] if band.count] == [(72, 74, 1), (84, 86, 1), (92, 94, 1)]
    assert shown["spread"].line == 92
    assert "名额线 92.00（1 个）" in page.content.decode()


def test_work_is_counted_by_person(client, busy, inspector, officer):
    client.force_login(officer)

    reviewers, inspectors = client.get(ADDRESS).context["work"]

    assert sum(part.count for _person, parts in reviewers["rows"] for part in parts) == 3
    assert {person.name: [part.count for part in parts] for person, parts in inspectors["rows"]} == {"胡小验": [0, 1], "许小收": [0, 1]}


def test_links_of_drafts_are_not_counted(client, busy, yunling, officer):
    make_links = Evidence.objects.filter(response__application__organization=yunling)
    assert not make_links.exists()
    before = Evidence.objects.links().count()
    draft = Application.objects.get(organization=yunling)
    Evidence.objects.create(
        response=draft.responses.first(), kind="link", title="草稿里的链接", url="https://www.example.gov.cn/2.html", added_at=draft.started_at, added_by=draft.started_by,
    )
    client.force_login(officer)

    links = client.get(ADDRESS).context["links"]

    assert sum(part.count for part in links["total"]) == before
    assert row(links, "泾县")["broken"] == 1
    listed = client.get("/dashboard/links/?health=broken")
    assert [str(link) for link in listed.context["page"]] == ["政务公开专栏"]
    assert "打不开" in listed.content.decode()
    assert "草稿里的链接" not in client.get("/dashboard/links/").content.decode()


def test_a_units_list_names_its_filters(client, busy, officer):
    client.force_login(officer)
    county = facts.places_of(Application.objects.first().campaign)[0]

    page = client.get("/dashboard/units/", {"place": county.key, "stage": "accepted", "low": "90", "high": "95"})

    assert page.context["total"] == 1
    assert "筛选：泾县 · 已受理 · 总分 90（含）至 95（不含）" in page.content.decode()


@pytest.mark.parametrize("query", ["?place=county-0", "?track=none", "?stage=none", "?low=x&high=NaN", "?reviewer=x", "?inspector=9999", "?item=99", "?work=maybe", "?page=x", "?health=x"])
def test_what_cannot_be_read_filters_nothing(client, busy, officer, query):
    client.force_login(officer)

    assert client.get("/dashboard/units/" + query).context["total"] == 9
    assert client.get("/dashboard/links/" + query).context["total"] == Evidence.objects.links().count()


@pytest.mark.parametrize("address", [ADDRESS, "/dashboard/units/", "/dashboard/links/"])
@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("lead", 200), ("auditor", 200), ("clerk", 403), ("county_clerk", 403), ("inspector", 403), ("administrator", 403), ("nobody", 403)])
def test_only_the_office_and_the_auditors_look(client, campaign, request, address, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(address).status_code == status


@pytest.mark.parametrize("address", [ADDRESS, "/dashboard/units/", "/dashboard/links/"])
def test_before_the_first_campaign_the_page_says_so(client, db, officer, address):
    client.force_login(officer)

    assert "还没有启用的创建活动" in client.get(address).content.decode()


def test_an_empty_campaign_has_words_instead_of_drawings(client, campaign, officer):
    client.force_login(officer)

    text = client.get(ADDRESS).content.decode()

    for words in ("没有符合条件的单位", "还没有评完的材料", "还没有可以比较的得分", "还没有单位评完", "还没有人开始评分", "还没有安排验收", "还没有网页链接"):
        assert words in text


def test_nothing_on_the_page_asks_for_inline_style_or_script(client, busy, officer):
    client.force_login(officer)

    text = client.get(ADDRESS).content.decode()

    assert text.count('<svg class="chart ') == 9
    assert not re.search(r"\sstyle=|\son\w+=|<script(?! src)|<style", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(set(ids)) == sorted(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


@pytest.mark.parametrize("address", [ADDRESS, "/dashboard/units/?scored=1", "/dashboard/links/"])
def test_the_number_of_queries_is_the_same_for_few_units_and_for_many(client, campaign, busy, jing, officer, address):
    client.force_login(officer)
    counts = []
    for _round in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        for number in range(4):
            make_scored(f"第{number}镇", campaign, 60 + 9 * number, parent=jing)
            make_application(make_organization(parent=jing), campaign, status=STATUS.SUBMITTED)

    assert counts[0] == counts[1]
