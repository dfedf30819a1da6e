"""Two campaigns from opening to naming, every step on its page by the person who does it: the notice of 2021 as it was
issued, and one of quite another shape. Nothing is made by factories but people; the clock is moved, nothing else.
"""

import faulthandler
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import TestCase

from accounts.models import AuditEvent, Organization, Role
from accounts.tests.factories import PASSWORD, SHANGHAI, make_user
from applications.models import Application
from applications.tests import corpus
from campaigns.models import Campaign
from inspections.models import Visit
from results.models import Naming, Objection, PublicNotice
from xuancheng_portal.tests.player import Person, Visitor

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parents[2]
UNITS = """code,name,kind,kind_name,parent_code,short_name
D1,蜀山区人民政府,county,区,,蜀山区
S1,荷叶街道办事处,street,街道办,D1,荷叶街道
C1,荷塘社区居委会,community,社区,S1,荷塘社区
X1,荷花小学,school,学校,S1,荷花小学
H1,市第一医院,hospital,医院,,市一院
O1,市公开办,office,办公室,,市公开办
B1,市审计局,bureau,市直单位,,市审计局
"""


class Clock:
    """The portal's time, moved from step to step; what beat does every minute is done after each move."""

    def __init__(self, traveller, year):
        self.traveller, self.year = traveller, year

    def __call__(self, month, day, hour=9):
        self.traveller.move_to(datetime(self.year, month, day, hour, tzinfo=SHANGHAI))
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("sweep")

    def wait(self, seconds):
        self.traveller.shift(seconds)


@pytest.fixture
def clock_of():
    faulthandler.cancel_dump_traceback_later()  # a whole campaign may take a minute on a busy machine
    with time_machine.travel(0) as traveller:
        yield lambda year: Clock(traveller, year)


def person_of(unit, name, *roles):
    organization = Organization.objects.get(short_name=unit)
    username = f"{organization.code}-{organization.people.count()}".lower()
    return make_user(name, organization, roles, username=username, email=f"{username}@example.com")


def mails_to(user):
    return [letter.subject for letter in mail.outbox if letter.to == [user.email]]


# Each step on its page


def file(user, unit, items, *, files=()):
    """From the first line to the receipt, whose number is returned."""
    clerk = Person(user).open("home").follow("开始申报").send("开始申报").sees("申报已经开始。")
    for number in range(items):
        if files and not number:
            clerk.send("上传", **{"file-files": list(files)}).sees("有关做法.pdf")
        clerk.send("添加链接", **{"link-url": f"https://www.example.gov.cn/zwgk/{number}.html", "link-title": "政务公开专栏"}).sees("政务公开专栏")
        clerk.send("标记完成，下一项", self_verdict="met", narrative=f"已按要求完成，全年 {number + 3} 次。")
    assert "/submit/" in clerk.address, clerk.address
    clerk.sees(f"已完成 {items}/{items} 项").send("提交", contact_phone="0563-3000000", declaration=True)
    assert "/receipt/1/" in clerk.address
    clerk.sees(Organization.objects.get(short_name=unit).name, "回执编号", "接下来会怎样")
    return re.search(r'id="receipt">([^<]+)<', clerk.html)[1]


def recommend(user, unit):
    Person(user).open("applications:county_list").follow(f"去审核 {unit}").send("同意推荐").sees(f"已同意推荐，{unit}的申报已报送")


def workbench(user, unit):
    return Person(user).open("inspections:review_list").follow(unit, to="/inspections/review/")


def accept(user, unit):
    workbench(user, unit).send("受理").sees(f"已受理 {unit} 的申报")


def score_on_paper(user, unit, items, lost):
    """Full marks but for what is lost: {item code: points}."""
    scorer = workbench(user, unit)
    for _number in range(items):
        page = scorer.page
        code = next(match[1] for form in page.forms if (match := re.search(r"/review/\d+/([^/]+)/score/", form["action"])))
        fields = [control for control in page.controls if control.get("name") == "points" and control["form"] == "score-form"]
        full = max(Decimal(field.get("max") or field["value"]) for field in fields if field["type"] == "number" or field["value"] != "abstain")
        gone = Decimal(lost.get(code, 0))
        scorer.send("保存", to="/score/", points=f"{(full - gone).normalize():f}", reason="佐证不够充分。" if gone else "").sees(f"{code} ", "的评分已保存")
    scorer.send("完成评分").sees(f"{unit}的材料审核评分已完成")


