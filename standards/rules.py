"""What stands in the way of a draft and of its publication."""

import re
from collections import Counter
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.campaign_file import CODE, STEP
from campaigns.rules import Problem
from campaigns.schedule import other_years
from standards.contents import present_standard

CODE_PATTERN = re.compile(CODE["pattern"])


def start_problems(campaign):
    draft = campaign.standards.drafts().first()
    if draft is None:
        return []
    return [Problem(_("已有一份草稿（%(standard)s），请先启用或删除它。") % {"standard": draft}, reverse("standards:draft", args=[draft.pk]))]


def annex_problems(campaign):
    """An annex becomes a new draft. In a campaign that nobody sees yet it changes the version that is there."""
    return [] if changed_in_place(campaign) else start_problems(campaign)


def changed_in_place(campaign):
    """The version of a campaign that is still prepared, or None."""
    present = campaign.standards.in_force()
    return present if present and present.is_editable else None


def stays_official(campaign, left):
    """Whether points are official once an annex is written in. `left`: items whose points it does not give."""
    present = campaign.standards.in_force()
    return not left or present is not None and present.official_points


def old_note_warnings(campaign):
    """Where the points come from, when that speaks of another year. Nothing here stands in the way."""
    standard = campaign.standards.in_force()
    years = other_years(campaign, standard.points_note) if standard else ""
    return [Problem(_("建设标准的分值说明里还写着 %(years)s 年，请核对分值。") % {"years": years}, reverse("standards:draft", args=[standard.pk]))] if years else []


def editing_problems(standard):
    return [] if standard.is_editable else draft_problems(standard)


def draft_problems(standard):
    if standard.is_draft:
        return []
    return [Problem(_("%(standard)s已经启用，不能再改；请建立修订草稿。") % {"standard": standard})]


def code_problems(code, taken, field="code"):
    """`taken`: codes of the same kind elsewhere in the draft."""
    url = f"#id_{field}"
    if not code:
        return [Problem(_("请填写编号。"), url)]
    if not CODE_PATTERN.match(code):
        return [Problem(_("编号“%(code)s”含有不能用的字符（空格、斜杠等），请改写。") % {"code": code}, url)]
    if code in taken:
        return [Problem(_("编号“%(code)s”已经用过，请换一个。") % {"code": code}, url)]
    return []


def checkpoint_problems(checkpoints):
    """Of the checkpoints of one item, each at its row."""
    problems, seen = [], set()
    for n, row in enumerate(checkpoints):
        problems += code_problems(row["code"], seen, f"checkpoints-{n}-code")
        seen.add(row["code"])
    return problems


def points_problems(values):
    """`values`: {label: points or None}. A draft need not add up yet, but a number has to be one."""
    problems = []
    for label, value in values.items():
        if value is not None and not 0 < value <= 1000:
            problems.append(Problem(_("%(item)s：分值应大于 0，不超过 1000；不适用的请留空。") % {"item": label}))
        elif value is not None and value % STEP:
            problems.append(Problem(_("%(item)s：分值应是 %(step)s 的整数倍。") % {"item": label, "step": STEP}))
    return problems


def category_problems(category):
    return [Problem(_("“%(category)s”下面还有指标，请先移走或删除。") % {"category": category})] if category.items.exists() else []


def points_sums(categories, tracks):
    """[(track, sum of its points)] over plain categories."""
    items = [item for category in categories for item in category["items"]]
    return [(track, sum((item["points"].get(track.key, 0) for item in items), 0)) for track in tracks]


def sum_sentence(total, wanted):
    """How far a sum is from what the track should have; empty when it is right."""
    if total == wanted:
        return ""
    words = _("少 %(n)s 分") if total < wanted else _("多 %(n)s 分")
    return words % {"n": f"{abs(wanted - total).normalize():f}"}


def publishing_problems(standard):
    """Everything that keeps a draft from coming into force, in a constant number of queries."""
    return draft_problems(standard) or lacking(standard)


