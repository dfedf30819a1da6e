"""Typing that never loses a character: the tab is killed, the network cut, the session ended, the server answers with
errors, the deadline passes, two windows meet. After each, the database says what arrived.
"""

import json
import random
import re
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from applications.rules import characters
from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, PHONE, Browsing, confirm
from xuancheng_portal.tests.browser.test_screens import findings
from xuancheng_portal.tests.browser.typing_desk import Desk

NARROW = {"width": 320, "height": 720}
SAVE, LEAVE = re.compile(r"/save-field/$"), re.compile(r"/leave/$")
SIGNS = "公开政务办事指南年度目录解读回应群众关切，。；：“”（）0123456789 abcXYZ\n"


@pytest.fixture(scope="session")
def desk(portal, portal_environment):
    """庙首镇 is in no other story."""
    return Desk(portal_environment, "庙首镇", [("typist", "吕示例"), ("typist2", "江示例二")])


@pytest.fixture
def item(desk, request):
    """Each test its own item, so that none finds what another typed."""
    tests = [each.nodeid for each in request.session.items if each.path == request.node.path]
    code = desk.codes[tests.index(request.node.nodeid) % len(desk.codes)]
    desk.empty(code)
    return code


@pytest.fixture
def at_item(new_context, portal, desk, item):
    """Sign in and open the item; complaints of a browser that is cut off are expected here."""
    browsing = Browsing(new_context, portal)

    def open_item(username="typist", viewport=DESK, page=None):
        page = page or browsing.sign_in(username, PASSWORD, viewport)
        page.goto(portal + reverse("applications:item", args=[desk.application, item]))
        return page

    return open_item


def box(page):
    return page.get_by_role("textbox", name="工作情况说明")


def dock(page):
    return page.locator("#typing-state")


def is_saved(page):
    expect(dock(page)).to_contain_text("已保存")
    expect(dock(page)).not_to_have_class(re.compile("is-(busy|failed)"))


def some_text(length, seed):
    sign = random.Random(seed)
    return "".join(sign.choice(SIGNS) for _place in range(length)).strip() + "完"


def kill(page):
    """The tab's process dies; nothing in it is told."""
    with pytest.raises(Error):
        page.goto("chrome://crash")


@pytest.fixture
def seed(record_property):
    number = random.randrange(10**6)
    print("seed", number)
    return number


# The tab


def test_a_killed_tab_gives_back_every_character_unasked(at_item, desk, item, seed):
    page = at_item()
    context, text = page.context, some_text(500, seed)
    first = text[: random.Random(seed).randrange(100, 400)]
    box(page).fill(first)
    is_saved(page)
    page.route(SAVE, lambda route: route.abort())
    box(page).press("Control+End")
    box(page).press_sequentially(text[len(first):].replace("\n", ""))
    typed = box(page).input_value()
    kill(page)
    assert desk.stored(item)["narrative"] == first

    page = at_item(page=context.new_page())

    offer = page.get_by_role("region", name="恢复未保存的内容：工作情况说明")
    expect(offer).to_contain_text("未保存的内容")
    expect(offer.locator("ins")).to_have_text(typed[len(first):])
    expect(box(page)).to_have_value(first)
    offer.get_by_role("button", name="恢复", exact=True).click()
    is_saved(page)
    assert desk.stored(item)["narrative"] == typed
    page.reload()
    expect(offer).to_have_count(0)


