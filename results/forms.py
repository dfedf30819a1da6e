"""Is this input well formed? Shape, not policy."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from results.models import Objection

TOO_FAST, TOO_OLD = 2, 24 * 3600  # seconds between showing the public form and sending it


class PlainForm(forms.Form):
    """Rendered by crispy inside the page's own form tag, without the browser's bubbles."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def text_area(rows=3, limit=None):
    return forms.Textarea(attrs={"rows": rows} | ({"data-counter": limit} if limit else {}))


class LockForm(PlainForm):
    unused_reason = forms.CharField(label=_("名额未用满的理由"), max_length=300, required=False, widget=text_area(2))


class ReasonForm(PlainForm):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=text_area(2), error_messages={"required": _("请填写理由。")})


class TieForm(PlainForm):
    """One number per unit of the tied group, 1 the best."""

    text = forms.CharField(label=_("集体研究情况"), max_length=2000, widget=text_area(4), error_messages={"required": _("请写明集体研究的情况。")})
    decided_on = forms.DateField(
        label=_("研究日期"), widget=forms.DateInput(attrs={"type": "date"}), error_messages={"required": _("请填写研究日期。")}
    )

    def __init__(self, *args, units, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.today = units, today
        places = [(number, number) for number in range(1, len(units) + 1)]
        for application in units:
            self.fields[f"place_{application.pk}"] = forms.TypedChoiceField(
                label=_("%(unit)s排在第几") % {"unit": application.organization}, coerce=int, choices=[("", "—"), *places],
                error_messages={"required": _("请给每个单位排定顺序。")},
            )
        self.order_fields([*(f"place_{application.pk}" for application in units), "text", "decided_on"])

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day > self.today:
            raise forms.ValidationError(_("研究日期不能晚于今天。"))
        return day

    def clean(self):
        placed = {application.pk: self.cleaned_data.get(f"place_{application.pk}") for application in self.units}
        if None not in placed.values() and len(set(placed.values())) < len(placed):
            raise forms.ValidationError(_("两个单位不能排在同一位。"))
        self.cleaned_data["order"] = sorted(placed, key=lambda key: placed[key] or 0)
        return self.cleaned_data


class NoticeForm(PlainForm):
    title = forms.CharField(label=_("标题"), max_length=150, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(
        label=_("正文"), max_length=3000, widget=text_area(5), help_text=_("名单和公示期由系统写在正文之后，不用在这里写。"),
        error_messages={"required": _("请填写正文。")},
    )
    contact = forms.CharField(
        label=_("受理单位和联系方式"), max_length=300, widget=text_area(2), help_text=_("写办公电话和地址，不写个人手机。"),
        error_messages={"required": _("请填写受理单位和联系方式。")},
    )


class NewNoticeForm(NoticeForm):
    applications = forms.ModelMultipleChoiceField(
        label=_("公示的单位"), queryset=None, widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少选择一个单位。")}
    )

    def __init__(self, *args, applications, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["applications"].queryset = applications
        self.fields["applications"].label_from_instance = lambda application: f"{application.organization} · {application.track}"
        self.order_fields(["applications", "title", "body", "contact"])


class PublishForm(PlainForm):
    checked = forms.BooleanField(
        label=_("保密审查已通过：不含国家秘密、工作秘密、商业秘密和个人信息"), error_messages={"required": _("请先完成保密审查，再打勾。")}
    )
    checked_by = forms.ModelChoiceField(
        label=_("保密审查人"), queryset=None, empty_label=_("请选择"), error_messages={"required": _("请选择保密审查人。")}
    )

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.with_role(Role.OFFICE, Role.OFFICE_LEAD).exclude(pk=notice.created_by_id)
        self.fields["checked_by"].queryset = people.order_by("username")


class ObjectionForm(PlainForm):
    """The public form. A hidden trap and a signed time keep machines away without a puzzle (S-34)."""

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
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, entries, real_name, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entry"].queryset = entries
        self.fields["entry"].label_from_instance = lambda entry: entry.application.organization.name
        for field in ("name", "phone"):
            self.fields[field].required = real_name
        self.fields["token"].initial = signing.TimestampSigner(salt="objection").sign("shown")
        self.helper.layout = Layout(
            "entry", "facts", "name", "phone", "token",
            Div("website", css_class="visually-hidden", aria_hidden="true"),
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("website"):
            raise forms.ValidationError(_("没有收到：请把标明“请留空”的一栏清空后再提交。"))
        self.check_token(cleaned.get("token", ""))
        return cleaned

    def check_token(self, token):
        """Shown to somebody, not a moment ago and not days ago. What was typed stays; a new token comes with the page."""
        signer = signing.TimestampSigner(salt="objection")
        try:
            signer.unsign(token, max_age=TOO_OLD)
        except signing.BadSignature:
            self.renew_token()
            raise forms.ValidationError(_("页面打开太久了，内容还在，请再提交一次。")) from None
        try:
            signer.unsign(token, max_age=TOO_FAST)
        except signing.SignatureExpired:
            return
        raise forms.ValidationError(_("提交得太快了，内容还在，请过几秒再提交一次。"))

    def renew_token(self):
        self.data = self.data.copy()
        self.data["token"] = self.fields["token"].initial


class TrackForm(PlainForm):
    code = forms.CharField(label=_("查询码"), max_length=20, error_messages={"required": _("请填写查询码。")})
    phone_tail = forms.RegexField(
        r"^\d{4}$", label=_("联系电话后四位"), required=False, help_text=_("提交时没有留电话的，不用填。"),
        error_messages={"invalid": _("请填写联系电话的后四位数字。")},
    )


class AnswerForm(PlainForm):
    outcome = forms.ChoiceField(label=_("处理结果"), choices=[("", _("请选择")), *Objection.Outcome.choices], error_messages={"required": _("请选择处理结果。")})
    reply = forms.CharField(
        label=_("书面答复"), max_length=3000, widget=text_area(5), help_text=_("异议人凭查询码可以看到这段文字。"),
        error_messages={"required": _("请填写书面答复。")},
    )


class NameForm(PlainForm):
    document_number = forms.CharField(label=_("通报文号"), max_length=60, required=False)


class RecommendForm(PlainForm):
    target = forms.CharField(label=_("推荐为"), max_length=150, error_messages={"required": _("请填写推荐为什么。")})
    reason = forms.CharField(label=_("推荐理由"), max_length=2000, widget=text_area(4), error_messages={"required": _("请填写推荐理由。")})
