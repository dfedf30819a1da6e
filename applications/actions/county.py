"""The county recommends, sends back, puts in order."""

from django.db import transaction
from django.db.models import Max

from accounts.audit import record
from accounts.models import Organization
from applications import notices, rules, tasks
from applications.actions.locking import Status, lock, move, refuse
from applications.actions.office import returned_codes, send_back
from applications.actions.renewing import catch_up
from applications.models import Application, Return


@transaction.atomic
def recommend(application, *, by, at, version=None):
    """The county forwards the version the unit sent it; with this it has arrived at the city."""
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=application.organization.county_id)
    application = lock(application, version)
    refuse(rules.recommendation_problems(application, at))
    application.status = Status.SUBMITTED
    application.recommended_at, application.recommended_by = at, by
    application.submitted_at, application.submitted_by = at, by
    if application.county_order is None:
        last = rules.ranked(application.organization.county, application.campaign).aggregate(last=Max("county_order"))["last"] or 0
        application.county_order = last + 1
    fields = ["recommended_at", "recommended_by", "submitted_at", "submitted_by", "county_order"]
    move(application, "applications.recommend", by=by, at=at, fields=fields, order=application.county_order)
    notices.tell_of_recommendation.delay_on_commit(application.pk)
    tasks.compare_application.delay_on_commit(application.pk)
    return application


@transaction.atomic
def return_to_unit(application, reasons, note="", *, by, at, version=None):
    """The county sends a draft back with remarks: {key of a response: sentence}. The whole of it opens."""
    application = lock(application, version)
    refuse(rules.county_return_problems(application, reasons, note))
    application.status = Status.DRAFT
    returned = send_back(application, Return.Level.COUNTY, reasons, note, None, by=by, at=at)
    move(application, "applications.return_to_unit", by=by, at=at, codes=returned_codes(returned))
    catch_up(application, by=by, at=at)
    return returned


@transaction.atomic
def set_county_order(county, campaign, order, *, by, at):
    """`order`: keys of applications, the first recommended first. Those left out lose their place."""
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    refuse(rules.order_problems(county, campaign, order, at))
    rules.ranked(county, campaign).update(county_order=None)
    for place, pk in enumerate(order, 1):
        Application.objects.filter(pk=pk).update(county_order=place)
    record("applications.set_county_order", county, by=by, at=at, organization=county, campaign=campaign, order=list(order))
