"""The stamped scan, and the office's template for the form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper


class SignedFormForm(forms.Form):
    prefix = "signed"

    checksum = forms.CharField(
        label=_("页脚上的校验码"), max_length=30, help_text=_("照抄盖章的那份纸上每页页脚的校验码，不是屏幕上的。"),
        error_messages={"required": _("请照抄申报表页脚上的校验码。")},
    )
    file = forms.FileField(
        label=_("盖章扫描件"), help_text=_("一个 PDF，或一张照片；多页请扫描成一个 PDF。"),
        error_messages={"required": _("还没有选择扫描件，请先选择再上传。"), "empty": _("这是一个空文件，请重新选择。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checksum"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.fields["file"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.heic,.webp"
        self.helper = helper("checksum", "file")


class FormTemplateForm(forms.Form):
    file = forms.FileField(
        label=_("模板文件（.docx）"),
        error_messages={"required": _("还没有选择模板文件，请先选择再上传。"), "empty": _("这是一个空文件，请重新选择。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".docx"
        self.helper = helper("file")
