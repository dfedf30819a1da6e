"""What happens on the way to a locked record of a visit: groups, plan, conflicts, own records, agreement, signatures, lock."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from applications.actions import seal
from applications.uploads import blob_of
from campaigns.rules import NotAllowed, Problem
from inspections.models import (
    AgreedScore,
    ConflictOverride,
    DeclaredConflict,
    GroupMember,
    InspectionGroup,
    Score,
    Signature,
    SitePhoto,
    Stage,
    Unlocking,
    Visit,
    WitnessSignature,
)
from inspections.notices import visits as notices
from inspections.rules import signing
from inspections.rules import visits as rules
from inspections.rules.desk import Stale, applying


def refuse(problems):
    if problems:
        raise NotAllowed(problems)


def lock_plan(campaign):
    """One planner at a time in a campaign, or two of them could send a person to two places."""
    list(InspectionGroup.objects.select_for_update().filter(campaign=campaign).order_by("pk").values_list("pk"))


def locked_visit(visit):
    return Visit.objects.select_for_update(of=["self"]).select_related(
        "application__organization__county", "application__campaign", "application__track", "group"
    ).get(pk=visit.pk)


# Groups and planning


@transaction.atomic
def make_group(campaign, name, leader, members, *, by, at):
    lock_plan(campaign)
    refuse(rules.group_problems(campaign, name, leader, members, at))
    group = InspectionGroup.objects.create(campaign=campaign, name=name.strip())
    GroupMember.objects.bulk_create([GroupMember(group=group, user=user, is_leader=user == leader) for user in members])
    record("inspections.make_group", group, by=by, at=at, leader=leader.name, members=[user.name for user in members])
    return group


@transaction.atomic
def set_members(group, name, leader, members, *, by, at):
    """The people of a group as they are from now on. Its open visits are checked again; a new member has everything still to record and to sign."""
    lock_plan(group.campaign)
    refuse(rules.group_problems(group.campaign, name, leader, members, at, group))
    before = {member.user_id: member.user for member in group.members.select_related("user")}
    group.name = name.strip()
    group.save(update_fields=["name"])
    group.members.all().delete()
    GroupMember.objects.bulk_create([GroupMember(group=group, user=user, is_leader=user == leader) for user in members])
    record(
        "inspections.set_members", group, by=by, at=at, leader=leader.name,
        members=[user.name for user in members], before=[user.name for user in before.values()],
    )
    if set(before) != {user.pk for user in members}:
        for visit in group.visits.unlocked():
            void_signatures(visit, _("验收组换了人员，请重新签字。"), at=at, by=by)
            notices.tell_of_changed_members.delay_on_commit(visit.pk, list(before))
    return group


@transaction.atomic
def plan_visit(application, group, on, *, overrides=None, by, at):
    """`overrides` are the reasons of the office's lead by person ({user key: reason}) for those with a conflict."""
    lock_plan(application.campaign)
    overrides = stated(overrides)
    problems = rules.plan_problems(application, group, on, at, allowed=overrides)
    if by.pk in overrides:
        problems.append(Problem(_("不能批准自己不回避，请由另一位办领导批准。")))
    refuse(problems)
    visit = book(application, group, on, by=by, at=at)
    allow_conflicts(visit, overrides, by=by, at=at)
    notices.tell_inspectors_of_visit.delay_on_commit(visit.pk)
    notices.tell_unit_of_visit.delay_on_commit(visit.pk)
    return visit


def book(application, group, on, *, published=True, by, at):
    """The visit itself; whoever calls has asked the rules and holds `lock_plan`."""
    visit = Visit.objects.create(application=application, group=group, on=on, planned_at=at, planned_by=by, is_published=published)
    record_visit("inspections.plan_visit", visit, by=by, at=at, group=group.name, on=on.isoformat())
    return visit


@transaction.atomic
def change_visit(visit, group, on, *, overrides=None, by, at):
    lock_plan(visit.application.campaign)
    visit, overrides = locked_visit(visit), stated(overrides)
    allowed = {*overrides, *visit.overrides.values_list("user", flat=True)}
    problems = rules.plan_problems(visit.application, group, on, at, visit=visit, allowed=allowed)
    if by.pk in overrides:
        problems.append(Problem(_("不能批准自己不回避，请由另一位办领导批准。")))
    refuse(problems)
    before, visit.group, visit.on = visit.group, group, on
    if Visit.objects.filter(pk=visit.pk, group=group, on=on).exists():
        return visit
    visit.version += 1
    visit.save(update_fields=["group", "on", "version"])
    record_visit("inspections.change_visit", visit, by=by, at=at, group=group.name, on=on.isoformat(), group_before=before.name)
    allow_conflicts(visit, overrides, by=by, at=at)
    notices.tell_of_changed_visit.delay_on_commit(visit.pk, before.pk)
    return visit


