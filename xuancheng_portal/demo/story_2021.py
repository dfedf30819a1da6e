"""The campaign of 2021, finished, on its own dates: returns, a county short of townships, a conflict blocked, a tie at the
tenth township, places left empty, an objection answered, titles given and a zone recommended."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from applications import actions as filing
from applications.models import Application
from campaigns.actions import change_settings
from campaigns.rules import NotAllowed
from inspections import actions as inspecting
from inspections.models import Visit
from inspections.rules.losses import losses
from results import actions as deciding
from results.models import NoticeReview, Objection
from results.reports import ranking_of
from xuancheng_portal.demo import after_2021, cases, cast, stage

# (unit, half points lost on paper and on site). 80 is needed to pass.
ZONES = [("宁国市", "3.5"), ("宣州区", "5"), ("泾县", "6.5"), ("旌德县", "23")]
BUREAUS = [("市司法局", "4"), ("市教体局", "5.5"), ("市卫健委", "7"), ("市水利局", "22")]
TOWNSHIPS = [
    ("桃花潭镇", "2"), ("水东镇", "3"), ("港口镇", "4"), ("新杭镇", "5"), ("伏岭镇", "6"), ("狸桥镇", "7"), ("梅渚镇", "8"), ("云岭镇", "9"), ("梅林镇", "10.5"),
    ("洪林镇", "12"), ("长安镇", "12"),  # equal in everything, and only one place left
    ("庙首镇", "14"), ("桃州镇", "22"), ("建平镇", "24"),
]
COUNTIES = ["宣州区", "郎溪县", "泾县", "绩溪县", "旌德县", "宁国市", "广德市"]


def moment(month, day, hour=9, minute=0):
    return datetime(2021, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def play(campaign):
    change_settings(campaign, {"desk_scorers": 2, "plan_days": 0}, reason="演示：每份材料由两人评分；创建方案在线下报送", by=cast.person("office"), at=moment(8, 18))
    campaign.refresh_from_db()
    applications = file_everything(campaign)
    review(applications)
    after_2021.tell_progress(campaign)
    visit_everybody(campaign, applications)
    rectify(applications["梅渚镇"])
    rectify_all(applications["云岭镇"])
    choose(campaign, applications)
    announce(campaign, applications)
    cases.publish(campaign, moment(11, 22, 10))
    after_2021.play(campaign)


def file_everything(campaign):
    """Four counties, four bureaus; every county sends its townships, one of them too few."""
    county_clerks = {name: cast.clerk_of(stage.unit(name)) for name in COUNTIES}
    applications = {}
    for number, (name, _lost) in enumerate([*ZONES, *BUREAUS, *TOWNSHIPS]):
        county = stage.unit(name).county
        clerk = county_clerks[county.short_name] if county and not stage.unit(name).is_county else None
        at = moment(9, 6 + number % 20, 8 + number % 8)
        applications[name] = stage.file_in_full(name, campaign, at, files=2 if name == "桃花潭镇" else 0, recommended_by=clerk)
    late = stage.start("十字镇", campaign, moment(9, 28))
    stage.answer(late, moment(9, 28, 10), items=9)
    try:
        stage.submit(late, moment(10, 1, 0))
    except NotAllowed:
        pass  # one second too late: the draft stays, the submission is refused
    return applications


def review(applications):
    """Two applications go back once; one does not belong here; the others are accepted and scored."""
    office, office2 = cast.person("office"), cast.person("office2")
    for name in ("泾县", "梅渚镇"):
        application = applications[name]
        returned = list(application.responses.in_order()[1:3])
        filing.return_items(
            application, {response.pk: "请补充会议纪要和本年度的工作安排。" for response in returned}, "补正后直接报市政务公开办。",
            moment(10, 9), by=office, at=moment(10, 2, 10),
        )
        for response in returned:
            response.refresh_from_db()
            filing.save_response(
                response, base_version=response.version, verdict=response.self_verdict, score=response.self_score,
                narrative=f"{response.narrative}已补充{name}会议纪要 2 份、工作安排 1 份。", by=application.started_by, at=moment(10, 5, 9),
            )
            filing.mark_done(response, by=application.started_by, at=moment(10, 5, 10))
        stage.submit(Application.objects.get(pk=application.pk), moment(10, 5, 11))
    filing.decline(applications["建平镇"], "材料与去年雷同，未反映本年度工作。", by=office, at=moment(10, 8))
    for number, (name, lost) in enumerate([*ZONES, *BUREAUS, *TOWNSHIPS]):
        if name != "建平镇":
            applications[name] = filing.accept(Application.objects.get(pk=applications[name].pk), by=office, at=moment(10, 8, 9 + number % 8))
            stage.score_desk(applications[name], [office, office2], lost, moment(10, 9 + number % 5, 9))
    inspecting.add_guidance_note(
        applications["桃花潭镇"], "公示栏内容请与网站同步更新，验收时将现场核对。", by=office, at=moment(10, 9),
    )


def teams(campaign):
    office = cast.person("office")
    first = [cast.person("inspector"), cast.person("inspector2")]
    second = [cast.stand_in("demo-tongji", "鲍示例", "3418-B26", "inspector"), cast.person("inspector3")]
    made = []
    for name, (leader, *others) in (("第一验收组", first), ("第二验收组", second)):
        group = inspecting.make_group(campaign, name, leader, [leader, *others], by=office, at=moment(10, 11))
        made.append(stage.Team(group, leader, others))
    return made


def visit_everybody(campaign, applications):
    """The second group has somebody from Ningguo, who may not inspect Ningguo's units: those go to the first group."""
    office = cast.person("office")
    first, second = teams(campaign)
    accepted = [(name, lost) for name, lost in [*ZONES, *BUREAUS, *TOWNSHIPS] if name != "建平镇"]
    for number, (name, lost) in enumerate(accepted):
        application, day = applications[name], 15 + number // 2
        team = (second, first)[number % 2]
        try:
            visit = inspecting.plan_visit(application, team.group, date(2021, 10, day), by=office, at=moment(10, 12))
        except NotAllowed:
            team = first if team is second else second
            visit = inspecting.plan_visit(application, team.group, date(2021, 10, day), by=office, at=moment(10, 12))
        at = moment(10, day, 8 + (number % 4) * 2)
        if name == "云岭镇":  # no signal up there, and the batteries were empty
            stage.inspect_on_paper(visit, team, lost, at, office)
        else:
            stage.inspect(visit, team, lost, at)


