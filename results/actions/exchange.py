"""Bulletins, meetings and experience write-ups."""

from django.db import transaction
from django.db.models import Max

from accounts.audit import record
from campaigns.models import Campaign
from results import notices, progress, rules
from results.actions.locking import refuse_if
from results.models import Bulletin, Experience, Invitation, Meeting, Naming

# Bulletins


@transaction.atomic
def draft_bulletin(campaign, *, by, at):
    """From the figures of this moment; the office may change every word."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    number = (Bulletin.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0) + 1
    figures = progress.figures(campaign, at)
    title, body = progress.words(campaign, number, figures, at)
    bulletin = Bulletin.objects.create(campaign=campaign, number=number, title=title, body=body, figures=figures, created_at=at, created_by=by)
    record("results.draft_bulletin", bulletin, by=by, at=at)
    return bulletin


@transaction.atomic
def change_bulletin(bulletin, *, title, body, by, at):
    bulletin = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    refuse_if(rules.change_bulletin_problems(bulletin, title, body))
    before = {"title": bulletin.title, "body": bulletin.body}
    bulletin.title, bulletin.body = title.strip(), body.strip()
    bulletin.save(update_fields=["title", "body"])
    record("results.change_bulletin", bulletin, by=by, at=at, before=before)
    return bulletin


@transaction.atomic
def publish_bulletin(bulletin, *, by, at):
    bulletin = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    refuse_if(rules.publish_bulletin_problems(bulletin, by))
    bulletin.published_at, bulletin.published_by = at, by
    bulletin.save(update_fields=["published_at", "published_by"])
    record("results.publish_bulletin", bulletin, by=by, at=at)
    notices.tell_of_bulletin.delay_on_commit(bulletin.pk)
    return bulletin


# Meetings


@transaction.atomic
def call_meeting(campaign, *, title, starts_at, place, agenda, organizations, by, at):
    refuse_if(rules.call_meeting_problems(starts_at, organizations, at))
    meeting = Meeting.objects.create(
        campaign=campaign, title=title.strip(), starts_at=starts_at, place=place.strip(), agenda=agenda.strip(), called_at=at, called_by=by
    )
    Invitation.objects.bulk_create([Invitation(meeting=meeting, organization=organization) for organization in organizations])
    record("results.call_meeting", meeting, by=by, at=at, units=[str(organization) for organization in organizations])
    notices.tell_of_meeting.delay_on_commit(meeting.pk, notices.turn(at))
    return meeting


def _held_meeting(meeting):
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


@transaction.atomic
def change_meeting(meeting, *, title, starts_at, place, agenda, organizations, by, at):
    """Everybody invited is told anew; who is no longer invited is told so."""
    meeting = _held_meeting(meeting)
    refuse_if(rules.change_meeting_problems(meeting, starts_at, organizations, at))
    wanted = {organization.pk for organization in organizations}
    before = set(meeting.invitations.values_list("organization", flat=True))
    meeting.title, meeting.starts_at, meeting.place, meeting.agenda = title.strip(), starts_at, place.strip(), agenda.strip()
    meeting.changed_at, meeting.changed_by = at, by
    meeting.save(update_fields=["title", "starts_at", "place", "agenda", "changed_at", "changed_by"])
    meeting.invitations.filter(organization__in=before - wanted).delete()
    Invitation.objects.bulk_create([Invitation(meeting=meeting, organization_id=key) for key in sorted(wanted - before)])
    record("results.change_meeting", meeting, by=by, at=at, invited=sorted(wanted - before), uninvited=sorted(before - wanted))
    notices.tell_of_meeting.delay_on_commit(meeting.pk, notices.turn(at))
    if before - wanted:
        notices.tell_of_taken_back_invitation.delay_on_commit(meeting.pk, sorted(before - wanted), notices.turn(at))
    return meeting


@transaction.atomic
def cancel_meeting(meeting, reason, *, by, at):
    meeting = _held_meeting(meeting)
    refuse_if(rules.cancel_meeting_problems(meeting, reason, at))
    meeting.cancelled_at, meeting.cancelled_by, meeting.cancel_reason = at, by, reason.strip()
    meeting.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    record("results.cancel_meeting", meeting, by=by, at=at, reason=meeting.cancel_reason)
    notices.tell_of_cancelled_meeting.delay_on_commit(meeting.pk)
    return meeting


@transaction.atomic
def record_minutes(meeting, minutes, came, *, by, at):
    """`came` is {invitation key: who came}; an invited unit that is not in it did not come."""
    meeting = _held_meeting(meeting)
    refuse_if(rules.minutes_problems(meeting, minutes, at))
    first = meeting.minuted_at is None
    meeting.minutes, meeting.minuted_at, meeting.minuted_by = minutes.strip(), at, by
    meeting.save(update_fields=["minutes", "minuted_at", "minuted_by"])
    invitations = list(meeting.invitations.all())
    for invitation in invitations:
        invitation.came = invitation.pk in came
        invitation.people = came.get(invitation.pk, "").strip()
    Invitation.objects.bulk_update(invitations, ["came", "people"])
    record("results.record_minutes", meeting, by=by, at=at, came=sum(invitation.came for invitation in invitations), invited=len(invitations))
    if first:
        notices.tell_of_minutes.delay_on_commit(meeting.pk)
    return meeting


# Experience write-ups


@transaction.atomic
def write_experience(naming, *, title, body, by, at):
    naming = Naming.objects.select_for_update().get(pk=naming.pk)
    refuse_if(rules.experience_problems(naming))
    experience = Experience.objects.create(naming=naming, title=title.strip(), body=body.strip(), started_at=at, started_by=by)
    record("results.write_experience", naming.application, by=by, at=at, experience=experience.pk)
    return experience


def _held_experience(experience):
    related = ("naming__application__organization", "naming__application__campaign")
    return Experience.objects.select_for_update(of=("self",)).select_related(*related).get(pk=experience.pk)


@transaction.atomic
def change_experience(experience, *, title, body, version, by, at):
    experience = _held_experience(experience)
    refuse_if(rules.change_experience_problems(experience, version))
    experience.title, experience.body, experience.version = title.strip(), body.strip(), version + 1
    experience.save(update_fields=["title", "body", "version"])
    record("results.change_experience", experience.naming.application, by=by, at=at, experience=experience.pk)
    return experience


@transaction.atomic
def send_experience(experience, *, consents, by, at):
    """With the unit's consent to its being read by everybody."""
    experience = _held_experience(experience)
    refuse_if(rules.send_experience_problems(experience, consents))
    experience.state, experience.sent_at, experience.sent_by = Experience.State.SENT, at, by
    experience.consented_at, experience.consented_by = at, by
    experience.decided_at = experience.decided_by = None
    experience.save(update_fields=["state", "sent_at", "sent_by", "consented_at", "consented_by", "decided_at", "decided_by"])
    record("results.send_experience", experience.naming.application, by=by, at=at, experience=experience.pk)
    notices.tell_office_of_experience.delay_on_commit(experience.pk, notices.turn(at))
    return experience


