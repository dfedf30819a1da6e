"""On site: who may not go where, what stands in the way of planning, recording, signing and locking, and what was found."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import digest
from accounts.models import Role, User
from accounts.permissions import is_clerk_of
from applications.models import Application, ItemResponse
from campaigns.models import Opens
from campaigns.permissions import acts_as_office, inspectors_for
from campaigns.rules import Problem, Todo, branch_of, deadline, is_open
from inspections.models import (
    AgreedScore,
    ConflictOverride,
    DeclaredConflict,
    GroupMember,
    PastService,
    Score,
    Stage,
    Visit,
)
from inspections.rules.desk import applying, points_problems

# Conflict of interest


def years_after(day, years):
    """The same day so many years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass
class Histories:
    """Past service and declared conflicts of some people, read once for a whole page."""

    services: dict = field(default_factory=lambda: defaultdict(list))
    declared: dict = field(default_factory=lambda: defaultdict(list))


def histories(campaign, users):
    found = Histories()
    for service in PastService.objects.filter(user__in=users):
        found.services[service.user_id, service.organization_id].append(service)
    for declared in DeclaredConflict.objects.filter(campaign=campaign, user__in=users):
        found.declared[declared.user_id, declared.organization_id].append(declared)
    return found


def is_own_unit(user, organization):
    return user.organization_id == organization.pk


def conflicts(user, organization, campaign, on, known=None):
    """Why this person should not inspect this unit on that day, as sentences; empty when nothing speaks against it."""
    known = known or histories(campaign, [user])
    names = {"person": user, "unit": organization}
    found = []
    if is_own_unit(user, organization):
        found.append(_("%(person)s是%(unit)s的人员，不能验收本单位。") % names)
    elif user.organization and (branch := branch_of(organization, campaign)) and branch_of(user.organization, campaign) == branch:
        names |= {"own": user.organization, "county": organization.county}
        if campaign.is_of_county:
            found.append(_("%(person)s所在的%(own)s与%(unit)s属于同一个单位，应当回避。") % names)
        else:
            found.append(_("%(person)s所在的%(own)s与%(unit)s同属%(county)s，应当回避。") % names)
    for service in known.services[user.pk, organization.pk]:
        if on < years_after(service.ended_on, campaign.conflict_years):
            names |= {"day": service.ended_on.isoformat(), "years": campaign.conflict_years}
            found.append(_("%(person)s曾在%(unit)s任职，%(day)s 离任，到验收当天不满 %(years)s 年。") % names)
    for declared in known.declared[user.pk, organization.pk]:
        found.append(_("%(person)s对%(unit)s申报了回避：%(reason)s") % (names | {"reason": declared.reason}))
    return found


@dataclass(frozen=True)
class MemberConflict:
    user: User
    sentences: list
    own_unit: bool  # nobody may allow this one

    def __str__(self):
        return " ".join(self.sentences)


def member_conflicts(users, application, on, known=None):
    """The people among these who should not inspect this application on that day."""
    known = known or histories(application.campaign, users)
    found = []
    for user in users:
        if sentences := conflicts(user, application.organization, application.campaign, on, known):
            found.append(MemberConflict(user, sentences, is_own_unit(user, application.organization)))
    return found


def open_conflicts(visit, known=None):
    """Conflicts of the visit's group that nobody allowed."""
    return unallowed(visit, [member.user for member in visit.group.members.all()], known)


def unallowed(visit, users, known=None):
    allowed = {override.user_id for override in visit.overrides.all()}
    return [
        conflict for conflict in member_conflicts(users, visit.application, visit.on, known)
        if conflict.own_unit or conflict.user.pk not in allowed
    ]


def conflict_problems(found, allowed=(), url=""):
    """A sentence for each conflict that is not allowed by the office's lead."""
    problems = []
    for conflict in found:
        if conflict.own_unit:
            problems.append(Problem(_("%(conflict)s请换一个验收组，或从组里换下此人。") % {"conflict": conflict}, url))
        elif conflict.user.pk not in allowed:
            problems.append(Problem(_("%(conflict)s请换组或换人；确需参加的，须由办领导说明理由后批准。") % {"conflict": conflict}, url))
    return problems


