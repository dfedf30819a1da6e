"""The public notice."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.audit import record
from campaigns.models import Campaign, Track
from results import notices, rules
from results.actions.locking import refuse_if
from results.models import NoticeEntry, PublicNotice


@transaction.atomic
def create_notice(campaign, applications, *, title, body, contact, by, at):
    """A draft with the units of confirmed lists, in the order of their codes: a notice tells no ranks."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_if(rules.create_problems(campaign, applications))
    number = (PublicNotice.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0) + 1
    notice = PublicNotice.objects.create(
        campaign=campaign, number=number, title=title.strip(), body=body.strip(), contact=contact.strip(), created_at=at, created_by=by
    )
    NoticeEntry.objects.bulk_create([
        NoticeEntry(notice=notice, application=application, order=order)
        for order, application in enumerate(sorted(applications, key=lambda one: (one.track.order, one.organization.code)), 1)
    ])
    record("results.create_notice", notice, by=by, at=at, units=[str(application.organization) for application in applications])
    return notice


@transaction.atomic
def change_notice(notice, *, title, body, contact, by, at):
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.change_problems(notice))
    before = {"title": notice.title, "body": notice.body, "contact": notice.contact}
    notice.title, notice.body, notice.contact = title.strip(), body.strip(), contact.strip()
    notice.save(update_fields=["title", "body", "contact"])
    record("results.change_notice", notice, by=by, at=at, before=before)
    return notice


@transaction.atomic
def publish_notice(notice, *, checked_by, by, at):
    """By a person other than its author, after the confidentiality review. It runs from the next working day."""
    concerned = NoticeEntry.objects.filter(notice=notice).values("application__track")
    list(Track.objects.select_for_update().filter(pk__in=concerned).order_by("order"))  # no list is reopened meanwhile
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.publish_problems(notice, checked_by, by))
    notice.checked_by, notice.published_at, notice.published_by = checked_by, at, by
    notice.starts_on, notice.ends_on = rules.period(notice.campaign, at)
    notice.save(update_fields=["checked_by", "published_at", "published_by", "starts_on", "ends_on"])
    record(
        "results.publish_notice", notice, by=by, at=at,
        checked_by=str(checked_by), starts_on=notice.starts_on, ends_on=notice.ends_on,
    )
    notices.tell_of_published_notice.delay_on_commit(notice.pk)
    return notice


@transaction.atomic
def withdraw_notice(notice, reason, *, by, at):
    """Takes a published notice off, or puts a draft away."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.withdraw_notice_problems(notice, reason))
    notice.withdrawn_at, notice.withdrawn_reason = at, reason.strip()
    notice.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record("results.withdraw_notice", notice, by=by, at=at, reason=reason.strip())
    if notice.published_at:
        notices.tell_of_withdrawn_notice.delay_on_commit(notice.pk)
    return notice


@transaction.atomic
def tell_end_of_notice(notice, *, at):
    """Once, when the last day is over."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    if notice.ended_told_at or rules.notice_state(notice, timezone.localdate(at)) != "ended":
        return
    notice.ended_told_at = at
    notice.save(update_fields=["ended_told_at"])
    notices.tell_office_notice_ended.delay_on_commit(notice.pk)
