"""What another office program makes of our files: opened, saved again, and back."""

import io

import openpyxl
import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from applications import offline, papers
from applications.models import ItemResponse
from applications.tests.factories import make_application
from applications.workbooks import FORM_HEADER
from campaigns.tests.factories import moment

pytestmark = pytest.mark.libreoffice
NOW = moment(9, 27, 10, 32)
TEXT = "=1+1\n  两格开头，_x0041_ & <w:> “引号”\n\n@SUM(A1) 😀 +86 结尾 "


@pytest.fixture
def application(campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, done=True, by=clerk)
    ItemResponse.objects.filter(pk=application.responses.in_order().first().pk).update(narrative=TEXT, self_score="2.5")
    return application


def planned(application, content, by):
    rows = offline.rows_of(application, offline.read(SimpleUploadedFile("a.xlsx", content), "a.xlsx"))
    return offline.plan(offline.keep(application, rows, "a.xlsx", by=by, at=NOW))


def test_the_excel_form_saved_again_changes_nothing(application, clerk, convert):
    content = convert(offline.form_of(application, at=NOW), "form.xlsx", "xlsx")

    assert planned(application, content, clerk).counts == {"new": 0, "changed": 0, "conflict": 0, "wrong": 0, "same": 9}


def test_a_cell_filled_in_and_saved_there_is_the_only_change(application, clerk, convert):
    book = openpyxl.load_workbook(io.BytesIO(offline.form_of(application, at=NOW)))
    book["填报"][f"I{FORM_HEADER + 2}"] = "新的说明。\n第二段。"
    file = io.BytesIO()
    book.save(file)

    found = planned(application, convert(file.getvalue(), "form.xlsx", "xlsx"), clerk)

    assert (found.counts["changed"], found.counts["same"]) == (1, 8)
    assert found.changed[0].cells[2].after == "新的说明。\n第二段。"


def test_the_word_form_opens_with_its_words(application, convert):
    with time_machine.travel(NOW, tick=False):
        made = papers.make(papers.found_for(application, None, at=NOW), "docx")

    document = pypdfium2.PdfDocument(convert(made, "form.docx", "pdf"))

    text = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)
    assert "=1+1" in text
    assert "<w:>" in text
    assert f"共{len(document)}页" in text
