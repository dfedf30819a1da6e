"""What we tell people: inbox messages, each a small task that takes a key and may run twice."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

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
        leads_of(frozen.selection.track.campaign).exclude(pk=frozen.locked_by_id), "results.list_locked", key=f"list-locked-{frozen.pk}", url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
        words={"track": frozen.selection.track, "name": frozen.locked_by, "n": len(frozen.chosen)},
    )


@shared_task
def tell_of_reopened_list(frozen):
    frozen = FrozenRanking.objects.select_related("selection__track__campaign", "locked_by", "reopened_by").get(pk=frozen)
    inbox.leave(
        office_of(frozen.selection.track.campaign).exclude(pk=frozen.reopened_by_id), "results.list_reopened", key=f"list-reopened-{frozen.pk}", url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
        words={"track": frozen.selection.track, "reason": frozen.reopen_reason},
    )


@shared_task
def tell_unit_of_veto(veto):
    """The unit is heard: it reads the facts and until when it may state its view."""
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        clerks_of([veto.application.organization_id]), "results.veto", key=f"veto-{veto.pk}", url=reverse("results:veto", args=[veto.pk]), at=veto.raised_at,
        words={"unit": veto.application.organization, "item": veto.item, "end": show_end(veto.due_at), "text": veto.facts},
    )


@shared_task
def tell_leads_of_statement(veto, moment):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        leads_of(veto.application.campaign), "results.veto_stated", key=f"veto-stated-{veto.pk}-{moment}", url=reverse("results:veto", args=[veto.pk]), at=veto.stated_at,
        words={"unit": veto.application.organization},
    )


@shared_task
def tell_unit_of_veto_decision(veto):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    confirmed = veto.state == Veto.State.CONFIRMED
    inbox.leave(
        clerks_of([veto.application.organization_id]) | office_of(veto.application.campaign), "results.veto_confirmed" if confirmed else "results.veto_refused",
        key=f"veto-decided-{veto.pk}", url=reverse("results:veto", args=[veto.pk]), at=veto.decided_at,
        words={"unit": veto.application.organization, "item": veto.item, "reason": veto.decision},
    )


@shared_task
def tell_author_of_review(review):
    """The person who wrote the notice, and the leads who publish it when it passed."""
    review = NoticeReview.objects.select_related("notice__created_by", "reviewed_by").get(pk=review)
    passed = review.outcome == NoticeReview.Outcome.PASSED
    people = User.objects.filter(pk=review.notice.created_by_id)
    if passed:
        people = people | leads_of(review.notice.campaign)
    inbox.leave(
        people.exclude(pk=review.reviewed_by_id).distinct(), "results.notice_passed" if passed else "results.notice_sent_back", key=f"notice-reviewed-{review.pk}",
        url=reverse("results:notice", args=[review.notice_id]), at=timezone.now(), words={"title": review.notice.title, "text": review.remark},
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
        clerks_of(units) | office_of(notice.campaign), "results.notice_published", key=f"notice-published-{notice.pk}", url=notice.get_absolute_url(), at=timezone.now(),
        words={"title": notice.title, "start": f"{notice.starts_on:%Y-%m-%d}", "end": f"{notice.ends_on:%Y-%m-%d}"},
    )


@shared_task
def tell_of_withdrawn_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units = notice.entries.values_list("application__organization", flat=True)
    inbox.leave(
        clerks_of(units) | office_of(notice.campaign), "results.notice_withdrawn", key=f"notice-withdrawn-{notice.pk}", url=notice.get_absolute_url(), at=timezone.now(),
        words={"title": notice.title, "text": notice.withdrawn_reason},
    )


@shared_task
def tell_of_moved_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units, end = notice.entries.values_list("application__organization", flat=True), f"{notice.ends_on:%Y-%m-%d}"
    inbox.leave(
        clerks_of(units) | office_of(notice.campaign), "results.notice_moved", key=f"notice-moved-{notice.pk}-{end}",
        url=notice.get_absolute_url(), at=timezone.now(), words={"title": notice.title, "end": end},
    )


@shared_task
def tell_office_of_objection(objection):
    """The office only, and nothing of who objects or why: that is read on the page, where reading is recorded."""
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        handlers_of(objection), "results.objection", key=f"objection-{objection.pk}", url=objection.get_absolute_url(), at=timezone.now(),
        words={"unit": objection.entry.application.organization, "day": f"{objection.due_on:%Y-%m-%d}"},
    )


@shared_task
def tell_office_objection_is_overdue(objection):
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        handlers_of(objection), "results.objection_overdue", key=f"objection-overdue-{objection.pk}", url=objection.get_absolute_url(), at=timezone.now(),
        words={"unit": objection.entry.application.organization, "day": f"{objection.due_on:%Y-%m-%d}"},
    )


@shared_task
def tell_office_notice_ended(notice):
    notice = PublicNotice.objects.get(pk=notice)
    inbox.leave(
        office_of(notice.campaign), "results.notice_ended", key=f"notice-ended-{notice.pk}", url=reverse("results:naming"), at=timezone.now(),
        words={"title": notice.title},
    )


@shared_task
def tell_of_naming(naming):
    naming = Naming.objects.select_related("application__organization", "place__track").get(pk=naming)
    inbox.leave(
        clerks_of([naming.application.organization_id]) | office_of(naming.application.campaign), "results.named", key=f"named-{naming.pk}", url=reverse("results:public_named_list"), at=timezone.now(),
        words={"unit": naming.application.organization, "track": naming.place.track},
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
    words = {"unit": review.naming.application.organization, "year": review.year, "text": review.finding}
    improve = review.outcome == Review.Outcome.IMPROVE
    if improve:
        words["day"] = review.due_on.isoformat()
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), "results.review_improve" if improve else "results.review_passed", key=f"review-{review.pk}",
        url=review.get_absolute_url(), at=review.reviewed_at, words=words,
    )


@shared_task
def tell_office_of_improvement(review, moment):
    review = _review(review)
    inbox.leave(
        office_of(review.naming.application.campaign), "results.review_answered", key=f"review-answered-{review.pk}-{moment}", url=review.get_absolute_url(), at=review.answered_at,
        words={"unit": review.naming.application.organization, "text": review.answer},
    )


@shared_task
def tell_unit_of_closed_review(review):
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), "results.review_closed", key=f"review-closed-{review.pk}", url=review.get_absolute_url(), at=review.settled_at,
        words={"unit": review.naming.application.organization, "year": review.year, "text": review.settlement},
    )


@shared_task
def tell_of_due_improvement(review):
    """Some days before the last day."""
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]), "results.review_due_soon", key=f"review-due-{review.pk}", url=review.get_absolute_url(), at=timezone.now(),
        words={"unit": review.naming.application.organization, "day": review.due_on.isoformat()},
    )


@shared_task
def tell_of_overdue_improvement(review):
    review = _review(review)
    inbox.leave(
        clerks_of([review.naming.application.organization_id]) | office_of(review.naming.application.campaign), "results.review_overdue", key=f"review-overdue-{review.pk}", url=review.get_absolute_url(), at=timezone.now(),
        words={"unit": review.naming.application.organization, "day": review.due_on.isoformat()},
    )


@shared_task
def tell_leads_of_proposed_withdrawal(review):
    review = _review(review)
    inbox.leave(
        leads_of(review.naming.application.campaign).exclude(pk=review.reviewed_by_id), "results.withdrawal_proposed", key=f"withdrawal-{review.pk}", url=review.get_absolute_url(), at=review.reviewed_at,
        words={"unit": review.naming.application.organization, "name": review.reviewed_by, "number": review.decision_number},
    )


@shared_task
def tell_office_of_refused_withdrawal(review):
    review = _review(review)
    inbox.leave(
        office_of(review.naming.application.campaign).exclude(pk=review.settled_by_id), "results.withdrawal_refused", key=f"withdrawal-refused-{review.pk}", url=review.get_absolute_url(), at=review.settled_at,
        words={"unit": review.naming.application.organization, "text": review.settlement},
    )


@shared_task
def tell_of_withdrawn_naming(naming):
    naming = Naming.objects.select_related("application__organization", "place__track").get(pk=naming)
    inbox.leave(
        clerks_of([naming.application.organization_id]) | office_of(naming.application.campaign), "results.naming_withdrawn", key=f"naming-withdrawn-{naming.pk}", url=naming.get_absolute_url(), at=naming.withdrawn_at,
        words={"unit": naming.application.organization, "track": naming.place.track, "number": naming.withdrawn_document, "text": naming.withdrawn_reason},
    )


@shared_task
def tell_of_bulletin(bulletin):
    """Every unit and county of the portal (of a county's own campaign, of that county): a bulletin is for those who lag behind as well."""
    bulletin = Bulletin.objects.select_related("campaign").get(pk=bulletin)
    clerks = User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)
    if bulletin.campaign.is_of_county:
        clerks = clerks.filter(organization__county=bulletin.campaign.county_id)
    inbox.leave(
        (clerks | office_of(bulletin.campaign)).distinct(), "results.bulletin", key=f"bulletin-{bulletin.pk}", url=bulletin.get_absolute_url(), at=bulletin.published_at,
        words={"title": bulletin.title, "text": bulletin.body},
    )


