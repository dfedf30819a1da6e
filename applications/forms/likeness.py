"""A reviewer's word on a likeness."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("不是雷同的理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text=_("例如：全市统一下发的空白表格。记入审计记录，单位看不到。"),
        error_messages={"required": _("请写明为什么不是雷同，例如：全市统一的空白表格。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper("reason")
