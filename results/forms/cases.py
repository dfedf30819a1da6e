"""A typical case: the unit's draft, and what the public asks for in the named list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area
from results.rules import CASE_LENGTH


class CaseForm(PlainForm):
    """One form for words and photo, so that adding a photo never costs typed words."""

    title = forms.CharField(label=_("标题"), max_length=60, required=False, help_text=_("一句话说出做法，不超过 60 字。"))
    body = forms.CharField(
        label=_("正文"), max_length=5000, required=False, widget=text_area(12, CASE_LENGTH),
        help_text=_("写做法、效果和可以借鉴的地方，不超过 500 字。不写个人电话、身份证号等个人信息。"),
    )
    photo = forms.FileField(
        label=_("添加照片"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("公开的是重新绘制的图片，不带拍摄地点和设备信息；原图不公开。"),
    )
    caption = forms.CharField(label=_("照片说明"), max_length=80, required=False, help_text=_("写照片里有什么，看不到照片的人靠它了解。"))
    agreed = forms.BooleanField(
        label=_("本单位同意在公开页面发布以上文字和照片；照片中能认出的人也已同意"), required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