@shared_task
def tell_of_meeting(meeting, moment):
    """When it is called, and anew whenever it was changed."""
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        invited(meeting), "results.meeting_changed" if meeting.changed_at else "results.meeting", key=f"meeting-{meeting.pk}-{moment}",
        url=meeting.get_absolute_url(), at=meeting.changed_at or meeting.called_at,
        words={"title": meeting.title, "start": f"{timezone.localtime(meeting.starts_at):%Y-%m-%d %H:%M}", "place": meeting.place},
    )


def invited(meeting):
    """The clerks of the very units that were invited."""
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=meeting.invitations.values("organization"))


@shared_task
def tell_of_taken_back_invitation(meeting, organizations, moment):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=organizations), "results.meeting_uninvited", key=f"meeting-uninvited-{meeting.pk}-{moment}", at=meeting.changed_at,
        words={"title": meeting.title},
    )


@shared_task
def tell_of_cancelled_meeting(meeting):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        invited(meeting), "results.meeting_cancelled", key=f"meeting-cancelled-{meeting.pk}", url=meeting.get_absolute_url(), at=meeting.cancelled_at,
        words={"title": meeting.title, "reason": meeting.cancel_reason},
    )


@shared_task
def tell_of_minutes(meeting):
    meeting = Meeting.objects.get(pk=meeting)
    inbox.leave(
        invited(meeting), "results.meeting_minutes", key=f"meeting-minutes-{meeting.pk}", url=meeting.get_absolute_url(), at=meeting.minuted_at,
        words={"title": meeting.title},
    )


