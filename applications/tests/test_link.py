"""Links as evidence: many pasted at once, looked at when added and once a day, and what a broken one asks of its unit."""

import hashlib
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, links, looking, rules, snapshots, tasks
from applications.forms.links import addresses_in
from applications.links import Look
from applications.models import Blob, Evidence, LinkCheck, LinkSnapshot
from applications.tests.factories import make_application, make_link
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
DAY = timedelta(days=1)
PAGE = Look("ok", 200, "https://www.example.gov.cn/1.html", "一图读懂", "一图读懂\n发布时间：2021-09-18", date(2021, 9, 18))
GONE, SILENT, AWAY = Look("broken", 404), Look("broken"), Look("not_checked")
H = Evidence.Health


@pytest.fixture(autouse=True)
def clock(settings):
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def response(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


@pytest.fixture
def link(response, clerk):
    return actions.attach_link(response, "https://www.example.gov.cn/1.html", by=clerk, at=NOW)


@pytest.fixture
def web(settings, monkeypatch):
    """What every look finds, by address, and which were looked at."""
    settings.LINK_CHECKS = True

    class Web(dict):
        looked = []

        def look(self, url):
            self.looked.append(url)
            found = self.get(url, PAGE)
            if isinstance(found, Exception):
                raise found
            return found

    web = Web()
    web.looked = []
    monkeypatch.setattr(links, "look", web.look)
    return web


def again(link):
    return Evidence.objects.get(pk=link.pk)


def add(client, response, text, **headers):
    address = reverse("applications:add_link", args=[response.application_id, response.item.code])
    return client.post(address, {"link-url": text}, headers=headers)


# Pasting


@pytest.mark.parametrize(("text", "found"), [
    ("https://a.cn/1\nhttps://b.cn/2", ["https://a.cn/1", "https://b.cn/2"]),
    ("https://a.cn/1 https://b.cn/2\thttps://c.cn/3", ["https://a.cn/1", "https://b.cn/2", "https://c.cn/3"]),
    ("https://a.cn/1，https://b.cn/2、https://c.cn/3；https://d.cn/4。", ["https://a.cn/1", "https://b.cn/2", "https://c.cn/3", "https://d.cn/4"]),
    ("https://a.cn/1,https://b.cn/2, www.c.cn,", ["https://a.cn/1", "https://b.cn/2", "https://www.c.cn"]),
    ("https://a.cn/art_1,2,3.html?x=1;y=2", ["https://a.cn/art_1,2,3.html?x=1;y=2"]),
    ("www.a.cn/1\nhttps://www.a.cn/1", ["https://www.a.cn/1"]),
    ("<https://a.cn/1>\n“https://b.cn/2”", ["https://a.cn/1", "https://b.cn/2"]),
    (" \n ", []),
])
def test_addresses_are_found_in_whatever_was_pasted(text, found):
    assert list(addresses_in(text)) == found


def test_ten_addresses_become_ten_links_that_are_looked_at_and_named(client, clerk, response, web, django_capture_on_commit_callbacks):
    client.force_login(clerk)
    urls = [f"https://www.example.gov.cn/{number}.html" for number in range(10)]

    with django_capture_on_commit_callbacks(execute=True):
        answer = add(client, response, "\n".join(urls))

    assert answer.status_code == 302
    assert web.looked == urls
    assert set(response.evidence.values_list("title", "health", "check_at")) == {("一图读懂", H.OK, NOW + DAY)}
    assert client.get(response.get_absolute_url()).content.decode().count("可访问 · 已存快照") == 10


def test_good_addresses_are_saved_and_the_others_stay_in_the_box_with_their_reasons(client, clerk, response, link):
    client.force_login(clerk)
    bad = ["坏的", "https://www.example.gov.cn:8080/", "http://192.168.1.1/oa", link.url, "https://www.example.gov.cn/" + "x" * 1000]

    answer = add(client, response, "\n".join([*bad, "https://www.example.gov.cn/2.html", "www.example.gov.cn/3.html"]), **{"HX-Request": "true"})

    form = answer.context["link_form"]
    assert sorted(form["url"].value().split("\n")) == sorted(bad)
    assert set(response.evidence.values_list("url", flat=True)) == {link.url, "https://www.example.gov.cn/2.html", "https://www.example.gov.cn/3.html"}
    for words in ("“坏的”没有添加：网址不完整", "特别的端口号", "只在内部网络里有效", "不用重复添加", "网址太长"):
        assert words in answer.content.decode()


@pytest.mark.parametrize(("count", "saved"), [(50, 50), (51, 0)])
def test_fifty_addresses_at_once_and_no_more(client, clerk, response, count, saved):
    client.force_login(clerk)

    add(client, response, "\n".join(f"https://www.example.gov.cn/{number}" for number in range(count)))

    assert response.evidence.count() == saved


def test_a_typed_name_is_kept_for_the_only_address(client, clerk, response, web, django_capture_on_commit_callbacks):
    client.force_login(clerk)
    address = reverse("applications:add_link", args=[response.application_id, response.item.code])

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"link-url": "https://www.example.gov.cn/1.html", "link-title": "我的名称"})

    assert response.evidence.get().title == "我的名称"


