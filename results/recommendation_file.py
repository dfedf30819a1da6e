"""推荐材料: everything about one recommended unit in one archive, for the province.

The plan is a list of small (path, maker) pairs; each maker is asked for its bytes when its turn comes, so a large file never
lies in memory. What is frozen with a SHA-256 in the portal (versions, rankings) is written as the very bytes that were hashed.
"""

import tempfile
from functools import partial
from io import BytesIO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from accounts import jobs
from accounts.archives import safe_name, write_archive
from accounts.audit import canonical, label
from accounts.models import AuditEvent
from applications import papers, uploads
from applications.models import Blob, Evidence, LinkSnapshot
from inspections import papers as records
from inspections.models import RectificationFile
from inspections.rules.visits import findings
from results import reports, workbooks
from results.models import FrozenRanking, NoticeEntry, Recommendation, Review, Veto

PIECE = 1024**2


@jobs.kind("results.recommendation_file")
def make_recommendation_file(job, progress):
    recommendation = Recommendation.objects.select_related(
        "naming__place__track__campaign", "naming__application__organization__county", "naming__application__campaign", "naming__application__track",
        "naming__named_by", "naming__withdrawn_by", "recommended_by",
    ).get(pk=job.parameters["recommendation"])
    at = timezone.now()
    plan = contents(recommendation, job.owner, at)
    progress(0, len(plan))
    target = tempfile.TemporaryFile(dir=settings.UPLOADING)
    try:
        write_archive(target, ((path, make()) for path, make in plan), lambda done: progress(done, len(plan)))
    except BaseException:
        target.close()
        raise
    target.seek(0)
    name = _("%(unit)s推荐材料 %(stamp)s.zip") % {"unit": recommendation.naming.application.organization, "stamp": f"{timezone.localtime(at):%Y%m%d-%H%M}"}
    return uploads.clean_name(name), target


def contents(recommendation, reader, at):
    """[(path, maker of pieces)] in the order of the archive, as far as its reader may see."""
    naming = recommendation.naming
    application = naming.application
    submissions = list(application.submissions.order_by("number"))
    files = [*evidence(submissions), *signed_forms(application), *site_photos(application), *rectification_files(application), *veto_files(application)]
    left_out = set(Blob.objects.filter(pk__in={sha256 for _path, sha256 in files}, scan_state=Blob.Scan.INFECTED).values_list("pk", flat=True))
    sent = [(path, partial(stored, sha256)) for path, sha256 in files if sha256 not in left_out]
    missing = [path for path, sha256 in files if sha256 in left_out]
    plan = [("读我.txt", partial(readme, recommendation, at, missing))]
    if submissions:
        plan += [(f"01 申报表/申报表.{kind}", partial(form, application, submissions[-1], kind, at)) for kind in ("pdf", "docx")]
    plan += [(f"02 报送版本/第{one.number}版 {safe_name(one.receipt)}.json", partial(whole, canonical, one.snapshot)) for one in submissions]
    plan += [*sent, *link_snapshots(submissions), *visit_record(application, at), *rankings(naming), *public_notices(application)]
    plan.append(("08 办理记录.xlsx", partial(workbook, recommendation, submissions, reader, at)))
    return plan


# What is written, when its turn comes


def whole(make, *arguments):
    yield make(*arguments)


def stored(sha256):
    with uploads.open_blob(sha256) as file:
        while piece := file.read(PIECE):
            yield piece


def form(application, submission, kind, at):
    """The office's own template where it can be used; the built-in one always can."""
    found = papers.found_for(application, submission, at=at)
    try:
        yield papers.make(found, kind, papers.template_of(application.campaign))
    except papers.BadTemplate:
        yield papers.make(found, kind)


