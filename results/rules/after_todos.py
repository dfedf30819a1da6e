"""What is left to do after naming."""

from django.db.models import CharField, Exists, OuterRef, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.permissions import acts_as_lead
from campaigns.rules import Todo
from results.models import Bulletin, Experience, Meeting, Naming, Review


def office_after_todos(user, campaign, at):
    found, today = [], timezone.localdate(at)
    reviews = Review.objects.filter(naming__place__track__campaign=campaign).select_related("naming__application__organization")
    for review in reviews.improving():
        unit = {"unit": review.naming.application.organization}
        if review.answered_at:
            found.append(Todo(_("核实%(unit)s的整改情况") % unit, review.answer, review.get_absolute_url(), _("去办结"), "amber", "eye"))
        elif review.is_overdue(today):
            detail = _("整改期限 %(day)s 已过，单位没有报告") % {"day": review.due_on.isoformat()}
            found.append(Todo(_("催办%(unit)s的限期整改") % unit, detail, review.get_absolute_url(), _("去查看"), "red", "warn"))
    if acts_as_lead(user, campaign):
        for review in reviews.proposed().exclude(reviewed_by=user):
            found.append(
                Todo(_("复核撤销%(unit)s的命名") % {"unit": review.naming.application.organization}, review.finding, review.get_absolute_url(), _("去复核"), "red", "medal")
            )
        for bulletin in Bulletin.objects.filter(campaign=campaign, published_at=None).exclude(created_by=user):
            found.append(Todo(_("审查并发布通报"), bulletin.title, bulletin.get_absolute_url(), _("去发布"), "amber", "document"))
    for experience in Experience.objects.filter(naming__place__track__campaign=campaign, state=Experience.State.SENT).select_related("naming__application__organization"):
        found.append(
            Todo(_("看%(unit)s的经验材料") % {"unit": experience.naming.application.organization}, experience.title, experience.get_absolute_url(), _("去办理"), "amber", "document")
        )
    for meeting in Meeting.objects.filter(campaign=campaign, starts_at__lte=at, minuted_at=None, cancelled_at=None):
        found.append(Todo(_("记录交流会的纪要"), meeting.title, meeting.get_absolute_url(), _("去记录"), "blue", "chat"))
    due = without_review(campaign, today.year)
    if due:
        found.append(
            Todo(
                _("做 %(year)s 年度复核") % {"year": today.year}, _("%(n)s 个命名单位今年还没有复核") % {"n": due},
                reverse("results:title_list") + "?only=due", _("去复核"), "blue", "medal",
            )
        )
    return found


def without_review(campaign, year):
    """Titles of former years that were not reviewed in this one."""
    reviewed = Review.objects.filter(naming=OuterRef("pk"), year=year).exclude(outcome=Review.Outcome.WITHDRAW)
    return Naming.objects.holding().of_campaign(campaign).filter(named_at__year__lt=year).exclude(Exists(reviewed)).count()


def unit_after_todos(user, campaign, at):
    today, own = timezone.localdate(at), {"naming__application__organization": user.organization_id, "naming__place__track__campaign": campaign}
    improving = Review.objects.improving().filter(**own).select_related("naming")
    returned = Experience.objects.filter(**own, state=Experience.State.RETURNED)
    invited = Meeting.objects.visible_to(user).filter(campaign=campaign).coming(at)
    waiting = kinds_of(improving=improving, returned=returned, invited=invited)
    found = []
    for review in improving if "improving" in waiting else []:
        late = review.is_overdue(today)
        title = _("补充年度复核的整改情况") if review.answered_at else _("报告年度复核的整改情况")
        detail = _("期限 %(day)s 已过") if late else _("%(day)s 以前，含当天")
        found.append(
            Todo(title, detail % {"day": review.due_on.isoformat()}, review.get_absolute_url(), _("去报告"), "blue" if review.answered_at else "red" if late else "amber", "flag")
        )
    for experience in returned if "returned" in waiting else []:
        found.append(Todo(_("修改经验材料"), experience.remark, experience.get_absolute_url(), _("去修改"), "amber", "back"))
    for meeting in invited if "invited" in waiting else []:
        start = f"{timezone.localtime(meeting.starts_at):%Y-%m-%d %H:%M}"
        found.append(
            Todo(_("参加交流会：%(title)s") % {"title": meeting.title}, _("%(start)s，%(place)s。") % {"start": start, "place": meeting.place}, meeting.get_absolute_url(), _("看议程"), "blue", "calendar")
        )
    return found


def kinds_of(**queries):
    """Which of them find anything: one question for all, since most units have nothing of this to do on most days."""
    first, *others = [query.order_by().annotate(kind=Value(kind, CharField())).values_list("kind", flat=True) for kind, query in queries.items()]
    return set(first.union(*others))
