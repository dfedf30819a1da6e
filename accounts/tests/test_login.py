"""Signing in, staying in, and being kept out."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Role, RoleGrant

LOGIN = "/accounts/login/"


def sign_in(client, user, password, **extra):
    return client.post(LOGIN, {"username": user.username, "password": password}, **extra)


def test_the_right_password_opens_the_portal_and_is_recorded(client, clerk, password):
    response = sign_in(client, clerk, password)

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(clerk.pk)
    assert AuditEvent.objects.get().action == "accounts.login"


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(client, clerk):
    response = sign_in(client, clerk, "wrong")

    assert "账号或密码不正确" in response.content.decode()
    assert 'value="clerk"' in response.content.decode()
    assert AuditEvent.objects.get().action == "accounts.login_failed"


def test_an_unknown_name_a_wrong_password_and_a_disabled_account_answer_alike(client, clerk, password):
    clerk.is_active = False
    clerk.save()

    answers = [client.post(LOGIN, {"username": name, "password": word}) for name, word in [("clerk", password), ("ghost", "x")]]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("账号或密码不正确" in answer.content.decode() for answer in answers)


def test_five_wrong_passwords_from_one_place_make_it_wait_while_others_enter(client, clerk, password, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(client, clerk, "wrong", REMOTE_ADDR="198.51.100.7")
    assert response.status_code == 429
    assert "请稍后再登录" in response.content.decode()
    assert sign_in(client, clerk, password, REMOTE_ADDR="198.51.100.7").status_code == 429

    elsewhere = sign_in(client, clerk, password, REMOTE_ADDR="198.51.100.8")

    assert elsewhere.status_code == 302


def test_next_never_leads_away(client, clerk, password):
    response = client.post(LOGIN, {"username": "clerk", "password": password, "next": "https://evil.example/"})

    assert response["Location"] == "/"


@pytest.mark.parametrize(("after", "still_in"), [(timedelta(minutes=29, seconds=59), True), (timedelta(minutes=30, seconds=1), False)])
def test_thirty_idle_minutes_end_the_session(client, clerk, password, after, still_in):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client, clerk, password)

    with time_machine.travel(start + after, tick=False):
        response = client.get(reverse("accounts:inbox"))

    assert (response.status_code == 200) is still_in


def test_a_changed_role_ends_the_session_at_the_next_request(client, clerk, password):
    sign_in(client, clerk, password)
    assert client.get(reverse("accounts:inbox")).status_code == 200

    RoleGrant.objects.create(user=clerk, role=Role.COUNTY_CLERK)

    assert client.get(reverse("accounts:inbox")).status_code == 302


def test_signing_out_ends_the_session_and_clears_the_device(client, clerk, password):
    sign_in(client, clerk, password)

    response = client.post(reverse("accounts:logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.first().action == "accounts.logout"


def test_a_given_password_must_be_changed_before_anything_else(client, clerk, password):
    clerk.must_change_password = True
    clerk.save()
    client.force_login(clerk)

    assert client.get(reverse("accounts:inbox"))["Location"] == reverse("accounts:password_change")

    new = "敬亭山上的云 2021"
    client.post(reverse("accounts:password_change"), {"old_password": password, "new_password1": new, "new_password2": new})

    assert client.get(reverse("accounts:inbox")).status_code == 200
    clerk.refresh_from_db()
    assert clerk.check_password(new)
    assert not clerk.must_change_password


@pytest.mark.parametrize(("debug", "status"), [(True, 302), (False, 200)])
def test_the_password_of_the_demo_opens_nothing_where_debug_is_off(client, clerk, settings, debug, status):
    settings.DEBUG = debug
    clerk.set_password(settings.DEMO_PASSWORD)
    clerk.save()

    assert sign_in(client, clerk, settings.DEMO_PASSWORD).status_code == status