def override_problems(visit, user, reason, by):
    problems = []
    found = {conflict.user.pk: conflict for conflict in open_conflicts(visit)}
    if visit.is_locked:
        problems.append(Problem(_("验收记录已经锁定，不再批准。")))
    if user.pk not in found:
        problems.append(Problem(_("%(person)s没有需要批准的回避情形。") % {"person": user}))
    elif found[user.pk].own_unit:
        problems.append(Problem(_("%(person)s是该单位的人员，不能批准其验收本单位，请换人。") % {"person": user}))
    if user == by:
        problems.append(Problem(_("不能批准自己不回避，请由另一位办领导批准。")))
    if not reason.strip():
        problems.append(Problem(_("请填写不回避的理由。")))
    return problems


OVERRIDE_HEADINGS = [
    _("申报单位"), _("申报类别"), _("验收日期"), _("验收组"), _("验收员"), _("验收员单位"),
    _("回避情形"), _("不回避的理由"), _("批准人"), _("批准时间"),
]


def override_rows(campaign):
    """What was allowed in spite of a conflict, a row each, for the export. Headings are OVERRIDE_HEADINGS."""
    overrides = ConflictOverride.objects.filter(visit__application__campaign=campaign).select_related(
        "visit__application__organization", "visit__application__track", "visit__group", "user__organization", "allowed_by"
    ).order_by("visit__on", "pk")
    return [
        [
            row.visit.application.organization.name, row.visit.application.track.name, row.visit.on, row.visit.group.name, row.user.name,
            row.user.organization.name if row.user.organization else "", row.conflict, row.reason, row.allowed_by.name, timezone.localtime(row.allowed_at),
        ]
        for row in overrides
    ]


# Groups and planning


def inspectors(campaign, at):
    return inspectors_for(campaign, on=timezone.localdate(at)).select_related("organization__county")


def group_problems(campaign, name, leader, members, at, group=None):
    """What keeps these people from being a group: too few, no leader, no inspectors, or conflicts with what the group has to visit."""
    problems = []
    if not name.strip():
        problems.append(Problem(_("请填写验收组的名称。")))
    elif campaign.inspection_groups.filter(name=name.strip()).exclude(pk=group and group.pk).exists():
        problems.append(Problem(_("已有名为“%(name)s”的验收组，请换一个名称。") % {"name": name.strip()}))
    if leader not in members:
        problems.append(Problem(_("组长要从组员中选。")))
    if len(members) < campaign.site_inspectors:
        problems.append(
            Problem(
                ngettext("验收组至少要有 %(n)s 名验收员，现在少于这个数，请再选人。", "验收组至少要有 %(n)s 名验收员，现在少于这个数，请再选人。", campaign.site_inspectors)
                % {"n": campaign.site_inspectors}
            )
        )
    able = set(inspectors(campaign, at).values_list("pk", flat=True))
    for member in members:
        if member.pk not in able:
            problems.append(Problem(_("%(person)s没有验收员角色，请先请系统管理员授予，或换人。") % {"person": member}))
    if group:
        known = histories(campaign, members)
        for visit in visits_of(group).unlocked():
            allowed = {override.user_id for override in visit.overrides.all()}
            problems += conflict_problems(member_conflicts(members, visit.application, visit.on, known), allowed, visit.get_absolute_url())
            problems += elsewhere_problems(members, group, visit.on)
    return problems


def visits_of(group):
    return group.visits.select_related("application__organization__county", "application__campaign", "group").prefetch_related("overrides")


def elsewhere_problems(members, group, on):
    """Nobody in two places: a person may not be out with another group on the same day."""
    others = GroupMember.objects.filter(user__in=members, group__visits__on=on).exclude(group=group)
    seen, problems = set(), []
    for other in others.select_related("user", "group"):
        if (other.user_id, other.group_id) not in seen:
            seen.add((other.user_id, other.group_id))
            problems.append(
                Problem(
                    _("%(person)s %(day)s 已随%(group)s验收，同一天不能再去别的组，请换一天、换组或换人。")
                    % {"person": other.user, "day": on.isoformat(), "group": other.group}
                )
            )
    return problems


