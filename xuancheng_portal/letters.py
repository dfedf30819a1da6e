"""What people are told: each event, its default text, and what the words in it are called."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter

LETTERS = {
    "xuancheng_portal.invariants": Letter(_("数据核对发现问题"), _("数据核对发现 %(n)s 处问题，请联系系统管理员。"), "%(text)s"),
}
