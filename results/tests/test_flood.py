"""A flood of objections (S-34): what is stored stays within limits, a refused post costs the portal nothing, and somebody
who has something to say still gets through.

A minute of the flood is a frozen clock, so every post falls into the same minute and hour.
"""

import logging
from datetime import date
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from campaigns.tests.factories import moment
from results import actions, challenge, rules
from results.models import Objection
from results.tests.factories import make_confirmed, make_notice, make_objection, make_scored
from results.views import public

DURING = moment(11, 5, 9)
POSTS = 10_000
FACTS = "该单位公开专栏的内容长期没有更新，与申报材料不一致。"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def notice(campaign):
    units = [make_scored("市财政局", campaign, 90, kind="bureau")]
    make_confirmed(units)
    return make_notice(units, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))


def typed(notice, token, work="", **changes):
    given = {"entry": notice.entries.get().pk, "name": "张三", "phone": "0563-3021234", "facts": FACTS, "token": token, "work": work}
    return urlencode(given | changes)


def post(client, notice, body, address):
    path = reverse("results:public_objection", args=[notice.pk])
    return client.generic("POST", path, body, "application/x-www-form-urlencoded", REMOTE_ADDR=address)


def genuine(notice, clock, address="198.51.100.7"):
    """Somebody opens the form, writes, and sends it; the browser did its work meanwhile."""
    client = Client(REMOTE_ADDR=address)
    token = client.get(reverse("results:public_objection", args=[notice.pk])).context["form"]["token"].value()
    clock.shift(30)
    return post(client, notice, typed(notice, token, challenge.solve(token), facts=f"{FACTS}来自 {address}。"), address)


@pytest.mark.parametrize("networks", [1, 500])
def test_ten_thousand_posts_in_a_minute_store_few_and_a_genuine_objector_gets_through(notice, caplog, networks):
    """Well-formed, each with a fresh token of its own, from a machine that does no work."""
    caplog.set_level(logging.ERROR, "django.request")
    client, refused, body = Client(), 0, typed(notice, "TOKEN")
    addresses = [f"203.0.{number // 250}.{number % 250 + 1}" for number in range(networks)]
    with time_machine.travel(DURING, tick=False) as clock:
        tokens = [challenge.new_token() for _one in range(POSTS)]
        clock.shift(5)
        for number, token in enumerate(tokens):
            refused += post(client, notice, body.replace("TOKEN", quote(token)), addresses[number % networks]).status_code != 302
        stored = Objection.objects.count()
        answer = genuine(notice, clock)

    assert stored <= (public.UNTROUBLED if networks == 1 else public.UNTROUBLED_IN_ALL)
    assert refused == POSTS - stored
    assert answer.status_code == 302
    assert Objection.objects.filter(facts__contains="198.51.100.7").count() == 1


def test_a_refused_post_asks_the_database_nothing(notice, django_assert_num_queries):
    client, body = Client(), typed(notice, "made-up")
    with time_machine.travel(DURING, tick=False):
        for number in range(public.CALM_IN_A_MINUTE):
            post(client, notice, "", f"203.0.113.{number}")
        with django_assert_num_queries(0):
            answer = post(client, notice, body, "203.0.113.200")

    assert answer.status_code == 429
    assert "请按浏览器的“返回”键" in answer.content.decode()


def test_without_the_guard_the_flood_is_stored(notice, monkeypatch):
    """Negative control: the same posts, with the limits out of the way."""
    monkeypatch.setattr(public, "turned_away", lambda request: None)
    monkeypatch.setattr(public, "must_work", lambda at: False)
    monkeypatch.setattr(public, "OBJECTIONS_AN_HOUR", POSTS)
    client = Client()
    with time_machine.travel(DURING, tick=False) as clock:
        tokens = [challenge.new_token() for _one in range(public.UNTROUBLED_IN_ALL + 10)]
        clock.shift(5)
        for token in tokens:
            post(client, notice, typed(notice, token), "203.0.113.1")

    assert Objection.objects.count() == len(tokens)


def test_the_work_is_asked_for_only_when_many_arrived(notice):
    """Two from one network go without; the third says why, keeps the text, and goes with the work done."""
    with time_machine.travel(DURING, tick=False) as clock:
        tokens = [challenge.new_token() for _one in range(3)]
        clock.shift(5)
        answers = [post(Client(), notice, typed(notice, token), "203.0.113.1") for token in tokens]
        with_work = post(Client(), notice, typed(notice, tokens[2], challenge.solve(tokens[2])), "203.0.113.1")

    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert "要由浏览器先验算一次" in answers[2].content.decode()
    assert FACTS in answers[2].content.decode()
    assert with_work.status_code == 302


def test_work_is_bound_to_a_token_of_ours():
    token, other = challenge.new_token(), challenge.new_token()
    work = challenge.solve(token)

    assert challenge.is_solved(token, work)
    assert not challenge.is_solved(other, work)
    assert not challenge.is_solved(token, "")
    assert not challenge.is_solved(token, str(int(work) + 1))
    assert not challenge.is_solved(token[:-1] + ("a" if token[-1] != "a" else "b"), work)


def test_no_more_in_an_hour_than_an_office_can_read(notice):
    entry = notice.entries.get()
    objection = make_objection(entry, received_at=DURING)
    Objection.objects.bulk_create(
        Objection(entry=entry, code=f"FLOOD-{number}", facts=FACTS, received_at=DURING, due_on=objection.due_on)
        for number in range(rules.OBJECTIONS_AN_HOUR_IN_ALL - 2)
    )

    actions.file_objection(entry, name="张三", phone="0563-3021234", facts=FACTS, at=DURING)
    with time_machine.travel(DURING, tick=False) as clock:
        answer = genuine(notice, clock)
        assert answer.status_code == 200
        assert "最近一小时收到的异议太多" in answer.content.decode()
        assert FACTS in answer.content.decode()
        clock.shift(3600)
        assert genuine(notice, clock).status_code == 302


def test_one_network_does_not_shut_another_out(notice):
    with time_machine.travel(DURING, tick=False) as clock:
        for _one in range(public.POSTS_AN_HOUR + 1):
            answer = post(Client(), notice, "", "203.0.113.1")
        assert "从你所在的网络提交得太多" in answer.content.decode()

        assert genuine(notice, clock).status_code == 302
