"""Titles, and who is recommended to the province."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area


class NameForm(PlainForm):
    document_number = forms.CharField(label=_("通报文号"), max_length=60, required=False)


class RecommendForm(PlainForm):
    target = forms.CharField(label=_("推荐为"), max_length=150, error_messages={"required": _("请填写推荐为什么。")})
    reason = forms.CharField(label=_("推荐理由"), max_length=2000, widget=text_area(4), error_messages={"required": _("请填写推荐理由。")})
