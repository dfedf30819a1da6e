"""The Excel form: out and back unchanged, cell by cell, refused where it is not ours, saved as the page would save it."""

import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions, offline
from applications.models import ItemResponse, OfflineUpload
from applications.tasks import sweep_offline_uploads
from applications.tests.factories import make_application
from applications.workbooks import FORM_HEADER
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
FIRST, SECOND, THIRD = FORM_HEADER + 1, FORM_HEADER + 2, FORM_HEADER + 3
NASTY = "=1+1\n  两格开头，\t制表符 _x0041_ & <w:> “引号”\n\n@SUM(A1) 😀 结尾 "


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def application(campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, done=True, by=clerk)
    first, second, third = application.responses.in_order()
    ItemResponse.objects.filter(pk=first.pk).update(narrative=NASTY, self_score=Decimal("2.5"))
    ItemResponse.objects.filter(pk=third.pk).update(narrative="", self_score=None, self_verdict="", done_at=None, done_by=None, updated_at=None, updated_by=None, version=0)
    return application


def responses(application):
    return list(application.responses.select_related("item", "application__campaign").in_order())


def filled(application, **cells):
    """The downloaded workbook with some cells filled in, as bytes."""
    book = openpyxl.load_workbook(io.BytesIO(offline.form_of(application, at=NOW)))
    for place, value in cells.items():
        book["填报"][place] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def file_of(content, name="填报表格.xlsx"):
    return SimpleUploadedFile(name, content)


def read(application, content):
    return offline.rows_of(application, offline.read(file_of(content), "填报表格.xlsx"))


def planned(application, content, by):
    return offline.plan(offline.keep(application, read(application, content), "填报表格.xlsx", by=by, at=NOW))


def post(client, application, content, name="填报表格.xlsx"):
    return client.post(reverse("applications:offline", args=[application.pk]), {"file": file_of(content, name)})


def save(client, upload, **fields):
    shown = {f"version-{row.response.pk}": row.response.version for row in offline.plan(upload).changed}
    return client.post(upload.get_absolute_url(), shown | fields)


# Out


def test_the_form_is_text_numbers_and_a_list_printed_on_a4(application):
    book = openpyxl.load_workbook(io.BytesIO(offline.form_of(application, at=NOW)))
    sheet = book["填报"]

    assert sheet[f"I{FIRST}"].data_type == "s"
    assert (sheet[f"B{FIRST}"].value, sheet[f"F{FIRST}"].value, sheet[f"G{FIRST}"].value, sheet[f"H{FIRST}"].value) == ("1.1", "达到", 2.5, 30)
    assert sheet.column_dimensions["A"].hidden
    assert sheet.protection.sheet
    assert [sheet[f"{letter}{FIRST}"].protection.locked for letter in "ABEFGI"] == [True, True, True, False, False, False]
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"list", "decimal"}
    assert sheet.data_validations.dataValidation[0].formula1 == '"达到,部分达到,未达到,不适用"'
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows) == ("landscape", 9, "$1:$3")
    assert [bool(cell.value) for cell in book["填表说明"]["A"]] == [True] * 4


def test_the_form_back_without_edits_changes_nothing(application, clerk):
    found = planned(application, offline.form_of(application, at=NOW), clerk)

    assert found.counts == {"new": 0, "changed": 0, "conflict": 0, "wrong": 0, "same": 9}
    assert found.missing == 0


def test_the_form_saved_again_by_another_program_changes_nothing(application, clerk):
    """openpyxl writes the book anew: shared texts, other styles, no validation of ours."""
    found = planned(application, filled(application), clerk)

    assert found.counts["same"] == 9


