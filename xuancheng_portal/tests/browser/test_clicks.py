"""A county files its zone application: from the signed-in home to the receipt in at most 28 clicks (ux.md §13, row 1). Only typing and choosing
with the keyboard are left out of the count."""

import re

from django.urls import reverse
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import Browsing, confirm
from xuancheng_portal.tests.browser.typing_desk import Desk

MOST = 28
# What a hand does, on whichever page; a key that presses a button moves no mouse and brings no `detail`.
COUNT = "window.addEventListener('click', (event) => { if (event.isTrusted && event.detail > 0) window.clicked(); }, true);"


def test_twenty_four_items_from_home_to_receipt_in_at_most_28_clicks(new_context, portal, portal_environment):
    desk = Desk(portal_environment, "旌德县", [("zonist", "江示例三")], role="county_clerk")
    assert len(desk.codes) == 24
    browsing = Browsing(new_context, portal)
    page = browsing.sign_in("zonist", PASSWORD)
    clicks = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script(COUNT)
    browsing.open(page, "home")

    page.get_by_role("link", name="继续填报").first.click()
    for number, code in enumerate(desk.codes):
        expect(page).to_have_url(portal + reverse("applications:item", args=[desk.application, code]))
        page.get_by_role("radio", name=re.compile("^达到")).focus()
        page.keyboard.press("Space")
        page.get_by_label("工作情况说明").press_sequentially(f"第 {number + 1} 项已经落实。")
        page.get_by_label("网址").fill(f"https://www.example.gov.cn/jingde/{number}.html")
        page.get_by_label("网页名称").fill("旌德县公开专栏")
        page.get_by_label("网页名称").press("Enter")
        expect(page.get_by_role("link", name="旌德县公开专栏")).to_be_visible()
        page.get_by_role("button", name="标记完成，下一项").click()
    expect(page.get_by_role("heading", name="核对并提交")).to_be_visible()
    page.get_by_label("我已核对以上内容").click()
    page.get_by_role("button", name="提交", exact=True).click()
    confirm(page, "提交")
    expect(page.get_by_role("heading", name="申报回执")).to_be_visible()

    print(f"{len(clicks)} clicks")
    assert 24 < len(clicks) <= MOST
    stored = desk.stored(*desk.codes)
    assert [stored[code]["narrative"] for code in desk.codes] == [f"第 {number + 1} 项已经落实。" for number in range(24)]
    assert browsing.complaints == []
