"""Titles, and who is recommended to the province."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.rules import Problem, show_end
from results.models import SelectionList


def naming_problems(place, at):
    """What keeps the unit in a place from its title now. Reads what `reports.places_for_naming` brought along."""
    selection = getattr(place.track, "selection_list", None)
    if selection is None or selection.state != SelectionList.State.CONFIRMED:
        return [Problem(_("名单还没有复核。"), reverse("results:ranking", args=[place.track_id]))]
    published = [entry for entry in place.application.entries_now if entry.notice.published_at]
    problems = []
    if all(entry.notice.withdrawn_at for entry in published):
        problems.append(Problem(_("还没有公示。"), reverse("results:notice_list")))
    for entry in published:
        notice = reverse("results:notice", args=[entry.notice_id])
        # Taking a notice off settles nothing that was said about a unit while it stood there.
        if entry.fallen_at:
            problems.append(Problem(_("公示期间的异议成立，不能命名。"), notice))
        elif not entry.notice.withdrawn_at and timezone.localdate(at) <= entry.notice.ends_on:
            problems.append(Problem(_("公示到 %(day)s 期满，期满后才能命名。") % {"day": f"{entry.notice.ends_on:%Y-%m-%d}"}, notice))
        if entry.open_objections:
            problems.append(
                Problem(_("还有 %(n)s 件异议没有答复。") % {"n": len(entry.open_objections)}, reverse("results:objection_list"))
            )
    return problems


def named_problems(place, at):
    """The same, each sentence beginning with the unit's name."""
    return [Problem(f"{place.application.organization}：{problem}", problem.url) for problem in naming_problems(place, at)]


def naming_warnings(campaign, at):
    last = max((phase.ends_at for phase in campaign.phases.all()), default=None)
    if last and at >= last:
        return [Problem(_("现在晚于最后一个阶段的结束时间 %(end)s，仍可命名。") % {"end": show_end(last)})]
    return []


def recommend_problems(naming, reason):
    problems = []
    if not naming.place.track.recommends:
        problems.append(Problem(_("本次活动只从%(tracks)s中向省推荐。") % {"tracks": recommending(naming.place.track.campaign)}))
    if naming.withdrawn_at:
        problems.append(Problem(_("命名已经撤销，不能推荐。")))
    if hasattr(naming, "recommendation"):
        problems.append(Problem(_("该单位已经推荐。")))
    if not reason.strip():
        problems.append(Problem(_("请填写推荐理由。"), "#id_reason"))
    return problems


def recommending(campaign):
    names = [track.name for track in campaign.tracks.all() if track.key in campaign.recommends]
    return "、".join(names) or _("没有指定的类别")


def recommended_as(campaign):
    """What the campaign's notice says the units are recommended for."""
    return campaign.document.get("campaign", {}).get("recommendation", {}).get("target", "")
