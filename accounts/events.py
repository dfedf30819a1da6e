"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "accounts.login": _("登录"),
    "accounts.login_failed": _("登录失败"),
    "accounts.logout": _("退出登录"),
    "accounts.change_password": _("修改密码"),
    "accounts.change_user": _("修改账号"),
    "accounts.add_person": _("新增人员"),
    "accounts.move_person": _("调整单位"),
    "accounts.grant_role": _("给予角色"),
    "accounts.end_role": _("终止角色"),
    "accounts.disable": _("停用账号"),
    "accounts.leave": _("离任"),
    "accounts.hand_over": _("工作交接"),
    "accounts.enable": _("启用账号"),
    "accounts.unlock": _("解除登录等待"),
    "accounts.invite": _("发出邀请"),
    "accounts.ask_for_reset": _("申请重设密码"),
    "accounts.use_link": _("用链接设置密码"),
    "accounts.make_first_administrator": _("建立第一个系统管理员"),
    "accounts.second_factor": _("通过两步验证"),
    "accounts.second_factor_failed": _("两步验证失败"),
    "accounts.set_up_second_factor": _("启用两步验证"),
    "accounts.use_recovery_code": _("使用恢复码"),
    "accounts.renew_recovery_codes": _("重新生成恢复码"),
    "accounts.end_second_factor": _("停用两步验证"),
    "accounts.export": _("导出数据"),
    "accounts.import": _("导入数据"),
}
