"""Official papers: their form by GB/T 9704-2012, their facts from what was settled, and texts the office may change without breaking anything."""

import io
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from accounts.models import AuditEvent
from applications import parsing
from applications.models import Application
from applications.papers import BadTemplate
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections.models import Rectification
from results import actions, papers, rules
from results.models import FrozenRanking, Naming, PaperKind, PaperNumber, PaperText, Recommendation, SelectionList
from results.numbers import tidy_number
from results.tests.factories import make_confirmed, make_notice, make_scored

NOW = moment(11, 12, 9)
DAYS = {"starts_on": date(2021, 11, 4), "ends_on": date(2021, 11, 10)}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def counties(campaign):
    units = [make_scored(name, campaign, 90, kind="county", code=code) for name, code in (("甲县", "C1"), ("乙县", "C2"))]
    make_confirmed(units)
    return units


@pytest.fixture
def notice(counties):
    return make_notice(counties, title="关于拟命名名单的公示", body="拟命名以下单位。\n【标题】一、现予公示。", **DAYS)


@pytest.fixture
def named(notice, campaign, lead):
    return actions.name_units(campaign, "宣公开[2021]012号", by=lead, at=moment(11, 11, 10))


@pytest.fixture
def ranked(campaign, officer, lead):
    """Three of a track, ranked and locked: two chosen, one below the pass mark."""
    units = [make_scored(name, campaign, rate, kind="bureau", code=code) for name, rate, code in (("市甲局", 95, "B1"), ("市乙局", 85, "B2"), ("市丙局", 60, "B3"))]
    track = units[0].track
    for unit in units[:2]:
        actions.choose(track, unit, by=officer, at=moment(11, 1))
    actions.lock_list(track, "宁缺毋滥。", by=officer, at=moment(11, 1, 9))
    actions.confirm_list(track, by=lead, at=moment(11, 2, 9))
    return units


def make_task(application, problem="公示栏过期", due_at=None, raised_at=None, number=0):
    response = application.responses.in_order()[number]
    return Rectification.objects.create(
        application=application, item=response.item, problem=problem, due_at=due_at or moment(10, 29), raised_at=raised_at or moment(10, 25, 9), raised_by=application.started_by,
    )


def lines(blocks):
    return [block["text"] for block in blocks if block["kind"] != "table" and block["text"]]


def download(client, kind, pk, extension="docx"):
    return client.post(reverse("results:make_paper", args=[kind, pk]), {"format": extension})


def pdf_text(data):
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(data))


# The form of the paper


