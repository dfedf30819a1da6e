"""A workbook that comes back filled in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper


class OfflineForm(forms.Form):
    file = forms.FileField(
        label=_("填好的表格（.xlsx）"),
        error_messages={"required": _("还没有选择表格，请先选择再上传。"), "empty": _("这是一个空文件，请重新选择。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx"
        self.helper = helper("file")
