"""What stands in the way of an application, and what is left to do. Reads only; is told the time."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import label
from accounts.models import AuditEvent, Organization, OrganizationKind, Role
from applications.models import Application, Evidence, ItemResponse, Return, ReturnedItem
from campaigns.models import Minimum, Opens
from campaigns.rules import Problem, Todo, county_cutoff, deadline, is_open, show_end
from standards.models import Standard

NEAR = timedelta(days=3)


# The calendar of filing


def campaign_day(campaign):
    """The day on which a unit must exist to take part: when the notice was issued, else when the first phase begins."""
    first = campaign.phases.order_by("starts_at").values_list("starts_at", flat=True).first()
    return campaign.issued_on or (timezone.localdate(first) if first else timezone.localdate(campaign.published_at))


def is_below_county(organization):
    return organization.county_id is not None and organization.county_id != organization.pk


def _cutoff(campaign, organization):
    """The county's own earlier end, where it binds: not a unit to which the city gave an extension."""
    if not is_below_county(organization):
        return None
    extended = any(phase.extensions.filter(organization=organization).exists() for phase in campaign.phases.that_open(Opens.SUBMIT))
    return None if extended else county_cutoff(campaign, organization)


def filing_deadline(campaign, organization, at):
    """Until when (exclusive) this unit may submit: of the phase that runs now, else of the next, else of the last. None without a phase."""
    ends = sorted(deadline(phase, organization) for phase in campaign.phases.that_open(Opens.SUBMIT))
    if not ends:
        return None
    end = next((end for end in ends if at < end), ends[-1])
    cutoff = _cutoff(campaign, organization)
    return min(end, cutoff) if cutoff else end


def can_file_now(campaign, organization, at):
    cutoff = _cutoff(campaign, organization)
    return is_open(campaign, Opens.SUBMIT, organization, at) and (cutoff is None or at < cutoff)


def can_recommend_now(campaign, organization, at):
    """The county's recommendation is what must arrive in time: within the phase, or an extension of the unit or of its county."""
    return is_open(campaign, Opens.SUBMIT, organization, at) or is_open(campaign, Opens.SUBMIT, organization.county, at)


def _closed_problem(campaign, organization, at):
    first = campaign.phases.that_open(Opens.SUBMIT).order_by("starts_at").first()
    if first is None:
        return Problem(_("本次活动没有申报阶段，请联系市政务公开办。"))
    if at < first.starts_at:
        return Problem(_("申报还没有开始，%(start)s 起可以提交。") % {"start": f"{timezone.localtime(first.starts_at):%Y-%m-%d %H:%M}"})
    end = filing_deadline(campaign, organization, at)
    cutoff = _cutoff(campaign, organization)
    if cutoff and end == cutoff and cutoff <= at:
        return Problem(_("县内申报已于 %(end)s 截止，不能再提交。填写的内容都还在；确有原因的，请联系县级审核员。") % {"end": show_end(end)})
    if at < end:
        return Problem(_("现在不在申报时间内，请在下一个申报阶段提交，填写的内容都会保留。"))
    return Problem(_("申报已于 %(end)s 截止，不能再提交。填写的内容都还在；确有原因的，请联系市政务公开办申请延期。") % {"end": show_end(end)})


# Starting


def track_of(organization, campaign):
    return campaign.tracks.filter(kind=organization.kind_id).first()


def start_problems(organization, campaign, at):
    if track_of(organization, campaign) is None:
        return [Problem(_("本次活动没有面向你单位的申报类别，不需要申报。"))]
    problems = []
    if not Organization.objects.valid_on(campaign_day(campaign)).filter(pk=organization.pk).exists():
        problems.append(Problem(_("%(unit)s 在本次活动期间不是有效单位，请联系市政务公开办核实。") % {"unit": organization}))
    existing = Application.objects.of_campaign(campaign).filter(organization=organization).first()
    if existing:
        problems.append(Problem(
            _("你单位在本次活动中已经有一份申报（%(status)s），每个单位只能申报一次。") % {"status": existing.get_status_display()}, existing.get_absolute_url(),
        ))
    if not Standard.objects.filter(campaign=campaign).exists():
        problems.append(Problem(_("建设标准还没有发布，暂时不能申报。")))
    if not existing and not can_file_now(campaign, organization, at):
        problems.append(_closed_problem(campaign, organization, at))
    return problems


