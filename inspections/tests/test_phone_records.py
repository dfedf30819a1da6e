"""What a phone sends becomes scores and photos; what comes too late goes to the office; nothing is lost (R-27 to R-32)."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_user
from applications.models import Application, Evidence
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules, tasks
from inspections.models import (
    Delivery,
    DevicePhoto,
    DevicePiece,
    DeviceRecord,
    DeviceRevision,
    GroupMember,
    Quarantine,
    Score,
    SitePhoto,
    Visit,
)
from inspections.rules import phone as phone_rules
from inspections.rules.talk import talk_rows
from inspections.tests.factories import (
    make_accepted,
    make_findings,
    make_group,
    make_item,
    make_picture,
    make_sent,
    make_sent_photo,
    make_visit,
)

AT, LATER = moment(10, 20, 10), moment(10, 20, 11)
State, Why = Delivery.State, Delivery.Why


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    """Of Taohuatan on 20 October by two inspectors, the first of whom leads."""
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def send(inspector):
    return partial(actions.receive_record, owner=inspector, by=inspector, at=AT)


@pytest.fixture
def upload(inspector):
    """Announce a photo and send all its pieces in this order."""

    def upload(sent, pieces, order=None, at=AT):
        photo = actions.announce_photo(sent, owner=inspector, by=inspector, at=at)
        for number in range(len(pieces)) if order is None else order:
            photo = actions.receive_piece(photo, number, pieces[number], by=inspector, at=at)
        return photo

    return upload


@pytest.fixture
def locked(visit):
    make_findings(visit)
    Visit.objects.filter(pk=visit.pk).update(locked_at=AT, locked_by=visit.started_by, findings_sha256="1" * 64)
    return visit


def score_of(inspector):
    return Score.objects.get(scorer=inspector, item__code="1.1")


# Records


def test_a_record_becomes_the_inspectors_score_with_the_phones_time_beside_ours(visit, inspector, send):
    claimed = moment(1, 1, year=2019)

    record = send(make_sent(visit, points="28.5", verdict="partly", reason="公示栏未更新", device_at=claimed))

    score = score_of(inspector)
    assert (record.state, record.score_version, score.pk) == (State.ENTERED, 1, record.pk)
    assert (score.verdict, score.points, score.reason, score.device_at, score.scored_at) == ("partly", Decimal("28.5"), "公示栏未更新", claimed, AT)
    assert (record.revisions.get().device_at, record.revisions.get().received_at) == (claimed, AT)


def test_a_repetition_is_the_same_success_and_writes_nothing(visit, send, django_assert_num_queries):
    sent = make_sent(visit)
    first = send(sent)
    told = AuditEvent.objects.count()

    again = send(sent, at=LATER)

    assert (again.pk, again.state) == (first.pk, State.ENTERED)
    assert (DeviceRevision.objects.count(), Score.objects.get().version, AuditEvent.objects.count()) == (1, 1, told)


def test_the_same_id_with_other_content_is_a_visible_revision(visit, inspector, send):
    sent = make_sent(visit)
    send(sent)
    send(replace(sent, number=2, verdict="partly", points=Decimal(20), reason="内容不全"), at=LATER)

    assert [(revision.number, revision.points) for revision in DeviceRevision.objects.all()] == [(1, 30), (2, 20)]
    assert (score_of(inspector).points, score_of(inspector).version) == (20, 2)


def test_an_older_content_that_arrives_later_is_history(visit, inspector, send):
    sent = make_sent(visit)
    send(replace(sent, number=2, verdict="partly", points=Decimal(20), reason="内容不全"))
    record = send(sent, at=LATER)

    assert (record.number, record.state, score_of(inspector).points) == (2, State.ENTERED, 20)
    assert record.revisions.count() == 2


def test_two_contents_under_one_id_and_number_are_both_kept_and_a_person_chooses(visit, inspector, send):
    sent = make_sent(visit)
    send(sent)
    other = replace(sent, verdict="partly", points=Decimal(20), reason="内容不全")
    record = send(other)

    receipt = phone_rules.receipt(record, other.sha256)
    assert (receipt["id"], receipt["sha256"], receipt["state"]) == (str(sent.id), other.sha256, "conflict")
    assert [(rival["points"], rival["verdict"]) for rival in receipt["rivals"]] == [("30", "met"), ("20", "partly")]
    assert score_of(inspector).points == 30

    chosen = send(replace(other, number=2, base=1), at=LATER)
    assert (chosen.state, score_of(inspector).points, chosen.revisions.count()) == (State.ENTERED, 20, 3)


def test_a_second_phone_that_did_not_know_of_the_first_is_asked(visit, inspector, send):
    send(make_sent(visit))
    second = make_sent(visit, verdict="partly", points="20", reason="内容不全")

    assert send(second).state == State.CONFLICT
    assert score_of(inspector).points == 30

    kept = send(replace(second, number=2, keep=True))
    assert (kept.state, score_of(inspector).points) == (State.KEPT, 30)
    (apart,) = talk_rows(visit, inspector)[0].apart
    assert [revision.reason for revision in apart.revisions] == ["内容不全"]


def test_a_second_phone_that_says_the_same_is_at_one_with_the_first(visit, send):
    send(make_sent(visit))

    assert send(make_sent(visit)).state == State.ENTERED
    assert Score.objects.get().version == 1


def test_a_phone_that_knew_the_version_changes_it(visit, inspector, send):
    send(make_sent(visit))

    assert send(make_sent(visit, verdict="partly", points="20", reason="内容不全", base=1)).state == State.ENTERED
    assert score_of(inspector).points == 20


def test_what_is_not_complete_is_kept_and_waits(visit, inspector, send):
    record = send(make_sent(visit, verdict="", points="", reason="先记一笔"))

    assert (record.state, record.revisions.get().reason) == (State.INCOMPLETE, "先记一笔")
    assert "请选择检查结论" in record.problem
    assert not Score.objects.exists()
    assert phone_rules.drafts(visit, inspector)[0]["reason"] == "先记一笔"


def test_a_record_that_needs_a_photo_is_entered_when_the_photo_is_there(visit, inspector, send, upload):
    sent = make_sent(visit, verdict="partly")
    assert send(sent).state == State.INCOMPLETE

    upload(*make_sent_photo(visit, make_picture()))

    assert DeviceRecord.objects.get().state == State.ENTERED
    assert score_of(inspector).verdict == "partly"


def test_an_id_of_somebody_else_or_of_another_item_is_refused_without_a_trace(visit, second_inspector, send):
    sent = make_sent(visit)
    send(sent)

    with pytest.raises(actions.IdTaken):
        send(sent, owner=second_inspector)
    with pytest.raises(actions.IdTaken):
        send(replace(sent, item="2.1"))
    assert DeviceRevision.objects.count() == 1


def test_a_revision_never_changes(visit, send):
    send(make_sent(visit))

    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceRevision.objects.update(reason="改过")


def test_too_early_waits_and_is_entered_on_the_day(visit, inspector, send):
    sent = make_sent(visit)
    record = send(sent, at=moment(10, 19, 23, 59))
    assert (record.state, record.quarantine) == (State.INCOMPLETE, None)
    assert "到那天才能记录" in record.problem

    assert send(sent, at=moment(10, 20)).state == State.ENTERED


# Too late


def reassigned(visit, inspector):
    GroupMember.objects.filter(user=inspector).delete()


def without_role(visit, inspector):
    inspector.grants.all().delete()


def disabled(visit, inspector):
    type(inspector).objects.filter(pk=inspector.pk).update(is_active=False)


def withdrawn(visit, inspector):
    Application.objects.update(status=Application.Status.WITHDRAWN, withdrawn_at=AT, withdrawn_by=inspector)


def declared(visit, inspector):
    actions.declare_conflict(inspector, visit.application.organization, visit.application.campaign, "亲属", by=inspector, at=AT)


def exempted(visit, inspector):
    visit.application.responses.filter(item__code="1.1").update(self_verdict="not_applicable", exempted_at=AT, exempted_by=inspector)


def lock(visit, inspector):
    Visit.objects.update(locked_at=AT, locked_by=inspector, findings_sha256="1" * 64)


def cancelled(visit, inspector):
    Visit.objects.all().delete()


LATE = [
    (reassigned, Why.REASSIGNED), (without_role, Why.REASSIGNED), (disabled, Why.DISABLED), (withdrawn, Why.ENDED), (declared, Why.CONFLICT),
    (exempted, Why.ITEM), (lock, Why.LOCKED), (cancelled, Why.REASSIGNED),
]


@pytest.mark.parametrize(("happens", "why"), LATE, ids=lambda value: getattr(value, "__name__", ""))
def test_late_records_and_photos_go_to_the_office_and_are_never_lost(visit, inspector, officer, send, upload, happens, why, django_capture_on_commit_callbacks):
    sent, (photo, pieces) = make_sent(visit), make_sent_photo(visit, make_picture())
    happens(visit, inspector)
    inspector = type(inspector).objects.get(pk=inspector.pk)

    with django_capture_on_commit_callbacks(execute=True):
        record = send(sent, owner=inspector)
        arrived = upload(photo, pieces)

    case = Quarantine.objects.get()
    assert (record.state, record.why, record.quarantine) == (State.QUARANTINED, why, case)
    assert (arrived.state, arrived.why, arrived.quarantine, arrived.blob_id) == (State.QUARANTINED, why, case, photo.sha256)
    assert (case.visit_number, case.unit) == (sent.visit, "桃花潭镇")
    assert not Score.objects.exists()
    assert not SitePhoto.objects.exists()
    assert Message.objects.filter(user=officer, url=case.get_absolute_url()).count() == 1
    assert "不会丢失" in phone_rules.receipt(record, sent.sha256)["problems"][0]


@pytest.mark.parametrize(("at", "state"), [(moment(10, 31, 23, 59), State.ENTERED), (moment(11, 1), State.QUARANTINED)])
def test_the_end_of_the_phase_is_the_servers_not_the_phones(visit, send, at, state):
    record = send(make_sent(visit, device_at=AT), at=at)

    assert (record.state, record.why) == (state, "" if state == State.ENTERED else Why.CLOSED)


def test_a_repetition_after_the_lock_is_still_the_success_it_was(visit, inspector, send):
    sent = make_sent(visit)
    send(sent)
    lock(visit, inspector)

    assert send(sent).state == State.ENTERED
    assert not Quarantine.objects.exists()


def test_a_change_after_the_lock_leaves_the_score_and_waits(visit, inspector, send):
    sent = make_sent(visit)
    send(sent)
    lock(visit, inspector)

    record = send(replace(sent, number=2, verdict="partly", points=Decimal(20), reason="内容不全"))

    assert (record.state, record.why, score_of(inspector).points) == (State.QUARANTINED, Why.LOCKED, 30)


# The office decides


@pytest.fixture
def late(visit, inspector, send, upload):
    """A record and a photo that arrived after the phase."""
    after = moment(11, 2)
    send(make_sent(visit, verdict="partly", points="20", reason="内容不全"), at=after)
    upload(*make_sent_photo(visit, make_picture()), at=after)
    return Quarantine.objects.get()


def decide(case, officer, reason="已电话核实。", enter=True):
    return actions.decide_quarantine(case, list(case.records.all()), list(case.photos.all()), reason, enter=enter, by=officer, at=moment(11, 3))


def test_the_office_enters_what_came_after_the_phase_and_it_is_marked(late, visit, inspector, officer):
    assert decide(late, officer) == 2

    record = DeviceRecord.objects.get()
    assert (record.state, record.decided_by, record.decision, record.why) == (State.ENTERED, officer, "已电话核实。", Why.CLOSED)
    assert (score_of(inspector).points, SitePhoto.objects.get().taken_by) == (20, inspector)
    assert list(AuditEvent.objects.filter(action="inspections.enter_late").values_list("by__username", flat=True)) == ["officer", "officer"]
    assert not Quarantine.objects.waiting().exists()


def test_the_office_sets_aside_and_the_content_stays(late, officer):
    decide(late, officer, enter=False)

    assert {DeviceRecord.objects.get().state, DevicePhoto.objects.get().state} == {State.SET_ASIDE}
    assert DeviceRevision.objects.get().reason == "内容不全"
    assert not Score.objects.exists()


@pytest.mark.parametrize(("happens", "sentence"), [
    (lock, "已经锁定"), (withdrawn, "已撤回"), (declared, "申报了回避"), (cancelled, "安排已经取消"), (exempted, "不参加这次验收"),
])
def test_what_even_the_office_cannot_enter_it_can_set_aside(late, visit, inspector, officer, happens, sentence):
    happens(visit, inspector)
    late.refresh_from_db()

    with pytest.raises(NotAllowed, match=sentence):
        decide(late, officer)
    assert not Score.objects.exists()
    assert decide(late, officer, enter=False) == 2


def test_a_decision_needs_a_reason_and_something_ticked(late, officer):
    with pytest.raises(NotAllowed, match="请写明处理的理由"):
        decide(late, officer, reason="  ")
    with pytest.raises(NotAllowed, match="请至少勾选"):
        actions.decide_quarantine(late, [], [], "理由", enter=True, by=officer, at=AT)


def test_the_office_is_asked_until_all_is_decided(late, visit, inspector, officer):
    campaign = visit.application.campaign
    assert "迟到的现场记录" in rules.quarantine_todos(officer, campaign)[0].title
    assert rules.quarantine_todos(inspector, campaign) == []

    decide(late, officer)

    assert rules.quarantine_todos(officer, campaign) == []


# Photos


def test_a_photo_is_whole_only_when_every_piece_matches(visit, inspector, upload):
    body = make_picture()
    sent, pieces = make_sent_photo(visit, body)
    assert len(pieces) > 1

    photo = actions.announce_photo(sent, owner=inspector, by=inspector, at=AT)
    assert photo.missing == list(range(len(pieces)))
    with pytest.raises(NotAllowed, match="损坏"):
        actions.receive_piece(photo, 0, pieces[0][:-1], by=inspector, at=AT)
    with pytest.raises(NotAllowed, match="损坏"):
        actions.receive_piece(photo, len(pieces), pieces[0], by=inspector, at=AT)
    photo = upload(sent, pieces[:-1])
    assert (photo.state, photo.missing) == (State.RECEIVING, [len(pieces) - 1])
    assert not SitePhoto.objects.exists()

    photo = upload(sent, pieces, order=[len(pieces) - 1])
    assert (photo.state, photo.missing) == (State.ENTERED, [])
    assert (SitePhoto.objects.get().pk, SitePhoto.objects.get().blob_id) == (sent.id, sha256(body).hexdigest())
    assert not DevicePiece.objects.exists()


def test_pieces_in_any_order_twice_over_make_one_photo(visit, upload):
    sent, pieces = make_sent_photo(visit, make_picture())

    upload(sent, pieces, order=[*reversed(range(len(pieces)))] * 2)
    upload(sent, pieces)

    assert SitePhoto.objects.count() == DevicePhoto.objects.count() == 1


def test_a_photo_cut_otherwise_begins_again(visit, inspector, upload):
    body = make_picture()
    sent, pieces = make_sent_photo(visit, body, piece=100)
    upload(sent, pieces, order=[0])
    other, pieces = make_sent_photo(visit, body, piece=300, id=sent.id)

    assert upload(other, pieces).state == State.ENTERED


@pytest.mark.parametrize(("body", "sentence"), [(b"no picture at all", "内容却不是"), (make_picture() + b"tail", "末尾附带")])
def test_what_is_no_picture_is_refused_with_a_sentence(visit, upload, body, sentence):
    photo = upload(*make_sent_photo(visit, body))

    assert photo.state == State.REFUSED
    assert sentence in photo.problem
    assert not SitePhoto.objects.exists()


def test_a_photo_whose_pieces_are_not_the_announced_whole_is_refused(visit, upload):
    sent, pieces = make_sent_photo(visit, make_picture())

    assert upload(replace(sent, sha256="0" * 64), pieces).state == State.REFUSED


def test_a_photo_deleted_on_the_phone_goes_wherever_it_was(visit, inspector, upload):
    whole, pieces = make_sent_photo(visit, make_picture())
    part, its_pieces = make_sent_photo(visit, make_picture("red"))
    upload(part, its_pieces, order=[0])

    for photo in (upload(whole, pieces), DevicePhoto.objects.get(pk=part.id)):
        actions.withdraw_photo(photo, by=inspector, at=LATER)

    assert set(DevicePhoto.objects.values_list("state", flat=True)) == {State.REMOVED}
    assert SitePhoto.objects.get().removed_at == LATER
    assert not DevicePiece.objects.exists()


def test_a_photo_is_not_deleted_after_the_lock(visit, inspector, upload):
    photo = upload(*make_sent_photo(visit, make_picture()))
    lock(visit, inspector)

    with pytest.raises(NotAllowed, match="已经锁定"):
        actions.withdraw_photo(photo, by=inspector, at=LATER)
    assert SitePhoto.objects.present().exists()


@pytest.mark.parametrize("happens", [reassigned, without_role])
def test_whoever_takes_no_part_any_more_deletes_nothing(visit, inspector, upload, happens):
    photo = upload(*make_sent_photo(visit, make_picture()))
    happens(visit, inspector)
    inspector = type(inspector).objects.get(pk=inspector.pk)

    with pytest.raises(NotAllowed, match="已不参加这个单位的验收"):
        actions.withdraw_photo(photo, by=inspector, at=LATER)

    assert SitePhoto.objects.present().exists()
    assert DevicePhoto.objects.get().state == State.ENTERED


def test_pieces_that_nobody_goes_on_sending_go_after_a_month_and_the_phone_may_begin_again(visit, inspector, upload):
    sent, pieces = make_sent_photo(visit, make_picture())
    upload(sent, pieces, order=[0])

    tasks.sweep_photo_pieces(AT + tasks.ABANDONED_AFTER - (LATER - AT))
    assert DevicePiece.objects.count() == 1
    tasks.sweep_photo_pieces(AT + tasks.ABANDONED_AFTER)
    assert not DevicePiece.objects.exists()
    assert upload(sent, pieces).state == State.ENTERED


# Taking along


def test_a_unit_is_taken_along_with_everything_but_the_partners_record_before_ones_own(visit, inspector, second_inspector, send):
    send(make_sent(visit, points="20", verdict="partly", reason="内容不全"), owner=second_inspector, by=second_inspector)

    data = phone_rules.unit_data(visit, inspector, AT)

    assert [item["code"] for item in data["items"]] == ["1.1", "2.1", "2.2"]
    assert data["items"][0]["text"].startswith("政务公开领导机构")
    assert (data["unit"], data["edge"], data["step"], data["state"]["others"]) == ("桃花潭镇", 1600, "0.5", {})

    send(make_sent(visit))
    state = phone_rules.unit_state(visit, inspector, AT)
    assert (state["mine"]["1.1"]["points"], state["others"]["1.1"][0]["points"]) == ("30", "20")


def test_queries_for_a_unit_do_not_grow_with_its_items_and_evidence(visit, inspector, clerk, django_assert_max_num_queries):
    for response in visit.application.responses.all():
        for number in range(5):
            Evidence.objects.create(response=response, kind="link", title=f"网页{number}", url="https://example.com/", added_at=AT, added_by=clerk)

    with django_assert_max_num_queries(24):
        phone_rules.unit_data(visit, inspector, AT)


def test_a_ticket_is_for_this_person_and_this_visit(visit, inspector, second_inspector, nobody):
    ticket = phone_rules.ticket(nobody, visit)

    assert phone_rules.may_hand_in(nobody, visit.pk, ticket)
    assert not phone_rules.may_hand_in(nobody, visit.pk + 1, ticket)
    assert not phone_rules.may_hand_in(make_user(roles=[Role.UNIT_CLERK]), visit.pk, ticket)
    assert not phone_rules.may_hand_in(nobody, visit.pk, "")
    assert phone_rules.may_hand_in(second_inspector, visit.pk, "")


def test_somebody_without_a_part_learns_nothing_of_what_exists(visit, send):
    stranger = make_user(roles=[Role.INSPECTOR])

    known = send(make_sent(visit), owner=stranger)
    unknown = send(replace(make_sent(visit), visit=999999, id=uuid4()), owner=stranger)

    answers = [phone_rules.receipt(record, "x") for record in (known, unknown)]
    assert [{**answer, "id": ""} for answer in answers][0] == {**answers[1], "id": ""}
    assert make_item(visit.application, "1.1")
