"""What must always be true across the whole portal (R-05). Reads only, safe on a live system.

Each rule is a question that finds the rows breaking it. Most are also held by constraints and triggers; asking again
finds what a restored file, a bulk statement or a bug let through.
"""

import hashlib

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, inbox
from accounts.models import AuditHead, Job, Organization, Role, User
from accounts.retention import kept_since
from applications.models import (
    Application,
    Blob,
    Evidence,
    InterpretationPair,
    ItemResponse,
    Likeness,
    LinkCheck,
    LinkSnapshot,
    Return,
    SensitiveFinding,
    SignedForm,
    Submission,
    Upload,
)
from campaigns.models import Phase, Track
from campaigns.permissions import COUNTY_OFFICE, OFFICE
from inspections.models import (
    AgreedScore,
    AssignmentAnswer,
    Challenge,
    ConflictOverride,
    DeclaredConflict,
    Delivery,
    DeskReview,
    DevicePhoto,
    DeviceRecord,
    GroupMember,
    InspectionGroup,
    PaperRecord,
    Plan,
    Rectification,
    Score,
    Signature,
    SitePhoto,
    Stage,
    Visit,
)
from inspections.rules import is_tampered
from results.models import (
    FrozenRanking,
    Naming,
    NoticeEntry,
    NoticeReview,
    Objection,
    Place,
    PublicNotice,
    Review,
    SelectionList,
)
from standards.models import ItemPoints

RULES, HASHING = {}, set()


def rule(name, sentence, *, hashes=False):
    """`hashes`: the rule computes digests of all that was ever frozen, too much for every minute."""

    def register(find):
        RULES[name] = (sentence, find)
        if hashes:
            HASHING.add(name)
        return find

    return register


def violations(*, hashes=True):
    """[(rule name, sentence, description of the row)] over all rules; empty when all is well."""
    return [
        (name, sentence, str(row)) for name, (sentence, find) in RULES.items() if hashes or name not in HASHING for row in find()
    ]


@rule("places_within_quota", _("入选单位不超过名额"))
def places_within_quota():
    return Track.objects.annotate(taken=Count("places")).filter(taken__gt=F("quota"))


@rule("slots_within_quota", _("名额序号在名额数以内"))
def slots_within_quota():
    return Place.objects.filter(Q(slot__gt=F("track__quota")) | Q(slot__lt=1) | ~Q(cap=F("track__quota")))


@rule("place_in_own_track", _("名额与申报的类别一致"))
def place_in_own_track():
    return Place.objects.exclude(application__track=F("track"))


@rule("named_within_quota", _("命名单位不超过名额"))
def named_within_quota():
    return Track.objects.annotate(named=Count("places__naming")).filter(named__gt=F("quota"))


@rule("naming_of_its_place", _("命名与名额是同一个单位"))
def naming_of_its_place():
    return Naming.objects.exclude(application=F("place__application"))


@rule("named_after_notice", _("命名的单位公示过且公示期已满"))
def named_after_notice():
    run = NoticeEntry.objects.filter(notice__withdrawn_at=None, fallen_at=None, notice__ends_on__isnull=False)
    named = Naming.objects.exclude(application__in=run.values("application"))
    early = [
        naming for naming in Naming.objects.prefetch_related("application__notice_entries__notice")
        if all(entry.notice.ends_on is None or timezone.localdate(naming.named_at) <= entry.notice.ends_on for entry in naming.application.notice_entries.all())
    ]
    return {*named, *early}


@rule("named_without_open_objection", _("命名时没有未答复的异议"))
def named_without_open_objection():
    return Naming.objects.filter(withdrawn_at=None, application__notice_entries__objections__in=Objection.objects.open()).distinct()


@rule("withdrawn_by_decision", _("撤销的命名都有另一人复核过的决定"))
def withdrawn_by_decision():
    decided = Review.objects.filter(naming=OuterRef("pk"), outcome=Review.Outcome.WITHDRAW, state=Review.State.SETTLED).exclude(settled_by=F("reviewed_by"))
    withdrawn = Q(withdrawn_at__isnull=False)
    return Naming.objects.filter(withdrawn & ~Exists(decided) | ~withdrawn & Exists(decided))


