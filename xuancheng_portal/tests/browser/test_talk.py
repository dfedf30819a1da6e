"""The group's talk and the signatures in a real Chromium, thumb and keyboard: axe has nothing to complain of, targets are big enough,
the pad keeps what was drawn, and without script the password is left.

The portal is a live server of this test, so that nothing is planted in the one the other tests share.
"""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_organization, make_user
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign
from inspections import actions
from inspections.models import AgreedScore, Signature, WitnessSignature
from inspections.rules.visits import findings_hash
from inspections.tests.factories import make_findings, make_group, make_visit
from standards.tests.factories import make_standard
from xuancheng_portal.tests.browser.browsing import PATIENCE
from xuancheng_portal.tests.browser.test_screens import findings

WIDTHS = (1440, 390, 360)
SMALL = """() => Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, summary')).filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && !one.closest('.visually-hidden, .skip') && !one.matches('.visually-hidden, .skip') && (box.width < 44 || box.height < 44);
}).map((one) => `${one.tagName} ${one.textContent.trim().slice(0, 20)} ${JSON.stringify(one.getBoundingClientRect())}`)"""
PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture
def now(transactional_db):
    expect.set_options(timeout=PATIENCE)
    return timezone.now()


@pytest.fixture
def people(now):
    home = make_organization("市司法局", kind="bureau")
    return [make_user(name, home, [Role.INSPECTOR]) for name in ("胡小验", "许小收")]


@pytest.fixture
def visit(now, people):
    """Recorded by both, who see item 1.1 differently; one of them also on a second page."""
    campaign = make_campaign("open", now.year)
    campaign.phases.update(starts_at=now - timezone.timedelta(days=30), ends_at=now + timezone.timedelta(days=30))
    make_standard(campaign)
    unit = make_organization("桃花潭镇", parent=make_organization("泾县", kind="county"))
    visit = make_visit(make_application(unit, campaign, status="accepted"), make_group(campaign, *people), on=timezone.localdate(now))
    make_findings(visit, at=now, agreed=False)
    item = visit.application.responses.in_order().first().item
    actions.record_site_score(visit, item, scorer=people[1], verdict="partly", points=Decimal(20), reason="公示栏是旧的", by=people[1], at=now)
    actions.keep_beside(visit, item, "partly", Decimal(25), "另一个页面上填的", by=people[0], at=now)
    return visit


@pytest.fixture
def open_window(new_context, live_server):
    def open_window(user, width=390, **options):
        touch = width < 800
        context = new_context(base_url=live_server.url, viewport={"width": width, "height": 800}, is_mobile=touch, has_touch=touch, **options)
        context.set_default_timeout(PATIENCE)
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": live_server.url}])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        return page

    return open_window


def look(page, name, thumb=True):
    """Nothing for axe and nothing sideways in any width; nothing too small for a thumb on a page made for one."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{name} {width}: {finding}" for finding in findings(page)]
        if thumb and width < 1440:
            wrong += [f"{name} {width}: {small}" for small in page.evaluate(SMALL)]
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 800})
    assert wrong + page.problems == []


def row(page, code):
    return page.locator(f'[id="item-{code}"]')


def sign_with_thumb(page):
    """Three strokes over the pad; one too many is taken back."""
    paper = page.get_by_role("img", name="签名框")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    for left in (0.15, 0.45, 0.7):
        page.mouse.move(box["x"] + box["width"] * left, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * (left + 0.15), box["y"] + box["height"] * 0.8, steps=6)
        page.mouse.up()
    expect(page.get_by_text("已写 3 笔")).to_be_visible()
    page.get_by_role("button", name="撤销一笔").click()
    expect(page.get_by_text("已写 2 笔")).to_be_visible()


def talk_it_over(page, visit):
    page.goto(reverse("inspections:summary", args=[visit.pk]))
    page.get_by_role("link", name="去商定得分").click()
    expect(row(page, "1.1").get_by_text("不一致")).to_be_visible()
    expect(row(page, "1.1").get_by_text("另一份：部分符合，25 分")).to_be_visible()
    look(page, "talk")
    page.get_by_role("button", name="一致的 2 项一并商定").click()
    expect(page.get_by_text("2 项一致的已商定")).to_be_visible()
    expect(row(page, "1.1").get_by_label("商定得分")).to_be_focused()

    page.keyboard.type("31")  # too much: refused, and what was typed stays
    row(page, "1.1").get_by_label("扣分理由").fill("会商一致：公示栏是旧的")
    expect(page.get_by_text("填了还没有保存的：1 项")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="超过了该项满分 30 分")).to_be_visible()
    expect(row(page, "1.1").get_by_label("扣分理由")).to_have_value("会商一致：公示栏是旧的")
    row(page, "1.1").get_by_label("商定得分").fill("25")
    row(page, "1.1").get_by_role("button", name="减 0.5 分").click()
    row(page, "1.1").get_by_role("button", name="全组商定 1.1").click()
    expect(page.get_by_text("1 项已商定：1.1")).to_be_visible()
    agreed = AgreedScore.objects.get(item__code="1.1")
    assert (agreed.points, agreed.reason) == (Decimal("24.5"), "会商一致：公示栏是旧的")


def the_unit_signs(page, visit):
    page.get_by_role("link", name="单位人员签字").click()
    page.get_by_label("姓名").fill("章小明")
    sign_with_thumb(page)
    look(page, "witness")
    page.get_by_role("button", name="确认签字").click()  # the duty is missing: what was drawn stays
    expect(page.get_by_role("alert").get_by_text("请填写在场人员的职务")).to_be_visible()
    expect(page.get_by_text("已写 2 笔")).to_be_visible()
    page.get_by_label("职务").fill("党政办主任")
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_role("img", name="章小明的手写签名")).to_be_visible()
    assert len(WitnessSignature.objects.get().strokes) == 2


def test_a_group_talks_signs_with_thumb_and_password_and_the_unit_beside_it(visit, people, open_window):
    leader = open_window(people[0])
    talk_it_over(leader, visit)

    leader.get_by_role("link", name="签字确认").click()
    leader.get_by_role("button", name="手写签字").click()
    expect(leader.get_by_role("alert").get_by_text("还没有签名")).to_be_visible()
    sign_with_thumb(leader)
    look(leader, "sign")
    leader.get_by_role("button", name="手写签字").click()
    expect(leader.get_by_role("img", name="胡小验的手写签名")).to_be_visible()
    signature = Signature.objects.get()
    assert (signature.method, len(signature.strokes), signature.findings_sha256) == ("pad", 2, findings_hash(visit))
    the_unit_signs(leader, visit)
    look(leader, "signed")

    other = open_window(people[1], java_script_enabled=False)
    other.goto(reverse("inspections:sign", args=[visit.pk]))
    expect(other.get_by_role("button", name="手写签字")).to_be_hidden()
    expect(other.get_by_role("img", name="签名框")).to_be_hidden()
    other.get_by_label("登录密码").fill(PASSWORD)
    other.get_by_role("button", name="用登录密码签字").click()
    expect(other.get_by_text("已签字。")).to_be_visible()

    leader.goto(reverse("inspections:visit", args=[visit.pk]))
    expect(leader.get_by_text(findings_hash(visit)).first).to_be_visible()
    AgreedScore.objects.filter(item__code="1.1").update(points=25)
    leader.reload()
    expect(leader.get_by_role("alert").filter(has_text="校验值不一致")).to_be_visible()
    look(leader, "record", thumb=False)
