"""Is it well formed?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, day_input, reason_field
from accounts.models import Organization, OrganizationKind
from campaigns.models import Campaign
from campaigns.permissions import is_municipal_office
from xuancheng_portal.rehearsals.rules import sources_for

EARLIEST, LATEST = 2000, 2100


class DayForm(PlainForm, forms.Form):
    day = forms.DateField(label=_("演练日期"), widget=day_input(), help_text=_("演练里的“今天”是这一天。"))

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not EARLIEST <= day.year <= LATEST:
            raise forms.ValidationError(_("请选择 %(first)s 年到 %(last)s 年之间的日期。") % {"first": EARLIEST, "last": LATEST})
        return day


class RehearsalForm(DayForm):
    source = forms.ModelChoiceField(label=_("演练哪一次活动"), queryset=Campaign.objects.none(), empty_label=None, help_text=_("还没有启用的活动也可以先演练。"))
    county = forms.ModelChoiceField(
        label=_("哪些单位参加"), queryset=Organization.objects.none(), required=False, empty_label=_("全部申报单位"),
        help_text=_("选一个县（市、区）时，由该县和它的乡镇（街道），再加少数市直单位参加，准备得快。"),
    )
    field_order = ["source", "day", "county"]

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources_for(user)
        if not is_municipal_office(user):  # all units of the county play
            del self.fields["county"]
            return
        self.fields["county"].queryset = Organization.everywhere.filter(rehearsal="").of_kind(OrganizationKind.COUNTY).order_by("code")
        self.initial.setdefault("county", self.fields["county"].queryset.first())


class DeleteForm(PlainForm, forms.Form):
    typed = forms.CharField(label=_("输入演练的名称"), max_length=200)


class HandoverForm(PlainForm, forms.Form):
    """One choice for each kind of work there is."""

    leaves_on = forms.DateField(
        label=_("离任日期"), required=False, widget=day_input(), help_text=_("填今天，交接后立即停用账号；填以后的日期，到那天停用；不填，只交接。"),
    )
    reason = reason_field(_("记入审计记录。"))

    def __init__(self, choices, *args, **kwargs):
        """`choices`: [(kind, people who may take it)]."""
        super().__init__(*args, **kwargs)
        self.kinds = [kind.key for kind, _people in choices]
        for kind, people in choices:
            self.fields[kind.key] = forms.ModelChoiceField(
                label=_("%(kind)s交给") % {"kind": kind.label}, queryset=people, required=False, empty_label=_("先不交"),
                error_messages={"invalid_choice": _("请从列出的人中选择。")},
            )
        self.order_fields([*self.kinds, "leaves_on", "reason"])

    @property
    def to(self):
        return {key: self.cleaned_data[key] for key in self.kinds if self.cleaned_data.get(key)}
