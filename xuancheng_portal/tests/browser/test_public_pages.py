"""The public side in a real browser: a notice is one printed page, large letters and contrast hold without script,
the exported folder opens from a disk, and a unit puts up a case and takes it down again.
"""

import json
import re
from io import BytesIO

import pypdfium2
import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from results.tests.factories import make_photo_file
from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import DESK, NARROW, PHONE, Browsing, confirm, manage
from xuancheng_portal.tests.browser.test_screens import findings

KEYS = """
import json
import re
from results.models import PublicNotice, TypicalCase
print(json.dumps({"notice": PublicNotice.objects.filter(campaign__year=2021).first().pk, "case": TypicalCase.objects.public().first().pk}))
"""
TAKE_AWAY = """
from results.models import TypicalCase
TypicalCase.objects.filter(title="试写的案例").delete()
"""


@pytest.fixture(scope="module")
def found(portal, portal_environment):
    return json.loads(manage(portal_environment, "shell", "-v0", "-c", KEYS))


def printed(page):
    """The pages of the print, each as its text and its share of the paper that is not white."""
    document = pypdfium2.PdfDocument(BytesIO(page.pdf(prefer_css_page_size=True)))
    texts = [leaf.get_textpage().get_text_range() for leaf in document]
    inks = [sum(leaf.render(scale=0.5).to_pil().convert("L").histogram()[:200]) for leaf in document]
    sizes = [tuple(round(side * 25.4 / 72) for side in leaf.get_size()) for leaf in document]
    return texts, inks, sizes


def test_a_notice_is_one_page_of_a_document(new_context, portal, found):
    page = Browsing(new_context, portal).window()
    page.goto(portal + reverse("results:public_notice", args=[found["notice"]]))

    texts, inks, sizes = printed(page)

    assert len(texts) == 1
    assert sizes == [(210, 297)]
    assert inks[0] > 1000
    text = texts[0].replace("\r\n", "").replace("\n", "")
    assert "拟命名单位的公示" in text
    assert "桃花潭镇" in text
    assert "2021年11月3日" in text.replace(" ", "")
    for furniture in ("提交异议", "大字版", "当前位置", "主办单位"):
        assert furniture not in text


def test_a_notice_prints_the_same_with_large_letters_and_contrast(new_context, portal, found):
    page = Browsing(new_context, portal).window()
    page.goto(portal + reverse("results:public_notice", args=[found["notice"]]))
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("button", name="高对比度").click()

    assert len(printed(page)[0]) == 1


def test_a_case_is_printed_with_its_photos(new_context, portal, found):
    page = Browsing(new_context, portal).window()
    page.goto(portal + reverse("results:public_case", args=[found["case"]]))
    page.wait_for_load_state("networkidle")

    texts, inks, _sizes = printed(page)

    assert 1 <= len(texts) <= 2
    assert inks[0] > 5000


@pytest.mark.parametrize("viewport", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_large_letters_and_contrast_hold_without_script(new_context, portal, found, viewport):
    context = new_context(viewport=viewport, java_script_enabled=False)
    page = context.new_page()
    page.goto(portal + reverse("results:public_home"))
    for name in ("大字版", "高对比度"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")

    # A browser with script looks at the same pages, as axe needs one; the choice is the cookie's.
    watching = Browsing(new_context, portal)
    seeing = watching.window(viewport)
    seeing.context.add_cookies(context.cookies())
    wrong = []
    for name, *keys in [
        ("results:public_home",), ("results:public_notice_list",), ("results:public_notice", found["notice"]), ("results:public_named_list",),
        ("results:public_case_list",), ("results:public_case", found["case"]), ("results:public_track",), ("results:public_objection", found["notice"]), ("standards:standard",),
    ]:
        watching.open(seeing, name, *keys)
        expect(seeing.get_by_role("button", name="大字版")).to_have_attribute("aria-pressed", "true")
        size = seeing.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
        wrong += [f"{name}: {size}"] if size < 20 else []
        wrong += [f"{name}: {finding}" for finding in findings(seeing)]
    assert wrong + watching.complaints == []


def test_the_folder_opens_from_a_disk(new_context, portal, portal_environment, tmp_path):
    folder = tmp_path / "public"
    manage(portal_environment, "export_public", str(folder))
    browsing = Browsing(new_context, "file://")
    browsing.is_elsewhere = lambda url: not url.startswith("file://")
    page = browsing.window()

    page.goto(f"file://{folder}/index.html")
    assert page.evaluate("getComputedStyle(document.querySelector('.site-top')).color") == "rgb(255, 255, 255)"  # the style sheet came
    page.get_by_role("link", name="大字版").click()
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="典型经验").click()
    expect(page.locator("html")).to_have_class("large-text")
    page.get_by_role("link", name="公开栏搬进祠堂门厅").click()
    picture = page.get_by_role("img", name="祠堂门厅里的三块公开栏").first
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 600
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="命名结果").click()
    page.get_by_role("link", name="2021 年度").click()
    expect(page.get_by_role("rowheader", name="桃花潭镇")).to_be_visible()
    expect(page.get_by_role("link", name="到创建平台办理")).to_be_visible()

    assert browsing.complaints == []
    assert list(findings(page)) == []  # asked last: axe reads the style sheets in a way that no browser allows on a disk


