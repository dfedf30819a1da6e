"""Places as rows, the list locked by one and confirmed by another."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message
from campaigns.models import Track
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections.models import Rectification
from results import actions, reports, rules
from results.models import FrozenRanking, NoticeEntry, Place, SelectionList
from results.tests.factories import make_confirmed, make_notice, make_place, make_scored

NOW = moment(11, 2, 9)


@pytest.fixture
def zone(campaign):
    return campaign.tracks.get(key="zone")


@pytest.fixture
def four_zones(campaign):
    """Three places, four counties that pass, the best first."""
    return [make_scored(f"{n}县", campaign, 95 - n, kind="county") for n in range(4)]


def choose_all(track, applications, by):
    for application in applications:
        actions.choose(track, application, by=by, at=NOW)


def test_choosing_takes_the_first_free_place_and_is_recorded(zone, four_zones, officer):
    actions.choose(zone, four_zones[0], by=officer, at=NOW)
    actions.choose(zone, four_zones[1], by=officer, at=NOW)
    actions.unchoose(zone, four_zones[0], by=officer, at=NOW)

    place = actions.choose(zone, four_zones[2], by=officer, at=NOW)

    assert (place.slot, place.cap) == (1, 3)
    assert AuditEvent.objects.filter(action="results.choose").count() == 3
    assert AuditEvent.objects.filter(action="results.unchoose").count() == 1


def test_a_fourth_zone_is_refused_with_a_sentence(zone, four_zones, officer):
    choose_all(zone, four_zones[:3], officer)

    with pytest.raises(NotAllowed, match="名额已满，先取消一个再选"):
        actions.choose(zone, four_zones[3], by=officer, at=NOW)

    assert zone.places.count() == 3


@pytest.mark.parametrize("slot_and_cap", [(4, 3), (4, 4), (0, 3)])
def test_the_database_knows_no_fourth_zone(zone, four_zones, officer, slot_and_cap):
    slot, cap = slot_and_cap

    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(track=zone, slot=slot, cap=cap, application=four_zones[3], taken_at=NOW, taken_by=officer)

    assert not zone.places.exists()


def test_the_database_refuses_two_units_on_one_place(zone, four_zones):
    make_place(four_zones[0], 1)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(four_zones[1], 1)


def test_a_unit_below_the_pass_mark_cannot_be_chosen(campaign, zone, officer):
    application = make_scored("低分县", campaign, 79, kind="county")

    with pytest.raises(NotAllowed, match="低于合格线"):
        actions.choose(zone, application, by=officer, at=NOW)


@pytest.mark.parametrize(("desk", "total", "passes"), [("23.99", "80.00", True), ("23.98", "79.99", False)])
def test_79_995_is_80_00_and_passes(campaign, zone, officer, desk, total, passes):
    campaign.desk_weight = campaign.site_weight = 50
    campaign.save()
    application = make_scored("压线县", campaign, 80, kind="county")
    application.scores.filter(item__code="1.1").update(points=desk)

    rows, _applications = reports.ranking_of(zone)

    assert (str(rows[0].total), rows[0].passes) == (total, passes)


def test_a_unit_with_unsettled_rectification_cannot_be_chosen(zone, four_zones, officer):
    item = four_zones[0].responses.first().item
    Rectification.objects.create(
        application=four_zones[0], item=item, problem="未更新", due_at=moment(10, 20), raised_at=moment(10, 10), raised_by=officer
    )

    with pytest.raises(NotAllowed, match="1 项整改没有销号"):
        actions.choose(zone, four_zones[0], by=officer, at=NOW)


def test_a_unit_whose_visit_is_not_locked_is_not_ranked_and_not_chosen(zone, four_zones, officer):
    visit = four_zones[0].visit
    visit.locked_at = visit.locked_by = None
    visit.findings_sha256 = ""
    visit.save()

    with pytest.raises(NotAllowed, match="还没有评完"):
        actions.choose(zone, four_zones[0], by=officer, at=NOW)

    row = next(row for row in reports.ranking_of(zone)[0] if row.key == four_zones[0].pk)
    assert row.rank is None
    assert row.missing


def test_a_list_within_the_places_is_locked_with_its_ranking_frozen(zone, four_zones, officer, lead, django_capture_on_commit_callbacks):
    choose_all(zone, four_zones[:3], officer)

    with django_capture_on_commit_callbacks(execute=True):
        frozen = actions.lock_list(zone, "", by=officer, at=NOW)

    assert frozen.chosen == [application.pk for application in four_zones[:3]]
    assert [row["rank"] for row in frozen.rows] == [1, 2, 3, 4]
    assert frozen.rule["pass_mark"] == "80.00"
    assert len(frozen.sha256) == 64
    four_zones[0].refresh_from_db()
    assert four_zones[0].held_at == NOW
    assert Message.objects.filter(user=lead, key=f"list-locked-{frozen.pk}").exists()
    assert not Message.objects.filter(user=officer, key=f"list-locked-{frozen.pk}").exists()


def test_what_was_frozen_cannot_be_changed(zone, four_zones, officer):
    choose_all(zone, four_zones[:3], officer)
    frozen = actions.lock_list(zone, "", by=officer, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        FrozenRanking.objects.filter(pk=frozen.pk).update(chosen=[])


def test_a_locked_list_is_not_changed(zone, four_zones, officer):
    choose_all(zone, four_zones[:3], officer)
    actions.lock_list(zone, "", by=officer, at=NOW)

    with pytest.raises(NotAllowed, match="名单已锁定"):
        actions.unchoose(zone, four_zones[0], by=officer, at=NOW)
    with pytest.raises(NotAllowed, match="名单已锁定"):
        actions.lock_list(zone, "", by=officer, at=NOW)


def test_places_left_empty_need_a_reason(zone, four_zones, officer):
    choose_all(zone, four_zones[:2], officer)

    with pytest.raises(NotAllowed, match="还有 1 个名额没有用"):
        actions.lock_list(zone, "  ", by=officer, at=NOW)
    actions.lock_list(zone, "宁缺毋滥", by=officer, at=NOW)

    assert zone.selection_list.unused_reason == "宁缺毋滥"


def test_skipping_a_better_unit_stands_in_the_way_of_locking(zone, four_zones, officer):
    choose_all(zone, [four_zones[0], four_zones[2]], officer)

    with pytest.raises(NotAllowed, match="第 2 名1县合格而没有选入"):
        actions.lock_list(zone, "少选一个", by=officer, at=NOW)


def test_the_same_person_cannot_confirm(zone, four_zones, lead):
    choose_all(zone, four_zones[:3], lead)
    actions.lock_list(zone, "", by=lead, at=NOW)

    with pytest.raises(NotAllowed, match="请由另一位办领导复核"):
        actions.confirm_list(zone, by=lead, at=NOW)


def test_another_person_confirms(zone, four_zones, officer, lead):
    choose_all(zone, four_zones[:3], officer)
    frozen = actions.lock_list(zone, "", by=officer, at=NOW)

    selection = actions.confirm_list(zone, by=lead, at=NOW)

    frozen.refresh_from_db()
    assert selection.state == SelectionList.State.CONFIRMED
    assert (frozen.confirmed_by, frozen.confirmed_at) == (lead, NOW)
    assert AuditEvent.objects.filter(action="results.confirm_list", by=lead).count() == 1


def test_reopening_needs_a_reason_and_lets_units_withdraw_again(zone, four_zones, officer, lead):
    choose_all(zone, four_zones[:3], officer)
    frozen = actions.lock_list(zone, "", by=officer, at=NOW)

    with pytest.raises(NotAllowed, match="请填写退回的理由"):
        actions.reopen_list(zone, " ", by=lead, at=NOW)
    actions.reopen_list(zone, "漏看一份材料", by=lead, at=NOW)

    frozen.refresh_from_db()
    four_zones[0].refresh_from_db()
    assert frozen.reopen_reason == "漏看一份材料"
    assert four_zones[0].held_at is None
    actions.unchoose(zone, four_zones[2], by=officer, at=NOW)
    actions.lock_list(zone, "少选", by=officer, at=NOW)
    assert FrozenRanking.objects.count() == 2


def test_a_tie_across_the_line_is_chosen_only_after_the_recorded_decision(campaign, zone, officer):
    best = [make_scored(f"优{n}县", campaign, 95, kind="county") for n in range(2)]
    tied = [make_scored(f"同{n}县", campaign, 90, kind="county") for n in range(2)]
    choose_all(zone, best, officer)
    with pytest.raises(NotAllowed, match="第 3 名有 2 个单位同分"):
        actions.choose(zone, tied[0], by=officer, at=NOW)

    actions.record_tie_decision(zone, [tied[1].pk, tied[0].pk], "经办务会研究。", NOW.date(), by=officer, at=NOW)
    actions.choose(zone, tied[1], by=officer, at=NOW)

    actions.lock_list(zone, "", by=officer, at=NOW)
    assert AuditEvent.objects.filter(action="results.decide_tie").count() == 1


def test_a_decision_names_one_whole_tied_group_once_each(campaign, zone, officer):
    tied = [make_scored(f"同{n}县", campaign, 90, kind="county") for n in range(4)]

    for order in ([tied[0].pk], [tied[0].pk] * 4, [application.pk for application in tied] + [0]):
        with pytest.raises(NotAllowed, match="恰好包含一组同分的单位"):
            actions.record_tie_decision(zone, order, "研究。", NOW.date(), by=officer, at=NOW)


def test_a_publicised_unit_keeps_its_place_when_the_list_is_reopened(zone, four_zones, officer, lead):
    choose_all(zone, four_zones[:3], officer)
    actions.lock_list(zone, "", by=officer, at=NOW)
    actions.confirm_list(zone, by=lead, at=NOW)
    make_notice(four_zones[:3], starts_on=NOW.date(), ends_on=moment(11, 8).date())

    actions.reopen_list(zone, "递补", by=lead, at=NOW)

    with pytest.raises(NotAllowed, match="正在公示或已经公示"):
        actions.unchoose(zone, four_zones[0], by=officer, at=NOW)
    four_zones[0].refresh_from_db()
    assert four_zones[0].held_at is not None


def test_the_next_passer_is_taken_up_after_a_fall_and_publicised_alone(campaign, zone, four_zones, officer, lead):
    choose_all(zone, four_zones[:3], officer)
    actions.lock_list(zone, "", by=officer, at=NOW)
    actions.confirm_list(zone, by=lead, at=NOW)
    notice = make_notice(four_zones[:3], starts_on=NOW.date(), ends_on=moment(11, 8).date())
    place = Place.objects.get(application=four_zones[1])
    with pytest.raises(NotAllowed, match="只有公示期间异议成立的单位"):
        actions.free_place(place, by=lead, at=NOW)
    NoticeEntry.objects.filter(notice=notice, application=four_zones[1]).update(fallen_at=NOW, fallen_by=officer, fallen_reason="异议成立")

    actions.free_place(place, by=lead, at=NOW)
    actions.reopen_list(zone, "递补", by=lead, at=NOW)
    with pytest.raises(NotAllowed, match="异议成立"):
        actions.choose(zone, four_zones[1], by=officer, at=NOW)
    actions.choose(zone, four_zones[3], by=officer, at=NOW)
    actions.lock_list(zone, "", by=officer, at=NOW)
    actions.confirm_list(zone, by=lead, at=NOW)

    assert [place.application for place in reports.ready_for_notice(campaign)] == [four_zones[3]]


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_many(campaign, officer):
    """Eight people, one place left: one wins, seven read the sentence, nothing breaks."""
    zone = campaign.tracks.get(key="zone")
    applications = [make_scored(f"{n}县", campaign, 95 - n, kind="county") for n in range(4)]
    for application in applications[:2]:
        actions.choose(zone, application, by=officer, at=NOW)
    outcomes, start = [], threading.Barrier(8)

    def try_once(application):
        try:
            start.wait()
            actions.choose(Track.objects.get(pk=zone.pk), application, by=officer, at=NOW)
            outcomes.append("chosen")
        except NotAllowed as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    for _round in range(3):
        outcomes.clear()
        threads = [threading.Thread(target=try_once, args=[applications[2 + number % 2]]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert outcomes.count("chosen") == 1
        assert sum("名额已满" in outcome for outcome in outcomes) == 7
        assert sorted(zone.places.values_list("slot", flat=True)) == [1, 2, 3]
        Place.objects.filter(slot=3).delete()
    connection.close()


# The pages


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "nobody", "administrator"])
def test_scores_are_not_for_others(client, request, zone, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("results:ranking", args=[zone.pk])).status_code == 403
    assert client.get(reverse("results:ranking_list")).status_code == 403
    assert client.post(reverse("results:workbook")).status_code == 403


def test_an_auditor_reads_and_changes_nothing(client, zone, four_zones, auditor):
    client.force_login(auditor)

    assert client.get(reverse("results:ranking", args=[zone.pk])).status_code == 200
    assert client.post(reverse("results:lock_list", args=[zone.pk])).status_code == 403
    assert client.post(reverse("results:choose", args=[four_zones[0].pk]), {"chosen": "1"}).status_code == 403
    assert not Place.objects.exists()


def test_the_officer_who_is_no_lead_cannot_confirm(client, zone, officer):
    client.force_login(officer)

    assert client.post(reverse("results:confirm_list", args=[zone.pk])).status_code == 403


def test_a_confirmed_list_is_reopened_by_the_lead_only(client, zone, four_zones, officer, lead):
    make_confirmed(four_zones[:3])
    client.force_login(officer)

    assert client.post(reverse("results:reopen_list", args=[zone.pk]), {"reason": "重选"}).status_code == 403


def test_ticking_and_unticking_on_the_page(client, zone, four_zones, officer):
    client.force_login(officer)
    address = reverse("results:choose", args=[four_zones[0].pk])

    client.post(address, {"chosen": "1"})
    assert zone.places.count() == 1
    client.post(address)
    assert zone.places.count() == 0


def test_the_page_shows_the_line_the_reason_and_the_meter(client, campaign, zone, four_zones, officer):
    make_scored("低分县", campaign, 60, kind="county")
    choose_all(zone, four_zones[:3], officer)
    client.force_login(officer)

    page = client.get(reverse("results:ranking", args=[zone.pk])).content.decode()

    assert "名额线 · 3 个" in page
    assert "合格线 · 80 分" in page
    assert "低于合格线" in page
    assert "材料审核 × 40% ＋ 现场验收 × 60%" in page
    assert "总分相同的，依次比较信息公开规范、组织机构健全的得分；仍然相同的，由集体研究确定顺序" in page


def test_a_refused_lock_says_why_and_keeps_what_was_typed(client, zone, four_zones, officer):
    choose_all(zone, [four_zones[0], four_zones[2]], officer)
    client.force_login(officer)

    page = client.post(reverse("results:lock_list", args=[zone.pk]), {"unused_reason": "只选两个"}).content.decode()

    assert "合格而没有选入" in page
    assert "只选两个" in page
    assert not FrozenRanking.objects.exists()


def test_the_tie_page_records_the_order(client, campaign, zone, officer):
    tied = [make_scored(f"同{n}县", campaign, 90, kind="county") for n in range(4)]
    client.force_login(officer)
    address = reverse("results:tie_decision", args=[zone.pk])
    order = {f"place_{application.pk}": number for number, application in enumerate(tied, 1)}

    wrong = client.post(address, order | {f"place_{tied[0].pk}": 2, "text": "研究。", "decided_on": "2021-11-02"})
    assert "两个单位不能排在同一位" in wrong.content.decode()
    client.post(address, order | {"text": "研究。", "decided_on": "2021-11-02"})

    assert zone.tie_decisions.get().order == [application.pk for application in tied]


def test_a_tie_page_without_a_tie_is_not_there(client, zone, four_zones, officer):
    client.force_login(officer)

    assert client.get(reverse("results:tie_decision", args=[zone.pk])).status_code == 404


def test_the_ranking_asks_as_many_questions_for_many_units_as_for_one(client, campaign, officer, django_assert_num_queries):
    track = campaign.tracks.get(key="township")
    make_scored("甲镇", campaign, 90)
    client.force_login(officer)
    address = reverse("results:ranking", args=[track.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(4):
        make_scored(f"乙{number}镇", campaign, 89 - number)

    with django_assert_num_queries(len(one)):
        client.get(address)


def test_nothing_is_ticked_off_for_units_that_nobody_chose(client, zone, four_zones, officer):
    client.force_login(officer)
    address = reverse("results:ranking", args=[zone.pk])
    empty = client.get(address).content.decode()
    choose_all(zone, four_zones[:1], officer)

    chosen = client.get(address).content.decode()

    done = ("入选单位的验收记录都已签字锁定", "入选单位的整改任务全部销号")
    assert [words in empty for words in done] == [False, False]
    assert [words in chosen for words in done] == [True, True]
    assert ("还没有选入单位" in empty, "还没有选入单位" in chosen) == (True, False)


def test_what_waits_for_the_second_person_is_on_their_list(campaign, zone, four_zones, officer, lead):
    choose_all(zone, four_zones[:3], officer)
    actions.lock_list(zone, "", by=officer, at=NOW)

    assert [todo.title for todo in rules.todos(lead, campaign, NOW)] == ["复核县（市、区）示范区的名单"]
    assert rules.todos(officer, campaign, NOW) == []
