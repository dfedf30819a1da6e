"""What the forms of every app share: a form in a page of its own, a day, a unit, a reason."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.importing.names import Directory
from accounts.models import Organization


class PlainForm:
    """The page writes the form element and the buttons itself."""

    overtaken = ()  # fields that somebody else changed meanwhile, see `SharedForm`

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.attrs = {"novalidate": ""}
        return helper


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
