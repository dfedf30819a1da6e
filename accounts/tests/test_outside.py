"""Sign-in by an identity provider, against real ones that run beside the tests."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.tests.factories import make_user

HERE = Path(__file__).parent


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def ask(address, told=None):
    """(status, where it leads) of a provider, as a browser would get it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), StayHere())
    try:
        response = opener.open(urllib.request.Request(address, None if told is None else json.dumps(told).encode()), timeout=20)  # noqa: S310  (127.0.0.1 only)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, response.headers.get("Location")


def start(program, *arguments):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(HERE / program), str(port), *arguments])
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    process.kill()
    raise AssertionError("the provider did not start")


@pytest.fixture(scope="module")
def oidc_server():
    process, address = start("oidc_provider.py", "portal", "our-secret")
    yield address
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def cas_server():
    process, address = start("cas_server.py")
    yield address
    process.kill()
    process.wait()


@pytest.fixture
def oidc(oidc_server, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = oidc_server, "portal", "our-secret"
    return oidc_server


@pytest.fixture
def cas(cas_server, settings):
    settings.CAS_URL = f"{cas_server}/cas/"
    return cas_server


def inside(address):
    """The path and query of an address of ours."""
    parts = urlsplit(address)
    assert parts.netloc == "127.0.0.1:8000"
    return f"{parts.path}?{parts.query}"


def there_and_back(client, way, **changes):
    """From our button to the provider and back; `changes` replace what it sends along."""
    away = client.get(reverse(f"accounts:{way}"))
    back = inside(ask(away["Location"])[1])
    path, _mark, query = back.partition("?")
    return client.get(f"{path}?{urlencode({key: values[0] for key, values in parse_qs(query).items()} | changes)}")


def become(server, name, **more):
    ask(f"{server}/become", {"sub": name, "claims": {"preferred_username": name} | more.pop("claims", {}), **more})


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_the_buttons_stand_there_only_when_set_up(client, db):
    assert "统一身份认证" not in client.get(reverse("accounts:login")).content.decode()
    assert {client.get(reverse(f"accounts:{name}")).status_code for name in ("oidc", "oidc_back", "cas", "cas_back")} == {404}


def test_the_buttons_lead_to_the_providers(client, db, oidc, cas):
    page = client.get(reverse("accounts:login")).content.decode()

    assert reverse("accounts:oidc") in page
    assert reverse("accounts:cas") in page


class TestOidc:
    def test_the_provider_opens_the_account_of_that_name_and_the_log_says_how(self, client, clerk, oidc):
        become(oidc, "clerk")

        response = there_and_back(client, "oidc")

        assert response["Location"] == "/"
        assert signed_in(client) == str(clerk.pk)
        assert client.get(reverse("accounts:inbox")).status_code == 200
        assert AuditEvent.objects.get(action="accounts.login").detail["way"] == "oidc"

    def test_the_request_carries_state_nonce_and_a_challenge(self, client, db, oidc):
        asked = parse_qs(urlsplit(client.get(reverse("accounts:oidc"))["Location"]).query)

        assert asked["code_challenge_method"] == ["S256"]
        assert {"state", "nonce", "code_challenge"} <= set(asked)
        assert asked["redirect_uri"] == ["http://127.0.0.1:8000/accounts/oidc/back/"]

    def test_a_spoofed_host_changes_no_address(self, client, db, oidc, settings):
        settings.ALLOWED_HOSTS = ["evil.example", "testserver"]

        away = client.get(reverse("accounts:oidc"), headers={"Host": "evil.example"})["Location"]

        assert "evil" not in away

    @pytest.mark.parametrize("flaw", ["nonce", "key", "issuer"])
    def test_a_token_with_a_flaw_opens_nothing(self, client, clerk, oidc, flaw):
        become(oidc, "clerk", flaw=flaw)

        response = there_and_back(client, "oidc")

        assert response.status_code == 403
        assert "身份认证没有完成" in response.content.decode()
        assert signed_in(client) is None

    @pytest.mark.parametrize("changes", [{"state": "another"}, {"code": "guessed"}, {"error": "access_denied"}])
    def test_an_answer_that_was_not_asked_for_opens_nothing(self, client, clerk, oidc, changes):
        become(oidc, "clerk")

        assert there_and_back(client, "oidc", **changes).status_code == 403
        assert signed_in(client) is None

    def test_an_answer_to_somebody_elses_browser_opens_nothing(self, client, clerk, oidc):
        become(oidc, "clerk")
        answer = inside(ask(client.get(reverse("accounts:oidc"))["Location"])[1])

        assert Client().get(answer).status_code == 403
        assert client.get(answer).status_code == 302
        assert client.get(answer).status_code == 403  # once

    def test_somebody_without_an_account_is_refused_kindly_and_none_is_made(self, client, clerk, oidc):
        become(oidc, "stranger", claims={"email": clerk.email or "clerk@example.cn"})

        response = there_and_back(client, "oidc")

        assert response.status_code == 403
        assert "没有和你对应的在用账号" in response.content.decode()
        assert User.objects.count() == 1

    def test_a_disabled_account_stays_closed(self, client, clerk, oidc):
        User.objects.update(is_active=False)
        become(oidc, "clerk")

        assert there_and_back(client, "oidc").status_code == 403
        assert signed_in(client) is None

    @pytest.mark.parametrize("field", ["phone", "employee_number"])
    def test_another_field_can_name_the_account(self, client, clerk, oidc, settings, field):
        settings.OUTSIDE_FIELD, settings.OIDC_CLAIM = field, "number"
        User.objects.filter(pk=clerk.pk).update(**{field: "13800000001"})
        become(oidc, "any", claims={"number": "13800000001"})

        there_and_back(client, "oidc")

        assert signed_in(client) == str(clerk.pk)

    @pytest.mark.parametrize("number", ["", 7, None, ["13800000001"]])
    def test_a_claim_that_names_nobody_opens_no_account_without_a_number(self, client, clerk, oidc, settings, number):
        settings.OUTSIDE_FIELD, settings.OIDC_CLAIM = "phone", "number"
        become(oidc, "any", claims={"number": number})

        assert there_and_back(client, "oidc").status_code == 403

    def test_a_telephone_that_two_people_share_opens_neither(self, client, clerk, oidc, settings):
        settings.OUTSIDE_FIELD, settings.OIDC_CLAIM = "phone", "number"
        make_user(phone="13800000001")
        User.objects.filter(pk=clerk.pk).update(phone="13800000001")
        become(oidc, "any", claims={"number": "13800000001"})

        assert there_and_back(client, "oidc").status_code == 403

    @pytest.mark.parametrize(("delegated", "leads"), [(False, "/accounts/second-factor/"), (True, None)])
    def test_the_second_factor_is_asked_here_unless_the_provider_asks_for_it(self, client, officer, oidc, settings, delegated, leads):
        settings.SECOND_FACTOR, settings.SECOND_FACTOR_BY_PROVIDER = "required", delegated
        become(oidc, "officer")
        there_and_back(client, "oidc")

        response = client.get(reverse("accounts:inbox"))

        assert response.get("Location", "").startswith(leads) if leads else response.status_code == 200

    def test_signing_out_goes_on_to_the_provider(self, client, clerk, oidc):
        become(oidc, "clerk")
        there_and_back(client, "oidc")

        response = client.post(reverse("accounts:logout"))

        assert response["Location"].startswith(f"{oidc}/end?")
        assert "id_token_hint" in response["Location"]
        assert signed_in(client) is None

    def test_a_provider_that_is_away_leaves_the_password(self, client, clerk, password, settings):
        settings.OIDC_ISSUER = "http://127.0.0.1:9"

        assert client.get(reverse("accounts:oidc")).status_code == 403
        assert client.post(reverse("accounts:login"), {"username": "clerk", "password": password}).status_code == 302


class TestCas:
    def become(self, cas, name, **attributes):
        ask(f"{cas}/become", {"name": name, "attributes": attributes})

    def test_a_ticket_opens_the_account_of_that_name(self, client, clerk, cas):
        self.become(cas, "clerk")

        response = there_and_back(client, "cas")

        assert response["Location"] == "/"
        assert signed_in(client) == str(clerk.pk)
        assert AuditEvent.objects.get(action="accounts.login").detail["way"] == "cas"

    def test_an_attribute_can_name_the_account(self, client, clerk, cas, settings):
        settings.CAS_ATTRIBUTE, settings.OUTSIDE_FIELD = "gonghao", "employee_number"
        User.objects.filter(pk=clerk.pk).update(employee_number="A-17")
        self.become(cas, "any", gonghao="A-17")

        there_and_back(client, "cas")

        assert signed_in(client) == str(clerk.pk)

    def test_a_ticket_works_once_and_only_in_the_browser_that_asked(self, client, clerk, cas):
        self.become(cas, "clerk")
        answer = inside(ask(client.get(reverse("accounts:cas"))["Location"])[1])

        assert Client().get(answer).status_code == 403
        assert client.get(answer).status_code == 302
        assert client.get(answer).status_code == 403

    @pytest.mark.parametrize("changes", [{"ticket": "ST-guessed"}, {"state": "another"}, {"ticket": ""}])
    def test_a_guess_opens_nothing(self, client, clerk, cas, changes):
        self.become(cas, "clerk")

        assert there_and_back(client, "cas", **changes).status_code == 403
        assert signed_in(client) is None

    @pytest.mark.parametrize("name", ["stranger", "clerk"])
    def test_a_stranger_and_a_disabled_account_are_refused_alike(self, client, clerk, cas, name):
        User.objects.update(is_active=False)
        self.become(cas, name)

        response = there_and_back(client, "cas")

        assert response.status_code == 403
        assert "没有和你对应的在用账号" in response.content.decode()

    def test_signing_out_goes_on_to_cas(self, client, clerk, cas):
        self.become(cas, "clerk")
        there_and_back(client, "cas")

        assert client.post(reverse("accounts:logout"))["Location"].startswith(f"{cas}/cas/logout?service=")
