"""The archive of a campaign holds everything, proves itself without the portal, and unpacks everywhere."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from datetime import datetime

import pypdfium2
import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import audit
from accounts.audit import digest
from accounts.models import AuditEvent, Job
from accounts.tests.factories import make_organization
from applications import actions as filing
from applications import uploads
from applications.models import Application, Blob, Evidence, LinkCheck, LinkSnapshot
from applications.tests.factories import make_application
from campaigns.models import Campaign
from campaigns.tests.factories import make_campaign, moment
from inspections import papers
from inspections.models import Visit
from results import actions as results
from results.tests.factories import make_notice, make_objection, make_place, make_scored
from standards.tests.factories import make_standard
from xuancheng_portal import campaign_archive
from xuancheng_portal.archives import models as our_models

FORBIDDEN = set('<>:"\\|?*')
# What is nobody's campaign, by what it is instead.
OF_NO_CAMPAIGN = {
    "accounts.OrganizationKind", "accounts.RoleGrant", "accounts.AuditHead", "accounts.Message", "accounts.Job", "accounts.Heartbeat",
    "accounts.Channel", "accounts.SendingTimes", "accounts.LetterText", "accounts.Delivery",  # the portal's own
    "accounts.SignInLink", "accounts.RecoveryCode", "accounts.Import", "accounts.ImportRow", "accounts.FormerName",
    "campaigns.CalendarDay", "inspections.PastService",  # the state's calendar and people's careers
    "accounts.Organization", "accounts.User", "accounts.AuditEvent", "applications.Blob", "applications.LinkSnapshot", "campaigns.Campaign",  # written in ways of their own
}


def keep(content, extension="pdf", **fields):
    stored = uploads.store(io.BytesIO(content))
    return Blob.objects.create(sha256=stored.sha256, size=stored.size, media_type="application/pdf", extension=extension, stored_at=moment(9, 1), **fields)


def attach(application, title, content, **fields):
    return Evidence.objects.create(
        response=application.responses.in_order().first(), kind="file", title=title, blob=keep(content, **fields), added_at=moment(9, 18), added_by=application.started_by,
    )


@pytest.fixture
def filled(campaign, jing, officer, lead):
    """Two scored townships with a locked list, a notice with an objection, files with difficult names, a page that was looked at."""
    units = [make_scored("榔桥镇", campaign, 92, parent=jing), make_scored("=章渡/镇", campaign, 84, parent=jing)]
    for slot, application in enumerate(units, 1):
        make_place(application, slot, by=officer)
    attach(units[0], "会议纪要.pdf", "第一次会议".encode())
    attach(units[0], 'CON: "图"?*.pdf', "第二次会议".encode())
    attach(units[1], "带毒.pdf", b"evil", scan_state="infected", scan_tried_at=moment(9, 19))
    Evidence.objects.filter(title="会议纪要.pdf").update(removed_at=moment(9, 20), removed_by=officer)
    text = "政务公开专栏的文字"
    snapshot = LinkSnapshot.objects.create(sha256=hashlib.sha256(text.encode()).hexdigest(), text=text, stored_at=moment(9, 19))
    LinkCheck.objects.create(evidence=Evidence.objects.links().first(), checked_at=moment(9, 19), outcome="ok", is_latest=True, snapshot=snapshot)
    results.lock_list(units[0].track, "合格的只有两个", by=officer, at=moment(11, 1))
    make_objection(make_notice(units, title="拟命名名单的公示（第一批）").entries.first(), facts="=HYPERLINK(\"x\")")
    return units


@pytest.fixture
def archive(filled, campaign, tmp_path):
    """The archive, unpacked."""
    target = io.BytesIO()
    campaign_archive.write(campaign, target, at=moment(12, 1, 10))
    with zipfile.ZipFile(target) as content:
        content.extractall(tmp_path)
    return tmp_path


def table(archive, name):
    with (archive / f"数据/{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def checked(folder):
    return subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})


def test_sha256sum_finds_every_file_whole(archive):
    result = checked(archive)

    assert result.returncode == 0, result.stdout + result.stderr
    here = {str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {line.removesuffix(": OK") for line in result.stdout.splitlines()} == here
    assert len(here) > 70


def test_one_flipped_bit_is_refused(archive):
    victim = next(archive.glob("申报/*/*/证明材料/*/*.pdf"))
    content = bytearray(victim.read_bytes())
    content[3] ^= 1
    victim.write_bytes(content)

    result = checked(archive)

    assert result.returncode == 1
    assert f"{victim.relative_to(archive)}: FAILED" in result.stdout
    assert "1 computed checksum did NOT match" in result.stderr


def test_every_list_of_the_database_is_there_row_by_row(archive, campaign):
    for model, name in campaign_archive.table_names().items():
        assert len(table(archive, name)) == model._base_manager.count(), name
    assert len(table(archive, "单位")) >= 4
    assert {row["单位"] for row in table(archive, "人员")} >= {"市政务公开办", ""}
    assert table(archive, "活动")[0]["代码"] == campaign.code


def test_every_model_has_its_list_or_is_said_to_have_none():
    without = {model._meta.label for model in our_models()} - {model._meta.label for model in campaign_archive.lists()}

    assert without == OF_NO_CAMPAIGN | {model._meta.label for model in campaign_archive.NO_RECORDS}


def test_a_table_reads_as_the_screen_does(archive, filled):
    first, second = table(archive, "申报")

    assert (first["申报单位"], first["状态"], first["编号"]) == ("榔桥镇", "已受理", str(filled[0].pk))
    assert second["申报单位（编号）"] == str(filled[1].organization_id)
    assert datetime.fromisoformat(first["报送时间"]) == filled[0].submitted_at
    # What a spreadsheet would calculate is kept as text.
    assert second["申报单位"] == "'=章渡/镇"
    assert table(archive, "异议")[0]["事实和理由"] == "'=HYPERLINK(\"x\")"


def test_a_version_is_kept_as_it_was_hashed(campaign, taohuatan, clerk, in_time):
    application = make_application(taohuatan, campaign, done=True, by=clerk)
    version = filing.submit(application, by=clerk, at=in_time, received_at=in_time)
    target = io.BytesIO()

    campaign_archive.write(campaign, target, at=moment(12, 1))

    with zipfile.ZipFile(target) as content:
        (name,) = [name for name in content.namelist() if version.receipt in name and name.endswith(".json")]
        assert hashlib.sha256(content.read(name)).hexdigest() == version.sha256
        text = content.read(name.replace(".json", ".txt")).decode()
    assert name.startswith(f"申报/乡镇（街道）示范点/{application.pk} 桃花潭镇/报送版本/第1版")
    assert "1.1 机构健全" in text
    assert "自评：达到" in text
    assert "已按要求完成。" in text
    assert "https://www.example.gov.cn/zwgk/1.html" in text


def test_the_record_of_each_visit_that_began_is_there_as_a_paper(archive, filled):
    found = {path.parent.name: path.read_bytes() for path in archive.glob("申报/*/*/检查验收记录表.pdf")}

    assert sorted(found) == [f"{filled[0].pk} 榔桥镇", f"{filled[1].pk} =章渡_镇"]
    words = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(found[f"{filled[0].pk} 榔桥镇"]))
    assert filled[0].visit.findings_sha256[:10] in words
    assert "榔桥镇" in words


def test_a_visit_nobody_has_gone_to_has_no_record(filled, campaign):
    Visit.objects.filter(application=filled[1]).update(started_at=None, started_by=None, locked_at=None, locked_by=None, findings_sha256="")
    target = io.BytesIO()

    campaign_archive.write(campaign, target, at=moment(12, 1))

    with zipfile.ZipFile(target) as content:
        assert len([name for name in content.namelist() if name.endswith("检查验收记录表.pdf")]) == 1


def test_files_lie_with_their_unit_and_item_and_the_infected_one_stays_out(archive, filled):
    contents = {path.name: path.read_bytes().decode() for path in archive.glob("申报/*/*/证明材料/1.1/*")}

    assert sorted(contents.values()) == ["第一次会议", "第二次会议"]
    assert {name.partition(" ")[2] for name in contents} == {"会议纪要.pdf", "CON_ _图___.pdf"}
    with (archive / "未收入的文件.csv").open(encoding="utf-8-sig", newline="") as file:
        (missing,) = csv.DictReader(file)
    assert (missing["材料"], missing["原因"]) == ("带毒.pdf", "查出病毒，没有收入")
    assert missing["文件的SHA-256"] == Evidence.objects.get(title="带毒.pdf").blob_id


def test_a_file_the_store_has_lost_is_named_and_stops_nothing(filled, campaign):
    lost = attach(filled[0], "丢失.pdf", b"lost").blob_id
    storages["evidence"].delete(uploads.key_of(lost))
    target = io.BytesIO()

    campaign_archive.write(campaign, target, at=moment(12, 1))

    with zipfile.ZipFile(target) as content:
        assert f"丢失.pdf,{lost},存储里没有这个文件" in content.read("未收入的文件.csv").decode()


def test_the_words_of_a_page_are_there_under_their_sum(archive):
    (page,) = archive.glob("网页快照/*.txt")

    assert page.read_text() == "政务公开专栏的文字"
    assert hashlib.sha256(page.read_bytes()).hexdigest() == page.stem == table(archive, "网页检查")[0]["快照"]


def test_the_frozen_list_is_the_one_that_was_locked(archive, filled):
    frozen = filled[0].track.selection_list.frozen.get()
    (content,) = archive.glob("名单/*.json")

    assert hashlib.sha256(content.read_bytes()).hexdigest() == frozen.sha256
    with content.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["名次"], row["总分"], row["入选"]) for row in csv.DictReader(file)] == [("1", "92.00", "是"), ("2", "84.00", "是")]


def test_the_notice_can_be_read(archive):
    (notice,) = archive.glob("公示/*.txt")

    assert notice.name == "第1号 拟命名名单的公示（第一批）.txt"
    assert "乡镇（街道）示范点：榔桥镇" in notice.read_text()


def test_the_audit_chain_can_be_followed_though_other_campaigns_stay_closed(filled, campaign, officer):
    other = make_campaign("xuancheng-2022", 2022)
    audit.record("campaigns.publish", other, by=officer, at=moment(11, 20, year=2022), campaign=other, secret="别的活动")
    audit.record("campaigns.publish", campaign, by=officer, at=moment(11, 21), campaign=campaign)
    target = io.BytesIO()
    campaign_archive.write(campaign, target, at=moment(12, 1))
    with zipfile.ZipFile(target) as content:
        text, readme = content.read("审计/审计链.jsonl").decode(), content.read("说明.txt").decode()

    previous, closed = "", 0
    for number, line in enumerate(map(json.loads, text.splitlines()), 1):
        assert (line["number"], line["previous_hash"]) == (number, previous)
        if "action" in line:
            facts = {name: line[name] for name in audit.FIELDS}
            assert digest(facts | {"at": parse_datetime(line["at"]).timestamp(), "previous": line["previous_hash"]}) == line["hash"]
        else:
            closed += 1
        previous = line["hash"]
    assert (number, closed) == (AuditEvent.objects.count(), 1)
    assert "别的活动" not in text
    assert f"到第 {number} 条为止；最后一条的 hash 是 {previous}" in readme


def test_another_campaigns_rows_and_files_stay_out(filled, campaign, jing):
    other = make_campaign("xuancheng-2022", 2022)
    make_standard(other)
    stranger = make_application(make_organization("邻年镇", parent=jing), other, status=Application.Status.SUBMITTED)
    attach(stranger, "邻年的材料.pdf", "邻年".encode())
    target = io.BytesIO()

    campaign_archive.write(campaign, target, at=moment(12, 1))

    with zipfile.ZipFile(target) as content:
        assert not [name for name in content.namelist() if "邻年" in name]
        assert "邻年的材料" not in content.read("数据/证明材料.csv").decode()
        assert other.code not in content.read("数据/活动.csv").decode()


def test_no_personal_secret_of_the_portal_is_in_it(archive, officer):
    text = b"".join(path.read_bytes() for path in (archive / "数据").iterdir()).decode()

    assert officer.name in text
    assert "pbkdf2" not in text
    assert officer.password not in text


def test_names_can_be_unpacked_on_windows(archive):
    for path in archive.rglob("*"):
        name = path.relative_to(archive)
        assert not FORBIDDEN & set(str(name)), name
        assert len(str(name)) <= 180
        assert not str(name).endswith((".", " "))
    assert len({str(path).casefold() for path in archive.rglob("*")}) == len(list(archive.rglob("*")))


def test_memory_holds_one_piece_of_a_file_at_a_time(filled, campaign, monkeypatch):
    """The pieces of a file are asked for one by one, and the next file is opened when the one before is closed."""
    monkeypatch.setattr(campaign_archive, "PIECE", 4)
    opened = []
    original = uploads.open_blob

    def opening(sha256):
        assert all(file.closed for file in opened)
        opened.append(original(sha256))
        return opened[-1]

    monkeypatch.setattr(uploads, "open_blob", opening)

    campaign_archive.write(campaign, io.BytesIO(), at=moment(12, 1))

    assert len(opened) == 2


def test_queries_do_not_grow_with_rows(filled, campaign, jing, monkeypatch, django_assert_max_num_queries, django_assert_num_queries):
    """But for the record of a visit, a paper of its own that asks for what it needs."""
    monkeypatch.setattr(papers, "record_pdf", lambda visit, at: b"%PDF")
    with django_assert_max_num_queries(200) as first:
        campaign_archive.write(campaign, io.BytesIO(), at=moment(12, 1))
    for number in range(3):
        make_scored(f"{number}镇", campaign, 90, parent=jing)

    with django_assert_num_queries(len(first)):
        campaign_archive.write(campaign, io.BytesIO(), at=moment(12, 1))


# Asking for it


def test_the_office_asks_and_fetches_it_later(client, filled, campaign, officer, django_capture_on_commit_callbacks, tmp_path):
    client.force_login(officer)

    with django_capture_on_commit_callbacks(execute=True):
        begun = client.post(reverse("archive"))

    job = Job.objects.get()
    assert begun.url == job.get_absolute_url()
    assert (job.state, job.done) == (Job.State.DONE, job.total)
    assert job.filename.startswith(f"{campaign.title}归档 ")
    content = b"".join(client.get(reverse("accounts:download", args=[job.pk])).streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as unpacked:
        unpacked.extractall(tmp_path)
    assert checked(tmp_path).returncode == 0
    assert AuditEvent.objects.filter(action="accounts.export", campaign_code="").latest("number").detail["kind"] == "xuancheng_portal.archive"
    assert "去下载" in client.get(reverse("archive")).content.decode()


def test_who_asks_again_while_it_is_made_is_led_to_it(client, campaign, officer):
    client.force_login(officer)
    first = client.post(reverse("archive"))

    second = client.post(reverse("archive"))

    assert first.url == second.url
    assert Job.objects.count() == 1


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "auditor", "nobody"])
def test_others_are_refused(client, campaign, request, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("archive")).status_code == 403
    assert client.post(reverse("archive")).status_code == 403
    assert not Job.objects.exists()


def test_whoever_has_left_the_office_gets_none(campaign, administrator):
    job = Job.objects.create(owner=administrator, kind="xuancheng_portal.archive", title="归档", parameters={"campaign": campaign.pk}, created_at=timezone.now())

    with pytest.raises(PermissionError):
        campaign_archive.archive_job(job, lambda done, of: None)


def test_the_command_writes_the_file_and_leaves_its_entry(filled, campaign, tmp_path, capsys):
    path = tmp_path / "2021.zip"

    call_command("archive_campaign", "2021", str(path))

    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as content:
        assert content.testzip() is None
        assert content.namelist()[-1] == "SHA256SUMS"
        assert "accounts.export" in content.read("审计/审计链.jsonl").decode()
    assert "已归档到" in capsys.readouterr().out
    assert AuditEvent.objects.latest("number").target_label == str(campaign)


def test_the_command_wants_one_campaign(campaign, tmp_path):
    with pytest.raises(CommandError, match="没有 2035 年的活动"):
        call_command("archive_campaign", "2035", str(tmp_path / "x.zip"))
    other = Campaign.objects.create(code="other-2021", year=2021, city="另一市", title="另一活动")
    with pytest.raises(CommandError, match="other-2021"):
        call_command("archive_campaign", "2021", str(tmp_path / "x.zip"))
    assert not list(tmp_path.iterdir())

    call_command("archive_campaign", other.code, str(tmp_path / "y.zip"))

    assert [path.name for path in tmp_path.iterdir()] == ["y.zip"]


def test_a_folder_that_is_not_there_is_said(campaign, tmp_path):
    with pytest.raises(CommandError, match="没有写成"):
        call_command("archive_campaign", "2021", str(tmp_path / "none" / "x.zip"))


def test_what_breaks_in_the_middle_leaves_no_half_file(filled, campaign, tmp_path, monkeypatch):
    monkeypatch.setattr(campaign_archive, "version_text", lambda version: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        campaign_archive.write_file(campaign, tmp_path / "x.zip", at=moment(12, 1))

    assert list(tmp_path.iterdir()) == []
