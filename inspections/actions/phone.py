"""What happens to what a phone brings. The phone's id and the content decide; neither the order nor a repetition matters."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record as audit
from accounts.models import User
from applications import uploads
from campaigns.rules import NotAllowed, Problem
from inspections.actions.visits import add_photo, locked_visit, record_site_score, remove_photo
from inspections.models import (
    Delivery,
    DevicePhoto,
    DevicePiece,
    DeviceRecord,
    DeviceRevision,
    Quarantine,
    Score,
    SitePhoto,
    Stage,
    Visit,
)
from inspections.notices import phone as notices
from inspections.rules import phone as rules
from inspections.rules.desk import Stale
from standards.models import Item

State = Delivery.State


class IdTaken(NotAllowed):
    """The id belongs to something else; the phone sends the same again under a new one."""


def one_at_a_time(owner):
    """A person's deliveries are taken one after another, whatever the number of phones and tabs."""
    return User.objects.select_for_update(of=["self"], no_key=True).get(pk=owner.pk)


def visit_named(number):
    try:
        return locked_visit(Visit(pk=number))
    except Visit.DoesNotExist:
        return None


def audit_delivery(action, delivery, *, by, at, **detail):
    application = delivery.visit.application if delivery.visit else None
    audit(
        action, delivery, by=by, at=at, organization=application and application.organization, campaign=application and application.campaign,
        unit=delivery.unit, item=delivery.item_code, state=delivery.state, **detail,
    )


# Records


@transaction.atomic
def receive_record(sent, *, owner, imported=False, by, at):
    """Keep this content and enter it if it may be. A repetition is a success, an older content is history, another one a visible revision."""
    owner = one_at_a_time(owner)
    record = DeviceRecord.objects.filter(pk=sent.id).first()
    if record is None:
        record = DeviceRecord.objects.create(
            id=sent.id, owner=owner, visit=Visit.objects.filter(pk=sent.visit).first(), visit_number=sent.visit, unit=sent.unit, item_code=sent.item, received_at=at
        )
    elif (record.owner_id, record.visit_number, record.item_code) != (owner.pk, sent.visit, sent.item):
        raise IdTaken([Problem(_("这个编号属于另一条记录。"))])
    known = {(revision.number, revision.sha256): revision for revision in record.revisions.all()}
    revision = known.get((sent.number, sent.sha256))
    if revision:
        if record.state == State.INCOMPLETE and revision.number == record.number:
            settle_record(record, revision, imported=imported, by=by, at=at)
        return record
    revision = DeviceRevision.objects.create(
        record=record, number=sent.number, verdict=sent.verdict, points=sent.points, reason=sent.reason, keep=sent.keep, base=sent.base,
        sha256=sent.sha256, device_at=sent.device_at, received_at=at,
    )
    if sent.number > record.number:
        record.number = sent.number
        settle_record(record, revision, imported=imported, by=by, at=at)
    elif sent.number == record.number and record.state != State.QUARANTINED:
        record.state, record.problem = State.CONFLICT, _("两部手机或两个页面用同一个编号记了不同的内容，请选择。")
        record.save()
    if record.state != State.ENTERED or sent.number < record.number:
        audit_delivery("inspections.receive_record", record, by=by, at=at, number=sent.number, sha256=sent.sha256)
    return record


def settle_record(record, revision, *, imported, by, at):
    """Enter the content that counts, or say what stands in the way."""
    record.decided_at, record.decided_by, record.decision, record.why, record.problem = None, None, "", "", ""
    visit = visit_named(record.visit_number)
    if found := foreign(record, visit, imported):
        quarantine(record, visit, found, at=at)
    else:
        enter_record(record, revision, visit, by=by, at=at)
    record.save()


def foreign(delivery, visit, imported):
    if imported:
        return rules.Barrier(Delivery.Why.IMPORTED, [Problem(_("从备份包导入，由公开办核实后入账。"))])
    return rules.foreign(visit, delivery.owner)


def enter_record(record, revision, visit, *, by, at):
    score = Score.objects.filter(stage=Stage.SITE, application=visit.application, item__code=record.item_code, scorer=record.owner).first()
    own = score is not None and score.version == record.score_version
    if score and revision.keep:
        record.state = State.KEPT
        return
    try:
        with transaction.atomic():
            score = record_site_score(
                visit, item_of(visit, record.item_code), scorer=record.owner, verdict=revision.verdict, points=revision.points, reason=revision.reason,
                id=None if score else record.pk, device_at=revision.device_at, base_version=score.version if own else revision.base, by=by, at=at,
            )
    except NotAllowed as refusal:
        if found := rules.barrier(visit, record.owner, record.item_code, at):
            quarantine(record, visit, found, at=at)
        elif isinstance(refusal, Stale):
            record.state, record.problem = State.CONFLICT, _("这一项在别的手机或网页上记过不同的内容，请比较后选择。")
        else:
            record.state, record.problem = State.INCOMPLETE, str(refusal)
    else:
        record.state, record.score_version = State.ENTERED, score.version