def day_bounds(on):
    start = timezone.make_aware(datetime.combine(on, time()))
    return start, start + timedelta(days=1)


def is_inspection_day(campaign, organization, on):
    """Whether part of this day lies in a phase that opens inspection for this unit."""
    start, end = day_bounds(on)
    return any(phase.starts_at < end and start < deadline(phase, organization) for phase in campaign.phases.that_open(Opens.INSPECT))


def inspection_days(campaign):
    """Every day of the phases that open inspection, in order."""
    days = set()
    for phase in campaign.phases.that_open(Opens.INSPECT):
        day, last = timezone.localdate(phase.starts_at), timezone.localdate(phase.ends_at - timedelta(microseconds=1))
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
    return sorted(days)


def awaiting_visit(campaign):
    """Accepted units that nobody has planned a visit to."""
    return campaign.applications.filter(status=Application.Status.ACCEPTED, visit=None).select_related("organization__county", "track")


def plan_problems(application, group, on, at, *, visit=None, allowed=()):
    """What keeps this group from visiting this unit on that day; `visit` when one is being changed, `allowed` who may go in spite of a conflict."""
    problems = []
    names = {"unit": application.organization, "day": on.isoformat()}
    if application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("%(unit)s的申报还没有受理，不能安排验收。") % names))
    if visit is None and Visit.objects.filter(application=application).exists():
        problems.append(Problem(_("%(unit)s已经安排过验收，请在原来的安排上修改。") % names))
    if visit and visit.is_started:
        problems.append(Problem(_("%(unit)s的验收已经开始，不能再改安排。") % names))
    if group.campaign_id != application.campaign_id:
        problems.append(Problem(_("验收组不属于这次创建活动，请另选一组。")))
    if not is_inspection_day(application.campaign, application.organization, on):
        problems.append(Problem(_("%(day)s 不在%(unit)s的检查验收期内，请选择验收期内的一天。") % names))
    elif on < timezone.localdate(at) and not (visit and visit.on == on):
        problems.append(Problem(_("%(day)s 已经过去，请选择今天或以后的一天。") % names))
    members = [member.user for member in group.members.select_related("user__organization__county")]
    leader = group.members.filter(is_leader=True).first()
    if leader is None or len(members) < application.campaign.site_inspectors:
        problems.append(Problem(_("%(group)s的人员还没有配齐，请先补足。") % {"group": group}, reverse("inspections:group", args=[group.pk])))
    problems += elsewhere_problems(members, group, on)
    problems += conflict_problems(member_conflicts(members, application, on), allowed)
    return problems


def cancel_problems(visit):
    return [Problem(_("验收已经开始，不能取消。"))] if visit.is_started else []


def declare_problems(user, organization, campaign, reason):
    problems = []
    if not reason.strip():
        problems.append(Problem(_("请填写回避的理由。")))
    if DeclaredConflict.objects.filter(campaign=campaign, user=user, organization=organization).exists():
        problems.append(Problem(_("%(person)s已经对%(unit)s申报过回避。") % {"person": user, "unit": organization}))
    return problems


# Recording


def locked_visit_problems(visit):
    return [Problem(_("验收记录已经锁定，不能再改；确需更正请市政务公开办解锁。"), visit.get_absolute_url())] if visit.is_locked else []


def presence_problems(visit, user):
    """A member with a conflict that nobody allowed takes no part, however the plan came about."""
    return [Problem(str(conflict)) for conflict in unallowed(visit, [user])]


def ended_problems(visit):
    application = visit.application
    if application.status == Application.Status.ACCEPTED:
        return []
    return [Problem(_("%(unit)s的申报现在是“%(status)s”，不能验收。") % {"unit": application.organization, "status": application.get_status_display()})]


