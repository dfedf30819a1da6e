"""The main job on the portal as it runs, worker and beat included: a township that has no application yet, from its first
line to the named list, with everybody who has a part in it.

One thing is not done by a person: a public notice runs five working days, and nobody waits that long for a test. After
the portal has refused to name anybody while the notice runs, the notice's stored dates are moved two weeks back in the
database (`the_notice_has_run`); everything else happens on the pages.
"""

import re
from datetime import timedelta
from email import message_from_string
from email.header import decode_header, make_header
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from xuancheng_portal.demo.cast import PASSWORD
from xuancheng_portal.tests.browser.browsing import PHONE, Browsing, confirm, manage, reload_until
from xuancheng_portal.tests.browser.portals import environment_in, up

UNIT, COUNTY, CLERK = "蔡村镇", "泾县", "caicun"
OWN_PASSWORD = "known-to-the-clerk-2"
DONE = "明确专人负责，按月更新公示栏和公开专栏，全年共公开 {n} 条。"
TITLE = "关于拟命名蔡村镇为乡镇示范点的公示"


# The journey closes the year: it has a portal of its own, and the others keep theirs as the demo left it.


@pytest.fixture(scope="module")
def portal_environment(tmp_path_factory, played):
    return environment_in(tmp_path_factory.mktemp("journey"), played)


@pytest.fixture(scope="module")
def portal_log(portal_environment):
    return Path(portal_environment["VAR"], "up.log")


@pytest.fixture(scope="module")
def portal(portal_environment, portal_log):
    with up(portal_environment, portal_log) as address:
        yield address


@pytest.fixture
def browsing(new_context, portal):
    return Browsing(new_context, portal)


def picture(words):
    image = Image.new("RGB", (800, 600), "#dfe7ee")
    ImageDraw.Draw(image).text((40, 40), words, fill="#123")
    return image


def file_of(image, name, mime):
    content = BytesIO()
    image.save(content, mime.rpartition("/")[2])
    return {"name": name, "mimeType": mime, "buffer": content.getvalue()}


def the_notice_has_run(environment):
    """Two weeks pass for the notice, and for nothing else."""
    manage(
        environment, "shell", "-v0", "-c",
        "from datetime import timedelta; from django.db.models import F; from results.models import PublicNotice; "
        f"back = timedelta(days=14); assert PublicNotice.objects.filter(title='{TITLE}').update("
        "published_at=F('published_at') - back, starts_on=F('starts_on') - back, ends_on=F('ends_on') - back) == 1",
    )


def letters_to(recipient, log):
    """[(subject, text)] of what the worker has mailed to somebody: the demo prints its letters."""
    lines = [line.partition("│ ")[2] for line in log.read_text().splitlines() if line.startswith("worker")]
    found = re.findall(r"^Content-Type: text/plain.*?^-{20,}$", "\n".join(lines), re.M | re.S)
    mails = [message_from_string(text) for text in found]
    return [(str(make_header(decode_header(mail["Subject"]))), mail.get_payload()) for mail in mails if mail["To"] == recipient]


# The administrator and the clerk


def create_account(admin):
    """Returns the link of the printed invitation."""
    admin.get_by_role("navigation", name="主导航").get_by_role("link", name="设置").click()
    admin.get_by_role("navigation", name="设置").get_by_role("link", name="人员", exact=True).click()
    admin.get_by_role("link", name="新增人员").first.click()
    for field, value in {"username": CLERK, "name": "蔡示例", "organization": UNIT, "phone": "0563-5000000", "email": f"{CLERK}@demo.invalid"}.items():
        admin.locator(f"#id_{field}").fill(value)
    admin.locator("#id_role").select_option("填报员")
    admin.get_by_role("button", name="保存", exact=True).click()
    expect(admin.get_by_text("接着可以发出邀请")).to_be_visible()
    admin.get_by_role("button", name="打印邀请单").click()
    return admin.locator(".slip-link").inner_text()


def first_sign_in(browsing, link):
    clerk = browsing.window()
    clerk.goto(browsing.portal + urlsplit(link).path)
    clerk.get_by_label("新密码").first.fill(OWN_PASSWORD)
    clerk.get_by_label("新密码确认").fill(OWN_PASSWORD)
    clerk.get_by_role("button", name="设置密码并登录").click()
    expect(clerk.get_by_role("heading", level=1)).not_to_have_text("设置密码")
    return clerk


