"""What stands in the way, and what is left to do: the two shapes every rule answers in, and the questions about the calendar."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.rehearsing import PREFIX, current
from accounts.rules import NotAllowed as NotAllowed  # the apps to the right know it from here
from accounts.rules import Problem
from campaigns import holidays
from campaigns.models import CalendarDay, Campaign, Minimum, Opens

# From this year on the country asks every such activity for an organizer of rank and an approval.
APPROVAL_SINCE = 2022


@dataclass(frozen=True)
class Todo:
    """One thing left to do for a person: a sentence, a detail line, one button. `urgency`: red (late or returned), amber (near), blue (plain)."""

    title: str
    detail: str
    url: str
    button: str
    urgency: str = "blue"
    icon: str = "flag"


def deadline(phase, organization):
    """When the phase ends for this organization (exclusive), its own extension included."""
    extension = phase.extensions.filter(organization=organization).first()
    return max(phase.ends_at, extension.until) if extension else phase.ends_at


def is_open(campaign, opens, organization, at):
    """Whether some phase that opens this (Opens.SUBMIT, …) runs for this organization now."""
    return any(phase.starts_at <= at < deadline(phase, organization) for phase in campaign.phases.that_open(opens))


def last_deadline(campaign, opens, organization):
    """The latest end of the phases that open this, for this organization; None when no phase does."""
    return max((deadline(phase, organization) for phase in campaign.phases.that_open(opens)), default=None)


def county_cutoff(campaign, organization):
    """The county's own earlier end for its townships, where it set one."""
    cutoff = campaign.cutoffs.filter(county=organization.county_id).first()
    return cutoff.at if cutoff else None


def is_workday(day, calendar=None):
    """The calendar table first; a day it does not know counts Monday to Friday. `calendar`: the table, where it was read before."""
    if calendar is None:
        calendar = calendar_of(day, day)
    return calendar.get(day, day.weekday() < 5)


def calendar_of(first, last):
    """{day: whether it is worked} of what the calendar table knows of these days, in one query."""
    return dict(CalendarDay.objects.filter(date__gte=first, date__lte=last).values_list("date", "is_workday"))


def workdays_from(day, count):
    """The first and the last day of a period of `count` working days that begins on the day after `day`.

    >>> workdays_from(date(2021, 9, 30), 5)  # the National Day week of 2021 is off, 10-08 and 10-09 are worked
    (date(2021, 10, 8), date(2021, 10, 13))
    """
    found = []
    while len(found) < count:
        day += timedelta(days=1)
        if is_workday(day):
            found.append(day)
    return found[0], found[-1]


def workdays_between(first, last, calendar=None):
    """Working days after `first` up to and including `last`; 0 when `last` is not later."""
    if calendar is None:
        calendar = calendar_of(first, last)
    return sum(is_workday(first + timedelta(days=n), calendar) for n in range(1, (last - first).days + 1))


def year_is_confirmed(year):
    """Whether the calendar table holds official days of this year; otherwise working days are computed from Monday to Friday and flagged."""
    return CalendarDay.objects.official().filter(date__year=year).exists()


def unconfirmed_years(years):
    """Those of these years of which the calendar table holds no official day, in order."""
    years = set(years)
    known = CalendarDay.objects.official().filter(date__year__gte=min(years), date__year__lte=max(years)).dates("date", "year") if years else []
    return sorted(years - {day.year for day in known})


def day_problems(day, reason):
    problems = reason_problems(reason)
    if not holidays.FIRST_YEAR <= day.year <= holidays.LAST_YEAR:
        problems.append(Problem(_("年份须在 %(first)s 至 %(last)s 之间。") % {"first": holidays.FIRST_YEAR, "last": holidays.LAST_YEAR}))
    return problems


def reason_problems(reason, campaign=None):
    """What is published changes with a reason; a draft is still being written."""
    if reason.strip() or campaign is not None and campaign.is_draft:
        return []
    return [Problem(_("请填写理由。"))]