def rectify(application):
    """A finding is put right after the visit, with an answer and 销号."""
    office = cast.person("office")
    item = application.responses.in_order().first().item
    task = inspecting.require_rectification(application, item, "公示栏有两处内容过期，请更新。", moment(10, 29), by=office, at=moment(10, 25))
    inspecting.answer_rectification(task, "已更新公示栏，并建立每月检查制度。", by=application.started_by, at=moment(10, 27))
    inspecting.close_rectification(task, "现场照片与网站一致，同意销号。", by=office, at=moment(10, 28))


def rectify_all(application):
    """Everything that lost points at one unit becomes a task in one step."""
    office, visit = cast.person("office"), Visit.objects.get(application=application)
    chosen = {loss.item.pk: loss.row.agreed.reason for loss in losses(visit)}
    for task in inspecting.require_rectifications(visit, chosen, date(2021, 10, 29), by=office, at=moment(10, 25, 10)):
        inspecting.answer_rectification(task, "已经补齐，并明确专人每月核对。", by=application.started_by, at=moment(10, 27, 10))
        inspecting.close_rectification(task, "已核对，同意销号。", by=office, at=moment(10, 28, 10))


def choose(campaign, applications):
    """Three zones, three of five places for bureaus (only three pass), ten townships after the tie is decided together."""
    office, lead = cast.person("office"), cast.person("lead")
    townships = campaign.tracks.get(key="township")
    tied = [applications["长安镇"].pk, applications["洪林镇"].pk]
    deciding.record_tie_decision(
        townships, tied, "第 10 名两个单位总分和各类别得分均相同。经集体研究，绩溪县目前只有一个单位入围，确定长安镇在前。", date(2021, 11, 1),
        by=office, at=moment(11, 1, 15),
    )
    for key, unused in (("zone", ""), ("bureau", "合格单位只有 3 个，宁缺毋滥。"), ("township", "")):
        track = campaign.tracks.get(key=key)
        rows, ranked = ranking_of(track)
        for row in [row for row in rows if row.may_be_chosen][: track.quota]:
            deciding.choose(track, ranked[row.key], by=office, at=moment(11, 2, 9))
        deciding.lock_list(track, unused, by=office, at=moment(11, 2, 10))
        deciding.confirm_list(track, by=lead, at=moment(11, 2, 15))


