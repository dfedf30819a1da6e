"""People's accounts: found, added, changed, moved, given roles, disabled."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import PlainForm, day_input, reason_field, unit_field
from accounts.forms.shared import SharedForm
from accounts.models import Organization, PersonState, Role, User


class PeopleFilter(forms.Form):
    """What is wrong in an address is left out, not complained of."""

    q = forms.CharField(required=False, max_length=60)
    role = forms.ChoiceField(required=False, choices=[("", _("全部角色")), *Role.choices])
    state = forms.ChoiceField(required=False, choices=[("", _("全部状态")), *PersonState.choices])
    county = forms.ModelChoiceField(Organization.objects.of_kind("county"), required=False, empty_label=_("全部县（市、区）"), widget=forms.Select({"class": "form-select"}))
    unit = forms.ModelChoiceField(required=False, queryset=Organization.objects.all())

    @property
    def asked(self):
        self.is_valid()
        return self.cleaned_data


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


class PersonForm(SharedForm, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "phone", "email", "employee_number", "wecom"]
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


class CancelLeavingForm(PlainForm, forms.Form):
    reason = reason_field(_("记入审计记录。离任时终止的角色恢复到原来的起止日期。"))
