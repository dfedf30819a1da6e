"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "campaigns.load": _("导入活动文件"),
    "campaigns.publish": _("启用创建活动"),
    "campaigns.change_settings": _("修改活动设置"),
    "campaigns.change_phase": _("修改阶段时间"),
    "campaigns.change_track": _("修改名额和年度考核加分"),
    "campaigns.grant_extension": _("批准延期"),
    "campaigns.set_cutoff": _("设定县内截止时间"),
    "campaigns.clear_cutoff": _("取消县内截止时间"),
    "campaigns.change_day": _("修改工作日历"),
    "campaigns.remove_day": _("删除工作日历里的一天"),
    "campaigns.import_days": _("导入节假日安排"),
}