def early_problems(visit, at):
    return [Problem(_("验收安排在 %(day)s，到那天才能记录。") % {"day": visit.on.isoformat()})] if timezone.localdate(at) < visit.on else []


def closed_problems(visit, at):
    if is_open(visit.application.campaign, Opens.INSPECT, visit.application.organization, at):
        return []
    return [Problem(_("现在不在检查验收期内，不能记录；需要延期请联系市政务公开办。"))]


def record_problems(visit, user, at):
    """What keeps this member from recording now. The device's time is not asked."""
    return locked_visit_problems(visit) + ended_problems(visit) + early_problems(visit, at) + closed_problems(visit, at) + presence_problems(visit, user)


def late_problems(visit, user, at):
    """What keeps even the office from entering what this inspector's phone brought too late: all but the phase."""
    return locked_visit_problems(visit) + ended_problems(visit) + early_problems(visit, at) + presence_problems(visit, user)


def finding_problems(response, verdict, points, reason, step, *, has_photo):
    """What a finding on one item still lacks."""
    problems = []
    if verdict not in Score.Verdict.values:
        problems.append(Problem(_("请选择检查结论：符合、部分符合或不符合。")))
    if points is None:
        problems.append(Problem(_("请填写得分。")))
    else:
        problems += points_problems(points, response.maximum, step, reason)
        if verdict == Score.Verdict.NOT_MET and points == response.maximum:
            problems.append(Problem(_("结论是“不符合”，得分不能是满分，请改结论或得分。")))
    if verdict in (Score.Verdict.PARTLY, Score.Verdict.NOT_MET) and not reason.strip() and not has_photo and (points is None or points == response.maximum):
        problems.append(Problem(_("部分符合或不符合的，请写明现场情况，或拍一张照片。")))
    return problems


def agree_site_problems(finding, points, reason, step):
    """What keeps the group's one score for an item from being written."""
    problems = []
    if finding.waiting:
        names = _("、").join(str(user) for user in finding.waiting)
        problems.append(Problem(_("还要等%(people)s各自记录本项，才能商定得分。") % {"people": names}))
    return problems + points_problems(points, finding.maximum, step, reason)


# What was found


@dataclass
class Finding:
    """One item of a visit: everybody's own record, what the group agreed on, and the photos."""

    response: ItemResponse
    members: list
    scores: dict = field(default_factory=dict)
    agreed: AgreedScore | None = None
    photos: list = field(default_factory=list)
    hidden_from: User | None = None
    apart: list = field(default_factory=list)  # second contents, filled in by `rules.talk`

    @property
    def item(self):
        return self.response.item

    @property
    def maximum(self):
        return self.response.maximum

    @property
    def waiting(self):
        """Members who have not recorded this item yet."""
        return [user for user in self.members if user.pk not in self.scores]

    @property
    def differs(self):
        """Whether the members see it differently."""
        return len({(score.verdict, score.points) for score in self.scores.values()}) > 1

    def of(self, user):
        return self.scores.get(user.pk)

    @property
    def shown(self):
        """(member, record or None), the others' records only for somebody who is not yet to record alone."""
        if self.hidden_from and self.hidden_from.pk not in self.scores:
            return [(user, None) for user in self.members]
        former = [score.scorer for pk, score in self.scores.items() if pk not in {user.pk for user in self.members}]
        return [(user, self.scores.get(user.pk)) for user in [*self.members, *former]]

    @property
    def is_hidden(self):
        return bool(self.hidden_from and self.hidden_from.pk not in self.scores and self.scores)

    @property
    def is_equal(self):
        """Whether all recorded alike and nothing is left to talk about but to agree."""
        return self.agreed is None and not self.waiting and not self.differs and not self.apart

    @property
    def mark(self):
        """Changes with any record and any agreement: a page that shows it knows whether something has happened since."""
        versions = sorted([score.scorer_id, score.version] for score in self.scores.values())
        return digest([self.agreed.agreed_at.isoformat() if self.agreed else "", versions])[:16]


