"""Files on their way while the tab is killed, the network cut, the session over, the server in trouble: none is lost, and what
had arrived does not travel again. What the server holds in the end is asked of its database and its store.
"""

import base64
import hashlib
import json
import re
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, Browsing, manage
from xuancheng_portal.tests.browser.test_screens import findings

FACTS = """
import hashlib, json
from applications import uploads
from applications.models import Application
now = Application.objects.filter(campaign__county=None).exclude(campaign__year=2021).get(organization__short_name="桃花潭镇")
files = [
    [proof.response.item.code, proof.title, proof.blob_id, hashlib.sha256(uploads.open_blob(proof.blob_id).read()).hexdigest()]
    for response in now.responses.all() for proof in response.evidence.present().filter(blob__isnull=False)
]
print(json.dumps({"pk": now.pk, "codes": [response.item.code for response in now.responses.in_order()], "files": files}))
"""


def noise(megabytes):
    """A picture that no compression makes smaller."""
    content = BytesIO()
    Image.effect_noise((1024, round(1024 * megabytes)), 100).save(content, "PNG")
    return content.getvalue()


class Line:
    """What lies between the browser and the portal: counts the pieces that arrived, and can be made to misbehave."""

    def __init__(self, page):
        self.arrived, self.sent, self.held, self.trouble, self.most = [], [], [], None, None
        page.route("**/pieces/*/", self.pass_on)
        page.on("response", self.note)

    def note(self, response):
        if "/pieces/" in response.url and response.status == 204:
            self.arrived.append(response.url)

    def pass_on(self, route):
        if self.most is not None and len(self.sent) >= self.most:
            if self.trouble == "cut":
                route.abort("internetdisconnected")
            elif self.trouble == "500":
                self.most = None
                route.fulfill(status=500, body="")
            else:
                self.held.append(route)
            return
        self.sent.append(route.request.url)
        route.continue_()


    def release(self):
        """What was held goes on its way, and so does what comes after."""
        self.most = None
        for route in self.held:
            self.sent.append(route.request.url)
            route.continue_()


class Clerk:
    """桃花潭镇's clerk at an item's page."""

    def __init__(self, new_context, portal, environment, place):
        self.browsing, self.portal, self.environment = Browsing(new_context, portal), portal, environment
        facts = self.facts()
        self.code = facts["codes"][place]
        self.address = portal + reverse("applications:item", args=[facts["pk"], self.code])
        self.page = self.browsing.sign_in("taohuatan", PASSWORD)
        self.open(self.page)

    def facts(self):
        return json.loads(manage(self.environment, "shell", "-v0", "-c", FACTS))

    def open(self, page):
        self.page = page
        page.goto(self.address)
        return page

    def sign_in(self, page):
        page.get_by_label("账号").fill("taohuatan")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")

    def choose(self, *files):
        self.page.get_by_label("选择文件").set_input_files([{"name": name, "mimeType": "image/png", "buffer": content} for name, content in files])

    def line(self, name):
        return self.page.locator(".upload-line").filter(has_text=name)

    def expect_whole(self, name, content):
        """The page says so, and the database and the store agree."""
        expect(self.line(name)).to_contain_text("上传完成", timeout=90_000)
        expect(self.page.get_by_role("link", name=f"查看 {name}")).to_be_visible()
        self.expect_kept(name, content)

    def expect_kept(self, name, content):
        sha256 = hashlib.sha256(content).hexdigest()
        assert [file for file in self.facts()["files"] if file[0] == self.code and file[1] == name] == [[self.code, name, sha256, sha256]]


@pytest.fixture
def at_item(new_context, portal, portal_environment):
    return lambda place: Clerk(new_context, portal, portal_environment, place)


def wait_for(page, line, arrived):
    for _look in range(600):
        if len(line.arrived) >= arrived:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"only {len(line.arrived)} pieces arrived")


def test_a_killed_tab_costs_only_what_was_on_the_way(at_item):
    clerk, content = at_item(0), noise(7)
    context = clerk.page.context
    before = Line(clerk.page)
    before.most = 5
    clerk.choose(("公示栏.png", content))
    wait_for(clerk.page, before, 5)
    clerk.page.close()

    page = context.new_page()
    after = Line(page)
    clerk.open(page)

    clerk.expect_whole("公示栏.png", content)
    assert after.sent
    assert not set(before.arrived) & set(after.sent)


