"""归档: one campaign in one zip that outlives the portal. Lists as CSV, what was submitted and frozen byte for byte as it was hashed,
the files by unit, the audit chain, and the sums with which anybody checks it without a program of ours.

What belongs to a campaign is found by foreign keys, so a new list is in the archive from its first day; a test names those left out.
"""

import csv
import os
import tempfile
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import jobs
from accounts.archives import safe_name, write_archive
from accounts.audit import canonical, label
from accounts.models import AuditEvent, AuditHead, Organization, User
from accounts.rehearsing import here, paths_to
from accounts.templatetags.portal import written_day
from applications import uploads
from applications.models import (
    Application,
    Blob,
    Comparison,
    ItemResponse,
    Likeness,
    LinkSnapshot,
    Mark,
    OfflineUpload,
    Submission,
    Upload,
    UploadPiece,
)
from campaigns.models import Campaign
from campaigns.permissions import acts_as_office
from inspections import papers
from inspections.models import DevicePiece, Visit
from results.models import FrozenRanking, PublicNotice
from standards.models import Item
from xuancheng_portal.archives import PIECE

README, CHAIN, LEFT_OUT = "说明.txt", "审计/审计链.jsonl", "未收入的文件.csv"
# On their way or worked out from what is in the archive: nothing that anybody decided or sent.
NO_RECORDS = {Comparison, Mark, OfflineUpload, Upload, UploadPiece, DevicePiece}
# Name files that are in the archive as somebody's material already.
NO_FILES = {Likeness}
VERDICTS = dict(ItemResponse.Verdict.choices)
REPORT_EVERY = 20


# What belongs to a campaign


def rows_of(model, campaign):
    """The rows of a campaign. One that lost its link (a visit that was cancelled) is nobody's, and so in every archive rather than in none."""
    lookup, maybe = paths_to(Campaign)[model]
    condition = Q(**{lookup: campaign})
    for each in maybe:
        condition |= Q(**{f"{each}__isnull": True})
    return here(model._base_manager.filter(condition)).order_by("pk")


def lists():
    return [model for model in paths_to(Campaign) if model not in NO_RECORDS]


def table_names():
    """{model: its file's name}, by what it is called on the screen."""
    names = {}
    for model in lists():
        name = safe_name(model._meta.verbose_name, 30)
        names[model] = name if name not in names.values() else f"{name} {model.__name__}"
    return names


# Words for what is written