@shared_task
def tell_office_of_experience(experience, moment):
    experience = Experience.objects.select_related("naming__application__organization").get(pk=experience)
    inbox.leave(
        office_of(experience.naming.application.campaign), "results.experience", key=f"experience-{experience.pk}-{moment}", url=experience.get_absolute_url(), at=experience.sent_at,
        words={"unit": experience.naming.application.organization, "title": experience.title},
    )


@shared_task
def tell_unit_of_experience(experience, moment):
    experience = Experience.objects.select_related("naming__application").get(pk=experience)
    accepted = experience.state == Experience.State.ACCEPTED
    inbox.leave(
        clerks_of([experience.naming.application.organization_id]), "results.experience_accepted" if accepted else "results.experience_returned",
        key=f"experience-decided-{experience.pk}-{moment}", url=experience.get_absolute_url(), at=experience.decided_at,
        words={"title": experience.title, "text": experience.remark},
    )


def case_key(case, moved_at):
    """Each step of a case is told once."""
    return f"case-{case}-{moved_at.timestamp():.0f}"


@shared_task
def tell_of_case(case):
    """Whoever has to do with it next: the office when it is offered, the unit when it is published or came back."""
    case = TypicalCase.objects.select_related("naming__application__organization").get(pk=case)
    people, event = {
        TypicalCase.State.OFFERED: (office_of(case.naming.application.campaign), "results.case_offered"),
        TypicalCase.State.PUBLISHED: (clerks_of([case.organization.pk]), "results.case_published"),
        TypicalCase.State.DRAFT: (clerks_of([case.organization.pk]), "results.case_returned"),
    }[case.state]
    inbox.leave(
        people, event, key=case_key(case.pk, case.moved_at), url=case.get_absolute_url(), at=case.moved_at,
        words={"unit": case.organization, "title": case, "text": case.remark},
    )