def test_a_cut_network_is_said_and_the_rest_follows_when_it_is_back(at_item):
    clerk, content = at_item(1), noise(4)
    line = Line(clerk.page)
    line.most, line.trouble = 5, "cut"
    clerk.choose(("通知.png", content))

    expect(clerk.line("通知.png")).to_contain_text(re.compile(r"网络中断，已传 \d+%"))
    expect(clerk.line("通知.png").get_by_role("button", name="继续上传")).to_be_visible()
    clerk.page.context.set_offline(True)
    before = list(line.arrived)
    line.most = None
    clerk.page.context.set_offline(False)

    clerk.expect_whole("通知.png", content)
    assert len(before) == 5
    assert len(line.arrived) == len(set(line.arrived)) == -(-len(content) // (512 * 1024))


def test_a_server_in_trouble_is_asked_again(at_item):
    clerk, content = at_item(2), noise(2)
    line, failures = Line(clerk.page), []
    line.most, line.trouble = 1, "500"

    def fail_once(route):
        address = route.request.url
        if address in failures:
            route.continue_()
        else:
            failures.append(address)
            route.fulfill(status=500, body="<h1>500</h1>")

    clerk.page.route("**/start-upload/", fail_once)
    clerk.page.route("**/finish/", fail_once)
    clerk.choose(("年报.png", content))

    expect(clerk.line("年报.png")).to_contain_text("服务器暂时没有回应")
    clerk.expect_whole("年报.png", content)
    assert len(failures) == 2
    assert len(line.arrived) == len(set(line.arrived))


@pytest.mark.parametrize("way", ["in another window", "by the button"])
def test_the_end_of_a_session_loses_nothing(at_item, way):
    clerk, content = at_item(3 if way == "by the button" else 4), noise(4)
    page, context = clerk.page, clerk.page.context
    line = Line(page)
    line.most = 3
    page.evaluate("document.addEventListener('portal:signed-out', () => { document.body.dataset.told = 'yes'; })")
    clerk.choose(("名单.png", content))
    wait_for(page, line, 3)
    context.clear_cookies(name="sessionid")
    line.release()
    expect(clerk.line("名单.png")).to_contain_text(re.compile(r"登录已过期，已传 \d+%，没有丢失"))
    assert page.evaluate("document.body.dataset.told") == "yes"

    if way == "by the button":
        clerk.line("名单.png").get_by_role("button", name="重新登录").click()
        clerk.sign_in(page)
    else:
        other = context.new_page()
        other.goto(clerk.portal + reverse("accounts:login"))
        clerk.sign_in(other)
        page.evaluate("document.dispatchEvent(new CustomEvent('portal:signed-in'))")

    clerk.expect_whole("名单.png", content)
    assert len(line.arrived) == len(set(line.arrived)) == -(-len(content) // (512 * 1024))


def test_a_window_that_keeps_nothing_asks_for_the_file_again_and_goes_on(at_item):
    clerk, content = at_item(5), noise(4)
    context = clerk.page.context
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    before = Line(clerk.open(clerk.page))
    before.most = 5
    clerk.choose(("总结.png", content))
    wait_for(clerk.page, before, 5)
    clerk.page.close()

    page = context.new_page()
    after = Line(page)
    clerk.open(page)
    expect(clerk.line("总结.png")).to_contain_text(re.compile(r"请重新选择这个文件，将从 [1-9]\d% 继续"))
    clerk.choose(("总结.png", content))

    # The file chosen again has a line of its own until its hash is known, then the two are one.
    expect(clerk.line("总结.png")).to_have_count(1)
    clerk.expect_whole("总结.png", content)
    assert not set(before.arrived) & set(after.sent)
    assert clerk.page.locator(".upload-line").count() == 1


def test_files_chosen_before_the_script_has_come_are_taken_too(at_item):
    clerk, content = at_item(5), noise(0.1)
    held = []
    clerk.page.route("**/uploading*.js", lambda route: held.append(route) if not held else route.continue_())
    clerk.page.goto(clerk.address, wait_until="commit")
    clerk.choose(("早到.png", content))
    expect(clerk.line("早到.png")).to_have_count(0)

    held[0].continue_()

    clerk.expect_whole("早到.png", content)


def test_twenty_files_are_two_actions_and_each_has_its_line_at_once(at_item):
    clerk = at_item(6)
    files = [(f"照片{number:02}.png", noise(0.01)) for number in range(20)]

    # Both in one turn of the page's clock: what is counted was there before anything else could happen.
    lines = clerk.page.evaluate(
        """files => {
            const chosen = new DataTransfer(), input = document.querySelector("#id_file-files");
            files.forEach(([name, content]) => chosen.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name)));
            input.files = chosen.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
            return document.querySelectorAll(".upload-line").length;
        }""",
        [(name, base64.b64encode(content).decode()) for name, content in files],
    )

    assert lines == 20
    expect(clerk.page.locator(".upload-line").filter(has_text="上传完成")).to_have_count(20, timeout=90_000)
    expect(clerk.page.locator("#files .photo")).to_have_count(20)
    clerk.page.get_by_role("button", name="移除 照片00.png").click()
    expect(clerk.page.locator("#files .photo")).to_have_count(19)
    expect(clerk.page.locator(".upload-line")).to_have_count(20)
    clerk.page.get_by_role("button", name="撤销").click()
    expect(clerk.page.locator("#files .photo")).to_have_count(20)
    digests = {(name, hashlib.sha256(content).hexdigest()) for name, content in files}
    assert {(name, stored) for code, name, _sha256, stored in clerk.facts()["files"] if code == clerk.code} == digests


OFFER = """([kind, name, content, text]) => {
    const data = new DataTransfer(), target = text ? document.querySelector("#id_narrative") : document.body;
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
    if (text === "both") data.items.add("一段文字", "text/plain");
    target.dispatchEvent(kind === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_files_are_dropped_anywhere_and_screenshots_pasted(at_item):
    clerk = at_item(7)
    dropped, pasted, beside = noise(0.01), noise(0.01), noise(0.01)

    def offer(kind, name, content, text=""):
        clerk.page.evaluate(OFFER, [kind, name, base64.b64encode(content).decode(), text])

    offer("drop", "拖来的.png", dropped)
    clerk.expect_whole("拖来的.png", dropped)
    offer("paste", "image.png", pasted)
    expect(clerk.page.locator(".upload-line").filter(has_text=re.compile(r"截图-\d{8}-\d{6}\.png")).filter(has_text="上传完成")).to_be_visible()
    offer("paste", "image.png", beside, "both")
    assert clerk.page.locator(".upload-line").count() == 1
    offer("paste", "image.png", beside, "only")
    expect(clerk.page.locator(".upload-line").filter(has_text="上传完成")).to_be_visible()

    expect(clerk.page.locator("#files .photo")).to_have_count(3)
    kept = {stored for code, _name, _sha256, stored in clerk.facts()["files"] if code == clerk.code}
    assert kept == {hashlib.sha256(content).hexdigest() for content in (dropped, pasted, beside)}


def test_a_file_on_its_way_follows_its_clerk_to_the_next_item(at_item):
    clerk, content = at_item(8), noise(3)
    line = Line(clerk.page)
    line.most = 3
    clerk.choose(("纪要.png", content))
    wait_for(clerk.page, line, 3)
    line.most = None
    clerk.page.get_by_role("button", name="稍后再填").click()

    expect(clerk.page).not_to_have_url(clerk.address)
    expect(clerk.line("纪要.png")).to_contain_text("上传完成", timeout=90_000)
    expect(clerk.line("纪要.png")).to_contain_text(f"用于 {clerk.code}")
    clerk.expect_kept("纪要.png", content)


def test_what_is_refused_says_why_and_the_lines_are_clean_at_every_width(at_item):
    clerk, content = at_item(9), noise(2)
    line = Line(clerk.page)
    line.most, line.trouble = 1, "cut"
    clerk.choose(("公示.png", content), ("工具.exe", b"MZ"), ("空.pdf", b""), ("假.png", b"no picture"))

    expect(clerk.line("工具.exe")).to_contain_text("不支持这种文件，请转换成以下格式之一")
    expect(clerk.line("空.pdf")).to_contain_text("空文件")
    expect(clerk.line("公示.png")).to_contain_text("网络中断")
    found = []
    for width in (DESK["width"], 390, 320):
        clerk.page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width}: {finding}" for finding in findings(clerk.page)]
    assert found == []
    line.most = None
    expect(clerk.line("假.png")).to_contain_text("内容却不是这种格式", timeout=90_000)
    clerk.expect_whole("公示.png", content)
    for name in ("工具.exe", "空.pdf", "假.png"):
        clerk.line(name).get_by_role("button", name="移除").click()
    expect(clerk.page.locator(".upload-line")).to_have_count(1)


def test_a_file_is_given_up_and_another_is_taken_from_where_it_is(at_item):
    clerk, content = at_item(10), noise(2)
    line = Line(clerk.page)
    line.most = 2
    clerk.choose(("草稿.png", content))
    wait_for(clerk.page, line, 2)
    clerk.line("草稿.png").get_by_role("button", name="移除").click()
    expect(clerk.page.locator(".upload-line")).to_have_count(0)
    clerk.open(clerk.page)
    expect(clerk.page.locator(".upload-line")).to_have_count(0)

    clerk.page.unroute_all()
    clerk.choose(("定稿.png", content))
    clerk.expect_whole("定稿.png", content)
    clerk.page.goto(clerk.portal + reverse("applications:reuse_file", args=[clerk.facts()["pk"], clerk.facts()["codes"][11]]))
    clerk.page.get_by_label("定稿.png").check()
    clerk.page.get_by_role("button", name="选用").click()

    expect(clerk.page.get_by_role("link", name="查看 定稿.png")).to_be_visible()
    clerk.code = clerk.facts()["codes"][11]
    clerk.expect_kept("定稿.png", content)