def draft_problems(campaign):
    """What may happen only as long as nobody has seen the campaign."""
    return [] if campaign.is_draft else [Problem(_("活动已经启用，不能整体移动日期，也不能删除。"))]


def kept_problems(campaign, told):
    """A published campaign keeps its year, and its tracks their kinds of organization: units act on them. The database says so, too."""
    if campaign.is_draft:
        return []
    problems = []
    if told["year"] != campaign.year:
        problems.append(Problem(_("活动已经启用，年度 %(year)s 不能再改。下一年度请新建活动。") % {"year": campaign.year}))
    wanted = {row["key"]: row["kind"] for row in told["tracks"]}
    for track in campaign.tracks.select_related("kind"):
        if wanted.get(track.key, track.kind.code) != track.kind.code:
            problems.append(Problem(_("活动已经启用，“%(track)s”的申报单位种类（%(kind)s）不能再改。") % {"track": track, "kind": track.kind}))
    return problems


def extension_problems(phase, organization, until, reason, at):
    problems = []
    if not reason.strip():
        problems.append(Problem(_("请填写延期的理由。")))
    if until <= phase.ends_at:
        problems.append(Problem(_("延期须晚于本阶段的截止时间 %(end)s。") % {"end": show_end(phase.ends_at)}))
    if until <= at:
        problems.append(Problem(_("延期的时间已经过去，请选择将来的时间。")))
    if not phase.campaign.units.filter(pk=organization.pk).exists():
        problems.append(Problem(_("“%(unit)s”不属于本次活动的申报单位，不需要延期。") % {"unit": organization}))
    return problems


def cutoff_problems(campaign, cutoff, at):
    """A county's own end lies inside a phase that opens filing and before its end, and is still to come."""
    phases = list(campaign.phases.that_open(Opens.SUBMIT))
    problems = []
    if not any(phase.starts_at < cutoff < phase.ends_at for phase in phases):
        spans = _("、").join(
            _("“%(phase)s”（%(start)s 至 %(end)s）") % {"phase": phase, "start": timezone.localdate(phase.starts_at), "end": show_end(phase.ends_at)}
            for phase in phases
        )
        problems.append(Problem(_("县内截止时间须在申报阶段之内，并早于全市截止时间：%(spans)s。") % {"spans": spans}))
    if cutoff <= at:
        problems.append(Problem(_("县内截止时间已经过去，请选择将来的时间。")))
    return problems


def date_problems(starts_at, ends_at):
    return [Problem(_("结束日期早于开始日期，请改正。"))] if ends_at <= starts_at else []


def new_phase_problems(phase, reason, at):
    problems = reason_problems(reason, phase.campaign) + date_problems(phase.starts_at, phase.ends_at)
    if not phase.campaign.is_draft and phase.ends_at <= at:
        problems.append(Problem(_("新的截止时间 %(end)s 已经过去，请选择将来的时间。") % {"end": show_end(phase.ends_at)}))
    if phase.campaign.phases.filter(key=phase.key).exists():
        problems.append(Problem(_("代码“%(key)s”已经用过，请换一个。") % {"key": phase.key}))
    return problems


def phase_problems(phase, starts_at, ends_at, reason, at, *, opens=None):
    """A phase is moved before its end has come; what was promised to single units and counties inside it still has to hold."""
    problems = reason_problems(reason, phase.campaign) + date_problems(starts_at, ends_at)
    if phase.campaign.is_draft:
        return problems
    if ends_at != phase.ends_at and ends_at <= at:
        problems.append(Problem(_("新的截止时间 %(end)s 已经过去，请选择将来的时间。") % {"end": show_end(ends_at)}))
    if phase.opens == Opens.SUBMIT:
        late = phase.campaign.cutoffs.filter(at__gte=ends_at, at__lt=phase.ends_at).select_related("county")
        problems += [
            Problem(_("%(county)s设定的县内截止时间 %(end)s 不早于新的截止时间，请先与该县商定。") % {"county": row.county, "end": show_end(row.at)}) for row in late
        ]
    if opens not in (None, phase.opens):
        problems += last_of_filing_problems(phase)
    return problems