@rule("places_are_accepted", _("入选的申报都已受理"))
def places_are_accepted():
    return Place.objects.exclude(application__status=Application.Status.ACCEPTED)


@rule("confirmed_by_another", _("名单由另一人复核"))
def confirmed_by_another():
    return FrozenRanking.objects.filter(confirmed_by=F("locked_by"))


@rule("frozen_lists_unchanged", _("锁定的排名与其校验值一致"), hashes=True)
def frozen_lists_unchanged():
    return [frozen for frozen in FrozenRanking.objects.all() if frozen.sha256 != audit.digest({"rows": frozen.rows, "rule": frozen.rule, "chosen": frozen.chosen})]


@rule("frozen_lists_as_recorded", _("锁定的排名与审计记录里的校验值一致"), hashes=True)
def frozen_lists_as_recorded():
    """A ranking that was changed together with its own checksum still differs from what the audit chain says."""
    events = audit.AuditEvent.objects.filter(action="results.lock_list")
    recorded = {(event.target_id, event.detail["number"]): event.detail["sha256"] for event in events}
    return [frozen for frozen in FrozenRanking.objects.all() if recorded.get((str(frozen.selection_id), frozen.number)) != frozen.sha256]


@rule("locked_list_is_frozen", _("锁定的名单有冻结的排名"))
def locked_list_is_frozen():
    return SelectionList.objects.exclude(state=SelectionList.State.OPEN).filter(frozen=None)


@rule("notice_units_were_chosen", _("公示的单位有名额或已取消"))
def notice_units_were_chosen():
    return NoticeEntry.objects.filter(fallen_at=None, notice__withdrawn_at=None, application__place=None)


@rule("notice_days_in_order", _("公示起止日期正确"))
def notice_days_in_order():
    return PublicNotice.objects.filter(ends_on__lt=F("starts_on"))


@rule("received_has_version", _("已报送的申报都有报送版本"))
def received_has_version():
    return Application.objects.received().filter(submissions=None)


@rule("versions_unchanged", _("报送版本的内容与其校验值一致"), hashes=True)
def versions_unchanged():
    return [version for version in Submission.objects.iterator() if version.sha256 != audit.digest(version.snapshot)]


@rule("versions_as_recorded", _("报送版本与审计记录里的校验值一致"), hashes=True)
def versions_as_recorded():
    events = audit.AuditEvent.objects.filter(action__in=["applications.submit", "applications.resubmit", "applications.send_to_county"])
    recorded = {event.detail["receipt"]: event.detail["sha256"] for event in events}
    return [version for version in Submission.objects.defer("snapshot") if recorded.get(version.receipt) != version.sha256]


@rule("notices_were_reviewed", _("发布的公示都经生成人以外的人审查通过"))
def notices_were_reviewed():
    """Published ones whose last review did not pass, or was the author's own. Notices of before there were reviews name a person only."""
    last = NoticeReview.objects.filter(notice=OuterRef("pk")).order_by("-number")
    published = PublicNotice.objects.public()
    unpassed = published.annotate(outcome=Subquery(last.values("outcome")[:1])).filter(outcome=NoticeReview.Outcome.RETURNED)
    return [*unpassed, *published.filter(checked_by=F("created_by"))]


@rule("carried_from_own_unit", _("带入的内容来自本单位以前的申报"))
def carried_from_own_unit():
    texts = ItemResponse.objects.filter(carried_from__isnull=False).exclude(application__organization=F("carried_from__application__organization"))
    links = Evidence.objects.filter(carried_from__isnull=False).exclude(response__application__organization=F("carried_from__response__application__organization"))
    return [*texts, *links]


@rule("done_is_not_carried", _("标记完成的指标没有待更新的说明"))
def done_is_not_carried():
    return ItemResponse.objects.filter(done_at__isnull=False, carried_from__isnull=False)


@rule("scans_of_own_version", _("盖章扫描件属于同一份申报的报送版本"))
def scans_of_own_version():
    return SignedForm.objects.filter(submission__isnull=False).exclude(submission__application=F("application"))


