"""A unit puts right what was returned, sees what it changed and that it is not sent again yet; the office reads the difference."""

import pytest
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import Browsing, confirm

UNIT = "水东镇"
ADDED = "目录已于今年 5 月更新，共 86 条。"


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def test_what_was_returned_is_changed_shown_sent_again_and_read_by_the_office(browsing):
    clerk = browsing.sign_in("shuidong", PASSWORD)
    clerk.get_by_role("link", name="去修改").first.click()
    bar = clerk.get_by_role("region", name="修改尚未提交")
    expect(bar).to_contain_text("退回 2 项：已修改 1 项，还有 1 项没有修改。")
    expect(clerk.locator(".remark ins")).to_contain_text("制度汇编于今年 3 月 12 日印发")
    clerk.get_by_role("button", name="已修改，下一项").click()

    expect(clerk.get_by_role("heading", level=1)).to_contain_text("3.1")
    expect(clerk.get_by_text("目录链接打不开，请更换网址或上传网页截图。")).to_be_visible()
    words = clerk.get_by_label("工作情况说明")
    words.fill(words.input_value() + ADDED)
    clerk.get_by_role("button", name="已修改，下一项").click()
    expect(clerk.get_by_role("heading", name="核对并提交")).to_be_visible()
    expect(bar).to_contain_text("退回 2 项：已修改 2 项，还有 0 项没有修改。")

    clerk.get_by_role("link", name="只看修改（2 处）").click()
    expect(clerk.get_by_role("heading", level=3)).to_have_count(2)
    expect(clerk.locator("#item-3\\.1 ins")).to_have_text(ADDED)
    clerk.mouse.wheel(0, 3000)
    expect(bar).to_be_in_viewport()
    clerk.get_by_label("我已核对以上内容").check()
    clerk.get_by_role("button", name="提交", exact=True).click()
    confirm(clerk, "提交")
    expect(clerk.get_by_role("heading", name="申报回执")).to_be_visible()
    expect(bar).to_have_count(0)

    office = browsing.sign_in("office", PASSWORD)
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="审核").click()
    office.locator("#unit-list").get_by_role("link", name=UNIT).click()
    office.get_by_role("link", name="只看修改（2 处）").click()
    expect(office.locator("#material ins")).to_contain_text("制度汇编于今年 3 月 12 日印发")
    expect(office.get_by_text("已按意见修改 1 处")).to_be_visible()
    office.get_by_role("link", name="3.1", exact=True).click()
    expect(office.locator("#material ins")).to_have_text(ADDED)
    assert browsing.complaints == []
