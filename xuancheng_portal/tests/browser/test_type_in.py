"""A paper record typed in with nothing but the keyboard: numbers run on, a bad line says why and keeps everything, the record says where it came from."""

import json

import pytest
from django.conf import settings
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import PHONE, Browsing, manage
from xuancheng_portal.tests.browser.test_screens import findings

SCAN = settings.BASE_DIR / "docs/images/office-visits.png"
# A visit of today, by a group of its own, to a unit that no plan has: as if the county had sent it on and the office accepted it.
PLANT = """
from django.utils import timezone
from accounts.models import User
from applications.models import Application
from inspections.models import GroupMember, InspectionGroup, Visit
application = Application.objects.get(organization__short_name="茂林镇", campaign__year__gt=2021)
office, now = User.objects.get(username="office"), timezone.now()
Application.objects.filter(pk=application.pk).update(status="accepted", submitted_at=now, submitted_by=office, decided_at=now, decided_by=office)
group = InspectionGroup.objects.create(campaign=application.campaign, name="纸质组")
for number, name in enumerate(["demo-minzheng", "demo-caizheng"]):
    GroupMember.objects.create(group=group, user=User.objects.get(username=name), is_leader=not number)
print(Visit.objects.create(application=application, group=group, on=timezone.localdate(), planned_at=now, planned_by=office).pk)
"""
# The other tests find the unit as it was; a paper record, which nobody can delete, goes behind the portal's back.
REMOVE = """
from django.db import connection
from accounts.models import Message
from accounts.triggers import freeze
from applications.models import Application
from inspections.models import AgreedScore, InspectionGroup, PaperRecord, Score, Visit
visit = Visit.objects.get(group__name="纸质组")
for model in (AgreedScore, Score):
    model.objects.filter(application=visit.application_id, stage="site").delete()
connection.cursor().execute("DROP TRIGGER inspections_paperrecord_delete_refused")
PaperRecord.objects.filter(visit=visit).delete()
freeze("default", PaperRecord)
Message.objects.filter(key__startswith="paper-").delete()
group = visit.group
visit.delete()
group.delete()
Application.objects.filter(pk=visit.application_id).update(
    sealed_at=None, status="with_county", submitted_at=None, submitted_by=None, decided_at=None, decided_by=None
)
"""
STATE = """
import json
from inspections.models import AgreedScore, PaperRecord
paper = PaperRecord.objects.get(visit__group__name="纸质组")
scores = paper.scores.order_by("item__category__order", "item__order", "scorer__username")
print(json.dumps([sorted(person.username for person in paper.inspectors.all()), [[score.item.code, score.scorer.username, score.verdict, float(score.points)] for score in scores], paper.agreed_scores.count()]))
"""


@pytest.fixture
def visit(portal, portal_environment):
    yield int(manage(portal_environment, "shell", "-v0", "-c", PLANT))
    manage(portal_environment, "shell", "-v0", "-c", REMOVE)


def test_a_paper_record_is_typed_in_by_keyboard(new_context, portal, portal_environment, visit):
    browsing = Browsing(new_context, portal)
    office = browsing.sign_in("office", PASSWORD)
    browsing.open(office, "inspections:type_in", visit)
    lines = office.locator("[data-line]")
    keys = office.keyboard
    office.get_by_label("第 1 行编号").focus()

    # The first item, found to be in order: its number comes by itself.
    for press in ("Enter", "1", "Enter", "Enter", "Enter"):
        keys.press(press)
    expect(lines.nth(0)).to_contain_text("机构健全")
    expect(lines.nth(0)).to_contain_text("符合")
    # Another by its number, with more points than there are.
    keys.type("54")
    keys.press("Enter")
    keys.type("2")
    keys.press("Enter")
    keys.type("99")
    keys.press("Enter")
    expect(lines.nth(1).locator("[data-problem]")).to_contain_text("满分是 4 分")
    keys.type("明白卡没有更新")
    keys.press("Enter")
    # The next one goes on from there.
    for press in ("Enter", "1", "Enter", "Enter", "Enter"):
        keys.press(press)
    expect(office.get_by_label("第 3 行编号")).to_have_value("5.5")
    expect(office.get_by_label("第 4 行编号")).to_be_focused()

    office.get_by_label("纸质记录的扫描件").set_input_files(SCAN)
    with office.expect_response(lambda answer: answer.request.method == "POST") as refused:
        office.get_by_role("button", name="全部保存").click()
    assert refused.value.status == 422
    expect(office.get_by_role("alert").filter(has_text="录入的内容还在")).to_contain_text("第 2 行：得分 99 超过了该项满分 4 分")
    expect(lines.nth(1).locator("[data-problem]")).to_contain_text("超过了该项满分")
    expect(office.get_by_label("第 2 行现场情况和扣分理由")).to_have_value("明白卡没有更新")
    expect(office.get_by_text("已经上传，不用再选")).to_be_visible()
    office.set_viewport_size(PHONE)
    assert list(findings(office)) == []

    office.get_by_label("第 2 行得分").fill("3.5")
    office.get_by_role("button", name="全部保存").click()
    expect(office.get_by_text("已补录 3 项，请验收组核对后签字")).to_be_visible()
    expect(office.get_by_text("纸质补录").first).to_be_visible()

    people, scores, agreed = json.loads(manage(portal_environment, "shell", "-v0", "-c", STATE))
    assert people == ["demo-caizheng", "demo-minzheng"]
    assert [entry for entry in scores if entry[1] == "demo-minzheng"] == [
        ["1.1", "demo-minzheng", "met", 3], ["5.4", "demo-minzheng", "partly", 3.5], ["5.5", "demo-minzheng", "met", 2],
    ]
    assert (len(scores), agreed) == (6, 3)
    assert [words for words in browsing.complaints if "422" not in words] == []  # the browser tells of the refused answer in its own time
