"""Units: found, corrected, renamed, merged."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import PlainForm, UnitField
from accounts.forms.shared import SharedForm
from accounts.models import Organization


class UnitForm(SharedForm, forms.ModelForm):
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
