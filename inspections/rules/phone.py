"""What a phone may bring: what it is given to take along, and what becomes of what it sends."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Role
from campaigns.permissions import acts_as_office
from campaigns.rules import Problem, Todo
from inspections.models import Delivery, DevicePhoto, DeviceRecord, Quarantine, Score, Stage, Visit
from inspections.permissions import can_record
from inspections.rules import visits as rules
from inspections.rules.desk import applying

PIECE_LIMIT = 256 * 1024  # bytes of one piece of a photo
PIECES_LIMIT = 2000
PHRASES = [gettext_lazy("更新不及时"), gettext_lazy("内容不全"), gettext_lazy("位置不便"), gettext_lazy("与填报不一致")]
TICKET = "inspections.phone"


@dataclass(frozen=True)
class SentRecord:
    """One content of one record, as the phone sent it."""

    id: UUID
    number: int
    visit: int
    unit: str
    item: str
    verdict: str
    points: Decimal | None
    reason: str
    keep: bool = False
    base: int = 0
    device_at: datetime | None = None

    @property
    def sha256(self):
        """The phone computes the same and learns from the receipt that this very content has arrived."""
        points = "" if self.points is None else f"{self.points.normalize():f}"
        lines = [str(self.id), str(self.number), str(self.visit), self.item, self.verdict, points, "1" if self.keep else "", self.reason]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class SentPhoto:
    """A photo announced by the phone: everything but its bytes."""

    id: UUID
    visit: int
    unit: str
    item: str
    sha256: str
    size: int
    extension: str
    pieces: tuple
    device_at: datetime | None = None


def ticket(user, visit):
    """Proof that this person once took this visit along: it lets them hand in even after the role is gone."""
    return signing.dumps([user.pk, visit.pk], salt=TICKET)


def holds_ticket(user, number, given):
    try:
        return signing.loads(given, salt=TICKET) == [user.pk, number]
    except signing.BadSignature:
        return False


def may_hand_in(user, number, given):
    """Inspectors, and whoever was one when the visit was taken along. What they may not enter goes to the quarantine."""
    return user.has_role(Role.INSPECTOR) or holds_ticket(user, number, given)


# What becomes of it


@dataclass(frozen=True)
class Barrier:
    why: str
    problems: list

    def __str__(self):
        return " ".join(str(problem) for problem in self.problems)


def foreign(visit, owner):
    """Why this person has no part in this visit (any more), or nothing. A visit that is gone answers like one that never was theirs."""
    if not owner.is_active:
        return Barrier(Delivery.Why.DISABLED, [Problem(_("%(person)s的账号已停用。") % {"person": owner})])
    if visit is None or not can_record(owner, visit):
        return Barrier(Delivery.Why.REASSIGNED, [Problem(_("%(person)s已不参加这个单位的验收。") % {"person": owner})])
    return None


def barrier(visit, owner, item_code, at):
    """Why a member's delivery cannot be entered and never will be by itself, or nothing. The phone's clock is not asked."""
    why, begun = Delivery.Why, not rules.early_problems(visit, at)
    for reason, problems in [
        (why.LOCKED, rules.locked_visit_problems(visit)), (why.ENDED, rules.ended_problems(visit)),
        (why.CONFLICT, rules.presence_problems(visit, owner)), (why.CLOSED, rules.closed_problems(visit, at) if begun else []),
    ]:
        if problems:
            return Barrier(reason, problems)
    if not applying(visit.application).filter(item__code=item_code).exists():
        return Barrier(why.ITEM, [Problem(_("指标 %(code)s 不参加这次验收。") % {"code": item_code})])
    return None


def late_deliveries(quarantine):
    """(records, photos) that wait for the office."""
    waiting = {"state": Delivery.State.QUARANTINED}
    return quarantine.records.filter(**waiting).prefetch_related("revisions"), quarantine.photos.filter(**waiting).select_related("blob")


def counted(cases):
    """Cases with how much of each waits, in a constant number of queries."""
    waiting = {"state": Delivery.State.QUARANTINED}
    found = list(cases)
    records = Counter(DeviceRecord.objects.filter(quarantine__in=found, **waiting).values_list("quarantine", flat=True))
    photos = Counter(DevicePhoto.objects.filter(quarantine__in=found, **waiting).values_list("quarantine", flat=True))
    reasons = {}
    for model in (DeviceRecord, DevicePhoto):
        for delivery in model.objects.filter(quarantine__in=found, **waiting).only("quarantine", "why"):
            reasons.setdefault(delivery.quarantine_id, set()).add(delivery.get_why_display())
    for case in found:
        case.records_waiting, case.photos_waiting, case.reasons = records[case.pk], photos[case.pk], sorted(reasons.get(case.pk, []), key=str)
    return found


def beside_entered(case, records):
    """[(record, the inspector's entered score of the same item or None)]"""
    scores = {}
    if case.visit:
        entered = Score.objects.filter(stage=Stage.SITE, application=case.visit.application_id, scorer=case.owner).select_related("item")
        scores = {score.item.code: score for score in entered}
    return [(record, scores.get(record.item_code)) for record in records]


def decided_deliveries(case):
    """What was decided before, the latest first."""
    decided = {"decided_at__isnull": False}
    found = [*case.records.filter(**decided).select_related("decided_by"), *case.photos.filter(**decided).select_related("decided_by")]
    return sorted(found, key=lambda delivery: delivery.decided_at, reverse=True)


def decision_problems(quarantine, records, photos, reason, *, enter):
    """What keeps the office from deciding so about these."""
    problems = []
    if not records and not photos:
        problems.append(Problem(_("请至少勾选一条记录或一张照片。")))
    if not reason.strip():
        problems.append(Problem(_("请写明处理的理由。")))
    if enter and quarantine.visit is None:
        problems.append(Problem(_("这次验收的安排已经取消，不能入账，只能选“不予入账”。")))
    if enter and any(len(record.current) > 1 for record in records):
        problems.append(Problem(_("勾选的记录里有一条存在两份内容，请先和验收员核实，在单位的验收记录里更正，这里选“不予入账”。")))
    return problems


def quarantine_todos(user, campaign):
    if not acts_as_office(user, campaign):
        return []
    waiting = Quarantine.objects.visible_to(user).waiting().exclude(visit__isnull=False, visit__in=Visit.objects.exclude(application__campaign=campaign)).count()
    if not waiting:
        return []
    title = ngettext("%(n)s 名验收员有迟到的现场记录等你处理", "%(n)s 名验收员有迟到的现场记录等你处理", waiting) % {"n": waiting}
    return [Todo(title, _("手机上的记录到得太晚，没有自动入账，也没有丢；请决定入账或不予入账。"), reverse("inspections:quarantine_list"), _("去处理"), "amber", "inbox")]


# What the phone takes along


def to_take(user):
    """The visits whose units this person may take along: own, not locked, of units still accepted, never the own unit."""
    if not user.has_role(Role.INSPECTOR):
        return []
    visits = Visit.objects.of_inspector(user).unlocked().filter(application__status="accepted").exclude(application__organization=user.organization_id)
    return visits.select_related("application__organization__county", "application__track", "group").order_by("on", "pk")


def assignment(visit):
    unit = visit.application.organization
    return {
        "id": visit.pk, "unit": str(unit), "county": str(unit.county) if unit.county_id and unit.county_id != unit.pk else "", "track": str(visit.application.track),
        "on": visit.on.isoformat(), "group": str(visit.group), "contact": visit.application.contact_name, "phone": visit.application.contact_phone,
    }


def number(value):
    return "" if value is None else f"{value.normalize():f}"


def unit_data(visit, user, at):
    """Everything an inspector needs at a unit without a network: the official text, what the unit claims, what to look at."""
    items = []
    responses = applying(visit.application).select_related("item__category").prefetch_related("item__checkpoints__tracks", "evidence__blob")
    for response in responses:
        item = response.item
        items.append({
            "code": item.code, "title": str(item), "category": str(item.category), "text": item.text, "maximum": number(response.maximum),
            "checkpoints": [[checkpoint.text, *checkpoint.details] for checkpoint in item.checkpoints.all() if visit.application.track in checkpoint.tracks.all()],
            "claim": {
                "verdict": response.get_self_verdict_display(), "points": number(response.self_score), "text": response.narrative,
            },
            "evidence": [shown(visit, proof) for proof in sorted(response.evidence.all(), key=lambda proof: (proof.added_at, proof.pk)) if proof.removed_at is None],
        })
    campaign = visit.application.campaign
    return {
        **assignment(visit), "ticket": ticket(user, visit), "edge": campaign.site_photo_edge, "step": number(campaign.score_step),
        "phrases": [str(phrase) for phrase in PHRASES], "items": items, "state": unit_state(visit, user, at),
    }


def shown(visit, proof):
    """A piece of evidence: where its small picture comes from, or that it has none."""
    blob = proof.blob
    picture = blob is not None and blob.extension in ("jpg", "png", "heic", "webp", "pdf")
    return {
        "id": proof.pk, "title": proof.title, "kind": blob.extension.upper() if blob else "", "url": "" if blob else proof.url, "sha256": blob.sha256 if blob else "",
        "picture": reverse("inspections:phone_thumbnail", args=[visit.pk, proof.pk]) if picture else "",
    }


def unit_state(visit, user, at):
    """What the portal knows now: one's own records with their versions, and those of others once one's own is in."""
    mine, others, photos = {}, {}, {}
    for row in rules.findings(visit, user):
        for person, score in row.shown:
            if score is None:
                continue
            said = {
                "who": str(person), "verdict": score.verdict, "points": number(score.points), "reason": score.reason, "at": score.scored_at.isoformat(),
                "version": score.version,
            }
            if person == user:
                mine[row.item.code] = said
            else:
                others.setdefault(row.item.code, []).append(said)
        photos[row.item.code] = [str(photo.pk) for photo in row.photos if photo.taken_by_id == user.pk]
    early = rules.early_problems(visit, at)
    return {
        "mine": mine, "others": others, "photos": photos, "locked": visit.is_locked, "drafts": drafts(visit, user),
        "notes": [str(problem) for problem in early or rules.record_problems(visit, user, at)],
    }


def drafts(visit, user):
    """This person's records that wait for something: a new phone goes on with them."""
    found = DeviceRecord.objects.filter(visit=visit, owner=user, state=Delivery.State.INCOMPLETE).prefetch_related("revisions")
    return [
        {"id": str(record.pk), "item": record.item_code, "number": record.number, "verdict": last.verdict, "points": number(last.points), "reason": last.reason}
        for record in found for last in record.current[:1]
    ]


# Receipts


def receipt(record, sha256):
    """What the server answers for a record: its id and the hash of what arrived, and what became of it."""
    answer = {
        "id": str(record.pk), "sha256": sha256, "number": record.number, "state": record.state, "problems": [record.problem] if record.problem else [],
        "version": record.score_version or 0, "received_at": timezone.localtime(record.received_at).isoformat(),
    }
    if record.state == Delivery.State.CONFLICT:
        answer["rivals"] = rivals(record)
    if record.state in (Delivery.State.QUARANTINED, Delivery.State.SET_ASIDE):
        answer["problems"] = [_("这条记录到得太晚，已交公开办处理，不会丢失。")]
    return answer


def rivals(record):
    """Everything that stands against what this phone holds: the entered score, and other contents under the same number."""
    found = []
    score = Score.objects.filter(stage=Stage.SITE, application=record.visit.application_id, item__code=record.item_code, scorer=record.owner).first()
    if score:
        found.append({
            "who": str(record.owner), "verdict": score.verdict, "points": number(score.points), "reason": score.reason,
            "at": score.scored_at.isoformat(), "version": score.version,
        })
    for revision in record.current:
        said = (revision.verdict, revision.points, revision.reason.strip())
        if score is None or said != (score.verdict, score.points, score.reason):
            found.append({
                "who": str(record.owner), "verdict": revision.verdict, "points": number(revision.points), "reason": revision.reason,
                "at": revision.received_at.isoformat(), "version": score.version if score else 0,
            })
    return found


def photo_receipt(photo):
    state = photo.state
    problems = [photo.problem] if photo.problem else []
    if state in (Delivery.State.QUARANTINED, Delivery.State.SET_ASIDE):
        problems = [_("这张照片到得太晚，已交公开办处理，不会丢失。")]
    return {"id": str(photo.pk), "sha256": photo.sha256, "state": state, "missing": photo.missing, "problems": problems}


def unfinished_photos(at, age):
    """Photos of which no piece has come for so long that the phone may as well begin again."""
    return DevicePhoto.objects.filter(state=Delivery.State.RECEIVING, received__isnull=False).exclude(received__received_at__gt=at - age).distinct()
