"""Bonus, deductions, veto; and what a what-if asks."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from results.forms.plain import PlainForm, text_area
from results.models import Adjustment


class AdjustmentForm(PlainForm):
    kind = forms.ChoiceField(label=_("加分或扣分"), choices=[("", _("请选择")), *Adjustment.Kind.choices], error_messages={"required": _("请选择加分或扣分。")})
    points = forms.DecimalField(
        label=_("分值"), min_value=Decimal("0.01"), max_digits=5, decimal_places=2, help_text=_("直接计入总分，不折算。"),
        error_messages={"required": _("请填写分值。"), "invalid": _("分值请填数字，例如 1.5。"), "min_value": _("分值要大于 0。")},
    )
    reason = forms.CharField(label=_("事由"), max_length=300, widget=text_area(2), error_messages={"required": _("请写明加分或扣分的事由。")})
    basis = forms.CharField(label=_("依据"), max_length=300, help_text=_("写明文件名称和文号，或者核实的方式。"), error_messages={"required": _("请写明依据。")})


class DecisionForm(PlainForm):
    decision = forms.CharField(label=_("理由"), max_length=300, widget=text_area(2), error_messages={"required": _("请写明理由。")})


class VetoForm(PlainForm):
    item = forms.ModelChoiceField(label=_("指标"), queryset=None, empty_label=_("请选择"), error_messages={"required": _("请选择可以一票否决的指标。")})
    facts = forms.CharField(
        label=_("事实"), max_length=3000, widget=text_area(4), help_text=_("写明时间、地点和经过，单位会看到这段文字。"),
        error_messages={"required": _("请写明事实：时间、地点和经过。")},
    )
    basis = forms.CharField(label=_("依据"), max_length=300, help_text=_("写明文件名称和文号，或者核实的方式。"), error_messages={"required": _("请写明依据。")})
    file = forms.FileField(label=_("证据文件"), required=False)
    due_at = forms.DateTimeField(
        label=_("单位陈述的期限"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请选择单位陈述的期限。"), "invalid": _("请选择单位陈述的期限。")},
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items


class StatementForm(PlainForm):
    statement = forms.CharField(
        label=_("你单位的意见"), max_length=3000, widget=text_area(6, 3000), help_text=_("写明情况和理由；没有不同意见的，也请写明。"),
        error_messages={"required": _("请写下你单位的意见；没有不同意见的，也请写明。")},
    )


class VetoDecisionForm(PlainForm):
    outcome = forms.ChoiceField(
        label=_("决定"), choices=[("", _("请选择")), ("confirm", _("予以否决")), ("dismiss", _("不予否决"))], error_messages={"required": _("请选择决定。")},
    )
    decision = forms.CharField(label=_("理由"), max_length=2000, widget=text_area(4), error_messages={"required": _("请写明决定的理由。")})


class WhatIfForm(PlainForm):
    """Stands in the address, so that a supposition can be passed on. What cannot be read stays as it is in the campaign."""

    desk_weight = forms.DecimalField(label=_("材料审核权重（%）"), min_value=0, max_value=100, decimal_places=2, required=False)
    pass_mark = forms.DecimalField(label=_("合格线"), min_value=0, max_value=999, decimal_places=2, required=False)
    without = forms.ModelChoiceField(label=_("去掉一位评分人"), queryset=User.objects.none(), required=False, empty_label=_("不去掉"))

    def __init__(self, *args, campaign, scorers, **kwargs):
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.fields["without"].queryset = scorers
        whole = f"{(campaign.desk_weight + campaign.site_weight).normalize():f}"
        self.fields["desk_weight"].help_text = _("现场验收占其余部分，两者合计 %(whole)s%%。") % {"whole": whole}

    @property
    def supposed(self):
        """The settings to suppose: what was typed, else the campaign's own."""
        given = self.cleaned_data if self.is_valid() else {}
        desk = given.get("desk_weight")
        desk = self.campaign.desk_weight if desk is None else desk
        mark = given.get("pass_mark")
        return {
            "desk_weight": desk, "site_weight": self.campaign.desk_weight + self.campaign.site_weight - desk,
            "pass_mark": self.campaign.pass_mark if mark is None else mark, "without": given.get("without"),
        }
