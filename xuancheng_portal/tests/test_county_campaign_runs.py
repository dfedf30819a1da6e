"""A county's own campaign from its file to the named list, every step on its page by the people of that county; and what it
named, taken up by the county's clerk for the city's campaign. The municipal office finds nothing of it to act on.
"""

import faulthandler
from datetime import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.test import TestCase

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import SHANGHAI
from applications.models import Application
from campaigns.models import Campaign
from inspections.models import Visit
from results.models import Naming
from xuancheng_portal.tests.player import Person, Visitor
from xuancheng_portal.tests.test_whole_campaign import (
    HERE,
    accept,
    agree_and_lock,
    announce,
    choose_and_confirm,
    everything_holds,
    file,
    name,
    person_of,
    plan,
    record,
    score_on_paper,
)

pytestmark = pytest.mark.django_db
UNITS = """code,name,kind,kind_name,parent_code,short_name
D1,蜀山区人民政府,county,区,,蜀山区
S1,荷叶街道办事处,street,街道办,D1,荷叶街道
X1,荷花小学,school,学校,S1,荷花小学
O1,区公开办,office,办公室,D1,区公开办
B1,区审计局,bureau,区直单位,D1,区审计局
D2,包河区人民政府,county,区,,包河区
X2,包公小学,school,学校,D2,包公小学
B2,包河区审计局,bureau,区直单位,D2,包河区审计局
O9,市公开办,office,办公室,,市公开办
"""


@pytest.fixture
def clock():
    faulthandler.cancel_dump_traceback_later()  # a whole campaign may take a minute on a busy machine
    with time_machine.travel(0) as traveller:

        def move(year, month, day, hour=9):
            traveller.move_to(datetime(year, month, day, hour, tzinfo=SHANGHAI))
            with TestCase.captureOnCommitCallbacks(execute=True):
                call_command("sweep")

        yield move


def load(folder, **changes):
    """The campaign of the schools with some words changed."""
    text = (HERE / "campaigns/tests/data/schools-2026.yaml").read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "campaign.yaml"
    path.write_text(text)
    call_command("load_campaign", path)


def test_a_county_runs_its_own_campaign_and_its_clerk_takes_up_what_it_named(clock, tmp_path):
    clock(2026, 3, 1)
    (tmp_path / "units.csv").write_text(UNITS)
    call_command("load_organizations", tmp_path / "units.csv")
    load(tmp_path, **{"code: luzhou-2026": "code: shushan-2026\n  county: D1", "title: 2026年公开透明单位创建": "title: 2026年蜀山区公开透明单位创建"})
    campaign = Campaign.objects.get()
    assert campaign.county.code == "D1"
    clerk, foreign_clerk = person_of("荷花小学", "荷小填", Role.UNIT_CLERK), person_of("包公小学", "包小填", Role.UNIT_CLERK)
    county, foreign_county = person_of("蜀山区", "蜀小山", Role.COUNTY_CLERK), person_of("包河区", "包小河", Role.COUNTY_CLERK)
    scorers = [person_of("区公开办", each, Role.COUNTY_OFFICE) for each in ("公小一", "公小二")]
    officer, (lead, lead2) = scorers[0], (person_of("区公开办", each, Role.COUNTY_OFFICE, Role.COUNTY_LEAD) for each in ("办小一", "办小二"))
    inspectors = [person_of("区审计局", each, Role.INSPECTOR) for each in ("验小一", "验小二", "验小三")]
    foreign_inspector = person_of("包河区审计局", "包小验", Role.INSPECTOR)
    city_lead = person_of("市公开办", "市小办", Role.OFFICE, Role.OFFICE_LEAD)

    # Its units file straight to the county's office; a unit of another county finds no campaign at all.
    clock(2026, 3, 12)
    file(clerk, "荷花小学", 3)
    school = Application.objects.get()
    assert (school.status, school.sent_to_county_at, school.recommended_at) == ("submitted", None, None)
    Person(foreign_clerk).open("applications:start").sees("还没有")
    clock(2026, 4, 20)
    Person(city_lead).open("inspections:review", school.pk, status=404)
    accept(officer, "荷花小学")
    for scorer in scorers:
        score_on_paper(scorer, "荷花小学", 3, {"A-1": "0.5"})

    # Inspectors are borrowed from the county only.
    names = [str(inspector) for inspector in inspectors]
    page = Person(officer).open("inspections:group_list")
    assert str(foreign_inspector) not in page.html
    page.send("建立验收组", name="一组", leader=names[0], members=names).sees("一组已建立")
    visit = plan(officer, "荷花小学", "一组", "2026-07-07")
    clock(2026, 7, 7)
    for inspector in inspectors:
        record(inspector, 3, {"A-1": "0.5"})
    agree_and_lock(visit, inspectors[0], inspectors[1:], 3, {})
    assert Visit.objects.get().is_locked

    # Ranked, listed, publicised and named by the county's own two persons.
    clock(2026, 7, 27)
    choose_and_confirm(officer, lead, "示范学校", ["荷花小学"], "59.50", "只有 1 所学校申报。")
    announce(officer, lead, lead2, "2026-07-28", "2026-08-05")
    Visitor().open("results:public_notice_list").sees("2026年蜀山区公开透明单位创建", "县级活动 · 蜀山区")
    clock(2026, 8, 6, 0)
    name(lead, "蜀公开〔2026〕3号", ["荷花小学"])
    Visitor().open("results:public_named_list").sees("县级活动 · 蜀山区")
    for stranger in (city_lead, foreign_county, foreign_clerk, foreign_inspector):
        assert not Message.objects.filter(user=stranger).exists()

    # The city's campaign of the next year: the county finds the school proposed, and takes it up with one press.
    clock(2026, 12, 1)
    load(tmp_path, **{"2026": "2027"})
    clock(2027, 3, 12)
    assert Application.objects.count() == 1, "nothing is recommended by itself"
    assert "荷花小学" not in Person(foreign_county).open("applications:county_list").sees("包公小学").html
    page = Person(county).open("applications:county_list").sees("县级已命名，建议推荐", "2026年蜀山区公开透明单位创建")
    page.send("邀请申报").sees("已向 1 个单位发送提醒。")
    assert Message.objects.filter(user=clerk, title__startswith="请尽快完成2027年").exists()
    file(clerk, "荷花小学", 3)
    proposed = Application.objects.get(campaign__code="luzhou-2027")
    assert proposed.status == "with_county"
    page = Person(county).open("applications:county_list").sees("县级已命名，建议推荐").follow("去审核", to=str(proposed.pk))
    page.send("同意推荐").sees("已同意推荐")
    assert AuditEvent.objects.filter(action="applications.propose").count() == Naming.objects.count() == 1
    everything_holds()
