"""What a paper may name: facts of locked lists, published notices, titles and tasks, as plain data in the office's words."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Max, Min
from django.utils import timezone

from campaigns.rules import workdays_between
from inspections.models import Rectification, Visit
from results import reports
from results.models import (
    FrozenRanking,
    Naming,
    NoticeEntry,
    PaperKind,
    PaperNumber,
    PublicNotice,
    Recommendation,
    SelectionList,
)
from results.numbers import tidy_number

DECIMAL = Decimal("0.01")


def names(kind, subject):
    """{name: value} for the text of one paper. `subject`: the notice, the first title of a batch, the first task of a day, or the campaign."""
    campaign = campaign_of(kind, subject)
    found = {
        PaperKind.NOTICE: notice, PaperKind.NAMING: naming, PaperKind.RECTIFICATION: rectification,
        PaperKind.RECOMMENDATION: recommendation, PaperKind.SUMMARY: summary,
    }[kind](subject)
    return common(campaign) | {"文号": number_of(kind, subject)} | found


def campaign_of(kind, subject):
    if kind == PaperKind.NOTICE:
        return subject.campaign
    if kind == PaperKind.NAMING:
        return subject.place.track.campaign
    return subject.application.campaign if kind == PaperKind.RECTIFICATION else subject


def number_of(kind, subject):
    """The number given with the titles stays theirs; for all others, and titles without one, what the office filled in."""
    if kind == PaperKind.NAMING and subject.document_number:
        return tidy_number(subject.document_number) or subject.document_number
    given = PaperNumber.objects.filter(kind=kind, about=subject.pk).first()
    return given.number if given else ""


def written(when):
    """2021年11月4日. Papers are Chinese, whatever language the page is in."""
    day = timezone.localtime(when) if hasattr(when, "hour") else when
    return f"{day.year}年{day.month}月{day.day}日"


def end_of(ends_at):
    """An exclusive end: midnight is 24时 of the day before."""
    end = timezone.localtime(ends_at)
    if (end.hour, end.minute) == (0, 0):
        return f"{written((end - timedelta(days=1)).date())}24时"
    return f"{written(end.date())}{end.hour}时" + (f"{end.minute}分" if end.minute else "")


def ordinal(number):
    """1 is 一, 23 is 二十三."""
    tens, ones = divmod(number, 10)
    if number > 99:
        return str(number)
    return (reports.ORDINALS[tens - 1] if tens > 1 else "") + ("十" if tens else "") + (reports.ORDINALS[ones - 1] if ones else "")


def common(campaign):
    organizer = campaign.organizer or (campaign.host.name if campaign.host else "")
    return {
        "活动": campaign.title, "年度": str(campaign.year), "城市": campaign.city, "主办单位": organizer, "署名": campaign.host.name if campaign.host else organizer,
        "批准依据": campaign.approval, "主送": campaign.addressed_to.strip().rstrip("：:") or "各有关单位",
        "阶段": "、".join(phase.name for phase in campaign.phases.all()),
    }


def frozen_units(campaign):
    """{application key: name} as the confirmed lists froze them; the last one speaks."""
    rankings = FrozenRanking.objects.filter(selection__track__campaign=campaign, confirmed_at__isnull=False).order_by("confirmed_at", "pk")
    return {row["application"]: row["unit"] for rows in rankings.values_list("rows", flat=True) for row in rows}


def by_track(entries, campaign):
    """Entries of a notice or titles as {类别, 单位数}, in the order of tracks and unit codes: a paper tells no ranks."""
    named = frozen_units(campaign)
    groups = [
        {
            "序号": ordinal(place), "名称": track.name, "数量": len(found),
            "单位": [
                {"序号": number, "名称": named.get(entry.application_id, entry.application.organization.name), "所属县": county_of(entry.application.organization)}
                for number, entry in enumerate(found, 1)
            ],
        }
        for place, (_ordinal, track, found) in enumerate(reports.by_track(entries), 1)
    ]
    return {"类别": groups, "单位数": sum(group["数量"] for group in groups)}


def county_of(organization):
    return organization.county.name if organization.county_id and organization.county_id != organization.pk else ""


def notice(found):
    entries = NoticeEntry.objects.filter(notice=found).select_related("application__organization__county", "application__track")
    days = workdays_between(found.starts_on - timedelta(days=1), found.ends_on)
    return by_track(entries, found.campaign) | {
        "标题": found.title, "正文": found.body, "受理方式": found.contact, "公示开始": written(found.starts_on), "公示结束": written(found.ends_on),
        "公示工作日": days, "须实名": found.campaign.objection_real_name, "成文日期": written(found.published_at),
    }


def batch_of(found):
    """All titles given in the same act."""
    return Naming.objects.filter(place__track__campaign=found.place.track.campaign_id, named_at=found.named_at)


def naming(found):
    titles = batch_of(found).select_related("application__organization__county", "application__track").order_by("place__track__order", "application__organization__code")
    return by_track(titles, found.place.track.campaign) | {"成文日期": written(found.named_at)}


def day_of(task):
    """All tasks a unit was given on the same day: one paper."""
    midnight = timezone.localtime(task.raised_at).replace(hour=0, minute=0, second=0, microsecond=0)
    return Rectification.objects.filter(application=task.application_id, raised_at__gte=midnight, raised_at__lt=midnight + timedelta(days=1))


def rectification(found):
    tasks = day_of(found).select_related("item").order_by("item__category__order", "item__order", "pk")
    problems = [
        {"序号": ordinal(number), "指标": str(task.item), "问题": task.problem, "期限": end_of(task.due_at)} for number, task in enumerate(tasks, 1)
    ]
    return {"单位": found.application.organization.name, "问题": problems, "问题数": len(problems), "成文日期": written(found.raised_at)}


def recommended(campaign):
    """Recommendations of titles that stand."""
    return Recommendation.objects.filter(naming__place__track__campaign=campaign, naming__withdrawn_at=None)


def recommendation(campaign):
    found = list(recommended(campaign).select_related("naming__application__organization", "naming__place__track").order_by("naming__place__slot"))
    named = frozen_units(campaign)
    return {
        "推荐为": "、".join(dict.fromkeys(one.target for one in found)), "单位数": len(found),
        "推荐": [
            {
                "序号": ordinal(number), "名称": named.get(one.naming.application_id, one.naming.application.organization.name),
                "类别": one.naming.place.track.name, "推荐为": one.target, "理由": one.reason,
            }
            for number, one in enumerate(found, 1)
        ],
        "成文日期": written(max(one.recommended_at for one in found)),
    }


def confirmed_lists(campaign):
    """The ranking each confirmed list was made from, in the order of the tracks."""
    lists = SelectionList.objects.filter(track__campaign=campaign, state=SelectionList.State.CONFIRMED).select_related("track").order_by("track__order")
    return [(one, reports.last_frozen(one)) for one in lists]


def summary(campaign):
    groups, keys, confirmed = [], [], []
    for number, (selection, frozen) in enumerate(confirmed_lists(campaign), 1):
        groups.append(summary_of(ordinal(number), selection, frozen))
        keys += [row["application"] for row in frozen.rows]
        confirmed.append(frozen)
    visits = Visit.objects.locked().filter(application__in=keys)
    days = visits.aggregate(first=Min("on"), last=Max("on"))
    return {
        "类别": groups, "验收单位数": visits.count(), "验收开始": written(days["first"]) if days["first"] else "", "验收结束": written(days["last"]) if days["last"] else "",
        "参评总数": sum(group["参评数"] for group in groups), "合格总数": sum(group["合格数"] for group in groups),
        "入选总数": sum(group["入选数"] for group in groups), "合格线": "、".join(dict.fromkeys(reports.plain(Decimal(frozen.rule["pass_mark"])) for frozen in confirmed)),
        "成文日期": written(max(frozen.confirmed_at for frozen in confirmed)),
    }


def summary_of(place, selection, frozen):
    """One track by its frozen ranking alone: nothing is computed anew but counts, highest, lowest and mean."""
    ranked = [row for row in frozen.rows if row["rank"]]
    totals = [Decimal(row["total"]) for row in ranked]
    chosen = set(frozen.chosen)
    return {
        "序号": place, "名称": selection.track.name, "名额": frozen.rule["quota"], "参评数": len(ranked), "合格数": sum(row["passes"] and not row["bar"] for row in ranked),
        "入选数": len(chosen), "理由": selection.unused_reason, "有加扣分": any(Decimal(row["bonus"] or 0) or Decimal(row["deductions"] or 0) for row in frozen.rows),
        "最高分": two(max(totals)) if totals else "", "最低分": two(min(totals)) if totals else "", "平均分": two(sum(totals) / len(totals)) if totals else "",
        "锁定日期": written(frozen.locked_at), "复核日期": written(frozen.confirmed_at), "校验码": frozen.sha256[:10].upper(),
        "单位": [
            {
                "名次": row["rank"] or "–", "名称": row["unit"], "材料审核": two(row["desk"]), "现场验收": two(row["site"]), "加分": two(row["bonus"]),
                "扣分": two(row["deductions"]), "总分": two(row["total"]),
                "结论": verdict(row), "入选": "是" if row["application"] in chosen else "–",
            }
            for row in frozen.rows
        ],
    }


def verdict(row):
    if row["total"] is None:
        return "未评完"
    if not row["passes"]:
        return "未达到合格线"
    return row["bar"] or "合格"


def two(points):
    return "–" if points in (None, "") else f"{Decimal(points).quantize(DECIMAL, ROUND_HALF_UP)}"


def newest(kind, campaign):
    """A subject to show a text with: the newest there is of this kind, or nothing."""
    if kind == PaperKind.NOTICE:
        return PublicNotice.objects.public().filter(campaign=campaign, withdrawn_at=None).select_related("campaign__host").order_by("-number").first()
    if kind == PaperKind.NAMING:
        return Naming.objects.filter(place__track__campaign=campaign).select_related("place__track__campaign__host").order_by("-named_at", "pk").first()
    if kind == PaperKind.RECTIFICATION:
        tasks = Rectification.objects.filter(application__campaign=campaign).select_related("application__organization", "application__campaign__host")
        return tasks.order_by("-raised_at", "-pk").first()
    return campaign
