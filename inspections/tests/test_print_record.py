"""检查验收记录表: the same words as PDF and Word, filled in or blank, and nothing on it that its reader may not see."""

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from accounts.models import AuditEvent, Job, Role
from accounts.tests.factories import make_user
from applications import uploads
from campaigns.tests.factories import moment
from inspections import actions, jobs, papers
from inspections.models import AgreedScore, Score
from inspections.rules.paper import signatures_of
from inspections.tests.factories import make_accepted, make_findings, make_group, make_item, make_picture, make_visit

AT = moment(10, 20, 12)
HOSTILE = '{{7*7}} <w:p/> #read("/etc/passwd") $x$ @a *b* \x0b\x0b\u202e =1+1 & 结束'


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def visit(taohuatan, clerk, campaign, inspector, second_inspector):
    return make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector))


@pytest.fixture
def found_visit(visit):
    """Recorded and agreed, two points lost on the first item."""
    return make_findings(visit, lost=2)


def sign_and_lock(visit):
    for member in visit.group.members.all():
        actions.sign_visit(visit, member.user, by=member.user, at=AT)
    return actions.lock_visit(visit, by=visit.group.members.get(is_leader=True).user, at=AT)


def made(visit, kind, **options):
    return papers.make(papers.found_for(visit, at=AT, **options), kind)


def one_line(text):
    return "".join(text.replace("\u200b", "").split())


