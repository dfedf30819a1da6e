"""Every workbook: whose it is, that the filter of the screen is the filter of the rows, and that it is what an office prints."""

import io
import shutil
import subprocess
import tracemalloc
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import jobs
from accounts.models import AuditEvent, Job, RoleGrant
from accounts.tests.factories import make_organization, make_user
from applications.models import Application
from applications.rules import county_counts
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections import listing
from inspections.models import ConflictOverride, DeskReview, Rectification, RectificationStep, Score
from inspections.tests.factories import make_desk_review, make_group, make_rectification, make_visit
from results import reports, rules
from results.exports import EXPORTS, rows, table
from results.models import Naming
from results.tests.factories import make_place, make_scored
from results.tests.test_workbook import PREFIXES

NOW = moment(11, 2, 9)


@pytest.fixture
def export(client, django_capture_on_commit_callbacks):
    """Press the button of a screen with this address; the finished job and its sheet."""

    def export(name, user, query=""):
        client.force_login(user)
        with time_machine.travel(NOW, tick=False), django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(f"results:export_{name}") + query)
        assert answer.url == reverse("results:exports") + "#exports-made"
        job = Job.objects.first()
        assert (job.state, job.error) == (Job.State.DONE, "")
        return job, sheet_of(job)

    return export


@pytest.fixture
def screen(client):
    """A page as it was at that moment; whoever exported last looks at it."""

    def screen(address, **headers):
        with time_machine.travel(NOW, tick=False):
            return client.get(address, headers=headers)

    return screen


def content_of(job):
    with default_storage.open(job.file) as file:
        return file.read()


def sheet_of(job):
    return openpyxl.load_workbook(io.BytesIO(content_of(job))).active


def lines(sheet):
    """The rows under the heading, the running number left out."""
    return [list(row[1:]) for row in sheet.iter_rows(min_row=table.HEADER_ROW + 1, values_only=True)]


def column(sheet, heading):
    headings = [cell.value for cell in sheet[table.HEADER_ROW]]
    return [row[headings.index(heading) - 1] for row in lines(sheet)]


@pytest.fixture
def everything(campaign, taohuatan, miaoshou, education, officer, inspector, second_inspector, lead):
    """Something for each workbook: scored, chosen and named units, tasks and visits of two counties."""
    chosen = make_scored("琴溪镇", campaign, 90, parent=taohuatan.parent)
    Naming.objects.create(place=make_place(chosen, 1), application=chosen, document_number="宣政务〔2021〕9号", named_at=moment(11, 1), named_by=lead)
    make_scored("低分镇", campaign, 60, parent=miaoshou.parent)
    group = make_group(campaign, inspector, second_inspector)
    for unit in (taohuatan, miaoshou):
        application = make_application(unit, campaign, Application.Status.ACCEPTED, contact_name="汪小桃", contact_phone="0563-5020001")
        make_visit(application, group)
        make_rectification(application, officer)
    make_application(education, campaign)
    return campaign


# What stands above the rows, and what kind each cell is


@pytest.mark.parametrize("name", EXPORTS)
def test_each_workbook_names_its_filter_its_moment_and_its_number_of_rows(everything, officer, export, name):
    job, sheet = export(name, officer)

    title = f"{everything.title}{EXPORTS[name].title}"
    assert (sheet.title, sheet["A1"].value) == (EXPORTS[name].title, title)
    assert "筛选：全部" in sheet["A2"].value
    assert "时间：2021-11-02 09:00" in sheet["A2"].value
    summed = any(found.summed for found in EXPORTS[name].columns(everything))
    assert f"共 {job.total} 行" in sheet["A2"].value
    assert job.total == len(lines(sheet)) - summed > 0
    assert job.done == job.total
    assert job.filename == f"{title} 2021-11-02 0900.xlsx"
    assert [cell.value for cell in sheet[table.HEADER_ROW]] == ["序号", *(found.heading for found in EXPORTS[name].columns(everything))]
    assert [row[0].value for row in sheet.iter_rows(min_row=4)][:job.total] == list(range(1, job.total + 1))


