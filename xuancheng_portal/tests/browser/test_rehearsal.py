"""A rehearsal made, entered as a township, submitted, accepted by the office, and thrown away without trace."""

import re

import pytest
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, PHONE, Browsing, confirm, manage, reload_until

TOWNSHIP, COUNTY = "云岭镇（演练）", "泾县（演练）"
# Rows of all but what the clock writes meanwhile: heartbeats, reminders of the real campaign and their letters.
COUNT = (
    "from django.apps import apps; "
    "print(sorted((model._meta.label, model._base_manager.count()) for model in apps.get_models(include_auto_created=True) "
    "if model._meta.label not in ('accounts.AuditEvent', 'accounts.Delivery', 'accounts.Heartbeat', 'accounts.Message', 'axes.AccessLog', 'sessions.Session')))"
)


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def strip(page):
    return page.get_by_role("region", name="演练", exact=True)


def play(page, role, unit):
    page.get_by_role("listitem").filter(has_text=unit).filter(has_text=role).get_by_role("button", name="以此身份演练").click()
    expect(strip(page)).to_contain_text(f"你现在是{unit}的{role}")


def back(page):
    strip(page).get_by_role("button", name="回到办公室").click()
    expect(page.get_by_role("heading", name="推进日期")).to_be_visible()


def fill_in(page):
    page.get_by_role("link", name="开始申报").first.click()
    page.get_by_role("button", name="开始申报").click()
    total = int(re.search(r"/(\d+)", page.locator(".rail-top").inner_text())[1])
    for number in range(total):
        item = page.get_by_role("heading", level=1).inner_text()
        expect(strip(page)).to_be_visible()
        page.get_by_text("达到", exact=True).click()
        page.get_by_label("工作情况说明").fill(f"已按要求完成，全年更新 {number + 3} 次，走访群众 {number + 80} 户。")
        page.get_by_label("网址").fill(f"https://www.example.gov.cn/yunling/{number}.html")
        page.get_by_label("网页名称").fill("云岭镇公开专栏")
        page.get_by_role("button", name="添加链接").click()
        expect(page.get_by_role("link", name="云岭镇公开专栏")).to_be_visible()
        page.get_by_role("button", name="标记完成，下一项").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(item)


def test_a_rehearsal_is_made_played_and_thrown_away(browsing, portal_environment):
    before = manage(portal_environment, "shell", "-v", "0", "-c", COUNT)
    office = browsing.sign_in("office", PASSWORD)
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="设置").click()
    office.get_by_role("navigation", name="设置", exact=True).get_by_role("link", name="演练").click()
    office.get_by_label("演练哪一次活动").select_option(index=1)
    office.get_by_label("演练日期").fill("2021-09-20")
    office.get_by_label("哪些单位参加").select_option(label="泾县")
    office.get_by_role("button", name="新建演练").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("【演练】2021年")
    title = office.get_by_role("heading", level=1).inner_text()

    play(office, "填报员", TOWNSHIP)
    expect(strip(office)).to_contain_text("演练日期 2021 年 9 月 20 日")
    fill_in(office)
    expect(office.get_by_role("heading", name="核对并提交")).to_be_visible()
    office.get_by_label("联系电话").fill("0563-0000000")
    office.get_by_label("我已核对以上内容").check()
    office.get_by_role("button", name="提交", exact=True).click()
    confirm(office, "提交")
    expect(office.get_by_role("heading", name="申报回执")).to_be_visible()
    back(office)

    play(office, "县级审核员", COUNTY)
    office.get_by_role("link", name=re.compile("^消息")).first.click()
    message = office.get_by_role("listitem").filter(has_text=f"【演练】{TOWNSHIP}已提交申报，请审核")
    reload_until(office, message.is_visible)
    message.get_by_role("button", name="去看看").click()
    office.get_by_role("button", name="同意推荐").click()
    confirm(office, "同意推荐")
    expect(office.get_by_text(f"已同意推荐，{TOWNSHIP}的申报已报送市政务公开办。")).to_be_visible()
    back(office)

    office.get_by_role("link", name="以办公室的身份进入").click()
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="审核").click()
    office.locator("#unit-list").get_by_role("link", name=TOWNSHIP).click()
    office.get_by_role("button", name="受理", exact=True).click()
    confirm(office, "受理")
    expect(office.get_by_text(f"已受理 {TOWNSHIP} 的申报。")).to_be_visible()

    strip(office).get_by_role("link", name="换身份、推进日期").click()
    office.get_by_label("演练日期").fill("2021-10-20")
    office.get_by_role("button", name="推进到这一天").click()
    expect(strip(office)).to_contain_text("演练日期 2021 年 10 月 20 日")
    office.set_viewport_size(PHONE)
    assert office.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    office.set_viewport_size(DESK)
    office.get_by_label("输入演练的名称").fill(title)
    office.get_by_role("button", name="整个删除").click()
    expect(office.get_by_text(f"“{title}”已整个删除")).to_be_visible()
    expect(strip(office)).to_have_count(0)
    browsing.open(office, "inspections:review_list")
    expect(office.get_by_text(TOWNSHIP)).to_have_count(0)

    assert manage(portal_environment, "shell", "-v", "0", "-c", COUNT) == before
    for command in ("check_invariants", "verify_audit", "verify_store"):
        manage(portal_environment, command)
    assert browsing.complaints == []
