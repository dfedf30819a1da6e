"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "accounts.login": _("登录"),
    "accounts.login_failed": _("登录失败"),
    "accounts.logout": _("退出登录"),
    "accounts.change_password": _("修改密码"),
    "accounts.dismiss_first_day": _("不再显示“第一天上手”"),
    "accounts.change_user": _("修改账号"),
    "accounts.export": _("导出数据"),
    "accounts.import": _("导入数据"),
}
