"""The results workbook: printable, numbers as numbers, text never a formula."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Job
from accounts.tests.factories import make_organization
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign, moment
from results import reports, workbooks
from results.tests.factories import make_place, make_scored

PREFIXES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0", "'=1", "\"=1", " =1"]
EMPTY = {key: [] for key in ("category_headings", "totals", "categories", "items", "failed", "places", "overrides")}


def reopened(book):
    file = BytesIO()
    book.save(file)
    return load_workbook(BytesIO(file.getvalue()))


def make(rows, **fields):
    return workbooks.results("2021年创建", moment(11, 2, 9), EMPTY | rows, **({"tie_words": "", "is_demo": False} | fields))


@pytest.mark.parametrize("text", PREFIXES)
def test_text_never_becomes_a_formula(text):
    sheet = reopened(make({"overrides": [[text] * 6]}))["不回避的批准"]

    for cell in sheet[4][1:]:
        assert cell.data_type == "s"
        assert cell.value.strip() == text.strip()


def test_control_characters_in_a_reason_do_not_break_the_file():
    sheet = reopened(make({"overrides": [["单位\x07名"] * 6]}))["不回避的批准"]

    assert sheet["B4"].value == "单位名"


def test_the_sheets_print_as_an_office_prints():
    row = ["乡镇（街道）示范点", "桃花潭镇", "泾县", Decimal("87.50"), Decimal("88.00"), Decimal("88.30"), 8, "合格", "选入"]
    book = reopened(make({"totals": [row]}, tie_words="总分 = 材料审核 × 40% ＋ 现场验收 × 60%", is_demo=True))

    assert book.sheetnames == ["汇总", "各类别得分", "各项得分", "未通过", "名额", "不回避的批准"]
    sheet = book["汇总"]
    assert "A1:J1" in map(str, sheet.merged_cells.ranges)
    assert sheet["A1"].value == "2021年创建汇总"
    assert "时间：2021-11-02 09:00" in sheet["A2"].value
    assert "共 1 行" in sheet["A2"].value
    assert "演示数据" in sheet["A2"].value
    assert sheet["A3"].value == "序号"
    assert (sheet["G4"].value, sheet["G4"].number_format, sheet["H4"].value) == (88.3, "0.00", 8)
    assert sheet.freeze_panes == "A4"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.print_title_rows == "$1:$3"
    assert "&P" in sheet.oddFooter.center.text


@pytest.mark.usefixtures("db")
def test_the_button_makes_the_file_in_the_background(client, campaign, officer, django_capture_on_commit_callbacks):
    passed = make_scored("桃花潭镇", campaign, 90)
    make_scored("低分镇", campaign, 60)
    make_place(passed, 1)
    client.force_login(officer)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("results:workbook"))

    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert (job.state, job.error) == (Job.State.DONE, "")
    with default_storage.open(job.file) as file:
        book = load_workbook(BytesIO(file.read()))
    assert [cell.value for cell in book["汇总"][4]][2:8] == ["桃花潭镇", "–", 90, 90, 90, 1]
    assert [row[1].value for row in book["未通过"].iter_rows(min_row=4)] == ["乡镇（街道）示范点"]
    assert book["未通过"]["G4"].value == "总分低于合格线"
    assert [cell.value for cell in book["名额"][6]][1:5] == ["乡镇（街道）示范点", 10, 1, 9]
    items = list(book["各项得分"].iter_rows(min_row=4, values_only=True))
    assert len(items) == 12
    assert {row[4] for row in items} == {"材料审核", "现场验收"}
    assert any("商定（评分人记录）" in row[5] for row in items)


@pytest.mark.usefixtures("db")
def test_the_button_beside_an_earlier_ranking_makes_the_file_of_its_campaign(client, campaign, officer):
    """Whoever follows a link to last time's list has not chosen that campaign in the header."""
    make_campaign(code="xuancheng-2022", year=2022)
    track = campaign.tracks.get(key="township")
    client.force_login(officer)
    page = client.get(reverse("results:ranking", args=[track.pk]), {"only": "chosen"}).content.decode()
    address = f"{reverse('results:workbook')}?campaign={campaign.code}"
    assert f'action="{address}"' in page

    client.post(address)

    assert Job.objects.get().parameters["campaign"] == campaign.pk


@pytest.mark.usefixtures("db")
def test_a_unit_not_yet_scored_has_one_short_reason_in_the_file(campaign, officer):
    make_application(make_organization("未评镇", "township"), campaign, status=Application.Status.SUBMITTED)

    reason = reports.workbook_rows(campaign, officer)["failed"][0][-1]

    assert reason.startswith("还没有受理等")
    assert "；" not in reason
