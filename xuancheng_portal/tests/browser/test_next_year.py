"""Next year from last year's: the office copies the campaign, moves its dates, changes a quota, looks at the calendar and
publishes; then a clerk finds it.

The new campaign would be the one everybody works in, so this runs on a portal of its own.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import Browsing, confirm, reload_until
from xuancheng_portal.tests.browser.portals import environment_in, up

TITLE = "次年全市政务公开示范创建（演示）"


@pytest.fixture(scope="module")
def portal_environment(tmp_path_factory, played):
    return environment_in(tmp_path_factory.mktemp("next-year"), played)


@pytest.fixture(scope="module")
def portal_log(portal_environment):
    return Path(portal_environment["VAR"], "up.log")


@pytest.fixture(scope="module")
def portal(portal_environment, portal_log):
    with up(portal_environment, portal_log) as address:
        yield address


def copy_last_year(office, first_day):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="设置").click()
    office.get_by_role("navigation", name="设置").get_by_role("link", name="活动", exact=True).click()
    office.get_by_role("link", name="新建活动").click()
    expect(office.get_by_role("heading", name="新建活动", level=1)).to_be_visible()
    office.get_by_role("link", name="照此新建").last.click()
    office.get_by_role("spinbutton", name="年度").fill(str(timezone.localdate().year + 1))
    office.get_by_label("活动名称").fill(TITLE)
    office.get_by_label("代码").fill("next-year")
    office.get_by_label("移到选定的第一天").check()
    office.get_by_label("第一天", exact=True).fill(first_day.isoformat())
    office.get_by_role("button", name="建立草稿").click()
    expect(office.get_by_text("这是草稿，只有办公室和系统管理员看得到")).to_be_visible()


def change_quota(office):
    office.get_by_role("row").filter(has_text="乡镇（街道）示范点").get_by_role("link", name="修改").click()
    office.get_by_label("名额").fill("12")
    office.get_by_role("button", name="保存修改").click()
    expect(office.get_by_text("申报类别已修改。")).to_be_visible()
    expect(office.get_by_role("row").filter(has_text="乡镇（街道）示范点")).to_contain_text("12")


def look_at_the_calendar(office):
    office.get_by_role("link", name="日程预览").click()
    expect(office.get_by_text(re.compile(r"以后发布的公示，要到“检查验收”阶段结束"))).to_be_visible()
    expect(office.get_by_text(re.compile(r"“自主申报”和“督促指导”在.*重叠"))).to_be_visible()
    expect(office.locator("table.month")).not_to_have_count(0)
    office.get_by_role("main").get_by_role("link", name="返回").click()


def publish(office):
    office.get_by_role("link", name="核对并启用").click()
    office.get_by_label("我已核对").check()
    office.get_by_role("button", name="启用", exact=True).click()
    confirm(office, "启用")
    expect(office.get_by_text(f"“{TITLE}”已经启用")).to_be_visible()


def test_next_year_is_copied_and_published(new_context, portal):
    browsing = Browsing(new_context, portal)
    office, clerk = browsing.sign_in("office", PASSWORD), browsing.sign_in("taohuatan", PASSWORD)

    copy_last_year(office, timezone.localdate() + timedelta(days=2))
    change_quota(office)
    look_at_the_calendar(office)
    clerk.reload()
    expect(clerk.get_by_text(TITLE)).to_have_count(0)
    publish(office)

    clerk.goto(f"{portal}/?campaign=next-year")
    expect(clerk.get_by_role("heading", level=1)).to_have_text(TITLE)
    clerk.get_by_role("link", name=re.compile("^消息")).first.click()
    reload_until(clerk, clerk.get_by_text(f"“{TITLE}”已经启用").first.is_visible)
    assert browsing.complaints == []