@rule("versions_have_their_scan", _("随报送版本提交的盖章扫描件都在"))
def versions_have_their_scan():
    return Submission.objects.exclude(signed_sha256="").exclude(signed_sha256__in=SignedForm.objects.values("blob"))


@rule("versions_numbered", _("报送版本的编号连续"))
def versions_numbered():
    return Application.objects.annotate(n=Count("submissions")).filter(submissions__number__gt=F("n"))


@rule("track_follows_kind", _("申报类别与单位种类一致"))
def track_follows_kind():
    return Application.objects.exclude(organization__kind=F("track__kind"))


@rule("track_of_campaign", _("申报类别属于同一活动"))
def track_of_campaign():
    return Application.objects.exclude(track__campaign=F("campaign"))


@rule("standard_of_campaign", _("建设标准属于同一活动"))
def standard_of_campaign():
    return Application.objects.exclude(standard__campaign=F("campaign"))


@rule("responses_of_standard", _("填报的指标属于所用的建设标准"))
def responses_of_standard():
    return ItemResponse.objects.exclude(item__category__standard=F("application__standard"))


@rule("townships_came_through_county", _("乡镇（街道）的申报经县级推荐"))
def townships_came_through_county():
    below = Application.objects.received().filter(campaign__county=None).filter(organization__county__isnull=False).exclude(organization__county=F("organization"))
    return below.filter(recommended_at=None)


@rule("returned_has_open_return", _("退回补正的申报有未答复的退回"))
def returned_has_open_return():
    return Application.objects.filter(status=Application.Status.RETURNED).exclude(returns__in=Return.objects.open())


@rule("evidence_has_bytes", _("文件类证明材料有文件内容"))
def evidence_has_bytes():
    return Evidence.objects.exclude(kind=Evidence.Kind.LINK).filter(blob=None)


@rule("uploads_became_what_was_sent", _("分段上传的文件与收到时说明的一致"))
def uploads_became_what_was_sent():
    finished = Upload.objects.filter(evidence__isnull=False)
    return finished.exclude(size=F("evidence__blob__size"), response=F("evidence__response")) | finished.exclude(sha256="").exclude(sha256=F("evidence__blob"))


@rule("drawn_files_have_pages", _("有预览的文件有页数"))
def drawn_files_have_pages():
    return Blob.objects.filter(picture_state=Blob.Pictures.MADE).exclude(pages__gte=1)


@rule("decided_findings_explained", _("处理过的内容提醒有处理人，确认可以公开的有理由"))
def decided_findings_explained():
    decided = SensitiveFinding.objects.exclude(decided_at=None)
    return decided.filter(Q(decided_by=None) | Q(decision="") | Q(decision=SensitiveFinding.Decision.PUBLISHABLE, reason=""))


@rule("findings_are_masked", _("内容提醒里没有完整的号码"))
def findings_are_masked():
    return SensitiveFinding.objects.filter(excerpt__regex=r"[0-9]{9}")


@rule("masked_files_removed", _("决定遮盖后重传的文件已移除"))
def masked_files_removed():
    return SensitiveFinding.objects.filter(decision=SensitiveFinding.Decision.REPLACE, evidence__removed_at=None)


@rule("checks_of_links", _("网页检查只针对网页链接"))
def checks_of_links():
    return LinkCheck.objects.exclude(evidence__kind=Evidence.Kind.LINK)


@rule("broken_links_failed", _("标为打不开的链接最近一次检查没有打开"))
def broken_links_failed():
    return Evidence.objects.filter(health=Evidence.Health.BROKEN).exclude(checks__in=LinkCheck.objects.latest_of_each().filter(outcome=LinkCheck.Outcome.BROKEN))


@rule("page_snapshots_unchanged", _("网页快照的文字与其校验值一致"), hashes=True)
def page_snapshots_unchanged():
    return [page for page in LinkSnapshot.objects.iterator(chunk_size=50) if hashlib.sha256(page.text.encode()).hexdigest() != page.sha256]


@rule("pairs_name_own_links", _("对照表引用的网页链接属于同一项"))
def pairs_name_own_links():
    own = (Q(document_link=None) | Q(document_link__response=F("response"))) & (Q(reading_link=None) | Q(reading_link__response=F("response")))
    return InterpretationPair.objects.exclude(own)