def last_of_filing_problems(phase):
    if phase.opens == Opens.SUBMIT and not phase.campaign.phases.that_open(Opens.SUBMIT).exclude(pk=phase.pk).exists():
        return [Problem(_("“%(phase)s”是唯一开放申报的阶段，须保留。请先让另一个阶段开放申报。") % {"phase": phase})]
    return []


def phase_removal_problems(phase, reason, at):
    problems = reason_problems(reason, phase.campaign)
    if phase.campaign.is_draft:
        return problems
    if phase.starts_at <= at:
        problems.append(Problem(_("“%(phase)s”已经开始，不能删除；可以修改截止时间。") % {"phase": phase}))
    if phase.extensions.exists():
        problems.append(Problem(_("“%(phase)s”已经批准过延期，不能删除。") % {"phase": phase}))
    return problems + last_of_filing_problems(phase)


def track_problems(track, values, reason):
    problems = reason_problems(reason, track.campaign)
    kind = values.get("kind", track.kind)
    if kind != track.kind:
        if not track.campaign.is_draft:
            problems.append(Problem(_("活动已经启用，“%(track)s”的申报单位种类（%(kind)s）不能再改。") % {"track": track, "kind": track.kind}))
        problems += kind_problems(track.campaign, kind)
    if values.get("total_points", track.total_points) != track.total_points and not track.campaign.is_draft:
        problems.append(Problem(_("活动已经启用，总分值随建设标准的分值而定，请修改建设标准或导入活动文件。")))
    return problems


def kind_problems(campaign, kind):
    """A kind of organization applies in one track."""
    other = campaign.tracks.filter(kind=kind).first()
    return [Problem(_("%(kind)s已经在“%(track)s”中申报：一种单位只能申报一个类别。") % {"kind": kind, "track": other})] if other else []


def track_removal_problems(track):
    campaign = track.campaign
    if not campaign.is_draft:
        return [Problem(_("活动已经启用，申报类别不能删除。不再命名的类别可以把名额改为 0。"))]
    if campaign.tracks.count() == 1:
        return [Problem(_("至少要有一个申报类别。"))]
    return []


def minimum_problems(minimum, reason):
    problems = reason_problems(reason, minimum.track.campaign)
    if minimum.max is not None and minimum.max < minimum.min:
        problems.append(Problem(_("上限 %(most)s 小于下限 %(least)s，请改正。") % {"most": minimum.max, "least": minimum.min}))
    if Minimum.objects.filter(track=minimum.track, per=minimum.per).exclude(pk=minimum.pk).exists():
        problems.append(Problem(_("“%(track)s”按%(per)s的数量要求已经有了，请修改原来的一条。") % {"track": minimum.track, "per": minimum.per}))
    return problems


def settings_problems(campaign, values, reason):
    problems = reason_problems(reason, campaign)
    for name, sentence in (("code", _("活动已经启用，代码不能再改。")), ("year", _("活动已经启用，年度不能再改。下一年度请新建活动。"))):
        if values.get(name, getattr(campaign, name)) != getattr(campaign, name) and not campaign.is_draft:
            problems.append(Problem(sentence))
    problems += code_problems(campaign, values.get("code", campaign.code))
    changed = {field.name: getattr(campaign, field.name) for field in campaign._meta.concrete_fields} | values
    if changed["desk_weight"] + changed["site_weight"] != 100:
        problems.append(Problem(_("材料审核与现场验收的权重相加应为 100。")))
    if changed["pass_mark"] > changed["scale_to"]:
        problems.append(Problem(_("合格线不能高于总分 %(scale)s。") % {"scale": changed["scale_to"]}))
    codes = [row["code"] for row in campaign.document.get("categories", [])]
    for code in changed["tie_order"]:
        if codes and code not in codes:
            problems.append(Problem(_("没有编号为“%(code)s”的类别，同分比较只能用：%(codes)s。") % {"code": code, "codes": _("、").join(codes)}))
    if len(set(changed["tie_order"])) < len(changed["tie_order"]):
        problems.append(Problem(_("同分比较的类别有重复，请删去重复的。")))
    return problems


