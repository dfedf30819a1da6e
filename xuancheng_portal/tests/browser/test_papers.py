"""Paper and Excel in a real browser: the form is downloaded with the mark of a draft, a workbook comes back filled in and is
looked at cell by cell on a desk and on a phone, and the stamped scan is told to match.
"""

import io

import openpyxl
import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, PHONE, Browsing
from xuancheng_portal.tests.browser.test_journey import file_of, picture

NARROW = {"width": 320, "height": 700}


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def downloaded(page, click):
    with page.expect_download() as waiting:
        click()
    with open(waiting.value.path(), "rb") as file:
        return waiting.value.suggested_filename, file.read()


def is_clean(page):
    for viewport in (DESK, PHONE, NARROW):
        page.set_viewport_size(viewport)
        found = Axe().run(page).response["violations"]
        assert [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:2]]}" for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), viewport


def test_a_workbook_comes_back_and_is_looked_at_before_it_is_saved(browsing):
    clerk = browsing.sign_in("jiaotiju", PASSWORD)
    clerk.get_by_role("link", name="填报清单").first.click()
    clerk.get_by_role("link", name="离线填报（Excel）").click()
    name, content = downloaded(clerk, clerk.get_by_role("link", name="下载填报表格").click)
    assert name.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["填报"]
    sheet["I4"] = "在路上用表格改写的一段，共三句。第二句。第三句。"
    sheet["G4"] = 99
    wrong = io.BytesIO()
    book.save(wrong)
    sheet["G4"] = 1
    right = io.BytesIO()
    book.save(right)
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    clerk.get_by_label("填好的表格").set_input_files({"name": name, "mimeType": excel, "buffer": wrong.getvalue()})
    clerk.get_by_role("button", name="上传并预览").click()
    expect(clerk.get_by_role("alert")).to_contain_text("1 个格子有错误")
    expect(clerk.get_by_role("link", name="G4")).to_be_visible()
    is_clean(clerk)

    clerk.get_by_role("link", name="重新上传").click()
    clerk.get_by_label("填好的表格").set_input_files({"name": name, "mimeType": excel, "buffer": right.getvalue()})
    clerk.get_by_role("button", name="上传并预览").click()
    expect(clerk.get_by_text("现在还没有保存")).to_be_visible()
    is_clean(clerk)
    clerk.get_by_role("button", name="保存这些修改").click()
    expect(clerk.get_by_text("已保存 1 项的修改。")).to_be_visible()
    is_clean(clerk)

    clerk.get_by_role("link", name="离线填报").click()
    name, content = downloaded(clerk, clerk.get_by_role("link", name="下载填报表格").click)
    assert openpyxl.load_workbook(io.BytesIO(content))["填报"]["I4"].value.startswith("在路上用表格改写的一段")
    assert browsing.complaints == []


def test_the_form_is_printed_stamped_and_matched(browsing):
    clerk = browsing.sign_in("jiaotiju", PASSWORD)
    clerk.get_by_role("link", name="填报清单").first.click()
    clerk.get_by_role("link", name="核对并提交").click()
    paper = clerk.get_by_role("region", name="申报表和盖章件")
    name, content = downloaded(clerk, paper.get_by_role("button", name="申报表（PDF）").click)
    assert name.endswith(".pdf")
    first = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()
    checksum = paper.locator("dd.mono").inner_text()
    assert checksum in first
    assert "草稿，尚未提交" in first
    name, content = downloaded(clerk, paper.get_by_role("button", name="申报表（Word）").click)
    assert content[:2] == b"PK"

    paper.get_by_text("上传盖章扫描件").click()
    paper.get_by_label("页脚上的校验码").fill(checksum.lower())
    paper.get_by_label("盖章扫描件").set_input_files(file_of(picture("Stamped"), "盖章.pdf", "application/pdf"))
    paper.get_by_role("button", name="上传扫描件").click()

    expect(clerk.get_by_text("盖章扫描件已上传，校验码与内容相符。")).to_be_visible()
    expect(clerk.get_by_text("盖章件相符")).to_be_visible()
    is_clean(clerk)
    assert browsing.complaints == []