def fill_in(clerk):
    """All items: the first with files, a photo and a link, the others with a link."""
    clerk.get_by_role("link", name="开始申报").first.click()
    clerk.get_by_role("button", name="开始申报").click()
    expect(clerk.get_by_text("申报已经开始")).to_be_visible()
    clerk.get_by_label("选择文件").set_input_files([
        file_of(picture("Plan 2021"), "蔡村镇政务公开工作要点.pdf", "application/pdf"), file_of(picture("Board"), "公示栏.jpg", "image/jpeg"),
    ])
    expect(clerk.get_by_role("link", name="蔡村镇政务公开工作要点.pdf")).to_be_visible()
    expect(clerk.get_by_role("link", name="查看 公示栏.jpg")).to_be_visible()
    total = int(re.search(r"/(\d+)", clerk.locator(".rail-top").inner_text())[1])
    for number in range(total):
        item = clerk.get_by_role("heading", level=1).inner_text()
        clerk.get_by_text("部分达到" if number == 4 else "达到", exact=True).click()
        clerk.get_by_label("工作情况说明").fill(DONE.format(n=10 + number))
        clerk.get_by_label("网址").fill(f"https://www.example.gov.cn/caicun/{number}.html")
        clerk.get_by_label("网页名称").fill("蔡村镇公开专栏")
        clerk.get_by_role("button", name="添加链接").click()
        expect(clerk.get_by_role("link", name="蔡村镇公开专栏")).to_be_visible()
        if not number:
            expect(clerk.get_by_role("status").filter(has_text="已保存")).to_be_visible()
        clerk.get_by_role("button", name="标记完成，下一项").click()
        expect(clerk.get_by_role("heading", level=1)).not_to_have_text(item)
    return total


def submit(clerk):
    expect(clerk.get_by_role("heading", name="核对并提交")).to_be_visible()
    clerk.get_by_label("我已核对以上内容").check()
    clerk.get_by_role("button", name="提交", exact=True).click()
    confirm(clerk, "提交")
    expect(clerk.get_by_role("heading", name="申报回执")).to_be_visible()
    return clerk.locator("#receipt").inner_text()


# County and office


def read(page, title):
    """Go where a message leads, once the worker has left it in the inbox."""
    page.get_by_role("link", name=re.compile("^消息")).first.click()
    message = page.get_by_role("listitem").filter(has_text=title)
    reload_until(page, message.is_visible)
    message.get_by_role("button", name="去看看").click()


def recommend(county):
    read(county, f"{UNIT}已提交申报，请审核")
    expect(county.get_by_role("heading", level=1)).to_contain_text(UNIT)
    county.get_by_role("button", name="同意推荐").click()
    confirm(county, "同意推荐")
    expect(county.get_by_text(f"已同意推荐，{UNIT}的申报已报送市政务公开办。")).to_be_visible()


def open_workbench(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="审核").click()
    office.get_by_role("region", name="待审单位列表").get_by_role("link", name=UNIT).click()
    expect(office.get_by_role("heading", level=1)).to_have_text(UNIT)


def return_an_item(office):
    open_workbench(office)
    office.get_by_text("退回此项").click()
    office.get_by_label("退回意见").fill("请补充今年领导小组会议的纪要。")
    office.get_by_role("button", name="列入退回项").click()
    expect(office.get_by_text("已选 1 项待退回")).to_be_visible()
    office.get_by_text("发出退回").click()
    office.get_by_label("补正期限").fill((timezone.localdate() + timedelta(days=5)).isoformat())
    office.get_by_role("button", name="退回 1 项").click()
    expect(office.get_by_text(f"已退回 {UNIT} 补正，共 1 项。")).to_be_visible()