def _decide_experience(experience, state, remark, action, *, by, at):
    experience.state, experience.remark, experience.decided_at, experience.decided_by = state, remark.strip(), at, by
    experience.save(update_fields=["state", "remark", "decided_at", "decided_by"])
    record(action, experience.naming.application, by=by, at=at, experience=experience.pk, remark=experience.remark)
    notices.tell_unit_of_experience.delay_on_commit(experience.pk, notices.turn(at))
    return experience


@transaction.atomic
def accept_experience(experience, *, by, at):
    experience = _held_experience(experience)
    refuse_if(rules.accept_experience_problems(experience))
    return _decide_experience(experience, Experience.State.ACCEPTED, "", "results.accept_experience", by=by, at=at)


@transaction.atomic
def return_experience(experience, remark, *, by, at):
    """Also takes an accepted one off the public pages again."""
    experience = _held_experience(experience)
    refuse_if(rules.return_experience_problems(experience, remark))
    return _decide_experience(experience, Experience.State.RETURNED, remark, "results.return_experience", by=by, at=at)


@transaction.atomic
def withdraw_consent(experience, *, by, at):
    """At any time; from then on only the unit and the office read it."""
    experience = _held_experience(experience)
    refuse_if(rules.withdraw_consent_problems(experience))
    experience.consented_at = experience.consented_by = None
    experience.save(update_fields=["consented_at", "consented_by"])
    record("results.withdraw_consent", experience.naming.application, by=by, at=at, experience=experience.pk)
    return experience
