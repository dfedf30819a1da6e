"""A code beside the password: once each, within one step, slowed when guessed, and no way around it (S-14)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import actions
from accounts.models import AuditEvent, RecoveryCode

SETUP, VERIFY, INBOX = "/accounts/second-factor/", "/accounts/second-factor/code/", "/accounts/inbox/"


def code_of(device, steps=0):
    totp = TOTP(device.bin_key)
    totp.time = timezone.now().timestamp() + 30 * steps
    return f"{totp.token():06}"


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:  # not before whoever is there already
        yield clock


@pytest.fixture
def enrolled(officer, clock):
    """The officer's device and recovery codes."""
    device = TOTPDevice(user=officer, key="3132333435363738393031323334353637383930")
    made = actions.set_up_second_factor(officer, device.key, code_of(device), by=officer, at=timezone.now())
    clock.shift(timedelta(minutes=5))
    return made


def sign_in(client, password, name="officer"):
    return client.post(reverse("accounts:login"), {"username": name, "password": password})


def test_it_is_set_up_with_a_code_of_the_phone_and_ten_codes_are_shown_once(client, officer, clock):
    client.force_login(officer)
    shown = client.get(SETUP)
    key = client.session["second_factor_key"]
    before = client.session.session_key

    done = client.post(SETUP, {"code": code_of(TOTPDevice(key=key))})

    assert "data:image/svg+xml" in shown.content.decode()
    assert shown.context["key"].replace(" ", "") in shown.content.decode().replace(" ", "")
    codes = done.context["codes"]
    assert len(set(codes)) == 10
    assert all(code in done.content.decode() for code in codes)
    assert all(code.replace("-", "") not in str(list(RecoveryCode.objects.values())) for code in codes)
    assert client.session.session_key != before
    assert client.get(INBOX).status_code == 200
    assert codes[0] not in client.get(SETUP).content.decode()
    assert {"accounts.set_up_second_factor", "accounts.second_factor"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_a_wrong_code_sets_nothing_up(client, officer, clock):
    client.force_login(officer)
    client.get(SETUP)

    response = client.post(SETUP, {"code": "000000"})

    assert "验证码不正确" in response.content.decode()
    assert not TOTPDevice.objects.exists()


def test_the_password_alone_opens_no_address(client, enrolled, password):
    sign_in(client, password)

    for name in ("home", "accounts:inbox", "overview", "admin:index", "accounts:second_factor", "accounts:password_change", "status"):
        response = client.get(reverse(name))
        assert response["Location"].startswith(VERIFY), name
    assert client.post(INBOX)["Location"] == VERIFY
    assert client.get(INBOX, headers={"Accept": "application/json"}).status_code == 403
    assert client.post(reverse("accounts:logout")).status_code == 302


def test_the_code_opens_the_portal_with_a_new_key_and_leads_on(client, enrolled, password):
    sign_in(client, password)
    before = client.session.session_key

    response = client.post(VERIFY, {"code": code_of(enrolled[0]), "next": INBOX})

    assert response["Location"] == INBOX
    assert client.session.session_key != before
    assert client.get(INBOX).status_code == 200


def test_whether_it_is_set_up_is_read_with_the_person(client, clerk, officer):
    """An ordinary request pays no query for it."""
    for person in (clerk, officer):
        client.force_login(person)

        with CaptureQueriesContext(connection) as asked:
            assert client.get(INBOX).status_code == 200

        about_devices = [query["sql"] for query in asked if "totpdevice" in query["sql"]]
        assert len(about_devices) == 1
        assert 'FROM "accounts_user"' in about_devices[0]


def test_what_is_set_up_or_ended_elsewhere_holds_at_the_next_request(client, officer, clock):
    client.force_login(officer)
    assert client.get(INBOX).status_code == 200

    device = TOTPDevice(user=officer, key="3132333435363738393031323334353637383930")
    actions.set_up_second_factor(officer, device.key, code_of(device), by=officer, at=timezone.now())
    assert client.get(INBOX)["Location"].startswith(VERIFY)

    actions.end_second_factor(officer, by=officer, at=timezone.now())
    assert client.get(INBOX).status_code == 200


def test_next_never_leads_away(client, enrolled, password):
    sign_in(client, password)

    assert client.post(VERIFY, {"code": code_of(enrolled[0]), "next": "https://evil.example/"})["Location"] == "/"


def test_a_code_works_once(enrolled, password):
    code = code_of(enrolled[0])
    answers = []
    for _ in range(2):
        browser = Client()
        sign_in(browser, password)
        answers.append(browser.post(VERIFY, {"code": code}).status_code)

    assert answers == [302, 200]


@pytest.mark.parametrize(("steps", "status"), [(-2, 200), (-1, 302), (0, 302), (1, 302), (2, 200)])
def test_the_window_is_one_step_before_and_after(client, enrolled, password, steps, status):
    sign_in(client, password)

    assert client.post(VERIFY, {"code": code_of(enrolled[0], steps)}).status_code == status


def test_guessing_is_slowed(client, enrolled, password, clock, monkeypatch):
    looked_at = []
    genuine = TOTP.verify
    monkeypatch.setattr(TOTP, "verify", lambda self, *args: looked_at.append(args) or genuine(self, *args))
    sign_in(client, password)

    for number in range(200):
        client.post(VERIFY, {"code": f"{number:06}"})
        clock.shift(timedelta(seconds=1))
    assert len(looked_at) < 10
    assert client.post(VERIFY, {"code": code_of(enrolled[0])}).status_code == 200  # it waits, whatever is typed

    clock.shift(timedelta(minutes=10))
    assert client.post(VERIFY, {"code": code_of(enrolled[0])}).status_code == 302


def test_guessing_recovery_codes_is_slowed_as_well(client, enrolled, password):
    sign_in(client, password)
    client.post(VERIFY, {"code": "aaaa-bbbb-cccc"})

    assert client.post(VERIFY, {"code": enrolled[1][0]}).status_code == 200


def test_a_recovery_code_opens_once(enrolled, password):
    answers = []
    for typed in (enrolled[1][3].upper(), enrolled[1][3]):
        browser = Client()
        sign_in(browser, password)
        answers.append(browser.post(VERIFY, {"code": typed}).status_code)

    assert answers == [302, 200]
    assert AuditEvent.objects.get(action="accounts.use_recovery_code").detail["left"] == 9


def test_new_recovery_codes_end_the_old_ones(client, enrolled, password, clock):
    sign_in(client, password)
    client.post(VERIFY, {"code": code_of(enrolled[0])})
    clock.shift(timedelta(minutes=1))
    renewed = client.post(SETUP, {"code": code_of(enrolled[0]), "do": "codes"}).context["codes"]

    browser = Client()
    sign_in(browser, password)
    assert browser.post(VERIFY, {"code": enrolled[1][0]}).status_code == 200
    clock.shift(timedelta(minutes=1))
    assert browser.post(VERIFY, {"code": renewed[0]}).status_code == 302


def test_where_it_is_required_nothing_opens_before_it_is_set_up(client, officer, clerk, settings, clock):
    settings.SECOND_FACTOR = "required"
    client.force_login(officer)

    assert client.get(INBOX)["Location"].startswith(SETUP)
    assert "你的角色要求两步验证" in client.get(SETUP).content.decode()
    client.force_login(clerk)
    assert client.get(INBOX).status_code == 200
    assert client.get(SETUP).status_code == 403


def test_where_it_is_required_it_cannot_be_ended(client, enrolled, password, settings, clock):
    settings.SECOND_FACTOR = "required"
    sign_in(client, password)
    client.post(VERIFY, {"code": code_of(enrolled[0])})
    clock.shift(timedelta(minutes=1))

    client.post(SETUP, {"code": code_of(enrolled[0]), "do": "end"})

    assert TOTPDevice.objects.exists()


def test_where_it_is_offered_its_owner_ends_it_with_a_code(client, enrolled, password, clock):
    sign_in(client, password)
    client.post(VERIFY, {"code": code_of(enrolled[0])})
    clock.shift(timedelta(minutes=1))
    client.post(SETUP, {"code": "000000", "do": "end"})
    assert TOTPDevice.objects.exists()
    clock.shift(timedelta(minutes=1))

    client.post(SETUP, {"code": code_of(enrolled[0]), "do": "end"})

    assert not TOTPDevice.objects.exists()


def test_off_means_that_nobody_is_asked(client, enrolled, password, settings):
    settings.SECOND_FACTOR = "off"
    sign_in(client, password)

    assert client.get(INBOX).status_code == 200
    assert client.get(SETUP).status_code == 403


def test_another_administrator_resets_it_and_that_is_recorded(client, enrolled, administrator, officer, password):
    client.force_login(administrator)
    reset = reverse("accounts:reset_second_factor", args=[officer.pk])

    client.post(reset)

    assert not TOTPDevice.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert AuditEvent.objects.get(action="accounts.end_second_factor").by == administrator
    assert client.post(reverse("accounts:reset_second_factor", args=[administrator.pk])).status_code == 403
    client.force_login(officer)
    assert client.post(reset).status_code == 403


def test_a_change_of_password_does_not_pass_it_by(enrolled, officer, administrator):
    secret = actions.invite([officer], by_mail=False, by=administrator, at=timezone.now())[0][1]
    browser, new = Client(), "Xi 敬亭山上的云 7"

    browser.post(reverse("accounts:sign_in_link", args=[secret]), {"new_password1": new, "new_password2": new})

    assert browser.get(INBOX)["Location"].startswith(VERIFY)


def test_the_key_is_shown_to_nobody_in_the_admin(client, administrator, enrolled):
    client.force_login(administrator)

    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
