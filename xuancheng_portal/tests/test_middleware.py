from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import get_language

from xuancheng_portal.middleware import chosen_language, friendly_errors, session_limit, trusted_proxies

ADDRESS = "/language/"


def seen(middleware, **request):
    """The request as the middleware passes it on."""
    requests = []
    middleware(lambda inner: requests.append(inner) or HttpResponse())(RequestFactory().get("/", **request))
    return requests[0]


def test_forwarding_headers_of_strangers_are_thrown_away():
    request = seen(
        trusted_proxies, REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="10.1.1.1", HTTP_X_FORWARDED_PROTO="https"
    )

    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert "HTTP_X_FORWARDED_FOR" not in request.META
    assert "HTTP_X_FORWARDED_PROTO" not in request.META


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the first was invented by the client
        ("198.51.100.7, 10.0.0.2", "198.51.100.7"),  # two proxies of ours in a row
        ("", "10.0.0.1"),
    ],
)
def test_a_proxy_of_ours_is_believed(settings, chain, client):
    settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.2"]

    request = seen(trusted_proxies, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=chain, HTTP_X_FORWARDED_PROTO="https")

    assert request.META["REMOTE_ADDR"] == client
    assert request.META["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize(
    ("cookie", "language"), [(None, "zh-hans"), ("en", "en"), ("zh-hans", "zh-hans"), ("tlh", "zh-hans")]
)
def test_pages_are_chinese_unless_the_person_chose_otherwise(cookie, language):
    request = RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE="en-US")
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie

    response = chosen_language(lambda _request: HttpResponse(get_language()))(request)

    assert response.text == language
    assert response["Content-Language"] == language


def test_the_switch_in_the_header_sets_the_language(client):
    response = client.post(ADDRESS, {"language": "en", "next": "/"})

    assert response.status_code == 302
    assert response.cookies["language"].value == "en"


class TestSessionLimit:
    @pytest.fixture
    def visit(self, rf, client, clerk, monkeypatch, settings):
        settings.SESSION_COOKIE_AGE = 7 * 24 * 3600  # the idle limit is not what is asked about
        client.force_login(clerk)

        def visit(after=timedelta(0)):
            request = rf.get("/")
            request.session, request.user = client.session, clerk
            monkeypatch.setattr(timezone, "now", lambda: start + after)
            response = session_limit(lambda inner: HttpResponse(str(inner.user.is_authenticated)))(request)
            request.session.save()
            return response

        start = timezone.now()
        return visit

    def test_a_busy_session_lasts_until_twelve_hours_are_over(self, visit):
        visit()

        assert visit(timedelta(hours=12, seconds=-1)).text == "True"
        assert visit(timedelta(hours=12)).text == "False"

    def test_a_clock_that_was_set_back_ends_the_session_too(self, visit):
        visit()

        assert visit(timedelta(minutes=-10)).text == "False"

    @pytest.mark.parametrize(("after", "destination", "renewed"), [(61, "document", True), (61, "empty", True), (59, "document", False), (61, "image", False)])
    def test_a_page_renews_the_session_once_a_minute_and_a_picture_never(self, client, clerk, after, destination, renewed):
        start = timezone.now()
        with time_machine.travel(start, tick=False):
            client.force_login(clerk)
            client.get("/accounts/inbox/")
        before = Session.objects.get().expire_date

        with time_machine.travel(start + timedelta(seconds=after), tick=False):
            client.get("/accounts/inbox/", headers={"Sec-Fetch-Dest": destination})

        assert (Session.objects.get().expire_date > before) is renewed

    def test_what_a_signed_in_person_saw_is_not_kept_on_the_way(self, visit):
        assert visit()["Cache-Control"] == "no-store"

    def test_a_view_may_say_otherwise(self, rf, clerk, client):
        client.force_login(clerk)
        request = rf.get("/")
        request.session, request.user = client.session, clerk

        response = session_limit(lambda _request: HttpResponse(headers={"Cache-Control": "private, max-age=60"}))(request)

        assert response["Cache-Control"] == "private, max-age=60"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [404, 500])
def test_the_demo_shows_the_same_error_pages_as_production(settings, status):
    settings.DEBUG = True
    technical = HttpResponse("Traceback (most recent call last)", status=status)

    response = friendly_errors(lambda _request: technical)(RequestFactory().get("/nowhere/"))

    assert response.status_code == status
    assert "Traceback" not in response.text


def test_the_policy_allows_nothing_but_our_own_files(client):
    policy = client.post(ADDRESS)["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data: blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
