from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, AuthenticationForm, PasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm as NewPasswordForm
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import channels, letters
from accounts.importing.columns import FIELDS
from accounts.importing.names import Directory
from accounts.importing.tables import MAX_FILE
from accounts.models import ChannelCode, Delivery, Organization, PersonState, Role, SendingTimes, User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("账号或密码不正确，请检查后再试。连续输错多次，要等几分钟才能再试；等不及可以点“忘记密码”。"),
    }
    username = forms.CharField(label=_("账号"), widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}))
    password = forms.CharField(label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.attrs = {"novalidate": ""}


class ChangePasswordForm(PasswordChangeForm):
    field_order = ["old_password", "new_password1", "new_password2"]

    def clean_new_password1(self):
        if self.cleaned_data["new_password1"] == self.cleaned_data.get("old_password"):
            raise forms.ValidationError(_("新密码不能和现在的密码一样。"))
        return self.cleaned_data["new_password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": ""}
        self.helper.add_input(Submit("save", _("修改密码")))


class SetPasswordForm(AdminPasswordChangeForm):
    """The administrator's; whoever gets the password changes it at the next sign-in."""

    def save(self, commit=True):
        self.user.must_change_password = True
        return super().save(commit=commit)


class PlainForm:
    """The page writes the form element and the buttons itself."""

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.attrs = {"novalidate": ""}
        return helper


class OwnPasswordForm(PlainForm, NewPasswordForm):
    """By a one-time link: the first password, or one in place of a forgotten one."""


class FirstAdministratorForm(PlainForm, NewPasswordForm):
    username = forms.CharField(label=_("账号"), max_length=150, validators=[User.username_validator], widget=forms.TextInput(attrs={"autocomplete": "username"}))
    name = forms.CharField(label=_("姓名"), max_length=60)

    field_order = ["username", "name", "new_password1", "new_password2"]


class ForgottenForm(PlainForm, forms.Form):
    username = forms.CharField(label=_("账号"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}), error_messages={"required": _("请填写账号。")})


class PeopleFilter(forms.Form):
    """What is wrong in an address is left out, not complained of."""

    q = forms.CharField(required=False, max_length=60)
    role = forms.ChoiceField(required=False, choices=[("", _("全部角色")), *Role.choices])
    state = forms.ChoiceField(required=False, choices=[("", _("全部状态")), *PersonState.choices])
    unit = forms.ModelChoiceField(required=False, queryset=Organization.objects.all())

    @property
    def asked(self):
        self.is_valid()
        return self.cleaned_data


def day_input():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class UnitField(forms.CharField):
    """One unit, by code or by name as people write it: a list of 41,000 to choose from would be no help."""

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        found, why_not = Directory(timezone.localdate()).find(text)
        if found is None:
            raise forms.ValidationError(why_not)
        return Organization.objects.select_related("parent").get(pk=found.pk)

    def prepare_value(self, value):
        return value.name if isinstance(value, Organization) else value


def unit_field():
    return UnitField(label=_("单位"), max_length=100, help_text=_("填写单位全称、简称或单位代码。"), error_messages={"required": _("请填写单位。")})


def reason_field(help_text):
    return forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "300"}), help_text=help_text, error_messages={"required": _("请填写理由。")})


class AddPersonForm(PlainForm, forms.ModelForm):
    organization = unit_field()
    role = forms.ChoiceField(label=_("角色"), choices=[("", _("以后再定")), *Role.choices], required=False)

    class Meta:
        model = User
        fields = ["username", "name", "organization", "role", "phone", "email"]
        labels = {"username": _("账号"), "email": _("邮箱")}
        help_texts = {"username": _("用来登录，以后不能改。字母、数字和 @ . + - _，也可以用汉字。"), "email": _("邀请和提醒会发到这里；没有邮箱可以打印邀请单。")}

    def _post_clean(self):
        """The account's own checks; what the action saves is built there."""
        self.instance.set_unusable_password()
        super()._post_clean()


class PersonForm(PlainForm, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "phone", "email", "employee_number"]
        labels = {"email": _("邮箱")}


class MovePersonForm(PlainForm, forms.Form):
    organization = unit_field()
    reason = reason_field(_("记入审计记录。调动后此人须重新登录，只能看到新单位的内容。"))


class GrantRoleForm(PlainForm, forms.Form):
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    starts_on = forms.DateField(label=_("起始日期"), required=False, widget=day_input(), help_text=_("不填为即日起。"))
    ends_on = forms.DateField(label=_("终止日期"), required=False, widget=day_input(), help_text=_("自该日起不再有效；不填为长期。"))