# What a look leaves behind


def test_a_look_stores_what_was_found_and_its_words_once(response, clerk, link):
    other = actions.attach_link(response, "https://www.example.gov.cn/2.html", by=clerk, at=NOW)

    actions.record_check(link, PAGE, at=NOW)
    check = actions.record_check(other, PAGE, at=NOW)

    stored = LinkSnapshot.objects.get()
    assert stored.sha256 == hashlib.sha256(PAGE.text.encode()).hexdigest()
    assert (check.outcome, check.http_status, check.title, check.published_on, check.snapshot_id) == ("ok", 200, "一图读懂", date(2021, 9, 18), stored.sha256)
    assert (again(link).title, again(link).health, again(link).failures, again(link).check_at) == ("一图读懂", H.OK, 0, NOW + DAY)


@pytest.mark.parametrize(("on", "kept"), [(date(2021, 9, 27), True), (date(2021, 9, 28), False)])
def test_no_page_was_published_tomorrow(link, on, kept):
    check = actions.record_check(link, Look("ok", 200, text="x", published_on=on), at=NOW)

    assert check.published_on == (on if kept else None)


def test_a_link_that_was_never_there_is_broken_at_once(client, clerk, link):
    actions.record_check(link, GONE, at=NOW)
    client.force_login(clerk)

    assert again(link).health == H.BROKEN
    assert "网页打不开（404），请更换网址或上传网页截图" in client.get(link.response.get_absolute_url()).content.decode()
    assert AuditEvent.objects.filter(action="applications.link_broke").count() == 1


def test_a_link_that_was_there_is_broken_after_three_failures_in_a_row(link):
    actions.record_check(link, PAGE, at=NOW)
    for day, (look, health) in enumerate([(SILENT, H.OK), (GONE, H.OK), (PAGE, H.OK), (SILENT, H.OK), (SILENT, H.OK), (SILENT, H.BROKEN), (SILENT, H.BROKEN), (PAGE, H.OK)], 1):
        actions.record_check(link, look, at=NOW + day * DAY)
        assert again(link).health == health
    assert list(AuditEvent.objects.filter(action__startswith="applications.link_").order_by("number").values_list("action", flat=True)) == [
        "applications.link_broke", "applications.link_works",
    ]
    assert link.checks.count() == 9
    assert link.checks.filter(is_latest=True).get().outcome == "ok"


