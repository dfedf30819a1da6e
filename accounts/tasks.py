"""What runs by the clock for everybody: what waits on each channel, and jobs whose message was lost."""

from accounts import jobs, sending
from accounts.models import ChannelCode


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
