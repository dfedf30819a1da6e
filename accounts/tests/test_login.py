"""Signing in, staying in, and being kept out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
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


def test_signing_in_gives_a_new_key_and_a_planted_one_opens_nothing(client, clerk, password, settings):
    client.get(LOGIN)
    planted = client.session.session_key or client.session.create() or client.session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    sign_in(client, clerk, password)

    assert client.session.session_key != planted
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert client.get(reverse("accounts:inbox")).status_code == 302


def test_a_new_password_gives_a_new_key_and_ends_the_other_sessions(client, clerk, password, settings):
    other = Client()
    other.force_login(clerk)
    client.force_login(clerk)
    before = client.session.session_key

    new = "敬亭山上的云 2021"
    client.post(reverse("accounts:password_change"), {"old_password": password, "new_password1": new, "new_password2": new})

    assert client.session.session_key != before
    assert client.get(reverse("accounts:inbox")).status_code == 200
    assert other.get(reverse("accounts:inbox")).status_code == 302


def test_what_was_signed_out_is_gone_on_the_server(client, clerk, password, settings):
    sign_in(client, clerk, password)
    key = client.session.session_key
    client.post(reverse("accounts:logout"))

    client.cookies[settings.SESSION_COOKIE_NAME] = key

    assert client.get(reverse("accounts:inbox")).status_code == 302


@pytest.mark.parametrize(("hours", "still_in"), [(timedelta(hours=11, minutes=59), True), (timedelta(hours=12), False)])
def test_twelve_hours_end_the_busiest_session(client, clerk, password, hours, still_in):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client, clerk, password)
        client.get(reverse("accounts:inbox"))
    passed = timedelta(minutes=20)
    while passed < hours:
        with time_machine.travel(start + passed, tick=False):
            client.get(reverse("accounts:inbox"))
        passed += timedelta(minutes=20)

    with time_machine.travel(start + hours, tick=False):
        assert (client.get(reverse("accounts:inbox")).status_code == 200) is still_in


def test_the_cookie_of_the_session_is_kept_from_scripts_and_other_sites(client, clerk, password, settings):
    cookie = sign_in(client, clerk, password).cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
