"""An office begins: the first administrator, four workbooks (units, people, holidays, the annex) and no shell; at the end a clerk files.

The portal runs as it does for real: empty, behind a server that holds the certificate.
"""

import io
import re
import secrets
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import expect

from xuancheng_portal.tests.browser.browsing import DESK, PHONE, Browsing, confirm
from xuancheng_portal.tests.browser.portals import environment_in

PASSWORD = "Qingyi-jiang-2021"
STANDARD = settings.BASE_DIR / "standards" / "data" / "xuancheng-2021.yaml"


@pytest.fixture
def portal_environment(tmp_path_factory):
    environment = environment_in(tmp_path_factory.mktemp("empty"))
    address = f"http://127.0.0.1:{environment['PORT']}"
    return environment | {
        "PORTAL_MODE": "production", "SECRET_KEY": secrets.token_urlsafe(64), "ALLOWED_HOSTS": "127.0.0.1", "PORTAL_URL": address,
        "TRUSTED_PROXIES": "127.0.0.1", "CSRF_TRUSTED_ORIGINS": address,
    }


@pytest.fixture
def portal(portal_environment):
    log = Path(portal_environment["VAR"], "up.log")
    with open(log, "w") as file:
        process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=settings.BASE_DIR, env=portal_environment, stdout=file, stderr=file)
    try:
        give_up = time.monotonic() + 300
        while "Ctrl-C" not in log.read_text():
            assert process.poll() is None and time.monotonic() < give_up, log.read_text()[-4000:]
            time.sleep(0.2)
        yield portal_environment["PORTAL_URL"]
    finally:
        process.terminate()
        process.wait(60)


class Office(Browsing):
    """Windows as they are behind a server that speaks https to the outside and tells the portal so."""

    def __init__(self, new_context, portal):
        super().__init__(lambda **options: new_context(extra_http_headers={"X-Forwarded-Proto": "https"}, **options), portal)

    def begin(self, link, viewport=DESK):
        """The page of a one-time link: a password, and one is signed in."""
        page = self.window(viewport)
        page.goto(link)
        page.get_by_label("新密码").first.fill(PASSWORD)
        page.get_by_label("新密码确认").fill(PASSWORD)
        return page


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def units():
    return workbook(
        ["宁川市政务公开单位名单"], ["单位代码", "单位全称", "类别", "所属县区"],
        [340000001, "宁川市政务公开办公室", "市政务公开办", None], [340101, "东陵县人民政府", "县级单位", None], [340102, "西溪县人民政府", "县级单位", None],
        [340101101, "白石镇人民政府", "乡镇（街道）", "东陵县"], [340101102, "杨柳乡人民政府", "乡镇（街道）", "东陵县"],
        [340102101, "古渡镇人民政府", "乡镇（街道）", "西溪县"], [340102102, "三桥镇人民政府", "乡镇（街道）", "西溪县"],
        [340000011, "宁川市教育局", "市直单位", None], [None, None, None, None],
    )


def people():
    return workbook(
        ["姓名", "单位名称", "手机号", "角色"],
        ["李示例", "宁川市政务公开办公室", "13800000001", "市政务公开办、办领导"], ["王示例", "东陵县", "13800000002", "县级审核员"],
        ["赵示例", "白石镇", "13800000003", "填报员"], ["孙示例", "宁川市教育局", "13800000004", "填报员"],
    )


def holidays(year):
    return workbook(["日期", "是否上班", "说明"], [f"{year}-10-01", "否", "国庆节"], [f"{year}-10-10", "是", "国庆节调休"])


def annex():
    """The usual columns, with points of the office's own."""
    document = yaml.safe_load(STANDARD.read_text())
    book, file = Workbook(), io.BytesIO()
    book.active.append(["一级指标", "二级指标", "评分标准", "分值", "备注"])
    for category in document["categories"]:
        for item in category["items"]:
            points = item["default_points"]
            book.active.append([category["name"], item["text"], "查阅资料，缺一项扣 0.5 分。", points.get("zone") or points.get("township"), ""])
    book.save(file)
    return file.getvalue()


def file(name, content):
    return {"name": name, "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "buffer": content}


def settings_tab(page, name):
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="设置").click()
    page.get_by_role("navigation", name="设置").get_by_role("link", name=name, exact=True).click()


def become_administrator(office, portal_environment):
    link = Path(portal_environment["VAR"], "first-sign-in.txt").read_text().strip()
    page = office.begin(link)
    page.get_by_label("账号").fill("guanli")
    page.get_by_label("姓名").fill("周示例")
    page.get_by_role("button", name="建立并登录").click()
    expect(page.get_by_role("navigation", name="主导航")).to_be_visible()
    return page


