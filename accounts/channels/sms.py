"""Text messages through 移动云MAS (its HTTP interface `norsubmit`), which most offices have from their operator.

The body is base64 of JSON; `mac` is the MD5 of enterprise, account, key, number, text, signature code and extension in that
order, so each message is signed by itself and the key never travels. The protocol asks for MD5.
"""

import base64
import hashlib
import json

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.channels import NotSent, as_json, post

LABEL = gettext_lazy("短信")
NO_ADDRESS = gettext_lazy("没有填写手机号码。")
SECRET = gettext_lazy("接口账号密码（secretKey）")
FIELDS = {
    "url": (gettext_lazy("接口地址"), gettext_lazy("移动云MAS 的普通短信接口，例如 https://…/sms/norsubmit。"), True),
    "enterprise": (gettext_lazy("企业名称（ecName）"), "", True),
    "account": (gettext_lazy("接口账号（apId）"), "", True),
    "sign": (gettext_lazy("签名编码（sign）"), "", True),
    "extension": (gettext_lazy("扩展码（addSerial）"), gettext_lazy("没有的留空。"), False),
}
LENGTH = 300
REFUSALS = {
    "IllegalMac": gettext_lazy("短信平台说签名不对，请核对接口账号和密码。"),
    "IllegalSignId": gettext_lazy("短信平台不认识这个签名编码，请核对。"),
    "InvalidUsrOrPwd": gettext_lazy("短信平台说账号或密码不对，请核对。"),
    "NoSignId": gettext_lazy("短信平台说没有签名编码，请核对。"),
}


def address(person):
    number = "".join(letter for letter in person.phone if letter in "0123456789")
    return number if len(number) == 11 and number.startswith("1") else ""


def text_of(parcel):
    text = f"{parcel.title} {parcel.link}".strip() if len(parcel.title) + len(parcel.link) < LENGTH else parcel.title
    return text[:LENGTH]


def mac(settings, secret, to, text):
    facts = [settings["enterprise"], settings["account"], secret, to, text, settings["sign"], settings.get("extension", "")]
    return hashlib.md5("".join(facts).encode(), usedforsecurity=False).hexdigest()


def send(parcel, to, settings, secret):
    text = text_of(parcel)
    facts = {
        "ecName": settings["enterprise"], "apId": settings["account"], "mobiles": to, "content": text, "sign": settings["sign"],
        "addSerial": settings.get("extension", ""), "mac": mac(settings, secret, to, text),
    }
    answer = as_json(post(settings["url"], base64.b64encode(json.dumps(facts, ensure_ascii=False).encode()), {"Content-Type": "application/json; charset=utf-8"}))
    if not answer.get("success"):
        code = str(answer.get("rspcod", ""))[:60]
        raise NotSent(str(REFUSALS.get(code) or _("短信平台没有接收，返回代码 %(code)s。") % {"code": code}))
