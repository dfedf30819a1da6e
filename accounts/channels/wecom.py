"""Application messages of 企业微信: a token for two hours, then one message for a person.

The token is kept in the cache until shortly before it ends. When the server says it is no longer good (40014, 42001) a new
one is fetched once.
"""

import hashlib

from django.core.cache import cache
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.channels import NotSent, post_json

LABEL = gettext_lazy("企业微信")
NO_ADDRESS = gettext_lazy("没有填写企业微信账号。")
SECRET = gettext_lazy("应用的 Secret")
OFFICIAL = "https://qyapi.weixin.qq.com"
FIELDS = {
    "corp": (gettext_lazy("企业编号（CorpID）"), "", True),
    "agent": (gettext_lazy("应用编号（AgentId）"), gettext_lazy("一串数字。"), True),
    "url": (gettext_lazy("接口地址"), gettext_lazy("政务微信等私有部署的填自己的地址；留空时用 https://qyapi.weixin.qq.com。"), False),
}
STALE = (40014, 42001)
EARLIER = 300  # seconds before its end a token is no longer used
FINAL = {
    60111: gettext_lazy("企业微信里没有这个账号，请核对此人的企业微信账号。"),
    81013: gettext_lazy("此人不在应用的可见范围内，请在企业微信后台加上。"),
}
REFUSALS = {
    40001: gettext_lazy("企业微信说应用的 Secret 不对，请核对。"),
    40013: gettext_lazy("企业微信说企业编号不对，请核对。"),
    40056: gettext_lazy("企业微信说应用编号不对，请核对。"),
    45009: gettext_lazy("企业微信说发得太多，稍后会再发。"),
    60020: gettext_lazy("平台服务器的地址不在企业微信的可信 IP 里，请在企业微信后台加上。"),
}


def address(person):
    return person.wecom


def base(settings):
    return (settings.get("url") or OFFICIAL).rstrip("/")


def refuse(answer):
    code = answer.get("errcode", 0)
    if not isinstance(code, int) or code:
        sentence = FINAL.get(code) or REFUSALS.get(code) or _("企业微信没有接收，返回代码 %(code)s。") % {"code": str(code)[:20]}
        raise NotSent(str(sentence), final=code in FINAL)


def token(settings, secret, anew=False):
    place = "wecom-" + hashlib.sha256("|".join([base(settings), settings["corp"], secret]).encode()).hexdigest()
    known = None if anew else cache.get(place)
    if known:
        return known
    answer = post_json(f"{base(settings)}/cgi-bin/gettoken?{urlencode({'corpid': settings['corp'], 'corpsecret': secret})}")
    refuse(answer)
    cache.set(place, answer["access_token"], max(int(answer.get("expires_in", 0)) - EARLIER, 1))
    return answer["access_token"]


def send(parcel, to, settings, secret):
    message = {"touser": to, "agentid": int(settings["agent"]), "enable_duplicate_check": 1, "duplicate_check_interval": 1800}
    if parcel.link:
        message |= {"msgtype": "textcard", "textcard": {"title": parcel.title[:60], "description": (parcel.body or parcel.title)[:250], "url": parcel.link, "btntxt": _("去看看")}}
    else:
        message |= {"msgtype": "text", "text": {"content": "\n".join(filter(None, [parcel.title, parcel.body]))[:600]}}
    answer = {}
    for anew in (False, True):
        answer = post_json(f"{base(settings)}/cgi-bin/message/send?{urlencode({'access_token': token(settings, secret, anew)})}", message)
        if answer.get("errcode") not in STALE:
            break
    refuse(answer)
    if to in str(answer.get("invaliduser", "")).split("|"):
        raise NotSent(str(FINAL[60111]), final=True)