def pdf_pages(data):
    return [one_line(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(data)]


def docx_text(data):
    """Everything on the paper, its edges included."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if re.match(r"word/(document|header\d*|footer\d*)\.xml", name)]
    return one_line("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", "".join(parts))))


def add_photos(visit, count, by):
    item = make_item(visit.application, "1.1")
    for number in range(count):
        taken = uploads.take(SimpleUploadedFile("a.jpg", make_picture("teal", (60 + number, 90))))
        actions.add_photo(visit, item, taken, device_at=moment(10, 20, 9, number), by=by, at=moment(10, 20, 10, 30) + timedelta(seconds=number))


def print_record(client, visit, **fields):
    return client.post(reverse("inspections:print_record", args=[visit.pk]), fields)


# What it says


def test_both_papers_say_everything_that_was_found(found_visit):
    visit = sign_and_lock(found_visit)

    for text in ("".join(pdf_pages(made(visit, "pdf"))), docx_text(made(visit, "docx"))):
        for words in (
            "检查验收记录表", "桃花潭镇（泾县）", "第1组：胡小验（市教体局，组长）、许小收（旌德县）", "2021-10-20", "胡小验：部分符合，28分", "许小收：部分符合，28分",
            "更新不及时", "2021-10-2012:00胡小验锁定", "已在平台签字", visit.findings_sha256, f"校验码{visit.findings_sha256[:10].upper()}",
        ):
            assert one_line(words) in text, words
        for response in visit.application.responses.in_order():
            assert one_line(response.item.text) in text
            assert response.item.code in text
        assert "尚未锁定" not in text


def test_the_sum_is_of_what_is_agreed(found_visit):
    found = papers.found_for(found_visit, at=AT)

    assert (found["total"], found["maximum"], found["agreed"]) == ("98", "100", len(found["items"]))


def test_what_is_not_locked_says_so_on_every_page(found_visit):
    pages = pdf_pages(made(found_visit, "pdf"))

    assert all("尚未锁定，仅供核对" in page for page in pages)
    assert "尚未锁定，仅供核对" in docx_text(made(found_visit, "docx"))


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_blank_one_has_every_number_and_nothing_that_was_found(found_visit, kind):
    data = made(found_visit, kind, is_blank=True)

    text = "".join(pdf_pages(data)) if kind == "pdf" else docx_text(data)
    for words in ("空白表，现场填写", "桃花潭镇", "结论写1、2或3", "单位代表"):
        assert words in text
    assert text.count("3不符合") == found_visit.application.responses.count()
    for words in ("更新不及时", "28分", "SHA-256", "校验码"):
        assert words not in text


def test_the_numbers_of_the_blank_sheet_are_big_and_its_lines_are_high(visit):
    document = Document(io.BytesIO(made(visit, "docx", is_blank=True)))

    table = document.tables[1]
    row = next(row for row in table.rows if row.cells[0].text == "1.1")
    assert row.cells[0].paragraphs[0].runs[0].font.size.pt == 18
    assert round(row.height.cm, 1) == 1.9


def test_the_head_of_the_table_is_repeated_and_the_page_is_a4(found_visit):
    Score.objects.update(reason="公示栏更新不及时，位置偏僻。" * 20)
    data = made(found_visit, "docx")

    document = Document(io.BytesIO(data))
    assert document.tables[1].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert {round(section.page_width.mm) for section in document.sections} == {297}
    assert {round(section.page_height.mm) for section in document.sections} == {210}
    pages = pdf_pages(made(found_visit, "pdf"))
    assert len(pages) > 2
    assert all("各人的记录" in page for page in pages)


@pytest.mark.parametrize(("length", "may_break"), [(233, False), (234, True)])
def test_only_a_long_row_may_break_between_pages(found_visit, length, may_break):
    AgreedScore.objects.filter(item__code="1.1").update(reason="短" * length)

    found = papers.found_for(found_visit, at=AT)
    document = Document(io.BytesIO(papers.make(found, "docx")))

    row = next(row for row in document.tables[1].rows if row.cells[0].text == "1.1")
    assert [item["long"] for item in found["items"]][0] is may_break
    assert (row._tr.trPr.find(qn("w:cantSplit")) is None) is may_break


def test_signatures_are_never_alone_on_a_page(found_visit):
    for length in range(0, 2000, 250):
        AgreedScore.objects.filter(item__code="1.1").update(reason="位置偏僻。" * (length // 5 or 1))
        pages = pdf_pages(made(found_visit, "pdf"))
        last = next(page for page in pages if "签字" in page and "职责" in page)
        assert "合计" in last


def test_text_stays_text(found_visit):
    AgreedScore.objects.filter(item__code="1.1").update(reason=HOSTILE)

    pdf, docx = "".join(pdf_pages(made(found_visit, "pdf"))), docx_text(made(found_visit, "docx"))

    assert '{{7*7}}<w:p/>#read("/etc/passwd")$x$@a*b*=1+1&结束' in pdf
    assert '{{7*7}}&lt;w:p/&gt;#read("/etc/passwd")$x$@a*b*=1+1&amp;结束' in docx


def test_five_photos_are_four_to_a_page_with_caption_and_time(found_visit, inspector):
    add_photos(found_visit, 5, inspector)

    pages = pdf_pages(made(found_visit, "pdf"))
    with_photos = [page for page in pages if "附件现场照片" in page]
    document = Document(io.BytesIO(made(found_visit, "docx")))

    assert [page.count("上传") for page in with_photos] == [4, 1]
    assert "1.1.1" in with_photos[0]
    assert "胡小验2021-10-2010:30上传，手机时间2021-10-2009:00" in with_photos[0]
    assert len(document.inline_shapes) == 5
    assert round(document.sections[-1].page_width.mm) == 210


# Signatures


def test_who_signed_who_has_to_and_what_was_voided(found_visit, inspector, second_inspector):
    actions.sign_visit(found_visit, inspector, by=inspector, at=AT)
    actions.sign_visit(found_visit, second_inspector, by=second_inspector, at=AT)
    actions.agree_site_score(found_visit, make_item(found_visit.application, "1.1"), Decimal(29), "位置偏僻", by=inspector, at=AT)
    actions.sign_visit(found_visit, inspector, by=inspector, at=moment(10, 20, 13))

    found = signatures_of(found_visit)

    assert [(one.name, one.role, one.at, bool(one.void)) for one in found] == [
        ("胡小验", "组长", moment(10, 20, 13), False), ("许小收", "验收员", None, False), ("胡小验", "组长", AT, True), ("许小收", "验收员", AT, True),
    ]
    text = "".join(pdf_pages(made(found_visit, "pdf")))
    assert "签字后验收结果有改动" in text
    assert "待签" in text


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_what_was_changed_behind_the_signatures_says_so_and_keeps_the_hash_that_was_signed(found_visit, kind):
    locked = sign_and_lock(found_visit)
    read = {"pdf": lambda data: "".join(pdf_pages(data)), "docx": docx_text}[kind]
    assert "校验值不一致" not in read(made(locked, kind))

    AgreedScore.objects.filter(item__code="1.1").update(points=Decimal(30))

    text = read(made(locked, kind))
    assert "校验值不一致：签字以后，有人绕过平台改过验收结果。" in text
    assert locked.findings_sha256 in text


# Who reads it


def test_a_member_does_not_read_from_paper_what_the_screen_hides(visit, inspector, second_inspector, client):
    item = make_item(visit.application, "1.1")
    actions.record_site_score(visit, item, scorer=second_inspector, verdict="partly", points=Decimal(20), reason="位置偏僻", by=second_inspector, at=AT)
    client.force_login(inspector)

    hidden = "".join(pdf_pages(print_record(client, visit, kind="pdf").content))
    actions.record_site_score(visit, item, scorer=inspector, verdict="met", points=Decimal(30), reason="", by=inspector, at=AT)
    seen = "".join(pdf_pages(print_record(client, visit, kind="pdf").content))

    assert "位置偏僻" not in hidden
    assert "你记录本项后可见" in hidden
    assert "许小收：部分符合，20分位置偏僻" in seen


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("auditor", 200), ("inspector", 200), ("clerk", 404), ("nobody", 404), ("administrator", 404)])
def test_whoever_sees_the_visit_prints_it(found_visit, request, client, person, status):
    client.force_login(request.getfixturevalue(person))

    assert print_record(client, found_visit, kind="docx").status_code == status
    assert AuditEvent.objects.filter(action="inspections.print_record").exists() is (status == 200)


def test_an_inspector_of_another_group_finds_nothing(found_visit, education, client):
    client.force_login(make_user("外人", education, [Role.INSPECTOR]))

    assert print_record(client, found_visit).status_code == 404


def test_the_file_says_whose_it_is(found_visit, officer, client):
    client.force_login(officer)

    answer = print_record(client, found_visit, kind="docx", blank="")

    assert "docx" in answer["Content-Disposition"]
    assert AuditEvent.objects.get(action="inspections.print_record").detail["blank"] is True
    assert papers.filename(papers.found_for(found_visit, at=AT), "pdf", AT) == "桃花潭镇检查验收记录表 2021-10-20 打印 20211020-1200.pdf"


@pytest.mark.parametrize(("photos", "at_once"), [(4, True), (5, False)])
def test_many_photos_are_left_to_a_worker(found_visit, inspector, officer, client, photos, at_once):
    add_photos(found_visit, photos, inspector)
    client.force_login(officer)

    answer = print_record(client, found_visit, kind="pdf")

    assert Job.objects.exists() is not at_once
    if at_once:
        assert answer.content.startswith(b"%PDF")
    else:
        name, content = jobs.record(Job.objects.get(), lambda done, of: None)
        assert name.endswith(".pdf")
        assert content.startswith(b"%PDF")


def test_the_archive_takes_the_whole_record(found_visit):
    assert "更新不及时" in "".join(pdf_pages(papers.record_pdf(sign_and_lock(found_visit), at=AT)))
