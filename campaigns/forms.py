"""Is it well formed? Days are typed as the last day included; what is kept is the moment after it."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign


def day_input():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def start_of(day):
    return datetime.combine(day, time(), timezone.get_current_timezone())


def end_of(day):
    """The exclusive end of a last day: midnight after it."""
    return start_of(day + timedelta(days=1))


def last_day(ends_at):
    """The last day before an exclusive end, as it is typed."""
    return timezone.localdate(ends_at - timedelta(microseconds=1))


class PlainForm:
    """The page writes the form element and the buttons itself."""

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.attrs = {"novalidate": ""}
        return helper


def reason_field():
    return forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "300"}),
        help_text=_("记入审计记录，所有办公室人员可见。"), error_messages={"required": _("请填写理由。")},
    )


class SettingsForm(PlainForm, forms.ModelForm):
    tie_order = forms.CharField(
        label=_("同分时依次比较的类别"), required=False, help_text=_("类别编号，用顿号或逗号隔开，例如：5、3、6。"),
    )
    reason = reason_field()

    class Meta:
        model = Campaign
        fields = [
            "organizer", "approval", "desk_weight", "site_weight", "pass_mark", "score_step", "bonus_enabled", "bonus_max",
            "deductions_enabled", "deductions_max", "veto_enabled", "desk_scorers", "site_inspectors", "site_photo_edge", "desk_gap_percent", "likeness_percent", "tie_order",
            "conflict_years", "publicity_days", "objection_reply_days", "objection_real_name", "signed_form_required",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["tie_order"] = "、".join(self.instance.tie_order)
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField):
                self.initial[name] = f"{Decimal(self.initial[name]).normalize():f}"

    @property
    def helper(self):
        def part(legend, *rows):
            return Fieldset(format_html('<span class="fs-5 d-block mt-3 mb-2">{}</span>', legend), *rows)

        helper = super().helper
        helper.layout = Layout(
            part(_("主办和批准"), "organizer", "approval"),
            part(
                _("评分和排名"),
                Div("desk_weight", "site_weight", "pass_mark", "score_step", "desk_scorers", "desk_gap_percent", "site_inspectors", "site_photo_edge", "conflict_years", "likeness_percent", css_class="halves"),
                "tie_order",
            ),
            part(
                _("加分、扣分和否决"), Div(Div("bonus_enabled", "bonus_max"), Div("deductions_enabled", "deductions_max"), css_class="halves"), "veto_enabled",
            ),
            part(_("申报"), "signed_form_required"),
            part(_("公示和异议"), Div("publicity_days", "objection_reply_days", css_class="halves"), "objection_real_name"),
            "reason",
        )
        return helper

    def clean_tie_order(self):
        return [code for code in self.cleaned_data["tie_order"].replace("，", "、").replace(",", "、").replace(" ", "").split("、") if code]

    @property
    def values(self):
        """What the action is told: everything but the reason."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PhaseForm(PlainForm, forms.Form):
    starts_on = forms.DateField(label=_("开始日期"), widget=day_input(), error_messages={"required": _("请填写开始日期。")})
    last_on = forms.DateField(
        label=_("最后一天"), widget=day_input(), help_text=_("含当日，到 24:00 为止。"), error_messages={"required": _("请填写最后一天。")},
    )
    reason = reason_field()


class TrackForm(PlainForm, forms.Form):
    quota = forms.IntegerField(label=_("名额"), min_value=0, max_value=999, error_messages={"required": _("请填写名额。")})
    yearly_bonus = forms.DecimalField(
        label=_("年度考核加分"), min_value=0, max_value=99, decimal_places=2, required=False, help_text=_("命名的单位在年度考核中加多少分；0 表示不加分。"),
        error_messages={"invalid": _("请填写数字，例如 0.5。"), "min_value": _("加分不能小于 0。"), "max_value": _("加分不能大于 99。")},
    )
    reason = reason_field()


class ExtensionForm(PlainForm, forms.Form):
    phase = forms.ModelChoiceField(label=_("阶段"), queryset=None, error_messages={"required": _("请选择阶段。")})
    organization = forms.ModelChoiceField(label=_("单位"), queryset=None, error_messages={"required": _("请选择单位。")})
    last_on = forms.DateField(
        label=_("延至（最后一天）"), widget=day_input(), help_text=_("含当日，到 24:00 为止。"), error_messages={"required": _("请填写延至哪一天。")},
    )
    reason = forms.CharField(
        label=_("延期理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "300"}),
        help_text=_("会告诉该单位，并记入审计记录。"), error_messages={"required": _("请填写延期理由。")},
    )

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = campaign.phases.exclude(opens="")
        self.fields["organization"].queryset = campaign.units.select_related("county").order_by("kind__order", "code")
        self.fields["organization"].label_from_instance = self.unit_label

    @staticmethod
    def unit_label(unit):
        return f"{unit.county.short_name} · {unit.short_name}" if unit.county_id and unit.county_id != unit.pk else unit.short_name


class CutoffForm(PlainForm, forms.Form):
    last_on = forms.DateField(
        label=_("县内截止（最后一天）"), widget=day_input(), help_text=_("含当日，到 24:00 为止；须早于全市截止时间。"),
        error_messages={"required": _("请填写县内截止的最后一天。")},
    )