# Filling in


def open_return(application):
    return application.returns.open().order_by("-returned_at").first()


def open_items(application):
    """Keys of the items that may be changed now: a draft's all, of one returned by the office only those it named."""
    if application.status == Application.Status.DRAFT:
        return set(application.responses.values_list("item", flat=True))
    if application.status == Application.Status.RETURNED:
        return set(
            ReturnedItem.objects.filter(of__application=application, of__level=Return.Level.OFFICE, of__answered_at=None)
            .values_list("response__item", flat=True)
        )
    return set()


def editing_problems(response):
    application = response.application
    if application.status == Application.Status.RETURNED and response.item_id not in open_items(application):
        return [Problem(_("这一项没有被退回，不能修改；只有退回的指标可以补正。"))]
    if not application.is_editable:
        return [Problem(_("申报现在是“%(status)s”，内容不能修改。") % {"status": application.get_status_display()})]
    return []


def characters(text):
    """How long a text is to its reader: every character counts one, a line break as well."""
    return len(text.replace("\r\n", "\n"))


def answer_problems(response, verdict, score):
    """Whether these values may be saved at all. `url` names the control."""
    problems = []
    if verdict and verdict not in ItemResponse.Verdict.values:
        problems.append(Problem(_("请选择列出的自评结论。"), "#id_self_verdict"))
    if score is not None:
        step = response.application.campaign.score_step
        if score < 0 or score > response.maximum:
            problems.append(Problem(_("自评得分应在 0 到 %(maximum)s 分之间。") % {"maximum": f"{response.maximum.normalize():f}"}, "#id_self_score"))
        elif score % step:
            problems.append(Problem(_("自评得分按 %(step)s 分一档填写。") % {"step": f"{step.normalize():f}"}, "#id_self_score"))
    return problems


def item_problems(response):
    """What an item lacks before it may be marked done."""
    problems, verdict = [], response.self_verdict
    if not verdict:
        problems.append(Problem(_("选择自评结论"), "#id_self_verdict"))
    if not response.narrative.strip():
        missing = _("填写不适用的理由") if verdict == ItemResponse.Verdict.NOT_APPLICABLE else _("填写工作情况说明")
        problems.append(Problem(missing, "#id_narrative"))
    over = characters(response.narrative) - ItemResponse.NARRATIVE_LIMIT
    if over > 0:
        problems.append(Problem(_("工作情况说明超出 %(n)s 字，请精简") % {"n": over}, "#id_narrative"))
    if verdict in (ItemResponse.Verdict.MET, ItemResponse.Verdict.PARTLY) and not response.evidence.present().exists():
        problems.append(Problem(_("添加至少 1 份证明材料：文件、照片或网页链接"), "#evidence"))
    return problems


def used_bytes(application):
    """Bytes of the files an application holds now, the same file counted once."""
    blobs = Evidence.objects.present().filter(response__application=application, blob__isnull=False)
    return sum(size for key, size in blobs.order_by().values_list("blob", "blob__size").distinct())


# Progress


@dataclass
class Part:
    """How far a category, or the whole, is."""

    name: str = ""
    code: str = ""
    done: int = 0
    working: int = 0
    returned: int = 0
    total: int = 0
    score: Decimal | None = None
    maximum: Decimal = Decimal(0)
    responses: list = field(default_factory=list)

    @property
    def left(self):
        return self.total - self.done

    @property
    def is_done(self):
        return self.done == self.total

    @property
    def first(self):
        """Where to go on: the first item that is returned, then one in work, then an untouched one, else the first."""
        rank = {"returned": 0, "in_work": 1, "untouched": 2, "done": 3}
        return min(self.responses, key=lambda response: rank[response.state], default=None)

    @property
    def rate(self):
        """Own score in percent of what the scored items could bring; None where nothing was scored."""
        scored = [response for response in self.responses if response.self_score is not None]
        whole = sum(response.maximum for response in scored)
        return 100 * sum(response.self_score for response in scored) / whole if whole else None

    def take(self, response):
        self.total += 1
        self.responses.append(response)
        self.done += response.state == "done"
        self.working += response.state == "in_work"
        self.returned += response.state == "returned"


