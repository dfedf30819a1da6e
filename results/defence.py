"""The queries behind the defence of a track's scores: agreement, severity, stability, and what would be if."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applications.models import ItemResponse
from inspections.models import AgreedScore, DeskReview, Score, Stage
from results import agreement, reports
from results.agreement import Judgment, Part
from results.ranking import WITHIN, half_up
from standards.models import Item

NOTEWORTHY = Fraction(3, 100)  # of the maximum: less than this nobody is called strict or mild
RUNS, SEED = 500, 2021


def single_scores(applications, stage):
    """What single people gave; on paper only those who have finished, since the others may still change their minds."""
    scores = Score.objects.filter(application__in=applications, stage=stage, abstained=False, points__isnull=False)
    if stage == Stage.DESK:
        finished = set(DeskReview.objects.filter(application__in=applications, finished_at__isnull=False).values_list("application", "scorer"))
        scores = [score for score in scores if (score.application_id, score.scorer_id) in finished]
    return list(scores)


def judgments(applications, stage, codes):
    """The single scores as judgments; `codes` are {item key: code}."""
    return [
        Judgment(score.application_id, codes[score.item_id], score.scorer_id, score.points, score.maximum)
        for score in single_scores(applications, stage) if score.item_id in codes
    ]


def item_names(applications):
    """{item key: code} and {code: item}, in the standard's order."""
    found = Item.objects.filter(responses__application__in=list(applications), responses__removed_at=None).distinct().select_related("category")
    codes, items = {}, {}
    for item in found.order_by("category__order", "order", "pk"):
        codes[item.pk] = item.code
        items.setdefault(item.code, item)
    return codes, items


def verdict(value):
    """(tone, words) of an alpha."""
    if value is None:
        return "", _("不能比较")
    if value >= agreement.RELIABLE:
        return "green", _("一致")
    return ("amber", _("基本一致")) if value >= agreement.TENTATIVE else ("red", _("不一致"))


def alpha_sentence(stage, value, cells):
    """What an office can read aloud."""
    if value is None:
        return _("%(stage)s没有由两人以上评过、可以比较的分数。") % {"stage": stage}
    words = ngettext(
        "%(stage)s有 %(n)s 处由两人以上评分，评分一致性系数 %(alpha)s：", "%(stage)s有 %(n)s 处由两人以上评分，评分一致性系数 %(alpha)s：", cells
    ) % {"stage": stage, "n": cells, "alpha": f"{float(value):.2f}"}
    if value >= agreement.RELIABLE:
        return words + _("各人的判断一致，分数可以放心使用。")
    if value >= agreement.TENTATIVE:
        return words + _("各人的判断基本一致，名额线附近的单位宜再核对。")
    return words + _("各人的判断差别较大，建议先会商差别大的指标，再用这些分数定名单。")


def agreement_of(applications):
    """Per stage the sentence and alpha over all, and per item both alphas."""
    codes, items = item_names(applications)
    stages, by_item = [], {code: {"item": item} for code, item in items.items()}
    for stage, label, key in ((Stage.DESK, _("材料审核"), "desk"), (Stage.SITE, _("现场验收"), "site")):
        given = judgments(list(applications), stage, codes)
        shared = [cell for cell in agreement.cells(given).values() if len(cell) > 1]
        value = agreement.alpha_overall(given)
        stages.append({"label": label, "alpha": value, "look": verdict(value), "sentence": alpha_sentence(label, value, len(shared))})
        for code, found in agreement.alpha_by_item(given).items():
            by_item[code][key] = (None if found is None else half_up(found), *verdict(found))
    return {"stages": stages, "items": list(by_item.values())}


def severity_of(track, applications, rows):
    """Who is stricter or milder on paper than those who scored the same, and the ranking with that taken off.

    Returns {"people": [...], "lines": [...], "sentence"}; the adjusted figures stand beside the given ones and change nothing.
    """
    codes, _items = item_names(applications)
    given = judgments(list(applications), Stage.DESK, codes)
    effects = agreement.severity(given)
    names = User.objects.in_bulk(effects)
    counted = defaultdict(int)
    for cell in agreement.cells(given).values():
        if len(cell) > 1:
            for scorer in cell:
                counted[scorer] += 1
    people = [
        {"person": names[scorer], "n": counted[scorer], "effect": Decimal(str(round(100 * effect, 1))), "words": severity_words(effect)}
        for scorer, effect in sorted(effects.items(), key=lambda entry: entry[1])
    ]

    def points_of(score):
        return agreement.adjusted(Judgment(score.application_id, "", score.scorer_id, score.points, score.maximum), effects)

    lines = compared(rows, reports.ranking_of(track, points_of=points_of)[0], applications)
    moved = [line for line in lines if line["was_in"] != line["is_in"]]
    strict = [one for one in people if abs(one["effect"]) >= 100 * NOTEWORTHY]
    return {"people": people, "lines": lines, "sentence": severity_sentence(people, strict, moved)}


