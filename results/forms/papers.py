"""The words and numbers of official papers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area
from results.numbers import tidy_number


class PaperTextForm(PlainForm):
    text = forms.CharField(
        label=_("文本"), max_length=20000, strip=False, widget=text_area(26), error_messages={"required": _("文本是空的，请填写；想用平台自带的，点“改回自带文本”。")},
    )
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {"spellcheck": "false", "class": "paper-source"}

    def renew_base(self, current):
        """What is saved next was written with the newer text in sight."""
        self.data = self.data.copy()
        self.data["base"] = str(current.pk if current else 0)


class PaperNumberForm(PlainForm):
    number = forms.CharField(
        label=_("文号"), max_length=60, required=False, help_text=_("例如“宣公开办〔2021〕3号”。括号、“第”字和多余的零会自动改好；留空就是不编文号。"),
    )

    def clean_number(self):
        given = self.cleaned_data["number"]
        if given and not tidy_number(given):
            raise forms.ValidationError(_("认不出文号，请写成“宣公开办〔2021〕3号”的样子：机关代字、四位年份、顺序号。"))
        return tidy_number(given)