def cell(value):
    """As a person reads it; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ")
    if isinstance(value, (dict, list)):
        return canonical(value).decode()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_csv(heading, rows):
    """A table in pieces, with the mark by which Excel and WPS know UTF-8."""
    line = StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow(map(str, heading))
    yield b"\xef\xbb\xbf" + line.getvalue().encode()
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow(map(cell, row))
        yield line.getvalue().encode()


class Archive:
    """What one archive is made of, read piece by piece in the order it is written."""

    def __init__(self, campaign, at):
        self.campaign, self.at = campaign, at
        head = AuditHead.objects.filter(id=1).first()
        self.head = (head.number, head.hash) if head else (0, "")
        self.names = {
            Organization: dict(Organization.objects.values_list("pk", "name")), User: dict(here(User.objects).values_list("pk", "name")),
            Item: {item.pk: str(item) for item in Item.objects.filter(category__standard__campaign=campaign)},
        }
        self.to_application, self.to_item = paths_to(Application), paths_to(Item)
        self.missing = []

    def total(self):
        """How many entries there will be; fewer where files are missing."""
        files = sum(rows.count() for _model, _key, rows in self.file_rows())
        texts = self.submissions().count() * 2 + self.snapshots().count() + self.visits().count() + self.frozen().count() * 2 + self.notices().count()
        return len(lists()) + 6 + files + texts

    def entries(self):
        yield README, [self.readme()]
        yield from self.tables()
        yield from self.versions()
        yield from self.records()
        yield from self.files()
        yield from self.pages()
        yield from self.rankings()
        yield from self.public()
        yield CHAIN, self.chain()
        yield LEFT_OUT, as_csv(["单位", "材料", "文件的SHA-256", "原因"], self.missing)

    # Lists

    def tables(self):
        yield "数据/活动.csv", self.table(Campaign, Campaign.objects.filter(pk=self.campaign.pk))
        for model, name in table_names().items():
            yield f"数据/{name}.csv", self.table(model, rows_of(model, self.campaign))
        yield "数据/单位.csv", self.table(Organization, Organization.objects.order_by("pk"))
        people = here(User.objects).order_by("pk").values_list("pk", "name", "organization__name")
        yield "数据/人员.csv", as_csv(["编号", "姓名", "单位"], people.iterator())

    def table(self, model, rows):
        """Each field in its column under its name on the screen; of a foreign key also what it names, where that is short."""
        keys = model._meta.concrete_fields
        named = [self.names.get(key.related_model) if key.is_relation else None for key in keys]
        heading = []
        for key, names in zip(keys, named, strict=True):
            words = "编号" if key.primary_key else str(key.verbose_name)
            heading += [words, f"{words}（编号）"] if names is not None else [words]
        return as_csv(heading, (self.row(keys, named, row) for row in rows.values_list(*(key.attname for key in keys)).iterator(chunk_size=500)))

    @staticmethod
    def row(keys, named, row):
        for key, names, value in zip(keys, named, row, strict=True):
            if names is not None:
                yield names.get(value, "") if value is not None else ""
            yield dict(key.flatchoices).get(value, value) if key.choices else value

    # What was submitted

    def submissions(self):
        return Submission.objects.filter(application__campaign=self.campaign)

    def versions(self):
        """Each version twice: the very bytes whose SHA-256 stands on the receipt, and the same to read."""
        for version in self.submissions().select_related("application__organization", "application__track").order_by("application_id", "number").iterator(chunk_size=20):
            name = f"{unit_folder(version.application)}/报送版本/{safe_name(f'第{version.number}版 {version.receipt}', 50)}"
            yield f"{name}.json", [canonical(version.snapshot)]
            yield f"{name}.txt", [version_text(version).encode()]

    # What was found on site

    def visits(self):
        return Visit.objects.filter(application__campaign=self.campaign, started_at__isnull=False)

    def records(self):
        """Each visit's record as its paper shows it, with who signed; not one of a unit nobody has gone to yet."""
        for visit in self.visits().select_related(*papers.NEEDS).order_by("application_id").iterator(chunk_size=20):
            yield f"{unit_folder(visit.application)}/检查验收记录表.pdf", [papers.record_pdf(visit, at=self.at)]

    # Files

    def file_rows(self):
        """[(model, foreign key, rows)] of everything that names a stored file."""
        return [
            (model, key, rows_of(model, self.campaign).exclude(**{key.name: None}))
            for model in lists() if model not in NO_FILES
            for key in model._meta.concrete_fields if key.related_model is Blob
        ]

    def files(self):
        for model, key, rows in self.file_rows():
            application, item = self.lookup(self.to_application, model), self.lookup(self.to_item, model)
            title = next((one.attname for one in model._meta.concrete_fields if one.attname in ("title", "filename", "name")), "pk")
            wanted = ["pk", title, f"{key.name}__sha256", f"{key.name}__extension", f"{key.name}__scan_state"]
            wanted += [f"{application}__pk", f"{application}__track__name", f"{application}__organization__short_name"] if application else []
            wanted += [f"{item}__code"] if item else []
            for pk, words, sha256, extension, scan, *about in rows.values_list(*wanted).iterator(chunk_size=500):
                of_unit = about[:3] if application else [None, None, None]
                folder = folder_of(*of_unit) if of_unit[0] else "其他文件"
                parts = [folder, safe_name(model._meta.verbose_name, 20), *([safe_name(about[-1], 20)] if item and about[-1] else [])]
                ending = f".{extension}" if extension else ""
                name = safe_name(f"{pk} {words.removesuffix(ending)}" if title != "pk" else str(pk), 60 - len(ending))
                unit = of_unit[2] or ""
                if scan == Blob.Scan.INFECTED:
                    self.missing.append([unit, words, sha256, "查出病毒，没有收入"])
                elif (pieces := self.pieces(sha256)) is None:
                    self.missing.append([unit, words, sha256, "存储里没有这个文件"])
                else:
                    yield f"{'/'.join(parts)}/{name}{ending}", pieces

    @staticmethod
    def lookup(paths, model):
        return paths[model][0] if model in paths else ""

    @staticmethod
    def pieces(sha256):
        """The stored bytes; None where they are not there."""
        try:
            file = uploads.open_blob(sha256)
        except FileNotFoundError:
            return None
        return pieces_of(file)

    # Pages behind links

    def snapshots(self):
        return LinkSnapshot.objects.filter(checks__evidence__response__application__campaign=self.campaign).distinct()

    def pages(self):
        """The words of the pages as they were found; the name is their SHA-256, by which the list of checks names them."""
        for snapshot in self.snapshots().order_by("pk").iterator(chunk_size=20):
            yield f"网页快照/{snapshot.pk}.txt", [snapshot.text.encode()]

    # Lists within the places, notices

    def frozen(self):
        return FrozenRanking.objects.filter(selection__track__campaign=self.campaign)

    def rankings(self):
        for frozen in self.frozen().select_related("selection__track").order_by("selection__track__order", "number"):
            name = f"名单/{safe_name(frozen.selection.track.name, 40)} 第{frozen.number}次锁定"
            facts = {"rows": frozen.rows, "rule": frozen.rule, "chosen": frozen.chosen}
            yield f"{name}.json", [canonical(facts)]
            yield f"{name}.csv", as_csv(
                ["名次", "单位", "材料审核", "现场验收", "加分", "扣分", "总分", "合格", "入选", "不能入选的原因"],
                (
                    [row["rank"], row["unit"], row["desk"], row["site"], row.get("bonus"), row.get("deductions"), row["total"], row["passes"], row["application"] in frozen.chosen, row["bar"]]
                    for row in frozen.rows
                ),
            )

    def notices(self):
        return PublicNotice.objects.filter(campaign=self.campaign)

    def public(self):
        for notice in self.notices().order_by("number"):
            entries = notice.entries.select_related("application__organization", "application__track")
            lines = [notice.title, "", *notice.paragraphs, ""]
            lines += [f"{entry.application.track}：{entry.application.organization.name}{'（已取消资格）' if entry.fallen_at else ''}" for entry in entries]
            lines += ["", notice.contact, f"公示期：{written_day(notice.starts_on)}至{written_day(notice.ends_on)}" if notice.starts_on else "没有发布"]
            if notice.withdrawn_at:
                lines.append(f"已撤下：{notice.withdrawn_reason}")
            yield f"公示/{safe_name(f'第{notice.number}号 {notice.title}', 60)}.txt", ["\r\n".join(lines).encode()]

    # The audit chain

    def chain(self):
        """One line an entry up to the moment the archive was begun. Of other campaigns' entries only the links, so that the chain stays whole."""
        for event in AuditEvent.objects.filter(number__lte=self.head[0]).order_by("number").iterator(chunk_size=500):
            line = {"number": event.number, "previous_hash": event.previous_hash, "hash": event.hash}
            if event.campaign_code in ("", self.campaign.code):
                line |= {
                    "at": event.at.isoformat(), "by_id": event.by_id, "by_label": event.by_label, "action": event.action, "action_label": str(label(event.action)),
                    "target_type": event.target_type, "target_id": event.target_id, "target_label": event.target_label, "organization_id": event.organization_id,
                    "campaign_code": event.campaign_code, "detail": event.detail, "address": event.address,
                }
            yield canonical(line) + b"\n"

    def readme(self):
        moment = f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
        return README_TEXT.format(title=self.campaign.title, code=self.campaign.code, moment=moment, number=self.head[0], hash=self.head[1] or "（没有记录）").encode()