@pytest.mark.parametrize("name", EXPORTS)
def test_each_workbook_prints_without_touching_it(everything, officer, export, name):
    _job, sheet = export(name, officer)

    last = openpyxl.utils.get_column_letter(sheet.max_column)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, 0, True)
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.print_area == f"'{sheet.title}'!$A$1:${last}${sheet.max_row}"
    assert sheet.freeze_panes == "A4"
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {f"A1:{last}1", f"A2:{last}2"}
    assert "&P" in sheet.oddFooter.center.text
    for row in sheet.iter_rows(min_row=table.HEADER_ROW):
        for cell in row:
            assert cell.border.left.style == cell.border.bottom.style == "thin"
    for number, found in enumerate(EXPORTS[name].columns(everything), 2):
        assert sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width == found.width


@pytest.mark.parametrize("name", EXPORTS)
def test_no_cell_is_a_formula_and_numbers_and_days_stay_what_they_are(everything, officer, export, name):
    _job, sheet = export(name, officer)

    kinds = [table.NUMBER, *(found.kind for found in EXPORTS[name].columns(everything))]
    for row in sheet.iter_rows(min_row=table.HEADER_ROW + 1):
        for cell, kind in zip(row, kinds, strict=True):
            assert cell.data_type != "f"
            if cell.value in (None, table.EMPTY):
                continue
            if kind in (table.TEXT, table.SHORT):
                assert cell.data_type == "s"
            elif kind in (table.DAY, table.MOMENT):
                assert (cell.is_date, type(cell.value)) == (True, datetime)
            else:
                assert cell.data_type == "n"
            assert cell.number_format == kind.number_format


@pytest.mark.parametrize("text", [*PREFIXES, "{=1}", "单位\x07名", "_x0041_"])
def test_text_stays_text_whatever_it_begins_with(text):
    file = io.BytesIO()

    table.write(file, text, [text], [table.Column("单位", 20)], [[text]], count=1)

    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    for cell in (sheet["A1"], sheet["B4"]):
        assert cell.data_type == "s"
        assert cell.value.replace("_x005F_", "_").strip() == text.replace("\x07", "").strip()


@pytest.mark.parametrize(
    ("text", "lines"), [("八个汉字宽十六格", 1), ("这一行一共有九个汉字", 2), ("一\n二\n\n四", 4), ("letters 17 wide!!", 1), ("letters 18 wide !!", 2), (None, 1), (Decimal("1234567890123456789"), 1)]
)
def test_a_row_is_as_high_as_its_longest_text_whatever_program_opens_it(text, lines):
    file = io.BytesIO()

    table.write(file, "表", [], [table.Column("说明", 20)], [[text], ["短"]], count=2)

    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    assert (sheet.row_dimensions[4].height, sheet.row_dimensions[5].height) == (16 * lines + 4, 20)


def test_counts_have_their_sum_under_the_last_row_and_nothing_else_has():
    columns = [table.Column("县", 20), table.Column("申报", 8, table.COUNT, summed=True), table.Column("平均", 8, table.TOTAL)]
    file = io.BytesIO()

    table.write(file, "表", [], columns, [["泾县", 3, Decimal("88.125")], ["旌德县", None, None]], count=2)

    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    assert [cell.value for cell in sheet[6]] == [None, "合计", 3, None]
    assert sheet["C6"].data_type == "n"
    assert (sheet["D4"].value, sheet["D4"].number_format) == (88.125, "0.00")
    assert sheet["D5"].value == table.EMPTY


def test_a_heading_that_promised_another_number_of_rows_is_no_workbook():
    for count in (1, 3):
        with pytest.raises(table.OtherRows):
            table.write(io.BytesIO(), "表", [], [table.Column("县", 20)], [["泾县"], ["旌德县"]], count=count)


@pytest.mark.parametrize(("count", "fits"), [(table.LAST_ROW - table.HEADER_ROW - 1, True), (table.LAST_ROW - table.HEADER_ROW, False)])
def test_more_rows_than_a_sheet_holds_are_refused_before_the_first(count, fits):
    with pytest.raises(table.OtherRows if fits else table.TooManyRows):
        table.write(io.BytesIO(), "表", [], [table.Column("县", 20)], [], count=count)


# What is filtered on the screen is what is exported


