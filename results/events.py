"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "results.propose_adjustment": _("提出加分或扣分"),
    "results.confirm_adjustment": _("复核加分或扣分"),
    "results.refuse_adjustment": _("不同意加分或扣分"),
    "results.revoke_adjustment": _("撤销加分或扣分"),
    "results.raise_veto": _("提出一票否决"),
    "results.state_on_veto": _("陈述意见"),
    "results.confirm_veto": _("决定一票否决"),
    "results.dismiss_veto": _("决定不予否决"),
    "results.download_veto_file": _("下载一票否决的证据"),
    "results.choose": _("选入名额"),
    "results.unchoose": _("取消选入"),
    "results.decide_tie": _("记录同分集体研究"),
    "results.lock_list": _("锁定名单"),
    "results.confirm_list": _("复核名单"),
    "results.reopen_list": _("退回名单"),
    "results.free_place": _("收回名额"),
    "results.create_notice": _("生成公示"),
    "results.change_notice": _("修改公示"),
    "results.publish_notice": _("发布公示"),
    "results.withdraw_notice": _("撤下公示"),
    "results.file_objection": _("收到异议"),
    "results.read_objection": _("查看异议"),
    "results.examine_objection": _("受理异议"),
    "results.answer_objection": _("答复异议"),
    "results.name": _("命名"),
    "results.make_paper": _("生成公文"),
    "results.save_paper_text": _("修改公文文本"),
    "results.reset_paper_text": _("改回自带的公文文本"),
    "results.set_paper_number": _("填写文号"),
    "results.recommend": _("向省推荐"),
}

# What a unit reads on its home page about itself.
VISIBLE_TO_UNITS = {
    "results.raise_veto": "red", "results.state_on_veto": "", "results.confirm_veto": "red", "results.dismiss_veto": "green",
    "results.name": "green", "results.recommend": "green",
}