def test_what_could_not_be_looked_at_stays_as_it_was_and_is_tried_again_within_the_hour(link):
    for look, health in ((PAGE, H.OK), (GONE, H.OK)):
        actions.record_check(link, look, at=NOW)
        for hour in (1, 2, 3):
            actions.record_check(link, AWAY, at=NOW + timedelta(hours=hour))
        found = again(link)
        assert (found.health, found.check_at) == (health, NOW + timedelta(hours=4))
        assert found.last_check.outcome == look.outcome
    assert again(link).failures == 1
    assert link.checks.filter(outcome="not_checked").count() == 1


def test_a_link_never_looked_at_says_so(client, clerk, link):
    actions.record_check(link, AWAY, at=NOW)
    client.force_login(clerk)

    assert again(link).health == H.AWAY
    page = client.get(link.response.get_absolute_url()).content.decode()
    assert "未能检查" in page
    assert "打不开，请" not in page


# By the clock


def test_each_link_is_looked_at_once_a_day_from_publication_until_the_last_phase_has_ended(campaign, link, web):
    start = NOW + timedelta(minutes=2)
    with time_machine.travel(start, tick=False):
        assert tasks.sweep_link_checks(start) == 1
        assert tasks.sweep_link_checks(start) == 0
    last = moment(10, 31, 23, 59)
    for at, looks in ((start + DAY - timedelta(seconds=1), 1), (start + DAY, 2), (last, 3), (moment(11, 1) + timedelta(days=2), 3)):
        with time_machine.travel(at, tick=False):
            tasks.sweep_link_checks(at)
            tasks.sweep_link_checks(at)
        assert len(web.looked) == looks, at


@pytest.mark.parametrize("change", ["removed", "withdrawn", "unpublished", "switched off"])
def test_nobody_looks_at_what_is_out_of_the_running(change, campaign, link, clerk, web, settings):
    if change == "removed":
        actions.remove_evidence(link, by=clerk, at=NOW)
    elif change == "withdrawn":
        actions.withdraw(link.response.application, by=clerk, at=NOW)
    elif change == "unpublished":
        type(campaign).objects.update(published_at=None, published_by=None)
    else:
        settings.LINK_CHECKS = False

    assert tasks.sweep_link_checks(NOW + DAY) == 0
    assert web.looked == []


def test_a_few_links_are_looked_at_a_minute_and_all_of_them_in_the_end(response, clerk, web, clock):
    urls = [f"https://www{number % 3}.example.gov.cn/{number}" for number in range(20)]
    for url in urls:
        actions.attach_link(response, url, by=clerk, at=NOW)
    for minute in range(3, 6):
        clock.move_to(NOW + timedelta(minutes=minute))
        assert tasks.sweep_link_checks(NOW + timedelta(minutes=minute)) <= looking.LINKS_A_MINUTE

    assert sorted(web.looked) == sorted(urls)


def test_links_of_one_host_travel_together_and_hosts_apart(response, clerk):
    found = [actions.attach_link(response, url, by=clerk, at=NOW) for url in ("https://a.cn/1.x", "https://b.cn/1.x", "https://a.cn/2.x")]

    assert looking.by_host(found) == [[found[0].pk, found[2].pk], [found[1].pk]]


def test_one_host_is_asked_one_thing_at_a_time(link, web):
    with looking.turn_at("www.example.gov.cn") as is_mine:
        assert is_mine
        looking.check_links([link.pk])
    assert (web.looked, again(link).check_at) == ([], NOW + timedelta(minutes=1))

    looking.check_links([link.pk])
    assert web.looked == [link.url]


def test_when_the_cache_is_away_links_are_looked_at_all_the_same(link, web, monkeypatch, caplog):
    def away(*_asked, **_options):
        raise ConnectionError("no cache")

    monkeypatch.setattr(looking.cache, "add", away)

    looking.check_links([link.pk])

    assert web.looked == [link.url]
    assert "The cache does not answer" in caplog.text


