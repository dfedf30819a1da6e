"""What runs by the clock: each sweep finds what is due by asking the database, tells each once, and may run at any time again."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Message, Role, User
from accounts.rehearsing import here
from applications import actions, looking, notices, rules, uploads
from applications.actions.likeness import compare
from applications.models import Application, Blob, Evidence, OfflineUpload, Return, Submission
from campaigns.models import Campaign, Opens, Phase
from campaigns.permissions import office_of
from campaigns.rules import show_end

logger = logging.getLogger(__name__)

DAYS_BEFORE = (1, 3, 7)
COMPARED_AT_ONCE = 200  # the sweep has other duties in its minute
LOOK_BACK = timedelta(days=30)  # how long after an end a report is still made up for; later it tells nobody anything


def each(rows, duty):
    """One row, one transaction: a bad one is logged and stops no other."""
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += duty(row) or 0
        except Exception:
            logger.exception("A duty failed for %s %s", row._meta.label, row.pk)
    return done


def days_before(end, at):
    """The nearest of 7, 3 and 1 days that has been reached; None before the first and after the end."""
    left = end - at
    if left <= timedelta(0):
        return None
    return next((days for days in DAYS_BEFORE if left <= timedelta(days=days)), None)


def sweep_deadline_reminders(at):
    """Each clerk with an unfinished draft, 7, 3 and 1 days before that unit's own end. After a stop only the nearest is sent."""

    def remind(application):
        end = rules.filing_deadline(application.campaign, application.organization, at)
        days = end and days_before(end, at)
        if not days:
            return 0
        parts = rules.progress(application)
        detail = _("还差 %(n)s 项") % {"n": parts.left} if parts.left else _("各项都已完成，还没有提交")
        return inbox.leave(
            notices.clerks_of(application.organization), "applications.deadline_tomorrow" if days == 1 else "applications.deadline",
            key=f"deadline-{application.pk}-{end.isoformat()}-{days}", at=at, url=application.get_absolute_url(),
            words={"unit": application.organization, "end": show_end(end), "text": detail},
        )

    drafts = Application.objects.filter(status=Application.Status.DRAFT, campaign__in=_campaigns_near_an_end(at))
    return each(drafts.select_related("campaign", "organization").order_by("pk"), remind)


def _campaigns_near_an_end(at):
    """Published campaigns in which somebody's end of filing is at most the longest notice ahead."""
    last = at + timedelta(days=max(DAYS_BEFORE))
    return Campaign.objects.published().filter(phases__in=_phases_ending(at, last)).distinct()


def _phases_ending(after, until):
    submitting = Phase.objects.that_open(Opens.SUBMIT)
    return (
        submitting.filter(ends_at__gt=after, ends_at__lte=until)
        | submitting.filter(extensions__until__gt=after, extensions__until__lte=until)
        | submitting.filter(campaign__cutoffs__at__gt=after, campaign__cutoffs__at__lte=until)
    ).distinct()


def sweep_county_shortfall(at):
    """Each county below its minimum, 7, 3 and 1 days before its end of recommending."""

    def urge(campaign):
        told = 0
        for short in rules.county_shortfall(campaign, at):
            end = rules.filing_deadline(campaign, short.county, at)
            if not (days := end and days_before(end, at)):
                continue
            told += inbox.leave(
                User.objects.with_role(Role.COUNTY_CLERK).filter(organization=short.county),
                "applications.shortfall_tomorrow" if days == 1 else "applications.shortfall",
                key=f"shortfall-{campaign.pk}-{short.track.pk}-{short.county.pk}-{end.isoformat()}-{days}", at=at,
                url=f"{reverse('applications:county_list')}?campaign={campaign.code}",
                words={"track": short.track, "n": short.missing, "end": show_end(end), "minimum": short.minimum, "counted": short.counted},
            )
        return told

    return each(_campaigns_near_an_end(at), urge)


def sweep_shortfall_reports(at):
    """When filing has ended, the office is told which counties stayed below their minimum."""

    def report(phase):
        short = rules.county_shortfall(phase.campaign, at)
        if not short:
            return 0
        lines = [
            _("%(county)s：%(track)s已报送 %(counted)s 个，至少 %(minimum)s 个") % {
                "county": row.county, "track": row.track, "counted": row.counted, "minimum": row.minimum,
            } + (_("（全县只有 %(units)s 个单位）") % {"units": row.units} if row.cannot_be_met else "")
            for row in short
        ]
        return inbox.leave(
            office_of(phase.campaign), "applications.shortfall_report", key=f"shortfall-report-{phase.pk}", at=at, url=f"{reverse('home')}?campaign={phase.campaign.code}",
            words={"n": len({row.county.pk for row in short}), "text": "\n".join(lines)},
        )

    ended = here(Phase.objects.that_open(Opens.SUBMIT)).filter(
        campaign__published_at__isnull=False, ends_at__lte=at, ends_at__gt=at - LOOK_BACK
    )
    return each(ended.select_related("campaign"), report)


