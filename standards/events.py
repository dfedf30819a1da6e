"""What this app writes into the audit log, and how each entry reads to people."""

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "standards.load": _("导入建设标准"),
    "standards.new_version": _("建立建设标准新版本"),
    "standards.lock": _("锁定建设标准"),
    "standards.start_draft": _("建立建设标准草稿"),
    "standards.load_draft": _("按活动文件建立建设标准草稿"),
    "standards.change_draft": _("修改建设标准草稿"),
    "standards.discard_draft": _("删除建设标准草稿"),
    "standards.publish": _("启用建设标准"),
    "standards.take_annex": _("上传创建细则附件"),
    "standards.apply_annex": _("按创建细则附件建立草稿"),
}
