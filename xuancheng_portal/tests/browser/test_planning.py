"""The plan of the demo, from the draft to the repaired plan: dragged, moved by keyboard, applied, published, declined, repaired."""

import re

import pytest
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import PHONE, Browsing, confirm
from xuancheng_portal.tests.browser.test_screens import findings

BARRED, FREE, FIRST = "港口镇", "洪林镇", "第一验收组"


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def open_draft(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="现场验收").click()
    office.get_by_role("link", name="自动分组").click()
    office.get_by_role("region", name="方案").get_by_role("link", name="验收方案").first.click()
    expect(office.get_by_role("button", name="整体应用")).to_be_visible()


def chip(office, unit):
    return office.locator("[data-visit]").filter(has_text=unit)


def cell(office, group, number):
    """So many columns to the right in the row of a group."""
    return office.get_by_role("row").filter(has_text=group).locator("[data-cell]").nth(number)


def middle(place):
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_over(office, unit, target):
    chip(office, unit).scroll_into_view_if_needed()
    office.mouse.move(*middle(chip(office, unit)))
    office.mouse.down()
    office.mouse.move(*middle(target), steps=6)


def drag_into_a_conflict(office):
    """The cells of a group with somebody of the unit's county are red while the unit moves, and the sentence says who."""
    target = cell(office, FIRST, 2)
    drag_over(office, BARRED, target)
    expect(target).to_have_class(re.compile("is-barred"))
    expect(office.locator("[data-move-note]")).to_contain_text("同属宁国市")
    office.mouse.up()
    expect(office.get_by_role("alert").filter(has_text=f"{BARRED}已移到{FIRST}")).to_be_visible()
    expect(target.locator(".plan-chip.is-red")).to_contain_text(BARRED)
    office.get_by_role("button", name="整体应用").click()
    with office.expect_navigation():  # the draft itself warns in the same words
        confirm(office, "应用")
    expect(office.get_by_role("alert").filter(has_text="应当回避").first).to_be_visible()


def move_by_keyboard(office):
    """The same without a mouse: Enter on the unit, the lists, Enter on the button."""
    chip(office, BARRED).focus()
    office.keyboard.press("Enter")
    expect(office.get_by_label("移到哪个组")).to_be_focused()
    office.get_by_label("移到哪个组").select_option("第二验收组")
    expect(office.locator("[data-move-note]")).to_have_text("可以移到这里")
    office.get_by_label("移到哪一天").select_option(index=1)
    office.get_by_role("button", name="移动", exact=True).focus()
    office.keyboard.press("Enter")
    expect(office.get_by_role("status").filter(has_text=f"{BARRED}已移到第二验收组")).to_be_visible()
    expect(chip(office, BARRED)).to_be_focused()
    expect(office.locator(".plan-chip.is-red")).to_have_count(0)


def drag_to_a_free_place(office):
    target = cell(office, FIRST, 3)
    drag_over(office, FREE, target)
    expect(target).not_to_have_class(re.compile("is-barred"))
    expect(office.locator("[data-move-note]")).to_have_text("可以移到这里")
    office.mouse.up()
    expect(target.locator(".plan-chip")).to_contain_text(FREE)


def apply_and_publish(office):
    office.get_by_role("button", name="整体应用").click()
    confirm(office, "应用")
    expect(office.get_by_text("方案已整体应用")).to_be_visible()
    office.get_by_role("button", name="发布并通知").click()
    confirm(office, "发布")
    expect(office.get_by_text("方案已发布")).to_be_visible()


def task(inspector, unit):
    return inspector.get_by_role("article").filter(has=inspector.get_by_role("heading", name=unit))


def answer(inspector):
    """Another visit is accepted, this one is not."""
    inspector.goto(inspector.url)
    task(inspector, "建平镇").get_by_role("button", name="接受").click()
    expect(inspector.get_by_text("已接受：")).to_be_visible()
    task(inspector, FREE).get_by_role("link", name="不能参加").click()
    inspector.get_by_role("radio", name="这一天不能参加").check()
    inspector.get_by_label("理由").fill("（演示）当天在外地开会。")
    assert list(findings(inspector)) == []
    inspector.get_by_role("button", name="提交").click()
    expect(inspector.get_by_text("已告诉市政务公开办")).to_be_visible()
    expect(task(inspector, FREE).get_by_text("不能参加").first).to_be_visible()


def repair(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="现场验收").click()
    office.get_by_role("link", name="修补安排").click()
    expect(office.get_by_role("region", name="出了什么问题")).to_contain_text("当天在外地开会")
    expect(office.get_by_role("region", name="改动最少的办法").get_by_role("listitem")).to_have_count(1)
    assert list(findings(office)) == []
    office.get_by_role("button", name="应用修补").click()
    confirm(office, "应用")
    expect(office.get_by_text("已修补，改动了 1 个单位的安排")).to_be_visible()


def test_a_plan_is_dragged_applied_declined_and_repaired(browsing):
    office = browsing.sign_in("office", PASSWORD)
    open_draft(office)
    assert list(findings(office)) == []

    drag_into_a_conflict(office)
    assert list(findings(office)) == []
    move_by_keyboard(office)
    drag_to_a_free_place(office)
    apply_and_publish(office)

    answer(browsing.sign_in("inspector2", PASSWORD, PHONE))
    repair(office)
    assert browsing.complaints == []