def item_of(visit, code):
    item = Item.objects.filter(category__standard=visit.application.standard_id, code=code).first()
    if item is None:
        raise NotAllowed([Problem(_("这次验收没有编号为 %(code)s 的指标。") % {"code": code})])
    return item


def quarantine(delivery, visit, found, *, at):
    """Not entered and not lost: the office is told and decides."""
    case = Quarantine.objects.get_or_create(
        owner=delivery.owner, visit_number=delivery.visit_number, defaults={"visit": visit, "unit": delivery.unit, "opened_at": at}
    )[0]
    delivery.quarantine, delivery.state, delivery.why, delivery.problem = case, State.QUARANTINED, found.why, str(found)
    notices.tell_office_of_quarantine.delay_on_commit(case.pk)


# Photos


@transaction.atomic
def announce_photo(sent, *, owner, by, at):
    """The phone says which photo is coming, and learns which pieces are missing. Asked again, a whole photo tries again to be entered."""
    owner = one_at_a_time(owner)
    photo = DevicePhoto.objects.filter(pk=sent.id).first()
    if photo is None:
        return DevicePhoto.objects.create(
            id=sent.id, owner=owner, visit=Visit.objects.filter(pk=sent.visit).first(), visit_number=sent.visit, unit=sent.unit, item_code=sent.item,
            received_at=at, sha256=sent.sha256, size=sent.size, extension=sent.extension, pieces=list(sent.pieces), device_at=sent.device_at,
        )
    if (photo.owner_id, photo.visit_number, photo.item_code, photo.sha256) != (owner.pk, sent.visit, sent.item, sent.sha256):
        raise IdTaken([Problem(_("这个编号属于另一张照片。"))])
    if photo.state == State.RECEIVING and photo.pieces != list(sent.pieces):  # the same photo cut otherwise: begin again
        photo.received.all().delete()
        photo.pieces = list(sent.pieces)
        photo.save(update_fields=["pieces"])
    if photo.state == State.INCOMPLETE:
        settle_photo(photo, by=by, at=at)
    return photo


def receive_piece(photo, number, body, *, by, at):
    """One piece whose hash was announced. The last one makes the photo whole: it is looked at and stored before any row says so."""
    if photo.state != State.RECEIVING:
        return photo
    if not 0 <= number < len(photo.pieces) or sha256(body).hexdigest() != photo.pieces[number]:
        raise NotAllowed([Problem(_("照片的一段在路上损坏了，手机会再传一次。"))])
    DevicePiece.objects.get_or_create(photo=photo, number=number, defaults={"body": body, "received_at": at})
    return photo if photo.missing else finish_photo(photo, by=by, at=at)


def finish_photo(photo, *, by, at):
    whole = b"".join(bytes(piece.body) for piece in photo.received.order_by("number"))
    return keep_whole(photo, BytesIO(whole), imported=False, by=by, at=at)


def keep_whole(photo, file, *, imported, by, at):
    """All bytes are here. A file that is not the announced one, or no picture, is refused with what to do."""
    taken, problem = None, ""
    try:
        taken = uploads.take(file, f"{photo.item_code}.{photo.extension}")
    except uploads.Refused as refusal:
        problem = str(refusal)
    else:
        if taken.sha256 != photo.sha256 or not taken.kind.media_type.startswith("image/"):
            taken, problem = None, _("照片的内容与手机报来的不一致，请删除后重新拍照。")
    with transaction.atomic():
        one_at_a_time(photo.owner)
        photo = DevicePhoto.objects.select_related("owner").get(pk=photo.pk)
        if photo.state != State.RECEIVING:
            return photo
        photo.received.all().delete()
        if taken is None:
            photo.state, photo.problem = State.REFUSED, problem
            photo.save()
            return photo
        photo.blob = uploads.blob_of(taken, at=at)
        settle_photo(photo, imported=imported, by=by, at=at)
    return photo


def settle_photo(photo, *, imported=False, by, at):
    """Enter the whole photo, or say what stands in the way; a record that only waited for it is tried again."""
    visit = visit_named(photo.visit_number)
    photo.why = photo.problem = ""
    if found := foreign(photo, visit, imported):
        quarantine(photo, visit, found, at=at)
    else:
        enter_photo(photo, visit, by=by, at=at)
    photo.save()
    if photo.state != State.ENTERED:
        audit_delivery("inspections.receive_photo", photo, by=by, at=at, sha256=photo.sha256)
        return
    for record in DeviceRecord.objects.filter(owner=photo.owner, visit_number=photo.visit_number, item_code=photo.item_code, state=State.INCOMPLETE):
        settle_record(record, record.current[0], imported=False, by=by, at=at)


