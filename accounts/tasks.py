"""What runs by the clock for everybody: letters, and jobs whose message was lost."""

import logging
from datetime import timedelta
from urllib.parse import urljoin

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions, jobs
from accounts.actions import MAIL_ATTEMPTS, mail_message
from accounts.models import Message, SignInLink, User
from accounts.notices import send_link

logger = logging.getLogger(__name__)


def sweep_mail(at):
    """Send the letters that are due. One that fails is tried again at the next sweeps, and stops no other."""
    for message in Message.objects.to_mail().filter(mail_attempts__lt=MAIL_ATTEMPTS).select_related("user").order_by("pk")[:500]:
        try:
            mail_message(message, link=urljoin(settings.PORTAL_URL, message.url) if message.url else "", at=at)
        except OSError:
            logger.warning("letter %s could not be sent", message.pk, exc_info=True)


def sweep_jobs(at):
    jobs.requeue_waiting(at)


def sweep_leavers(at):
    """Whoever's day of leaving has come. Their roles ended by themselves; the account follows."""
    for user in User.objects.active().filter(leaves_on__lte=timezone.localdate(at)):
        actions.disable(user, reason=_("离任日期已到"), by=None, at=at)


def sweep_links(at):
    """Letters with links that did not go out at once. One that fails is tried again, and stops no other."""
    for pk in SignInLink.objects.to_mail(at).filter(attempts__lt=MAIL_ATTEMPTS, created_at__lt=at - timedelta(minutes=1)).values_list("pk", flat=True)[:500]:
        send_link(pk)


@shared_task
def ask_for_reset(username):
    """Looked up here and not by the page, so that every name is answered alike and as fast (S-12)."""
    actions.ask_for_reset(username, at=timezone.now())