def test_a_poisoned_link_stops_no_other(response, clerk, web, caplog):
    found = [actions.attach_link(response, f"https://www.example.gov.cn/{number}", by=clerk, at=NOW) for number in range(3)]
    web[found[1].url] = RuntimeError("poison")

    looking.check_links([link.pk for link in found])

    assert [again(link).health for link in found] == [H.OK, H.UNKNOWN, H.OK]
    assert again(found[1]).check_at == NOW + DAY
    assert "poison" in caplog.text


def test_slow_pages_share_the_time_of_one_message_and_the_rest_come_later(response, clerk, web, clock, monkeypatch):
    found = [actions.attach_link(response, f"https://www.example.gov.cn/{number}", by=clerk, at=NOW) for number in range(5)]

    def slow(url):
        clock.shift(50)
        return PAGE

    monkeypatch.setattr(links, "look", slow)
    looking.check_links([link.pk for link in found])

    assert [again(link).health for link in found] == [H.OK, H.OK, H.OK, H.UNKNOWN, H.UNKNOWN]
    assert again(found[4]).check_at == NOW + looking.LONGEST + looking.SOON


def test_a_second_message_about_a_link_does_nothing(link, web):
    looking.check_links([link.pk])
    looking.check_links([link.pk])
    looking.check_links([link.pk + 1000])

    assert len(web.looked) == 1


def test_a_message_that_was_lost_is_made_up_for_by_the_sweep(client, clerk, response, web, clock):
    client.force_login(clerk)
    add(client, response, "https://www.example.gov.cn/1.html")  # the transaction of this test never commits, so no message travels
    assert web.looked == []

    assert tasks.sweep_link_checks(NOW + timedelta(minutes=1)) == 0
    clock.move_to(NOW + timedelta(minutes=2))
    assert tasks.sweep_link_checks(NOW + timedelta(minutes=2)) == 1
    assert web.looked == ["https://www.example.gov.cn/1.html"]


def test_a_unit_has_so_many_looks_an_hour_and_other_units_are_not_held_up(campaign, link, web, clock, miaoshou, other_clerk, monkeypatch):
    monkeypatch.setattr(rules.links, "LOOKS_PER_HOUR", 3)
    for _number in range(3):
        actions.record_check(link, PAGE, at=NOW)
    actions.put_off_check(link, NOW)
    other = make_application(miaoshou, campaign, by=other_clerk).responses.first()
    others = actions.attach_link(other, "https://www.example.gov.cn/other", by=other_clerk, at=NOW)

    looking.check_links([link.pk, others.pk])
    assert (web.looked, again(link).check_at) == ([others.url], NOW + timedelta(minutes=10))
    clock.move_to(NOW + timedelta(hours=1))
    looking.check_links([link.pk])

    assert web.looked == [others.url, link.url]


# Looked at once more when somebody asks


def ask(client, link):
    return client.post(reverse("applications:check_link", args=[link.pk]), follow=True)


@pytest.mark.parametrize("person", ["clerk", "officer"])
def test_a_mended_page_is_looked_at_when_somebody_asks(person, request, client, link, web, django_capture_on_commit_callbacks):
    actions.record_check(link, GONE, at=NOW)
    client.force_login(request.getfixturevalue(person))
    assert "再检查一次" in client.get(reverse("applications:link", args=[link.pk])).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(client, link)

    assert "正在检查这个网页" in answer.content.decode()
    assert (web.looked, again(link).health) == ([link.url], "ok")
    assert AuditEvent.objects.get(action="applications.ask_for_check").detail["url"] == link.url


@pytest.mark.parametrize(("looks", "asked"), [(2, True), (3, False)])
def test_asking_counts_among_the_looks_of_the_hour(looks, asked, client, clerk, link, monkeypatch):
    monkeypatch.setattr(rules.links, "LOOKS_PER_HOUR", 3)
    for _number in range(looks):
        actions.record_check(link, GONE, at=NOW)
    client.force_login(clerk)

    answer = ask(client, link).content.decode()

    assert ("次数已满（3 次），请一小时后再试" in answer) is not asked
    assert (again(link).check_at == NOW) is asked
    assert ("再检查一次" in answer) is asked


