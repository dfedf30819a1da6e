"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "campaigns.load": _("导入活动文件"),
    "campaigns.publish": _("启用创建活动"),
    "campaigns.change_settings": _("修改活动设置"),
    "campaigns.copy": _("照往年新建活动"),
    "campaigns.add_phase": _("增加阶段"),
    "campaigns.change_phase": _("修改阶段"),
    "campaigns.remove_phase": _("删除阶段"),
    "campaigns.add_track": _("增加申报类别"),
    "campaigns.change_track": _("修改申报类别"),
    "campaigns.remove_track": _("删除申报类别"),
    "campaigns.add_minimum": _("增加数量要求"),
    "campaigns.change_minimum": _("修改数量要求"),
    "campaigns.remove_minimum": _("删除数量要求"),
    "campaigns.shift_dates": _("整体移动日期"),
    "campaigns.delete_draft": _("删除活动草稿"),
    "campaigns.grant_extension": _("批准延期"),
    "campaigns.set_cutoff": _("设定县内截止时间"),
    "campaigns.clear_cutoff": _("取消县内截止时间"),
    "campaigns.change_day": _("修改工作日历"),
    "campaigns.remove_day": _("删除工作日历里的一天"),
    "campaigns.import_days": _("导入节假日安排"),
}
