"""What people are told: each event, its default text, and what the words in it are called."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter

LETTERS = {
    "results.veto_confirmed": Letter(_("一票否决已决定"), _("%(unit)s的 %(item)s 已决定一票否决。"), _("理由：%(reason)s")),
    "results.veto_refused": Letter(_("不予否决"), _("%(unit)s的 %(item)s 不予否决。"), _("理由：%(reason)s")),
    "results.notice_passed": Letter(_("保密审查通过（给起草人和办领导）"), _("保密审查已通过，可以发布：%(title)s"), "%(text)s"),
    "results.notice_sent_back": Letter(_("保密审查退回（给起草人）"), _("保密审查退回修改：%(title)s"), "%(text)s"),
    "results.review_improve": Letter(_("年度复核：限期整改"), _("%(unit)s %(year)s 年度复核：限期整改，请在 %(day)s 以前（含当天）报告整改情况。"), "%(text)s"),
    "results.review_passed": Letter(_("年度复核合格"), _("%(unit)s %(year)s 年度复核合格。"), "%(text)s"),
    "results.meeting": Letter(_("交流会"), _("请参加交流会：%(title)s"), _("%(start)s，%(place)s。")),
    "results.meeting_changed": Letter(_("交流会变更"), _("交流会有变更：%(title)s"), _("%(start)s，%(place)s。")),
    "results.experience_accepted": Letter(_("经验材料采用"), _("经验材料已采用，并已公开：%(title)s"), "%(text)s"),
    "results.experience_returned": Letter(_("经验材料退回"), _("经验材料退回修改：%(title)s"), "%(text)s", urgent=True),
    "results.case_offered": Letter(_("单位报送典型案例（给办公室）"), _("%(unit)s报送了典型案例“%(title)s”，请审看。")),
    "results.case_published": Letter(_("典型案例发布"), _("%(unit)s的典型案例“%(title)s”已发布。")),
    "results.case_returned": Letter(_("典型案例退回"), _("%(unit)s的典型案例“%(title)s”被退回，请修改。"), "%(text)s", urgent=True),
    "results.list_locked": Letter(_("名单锁定，待复核（给办领导）"), _("%(track)s的名单已锁定，请复核。"), _("%(name)s锁定，入选 %(n)s 个。")),
    "results.list_reopened": Letter(_("名单退回（给办公室）"), _("%(track)s的名单已退回。"), _("理由：%(reason)s")),
    "results.veto": Letter(_("提出一票否决（给单位）"), _("%(unit)s的 %(item)s 被提出一票否决，请在 %(end)s 前陈述意见。"), "%(text)s"),
    "results.veto_stated": Letter(_("单位陈述了意见（给办领导）"), _("%(unit)s就一票否决陈述了意见，请作出决定。")),
    "results.notice_published": Letter(_("公示发布"), "%(title)s", _("公示期 %(start)s 至 %(end)s。")),
    "results.notice_moved": Letter(_("公示期延长"), _("公示期延长至 %(end)s：%(title)s"), _("工作日历有变化，公示期按工作日重新计算。")),
    "results.notice_withdrawn": Letter(_("公示撤下"), _("公示已撤下：%(title)s"), "%(text)s"),
    "results.objection": Letter(_("收到异议（给办公室）"), _("收到关于%(unit)s的异议，请受理。"), _("答复期限 %(day)s。"), urgent=True),
    "results.objection_overdue": Letter(_("异议答复逾期（给办公室）"), _("关于%(unit)s的异议已过答复期限，请尽快答复。"), _("答复期限 %(day)s。"), urgent=True),
    "results.notice_ended": Letter(_("公示期满（给办公室）"), _("公示期满：%(title)s"), _("没有未答复异议的单位可以命名。")),
    "results.named": Letter(_("命名"), _("%(unit)s已命名为%(track)s。")),
    "results.review_answered": Letter(_("年度复核整改报告（给办公室）"), _("%(unit)s报告了整改情况，请核实办结。"), "%(text)s"),
    "results.review_closed": Letter(_("年度复核整改办结"), _("%(unit)s %(year)s 年度复核的整改已经办结。"), "%(text)s"),
    "results.review_due_soon": Letter(_("年度复核整改将到期"), _("%(unit)s的整改期限是 %(day)s（含当天），请按时报告整改情况。")),
    "results.review_overdue": Letter(_("年度复核整改逾期"), _("%(unit)s的整改已过期限 %(day)s，还没有办结。")),
    "results.withdrawal_proposed": Letter(_("提出撤销命名（给办领导）"), _("提出撤销%(unit)s的命名，请复核。"), _("%(name)s提出，文号 %(number)s。")),
    "results.withdrawal_refused": Letter(_("没有同意撤销命名（给办公室）"), _("没有同意撤销%(unit)s的命名。"), "%(text)s"),
    "results.naming_withdrawn": Letter(_("命名撤销"), _("%(unit)s的“%(track)s”命名已撤销（%(number)s）。"), "%(text)s"),
    "results.bulletin": Letter(_("工作通报"), "%(title)s", "%(text)s"),
    "results.meeting_uninvited": Letter(_("不用参加交流会"), _("你单位不用参加交流会：%(title)s")),
    "results.meeting_cancelled": Letter(_("交流会取消"), _("交流会已取消：%(title)s"), _("理由：%(reason)s")),
    "results.meeting_minutes": Letter(_("交流会纪要"), _("交流会的纪要可以看了：%(title)s")),
    "results.experience": Letter(_("单位报送经验材料（给办公室）"), _("%(unit)s报送了经验材料：%(title)s")),
}

WORDS = {
    "start": (_("开始"), "2021-10-25"),
    "place": (_("地点"), _("市政务服务中心 301 会议室")),
    "number": (_("文号"), _("宣政公开〔2022〕3号")),
    "year": (_("年度"), "2022"),
}