def plan(user, unit, group, day):
    officer = Person(user).open("inspections:visit_list").follow(unit, to="/plan/")
    officer.send("安排并通知", group=group, on=day).sees(f"已安排{group} {day} 验收{unit}")
    return Visit.objects.get(application__organization__short_name=unit)


def record(user, items, lost):
    """Alone, item after item, with a photo of the first. Returns the address of the summary."""
    inspector = Person(user).open("inspections:today").follow("开始检查")
    for number in range(items):
        code = inspector.address.rstrip("/").rpartition("/")[2]
        finding = {"verdict": "met"}
        if gone := Decimal(lost.get(code, 0)):
            full = next(Decimal(control["max"]) for control in inspector.page.controls if control.get("name") == "points")
            finding = {"verdict": "partly", "points": f"{(full - gone).normalize():f}", "reason": "公示栏更新不及时。"}
        if not number:
            finding["photos"] = [SimpleUploadedFile("公示栏.jpg", corpus.jpg(), "image/jpeg")]
        inspector.send("下一项" if number + 1 < items else "完成", **finding)
    return inspector.sees(f"{items} / {items}我已记录").address


def agree_and_lock(visit, leader, others, items, talked_over):
    """`talked_over`: {item code: points} where the group's members recorded different ones."""
    page = Person(leader).open("inspections:summary", visit.pk).follow("去商定得分")
    if items > len(talked_over):
        page.send(f"一致的 {items - len(talked_over)} 项一并商定").sees(f"{items - len(talked_over)} 项一致的已商定")
    for code, points in talked_over.items():
        page.send(f"全组商定 {code}", **{f"{code}-points": points, f"{code}-reason": "会商一致：公示栏更新不及时。"}).sees(f"1 项已商定：{code}。")
    for user in (leader, *others):
        page = Person(user).open("inspections:summary", visit.pk).follow("签字确认").send("用登录密码签字", password=PASSWORD).sees("已签字。")
    Person(leader).open("inspections:sign", visit.pk).send("锁定验收记录").sees("验收记录已锁定，得分从现在起计入排名。")


def choose_and_confirm(officer, lead, track, units, total, reason):
    page = Person(officer).open("results:ranking_list").follow(f"看排名：{track}").sees(total)
    for unit in units:
        application = Application.objects.get(organization__short_name=unit)
        page.send("保存", to=f"/applications/{application.pk}/choose/", chosen=True)
    if reason:
        page.send("锁定名单，提请第二人复核").sees("名额是上限，可以不用满，请填写理由。").send("锁定名单，提请第二人复核", unused_reason=reason)
    else:
        page.send("锁定名单，提请第二人复核")
    page.sees("名单已锁定，等待另一位办领导复核。")
    Person(lead).open("overview").follow("去复核", to=page.address).send("复核通过").sees("名单已复核，可以生成公示。")


def announce(officer, lead, reviewer, starts_on, ends_on):
    Person(officer).open("results:notice_list").follow("生成公示").send("生成并预览", contact="市政务公开办公室，0563-0000000").sees("公示已生成")
    Person(reviewer).open("overview").follow("去审查").send("提交审查结论", checked=True, outcome="审查通过").sees("保密审查已通过")
    Person(lead).open("overview").follow("去发布").send("发布公示").sees(f"公示已发布，{starts_on} 至 {ends_on}。")


def object_to(clock, unit, **typed):
    """Somebody from the public, without an account. Returns the code to follow it by."""
    notice = PublicNotice.objects.get()
    citizen = Visitor().open("results:public_home").follow("名单公示").follow(notice.title).sees(unit).follow("提交异议")
    clock.wait(5)
    citizen.send("提交异议", entry=unit, facts="该单位的公示栏在验收前一个月没有更新过，请予核实。", **typed).sees("异议已收到")
    return re.search(r'id="code">([^<]+)<', citizen.html)[1]


def answer(officer, code):
    page = Person(officer).open("results:objection_list").follow(code).send("受理，开始核查").sees("异议已受理")
    page.send("答复异议人", outcome="不成立", reply="经核查，公示栏每月更新，反映的情况不属实。感谢监督。")
    assert Objection.objects.get(code=code).outcome == Objection.Outcome.REJECTED


def name(lead, number, units):
    Person(lead).open("results:naming").send(f"命名 {len(units)} 个单位", document_number=number).sees(f"已命名 {len(units)} 个单位")
    named = Visitor().open("results:public_home").follow("命名结果")
    assert Naming.objects.count() == len(units)
    for unit in units:
        named.sees(Organization.objects.get(short_name=unit).name, number)


def everything_holds():
    call_command("check_invariants")
    call_command("verify_audit")


