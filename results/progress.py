"""How a campaign goes on, in numbers, and the bulletin drafted from them."""

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application
from applications.rules import county_shortfall
from campaigns.models import Opens
from inspections.models import Rectification, Visit
from results.models import Naming, Review
from results.reports import ORDINALS


def figures(campaign, at):
    """Plain values, kept beside the bulletin, so that what it said can be held against what was so."""
    tracks = campaign.tracks.annotate(
        received=Count("applications", filter=Q(applications__status__in=Application.RECEIVED), distinct=True),
        accepted=Count("applications", filter=Q(applications__status=Application.Status.ACCEPTED), distinct=True),
    )
    visits = Visit.objects.published().filter(application__campaign=campaign)
    tasks = Rectification.objects.filter(application__campaign=campaign)
    namings = Naming.objects.of_campaign(campaign)
    return {
        "tracks": [{"name": track.name, "quota": track.quota, "received": track.received, "accepted": track.accepted} for track in tracks.order_by("order")],
        "short": [
            {"county": str(one.county), "track": str(one.track), "counted": one.counted, "minimum": one.minimum} for one in county_shortfall(campaign, at)
        ],
        "visits": visits.count(), "visited": visits.filter(locked_at__isnull=False).count(),
        "tasks": tasks.count(), "settled": tasks.filter(state=Rectification.State.CLOSED).count(),
        "named": namings.count(), "withdrawn": namings.exclude(withdrawn_at=None).count(),
        "improving": Review.objects.improving().filter(naming__in=namings).count(),
    }


def words(campaign, number, found, at):
    """(title, body) in the order of the campaign; what has not begun is not spoken of."""
    day = timezone.localdate(at)
    title = _("关于%(campaign)s工作进展情况的通报（第%(n)s期）") % {"campaign": campaign.title, "n": number}
    parts = [_("申报情况"), _("%(day)s，全市共收到申报 %(n)s 份，其中%(each)s。") % {
        "day": _("截至 %(year)s 年 %(month)s 月 %(day)s 日") % {"year": day.year, "month": day.month, "day": day.day},
        "n": sum(track["received"] for track in found["tracks"]),
        "each": _("，").join(_("%(track)s %(n)s 份（名额 %(quota)s 个）") % {"track": track["name"], "n": track["received"], "quota": track["quota"]} for track in found["tracks"]),
    }]
    paragraphs = [parts]
    if found["short"]:
        names = _("、").join(_("%(county)s（%(counted)s 个，至少 %(minimum)s 个）") % one for one in found["short"])
        still = campaign.phases.that_open(Opens.SUBMIT).filter(ends_at__gt=at).exists()
        paragraphs.append([_("申报数量不足的县（市、区）"), (_("%(names)s。请抓紧组织申报。") if still else _("%(names)s。")) % {"names": names}])
    if found["visits"]:
        paragraphs.append([_("检查验收"), _("已安排验收 %(n)s 个单位，完成 %(done)s 个。") % {"n": found["visits"], "done": found["visited"]}])
    if found["tasks"]:
        paragraphs.append([_("督促整改"), _("下达整改任务 %(n)s 项，已销号 %(done)s 项。") % {"n": found["tasks"], "done": found["settled"]}])
    if found["named"]:
        told = _("已命名 %(n)s 个单位。") % {"n": found["named"]}
        if found["withdrawn"]:
            told += _("其中 %(n)s 个单位的命名已经撤销。") % {"n": found["withdrawn"]}
        if found["improving"]:
            told += _("%(n)s 个单位正在限期整改。") % {"n": found["improving"]}
        paragraphs.append([_("命名和年度复核"), told])
    body = "\n".join(f"{ORDINALS[place]}、{heading}。{text}" for place, (heading, text) in enumerate(paragraphs))
    return title, body
