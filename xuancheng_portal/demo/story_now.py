"""This year's campaign, copied from 2021's with dates around today: applications are open, and every demo account has a next task."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from django.utils import timezone

from applications import actions as filing
from applications.links import Look
from applications.models import Application, ItemResponse
from applications.rules import interpretation_limit
from applications.uploads import take
from campaigns.actions import load_campaign
from inspections import actions as inspecting
from inspections.rules.phone import SentRecord
from inspections.rules.planning import working_days
from results import actions as deciding
from results.models import Adjustment
from standards.actions import load_standard, save_points, start_draft
from standards.models import Item
from xuancheng_portal.demo import cast, stage

# (first day, last day) of each phase, counted from today.
PHASES = {"application": (-24, 9), "guidance": (-10, 24), "inspection": (-3, 40)}

# What two townships both say of item 5.4, though they lie in two counties.
BORROWED = (
    "镇里把群众问得最多的低保评定、危房改造、耕地补贴三件事做成明白卡，由驻村干部逐户讲清政策从哪里来、谁能享受、怎样申请，"
    "在便民服务中心设公开专柜供当场查阅和复印，每季度请老党员、老教师来评一评讲得是否明白，评议结果张贴在村口。"
)


def this_year(document, today):
    """Last campaign's file with this year's name and dates. What the notice of 2021 said of its own dates is left out."""
    document = deepcopy(document)
    campaign = document["campaign"]
    campaign |= {
        "code": f"xuancheng-{today.year}-demo", "year": today.year, "title": f"{today.year}年全市政务公开示范区和示范点创建（演示）",
        "issued_on": (today + timedelta(days=PHASES["application"][0])).isoformat(), "approval": "演示：经市人民政府同意",
    }
    campaign.pop("steps_text", None)
    for phase in campaign["phases"]:
        first, last = PHASES[phase["key"]]
        phase["start"], phase["end"] = ((today + timedelta(days=day)).isoformat() for day in (first, last))
        phase.pop("text", None)
        phase.pop("deadline", None)
    campaign["scoring"] |= {"desk_scorers": 2, "bonus": {"enabled": True, "max": 5}, "veto": {"enabled": True}}
    return document


def play(document, now):
    today = timezone.localdate(now)
    document = this_year(document, today)
    campaign, _report = load_campaign(document, at=now - timedelta(days=25))
    load_standard(campaign, document, at=now - timedelta(days=25), in_use=lambda standard: standard.applications.exists())

    def on(day, hour=9):
        """So many days from today; never later than now."""
        at = timezone.make_aware(datetime.combine(today + timedelta(days=day), time(hour)))
        return min(at, now - timedelta(minutes=5))

    office, office2 = cast.person("office"), cast.person("office2")
    jing = cast.person("jingxian")

    # What the office would change of the standard; nobody is asked for anything before it is published.
    prepare_amendment(campaign, office, on(-1, 16))

    file_plans(campaign, on)
    card = stage.document("5.4 card").getvalue()

    # 桃花潭镇 is filling in, and one item of last time waits to be renewed; 泾县 has its own draft, sent 云岭镇 back and has 茂林镇 to check; 市教体局 has begun.
    taohuatan = stage.start("桃花潭镇", campaign, on(-6))
    stage.answer(taohuatan, on(-6, 10), items=14, files=1)
    filing.attach_file(taohuatan.responses.in_order().first(), stage.contact_list(), "政务公开联系人名单（演示）.docx", by=taohuatan.started_by, at=on(-5))
    next_item = taohuatan.responses.unfinished().in_order().first()
    filing.carry_over(taohuatan, only=next_item, by=taohuatan.started_by, at=on(-2, 10))
    compare_readings(taohuatan, on)
    draft = stage.start("泾县", campaign, on(-8))
    stage.answer(draft, on(-8, 10), items=17)
    share(draft, jing, cast.person("jingxian2"), on(-5))
    stage.answer(stage.start("市教体局", campaign, on(-3)), on(-3, 10), items=6)
    yunling = stage.start("云岭镇", campaign, on(-9))
    stage.submit(yunling, stage.answer(yunling, on(-9, 10)) + timedelta(hours=1))
    first = yunling.responses.in_order().first()
    filing.return_to_unit(yunling, {first.pk: "请写明领导小组今年的调整情况。"}, "改好后再报县里。", by=jing, at=on(-6))
    maolin = stage.start("茂林镇", campaign, on(-9))
    stage.submit(maolin, stage.answer(maolin, on(-9, 10)) + timedelta(hours=1))

    # 水东镇 came back with two items and has mended one; 宣州区 and 市司法局 wait to be reviewed; 泾川镇 counts for 泾县.
    xuanzhou = cast.clerk_of(stage.unit("宣州区"))
    shuidong = stage.file_in_full("水东镇", campaign, on(-12), recommended_by=xuanzhou)
    returned = list(shuidong.responses.in_order()[4:6])
    filing.return_items(
        shuidong, {returned[0].pk: "制度文件缺少发布时间，请补充。", returned[1].pk: "目录链接打不开，请更换网址或上传网页截图。"}, "",
        timezone.make_aware(datetime.combine(today + timedelta(days=6), time())), by=office, at=on(-2),
    )
    stage.break_link(returned[1].evidence.links().get(), on(-5))
    returned[0].refresh_from_db()
    filing.save_response(
        returned[0], base_version=returned[0].version, verdict=returned[0].self_verdict, score=returned[0].self_score,
        narrative=returned[0].narrative.replace("（演示数据）", "制度汇编于今年 3 月 12 日印发，见第 2 页。（演示数据）"), by=shuidong.started_by, at=on(-1),
    )  # begun to be put right, and not sent again
    # 泾川镇 took a paragraph and a file of 狸桥镇, which itself sends last campaign's words for item 2.1 once more.
    stage.file_in_full(
        "泾川镇", campaign, on(-11), recommended_by=jing, papers={"5.4": (BytesIO(card), "政策明白卡样张.pdf")},
        texts={"5.4": f"今年以来，泾川镇共解读文件 6 件。{BORROWED}（演示数据）"},
    )
    stage.file_in_full("市司法局", campaign, on(-9))
    stage.file_in_full("宣州区", campaign, on(-10), files=1, late=True)

    # 狸桥镇 is accepted, scored by one of two, has something to put right and is inspected today.
    last_words = ItemResponse.objects.get(application__campaign__year=2021, application__organization=stage.unit("狸桥镇"), item__code="2.1").narrative
    liqiao = stage.file_in_full(
        "狸桥镇", campaign, on(-20), recommended_by=xuanzhou, papers={"5.4": (BytesIO(card), "惠民政策明白卡.pdf")},
        texts={"2.1": last_words, "5.4": f"{BORROWED}狸桥镇全年发放明白卡 1800 份。（演示数据）"},
    )
    liqiao = accepted(liqiao, office, on(-9))
    stage.score_desk(liqiao, [office], "4", on(-8))
    stage.score_desk(liqiao, [office2], "4", on(-7), finish=False)
    inspecting.require_rectification(
        liqiao, liqiao.responses.in_order().first().item, "领导小组名单还是去年的，请更新后回复。",
        timezone.make_aware(datetime.combine(today + timedelta(days=5), time())), by=office, at=on(-4),
    )
    # 新杭镇 is through with the visit but for the group's talk.
    xinhang = accepted(
        stage.file_in_full("新杭镇", campaign, on(-19), recommended_by=cast.clerk_of(stage.unit("广德市"))), office, on(-9, 11)
    )
    stage.score_desk(xinhang, [office, office2], "6", on(-7, 11))
    # Points on top: one person proposes, the lead confirms. 狸桥镇's wait for that.
    bonus = {"reason": "村级公开的做法在全省政务公开工作会议上交流（演示）", "basis": "会议通知和交流材料（演示）"}
    counted = deciding.propose_adjustment(xinhang, Adjustment.Kind.BONUS, Decimal(1), **bonus, by=office, at=on(-6, 14))
    deciding.confirm_adjustment(counted, by=cast.person("lead"), at=on(-5, 10))
    other = {"reason": "明白卡的做法刊登在市级简报（演示）", "basis": "简报第 8 期（演示）"}
    deciding.propose_adjustment(liqiao, Adjustment.Kind.BONUS, Decimal("0.5"), **other, by=office2, at=on(-2, 15))
    inspector, inspector2, inspector3 = (cast.person(name) for name in ("inspector", "inspector2", "inspector3"))
    group = inspecting.make_group(campaign, "第一验收组", inspector, [inspector, inspector2, inspector3], by=office, at=on(-5))
    team = stage.Team(group, inspector, [inspector2, inspector3])
    yesterday = today - timedelta(days=1)
    inspecting.plan_visit(liqiao, group, today, by=office, at=on(-4))
    stage.inspect(inspecting.plan_visit(xinhang, group, yesterday, by=office, at=on(-4)), team, "6", on(-1), finish=False)
    # 建平镇 is next for the same group: one has accepted, the others are asked.
    langxi = cast.clerk_of(stage.unit("郎溪县"))
    jianping = accepted(stage.file_in_full("建平镇", campaign, on(-18), recommended_by=langxi), office, on(-8))
    visit = inspecting.plan_visit(jianping, group, today + timedelta(days=3), by=office, at=on(-2))
    inspecting.accept_assignment(visit, by=inspector, at=on(-1))
    propose(campaign, office, [inspector, inspector2, inspector3], today, on)
    # The phone of one of them broke yesterday; the office has its backup package and is to decide.
    first = xinhang.responses.in_order().first()
    saved = SentRecord(
        id=UUID("6d0f5c1e-52a4-4a8b-9b0e-3f2d7c9a1e55"), number=1, visit=xinhang.visit.pk, unit="新杭镇", item=first.item.code, verdict="partly",
        points=first.maximum - Decimal("0.5"), reason="会议室公示栏的名单缺一个月。", device_at=on(-1, 15),
    )
    inspecting.receive_record(saved, owner=inspector3, imported=True, by=office, at=on(0, 8))
    return campaign


# Whose plan came in time, and whose late; 旌德县 and every other unit has filed none.
PLANS = [
    "宣州区", "泾县", "广德市", "郎溪县", "市教体局", "市司法局", "桃花潭镇", "云岭镇", "茂林镇", "泾川镇", "水东镇", "狸桥镇", "新杭镇", "建平镇",
]
LATE_PLANS = ["洪林镇", "十字镇"]


def file_plans(campaign, on):
    """What most units filed at the start: one invented document, each with dates of its own."""
    taken = take(stage.document("plan"), "创建方案（演示）.pdf")
    for number, name in enumerate([*PLANS, *LATE_PLANS]):
        unit, at = stage.unit(name), on(-6 if name in LATE_PLANS else -21 + number // 2, 9 + number % 8)
        first = timezone.localdate(at)
        dates = [("动员部署", first + timedelta(days=2)), ("自查自评", first + timedelta(days=8)), ("申报", first + timedelta(days=12))]
        filing.file_taken_plan(
            unit, campaign, replace(taken, name=f"{unit}创建方案（演示）.pdf"), dates=dates, words="由分管领导牵头，演示数据。", by=cast.clerk_of(unit), at=at,
        )


def share(application, by, colleague, at):
    """What is left of a draft goes to a colleague, who has begun with it."""
    left = list(application.responses.unfinished().select_related("item").in_order())
    filing.assign(application, {response.pk: colleague.pk for response in left}, by=by, at=at)
    filing.save_field(left[0], "narrative", "正在向各股室收集材料，目前收到 6 份。", base_version=0, by=colleague, at=at)


def compare_readings(application, on):
    """Under way on the item with the time rule: one reading is late, one page is gone, and one could not be looked at today."""
    response = next(response for response in application.responses.in_order().select_related("item") if interpretation_limit(response.item))
    response.application = application
    stage.compare(response, on(-5, 10), late=True)
    gone = stage.link(response, "政策解读专栏", on(-5, 11), name="-index")
    stage.break_link(gone, on(-4))
    first = application.responses.in_order().first().evidence.links().get()
    filing.record_check(first, Look("not_checked"), at=on(-1))


def prepare_amendment(campaign, office, at):
    """One point moves from 1.4 to 1.1 in every track; the office has not published it."""
    draft = start_draft(campaign, "拟把培训的 1 分移到机构健全（演示）", by=office, at=at)
    points = {}
    for code, change in (("1.1", 1), ("1.4", -1)):
        item = Item.objects.get(category__standard=draft, code=code)
        points |= {(item.pk, row.track.key): (row.points, row.points + change) for row in item.points.select_related("track")}
    save_points(draft, points, by=office, at=at)


# Who else may be sent on site: account, name, organization, role.
POOL = [
    ("demo-minzheng", "方示例", "3418-B07"), ("demo-caizheng", "程示例", "3418-B09"), ("demo-renshe", "汤示例", "3418-B10"),
    ("demo-jingxian", "查示例", "341823"), ("demo-xuanzhou", "梅示例", "341802"), ("demo-guangde", "周示例", "341882"),
    ("demo-wenlv", "章示例", "3418-B18"),
]
# Accepted, and nobody has planned to go there.
AWAITING = [("洪林镇", "宣州区"), ("十字镇", "郎溪县"), ("长安镇", "绩溪县"), ("港口镇", "宁国市")]


def propose(campaign, office, inspectors, today, on):
    """The pool, four more units to visit, and a plan that the office has not looked at yet."""
    for name, county in AWAITING:
        accepted(stage.file_in_full(name, campaign, on(-17), recommended_by=cast.clerk_of(stage.unit(county))), office, on(-7))
    others = [cast.stand_in(username, name, code, "inspector") for username, name, code in POOL]
    for person in [*inspectors, *others]:
        inspecting.add_to_pool(campaign, person, cap=6 if person in inspectors else None, by=office, at=on(-6))
    inspecting.add_past_service(others[0], stage.unit("长安镇"), today - timedelta(days=500), by=office, at=on(-6))
    inspecting.declare_conflict(others[1], stage.unit("十字镇"), campaign, "配偶在该镇工作。", by=office, at=on(-6))
    days = working_days(campaign, today + timedelta(days=4), today + timedelta(days=14))
    inspecting.make_plan(campaign, days=days, per_day=2, size=3, seed=today.year, by=office, at=on(-1))


def accepted(application, office, at):
    return filing.accept(Application.objects.get(pk=application.pk), by=office, at=at)
