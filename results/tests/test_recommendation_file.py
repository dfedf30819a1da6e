"""推荐材料: one archive with everything about a recommended unit, proven file by file by another program."""

import json
import subprocess
import zipfile
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from accounts import jobs
from accounts.audit import digest
from accounts.models import AuditEvent, Job, Role
from accounts.tests.factories import make_user
from applications import uploads
from applications.models import Blob, Submission
from campaigns.tests.factories import moment
from inspections.models import Rectification, RectificationFile, RectificationStep, SitePhoto
from results import actions
from results.models import FrozenRanking, Naming, Objection, Recommendation, SelectionList
from results.recommendation_file import contents
from results.tests.factories import make_named, make_notice, make_objection

AT = moment(12, 1, 9)


def picture(color):
    file = BytesIO()
    Image.new("RGB", (40, 30), color).save(file, "JPEG")
    file.seek(0)
    stored = uploads.store(file)
    return Blob.objects.create(sha256=stored.sha256, size=stored.size, media_type="image/jpeg", extension="jpg", stored_at=AT)


def version_of(response, *blobs):
    """An item as a version freezes it, with its photos; all of them go by one name."""
    photos = [{"id": number, "kind": "photo", "title": "公示栏:照片.jpg", "url": "", "sha256": blob.pk, "size": blob.size, "checkpoint": ""} for number, blob in enumerate(blobs)]
    return {
        "code": response.item.code, "title": response.item.title, "maximum": str(response.maximum), "verdict": "met", "score": str(response.maximum),
        "narrative": "已按要求完成。", "evidence": photos,
    }


@pytest.fixture
def recommendation(campaign, lead, officer, inspector):
    """A zone with a photo under two items, a second photo of the same name, a site photo, a rectification, a notice with an objection, a frozen list."""
    naming = make_named("甲县", campaign)
    application = naming.application
    proof, other, on_site, mended = (picture(color) for color in ("white", "blue", "green", "red"))
    first, second = list(application.responses.in_order())[:2]
    snapshot = {
        "unit": "甲县", "track": application.track.name,
        "items": [version_of(first, proof, other), version_of(second, proof)],
    }
    Submission.objects.create(
        application=application, number=2, receipt="2021-0001-2", received_at=AT, submitted_at=AT, submitted_by=lead, snapshot=snapshot, sha256=digest(snapshot),
    )
    SitePhoto.objects.create(visit=application.visit, item=first.item, blob=on_site, taken_by=inspector, added_at=AT)
    task = Rectification.objects.create(application=application, item=first.item, problem="公示栏内容过期", due_at=moment(10, 29), raised_at=AT, raised_by=officer)
    step = RectificationStep.objects.create(rectification=task, kind="answer", text="已更新", at=AT, by=lead)
    RectificationFile.objects.create(step=step, blob=mended, title="整改后.jpg")
    notice = make_notice([application], starts_on=AT.date(), ends_on=AT.date())
    make_objection(notice.entries.get(), name="举报人", phone="0563-7654321")
    facts = {"rows": [{"application": application.pk, "rank": 1, "desk": "90.00", "site": "90.00", "total": "90.00"}], "rule": {"quota": 3}, "chosen": [application.pk]}
    selection = SelectionList.objects.create(track=application.track, state=SelectionList.State.CONFIRMED)
    FrozenRanking.objects.create(selection=selection, number=1, **facts, sha256=digest(facts), locked_at=AT, locked_by=officer, confirmed_at=AT, confirmed_by=lead)
    actions.review_title(naming, year=2021, outcome="qualified", finding="制度健全。", by=officer, at=AT)
    return Recommendation.objects.create(naming=naming, target="安徽省政务公开示范区", reason="经验可复制。", recommended_at=AT, recommended_by=lead)


def make(recommendation, by, capture):
    """The archive, made by the job as a worker would."""
    with capture(execute=True):
        job = jobs.start("results.recommendation_file", "推荐材料", by=by, at=timezone.now(), recommendation=recommendation.pk)
    return Job.objects.get(pk=job.pk)


def unpack(client, job, folder):
    content = b"".join(client.get(reverse("accounts:download", args=[job.pk])).streaming_content)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
        return archive.namelist()


def checked(folder):
    return subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)


def test_everything_is_there_and_every_file_is_proven(client, tmp_path, recommendation, lead, django_capture_on_commit_callbacks):
    application = recommendation.naming.application
    first, second = [response.item for response in list(application.responses.in_order())[:2]]
    client.force_login(lead)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:recommendation_file", args=[recommendation.naming_id]))

    job = Job.objects.get()
    names = unpack(client, job, tmp_path)
    assert (job.state, job.done, job.total) == (Job.State.DONE, len(names) - 1, len(names) - 1)
    assert job.filename.startswith("甲县推荐材料 ")
    assert AuditEvent.objects.filter(action="accounts.export", by=lead).count() == 1
    folders = [f"03 证明材料/{item.code} {item.title}" for item in (first, second)]
    assert names == [
        "读我.txt", "01 申报表/申报表.pdf", "01 申报表/申报表.docx", f"02 报送版本/第1版 {application.submissions.get(number=1).receipt}.json", "02 报送版本/第2版 2021-0001-2.json",
        f"{folders[0]}/01 公示栏_照片.jpg", f"{folders[0]}/02 公示栏_照片.jpg", f"{folders[1]}/01 公示栏_照片.jpg",
        f"05 检查验收/现场照片/01 {first.code}.jpg", "05 检查验收/整改材料/01 整改后.jpg", "05 检查验收/检查验收记录表.pdf",
        "06 得分和排名/第1次锁定.json", "07 公示/第1号.txt", "08 办理记录.xlsx", "SHA256SUMS",
    ]
    proven = checked(tmp_path)
    assert (proven.returncode, proven.stdout.count(": OK")) == (0, len(names) - 1), proven.stderr
    readme = (tmp_path / "读我.txt").read_text()
    assert "sha256sum -c SHA256SUMS" in readme
    assert "安徽省政务公开示范区" in readme
    for paper in ("01 申报表/申报表.pdf", "05 检查验收/检查验收记录表.pdf"):
        assert (tmp_path / paper).read_bytes().startswith(b"%PDF"), paper


