"""Points on the total itself, proposed by one and confirmed by another; a veto that fails a unit once it was heard."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_user
from applications.tests.corpus import pdf
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, reports, rules
from results.models import Adjustment, SelectionList, Veto
from results.tests.factories import make_scored

NOW, DUE = moment(11, 2, 9), moment(11, 5)


@pytest.fixture
def zone(campaign):
    campaign.bonus_enabled, campaign.bonus_max = True, Decimal(5)
    campaign.deductions_enabled, campaign.deductions_max = True, Decimal(3)
    campaign.veto_enabled = True
    campaign.save()
    return campaign.tracks.get(key="zone")


@pytest.fixture
def county(campaign, zone):
    return make_scored("加分县", campaign, 80, kind="county")


@pytest.fixture
def item(county):
    item = county.responses.in_order().first().item
    item.veto_candidate = True
    item.save()
    return item


@pytest.fixture
def unit_clerk(county):
    return make_user("单位的人", county.organization, ["county_clerk"])


def propose(county, officer, kind="bonus", points="2"):
    return actions.propose_adjustment(county, kind, Decimal(points), reason="全国试点", basis="国办函〔2021〕1号", by=officer, at=NOW)


def row_of(county):
    return next(row for row in reports.ranking_of(county.track)[0] if row.key == county.pk)


def raise_veto(county, item, officer, **given):
    facts = {"facts": "9月3日公开的名单含有身份证号。", "basis": "现场核实记录", "due_at": DUE} | given
    return actions.raise_veto(county, item, by=officer, at=NOW, **facts)


def test_points_count_once_a_second_person_has_confirmed_them(county, officer, lead):
    bonus, deduction = propose(county, officer), propose(county, officer, "deduction", "0.5")
    assert row_of(county).total == Decimal("80.00")

    for adjustment in (bonus, deduction):
        actions.confirm_adjustment(adjustment, by=lead, at=NOW)

    row = row_of(county)
    assert (row.bonus, row.deductions, row.total) == (Decimal(2), Decimal("0.5"), Decimal("81.50"))
    assert AuditEvent.objects.filter(action="results.confirm_adjustment", by=lead).count() == 2


def test_a_bonus_may_lift_a_total_above_the_scale(campaign, zone, officer, lead):
    best = make_scored("满分县", campaign, 100, kind="county")

    actions.confirm_adjustment(propose(best, officer), by=lead, at=NOW)

    assert row_of(best).total == Decimal("102.00")


def test_who_proposed_does_not_confirm(county, lead):
    adjustment = propose(county, lead)

    with pytest.raises(NotAllowed, match="请由另一位办领导复核"):
        actions.confirm_adjustment(adjustment, by=lead, at=NOW)

    assert row_of(county).bonus == 0


def test_the_database_knows_no_points_confirmed_by_who_proposed_them(county, lead):
    adjustment = propose(county, lead)

    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.filter(pk=adjustment.pk).update(state="confirmed", decided_at=NOW, decided_by=lead)


@pytest.mark.parametrize(("points", "refused"), [("5", False), ("5.01", True)])
def test_points_stay_within_what_the_campaign_allows(county, officer, points, refused):
    if refused:
        with pytest.raises(NotAllowed, match="最多还能加分 5 分"):
            propose(county, officer, points=points)
    else:
        propose(county, officer, points=points)

    assert Adjustment.objects.count() == (0 if refused else 1)


def test_two_proposals_are_not_confirmed_beyond_what_is_allowed(county, officer, lead):
    first, second = propose(county, officer, points="3"), propose(county, officer, points="3")
    actions.confirm_adjustment(first, by=lead, at=NOW)

    with pytest.raises(NotAllowed, match="最多还能加分 2 分"):
        actions.confirm_adjustment(second, by=lead, at=NOW)

    assert row_of(county).bonus == 3


def test_what_the_campaign_did_not_turn_on_is_refused(campaign, county, item, officer):
    campaign.bonus_enabled = campaign.veto_enabled = False
    campaign.save()
    county.refresh_from_db()

    with pytest.raises(NotAllowed, match="没有启用加分"):
        propose(county, officer)
    with pytest.raises(NotAllowed, match="没有启用一票否决"):
        raise_veto(county, item, officer)


def test_a_revoked_bonus_no_longer_counts_and_stays_readable(county, officer, lead):
    adjustment = propose(county, officer)
    actions.confirm_adjustment(adjustment, by=lead, at=NOW)

    actions.undo_adjustment(adjustment, "文件已废止", by=lead, at=NOW)

    adjustment.refresh_from_db()
    assert (adjustment.state, adjustment.decision, row_of(county).bonus) == ("revoked", "文件已废止", 0)


def test_nothing_is_proposed_or_decided_while_the_list_is_locked(county, officer, lead):
    adjustment = propose(county, officer)
    SelectionList.objects.update_or_create(track=county.track, defaults={"state": "locked"})

    for act in (lambda: propose(county, officer), lambda: actions.confirm_adjustment(adjustment, by=lead, at=NOW)):
        with pytest.raises(NotAllowed, match="名单已锁定"):
            act()


def test_a_list_is_locked_when_everybody_has_decided(county, item, officer, lead, unit_clerk):
    """Nothing can be decided on a locked list, so what is half decided stands in its way."""
    actions.choose(county.track, county, by=officer, at=NOW)
    bonus, veto = propose(county, officer), raise_veto(county, item, officer)

    with pytest.raises(NotAllowed) as refusal:
        actions.lock_list(county.track, "合格的只有一个", by=officer, at=NOW)

    assert [str(problem) for problem in refusal.value.problems] == ["加分县的一票否决还没有决定，决定以后才能锁定。", "加分县的加分、扣分还没有复核，通过或不同意以后才能锁定。"]
    assert [problem.url for problem in refusal.value.problems] == [reverse("results:veto", args=[veto.pk]), reverse("results:adjustments", args=[county.pk])]
    actions.undo_adjustment(bonus, "依据不足。", by=lead, at=NOW)
    actions.state_on_veto(veto, "情况不实。", by=unit_clerk, at=NOW)
    actions.decide_veto(veto, "经核实不成立。", confirmed=False, by=lead, at=NOW)
    actions.lock_list(county.track, "合格的只有一个", by=officer, at=NOW)
    assert SelectionList.objects.get().state == "locked"


# Veto


def test_a_confirmed_veto_fails_the_unit_whatever_its_score(county, item, officer, lead, unit_clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        veto = raise_veto(county, item, officer)
    assert Message.objects.filter(user=unit_clerk, title__contains="被提出一票否决").exists()
    assert row_of(county).may_be_chosen
    actions.state_on_veto(veto, "名单已于当日撤下。", by=unit_clerk, at=NOW)

    actions.decide_veto(veto, "事实清楚。", confirmed=True, by=lead, at=NOW)

    row = row_of(county)
    assert (row.passes, row.may_be_chosen, row.bar) == (True, False, f"{item} 一票否决")
    with pytest.raises(NotAllowed, match="一票否决"):
        actions.choose(county.track, county, by=officer, at=NOW)


def test_a_dismissed_veto_changes_nothing(county, item, officer, lead, unit_clerk):
    veto = raise_veto(county, item, officer)
    actions.state_on_veto(veto, "情况不实。", by=unit_clerk, at=NOW)

    actions.decide_veto(veto, "经核实不成立。", confirmed=False, by=lead, at=NOW)

    assert row_of(county).may_be_chosen
    assert Veto.objects.get().state == "dismissed"


def test_the_unit_is_heard_before_the_decision(county, item, officer, lead):
    veto = raise_veto(county, item, officer)

    with pytest.raises(NotAllowed, match="先听取单位意见"):
        actions.decide_veto(veto, "事实清楚。", confirmed=True, by=lead, at=moment(11, 4, 23, 59))
    actions.decide_veto(veto, "逾期未陈述，事实清楚。", confirmed=True, by=lead, at=DUE)

    assert Veto.objects.get().state == "confirmed"


def test_a_unit_states_its_view_until_the_time_is_over(county, item, officer, unit_clerk):
    veto = raise_veto(county, item, officer)

    actions.state_on_veto(veto, "第一次意见", by=unit_clerk, at=NOW)
    actions.state_on_veto(veto, "补充后的意见", by=unit_clerk, at=moment(11, 4, 23, 59))
    with pytest.raises(NotAllowed, match="陈述期限"):
        actions.state_on_veto(veto, "太迟了", by=unit_clerk, at=DUE)

    assert Veto.objects.get().statement == "补充后的意见"


def test_who_raised_a_veto_does_not_decide_it(county, item, lead, unit_clerk):
    veto = raise_veto(county, item, lead)
    actions.state_on_veto(veto, "意见", by=unit_clerk, at=NOW)

    with pytest.raises(NotAllowed, match="请由另一位办领导决定"):
        actions.decide_veto(veto, "成立", confirmed=True, by=lead, at=NOW)


def test_only_items_that_may_fail_a_unit_are_raised(county, item, officer):
    other = county.responses.in_order().exclude(item=item).first().item

    with pytest.raises(NotAllowed, match="可以一票否决的指标"):
        raise_veto(county, other, officer)


def test_the_evidence_of_a_veto_is_for_the_unit_and_the_office(client, county, item, officer, unit_clerk, clerk):
    veto = raise_veto(county, item, officer, file=SimpleUploadedFile("核实记录.pdf", pdf()))
    address = reverse("results:veto_file", args=[veto.pk])

    for person in (unit_clerk, officer):
        client.force_login(person)
        assert client.get(address).getvalue() == pdf()
    client.force_login(clerk)

    assert client.get(address).status_code == 404
    assert AuditEvent.objects.filter(action="results.download_veto_file").count() == 2


def test_what_waits_for_the_second_person_and_for_the_unit_is_on_their_lists(campaign, county, item, officer, lead, unit_clerk):
    propose(county, officer)
    veto = raise_veto(county, item, officer)

    unit = [todo.title for todo in rules.todos(unit_clerk, campaign, NOW)]
    before = [todo.title for todo in rules.todos(lead, campaign, NOW)]
    actions.state_on_veto(veto, "意见", by=unit_clerk, at=NOW)
    after = [todo.title for todo in rules.todos(lead, campaign, NOW)]

    assert unit == [f"{item} 被提出一票否决，请陈述意见"]
    assert before == ["复核加分县的加分"]
    assert after == ["复核加分县的加分", "决定加分县的一票否决"]


# The pages


def test_points_are_proposed_and_confirmed_on_the_page(client, county, officer, lead):
    address = reverse("results:adjustments", args=[county.pk])
    client.force_login(officer)
    client.post(address, {"kind": "bonus", "points": "1.5", "reason": "试点", "basis": "函件"})
    adjustment = Adjustment.objects.get()
    assert client.post(reverse("results:confirm_adjustment", args=[adjustment.pk])).status_code == 403

    client.force_login(lead)
    page = client.post(reverse("results:confirm_adjustment", args=[adjustment.pk]), follow=True)

    assert "已复核，计入总分" in page.text
    assert row_of(county).total == Decimal("81.50")


def test_wrong_points_keep_what_was_typed(client, county, officer):
    client.force_login(officer)

    page = client.post(reverse("results:adjustments", args=[county.pk]), {"kind": "bonus", "points": "9", "reason": "全国先进", "basis": "函件"})

    assert page.status_code == 422
    assert "全国先进" in page.text
    assert "最多还能加分 5 分" in page.text
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "nobody"])
def test_points_are_not_for_others(client, request, county, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("results:adjustments", args=[county.pk])).status_code == 403
    assert client.post(reverse("results:raise_veto", args=[county.pk])).status_code == 403


def test_a_unit_writes_its_view_on_the_page(client, county, item, officer, unit_clerk, time_machine):
    veto = raise_veto(county, item, officer)
    time_machine.move_to(NOW)
    client.force_login(unit_clerk)

    page = client.post(reverse("results:state_on_veto", args=[veto.pk]), {"statement": "名单已撤下。"}, follow=True)

    assert "意见已送达市政务公开办" in page.text
    assert Veto.objects.get().statement == "名单已撤下。"
