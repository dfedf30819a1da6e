"""Starting, filling in one item at a time, and how far the whole is."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Organization
from applications.models import Application, Evidence, ItemResponse, Return, ReturnedItem, RevisedItem
from applications.rules.calendar import campaign_day, can_file_now, closed_problem
from applications.rules.characters import characters
from campaigns.rules import Problem
from standards.models import Standard


def track_of(organization, campaign):
    """The track a unit may apply in; in a county's own campaign only for the units below that county."""
    if campaign.is_of_county and (organization.county_id != campaign.county_id or organization.is_county):
        return None
    return campaign.tracks.filter(kind=organization.kind_id).first()


def start_problems(organization, campaign, at):
    if track_of(organization, campaign) is None:
        return [Problem(_("本次活动没有面向你单位的申报类别，不需要申报。"))]
    problems = []
    if not Organization.objects.valid_on(campaign_day(campaign)).filter(pk=organization.pk).exists():
        problems.append(Problem(_("%(unit)s 在本次活动期间不是有效单位，请联系%(office)s核实。") % {"office": campaign.office_name, "unit": organization}))
    existing = Application.objects.of_campaign(campaign).filter(organization=organization).first()
    if existing:
        problems.append(Problem(
            _("你单位在本次活动中已经有一份申报（%(status)s），每个单位只能申报一次。") % {"status": existing.get_status_display()}, existing.get_absolute_url(),
        ))
    if not Standard.objects.published().filter(campaign=campaign).exists():
        problems.append(Problem(_("建设标准还没有发布，暂时不能申报。")))
    if not existing and not can_file_now(campaign, organization, at):
        problems.append(closed_problem(campaign, organization, at))
    return problems


def open_return(application):
    return application.returns.open().order_by("-returned_at").first()


def open_items(application):
    """Keys of the items that may be changed now: a draft's all, of one returned by the office those it named and those that the standard changed since."""
    if application.status == Application.Status.DRAFT:
        return set(application.responses.values_list("item", flat=True))
    if application.status == Application.Status.RETURNED:
        named = ReturnedItem.objects.filter(of__application=application, of__level=Return.Level.OFFICE, of__answered_at=None, response__removed_at=None)
        revised = RevisedItem.objects.filter(application=application, revised_at__gte=open_return(application).returned_at, response__removed_at=None)
        return set(named.values_list("response__item", flat=True)) | set(revised.values_list("response__item", flat=True))
    return set()


def editing_problems(response):
    application = response.application
    if response.removed_at:
        return [Problem(_("修订后的建设标准没有这一项，填过的内容保留着，只能查看。"))]
    if application.status == Application.Status.RETURNED and response.item_id not in open_items(application):
        return [Problem(_("这一项没有被退回，不能修改；只有退回的指标可以补正。"))]
    if not application.is_editable:
        return [Problem(_("申报现在是“%(status)s”，内容不能修改。") % {"status": application.get_status_display()})]
    return []


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
    if response.carried_from_id is not None:
        problems.append(Problem(_("更新从以前带入的说明；仍然有效的，点“内容仍然有效”"), "#carried"))
    return problems


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
    links = Evidence.objects.present().filter(response=OuterRef("pk"), carried_from__isnull=False)
    responses = application.responses.select_related("item__category", "updated_by", "done_by", "assignee").annotate(has_carried=Exists(links))
    for response in responses.in_order():
        response.application = application
        response.is_carried = response.has_carried or response.carried_from_id is not None
        response.remark = returned.get(response.pk, "")
        response.state = "done" if response.is_done else "returned" if response.remark else "in_work" if response.is_touched else "untouched"
        category = response.item.category
        if not whole.categories or whole.categories[-1].code != category.code:
            whole.categories.append(Part(category.name, category.code))
        whole.categories[-1].take(response)
        whole.take(response)
    return whole