def members_of(visit):
    return [member.user for member in visit.group.members.select_related("user__organization")]


def findings(visit, viewer=None, item=None):
    """The items of a visit in order (or only `item`), in a constant number of queries. A member who has not recorded an item is not shown the others' records."""
    members = members_of(visit)
    hidden_from = viewer if viewer in members and not visit.is_locked else None
    responses = applying(visit.application) if item is None else applying(visit.application).filter(item=item)
    found = {response.item_id: Finding(response, members, hidden_from=hidden_from) for response in responses}
    rows = {"application": visit.application_id, "stage": Stage.SITE, "item__in": found}
    for score in Score.objects.filter(**rows).select_related("scorer__organization").order_by("scored_at", "pk"):
        found[score.item_id].scores[score.scorer_id] = score
    for agreed in AgreedScore.objects.filter(**rows).select_related("agreed_by"):
        found[agreed.item_id].agreed = agreed
    for photo in visit.photos.present().filter(item__in=found).select_related("blob", "taken_by").order_by("added_at", "pk"):
        found[photo.item_id].photos.append(photo)
    return list(found.values())


def findings_hash(visit, rows=None):
    """SHA-256 over everything that is signed: each member's record, the agreed scores and their reasons, and the photos.

    The one place that says what a signature stands for: signing, locking, the record page and `check_invariants` all ask it.
    """
    rows = findings(visit) if rows is None else rows
    return digest({
        "unit": visit.application.organization.code,
        "campaign": visit.application.campaign.code,
        "on": visit.on.isoformat(),
        "items": [
            {
                "code": row.item.code,
                "maximum": f"{row.maximum:.2f}",
                "agreed": [f"{row.agreed.points:.2f}", row.agreed.reason] if row.agreed else None,
                "records": sorted([score.scorer_id, score.verdict, f"{score.points:.2f}", score.reason] for score in row.scores.values()),
                "photos": sorted(photo.blob_id for photo in row.photos),
            }
            for row in rows
        ],
    })


def site_points(rows):
    """(points, maximum) of what is agreed so far."""
    return sum(row.agreed.points for row in rows if row.agreed), sum(row.maximum for row in rows)


def talk_address(visit, code):
    """Where an item is talked over."""
    return f"{reverse('inspections:talk', args=[visit.pk])}#item-{code}"


def gaps(visit, rows, user=None):
    """What is missing before the group can sign, each with the page where it is mended; a member's own gaps come first."""
    own, others = [], []
    for row in rows:
        code = row.item.code
        if user in row.members and row.of(user) is None:
            own.append(Problem(_("%(item)s：你还没有记录") % {"item": row.item}, reverse("inspections:record", args=[visit.pk, code])))
        elif row.waiting:
            names = _("、").join(str(person) for person in row.waiting)
            others.append(Problem(_("%(item)s：还要等%(people)s记录") % {"item": row.item, "people": names}, talk_address(visit, code)))
        elif row.agreed is None:
            others.append(Problem(_("%(item)s：还没有商定得分") % {"item": row.item}, talk_address(visit, code)))
    return own + others


def sign_problems(visit, user, rows=None):
    rows = findings(visit) if rows is None else rows
    problems = locked_visit_problems(visit) + presence_problems(visit, user) + gaps(visit, rows, user)
    if visit.signatures.valid().filter(user=user, findings_sha256=findings_hash(visit, rows)).exists():
        problems.append(Problem(_("你已经签过字。")))
    return problems


def unsigned(visit, rows=None):
    """Members whose valid signature under the findings as they stand is missing."""
    current = findings_hash(visit, rows)
    signed = set(visit.signatures.valid().filter(findings_sha256=current).values_list("user", flat=True))
    return [user for user in members_of(visit) if user.pk not in signed]


