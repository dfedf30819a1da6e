"""What we tell people: inbox messages, each a small task that takes a key and may run twice."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Organization, Role, User
from campaigns.permissions import leads_of, office_of
from campaigns.rules import show_end
from results.models import (
    Bulletin,
    Experience,
    FrozenRanking,
    Meeting,
    Naming,
    NoticeReview,
    Objection,
    PublicNotice,
    Review,
    TypicalCase,
    Veto,
)


def clerks_of(organizations):
    """Clerks of the units, and the county clerks above them."""
    units = Organization.objects.filter(pk__in=organizations)
    counties = units.exclude(county=None).values("county")
    own = User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=units)
    return own | User.objects.with_role(Role.COUNTY_CLERK).filter(organization__in=counties)


@shared_task
def tell_leads_of_locked_list(frozen):
    frozen = FrozenRanking.objects.select_related("selection__track__campaign", "locked_by").get(pk=frozen)
    inbox.leave(
        leads_of(frozen.selection.track.campaign).exclude(pk=frozen.locked_by_id), key=f"list-locked-{frozen.pk}",
        title=_("%(track)s的名单已锁定，请复核。") % {"track": frozen.selection.track},
        body=_("%(name)s锁定，入选 %(n)s 个。") % {"name": frozen.locked_by, "n": len(frozen.chosen)},
        url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
    )


@shared_task
def tell_of_reopened_list(frozen):
    frozen = FrozenRanking.objects.select_related("selection__track__campaign", "locked_by", "reopened_by").get(pk=frozen)
    inbox.leave(
        office_of(frozen.selection.track.campaign).exclude(pk=frozen.reopened_by_id), key=f"list-reopened-{frozen.pk}",
        title=_("%(track)s的名单已退回。") % {"track": frozen.selection.track},
        body=_("理由：%(reason)s") % {"reason": frozen.reopen_reason},
        url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
    )


@shared_task
def tell_unit_of_veto(veto):
    """The unit is heard: it reads the facts and until when it may state its view."""
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        clerks_of([veto.application.organization_id]), key=f"veto-{veto.pk}",
        title=_("%(unit)s的 %(item)s 被提出一票否决，请在 %(end)s 前陈述意见。")
        % {"unit": veto.application.organization, "item": veto.item, "end": show_end(veto.due_at)},
        body=veto.facts, url=reverse("results:veto", args=[veto.pk]), at=veto.raised_at,
    )


@shared_task
def tell_leads_of_statement(veto, moment):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        leads_of(veto.application.campaign), key=f"veto-stated-{veto.pk}-{moment}",
        title=_("%(unit)s就一票否决陈述了意见，请作出决定。") % {"unit": veto.application.organization},
        url=reverse("results:veto", args=[veto.pk]), at=veto.stated_at,
    )


@shared_task
def tell_unit_of_veto_decision(veto):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    if veto.state == Veto.State.CONFIRMED:
        title = _("%(unit)s的 %(item)s 已决定一票否决。")
    else:
        title = _("%(unit)s的 %(item)s 不予否决。")
    inbox.leave(
        clerks_of([veto.application.organization_id]) | office_of(veto.application.campaign), key=f"veto-decided-{veto.pk}",
        title=title % {"unit": veto.application.organization, "item": veto.item}, body=_("理由：%(reason)s") % {"reason": veto.decision},
        url=reverse("results:veto", args=[veto.pk]), at=veto.decided_at,
    )


@shared_task
def tell_author_of_review(review):
    """The person who wrote the notice, and the leads who publish it when it passed."""
    review = NoticeReview.objects.select_related("notice__created_by", "reviewed_by").get(pk=review)
    passed = review.outcome == NoticeReview.Outcome.PASSED
    people = User.objects.filter(pk=review.notice.created_by_id)
    if passed:
        people = people | leads_of(review.notice.campaign)
    words = {"title": review.notice.title}
    inbox.leave(
        people.exclude(pk=review.reviewed_by_id).distinct(), key=f"notice-reviewed-{review.pk}",
        title=_("保密审查已通过，可以发布：%(title)s") % words if passed else _("保密审查退回修改：%(title)s") % words,
        body=review.remark, url=reverse("results:notice", args=[review.notice_id]), at=timezone.now(),
    )


def handlers_of(objection):
    """Those of the office who may see this objection (S-36)."""
    unit, campaign = objection.entry.application.organization, objection.entry.application.campaign
    apart = [unit.pk] if campaign.is_of_county else [key for key in (unit.pk, unit.county_id) if key]
    return office_of(campaign).exclude(organization__in=apart)


@shared_task
def tell_of_published_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units = notice.entries.values_list("application__organization", flat=True)
    inbox.leave(
        clerks_of(units) | office_of(notice.campaign), key=f"notice-published-{notice.pk}", title=notice.title,
        body=_("公示期 %(start)s 至 %(end)s。") % {"start": f"{notice.starts_on:%Y-%m-%d}", "end": f"{notice.ends_on:%Y-%m-%d}"},
        url=notice.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_of_withdrawn_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units = notice.entries.values_list("application__organization", flat=True)
    inbox.leave(
        clerks_of(units) | office_of(notice.campaign), key=f"notice-withdrawn-{notice.pk}",
        title=_("公示已撤下：%(title)s") % {"title": notice.title}, body=notice.withdrawn_reason,
        url=notice.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_of_objection(objection):
    """The office only, and nothing of who objects or why: that is read on the page, where reading is recorded."""
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        handlers_of(objection), key=f"objection-{objection.pk}",
        title=_("收到关于%(unit)s的异议，请受理。") % {"unit": objection.entry.application.organization},
        body=_("答复期限 %(day)s。") % {"day": f"{objection.due_on:%Y-%m-%d}"}, url=objection.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_objection_is_overdue(objection):
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        handlers_of(objection), key=f"objection-overdue-{objection.pk}",
        title=_("关于%(unit)s的异议已过答复期限，请尽快答复。") % {"unit": objection.entry.application.organization},
        body=_("答复期限 %(day)s。") % {"day": f"{objection.due_on:%Y-%m-%d}"}, url=objection.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_notice_ended(notice):
    notice = PublicNotice.objects.get(pk=notice)
    inbox.leave(
        office_of(notice.campaign), key=f"notice-ended-{notice.pk}", title=_("公示期满：%(title)s") % {"title": notice.title},
        body=_("没有未答复异议的单位可以命名。"), url=reverse("results:naming"), at=timezone.now(),
    )


@shared_task
def tell_of_naming(naming):
    naming = Naming.objects.select_related("application__organization", "place__track").get(pk=naming)
    inbox.leave(
        clerks_of([naming.application.organization_id]) | office_of(naming.application.campaign), key=f"named-{naming.pk}",
        title=_("%(unit)s已命名为%(track)s。") % {"unit": naming.application.organization, "track": naming.place.track},
        url=reverse("results:public_named_list"), at=timezone.now(),
    )


# After naming


def turn(at):
    """A moment as part of a key, the same whatever zone it is told in."""
    return f"{at.timestamp():.6f}"


def _review(pk):
    return Review.objects.select_related("naming__application__organization", "naming__place__track", "reviewed_by").get(pk=pk)


@shared_task
def tell_unit_of_review(review):
    review = _review(review)
    words = {"unit": review.naming.application.organization, "year": review.year}
    if review.outcome == Review.Outcome.IMPROVE:
        title = _("%(unit)s %(year)s 年度复核：限期整改，请在 %(day)s 以前（含当天）报告整改情况。") % (words | {"day": review.due_on.isoformat()})
    else:
        title = _("%(unit)s %(year)s 年度复核合格。") % words
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), key=f"review-{review.pk}", title=title, body=review.finding,
        url=review.get_absolute_url(), at=review.reviewed_at,
    )


@shared_task
def tell_office_of_improvement(review, moment):
    review = _review(review)
    inbox.leave(
        office_of(review.naming.application.campaign), key=f"review-answered-{review.pk}-{moment}",
        title=_("%(unit)s报告了整改情况，请核实办结。") % {"unit": review.naming.application.organization}, body=review.answer,
        url=review.get_absolute_url(), at=review.answered_at,
    )


@shared_task
def tell_unit_of_closed_review(review):
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), key=f"review-closed-{review.pk}",
        title=_("%(unit)s %(year)s 年度复核的整改已经办结。") % {"unit": review.naming.application.organization, "year": review.year},
        body=review.settlement, url=review.get_absolute_url(), at=review.settled_at,
    )


@shared_task
def tell_of_due_improvement(review):
    """Some days before the last day."""
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), key=f"review-due-{review.pk}",
        title=_("%(unit)s的整改期限是 %(day)s（含当天），请按时报告整改情况。") % {"unit": review.naming.application.organization, "day": review.due_on.isoformat()},
        url=review.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_of_overdue_improvement(review):
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]) | office_of(review.naming.application.campaign), key=f"review-overdue-{review.pk}",
        title=_("%(unit)s的整改已过期限 %(day)s，还没有办结。") % {"unit": review.naming.application.organization, "day": review.due_on.isoformat()},
        url=review.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_leads_of_proposed_withdrawal(review):
    review = _review(review)
    inbox.leave(
        leads_of(review.naming.application.campaign).exclude(pk=review.reviewed_by_id), key=f"withdrawal-{review.pk}",
        title=_("提出撤销%(unit)s的命名，请复核。") % {"unit": review.naming.application.organization},
        body=_("%(name)s提出，文号 %(number)s。") % {"name": review.reviewed_by, "number": review.decision_number},
        url=review.get_absolute_url(), at=review.reviewed_at,
    )


@shared_task
def tell_office_of_refused_withdrawal(review):
    review = _review(review)
    inbox.leave(
        office_of(review.naming.application.campaign).exclude(pk=review.settled_by_id), key=f"withdrawal-refused-{review.pk}",
        title=_("没有同意撤销%(unit)s的命名。") % {"unit": review.naming.application.organization}, body=review.settlement,
        url=review.get_absolute_url(), at=review.settled_at,
    )


@shared_task
def tell_of_withdrawn_naming(naming):
    naming = Naming.objects.select_related("application__organization", "place__track").get(pk=naming)
    inbox.leave(
        clerks_of([naming.application.organization_id]) | office_of(naming.application.campaign), key=f"naming-withdrawn-{naming.pk}",
        title=_("%(unit)s的“%(track)s”命名已撤销（%(number)s）。") % {
            "unit": naming.application.organization, "track": naming.place.track, "number": naming.withdrawn_document,
        },
        body=naming.withdrawn_reason, url=naming.get_absolute_url(), at=naming.withdrawn_at,
    )


@shared_task
def tell_of_bulletin(bulletin):
    """Every unit and county of the portal (of a county's own campaign, of that county): a bulletin is for those who lag behind as well."""
    bulletin = Bulletin.objects.select_related("campaign").get(pk=bulletin)
    clerks = User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)
    if bulletin.campaign.is_of_county:
        clerks = clerks.filter(organization__county=bulletin.campaign.county_id)
    inbox.leave(
        (clerks | office_of(bulletin.campaign)).distinct(), key=f"bulletin-{bulletin.pk}", title=bulletin.title,
        body=bulletin.body, url=bulletin.get_absolute_url(), at=bulletin.published_at,
    )