@transaction.atomic
def cancel_visit(visit, *, by, at):
    lock_plan(visit.application.campaign)
    visit = locked_visit(visit)
    refuse(rules.cancel_problems(visit))
    record_visit("inspections.cancel_visit", visit, by=by, at=at, group=visit.group.name, on=visit.on.isoformat())
    if visit.is_published:
        notices.tell_of_cancelled_visit.delay_on_commit(visit.application_id, visit.group_id, visit.on.isoformat(), visit.pk)
    visit.delete()


def stated(overrides):
    return {key: reason.strip() for key, reason in (overrides or {}).items() if reason.strip()}


def record_visit(action, visit, *, by, at, **detail):
    record(action, visit, by=by, at=at, organization=visit.application.organization, campaign=visit.application.campaign, **detail)


# Conflict of interest


@transaction.atomic
def declare_conflict(user, organization, campaign, reason, *, by, at):
    refuse(rules.declare_problems(user, organization, campaign, reason))
    declared = DeclaredConflict.objects.create(
        campaign=campaign, user=user, organization=organization, reason=reason.strip(), declared_at=at, declared_by=by
    )
    record("inspections.declare_conflict", declared, by=by, at=at, person=user.name, reason=declared.reason)
    notices.tell_office_of_declared_conflict.delay_on_commit(declared.pk)
    return declared


@transaction.atomic
def override_conflict(visit, user, reason, *, by, at):
    visit = locked_visit(visit)
    refuse(rules.override_problems(visit, user, reason, by))
    return allow_conflicts(visit, {user.pk: reason.strip()}, by=by, at=at)[0]


def allow_conflicts(visit, reasons, *, by, at):
    """A row for each person with a conflict and a reason; the sentence of the conflict is kept as it was then."""
    made = []
    for conflict in rules.open_conflicts(visit):
        if conflict.user.pk in reasons and not conflict.own_unit:
            override = ConflictOverride.objects.create(
                visit=visit, user=conflict.user, conflict=str(conflict)[:300], reason=reasons[conflict.user.pk], allowed_at=at, allowed_by=by
            )
            record_visit("inspections.override_conflict", visit, by=by, at=at, person=conflict.user.name, conflict=override.conflict, reason=override.reason)
            made.append(override)
    return made


# Recording


def start_visit(visit, *, by, at):
    """The first record begins the visit: from now on the unit adds nothing to its material."""
    visit.started_at, visit.started_by = at, by
    visit.save(update_fields=["started_at", "started_by"])
    record_visit("inspections.start_visit", visit, by=by, at=at)
    seal(visit.application, by=by, at=at)


def response_for(visit, item):
    response = applying(visit.application).filter(item=item).first()
    if response is None:
        raise NotAllowed([Problem(_("%(item)s 不参加这次验收。") % {"item": item})])
    return response


@transaction.atomic
def record_site_score(visit, item, *, scorer, verdict, points, reason, id=None, device_at=None, base_version=None, late=False, paper=None, by, at):
    """One inspector's own record of one item. The same id with the same content is the same answer; another content is a revision.

    `late`: the office enters what a phone brought too late. `paper`: the paper it was typed from.
    """
    visit = locked_visit(visit)
    response = response_for(visit, item)
    reason = reason.strip()
    if id is not None and (known := Score.objects.filter(pk=id).first()):
        if (known.application_id, known.item_id, known.scorer_id, known.stage) != (visit.application_id, item.pk, scorer.pk, Stage.SITE):
            raise NotAllowed([Problem(_("这个记录编号属于另一条记录，请刷新页面后重填。"))])
    rows = Score.objects.select_for_update(of=["self"]).filter(stage=Stage.SITE, application=visit.application, item=item, scorer=scorer)
    score = rows.first()
    if score and (score.verdict, score.points, score.reason) == (verdict, points, reason):
        return score
    if base_version is not None and base_version != (score.version if score else 0):
        raise Stale([Problem(_("这一项刚在别的页面改过，本页填的还在；核对后请再保存一次。"))])
    has_photo = visit.photos.present().filter(item=item, taken_by=scorer).exists()
    refuse(
        (rules.late_problems if late else rules.record_problems)(visit, scorer, at)
        + rules.finding_problems(response, verdict, points, reason, visit.application.campaign.score_step, has_photo=has_photo)
    )
    if not visit.is_started:
        start_visit(visit, by=by, at=at)
    before = {"verdict": score.verdict, "points": score.points, "reason": score.reason} if score else None
    score = score or Score(id=id or uuid4(), stage=Stage.SITE, application=visit.application, item=item, scorer=scorer)
    score.verdict, score.points, score.maximum, score.reason = verdict, points, response.maximum, reason
    score.scored_at, score.device_at, score.paper = at, device_at, paper
    score.version += 1
    score.save()
    record_visit("inspections.record_site_score", visit, by=by, at=at, item=item.code, verdict=verdict, points=points, reason=reason, before=before)
    void_changed(visit, by=by, at=at)
    return score