@dataclass
class Progress(Part):
    categories: list = field(default_factory=list)


def progress(application):
    """Counts of the whole and of each category, with every response and its `state`, in two queries."""
    returned = dict(
        ReturnedItem.objects.filter(of__application=application, of__answered_at=None).values_list("response", "reason")
    )
    whole = Progress()
    for response in application.responses.select_related("item__category", "updated_by").in_order():
        response.application = application
        response.remark = returned.get(response.pk, "")
        response.state = "done" if response.is_done else "returned" if response.remark else "in_work" if response.is_touched else "untouched"
        category = response.item.category
        if not whole.categories or whole.categories[-1].code != category.code:
            whole.categories.append(Part(category.name, category.code))
        whole.categories[-1].take(response)
        whole.take(response)
    return whole


# Submitting


def last_turn(application):
    """Who last moved this application, as a sentence; empty when nobody did."""
    event = (
        AuditEvent.objects.filter(target_type=application._meta.label_lower, target_id=str(application.pk), detail__has_key="status")
        .order_by("-number").first()
    )
    if event is None:
        return ""
    return _("%(who)s 已于 %(when)s %(what)s") % {
        "who": event.by_label, "when": f"{timezone.localtime(event.at):%m-%d %H:%M}", "what": label(event.action),
    }


def stale_problems(application, version):
    """A page that was opened before somebody else acted. Without a version nothing was promised."""
    if version is None or version == application.version:
        return []
    turn = last_turn(application)
    status = application.get_status_display()
    if turn:
        return [Problem(_("这个页面已经过期：%(turn)s，现在是“%(status)s”。请刷新后再操作。") % {"turn": turn, "status": status})]
    return [Problem(_("这个页面已经过期，申报现在是“%(status)s”。请刷新后再操作。") % {"status": status})]


def status_problems(application, *allowed):
    if application.status in allowed:
        return []
    return [Problem(_("申报现在是“%(status)s”，不能进行这项操作。") % {"status": application.get_status_display()})]


def unfinished_problems(application):
    return [
        Problem(_("%(item)s 还没有完成") % {"item": response.item}, response.get_absolute_url())
        for response in application.responses.unfinished().select_related("item").in_order()
    ]


def submission_problems(application, at):
    """Everything that keeps a unit from submitting now; `at` is when its request began to arrive."""
    if problems := status_problems(application, *Application.EDITABLE):
        return problems
    problems = []
    if application.status == Application.Status.RETURNED:
        returned = open_return(application)
        if returned and returned.due_at and returned.due_at <= at:
            problems.append(Problem(
                _("补正期限 %(end)s 已过，不能再提交。修改的内容都还在；请联系市政务公开办调整期限。") % {"end": show_end(returned.due_at)}
            ))
    elif not can_file_now(application.campaign, application.organization, at):
        problems.append(_closed_problem(application.campaign, application.organization, at))
    return problems + unfinished_problems(application)


def take_back_problems(application):
    return status_problems(application, Application.Status.WITH_COUNTY)


def withdrawal_problems(application):
    if application.status in Application.ENDED:
        return status_problems(application)
    if application.held_at:
        return [Problem(_("你单位已列入锁定的名单，不能撤回申报；确需退出的，请联系市政务公开办。"))]
    return []


# The county


def minimums_of(campaign, county):
    """The numbers asked of this county, one row a track."""
    return Minimum.objects.filter(track__campaign=campaign, per=county.kind_id).select_related("track")