def test_after_the_campaign_nobody_asks_any_more(clock, client, clerk, link):
    client.force_login(clerk)
    clock.move_to(moment(11, 1) + timedelta(days=2))

    answer = ask(client, link).content.decode()

    assert "活动已经结束，这个网页不再检查" in answer
    assert "再检查一次" not in answer
    assert not AuditEvent.objects.filter(action="applications.ask_for_check").exists()


# What it asks of people


def todos_of(person, campaign, at=NOW):
    return [todo for todo in rules.todos(person, campaign, at) if "打不开" in todo.title]


@pytest.mark.parametrize(("status", "words"), [
    ("draft", "1 个网页链接打不开，请更换网址或上传网页截图"), ("returned", "1 个网页链接打不开，请更换网址或上传网页截图"),
    ("with_county", "已报送的材料里有 1 个网页打不开"), ("submitted", "已报送的材料里有 1 个网页打不开"), ("accepted", "已报送的材料里有 1 个网页打不开"),
    ("declined", ""), ("withdrawn", ""),
])
def test_a_broken_link_is_a_task_of_its_unit_before_the_deadline_and_after(status, words, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, status, by=clerk)
    link = application.responses.in_order().first().evidence.first() or make_link(application.responses.in_order().first(), by=clerk)
    actions.record_check(link, GONE, at=NOW)

    for at in (NOW, moment(10, 20)):
        assert [todo.title for todo in todos_of(clerk, campaign, at)] == ([words] if words else [])
    assert todos_of(clerk, campaign, moment(11, 1)) == []


def test_of_a_returned_application_only_what_was_returned_can_be_replaced(campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, "returned", by=clerk)
    for response in application.responses.in_order():
        actions.record_check(response.evidence.get(), GONE, at=NOW)

    replace, explain = todos_of(clerk, campaign)

    assert (replace.title, explain.title) == ("1 个网页链接打不开，请更换网址或上传网页截图", "已报送的材料里有 2 个网页打不开")
    assert replace.url.endswith("/items/1.1/#links")


def test_the_task_is_gone_when_the_page_is_back_or_the_link_is_removed(campaign, response, clerk, link):
    actions.record_check(link, GONE, at=NOW)
    actions.record_check(link, PAGE, at=NOW)
    assert todos_of(clerk, campaign) == []

    actions.record_check(link, GONE, at=NOW)
    actions.record_check(link, GONE, at=NOW)
    actions.record_check(link, GONE, at=NOW)
    assert len(todos_of(clerk, campaign)) == 1
    actions.remove_evidence(link, by=clerk, at=NOW)
    assert todos_of(clerk, campaign) == []


# Pages


def test_a_row_asks_again_until_it_was_looked_at_and_gives_up_in_the_end(client, clerk, link, settings):
    settings.LINK_CHECKS = True
    client.force_login(clerk)
    address = reverse("applications:link", args=[link.pk])

    first = client.get(f"{address}?look=0", headers={"HX-Request": "true"}).content.decode()
    late = client.get(f"{address}?look=20", headers={"HX-Request": "true"}).content.decode()
    actions.record_check(link, PAGE, at=NOW)
    known = client.get(f"{address}?look=1", headers={"HX-Request": "true"}).content.decode()

    assert f'hx-get="{address}?look=1"' in first
    assert "正在检查" in first
    assert "hx-get" not in late
    assert "还在排队检查" in late
    assert "hx-get" not in known
    assert "可访问 · 已存快照" in known