@rule("likeness_between_units_or_years", _("雷同提示只在不同单位之间，或同一单位的不同年度之间"))
def likeness_between_units_or_years():
    same_year = Q(response__application__campaign=F("other__application__campaign"))
    same_unit = Q(response__application__organization=F("other__application__organization"))
    return Likeness.objects.filter(same_year & same_unit | ~same_year & ~same_unit)


@rule("phases_in_order", _("阶段的结束晚于开始"))
def phases_in_order():
    return Phase.objects.filter(ends_at__lte=F("starts_at"))


@rule("points_positive", _("指标分值大于零"))
def points_positive():
    return ItemPoints.objects.filter(points__lte=0)


@rule("scores_within_points", _("得分不超过分值"))
def scores_within_points():
    return [*Score.objects.filter(points__gt=F("maximum")), *AgreedScore.objects.filter(points__gt=F("maximum"))]


@rule("nobody_scores_own_unit", _("不评本单位"))
def nobody_scores_own_unit():
    return Score.objects.filter(stage=Stage.DESK, scorer__organization=F("application__organization"))


@rule("not_more_scorers_than_set", _("材料审核人数不超过设置"))
def not_more_scorers_than_set():
    return Application.objects.annotate(n=Count("desk_reviews")).filter(n__gt=F("campaign__desk_scorers"))


@rule("locked_visit_signed", _("锁定的验收有组长签字"))
def locked_visit_signed():
    signed = Signature.objects.filter(voided_at=None, findings_sha256=F("visit__findings_sha256"))
    return Visit.objects.exclude(locked_at=None).exclude(signatures__in=signed)


@rule("signed_findings_unchanged", _("签字或锁定以后，验收结果没有被改过"), hashes=True)
def signed_findings_unchanged():
    """Signing, locking and this ask the same function; a change inside the portal voids the signatures first."""
    signed = Q(locked_at__isnull=False) | Q(signatures__voided_at=None, signatures__isnull=False) | Q(witnesses__voided_at=None, witnesses__isnull=False)
    visits = Visit.objects.filter(signed).select_related("application__organization", "application__campaign", "group").distinct()
    return (visit for visit in visits.iterator(chunk_size=200) if is_tampered(visit))


@rule("paper_signed_by_its_scorers", _("纸质补录的得分都是纸上签名的人的，来自同一次验收"))
def paper_signed_by_its_scorers():
    signed = PaperRecord.objects.filter(pk=OuterRef("paper"), visit__application=OuterRef("application"), inspectors=OuterRef("scorer"))
    return Score.objects.exclude(paper=None).exclude(Exists(signed))


@rule("closed_rectification_has_person", _("已销号的整改有销号人"))
def closed_rectification_has_person():
    return Rectification.objects.filter(state=Rectification.State.CLOSED, closed_by=None)


@rule("groups_have_one_leader", _("有验收任务的组有且只有一名组长"))
def groups_have_one_leader():
    leaders = Count("members", filter=Q(members__is_leader=True), distinct=True)
    return InspectionGroup.objects.filter(visits__isnull=False).annotate(leaders=leaders).exclude(leaders=1)


@rule("published_visits_without_conflict", _("发布的验收没有未经批准的回避情形"))
def published_visits_without_conflict():
    """Nobody's own unit, and nothing declared before the plan was published. What was declared later shows as a thing to repair."""
    allowed = ConflictOverride.objects.filter(visit=OuterRef(OuterRef("pk")), user=OuterRef("user"))
    declared = DeclaredConflict.objects.filter(
        campaign=OuterRef("application__campaign"), organization=OuterRef("application__organization"), user__memberships__group=OuterRef("group"),
        declared_at__lt=OuterRef("planned__plan__published_at"),
    ).exclude(Exists(allowed))
    at_home = GroupMember.objects.filter(group=OuterRef("group"), user__organization=OuterRef("application__organization"))
    return Visit.objects.published().unlocked().filter(Exists(declared) | Exists(at_home))


@rule("nobody_in_two_places", _("同一个人同一天只随一个组验收"))
def nobody_in_two_places():
    seats = GroupMember.objects.filter(group__visits__isnull=False).values("user", "group__visits__on")
    return seats.annotate(groups=Count("group", distinct=True)).filter(groups__gt=1).order_by()