def test_what_is_left_on_the_device_is_shown_at_home_thrown_away_on_wish_and_after_seven_days(at_item, portal, desk, item):
    page = at_item()
    page.route(SAVE, lambda route: route.abort())
    box(page).fill("没有送到的一句。")
    expect(dock(page)).to_have_class(re.compile("is-failed"))
    left = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('typing:'))")
    assert len(left) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(portal)
    kept = page.locator("#kept")
    expect(kept).to_contain_text("这台电脑上还有没保存的内容")
    page.unroute(SAVE)

    key, entry = left[0]
    aged = json.loads(entry) | {"at": json.loads(entry)["at"] - 7 * 24 * 3600 * 1000 + 60_000}
    page.evaluate("([key, entry]) => localStorage.setItem(key, entry)", [key, json.dumps(aged)])
    kept.get_by_role("link").click()
    offer = page.get_by_role("region", name="恢复未保存的内容：工作情况说明")
    expect(offer.locator("ins")).to_have_text("没有送到的一句。")
    aged["at"] -= 120_000
    page.evaluate("([key, entry]) => localStorage.setItem(key, entry)", [key, json.dumps(aged)])
    page.reload()
    expect(box(page)).to_be_visible()
    expect(offer).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('typing:'))") == []
    assert desk.stored(item)["narrative"] == ""


# The network and the server


def test_without_a_network_the_dock_says_so_and_sends_when_it_is_back(at_item, desk, item):
    page = at_item()
    page.context.set_offline(True)

    box(page).fill("断网时写的，一个字也不能少。")

    expect(page.get_by_role("alert").filter(has_text="没有连上网络，内容已留在本机，联网后自动保存")).to_have_count(1)
    expect(dock(page)).not_to_contain_text("已保存")
    box(page).press("Control+End")
    box(page).press_sequentially("又接着写。")
    page.get_by_role("button", name="稍后再填").click()
    expect(box(page)).to_have_value("断网时写的，一个字也不能少。又接着写。")
    page.context.set_offline(False)
    is_saved(page)
    assert desk.stored(item)["narrative"] == "断网时写的，一个字也不能少。又接着写。"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_errors_of_the_server_are_loud_and_kept_until_it_answers(at_item, desk, item, status):
    page = at_item()
    page.route(SAVE, lambda route: route.fulfill(status=status, body="<h1>出错了</h1>", content_type="text/html"))
    text = f"服务器答 {status} 时写的。"

    box(page).fill(text)

    expect(dock(page)).to_contain_text("未保存，正在重试（第 1 次）")
    expect(dock(page)).to_have_text("保存失败，内容已留在本机")
    expect(page.locator("#typing-alert")).to_have_text("保存失败，内容已留在本机")
    assert desk.stored(item)["narrative"] != text
    expect(dock(page)).to_have_class(re.compile("is-failed"))
    page.unroute(SAVE)
    page.get_by_role("button", name="重试").click()
    is_saved(page)
    expect(page.locator("#typing-alert")).to_be_empty()
    assert desk.stored(item)["narrative"] == text


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(at_item, desk, item):
    page = at_item()
    heard = []

    def lose_the_answer(route):
        heard.append(parse_qs(route.request.post_data)["narrative"][0])
        route.fetch()
        route.abort()

    page.route(SAVE, lose_the_answer, times=1)
    box(page).fill("先写的。")
    expect(dock(page)).to_contain_text("正在重试")
    box(page).fill("先写的。后写的。")
    is_saved(page)

    expect(page.get_by_text("内容有两个版本")).to_have_count(0)
    assert heard == ["先写的。"]
    stored = desk.stored(item)
    assert (stored["narrative"], stored["version"]) == ("先写的。后写的。", 2)


def test_an_error_on_the_way_to_the_next_item_loses_nothing(at_item, desk, item):
    page = at_item()
    page.route(LEAVE, lambda route: route.fulfill(status=500, body="出错了"))
    box(page).fill("点稍后再填以前刚写的。")

    page.get_by_role("button", name="稍后再填").click()

    expect(dock(page)).to_have_text("内容都已保存，但服务器没有应答，没有翻到下一项，请再试一次")
    assert desk.stored(item)["narrative"] == "点稍后再填以前刚写的。"
    page.unroute(LEAVE)
    page.get_by_role("button", name="稍后再填").click()
    expect(page).not_to_have_url(re.compile(f"/items/{re.escape(item)}/$"))


def test_a_link_followed_in_the_middle_of_a_sentence_takes_it_along(at_item, desk, item):
    page = at_item()
    box(page).fill("刚写完就点了别的。")
    page.get_by_role("navigation", name="当前位置").get_by_role("link").last.click()
    expect(page.get_by_role("link", name="分工")).to_be_visible()

    assert desk.stored(item)["narrative"] == "刚写完就点了别的。"