def most_allowed(application):
    """The most its county may recommend in this track, or None."""
    rows = Minimum.objects.filter(track=application.track_id, per__code=OrganizationKind.COUNTY, max__isnull=False)
    return rows.values_list("max", flat=True).first()


def recommendation_problems(application, at):
    if problems := status_problems(application, Application.Status.WITH_COUNTY):
        return problems
    problems, organization = [], application.organization
    if not can_recommend_now(application.campaign, organization, at):
        end = show_end(filing_deadline(application.campaign, organization.county, at))
        problems.append(Problem(_("推荐须在 %(end)s 前报至市政务公开办，现在已经不能推荐。确有原因的，请联系市政务公开办申请延期。") % {"end": end}))
    most = most_allowed(application)
    if most is not None:
        peers = Application.objects.of_campaign(application.campaign_id).filter(track=application.track_id, organization__county=organization.county_id)
        if peers.received().count() >= most:
            problems.append(Problem(_("%(county)s 最多推荐 %(most)s 个，已经推荐满；如要更换，须由已推荐的单位先撤回申报。") % {"county": organization.county, "most": most}))
        elif application.county_order and application.county_order > most:
            problems.append(Problem(
                _("%(unit)s 的推荐顺序是第 %(order)s 位，超出最多 %(most)s 个的范围，请先调整推荐顺序。")
                % {"unit": organization, "order": application.county_order, "most": most}
            ))
    return problems


def county_return_problems(application, reasons, note):
    if problems := status_problems(application, Application.Status.WITH_COUNTY):
        return problems
    if not note.strip() and not any(reason.strip() for reason in reasons.values()):
        return [Problem(_("请写明退回修改的意见：总的意见，或者某一项的意见。"), "#id_note")]
    return []


def order_problems(county, campaign, order, at):
    """`order` names applications of the county's units, each once."""
    if len(set(order)) != len(order):
        return [Problem(_("推荐顺序有重复的单位，请刷新页面后重排。"))]
    if ranked(county, campaign).filter(pk__in=order).count() != len(order):
        return [Problem(_("推荐顺序里有不属于本县本次活动的单位，请刷新页面后重排。"))]
    if not is_open(campaign, Opens.SUBMIT, county, at):
        return [_closed_problem(campaign, county, at)]
    return []


def ranked(county, campaign):
    """Applications below the county that stand in its order of recommendation."""
    return (
        Application.objects.of_campaign(campaign).filter(organization__county=county).exclude(organization=county).exclude(status__in=Application.ENDED)
    )


@dataclass(frozen=True)
class Tally:
    """How many units of a track one county has brought so far, and how many are asked."""

    county: Organization
    track: object
    counted: int
    working: int
    minimum: int
    maximum: int | None
    units: int

    @property
    def missing(self):
        return max(0, self.minimum - self.counted)

    @property
    def cannot_be_met(self):
        """Fewer units exist than are asked: reported, never a block."""
        return self.units < self.minimum


@dataclass(frozen=True)
class Shortfall:
    """A county below its minimum. Unpacks into (county, counted, minimum)."""

    county: Organization
    counted: int
    minimum: int
    track: object
    units: int

    def __iter__(self):
        return iter((self.county, self.counted, self.minimum))

    @property
    def missing(self):
        return self.minimum - self.counted

    @property
    def cannot_be_met(self):
        return self.units < self.minimum


def _ancestor_finder():
    """organization key, kind key -> its nearest ancestor of that kind, itself included; one query for all."""
    rows = {pk: (parent, kind) for pk, parent, kind in Organization.objects.values_list("pk", "parent", "kind")}

    def find(organization, kind):
        while organization is not None and rows[organization][1] != kind:
            organization = rows[organization][0]
        return organization

    return find


