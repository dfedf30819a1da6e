"""A county's own campaign feeding the city's: its lead names a unit and sees nothing of another county; the county's clerk finds it proposed and invites it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import Browsing, confirm, manage

# 绩溪县 has run its campaign up to the end of the notice; 旌德县, in the demo, has named its own two.
PREPARE = """
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from accounts.models import Organization, RoleGrant, User
from xuancheng_portal.celery import app
from xuancheng_portal.demo import cast, story_county
app.conf.task_always_eager = True
county = Organization.objects.get(short_name="绩溪县")
people = {}
for username, roles in (("jixiban", ["county_office"]), ("jixilead", ["county_office", "county_lead"]), ("jixi", ["county_clerk"])):
    people[username] = User.objects.create(username=username, name=username, organization=county, password=make_password(cast.PASSWORD))
    RoleGrant.objects.bulk_create([RoleGrant(user=people[username], role=role) for role in roles])
campaign = story_county.play(timezone.now(), people["jixiban"], people["jixilead"], [("扬溪镇", "4")])
print(campaign.public_notices.get().pk)
"""


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def test_a_county_campaign_feeds_the_citys(browsing, portal, portal_environment):
    notice = int(manage(portal_environment, "shell", "-v0", "-c", PREPARE).split()[-1])

    # The county's lead finds the own campaign alone, and names.
    lead = browsing.sign_in("jixilead", PASSWORD)
    expect(lead.get_by_role("heading", level=1)).to_contain_text("绩溪县政务公开示范点创建")
    expect(lead.locator("main")).not_to_contain_text("白地镇")
    lead.get_by_role("navigation", name="主导航").get_by_role("link", name="公示命名").click()
    expect(lead.locator("main")).not_to_contain_text("旌德县")
    browsing.open(lead, "results:naming")
    lead.get_by_label("文号").fill("绩政务公开〔演示〕1号")
    lead.get_by_role("button", name="命名 1 个单位").click()
    confirm(lead, "命名")
    expect(lead.get_by_text("已命名 1 个单位，名单已向社会公布。")).to_be_visible()

    # What another county's lead types into the address bar is not there.
    other = browsing.sign_in("jingdelead", PASSWORD)
    expect(other.get_by_role("heading", level=1)).to_contain_text("旌德县政务公开示范点创建")
    complaints = len(browsing.complaints)
    answer = other.goto(portal + reverse("results:notice", args=[notice]))
    assert answer.status == 404
    assert len(browsing.complaints) > complaints
    del browsing.complaints[complaints:]  # what the browser says of the page that is not there

    # The county's clerk finds the unit proposed for the city's campaign, and invites it with one press.
    clerk = browsing.sign_in("jixi", PASSWORD)
    expect(clerk.get_by_text("1 个县级已命名的单位还没有申报")).to_be_visible()
    clerk.get_by_role("link", name="去邀请").click()
    proposed = clerk.locator("#proposals").get_by_role("row").filter(has_text="扬溪镇")
    expect(proposed).to_contain_text("未开始")
    proposed.get_by_role("button", name="邀请申报").click()
    expect(clerk.get_by_text("已向 1 个单位发送提醒。")).to_be_visible()
    expect(clerk.locator("#proposals").get_by_role("row").filter(has_text="扬溪镇")).to_contain_text("今天已提醒过")
    assert browsing.complaints == []