def readme(recommendation, at, missing):
    naming = recommendation.naming
    lines = [
        _("%(unit)s推荐材料") % {"unit": naming.application.organization.name}, "",
        _("推荐为：%(target)s") % {"target": recommendation.target}, _("推荐理由：%(reason)s") % {"reason": recommendation.reason},
        _("来源：%(campaign)s") % {"campaign": naming.place.track.campaign.title}, _("生成时间：%(moment)s") % {"moment": told(at)}, "",
        _("里面有什么"),
        _("01 申报表：最后一次报送的申报表，PDF 和 Word 各一份。"),
        _("02 报送版本：每次报送的全部内容。文件的 SHA-256 与回执上的一致。"),
        _("03 证明材料：各次报送的文件和照片，按指标编号分文件夹；网页链接另附当时保存的文字。"),
        _("04 盖章扫描件，05 检查验收：检查验收记录表（PDF）、现场照片、整改材料、一票否决的证据，没有的不列。"),
        _("06 得分和排名：每次锁定名单时冻结的排名和计分规则。文件的 SHA-256 与名单上的一致。"),
        _("07 公示：发布过的公示全文。"),
        _("08 办理记录：得分、现场记录、整改、公示异议、命名、跟踪和年度复核、审计记录，一类一张表。"), "",
        _("怎样核对"),
        _("SHA256SUMS 里是每个文件的 SHA-256。解压后在这个文件夹里运行 sha256sum -c SHA256SUMS，每行都显示“OK”（成功），就说明没有改动过。"),
        _("Windows 上可以运行 certutil -hashfile 文件名 SHA256，和 SHA256SUMS 里的那一行比较。"), "",
        _("附有申报联系人等内部信息，请勿公开。"),
    ]
    if missing:
        lines += ["", _("下列文件查出病毒，没有附上："), *missing]
    if naming.place.track.campaign.is_demo:
        lines += ["", _("演示数据：人员、单位的工作情况和分数均为虚构。")]
    yield "\r\n".join([*lines, ""]).encode()


def told(at):
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "–"


# Which files there are: (path, SHA-256 of the stored bytes)


def numbered(folder, entries):
    """Names stay what people called them; the number in front tells those of the same name apart."""
    return [(f"{folder}/{number:02} {safe_name(title, 70)}", sha256) for number, (title, sha256) in enumerate(entries, 1)]


def evidence(submissions):
    """What any version carried, each file once an item, in the order it came."""
    folders = {}
    for submission in submissions:
        for item in submission.snapshot["items"]:
            files = folders.setdefault(f"03 证明材料/{safe_name(item['code'], 20)} {safe_name(item['title'], 40)}", {})
            for proof in item.get("evidence", []):
                if proof["kind"] != Evidence.Kind.LINK:
                    files.setdefault(proof["sha256"], proof["title"])
    return [entry for folder, files in folders.items() for entry in numbered(folder, ((title, sha256) for sha256, title in files.items()))]


def signed_forms(application):
    scans = application.signed_forms.exclude(submission=None).order_by("uploaded_at", "pk")
    return numbered("04 盖章扫描件", scans.values_list("title", "blob"))


def site_photos(application):
    visit = getattr(application, "visit", None)
    photos = visit.photos.present().select_related("item", "blob").order_by("item__category__order", "item__order", "added_at", "pk") if visit else []
    return numbered("05 检查验收/现场照片", [(f"{photo.item.code}.{photo.blob.extension}", photo.blob_id) for photo in photos])


def visit_record(application, at):
    """The record as the inspectors signed it."""
    visit = getattr(application, "visit", None)
    return [("05 检查验收/检查验收记录表.pdf", partial(whole, partial(records.record_pdf, visit, at=at)))] if visit else []


def rectification_files(application):
    files = RectificationFile.objects.filter(step__rectification__application=application).order_by("step__at", "pk")
    return numbered("05 检查验收/整改材料", files.values_list("title", "blob"))


def veto_files(application):
    vetoes = Veto.objects.filter(application=application).exclude(blob=None).order_by("raised_at", "pk")
    return numbered("05 检查验收/一票否决", vetoes.values_list("filename", "blob"))


def link_snapshots(submissions):
    """The words of the linked pages as they were when the last version was submitted."""
    if not submissions:
        return []
    kept = {
        proof["check"]["sha256"]: f"{safe_name(item['code'], 20)} {safe_name(proof['title'], 50)}"
        for item in submissions[-1].snapshot["items"] for proof in item.get("evidence", []) if proof.get("check", {}).get("sha256")
    }
    return [
        (f"03 证明材料/网页文字/{number:02} {name}.txt", partial(whole, snapshot_text, sha256)) for number, (sha256, name) in enumerate(kept.items(), 1)
    ]


