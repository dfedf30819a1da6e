"""The main screens of each role, on a desk and on a phone: nothing for axe to complain of, no sideways scroll, no error in
the browser. With SCREENSHOTS=folder each is also saved as a picture to be looked at.
"""

import json
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, PHONE, Browsing, manage

PICTURES = os.environ.get("SCREENSHOTS")
PAST = "?campaign=xuancheng-2021"
# (who, [(url name, keys of what it is about, query)]); nobody is the public.
SCREENS = {
    "": [
        ("accounts:login",), ("results:public_home",), ("results:public_notice_list",), ("results:public_notice", ["notice"]),
        ("results:public_objection", ["notice"]), ("results:public_track",), ("results:public_named_list",), ("standards:standard",),
    ],
    "taohuatan": [
        ("home",), ("applications:detail", ["桃花潭镇"]), ("applications:item", ["桃花潭镇", "item"]), ("applications:submit", ["桃花潭镇"]),
        ("accounts:inbox",), ("accounts:downloads",), ("accounts:password_change",),
    ],
    "shuidong": [
        ("home",), ("applications:detail", ["水东镇"]), ("applications:item", ["水东镇", "returned"]), ("applications:receipt", ["水东镇", "first"]),
        ("applications:history", ["水东镇"]), ("inspections:rectification_list",),
    ],
    "jingxian": [("home",), ("applications:county_list",), ("applications:county_check", ["云岭镇"]), ("campaigns:cutoff",)],
    "office": [
        ("overview",), ("applications:list",), ("inspections:review_list",), ("inspections:review", ["宣州区"]), ("inspections:review", ["狸桥镇"]),
        ("applications:history", ["梅渚镇2021"]), ("applications:compare", ["梅渚镇2021"]), ("inspections:guidance", ["狸桥镇"]),
        ("inspections:rectification_list",), ("inspections:rectification", ["task"]), ("inspections:group_list",), ("inspections:group", ["group"]),
        ("inspections:visit_list",), ("inspections:visit_list", [], "?view=grid"), ("inspections:plan_visit",), ("inspections:visit", ["visit2021"]),
        ("inspections:declare_conflict",), ("inspections:quarantine_list",), ("inspections:quarantine", ["late"]), ("inspections:import_package",), ("campaigns:settings",), ("campaigns:change_settings",), ("campaigns:extensions",), ("campaigns:calendar",),
        ("results:ranking_list",), ("results:ranking", ["township"]), ("results:ranking", ["township2021"]), ("results:notice_list", [], PAST),
        ("results:notice", ["notice"]), ("results:objection_list",), ("results:objection", ["objection"]), ("results:naming",),
    ],
    "inspector2": [
        ("inspections:today",), ("inspections:record", ["visit", "item"]), ("inspections:agree", ["visit", "item"]),
        ("inspections:summary", ["visit"]), ("inspections:sign", ["visit"]), ("inspections:visit", ["visit"]), ("inspections:declare_conflict",),
    ],
    "admin": [("status",)],
}
# What the demo's story made, by the names it goes by there.
ASK = """
import json
from applications.models import Application
from campaigns.models import Track
from inspections.models import InspectionGroup, Quarantine, Rectification, Visit
from results.models import Objection, PublicNotice
now = Application.objects.exclude(campaign__year=2021)
found = {one.organization.short_name: one.pk for one in now.select_related("organization")}
past = Application.objects.filter(campaign__year=2021).select_related("organization")
found |= {f"{one.organization.short_name}2021": one.pk for one in past}
returned = now.get(organization__short_name="水东镇").responses.filter(returned__isnull=False).in_order().first()
found |= {
    "item": "5.4", "first": 1, "returned": returned.item.code,
    "notice": PublicNotice.objects.filter(campaign__year=2021).first().pk, "objection": Objection.objects.filter(entry__notice__campaign__year=2021).first().pk,
    "task": Rectification.objects.filter(application=found["狸桥镇"]).first().pk, "group": InspectionGroup.objects.exclude(campaign__year=2021).first().pk,
    "late": Quarantine.objects.first().pk, "visit": Visit.objects.get(application=found["新杭镇"]).pk, "visit2021": Visit.objects.filter(application__campaign__year=2021).first().pk,
    "township": Track.objects.exclude(campaign__year=2021).get(key="township").pk, "township2021": Track.objects.get(campaign__year=2021, key="township").pk,
}
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


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
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
            shown = "phone" if viewport is PHONE else "desk"
            page.screenshot(path=Path(PICTURES, f"{who or 'public'}-{number:02}-{name.replace(':', '-')}-{shown}.png"), full_page=True)

    assert found + browsing.complaints == []
