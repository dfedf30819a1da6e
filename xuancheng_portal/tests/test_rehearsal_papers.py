"""Papers and workbooks of a rehearsal say that they have no effect, at their head; those of real campaigns do not."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.importing import reports
from accounts.models import Import, Job
from accounts.rehearsing import NO_EFFECT, playing
from applications import papers as forms
from applications import workbooks as plain
from applications.papers.sample import sample
from applications.tests.factories import make_application
from inspections import papers as records
from inspections import workbooks as planned
from inspections.models import Visit
from inspections.tests.factories import make_accepted, make_findings, make_group, make_visit
from results import papers, workbooks
from results.exports import EXPORTS, table
from results.models import Naming, PaperKind, PublicNotice
from xuancheng_portal import rehearsals
from xuancheng_portal.middleware import PLAYED
from xuancheng_portal.tests.test_rehearsal_played import cast, play  # noqa: F401

WORLDS = [("", False), ("yanlian-20210920-0a0b0c0d", True)]


def pdf_pages(data):
    return ["".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(data)]


def first_line(data):
    return Document(io.BytesIO(data)).paragraphs[0].text


def says_so(data, kind):
    """On each page of a PDF, in the first line of a Word document, within the first two rows of every sheet."""
    if kind == "pdf":
        pages = [NO_EFFECT in page for page in pdf_pages(data)]
        assert len(set(pages)) == 1, pages
        return pages[0]
    if kind == "docx":
        assert Document(io.BytesIO(data)).element.xml.count(NO_EFFECT) == (first_line(data) == NO_EFFECT)
        return first_line(data) == NO_EFFECT
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheets = [any(NO_EFFECT in str(cell.value) for row in sheet.iter_rows(max_row=2) for cell in row) for sheet in book]
    assert len(set(sheets)) == 1, dict(zip(book.sheetnames, sheets, strict=True))
    return sheets[0]


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def own_template():
    document = Document()
    document.add_paragraph("{{ 申报单位 }}的报告")
    document.sections[0].header.paragraphs[0].text = "{{ 回执编号 }} {{ 校验码 }}"
    return saved(document)


@pytest.mark.parametrize(("rehearsal", "marked"), WORLDS)
@pytest.mark.parametrize(("kind", "template"), [("pdf", None), ("docx", None), ("docx", own_template)])
def test_the_application_form(rehearsal, marked, kind, template, db):
    found, _drawn = sample()

    with playing(rehearsal):
        data = forms.make(found, kind, template and template())

    assert says_so(data, kind) == marked


@pytest.mark.parametrize(("rehearsal", "marked"), WORLDS)
@pytest.mark.parametrize("kind", ["pdf", "docx"])
@pytest.mark.parametrize("is_blank", [False, True])
def test_the_record_of_an_inspection(rehearsal, marked, kind, is_blank, taohuatan, clerk, campaign, inspector, second_inspector):
    visit = make_findings(make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector)), lost=2)
    found = records.found_for(visit, is_blank=is_blank, at=timezone.now())

    with playing(rehearsal):
        data = records.make(found, kind)

    assert says_so(data, kind) == marked


@pytest.mark.parametrize(("rehearsal", "marked"), WORLDS)
@pytest.mark.parametrize("extension", ["pdf", "docx"])
@pytest.mark.parametrize("kind", PaperKind)
def test_official_papers(rehearsal, marked, extension, kind):
    blocks = papers.compose(papers.BUILT_IN[kind], papers.SAMPLES[kind])

    with playing(rehearsal):
        data = papers.make(blocks, extension)

    assert says_so(data, extension) == marked


def test_the_word_document_stays_whole():
    """All its other parts are as they were, byte by byte."""
    blocks = papers.compose(papers.BUILT_IN[PaperKind.NAMING], papers.SAMPLES[PaperKind.NAMING])
    real = papers.word(blocks)

    with playing("yanlian-x"):
        marked = forms.marked(real)

    with zipfile.ZipFile(io.BytesIO(real)) as before, zipfile.ZipFile(io.BytesIO(marked)) as after:
        assert after.namelist() == before.namelist()
        assert [name for name in before.namelist() if before.read(name) != after.read(name)] == ["word/document.xml"]
        assert re.sub(r"<w:p xmlns:w=.*?</w:p>", "", after.read("word/document.xml").decode(), count=1) == before.read("word/document.xml").decode()
    assert forms.marked(real) == real


def exported():
    file = io.BytesIO()
    table.write(file, "排名表", ["时间"], [table.Column("单位", 20)], [["桃花潭镇"]], count=1)
    return file.getvalue()


def results_book():
    rows = {name: [] for name in ("totals", "categories", "items", "failed", "places", "overrides")}
    return saved(workbooks.results("活动", datetime(2021, 11, 2, 9), {**rows, "category_headings": []}, tie_words="", is_demo=False))


BOOKS = {
    "export": exported,
    "results": results_book,
    "plan": lambda: saved(planned.plan("活动", "时间", {"visits": [], "groups": [], "people": [], "unplaced": [["甲镇", "泾县", "没有日子"]]})),
    "offline": lambda: saved(plain.offline_form("填报表格", "说明", ["一"], [], ["达到"], "0.5")),
    "plans": lambda: saved(plain.plan_list("创建方案", [])),
}


@pytest.mark.parametrize(("rehearsal", "marked"), WORLDS)
@pytest.mark.parametrize("book", BOOKS)
def test_workbooks(rehearsal, marked, book):
    with playing(rehearsal):
        data = BOOKS[book]()

    assert says_so(data, "xlsx") == marked


@pytest.mark.parametrize(("rehearsal", "marked"), WORLDS)
def test_a_table_that_comes_in_again_says_it_above_the_printed_page_and_keeps_its_rows(rehearsal, marked):
    with playing(rehearsal):
        sheet = openpyxl.load_workbook(io.BytesIO(reports.table(Import.Kind.UNITS, [["3418", "宣城"]]))).active

    assert (sheet.oddHeader.center.text == NO_EFFECT) == marked
    assert sheet["A2"].value == "3418"


def file_of(client, address, **posted):
    """What a button hands out at once, or what a worker made of it."""
    before = set(Job._base_manager.values_list("pk", flat=True))
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(address, posted)
    if made := Job._base_manager.exclude(pk__in=before).exclude(file="").first():
        with default_storage.open(made.file) as file:
            return file.read()
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content


def test_played_on_the_screens_everything_says_it_and_the_real_campaign_meanwhile_does_not(
    client, campaign, cast, taohuatan, yunling, jing, miaoshou, clerk, django_capture_on_commit_callbacks,  # noqa: F811
):
    real = make_application(taohuatan, campaign, by=clerk)
    rehearsal = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=cast["office"], at=timezone.now())
    applications = play(rehearsal, cast, taohuatan, yunling, jing, django_capture_on_commit_callbacks)
    client.force_login(cast["office"])
    session = client.session
    session[PLAYED] = rehearsal.code
    session.save()
    with playing(rehearsal.code):
        notice, naming = PublicNotice.objects.get(campaign=rehearsal), Naming.objects.filter(application__campaign=rehearsal).first()
        visit, receipt = Visit.objects.filter(application__campaign=rehearsal).first(), applications[0].submissions.first()

    for kind in ("pdf", "docx"):
        for paper, pk in (("notice", notice.pk), ("naming", naming.pk), ("summary", rehearsal.pk)):
            assert says_so(file_of(client, reverse("results:make_paper", args=[paper, pk]), format=kind), kind), paper
        assert says_so(file_of(client, reverse("inspections:print_record", args=[visit.pk]), kind=kind), kind)
        assert says_so(file_of(client, reverse("applications:print_form", args=[applications[0].pk]), kind=kind), kind)
    for name, export in EXPORTS.items():
        assert says_so(file_of(client, export.address), "xlsx"), name
    page = client.get(reverse("applications:receipt", args=[applications[0].pk, receipt.number])).content.decode()
    assert "不是真实的创建活动" in page
    client.logout()

    client.force_login(clerk)
    assert not says_so(file_of(client, reverse("applications:print_form", args=[real.pk]), kind="docx"), "docx")
