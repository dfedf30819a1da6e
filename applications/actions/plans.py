"""A unit files its plan (创建方案), and files it anew; late units are asked for theirs."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Organization
from applications import notices, rules, uploads
from applications.actions.locking import refuse
from applications.models import CreationPlan, PlanDate, PlanReminder
from campaigns.rules import NotAllowed, Problem

PLAN_KINDS = {"pdf", "docx", "wps"}


def file_plan(organization, campaign, file, name, *, dates, words="", by, at):
    """Look at and store the document first, then write the version. Raises uploads.Refused with a sentence about the file."""
    refuse(rules.plan_problems(organization, campaign, at) + rules.plan_date_problems(dates))
    if uploads.kind_named(uploads.clean_name(name)).extension not in PLAN_KINDS:
        raise NotAllowed([Problem(_("创建方案请用 PDF、docx 或 wps 文件。"), "#id_plan-file")])
    return file_taken_plan(organization, campaign, uploads.take(file, name), dates=dates, words=words, by=by, at=at)


@transaction.atomic
def file_taken_plan(organization, campaign, taken, *, dates, words="", by, at):
    """The next version of a unit's plan, from a document that is in the store. `dates`: [(what, day)]."""
    organization = Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    refuse(rules.plan_problems(organization, campaign, at) + rules.plan_date_problems(dates))
    number = CreationPlan.objects.filter(campaign=campaign, organization=organization).count() + 1
    plan = CreationPlan.objects.create(
        campaign=campaign, organization=organization, number=number, receipt=f"{campaign.code}-FA-{organization.code}-{number}",
        blob=uploads.blob_of(taken, at=at), title=taken.name, words=words.strip(), filed_at=at, filed_by=by,
    )
    PlanDate.objects.bulk_create(PlanDate(plan=plan, what=what.strip(), on=day) for what, day in dates)
    record(
        "applications.file_plan" if number == 1 else "applications.replace_plan", plan, by=by, at=at, receipt=plan.receipt, title=plan.title,
        sha256=plan.blob_id, late=number == 1 and rules.is_plan_late(at, rules.plan_due(campaign), at),
    )
    notices.tell_of_plan.delay_on_commit(plan.pk)
    return plan


@transaction.atomic
def remind_of_plans(campaign, organizations, *, by, at):
    """Ask those without a plan for it. Returns the keys of the units reminded, and how many had been today already."""
    refuse(rules.plan_reminder_problems(campaign, at))
    on = timezone.localdate(at)
    told, already = [], 0
    for organization in rules.units_without_plan(campaign).filter(pk__in=[organization.pk for organization in organizations]).order_by("pk"):
        try:
            with transaction.atomic():
                PlanReminder.objects.create(campaign=campaign, organization=organization, on=on, reminded_at=at, reminded_by=by)
        except IntegrityError:
            already += 1
        else:
            told.append(organization.pk)
            record("applications.remind_plan", organization, by=by, at=at, organization=organization, campaign=campaign)
    if told:
        notices.remind_of_plan.delay_on_commit(campaign.pk, told, on.isoformat())
    return told, already
