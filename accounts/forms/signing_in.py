"""Getting in: accounts, passwords, codes."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm as NewPasswordForm
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import PlainForm
from accounts.models import User


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


class OwnPasswordForm(PlainForm, NewPasswordForm):
    """By a one-time link: the first password, or one in place of a forgotten one."""


class FirstAdministratorForm(PlainForm, NewPasswordForm):
    username = forms.CharField(label=_("账号"), max_length=150, validators=[User.username_validator], widget=forms.TextInput(attrs={"autocomplete": "username"}))
    name = forms.CharField(label=_("姓名"), max_length=60)

    field_order = ["username", "name", "new_password1", "new_password2"]


class ForgottenForm(PlainForm, forms.Form):
    username = forms.CharField(label=_("账号"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}), error_messages={"required": _("请填写账号。")})


class CodeForm(PlainForm, forms.Form):
    code = forms.CharField(
        label=_("验证码"), max_length=20, help_text=_("验证器里的 6 位数字。手机不在身边，可以填一个恢复码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}), error_messages={"required": _("请填写验证码。")},
    )
