"""Evidence in a real browser: looked at by keyboard, by thumb and without script; hostile files come down whole and run nothing."""

import hashlib
import json

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, NARROW, Browsing, manage

FIND = """
import json
from applications.models import Evidence
files = Evidence.objects.filter(response__application__organization__short_name="桃花潭镇", blob__isnull=False).exclude(response__application__campaign__year=2021)
print(json.dumps({"document": files.get(blob__extension="pdf").pk, "list": files.get(blob__extension="docx").pk}))
"""
# Every file of the corpus, as if it had been let in: whatever the checks missed, a download must still do no harm.
PLANT = """
import io, json
from django.utils import timezone
from applications import uploads
from applications.models import Blob, Evidence, ItemResponse
from applications.tests import corpus
response = ItemResponse.objects.filter(application__organization__short_name="水东镇").filter(application__campaign__county=None).exclude(application__campaign__year=2021).last()
planted = []
for case in corpus.CORPUS:
    stored = uploads.store(io.BytesIO(case.content or b"empty"))
    name = uploads.clean_name(case.name)
    blob, _ = Blob.objects.get_or_create(sha256=stored.sha256, defaults={"size": stored.size, "media_type": "text/html", "extension": "pdf", "stored_at": timezone.now(), "picture_state": "none"})
    proof, _ = Evidence.objects.get_or_create(response=response, blob=blob, defaults={"kind": "file", "title": name, "added_at": timezone.now(), "added_by": response.application.started_by, "searched_at": timezone.now()})
    planted.append((proof.pk, stored.sha256))
print(json.dumps(sorted(set(planted))))
"""
TAKE_AWAY = """
from applications.models import Evidence
Evidence.objects.filter(pk__in=[{keys}]).delete()
"""


@pytest.fixture(scope="module")
def files(portal, portal_environment):
    return json.loads(manage(portal_environment, "shell", "-v0", "-c", FIND))


@pytest.fixture(scope="module")
def planted(portal, portal_environment):
    """[(key, SHA-256)], taken away again: other tests count what this unit has changed."""
    found = json.loads(manage(portal_environment, "shell", "-v0", "-c", PLANT))
    yield found
    manage(portal_environment, "shell", "-v0", "-c", TAKE_AWAY.format(keys=", ".join(str(key) for key, _ in found)))


def press(page, key):
    """A key once the page has come whole; its script listens from then on."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def test_evidence_is_stepped_through_by_keyboard(new_context, portal, files):
    browsing = Browsing(new_context, portal)
    page = browsing.sign_in("taohuatan", PASSWORD, DESK)
    browsing.open(page, "applications:evidence_view", files["document"])
    picture, sheet, heading = page.locator(".stage img"), page.locator("[data-sheet]"), page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(".pdf")
    assert picture.evaluate("image => image.decode().then(() => image.naturalHeight)") == 1400

    press(page, "PageDown")
    expect(page).to_have_url(portal + reverse("applications:evidence_view", args=[files["document"]]) + "?page=2")
    press(page, "r")
    press(page, "+")
    expect(sheet).to_have_class("stage-sheet zoom-1 turn-90")
    press(page, "-")
    expect(sheet).to_have_class("stage-sheet zoom-0 turn-90")
    press(page, "ArrowRight")
    expect(heading).to_contain_text(".jpg")
    press(page, "ArrowLeft")
    expect(heading).to_contain_text(".pdf")
    press(page, "End")
    expect(heading).to_contain_text(".docx")
    press(page, "Home")
    expect(page.get_by_text("第 1 / 4 份")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1.1")

    assert browsing.complaints == []


def test_the_viewer_works_without_script(new_context, portal, files, browser):
    """Signed in with script (the sign-in page is another matter), looked at without."""
    browsing = Browsing(new_context, portal)
    signed_in = browsing.sign_in("taohuatan", PASSWORD, DESK)
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = context.new_page()
    page.goto(portal + reverse("applications:evidence_view", args=[files["document"]]))

    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 / 3 页")).to_be_visible()
    page.get_by_role("link", name="下一份", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(".jpg")
    expect(page.get_by_role("button", name="旋转")).to_be_hidden()
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1.1")
    context.close()


def test_a_warning_is_answered_on_a_small_phone(new_context, portal, files):
    browsing = Browsing(new_context, portal)
    page = browsing.sign_in("taohuatan", PASSWORD, NARROW)
    browsing.open(page, "applications:evidence_view", files["list"])
    page.get_by_role("link", name="到该项处理这些提醒").click()
    warning = page.get_by_role("region", name="疑似手机号码")
    height = warning.get_by_role("button", name="确认可以公开").bounding_box()["height"]
    assert height >= 44

    warning.get_by_role("textbox").fill("编造的号码，仅作演示")
    warning.get_by_role("button", name="确认可以公开").click()

    expect(warning).to_contain_text("编造的号码，仅作演示")
    expect(page.get_by_role("region", name="疑似身份证号").get_by_role("textbox")).to_be_visible()
    assert browsing.complaints == []


@pytest.mark.parametrize("who", ["shuidong", "office"])
def test_hostile_files_come_down_whole_and_run_nothing(new_context, portal, planted, who):
    browsing = Browsing(new_context, portal)
    page = browsing.sign_in(who, PASSWORD, DESK)
    page.on("dialog", lambda dialog: browsing.complain(page, dialog.message))
    assert len(planted) >= 130  # some cases differ in their names only

    for key, sha256 in planted:
        with page.expect_download() as coming:
            page.evaluate("address => { window.location = address }", reverse("applications:evidence", args=[key]))
        content = coming.value.path().read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        coming.value.delete()

    assert len(page.context.pages) == 1
    assert browsing.complaints == []
