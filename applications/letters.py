"""What people are told: each event, its default text, and what the words in it are called."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter

LETTERS = {
    "applications.returned": Letter(_("退回补正"), _("%(unit)s的申报有 %(n)s 项被退回，请在 %(due)s 前补正"), "%(text)s", urgent=True),
    "applications.returned_by_county": Letter(_("县里退回"), _("%(unit)s的申报被县里退回，请修改后重新提交"), "%(text)s", urgent=True),
    "applications.accepted": Letter(_("申报已受理"), _("%(unit)s的申报已受理"), _("接下来是督促指导和现场验收，验收日期确定后会通知你单位。")),
    "applications.declined": Letter(_("申报不予受理"), _("%(unit)s的申报不予受理"), _("理由：%(reason)s")),
    "applications.deadline": Letter(_("申报将要截止"), _("%(unit)s的申报尚未报送，%(end)s 截止"), "%(text)s"),
    "applications.deadline_tomorrow": Letter(_("申报一天内截止"), _("%(unit)s的申报尚未报送，%(end)s 截止"), "%(text)s", urgent=True),
    "applications.shortfall_tomorrow": Letter(
        _("县里推荐数量不足，一天内截止"), _("%(track)s还需推荐 %(n)s 个，%(end)s 截止"), _("至少 %(minimum)s 个，已报送 %(counted)s 个。"), urgent=True,
    ),
    "applications.submitted": Letter(_("申报已提交（给单位）"), _("%(unit)s的申报已提交，回执编号 %(receipt)s"), _("系统收到时间：%(at)s。回执列有每个文件的名称和 SHA-256，可随时打印。")),
    "applications.submitted_to_county": Letter(_("申报待县级审核（给县里）"), _("%(unit)s已提交申报，请审核"), _("审核后点“同意推荐”，申报才会报送市政务公开办。")),
    "applications.submitted_to_office": Letter(_("收到申报（给办公室）"), _("%(unit)s报送了%(track)s申报（回执 %(receipt)s）"), outside=False),
    "applications.amended": Letter(
        _("建设标准有修订"), _("建设标准已更新，请核对 %(n)s 项"), _("有变化的指标：%(items)s。已填的内容都保留着，逐项核对后才能提交。%(text)s"), urgent=True,
    ),
    "applications.plan_filed": Letter(
        _("创建方案已报送（给单位）"), _("%(unit)s的创建方案已报送，回执编号 %(receipt)s"), _("系统收到时间：%(at)s。文件的 SHA-256：%(sha256)s。"), outside=False,
    ),
    "applications.plan_reminded": Letter(
        _("催报创建方案"), _("请报送%(campaign)s的创建方案"), _("你单位还没有报送创建方案。上传方案文件，填写动员部署、自查自评、申报等时间节点，点“报送”即可。"),
    ),
    "applications.proposed": Letter(
        _("县级命名的单位可以推荐（给县里）"), _("%(unit)s已在县级活动中命名，可以推荐参加全市的活动"), _("在“下级单位推荐”里可以看到，由你邀请申报、审核和推荐；系统不会自动推荐。"),
    ),
    "applications.infected": Letter(_("文件查出病毒"), _("文件“%(title)s”查出病毒，请更换"), _("%(item)s：这个文件任何人都打不开了。请在本机杀毒，移除它，再上传干净的文件；不能修改的，请联系%(office)s。")),
    "applications.recommended": Letter(_("县里同意推荐（给单位）"), _("%(county)s已同意推荐，%(unit)s的申报已报送市政务公开办")),
    "applications.recommended_to_office": Letter(_("县里推荐了单位（给办公室）"), _("%(county)s推荐了%(unit)s（%(track)s）"), outside=False),
    "applications.shared_out": Letter(_("填报任务分给同事"), _("%(who)s把 %(n)s 项填报分给了你"), "%(text)s", urgent=True),
    "applications.return_due_moved": Letter(_("补正期限调整"), _("%(unit)s的补正期限调整为 %(due)s"), urgent=True),
    "applications.exemption_refused": Letter(_("“不适用”没有获得同意"), _("有一项“不适用”没有获得同意"), "%(text)s"),
    "applications.reminded": Letter(_("催报"), _("请尽快完成%(campaign)s申报"), _("你单位还没有报送申报材料。进入工作台可以看到还差哪些内容、什么时候截止。")),
    "applications.shortfall": Letter(_("县里推荐数量不足"), _("%(track)s还需推荐 %(n)s 个，%(end)s 截止"), _("至少 %(minimum)s 个，已报送 %(counted)s 个。")),
    "applications.shortfall_report": Letter(_("申报截止后推荐数量不足（给办公室）"), _("申报已截止，有 %(n)s 个县（市、区）没有达到最低推荐数"), "%(text)s", outside=False),
    "applications.return_due_soon": Letter(_("补正一天内到期"), _("%(unit)s的补正 %(due)s 截止，修改尚未提交"), urgent=True),
    "applications.return_overdue": Letter(_("补正已经逾期"), _("%(unit)s的补正已经逾期（%(due)s）")),
}

WORDS = {
    "unit": (_("单位"), _("桃花潭镇")),
    "county": (_("县（市、区）"), _("泾县")),
    "track": (_("申报类别"), _("乡镇（街道）示范点")),
    "campaign": (_("创建活动"), _("2021年度政务公开示范创建")),
    "item": (_("指标"), _("5.4 政策解读")),
    "sha256": (_("文件的 SHA-256"), "9f86d081884c7d65…"),
    "items": (_("各项指标"), _("3.2、5.4")),
    "receipt": (_("回执编号"), "XC-2021-0012"),
    "at": (_("时间"), "2021-09-27 10:32:05"),
    "due": (_("期限"), _("10月10日（周日）24:00")),
    "end": (_("截止时间"), _("9月30日（周四）24:00")),
    "reason": (_("理由"), _("材料不齐，联系后没有补正")),
    "n": (_("数量"), "2"),
    "minimum": (_("至少"), "2"),
    "counted": (_("已报送"), "1"),
    "who": (_("同事"), _("吴小泾")),
}
