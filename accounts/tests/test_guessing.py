"""Guessing is slowed, nobody is shut out, and every refusal looks the same (S-11, S-12)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, throttle
from accounts.backends import RoleBackend
from accounts.tests.factories import PASSWORD, make_user

LOGIN = "/accounts/login/"


def attempt(name, word, address="198.51.100.7", client=None):
    return (client or Client()).post(LOGIN, {"username": name, "password": word}, REMOTE_ADDR=address)


@pytest.fixture
def looked_at(monkeypatch):
    """The passwords that were really looked at."""
    seen = []
    genuine = RoleBackend.authenticate

    def watched(self, request, username=None, password=None, **kwargs):
        seen.append((username, password))
        return genuine(self, request, username=username, password=password, **kwargs)

    monkeypatch.setattr(RoleBackend, "authenticate", watched)
    return seen


def test_of_a_thousand_guesses_from_one_place_hardly_any_is_looked_at_while_the_person_signs_in_elsewhere(clerk, password, looked_at):
    for number in range(1000):
        if number == 500:
            assert attempt("clerk", password, "198.51.100.8").status_code == 302
        attempt("clerk", f"guess {number}")

    guesses = [word for _name, word in looked_at if word != password]
    assert 0 < len(guesses) < 30
    assert attempt("clerk", password, "203.0.113.5").status_code == 302


def test_a_thousand_guesses_from_a_thousand_places_keep_nobody_from_the_places_they_know(clerk, password, looked_at):
    assert attempt("clerk", password, "198.51.100.8").status_code == 302
    looked_at.clear()

    for number in range(1000):
        attempt("clerk", f"guess {number}", f"192.0.{number // 250}.{number % 250}")

    assert 0 < len(looked_at) < 30
    assert attempt("clerk", password, "198.51.100.8").status_code == 302
    later = timezone.now() + throttle.STRANGERS_WINDOW + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert attempt("clerk", password, "203.0.113.5").status_code == 302  # never for long


def test_two_hundred_people_behind_one_address_all_sign_in(db, taohuatan):
    people = [make_user(organization=taohuatan) for _ in range(200)]

    for number, person in enumerate(people):
        if number % 3 == 0:
            attempt(person.username, "mistyped")
        assert attempt(person.username, PASSWORD).status_code == 302


def test_the_wait_doubles_with_each_wrong_password_up_to_an_hour(settings):
    limit = settings.AXES_FAILURE_LIMIT

    assert [throttle.wait_after(limit + extra) for extra in (-1, 0, 1, 2)] == [timedelta(minutes=n) for n in (0, 1, 2, 4)]
    assert throttle.wait_after(limit + 50) == timedelta(hours=1)


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (61, 302)])
def test_after_five_wrong_passwords_the_right_one_waits_a_minute(clerk, password, settings, seconds, status):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            attempt("clerk", "wrong")

    with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
        assert attempt("clerk", password).status_code == status


def test_trying_while_one_waits_makes_the_wait_no_longer(clerk, password, settings):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            attempt("clerk", "wrong")
    with time_machine.travel(start + timedelta(seconds=50), tick=False):
        for _ in range(20):
            attempt("clerk", "wrong")

    with time_machine.travel(start + timedelta(seconds=61), tick=False):
        assert attempt("clerk", password).status_code == 302


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False), ("198.51.100.7", "198.51.100.8", False),
])
def test_an_ipv6_house_is_one_network(one, other, same):
    assert (throttle.network_of(one) == throttle.network_of(other)) is same


def test_unknown_wrong_disabled_and_waiting_are_answered_alike(clerk, colleague, bureau_clerk, password, settings):
    colleague.is_active = False
    colleague.save()
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        attempt("bureau_clerk", "wrong", "198.51.100.9")
    cases = [("ghost", "wrong", "198.51.100.1"), ("clerk", "wrong", "198.51.100.2"), ("colleague", password, "198.51.100.3"), ("bureau_clerk", password, "198.51.100.9")]

    answers = [attempt(*case) for case in cases]

    assert {answer.status_code for answer in answers} == {200}
    pages = {
        re.sub(rf'value="{name}"|(csrfmiddlewaretoken" value|X-CSRFToken)[^>]*', "", answer.content.decode())
        for (name, _word, _address), answer in zip(cases, answers, strict=True)
    }
    assert len(pages) == 1
    assert "账号或密码不正确" in pages.pop()


def test_the_dialog_over_a_page_answers_alike_too(clerk, settings):
    browser = Client(headers={"Accept": "application/json"})
    answers = [browser.post(LOGIN, {"username": name, "password": "wrong"}) for name in ["clerk"] * (settings.AXES_FAILURE_LIMIT + 2) + ["ghost"]]

    assert {(answer.status_code, answer.content) for answer in answers} == {(422, answers[0].content)}


def test_each_refusal_costs_one_hash_and_so_the_same_time(clerk, colleague, bureau_clerk, password, settings, monkeypatch):
    """No clock is asked on a shared machine: nearly all of the time is the hash, and that is counted."""
    colleague.is_active = False
    colleague.save()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt("bureau_clerk", "wrong", "198.51.100.9")
    hashed = []
    genuine = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda self, word, salt: hashed.append(word) or genuine(self, word, salt))

    counts = []
    for case in [("ghost", "wrong", "198.51.100.1"), ("clerk", "wrong", "198.51.100.2"), ("colleague", password, "198.51.100.3"), ("bureau_clerk", password, "198.51.100.9")]:
        hashed.clear()
        attempt(*case)
        counts.append(len(hashed))

    assert counts == [1, 1, 1, 1]


def test_a_link_by_letter_opens_while_the_password_waits(clerk, administrator, settings):

    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt("clerk", "wrong")
    secret = actions.invite([clerk], by_mail=False, by=administrator, at=timezone.now())[0][1]
    new = "Xi 敬亭山上的云 7"

    Client().post(reverse("accounts:sign_in_link", args=[secret]), {"new_password1": new, "new_password2": new}, REMOTE_ADDR="198.51.100.7")

    assert attempt("clerk", new).status_code == 302
