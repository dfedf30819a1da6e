"""Letters with one-time links, written where nobody waits for them."""

import logging

from celery import shared_task
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import links
from accounts.models import SignInLink
from accounts.naming import platform_name

logger = logging.getLogger(__name__)


@shared_task
def send_link(pk):
    """The letter of one link. When the mail server does not answer, the sweep tries again."""
    link = SignInLink.objects.select_related("user").filter(pk=pk).first()
    try:
        return link is not None and mail_link(link, at=timezone.now())
    except OSError:
        logger.warning("the letter with link %s could not be sent", pk, exc_info=True)


def mail_link(link, *, at):
    """Write the letter with a secret made for it, claimed first so that two workers never send it twice."""
    claimed = SignInLink.objects.to_mail(at).filter(pk=link.pk, attempts=link.attempts)
    secret = links.new_secret()
    if not claimed.update(attempts=F("attempts") + 1, digest=links.digest_of(secret)):
        return False
    user = link.user
    with translation.override("zh-hans"):
        until = date_format(timezone.localtime(link.expires_at), "Y-m-d H:i")
        if link.purpose == SignInLink.Purpose.INVITATION:
            title = _("邀请你使用%(portal)s") % {"portal": platform_name()}
            text = _("%(name)s，你好：\n\n你的账号是 %(account)s。请在 %(until)s 以前打开下面的链接，设置密码后就可以登录。链接只能用一次，请不要转给别人。")
        else:
            title = _("重新设置密码")
            text = _("%(name)s，你好：\n\n有人在登录页申请重新设置账号 %(account)s 的密码。如果是你，请在 %(until)s 以前打开下面的链接；如果不是你，不用处理，原来的密码仍然有效。")
        body = text % {"name": user.name, "account": user.username, "until": until}
    EmailMessage(title, f"{body}\n\n{links.address_of(secret)}", to=[user.email]).send()
    SignInLink.objects.filter(pk=link.pk).update(sent_at=at)
    return True
