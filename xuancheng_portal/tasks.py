"""The task that beat starts every minute."""

from celery import shared_task
from django.utils import timezone, translation

from xuancheng_portal import auditing, campaign_archive, duties

JOBS = [auditing, campaign_archive]  # the worker looks here; the kinds of files it can make are registered on import


@shared_task
def sweep():
    """Everything that is due now. Two at once do no harm: each duty does each thing once."""
    with translation.override("zh-hans"):
        duties.run(timezone.now())
