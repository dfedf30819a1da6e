"""Deny by default (S-01): every address needs a login unless it stands in this short list."""

import re

import pytest
from django.urls import reverse

from xuancheng_portal.tests.urlconf import patterns

PUBLIC = {
    "accounts:cas",
    "accounts:cas_back",
    "accounts:first_administrator",
    "accounts:forgotten",
    "accounts:login",
    "accounts:oidc",
    "accounts:oidc_back",
    "accounts:sign_in_link",
    "handbook_public",
    "healthz",
    "home",  # leads on to the public home
    "inspections:phone",  # a shell without data, kept by the browser
    "results:public_experience",
    "results:public_experience_list",
    "results:accessibility",
    "results:display",
    "results:privacy",
    "results:public_case",
    "results:public_case_list",
    "results:public_case_photo",
    "results:public_home",
    "results:public_notice",
    "results:public_notice_list",
    "results:public_notice_paper",
    "results:public_named_list",
    "results:public_objection",
    "results:public_objection_received",
    "results:public_track",
    "service_worker",
    "set_language",
    "standards:standard",
}
STAND_INS = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}


def path_of(route):
    """An address of the route's shape, whatever it leads to."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: STAND_INS.get(part[1], "1.1"), route)


EVERY = [(name, path_of(route)) for name, route, _pattern in patterns()]


def test_every_address_has_a_name():
    assert all(name and not name.endswith(":None") for name, _route in EVERY)


def test_the_public_list_names_only_real_addresses():
    assert {name for name, _route in EVERY} >= PUBLIC


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "path"), [entry for entry in EVERY if entry[0] not in PUBLIC])
def test_a_stranger_is_asked_to_sign_in(client, db, name, path, method):
    response = getattr(client, method)(path)

    assert response.status_code in (302, 403, 404, 405), name
    if response.status_code == 302:
        assert response["Location"].startswith(reverse("accounts:login"))


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/applications/application/"])
def test_the_admin_asks_a_stranger_to_sign_in(client, db, path):
    assert client.get(path).status_code == 302