def enter_photo(photo, visit, *, by, at):
    try:
        with transaction.atomic():
            add_photo(visit, item_of(visit, photo.item_code), taken_again(photo), id=photo.pk, device_at=photo.device_at, taken_by=photo.owner, by=by, at=at)
    except NotAllowed as refusal:
        if found := rules.barrier(visit, photo.owner, photo.item_code, at):
            quarantine(photo, visit, found, at=at)
        else:
            photo.state, photo.problem = State.INCOMPLETE, str(refusal)
    else:
        photo.state = State.ENTERED


def taken_again(photo):
    """The stored photo as `uploads.take` once returned it."""
    return uploads.Taken(f"{photo.item_code}.{photo.extension}", uploads.KINDS[photo.blob.extension], photo.blob_id, photo.blob.size)


@transaction.atomic
def withdraw_photo(photo, *, by, at):
    """The inspector deleted a photo on the phone after it had set out."""
    one_at_a_time(photo.owner)
    photo = DevicePhoto.objects.select_related("owner").get(pk=photo.pk)
    if photo.state in (State.REMOVED, State.QUARANTINED, State.SET_ASIDE):
        return photo
    if entered := SitePhoto.objects.present().filter(pk=photo.pk).select_related("visit").first():
        if found := rules.foreign(entered.visit, photo.owner):
            raise NotAllowed(found.problems)
        remove_photo(entered, by=by, at=at)
    photo.received.all().delete()
    photo.state, photo.problem = State.REMOVED, ""
    photo.save()
    return photo


def forget_pieces(photo):
    """The phone that sent these pieces has been silent for long; should it come back, it sends them again."""
    photo.received.all().delete()


# The office decides


@transaction.atomic
def decide_quarantine(case, records, photos, reason, *, enter, by, at):
    """Enter these, or set them aside; all of them or none. Photos first, because a record may need one."""
    one_at_a_time(case.owner)
    records = list(case.records.filter(pk__in=[record.pk for record in records], state=State.QUARANTINED).prefetch_related("revisions"))
    photos = list(case.photos.filter(pk__in=[photo.pk for photo in photos], state=State.QUARANTINED).select_related("blob"))
    if problems := rules.decision_problems(case, records, photos, reason, enter=enter):
        raise NotAllowed(problems)
    visit = visit_named(case.visit_number)
    for delivery in [*photos, *records]:
        if enter:
            enter_late(delivery, visit, by=by, at=at)
        delivery.state = State.ENTERED if enter else State.SET_ASIDE
        delivery.decided_at, delivery.decided_by, delivery.decision = at, by, reason.strip()
        delivery.save()
        audit_delivery("inspections.enter_late" if enter else "inspections.set_aside", delivery, by=by, at=at, reason=delivery.decision)
    return len(records) + len(photos)


def enter_late(delivery, visit, *, by, at):
    item = item_of(visit, delivery.item_code)
    try:
        if isinstance(delivery, DevicePhoto):
            add_photo(visit, item, taken_again(delivery), id=delivery.pk, device_at=delivery.device_at, taken_by=delivery.owner, late=True, by=by, at=at)
            return
        (revision,) = delivery.current
        score = record_site_score(
            visit, item, scorer=delivery.owner, verdict=revision.verdict, points=revision.points, reason=revision.reason,
            device_at=revision.device_at, late=True, by=by, at=at,
        )
        delivery.score_version = score.version
    except NotAllowed as refusal:
        raise NotAllowed([Problem(f"{item}：{problem}", problem.url) for problem in refusal.problems]) from None


@dataclass
class Imported:
    """What a backup package brought: new, known before, and what could not be used."""

    new: int = 0
    known: int = 0
    problems: tuple = ()


def import_package(package, owner, *, by, at):
    """Bring in what a phone exported. What already arrived is left alone; the rest waits for the office's decision."""
    new = known = 0
    problems = []
    for sent in package.records:
        before = DeviceRevision.objects.filter(record=sent.id, number=sent.number, sha256=sent.sha256).exists()
        try:
            receive_record(sent, owner=owner, imported=True, by=by, at=at)
        except IdTaken as refusal:
            problems.append(f"{sent.unit} {sent.item}：{refusal}")
        else:
            new, known = new + (not before), known + before
    for sent, file in package.photos():
        try:
            photo = announce_photo(sent, owner=owner, by=by, at=at)
        except IdTaken as refusal:
            problems.append(f"{sent.unit} {sent.item}：{refusal}")
            continue
        before = photo.state != State.RECEIVING
        photo = photo if before else keep_whole(photo, file, imported=True, by=by, at=at)
        if photo.state == State.REFUSED:
            problems.append(f"{sent.unit} {sent.item}：{photo.problem}")
        else:
            new, known = new + (not before), known + before
    with transaction.atomic():
        audit("inspections.import_package", owner, by=by, at=at, new=new, known=known, problems=problems)
    return Imported(new, known, tuple(problems))
