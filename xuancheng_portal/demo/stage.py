"""What the stories have in common: filling in, scoring and inspecting an application through the real actions.

Each of these is one transaction: quick to write, and short enough that others can work while the stories are played.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from itertools import cycle
from math import cos, sin

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from docx import Document
from PIL import Image, ImageDraw

from accounts.models import Organization
from applications import actions as filing
from applications.links import Look
from applications.models import Application, ItemResponse
from applications.rules import interpretation_limit
from applications.uploads import take
from campaigns.rules import workdays_from
from inspections import actions as inspecting
from inspections import papers
from inspections.models import Score
from inspections.rules.paper import TypedLine
from inspections.rules.visits import findings
from xuancheng_portal.demo import cast

HALF = Decimal("0.5")
# Full of numbers, as the clerks are asked to write; so no two units tell the same, but for those that the story has copy.
NARRATIVES = [
    "{unit}今年开会 {a} 次研究“{title}”，{b} 名干部包片，公开信息 {c} 条，走访群众 {d} 户，更新专栏 {e} 次，答复咨询 {f} 件。（演示数据）",
    "围绕“{title}”，{unit}梳理事项 {a} 项，按月更新 {b} 次，培训村干部 {c} 名，发明白卡 {d} 份，收到意见 {e} 条，采纳 {f} 条。（演示数据）",
    "{unit}落实“{title}”：修订规程 {a} 条，组织培训 {b} 场，设公示栏 {c} 处，内容上墙 {d} 项，抽查 {e} 处，整改 {f} 处。（演示数据）",
    "{unit}推进“{title}”：专栏发布 {a} 篇，公众号推送 {b} 期，公示栏张贴 {c} 份，接待查阅 {d} 人，答复咨询 {e} 件，当场答复 {f} 件。（演示数据）",
]
REASONS = ["部分内容更新不够及时。", "台账记录不够完整。", "个别栏目内容偏少。", "佐证材料不够充分。"]


def unit(short_name):
    return Organization.objects.get(short_name=short_name)


def photo(words):
    """A picture of a notice board, drawn here."""
    image = Image.new("RGB", (960, 640), "#dfe7ee")
    pen = ImageDraw.Draw(image)
    pen.rectangle((120, 110, 840, 500), fill="#1a5c9e")
    for column in range(3):
        left = 160 + column * 225
        pen.rectangle((left, 170, left + 190, 450), fill="#ffffff")
        for line in range(8):
            pen.line((left + 18, 200 + line * 30, left + 172 - (line % 3) * 25, 200 + line * 30), fill="#7d8996", width=5)
    pen.text((140, 580), f"DEMO {words}", fill="#44515f")
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file


def document(words, pages=3):
    """A PDF of a few pages, drawn here."""
    images = []
    for number in range(1, pages + 1):
        image = Image.new("RGB", (620, 877), "white")
        pen = ImageDraw.Draw(image)
        pen.text((60, 60), f"DEMO {words} - {number}", fill="#b42318")
        for line in range(22 if number < pages else 9):
            pen.line((60, 120 + line * 30, 560 - (line * number % 4) * 40, 120 + line * 30), fill="#7d8996", width=3)
        images.append(image)
    file = BytesIO()
    images[0].save(file, "PDF", save_all=True, append_images=images[1:])
    return file


def contact_list():
    """A document with somebody's numbers, all of them invented, for the portal to warn about."""
    paper = Document()
    paper.add_heading("政务公开联系人名单（演示）", 1)
    paper.add_paragraph("本名单是演示数据，姓名和号码都是编造的。")
    paper.add_paragraph("示例甲，身份证号 11010119000101009X，手机 13800000000")
    file = BytesIO()
    paper.save(file)
    return file


def start(short_name, campaign, at):
    organization = unit(short_name)
    return filing.start(organization, campaign, by=cast.clerk_of(organization), at=at)


def page(title, on):
    """What an invented page said when it was looked at."""
    text = f"{title}\n发布时间：{on}\n（演示数据）这里是网页上的文字，由演示数据虚构。"
    return Look("ok", 200, title=title, text=text, published_on=on)


