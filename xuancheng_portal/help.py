"""The help panel of a screen, chosen by its address name and by who reads it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from xuancheng_portal.handbooks import HANDBOOKS, PUBLIC, anchor, for_roles
from xuancheng_portal.help_texts import HELP

# The first role that fits says whom to ask.
ASK = [
    (Role.ADMIN, _("平台的问题看运维手册；业务上的问题请市政务公开办决定。")),
    (Role.OFFICE_LEAD, _("账号、导入和运行的问题请系统管理员处理；业务上的问题由经办人员说明。")),
    (Role.OFFICE, _("账号、导入和运行的问题请系统管理员处理；业务上拿不准的请办领导决定。")),
    (Role.COUNTY_LEAD, _("账号和本县的第一次活动请系统管理员或市政务公开办处理；业务上的问题由本县经办的人说明。")),
    (Role.COUNTY_OFFICE, _("账号和本县的第一次活动请系统管理员或市政务公开办处理；本县活动的事由你们自己决定。")),
    (Role.AUDITOR, _("看不明白的请市政务公开办说明；要核对整个平台，请系统管理员运行检查。")),
    (Role.COUNTY_CLERK, _("有疑问请联系市政务公开办；所辖乡镇（街道）的问题由你先解答。")),
    (Role.UNIT_CLERK, _("有疑问先问县级审核员；市直单位直接问市政务公开办。")),
    (Role.INSPECTOR, _("现场有疑问先问组长；安排和回避问市政务公开办。")),
]
ASK_OTHERWISE = _("有疑问请联系市政务公开办；公示期内也可以打公示上的电话。")


@dataclass(frozen=True)
class Panel:
    sentences: list[str]
    ask: str
    url: str
    link: str


def panel(name, user):
    """The panel of the screen with this address name for this person; None where a screen has no text."""
    entry = HELP.get(name)
    if entry is None:
        return None
    roles = {entry.reader} if entry.reader else user.roles if user.is_authenticated else set()
    ask = next((words for role, words in ASK if role in roles), ASK_OTHERWISE)
    handbook, chapter = place(entry, roles)
    url = handbook.get_absolute_url() + (f"#{anchor(chapter)}" if chapter else "")
    return Panel([entry.words, *(words for role, words in entry.also.items() if role in roles)], ask, url, chapter or handbook.title)


def place(entry, roles):
    """(handbook, heading) that tells more: of one's own roles where the screen has a section there, else the first of one's handbooks."""
    own, _others = for_roles(roles)
    for handbook in own:
        if handbook.name in entry.chapters:
            return handbook, entry.chapters[handbook.name]
    if PUBLIC in entry.chapters:
        return HANDBOOKS[PUBLIC], entry.chapters[PUBLIC]
    return (own[0] if own else HANDBOOKS[PUBLIC]), ""
