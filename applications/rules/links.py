"""Which links are looked at, how often, and what a broken one asks of its unit."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, Evidence, LinkCheck
from applications.rules.filling import open_items
from campaigns.rules import Problem, Todo

LOOKS_PER_HOUR = 120  # of one unit: more than anybody pastes, less than a scanner needs


def watched():
    """Links of applications that are still in the running, of items that the standard still has."""
    return Evidence.objects.links().present().filter(response__removed_at=None).exclude(response__application__status__in=Application.ENDED)


def links_due(at):
    """Links to be looked at now: from the campaign's publication until the last of its phases has ended."""
    return watched().filter(
        check_at__lte=at, response__application__campaign__published_at__lte=at, response__application__campaign__phases__ends_at__gt=at
    ).distinct()


def may_look(organization, at):
    """Whether a unit has looks left this hour (S-33: nobody uses the portal as a scanner)."""
    looks = LinkCheck.objects.filter(evidence__response__application__organization=organization, checked_at__gt=at - timedelta(hours=1))
    return looks.count() < LOOKS_PER_HOUR


def look_problems(evidence, at):
    """What keeps somebody from having a link looked at once more before its day is over."""
    application = evidence.response.application
    if not watched().filter(pk=evidence.pk).exists() or not application.campaign.phases.filter(ends_at__gt=at).exists():
        return [Problem(_("活动已经结束，这个网页不再检查。"))]
    if not may_look(application.organization, at):
        return [Problem(_("本单位这一小时检查网页的次数已满（%(n)s 次），请一小时后再试。") % {"n": LOOKS_PER_HOUR})]
    return []


def broken_links(application):
    return watched().filter(response__application=application, health=Evidence.Health.BROKEN).select_related("response__item").order_by(
        "response__item__category__order", "response__item__order", "pk"
    )


def link_todos(application, at):
    """Broken links of an application, as long as they are looked at: what can be changed, and what can only be explained."""
    if not application.campaign.phases.filter(ends_at__gt=at).exists():
        return []
    changeable = open_items(application)
    broken = list(broken_links(application))
    mine = [link for link in broken if link.response.item_id in changeable]
    sent = [link for link in broken if link.response.item_id not in changeable]
    found = []
    if mine:
        found.append(Todo(
            _("%(n)s 个网页链接打不开，请更换网址或上传网页截图") % {"n": len(mine)}, _names(mine), f"{_item_url(mine[0])}#links", _("去更换"), "amber", "link",
        ))
    if sent:
        found.append(Todo(
            _("已报送的材料里有 %(n)s 个网页打不开") % {"n": len(sent)},
            _("%(links)s · 请尽快恢复网页，平台每天复查，恢复后这条提示会消失；不能恢复的，请联系%(office)s说明，并备好网页截图") % {"office": application.campaign.office_name, "links": _names(sent)},
            reverse("applications:link", args=[sent[0].pk]), _("查看"), "amber", "link",
        ))
    return found


def _names(links):
    return "、".join(f"{link.response.item.code} {link.title[:30]}" for link in links[:3]) + ("…" if len(links) > 3 else "")


def _item_url(link):
    return reverse("applications:item", args=[link.response.application_id, link.response.item.code])
