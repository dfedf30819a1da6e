"""A published notice as Word and PDF for anybody: the office's own paper, made once, without anybody's number, gone when it is withdrawn."""

import io
from datetime import date, timedelta

import pypdfium2
import pytest
import time_machine
from django.core.files.storage import storages
from django.urls import reverse
from docx import Document

from applications import parsing
from campaigns.tests.factories import moment
from results import papers
from results.models import PaperText, PublicNotice
from results.tests.factories import make_confirmed, make_notice, make_scored

NOW, PUBLISHED = moment(11, 5, 9), moment(11, 3, 10)
BEFORE = moment(11, 3, 9)
DAYS = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def nothing_kept(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"derived": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}}


@pytest.fixture
def notice(campaign):
    units = [make_scored(name, campaign, 90, kind="county", code=code) for name, code in (("甲县", "C1"), ("乙县", "C2"))]
    make_confirmed(units)
    return make_notice(units, title="关于拟命名名单的公示", body="拟命名以下单位，现予公示。", contact="政务公开办，0563-3030000", **DAYS)


def fetch(client, notice, extension):
    return client.get(reverse("results:public_notice_paper", args=[notice.pk, extension]))


def words(answer):
    if answer["Content-Type"] == "application/pdf":
        return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.content)).replace("\r\n", "").replace("\n", "")
    return "".join(paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs)


@pytest.mark.parametrize("extension", ["docx", "pdf"])
def test_anybody_takes_the_notice_home(client, notice, extension):
    page = client.get(notice.get_absolute_url()).content.decode()
    answer = fetch(client, notice, extension)

    assert reverse("results:public_notice_paper", args=[notice.pk, extension]) in page
    assert answer["Content-Type"] == papers.KINDS[extension]
    assert "filename*=utf-8''" + "%E5%85%B3%E4%BA%8E" in answer["Content-Disposition"]
    for expected in ("关于拟命名名单的公示", "拟命名以下单位，现予公示。", "甲县、乙县", "公示期为2021年11月4日至2021年11月10日", "0563-3030000"):
        assert expected in words(answer)


@pytest.mark.parametrize("extension", ["docx", "pdf"])
def test_nobodys_number_leaves_the_portal_but_what_a_review_let_pass(client, notice, campaign, officer, extension):
    """The text of the paper is the office's own and passed no review."""
    text = papers.BUILT_IN["notice"] + "联系人手机13905630000，邮箱zhang.san@example.com，身份证11010519491231002X。\n"
    PaperText.objects.create(campaign=campaign, kind="notice", text=text, saved_at=BEFORE, saved_by=officer)
    PublicNotice.objects.filter(pk=notice.pk).update(contact="值班手机13800000000")

    found = words(fetch(client, notice, extension))

    assert "13800000000" in found
    assert "139******00" in found
    for value in ("13905630000", "zhang.san@example.com", "11010519491231002X"):
        assert value not in found


@pytest.mark.parametrize(("after", "is_in_it"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_what_the_office_writes_after_the_publication_is_not_in_it(client, notice, campaign, officer, after, is_in_it):
    text = papers.BUILT_IN["notice"] + "后来加的话。\n"
    PaperText.objects.create(campaign=campaign, kind="notice", text=text, saved_at=PUBLISHED + after, saved_by=officer)

    assert ("后来加的话" in words(fetch(client, notice, "docx"))) == is_in_it


@pytest.mark.parametrize(("after", "is_in_it"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_what_was_given_up_after_the_publication_stays_in_it(client, notice, campaign, officer, after, is_in_it):
    text = papers.BUILT_IN["notice"] + "原来的话。\n"
    PaperText.objects.create(campaign=campaign, kind="notice", text=text, saved_at=BEFORE, saved_by=officer, removed_at=PUBLISHED + after, removed_by=officer)

    assert ("原来的话" in words(fetch(client, notice, "docx"))) == is_in_it


def test_many_readers_cost_one_making_and_other_words_another(client, notice, monkeypatch):
    begun = []
    run = parsing.run
    monkeypatch.setattr(parsing, "run", lambda *given: begun.append(given[0]) or run(*given))

    first = [fetch(client, notice, "docx").content for _reader in range(3)]
    assert len(set(first)) == 1
    assert begun == ["compose"]

    PublicNotice.objects.filter(pk=notice.pk).update(title="更正后的公示")
    assert "更正后的公示" in words(fetch(client, notice, "docx"))
    assert begun == ["compose"] * 2
    assert len(storages["derived"].listdir("notices")[1]) == 2


def test_a_full_disk_stops_no_reader(client, notice, monkeypatch, caplog):
    def full(key, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("applications.uploads.keep_derived", full)

    assert fetch(client, notice, "docx").status_code == 200
    assert "could not be kept" in caplog.text


@pytest.mark.parametrize("fields", [{}, DAYS | {"withdrawn_at": NOW, "withdrawn_reason": "有误"}])
def test_what_is_not_out_or_was_taken_back_is_handed_to_nobody(client, notice, fields):
    other = make_notice([notice.entries.first().application], **fields)

    assert fetch(client, other, "docx").status_code == 404
    assert fetch(client, other, "pdf").status_code == 404
    if fields:
        assert "下载 Word" not in client.get(other.get_absolute_url()).content.decode()


def test_other_kinds_of_files_are_not_there(client, notice):
    assert fetch(client, notice, "exe").status_code == 404
    assert client.post(reverse("results:public_notice_paper", args=[notice.pk, "pdf"])).status_code == 405


def test_a_text_that_no_longer_fits_leads_back_with_a_sentence(client, notice, campaign, officer, caplog):
    PaperText.objects.create(campaign=campaign, kind="notice", text="【标题】{{ 没有 }}", saved_at=BEFORE, saved_by=officer)

    page = client.get(reverse("results:public_notice_paper", args=[notice.pk, "pdf"]), follow=True)

    assert page.redirect_chain == [(notice.get_absolute_url(), 302)]
    assert "公示文件现在不能生成，请先打印本页" in page.content.decode()
    assert "cannot be made for the public" in caplog.text


def test_the_page_tells_of_a_unit_that_fell_after_the_file(client, notice, lead):
    assert "以本页标注为准" not in client.get(notice.get_absolute_url()).content.decode()
    notice.entries.filter(order=1).update(fallen_at=NOW, fallen_by=lead, fallen_reason="异议成立")

    assert "以本页标注为准" in client.get(notice.get_absolute_url()).content.decode()
