from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, AuthenticationForm, PasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm as NewPasswordForm
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, PersonState, Role, User


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
    """A unit by its full name, short name or code: a list of 40,000 would help nobody."""

    default_error_messages = {
        "none": _("没有名称或代码是“%(words)s”的单位，请填写全称、简称或单位代码。"),
        "many": _("有几个单位都叫“%(words)s”，请改填单位代码。"),
    }

    def clean(self, value):
        words = super().clean(value)
        valid = Organization.objects.valid_on(timezone.localdate())
        found = list(valid.filter(code=words)) or list(valid.filter(Q(name=words) | Q(short_name=words))[:2])
        if len(found) != 1:
            raise forms.ValidationError(self.error_messages["many" if found else "none"], params={"words": words})
        return found[0]

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
