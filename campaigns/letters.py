"""What people are told: each event, its default text, and what the words in it are called."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter

LETTERS = {
    "campaigns.extension": Letter(_("批准延期"), _("%(unit)s的%(phase)s延至 %(end)s"), _("%(office)s已同意延期，理由：%(reason)s。请在延期前完成。")),
    "campaigns.changed": Letter(_("活动设置有变动"), _("%(campaign)s：%(what)s"), _("%(text)s\n理由：%(reason)s")),
    "campaigns.published": Letter(_("活动已经启用"), _("“%(campaign)s”已经启用"), _("“%(phase)s”到 %(end)s 为止。")),
    "campaigns.published_without_filing": Letter(_("活动已经启用（没有申报阶段）"), _("“%(campaign)s”已经启用")),
    "campaigns.phase_begun": Letter(_("阶段开始"), _("“%(phase)s”阶段已经开始，%(end)s 结束。"), "%(text)s"),
    "campaigns.phase_ended": Letter(_("阶段结束（给办公室）"), _("“%(phase)s”阶段已于 %(end)s 结束，请查看各单位的情况。"), "%(text)s", outside=False),
}

WORDS = {
    "office": (_("办公室"), _("市政务公开办")),
    "what": (_("变动的内容"), _("修改阶段（自主申报）")),
    "phase": (_("阶段"), _("自主申报")),
}
