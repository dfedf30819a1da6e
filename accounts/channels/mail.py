"""Letters over SMTP: by the server named on the screen, otherwise by EMAIL_URL of the environment."""

from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.channels import TIMEOUT, NotSent

LABEL = gettext_lazy("邮件")
NO_ADDRESS = gettext_lazy("没有填写邮箱。")
SECRET = gettext_lazy("邮箱密码或授权码")
FIELDS = {
    "host": (gettext_lazy("发信服务器"), gettext_lazy("例如 smtp.example.gov.cn。留空时用安装时（EMAIL_URL）设定的服务器。"), False),
    "port": (gettext_lazy("端口"), gettext_lazy("一般 465（SSL）或 587（STARTTLS），内网服务器常用 25。"), False),
    "user": (gettext_lazy("账号"), "", False),
    "sender": (gettext_lazy("发件人地址"), gettext_lazy("留空时用安装时设定的地址。"), False),
}


def address(person):
    return person.email


def connection(settings, secret):
    if not settings.get("host"):
        return get_connection()
    port = int(settings.get("port") or 25)
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host=settings["host"], port=port, username=settings.get("user", ""), password=secret,
        use_ssl=port == 465, use_tls=port == 587, timeout=TIMEOUT,
    )


def send(parcel, to, settings, secret):
    letter = EmailMessage(
        " ".join(parcel.title.split()), "\n\n".join(filter(None, [parcel.body, parcel.link])), settings.get("sender") or None, [to],
        headers={"X-Portal-Id": parcel.key}, connection=connection(settings, secret),
    )
    try:
        letter.send()
    except SMTPRecipientsRefused:
        raise NotSent(_("收件服务器拒收 %(to)s，请核对邮箱地址。") % {"to": to}) from None
    except (OSError, ValueError) as error:
        raise NotSent(_("邮件服务器没有接收：%(reason)s。") % {"reason": error}) from None
