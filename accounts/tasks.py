"""What runs by the clock for everybody: what waits on each channel, and jobs whose message was lost."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts import actions, jobs, retention, sending
from accounts.actions import MAIL_ATTEMPTS, forget_import
from accounts.models import ChannelCode, Import, SignInLink, User
from accounts.notices import send_link


def sweep_mail(at):
    sending.sweep(ChannelCode.MAIL, at)


def sweep_sms(at):
    sending.sweep(ChannelCode.SMS, at)


def sweep_wecom(at):
    sending.sweep(ChannelCode.WECOM, at)


def sweep_webhook(at):
    sending.sweep(ChannelCode.WEBHOOK, at)


def sweep_jobs(at):
    jobs.requeue_waiting(at)


def sweep_leavers(at):
    """Whoever's day of leaving has come. Their roles ended by themselves; the account follows."""
    for user in User.objects.active().filter(leaves_on__lte=timezone.localdate(at)):
        actions.end_leaver(user, at=at)


def sweep_personal_data(at):
    """Once a day: what of people has been kept long enough."""
    if not retention.is_done_today(retention.DUTY, at):
        retention.remove_personal_data(at=at)


def sweep_links(at):
    """Letters with links that did not go out at once. One that fails is tried again, and stops no other."""
    for pk in SignInLink.objects.to_mail(at).filter(attempts__lt=MAIL_ATTEMPTS, created_at__lt=at - timedelta(minutes=1)).values_list("pk", flat=True)[:500]:
        send_link(pk)


@shared_task
def ask_for_reset(username):
    """Looked up here and not by the page, so that every name is answered alike and as fast (S-12)."""
    actions.ask_for_reset(username, at=timezone.now())


def sweep_imports(at):
    """Tables hold names and phone numbers: after a week nobody needs them. What each row changed is in the audit log."""
    for found in Import.objects.forgotten(at):
        forget_import(found)
