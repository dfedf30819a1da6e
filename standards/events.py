"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "standards.load": _("导入建设标准"),
    "standards.new_version": _("建立建设标准新版本"),
    "standards.lock": _("锁定建设标准"),
}
