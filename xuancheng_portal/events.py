"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "xuancheng_portal.create_rehearsal": _("新建演练"),
    "xuancheng_portal.move_rehearsal": _("推进演练日期"),
    "xuancheng_portal.enter_rehearsal": _("以演练身份进入"),
    "xuancheng_portal.leave_rehearsal": _("从演练身份回到办公室"),
    "xuancheng_portal.delete_rehearsal": _("删除演练"),
}