@pytest.mark.parametrize(
    ("query", "units", "words"),
    [
        ("?county={jing}", ["泾县", "桃花潭镇", "琴溪镇"], "县（市、区）：泾县"),
        ("?status=draft", ["市教体局"], "状态：填报中"),
        ("?status=accepted&county={jing}", ["桃花潭镇", "琴溪镇"], "县（市、区）：泾县，状态：已受理"),
        ("?track={township}", ["桃花潭镇", "庙首镇", "琴溪镇", "低分镇"], "申报类别：乡镇（街道）示范点"),
        ("?q=桃花&page=7", ["桃花潭镇"], "搜索：桃花"),
        ("?status=declined", [], "状态：不予受理"),
    ],
)
def test_the_office_list_is_exported_as_it_is_filtered(everything, jing, officer, screen, export, query, units, words):
    query = query.format(jing=jing.pk, township=everything.tracks.get(key="township").pk)

    for name in ("applications", "public_applications"):
        job, sheet = export(name, officer, query)

        assert sorted(column(sheet, "申报单位")) == sorted(units)
        assert f"筛选：{words}　" in sheet["A2"].value
        assert words in job.title
    page = screen(reverse("applications:list") + query)
    assert [unit.name for unit, *_others in page.context["rows"]] == column(sheet, "申报单位")
    assert f'action="{reverse("results:export_applications")}?' in page.content.decode()


def test_the_internal_list_has_phones_and_the_public_one_has_none(everything, officer, export):
    _job, internal = export("applications", officer)
    _job, public = export("public_applications", officer)

    assert "0563-5020001" in column(internal, "联系电话")
    words = " ".join(str(cell.value) for row in public.iter_rows() for cell in row)
    assert "汪小桃" not in words
    assert "0563" not in words
    assert column(public, "报送日期")[0] in (datetime(2021, 9, 28), table.EMPTY)


def test_a_county_exports_the_units_below_it_and_no_others(everything, county_clerk, jingde, export):
    for query, units in (("?status=accepted", ["桃花潭镇", "琴溪镇"]), (f"?county={jingde.pk}", []), ("?q=庙首", [])):
        _job, sheet = export("applications", county_clerk, query)

        assert sorted(column(sheet, "申报单位")) == units


@pytest.mark.parametrize(("query", "units"), [("?state=overdue", ["桃花潭镇", "庙首镇"]), ("?state=open", []), ("?county=341823", ["桃花潭镇"]), ("?q=公示栏&county=341825", ["庙首镇"])])
def test_the_rectification_list_is_exported_as_it_is_filtered(everything, officer, screen, export, query, units):
    _job, sheet = export("rectifications", officer, query)

    assert column(sheet, "单位") == units
    page = screen(reverse("inspections:rectification_list") + query)
    assert [row["task"].application.organization.name for row in page.context["rows"]] == units
    assert "导出整改台账" in page.content.decode()


def test_a_task_is_listed_with_its_last_answer_and_the_last_day_of_its_term(everything, officer, clerk, export):
    task = Rectification.objects.get(application__organization=clerk.organization)
    for day, text in ((9, "=正在办"), (10, "=已更新")):
        RectificationStep.objects.create(rectification=task, kind="answer", text=text, at=moment(10, day), by=clerk)

    _job, sheet = export("rectifications", officer, "?county=341823")

    assert column(sheet, "整改结果") == ["=已更新"]
    assert column(sheet, "整改期限（末日）") == [datetime(2021, 10, 11)]
    assert column(sheet, "状态") == ["逾期"]


def test_a_unit_exports_its_own_tasks_only(everything, clerk, export):
    _job, sheet = export("rectifications", clerk)

    assert column(sheet, "单位") == ["桃花潭镇"]


def test_the_visit_list_is_exported_as_it_is_filtered(everything, officer, screen, export):
    expected = {"locked": ["低分镇", "琴溪镇"], "late": ["庙首镇", "桃花潭镇"], "planned": ["庙首镇", "桃花潭镇"], "conflict": ["庙首镇"], "": ["低分镇", "庙首镇", "桃花潭镇", "琴溪镇"]}
    for state in ("", *listing.VISIT_STATES):
        query = f"?state={state}&view=grid"
        _job, sheet = export("visits", officer, query)

        assert sorted(column(sheet, "单位")) == expected.get(state, [])
        page = screen(reverse("inspections:visit_list") + query)
        assert [visit.application.organization.name for visit in page.context["page_obj"]] == column(sheet, "单位")
    assert "导出验收安排" in page.content.decode()


