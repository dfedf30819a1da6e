"""A person at a real browser: signs in, is never left alone with an error, and knows where the portal lives."""

import faulthandler
import subprocess
import sys

from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

DESK, PHONE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 700}
PATIENCE = 30_000  # milliseconds; a shared machine may be slow, the assertions never are


class Browsing:
    """Opens windows on the portal and collects what a browser complains of in any of them."""

    def __init__(self, new_context, portal):
        self.new_context, self.portal, self.complaints = new_context, portal, []
        expect.set_options(timeout=PATIENCE)
        # pytest prints every thread once a test takes a minute; what waits here has a limit of its own.
        faulthandler.cancel_dump_traceback_later()

    def window(self, viewport=DESK):
        context = self.new_context(viewport=viewport, is_mobile=viewport is not DESK, has_touch=viewport is not DESK)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda message: self.complain(page, message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complain(page, str(error)))
        page.on("response", lambda answer: self.complain(page, f"{answer.status} {answer.url}") if answer.status >= 400 else None)
        page.on("request", lambda request: self.complain(page, request.url) if self.is_elsewhere(request.url) else None)
        return page

    def complain(self, page, words):
        self.complaints.append(f"{page.url}: {words}")

    def is_elsewhere(self, url):
        return not url.startswith((f"{self.portal}/", "data:", "blob:"))

    def sign_in(self, username, password, viewport=DESK):
        page = self.window(viewport)
        page.goto(self.portal + reverse("accounts:login"))
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")
        return page

    def open(self, page, name, *args):
        page.goto(self.portal + reverse(name, args=args))


def confirm(page, button):
    """The dialog that asks before what cannot be undone."""
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()


def reload_until(page, has_come):
    """What a worker does behind the page shows at one of the next looks; beat passes once a minute."""
    for _look in range(1000):
        if has_come():
            return
        page.reload()
    raise AssertionError(f"it never came: {page.url}")


def manage(environment, *arguments):
    """A management command on the running portal's data, as whoever keeps the machine would run it."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
