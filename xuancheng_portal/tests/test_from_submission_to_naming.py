"""One track from its first submission to the last title: the list is locked three times, a unit falls, the next passer is
publicised alone, and nobody else waits for it. What was locked stays to be read, and the audit chain proves every step.
"""

import faulthandler
from datetime import datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts import audit
from accounts.models import AuditEvent, Role
from accounts.tests.factories import SHANGHAI
from applications.models import Application, Submission
from campaigns.models import Campaign
from inspections.models import Visit
from results import actions, rules
from results.models import FrozenRanking, Naming, Place, PublicNotice
from results.reports import RULE_VERSION, places_for_naming
from xuancheng_portal.invariants import violations
from xuancheng_portal.tests.player import Person, Visitor
from xuancheng_portal.tests.test_invariants import slipped
from xuancheng_portal.tests.test_whole_campaign import (
    HERE,
    accept,
    agree_and_lock,
    announce,
    everything_holds,
    file,
    person_of,
    plan,
    recommend,
    record,
    score_on_paper,
)

pytestmark = pytest.mark.django_db
UNITS = """code,name,kind,kind_name,parent_code,short_name
D1,蜀山区人民政府,county,区,,蜀山区
S1,荷叶街道办事处,street,街道办,D1,荷叶街道
X1,荷花小学,school,学校,S1,荷花小学
X2,荷香小学,school,学校,S1,荷香小学
X3,荷风小学,school,学校,S1,荷风小学
O1,市公开办,office,办公室,,市公开办
B1,市审计局,bureau,市直单位,,市审计局
"""
FIRST, SECOND, THIRD = "荷花小学", "荷香小学", "荷风小学"
OUTLINE = ["applications.send_to_county", "results.lock_list", "results.confirm_list", "results.review_notice", "results.publish_notice", "results.name"]


@pytest.fixture
def clock():
    faulthandler.cancel_dump_traceback_later()  # a whole campaign may take a minute on a busy machine
    with time_machine.travel(0) as traveller:
        yield lambda month, day, hour=9: traveller.move_to(datetime(2026, month, day, hour, tzinfo=SHANGHAI))


def at(month, day, hour=9):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def school(name):
    return Application.objects.get(organization__short_name=name)


def settle(track, officer, lead, moment, unused=""):
    frozen = actions.lock_list(track, unused, by=officer, at=moment)
    actions.confirm_list(track, by=lead, at=moment)
    return frozen


def frozen_page(person, track, number):
    return Person(person).open("results:frozen_list", track.pk, number)


def open_problems(campaign, name, moment):
    place = next(place for place in places_for_naming(campaign) if place.application_id == school(name).pk)
    return [str(problem) for problem in rules.naming_problems(place, moment)]


