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
    "accounts.verify_audit": _("核对审计链"),
    "accounts.change_channel": _("修改发送渠道"),
    "accounts.test_channel": _("发送测试消息"),
    "accounts.change_sending_times": _("修改发送时间"),
    "accounts.change_letter": _("修改消息文字"),
    "accounts.reset_letter": _("恢复默认消息文字"),
    "accounts.resend": _("重新发送消息"),
    "accounts.choose_channels": _("选择接收方式"),
}
