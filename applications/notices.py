"""What people are told about applications. Each task takes keys, runs after commit, and tells nobody twice."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Organization, Role, User
from applications.models import Application, CreationPlan, Evidence, ItemResponse, Return, Submission
from campaigns.models import Campaign
from campaigns.permissions import office_of
from campaigns.rules import show_end


def clerks_of(organization):
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization=organization)


def county_clerks_of(organization):
    """Those who check what this unit files; nobody for a county itself or a bureau."""
    if organization.county_id is None or organization.county_id == organization.pk:
        return User.objects.none()
    return User.objects.with_role(Role.COUNTY_CLERK).filter(organization=organization.county_id)


def _moment(at):
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


@shared_task
def tell_of_submission(pk):
    """A receipt to the unit, and a word to whoever looks at it next."""
    submission = Submission.objects.select_related("application__organization", "application__track", "application__campaign").get(pk=pk)
    application = submission.application
    unit = application.organization
    facts = {"unit": unit, "receipt": submission.receipt, "at": _moment(submission.received_at), "track": application.track}
    key = f"submission-{submission.pk}"
    inbox.leave(
        clerks_of(unit), "applications.submitted", key=key, url=submission.get_absolute_url(), at=submission.submitted_at,
        words=facts,
    )
    if submission.to_county:
        inbox.leave(
            county_clerks_of(unit), "applications.submitted_to_county", key=key, url=reverse("applications:county_check", args=[application.pk]), at=submission.submitted_at,
            words=facts,
        )
    else:
        inbox.leave(
            office_of(application.campaign), "applications.submitted_to_office", key=key, url=application.get_absolute_url(), at=submission.submitted_at,
            words=facts,
        )


@shared_task
def tell_of_amendment(application_pk, standard_pk):
    """What the unit has to look at, and why the standard changed."""
    application = Application.objects.select_related("organization", "campaign").get(pk=application_pk)
    rows = application.revised_items.filter(standard=standard_pk).select_related("standard").order_by("pk")
    inbox.leave(
        clerks_of(application.organization), "applications.amended", key=f"amendment-{application_pk}-{standard_pk}", url=reverse("applications:revision", args=[application_pk]), at=rows[0].revised_at,
        words={"n": len(rows), "items": "、".join(row.code for row in rows), "text": _("修订说明：%(note)s") % {"note": rows[0].standard.note} if rows[0].standard.note else ""},
    )


@shared_task
def tell_of_infected(pk):
    evidence = Evidence.objects.select_related("response__application__organization", "response__application__campaign", "response__item").get(pk=pk)
    response = evidence.response
    inbox.leave(
        clerks_of(response.application.organization), "applications.infected", key=f"infected-{evidence.pk}", url=response.get_absolute_url(), at=timezone.now(),
        words={"title": evidence.title, "item": response.item, "office": response.application.campaign.office_name},
    )


@shared_task
def tell_of_recommendation(pk):
    application = Application.objects.select_related("organization__county", "track", "campaign").get(pk=pk)
    facts = {"county": application.organization.county, "unit": application.organization, "track": application.track}
    key = f"recommendation-{application.pk}"
    inbox.leave(
        clerks_of(application.organization), "applications.recommended", key=key, url=application.get_absolute_url(), at=application.recommended_at,
        words=facts,
    )
    inbox.leave(
        office_of(application.campaign), "applications.recommended_to_office", key=key, url=application.get_absolute_url(), at=application.recommended_at,
        words=facts,
    )


@shared_task
def tell_of_proposal(pk):
    """The county's clerks: whom their own campaign named. What they make of it is theirs to say."""
    application = Application.objects.select_related("organization", "campaign").get(pk=pk)
    inbox.leave(
        county_clerks_of(application.organization), "applications.proposed", key=f"proposal-{application.pk}", url=reverse("applications:county_list"), at=application.proposed_at or timezone.now(),
        words={"unit": application.organization},
    )


