"""The annex as the office has it: what is read of it, which items are recognised, and what becomes of the version."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.models import AuditEvent
from accounts.organizations_file import known_kinds
from accounts.tests.test_sheets import HEAVY
from campaigns import campaign_file
from campaigns.actions import load_campaign
from campaigns.models import Campaign
from campaigns.tests.factories import moment
from standards import annex
from standards.actions import load_standard
from standards.actions.loading import wanted_standard
from standards.contents import items_of, present_standard
from standards.models import Annex, ItemPoints, Standard
from standards.tests.annexes import CORPUS, lines, merged_sheet, per_track_sheet, plain_sheet, saved
from standards.whole import copy_campaign

pytestmark = pytest.mark.django_db

NOTICE = Path(__file__).resolve().parents[1] / "data/xuancheng-2021.yaml"
TRACKS = {"zone": "县（市、区）示范区", "bureau": "市直单位示范点", "township": "乡镇（街道）示范点"}


@pytest.fixture(scope="module")
def document(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return campaign_file.read(NOTICE.read_bytes(), known_kinds())


@pytest.fixture
def notice(document):
    campaign, _report = load_campaign(document, at=moment(8, 17))
    load_standard(campaign, document, at=moment(8, 17))
    return campaign


@pytest.fixture(scope="module")
def categories(document):
    return wanted_standard(document)[1]


def understood(content, categories, name="细则.xlsx"):
    rows, spans, _unread = annex.read(name, content)
    grid = annex.Grid(rows, spans)
    reading = annex.entries_of(grid, annex.recognise(grid, TRACKS))
    return reading, annex.matches(reading.entries, items_of(categories))


@pytest.mark.parametrize("make", CORPUS)
def test_each_annex_is_understood_as_a_person_would(make, categories):
    case = make(categories)

    reading, matches = understood(case.content, categories, case.file)

    assert reading.sums == case.sums, case.name
    assert [match.code or None for match in matches] == case.matched, case.name
    assert len({entry.category for entry in reading.entries}) == case.categories, case.name
    assert [entry.problems for entry in reading.entries if entry.problems] == [], case.name
    assert len(reading.remarks) == case.extra.get("remarks", 0)
    assert reading.as_percent == case.extra.get("as_percent", False)


def test_titles_above_the_heading_are_no_part_of_it(categories):
    rows, spans, _unread = annex.read("细则.xlsx", merged_sheet(categories))

    layout = annex.recognise(annex.Grid(rows, spans), TRACKS)

    assert (layout.first, layout.last) == (2, 2)
    assert list(layout.labels.values()) == ["一级指标", "二级指标", "评分标准", "分值", "备注"]


def test_criteria_of_merged_lines_stay_with_their_item(categories):
    reading, _matches = understood(merged_sheet(categories), categories)

    items = [item for _category, item, _points in lines(categories)]
    assert [entry.criteria for entry in reading.entries] == [[row["text"] for row in item["checkpoints"]] for item in items]
    assert reading.entries[0].category == "组织机构健全"


def test_two_lines_of_one_item_add_up(categories):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    book.active.append(["政务公开领导机构和政务公开工作机构健全", 1])
    book.active.append(["配齐必要的专兼职人员", 1.5])

    reading, matches = understood(saved(book), categories)
    after, _left = annex.applied(reading.entries, [match.code for match in matches], categories, list(TRACKS))

    assert [match.code for match in matches] == ["1.1", "1.1"]
    assert items_of(after)["1.1"]["points"] == dict.fromkeys(TRACKS, Decimal("2.5"))


def test_points_are_taken_as_they_stand_and_never_scaled(categories):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    for _category, item, _points in lines(categories):
        book.active.append([item["text"], 7])

    reading, matches = understood(saved(book), categories)
    after = items_of(annex.applied(reading.entries, [match.code for match in matches], categories, list(TRACKS))[0])

    assert reading.sums == {"": 168}
    assert {value for item in after.values() for value in item["points"].values()} == {7}


def test_a_column_per_track_decides_where_an_item_applies(categories):
    reading, matches = understood(per_track_sheet(categories), categories)
    everywhere = [category | {"items": [item | {"points": dict.fromkeys(TRACKS, Decimal(1))} for item in category["items"]]} for category in categories]

    after, _left = annex.applied(reading.entries, [match.code for match in matches], everywhere, list(TRACKS))

    assert {code: item["points"] for code, item in items_of(after).items()} == {code: item["points"] for code, item in items_of(categories).items()}


def test_an_unknown_line_becomes_an_item_where_its_category_is_or_nothing(categories):
    book = Workbook()
    book.active.append(["一级指标", "二级指标", "评分标准", "分值"])
    book.active.append(["信息公开规范", "设立网上接访直播间", "每月一次", 2])
    reading, matches = understood(saved(book), categories)

    assert matches[0].code == ""
    after, _left = annex.applied(reading.entries, ["new"], categories, list(TRACKS), criteria="checkpoints")
    assert annex.applied(reading.entries, ["skip"], categories, list(TRACKS))[0] == categories

    new = items_of(after)["3.6"]
    assert new["text"] == "设立网上接访直播间"
    assert new["points"] == dict.fromkeys(TRACKS, 2)
    assert [(row["code"], row["text"]) for row in new["checkpoints"]] == [("3.6-1", "每月一次")]


def test_what_the_annex_leaves_out_stays_unless_dropped(categories):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    book.active.append([categories[0]["items"][0]["text"], 10])
    reading, matches = understood(saved(book), categories)

    assert len(items_of(annex.applied(reading.entries, ["1.1"], categories, list(TRACKS))[0])) == 24
    assert list(items_of(annex.applied(reading.entries, ["1.1"], categories, list(TRACKS), drop=True)[0])) == ["1.1"]


def test_unreadable_points_are_named_at_their_line(categories):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    book.active.append(["做好法定政府信息常态化公开", "三分左右"])

    reading, _matches = understood(saved(book), categories)

    assert reading.entries[0].problems == ["分值“三分左右”读不出来，请在表格里改成数字", "没有读到分值"]


@pytest.mark.parametrize(("rows", "told"), [(annex.MOST_ENTRIES, 0), (annex.MOST_ENTRIES + 1, 1)])
def test_a_sheet_with_far_too_many_items_is_read_in_part_and_says_so(categories, rows, told):
    content = "二级指标,分值\r\n" + "".join(f"第{n}件事情,1\r\n" for n in range(rows))

    reading, matches = understood(content.encode(), categories, "细则.csv")

    assert len(reading.entries) == len(matches) == annex.MOST_ENTRIES
    assert len(reading.remarks) == told


def test_without_a_heading_nothing_is_guessed(categories):
    book = Workbook()
    book.active.append(["甲", 3])
    book.active.append(["乙", 4])

    assert understood(saved(book), categories)[0].entries == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("细则.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "另存为“Excel 工作簿（.xlsx）”"),
        ("细则.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "旧版 Excel 文件（.xls）"),
        ("细则.docx.pdf", b"%PDF-1.7", "只接受 .xlsx 和 .csv"),
        ("细则.xlsx", b"PK\3\4 no workbook", "表格打不开"),
        ("细则.csv", b"\xff\xfe\x00", "CSV 文件读不出来"),
        ("细则.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "CSV 文件读不出来"),
        ("细则.csv", "指标,分值\r\n\"机构健全,3".encode(), "CSV 文件读不出来"),
        ("细则.csv", b"\r\n,,\r\n", "表格是空的"),
        ("细则.xlsx", b"PK" + b"0" * (5 * 1024**2), "超过 5 MB"),
    ],
)
def test_what_is_no_annex_is_refused_with_advice(name, content, sentence):
    with pytest.raises(annex.Refused) as refusal:
        annex.read(name, content)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("name", HEAVY)
def test_a_hostile_workbook_is_refused(name):
    with pytest.raises(annex.Refused):
        annex.read("细则.xlsx", HEAVY[name]())


@pytest.mark.parametrize(("columns", "is_read"), [(annex.MOST_COLUMNS, True), (annex.MOST_COLUMNS + 1, False)])
def test_a_wide_sheet_is_read_up_to_its_limit(columns, is_read):
    book = Workbook()
    book.active.append(["x"] * columns)

    if is_read:
        assert len(annex.read("细则.xlsx", saved(book))[0][0]) == columns
    else:
        with pytest.raises(annex.Refused):
            annex.read("细则.xlsx", saved(book))


# The screen


def upload(client, content, name="创建细则.xlsx"):
    return client.post(reverse("standards:take_annex"), {"file": SimpleUploadedFile(name, content)})


def posted(page):
    """What the form holds as it is shown."""
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields if page.context["form"][name].value() not in (None, False)}
    return fields | {"seen": page.context["seen"]}


def apply(client, page, **changes):
    """Change something, look at what comes of it, and write it in."""
    url = page.request["PATH_INFO"]
    if changes:
        client.post(url, posted(page) | changes | {"action": "read"})
    return client.post(url, posted(client.get(url)) | {"action": "apply"})


def test_the_worksheet_with_the_annex_is_found_and_the_others_are_named(client, notice, categories, officer):
    client.force_login(officer)
    alone = client.get(upload(client, plain_sheet(categories)).url)
    book = load_workbook(BytesIO(plain_sheet(categories)))
    book.active.title = "附件2"
    book.create_sheet("说明", 0).append(["分值由各县讨论"])
    book.active = 0

    page = client.get(upload(client, saved(book)).url)

    assert "没有读" not in alone.content.decode()
    assert len({str(found.rows) for found in Annex.objects.all()}) == 1
    assert "只读了工作表「附件2」，另有「说明」没有读。要读别的，请在表格里切换到那张工作表，保存后再上传。" in page.content.decode()


def test_the_office_uploads_corrects_and_applies_the_annex(client, notice, categories, officer):
    client.force_login(officer)
    page = client.get(upload(client, merged_sheet(categories)).url)
    assert "宣城市2021年" not in page.context["lines"][0]["entry"].words
    assert [line["choice"] for line in page.context["lines"]] == list(items_of(categories))

    answer = apply(client, page, **{"match-1": "skip", "criteria": "none"})

    draft = Standard.objects.get(is_draft=True)
    assert answer.url == reverse("standards:draft", args=[draft.pk])
    assert not draft.official_points, "one item was left out"
    assert draft.points_note == "《创建细则.xlsx》没有给出其中 1 项的分值，这些项的分值不是官方分值。"
    before, after = present_standard(notice.standards.in_force())[1], present_standard(draft)[1]
    assert items_of(after)["1.2"] == items_of(before)["1.2"]
    assert items_of(after)["1.1"]["notes"] == items_of(before)["1.1"]["notes"]
    assert Annex.objects.get().applied_as == draft
    assert AuditEvent.objects.filter(action="standards.apply_annex").count() == 1


def test_points_are_official_when_the_annex_gives_all_of_them(client, notice, categories, officer):
    client.force_login(officer)
    page = client.get(upload(client, plain_sheet(categories)).url)
    assert page.context["left"] == []
    assert "仍标“非官方”" not in page.content.decode()

    answer = apply(client, page)

    draft = Standard.objects.get(is_draft=True)
    assert (draft.official_points, draft.points_note) == (True, "分值来自《创建细则.xlsx》。")
    assert "分值标为官方" in client.get(answer.url).content.decode()
    assert AuditEvent.objects.get(action="standards.apply_annex").detail["left"] == []


def some_lines(categories, n):
    """The annex as it is with the points of its first items only."""
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    for _category, item, points in lines(categories)[:n]:
        book.active.append([item["text"], float(points)])
    return saved(book)


def test_points_that_nobody_published_are_not_called_official(client, notice, categories, officer):
    client.force_login(officer)

    page = client.get(upload(client, some_lines(categories, 10)).url)
    assert [item["code"] for item in page.context["left"]] == list(items_of(categories))[10:]
    assert "细则没有给出 14 项的分值，写入后这一版仍标“非官方”" in page.content.decode()
    answer = apply(client, page)

    draft = Standard.objects.get(is_draft=True)
    assert (draft.official_points, draft.points_note) == (False, "《创建细则.xlsx》没有给出其中 14 项的分值，这些项的分值不是官方分值。")
    assert "细则没有给出 14 项的分值，仍标“非官方”" in client.get(answer.url).content.decode()


def test_what_is_not_kept_needs_no_points_of_the_annex(client, notice, categories, officer):
    client.force_login(officer)

    apply(client, client.get(upload(client, some_lines(categories, 10)).url), drop="on")

    draft = Standard.objects.get(is_draft=True)
    assert (draft.official_points, len(items_of(present_standard(draft)[1]))) == (True, 10)


def test_a_further_annex_of_a_few_items_leaves_official_points_official(client, notice, categories, officer):
    Standard.objects.update(official_points=True)
    client.force_login(officer)
    page = client.get(upload(client, some_lines(categories, 2)).url)
    assert "细则没有给出 22 项的分值，沿用原来的官方分值" in page.content.decode()

    apply(client, page)

    draft = Standard.objects.get(is_draft=True)
    assert (draft.official_points, draft.points_note) == (True, "分值来自《创建细则.xlsx》；其余 22 项沿用原来的官方分值。")


@pytest.mark.parametrize("points", ["三分", ""])
def test_an_item_whose_points_cannot_be_read_keeps_its_own_and_is_named(categories, points):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    for _category, item, value in lines(categories):
        book.active.append([item["text"], points if item["code"] == "1.2" else float(value)])
    reading, matches = understood(saved(book), categories)

    after, left = annex.applied(reading.entries, [match.code for match in matches], categories, list(TRACKS))

    assert [item["code"] for item in left] == ["1.2"]
    assert items_of(after)["1.2"]["points"] == items_of(categories)["1.2"]["points"]


def test_a_line_without_points_does_not_add_the_old_ones_to_those_of_the_next(categories):
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    book.active.append(["政务公开领导机构和政务公开工作机构健全", None])
    book.active.append(["配齐必要的专兼职人员", 1.5])
    reading, _matches = understood(saved(book), categories)

    after, _left = annex.applied(reading.entries, ["1.1"] * len(reading.entries), categories, list(TRACKS))

    assert items_of(after)["1.1"]["points"] == dict.fromkeys(TRACKS, Decimal("1.5"))


@pytest.mark.parametrize("change", [{"heading": "4"}, {"column-3": ""}, {"match-1": "skip"}, {"drop": "on", "match-1": "skip"}, {"criteria": "checkpoints"}])
def test_nothing_is_written_that_was_not_shown(client, notice, categories, officer, change):
    client.force_login(officer)
    url = upload(client, merged_sheet(categories)).url
    shown = posted(client.get(url))

    answer = client.post(url, shown | change | {"action": "apply"}, follow=True)

    assert answer.redirect_chain == [(url, 302)]
    assert "还没有写入：按你改的内容重新读取了" in answer.content.decode()
    assert not Standard.objects.filter(is_draft=True).exists()
    assert answer.context["seen"] != shown["seen"]


def test_what_changed_meanwhile_is_shown_before_it_is_written(client, notice, categories, officer):
    client.force_login(officer)
    url = upload(client, plain_sheet(categories)).url
    shown = posted(client.get(url))
    notice.standards.get().categories.get(code="1").items.filter(code="1.1").update(notes="刚刚补上的说明")

    client.post(url, shown | {"action": "apply"})
    assert not Standard.objects.filter(is_draft=True).exists()
    client.post(url, posted(client.get(url)) | {"action": "apply"})

    assert Standard.objects.filter(is_draft=True).exists()


def test_a_column_is_corrected_on_the_screen(client, notice, categories, officer):
    book = Workbook()
    book.active.append(["类别", "内容", "县里", "市里"])
    for category, item, points in lines(categories):
        book.active.append([category["name"], item["text"], float(points), 1])
    client.force_login(officer)
    url = upload(client, saved(book)).url
    page = client.get(url)
    assert page.context["read_sums"] == []

    client.post(url, posted(page) | {"column-2": "points", "action": "read"})

    page = client.get(url)
    assert page.context["read_sums"] == [("各申报类别", sum(points for _c, _i, points in lines(categories)))]
    assert Annex.objects.get().choices["columns"]["2"] == "points"
    assert not Standard.objects.filter(is_draft=True).exists()


def test_a_heading_that_was_not_found_is_named_by_its_row(client, notice, categories, officer):
    book = Workbook()
    book.active.append(["甲", "乙"])
    for _category, item, points in lines(categories):
        book.active.append([item["text"], float(points)])
    client.force_login(officer)
    url = upload(client, saved(book)).url

    client.post(url, posted(client.get(url)) | {"heading": "1"})
    client.post(url, posted(client.get(url)) | {"column-0": "item", "column-1": "points"})

    assert len(client.get(url).context["lines"]) == 24


def test_the_preview_says_what_would_change(client, notice, categories, officer):
    client.force_login(officer)

    page = client.get(upload(client, plain_sheet(categories)).url)
    html = page.content.decode()

    assert "与第1版相比，会改动的内容" in html
    assert {difference.kind for difference in page.context["differences"]} == {"changed"}
    assert "评分标准：查阅资料，缺一项扣0.5分。" in html


def test_a_refused_file_keeps_the_person_on_the_page_with_advice(client, notice, officer):
    client.force_login(officer)

    answer = upload(client, b"\xd0\xcf\x11\xe0" + b"\0" * 100, "细则.xls")

    assert answer.status_code == 422
    assert "另存为" in answer.content.decode()
    assert not Annex.objects.exists()


def test_with_a_draft_at_work_the_annex_waits(client, notice, categories, officer):
    client.force_login(officer)
    url = upload(client, plain_sheet(categories)).url
    client.post(reverse("standards:start_draft"), {"note": ""})

    answer = client.post(url, posted(client.get(url)) | {"action": "apply"})

    assert answer.status_code == 422
    assert "已有一份草稿" in answer.content.decode()
    assert Standard.objects.filter(is_draft=True).count() == 1


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("administrator", 200), ("auditor", 403), ("clerk", 403)])
def test_who_may_upload(request, client, notice, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("standards:take_annex")).status_code == status


def test_the_page_asks_as_often_for_many_lines_as_for_few(client, notice, categories, officer, django_assert_num_queries):
    client.force_login(officer)
    book = Workbook()
    book.active.append(["二级指标", "分值"])
    book.active.append([categories[0]["items"][0]["text"], 10])
    short, long = upload(client, saved(book)).url, upload(client, plain_sheet(categories)).url
    client.get(short)
    with CaptureQueriesContext(connection) as few:
        client.get(short)

    with django_assert_num_queries(len(few)):
        client.get(long)


@pytest.mark.parametrize("data", [{"match-0": "nonsense"}, {"column-0": "evil"}, {"heading": "-3"}, {"heading": "99999999999"}, {"criteria": "x"}, {"column-99": "points"}, {}])
def test_hostile_corrections_do_no_harm(client, notice, categories, officer, data):
    client.force_login(officer)
    url = upload(client, plain_sheet(categories)).url

    assert client.post(url, data | {"action": "apply"}).status_code in (302, 422)
    assert client.get(url).status_code == 200
    assert not Standard.objects.filter(is_draft=True).exists()


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-8", ";"), ("utf-16", "\t")])
def test_a_text_file_is_read_however_it_was_saved(encoding, mark):
    rows, _spans, _unread = annex.read("细则.csv", "二级指标,分值\r\n机构健全,3\r\n".replace(",", mark).encode(encoding))

    assert rows == [["二级指标", "分值"], ["机构健全", "3"]]


def test_control_characters_in_cells_are_left_out():
    rows, _spans, _unread = annex.read("细则.csv", "二级指标,分值\r\n机构\x00健全\u202e,3\r\n".encode())

    assert rows[1] == ["机构健全", "3"]


# In a campaign that nobody sees yet


@pytest.fixture
def coming(notice, officer):
    return copy_campaign(notice, code="xuancheng-2022", year=2022, by=officer, at=moment(3, 1, year=2022))


def upload_for(client, campaign, content):
    return client.post(f"{reverse('standards:take_annex')}?preparing={campaign.pk}", {"file": SimpleUploadedFile("创建细则.xlsx", content)})


def test_the_annex_changes_the_standard_of_a_campaign_in_preparation_as_it_stands(client, notice, coming, categories, officer):
    standard = coming.standards.get()
    ItemPoints.objects.filter(item__category__standard=standard, item__code="1.1").update(points=9)
    before = present_standard(standard)[1]
    client.force_login(officer)
    page = client.get(upload_for(client, coming, merged_sheet(categories)).url)
    assert "写入准备中的建设标准" in page.content.decode()

    answer = apply(client, page, **{"match-1": "skip", "criteria": "none"})

    assert answer.url == reverse("standards:draft", args=[standard.pk])
    standard = coming.standards.get()
    assert (standard.is_draft, standard.official_points, standard.note) == (False, False, "按《创建细则.xlsx》修订分值")
    after = present_standard(standard)[1]
    assert items_of(after)["1.2"] == items_of(before)["1.2"]
    assert set(items_of(before)["1.1"]["points"].values()) == {9}
    assert items_of(after)["1.1"]["points"] == items_of(present_standard(notice.standards.get())[1])["1.1"]["points"]
    assert Annex.objects.get().applied_as == standard
    event = AuditEvent.objects.get(action="standards.apply_annex")
    assert (event.campaign_code, event.detail["annex"]) == ("xuancheng-2022", "创建细则.xlsx")
    assert "再写入会覆盖" in client.get(reverse("standards:annex", args=[Annex.objects.get().pk])).content.decode()


def test_once_the_campaign_is_published_the_annex_becomes_a_draft(client, coming, categories, officer):
    client.force_login(officer)
    url = upload_for(client, coming, merged_sheet(categories)).url
    data = posted(client.get(url))
    before = present_standard(coming.standards.get())[1]
    Campaign.objects.filter(pk=coming.pk).update(published_at=moment(3, 2, year=2022))

    client.post(url, data | {"action": "apply"})

    assert present_standard(coming.standards.in_force())[1] == before
    assert coming.standards.get(is_draft=True).based_on == coming.standards.in_force()
    assert upload_for(client, coming, merged_sheet(categories)).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("officer", 200), ("administrator", 200), ("auditor", 403), ("clerk", 403), ("county_officer", 404)])
def test_who_may_upload_for_a_campaign_in_preparation(request, client, coming, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(f"{reverse('standards:take_annex')}?preparing={coming.pk}").status_code == status


@pytest.mark.parametrize("named", ["", "x", "0", "９"])
def test_an_address_that_names_no_campaign_in_preparation_is_not_there(client, notice, officer, named):
    client.force_login(officer)

    assert client.get(f"{reverse('standards:take_annex')}?preparing={named}").status_code == 404
