"""The task that beat starts every minute."""

from celery import shared_task
from django.utils import timezone, translation

from xuancheng_portal import duties


@shared_task
def sweep():
    """Everything that is due now. Two at once do no harm: each duty does each thing once."""
    with translation.override("zh-hans"):
        duties.run(timezone.now())
