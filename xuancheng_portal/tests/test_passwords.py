"""Which passwords the policy takes (S-10)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

REFUSED = [
    "", "a", "Aa1!Aa1!x", "short Aa1", "password", "Password123", "P@ssw0rd2021!", "Passw0rd!!", "Qwertyuiop1!", "iloveyou2021!", "1234567890Aa!", "Abcdefgh1!x",
    "aaaaaaaaaA1!", "Aa1!Aa1!Aa1!Aa", "lettersonly here", "onlylowercase", "ONLYUPPERCASE", "8301946275", "lowerUPPERonly", "lower830194627",
    "Xuancheng2021!", "xuan宣城市2021A", "宣城2021abcD!", "ＸＵＡＮＣＨＥＮＧ-7a", "政务公开Aa1!xx", "Gongkai-2021x", "泾县的密码 Aa 1", "桃花潭镇 2021 Aa", "桃花潭-2021-Aa",
    "341823103-Ab!x", "clerk-2021-Clerk", "汪小桃的密码 Ab1",
]
TAKEN = [
    "敬亭山上的云 2021", "Ah-Mei 7 rises", "korrekt Pferd 9 Batterie", "tR7#kq9$Lm2v", "Wu 江 ♥ 9 sternen", "x9!" + "Qz7-" * 20, "夜来风雨声 Vogel 3", "Zq!8" + "ö" * 5 + "fh2KL",
]


def is_taken(password, user):
    try:
        validate_password(password, user)
    except ValidationError:
        return False
    return True


def test_the_table_has_forty_passwords():
    assert len(REFUSED) + len(TAKEN) == 40
    assert any(len(password) > 64 for password in TAKEN)


@pytest.mark.parametrize("password", REFUSED)
def test_a_weak_password_is_refused(campaign, clerk, password):
    assert not is_taken(password, clerk)


@pytest.mark.parametrize("password", TAKEN)
def test_a_good_password_is_taken(campaign, clerk, password):
    assert is_taken(password, clerk)


def test_a_password_of_128_signs_opens_the_portal(client, clerk):
    long = "x9!" + "Qz7-" * 31
    clerk.set_password(long)
    clerk.save()

    assert client.post(reverse("accounts:login"), {"username": "clerk", "password": long}).status_code == 302
    client.logout()
    assert client.post(reverse("accounts:login"), {"username": "clerk", "password": long[:-1]}).status_code == 200


@pytest.mark.parametrize("page", ["accounts:login", "accounts:password_change"])
def test_nothing_keeps_a_password_manager_from_pasting(client, clerk, page):
    if page != "accounts:login":
        client.force_login(clerk)

    shown = client.get(reverse(page)).content.decode()

    assert "onpaste" not in shown
    assert "maxlength" not in "".join(part for part in shown.split("<input") if 'type="password"' in part)
    assert 'autocomplete="current-password"' in shown


@pytest.mark.parametrize(("days", "age", "asked"), [
    (90, timedelta(days=90), True), (90, timedelta(days=89, hours=23), False), (0, timedelta(days=4000), False),
])
def test_an_old_password_is_replaced_before_anything_else_when_the_policy_says_so(client, clerk, password, settings, days, age, asked):
    settings.PASSWORD_MAX_AGE_DAYS = days
    with time_machine.travel(clerk.password_changed_at + age, tick=False):
        client.force_login(clerk)
        response = client.get(reverse("accounts:inbox"))
        assert (response.status_code == 302) is asked
        if asked:
            assert "已经用了 90 天" in client.get(response["Location"]).content.decode()
            same = client.post(reverse("accounts:password_change"), {"old_password": password, "new_password1": password, "new_password2": password})
            assert "不能和现在的密码一样" in same.content.decode()
            new = "敬亭山上的云 2021"
            client.post(reverse("accounts:password_change"), {"old_password": password, "new_password1": new, "new_password2": new})
            assert client.get(reverse("accounts:inbox")).status_code == 200


def test_whoever_has_no_password_here_is_not_asked_for_a_new_one(clerk, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 1
    clerk.set_unusable_password()

    assert not clerk.password_is_old(timezone.now() + timedelta(days=9))