@transaction.atomic
def add_photo(visit, item, taken, *, id=None, device_at=None, taken_by=None, late=False, by, at):
    """`taken` is what `applications.uploads.take` returned. The same photo of the same item is kept once.

    `late`: the office enters what a phone brought too late; then `taken_by` is the inspector.
    """
    visit, taken_by = locked_visit(visit), taken_by or by
    response_for(visit, item)
    if id is not None and (known := SitePhoto.objects.filter(pk=id).first()):
        if (known.visit_id, known.item_id, known.blob_id) != (visit.pk, item.pk, taken.sha256):
            raise NotAllowed([Problem(_("这个照片编号属于另一张照片，请重新选择照片。"))])
        return known
    if same := visit.photos.present().filter(item=item, blob=taken.sha256).first():
        return same
    refuse((rules.late_problems if late else rules.record_problems)(visit, taken_by, at))
    if not taken.kind.media_type.startswith("image/"):
        raise NotAllowed([Problem(_("现场照片只收图片（jpg、png、heic、webp），请重新拍照或选择图片。"))])
    if not visit.is_started:
        start_visit(visit, by=by, at=at)
    photo = SitePhoto.objects.create(
        id=id or uuid4(), visit=visit, item=item, blob=blob_of(taken, at=at), taken_by=taken_by, added_at=at, device_at=device_at
    )
    record_visit("inspections.add_photo", visit, by=by, at=at, item=item.code, sha256=taken.sha256)
    void_changed(visit, by=by, at=at)
    return photo


@transaction.atomic
def remove_photo(photo, *, by, at):
    visit = locked_visit(photo.visit)
    refuse(rules.record_problems(visit, by, at))
    if not SitePhoto.objects.present().filter(pk=photo.pk).update(removed_at=at):
        return
    record_visit("inspections.remove_photo", visit, by=by, at=at, item=photo.item.code, sha256=photo.blob_id)
    void_changed(visit, by=by, at=at)


@transaction.atomic
def agree_site_score(visit, item, points, reason, *, seen=None, paper=None, by, at):
    """The group's one score. `seen` is the `mark` of what the page showed, so that nobody overwrites what they have not read."""
    visit = locked_visit(visit)
    response_for(visit, item)
    reason = reason.strip()
    refuse(rules.locked_visit_problems(visit) + rules.presence_problems(visit, by))
    (finding,) = rules.findings(visit, item=item)
    agreed = AgreedScore.objects.select_for_update(of=["self"]).filter(stage=Stage.SITE, application=visit.application, item=item).first()
    if agreed and (agreed.points, agreed.reason) == (points, reason):
        return agreed
    if seen is not None and seen != finding.mark:
        raise Stale([Problem(_("同组的人刚改动了本项，本页填的还在；核对后请再保存一次。"))])
    refuse(rules.agree_site_problems(finding, points, reason, visit.application.campaign.score_step))
    before = {"points": agreed.points, "reason": agreed.reason} if agreed else None
    agreed = agreed or AgreedScore(stage=Stage.SITE, application=visit.application, item=item)
    agreed.points, agreed.maximum, agreed.reason, agreed.agreed_at, agreed.agreed_by, agreed.paper = points, finding.maximum, reason, at, by, paper
    agreed.save()
    record_visit("inspections.agree_site_score", visit, by=by, at=at, item=item.code, points=points, reason=reason, before=before)
    void_changed(visit, by=by, at=at)
    return agreed


# Signatures and lock


