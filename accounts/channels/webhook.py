"""A signed POST to any other system of the city, one for each message.

    POST …
    X-Portal-Id: 4711-webhook           the same however often this message is tried: answer 200 to a repeat and do nothing
    X-Portal-Timestamp: 1632709920      seconds; refuse what is older than five minutes
    X-Portal-Signature: sha256=…        HMAC-SHA256 of "<timestamp>.<body>" under the shared key
    {"id": …, "event": …, "account": …, "title": …, "body": …, "link": …}

The id stands in the signed body too, so that a copied request cannot take another id.
"""

import hashlib
import hmac
import json
import time

from django.utils.translation import gettext_lazy

from accounts.channels import post

LABEL = gettext_lazy("业务系统接口")
NO_ADDRESS = gettext_lazy("没有账号。")
SECRET = gettext_lazy("签名密钥")
FIELDS = {
    "url": (gettext_lazy("接口地址"), gettext_lazy("对方系统接收消息的地址。每条消息带有编号、时间和 HMAC-SHA256 签名，对方据此核对并去重。"), True),
}


def address(person):
    return person.username


def signature(secret, timestamp, body):
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def send(parcel, to, settings, secret):
    facts = {"id": parcel.key, "event": parcel.event, "account": to, "title": parcel.title, "body": parcel.body, "link": parcel.link}
    body = json.dumps(facts, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    post(settings["url"], body, {
        "Content-Type": "application/json; charset=utf-8", "X-Portal-Id": parcel.key, "X-Portal-Timestamp": timestamp,
        "X-Portal-Signature": signature(secret, timestamp, body),
    })
