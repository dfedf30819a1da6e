"""The workbench's small forms: a score, an agreement, a return, a decision."""

from decimal import Decimal, InvalidOperation

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

ABSTAIN = "abstain"
MOST_BUTTONS = 21


def helper(*layout):
    """Fields only: the page writes the form and its buttons."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*layout)
    return made


def text_area(rows=3):
    return forms.Textarea(attrs={"rows": rows})


class PointsField(forms.CharField):
    """Points as typed, full-width digits and a comma as decimal sign included; or the word for abstaining."""

    def to_python(self, value):
        text = super().to_python(value).strip().replace("，", ".").replace("。", ".").replace("．", ".")
        if text in ("", ABSTAIN):
            return text
        try:
            points = Decimal(text)
        except InvalidOperation:
            points = None
        if points is None or not points.is_finite() or abs(points.adjusted()) > 6:
            raise forms.ValidationError(_("得分请填写数字，例如 2.5。"))
        return points


class PointsForm(forms.Form):
    """Points and a reason. A short scale is a row of buttons, a long one a number."""

    points = PointsField(label=_("得分"), required=False)
    reason = forms.CharField(
        label=_("扣分理由或说明"), required=False, widget=text_area(), max_length=2000, help_text=_("扣分须写明理由；仅公开办与验收组可见。")
    )
    may_abstain = False

    def __init__(self, *args, maximum, step, prefix_id="", **kwargs):
        super().__init__(*args, auto_id=f"id_{prefix_id}_%s", **kwargs)
        self.maximum, self.step = maximum, step
        steps = int(maximum / step)
        self.values = [step * n for n in range(steps + 1)] if maximum % step == 0 and steps < MOST_BUTTONS else []
        self.whole = [value for value in self.values if value == int(value)]
        self.parts = [value for value in self.values if value != int(value)]
        self.helper = helper(Field("points", template="inspections/_points_field.html"), "reason")
        self.helper.label_class = "requiredField"  # a reason is wanted or not by the points: never marked optional

    @property
    def is_abstained(self):
        return self["points"].value() == ABSTAIN or ("abstained" in self.fields and bool(self["abstained"].value()))

    @property
    def chosen(self):
        """What is chosen or typed, in one spelling, so that the page can mark it."""
        value = self["points"].value()
        try:
            return f"{Decimal(str(value)).normalize():f}"
        except (InvalidOperation, ValueError):
            return value or ""


class DeskScoreForm(PointsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    abstained = forms.BooleanField(required=False)  # drawn beside the number, where the scale is too long for buttons
    may_abstain = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix_id="score", **kwargs)
        self.helper.layout.append("version")

    def clean(self):
        data = super().clean()
        points = data.get("points")
        if data.get("abstained") and isinstance(points, Decimal):
            self.add_error("points", _("得分和弃权只能选一样。"))
        data["abstained"] = data.get("abstained", False) or points == ABSTAIN
        data["points"] = points if isinstance(points, Decimal) else None
        return data


class AgreeDeskForm(PointsForm):
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix_id="agree", **kwargs)
        self.fields["points"].label = _("商定得分")
        self.fields["points"].required = True
        self.helper.layout.append("base")

    def clean_points(self):
        points = self.cleaned_data["points"]
        if not isinstance(points, Decimal):
            raise forms.ValidationError(_("请填写商定的得分。"))
        return points


class CollectReturnForm(forms.Form):
    """One item's remark, kept until the return is sent."""

    reason = forms.CharField(
        label=_("退回意见"), widget=text_area(), max_length=2000, help_text=_("单位可见，写清楚要补充或修改什么。"),
        error_messages={"required": _("请写明退回意见。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_return_%s", **kwargs)
        self.helper = helper("reason")


class DueDayField(forms.DateField):
    """A last day, as people say it; its exclusive end is made in `end_of`."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SendReturnForm(forms.Form):
    due_on = DueDayField(label=_("补正期限"), help_text=_("到这一天 24:00 为止。"))
    note = forms.CharField(label=_("总的意见"), required=False, widget=text_area(2), max_length=2000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_send_%s", **kwargs)
        self.helper = helper("due_on", "note")


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("不予受理的理由"), widget=text_area(), max_length=2000, help_text=_("单位可见。"),
        error_messages={"required": _("请写明不予受理的理由。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_decline_%s", **kwargs)
        self.helper = helper("reason")


class RefuseExemptionForm(forms.Form):
    reason = forms.CharField(
        label=_("不同意的理由"), widget=text_area(2), max_length=2000, help_text=_("单位可见。"),
        error_messages={"required": _("请写明不同意的理由。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_refuse_%s", **kwargs)
        self.helper = helper("reason")
