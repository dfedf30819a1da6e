"""The form on paper: the same words as PDF and Word, text that stays text, a checksum on every page, and the stamped scan."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx import Document
from PIL import Image

from accounts.models import AuditEvent, Job
from applications import actions, papers, parsing, rules, snapshots, uploads
from applications.models import Blob, Evidence, FormTemplate, SignedForm, Submission
from applications.papers.sample import sample
from applications.papers.text import blocks, clean
from applications.tests.factories import make_application, make_link
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
HOSTILE = (
    '{{7*7}} {% for x in y %} <w:p/> <script>alert(1)</script> file:///etc/passwd #read("/etc/passwd") #import "@preview/x:1.0.0" $x^2$ @a *b* _c_ `d` '
    "\x00\x0b\x1b\x7f\ud800\udfff\ufffe\u202e\u2066 \\u{41} =1+1 & &amp; 结束"
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def application(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, done=True, by=clerk)


def jpeg(size=(60, 90), exif=None):
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "JPEG", **({"exif": exif} if exif else {}))
    return file.getvalue()


def add_photo(response, by, number=0, size=(60, 90)):
    return actions.attach_file(response, SimpleUploadedFile("a.jpg", jpeg((size[0] + number, size[1]))), f"公示栏{number}.jpg", by=by, at=NOW)


def pdf_pages(data):
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded().replace("\u200b", "") for page in document]


def one_line(text):
    return "".join(text.split())


def docx_text(data):
    document = Document(io.BytesIO(data))
    return "\n".join(element.text or "" for element in document.element.body.iter() if element.tag.endswith("}t"))


def made(application, kind, submission=None):
    found = papers.found_for(application, submission, at=NOW)
    return papers.make(found, kind)


def print_form(client, application, **fields):
    return client.post(reverse("applications:print_form", args=[application.pk]), fields)


# What it says


def test_both_papers_say_the_same_and_every_page_of_the_pdf_can_be_matched(application, clerk):
    response = application.responses.in_order().first()
    for number in range(5):
        add_photo(response, clerk, number)
    checksum = rules.current_checksum(application)

    pages = pdf_pages(made(application, "pdf"))
    text = docx_text(made(application, "docx"))

    for words in ("桃花潭镇", "1.1", "机构健全", "自评结论：达到", "已按要求完成。", "公示栏4.jpg", "https://www.example.gov.cn/zwgk/1.html", "未检查", "草稿，尚未提交"):
        assert words in one_line("".join(pages)), words
        assert words in one_line(text + "草稿，尚未提交"), words
    for number, page in enumerate(pages, 1):
        assert f"2021-{application.pk:04}-1" in page
        assert checksum in page
        assert f"第{number}页共{len(pages)}页" in one_line(page)
        assert "打印时间2021-09-2710:32" in one_line(page)
    assert sum("附件一" in page and "公示栏" in page for page in pages[1:]) >= 2  # five photos, four to a page


def test_the_word_form_carries_number_checksum_and_draft_mark_on_every_page(application):
    with zipfile.ZipFile(io.BytesIO(made(application, "docx"))) as archive:
        edges = "".join(archive.read(name).decode() for name in archive.namelist() if re.match("word/(header|footer)", name))

    assert rules.current_checksum(application) in edges
    assert f"2021-{application.pk:04}-1" in edges
    assert "草稿，尚未提交" in edges
    assert "NUMPAGES" in edges


def test_a_number_printed_before_is_the_number_of_the_submission(application, clerk):
    before = papers.found_for(application, None, at=NOW)

    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    after = papers.found_for(application, submission, at=NOW)
    assert (before["receipt"], before["checksum"]) == (submission.receipt, after["checksum"]) == (after["receipt"], submission.sha256[:10].upper())
    assert (before["draft"], after["draft"]) == ("草稿，尚未提交", "")


def test_a_version_stays_as_it_was_submitted(application, clerk):
    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    response = application.responses.in_order().first()
    response.narrative = "后来改的。"
    response.save()

    text = "".join(pdf_pages(made(application, "pdf", submission)))

    assert "已按要求完成。" in text
    assert "后来改的。" not in text


def test_check_results_are_shown_where_they_are_known_and_change_no_checksum(application):
    snapshot = snapshots.freeze(application)
    checked = json.loads(json.dumps(snapshot))
    checked["items"][0]["evidence"][0] |= {"check": "可访问", "checked_at": "2021-09-26T02:00:00+08:00"}
    submission = Submission(application=application, number=1, receipt="2021-0001-1", received_at=NOW, snapshot=checked, sha256="")

    found = papers.found_for(application, submission, at=NOW)

    assert (found["links"][0]["check"], found["links"][0]["checked_at"]) == ("可访问", "2021-09-26 02:00")
    assert found["links"][1]["check"] == "未检查"
    assert snapshots.checksum(checked) == snapshots.checksum(snapshot)


@pytest.mark.parametrize(
    "change",
    [{"narrative": "另一句。"}, {"verdict": "partly"}, {"score": "1"}, {"evidence": []}],
)
def test_any_change_of_what_is_claimed_changes_the_checksum(application, change):
    snapshot = snapshots.freeze(application)
    changed = snapshot | {"items": [snapshot["items"][0] | change, *snapshot["items"][1:]]}

    assert snapshots.checksum(changed) != snapshots.checksum(snapshot)


# Text stays text (S-19)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_hostile_words_come_out_as_words(application, kind, monkeypatch):
    monkeypatch.setattr("applications.snapshots.checksum", lambda snapshot: "0123456789")  # no digest takes half a character
    snapshot = snapshots.freeze(application)
    snapshot["items"][0] |= {"narrative": HOSTILE + "\n" + "a" * 3000, "title": HOSTILE}
    snapshot["items"][0]["evidence"][0] |= {"title": HOSTILE, "url": "https://example.gov.cn/?q=" + "%22" * 300}
    submission = Submission(application=application, number=1, receipt="2021-0001-1", received_at=NOW, snapshot=snapshot, sha256="")

    data = made(application, kind, submission)

    text = one_line("".join(pdf_pages(data)) if kind == "pdf" else docx_text(data))
    for words in ("{{7*7}}", "{%forxiny%}", "<script>alert(1)</script>", "file:///etc/passwd", '#read("/etc/passwd")', "$x^2$", "*b*", "=1+1", "&amp;", "结束"):
        assert words in text, words
    assert "root:" not in text
    assert not set(text) & set("\x00\x0b\x1b\x7f\ufffe\u202e\u2066")


def test_clean_keeps_what_can_be_read():
    assert clean("一\r\n二\r三\u2028四\t五\x00\ud83d六") == "一\n二\n三\n四\t五六"


def test_pasted_tables_are_tables_and_the_rest_paragraphs():
    found = blocks("前言\n事项\t数量\n会议\t2\n\n| 甲 | 乙 |\n|---|---|\n| 丙 |  丁 | 戊 |\n后语")

    assert found == [
        {"text": "前言"}, {"rows": [["事项", "数量"], ["会议", "2"]]}, {"rows": [["甲", "乙", ""], ["丙", "丁", "戊"]]}, {"text": "后语"},
    ]


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_photo_that_cannot_be_shown_keeps_its_name(application, clerk, kind):
    blob = Blob.objects.create(sha256="ab" * 32, size=9, media_type="image/jpeg", extension="jpg", stored_at=NOW)
    response = application.responses.in_order().first()
    Evidence.objects.create(response=response, kind="photo", title="丢失的照片.jpg", blob=blob, added_at=NOW, added_by=clerk)

    data = made(application, kind)

    text = one_line("".join(pdf_pages(data)) if kind == "pdf" else docx_text(data))
    assert "丢失的照片.jpg" in text
    assert "无法显示" in text


def test_photos_are_upright_and_carry_no_metadata(application, clerk):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET-PLACE"
    response = application.responses.in_order().first()
    actions.attach_file(response, SimpleUploadedFile("a.jpg", jpeg((90, 60), exif)), "照片.jpg", by=clerk, at=NOW)

    found = papers.found_for(application, None, at=NOW)
    drawn = papers.pictures(found)

    assert Image.open(io.BytesIO(drawn["photo-1.jpg"])).size == (60, 90)
    assert b"SECRET-PLACE" not in drawn["photo-1.jpg"]
    assert found["photos"][0]["size"] == (0, 80)


# Handing out


def test_a_short_form_comes_at_once_and_leaves_its_trace(client, clerk, application):
    client.force_login(clerk)

    answer = print_form(client, application, kind="pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "private, no-store"
    event = AuditEvent.objects.get(action="applications.print_form")
    assert event.detail["checksum"] == rules.current_checksum(application)


def test_a_long_one_is_made_by_a_worker_and_fetched_later(client, clerk, application, django_capture_on_commit_callbacks):
    response = application.responses.in_order().first()
    for number in range(papers.QUICK_PHOTOS + 1):
        add_photo(response, clerk, number)
    client.force_login(clerk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = print_form(client, application, kind="docx")

    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 5, 5)
    assert job.filename.startswith("桃花潭镇")
    assert job.filename.endswith(".docx")
    content = b"".join(client.get(reverse("accounts:download", args=[job.pk])).streaming_content)
    assert "公示栏4.jpg" in docx_text(content)


@pytest.mark.parametrize(("photos", "links", "characters", "quick"), [
    (4, 100, 39_000, True), (5, 0, 0, False), (0, 101, 0, False), (0, 0, 40_001, False),
])
def test_what_takes_long_goes_to_the_worker(photos, links, characters, quick):
    found = {"photos": [{}] * photos, "links": [{}] * links, "items": [{"narrative": [{"text": "长" * characters}]}]}

    assert papers.is_quick(found) == quick


def test_the_form_of_a_version_is_asked_for_by_its_number(client, officer, application, clerk):
    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    client.force_login(officer)

    answer = print_form(client, application, kind="pdf", number=1)

    assert submission.receipt in pdf_pages(answer.content)[0]
    assert "尚未提交" not in one_line(pdf_pages(answer.content)[0])
    assert print_form(client, application, kind="pdf", number=2).status_code == 404


@pytest.mark.parametrize("person", ["other_clerk", "other_county_clerk", "inspector", "nobody"])
def test_a_stranger_prints_nothing(client, request, person, application):
    client.force_login(request.getfixturevalue(person))

    assert print_form(client, application, kind="pdf").status_code == 404


# The stamped scan


def scan_file(name="盖章.pdf"):
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(file, "PDF")
    return SimpleUploadedFile(name, file.getvalue())


def add_scan(application, checksum, by, at=NOW, file=None):
    file = file or scan_file()
    return actions.add_signed_form(application, file, file.name, checksum, by=by, at=at)


def test_a_scan_is_uploaded_with_the_checksum_typed_off_the_paper(client, clerk, application):
    checksum = rules.current_checksum(application)
    client.force_login(clerk)

    answer = client.post(
        reverse("applications:add_signed_form", args=[application.pk]),
        {"signed-file": scan_file(), "signed-checksum": f" {checksum[:5].lower()} {checksum[5:]}"}, follow=True,
    )

    scan = SignedForm.objects.get()
    html = answer.content.decode()
    assert (scan.checksum, scan.uploaded_by, scan.uploaded_at, scan.submission) == (checksum, clerk, NOW, None)
    assert "校验码与内容相符" in html
    assert "盖章件相符" in html
    with uploads.open_blob(scan.blob_id) as stored:
        assert stored.read(4) == b"%PDF"


@pytest.mark.parametrize("checksum", ["", "12345", "ZZZZZZZZZZ", "0123456789A"])
def test_what_cannot_be_a_checksum_is_refused_with_what_to_do(application, clerk, checksum):
    with pytest.raises(NotAllowed, match="请照抄申报表每页页脚上的校验码"):
        add_scan(application, checksum, clerk)

    assert not SignedForm.objects.exists()


def test_a_scan_is_a_pdf_or_a_photo(application, clerk):
    with pytest.raises(NotAllowed, match="请用 PDF 或照片"):
        add_scan(application, "0" * 10, clerk, file=SimpleUploadedFile("盖章.docx", b"PK"))
    with pytest.raises(uploads.Refused):
        add_scan(application, "0" * 10, clerk, file=SimpleUploadedFile("盖章.pdf", b"not a pdf"))


def test_where_the_scan_is_required_nothing_is_submitted_without_it(campaign, application, clerk):
    campaign.signed_form_required = True
    campaign.save()
    application.refresh_from_db()
    response = application.responses.in_order().first()
    assert [str(problem) for problem in rules.submission_problems(application, NOW)] == ["还没有上传盖章的申报表扫描件，请打印、盖章、扫描后上传"]

    add_scan(application, rules.current_checksum(application), clerk)
    assert rules.submission_problems(application, NOW) == []

    actions.save_response(response, base_version=1, verdict="met", score=response.maximum, narrative="打印以后又改了。", by=clerk, at=NOW)
    [problem] = rules.submission_problems(application, NOW)
    assert "内容在打印后又有修改，请重新打印盖章" in str(problem)
    assert problem.url == f"/applications/{application.pk}/submit/#paper"
    with pytest.raises(NotAllowed, match="内容在打印后又有修改"):
        actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    add_scan(application, rules.current_checksum(application), clerk, NOW + timedelta(minutes=1))
    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    assert submission.scan.matches
    assert submission.signed_sha256 == submission.scan.blob_id


def test_where_it_is_not_required_one_that_does_not_match_goes_along_and_is_told(client, application, clerk, county_clerk, officer):
    add_scan(application, "0123456789", clerk)
    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    assert not submission.scan.matches
    for person, address in [(county_clerk, "applications:county_check"), (officer, "applications:receipt")]:
        client.force_login(person)
        args = [application.pk] if address.endswith("check") else [application.pk, 1]
        html = client.get(reverse(address, args=args)).content.decode()
        assert "盖章件不符" in html
        assert "0123456789" in html


def test_a_scan_that_came_after_submission_belongs_to_that_version(client, application, clerk, officer):
    submission = actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    application.refresh_from_db()
    client.force_login(clerk)
    assert "上传盖章扫描件" in client.get(submission.get_absolute_url()).content.decode()

    scan = add_scan(application, submission.checksum, clerk, NOW + timedelta(hours=1))

    assert (scan.submission, submission.scan, submission.scan.matches) == (submission, scan, True)
    submission.refresh_from_db()
    assert submission.signed_sha256 == ""
    client.force_login(officer)
    assert "盖章件相符" in client.get(submission.get_absolute_url()).content.decode()


def test_an_unchanged_text_sent_again_keeps_its_scan(campaign, application, clerk, county_clerk):
    campaign.signed_form_required = True
    campaign.save()
    add_scan(application, rules.current_checksum(application), clerk)
    first = actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    actions.take_back(application, by=clerk, at=NOW)

    second = actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    assert (first.scan.matches, second.scan.matches) == (True, True)
    assert first.scan.pk != second.scan.pk
    assert first.signed_sha256 == second.signed_sha256


def test_the_matching_scan_counts_whatever_else_was_uploaded_after_it(application, clerk):
    right = add_scan(application, rules.current_checksum(application), clerk)
    add_scan(application, "0123456789", clerk, NOW + timedelta(minutes=5), file=scan_file("错的.pdf"))

    submission = actions.submit(application, by=clerk, at=NOW + timedelta(minutes=6), received_at=NOW)

    assert submission.scan.pk == right.pk
    assert submission.signed_forms.count() == 2


@pytest.mark.parametrize(("fields", "sentence"), [({"status": "declined"}, "不能再上传盖章扫描件"), ({"status": "accepted", "sealed_at": NOW}, "材料已封存")])
def test_no_scan_comes_after_the_end(campaign, taohuatan, clerk, fields, sentence):
    application = make_application(taohuatan, campaign, by=clerk, **fields)

    with pytest.raises(NotAllowed, match=sentence):
        add_scan(application, "0" * 10, clerk)


def test_a_scan_never_changes_and_never_goes(application, clerk):
    scan = add_scan(application, "0123456789", clerk)

    with pytest.raises(IntegrityError), transaction.atomic():
        SignedForm.objects.filter(pk=scan.pk).update(checksum="ABCDEF0123")
    with pytest.raises(IntegrityError), transaction.atomic():
        SignedForm.objects.filter(pk=scan.pk).delete()


def test_the_scan_is_fetched_by_those_who_may_read_the_application(client, application, clerk, county_clerk, officer, other_clerk, nobody):
    scan = add_scan(application, "0123456789", clerk)

    for person, status in [(clerk, 200), (county_clerk, 200), (officer, 200), (other_clerk, 404), (nobody, 404)]:
        client.force_login(person)
        answer = client.get(reverse("applications:signed_form", args=[scan.pk]))
        assert answer.status_code == status, person
        if status == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="applications.download_signed_form").count() == 3


def test_only_the_unit_uploads_its_scan(client, application, county_clerk, officer):
    for person in (county_clerk, officer):
        client.force_login(person)
        assert client.post(reverse("applications:add_signed_form", args=[application.pk]), {"signed-file": scan_file()}).status_code == 403
    assert not SignedForm.objects.exists()


def test_the_office_sees_the_match_beside_the_material(client, application, clerk, county_clerk, officer):
    add_scan(application, rules.current_checksum(application), clerk)
    actions.submit(application, by=clerk, at=NOW, received_at=NOW)
    actions.recommend(application, by=county_clerk, at=NOW)
    client.force_login(officer)

    assert "盖章件相符" in client.get(reverse("inspections:review", args=[application.pk])).content.decode()


# The office's template


def template_with(*lines, footer="{{ 回执编号 }} {{ 校验码 }}"):
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.sections[0].footer.paragraphs[0].text = footer
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def upload_template(client, content, name="模板.docx"):
    return client.post(reverse("applications:form_template"), {"file": SimpleUploadedFile(name, content)})


def test_the_office_brings_its_own_template_and_gives_it_up_again(client, officer, clerk, application):
    client.force_login(officer)

    upload_template(client, template_with("{{ 申报单位 }}的报告", "{%p for 项 in 指标 %}", "{{ 项.编号 }}：{% for 段 in 项.说明 %}{{ 段.文字 }}{% endfor %}", "{%p endfor %}"))

    assert FormTemplate.objects.get().title == "模板.docx"
    text = docx_text(print_form(client, application, kind="docx").content)
    assert "泾县桃花潭镇人民政府的报告" in text or "桃花潭镇的报告" in text
    assert "1.1：已按要求完成。" in text
    assert client.get(reverse("applications:form_template_file")).content == papers.template_of(application.campaign)
    client.post(reverse("applications:form_template"), {"remove": "1"})
    assert FormTemplate.objects.get().removed_by == officer
    assert "一、逐项填报" in docx_text(print_form(client, application, kind="docx").content)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["{{ 不认识的名字 }}"], "认不出的名字“不认识的名字”"),
        (["{%p for 项 in 指标 %}", "{{ 项.没有 }}", "{%p endfor %}"], "认不出的名字“没有”"),
        (["{%p for 项 in 指标 %}", "没有结束"], "标记不完整"),
        (["{{ ''.__class__.__mro__ }}"], "不允许的写法|认不出的名字"),
        (["{{ 申报单位.__init__.__globals__ }}"], "不允许的写法|认不出的名字"),
        (["{{ 照片[1].图._draw }}"], "不允许的写法|认不出的名字"),
        (["{% set x = namespace() %}"], "认不出的名字|标记不完整"),
        (["{% include '/etc/passwd' %}"], "标记不完整"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(client, officer, campaign, lines, sentence):
    client.force_login(officer)

    answer = upload_template(client, template_with(*lines))

    assert answer.status_code == 422
    assert re.search(sentence, answer.content.decode()), answer.content.decode()[:50]
    assert not FormTemplate.objects.exists()


def test_a_template_that_never_ends_is_stopped(client, officer, campaign, monkeypatch):
    run = parsing.run
    monkeypatch.setattr(parsing, "run", lambda job, extension, file: run(job, extension, file, seconds=3))
    endless = "{% for a in 10**9 * '长' %}{% endfor %}"

    with pytest.raises(papers.BadTemplate, match="太复杂"):
        papers.try_template(template_with(endless))


def test_a_template_without_the_checksum_in_its_footer_is_refused(client, officer, campaign):
    client.force_login(officer)

    assert "盖章件就无法核对" in upload_template(client, template_with("{{ 申报单位 }}", footer="第 1 页")).content.decode()


def test_a_template_that_points_elsewhere_is_refused():
    document = Document(io.BytesIO(template_with("{{ 申报单位 }}")))
    document.part.relate_to("http://example.com/t.dotm", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate", is_external=True)
    file = io.BytesIO()
    document.save(file)

    with pytest.raises(papers.BadTemplate, match="引用了别处"):
        papers.try_template(file.getvalue())


def test_a_template_is_a_docx(client, officer, campaign):
    client.force_login(officer)

    assert "另存为 .docx" in upload_template(client, b"%PDF", "模板.pdf").content.decode()


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "administrator", "auditor", "inspector", "nobody"])
def test_others_do_not_touch_the_template(client, request, campaign, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("applications:form_template")).status_code == 403
    assert upload_template(client, papers.default_template()).status_code == 403
    assert client.get(reverse("applications:form_template_file")).status_code == 403


def test_the_built_in_template_passes_its_own_trial():
    papers.try_template(papers.default_template())


def test_a_unit_is_told_when_the_template_fails(client, clerk, application, monkeypatch):
    def broken(*args):
        raise papers.BadTemplate("模板坏了。")

    monkeypatch.setattr(papers, "word", broken)
    client.force_login(clerk)

    answer = client.post(reverse("applications:print_form", args=[application.pk]), {"kind": "docx"}, follow=True)

    assert "模板坏了。请改用 PDF" in answer.content.decode()


def test_word_leaves_nothing_behind(application, settings, tmp_path):
    settings.UPLOADING = tmp_path

    papers.word(*sample())

    assert list(tmp_path.iterdir()) == []


def test_links_without_http_get_no_code(application):
    make_link(application.responses.in_order().first(), url="https://a.gov.cn/2.html")
    found = papers.found_for(application, None, at=NOW)
    found["links"][0]["url"] = "javascript:alert(1)"

    drawn = papers.pictures(found)

    assert found["links"][0]["code"] == ""
    assert set(drawn) == {link["code"] for link in found["links"][1:]}
