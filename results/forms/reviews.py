"""Follow-ups and the yearly review of titles."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area
from results.models import FollowUp, Review


def day_field(label, required=True, **kwargs):
    sentence = _("请选择日期。")
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": sentence, "invalid": sentence}, **kwargs,
    )


class FollowUpForm(PlainForm):
    on = day_field(_("跟踪日期"))
    way = forms.ChoiceField(label=_("方式"), choices=[("", _("请选择")), *FollowUp.Way.choices], error_messages={"required": _("请选择方式。")})
    text = forms.CharField(label=_("跟踪情况"), max_length=2000, widget=text_area(4), error_messages={"required": _("请写明跟踪情况。")})


class ReviewForm(PlainForm):
    """What an outcome does not ask for may stay empty; what it does ask for is the rule's to say."""

    year = forms.IntegerField(label=_("复核年度"), min_value=2000, max_value=2100, error_messages={"required": _("请填写复核年度。"), "invalid": _("请填写年份，例如 2026。")})
    outcome = forms.ChoiceField(label=_("结论"), choices=[("", _("请选择")), *Review.Outcome.choices], error_messages={"required": _("请选择结论。")})
    finding = forms.CharField(label=_("复核情况"), max_length=2000, widget=text_area(4), help_text=_("单位看得到这段文字。"), error_messages={"required": _("请写明复核情况。")})
    due_on = day_field(_("整改期限（限期整改的填写，含当天）"), required=False)
    decision_number = forms.CharField(label=_("撤销决定文号（撤销命名的填写）"), max_length=60, required=False)
    decided_on = day_field(_("撤销决定日期（撤销命名的填写）"), required=False)


class AnswerReviewForm(PlainForm):
    answer = forms.CharField(
        label=_("整改情况"), max_length=2000, widget=text_area(5, 2000), help_text=_("逐项写明改了什么、什么时候改的。"), error_messages={"required": _("请写明整改情况。")},
    )


class SettlementForm(PlainForm):
    settlement = forms.CharField(label=_("意见"), max_length=500, widget=text_area(3), error_messages={"required": _("请写明意见。")})