def test_from_the_first_submission_to_the_last_title(clock, tmp_path):
    clock(3, 1)
    (tmp_path / "units.csv").write_text(UNITS)
    call_command("load_organizations", tmp_path / "units.csv")
    call_command("load_campaign", HERE / "campaigns/tests/data/schools-2026.yaml")
    campaign = Campaign.objects.get()
    track = campaign.tracks.get(key="classroom")
    lost = {FIRST: "0.5", SECOND: "1.5", THIRD: "3"}
    county = person_of("蜀山区", "蜀小山", Role.COUNTY_CLERK)
    scorers = [person_of("市公开办", each, Role.OFFICE) for each in ("公小一", "公小二")]
    officer, (lead, lead2) = scorers[0], (person_of("市公开办", each, Role.OFFICE, Role.OFFICE_LEAD) for each in ("办小一", "办小二"))
    inspectors = [person_of("市审计局", each, Role.INSPECTOR) for each in ("验小一", "验小二", "验小三")]

    # Filed, recommended, accepted, scored on paper and on site, as people do it on their pages.
    clock(3, 12)
    for unit in lost:
        file(person_of(unit, f"{unit[1]}小填", Role.UNIT_CLERK), unit, 3)
        recommend(county, unit)
    clock(4, 20)
    for unit, points in lost.items():
        accept(officer, unit)
        for scorer in scorers:
            score_on_paper(scorer, unit, 3, {"A-1": points})
    names = [str(inspector) for inspector in inspectors]
    Person(officer).open("inspections:group_list").send("建立验收组", name="一组", leader=names[0], members=names)
    for day, (unit, points) in enumerate(lost.items(), 7):
        visit = plan(officer, unit, "一组", f"2026-07-{day:02}")
        clock(7, day)
        for inspector in inspectors:
            record(inspector, 3, {"A-1": points})
        agree_and_lock(visit, inspectors[0], inspectors[1:], 3, {})
    assert Visit.objects.exclude(locked_at=None).count() == 3

    # Locked and confirmed, taken back with a reason, locked again: the first list stays as it was.
    for unit in (FIRST, SECOND):
        actions.choose(track, school(unit), by=officer, at=at(7, 27))
    first = settle(track, officer, lead, at(7, 27))
    actions.reopen_list(track, "核对第二名的材料。", by=lead2, at=at(7, 28))
    actions.unchoose(track, school(SECOND), by=officer, at=at(7, 28))
    second = settle(track, officer, lead, at(7, 28), "第二名的材料还在核对。")
    actions.reopen_list(track, "材料核对无误。", by=lead2, at=at(7, 29))
    actions.choose(track, school(SECOND), by=officer, at=at(7, 29))
    third = settle(track, officer, lead, at(7, 29))
    clock(7, 29, 10)
    for frozen, chosen in ((first, [FIRST, SECOND]), (second, [FIRST]), (third, [FIRST, SECOND])):
        frozen.refresh_from_db()
        assert [row["unit"] for row in frozen.rows] == [FIRST, SECOND, THIRD]
        assert frozen.chosen == [school(unit).pk for unit in chosen]
        assert frozen.rule["version"] == RULE_VERSION
        frozen_page(lead, track, frozen.number).sees(frozen.sha256, RULE_VERSION, *(row["total"] for row in frozen.rows))
    frozen_page(lead, track, 1).sees("核对第二名的材料。")

    # Publicised for seven working days; the second falls; the third takes its place and is publicised alone.
    clock(7, 30)
    announce(officer, lead, lead2, "2026-07-31", "2026-08-10")
    notice = PublicNotice.objects.get()
    objection = actions.file_objection(
        notice.entries.get(application=school(SECOND)), name="", phone="", facts="该校公示栏上的收费标准与实际收费不一致，请予核实。", at=at(8, 3)
    )
    assert open_problems(campaign, FIRST, at(8, 11)) == []
    assert open_problems(campaign, SECOND, at(8, 11)) == ["还有 1 件异议没有答复。"]
    actions.examine_objection(objection, by=officer, at=at(8, 4))
    actions.answer_objection(objection, "upheld", "经核查属实，取消该校的资格。", by=officer, at=at(8, 7))
    actions.free_place(Place.objects.get(application=school(SECOND)), by=lead, at=at(8, 7))
    actions.reopen_list(track, "递补。", by=lead, at=at(8, 7))
    actions.choose(track, school(THIRD), by=officer, at=at(8, 7))
    fourth = settle(track, officer, lead, at(8, 7))
    assert fourth.number == 4
    clock(8, 11)
    Person(lead).open("results:naming").send("命名 1 个单位", document_number="1号")
    assert [str(naming.application.organization) for naming in Naming.objects.all()] == [FIRST], "nobody else waits"
    Person(officer).open("results:notice_new").sees("1 个单位是递补的，单独公示。")
    announce(officer, lead, lead2, "2026-08-12", "2026-08-20")
    entry = PublicNotice.objects.get(number=2).entries.get()
    assert (str(entry), str(entry.replaces)) == (THIRD, SECOND)
    Visitor().open("results:public_notice", notice.pk).sees(SECOND, "已取消资格")
    Visitor().open("results:public_notice", entry.notice_id).sees(THIRD, "递补")
    clock(8, 21)
    Person(lead).open("results:naming").send("命名 1 个单位", document_number="2号")
    assert [str(naming.application.organization) for naming in Naming.objects.order_by("named_at")] == [FIRST, THIRD]

    # The chain holds from the first submission to the last title, and says so of every part.
    everything_holds()
    numbers = dict(AuditEvent.objects.order_by("-number").values_list("action", "number"))
    assert [numbers[action] for action in OUTLINE] == sorted(numbers[action] for action in OUTLINE)
    assert Naming.objects.count() == AuditEvent.objects.filter(action="results.name").count()
    tampered_entries_are_named()
    tampered_rows_are_found(first)


def tampered_entries_are_named():
    """One entry of each step is changed behind the portal's back: `verify_audit` names that very entry."""
    for action in (*OUTLINE, "results.answer_objection", "results.free_place", "results.reopen_list"):
        event = AuditEvent.objects.filter(action=action).first()
        slipped("UPDATE accounts_auditevent SET by_label = %s WHERE number = %s", ["别人", event.number])
        assert audit.verify() == event.number
        with pytest.raises(CommandError, match=f"第 {event.number} 条"):
            call_command("verify_audit")
        slipped("UPDATE accounts_auditevent SET by_label = %s WHERE number = %s", [event.by_label, event.number])
        assert audit.verify() is None


def tampered_rows_are_found(frozen):
    """A frozen list and a submitted version, each changed together with its own checksum: the chain knows better."""
    facts = {"rows": frozen.rows, "rule": frozen.rule, "chosen": frozen.chosen[:1]}
    slipped("UPDATE results_frozenranking SET chosen = %s, sha256 = %s WHERE id = %s", [f"[{frozen.chosen[0]}]", audit.digest(facts), frozen.pk])
    version = Submission.objects.first()
    slipped("UPDATE applications_submission SET snapshot = '{}', sha256 = %s WHERE id = %s", [audit.digest({}), version.pk])

    assert FrozenRanking.objects.get(pk=frozen.pk).chosen == frozen.chosen[:1]
    assert {name for name, _sentence, _row in violations()} == {"frozen_lists_as_recorded", "versions_as_recorded"}