def correct(clerk):
    clerk.goto(clerk.url.partition("/applications")[0])
    clerk.get_by_role("link", name="去修改").click()
    expect(clerk.get_by_role("region", name="退回意见").or_(clerk.get_by_label("退回意见"))).to_contain_text("会议的纪要")
    text = clerk.get_by_label("工作情况说明")
    text.press("End")
    text.press_sequentially("已补充 3 月 5 日领导小组会议纪要。")
    expect(clerk.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    clerk.get_by_role("button", name="已修改，下一项").click()


def accept(office):
    open_workbench(office)
    expect(office.get_by_text("第 2 次提交")).to_be_visible()
    office.get_by_role("link", name="只看修改").click()
    expect(office.locator("ins").filter(has_text="领导小组会议纪要")).to_be_visible()
    office.get_by_role("link", name="材料与评分").click()
    office.get_by_role("button", name="受理", exact=True).click()
    confirm(office, "受理")
    expect(office.get_by_text(f"已受理 {UNIT} 的申报。")).to_be_visible()


def score_on_paper(office, total):
    """Full marks but for one point of the third item; the keyboard saves and goes on."""
    open_workbench(office)
    for number in range(total):
        code = office.get_by_role("heading", name=re.compile(" 评分$")).inner_text()
        points = office.get_by_role("group", name=re.compile("^得分")).get_by_role("radio")
        if number == 2:
            points.and_(office.locator("[value='2']")).locator("xpath=..").click()
            office.get_by_label("扣分理由或说明").fill("台账记录不够完整。")
        else:
            office.locator("#score .choice").filter(has_text="达标").click()
        office.keyboard.press("Control+Enter")
        if number + 1 < total:
            expect(office.get_by_role("heading", name=re.compile(" 评分$"))).not_to_have_text(code)
    office.get_by_role("button", name=f"完成评分（已评 {total}/{total}）").click()
    confirm(office, "完成评分")
    expect(office.get_by_text(f"{UNIT}的材料审核评分已完成。")).to_be_visible()


def plan_visit(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="现场验收").click()
    office.get_by_role("complementary", name="待安排的单位").get_by_role("link", name=UNIT).click()
    office.get_by_label("验收组").select_option("第一验收组")
    today = timezone.localdate().isoformat()
    office.get_by_label("验收日期").fill(today)
    office.get_by_role("button", name="安排并通知").click()
    expect(office.get_by_text(f"已安排第一验收组 {today} 验收{UNIT}")).to_be_visible()


# Inspectors, on the phone


def task_of(inspector):
    return inspector.get_by_role("article").filter(has=inspector.get_by_role("heading", name=UNIT))


def record(inspector, total, lost=""):
    """Each alone. The first item gets a photo; one inspector finds something wrong with the second."""
    reload_until(inspector, task_of(inspector).is_visible)
    task_of(inspector).get_by_role("link", name="开始检查").click()
    for number in range(total):
        item = inspector.get_by_role("heading", level=2).first
        title = item.inner_text()
        if not number:
            inspector.get_by_label("拍照").first.set_input_files(file_of(picture(f"Board of {lost or 'all'}"), "现场.jpg", "image/jpeg"))
            expect(inspector.get_by_role("status").filter(has_text="照片已保存")).to_be_visible()
        if lost and number == 1:
            inspector.get_by_role("radio", name="部分符合").check()
            inspector.get_by_role("button", name="减 0.5 分").click()
            inspector.get_by_role("button", name="更新不及时").click()
        else:
            inspector.get_by_role("radio", name="符合", exact=True).check()
        inspector.get_by_role("button", name="完成" if number + 1 == total else "下一项").click()
        if number + 1 < total:
            expect(item).not_to_have_text(title)
    expect(inspector.get_by_text(f"{total} / {total}").first).to_be_visible()


def agree(leader, total):
    leader.get_by_role("link", name="去商定得分").click()
    differing = leader.locator("section[data-row]").filter(has_text="不一致")
    expect(differing).to_have_count(1)
    leader.get_by_role("button", name=f"一致的 {total - 1} 项一并商定").click()
    expect(leader.get_by_text(f"{total - 1} 项一致的已商定")).to_be_visible()
    differing.get_by_label("商定得分").fill("1.5")
    differing.get_by_role("button", name="全组商定").click()
    expect(leader.get_by_role("link", name="签字确认")).to_be_visible()


def sign(inspector):
    inspector.get_by_role("link", name="返回任务列表").click()
    task_of(inspector).get_by_role("link", name="商定和签字").click()
    inspector.get_by_role("link", name="签字确认").click()
    inspector.get_by_label("登录密码").fill(PASSWORD)
    inspector.get_by_role("button", name="用登录密码签字").click()
    expect(inspector.get_by_text("已签字。")).to_be_visible()


def lock(leader):
    leader.reload()
    leader.get_by_role("button", name="锁定验收记录").click()
    confirm(leader, "锁定验收记录")
    expect(leader.get_by_text("验收记录已锁定，得分从现在起计入排名。")).to_be_visible()


# Results


def choose(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="排名与名额").click()
    office.get_by_role("row").filter(has_text="乡镇（街道）示范点").get_by_role("link", name="看排名").click()
    row = office.get_by_role("row").filter(has_text=UNIT)
    expect(row).to_contain_text("99.30")
    row.get_by_role("checkbox").check()
    expect(office.get_by_text("还可选 9 个")).to_be_visible()
    office.get_by_label("名额未用满的理由").fill("演示：其余单位还没有评完。")
    office.get_by_role("button", name="锁定名单，提请第二人复核").click()
    confirm(office, "锁定")
    expect(office.get_by_text("名单已锁定，等待另一位办领导复核。")).to_be_visible()


def export_results(office):
    office.get_by_role("button", name="导出结果（Excel）").click()
    with office.expect_download() as download:
        office.get_by_role("link", name=re.compile("^下载 ")).click()
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any(UNIT in str(cell) for cell in cells), book.sheetnames


def confirm_bonus(lead):
    """The one that waits in the demo: nothing undecided is locked in."""
    lead.get_by_role("link", name="去复核").first.click()
    lead.get_by_role("button", name="复核通过").click()
    confirm(lead, "复核通过")
    expect(lead.get_by_text("计入总分：加")).to_be_visible()


def confirm_list(lead):
    lead.get_by_role("navigation", name="主导航").get_by_role("link", name="总览").click()
    lead.get_by_role("link", name="去复核").first.click()
    lead.get_by_role("button", name="复核通过").click()
    confirm(lead, "复核通过")
    expect(lead.get_by_text("名单已复核，可以生成公示。")).to_be_visible()


def draft_notice(office):
    office.get_by_role("navigation", name="主导航").get_by_role("link", name="公示命名").click()
    office.get_by_role("link", name="生成公示").click()
    office.get_by_label("标题").fill(TITLE)
    office.get_by_label("受理单位和联系方式").fill("宣城市政务公开办公室，电话 0563-0000000（演示）")
    office.get_by_role("button", name="生成并预览").click()
    expect(office.get_by_text("公示已生成，请核对")).to_be_visible()


def publish(lead):
    """Not her own text: she reads it, says that it may go out, and publishes it."""
    lead.get_by_role("navigation", name="主导航").get_by_role("link", name="总览").click()
    lead.get_by_role("link", name="去审查").click()
    lead.get_by_label("已逐字核对").check()
    lead.get_by_label("审查结论").select_option("审查通过")
    lead.get_by_role("button", name="提交审查结论").click()
    expect(lead.get_by_text("保密审查已通过，由办领导发布。")).to_be_visible()
    lead.get_by_role("button", name="发布公示").click()
    confirm(lead, "发布")
    expect(lead.get_by_text("公示已发布")).to_be_visible()


def object_to(citizen):
    citizen.get_by_role("link", name="名单公示").first.click()
    citizen.get_by_role("link", name=TITLE).click()
    expect(citizen.get_by_role("article")).to_contain_text(UNIT)
    citizen.get_by_role("link", name="提交异议").click()
    citizen.get_by_label("所反映的单位").select_option(label="泾县蔡村镇人民政府")
    citizen.get_by_label("事实和理由").press_sequentially("（演示）该镇公示栏十月份有两处内容没有更新，请予核实。", delay=90)
    citizen.get_by_label("姓名或单位名称").fill("示例市民")
    citizen.get_by_label("联系电话").fill("0563-2000000")
    citizen.get_by_role("button", name="提交异议").click()
    expect(citizen.get_by_role("heading", name="异议已收到")).to_be_visible()
    return citizen.locator("#code").inner_text()


def answer(office, code):
    read(office, f"收到关于{UNIT}的异议，请受理。")
    expect(office.get_by_text(code).first).to_be_visible()
    office.get_by_role("button", name="受理，开始核查").click()
    office.get_by_label("处理结果").select_option("不成立")
    office.get_by_label("书面答复").fill("经现场核查，公示栏十月份内容均已按时更新。感谢监督。")
    office.get_by_role("button", name="答复异议人").click()
    confirm(office, "答复")
    expect(office.get_by_role("heading", name="书面答复")).to_be_visible()


def follow_up(citizen):
    citizen.get_by_role("link", name="查看进度").click()
    citizen.get_by_label("联系电话后四位").fill("0000")
    citizen.get_by_role("button", name="查询").click()
    expect(citizen.get_by_role("status").filter(has_text="不成立")).to_contain_text("感谢监督")


def open_naming(lead):
    lead.get_by_role("navigation", name="主导航").get_by_role("link", name="公示命名").click()
    lead.get_by_role("link", name="命名", exact=True).click()


def name(lead):
    lead.reload()
    lead.get_by_label("通报文号").fill("宣政务公开〔演示〕1号")
    lead.get_by_role("button", name="命名 1 个单位").click()
    confirm(lead, "命名")
    expect(lead.get_by_text("已命名 1 个单位，名单已向社会公布。")).to_be_visible()


def test_a_township_goes_from_its_first_line_to_the_named_list(browsing, portal, portal_environment, portal_log):
    admin = browsing.sign_in("admin", PASSWORD)
    clerk = first_sign_in(browsing, create_account(admin))
    total = fill_in(clerk)
    receipt = submit(clerk)
    assert receipt.endswith("-1")

    county = browsing.sign_in("jingxian", PASSWORD)
    recommend(county)
    office = browsing.sign_in("office", PASSWORD)
    return_an_item(office)
    correct(clerk)
    assert submit(clerk).endswith("-2")
    accept(office)
    score_on_paper(office, total)
    score_on_paper(browsing.sign_in("office2", PASSWORD), total)
    plan_visit(office)

    leader, *others = (browsing.sign_in(username, PASSWORD, PHONE) for username in ("inspector", "inspector2", "inspector3"))
    record(leader, total)
    for inspector, lost in zip(others, ("", "更新"), strict=True):
        record(inspector, total, lost)
    leader.reload()
    agree(leader, total)
    for inspector in (*others, leader):
        inspector.reload()
        sign(inspector)
    lock(leader)

    lead = browsing.sign_in("lead", PASSWORD)
    confirm_bonus(lead)
    choose(office)
    export_results(office)
    confirm_list(lead)
    draft_notice(office)
    publish(lead)
    citizen = browsing.window()
    citizen.goto(portal)
    code = object_to(citizen)
    answer(office, code)
    follow_up(citizen)

    open_naming(lead)
    expect(lead.get_by_role("row").filter(has_text=UNIT)).to_contain_text("期满后才能命名")
    expect(lead.get_by_text("现在没有可以命名的单位。")).to_be_visible()
    the_notice_has_run(portal_environment)
    name(lead)
    citizen.goto(portal)
    citizen.get_by_role("link", name="命名结果").first.click()
    expect(citizen.get_by_role("row").filter(has_text="泾县蔡村镇人民政府")).to_contain_text("宣政务公开〔演示〕1号")

    clerk.goto(portal)
    clerk.get_by_role("link", name=re.compile("^消息")).first.click()
    reload_until(clerk, clerk.get_by_role("listitem").filter(has_text=f"{UNIT}已命名为乡镇（街道）示范点。").is_visible)
    for title in (f"回执编号 {receipt}", "有 1 项被退回", f"{COUNTY}已同意推荐", f"{UNIT}的申报已受理", f"市政务公开办来{UNIT}现场验收", TITLE):
        expect(clerk.get_by_text(title).first).to_be_visible()
    reload_until(clerk, lambda: any("有 1 项被退回" in subject for subject, _text in letters_to(f"{CLERK}@demo.invalid", portal_log)))
    assert all(portal in text for _subject, text in letters_to(f"{CLERK}@demo.invalid", portal_log))
    manage(portal_environment, "verify_audit")
    assert browsing.complaints == []