@pytest.mark.parametrize("kind", PaperKind)
def test_every_word_paper_has_margins_grid_fonts_and_page_numbers_of_the_standard(kind):
    document = Document(io.BytesIO(papers.make(papers.compose(papers.BUILT_IN[kind], papers.SAMPLES[kind]), "docx")))

    section = document.sections[0]
    margins = [section.top_margin, section.left_margin, section.right_margin, section.bottom_margin]
    assert [round(margin.mm) for margin in margins] == [37, 28, 26, 35]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("linesAndChars", "579")
    pitch = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert (int(Mm(225).pt // (579 / 20)), round(Mm(156).pt / pitch, 2)) == (22, 28)
    text = [paragraph for paragraph in document.paragraphs if paragraph.text]
    fonts = {(run.font.name, run._r.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt) for paragraph in text for run in paragraph.runs}
    assert {("方正小标宋简体", "方正小标宋简体", 22.0), ("仿宋_GB2312", "仿宋_GB2312", 16.0)} <= fonts
    assert fonts <= {("方正小标宋简体",) * 2 + (22.0,), ("仿宋_GB2312",) * 2 + (16.0,), ("黑体",) * 2 + (16.0,)}
    assert all(paragraph.paragraph_format.line_spacing.twips == 579 for paragraph in document.paragraphs)
    assert document.settings.odd_and_even_pages_header_footer
    assert "Python" not in document.core_properties.author + document.core_properties.comments


def test_page_numbers_stand_outside_on_the_right_of_odd_and_the_left_of_even_pages():
    document = Document(io.BytesIO(papers.make([{"kind": "title", "text": "题"}], "docx")))

    for footer, side in ((document.sections[0].footer, "right"), (document.sections[0].even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert (paragraph.text.replace("  ", " "), [code.text for code in paragraph._p.iter(qn("w:instrText"))]) == ("— —", ["PAGE"])
        assert {run.font.name for run in paragraph.runs} == {"宋体"}
        assert {run.font.size.pt for run in paragraph.runs} == {14.0}


def test_marks_become_fonts_and_a_table():
    text = "【标题】题\n【一级】一、甲\n【二级】（一）乙\n【表头】名次｜单位\n【行】1｜桃花潭镇\n【附注】说明"

    document = Document(io.BytesIO(papers.make(papers.compose(text, {}), "docx")))

    assert {paragraph.text: paragraph.runs[0].font.name for paragraph in document.paragraphs if paragraph.text} == {
        "题": "方正小标宋简体", "一、甲": "黑体", "（一）乙": "楷体_GB2312", "（说明）": "仿宋_GB2312",
    }
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["名次", "单位"], ["1", "桃花潭镇"]]


@pytest.mark.parametrize(("sign", "right"), [("市办", (9, 2)), ("示例市政务公开", (4, 2)), ("示例市政务公开办公", (2, 2)), ("示例市人民政府政务公开办公室", (2, 7))])
def test_the_date_begins_two_characters_after_the_name_and_the_longer_stands_two_from_the_edge(sign, right):
    blocks = papers.compose("【标题】题\n文\n【署名】{{ a }}\n【日期】2021年11月12日", {"a": sign})  # the date is seven characters long

    assert [block["right"] for block in blocks[-2:]] == list(right)


def test_empty_lines_stand_where_the_standard_has_them_and_an_empty_number_leaves_none():
    blocks = papers.compose("【文号】{{ n }}\n【标题】题\n【主送】某某：\n文\n【署名】办\n【日期】2021年1月1日", {"n": "宣〔2021〕1号"})
    assert [block["kind"] for block in blocks] == ["number", "blank", "blank", "title", "blank", "to", "text", "blank", "sign", "date"]

    without = papers.compose("【文号】{{ n }}\n【标题】题\n文", {"n": ""})
    assert [block["kind"] for block in without] == ["title", "blank", "text"]


def test_name_and_date_never_stand_alone_on_a_page():
    blocks = papers.compose("【标题】题\n第一段\n第二段\n【署名】办\n【日期】2021年1月1日", {})

    assert [block["text"] for block in blocks if block.get("keep")] == ["题", "第二段", "", "办"]


@pytest.mark.parametrize("kind", PaperKind)
def test_pdf_and_word_say_the_same(kind):
    blocks = papers.compose(papers.BUILT_IN[kind], papers.SAMPLES[kind])

    data = papers.make(blocks, "pdf")

    text = pdf_text(data)
    for line in lines(blocks):
        assert "".join(line.split()) in text
    page = pypdfium2.PdfDocument(data)[0]
    assert (round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) == (210, 297)
    assert "—1—" in text


# Data is only ever data


@pytest.mark.parametrize("extension", ["docx", "pdf"])
def test_words_of_units_become_no_heading_no_cell_and_no_markup(extension):
    hostile = '【标题】假标题｜{{ 7*7 }} #read("/etc/passwd") <w:p/> \x02\x03\x04 *b* $x$\n【署名】假的\n【表头】一｜二'
    blocks = papers.compose("【标题】题\n{{ 甲 }}\n【一级】{{ 甲 }}\n【表头】名｜值\n【行】{{ 甲 }}｜1", {"甲": hostile})

    assert [block["kind"] for block in blocks] == ["title", "blank", "text", "text", "text", "head", "table"]
    assert (len(blocks[-1]["rows"][0]), blocks[-1]["rows"][0][1]) == (2, "1")
    data = papers.make(blocks, extension)
    text = pdf_text(data) if extension == "pdf" else "".join("".join(paragraph.text.split()) for paragraph in Document(io.BytesIO(data)).paragraphs)
    for words in ("假标题｜{{7*7}}", '#read("/etc/passwd")', "<w:p/>", "*b*", "$x$", "【署名】假的"):
        assert words in text
    assert "root:" not in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("【标题】{{ 不认识 }}", "认不出的名字“不认识”"),
        ("【标题】题\n{% for 类 in 类别 %}{{ 类.没有 }}{% endfor %}", "认不出的名字“没有”"),
        ("【标题】题\n{% for 类 in 类别 %}\n没有结束", "第 3 行附近的标记不完整"),
        ("【标题】{{ 活动", "标记不完整"),
        ("【标题】题 {{ ''.__class__.__mro__ }}", "不允许的写法|认不出的名字"),
        ("【标题】题 {{ 活动.__init__.__globals__ }}", "不允许的写法|认不出的名字"),
        ("【标题】题 {{ range(10) }}", "认不出的名字"),
        ("【标题】题 {% include '/etc/passwd' %}", "不能用的写法"),
        ("【标题】题 {{ 类别 }}", "直接显示了一组内容"),
        ("【标题】题 {{ 1 + '一' }}", "不能用的写法"),
        ("没有标题的文本", "没有标题"),
        ("【标题】题\n【大标题】甲", "认不出行首的【大标题】"),
        ("【标题】题\n【行】1｜2", "前面没有【表头】"),
        ("【标题】题\n【表头】甲｜乙\n【行】1｜2｜3", "【行】有 3 格，【表头】有 2 格"),
        ("【标题】题", "没有写出“位.名称”"),
    ],
)
def test_a_bad_text_is_refused_with_the_reason_and_nothing_is_lost(client, officer, campaign, text, sentence):
    actions.save_paper_text(campaign, "naming", papers.BUILT_IN["naming"] + "【附注】我们的", base=0, by=officer, at=NOW)
    own = PaperText.objects.get()
    client.force_login(officer)

    answer = client.post(reverse("results:paper_text", args=["naming"]), {"text": text, "base": own.pk})

    assert answer.status_code == 422
    with pytest.raises(BadTemplate, match=sentence):
        papers.try_text("naming", text)
    assert answer.context["form"]["text"].value() == text
    assert str(next(iter(answer.context["form"].errors["text"]))) in answer.content.decode().replace("&#x27;", "'")
    assert list(PaperText.objects.in_use()) == [own]


def test_a_text_that_never_ends_is_stopped(monkeypatch):
    run = parsing.run
    monkeypatch.setattr(parsing, "run", lambda job, extension, file: run(job, extension, file, seconds=3))

    with pytest.raises(BadTemplate, match="太复杂"):
        papers.try_text("naming", "【标题】{% for a in 10**9 * '长' %}{% endfor %}")


@pytest.mark.parametrize("kind", PaperKind)
def test_each_built_in_text_passes_its_own_trial_and_only_names_what_is_listed(kind):
    papers.try_text(kind, papers.BUILT_IN[kind])
    listed = " ".join(name + str(meaning) for name, meaning in [*papers.NAMES[kind], *papers.COMMON_NAMES])

    for name in papers.SAMPLES[kind]:
        assert name in listed, name


# Facts


def test_a_notice_tells_units_by_code_its_days_and_its_own_words(notice, ranked):
    blocks = papers.blocks("notice", notice)

    said = lines(blocks)
    assert said[:3] == ["关于拟命名名单的公示", "拟命名以下单位。", "【标题】一、现予公示。"]
    assert said[3:5] == ["一、县（市、区）示范区（2个）", "甲县、乙县"]
    assert "公示期为2021年11月4日至2021年11月10日（5个工作日）。对公示单位如有异议，请在公示期内实名反映" in said[5]
    assert said[-2:] == ["市政务公开办", "2021年11月3日"]


def test_names_of_units_are_those_the_confirmed_list_froze(ranked):
    organization = ranked[0].organization
    organization.name = "改名后的局"
    organization.save()

    facts = papers.names("notice", make_notice(ranked[:2], **DAYS))

    assert [unit["名称"] for unit in facts["类别"][0]["单位"]] == ["市甲局", "市乙局"]


def test_titles_given_together_are_one_paper_with_the_number_they_were_given(named, campaign, lead):
    later = make_scored("市丁局", campaign, 90, kind="bureau")
    make_confirmed([later])
    make_notice([later], **DAYS)
    actions.name_units(campaign, "", by=lead, at=NOW)

    said = lines(papers.blocks("naming", named[0]))

    assert said[0] == "宣公开〔2021〕12号"
    assert any("命名以下2个单位" in line for line in said)
    assert "甲县、乙县" in said
    assert not any("市丁局" in line for line in said)
    assert said[-1] == "2021年11月11日"


def test_a_title_taken_back_later_stays_in_the_paper_of_its_day_and_is_told_on_the_screen(client, officer, named):
    Naming.objects.filter(pk=named[0].pk).update(withdrawn_at=NOW, withdrawn_by=officer, withdrawn_reason="不再符合")
    client.force_login(officer)

    assert "甲县、乙县" in lines(papers.blocks("naming", named[0]))
    assert "其中 1 个后来撤销了命名" in client.get(reverse("results:papers")).content.decode()


def test_what_a_unit_was_told_on_one_day_is_one_letter(counties, officer, client):
    first = make_task(counties[0], "第一处。\n【标题】第二行")
    make_task(counties[0], "第二处。", due_at=moment(10, 30, 17, 30), raised_at=moment(10, 25, 23, 59, 59), number=1)
    make_task(counties[0], "次日的。", raised_at=moment(10, 26), number=2)
    make_task(counties[1], "别的单位的。")

    said = lines(papers.blocks("rectification", first))

    assert said[:2] == ["整改通知书", "甲县："]
    assert "以下2个需要整改的问题" in said[2]
    assert [line for line in said if "整改期限" in line] == ["整改期限：2021年10月28日24时前。", "整改期限：2021年10月30日17时30分前。"]
    assert ["存在的问题：第一处。", "【标题】第二行"] == said[4:6]
    assert not any("次日" in line or "别的" in line for line in said)
    assert said[-1] == "2021年10月25日"
    client.force_login(officer)
    assert [line["detail"] for line in client.get(reverse("results:papers")).context["sections"][2]["lines"]] == ["1 个问题", "2 个问题", "1 个问题"]


def test_the_letter_to_the_province_names_whom_it_recommends_and_why(named, campaign, lead):
    assert "还没有向省推荐的单位" in str(rules.paper_problems("recommendation", campaign)[0])
    for title in named:
        Recommendation.objects.create(naming=title, target="省级示范区", reason=f"{title.application.organization}经验可复制。", recommended_at=NOW, recommended_by=lead)
    Naming.objects.filter(pk=named[1].pk).update(withdrawn_at=NOW, withdrawn_by=lead, withdrawn_reason="不再符合")

    said = lines(papers.blocks("recommendation", campaign))

    assert rules.paper_problems("recommendation", campaign) == []
    assert "关于推荐省级示范区的函" in said
    assert "推荐理由：甲县经验可复制。" in said
    assert not any("乙县" in line for line in said)


def test_the_summary_comes_from_the_frozen_ranking_alone(ranked, campaign):
    frozen = FrozenRanking.objects.get()
    before = papers.blocks("summary", campaign)
    ranked[0].adjustments.create(kind="bonus", points=Decimal(5), reason="试点", basis="函件", proposed_at=NOW, proposed_by=frozen.locked_by)
    campaign.pass_mark = 99
    campaign.save()

    after = papers.blocks("summary", campaign)

    assert before == after
    table = next(block for block in after if block["kind"] == "table")
    assert [[row[0], row[1], row[4], row[5], row[6]] for row in table["rows"]] == [
        ["1", "市甲局", "95.00", "合格", "是"], ["2", "市乙局", "85.00", "合格", "是"], ["3", "市丙局", "60.00", "未达到合格线", "–"],
    ]
    said = "\n".join(lines(after))
    for words in ("对3个单位进行了现场验收", "其中2个单位达到合格线（80分），拟命名2个单位", "最高95.00分，最低60.00分，平均80.00分", "宁缺毋滥。", frozen.sha256[:10].upper(), "2021年11月2日复核"):
        assert words in said


def test_the_summary_shows_the_bonus_that_makes_the_total(ranked, campaign, officer, lead):
    """Without it nobody could see how the total comes from the two scores."""
    assert "加分" not in next(block for block in papers.blocks("summary", campaign) if block["kind"] == "table")["head"]
    campaign.bonus_enabled, campaign.bonus_max = True, Decimal(5)
    campaign.save()
    unit = Application.objects.get(pk=ranked[0].pk)
    actions.reopen_list(unit.track, "补记加分", by=lead, at=moment(11, 2, 10))
    bonus = actions.propose_adjustment(unit, "bonus", Decimal("1.5"), reason="试点", basis="函件", by=officer, at=moment(11, 2, 10))
    actions.confirm_adjustment(bonus, by=lead, at=moment(11, 2, 11))
    actions.lock_list(unit.track, "宁缺毋滥。", by=officer, at=moment(11, 2, 12))
    actions.confirm_list(unit.track, by=lead, at=moment(11, 2, 13))

    table = next(block for block in papers.blocks("summary", campaign) if block["kind"] == "table")

    assert table["head"] == ["名次", "单位", "材料审核", "现场验收", "加分", "扣分", "总分", "结论", "拟命名"]
    assert [row[4:7] for row in table["rows"]] == [["1.50", "0.00", "96.50"], ["0.00", "0.00", "85.00"], ["0.00", "0.00", "60.00"]]


@pytest.mark.parametrize(("title", "lines"), [
    ("关于2021年全市政务公开示范区和示范点创建命名单位的通报", ["关于2021年全市政务公开示范区和", "示范点创建命名单位的通报"]),
    ("整改通知书", ["整改通知书"]),
    ("2021年全市政务公开示范区和示范点创建通报", ["2021年全市政务公开示范区和", "示范点创建通报"]),
    ("关于公布基层政务公开标准化规范化工作情况通报", ["关于公布基层政务公开标准化规范化工作情况通报"]),  # no good place
    ("关于推荐全省县（市、区）级政务公开示范单位名单请示", ["关于推荐全省", "县（市、区）级政务公开示范单位名单请示"]),
])
def test_a_long_title_is_broken_between_words(title, lines):
    blocks = papers.compose(f"【标题】{title}\n文", {})

    assert [block["text"] for block in blocks if block["kind"] == "title"] == lines
    assert papers.title_of(blocks) == title
    assert Document(io.BytesIO(papers.make(blocks, "docx"))).core_properties.title == title


def test_the_summary_waits_for_every_list(ranked, campaign, counties):
    SelectionList.objects.filter(track=ranked[0].track).update(state=SelectionList.State.OPEN)

    problems = [str(problem) for problem in rules.paper_problems("summary", campaign)]

    assert len(problems) == 2  # the counties' list is confirmed by name only, nothing was ever frozen
    assert any(problem.startswith("市直单位示范点的名单还没有复核") for problem in problems)


# Numbers


@pytest.mark.parametrize(("typed", "tidy"), [
    ("宣公开办[2021]3号", "宣公开办〔2021〕3号"), ("宣公开办（2021）第003号", "宣公开办〔2021〕3号"), (" 宣公开办【2021】 12 ", "宣公开办〔2021〕12号"),
    ("宣公开办〔２０２１〕3号", "宣公开办〔2021〕3号"), ("宣公开办2021-3", ""), ("〔2021〕3号", ""), ("宣公开办〔21〕3号", ""), ("宣公开办〔2021〕0号", ""),
])
def test_a_number_is_written_as_the_standard_has_it(typed, tidy):
    assert tidy_number(typed) == tidy


def test_the_office_gives_a_paper_its_number_once(client, officer, notice, campaign):
    client.force_login(officer)
    address = reverse("results:paper_number", args=["notice", notice.pk])

    client.post(address, {"number": "宣公开办[2021]03号"})

    assert papers.blocks("notice", notice)[0] == {"kind": "number", "text": "宣公开办〔2021〕3号", "keep": True}
    assert AuditEvent.objects.get(action="results.set_paper_number").detail["number"] == "宣公开办〔2021〕3号"
    again = client.post(reverse("results:paper_number", args=["summary", campaign.pk]), {"number": "宣公开办〔2021〕3号"})
    assert again.status_code == 422
    assert "已经用在另一份公文上" in again.content.decode()
    assert "认不出文号" in client.post(address, {"number": "三号"}).content.decode()
    client.post(address, {"number": ""})
    assert not PaperNumber.objects.exists()


def test_the_number_of_titles_is_not_changed_and_not_used_again(named, notice, officer):
    with pytest.raises(NotAllowed, match="命名时已经写了文号“宣公开〔2021〕12号”"):
        actions.set_paper_number("naming", named[0], "宣公开〔2021〕13号", by=officer, at=NOW)
    with pytest.raises(NotAllowed, match="已经用在另一份公文上"):
        actions.set_paper_number("notice", notice, "宣公开〔2021〕12号", by=officer, at=NOW)


def test_the_database_knows_a_number_once(campaign, officer):
    PaperNumber.objects.create(campaign=campaign, kind="notice", about=1, number="甲〔2021〕1号", set_at=NOW, set_by=officer)

    for fields in ({"about": 2, "number": "甲〔2021〕1号"}, {"about": 1, "number": "甲〔2021〕2号"}, {"about": 3, "number": "甲[2021]2号"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperNumber.objects.create(campaign=campaign, kind="notice", set_at=NOW, set_by=officer, **fields)


# The texts


def test_the_office_changes_a_text_looks_at_it_and_goes_back(client, officer, notice, campaign):
    client.force_login(officer)
    address = reverse("results:paper_text", args=["notice"])
    text = papers.BUILT_IN["notice"].replace("现予公示", "").replace("【署名】", "特此公告。\n【署名】")

    looked = client.post(address, {"text": text, "base": 0, "preview": "1"})

    assert "特此公告。" in [block["text"] for block in looked.context["blocks"] if block["kind"] == "text"]
    assert not looked.context["is_sample"]
    assert not PaperText.objects.exists()
    client.post(address, {"text": text, "base": 0})
    assert "特此公告。" in lines(papers.blocks("notice", notice))
    own = PaperText.objects.get()
    client.post(address, {"reset": "1", "base": own.pk})
    assert "特此公告。" not in lines(papers.blocks("notice", notice))
    assert "特此公告。" in client.get(address).content.decode()  # among the earlier texts
    assert list(AuditEvent.objects.filter(action__contains="paper_text").order_by("number").values_list("action", flat=True)) == ["results.save_paper_text", "results.reset_paper_text"]


def test_two_people_do_not_overwrite_each_other(client, officer, second_officer, campaign):
    client.force_login(officer)
    address = reverse("results:paper_text", args=["naming"])
    mine = papers.BUILT_IN["naming"] + "【附注】我的"
    theirs = actions.save_paper_text(campaign, "naming", papers.BUILT_IN["naming"] + "【附注】同事的", base=0, by=second_officer, at=NOW)

    answer = client.post(address, {"text": mine, "base": 0})

    assert answer.status_code == 422
    html = answer.content.decode()
    assert "程小开保存了另一份文本。你写的还在下面，没有保存" in html
    assert "【附注】我的" in html
    assert "【附注】同事的" in html
    assert list(PaperText.objects.in_use()) == [theirs]
    client.post(address, {"text": mine, "base": answer.context["form"]["base"].value()})
    assert PaperText.objects.in_use().get().text.endswith("我的\n")
    assert client.post(address, {"reset": "1", "base": theirs.pk}, follow=True).content.decode().count("保存了另一份文本") == 1


def test_a_text_of_another_campaign_is_not_touched(campaign, officer):
    PaperText.objects.create(campaign=campaign, kind="naming", text="【标题】甲", saved_at=NOW, saved_by=officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        PaperText.objects.create(campaign=campaign, kind="naming", text="【标题】乙", saved_at=NOW, saved_by=officer)


def test_without_a_real_case_the_preview_shows_an_invented_one(client, officer, campaign):
    client.force_login(officer)

    page = client.get(reverse("results:paper_text", args=["recommendation"]))

    assert page.context["is_sample"]
    assert "示例甲县" in page.content.decode()


# Handing out


@pytest.mark.parametrize(("extension", "start", "media_type"), [("docx", b"PK", "wordprocessingml"), ("pdf", b"%PDF", "application/pdf")])
def test_one_click_makes_the_paper_and_leaves_its_trace(client, officer, notice, extension, start, media_type):
    client.force_login(officer)

    answer = download(client, "notice", notice.pk, extension)

    assert answer.content.startswith(start)
    assert media_type in answer["Content-Type"]
    assert answer["Cache-Control"] == "private, no-store"
    event = AuditEvent.objects.get(action="results.make_paper")
    assert (event.by, event.detail["format"], event.detail["title"], event.campaign_code) == (officer, extension, "关于拟命名名单的公示", notice.campaign.code)


def test_the_screen_says_what_is_missing_before_anything_is_there(client, officer, campaign):
    client.force_login(officer)

    html = client.get(reverse("results:papers")).content.decode()

    for words in ("还没有公示。名单锁定并复核以后", "还没有命名。公示期满", "还没有整改任务", "还没有向省推荐的单位", "还没有单位报送"):
        assert words in html
    assert "下载 docx" not in html


@pytest.mark.parametrize(("fields", "sentence"), [({}, "公示还没有发布"), (DAYS | {"withdrawn_at": NOW, "withdrawn_reason": "有误"}, "公示已经撤下")])
def test_a_notice_that_is_not_out_makes_no_paper(client, officer, counties, fields, sentence):
    draft = make_notice(counties, **fields)
    client.force_login(officer)

    answer = client.post(reverse("results:make_paper", args=["notice", draft.pk]), {"format": "docx"}, follow=True)

    assert sentence in answer.content.decode()
    assert sentence in client.get(reverse("results:papers")).content.decode()
    assert not AuditEvent.objects.filter(action="results.make_paper").exists()


def test_a_text_that_no_longer_fits_leads_to_the_text(client, officer, notice, campaign):
    PaperText.objects.create(campaign=campaign, kind="notice", text="【标题】{{ 没有 }}", saved_at=NOW, saved_by=officer)
    client.force_login(officer)

    answer = download(client, "notice", notice.pk)

    assert answer.url == reverse("results:paper_text", args=["notice"]) + f"?campaign={campaign.code}"
    assert "认不出的名字“没有”" in client.get(reverse("results:paper", args=["notice", notice.pk])).content.decode()


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "auditor", "nobody"])
def test_others_make_no_papers_and_see_no_texts(client, request, notice, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("results:papers")).status_code == 403
    assert client.get(reverse("results:paper", args=["notice", notice.pk])).status_code == 403
    assert download(client, "notice", notice.pk).status_code == 403
    assert client.post(reverse("results:paper_text", args=["notice"]), {"text": "x", "base": 0}).status_code == 403
    assert client.post(reverse("results:paper_number", args=["notice", notice.pk]), {"number": ""}).status_code == 403


def test_unknown_kinds_and_keys_are_not_there(client, officer, notice):
    client.force_login(officer)

    for address in (reverse("results:paper", args=["letter", notice.pk]), reverse("results:paper", args=["notice", 999999]), reverse("results:paper_text", args=["letter"])):
        assert client.get(address).status_code == 404


def test_the_list_of_papers_asks_the_database_the_same_however_long_it_is(client, officer, notice, campaign):
    client.force_login(officer)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("results:papers"))
        return len(captured)

    make_task(notice.entries.first().application)
    queries()  # the first page of a session asks more
    one = queries()
    for entry in notice.entries.all():
        for day in range(1, 9):
            make_task(entry.application, raised_at=moment(10, day))
    make_notice([entry.application for entry in notice.entries.all()])

    assert queries() == one


def test_letters_to_units_are_found_by_name(client, officer, counties):
    for unit in counties:
        make_task(unit)
    client.force_login(officer)

    found = client.get(reverse("results:papers"), {"q": "乙"})

    assert [line["about"] for line in found.context["sections"][2]["lines"]] == ["乙县"]
    assert "没有名称含“丙”的单位" in client.get(reverse("results:papers"), {"q": "丙"}).content.decode()


# In another program


@pytest.mark.libreoffice
def test_libreoffice_opens_each_paper_with_all_its_pages_and_28_characters_to_a_line(convert):
    for kind in PaperKind:
        facts = papers.SAMPLES[kind]
        if kind == PaperKind.RECTIFICATION:
            facts = facts | {"问题": [facts["问题"][0] | {"问题": "公开" * 300, "序号": "一"}, *facts["问题"]]}
        if kind == PaperKind.SUMMARY:
            group = facts["类别"][0]
            facts = facts | {"类别": [group | {"单位": [group["单位"][0] | {"名次": number, "名称": f"示例第{number}镇"} for number in range(1, 61)]}]}
        blocks = papers.compose(papers.BUILT_IN[kind], facts)

        pages = list(pypdfium2.PdfDocument(convert(papers.make(blocks, "docx"), f"{kind}.docx", "pdf")))

        texts = [page.get_textpage().get_text_bounded() for page in pages]
        whole = "".join("".join(text.split()) for text in texts)
        for line in lines(blocks):
            assert "".join(line.split()) in whole.replace(f"—{1}—", ""), line
        for number, text in enumerate(texts, 1):
            assert f"—{number}—" in "".join(text.split())
        assert len(pages) == {PaperKind.RECTIFICATION: 2, PaperKind.SUMMARY: 3}.get(kind, 1)
        if kind == PaperKind.RECTIFICATION:
            assert max(len(line.strip()) for line in texts[1].splitlines()) == 28
        if kind == PaperKind.SUMMARY:
            assert sum("材料审核" in text for text in texts) >= 2  # the head of the table again on the next page
            assert all(f"示例第{number}镇" in whole for number in range(1, 61))