def test_what_was_hashed_in_the_portal_has_the_same_hash_here(client, tmp_path, recommendation, lead, django_capture_on_commit_callbacks):
    client.force_login(lead)

    unpack(client, make(recommendation, lead, django_capture_on_commit_callbacks), tmp_path)

    version = (tmp_path / "02 报送版本/第2版 2021-0001-2.json").read_bytes()
    assert sha256(version).hexdigest() == Submission.objects.get(number=2).sha256
    assert json.loads(version)["unit"] == "甲县"
    assert sha256((tmp_path / "06 得分和排名/第1次锁定.json").read_bytes()).hexdigest() == FrozenRanking.objects.get().sha256
    photo = next(tmp_path.glob("03 证明材料/*/01 公示栏_照片.jpg"))
    assert Blob.objects.filter(pk=sha256(photo.read_bytes()).hexdigest()).exists()


def test_a_flipped_bit_is_found(client, tmp_path, recommendation, lead, django_capture_on_commit_callbacks):
    client.force_login(lead)
    unpack(client, make(recommendation, lead, django_capture_on_commit_callbacks), tmp_path)
    assert checked(tmp_path).returncode == 0
    photo = next(tmp_path.glob("03 证明材料/*/01 公示栏_照片.jpg"))
    content = bytearray(photo.read_bytes())
    content[100] ^= 1
    photo.write_bytes(content)

    proven = checked(tmp_path)

    assert proven.returncode == 1
    assert [line for line in proven.stdout.splitlines() if not line.endswith(": OK")] == [f"{photo.relative_to(tmp_path)}: FAILED"]


def test_the_records_tell_everything_but_who_objected(client, tmp_path, recommendation, lead, django_capture_on_commit_callbacks):
    client.force_login(lead)
    unpack(client, make(recommendation, lead, django_capture_on_commit_callbacks), tmp_path)

    book = load_workbook(tmp_path / "08 办理记录.xlsx")

    words = {sheet.title: "|".join(str(cell.value) for row in sheet for cell in row) for sheet in book}
    assert list(words) == ["推荐和命名", "报送", "得分", "排名", "现场记录", "签字", "督导和整改", "公示异议", "跟踪和复核", "审计记录"]
    assert "宣政务公开〔2021〕12号" in words["推荐和命名"]
    assert "公示栏内容过期" in words["督导和整改"]
    assert Objection.objects.get().facts in words["公示异议"]
    assert "制度健全。" in words["跟踪和复核"]
    assert "年度复核" in words["审计记录"]
    everything = "".join(words.values()) + (tmp_path / "07 公示/第1号.txt").read_text()
    for secret in ("举报人", "7654321", Objection.objects.get().code):
        assert secret not in everything


def test_an_infected_file_is_left_out_and_named(client, tmp_path, recommendation, lead, django_capture_on_commit_callbacks):
    photo = SitePhoto.objects.get()
    Blob.objects.filter(pk=photo.blob_id).update(scan_state=Blob.Scan.INFECTED, scan_tried_at=AT)
    client.force_login(lead)

    names = unpack(client, make(recommendation, lead, django_capture_on_commit_callbacks), tmp_path)

    assert not [name for name in names if "现场照片" in name]
    assert f"05 检查验收/现场照片/01 {photo.item.code}.jpg" in (tmp_path / "读我.txt").read_text().split("没有附上")[1]


def test_a_missing_file_fails_the_job_instead_of_an_archive_with_a_hole(recommendation, lead):
    photo = SitePhoto.objects.get()
    storages["evidence"].delete(uploads.key_of(photo.blob_id))

    job = Job.objects.create(owner=lead, kind="results.recommendation_file", title="推荐材料", parameters={"recommendation": recommendation.pk}, created_at=AT)

    with pytest.raises(FileNotFoundError):
        jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.file) == (Job.State.FAILED, "")


def test_files_are_read_when_their_turn_comes(recommendation, lead, monkeypatch):
    """Making the plan opens nothing: what lies in memory does not grow with the files."""
    monkeypatch.setattr(uploads, "open_blob", lambda sha256: pytest.fail("opened before its turn"))

    assert len(contents(recommendation, lead, AT)) == 14


@pytest.mark.parametrize(("person", "status"), [("officer", 302), ("auditor", 302), ("unit", 403), ("clerk", 404), ("inspector", 404), ("nobody", 404)])
def test_the_file_is_for_those_who_may_export(client, request, recommendation, person, status):
    unit = recommendation.naming.application.organization
    client.force_login(make_user(organization=unit, roles=[Role.COUNTY_CLERK]) if person == "unit" else request.getfixturevalue(person))

    assert client.post(reverse("results:recommendation_file", args=[recommendation.naming_id])).status_code == status
    assert Job.objects.count() == (status == 302)


def test_a_title_that_is_not_recommended_has_no_file(client, campaign, lead):
    naming = make_named("乙县", campaign)
    client.force_login(lead)

    assert client.post(reverse("results:recommendation_file", args=[naming.pk])).status_code == 404
    assert Naming.objects.count() == 1