def at_every_width(page):
    """What axe complains of on this page as it stands, on a desk, a phone and the narrowest one."""
    for viewport in (NARROW, PHONE, DESK):
        page.set_viewport_size(viewport)
        yield from (f"{page.url} at {viewport['width']}: {finding}" for finding in findings(page))


def test_a_unit_puts_up_a_case_and_takes_it_down(new_context, portal, portal_environment, tmp_path):
    browsing = Browsing(new_context, portal)
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(make_photo_file("teal").read())
    clerk, office, public = browsing.sign_in("shuidong", PASSWORD), browsing.sign_in("office", PASSWORD), browsing.window()
    try:
        browsing.open(clerk, "results:case_list")
        wrong = list(at_every_width(clerk))
        clerk.get_by_role("button", name="2021 年度").click()
        clerk.get_by_label("标题").fill("试写的案例")
        clerk.get_by_label("正文").fill("做法和效果。")
        clerk.get_by_label("添加照片").set_input_files(photo)
        clerk.get_by_label("照片说明").fill("现场的公开栏")
        clerk.get_by_role("button", name="保存", exact=True).click()
        expect(clerk.get_by_text("案例已保存")).to_be_visible()
        wrong += at_every_width(clerk)
        clerk.get_by_label("本单位同意").check()
        clerk.get_by_role("button", name="同意公开，报送市政务公开办").click()
        expect(clerk.get_by_text("已同意公开，报送市政务公开办")).to_be_visible()

        address = clerk.url.removeprefix(portal)
        office.goto(portal + address)
        for _look in range(200):  # until the worker has drawn the photo
            if office.get_by_role("button", name="发布", exact=True).count():
                break
            office.reload()
        wrong += at_every_width(office)
        office.get_by_role("button", name="发布", exact=True).click()
        expect(office.get_by_text("案例已发布")).to_be_visible()

        browsing.open(public, "results:public_case_list")
        public.get_by_role("link", name="试写的案例").click()
        picture = public.get_by_role("img", name="现场的公开栏")
        answer = public.request.get(portal + picture.get_attribute("src"))
        assert not Image.open(BytesIO(answer.body())).getexif()

        clerk.reload()
        clerk.get_by_role("button", name="撤回同意").click()
        confirm(clerk, "撤回同意")
        expect(clerk.get_by_text("已撤回同意")).to_be_visible()
        assert public.request.get(public.url).status == 404
        assert public.request.get(portal + picture.get_attribute("src")).status == 404
        assert wrong + browsing.complaints == []
    finally:
        manage(portal_environment, "shell", "-v0", "-c", TAKE_AWAY)


RUN = """
from datetime import timedelta
from django.utils import timezone
from results.models import PublicNotice
today = timezone.localdate()
PublicNotice.objects.filter(pk={notice}).update(starts_on=today, ends_on=today + timedelta(days=7))
"""
STOP = """
from results.models import Objection, PublicNotice
PublicNotice.objects.filter(pk={notice}).update(starts_on="{starts_on}", ends_on="{ends_on}")
Objection.objects.filter(facts__startswith="试写的异议").delete()
"""
DAYS = """
from results.models import PublicNotice
notice = PublicNotice.objects.get(pk={notice})
print(notice.starts_on, notice.ends_on)
"""


@pytest.fixture
def running(portal_environment, found):
    """The notice of the demo as if it ran today."""
    starts_on, ends_on = manage(portal_environment, "shell", "-v0", "-c", DAYS.format(**found)).split()
    manage(portal_environment, "shell", "-v0", "-c", RUN.format(**found))
    yield found["notice"]
    manage(portal_environment, "shell", "-v0", "-c", STOP.format(notice=found["notice"], starts_on=starts_on, ends_on=ends_on))


def test_an_objection_is_typed_with_large_letters_on_sent_and_followed(new_context, portal, running):
    browsing = Browsing(new_context, portal)
    page = browsing.window(PHONE)
    browsing.open(page, "results:public_objection", running)
    page.get_by_role("main").get_by_role("button", name="提交异议").click()  # before anything was typed: the browser's work comes first
    expect(page.get_by_role("alert").first).to_contain_text("请选择所反映的单位")

    page.get_by_label("所反映的单位").select_option(index=1)
    page.get_by_label("事实和理由").fill("试写的异议：公开专栏的内容长期没有更新，与申报材料不一致。")
    page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_class(re.compile("large-text"))
    expect(page.get_by_role("button", name="大字版")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("事实和理由")).to_have_value(re.compile("^试写的异议"))
    page.get_by_label("姓名或单位名称").fill("张三")
    page.get_by_label("联系电话").fill("0563-3021234")
    page.get_by_role("main").get_by_role("button", name="提交异议").click()
    expect(page.get_by_role("heading", name="异议已收到")).to_be_visible()
    expect(page.locator("html")).to_have_class(re.compile("large-text"))

    page.get_by_role("link", name="查看进度").click()
    page.get_by_label("联系电话后四位").fill("1234")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("待受理")
    assert browsing.complaints == []