def test_the_snapshot_is_shown_as_text_with_its_time_and_hash(client, clerk, link):
    hostile = Look("ok", 200, "https://www.example.gov.cn/2.html", "<script>alert(1)</script>", "<script>alert(1)</script>甲", date(2021, 9, 18))
    first = actions.record_check(link, hostile, at=NOW)
    actions.record_check(link, PAGE, at=NOW + DAY)
    client.force_login(clerk)
    address = reverse("applications:link", args=[link.pk])

    newest, older = client.get(address).content.decode(), client.get(f"{address}?check={first.pk}").content.decode()

    assert hashlib.sha256(PAGE.text.encode()).hexdigest() in newest
    assert "<script>alert" not in older
    assert "&lt;script&gt;alert(1)&lt;/script&gt;甲" in older
    assert "2021-09-27 10:32:00" in older
    assert "https://www.example.gov.cn/2.html" in older
    assert client.get(f"{address}?check=999999").status_code == 404


@pytest.mark.parametrize(("person", "sees"), [("clerk", True), ("county_clerk", True), ("officer", True), ("auditor", True), ("other_clerk", False), ("inspector", False), ("nobody", False)])
def test_a_snapshot_is_seen_by_those_who_see_the_evidence(person, sees, request, client, link):
    actions.record_check(link, PAGE, at=NOW)
    client.force_login(request.getfixturevalue(person))

    for headers in ({}, {"HX-Request": "true"}):
        assert client.get(reverse("applications:link", args=[link.pk]), headers=headers).status_code == (200 if sees else 404)


def test_a_check_of_another_link_is_not_shown_here(client, clerk, response, link):
    other = actions.attach_link(response, "https://www.example.gov.cn/2.html", by=clerk, at=NOW)
    check = actions.record_check(other, PAGE, at=NOW)
    client.force_login(clerk)

    assert client.get(f"{reverse('applications:link', args=[link.pk])}?check={check.pk}").status_code == 404


def test_the_office_sees_the_health_of_links_where_it_reads(client, officer, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, "submitted", by=clerk)
    actions.record_check(application.responses.in_order().first().evidence.get(), GONE, at=NOW)
    client.force_login(officer)

    page = client.get(application.get_absolute_url()).content.decode()

    assert "网页打不开（404）" in page
    assert page.count("看检查记录") == 1


def test_lists_of_links_ask_as_often_for_many_as_for_one(client, clerk, officer, response, link):
    actions.record_check(link, PAGE, at=NOW)

    def queries():
        counts = []
        for person, address in ((clerk, response.get_absolute_url()), (officer, response.application.get_absolute_url())):
            client.force_login(person)
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
        return counts

    few = queries()
    for number in range(12):
        actions.record_check(actions.attach_link(response, f"https://www.example.gov.cn/{number}.htm", by=clerk, at=NOW), PAGE, at=NOW)

    assert queries() == few


# Versions


def test_a_submitted_version_carries_what_was_found_and_a_later_look_is_no_change(response, link):
    before = snapshots.freeze(response.application)
    check = actions.record_check(link, PAGE, at=NOW)
    after = snapshots.freeze(response.application)

    assert "check" not in before["items"][0]["evidence"][0]
    assert after["items"][0]["evidence"][0]["check"] == {
        "id": check.pk, "outcome": "ok", "status": 200, "checked_at": again(link).last_check.checked_at.isoformat(), "title": "一图读懂", "sha256": check.snapshot_id, "published_on": "2021-09-18",
    }
    assert snapshots.differences(before, after) == []


def test_frozen_words_cannot_be_changed(link):
    actions.record_check(link, PAGE, at=NOW)

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        LinkSnapshot.objects.update(text="anders")
    with pytest.raises(IntegrityError, match="one_latest_check_per_link|UNIQUE"), transaction.atomic():
        LinkCheck.objects.create(evidence=link, checked_at=NOW, outcome="ok", is_latest=True)


def test_a_file_is_never_looked_at(response, clerk):
    link = make_link(response, by=clerk)
    blob = Blob.objects.create(sha256="a" * 64, size=1, media_type="image/png", extension="png", stored_at=NOW)
    with pytest.raises(IntegrityError, match="only_links_are_checked"), transaction.atomic():
        Evidence.objects.filter(pk=link.pk).update(kind="photo", url="", blob=blob, health="ok")
