"""What people are told: each event, its default text, and what the words in it are called."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter

LETTERS = {
    "inspections.rectification_closed": Letter(_("整改任务销号"), _("整改任务已销号：%(item)s"), "%(text)s"),
    "inspections.rectification_returned": Letter(_("整改被退回"), _("整改被退回，请在 %(due)s 前重新整改：%(item)s"), "%(text)s", urgent=True),
    "inspections.guidance": Letter(_("指导意见"), _("%(office)s对你单位提出指导意见：%(item)s"), "%(text)s"),
    "inspections.rectification": Letter(_("整改任务"), _("%(unit)s：请在 %(due)s 前整改 %(item)s"), "%(text)s", urgent=True),
    "inspections.rectifications": Letter(_("现场验收后的整改任务"), _("%(unit)s：现场验收后有 %(n)s 项要在 %(due)s 前整改"), "%(text)s", urgent=True),
    "inspections.rectification_answered": Letter(_("单位回复了整改（给办公室）"), _("%(unit)s 回复了整改任务，请核验：%(item)s"), "%(text)s", outside=False),
    "inspections.rectification_due_soon": Letter(_("整改一天内到期"), _("整改即将到期：%(item)s，期限 %(due)s"), "%(text)s", urgent=True),
    "inspections.rectification_overdue": Letter(_("整改已逾期（给单位和县里）"), _("%(unit)s：整改已逾期，请尽快回复：%(item)s（期限 %(due)s）"), "%(text)s"),
    "inspections.rectification_overdue_to_office": Letter(_("整改已逾期（给办公室）"), _("%(unit)s 的整改已逾期：%(item)s（期限 %(due)s）"), "%(text)s", outside=False),
    "inspections.quarantine": Letter(_("手机记录到得太晚（给办公室）"), _("%(what)s：手机上的记录到得太晚，请决定入账或不予入账"), outside=False),
    "inspections.plan_published": Letter(_("验收任务（给验收员）"), _("你在%(group)s，被安排验收 %(n)s 个单位（%(first)s 至 %(last)s），请逐个答复"), _("能去的请点“接受”；不能去的请说明理由，%(office)s会另作安排。"), urgent=True),
    "inspections.visit_declined": Letter(_("验收员不能参加（给办公室）"), _("%(person)s答复不能参加 %(day)s 对%(unit)s的验收，请修补安排"), "%(text)s", urgent=True),
    "inspections.challenge": Letter(_("单位申请回避（给办公室）"), _("%(unit)s申请%(person)s回避，请决定"), "%(text)s", urgent=True),
    "inspections.challenge_decided": Letter(_("回避申请的决定"), _("对%(person)s的回避申请：%(state)s"), "%(text)s"),
    "inspections.visit": Letter(_("安排验收（给验收员）"), _("你被安排验收：%(unit)s，%(day)s（%(group)s）"), _("需要回避的，请在“现场任务”里尽早申报。"), urgent=True),
    "inspections.visit_to_unit": Letter(_("安排验收（给单位和县里）"), _("%(day)s %(office)s来%(unit)s现场验收"), _("请备好证明材料原件和查阅场所，并安排人员对接。验收开始后申报材料不再补充。"), urgent=True),
    "inspections.paper_typed": Letter(_("纸质记录已补录（给验收员）"), _("%(person)s按你签名的纸质记录补录了%(unit)s的验收，请核对后签字"), _("和纸上不一样的，请自己在平台上更正；不是你签的，请告诉%(office)s。")),
    "inspections.visit_cancelled_to_unit": Letter(_("验收取消（给单位和县里）"), _("%(day)s 的现场验收已取消，新的安排会另行通知"), urgent=True),
    "inspections.visit_cancelled": Letter(_("验收取消（给验收员）"), _("%(unit)s的验收不再由你参加"), urgent=True),
    "inspections.conflict_declared": Letter(_("验收员申报回避（给办公室）"), _("%(person)s对%(unit)s申报回避"), "%(text)s", urgent=True),
    "inspections.signed": Letter(_("同组验收员已签字"), _("%(person)s已在%(unit)s的验收记录上签字"), outside=False),
    "inspections.signature_void": Letter(_("签字作废（给验收员）"), _("你在%(unit)s验收记录上的签字已作废"), "%(text)s"),
    "inspections.witness_void": Letter(_("在场签字作废（给验收员）"), _("%(person)s（%(unit)s）的在场签字已作废"), "%(text)s"),
    "inspections.witness_void_to_unit": Letter(_("在场签字作废（给单位）"), _("%(person)s在现场验收记录上的在场签字已作废，验收组会另请签字"), "%(text)s"),
    "inspections.visit_locked": Letter(_("验收记录已锁定（给办公室）"), _("%(group)s已锁定%(unit)s的验收记录"), outside=False),
    "inspections.visit_unlocked": Letter(_("验收记录已解锁（给验收员）"), _("%(unit)s的验收记录已解锁，请更正后重新签字"), "%(text)s"),
    "inspections.visit_tomorrow": Letter(_("明天验收"), _("明天（%(day)s）验收%(unit)s"), _("联系人：%(name)s　电话：%(phone)s"), urgent=True),
    "inspections.visit_late": Letter(_("验收记录还没有锁定（给验收员）"), _("%(unit)s的验收记录还没有锁定，请尽快商定、签字")),
    "inspections.visit_late_to_office": Letter(_("验收记录还没有锁定（给办公室）"), _("%(group)s %(day)s 验收%(unit)s，记录还没有锁定"), outside=False),
}

WORDS = {
    "person": (_("人员"), _("胡小验")),
    "day": (_("日期"), "2021-10-16"),
    "group": (_("验收组"), _("第一验收组")),
    "first": (_("第一天"), "2021-10-16"),
    "last": (_("最后一天"), "2021-10-20"),
    "name": (_("姓名"), _("汪小桃")),
    "phone": (_("电话"), "0563-0000000"),
    "state": (_("结果"), _("同意回避")),
    "what": (_("事由"), _("胡小验 · 桃花潭镇")),
}