def county_counts(campaign, at, county=None):
    """For each county (or ancestor of the kind a minimum names) and track with a minimum: counted, working, asked.

    Counted are units that arrived at the city. They arrived in time, or the recommendation would have been refused.
    """
    minimums = list(Minimum.objects.filter(track__campaign=campaign).select_related("track", "per"))
    if not minimums:
        return []
    day, find = campaign_day(campaign), _ancestor_finder()
    applications = list(Application.objects.of_campaign(campaign).values_list("track", "organization", "status", "submitted_at"))
    counts = []
    for minimum in minimums:
        arrived, working, units = Counter(), Counter(), Counter()
        for track, organization, status, submitted_at in applications:
            if track != minimum.track_id:
                continue
            place = find(organization, minimum.per_id)
            if status in Application.RECEIVED and submitted_at <= at:
                arrived[place] += 1
            elif status in (Application.Status.DRAFT, Application.Status.WITH_COUNTY):
                working[place] += 1
        for organization in Organization.objects.filter(kind=minimum.track.kind_id).valid_on(day).values_list("pk", flat=True):
            units[find(organization, minimum.per_id)] += 1
        places = Organization.objects.filter(kind=minimum.per_id).valid_on(day).select_related("kind")
        for place in places.filter(pk=county.pk) if county else places:
            counts.append(Tally(place, minimum.track, arrived[place.pk], working[place.pk], minimum.min, minimum.max, units[place.pk]))
    return counts


def county_shortfall(campaign, at):
    """Counties below a minimum, as (county, counted, minimum)."""
    return [
        Shortfall(count.county, count.counted, count.minimum, count.track, count.units)
        for count in county_counts(campaign, at) if count.missing
    ]


# The office


def return_problems(application, reasons, due_at, at):
    """`reasons`: {key of a response: sentence}."""
    if problems := status_problems(application, Application.Status.SUBMITTED):
        return problems
    problems = []
    if application.sealed_at:
        problems.append(Problem(_("现场验收已经开始，材料已封存，不能再退回；需要改进的，请转为整改任务。")))
    if not reasons:
        problems.append(Problem(_("还没有选择退回项，请至少选一项并写明意见。")))
    if any(not reason.strip() for reason in reasons.values()):
        problems.append(Problem(_("每个退回的指标都要写明意见。")))
    if application.responses.filter(pk__in=reasons).count() != len(reasons):
        problems.append(Problem(_("有的指标不属于这份申报，请刷新后重选。")))
    return problems + due_problems(due_at, at)


def due_problems(due_at, at):
    if due_at is None or due_at <= at:
        return [Problem(_("补正期限要晚于现在，请重新选择。"), "#id_due_at")]
    return []


def acceptance_problems(application):
    return status_problems(application, Application.Status.SUBMITTED)


def decline_problems(application, reason):
    if problems := status_problems(application, Application.Status.SUBMITTED):
        return problems
    return [] if reason.strip() else [Problem(_("请写明不予受理的理由。"), "#id_reason")]


def exemption_problems(response):
    application = response.application
    if problems := status_problems(application, *Application.RECEIVED):
        return problems
    if response.self_verdict != ItemResponse.Verdict.NOT_APPLICABLE:
        return [Problem(_("单位没有把 %(item)s 填为“不适用”。") % {"item": response.item})]
    if application.sealed_at:
        return [Problem(_("现场验收已经开始，材料已封存，不能再改变指标是否适用。"))]
    return []


def reminder_problems(campaign, organizations, at):
    """Nobody is asked to file what can no longer be filed."""
    if not any(can_recommend_now(campaign, organization, at) for organization in organizations):
        return [Problem(_("申报期已经结束，不能再催报。确需补报的单位，请先批准延期。"))]
    return []


def late_organizations(campaign):
    """Units with a track that have not arrived at the city: those a reminder is for."""
    arrived = Application.objects.of_campaign(campaign).exclude(status__in=[Application.Status.DRAFT, Application.Status.WITH_COUNTY])
    return (
        Organization.objects.filter(kind__in=campaign.tracks.values("kind")).valid_on(campaign_day(campaign)).exclude(pk__in=arrived.values("organization"))
    )


# What to do next


def todos(user, campaign, at):
    """What filing asks of this person now, the most urgent first."""
    found = []
    organization = user.organization
    if organization is None or not user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
        return found
    found += _own_todos(organization, campaign, at)
    if user.has_role(Role.COUNTY_CLERK):
        found += _county_todos(organization, campaign, at)
    return found