def bring_in(page, name, content, rows, *, privileged=False):
    page.get_by_label("选择文件").set_input_files([file(name, content)])
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("预览，还没有保存")).to_be_visible()
    if privileged:
        page.get_by_label("已核对，确认授予").check()
    page.get_by_role("button", name=f"导入 {rows} 行").click()
    expect(page.get_by_text("周示例于")).to_be_visible()


def bring_in_units_and_people(page):
    settings_tab(page, "单位")
    page.get_by_role("link", name="导入单位").click()
    bring_in(page, "单位名单.xlsx", units(), 8)
    settings_tab(page, "人员")
    page.get_by_role("link", name="导入人员").click()
    bring_in(page, "人员名单.xlsx", people(), 4, privileged=True)


def bring_in_holidays(page, year):
    settings_tab(page, "工作日历")
    page.get_by_role("link", name="导入节假日").click()
    page.get_by_label("表格").set_input_files([file("节假日.xlsx", holidays(year))])
    page.get_by_label("哪一年").fill(str(year))
    page.get_by_label("文件名称或文号").fill("国办发明电〔2026〕1号")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="导入这 2 天").click()
    expect(page.get_by_text("国办发明电〔2026〕1号").first).to_be_visible()


def prepare_campaign(page):
    settings_tab(page, "活动")
    page.get_by_role("link", name="新建活动").first.click()
    page.get_by_role("button", name="用它建立草稿").click()
    expect(page.get_by_text("这是草稿，只有办公室和系统管理员看得到")).to_be_visible()
    page.get_by_role("link", name="移动日期").click()
    page.get_by_label("移到选定的第一天").check()
    page.get_by_label("第一天", exact=True).fill((timezone.localdate() - timedelta(days=2)).isoformat())
    page.get_by_role("button", name="移动", exact=True).click()
    expect(page.get_by_text("日期已移动")).to_be_visible()


def slips(page):
    """{name: link} of everybody who never signed in, as the printed slips say; they are shown this once."""
    settings_tab(page, "人员")
    page.get_by_label("邀请谁").select_option(label="筛选结果里没有登录过的人")
    page.get_by_role("button", name="打印邀请单").click()
    expect(page.get_by_text("链接只在这里显示一次")).to_be_visible()
    names = [words.split()[0] for words in page.locator(".slip-name").all_inner_texts()]
    return dict(zip(names, page.locator(".slip-link").all_inner_texts(), strict=True))


def sign_in_by(office, link, viewport=DESK):
    page = office.begin(link, viewport)
    page.get_by_role("button", name="设置密码并登录").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("设置密码")
    return page


def publish_campaign(page):
    settings_tab(page, "活动")
    page.get_by_role("row").filter(has_text="草稿").get_by_role("link").first.click()
    page.get_by_role("link", name="核对并启用").click()
    page.get_by_label("我已核对").check()
    page.get_by_role("button", name="启用", exact=True).click()
    confirm(page, "启用")
    expect(page.get_by_text("已经启用，各单位可以看到了")).to_be_visible()


def bring_in_annex(page):
    """The office's own points, as official ones."""
    settings_tab(page, "建设标准")
    page.locator("#id_file").set_input_files([file("创建细则.xlsx", annex())])
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", name="核对创建细则", level=1)).to_be_visible()
    expect(page.get_by_text("读到 24 项")).to_be_visible()
    page.get_by_role("button", name="写入新的草稿").click()
    expect(page.get_by_text("已按细则建立草稿，分值标为官方")).to_be_visible()


def test_four_workbooks_and_no_shell_lead_to_an_open_campaign(new_context, portal, portal_environment):
    office = Office(new_context, portal)
    admin = become_administrator(office, portal_environment)
    bring_in_units_and_people(admin)
    bring_in_holidays(admin, timezone.localdate().year)
    prepare_campaign(admin)
    links = slips(admin)
    assert list(links) == ["孙示例", "李示例", "王示例", "赵示例"] or set(links) == {"李示例", "王示例", "赵示例", "孙示例"}

    lead = sign_in_by(office, links["李示例"])
    publish_campaign(lead)
    bring_in_annex(lead)

    clerk = sign_in_by(office, links["赵示例"], PHONE)
    clerk.get_by_role("link", name="开始申报").first.click()
    clerk.get_by_role("button", name="开始申报").click()
    expect(clerk.get_by_text("申报已经开始")).to_be_visible()
    assert not Path(portal_environment["VAR"], "first-sign-in.txt").exists()
    assert not office.complaints