def test_the_campaign_of_2021_runs_from_its_notice_to_the_named_list(clock_of):
    clock = clock_of(2021)
    clock(8, 16)
    call_command("load_organizations", HERE / "accounts/data/organizations-xuancheng.csv")
    call_command("load_campaign", HERE / "standards/data/xuancheng-2021.yaml")
    campaign = Campaign.objects.get()
    clerk = person_of("桃花潭镇", "汪小桃", Role.UNIT_CLERK)
    county = person_of("泾县", "吴小泾", Role.COUNTY_CLERK)
    zone = person_of("宁国市", "宁小国", Role.COUNTY_CLERK)
    officer, officer2 = (person_of("市政务公开办", each, Role.OFFICE) for each in ("宋小公", "程小开"))
    lead, lead2 = (person_of("市政务公开办", each, Role.OFFICE, Role.OFFICE_LEAD) for each in ("梅小办", "施小办"))
    leader, member = person_of("市统计局", "胡小验", Role.INSPECTOR), person_of("广德市", "许小收", Role.INSPECTOR)

    Person(clerk).open("applications:start").sees("申报还没有开始，2021-08-17 00:00 起可以提交。")
    clock(9, 6)
    files = [SimpleUploadedFile("有关做法.pdf", corpus.pdf(), "application/pdf"), SimpleUploadedFile("公示栏.jpg", corpus.jpg(), "image/jpeg")]
    receipt = file(clerk, "桃花潭镇", 21, files=files)
    clock(9, 27)
    file(zone, "宁国市", 24)
    assert Application.objects.get(organization__short_name="宁国市").status == "submitted"
    recommend(county, "桃花潭镇")
    township = Application.objects.get(organization__short_name="桃花潭镇")
    assert (township.status, township.latest_submission.receipt) == ("submitted", receipt)

    # One item goes back and comes again as a second version.
    clock(10, 2)
    page = workbench(officer, "桃花潭镇").send("列入退回项", reason="请补充会议纪要。").sees("已选 1 项待退回")
    page.send("退回 1 项", due_on="2021-10-09").sees("已退回 桃花潭镇 补正，共 1 项。")
    clock(10, 8)
    assert any("退回" in subject for subject in mails_to(clerk))
    page = Person(clerk).open("home").follow("去修改").sees("请补充会议纪要。").send("已修改，下一项", narrative="已补充第二次领导小组会议纪要。")
    page.send("提交", declaration=True).sees("第 2 版")
    workbench(officer, "桃花潭镇").sees("第 2 次提交", "只看修改（1 处）")
    for unit in ("桃花潭镇", "宁国市"):
        accept(officer, unit)
    clock(10, 11)
    assert campaign.desk_scorers == 1
    score_on_paper(officer, "桃花潭镇", 21, {"5.4": 1})
    score_on_paper(officer2, "宁国市", 24, {"5.4": "0.5"})

    clock(10, 13)
    Person(officer).open("inspections:group_list").send("建立验收组", name="第一验收组", leader="胡小验", members=["胡小验", "许小收"]).sees("第一验收组已建立")
    for day, unit, items in ((18, "桃花潭镇", 21), (19, "宁国市", 24)):
        clock(10, 13, 10)
        visit = plan(officer, unit, "第一验收组", f"2021-10-{day}")
        clock(10, day)
        record(leader, items, {"6.4": 1})
        record(member, items, {"6.4": 2})
        agree_and_lock(visit, leader, [member], items, {"6.4": "1.5"})
        visit.refresh_from_db()
        assert visit.is_locked
        assert visit.photos.exists()

    # 40 % of what was given on paper, 60 % of what the two agreed on on site: 99 and 98.5, 99.5 and 98.5.
    clock(11, 1)
    choose_and_confirm(officer, lead, "乡镇（街道）示范点", ["桃花潭镇"], "98.70", "合格单位只有 1 个，宁缺毋滥。")
    choose_and_confirm(officer, lead, "县（市、区）示范区", ["宁国市"], "98.90", "合格单位只有 1 个，宁缺毋滥。")
    clock(11, 3)
    announce(officer, lead, lead2, "2021-11-04", "2021-11-10")
    clock(11, 5)
    code = object_to(clock, "桃花潭镇", name="示例市民", phone="0563-2000000")
    clock(11, 10, 23)
    Person(lead).open("results:naming").sees("公示到 2021-11-10 期满，期满后才能命名。", "还有 1 件异议没有答复。", "现在没有可以命名的单位。")
    answer(officer, code)
    Visitor().open("results:public_track").send("查询", code=code, phone_tail="0000").sees("不成立", "感谢监督")
    clock(11, 11)
    name(lead, "宣政务公开〔2021〕12号", ["桃花潭镇", "宁国市"])
    Person(lead).open("results:naming").follow("推荐：宁国市").send("推荐", reason="经验可复制推广。").sees("已推荐宁国市。")
    assert AuditEvent.objects.filter(action="results.recommend").exists()
    everything_holds()


