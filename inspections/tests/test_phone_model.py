"""Whatever the network does to what phones send, the portal ends where a reference model says (R-27).

A sequence: one inspector with one or two phones makes edits to some items; every edit is sent as a message that may be dropped,
arrive with its answer dropped, arrive twice, late, or after a newer one. At the end everything unconfirmed is sent until it is
confirmed. The reference model knows nothing of the database: each record ends with its newest content, each content that
arrived is kept exactly once, and an item that two phones hold differently is never settled silently.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from uuid import UUID

import pytest
from django.db import transaction

from campaigns.tests.factories import moment
from inspections import actions
from inspections.actions import phone as phone_actions
from inspections.actions import visits as visit_actions
from inspections.models import DeviceRecord, DeviceRevision, Score, Stage
from inspections.rules import phone as phone_rules
from inspections.rules import visits as visit_rules
from inspections.rules.phone import SentRecord
from inspections.tests.factories import make_accepted, make_group, make_visit

AT = moment(10, 20, 10)
SEQUENCES, CHUNKS = int(os.environ.get("MODEL_SEQUENCES", 10_000)), 20
SEED = int(os.environ.get("MODEL_SEED", random.randrange(2**32)))


@dataclass
class Phone:
    """The phone's side of the protocol: the newest content of each item, resent until a receipt names it."""

    random: random.Random
    visit: int
    held: dict = field(default_factory=dict)
    confirmed: dict = field(default_factory=dict)

    def edit(self, code, maximum):
        before = self.held.get(code)
        lost = Decimal(self.random.randrange(0, 6)) / 2
        reason = self.random.choice(["更新不及时", "内容不全"]) if lost or self.random.random() < 0.3 else ""
        self.held[code] = SentRecord(
            id=before.id if before else UUID(int=self.random.getrandbits(128), version=4), number=before.number + 1 if before else 1,
            visit=self.visit, unit="桃花潭镇", item=code, verdict="partly" if lost else "met", points=maximum - lost, reason=reason,
            base=before.base if before else 0,
        )
        return self.held[code]

    def hear(self, code, sent, record):
        """A receipt. It confirms what it names and nothing else; the version of the score is what the next edit stands on."""
        assert record.pk == sent.id
        self.confirmed[code] = max(self.confirmed.get(code, 0), sent.number)
        if record.state == "entered" and record.number == sent.number:
            self.held[code] = replace(self.held[code], base=record.score_version)

    def waiting(self):
        return [(code, sent) for code, sent in self.held.items() if self.confirmed.get(code, 0) < sent.number]


class Reference:
    """What must be there at the end, from the arrivals alone."""

    def __init__(self):
        self.contents = defaultdict(set)

    def arrive(self, sent):
        self.contents[sent.id].add((sent.number, sent.sha256))

    def newest(self, identity):
        return max(number for number, _sha256 in self.contents[identity])


def play(visit, inspector, maxima, seed):
    """One sequence against the portal and the reference at once."""
    chance = random.Random(seed)
    phones = [Phone(chance, visit.pk) for _phone in range(chance.choice([1, 1, 2]))]
    reference, air = Reference(), []

    def deliver(phone, code, sent, answered):
        record = actions.receive_record(sent, owner=inspector, by=inspector, at=AT)
        reference.arrive(sent)
        if answered:
            phone.hear(code, sent, record)

    for _step in range(chance.randrange(2, 5)):
        phone = chance.choice(phones)
        if chance.random() < 0.55 or not air:
            code = chance.choice(list(maxima))
            air.append((phone, code, phone.edit(code, maxima[code])))
        fate = chance.random()
        message = air.pop(chance.randrange(len(air)))  # any order
        if fate < 0.25:
            continue  # the request is lost
        deliver(*message, answered=fate > 0.5)  # up to one half the answer is lost
        if fate > 0.8:
            air.append(message)  # and comes again later
    for message in chance.sample(air, len(air)):
        if chance.random() < 0.5:
            deliver(*message, answered=True)
    for phone in phones:
        for code, sent in phone.waiting():
            deliver(phone, code, sent, answered=True)
    return phones, reference