def lacking(standard):
    """What its contents lack, draft or not."""
    tracks = list(standard.campaign.tracks.all())
    _facts, categories = present_standard(standard)
    items = [item for category in categories for item in category["items"]]
    if not items:
        return [Problem(_("草稿里还没有指标，请先添加。"), reverse("standards:draft", args=[standard.pk]))]
    problems = repeated_problems(categories, items)
    for category in categories:
        if not category["name"].strip():
            problems.append(Problem(_("类别 %(code)s 没有名称，请填写。") % {"code": category["code"]}, reverse("standards:draft", args=[standard.pk])))
        if not category["items"]:
            problems.append(Problem(_("类别“%(name)s”下没有指标，请添加或删除该类别。") % {"name": category["name"]}, reverse("standards:draft", args=[standard.pk])))
    names = {track.key: track.name for track in tracks}
    for item in items:
        url = reverse("standards:draft_item", args=[standard.pk, item["code"]])
        problems += [Problem(sentence, url) for sentence in item_sentences(item, names)]
    for track, total in points_sums(categories, tracks):
        if off := sum_sentence(total, track.total_points):
            problems.append(Problem(
                _("%(track)s各项分值合计 %(sum)s 分，应为 %(total)s 分（%(off)s）。")
                % {"track": track, "sum": f"{Decimal(total).normalize():f}", "total": f"{track.total_points.normalize():f}", "off": off},
                reverse("standards:draft", args=[standard.pk]),
            ))
    codes, campaign = {category["code"] for category in categories}, standard.campaign
    settings_url = reverse("campaigns:change_campaign", args=[campaign.pk]) if campaign.is_draft else reverse("campaigns:change_settings")
    for code in campaign.tie_order:
        if code not in codes:
            problems.append(Problem(_("同分比较要用类别 %(code)s，草稿里没有；请恢复该类别，或先在活动设置里改同分比较。") % {"code": code}, settings_url))
    return problems


def repeated_problems(categories, items):
    problems = []
    for label, codes in (
        (_("类别"), [category["code"] for category in categories]),
        (_("指标"), [item["code"] for item in items]),
        (_("检查点"), [row["code"] for item in items for row in item["checkpoints"]]),
    ):
        for code, n in Counter(codes).items():
            if n > 1:
                problems.append(Problem(_("%(kind)s编号“%(code)s”用了 %(n)s 次，请改成各不相同。") % {"kind": label, "code": code, "n": n}))
    return problems


def item_sentences(item, names):
    """What an item lacks. `names`: {key: name} of the campaign's tracks."""
    code, found = item["code"], []
    if not item["title"].strip():
        found.append(_("%(code)s 没有短标题，请填写。") % {"code": code})
    if not item["text"].strip():
        found.append(_("%(code)s 没有指标原文，请填写。") % {"code": code})
    if not item["points"]:
        found.append(_("%(code)s 在哪个申报类别都没有分值，请填写分值或删除该项。") % {"code": code})
    for value in item["points"].values():
        if value % STEP:
            found.append(_("%(code)s 的分值 %(value)s 不是 %(step)s 的整数倍，请改正。") % {"code": code, "value": f"{value.normalize():f}", "step": STEP})
            break
    for row in item["checkpoints"]:
        if not row["text"].strip():
            found.append(_("检查点 %(code)s 没有文字，请填写或删除。") % {"code": row["code"]})
        if not row["tracks"]:
            found.append(_("检查点 %(code)s 没有适用的申报类别，请勾选或删除。") % {"code": row["code"]})
        for key in row["tracks"]:
            if key not in item["points"]:
                found.append(
                    _("检查点 %(code)s 适用于%(track)s，但 %(item)s 在%(track)s没有分值，请补上分值或取消适用。")
                    % {"code": row["code"], "track": names.get(key, key), "item": code}
                )
    return found