def lock_problems(visit, rows=None):
    rows = findings(visit) if rows is None else rows
    problems = locked_visit_problems(visit) + gaps(visit, rows)
    if visit.application.status != Application.Status.ACCEPTED:
        problems.append(Problem(_("%(unit)s的申报已不在受理状态，不能锁定。") % {"unit": visit.application.organization}))
    if not visit.is_locked:
        problems += [Problem(_("还差%(person)s签字。") % {"person": user}, reverse("inspections:sign", args=[visit.pk])) for user in unsigned(visit, rows)]
        if len(members_of(visit)) < visit.application.campaign.site_inspectors:
            problems.append(Problem(_("%(group)s的人员还没有配齐，请市政务公开办先补足。") % {"group": visit.group}))
    return problems + [Problem(str(conflict)) for conflict in open_conflicts(visit)]


def unlock_problems(visit, reason):
    problems = []
    if not visit.is_locked:
        problems.append(Problem(_("验收记录没有锁定，不需要解锁。")))
    if visit.application.held_at:
        problems.append(Problem(_("%(unit)s已列入锁定的名单，请先重新开放名单，再解锁验收记录。") % {"unit": visit.application.organization}))
    if not reason.strip():
        problems.append(Problem(_("请填写解锁的理由。")))
    return problems


def locked_site_scores(applications):
    """The agreed scores of locked visits: the only points from a site that count."""
    return AgreedScore.objects.filter(stage=Stage.SITE, application__in=applications, application__visit__locked_at__isnull=False)


# What is left to do


def with_progress(visits, user=None):
    """Visits with how far they are: items, agreed, own records of `user` and the first item still to record; a constant number of queries."""
    found = list(
        visits.select_related("application__organization__county", "application__track", "application__campaign", "group").order_by("on", "group__name", "pk")
    )
    keys = [visit.application_id for visit in found]
    items, agreed, own = defaultdict(list), defaultdict(set), defaultdict(set)
    responses = ItemResponse.objects.filter(application__in=keys, exempted_at=None).in_order()
    for application, item, code in responses.values_list("application", "item", "item__code"):
        items[application].append((item, code))
    for application, item in AgreedScore.objects.filter(application__in=keys, stage=Stage.SITE).values_list("application", "item"):
        agreed[application].add(item)
    if user:
        for application, item in Score.objects.filter(application__in=keys, stage=Stage.SITE, scorer=user).values_list("application", "item"):
            own[application].add(item)
    for visit in found:
        wanted = items[visit.application_id]
        visit.items_total = len(wanted)
        visit.items_agreed = sum(item in agreed[visit.application_id] for item, code in wanted)
        visit.items_own = sum(item in own[visit.application_id] for item, code in wanted)
        visit.first_gap = next((code for item, code in wanted if item not in own[visit.application_id]), "")
    return found


def visit_todos(user, campaign, at):
    found = []
    if user.has_role(Role.INSPECTOR):
        found += inspector_todos(user, campaign, at)
    if acts_as_office(user, campaign):
        found += office_todos(campaign, at)
    if user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) and user.organization_id:
        found += unit_todos(user, campaign, at)
    return found


def inspector_todos(user, campaign, at):
    today, found = timezone.localdate(at), []
    visits = Visit.objects.of_inspector(user).unlocked().filter(application__campaign=campaign, application__status=Application.Status.ACCEPTED)
    signed = set(Visit.objects.filter(pk__in=visits, signatures__user=user, signatures__voided_at=None).values_list("pk", flat=True))
    for visit in with_progress(visits, user):
        names = {
            "unit": visit.application.organization, "day": visit.on.isoformat(), "group": visit.group,
            "own": visit.items_own, "agreed": visit.items_agreed, "total": visit.items_total,
        }
        urgency = "red" if visit.on < today else "amber" if visit.on == today else "blue"
        summary = reverse("inspections:summary", args=[visit.pk])
        if visit.on > today:
            found.append(Todo(_("%(day)s 验收%(unit)s") % names, _("%(group)s，请先看单位的填报材料；需要回避的请尽早申报。") % names, reverse("inspections:today"), _("看安排"), urgency, "calendar"))
        elif visit.items_own < visit.items_total:
            found.append(Todo(_("验收%(unit)s：逐项记录") % names, _("你已记录 %(own)s / %(total)s 项，验收日期 %(day)s。") % names, summary, _("去记录"), urgency, "camera"))
        elif visit.items_agreed < visit.items_total:
            found.append(Todo(_("验收%(unit)s：商定得分") % names, _("已商定 %(agreed)s / %(total)s 项。") % names, reverse("inspections:talk", args=[visit.pk]), _("去商定"), urgency, "users"))
        elif visit.pk not in signed:
            found.append(Todo(_("验收%(unit)s：签字") % names, _("各项都已商定，请核对后签字。"), reverse("inspections:sign", args=[visit.pk]), _("去签字"), urgency, "sign"))
        else:
            found.append(Todo(_("验收%(unit)s：等待锁定") % names, _("你已签字。全组签字后由组长锁定。"), reverse("inspections:sign", args=[visit.pk]), _("看进展"), urgency, "lock"))
    return found


