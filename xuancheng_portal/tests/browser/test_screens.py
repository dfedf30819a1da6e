"""The main screens of each role, on a desk, on a phone and on the narrowest one: nothing for axe to complain of, no
sideways scroll, no error in the browser. With SCREENSHOTS=folder each is also saved as a picture to be looked at.
"""

import json
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, NARROW, PHONE, Browsing, manage

PICTURES = os.environ.get("SCREENSHOTS")
PAST = "?campaign=xuancheng-2021"
# (who, [(url name, keys of what it is about, query)]); nobody is the public.
SCREENS = {
    "": [
        ("accounts:login",), ("accounts:forgotten",), ("results:public_home",), ("results:public_notice_list",), ("results:public_notice", ["notice"]),
        ("results:accessibility",), ("results:public_experience_list",), ("results:public_experience", ["experience"]),
        ("results:public_notice", ["withdrawn_notice"]), ("results:public_objection", ["withdrawn_notice"]), ("results:public_objection_received", ["code"]),
        ("results:public_objection", ["notice"]), ("results:public_track",), ("results:public_named_list",), ("results:public_named_list", [], "?q=thtz"), ("results:public_case_list",),
        ("results:public_case", ["case"]), ("standards:standard",),
    ],
    "taohuatan": [
        ("home",), ("applications:detail", ["桃花潭镇"]), ("applications:item", ["桃花潭镇", "item"]), ("applications:item", ["桃花潭镇", "warned"]),
        ("applications:assign", ["桃花潭镇"]), ("applications:reuse_file", ["桃花潭镇", "item"]), ("applications:evidence_view", ["document"]),
        ("applications:evidence_view", ["photo"]), ("applications:evidence_view", ["list"]), ("applications:submit", ["桃花潭镇"]),
        ("applications:link", ["link"]), ("applications:link", ["broken"]), ("applications:change_pair", ["pair"]),
        ("applications:item", ["桃花潭镇", "carried"]), ("applications:offline", ["桃花潭镇"]),
        ("results:title_list", [], PAST), ("results:title", ["own_title"]), ("results:write_experience", ["own_title"]),
        ("results:case_list",), ("results:case", ["case"]), ("accounts:inbox",), ("accounts:downloads",), ("accounts:password_change",),
        ("applications:creation_plan",), ("help",),
    ],
    "shuidong": [
        ("home",), ("applications:detail", ["水东镇"]), ("applications:item", ["水东镇", "returned"]), ("applications:receipt", ["水东镇", "first"]),
        ("applications:detail", ["水东镇"], "?only=changed"), ("applications:submit", ["水东镇"], "?only=changed"), ("applications:history", ["水东镇"]),
        ("applications:version", ["水东镇", "first"]), ("inspections:rectification_list",),
    ],
    "jingxian": [("home",), ("applications:detail", ["泾县"]), ("applications:assign", ["泾县"]), ("applications:item", ["泾县", "item"]), ("applications:county_list",), ("applications:county_check", ["云岭镇"]), ("campaigns:cutoff",), ("applications:creation_plan_list",)],
    "office": [
        ("overview",), ("dashboard",), ("dashboard", [], "?data=1"), ("dashboard_units", [], "?stage=received"), ("dashboard_links", [], "?health=broken"), ("archive",), ("applications:list",), ("applications:creation_plan_list",), ("applications:creation_plan_version", ["filed_plan"]), ("first_day",), ("handbook", ["own_handbook"]), ("inspections:review_list",), ("inspections:review", ["宣州区"]), ("inspections:review", ["宣州区"], "?item=5.4"),
        ("applications:detail", ["宣州区"]), ("inspections:review", ["狸桥镇"]),
        ("applications:history", ["梅渚镇2021"]), ("applications:compare", ["梅渚镇2021"]), ("applications:version", ["梅渚镇2021", "second"], "?only=changed"),
        ("inspections:review_list", [], "?state=alike"), ("inspections:review", ["狸桥镇"], "?item=5.4"), ("inspections:review", ["梅渚镇2021"], "?only=changed"),
        ("applications:likeness", ["alike_text"]), ("applications:likeness", ["alike_file"]), ("inspections:guidance", ["狸桥镇"]),
        ("inspections:rectification_list",), ("inspections:rectification", ["task"]), ("inspections:group_list",), ("inspections:group", ["group"]),
        ("inspections:visit_list",), ("inspections:visit_list", [], "?view=grid"), ("inspections:plan_visit",), ("inspections:visit", ["visit2021"]), ("inspections:visit", ["paper2021"]), ("inspections:type_in", ["visit"]), ("inspections:require_rectifications", ["loss2021"]),
        ("inspections:declare_conflict",), ("inspections:quarantine_list",), ("inspections:quarantine", ["late"]), ("inspections:import_package",), ("inspections:pool",), ("inspections:pool_entry", ["entry"]), ("inspections:plan_list",), ("inspections:plan", ["plan"]),
        ("inspections:planned_group", ["plan", "second"]), ("inspections:plan_why", ["plan", "planned"]), ("inspections:import_plan", ["plan"]),
        ("inspections:repair",), ("inspections:challenge_list",), ("inspections:challenge", ["coming"]), ("campaigns:settings",), ("campaigns:change_settings",),
        ("applications:form_template",), ("applications:receipt", ["宣州区", "first"]), ("campaigns:extensions",), ("campaigns:calendar",), ("standard_versions",), ("standards:compare",), ("standards:take_annex",), ("standards:draft", ["draft"]), ("standards:draft_item", ["draft", "item"]), ("publish_standard", ["draft"]),
        ("rehearsal_list",), ("campaign_list",), ("campaign_new",), ("campaign_import",), ("campaign_copy", ["campaign_now"]), ("campaigns:preview", ["campaign_now"]), ("campaigns:change_phase", ["phase"]), ("campaigns:add_minimum", ["campaign_now"]),
        ("results:ranking_list",), ("results:ranking", ["township"]), ("results:ranking", ["township2021"]), ("results:notice_list", [], PAST),
        ("results:title_list", [], PAST), ("results:title", ["withdrawn"]), ("results:title", ["recommended"]), ("results:yearly_bonus", [], PAST), ("results:bulletin_list", [], PAST),
        ("results:bulletin", ["bulletin"]), ("results:meeting_list", [], PAST), ("results:meeting_new", [], PAST), ("results:meeting", ["meeting"]), ("results:experience_list", [], PAST),
        ("results:experience", ["experience"]),
        ("dashboard", [], PAST), ("dashboard", [], "?track=township&data=1"), ("dashboard_units", [], "?item=5.4"),
        ("results:notice", ["notice"]), ("results:notice", ["withdrawn_notice"]), ("results:objection_list", [], PAST), ("results:objection", ["objection"]),
        ("results:objection_list",), ("results:naming",), ("results:naming", [], PAST),
        ("results:case_list",), ("results:case", ["case"]),
        ("results:papers", [], PAST), ("results:paper", ["paper", "notice"]), ("results:paper", ["letter", "told"]), ("results:paper_text", ["paper"]), ("results:paper", ["summary", "campaign2021"]),
        ("results:exports",),
    ],
    "inspector2": [
        ("inspections:today",), ("inspections:record", ["visit", "item"]), ("inspections:evidence_view", ["visit", "proof"]), ("inspections:talk", ["visit"]),
        ("inspections:summary", ["visit"]), ("inspections:sign", ["visit"]), ("inspections:witness", ["visit"]), ("inspections:visit", ["visit"]), ("inspections:declare_conflict",),
        ("inspections:decline_assignment", ["coming"]),
    ],
    "admin": [
        ("status",), ("campaign_list",), ("accounts:people",), ("accounts:person", ["person"]), ("accounts:add_person",), ("accounts:move_person", ["person"]),
        ("accounts:grant_role", ["person"]), ("accounts:disable_person", ["person"]), ("handover", ["person"]), ("accounts:second_factor",),
    ],
}
# What the demo's story made, by the names it goes by there.
ASK = """
import json
from accounts.models import User
from applications.models import Application, CreationPlan, Evidence, InterpretationPair, Likeness
from campaigns.models import Track
from inspections.models import InspectionGroup, Plan, PoolEntry, Quarantine, Rectification, Visit
from results.models import Bulletin, Experience, Meeting, Naming, Objection, PublicNotice, TypicalCase
from standards.models import Standard
now = Application.objects.filter(campaign__county=None).exclude(campaign__year=2021)
found = {one.organization.short_name: one.pk for one in now.select_related("organization")}
past = Application.objects.filter(campaign__year=2021).select_related("organization")
found |= {f"{one.organization.short_name}2021": one.pk for one in past}
returned = now.get(organization__short_name="水东镇").responses.filter(returned__isnull=False).in_order().first()
found |= {
    "link": Evidence.objects.filter(response__application=found["桃花潭镇"], health="ok").last().pk,
    "broken": Evidence.objects.get(response__application=found["桃花潭镇"], health="broken").pk,
    "pair": InterpretationPair.objects.filter(response__application=found["桃花潭镇"]).first().pk,
    "alike_text": Likeness.objects.filter(kind="text").first().pk, "alike_file": Likeness.objects.filter(kind="file").first().pk,
    "item": "5.4", "carried": now.get(organization__short_name="桃花潭镇").responses.get(carried_from__isnull=False).item.code,
    "first": 1, "second": 2, "returned": returned.item.code, "proof": Evidence.objects.filter(response__application=found["新杭镇"]).first().pk,
    "notice": PublicNotice.objects.filter(campaign__year=2021).first().pk, "objection": Objection.objects.filter(entry__notice__campaign__year=2021).first().pk,
    "withdrawn_notice": PublicNotice.objects.filter(campaign__year=2021).last().pk, "code": Objection.objects.filter(entry__notice__campaign__year=2021).first().code,
    "case": TypicalCase.objects.get(naming__application__organization__short_name="桃花潭镇").pk,
    "task": Rectification.objects.filter(application=found["狸桥镇"]).first().pk, "group": InspectionGroup.objects.filter(campaign__county=None).exclude(campaign__year=2021).first().pk,
    "late": Quarantine.objects.first().pk, "visit": Visit.objects.get(application=found["新杭镇"]).pk, "visit2021": Visit.objects.filter(application__campaign__year=2021).first().pk, "loss2021": Visit.objects.filter(application__campaign__year=2021, application__held_at=None).exclude(locked_at=None).first().pk, "paper2021": Visit.objects.filter(paper_records__isnull=False).first().pk,
    "coming": Visit.objects.get(application=found["建平镇"]).pk, "entry": PoolEntry.objects.filter(campaign__county=None).first().pk, "plan": Plan.objects.filter(campaign__county=None).first().pk,
    "paper": "notice", "summary": "summary", "campaign2021": past.first().campaign_id, "campaign_now": now.first().campaign_id, "phase": now.first().campaign.phases.first().pk, "letter": "rectification", "told": Rectification.objects.filter(application__campaign__year=2021).first().pk,
    "planned": Plan.objects.filter(campaign__county=None).first().visits.first().pk, "draft": Standard.objects.drafts().filter(campaign__county=None).first().pk,
    "withdrawn": Naming.objects.exclude(withdrawn_at=None).get().pk, "own_title": Naming.objects.get(application__organization__short_name="桃花潭镇").pk, "recommended": Naming.objects.get(recommendation__isnull=False).pk,
    "filed_plan": CreationPlan.objects.get(organization__short_name="桃花潭镇").pk, "own_handbook": "office",
    "bulletin": Bulletin.objects.filter(campaign__county=None).first().pk, "meeting": Meeting.objects.filter(campaign__county=None).first().pk, "experience": Experience.objects.filter(naming__application__campaign__county=None).first().pk,
    "township": Track.objects.filter(campaign__county=None).exclude(campaign__year=2021).get(key="township").pk, "township2021": Track.objects.get(campaign__year=2021, key="township").pk,
}
found |= {"person": User.objects.get(username="jingxian2").pk}
files = Evidence.objects.filter(response__application=found["桃花潭镇"], blob__isnull=False)
found |= {name: files.get(blob__extension=extension).pk for name, extension in [("document", "pdf"), ("photo", "jpg"), ("list", "docx")]}
found |= {"warned": files.first().response.item.code}
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def keys(portal, portal_environment):
    return json.loads(manage(portal_environment, "shell", "-v0", "-c", ASK))


def findings(page):
    """What axe complains of: the rule and the places it breaks on this page."""
    for violation in Axe().run(page).response["violations"]:
        yield f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes'][:3]]}"
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        yield "scrolls sideways"


@pytest.mark.parametrize("viewport", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
@pytest.mark.parametrize("who", SCREENS, ids=lambda who: who or "public")
def test_screens_are_clean(new_context, portal, keys, who, viewport):
    browsing = Browsing(new_context, portal)
    page = browsing.sign_in(who, PASSWORD, viewport) if who else browsing.window(viewport)
    found = []
    for number, (name, *about) in enumerate(SCREENS[who]):
        about, query = (about + [[], ""])[:2] if len(about) != 1 else (about[0], "")
        answer = page.goto(portal + reverse(name, args=[keys[each] for each in about]) + query)
        page.wait_for_load_state("networkidle")
        found += [f"{page.url}: {finding}" for finding in findings(page)]
        if answer.status != 200:
            found.append(f"{page.url}: {answer.status}")
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{who or 'public'}-{number:02}-{name.replace(':', '-')}-{viewport['width']}.png"), full_page=True)

    assert found + browsing.complaints == []