def snapshot_text(sha256):
    return LinkSnapshot.objects.get(pk=sha256).text.encode()


def rankings(naming):
    frozen = FrozenRanking.objects.filter(selection__track=naming.place.track).order_by("number")
    return [(f"06 得分和排名/第{one.number}次锁定.json", partial(whole, canonical, {"rows": one.rows, "rule": one.rule, "chosen": one.chosen})) for one in frozen]


def public_notices(application):
    entries = NoticeEntry.objects.filter(application=application, notice__published_at__isnull=False).select_related("notice").order_by("notice__number")
    return [(f"07 公示/第{entry.notice.number}号.txt", partial(whole, notice_text, entry.notice)) for entry in entries]


def notice_text(notice):
    units = "、".join(notice.entries.values_list("application__organization__name", flat=True))
    lines = [
        notice.title, "", notice.body, "", units, "", _("公示期：%(start)s 至 %(end)s") % {"start": notice.starts_on, "end": notice.ends_on},
        _("受理单位和联系方式：%(contact)s") % {"contact": notice.contact},
    ]
    if notice.withdrawn_at:
        lines.append(_("已于 %(moment)s 撤下：%(reason)s") % {"moment": told(notice.withdrawn_at), "reason": notice.withdrawn_reason})
    return "\r\n".join([*lines, ""]).encode()


# The records, a sheet for each kind


def workbook(recommendation, submissions, reader, at):
    naming = recommendation.naming
    application = naming.application
    book = Workbook()
    book.remove(book.active)
    for name, columns, rows in [
        (_("推荐和命名"), [(_("事项"), 22), (_("内容"), 80)], title_rows(recommendation)),
        (_("报送"), [(_("第几版"), 8), (_("回执编号"), 20), (_("提交时间"), 18), (_("提交人"), 20), ("SHA-256", 70)], [[one.number, one.receipt, told(one.submitted_at), one.submitted_by.name, one.sha256] for one in submissions]),
        (_("得分"), [(_("申报类别"), 18), (_("单位"), 22), (_("指标"), 26), (_("环节"), 10), (_("评分人"), 20), (_("得分"), 8), (_("分值"), 8), (_("扣分理由或说明"), 36)], reports.item_rows({application.pk: application}, reader)),
        (_("排名"), [(_("第几次锁定"), 10), (_("名次"), 7), (_("材料审核"), 10), (_("现场验收"), 10), (_("总分"), 10), (_("锁定"), 30), (_("复核"), 30), ("SHA-256", 70)], ranking_rows(naming)),
        (_("现场记录"), [(_("指标"), 26), (_("验收员"), 14), (_("结论"), 12), (_("得分"), 8), (_("分值"), 8), (_("说明"), 50), (_("时间"), 18)], finding_rows(application)),
        (_("签字"), [(_("验收员"), 14), (_("签字时间"), 18), (_("所签内容的SHA-256"), 70), (_("作废"), 30)], signature_rows(application)),
        (_("督导和整改"), [(_("指标"), 26), (_("事项"), 14), (_("内容"), 60), (_("时间"), 18), (_("办理人"), 14)], guidance_rows(application)),
        (_("公示异议"), [(_("公示"), 40), (_("收到时间"), 18), (_("事实和理由"), 50), (_("处理结果"), 12), (_("书面答复"), 50)], objection_rows(application)),
        (_("跟踪和复核"), [(_("事项"), 16), (_("日期"), 14), (_("结论或方式"), 14), (_("情况"), 60), (_("办理"), 50)], after_rows(naming)),
        (_("审计记录"), [(_("审计序号"), 10), (_("时间"), 18), (_("操作人"), 30), (_("事项"), 22), (_("对象"), 30), (_("本条的SHA-256"), 70)], audit_rows(application)),
    ]:
        words = [application.organization.name, _("时间：%(moment)s") % {"moment": told(at)}, _("共 %(n)s 行") % {"n": len(rows)}]
        if naming.place.track.campaign.is_demo:
            words.append(_("演示数据：人员和分数均为虚构"))
        workbooks.lay_out(book.create_sheet(name), f"{application.organization}{name}", "　".join(words), columns, rows)
    content = BytesIO()
    book.save(content)
    yield content.getvalue()