def test_the_ranking_is_exported_as_it_is_filtered(everything, officer, jing, screen, export):
    track = everything.tracks.get(key="township")
    for query in ("", "?only=chosen", "?county=341825", "?county=341823&only=chosen"):
        _job, sheet = export("ranking", officer, f"{query or '?'}&track={track.pk}")

        page = screen(reverse("results:ranking", args=[track.pk]) + query)
        assert column(sheet, "单位") == [line["organization"].name for line in page.context["lines"]]
        assert "申报类别：乡镇（街道）示范点" in sheet["A2"].value
    assert f'{reverse("results:export_ranking")}?county=341823&amp;only=chosen&amp;track={track.pk}' in page.content.decode()


def test_the_ranking_has_totals_of_the_ranking(everything, officer, export):
    _job, sheet = export("ranking", officer, f"?track={everything.tracks.get(key='township').pk}")

    assert column(sheet, "单位")[:2] == ["琴溪镇", "低分镇"]
    assert column(sheet, "总分")[:3] == [90, 60, table.EMPTY]
    assert column(sheet, "名次")[:3] == [1, 2, table.EMPTY]
    assert column(sheet, "名单")[:2] == ["选入", table.EMPTY]
    assert column(sheet, "说明")[1] == "低于合格线"
    assert "总分 = 材料审核 × 40%" in sheet["A2"].value
    assert "分值非官方" in sheet["A2"].value


def test_the_ranking_tells_of_conflicts_that_were_let_pass_as_the_screen_does(everything, inspector, lead, officer, screen, export):
    visit = everything.applications.get(organization__short_name="桃花潭镇").visit
    ConflictOverride.objects.create(visit=visit, user=inspector, conflict="曾在该镇任职", reason="任职已满三年", allowed_at=NOW, allowed_by=lead)
    track = everything.tracks.get(key="township")

    _job, sheet = export("ranking", officer, f"?track={track.pk}")

    told = dict(zip(column(sheet, "单位"), column(sheet, "回避"), strict=True))
    assert told[visit.application.organization.name] == f"{inspector.name}经批准不回避"
    assert told["庙首镇"] == "无"
    shown = {line["organization"].name: line["excepted"] for line in screen(reverse("results:ranking", args=[track.pk])).context["lines"]}
    assert {name for name, words in told.items() if "不回避" in words} == {name for name, excepted in shown.items() if excepted}


# Scores: nobody learns from a workbook what the screen does not show yet


def test_scores_stand_beside_each_other_once_all_have_finished(everything, officer, export):
    _job, sheet = export("scores", officer, "?q=琴溪")

    application = Application.objects.get(organization__name="琴溪镇")
    assert len(lines(sheet)) == application.responses.count() == 3
    assert set(column(sheet, "单位")) == {"琴溪镇"}
    assert sheet["A2"].value.startswith("筛选：搜索：琴溪")
    first = application.responses.in_order().first()
    assert (column(sheet, "分值")[0], column(sheet, "材料得分")[0], column(sheet, "现场得分")[0]) == (first.maximum, float(first.maximum) * .9, float(first.maximum) * .9)
    assert column(sheet, "扣分理由或说明")[0] == "有缺项"


def test_a_scorer_exports_only_the_own_scores_before_the_other_has_finished(everything, taohuatan, officer, second_officer, auditor, export):
    everything.desk_scorers = 2
    everything.save()
    application = Application.objects.get(organization=taohuatan)
    make_desk_review(application, second_officer, {"1.1": 3})
    make_desk_review(application, officer, {"1.1": 7}, finished=False)

    _job, sheet = export("scores", officer, "?q=桃花潭")
    assert (column(sheet, "材料评分人一")[0], sheet["G4"].value, column(sheet, "材料评分人二")[0], column(sheet, "材料得分")[0]) == ("宋小公", 7, table.EMPTY, table.EMPTY)
    assert "程小开" not in " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    _job, sheet = export("scores", auditor, "?q=桃花潭")
    assert {column(sheet, "材料评分人一")[0], column(sheet, "材料评分人二")[0]} == {"宋小公", "程小开"}
    for reader, scorers in ((officer, {"宋小公"}), (auditor, {"宋小公", "程小开"})):
        assert {row[4] for row in reports.workbook_rows(everything, reader)["items"] if row[1] == "桃花潭镇"} == scorers

    DeskReview.objects.filter(scorer=officer).update(finished_at=moment(10, 9))
    Score.objects.filter(application=application, scorer=officer, item__code="1.1").update(points=3)
    _job, sheet = export("scores", officer, "?q=桃花潭")
    assert {column(sheet, "材料评分人一")[0], column(sheet, "材料评分人二")[0]} == {"宋小公", "程小开"}
    assert column(sheet, "材料得分")[0] == 3