class DisablePersonForm(PlainForm, forms.Form):
    reason = reason_field(_("记入审计记录。停用后此人立即退出登录，以前做的事仍署其名。"))


class CodeForm(PlainForm, forms.Form):
    code = forms.CharField(
        label=_("验证码"), max_length=20, help_text=_("验证器里的 6 位数字。手机不在身边，可以填一个恢复码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}), error_messages={"required": _("请填写验证码。")},
    )
class UnitForm(PlainForm, forms.ModelForm):
    """What is known of a unit, to correct. Its code is its key and stays."""

    parent = UnitField(label=_("上级单位"), required=False, help_text=_("填代码或名称；县级单位和市直单位不填。"))

    class Meta:
        model = Organization
        fields = ["name", "short_name", "kind", "valid_from", "valid_until", "source"]
        widgets = {"valid_from": forms.DateInput({"type": "date"}), "valid_until": forms.DateInput({"type": "date"})}
        help_texts = {"name": _("这里只更正写错的字；单位改了名，请用“改名”，旧名会留作曾用名。")}

    field_order = ["code", "name", "short_name", "kind", "parent", "valid_from", "valid_until", "source"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("parent", self.instance.parent.code if self.instance.parent_id else "")
        self.fields["source"].required = False

    def clean(self):
        facts = super().clean()
        since, until = facts.get("valid_from"), facts.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", _("停用日期要晚于启用日期。"))
        return facts

    def values(self):
        """The fields as given, for the action: the instance itself is left alone."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "code"}


class NewUnitForm(UnitForm):
    class Meta(UnitForm.Meta):
        fields = ["code", *UnitForm.Meta.fields]
        help_texts = {}


class RenameUnitForm(PlainForm, forms.Form):
    name = forms.CharField(label=_("新的全称"), max_length=100)
    short_name = forms.CharField(label=_("新的简称"), max_length=60)
    day = forms.DateField(label=_("改名日期"), widget=forms.DateInput({"type": "date"}), help_text=_("自该日起用新名称。"))


class MergeUnitForm(PlainForm, forms.Form):
    into = UnitField(label=_("并入哪个单位（选填）"), required=False, help_text=_("填代码或名称。撤销后没有承接单位的，留空。"))
    day = forms.DateField(label=_("停用日期"), widget=forms.DateInput({"type": "date"}), help_text=_("自该日起不再有效。"))
    move_people = forms.BooleanField(label=_("把现有人员一并转到承接单位"), required=False, initial=True)


class UnitFilter(forms.Form):
    q = forms.CharField(required=False, max_length=60)
    day = forms.DateField(required=False, widget=forms.DateInput({"type": "date", "class": "form-control"}))
    county = forms.ModelChoiceField(Organization.objects.of_kind("county"), required=False, empty_label=_("全部县（市、区）"), widget=forms.Select({"class": "form-select"}))


class TableForm(forms.Form):
    """A file, or a block copied from a spreadsheet."""

    file = forms.FileField(label=_("选择文件"), required=False, widget=forms.FileInput({"accept": ".xlsx,.csv,.txt", "class": "form-control"}))
    pasted = forms.CharField(
        label=_("或者从 Excel、WPS 里复制后粘贴到这里"), required=False, strip=False, widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "form-control"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_FILE:
            raise forms.ValidationError(_("文件超过 %(n)s MB，请删去图片和多余的内容，或分成几个文件导入。") % {"n": MAX_FILE // 1024**2})
        return file

    def clean(self):
        facts = super().clean()
        if not self.errors and bool(facts.get("file")) == bool(facts.get("pasted", "").strip()):
            raise forms.ValidationError(_("请选择一个文件，或者粘贴一块表格，两样选一样。"))
        return facts


class ColumnsForm(forms.Form):
    """Where the headings are, and which column is for what."""

    header = forms.IntegerField(label=_("表头在第几行"), min_value=1, max_value=1_048_576, widget=forms.NumberInput({"class": "form-control"}))

    def __init__(self, found, choices, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.table = found
        for field in FIELDS[found.kind]:
            self.fields[field.key] = forms.TypedChoiceField(
                label=field.label, required=False, coerce=int, empty_value=None, initial=found.columns.get(field.key, ""),
                choices=[("", _("（表里没有）")), *choices], widget=forms.Select({"class": "form-select"}),
            )
        self.fields["header"].initial = found.header

    def clean(self):
        facts = super().clean()
        seen = {}
        for field in FIELDS[self.table.kind]:
            place = facts.get(field.key)
            if place is not None and place in seen:
                self.add_error(field.key, gettext("这一列已经用作“%(field)s”，请另选一列。") % {"field": seen[place]})
            seen.setdefault(place, field.label)
        return facts

    def columns(self):
        return {field.key: self.cleaned_data[field.key] for field in FIELDS[self.table.kind] if self.cleaned_data[field.key] is not None}
class ChannelForm(PlainForm, forms.Form):
    """The settings of one channel. The secret is written only: what is there is never shown, and left empty it stays."""

    enabled = forms.BooleanField(label=_("启用这个渠道"), required=False)

    def __init__(self, code, has_secret, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.module = channels.module(code)
        for name, (label, about, required) in self.module.FIELDS.items():
            self.fields[name] = forms.CharField(
                label=label, help_text=about, required=required, max_length=300, error_messages={"required": gettext("请填写%(field)s。") % {"field": label}},
            )
        self.fields["secret"] = forms.CharField(
            label=self.module.SECRET, required=False, max_length=300, strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text=_("已经填写过，不显示；要换时再填。") if has_secret else _("保存后加密存放，不再显示。"),
        )

    def clean_url(self):
        url = self.cleaned_data["url"].strip()
        if url and not url.startswith(("http://", "https://")):
            raise forms.ValidationError(_("接口地址要以 http:// 或 https:// 开头。"))
        return url

    def clean_port(self):
        return self._digits("port", _("端口是一个数字，例如 465。"))

    def clean_agent(self):
        return self._digits("agent", _("应用编号是一串数字，例如 1000002。"))

    def _digits(self, name, sentence):
        value = self.cleaned_data[name].strip()
        if value and not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise forms.ValidationError(sentence)
        return value

    @property
    def settings(self):
        return {name: self.cleaned_data[name] for name in self.module.FIELDS}


class TestMessageForm(PlainForm, forms.Form):
    to = forms.CharField(label=_("发给"), max_length=200, error_messages={"required": _("请填写测试消息发给谁。")})


def clock_field(label, about=""):
    return forms.TimeField(
        label=label, help_text=about, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("请填写时间，例如 07:30。"), "invalid": _("时间写成 07:30 的样子。")},
    )


class SendingTimesForm(PlainForm, forms.ModelForm):
    quiet_from = clock_field(_("免打扰开始"))
    quiet_until = clock_field(_("免打扰结束"), _("这段时间里不向外发送，结束后补发。"))
    first_digest = clock_field(_("第一次汇总发送"))
    second_digest = clock_field(_("第二次汇总发送"), _("不紧急的消息每天在这两个时间合成一条发送。"))

    class Meta:
        model = SendingTimes
        fields = ["quiet_from", "quiet_until", "first_digest", "second_digest"]


class LetterForm(PlainForm, forms.Form):
    title = forms.CharField(label=_("标题"), max_length=200, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(label=_("内容"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    urgent = forms.BooleanField(label=_("立即发送"), required=False, help_text=_("不选的，在汇总时间和其他消息合成一条发送。"))
    channels = forms.MultipleChoiceField(
        label=_("向外发送的渠道"), required=False, choices=ChannelCode.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("平台内的消息总是有的；没有启用的渠道选了也不发。"),
    )

    def __init__(self, letter, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_title(self):
        return self._text("title")

    def clean_body(self):
        return self._text("body")

    def _text(self, name):
        if problems := letters.text_problems(self.letter, self.cleaned_data[name]):
            raise forms.ValidationError(problems)
        return self.cleaned_data[name]


class MyChannelsForm(PlainForm, forms.Form):
    wanted = forms.MultipleChoiceField(
        label=_("不紧急的消息也发到"), required=False, choices=ChannelCode.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("退回、临近截止、异议和安排变动等紧急的消息总会发送。"),
    )

    def __init__(self, choices, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wanted"].choices = choices


class DeliveryFilter(forms.Form):
    q = forms.CharField(label=_("收件人或单位"), required=False, max_length=60)
    event = forms.ChoiceField(label=_("事项"), required=False)
    channel = forms.ChoiceField(label=_("渠道"), required=False, choices=[("", _("全部渠道")), *ChannelCode.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部状态")), *Delivery.State.choices])
    day = forms.DateField(label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [("", _("全部事项")), *((event, letter.name) for event, letter in letters.every().items())]

    def found(self, deliveries):
        """The deliveries this filter leaves; a part that is not well formed filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            q = asked["q"]
            deliveries = deliveries.filter(
                Q(message__user__name__icontains=q) | Q(message__user__username__icontains=q) | Q(message__user__organization__name__icontains=q)
                | Q(message__user__organization__short_name__icontains=q)
            )
        for name, lookup in (("event", "message__event"), ("channel", "channel"), ("state", "state"), ("day", "message__created_at__date")):
            if asked.get(name):
                deliveries = deliveries.filter(**{lookup: asked[name]})
        return deliveries
