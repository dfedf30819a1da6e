"""A county's own campaign, finished some days ago: 旌德县 named two of its townships, and its clerk finds them proposed for the city's campaign."""

from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from accounts.organizations_file import known_kinds
from applications import actions as filing
from campaigns import campaign_file
from campaigns.actions import load_campaign
from inspections import actions as inspecting
from results import actions as deciding
from results.models import NoticeReview
from standards.actions import load_standard
from xuancheng_portal.demo import cast, stage

FILE = Path(__file__).parent / "county.yaml"
# (first day, last day) of each phase, counted from today.
PHASES = {"application": (-75, -50), "guidance": (-60, -35), "inspection": (-45, -25)}
TOWNSHIPS = [("白地镇", "4"), ("俞村镇", "7")]


def this_year(document, county, today):
    campaign = document["campaign"]
    campaign |= {"code": f"county-{county.code}-{today.year}", "county": county.code, "year": today.year, "title": f"{today.year}年{county}政务公开示范点创建（演示）"}
    for phase in campaign["phases"]:
        phase["start"], phase["end"] = ((today + timedelta(days=day)).isoformat() for day in PHASES[phase["key"]])
    return document


def play(now, office, lead, townships):
    """Until the notice has run. `townships`: (unit, points lost on paper and on site), all of one county, whose office and lead these are."""
    today, county = timezone.localdate(now), office.organization
    document = this_year(campaign_file.read(FILE.read_bytes(), known_kinds()), county, today)

    def on(day, hour=9):
        return timezone.make_aware(datetime.combine(today + timedelta(days=day), time(hour)))

    campaign, _report = load_campaign(document, at=on(-76))
    load_standard(campaign, document, at=on(-76), in_use=lambda standard: standard.applications.exists())
    colleague = cast.stand_in(f"demo-{county.code}-office", "鲍示例", county.code, "county_office")
    inspectors = [cast.stand_in(f"demo-{county.code}-{n}", name, county.code, "inspector") for n, name in ((1, "章示例"), (2, "崔示例"))]

    team = stage.Team(inspecting.make_group(campaign, "县验收组", inspectors[0], inspectors, by=office, at=on(-48)), inspectors[0], inspectors[1:])
    applications = []
    for number, (name, lost) in enumerate(townships):
        application = filing.accept(stage.file_in_full(name, campaign, on(-65 + number)), by=office, at=on(-49))
        stage.score_desk(application, [office], lost, on(-48, 14))
        visit = inspecting.plan_visit(application, team.group, timezone.localdate(on(-40 + number)), by=office, at=on(-47))
        stage.inspect(visit, team, lost, on(-40 + number))
        applications.append(application)
    track = campaign.tracks.get()
    for application in applications:
        deciding.choose(track, application, by=office, at=on(-24))
    deciding.lock_list(track, "合格单位不足名额，宁缺毋滥。", by=office, at=on(-24, 10))
    deciding.confirm_list(track, by=lead, at=on(-24, 15))
    notice = deciding.create_notice(
        campaign, applications, title=f"关于{campaign.title}拟命名单位的公示", body="经自主申报、督促指导、检查验收，拟命名以下单位为县级示范乡镇，现予公示。",
        contact=f"{county}政务公开办公室，电话 0563-0000000（演示）", by=office, at=on(-23),
    )
    deciding.review_notice(notice, NoticeReview.Outcome.PASSED, remark="可以公开。", by=colleague, at=on(-23, 10))
    deciding.publish_notice(notice, by=lead, at=on(-23, 11))
    return campaign


def play_jingde(now):
    """旌德县 has named its two; its office has minutes left to write, its lead a bulletin to look at."""
    office, lead = cast.person("jingdeban"), cast.person("jingdelead")
    campaign = play(now, office, lead, TOWNSHIPS)
    deciding.name_units(campaign, "旌政务公开〔演示〕1号", by=lead, at=now - timedelta(days=5))
    deciding.call_meeting(
        campaign, title="县级示范乡镇交流会（演示）", starts_at=now - timedelta(days=2), place="县政务服务中心三楼会议室", agenda="两个乡镇介绍做法。",
        organizations=[stage.unit(name) for name, _lost in TOWNSHIPS], by=office, at=now - timedelta(days=4),
    )
    deciding.draft_bulletin(campaign, by=office, at=now - timedelta(days=1))
    return campaign