def severity_words(effect):
    if effect <= -NOTEWORTHY:
        return _("偏严")
    return _("偏宽") if effect >= NOTEWORTHY else _("相当")


def severity_sentence(people, strict, moved):
    if not people:
        return _("没有两人以上评过的材料，无法比较谁偏严、谁偏宽。")
    if not strict:
        return _("各评分人宽严相当，没有人明显偏严或偏宽。")
    words = _("%(people)s与同组相比宽严有别。") % {"people": "、".join(f"{one['person']}（{one['words']} {abs(one['effect'])}%）" for one in strict)}
    if not moved:
        return words + _("把这一差别扣除后，名额内的单位不变。")
    units = "、".join(str(line["organization"]) for line in moved)
    return words + _("把这一差别扣除后，名额内外会变化的单位：%(units)s。正式名单不受影响，请会商这些单位的分数。") % {"units": units}


def compared(rows, others, applications):
    """Each unit as it stands and as it would stand: ranks, totals, and whether it is surely within the places."""
    other = {row.key: row for row in others}
    return [
        {
            "organization": applications[row.key].organization, "row": row, "other": other[row.key],
            "was_in": row.standing == WITHIN, "is_in": other[row.key].standing == WITHIN,
            "moved": row.rank - other[row.key].rank if row.rank and other[row.key].rank else None,
            "difference": other[row.key].total - row.total if row.total is not None and other[row.key].total is not None else None,
        }
        for row in rows
    ]


# Stability


def parts_of(track, applications, rows):
    """{application key: (total, [Part])} of the units that may be chosen: every single score that still moves their total."""
    campaign = track.campaign
    finished, agreed = defaultdict(list), {}
    for score in single_scores(list(applications), Stage.DESK):
        finished[score.application_id, score.item_id].append(score.points)
    for score in AgreedScore.objects.filter(application__in=list(applications)):
        agreed[score.stage, score.application_id, score.item_id] = score.points
    counting, found = defaultdict(list), {}
    for response in ItemResponse.objects.filter(application__in=list(applications), exempted_at=None):
        counting[response.application_id].append(response)
    for row in rows:
        if not row.may_be_chosen:
            continue
        responses = counting[row.key]
        whole = sum(Fraction(response.maximum) for response in responses)
        parts = []
        for response in responses:
            place = row.key, response.item_id
            desk = agreed.get((Stage.DESK, *place))
            for weight, given in (
                (campaign.desk_weight, [desk] if desk is not None else finished[place]),
                (campaign.site_weight, [agreed[Stage.SITE, *place]]),
            ):
                worth = Fraction(campaign.scale_to) * Fraction(weight) / 100 / whole / max(1, len(given))
                parts += [Part(points, response.maximum, worth) for points in given]
        found[row.key] = (row.total, parts)
    return found


def stability_of(track, applications, rows):
    """Each unit that may be chosen with the share of runs in which it keeps a place, and a sentence."""
    shares = agreement.stability(
        parts_of(track, applications, rows), track.quota, pass_mark=track.campaign.pass_mark, shift=track.campaign.score_step, runs=RUNS, seed=SEED
    )
    lines = [
        {"organization": applications[row.key].organization, "row": row, "share": round(100 * shares[row.key]), "is_in": row.standing == WITHIN}
        for row in rows if row.key in shares
    ]
    shaky = [line for line in lines if line["is_in"] and line["share"] < 90 or not line["is_in"] and line["share"] > 10]
    step = f"{track.campaign.score_step.normalize():f}"
    words = _("让每一个分数各自随机上下浮动 %(step)s 分，推演 %(runs)s 次（随机种子 %(seed)s）：") % {"step": step, "runs": RUNS, "seed": SEED}
    if not lines:
        words = _("还没有可以入选的单位，无法推演。")
    elif not shaky:
        words += _("名额内外的单位都很稳定。")
    else:
        words += _("靠近名额线、结果可能变化的单位是%(units)s，请再核对它们的分数。") % {"units": "、".join(str(line["organization"]) for line in shaky)}
    return {"lines": lines, "sentence": words}


# What if


def scorers_of(applications):
    """People who have finished scoring on paper here."""
    keys = DeskReview.objects.filter(application__in=list(applications), finished_at__isnull=False).values("scorer")
    return User.objects.filter(pk__in=keys).select_related("organization").order_by("username")


def what_if(track, *, desk_weight, site_weight, pass_mark, without=None):
    """The ranking beside the one that other settings, or one scorer less, would give. Reads only."""
    rows, applications = reports.ranking_of(track)
    rule = replace(reports.rule_of(track.campaign), desk_weight=desk_weight, site_weight=site_weight, pass_mark=pass_mark)
    others, _applications = reports.ranking_of(track, rule=rule, without=without.pk if without else None)
    return sorted(compared(rows, others, applications), key=lambda line: (line["other"].rank is None, line["other"].rank or 0, line["row"].rank or 0))