def test_the_page_asks_before_it_is_closed_only_while_something_is_unsent(at_item, desk, item):
    page = at_item()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.route(SAVE, lambda route: route.abort())
    box(page).press_sequentially("还没送到。")
    expect(dock(page)).to_have_class(re.compile("is-failed"))
    page.close(run_before_unload=True)
    expect(box(page)).to_have_value("还没送到。")
    assert asked == ["beforeunload"]

    page.unroute(SAVE)
    page.get_by_role("button", name="重试").click()
    is_saved(page)
    assert desk.stored(item)["narrative"] == "还没送到。"
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


# The session


def sign_in_again(page, password=PASSWORD, username="typist"):
    dialog = page.get_by_role("dialog", name="请重新登录")
    dialog.get_by_label("账号").fill(username)
    dialog.get_by_label("密码").fill(password)
    dialog.get_by_role("button", name="登录并继续保存").click()
    return dialog


def test_a_session_that_ended_is_renewed_over_the_page_and_everything_is_sent(at_item, desk, item):
    page = at_item()
    desk.end_session(page)

    box(page).fill("登录过期以后写的。")

    dialog = page.get_by_role("dialog", name="请重新登录")
    expect(dialog).to_contain_text("登录已过期，内容没有丢失")
    expect(dialog.get_by_label("账号")).to_have_value("typist")
    sign_in_again(page, "not-the-password")
    expect(dialog.get_by_role("alert")).to_contain_text("账号或密码不正确，请检查后再试。")
    assert desk.stored(item)["narrative"] == ""
    sign_in_again(page)
    is_saved(page)
    expect(dialog).to_be_hidden()
    assert desk.stored(item)["narrative"] == "登录过期以后写的。"

    desk.end_session(page)
    page.get_by_text("部分达到", exact=True).click()
    sign_in_again(page)
    is_saved(page)
    page.get_by_label("网址").fill("https://www.example.gov.cn/typing.html")
    page.get_by_label("网页名称").fill("登录后添加的链接")
    page.get_by_label("网页名称").press("Enter")
    expect(page.get_by_role("link", name="登录后添加的链接")).to_be_visible()
    assert desk.stored(item)["verdict"] == "partly"

    desk.end_session(page)
    page.get_by_role("button", name="稍后再填").click()
    sign_in_again(page)
    expect(page).not_to_have_url(re.compile(f"/items/{re.escape(item)}/$"))


def test_nothing_is_sent_in_the_name_of_another_person_who_signs_in(at_item, desk, item):
    page = at_item()
    desk.end_session(page)
    box(page).fill("这是吕示例写的。")
    dialog = page.get_by_role("dialog", name="请重新登录")
    expect(dialog).to_be_visible()

    sign_in_again(page, username="typist2")

    expect(dialog.get_by_role("alert")).to_contain_text("现在登录的是江示例二。这一页的内容不会用别人的账号保存")
    assert desk.stored(item) == {"code": item, "narrative": "", "verdict": "", "score": None, "version": 0, "by": None}
    sign_in_again(page)
    is_saved(page)
    stored = desk.stored(item)
    assert (stored["narrative"], stored["by"]) == ("这是吕示例写的。", "typist")