def announce(campaign, applications):
    """A first notice that was taken off for a slip; five working days; one objection, answered; named on the day after; the
    best zone recommended.
    """
    office, lead, lead2 = cast.person("office"), cast.person("lead"), cast.person("lead2")
    chosen = [place.application for track in campaign.tracks.all() for place in track.places.select_related("application__track", "application__organization")]
    words = {
        "title": "关于2021年全市政务公开示范区和示范点拟命名单位的公示",
        "body": "经自主申报、督促指导、检查验收，拟命名以下单位为全市政务公开示范区和示范点，现予公示。公示期内如有异议，请实名向市政务公开办反映。",
    }
    slip = deciding.create_notice(campaign, chosen, **words, contact="宣城市政务公开办公室（演示）", by=office, at=moment(11, 2, 16))
    deciding.review_notice(slip, NoticeReview.Outcome.PASSED, by=lead2, at=moment(11, 2, 16, 30))
    slip = deciding.publish_notice(slip, by=lead, at=moment(11, 2, 17))
    deciding.withdraw_notice(slip, "漏写了受理异议的电话，补上后重新公示。", by=lead, at=moment(11, 3, 8))
    contact = "宣城市政务公开办公室，电话 0563-0000000（演示）"
    notice = deciding.create_notice(campaign, chosen, **words, contact=contact, by=office, at=moment(11, 3, 9))
    deciding.review_notice(notice, NoticeReview.Outcome.PASSED, remark="已逐字核对，可以公开。", by=lead2, at=moment(11, 3, 15))
    notice = deciding.publish_notice(notice, by=lead, at=moment(11, 3, 16))
    deciding.set_paper_number("notice", notice, "宣政务公开〔2021〕11号", by=office, at=moment(11, 3, 16, 30))
    objection = deciding.file_objection(
        notice.entries.get(application=applications["梅渚镇"]), name="示例市民", phone="0563-0000000",
        facts="（演示）该镇部分村的公示栏在十月初没有更新，请核实是否符合示范点的要求。", at=moment(11, 5, 10),
    )
    deciding.examine_objection(objection, by=office, at=moment(11, 5, 15))
    deciding.answer_objection(
        objection, Objection.Outcome.REJECTED, "经核查，验收时发现的两处过期内容已于 10 月 27 日前整改并销号，不影响示范点的认定。感谢你的监督。",
        by=office, at=moment(11, 9, 11),
    )
    named = deciding.name_units(campaign, "宣政务公开〔2021〕12号（演示）", by=lead, at=moment(11, 12, 9))
    best = next(naming for naming in named if naming.application_id == applications["宁国市"].pk)
    deciding.recommend_naming(best, "创建工作基础扎实，三年来政务公开考核均居全市前列，经验可复制推广。（演示数据）", by=lead, at=moment(11, 15))