@shared_task
def tell_of_meeting(meeting, moment):
    """When it is called, and anew whenever it was changed."""
    meeting = Meeting.objects.get(pk=meeting)
    title = _("交流会有变更：%(title)s") if meeting.changed_at else _("请参加交流会：%(title)s")
    inbox.leave(
        invited(meeting), key=f"meeting-{meeting.pk}-{moment}", title=title % {"title": meeting.title},
        body=_("%(start)s，%(place)s。") % {"start": f"{timezone.localtime(meeting.starts_at):%Y-%m-%d %H:%M}", "place": meeting.place},
        url=meeting.get_absolute_url(), at=meeting.changed_at or meeting.called_at,
    )


def invited(meeting):
    """The clerks of the very units that were invited."""
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=meeting.invitations.values("organization"))


@shared_task
def tell_of_taken_back_invitation(meeting, organizations, moment):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=organizations), key=f"meeting-uninvited-{meeting.pk}-{moment}",
        title=_("你单位不用参加交流会：%(title)s") % {"title": meeting.title}, at=meeting.changed_at,
    )


@shared_task
def tell_of_cancelled_meeting(meeting):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        invited(meeting), key=f"meeting-cancelled-{meeting.pk}", title=_("交流会已取消：%(title)s") % {"title": meeting.title},
        body=_("理由：%(reason)s") % {"reason": meeting.cancel_reason}, url=meeting.get_absolute_url(), at=meeting.cancelled_at,
    )