README_TEXT = """{title}（{code}）归档
生成时间：{moment}（北京时间）

一、怎样核对
解压以后，在这个文件夹里运行：
    sha256sum -c SHA256SUMS
每个文件后面都是“OK”（或“成功”），说明一个字节也没有变。苹果电脑用 shasum -a 256 -c SHA256SUMS。
Windows 在 PowerShell 里运行：
    Get-Content SHA256SUMS -Encoding UTF8 | ForEach-Object {{ $sum, $name = $_ -split '  ', 2; if ((Get-FileHash -LiteralPath $name -Algorithm SHA256).Hash -ne $sum) {{ "不符：$name" }} }}
没有输出就是全部相符。
移交时请把 SHA256SUMS 这个文件自己的 SHA-256 写在交接单上，这样清单本身被改动也看得出来。

二、里面有什么
数据/　　　每张表一个 CSV 文件，用 Excel、WPS 打开；“编号”在各表之间对应。以 = + - @ 开头的文字前面加了一个撇号，防止被当成公式。
申报/　　　按类别、单位分文件夹：报送版本（JSON 是报送时的原样，它的 SHA-256 就是回执上的；TXT 供阅读）、检查验收记录表（PDF，谁签了字也在上面）、证明材料、盖章扫描件、整改材料、现场照片等。
网页快照/　检查链接时网页上的文字，文件名是文字的 SHA-256，与“网页检查”表对应。
名单/　　　每次锁定的排名和名单；JSON 的 SHA-256 就是锁定时记录的。
公示/　　　每一号公示的正文和单位。
审计/　　　审计链，一行一条，到第 {number} 条为止；最后一条的 hash 是 {hash}。
　　　　　　每条的 hash 由本条内容和前一条的 hash 算出；其他年度活动的记录只留 hash，链条仍然完整。
{left_out}　查出病毒或存储里缺少、因此没有收入的文件；只有表头就是没有缺。

三、保管
里面有个人信息和异议人的情况，按工作秘密保管，不要放到互联网上。
""".replace("{left_out}", LEFT_OUT).replace("\n", "\r\n")