def test_a_campaign_of_quite_another_shape_runs_without_a_line_of_code(clock_of, tmp_path):
    """Schools, a hospital and a community; four phases, letters as codes, quarters of a point, two scorers on paper and
    three inspectors, seven working days, objections without a name.
    """
    clock = clock_of(2026)
    clock(3, 1)
    (tmp_path / "units.csv").write_text(UNITS)
    call_command("load_organizations", tmp_path / "units.csv")
    call_command("load_campaign", HERE / "campaigns/tests/data/schools-2026.yaml")
    units = {"荷花小学": 3, "市一院": 2, "荷塘社区": 2}
    clerks = {unit: person_of(unit, f"{unit[-1]}小填", Role.UNIT_CLERK) for unit in units}
    county = person_of("蜀山区", "蜀小山", Role.COUNTY_CLERK)
    scorers = [person_of("市公开办", each, Role.OFFICE) for each in ("公小一", "公小二")]
    officer, (lead, lead2) = scorers[0], (person_of("市公开办", each, Role.OFFICE, Role.OFFICE_LEAD) for each in ("办小一", "办小二"))
    inspectors = [person_of("市审计局", each, Role.INSPECTOR) for each in ("验小一", "验小二", "验小三")]

    clock(3, 12)
    for unit, items in units.items():
        file(clerks[unit], unit, items)
    for unit in ("荷花小学", "荷塘社区"):
        recommend(county, unit)
    clock(4, 20)
    for unit in units:
        accept(officer, unit)
    on_paper = {"荷花小学": [{"A-1": "0.25"}, {"A-1": "0.5"}], "市一院": [{"A-2": 1}, {"A-2": 1}], "荷塘社区": [{}, {}]}
    for unit, lost in on_paper.items():
        for scorer, own in zip(scorers, lost, strict=True):
            score_on_paper(scorer, unit, units[unit], own)

    on_site = {"荷花小学": ["0.75", "0.5", "0.5"], "市一院": [0, 0, 0], "荷塘社区": ["12.5", "12.5", "12.5"]}
    agreed = {"荷花小学": {"A-1": 20}, "市一院": {}, "荷塘社区": {}}
    names = [str(inspector) for inspector in inspectors]
    Person(officer).open("inspections:group_list").send("建立验收组", name="一组", leader=names[0], members=names[:2]).sees("验收组至少要有 3 名验收员")
    Person(officer).open("inspections:group_list").send("建立验收组", name="一组", leader=names[0], members=names).sees("一组已建立")
    for day, (unit, lost) in enumerate(on_site.items(), 7):
        visit = plan(officer, unit, "一组", f"2026-07-{day:02}")
        clock(7, day)
        for inspector, gone in zip(inspectors, lost, strict=True):
            record(inspector, units[unit], {"A-1": gone})
        agree_and_lock(visit, inspectors[0], inspectors[1:], units[unit], agreed[unit])

    # Of 60 points: a quarter for paper (59.625, 44.5 of 45.5, all), three quarters for the site (59.5, all, 17.5 of 30).
    clock(7, 27)
    choose_and_confirm(officer, lead, "示范学校", ["荷花小学"], "59.53", "只有 1 所学校申报。")
    choose_and_confirm(officer, lead, "示范医院", ["市一院"], "59.67", "")
    Person(officer).open("results:ranking_list").follow("看排名：示范社区").sees("41.25", "0 个单位达到合格线", "低于合格线")
    announce(officer, lead, lead2, "2026-07-28", "2026-08-05")
    clock(7, 29)
    code = object_to(clock, "荷花小学")
    answer(officer, code)
    Visitor().open("results:public_track").send("查询", code=code).sees("不成立")
    clock(8, 5, 23)
    Person(lead).open("results:naming").sees("公示到 2026-08-05 期满，期满后才能命名。", "现在没有可以命名的单位。")
    clock(8, 6, 0)
    name(lead, "庐公开〔2026〕3号", ["荷花小学", "市一院"])
    Person(lead).open("results:naming").sees("没有指定的类别")
    everything_holds()