def office_todos(campaign, at):
    today, found, plan = timezone.localdate(at), [], reverse("inspections:visit_list")
    if waiting := awaiting_visit(campaign).count():
        title = ngettext("%(n)s 个已受理的单位还没有安排验收", "%(n)s 个已受理的单位还没有安排验收", waiting) % {"n": waiting}
        last = max((phase.ends_at for phase in campaign.phases.that_open(Opens.INSPECT)), default=None)
        near = last is not None and last - at < timedelta(days=7)
        found.append(Todo(title, _("选验收组和日期，有回避情形的会指出来。"), f"{plan}#awaiting", _("去安排"), "amber" if near else "blue", "calendar"))
    visits = Visit.objects.filter(application__campaign=campaign).unlocked()
    if late := visits.filter(on__lt=today).count():
        title = ngettext("%(n)s 个单位过了验收日还没有锁定记录", "%(n)s 个单位过了验收日还没有锁定记录", late) % {"n": late}
        found.append(Todo(title, _("没有锁定的记录不计入排名，请催验收组商定、签字和锁定。"), f"{plan}?state=late", _("去看看"), "red", "lock"))
    if blocked := len(conflicted_visits(campaign)):
        title = ngettext("%(n)s 个安排出现了回避情形", "%(n)s 个安排出现了回避情形", blocked) % {"n": blocked}
        found.append(Todo(title, _("请换组、换人，或由办领导说明理由后批准。"), f"{plan}?state=conflict", _("去处理"), "red", "warn"))
    if ended := visits.exclude(application__status=Application.Status.ACCEPTED).count():
        title = ngettext("%(n)s 个已安排验收的单位不再是受理状态", "%(n)s 个已安排验收的单位不再是受理状态", ended) % {"n": ended}
        found.append(Todo(title, _("单位已撤回或被退回，请取消安排。"), f"{plan}?state=ended", _("去处理"), "amber", "x"))
    return found


def conflicted_visits(campaign, visits=None):
    """{visit.pk: [MemberConflict]} of unlocked visits whose group has a conflict that nobody allowed, in a constant number of queries."""
    if visits is None:
        visits = Visit.objects.filter(application__campaign=campaign).unlocked()
    visits = list(
        visits.select_related("application__organization__county", "application__campaign", "group")
        .prefetch_related("overrides", "group__members__user__organization__county")
    )
    known = histories(campaign, [member.user_id for visit in visits for member in visit.group.members.all()])
    return {visit.pk: found for visit in visits if (found := open_conflicts(visit, known))}


def unit_todos(user, campaign, at):
    today = timezone.localdate(at)
    visits = Visit.objects.filter(application__campaign=campaign, application__organization=user.organization_id, on__gte=today).unlocked().published()
    return [
        Todo(
            _("%(day)s 市里来现场验收") % {"day": visit.on.isoformat()},
            _("请备好佐证原件和查阅场所，安排人员对接。"),
            reverse("inspections:challenge", args=[visit.pk]), _("看安排和来人"), "amber" if visit.on == today else "blue", "calendar",
        )
        for visit in visits.select_related("application__organization")
        if is_clerk_of(user, visit.application.organization)
    ]