def _untold(rows, prefix):
    """Rows of which no message was left under `<prefix>-<key>`."""
    key = Concat(Value(f"{prefix}-"), Cast(OuterRef("pk"), CharField()))
    return rows.exclude(Exists(Message.objects.filter(key=key)))


def sweep_untold(at):
    """What happened while the broker was away, or whose message was lost with it, is told now."""
    since = at - timedelta(days=7)
    told = each(_untold(here(Submission.objects).filter(submitted_at__gt=since), "submission"), lambda row: notices.tell_of_submission(row.pk))
    told += each(_untold(here(Return.objects).filter(returned_at__gt=since), "return"), lambda row: notices.tell_of_return(row.pk))
    told += each(_untold(here(Application.objects).filter(recommended_at__gt=since), "recommendation"), lambda row: notices.tell_of_recommendation(row.pk))
    told += each(_untold(here(Application.objects).filter(proposed_at__gt=since), "proposal"), lambda row: notices.tell_of_proposal(row.pk))
    return told + each(_untold(here(Application.objects).filter(decided_at__gt=since), "decision"), lambda row: notices.tell_of_decision(row.pk))


def sweep_returns(at):
    """A day before a return is due the unit is reminded; once it is overdue, the unit and the office."""

    def tell(returned):
        application = returned.application
        unit, url, key = application.organization, application.get_absolute_url(), f"return-{returned.pk}-{returned.due_at.isoformat()}"
        if returned.due_at > at:
            return inbox.leave(
                notices.clerks_of(unit), "applications.return_due_soon", key=f"{key}-soon", at=at, url=url,
                words={"unit": unit, "due": show_end(returned.due_at)},
            )
        return inbox.leave(
            notices.clerks_of(unit) | office_of(application.campaign), "applications.return_overdue", key=f"{key}-overdue", at=at, url=url,
            words={"unit": unit, "due": show_end(returned.due_at)},
        )

    due = here(Return.objects.open()).filter(
        level=Return.Level.OFFICE, application__status=Application.Status.RETURNED, due_at__lte=at + timedelta(days=1), due_at__gt=at - LOOK_BACK
    )
    return each(due.select_related("application__organization", "application__campaign"), tell)


def sweep_link_checks(at):
    """Links whose turn has come, a few a minute: only asked for here, and looked at by messages of their own."""
    if not settings.LINK_CHECKS:
        return 0
    due = actions.claim_link_checks(looking.LINKS_A_MINUTE, at=at)
    for keys in looking.by_host(due):
        looking.check_links.delay(keys)
    return len(due)


def uncompared():
    """Newest versions that have arrived at the city and were not compared yet."""
    return here(Submission.objects.newest()).filter(application__submitted_at__isnull=False, comparison=None).select_related("application")


@shared_task
def compare_application(pk):
    """Right after a version of it arrived; an earlier run may have made it needless."""
    if submission := uncompared().filter(application=pk).first():
        compare(submission, at=timezone.now())


def sweep_likeness(at):
    """What arrived while the broker was away, some each minute."""
    return each(uncompared().order_by("pk")[:COMPARED_AT_ONCE], lambda submission: compare(submission, at=at))


def sweep_offline_uploads(at):
    """Workbooks that nobody decided about within a day are forgotten."""
    OfflineUpload.objects.expired(at).delete()


def sweep_temporary_files(at):
    uploads.remove_stale_temporary(at)
    actions.remove_abandoned_uploads(at)


AT_ONCE, SCANNED_AT_ONCE = 20, 100  # files handed to the workers in one sweep
A_MINUTE, SCAN_AGAIN = timedelta(minutes=1), timedelta(minutes=5)


def sweep_derivatives(at):
    """Pictures whose message was lost are drawn now. In any order, so that files that are missing keep no other waiting."""
    lost = Blob.objects.filter(picture_state=Blob.Pictures.PENDING, stored_at__lte=at - A_MINUTE)
    for blob in lost.order_by("?")[:AT_ONCE]:
        uploads.draw_pictures.delay(blob.pk)


def sweep_unsearched(at):
    """Files nobody has looked through yet."""
    lost = Evidence.objects.present().filter(searched_at=None, blob__isnull=False, added_at__lte=at - A_MINUTE)
    for evidence in lost.order_by("?")[:AT_ONCE]:
        actions.search_evidence.delay(evidence.pk)


def sweep_scans(at):
    """While scanning is on: files that were never scanned, or whose scan failed. The longest untried first."""
    if not settings.CLAMAV_URL:
        return
    waiting = Blob.objects.exclude(scan_state__in=[Blob.Scan.CLEAN, Blob.Scan.INFECTED]).filter(
        Q(scan_tried_at=None, stored_at__lte=at - A_MINUTE) | Q(scan_tried_at__lte=at - SCAN_AGAIN)
    )
    for blob in waiting.order_by(F("scan_tried_at").asc(nulls_first=True), "stored_at")[:SCANNED_AT_ONCE]:
        uploads.scan_file.delay(blob.pk)
