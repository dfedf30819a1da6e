"""What waits is sent: by channel, each row claimed first, so that two workers never send it twice (R-11, R-12, R-25).

A channel that refuses three times in a row is left alone until the next sweep, and no other channel waits for it. A row
that failed is tried again after growing pauses; after the last one it stays failed until somebody sends it again by hand.
"""

import logging
import time
from datetime import timedelta
from itertools import groupby
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import channels, inbox, sealing, timetable
from accounts.models import Channel, ChannelCode, Delivery
from accounts.naming import platform_name

logger = logging.getLogger(__name__)

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]
TRIES = len(PAUSES) + 1
AT_ONCE = 500
REFUSALS_IN_A_ROW = 3
SECONDS = 40  # the sweep has other duties in its minute; the rest waits for the next one


class Way:
    """A channel ready to be used: its module, its settings, its secret."""

    def __init__(self, code):
        self.code, self.module = code, channels.module(code)
        row = Channel.objects.filter(code=code).first()
        self.settings, self.secret = (row.settings, sealing.unseal(row.sealed)) if row else ({}, "")

    def send(self, parcel, to):
        if self.secret is None:
            raise channels.NotSent(_("渠道的密钥读不出来（平台的 SECRET_KEY 换过），请在设置里重新填写。"))
        self.module.send(parcel, to, self.settings, self.secret)


def stands_in_the_way(person, code, address, urgent):
    """Why this person is told nothing on this channel, as a sentence; empty when nothing stands in the way."""
    if not person.is_active:
        return _("账号已停用。")
    if not urgent and code in person.channels_off:
        return _("本人选择了不用这个渠道。")
    return "" if address else str(channels.module(code).NO_ADDRESS)


def skip(rows, reason):
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).waiting().update(state=Delivery.State.SKIPPED, error=reason)


def sweep(code, at):
    """Everything that is due on one channel. In the quiet hours nothing leaves; afterwards it is caught up."""
    if code not in inbox.enabled_channels():
        Delivery.objects.filter(channel=code).waiting().update(state=Delivery.State.SKIPPED, error=_("渠道已停用。"))
        return
    if timetable.times().is_quiet(at):
        return
    way, refused, enough = Way(code), 0, time.monotonic() + SECONDS
    due = Delivery.objects.filter(channel=code).due(at).select_related("message__user").order_by("-urgent", "message__user", "pk")
    keys = Delivery.objects.filter(channel=code).due(at).order_by("-urgent", "due_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    for (person, urgent), group in groupby(due.filter(pk__in=list(keys)), lambda row: (row.message.user, row.urgent)):
        address, rows = way.module.address(person), list(group)
        if reason := stands_in_the_way(person, code, address, urgent):
            skip(rows, reason)
            continue
        # What is not urgent travels together; what failed before and every urgent message by itself.
        together = [row for row in rows if not urgent and not row.tries and code != ChannelCode.WEBHOOK]
        for parcel_rows in [[row] for row in rows if row not in together] + ([together] if together else []):
            if refused == REFUSALS_IN_A_ROW or time.monotonic() > enough:
                return
            refused = 0 if attempt(way, parcel_rows, address, at) else refused + 1


def claim(row, at):
    """Ours alone: the try is counted and the next one set before anything is sent."""
    pause = PAUSES[min(row.tries, len(PAUSES) - 1)]
    return Delivery.objects.waiting().filter(pk=row.pk, tries=row.tries).update(tries=F("tries") + 1, due_at=at + pause)


def attempt(way, rows, address, at):
    """Whether the channel took it. What another worker claimed is left to it."""
    rows = [row for row in rows if claim(row, at)]
    if not rows:
        return True
    mine = Delivery.objects.waiting().filter(pk__in=[row.pk for row in rows])
    try:
        way.send(parcel_of(rows), address)
    except channels.NotSent as refusal:
        return failed(mine, rows, str(refusal), refusal.final)
    except Exception as error:
        logger.exception("channel %s failed", way.code)
        return failed(mine, rows, _("发送时出错（%(error)s），请联系系统管理员。") % {"error": type(error).__name__}, final=False)
    mine.update(state=Delivery.State.SENT, sent_at=at, error="")
    return True


def failed(mine, rows, sentence, final):
    for row in rows:
        last = final or row.tries + 1 >= TRIES
        mine.filter(pk=row.pk).update(error=sentence[:300], state=Delivery.State.FAILED if last else Delivery.State.WAITING)
    return final  # one person's wrong number says nothing about the channel


def link_of(message):
    return urljoin(settings.PORTAL_URL, message.url) if message.url else ""


def parcel_of(rows):
    """One message as it is; several as a list of their titles."""
    first = rows[0].message
    key = f"{rows[0].pk}-{rows[0].channel}"
    if len(rows) == 1:
        return channels.Parcel(key, first.title, first.body, link_of(first), first.event, str(first.user))
    count = len(rows)
    title = ngettext("%(portal)s：有 %(n)s 条新消息", "%(portal)s：有 %(n)s 条新消息", count) % {"portal": platform_name(), "n": count}
    lines = "\n\n".join("\n".join(filter(None, [row.message.title, link_of(row.message)])) for row in rows)
    return channels.Parcel(key, title, lines, urljoin(settings.PORTAL_URL, "/accounts/inbox/"), "accounts.digest", str(first.user))


def try_out(code, to, person, at):
    """A test message, at once. Returns the sentence that tells why not, or nothing."""
    parcel = channels.Parcel(
        f"test-{code}-{at:%Y%m%d%H%M%S}", _("%(portal)s：测试消息") % {"portal": platform_name()}, _("收到这条消息，说明“%(channel)s”已经可以使用。") % {"channel": ChannelCode(code).label},
        settings.PORTAL_URL, "accounts.test", str(person),
    )
    try:
        Way(code).send(parcel, to)
    except channels.NotSent as refusal:
        return str(refusal)
    except Exception as error:
        logger.exception("channel %s failed", code)
        return _("发送时出错（%(error)s），请核对各项设置。") % {"error": type(error).__name__}
    return ""


def overdue(at):
    """Waiting although their time came an hour ago, quiet hours left out."""
    if timetable.times().is_quiet(at):
        return Delivery.objects.none()
    return Delivery.objects.due(timezone.localtime(at) - timedelta(hours=1))