def code_problems(campaign, code):
    if code.startswith(PREFIX) and not current():
        return [Problem(_("代码不能以“%(prefix)s”开头，那是演练用的，请换一个。") % {"prefix": PREFIX})]
    if Campaign.objects.filter(code=code).exclude(pk=campaign.pk).exists():
        return [Problem(_("代码“%(code)s”已经有活动使用，请换一个。") % {"code": code})]
    return []


def ancestor(organization, kind_id, organizations):
    """The nearest ancestor of a kind (itself left out), climbing through `organizations` by key; None when there is none."""
    above = organizations.get(organization.parent_id)
    while above is not None and above.kind_id != kind_id:
        above = organizations.get(above.parent_id)
    return above


def branch_of(organization, campaign):
    """Key of the part of the tree whose people stay away from each other's units: the county; in a county's own campaign, where
    all stand in one county, the unit directly below it with everything under that. None for what stands in no such part."""
    if not campaign.is_of_county:
        return organization.county_id
    if organization.county_id != campaign.county_id or organization.pk == campaign.county_id:
        return None
    while organization.parent_id != campaign.county_id:
        organization = organization.parent
    return organization.pk


def minimum_warnings(campaign, at):
    """Minimums that cannot be met because there are too few units. Told, never a block."""
    problems = []
    minimums = list(Minimum.objects.filter(track__campaign=campaign, min__gt=0).select_related("track", "per"))
    if not minimums:
        return problems
    known = Organization.objects.valid_on(timezone.localdate(at))
    organizations = (known.filter(county=campaign.county_id) if campaign.is_of_county else known).in_bulk()
    for minimum in minimums:
        units = Counter(ancestor(unit, minimum.per_id, organizations) for unit in organizations.values() if unit.kind_id == minimum.track.kind_id)
        for above in organizations.values():
            if above.kind_id == minimum.per_id and units[above] < minimum.min:
                names = {"above": above, "found": units[above], "track": minimum.track, "min": minimum.min}
                problems.append(Problem(_("%(above)s只有 %(found)s 个单位可以申报%(track)s，达不到至少 %(min)s 个的要求。") % names))
    return problems


def setup_warnings(campaign, at):
    """What the office should know about how a campaign is set up. Nothing here blocks."""
    problems = []
    for value, sentence in (
        (campaign.organizer, _("还没有填写主办单位。2022年起，创建活动须由党委、政府主办。")),
        (campaign.approval, _("还没有填写批准依据。2022年起，创建活动须经批准。")),
    ):
        if not value and campaign.year >= APPROVAL_SINCE:
            problems.append(Problem(sentence))
    for year in sorted({timezone.localdate(phase.ends_at).year for phase in campaign.phases.all()}):
        if not year_is_confirmed(year):
            problems.append(Problem(_("%(year)s 年的节假日安排还没有导入，工作日暂按周一至周五计算，导入后请重新核对公示等期限。") % {"year": year}))
    return problems + minimum_warnings(campaign, at)


def weekday_of(day):
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]


def show_day(day):
    """9月30日（周四）"""
    return _("%(month)s月%(day)s日（%(weekday)s）") % {"month": day.month, "day": day.day, "weekday": weekday_of(day)}


def show_end(ends_at):
    """An exclusive end as people say it: 10-01 00:00 is “9月30日（周四）24:00”."""
    local = timezone.localtime(ends_at)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local - timedelta(days=1) if midnight else local
    return _("%(month)s月%(day)s日（%(weekday)s）%(time)s") % {
        "month": day.month, "day": day.day, "weekday": weekday_of(day), "time": "24:00" if midnight else f"{local:%H:%M}",
    }