def test_scores_of_a_visit_stay_blank_until_it_is_locked(everything, taohuatan, officer, inspector, export):
    application = Application.objects.get(organization=taohuatan)
    response = application.responses.in_order().first()
    Score.objects.create(stage="site", application=application, item=response.item, scorer=inspector, points=1, maximum=response.maximum, reason="有缺项", scored_at=NOW)

    _job, sheet = export("scores", officer, "?q=桃花潭")
    assert (column(sheet, "现场各人得分")[0], column(sheet, "扣分理由或说明")[0]) == (table.EMPTY, table.EMPTY)

    visit = application.visit
    visit.locked_at, visit.locked_by, visit.findings_sha256 = NOW, inspector, "0" * 64
    visit.save()
    _job, sheet = export("scores", officer, "?q=桃花潭")
    assert (column(sheet, "现场各人得分")[0], column(sheet, "扣分理由或说明")[0]) == ("胡小验 1", "有缺项")


# The others


def test_the_counties_add_up(everything, officer, export):
    _job, sheet = export("counties", officer)

    by_county = {row[0]: row[1:] for row in lines(sheet)}
    assert list(by_county) == ["泾县", "旌德县", "不属于县（市、区）的单位", "合计"]
    assert by_county["泾县"][1:4] == [2, 2, 2]
    assert by_county["泾县"][6:] == [1, 0, 1, 90, 1, 1]
    assert by_county["不属于县（市、区）的单位"][1:4] == [1, 0, 0]
    assert by_county["合计"][1:4] == [5, 4, 4]
    assert by_county["合计"][9] is None
    asked = {count.county.name: f"{count.track} {count.counted}/{count.minimum}" for count in county_counts(everything, NOW)}
    assert asked["泾县"] == by_county["泾县"][4]


def test_places_show_what_is_used_and_what_is_left(everything, officer, export):
    _job, sheet = export("places", officer)

    row = next(row for row in lines(sheet) if row[0] == "乡镇（街道）示范点")
    assert row == ["乡镇（街道）示范点", 10, 1, 9, 1, "拟定中", "琴溪镇", table.EMPTY]
    assert lines(sheet)[-1][1:5] == [18, 1, 17, 1]


def test_the_yearly_bonus_of_each_title_is_as_the_rule_says(everything, officer, lead, export, monkeypatch):
    fallen = make_scored("失格镇", everything, 95, code="T999999")
    Naming.objects.create(place=make_place(fallen, 2), application=fallen, named_at=NOW, named_by=lead, withdrawn_at=NOW, withdrawn_by=lead, withdrawn_reason="弄虚作假")
    standing, withdrawn = rules.yearly_bonus(everything)
    assert (withdrawn.naming.application, withdrawn.points) == (fallen, 0)
    monkeypatch.setattr(rules, "yearly_bonus", lambda campaign: [replace(standing, points=Decimal("2.5"), note=""), withdrawn])

    _job, sheet = export("yearly_bonus", officer)

    unit = ["琴溪镇", "泾县", "乡镇（街道）示范点", "宣政务〔2021〕9号", datetime(2021, 11, 1)]
    assert lines(sheet) == [[*unit, 2.5, table.EMPTY], ["失格镇", table.EMPTY, "乡镇（街道）示范点", table.EMPTY, datetime(2021, 11, 2), 0, withdrawn.note]]


# Who, when, how much


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("person", ["bureau_clerk", "county_clerk", "inspector", "administrator", "nobody"])
def test_only_who_sees_the_screen_may_export_it(campaign, client, request, name, person):
    client.force_login(request.getfixturevalue(person))
    own = {"bureau_clerk": ["rectifications"], "county_clerk": ["applications", "public_applications", "rectifications"]}.get(person, [])

    answer = client.post(reverse(f"results:export_{name}"))

    assert answer.status_code == (302 if name in own else 403)
    assert Job.objects.exists() == (name in own)


def test_who_lost_the_role_meanwhile_gets_no_file(campaign, officer, client):
    client.force_login(officer)
    client.post(reverse("results:export_applications"))
    RoleGrant.objects.filter(user=officer).delete()
    job = Job.objects.get()

    with pytest.raises(PermissionDenied, match="没有导出申报汇总表的权限"):
        jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.file) == (Job.State.FAILED, "")


