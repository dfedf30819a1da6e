"""What this app writes into the audit log, how each entry reads to people, and which of them the unit itself may read."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "applications.start": _("开始申报"),
    "applications.save_response": _("更新填报内容"),
    "applications.mark_done": _("标记完成"),
    "applications.reopen": _("改为填报中"),
    "applications.assign": _("分工"),
    "applications.attach": _("添加证明材料"),
    "applications.remove_evidence": _("移除证明材料"),
    "applications.restore_evidence": _("恢复证明材料"),
    "applications.link_broke": _("网页链接打不开"),
    "applications.link_works": _("网页链接恢复"),
    "applications.add_pair": _("对照表添加一行"),
    "applications.change_pair": _("对照表修改一行"),
    "applications.remove_pair": _("对照表移除一行"),
    "applications.download": _("下载证明材料"),
    "applications.note_findings": _("提醒文件里可能有个人信息或涉密内容"),
    "applications.decide_finding": _("处理内容提醒"),
    "applications.find_infected": _("查出病毒"),
    "applications.carry_over": _("从以前的申报带入"),
    "applications.confirm_carried": _("确认带入的内容仍然有效"),
    "applications.save_offline": _("保存离线填报的修改"),
    "applications.print_form": _("生成申报表"),
    "applications.add_signed_form": _("上传盖章扫描件"),
    "applications.download_signed_form": _("下载盖章扫描件"),
    "applications.add_form_template": _("上传申报表模板"),
    "applications.remove_form_template": _("停用申报表模板"),
    "applications.send_to_county": _("提交县级审核"),
    "applications.submit": _("报送申报"),
    "applications.resubmit": _("补正后重新提交"),
    "applications.take_back": _("取回申报"),
    "applications.recommend": _("同意推荐，报送市政务公开办"),
    "applications.return_to_unit": _("县级退回修改"),
    "applications.set_county_order": _("调整推荐顺序"),
    "applications.return_items": _("市级退回补正"),
    "applications.move_due": _("调整补正期限"),
    "applications.accept": _("受理申报"),
    "applications.decline": _("不予受理"),
    "applications.approve_exemption": _("同意不适用"),
    "applications.refuse_exemption": _("不同意不适用"),
    "applications.withdraw": _("撤回申报"),
    "applications.remind": _("发送催报提醒"),
    "applications.seal": _("封存材料"),
    "applications.hold": _("列入锁定名单"),
    "applications.release": _("移出锁定名单"),
    "applications.dismiss_likeness": _("核对雷同提示，认定不是雷同"),
    "applications.restore_likeness": _("恢复雷同提示"),
}

# What a unit reads on its home page about itself. Reading, reminding others, sealing and lists are the office's own affair.
VISIBLE_TO_UNITS = {
    "applications.start": "",
    "applications.save_response": "",
    "applications.mark_done": "",
    "applications.assign": "",
    "applications.attach": "",
    "applications.remove_evidence": "",
    "applications.note_findings": "",
    "applications.decide_finding": "",
    "applications.find_infected": "red",
    "applications.link_broke": "red",
    "applications.link_works": "green",
    "applications.add_pair": "",
    "applications.change_pair": "",
    "applications.remove_pair": "",
    "applications.carry_over": "",
    "applications.confirm_carried": "",
    "applications.save_offline": "",
    "applications.add_signed_form": "",
    "applications.send_to_county": "green",
    "applications.submit": "green",
    "applications.resubmit": "green",
    "applications.take_back": "",
    "applications.recommend": "green",
    "applications.return_to_unit": "red",
    "applications.set_county_order": "",
    "applications.return_items": "red",
    "applications.move_due": "",
    "applications.accept": "green",
    "applications.decline": "red",
    "applications.approve_exemption": "",
    "applications.refuse_exemption": "red",
    "applications.withdraw": "",
    "campaigns.grant_extension": "",
    "campaigns.set_cutoff": "",
}

# Every saved line and every look at a file: too many to tell of beside the turns an application takes.
LINES = {
    "applications.save_response", "applications.mark_done", "applications.reopen", "applications.assign", "applications.attach",
    "applications.remove_evidence", "applications.restore_evidence", "applications.download", "applications.note_findings",
    "applications.decide_finding", "applications.find_infected", "applications.link_broke", "applications.link_works",
    "applications.add_pair", "applications.change_pair", "applications.remove_pair", "applications.carry_over", "applications.confirm_carried",
    "applications.save_offline",
}

# The turns of an application, the office's own (sealing, lists) among them.
TURNS = EVENTS.keys() - LINES

# Of the units below it, a county follows the turns of their applications, not every saved line.
VISIBLE_TO_COUNTY = VISIBLE_TO_UNITS.keys() - LINES