def test_signing_out_asks_forgets_and_shows_nothing_to_the_next_person(at_item, desk, item):
    page = at_item()
    page.route(SAVE, lambda route: route.abort())
    box(page).fill("下一个人不该看到的。")
    expect(dock(page)).to_have_class(re.compile("is-failed"))

    page.locator(".toptools details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("dialog")).to_contain_text("还有内容没有保存到服务器")
    confirm(page, "仍要退出")
    expect(page.get_by_role("link", name="登录")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('typing:'))") == []

    page.unroute(SAVE)
    page.goto(f"{page.url.partition('/results')[0]}{reverse('accounts:login')}")
    page.get_by_label("账号").fill("typist2")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")
    at_item(page=page)
    expect(box(page)).to_have_value("")
    expect(page.get_by_text("下一个人不该看到的。")).to_have_count(0)
    assert desk.stored(item)["narrative"] == ""


def test_somebody_elses_unsent_text_is_never_shown_though_it_is_kept_for_them(at_item, desk, item):
    page = at_item()
    page.route(SAVE, lambda route: route.abort())
    box(page).fill("只给吕示例看的。")
    expect(dock(page)).to_have_class(re.compile("is-failed"))
    page.context.clear_cookies(name="sessionid")
    page.once("dialog", lambda dialog: dialog.accept())
    page.unroute(SAVE)
    page.goto(f"{page.url.partition('/applications')[0]}{reverse('accounts:login')}")
    page.get_by_label("账号").fill("typist2")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")

    at_item(page=page)

    expect(box(page)).to_have_value("")
    expect(page.locator("#kept")).to_be_hidden()
    expect(page.get_by_text("只给吕示例看的。")).to_have_count(0)
    assert len(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('typing:'))")) == 1
    assert desk.stored(item)["narrative"] == ""


# The deadline


def test_the_deadline_passes_while_typing_and_only_sending_in_is_refused(at_item, desk, item):
    desk.shell(
        "from datetime import timedelta; from django.utils import timezone; from applications.models import Application; from campaigns.models import CountyCutoff; "
        f"one = Application.objects.get(pk={desk.application}); now = timezone.now(); "
        "CountyCutoff.objects.create(campaign=one.campaign, county=one.organization.county, at=now + timedelta(seconds=25), set_at=now, set_by=one.started_by)"
    )
    try:
        page = at_item()
        strip = page.get_by_text("尚未报送。")
        box(page).fill("截止前写的。")
        is_saved(page)
        expect(page.get_by_text("截止，不能再提交。内容仍可填写和保存")).to_be_visible()
        expect(strip.first).to_be_attached()

        box(page).press("Control+End")
        box(page).press_sequentially("截止后写的。")

        is_saved(page)
        assert desk.stored(item)["narrative"] == "截止前写的。截止后写的。"
        page.goto(page.url.partition("/items")[0] + "/submit/")
        expect(page.get_by_text("县内申报已于")).to_contain_text("截止，不能再提交。填写的内容都还在")
        expect(page.get_by_role("button", name="提交", exact=True)).to_have_count(0)
        at_item(page=page)
        expect(box(page)).to_have_value("截止前写的。截止后写的。")
        expect(box(page)).to_be_editable()
    finally:
        desk.shell(
            f"from campaigns.models import CountyCutoff; from applications.models import Application; one = Application.objects.get(pk={desk.application}); "
            "CountyCutoff.objects.filter(campaign=one.campaign, county=one.organization.county).delete()"
        )


# Two windows


def test_two_tabs_meet_and_both_texts_are_shown_chosen_or_merged(at_item, desk, item):
    one = at_item()
    other = at_item(page=one.context.new_page())
    box(one).fill("第一个窗口写的。")
    is_saved(one)

    box(other).fill("第二个窗口写的。")

    panel = other.get_by_role("region", name="内容有两个版本，请选择：工作情况说明")
    expect(panel.locator("[data-mine]")).to_have_text("第二个窗口写的。")
    expect(panel.locator("[data-stored]")).to_have_text("第一个窗口写的。")
    expect(panel).to_contain_text("吕示例")
    expect(panel.locator("del")).to_have_text("一")
    expect(panel.locator("ins")).to_have_text("二")
    box(other).press("Control+End")
    box(other).press_sequentially("还在写。")
    expect(panel.locator("[data-mine]")).to_have_text("第二个窗口写的。还在写。")
    assert desk.stored(item)["narrative"] == "第一个窗口写的。"
    other.get_by_role("button", name="标记完成，下一项").click()
    expect(panel).to_be_focused()
    panel.get_by_role("button", name="合并").click()
    is_saved(other)
    expect(panel).to_have_count(0)
    both = "第一个窗口写的。\n第二个窗口写的。还在写。"
    expect(box(other)).to_have_value(both)
    assert desk.stored(item)["narrative"] == both

    box(one).fill("第一个窗口改了。")
    panel = one.get_by_role("region", name="内容有两个版本，请选择：工作情况说明")
    panel.get_by_role("button", name="采用已保存的").click()
    expect(box(one)).to_have_value(both)
    box(one).fill("第一个窗口接着改。")
    is_saved(one)
    assert desk.stored(item)["narrative"] == "第一个窗口接着改。"
    box(other).fill("还是第二个窗口的好。")
    other.get_by_role("region", name="内容有两个版本").get_by_role("button", name="保留我写的").click()
    is_saved(other)
    assert desk.stored(item)["narrative"] == "还是第二个窗口的好。"


def test_two_colleagues_see_each_other_and_their_choices_do_not_overwrite(at_item, desk, item):
    one, other = at_item("typist"), at_item("typist2")
    box(one).fill("吕示例写的。")
    is_saved(one)
    box(other).focus()
    expect(other.get_by_text("吕示例 正在编辑此项")).to_be_visible()
    one.get_by_text("未达到", exact=True).click()
    is_saved(one)
    other.get_by_text("部分达到", exact=True).click()

    panel = other.get_by_role("region", name="内容有两个版本，请选择：自评结论")
    expect(panel.locator("[data-mine]")).to_have_text("部分达到")
    expect(panel.locator("[data-stored]")).to_have_text("未达到")
    expect(panel.get_by_role("button", name="合并")).to_have_count(0)
    assert desk.stored(item)["verdict"] == "not_met"
    panel.get_by_role("button", name="保留我写的").click()
    is_saved(other)
    stored = desk.stored(item)
    assert (stored["verdict"], stored["narrative"], stored["by"]) == ("partly", "吕示例写的。", "typist2")


# Pasting, counting, errors


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {color:red}</style></head><body><!--StartFragment-->
<p class=MsoNormal style='text-indent:32pt'><b><span style='font-family:仿宋'>一、成立领导
小组，</span></b><span lang=EN-US style='color:red'>2021</span><span>年<o:p></o:p></span></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>建立台账</p>
<p class=MsoListParagraph><![if !supportLists]><span style='font-family:Wingdings;mso-list:Ignore'>l<span>&nbsp; </span></span><![endif]>定期公开</p>
<ol start=3><li>第三条<li>第四条</ol>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>季度</p></td><td><p>公开条数</p></td></tr><tr><td><p>一季度</p></td><td><p>12</p></td></tr></table>
<p>以上。<span style='display:none;mso-hide:all'>隐藏</span></p><!--EndFragment--></body></html>"""
WORD_TEXT = "一、成立领导小组，2021年\n1. 建立台账\n• 定期公开\n3. 第三条\n4. 第四条\n季度｜公开条数\n一季度｜12\n以上。"
EXCEL = """<html><body><table border=0><col width=72><tr height=19><td class=xl65 rowspan=2>一季度</td><td>公开</td><td align=right x:num>12</td></tr>
<tr><td>解读</td><td align=right>3</td></tr><tr><td colspan=2>合计</td><td>15</td></tr></table></body></html>"""
EXCEL_TEXT = "一季度｜公开｜12\n｜解读｜3\n合计｜｜15"
PASTE = """(element, [html, plain]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  data.setData("text/plain", plain);
  return element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize(("html", "text"), [(WORD, WORD_TEXT), (EXCEL, EXCEL_TEXT)], ids=["word", "excel"])
def test_a_paste_keeps_paragraphs_numbers_and_tables_and_drops_styles(at_item, desk, item, html, text):
    page = at_item()
    box(page).fill("前后")
    box(page).press("ArrowLeft")

    box(page).evaluate(PASTE, [html, text])

    expect(page.get_by_text("已清除格式，保留了文字、段落、编号和表格")).to_be_visible()
    is_saved(page)
    assert desk.stored(item)["narrative"] == f"前{text}后"
    box(page).press("Control+z")
    expect(box(page)).to_have_value("前后")


def test_plain_text_is_left_to_the_browser(at_item):
    assert box(at_item()).evaluate(PASTE, ["", "只是文字"]) is True


SAMPLES = ["公开政务", "ＡＢ，。", "一\n二", "𠮷野家", "e\u0301", "👩\u200d👩\u200d👧👍🏽", "🇨🇳🇫🇷", "1\ufe0f\u20e3", "公\u200b开", "汉\u200d字"]


def test_the_counter_and_the_server_count_alike_and_as_the_browser_parts_signs(at_item):
    page = at_item()
    for text in SAMPLES:
        box(page).fill(text)
        n = characters(text)
        expect(page.locator("#id_narrative_counter")).to_contain_text(f"已输入 {n} 字，还可输入 {800 - n} 字")
        seen = page.evaluate("text => Array.from(new Intl.Segmenter('zh').segment(text.replace(/[\\u200b\\u200d](?=[\\u4e00-\\u9fff])/g, ''))).length", text)
        assert seen == n, text
    box(page).fill("公" * 824)
    expect(page.locator("#id_narrative_counter")).to_contain_text("超出 24 字，请精简")
    is_saved(page)


def test_what_lacks_is_told_on_top_with_focus_and_links_and_in_the_same_words_at_the_field(at_item, desk, item):
    page = at_item()

    page.get_by_role("button", name="标记完成，下一项").click()

    summary = page.locator("#summary .error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text("还有 2 处需要补充")
    assert page.title().startswith("错误：")
    for words in ("选择自评结论", "填写工作情况说明"):
        expect(page.get_by_text(words, exact=True)).to_have_count(2)
    summary.get_by_role("link", name="填写工作情况说明").click()
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    box(page).press_sequentially("补上了。")
    page.get_by_text("达到", exact=True).click()
    page.get_by_role("button", name="标记完成，下一项").click()
    expect(summary.get_by_role("heading")).to_have_text("还有 1 处需要补充")
    expect(page.get_by_text("添加至少 1 份证明材料：文件、照片或网页链接")).to_have_count(2)
    page.get_by_label("自评得分").fill("99")
    page.get_by_role("button", name="标记完成，下一项").click()
    expect(summary.get_by_role("link")).to_have_text(re.compile("^自评得分应在 0 到 "))
    expect(page.get_by_label("自评得分")).to_have_value("99")
    page.get_by_label("自评得分").fill("0.5")
    is_saved(page)
    page.get_by_role("button", name="稍后再填").click()
    expect(page).not_to_have_url(re.compile(f"/items/{re.escape(item)}/$"))
    stored = desk.stored(item)
    assert (stored["narrative"], stored["verdict"], stored["score"]) == ("补上了。", "met", 0.5)


@pytest.mark.parametrize("viewport", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_what_the_page_asks_is_clean_on_every_screen(at_item, desk, item, viewport):
    page = at_item(viewport=viewport)
    other = at_item(page=page.context.new_page())
    box(other).fill("另一个窗口写了比较长的一段话，" * 6)
    is_saved(other)
    page.route(SAVE, lambda route: route.abort())
    box(page).fill("没有送到的。")
    expect(dock(page)).to_have_class(re.compile("is-failed"))
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_role("region", name="恢复未保存的内容：工作情况说明")).to_be_visible()
    expect(page.get_by_text("没有送到的。")).not_to_have_count(0)
    found = list(findings(page))
    page.unroute(SAVE)
    box(other).fill("又改了。")
    is_saved(other)
    box(page).fill("和别人不同的内容，" * 12)
    expect(page.get_by_role("region", name="内容有两个版本，请选择：工作情况说明")).to_be_visible()
    found += findings(page)
    desk.end_session(page)
    page.get_by_text("部分达到", exact=True).click()
    expect(page.get_by_role("dialog", name="请重新登录")).to_be_visible()
    found += findings(page)

    assert found == []