def test_a_book_written_with_shared_strings_rich_text_and_wide_paths_is_read(application, clerk):
    """As LibreOffice and WPS write it: texts in runs, an absolute target, the sheet under another number."""
    source = zipfile.ZipFile(io.BytesIO(filled(application)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/sharedStrings.xml":
                data = data.replace("<t>部分".encode(), b"<t>").replace(
                    "<si><t>达到</t></si>".encode(), "<si><r><t>达</t></r><r><rPr><b/></rPr><t>到</t></r><rPh><t>da dao</t></rPh></si>".encode()
                )
            if name == "xl/_rels/workbook.xml.rels":
                data = data.replace(b'"worksheets/', b'"/xl/worksheets/')
            archive.writestr(name, data)

    assert planned(application, target.getvalue(), clerk).counts["same"] == 9


# In, cell by cell


def test_each_cell_is_new_changed_or_the_same_and_nothing_is_saved_yet(client, clerk, application):
    client.force_login(clerk)
    content = filled(application, **{f"F{THIRD}": "部分达到", f"G{THIRD}": 7.5, f"I{THIRD}": "第一次填写。", f"I{SECOND}": "已按新要求完成。"})

    answer = client.get(post(client, application, content).url)

    html = answer.content.decode()
    counts = answer.context["plan"].counts
    assert (counts["new"], counts["changed"], counts["wrong"], counts["same"]) == (3, 1, 0, 5)
    assert f"I{SECOND}" in html
    assert "<ins>新</ins>" in html or "新要求" in html
    assert "现在还没有保存" in html
    assert responses(application)[1].narrative == "已按要求完成。"
    assert not AuditEvent.objects.filter(action="applications.save_response").exists()


def test_what_was_confirmed_is_saved_as_the_page_saves_it(client, clerk, application):
    client.force_login(clerk)
    post(client, application, filled(application, **{f"F{THIRD}": "部分达到", f"G{THIRD}": "7.5", f"I{THIRD}": "第一次填写。\r\n第二段。"}))
    upload = OfflineUpload.objects.get()

    answer = client.post(upload.get_absolute_url(), {f"version-{responses(application)[2].pk}": 0}, follow=True)

    third = responses(application)[2]
    assert (third.self_verdict, third.self_score, third.narrative, third.version) == ("partly", Decimal("7.5"), "第一次填写。\n第二段。", 1)
    assert third.updated_by == clerk
    assert AuditEvent.objects.filter(action="applications.save_response").count() == 1
    assert AuditEvent.objects.get(action="applications.save_offline").detail["codes"] == ["2.2"]
    html = answer.content.decode()
    assert "2.2 村务公开衔接：自评结论、自评得分、工作情况说明" in html
    again = client.post(upload.get_absolute_url())
    assert "已经保存过" in again.content.decode()


def test_a_number_changed_leaves_the_text_beside_it_exactly_as_it_was(client, clerk, application):
    client.force_login(clerk)
    odd = "竖排\x0b制表\r\n回车"
    ItemResponse.objects.filter(pk=responses(application)[1].pk).update(narrative=odd)
    post(client, application, filled(application, **{f"G{SECOND}": 12}))

    save(client, OfflineUpload.objects.get())

    second = responses(application)[1]
    assert second.self_score == 12
    assert second.narrative.replace("\r\n", "\n") == odd.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("cells", "place", "sentence"),
    [
        ({f"G{SECOND}": 50.5}, f"G{SECOND}", "自评得分应在 0 到 50 分之间。"),
        ({f"G{SECOND}": -0.5}, f"G{SECOND}", "自评得分不能小于 0。"),
        ({f"G{SECOND}": 3.3}, f"G{SECOND}", "自评得分按 0.5 分一档填写。"),
        ({f"G{SECOND}": "很好"}, f"G{SECOND}", "自评得分请填数字"),
        ({f"F{SECOND}": "优秀"}, f"F{SECOND}", "自评结论只能是：达到、部分达到、未达到、不适用。"),
        ({f"I{SECOND}": "长" * 20001}, f"I{SECOND}", "20000"),
        ({f"G{SECOND}": "=1+1"}, f"G{SECOND}", "公式"),
    ],
)
def test_an_error_names_its_cell_and_nothing_is_saved(client, clerk, application, cells, place, sentence):
    client.force_login(clerk)
    url = post(client, application, filled(application, **cells, **{f"I{FIRST}": "好的一格。"})).url

    html = client.get(url).content.decode()
    answer = save(client, OfflineUpload.objects.get())

    assert place in html
    assert sentence in html
    assert "保存这些修改" not in html
    assert answer.status_code == 422
    assert "什么都没有保存" in answer.content.decode()
    assert responses(application)[0].narrative == NASTY


def test_the_whole_score_and_half_a_step_below_are_taken(application, clerk):
    assert planned(application, filled(application, **{f"G{SECOND}": 50, f"G{THIRD}": 0}), clerk).counts["wrong"] == 0
    assert planned(application, filled(application, **{f"G{THIRD}": 19.5}), clerk).counts["wrong"] == 0


def test_what_only_the_page_changed_stays_as_the_page_has_it(client, clerk, colleague, application):
    client.force_login(clerk)
    content = filled(application, **{f"I{FIRST}": "表格里改了第一项。"})
    first, second, third = responses(application)
    actions.save_response(second, base_version=second.version, verdict="partly", score=None, narrative="同事在网页上改了第二项。", by=colleague, at=NOW)

    post(client, application, content)
    save(client, OfflineUpload.objects.get())

    first, second, third = responses(application)
    assert first.narrative == "表格里改了第一项。"
    assert (second.narrative, second.self_verdict, second.updated_by) == ("同事在网页上改了第二项。", "partly", colleague)


@pytest.mark.parametrize(("choice", "kept"), [("sheet", "表格里的。"), ("page", "网页上的。")])
def test_a_cell_changed_in_both_places_is_shown_with_both_texts_and_chosen(client, clerk, colleague, application, choice, kept):
    client.force_login(clerk)
    content = filled(application, **{f"I{SECOND}": "表格里的。", f"G{SECOND}": 9})
    second = responses(application)[1]
    actions.save_response(second, base_version=second.version, verdict="met", score=second.self_score, narrative="网页上的。", by=colleague, at=NOW)

    html = client.get(post(client, application, content).url).content.decode()
    assert "两处都改过" in html
    assert "表格里的。" in html
    assert "网页上的。" in html
    upload = OfflineUpload.objects.get()
    assert "请先选择保留哪一个" in save(client, upload).content.decode()
    assert responses(application)[1].narrative == "网页上的。"

    save(client, upload, **{f"choice-{second.pk}": choice})

    second = responses(application)[1]
    assert (second.narrative, second.self_score) == (kept, 9)


def test_a_page_saved_after_the_preview_is_never_overwritten(client, clerk, colleague, application):
    client.force_login(clerk)
    post(client, application, filled(application, **{f"I{SECOND}": "表格里的。", f"I{FIRST}": "第一项也改。"}))
    upload = OfflineUpload.objects.get()
    seen = {f"version-{row.response.pk}": row.response.version for row in offline.plan(upload).changed}
    second = responses(application)[1]
    actions.save_response(second, base_version=second.version, verdict="partly", score=second.self_score, narrative=second.narrative, by=colleague, at=NOW)

    answer = client.post(upload.get_absolute_url(), seen, follow=True)

    assert "什么都没有保存" in answer.content.decode()
    first, second, third = responses(application)
    assert (first.narrative, second.narrative, second.self_verdict) == (NASTY, "已按要求完成。", "partly")
    upload.refresh_from_db()
    assert upload.saved_at is None
    save(client, upload)
    assert [one.narrative for one in responses(application)[:2]] == ["第一项也改。", "表格里的。"]


def test_only_returned_items_are_changed(client, campaign, education, bureau_clerk):
    application = make_application(education, campaign, status="returned", by=bureau_clerk)
    content = filled(application, **{f"I{FIRST}": "补充了纪要。", f"I{SECOND}": "没有退回的也改。"})
    client.force_login(bureau_clerk)

    html = client.get(post(client, application, content).url).content.decode()

    assert "这一项没有被退回，不能修改" in html
    assert openpyxl.load_workbook(io.BytesIO(offline.form_of(application, at=NOW)))["填报"][f"I{SECOND}"].protection.locked


def test_a_missing_row_is_left_alone(application, clerk):
    book = openpyxl.load_workbook(io.BytesIO(filled(application)))
    book["填报"].delete_rows(SECOND)
    file = io.BytesIO()
    book.save(file)

    found = planned(application, file.getvalue(), clerk)

    assert (found.missing, found.counts["same"], found.changed) == (1, 6, [])


# What is refused


def test_another_applications_workbook_is_refused(client, application, campaign, miaoshou, other_clerk, clerk):
    other = make_application(miaoshou, campaign, by=other_clerk)
    client.force_login(clerk)

    answer = post(client, application, offline.form_of(other, at=NOW))

    assert answer.status_code == 422
    assert "另一份申报的" in answer.content.decode()
    assert not OfflineUpload.objects.exists()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({f"A{SECOND}": "7:1.1:0"}, "不是从平台下载的填报表格"),
        ({f"A{FORM_HEADER}": "别的"}, "不是从平台下载的填报表格"),
        ({f"B{SECOND}": "1.1"}, f"第 {SECOND} 行的编号与原来的不一致"),
        ({"AZ1": "远处的一格"}, "太远或太多"),
        ({"C600": "下面很远的一格"}, "太远或太多"),
    ],
)
def test_a_workbook_that_was_tampered_with_is_refused_with_a_sentence(client, clerk, application, cells, sentence):
    client.force_login(clerk)

    answer = post(client, application, filled(application, **cells))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_row_copied_twice_is_refused(application):
    book = openpyxl.load_workbook(io.BytesIO(filled(application)))
    sheet = book["填报"]
    for letter in "AB":
        sheet[f"{letter}{THIRD + 1}"] = sheet[f"{letter}{FIRST}"].value
    file = io.BytesIO()
    book.save(file)

    with pytest.raises(NotAllowed, match="出现了两次"):
        read(application, file.getvalue())


