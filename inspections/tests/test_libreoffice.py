"""What another office program makes of the record sheet."""

import subprocess
from decimal import Decimal

import pypdfium2
import pytest

from campaigns.tests.factories import moment
from inspections import actions, papers
from inspections.tests.factories import make_accepted, make_findings, make_group, make_visit

pytestmark = pytest.mark.libreoffice
AT = moment(10, 20, 12)


def text_of(page):
    return "".join(page.get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("is_blank", [True, False])
def test_the_word_sheet_opens_with_its_words_and_its_repeated_head(campaign, taohuatan, clerk, inspector, second_inspector, tmp_path, is_blank):
    visit = make_findings(make_visit(make_accepted(taohuatan, campaign, by=clerk), make_group(campaign, inspector, second_inspector)), lost=2)
    actions.agree_site_score(visit, visit.application.responses.in_order()[1].item, Decimal(0), "位置偏僻。" * 300, by=inspector, at=AT)
    path = tmp_path / "sheet.docx"
    path.write_bytes(papers.make(papers.found_for(visit, is_blank=is_blank, at=AT), "docx"))

    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        check=True, capture_output=True,
    )

    document = pypdfium2.PdfDocument((tmp_path / "sheet.pdf").read_bytes())
    pages = [text_of(page) for page in document]
    assert all(page.count("检查内容") == 1 for page in pages if "编号" in page)
    assert f"共{len(pages)}页" in pages[0]
    assert ("位置偏僻" in "".join(pages)) is not is_blank
    assert "合计" in pages[-1] or is_blank
    assert document[0].get_width() > document[0].get_height()