def test_an_export_is_audited_with_its_filter(everything, officer, jing, export):
    export("applications", officer, f"?county={jing.pk}")

    assert AuditEvent.objects.get(action="accounts.export").detail["parameters"] == {"workbook": "applications", "campaign": everything.pk, "query": f"county={jing.pk}"}


def test_exports_wait_on_one_page_to_be_fetched_later(everything, officer, lead, client, export, screen):
    job, _sheet = export("places", officer)
    Job.objects.create(owner=officer, kind="results.export", title="正在做的表", state=Job.State.RUNNING, done=500, total=1200, created_at=NOW)

    page = screen(reverse("results:exports")).content.decode()
    part = screen(reverse("results:exports"), **{"HX-Request": "true"}).content.decode()

    for html in (page, part):
        assert f'href="{reverse("accounts:download", args=[job.pk])}"' in html
        assert "500 / 1200" in html
        assert "hx-trigger" in html
    assert "<html" not in part
    assert "名额使用（全部）</th>" in page
    client.force_login(lead)
    assert job.title not in client.get(reverse("results:exports")).content.decode()


@pytest.mark.parametrize("name", EXPORTS)
def test_the_number_of_queries_does_not_grow_with_the_rows(everything, officer, name, taohuatan):
    everything.refresh_from_db()
    assert officer.roles

    def asks():
        with CaptureQueriesContext(connection) as queries:
            found = EXPORTS[name].rows(rows.Asked(officer, everything, QueryDict(), NOW))
            assert len(list(found.rows)) == found.count
        return len(queries), found.count

    few, before = asks()
    lead = make_user()
    for number in range(4):
        unit = make_scored(f"新{number}镇", everything, 85, parent=taohuatan.parent)
        make_rectification(unit, officer)
        Naming.objects.create(place=make_place(unit, number + 2), application=unit, named_at=NOW, named_by=lead)
    many, after = asks()

    assert many == few
    assert after > before or name in ("counties", "places")


def test_rows_are_read_in_pieces_and_come_in_order(everything, officer, monkeypatch, jing):
    monkeypatch.setattr(rows, "CHUNK", 2)
    for number in range(5):
        make_organization(f"又{number}镇", parent=jing)

    found = rows.applications(rows.Asked(officer, everything, QueryDict("track=" + str(everything.tracks.get(key="township").pk)), NOW))
    names = [row[0] for row in found.rows]

    assert len(names) == found.count == 9
    assert names[-5:] == [f"又{number}镇" for number in range(5)]


def test_progress_is_told_while_rows_are_written(monkeypatch):
    told = []
    monkeypatch.setattr(table, "PROGRESS_EVERY", 2)

    table.write(io.BytesIO(), "表", [], [table.Column("县", 20)], (["泾县"] for _row in range(5)), count=5, progress=lambda done, of: told.append((done, of)))

    assert told == [(2, 5), (4, 5), (5, 5)]


def test_ten_times_the_rows_take_no_more_memory(everything, officer, jing):
    """Nothing of a row stays once it is written: of the keys and the counts alone a long table grows."""
    def peak(number):
        columns = EXPORTS["applications"].columns(everything)
        cells = [["单位", "泾县", "类别", "已受理", 1, 2, 3, "汪小桃", "0563-5020001", NOW, NOW, "长" * 200] for _row in range(number)]
        tracemalloc.start()
        table.write(io.BytesIO(), "表", [], columns, iter(cells), count=number)
        return tracemalloc.get_traced_memory()[1], tracemalloc.stop()

    few, many = peak(100)[0], peak(1000)[0]

    assert many < few * 1.5


# Another program


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", EXPORTS)
def test_another_program_prints_every_column_on_one_page_wide(everything, officer, export, tmp_path, name):
    job, sheet = export(name, officer)
    (tmp_path / "table.xlsx").write_bytes(content_of(job))

    subprocess.run(
        [shutil.which("soffice") or "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "table.xlsx")],
        check=True, capture_output=True,
    )

    document = pypdfium2.PdfDocument(tmp_path / "table.pdf")
    pages = ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    width, height = document[0].get_size()
    assert width > height
    headings = [cell.value for cell in sheet[table.HEADER_ROW]]
    for page in pages:
        for heading in headings:
            assert heading in page
    assert f"共{len(document)}页" in pages[0]
    printed = "".join(pages)
    for row in lines(sheet):
        assert next(value for value in row if isinstance(value, str)) in printed