def compare(visit, inspector, phones, reference):
    """Where the portal and the reference differ, in words."""
    records = {record.pk: record for record in DeviceRecord.objects.prefetch_related("revisions")}
    scores = {score.item.code: score for score in Score.objects.filter(stage=Stage.SITE, scorer=inspector).select_related("item")}
    wrong = []
    if set(records) != set(reference.contents):
        wrong.append("records lost or made up")
    for pk, contents in reference.contents.items():
        rows = [(revision.number, revision.sha256) for revision in records[pk].revisions.all()]
        if sorted(rows) != sorted(contents):
            wrong.append(f"{pk}: kept {rows}, arrived {contents}")
        if records[pk].number != reference.newest(pk):
            wrong.append(f"{pk}: counts {records[pk].number}, newest is {reference.newest(pk)}")
    held = defaultdict(list)
    for phone in phones:
        if phone.waiting():
            wrong.append("a phone still waits")
        for code, sent in phone.held.items():
            held[code].append((sent, records[sent.id]))
    for code, copies in held.items():
        entered = scores[code].verdict, scores[code].points, scores[code].reason
        settled = [sent for sent, record in copies if record.state == "entered"]
        apart = len({(sent.verdict, sent.points, sent.reason) for sent, _record in copies}) > 1
        if entered not in [(sent.verdict, sent.points, sent.reason) for sent, _record in copies] and not apart:
            wrong.append(f"{code}: entered {entered}, no phone holds that")
        if len(copies) == 1 and (not settled or (settled[0].verdict, settled[0].points, settled[0].reason) != entered):
            wrong.append(f"{code}: one phone, its newest content is not the score")
        if apart and len(settled) == len(copies) and len({record.score_version for _sent, record in copies}) == 1:
            wrong.append(f"{code}: two phones differ and nobody was asked")
    return wrong


@pytest.fixture
def visit(campaign, taohuatan, clerk, inspector, second_inspector):
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def steady(monkeypatch):
    """Ten thousand sequences on one open visit: what cannot change in them is not asked of the database each time, and nobody audits them.

    The same sequences with every question asked are played below, a few hundred of them.
    """
    locked, response = cache(visit_actions.locked_visit), cache(visit_actions.response_for)
    monkeypatch.setattr(phone_actions, "visit_named", lambda number: locked(visit_actions.Visit(pk=number)))
    monkeypatch.setattr(visit_actions, "locked_visit", locked)
    monkeypatch.setattr(visit_actions, "response_for", response)
    monkeypatch.setattr(phone_actions, "item_of", cache(phone_actions.item_of))
    monkeypatch.setattr(phone_actions, "one_at_a_time", lambda owner: owner)
    monkeypatch.setattr(phone_rules, "foreign", lambda visit, owner: None)
    monkeypatch.setattr(visit_rules, "record_problems", lambda visit, scorer, at: [])
    for module, name in [(phone_actions, "audit_delivery"), (visit_actions, "record_visit"), (visit_actions, "void_changed")]:
        monkeypatch.setattr(module, name, lambda *args, **kwargs: None)


def play_all(visit, inspector, seeds):
    maxima = {"1.1": Decimal(30), "2.1": Decimal(50)}
    visit_actions.record_site_score(
        visit, visit.application.responses.get(item__code="2.2").item, scorer=inspector, verdict="met", points=Decimal(20), reason="", by=inspector, at=AT
    )
    for seed in seeds:
        with transaction.atomic():
            phones, reference = play(visit, inspector, maxima, seed)
            wrong = compare(visit, inspector, phones, reference)
            transaction.set_rollback(True)
        assert not wrong, f"MODEL_SEED={seed}: {wrong}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_ten_thousand_sequences_end_where_the_model_says(visit, inspector, steady, chunk):
    play_all(visit, inspector, range(SEED + chunk, SEED + SEQUENCES, CHUNKS))


def test_some_sequences_with_every_question_asked(visit, inspector):
    play_all(visit, inspector, range(SEED, SEED + 100))


def test_the_model_notices_a_portal_that_takes_whatever_comes_last(visit, inspector, steady, monkeypatch):
    """The negative: with the order of arrival deciding, sequences fail."""
    honest, failed = actions.receive_record, 0

    def last_wins(sent, **fields):
        record = honest(sent, **fields)
        DeviceRecord.objects.filter(pk=record.pk).update(number=sent.number)
        return record

    monkeypatch.setattr(actions, "receive_record", last_wins)
    for seed in range(60):
        with transaction.atomic():
            failed += bool(compare(visit, inspector, *play(visit, inspector, {"1.1": Decimal(30)}, seed)))
            transaction.set_rollback(True)

    assert failed
    assert not DeviceRevision.objects.exists()
