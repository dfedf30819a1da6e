"""The office types points into a draft of the standard: the sum follows, and nothing typed is left without a question."""

import pytest
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import Browsing


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def test_the_sum_follows_what_is_typed(browsing):
    office = browsing.sign_in("office", PASSWORD)
    browsing.open(office, "standard_versions")
    office.get_by_role("link", name="继续编辑草稿").click()
    zone = office.locator("[data-sum=zone]")
    expect(zone).to_contain_text("100 / 100")
    points = office.get_by_label("1.2 县（市、区）示范区")

    points.fill("4.5")

    expect(zone).to_contain_text("102.5 / 100 多 2.5 分")
    expect(office.locator("[data-sum=bureau]")).to_contain_text("合计正确")
    points.fill("１")
    expect(zone).to_contain_text("99 / 100 少 1 分")
    points.fill("很多")
    expect(zone).to_contain_text("98 / 100 少 2 分")

    asked = []
    office.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    office.get_by_role("link", name="1.1 机构健全").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("1.1")
    assert asked == ["beforeunload"]

    office.get_by_label("县（市、区）示范区", exact=True).first.fill("0.5")
    expect(zone).to_contain_text("96.5 / 100")
    assert browsing.complaints == []