@shared_task
def tell_of_assignment(person_pk, response_pks, by_pk, at):
    """A colleague hears once which items were given to them."""
    responses = list(ItemResponse.objects.filter(pk__in=response_pks).select_related("item", "application__organization").in_order())
    inbox.leave(
        [User.objects.get(pk=person_pk)], "applications.shared_out", key=f"assignment-{responses[0].application_id}-{person_pk}-{at}", at=timezone.now(), url=responses[0].get_absolute_url(),
        words={"who": User.objects.get(pk=by_pk), "n": len(responses), "text": "、".join(str(response.item) for response in responses)},
    )


@shared_task
def tell_of_return(pk):
    """To the unit, item by item; its county hears of what the office returned."""
    returned = Return.objects.select_related("application__organization", "returned_by__organization").get(pk=pk)
    application = returned.application
    items = list(returned.items.select_related("response__item"))
    lines = [f"{item.response.item}：{item.reason}" for item in items]
    if returned.note:
        lines.insert(0, returned.note)
    words = {"unit": application.organization, "text": "\n".join(lines)}
    if returned.level == Return.Level.COUNTY:
        people, event = clerks_of(application.organization), "applications.returned_by_county"
    else:
        people, event = clerks_of(application.organization) | county_clerks_of(application.organization), "applications.returned"
        words |= {"n": len(items), "due": show_end(returned.due_at)}
    inbox.leave(people, event, key=f"return-{returned.pk}", url=application.get_absolute_url(), at=returned.returned_at, words=words)


@shared_task
def tell_of_moved_due(pk):
    returned = Return.objects.select_related("application__organization").get(pk=pk)
    inbox.leave(
        clerks_of(returned.application.organization), "applications.return_due_moved", key=f"return-{returned.pk}-due-{returned.due_at.isoformat()}", url=returned.application.get_absolute_url(), at=timezone.now(),
        words={"unit": returned.application.organization, "due": show_end(returned.due_at)},
    )


@shared_task
def tell_of_decision(pk):
    application = Application.objects.select_related("organization").get(pk=pk)
    unit = application.organization
    declined = application.status == Application.Status.DECLINED
    inbox.leave(
        clerks_of(unit) | county_clerks_of(unit), "applications.declined" if declined else "applications.accepted", key=f"decision-{application.pk}",
        url=application.get_absolute_url(), at=application.decided_at, words={"unit": unit, "reason": application.decline_reason},
    )


@shared_task
def tell_of_refused_exemption(pk, reason, at):
    application = Application.objects.select_related("organization").get(pk=pk)
    inbox.leave(
        clerks_of(application.organization), "applications.exemption_refused", key=f"exemption-{application.pk}-{at}", url=application.get_absolute_url(), at=timezone.now(),
        words={"text": reason},
    )


@shared_task
def remind(campaign_pk, organization_pks, on):
    """The office or the county asks a late unit to file: once a day, in the inbox and by mail."""
    campaign = Campaign.objects.get(pk=campaign_pk)
    now = timezone.now()
    for organization in Organization.objects.filter(pk__in=organization_pks):
        inbox.leave(
            clerks_of(organization), "applications.reminded", key=f"remind-{campaign.pk}-{organization.pk}-{on}", at=now, url=f"{reverse('home')}?campaign={campaign.code}",
            words={"campaign": campaign},
        )


@shared_task
def tell_of_plan(pk):
    """A receipt for the plan, to everybody who files for the unit."""
    plan = CreationPlan.objects.select_related("organization").get(pk=pk)
    inbox.leave(
        clerks_of(plan.organization), "applications.plan_filed", key=f"plan-{plan.pk}", url=plan.get_absolute_url(), at=plan.filed_at,
        words={"unit": plan.organization, "receipt": plan.receipt, "at": _moment(plan.filed_at), "sha256": plan.blob_id},
    )


@shared_task
def remind_of_plan(campaign_pk, organization_pks, on):
    """The office or the county asks a unit for its plan: once a day, in the inbox and by mail."""
    campaign = Campaign.objects.get(pk=campaign_pk)
    now = timezone.now()
    for organization in Organization.objects.filter(pk__in=organization_pks):
        inbox.leave(
            clerks_of(organization), "applications.plan_reminded", key=f"remind-plan-{campaign.pk}-{organization.pk}-{on}", at=now,
            url=f"{reverse('applications:creation_plan')}?campaign={campaign.code}", words={"campaign": campaign},
        )