def folder_of(pk, track, unit):
    return f"申报/{safe_name(track, 30)}/{safe_name(f'{pk} {unit}', 40)}"


def unit_folder(application):
    return folder_of(application.pk, application.track.name, application.organization.short_name)


def pieces_of(file):
    with file:
        while piece := file.read(PIECE):
            yield piece


def version_text(version):
    """A version as one reads it: item by item, what was claimed and what proves it."""
    snapshot = version.snapshot
    lines = [
        f"{snapshot.get('unit', '')}　{snapshot.get('track', '')}", f"第 {version.number} 版，回执编号 {version.receipt}", f"提交时间：{cell(version.submitted_at)}",
        f"内容的 SHA-256：{version.sha256}",
    ]
    for item in snapshot["items"]:
        lines += ["", f"{item['code']} {item['title']}", f"自评：{VERDICTS.get(item['verdict'], '没有选择')}　自评得分：{item['score'] or '–'} / {item['maximum']}", item["narrative"]]
        lines += [f"　· {proof['title']}　{proof['url'] or proof['sha256']}" for proof in item["evidence"]]
    return "\r\n".join(lines)


# Making one


def file_name(campaign, at):
    return _("%(title)s归档 %(moment)s.zip") % {"title": campaign.title, "moment": f"{timezone.localtime(at):%Y-%m-%d %H%M}"}


def write(campaign, target, *, at, progress=lambda done, of: None):
    """Write the archive of a campaign into an open file. Returns how many entries it has."""
    archive = Archive(campaign, at)
    total = archive.total()

    def told(done):
        if done % REPORT_EVERY == 0:
            progress(min(done, total), total)

    progress(0, total)
    count = write_archive(target, archive.entries(), told)
    progress(total, total)
    return count


def write_file(campaign, path, *, at):
    """The same beside its final name, moved there when it is whole and readable only by whoever made it."""
    path = Path(path).resolve()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".archive-", delete=False) as unfinished:
        try:
            os.fchmod(unfinished.fileno(), 0o600)
            count = write(campaign, unfinished, at=at)
            unfinished.flush()
            os.fsync(unfinished.fileno())
        except BaseException:
            os.unlink(unfinished.name)
            raise
    os.replace(unfinished.name, path)
    return count


@jobs.kind("xuancheng_portal.archive")
def archive_job(job, progress):
    """The file itself, made by a worker. The owner may have lost the office meanwhile."""
    campaign, at = Campaign.objects.get(pk=job.parameters["campaign"]), timezone.now()
    if not acts_as_office(User.objects.get(pk=job.owner_id), campaign):
        raise PermissionError(_("发起人已经不在本次活动的公开办，归档没有生成。"))
    target = tempfile.TemporaryFile(dir=settings.UPLOADING)  # noqa: SIM115 the job stores it and lets it go
    write(campaign, target, at=at, progress=progress)
    target.seek(0)
    return file_name(campaign, at), target
