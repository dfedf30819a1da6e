"""This year's campaign, copied from 2021's with dates around today: applications are open, and every demo account has a next task."""

from copy import deepcopy
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from applications import actions as filing
from applications.models import Application
from campaigns.actions import load_campaign
from inspections import actions as inspecting
from inspections.rules.phone import SentRecord
from standards.actions import load_standard
from xuancheng_portal.demo import cast, stage

# (first day, last day) of each phase, counted from today.
PHASES = {"application": (-24, 9), "guidance": (-10, 24), "inspection": (-3, 40)}


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
    campaign["scoring"]["desk_scorers"] = 2
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

    # 桃花潭镇 is filling in; 泾县 has its own draft, sent 云岭镇 back and has 茂林镇 to check; 市教体局 has begun.
    stage.answer(stage.start("桃花潭镇", campaign, on(-6)), on(-6, 10), items=14, files=1)
    stage.answer(stage.start("泾县", campaign, on(-8)), on(-8, 10), items=17)
    stage.answer(stage.start("市教体局", campaign, on(-3)), on(-3, 10), items=6)
    yunling = stage.start("云岭镇", campaign, on(-9))
    stage.submit(yunling, stage.answer(yunling, on(-9, 10)) + timedelta(hours=1))
    first = yunling.responses.in_order().first()
    filing.return_to_unit(yunling, {first.pk: "请写明领导小组今年的调整情况。"}, "改好后再报县里。", by=jing, at=on(-6))
    maolin = stage.start("茂林镇", campaign, on(-9))
    stage.submit(maolin, stage.answer(maolin, on(-9, 10)) + timedelta(hours=1))

    # 水东镇 came back with two items; 宣州区 and 市司法局 wait to be reviewed; 泾川镇 counts for 泾县.
    xuanzhou = cast.clerk_of(stage.unit("宣州区"))
    shuidong = stage.file_in_full("水东镇", campaign, on(-12), recommended_by=xuanzhou)
    returned = list(shuidong.responses.in_order()[4:6])
    filing.return_items(
        shuidong, {returned[0].pk: "制度文件缺少发布时间，请补充。", returned[1].pk: "目录链接打不开，请更换网址或上传网页截图。"}, "",
        timezone.make_aware(datetime.combine(today + timedelta(days=6), time())), by=office, at=on(-2),
    )
    stage.file_in_full("泾川镇", campaign, on(-11), recommended_by=jing)
    stage.file_in_full("市司法局", campaign, on(-9))
    stage.file_in_full("宣州区", campaign, on(-10), files=1)

    # 狸桥镇 is accepted, scored by one of two, has something to put right and is inspected today.
    liqiao = accepted(stage.file_in_full("狸桥镇", campaign, on(-20), recommended_by=xuanzhou), office, on(-9))
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
    inspector, inspector2, inspector3 = (cast.person(name) for name in ("inspector", "inspector2", "inspector3"))
    group = inspecting.make_group(campaign, "第一验收组", inspector, [inspector, inspector2, inspector3], by=office, at=on(-5))
    team = stage.Team(group, inspector, [inspector2, inspector3])
    yesterday = today - timedelta(days=1)
    inspecting.plan_visit(liqiao, group, today, by=office, at=on(-4))
    stage.inspect(inspecting.plan_visit(xinhang, group, yesterday, by=office, at=on(-4)), team, "6", on(-1), finish=False)
    # The phone of one of them broke yesterday; the office has its backup package and is to decide.
    first = xinhang.responses.in_order().first()
    saved = SentRecord(
        id=UUID("6d0f5c1e-52a4-4a8b-9b0e-3f2d7c9a1e55"), number=1, visit=xinhang.visit.pk, unit="新杭镇", item=first.item.code, verdict="partly",
        points=first.maximum - Decimal("0.5"), reason="会议室公示栏的名单缺一个月。", device_at=on(-1, 15),
    )
    inspecting.receive_record(saved, owner=inspector3, imported=True, by=office, at=on(0, 8))
    return campaign


def accepted(application, office, at):
    return filing.accept(Application.objects.get(pk=application.pk), by=office, at=at)