def link(response, title, at, *, on=None, name=""):
    """A link, and what a look at its page found. Nobody asks the network: the pages do not exist."""
    application = response.application
    address = f"https://www.example.com/{application.organization.code}/{response.item.code}{name}.html"
    found = filing.attach_link(response, address, title, by=application.started_by, at=at)
    filing.record_check(found, page(title, on or timezone.localdate(at)), at=at + timedelta(seconds=20))
    return found


def break_link(found, at, *, status=404, days=3):
    """Looked at so many days in a row, and never there."""
    for day in range(days):
        filing.record_check(found, Look("broken", status), at=at + timedelta(days=day))


def compare(response, at, *, late=False):
    """Three documents of the last weeks with their interpretations: on the same day, a working day later, and once much too late."""
    for number, (document, days_ago, after) in enumerate([
        ("优化营商环境若干措施", 50, 0), ("促进灵活就业实施细则", 36, 1), ("农村人居环境整治办法", 24, 8 if late else 2),
    ]):
        on, _last = workdays_from(timezone.localdate(at) - timedelta(days=days_ago), 1)
        reading_on = workdays_from(on, after)[1] if after else on
        proof = link(response, f"一图读懂《{document}》", at, on=reading_on, name=f"-{number + 1}") if not number else None
        filing.add_pair(response, {
            "document_title": f"{response.application.organization}{document}", "document_on": on, "document_link": None,
            "reading_title": f"一图读懂《{document}》", "reading_on": reading_on, "reading_link": proof,
        }, by=response.application.started_by, at=at)


