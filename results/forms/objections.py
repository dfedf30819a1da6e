"""Objections of the public, and their answers."""

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from results import challenge
from results.forms.plain import PlainForm, text_area
from results.models import Objection


class ObjectionForm(PlainForm):
    """The public form. A hidden trap and a signed time keep machines away without a puzzle (S-34); `must_work`: when many
    objections arrive, the browser's work is asked for as well.
    """

    entry = forms.ModelChoiceField(
        label=_("所反映的单位"), queryset=None, empty_label=_("请选择"), error_messages={"required": _("请选择所反映的单位。")}
    )
    facts = forms.CharField(
        label=_("事实和理由"), min_length=20, max_length=2000, widget=text_area(7, 2000), help_text=_("20 至 2000 字，写明时间、地点和具体情况。"),
        error_messages={"required": _("请写明事实和理由。"), "min_length": _("请把事实写具体，不少于 20 字。")},
    )
    name = forms.CharField(label=_("姓名或单位名称"), max_length=60, error_messages={"required": _("请填写姓名或单位名称。")})
    phone = forms.RegexField(
        r"^\+?[\d ()-]{7,25}$", label=_("联系电话"), max_length=30, help_text=_("用于核实情况和查询进度，不会公开。"),
        error_messages={"required": _("请填写联系电话。"), "invalid": _("联系电话只能写数字、空格和短横线，7 位以上。")},
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}), label=_("请留空"))
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    work = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args, entries, real_name, must_work=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.must_work = must_work
        self.fields["entry"].queryset = entries
        self.fields["entry"].label_from_instance = lambda entry: entry.application.organization.name
        for field in ("name", "phone"):
            self.fields[field].required = real_name
        self.fields["token"].initial = challenge.new_token()
        self.helper.layout = Layout(
            "entry", "facts", "name", "phone", "token", "work",
            Div("website", css_class="visually-hidden", aria_hidden="true"),
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("website"):
            raise forms.ValidationError(_("没有收到：请把标明“请留空”的一栏清空后再提交。"))
        self.check_token(cleaned.get("token", ""))
        if self.must_work and not challenge.is_solved(cleaned.get("token", ""), cleaned.get("work", "")):
            raise forms.ValidationError(_("现在提交的人很多，要由浏览器先验算一次。内容还在，请再提交一次；浏览器不支持脚本的，请按公示上的联系方式反映。"))
        cleaned["key"] = challenge.key_of(cleaned["token"])
        return cleaned

    def check_token(self, token):
        """Shown to somebody, not a moment ago and not days ago. What was typed stays; a new token comes with the page."""
        if not challenge.is_ours(token):
            self.renew_token()
            raise forms.ValidationError(_("页面打开太久了，内容还在，请再提交一次。"))
        if challenge.is_ours(token, max_age=challenge.TOO_FAST):
            raise forms.ValidationError(_("提交得太快了，内容还在，请过几秒再提交一次。"))

    def renew_token(self):
        self.data = self.data.copy()
        self.data["token"], self.data["work"] = self.fields["token"].initial, ""


class TrackForm(PlainForm):
    code = forms.CharField(label=_("查询码"), max_length=20, error_messages={"required": _("请填写查询码。")})
    phone_tail = forms.RegexField(
        r"^\d{4}$", label=_("联系电话后四位"), required=False, help_text=_("提交时没有留电话的，不用填。"),
        error_messages={"invalid": _("请填写联系电话的后四位数字。")},
    )


class DeclineForm(PlainForm):
    reason = forms.CharField(
        label=_("不予受理的理由"), max_length=1000, widget=text_area(2), help_text=_("异议人凭查询码可以看到这段文字。"),
        error_messages={"required": _("请写明不予受理的理由。")},
    )


class AnswerForm(PlainForm):
    outcome = forms.ChoiceField(label=_("处理结果"), choices=[("", _("请选择")), *Objection.Outcome.choices], error_messages={"required": _("请选择处理结果。")})
    reply = forms.CharField(
        label=_("书面答复"), max_length=3000, widget=text_area(5), help_text=_("异议人凭查询码可以看到这段文字。"),
        error_messages={"required": _("请填写书面答复。")},
    )


def request_reason():
    return forms.CharField(
        label=_("申请的经过"), max_length=300, widget=text_area(2), help_text=_("例如：本人持身份证到窗口申请，已核实。这里不写姓名和电话，审计记录会长期保存。"),
        error_messages={"required": _("请写明是怎么申请、怎么核实身份的。")},
    )


class CorrectObjectorForm(PlainForm):
    """What an objector asks to be put right."""

    name = forms.CharField(label=_("姓名或单位名称"), max_length=60, error_messages={"required": _("请填写姓名或单位名称。")})
    phone = forms.RegexField(
        r"^\+?[\d ()-]{7,25}$", label=_("联系电话"), max_length=30,
        error_messages={"required": _("请填写联系电话。"), "invalid": _("联系电话只能写数字、空格和短横线，7 位以上。")},
    )
    reason = request_reason()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="correct-%s", **kwargs)


class ForgetObjectorForm(PlainForm):
    reason = request_reason()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="forget-%s", **kwargs)


class RecountForm(PlainForm):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=text_area(2), help_text=_("例如：国办公布了 2027 年节假日安排。"), error_messages={"required": _("请填写理由。")})
