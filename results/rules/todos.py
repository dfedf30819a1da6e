"""What results ask of a person next."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import is_clerk_of
from campaigns.permissions import acts_as_lead, acts_as_office
from campaigns.rules import Todo, show_end
from results import reports
from results.models import Adjustment, NoticeReview, Objection, PublicNotice, Veto
from results.rules.after_todos import office_after_todos, unit_after_todos
from results.rules.cases import case_todos
from results.rules.deadlines import workday_deadlines
from results.rules.naming import naming_problems
from results.rules.notice_reviews import is_reviewed, last_review, words_sha256


def todos(user, campaign, at):
    found = []
    if acts_as_office(user, campaign):
        found += office_todos(user, campaign, at) + office_after_todos(user, campaign, at) + case_todos(user)
    if is_clerk_of_any(user):
        found += unit_todos(user, campaign, at) + unit_after_todos(user, campaign, at)
    return found


def is_clerk_of_any(user):
    return user.organization_id is not None and is_clerk_of(user, user.organization)


def adjustment_todos(user, campaign, at):
    """What waits for the second person: points that somebody else proposed, vetoes whose unit was heard."""
    found = []
    waiting = Adjustment.objects.filter(application__campaign=campaign, state=Adjustment.State.PROPOSED).exclude(proposed_by=user)
    for one in waiting.select_related("application__organization", "proposed_by"):
        found.append(
            Todo(
                _("复核%(unit)s的%(kind)s") % {"unit": one.application.organization, "kind": one.get_kind_display()},
                _("%(name)s提出：%(reason)s") % {"name": one.proposed_by, "reason": one.reason},
                reverse("results:adjustments", args=[one.application_id]), _("去复核"), "amber", "eye",
            )
        )
    for veto in Veto.objects.open().filter(application__campaign=campaign).exclude(raised_by=user).select_related("application__organization", "item"):
        if veto.state == Veto.State.HEARD or veto.due_at <= at:
            found.append(
                Todo(
                    _("决定%(unit)s的一票否决") % {"unit": veto.application.organization}, str(veto.item),
                    reverse("results:veto", args=[veto.pk]), _("去决定"), "red", "warn",
                )
            )
    return found


def office_todos(user, campaign, at):
    found, today = [], timezone.localdate(at)
    if acts_as_lead(user, campaign):
        found += adjustment_todos(user, campaign, at)
        for frozen in reports.waiting_for_second_person(campaign):
            if frozen.locked_by_id != user.pk:
                found.append(
                    Todo(
                        _("复核%(track)s的名单") % {"track": frozen.selection.track},
                        _("%(name)s已锁定，入选 %(n)s 个") % {"name": frozen.locked_by, "n": len(frozen.chosen)},
                        reverse("results:ranking", args=[frozen.selection.track_id]), _("去复核"), "amber", "lock",
                    )
                )
    found += notice_todos(user, campaign)
    ready = reports.ready_for_notice(campaign).count()
    if ready:
        found.append(
            Todo(
                _("生成公示"), _("%(n)s 个单位的名单已复核，还没有公示") % {"n": ready},
                reverse("results:notice_new"), _("去生成"), "blue", "document",
            )
        )
    for objection in Objection.objects.visible_to(user).open().filter(entry__notice__campaign=campaign).select_related("entry__application__organization"):
        late = objection.due_on < today
        detail = _("已过答复期限 %(day)s") if late else _("答复期限 %(day)s")
        found.append(
            Todo(
                _("办理关于%(unit)s的异议") % {"unit": objection.entry.application.organization},
                detail % {"day": f"{objection.due_on:%Y-%m-%d}"}, objection.get_absolute_url(), _("去办理"),
                "red" if late else "amber", "chat",
            )
        )
    moving = [deadline for deadline in workday_deadlines(campaign, Objection.objects.visible_to(user), at) if deadline.moves]
    if moving:
        found.append(
            Todo(
                _("按新的工作日历核对期限"), _("%(n)s 个公示或异议的期限和现在的日历不一致") % {"n": len(moving)},
                reverse("results:deadlines"), _("去核对"), "amber", "calendar",
            )
        )
    if acts_as_lead(user, campaign):
        waiting = [place for place in reports.places_for_naming(campaign) if not hasattr(place, "naming")]
        ready = sum(not naming_problems(place, at) for place in waiting)
        if ready:
            found.append(
                Todo(
                    _("命名已公示期满的单位"), _("%(n)s 个单位可以命名") % {"n": ready},
                    reverse("results:naming"), _("去命名"), "blue", "medal",
                )
            )
    return found


def notice_todos(user, campaign):
    """Drafts go from their author to a reviewer, and then to a lead."""
    found = []
    for notice in PublicNotice.objects.filter(campaign=campaign, published_at=None, withdrawn_at=None):
        address = reverse("results:notice", args=[notice.pk])
        review, is_author = last_review(notice), notice.created_by_id == user.pk
        if is_reviewed(notice):
            if acts_as_lead(user, campaign) and not is_author:
                found.append(Todo(_("发布公示"), notice.title, address, _("去发布"), "amber", "globe"))
        elif review and review.outcome == NoticeReview.Outcome.RETURNED and review.text_sha256 == words_sha256(notice):
            if is_author:
                found.append(Todo(_("修改公示"), _("保密审查退回：%(remark)s") % {"remark": review.remark}, address, _("去修改"), "red", "edit"))
        elif not is_author:
            found.append(Todo(_("审查公示"), notice.title, address, _("去审查"), "amber", "shield"))
    return found


def unit_todos(user, campaign, at):
    """A veto on which the unit is to be heard; and, worth knowing, that it stands on a running notice."""
    vetoes = Veto.objects.visible_to(user).filter(
        application__campaign=campaign, application__organization=user.organization_id, state=Veto.State.RAISED, due_at__gt=at
    )
    asked = [
        Todo(
            _("%(item)s 被提出一票否决，请陈述意见") % {"item": veto.item}, _("%(end)s 前有效") % {"end": show_end(veto.due_at)},
            reverse("results:veto", args=[veto.pk]), _("去陈述"), "red", "warn",
        )
        for veto in vetoes.select_related("item")
    ]
    running = PublicNotice.objects.filter(campaign=campaign, entries__application__organization=user.organization_id)
    return asked + [
        Todo(
            _("你单位正在公示"), _("公示到 %(day)s 期满") % {"day": f"{notice.ends_on:%Y-%m-%d}"},
            notice.get_absolute_url(), _("查看公示"), "blue", "document",
        )
        for notice in running.running(timezone.localdate(at))
    ]