def repacked(content, name, change):
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            archive.writestr(member, change(source.read(member)) if member == name else source.read(member))
    return target.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda xml: BOMB, "可能已损坏"),
        (lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), "太远或太多"),
        (lambda xml: xml.replace(b"</sheetData>", b"".join(b'<row r="%d">%b</row>' % (row, b'<c r="A%d"><v>1</v></c>' % row * 40) for row in range(100, 400)) + b"</sheetData>"), "太远或太多"),
        (lambda xml: xml + b" " * 310 * 1024**2, "展开后过大"),
        (lambda xml: xml[:200], "可能已损坏"),
    ],
    ids=["entities", "far cell", "many cells", "bomb", "cut off"],
)
def test_a_dangerous_workbook_is_refused_cleanly(application, change, sentence):
    content = repacked(offline.form_of(application, at=NOW), SHEET, change)

    with pytest.raises(NotAllowed, match=sentence):
        offline.read(file_of(content), "a.xlsx")


def test_a_far_row_that_only_has_a_height_is_no_harm(application, clerk):
    """LibreOffice writes one at the very end."""
    content = repacked(offline.form_of(application, at=NOW), SHEET, lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576" ht="12.8"><c r="A1048576" s="1"/></row></sheetData>'))

    assert planned(application, content, clerk).counts["same"] == 9


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("表格.xls", b"\xd0\xcf\x11\xe0", "请上传 .xlsx"), ("表格.xlsx", b"%PDF-1.7", "可能已损坏"), ("表格.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "损坏|不是这种格式|xlsx"),
])
def test_what_is_no_workbook_is_refused(application, name, content, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        offline.read(file_of(content, name), name)


def test_a_big_file_is_refused_before_it_is_opened(application, monkeypatch):
    monkeypatch.setattr(offline, "LARGEST", 100)

    with pytest.raises(NotAllowed, match="表格超过"):
        offline.read(file_of(bytes(101)), "a.xlsx")


# Who, and how long


def test_nobody_else_sees_or_confirms_an_upload(client, clerk, colleague, county_clerk, officer, application):
    client.force_login(clerk)
    post(client, application, filled(application, **{f"I{SECOND}": "我填的。"}))
    upload = OfflineUpload.objects.get()

    for person in (colleague, county_clerk, officer):
        client.force_login(person)
        assert client.get(upload.get_absolute_url()).status_code == 404
        assert save(client, upload).status_code == 404
    assert responses(application)[1].narrative == "已按要求完成。"
    with pytest.raises(IntegrityError), transaction.atomic():
        OfflineUpload.objects.filter(pk=upload.pk).update(saved_at=NOW, saved_by=colleague)


@pytest.mark.parametrize(("after", "is_kept"), [(timedelta(days=1) - timedelta(seconds=1), True), (timedelta(days=1), False)])
def test_an_upload_is_kept_for_a_day(client, clerk, application, after, is_kept):
    client.force_login(clerk)
    post(client, application, filled(application, **{f"I{SECOND}": "我填的。"}))
    upload = OfflineUpload.objects.get()
    versions = {row.response.pk: row.response.version for row in offline.plan(upload).changed}

    if is_kept:
        assert offline.save(upload, {}, versions, by=clerk, at=NOW + after)
    else:
        with pytest.raises(NotAllowed, match="已经过期"):
            offline.save(upload, {}, versions, by=clerk, at=NOW + after)
    sweep_offline_uploads(NOW + after)
    assert OfflineUpload.objects.exists() == is_kept


def test_a_second_upload_takes_the_place_of_the_first(client, clerk, application):
    client.force_login(clerk)
    for words in ("一。", "二。"):
        post(client, application, filled(application, **{f"I{SECOND}": words}))

    assert OfflineUpload.objects.get().rows[1]["narrative"] == ["s", "二。"]


def test_what_was_submitted_takes_no_workbook(client, campaign, education, bureau_clerk):
    application = make_application(education, campaign, status="submitted", by=bureau_clerk)
    client.force_login(bureau_clerk)

    answer = post(client, application, offline.form_of(application, at=NOW))

    assert "不能进行这项操作" in answer.content.decode()
    assert not OfflineUpload.objects.exists()


@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("auditor", 403), ("other_clerk", 404), ("nobody", 404)])
def test_others_get_no_form_and_upload_none(client, request, application, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("applications:offline_form", args=[application.pk])).status_code == status
    assert post(client, application, b"x").status_code == status


def test_the_download_is_a_workbook_named_after_its_unit(client, clerk, application):
    client.force_login(clerk)

    answer = client.get(reverse("applications:offline_form", args=[application.pk]))

    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "%E6%A1%83%E8%8A%B1%E6%BD%AD%E9%95%87" in answer["Content-Disposition"]
    assert read(application, answer.content)