def title_rows(recommendation):
    naming = recommendation.naming
    rows = [
        [_("推荐为"), recommendation.target], [_("推荐理由"), recommendation.reason], [_("推荐时间"), told(recommendation.recommended_at)],
        [_("推荐人"), recommendation.recommended_by.name], [_("命名类别"), naming.place.track.name], [_("命名文号"), naming.document_number or "–"],
        [_("命名时间"), told(naming.named_at)], [_("命名人"), naming.named_by.name],
    ]
    if naming.withdrawn_at:
        rows += [[_("撤销时间"), told(naming.withdrawn_at)], [_("撤销文号"), naming.withdrawn_document or "–"], [_("撤销理由"), naming.withdrawn_reason]]
    return rows


def ranking_rows(naming):
    rows = []
    frozen = FrozenRanking.objects.filter(selection__track=naming.place.track).select_related("locked_by", "confirmed_by")
    for one in frozen.order_by("number"):
        row = next((row for row in one.rows if row["application"] == naming.application_id), {})
        confirmed = f"{one.confirmed_by.name} {told(one.confirmed_at)}" if one.confirmed_by else "–"
        rows.append([one.number, row.get("rank"), row.get("desk"), row.get("site"), row.get("total"), f"{one.locked_by.name} {told(one.locked_at)}", confirmed, one.sha256])
    return rows


def finding_rows(application):
    visit = getattr(application, "visit", None)
    if visit is None:
        return []
    return [
        [str(found.item), score.scorer.name, score.get_verdict_display() or "–", score.points, score.maximum, score.reason or "–", told(score.scored_at)]
        for found in findings(visit) for score in found.scores.values()
    ]


def signature_rows(application):
    visit = getattr(application, "visit", None)
    signed = visit.signatures.select_related("user").order_by("signed_at") if visit else []
    return [[one.user.name, told(one.signed_at), one.findings_sha256, one.void_reason or "–"] for one in signed]


def guidance_rows(application):
    rows = [
        [str(note.item or "–"), _("指导意见"), note.text, told(note.noted_at), note.noted_by.name]
        for note in application.guidance_notes.select_related("item", "noted_by").order_by("noted_at")
    ]
    for task in application.rectifications.select_related("item", "raised_by").prefetch_related("steps__by").order_by("raised_at"):
        rows.append([str(task.item), _("整改任务"), task.problem, told(task.raised_at), task.raised_by.name])
        rows += [[str(task.item), step.get_kind_display(), step.text or "–", told(step.at), step.by.name] for step in task.steps.all()]
    return rows


def objection_rows(application):
    """What was said and how it was answered; never who objected."""
    entries = application.notice_entries.select_related("notice").prefetch_related("objections")
    return [
        [entry.notice.title, told(one.received_at), one.facts, one.get_outcome_display() or one.get_state_display(), one.reply or "–"]
        for entry in entries for one in entry.objections.all()
    ]


def after_rows(naming):
    rows = [
        [_("跟踪管理"), one.on, one.get_way_display(), one.text, f"{one.recorded_by.name} {told(one.recorded_at)}"]
        for one in naming.follow_ups.select_related("recorded_by").order_by("on", "pk")
    ]
    for one in naming.reviews.exclude(state__in=[Review.State.PROPOSED, Review.State.REFUSED]).select_related("settled_by").order_by("year", "reviewed_at"):
        settled = f"{one.settled_by.name} {told(one.settled_at)} {one.decision_number or one.settlement}" if one.settled_by else one.get_state_display()
        rows.append([_("%(year)s 年度复核") % {"year": one.year}, f"{timezone.localdate(one.reviewed_at)}", one.get_outcome_display(), one.finding, settled])
    return rows


def audit_rows(application):
    events = AuditEvent.objects.filter(organization=application.organization_id, campaign_code=application.campaign.code).order_by("number")
    return [[event.number, told(event.at), event.by_label or "–", str(label(event.action)), event.target_label, event.hash] for event in events]
