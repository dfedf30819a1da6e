"""The public notice."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.audit import record
from campaigns.models import Campaign, Track
from results import notices, reports, rules
from results.actions.locking import refuse_if
from results.models import NoticeEntry, NoticeReview, PublicNotice


@transaction.atomic
def create_notice(campaign, applications, *, title, body, contact, by, at):
    """A draft with the units of confirmed lists, in the order of their codes: a notice tells no ranks.

    Units that take up the place of a fallen one are publicised alone, and their entries say whose place it was.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_if(rules.create_problems(campaign, applications))
    number = (PublicNotice.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0) + 1
    notice = PublicNotice.objects.create(
        campaign=campaign, number=number, title=title.strip(), body=body.strip(), contact=contact.strip(), created_at=at, created_by=by
    )
    substitutes = reports.substitutes(campaign, reports.ready_for_notice(campaign))
    NoticeEntry.objects.bulk_create([
        NoticeEntry(notice=notice, application=application, order=order, replaces=substitutes.get(application.pk))
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
def review_notice(notice, outcome, decisions=None, remark="", *, by, at):
    """保密审查 of the words as they stand, by somebody else than their author. `decisions`: {kind: (decision, reason)}."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    decisions, today = decisions or {}, timezone.localdate(at)
    refuse_if(rules.notice_review_problems(notice, by, outcome, decisions, remark, today))
    findings = []
    for found in rules.findings(notice, today):
        decision, reason = decisions.get(found.kind, ("", ""))
        findings.append({"kind": found.kind, "excerpt": found.excerpt, "count": found.count, "decision": decision, "reason": reason.strip()})
    review = NoticeReview.objects.create(
        notice=notice, number=notice.reviews.count() + 1, outcome=outcome, findings=findings, remark=remark.strip(),
        text_sha256=rules.words_sha256(notice), reviewed_at=at, reviewed_by=by,
    )
    record(
        "results.review_notice", notice, by=by, at=at, outcome=outcome, findings=findings, remark=review.remark, sha256=review.text_sha256,
    )
    notices.tell_author_of_review.delay_on_commit(review.pk)
    return review


@transaction.atomic
def publish_notice(notice, *, by, at):
    """By a person other than its author, after the confidentiality review. It runs from the next working day."""
    concerned = NoticeEntry.objects.filter(notice=notice).values("application__track")
    list(Track.objects.select_for_update().filter(pk__in=concerned).order_by("order"))  # no list is reopened meanwhile
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.publish_problems(notice, by) + rules.unreviewed_problems(notice, timezone.localdate(at)))
    review = rules.last_review(notice)
    notice.checked_by, notice.published_at, notice.published_by = review.reviewed_by, at, by
    notice.starts_on, notice.ends_on = rules.period(notice.campaign, at)
    notice.save(update_fields=["checked_by", "published_at", "published_by", "starts_on", "ends_on"])
    record(
        "results.publish_notice", notice, by=by, at=at,
        checked_by=str(review.reviewed_by), sha256=review.text_sha256, starts_on=notice.starts_on, ends_on=notice.ends_on,
    )
    notices.tell_of_published_notice.delay_on_commit(notice.pk)
    return notice


@transaction.atomic
def withdraw_notice(notice, reason, *, hide=False, by, at):
    """Takes a published notice off, or puts a draft away. It stays to be read as withdrawn, unless its words must not be: `hide`."""
    notice = PublicNotice.objects.select_for_update().get(pk=notice.pk)
    refuse_if(rules.withdraw_notice_problems(notice, reason, timezone.localdate(at)))
    notice.withdrawn_at, notice.withdrawn_by, notice.withdrawn_reason, notice.is_text_hidden = at, by, reason.strip(), hide
    notice.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "is_text_hidden"])
    record("results.withdraw_notice", notice, by=by, at=at, reason=reason.strip(), hidden=hide)
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
