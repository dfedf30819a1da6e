import pytest
from django.urls import reverse


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_first_page_comes_whole_and_from_this_portal_only(page, portal, width, height):
    page.set_viewport_size({"width": width, "height": height})
    complaints, answers = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: answers.append(answer))

    page.goto(portal + reverse("accounts:login"), wait_until="networkidle")

    assert complaints == []
    assert [answer.url for answer in answers if answer.status >= 400] == []
    assert [answer.url for answer in answers if not answer.url.startswith(portal)] == []
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_page_that_does_not_exist_says_so_kindly_though_the_demo_has_debug_on(page, portal):
    response = page.goto(f"{portal}/nowhere/")

    assert response.status == 404
    assert "urlpatterns" not in page.content()
    assert "DEBUG" not in page.content()


def test_everything_the_portal_needs_is_up(page, portal):
    response = page.request.get(f"{portal}/healthz")

    assert response.status == 200
    assert {response.json()[part] for part in ("database", "broker", "storage")} == {"ok"}
