"""What followed the titles of 2021: a bulletin on the way, a meeting, an experience write-up, follow-ups, and the review of 2022,
in which one unit had to improve and another lost its title."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from campaigns.actions import change_track
from results import actions as deciding
from results.models import Naming, Review
from xuancheng_portal.demo import cast

BONUS = {"zone": 2, "bureau": 1, "township": "0.5"}
IMPROVES, LOSES, WRITES = "新杭镇", "梅林镇", "宁国市"
ABSENT = ["市卫健委", "梅林镇"]
BODY = """（演示数据）宁国市把政务公开专区建在群众办事的路上：18 个乡镇（街道）的便民服务中心都设公开专区，村级公示栏与网站同步更新，群众在家门口看得到、问得清。
一是目录管全。按 26 个试点领域编制标准目录，逐项写明公开什么、由谁公开、多久更新，责任落实到股室和岗位，每月对照目录自查一次。
二是解读管懂。重要文件与解读材料同步起草、同步审签、同步发布，用一张图、一段话讲清楚和群众有关的内容，政策咨询当天答复。
三是监督管用。公示栏、网站和公众号的内容每季度交叉检查，发现的问题列出清单、限期改正，结果在全市通报。
一年来群众来信来访中反映“不知道、看不懂”的明显减少。下一步把村级公开的做法整理成册，供兄弟县市参考。"""


def moment(year, month, day, hour=9, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def tell_progress(campaign):
    """Before the inspection, when every file had been accepted: drafted from the figures of that day."""
    bulletin = deciding.draft_bulletin(campaign, by=cast.person("office"), at=moment(2021, 10, 14))
    bulletin = deciding.change_bulletin(
        bulletin, title=bulletin.title, body=bulletin.body + "\n以上为演示数据。请各单位做好迎接检查验收的准备。", by=cast.person("office"), at=moment(2021, 10, 14, 10),
    )
    deciding.publish_bulletin(bulletin, by=cast.person("lead"), at=moment(2021, 10, 14, 15))


def play(campaign):
    office, lead = cast.person("office"), cast.person("lead")
    for track in campaign.tracks.all():
        change_track(track, quota=track.quota, yearly_bonus=BONUS[track.key], reason="演示：年度考核加分标准", by=lead, at=moment(2021, 11, 16))
    namings = {str(naming.application.organization): naming for naming in Naming.objects.of_campaign(campaign).select_related("application__organization")}
    write(namings[WRITES])
    meet(campaign, [naming.application.organization for naming in namings.values()])
    deciding.record_follow_up(
        namings[IMPROVES], on=date(2022, 6, 15), way="website", text="网站公开专栏更新正常，村级公示栏有两处内容超过三个月没有更新，已提醒。（演示）", by=office, at=moment(2022, 6, 15, 16),
    )
    for name, naming in namings.items():
        if name not in (IMPROVES, LOSES):
            deciding.review_title(naming, year=2022, outcome=Review.Outcome.QUALIFIED, finding="创建成果保持较好，公开内容更新及时。（演示）", by=office, at=moment(2022, 11, 15))
    improve(namings[IMPROVES])
    lose(namings[LOSES])


def write(naming):
    clerk = cast.clerk_of(naming.application.organization)
    written = deciding.write_experience(naming, title="把政务公开专区建在群众办事的路上", body=BODY, by=clerk, at=moment(2022, 2, 21))
    deciding.send_experience(written, consents=True, by=clerk, at=moment(2022, 2, 21, 15))
    deciding.accept_experience(written, by=cast.person("office"), at=moment(2022, 2, 23))


def meet(campaign, units):
    """Everybody with a title was invited; two did not come."""
    office = cast.person("office")
    meeting = deciding.call_meeting(
        campaign, title="政务公开示范创建经验交流会（演示）", starts_at=moment(2022, 3, 18), place="宁国市政务服务中心三楼会议室",
        agenda="一、宁国市介绍政务公开专区建设情况\n二、各示范点交流做法和问题\n三、现场观摩", organizations=units, by=office, at=moment(2022, 3, 7),
    )
    guests = [one for one in meeting.invitations.select_related("organization").order_by("pk") if str(one.organization) not in ABSENT]
    came = {one.pk: "示例甲、示例乙" if place % 3 else "示例丙" for place, one in enumerate(guests)}
    deciding.record_minutes(
        meeting, "宁国市介绍了公开专区的选址、目录和更新机制，各单位讨论了村级公示栏同步更新的办法。会议商定：每季度交叉检查一次，结果在全市通报。（演示）",
        came, by=office, at=moment(2022, 3, 18, 17),
    )


def improve(naming):
    office = cast.person("office")
    review = deciding.review_title(
        naming, year=2022, outcome=Review.Outcome.IMPROVE, finding="两个村的公示栏内容更新不及时，请补齐并建立更新台账。（演示）", due_on=date(2022, 12, 15), by=office, at=moment(2022, 11, 15),
    )
    deciding.answer_review(review, "两处公示栏已更新，建立了每月更新台账，由专人负责。（演示）", by=cast.clerk_of(naming.application.organization), at=moment(2022, 12, 8))
    deciding.close_review(review, "抽查两个村，内容已更新，台账完整。", by=office, at=moment(2022, 12, 12))


def lose(naming):
    review = deciding.review_title(
        naming, year=2022, outcome=Review.Outcome.WITHDRAW, finding="公开专区已停用，公示栏长期没有更新，督促后没有改正。（演示）", decision_number="宣政务公开〔2022〕15号（演示）",
        decided_on=date(2022, 12, 20), by=cast.person("office"), at=moment(2022, 12, 21),
    )
    deciding.confirm_withdrawal(review, by=cast.person("lead"), at=moment(2022, 12, 22))