def _own_todos(organization, campaign, at):
    application = Application.objects.of_campaign(campaign).filter(organization=organization).select_related("track", "organization").first()
    if application is None:
        if start_problems(organization, campaign, at):
            return []
        end = filing_deadline(campaign, organization, at)
        return [Todo(
            _("你单位还没有开始申报"), _("%(end)s 截止，可以边填边存，随时离开") % {"end": show_end(end)},
            f"{reverse('applications:start')}?campaign={campaign.code}", _("开始申报"), "amber" if end - at <= NEAR else "blue", "edit",
        )]
    if not application.is_editable:
        return []
    name = application.track.name
    returned = open_return(application)
    parts = progress(application)
    if returned and parts.returned:
        codes = "、".join(str(response.item) for response in parts.responses if response.state == "returned")
        who = returned.returned_by.organization or returned.returned_by
        detail = _("%(items)s · %(who)s 退回") % {"items": codes, "who": who}
        if returned.due_at:
            detail += " · " + (_("补正期限 %(end)s 已过") if returned.due_at <= at else _("补正期限 %(end)s")) % {"end": show_end(returned.due_at)}
        return [Todo(
            _("%(track)s申报有 %(n)s 项被退回，请修改后重新提交") % {"track": name, "n": parts.returned}, detail,
            parts.first.get_absolute_url(), _("去修改"), "red", "back",
        )]
    if returned and returned.level == Return.Level.OFFICE or parts.is_done:
        if returned:
            title = _("退回的内容已经改完，修改尚未提交")
        else:
            title = _("%(n)s 项都已完成，请核对并提交") % {"n": parts.total}
        end = returned.due_at if returned and returned.due_at else filing_deadline(campaign, organization, at)
        if end <= at and not returned:
            return []
        return [Todo(title, _("%(end)s 截止，提交后才算报送") % {"end": show_end(end)}, reverse("applications:submit", args=[application.pk]), _("核对并提交"), "red" if returned else "amber", "flag")]
    if not can_file_now(campaign, organization, at):
        return []
    end = filing_deadline(campaign, organization, at)
    title = _("县里退回修改，请改好后重新提交") if returned else _("%(track)s申报还差 %(n)s 项") % {"track": name, "n": parts.left}
    return [Todo(
        title, _("已完成 %(done)s/%(total)s 项，%(end)s 截止") % {"done": parts.done, "total": parts.total, "end": show_end(end)},
        parts.first.get_absolute_url(), _("继续填报"), "red" if returned else "amber" if end - at <= NEAR else "blue", "edit",
    )]


def _county_todos(county, campaign, at):
    found, url = [], f"{reverse('applications:county_list')}?campaign={campaign.code}"
    waiting = ranked(county, campaign).filter(status=Application.Status.WITH_COUNTY).select_related("organization")
    names = [str(application.organization) for application in waiting]
    if names:
        first = waiting[0]
        found.append(Todo(
            _("%(n)s 个单位的申报等待县级审核") % {"n": len(names)}, "、".join(names[:5]),
            reverse("applications:county_check", args=[first.pk]) if len(names) == 1 else url, _("去审核"), "amber", "eye",
        ))
    if is_open(campaign, Opens.SUBMIT, county, at):
        for count in county_counts(campaign, at, county):
            if count.missing:
                found.append(Todo(
                    _("%(track)s还需推荐 %(n)s 个") % {"track": count.track, "n": count.missing},
                    _("每个县（市、区）至少推荐 %(minimum)s 个，目前已报送 %(counted)s 个、填报中 %(working)s 个")
                    % {"minimum": count.minimum, "counted": count.counted, "working": count.working},
                    url, _("去推荐"), "amber", "flag",
                ))
    return found


def status_counts(applications):
    """{status: how many}, for the chips above a list."""
    return dict(applications.order_by().values_list("status").annotate(Count("pk")))
