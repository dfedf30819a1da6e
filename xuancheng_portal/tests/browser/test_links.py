"""Ten addresses pasted become ten links, and a block from Excel becomes a table that counts working days, on the portal as it runs."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import PHONE, Browsing


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def open_item(browsing, clerk, title):
    clerk.goto(browsing.portal + reverse("home"))
    clerk.get_by_role("link", name="填报清单").first.click()
    clerk.get_by_role("link", name=title).first.click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text(title)


def test_ten_addresses_are_pasted_and_ten_are_seen(browsing):
    clerk = browsing.sign_in("jiaotiju", PASSWORD)
    open_item(browsing, clerk, "年度重点领域信息公开")
    rows = clerk.locator("#links .file")
    before = rows.count()

    clerk.get_by_label("网址").fill("\n".join([*(f"https://nowhere.invalid/{number}.html" for number in range(10)), "不是网址", "http://192.168.1.1/"]))
    clerk.get_by_role("button", name="添加链接").click()

    expect(rows).to_have_count(before + 10)
    expect(clerk.get_by_label("网址")).to_have_value("不是网址\nhttp://192.168.1.1/")
    expect(clerk.locator("#links")).to_contain_text("“不是网址”没有添加")
    expect(clerk.locator("#links")).to_contain_text("只在内部网络里有效")
    # Nobody is there, and the rows come to know it by themselves: of the page where there is a network, of us where there is none.
    expect(clerk.locator("#links").get_by_text("正在检查")).to_have_count(0)
    expect(clerk.locator("#links .file", has_text="nowhere.invalid").filter(has_text="打不开").or_(clerk.locator("#links .file", has_text="未能检查"))).to_have_count(10)
    assert browsing.complaints == []


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_a_block_from_excel_becomes_a_table_that_counts_working_days(browsing, viewport):
    clerk = browsing.sign_in("jiaotiju", PASSWORD, viewport) if viewport else browsing.sign_in("jiaotiju", PASSWORD)
    open_item(browsing, clerk, "重大政策发布解读")
    name = "电话" if viewport else "桌面"

    clerk.get_by_text("从 Excel 粘贴多行").click()
    clerk.get_by_label("从 Excel 粘贴").fill(
        f"文件\t日期\t解读\t日期\n{name}甲办法\t2021-09-28\t读懂甲\t2021-09-28\n{name}乙办法\t2021/9/30\t读懂乙\t2021年10月12日\n{name}丙办法\t去年\t读懂丙\t2021-09-30"
    )
    clerk.get_by_role("button", name="添加粘贴的各行").click()

    table = clerk.locator("#pairs table")
    expect(table.get_by_role("row").filter(has_text=f"{name}甲办法")).to_contain_text("同日")
    expect(table.get_by_role("row").filter(has_text=f"{name}乙办法")).to_contain_text("4 个工作日，超过 3 个")
    expect(clerk.get_by_label("从 Excel 粘贴")).to_have_value(f"{name}丙办法\t去年\t读懂丙\t2021-09-30")
    table.get_by_role("row").filter(has_text=f"{name}乙办法").get_by_role("link", name="修改").click()
    clerk.get_by_label("解读公开日期").fill("2021-10-08")
    clerk.get_by_role("button", name="保存").click()
    expect(clerk.locator("#pairs table").get_by_role("row").filter(has_text=f"{name}乙办法")).to_contain_text("1 个工作日")
    clerk.locator("#pairs table").get_by_role("row").filter(has_text=f"{name}甲办法").get_by_role("button", name="移除").click()
    expect(clerk.locator("#pairs")).not_to_contain_text(f"{name}甲办法")
    assert browsing.complaints == []
