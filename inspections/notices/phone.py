"""What the office is told when a phone brings something too late."""

from celery import shared_task
from django.utils import timezone

from accounts import inbox
from accounts.models import User
from campaigns.permissions import OFFICE, office_of
from inspections.models import Quarantine


@shared_task
def tell_office_of_quarantine(pk):
    """Once a day for each inspector and unit, however much arrives."""
    now = timezone.now()
    case = Quarantine.objects.waiting().select_related("owner", "visit__application__organization", "visit__application__campaign").filter(pk=pk).first()
    if case:
        inbox.leave(
            office_of(case.visit.application.campaign) if case.visit else User.objects.with_role(*OFFICE), "inspections.quarantine", key=f"quarantine-{case.pk}-{timezone.localdate(now):%Y%m%d}", at=now, url=case.get_absolute_url(),
            words={"what": case},
        )