def narrative(application, response, number):
    """What a unit tells of an item: of the same unit and item always the same, of another with other numbers."""
    seed = application.pk * 31 + number * 17
    a, b, c, d, e = ((seed + step * (application.pk + 11)) % 41 + 4 for step in range(5))
    told = NARRATIVES[(number + application.pk) % len(NARRATIVES)]
    return told.format(unit=application.organization.name, title=response.item.title, a=a, b=b, c=c, d=d, e=e, f=e // 2)


@transaction.atomic
def answer(application, at, *, items=None, files=0, minutes=7, texts=None, papers=None, late=False):
    """Answer the items (all, or the first `items`), each with a link that was looked at; the first `files` items get a file and a photo as well.

    `texts` and `papers` are an item's own words and its own (file, name), by its code.
    """
    by = application.started_by
    texts, papers = texts or {}, papers or {}
    responses = list(application.responses.in_order().select_related("item", "application__organization"))[:items]
    for number, response in enumerate(responses):
        at += timedelta(minutes=minutes)
        text = texts.get(response.item.code) or narrative(application, response, number)
        response = filing.save_response(
            response, base_version=response.version, verdict=ItemResponse.Verdict.MET, score=response.maximum, narrative=text, by=by, at=at,
        )
        link(response, f"{application.organization}政府信息公开专栏 {response.item.code}", at)
        if interpretation_limit(response.item):
            compare(response, at, late=late)
        if number < files:
            words = f"{application.organization.code} {response.item.code}"
            filing.attach_file(response, document(words), f"{response.item.title}工作台账.pdf", by=by, at=at)
            filing.attach_file(response, photo(words), f"{response.item.title}公示栏.jpg", by=by, at=at)
        if paper := papers.get(response.item.code):
            filing.attach_file(response, *paper, by=by, at=at)
        filing.mark_done(response, by=by, at=at)
    return at


def submit(application, at):
    return filing.submit(application, by=application.started_by, at=at, received_at=at, contact_name="某示例", contact_phone="0563-0000000")


@transaction.atomic
def file_in_full(short_name, campaign, at, *, recommended_by=None, **answers):
    """From the first line to the city: townships by way of their county's clerk."""
    application = start(short_name, campaign, at)
    at = answer(application, at, **answers) + timedelta(hours=1)
    submit(application, at)
    application.refresh_from_db()
    if application.status == Application.Status.WITH_COUNTY and recommended_by:
        filing.recommend(application, by=recommended_by, at=at + timedelta(hours=3))
        application.refresh_from_db()
    return application


def losses(application, lost):
    """{item key: points lost}, `lost` in all, half a point at a time from the later items, the smallest left whole."""
    found = {}
    responses = [response for response in application.responses.in_order() if response.maximum > 1]
    if not lost:
        return found
    for response in cycle(reversed(responses)):
        if found.get(response.item_id, 0) + HALF <= response.maximum:
            found[response.item_id] = found.get(response.item_id, Decimal(0)) + HALF
            lost -= HALF
        if lost <= 0:
            return found


def reason_for(lost, item):
    return REASONS[item.order % len(REASONS)] if lost else ""


@transaction.atomic
def score_desk(application, scorers, lost, at, *, finish=True):
    """Both scorers find the same losses: the whole of them comes off the desk points."""
    missing = losses(application, Decimal(lost))
    for scorer in scorers:
        for response in application.responses.in_order().select_related("item"):
            at += timedelta(minutes=1)
            gone = missing.get(response.item_id, Decimal(0))
            inspecting.record_desk_score(
                application, response.item, scorer=scorer, points=response.maximum - gone, abstained=False,
                reason=reason_for(gone, response.item), by=scorer, at=at,
            )
        if finish:
            inspecting.finish_desk_review(application, by=scorer, at=at)


def scribble(seed):
    """A hand's wave over the pad that says no name."""
    return [
        [[60 + 8 * step + 150 * part, 100 + round(45 * sin(step * (1.1 + seed / 5) + part) * cos(step / (3 + part)))] for step in range(16)] for part in range(3)
    ]


@dataclass
class Team:
    group: object
    leader: object
    others: list

    @property
    def people(self):
        return [self.leader, *self.others]


@transaction.atomic
def inspect(visit, team, lost, at, *, photos=0, finish=True):
    """Every member records alone (the last one strictest on one item), the group talks it over, all sign and somebody of the unit beside them, the leader locks."""
    missing = losses(visit.application, Decimal(lost))
    responses = list(visit.application.responses.in_order().select_related("item"))
    for person in team.people:
        for response in responses:
            at += timedelta(minutes=1)
            gone = missing.get(response.item_id, Decimal(0))
            if person == team.people[-1] and response.item_id == next(iter(missing), None) and gone + HALF <= response.maximum:
                gone += HALF
            verdict = Score.Verdict.PARTLY if gone else Score.Verdict.MET
            inspecting.record_site_score(
                visit, response.item, scorer=person, verdict=verdict, points=response.maximum - gone,
                reason=reason_for(gone, response.item), by=person, at=at,
            )
    if not finish:
        return
    for row in findings(visit):
        at += timedelta(minutes=1)
        gone = missing.get(row.item.pk, Decimal(0))
        inspecting.agree_site_score(visit, row.item, row.maximum - gone, reason_for(gone, row.item), by=team.leader, at=at)
    for number, person in enumerate(team.people):
        inspecting.sign_visit(visit, person, strokes=scribble(number), by=person, at=at + timedelta(minutes=10))
    clerk = cast.clerk_of(visit.application.organization)
    inspecting.witness_visit(visit, clerk.name, "政务公开联络员", strokes=scribble(len(team.people)), by=team.leader, at=at + timedelta(minutes=15))
    inspecting.lock_visit(visit, by=team.leader, at=at + timedelta(minutes=20))


@transaction.atomic
def inspect_on_paper(visit, team, lost, at, typist):
    """The group's phones failed: the blank sheet was filled in and signed, and the office types it in with its scan."""
    missing = losses(visit.application, Decimal(lost))
    lines = []
    for place, row in enumerate(findings(visit)):
        gone = missing.get(row.item.pk, Decimal(0))
        verdict = Score.Verdict.PARTLY if gone else Score.Verdict.MET
        lines.append(TypedLine(place, row, verdict, row.maximum - gone, reason_for(gone, row.item)))
    scan = File(BytesIO(papers.make(papers.found_for(visit, is_blank=True, at=at), "pdf")), name="检查验收记录表（扫描）.pdf")
    inspecting.type_in(visit, team.people, lines, take(scan), for_office=True, by=typist, at=at)
    for person in team.people:
        inspecting.sign_visit(visit, person, by=person, at=at + timedelta(minutes=10))
    inspecting.lock_visit(visit, by=team.leader, at=at + timedelta(minutes=20))
