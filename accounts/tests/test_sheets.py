"""A workbook somebody sent is read in a process with little memory and time, whatever it holds (S-28)."""

import io
import subprocess
import sys
import zipfile
from datetime import datetime, time
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import Workbook

from accounts import sheets
from accounts.tests import corpus

NAMES = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(*rows):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def rewritten(part, text, content=None):
    """A workbook in which one part says something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content or book(["a"]))) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return file.getvalue()


def sheet(data, before="", after=""):
    text = f'<?xml version="1.0"?>{before}<worksheet xmlns="{NAMES}"><sheetData>{data}</sheetData>{after}</worksheet>'
    return rewritten("xl/worksheets/sheet1.xml", text)


def entities():
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    return f"<!DOCTYPE x [{lines}]>"


def many_styles():
    """A million ways to look, none of them used."""
    styles = f'<?xml version="1.0"?><styleSheet xmlns="{NAMES}"><cellXfs>{"<xf/>" * 1_000_000}</cellXfs></styleSheet>'
    return rewritten("xl/styles.xml", styles)


def many_merges():
    merged = "".join(f'<mergeCell ref="A{n}:XFD{n + 1}"/>' for n in range(1, 200_000, 2))
    return sheet('<row r="1"><c r="A1"><v>1</v></c></row>', after=f"<mergeCells>{merged}</mergeCells>")


FAR_DOWN = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
HEAVY = {
    "one cell at the far end": lambda: sheet(FAR_DOWN),
    "one cell far to the right": lambda: sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'),
    "a row of everything": lambda: sheet('<row r="1">' + '<c><v>1</v></c>' * 50_000 + "</row>"),
    "rows without end": lambda: sheet('<row><c><v>1</v></c></row>' * 60_000),
    "an entity bomb": lambda: sheet('<row r="1"><c r="A1" t="str"><v>&e8;</v></c></row>', before=entities()),
    "an entity from outside": lambda: sheet('<row r="1"><c r="A1" t="str"><v>&x;</v></c></row>', before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "no workbook": lambda: b"PK\3\4 something else",
    "nothing": lambda: b"",
}
# Heavy for a reader that builds everything in memory; a stream passes them by, or the limits end it.
EITHER = {"a million styles": many_styles, "merged ranges": many_merges}


def test_cells_come_back_as_they_were():
    moment = datetime(2021, 9, 27, 10, 32)

    rows = sheets.rows_of(book(["名称", "分数"], ["桃花潭镇", 92.5, True, moment, time(8, 30)], [], ["=1+1", 3, None]))

    assert rows == [["名称", "分数"], ["桃花潭镇", 92.5, True, moment, time(8, 30)], [], [None, 3]]


def test_a_sheet_may_have_exactly_the_most_columns():
    assert len(sheets.rows_of(book(["x"] * sheets.MAX_COLUMNS))[0]) == sheets.MAX_COLUMNS

    with pytest.raises(sheets.Unreadable) as refused:
        sheets.rows_of(book(["x"] * (sheets.MAX_COLUMNS + 1)))
    assert refused.value.too_large


def with_merged(*ranges):
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return sheet('<row r="1"><c r="A1"><v>1</v></c></row>', after=f"<mergeCells>{merged}</mergeCells>")


def test_merged_ranges_come_counted_from_one():
    assert sheets.rows_and_merges(with_merged("A1:C1", "B3:B7"))[1] == [(1, 1, 1, 3), (3, 2, 7, 2)]
    assert sheets.rows_and_merges(book(["a"]))[1] == []


@pytest.mark.parametrize("ranges", [sheets.MAX_MERGED, sheets.MAX_MERGED + 1])
def test_no_more_than_the_most_merged_ranges_are_told(ranges):
    content = with_merged(*(f"A{n}:B{n}" for n in range(1, ranges + 1)))

    assert len(sheets.rows_and_merges(content)[1]) == sheets.MAX_MERGED


def test_what_is_no_range_is_no_workbook():
    with pytest.raises(sheets.Unreadable):
        sheets.rows_and_merges(with_merged("nonsense"))


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_sheet_is_refused(name):
    with pytest.raises(sheets.Unreadable):
        sheets.rows_of(HEAVY[name]())


@pytest.mark.parametrize(("content", "reason"), [
    (corpus.OLD, "old_format"), (corpus.OLD + "EncryptedPackage".encode("utf-16-le"), "encrypted"), (b"\xef\xbb\xbf <html>", "web_page"), (b"PK", "unreadable"),
])
def test_the_reason_is_told_apart(content, reason):
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.rows_of(content)

    assert refused.value.reason == reason


def test_blank_lines_to_the_end_of_the_sheet_are_no_rows():
    content = sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(f'<row r="{n}"/>' for n in range(2, 60_000)))

    assert sheets.rows_of(content) == [[1]]


def of_sheets(active="", hidden=(), **rows_of_sheets):
    made = Workbook()
    made.remove(made.active)
    for title, rows in rows_of_sheets.items():
        worksheet = made.create_sheet(title)
        worksheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            worksheet.append(row)
    made.active = made.sheetnames.index(active) if active else 0
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_the_worksheet_that_was_open_is_read_and_the_others_are_named():
    content = of_sheets(泾县=[["甲"]], 旌德县=[["乙"], ["丙", datetime(2021, 9, 27)]], 空表=[], 空格=[[" "]], 旧表=[["丁"]], hidden=["旧表"], active="旌德县")

    found = sheets.table(content)

    assert (found.rows, found.sheet, found.unread) == ([["乙"], ["丙", datetime(2021, 9, 27)]], "旌德县", ["泾县"])
    assert found.beginnings == {"泾县": [["甲"]], "旌德县": [["乙"], ["丙", datetime(2021, 9, 27)]]}
    asked = sheets.table(content, "泾县")
    assert (asked.rows, asked.sheet, asked.unread) == ([["甲"]], "泾县", ["旌德县"])


def test_an_open_worksheet_without_anything_gives_way():
    found = sheets.table(of_sheets(空表=[], 名单=[["甲"]]))

    assert (found.rows, found.sheet, found.unread) == ([["甲"]], "名单", [])


def test_the_first_worksheet_that_suits_is_read_unless_the_open_one_does_or_one_was_asked_for():
    content = of_sheets(说明=[["怎样填"]], 甲表=[["名称"]], 乙表=[["名称"]])

    def suits(rows):
        return ["名称"] in rows

    assert sheets.table(content, suits=suits).sheet == "甲表"
    assert sheets.table(content, "说明", suits).sheet == "说明"
    assert sheets.table(of_sheets(甲表=[["名称"]], 乙表=[["名称"]], active="乙表"), suits=suits).sheet == "乙表"
    assert sheets.table(of_sheets(说明=[["怎样填"]], 附表=[["x"]]), suits=suits).sheet == "说明"


@pytest.mark.parametrize(("blank", "told"), [(sheets.LOOKED_AT - 1, [["甲"]]), (sheets.LOOKED_AT, [])])
def test_a_worksheet_that_begins_far_below_is_named_all_the_same(blank, told):
    found = sheets.table(of_sheets(名单=[["a"]], 另表=[*[[]] * blank, ["甲"]]))

    assert found.unread == ["另表"]
    assert found.beginnings["另表"] == told


def second_sheet(data):
    text = f'<?xml version="1.0"?><worksheet xmlns="{NAMES}"><sheetData>{data}</sheetData></worksheet>'
    return rewritten("xl/worksheets/sheet2.xml", text, of_sheets(名单=[["a"]], 另表=[["b"]]))


@pytest.mark.parametrize("data", [FAR_DOWN, '<row r="1">' + "<c><v>1</v></c>" * 16_000 + "</row>", "<row><c><v>1</v></c></row>" * 200_000, '<row r="x"/>'])
def test_another_worksheet_that_is_heavy_or_broken_is_named_and_refused_only_when_asked_for(data):
    content = second_sheet(data)

    found = sheets.table(content)

    assert (found.rows, found.unread) == ([["a"]], ["另表"])
    with pytest.raises(sheets.Unreadable):
        sheets.table(content, "另表")


def test_cells_are_counted_over_all_worksheets():
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.table(of_sheets(名单=[["a"] * 100] * (sheets.MAX_CELLS // 100), 另表=[["b"]]))

    assert refused.value.too_large

@pytest.mark.parametrize(("text", "rows"), [
    ("甲,乙\r\n1,2\r\n", [["甲", "乙"], ["1", "2"]]),
    ("甲\t乙,丙\n1\t2,3\n", [["甲", "乙,丙"], ["1", "2,3"]]),  # a tab, though there are as many commas
    ("甲,乙\n1,二；a;b;c;d\n", [["甲", "乙"], ["1", "二；a;b;c;d"]]),  # a comma, though there are more semicolons in one line
    ("甲;乙\n1,5;2,5\n", [["甲", "乙"], ["1,5", "2,5"]]),
    ("sep=|\n甲|乙,\n", [[], ["甲", "乙,"]]),
    ('sep="\n甲,乙\n', [['sep="'], ["甲", "乙"]]),
    ('"两\n行",乙\n', [["两\n行", "乙"]]),
    ("甲\0,乙\n", [["甲", "乙"]]),
])
def test_rows_of_a_text_keep_their_numbers(text, rows):
    assert sheets.table(text.encode()) == (rows, [], "", {})


@pytest.mark.parametrize(("content", "reason"), [
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "encoding"), ("甲".encode("utf-16") + b"\0", "encoding"), ('甲,"乙\n'.encode(), "quotes"), (b"<table>", "web_page"),
])
def test_why_a_text_was_not_read_is_told_apart(content, reason):
    with pytest.raises(sheets.Unreadable) as refusal:
        sheets.table(content)

    assert refusal.value.reason == reason


def test_no_sheet_costs_more_memory_than_a_child_may_have(tmp_path):
    """Read or refused, in a process of its own, which sees the largest of its children."""
    for number, make in enumerate([HEAVY["one cell at the far end"], HEAVY["an entity bomb"], corpus.bomb, corpus.lying, *EITHER.values()]):
        (tmp_path / f"{number}.xlsx").write_bytes(make())
    program = """
import resource, sys
from accounts import sheets
for path in sys.argv[1:]:
    try:
        sheets.rows_of(open(path, "rb").read())
    except sheets.Unreadable:
        pass
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    paths = sorted(map(str, tmp_path.iterdir()))

    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program, *paths], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)

    assert run.stderr == ""
    assert int(run.stdout) * 1024 < sheets.MEMORY


@pytest.mark.parametrize(
    ("make", "sentence"), [(HEAVY["one cell at the far end"], "表格太大：最多 50000 行、200 列"), (HEAVY["no workbook"], "表格打不开"), (lambda: book(), "表格是空的")]
)
def test_the_administrator_is_told_what_to_do(client, administrator, make, sentence):
    client.force_login(administrator)
    file = io.BytesIO(make())
    file.name = "units.xlsx"

    page = client.post(reverse("admin:accounts_organization_import"), {"format": "0", "import_file": file, "resource": ""})

    assert sentence in page.content.decode()