@shared_task
def tell_of_minutes(meeting):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        invited(meeting), key=f"meeting-minutes-{meeting.pk}", title=_("交流会的纪要可以看了：%(title)s") % {"title": meeting.title},
        url=meeting.get_absolute_url(), at=meeting.minuted_at,
    )


@shared_task
def tell_office_of_experience(experience, moment):
    experience = Experience.objects.select_related("naming__application__organization").get(pk=experience)
    inbox.leave(
        office_of(experience.naming.application.campaign), key=f"experience-{experience.pk}-{moment}",
        title=_("%(unit)s报送了经验材料：%(title)s") % {"unit": experience.naming.application.organization, "title": experience.title},
        url=experience.get_absolute_url(), at=experience.sent_at,
    )


@shared_task
def tell_unit_of_experience(experience, moment):
    experience = Experience.objects.select_related("naming__application").get(pk=experience)
    accepted = experience.state == Experience.State.ACCEPTED
    title = _("经验材料已采用，并已公开：%(title)s") if accepted else _("经验材料退回修改：%(title)s")
    inbox.leave(
        clerks_of([experience.naming.application.organization_id]), key=f"experience-decided-{experience.pk}-{moment}",
        title=title % {"title": experience.title}, body=experience.remark, url=experience.get_absolute_url(), at=experience.decided_at,
    )


def case_key(case, moved_at):
    """Each step of a case is told once."""
    return f"case-{case}-{moved_at.timestamp():.0f}"


@shared_task
def tell_of_case(case):
    """Whoever has to do with it next: the office when it is offered, the unit when it is published or came back."""
    case = TypicalCase.objects.select_related("naming__application__organization").get(pk=case)
    people, title, body = {
        TypicalCase.State.OFFERED: (office_of(case.naming.application.campaign), _("%(unit)s报送了典型案例“%(title)s”，请审看。"), ""),
        TypicalCase.State.PUBLISHED: (clerks_of([case.organization.pk]), _("%(unit)s的典型案例“%(title)s”已发布。"), ""),
        TypicalCase.State.DRAFT: (clerks_of([case.organization.pk]), _("%(unit)s的典型案例“%(title)s”被退回，请修改。"), case.remark),
    }[case.state]
    inbox.leave(
        people, key=case_key(case.pk, case.moved_at), title=title % {"unit": case.organization, "title": case}, body=body,
        url=case.get_absolute_url(), at=case.moved_at,
    )
