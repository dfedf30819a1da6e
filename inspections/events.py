"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "inspections.start_desk_review": _("开始材料审核评分"),
    "inspections.record_desk_score": _("材料审核评分"),
    "inspections.finish_desk_review": _("完成材料审核评分"),
    "inspections.agree_desk_score": _("商定材料审核得分"),
    "inspections.add_guidance_note": _("提出指导意见"),
    "inspections.require_rectification": _("下达整改任务"),
    "inspections.answer_rectification": _("回复整改任务"),
    "inspections.send_back_rectification": _("退回重改"),
    "inspections.close_rectification": _("整改销号"),
    "inspections.make_group": _("组建验收组"),
    "inspections.set_members": _("调整验收组人员"),
    "inspections.plan_visit": _("安排现场验收"),
    "inspections.change_visit": _("调整现场验收的安排"),
    "inspections.cancel_visit": _("取消现场验收的安排"),
    "inspections.declare_conflict": _("申报回避"),
    "inspections.override_conflict": _("批准不回避"),
    "inspections.start_visit": _("开始现场验收"),
    "inspections.record_site_score": _("记录现场验收结论和得分"),
    "inspections.add_photo": _("添加现场照片"),
    "inspections.remove_photo": _("移除现场照片"),
    "inspections.agree_site_score": _("商定现场验收得分"),
    "inspections.sign_visit": _("现场验收签字"),
    "inspections.void_signatures": _("现场验收签字作废"),
    "inspections.lock_visit": _("锁定现场验收记录"),
    "inspections.unlock_visit": _("解锁现场验收记录"),
}