@transaction.atomic
def sign_visit(visit, user, *, strokes=(), seen=None, by, at):
    """A member signs what stands there now: with the strokes of the pad, or without them when the caller has asked for the password.

    `seen` is the hash of what the page showed.
    """
    visit = locked_visit(visit)
    rows = rules.findings(visit)
    current = rules.findings_hash(visit, rows)
    refuse(signing.seen_problems(seen, current) + rules.sign_problems(visit, user, rows))
    void_signatures(visit, _("签字后验收结果有改动，请核对后重新签字。"), besides=current, by=by, at=at)  # a change behind the portal's back voids as any other
    method = Signature.Method.PAD if strokes else Signature.Method.PASSWORD
    signature = Signature.objects.create(visit=visit, user=user, method=method, strokes=list(strokes), findings_sha256=current, signed_at=at)
    record_visit("inspections.sign_visit", visit, by=by, at=at, sha256=signature.findings_sha256, method=method)
    notices.tell_partners_of_signature.delay_on_commit(signature.pk)
    return signature


@transaction.atomic
def witness_visit(visit, name, duty, *, strokes=(), refusal="", seen=None, by, at):
    """The unit's representative signs as present on the device of `by`, a member; or refuses, and the reason is written down."""
    visit, name, refusal = locked_visit(visit), name.strip(), refusal.strip()
    rows = rules.findings(visit)
    current = rules.findings_hash(visit, rows)
    refuse(signing.seen_problems(seen, current) + signing.witness_problems(visit, by, name, strokes, refusal, rows))
    void_signatures(visit, _("签字后验收结果有改动，请核对后重新签字。"), besides=current, by=by, at=at)
    witness = WitnessSignature.objects.create(
        visit=visit, name=name, duty=duty.strip(), strokes=list(strokes), refusal=refusal, findings_sha256=current, signed_at=at, taken_by=by,
    )
    action = "inspections.refuse_witness" if refusal else "inspections.witness_visit"
    record_visit(action, visit, by=by, at=at, sha256=current, person=name, duty=witness.duty, reason=refusal)
    return witness


def void_changed(visit, *, by, at):
    """Signatures under findings that are no longer so stop counting, and their people are told."""
    if visit.signatures.valid().exists() or visit.witnesses.valid().exists():
        current = rules.findings_hash(visit)
        void_signatures(visit, _("签字后验收结果有改动，请核对后重新签字。"), at=at, by=by, besides=current)


def void_signatures(visit, reason, *, by, at, besides=None):
    """All that are valid; `besides` those under these very findings."""
    signatures, witnesses = visit.signatures.valid(), visit.witnesses.valid()
    if besides:
        signatures, witnesses = signatures.exclude(findings_sha256=besides), witnesses.exclude(findings_sha256=besides)
    keys, witness_keys = list(signatures.values_list("pk", flat=True)), list(witnesses.values_list("pk", flat=True))
    if not keys and not witness_keys:
        return
    for voided in (signatures, witnesses):
        voided.update(voided_at=at, void_reason=reason)
    record_visit("inspections.void_signatures", visit, by=by, at=at, reason=reason, signatures=len(keys) + len(witness_keys))
    notices.tell_signers_of_void.delay_on_commit(keys)
    notices.tell_of_void_witnesses.delay_on_commit(witness_keys)


@transaction.atomic
def lock_visit(visit, *, by, at):
    visit = locked_visit(visit)
    rows = rules.findings(visit)
    refuse(rules.lock_problems(visit, rows))
    visit.locked_at, visit.locked_by, visit.findings_sha256 = at, by, rules.findings_hash(visit, rows)
    visit.version += 1
    visit.save(update_fields=["locked_at", "locked_by", "findings_sha256", "version"])
    points, maximum = rules.site_points(rows)
    record_visit("inspections.lock_visit", visit, by=by, at=at, sha256=visit.findings_sha256, points=points, maximum=maximum)
    notices.tell_office_of_lock.delay_on_commit(visit.pk)
    return visit


@transaction.atomic
def unlock_visit(visit, reason, *, by, at):
    visit = locked_visit(visit)
    refuse(rules.unlock_problems(visit, reason))
    unlocking = Unlocking.objects.create(visit=visit, reason=reason.strip(), unlocked_at=at, unlocked_by=by)
    visit.locked_at = visit.locked_by = None
    visit.findings_sha256 = ""
    visit.version += 1
    visit.save(update_fields=["locked_at", "locked_by", "findings_sha256", "version"])
    record_visit("inspections.unlock_visit", visit, by=by, at=at, reason=unlocking.reason)
    void_signatures(visit, _("%(office)s解锁：%(reason)s") % {"office": visit.application.campaign.office_name, "reason": unlocking.reason[:280]}, by=by, at=at)
    notices.tell_members_of_unlocking.delay_on_commit(unlocking.pk)
    return unlocking
