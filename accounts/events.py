"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "accounts.login": _("登录"),
    "accounts.login_failed": _("登录失败"),
    "accounts.logout": _("退出登录"),
    "accounts.change_password": _("修改密码"),
    "accounts.change_user": _("修改账号"),
    "accounts.export": _("导出数据"),
    "accounts.import": _("导入数据"),
    "accounts.begin_import": _("上传表格待导入"),
    "accounts.new_unit": _("新增单位"),
    "accounts.change_unit": _("修改单位"),
    "accounts.rename_unit": _("单位改名"),
    "accounts.merge_unit": _("单位合并或停用"),
    "accounts.grant_role": _("授予角色"),
}