@rule("visits_of_a_published_plan_are_published", _("已发布的方案没有未发布的验收，未发布的验收都有方案"))
def visits_of_a_published_plan_are_published():
    return Visit.objects.filter(is_published=False).exclude(planned__plan__state=Plan.State.APPLIED)


@rule("answers_by_members", _("答复是验收员本人作出的"))
def answers_by_members():
    return AssignmentAnswer.objects.exclude(answered_by=F("user"))


@rule("upheld_challenges_are_declared", _("同意的回避申请都登记为回避"))
def upheld_challenges_are_declared():
    declared = DeclaredConflict.objects.filter(campaign=OuterRef("campaign"), user=OuterRef("user"), organization=OuterRef("organization"))
    return Challenge.objects.filter(state=Challenge.State.UPHELD).exclude(Exists(declared))


@rule("desk_review_by_office", _("材料审核由本次活动的公开办人员进行"))
def desk_review_by_office():
    of_city = DeskReview.objects.filter(application__campaign__county=None).exclude(scorer__grants__role__in=OFFICE)
    of_county = DeskReview.objects.filter(application__campaign__county__isnull=False)
    real = of_county.filter(application__campaign__rehearsal="")  # in a rehearsal the office is real, and its county a copy
    return [*of_city, *of_county.exclude(scorer__grants__role__in=COUNTY_OFFICE), *real.exclude(scorer__organization__county=F("application__campaign__county"))]


@rule("county_campaign_has_own_units", _("县级活动只有本县的单位参加"))
def county_campaign_has_own_units():
    return Application.objects.filter(campaign__county__isnull=False).exclude(organization__county=F("campaign__county"))


@rule("county_is_nearest", _("所属县（市、区）是最近的县级上级"))
def county_is_nearest():
    wrong = []
    for unit in Organization.everywhere.select_related("kind", "parent__county", "county"):
        county = unit.pk if unit.kind.code == "county" else (unit.parent.county_id if unit.parent else None)
        if unit.county_id != county:
            wrong.append(unit)
    return wrong


@rule("done_jobs_have_file", _("已完成的导出有文件"))
def done_jobs_have_file():
    """Until they have been kept long enough."""
    return Job.objects.filter(state=Job.State.DONE, file="", created_at__gte=kept_since(timezone.now()))


@rule("phone_records_entered", _("手机记录入账的都有得分"))
def phone_records_entered():
    score = Score.objects.filter(stage=Stage.SITE, application=OuterRef("visit__application"), item__code=OuterRef("item_code"), scorer=OuterRef("owner"))
    return DeviceRecord.objects.filter(state=Delivery.State.ENTERED).exclude(Exists(score))


@rule("phone_photos_entered", _("手机照片入账的都有现场照片"))
def phone_photos_entered():
    photo = SitePhoto.objects.filter(visit=OuterRef("visit"), blob=OuterRef("blob"), item__code=OuterRef("item_code"))
    return DevicePhoto.objects.filter(state=Delivery.State.ENTERED).exclude(Exists(photo))


@rule("phone_records_count_newest", _("手机记录以最新的修订为准"))
def phone_records_count_newest():
    return DeviceRecord.objects.annotate(newest=Max("revisions__number")).exclude(newest=F("number"))


@rule("audit_chain_whole", _("审计链完整"))
def audit_chain_whole():
    """Compares the ends only; `verify_audit` walks the whole chain."""
    head = AuditHead.objects.filter(id=1).first()
    last = audit.AuditEvent.objects.order_by("-number").first()
    return [head or last] if (head and head.hash) != (last and last.hash) else []


def audit_quotas(at):
    """The clock's duty: tell the office and the administrators, once a day, when a rule is broken. Digests are for `check_invariants`."""
    found = violations(hashes=False)
    if found:
        people = User.objects.with_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN)
        lines = "\n".join(f"{sentence}：{row}" for _name, sentence, row in found[:50])
        inbox.leave(
            people, "xuancheng_portal.invariants", key=f"invariants-{at:%Y%m%d}", at=at,
            words={"n": len(found), "text": lines},
        )
