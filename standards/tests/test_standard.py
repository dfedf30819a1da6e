import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.organizations_file import known_kinds
from campaigns import campaign_file
from campaigns.actions import load_campaign
from campaigns.models import Campaign
from campaigns.tests.factories import moment
from standards.actions import load_standard
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard

NOTICE = Path(__file__).resolve().parents[1] / "data/xuancheng-2021.yaml"

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice():
    document = campaign_file.read(NOTICE.read_bytes(), known_kinds())
    campaign, report = load_campaign(document, at=moment(8, 17))
    load_standard(campaign, document, at=moment(8, 17))
    return campaign


def page(client, **query):
    response = client.get(reverse("standards:standard"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_anybody_reads_all_items_in_the_notices_own_words(client, notice):
    html = page(client)

    for item in Item.objects.all():
        assert item.text in html
        assert f'id="{item.code}"' in html
    for checkpoint in Checkpoint.objects.all():
        assert checkpoint.text in html
    assert len(re.findall('class="standard-item"', html)) == 24
    assert html.count("整理者拟题") == 24
    assert "会议纪要或会议记录" in html
    assert "参考（不是通知内容）：《中华人民共和国政府信息公开条例》第二十六条" in html


def test_points_that_the_notice_did_not_give_are_marked_wherever_they_stand(client, notice):
    html = page(client)

    assert html.count("非官方</span>") == 24 + 1
    assert "不得作为官方评分标准使用" in html

    Standard.objects.update(official_points=True)
    assert "非官方" not in page(client)


def test_a_track_shows_only_its_items_and_points(client, notice):
    html = page(client, track="township")

    assert len(re.findall('class="standard-item"', html)) == 21
    shown = re.search("<main.*</main>", html, re.S)[0]
    assert "市直单位示范点 <b" not in shown
    assert 'href="?track=bureau"' in html


def test_a_search_keeps_the_track(client, notice):
    html = page(client, track="zone", q="培训")

    assert 'name="track" value="zone"' in html
    assert 'id="1.4"' in html
    assert 'id="2.1"' not in html


def test_a_search_without_a_hit_says_so(client, notice):
    assert "没有符合条件的指标" in page(client, q="<script>没有的词")


def test_before_the_first_campaign_the_page_says_so(client):
    assert "还没有发布建设标准" in page(client)


def test_the_newest_version_is_shown(client, campaign):
    old = campaign.standards.get()
    new = Standard.objects.create(campaign=campaign, number=2, created_at=moment(8, 20))
    category = Category.objects.create(standard=new, code="1", name="新的类别", order=0)
    item = Item.objects.create(category=category, code="1.1", title="新的指标", text="新的原文", order=0)
    ItemPoints.objects.create(item=item, track=campaign.tracks.first(), points=100)

    html = page(client)

    assert "新的原文" in html
    assert old.categories.first().name not in html


def test_an_unpublished_campaign_is_not_shown(client, campaign):
    Campaign.objects.update(published_at=None)

    assert "还没有发布建设标准" in page(client)


def test_the_page_asks_as_often_for_many_items_as_for_few(client, campaign, django_assert_num_queries):
    client.get(reverse("standards:standard"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("standards:standard"))
    category = Category.objects.first()
    for n in range(12):
        item = Item.objects.create(category=category, code=f"9.{n}", title="又一项", text="又一项", order=50 + n)
        for track in campaign.tracks.all():
            ItemPoints.objects.create(item=item, track=track, points=1)
        Checkpoint.objects.create(item=item, code=f"9.{n}-1", text="又一点", order=0).tracks.set(campaign.tracks.all())

    with django_assert_num_queries(len(few)):
        client.get(reverse("standards:standard"))
