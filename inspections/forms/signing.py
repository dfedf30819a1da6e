"""The pad, and the unit's representative who signs on it or refuses."""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from inspections.forms.desk import helper, text_area
from inspections.rules.signing import strokes_problems

LONGEST_DRAWING = 100_000  # characters of JSON

class StrokesField(forms.CharField):
    """What a pad drew, as JSON: strokes of points in the pad's own units."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(error_messages={"required": _("还没有签名，请在签名框里写出姓名。")}, **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        try:
            strokes = json.loads(text) if len(text) <= LONGEST_DRAWING else None
        except (ValueError, RecursionError):
            strokes = None
        if problems := strokes_problems(strokes):
            raise forms.ValidationError([str(problem) for problem in problems])
        return strokes


class PadForm(forms.Form):
    strokes = StrokesField(label=_("签名"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="pad-%s", **kwargs)


class WitnessForm(forms.Form):
    """`refuses`: the person does not sign, and the reason is written down instead of the strokes."""

    name = forms.CharField(label=_("姓名"), max_length=40, error_messages={"required": _("请填写在场人员的姓名。")})
    duty = forms.CharField(label=_("职务"), max_length=60, help_text=_("例如：党政办副主任。"), error_messages={"required": _("请填写在场人员的职务。")})
    strokes = StrokesField(label=_("签名"), required=False)
    refusal = forms.CharField(label=_("拒签理由"), max_length=300, required=False, widget=text_area(2), help_text=_("不愿签字的，写明本人说的理由。"))

    def __init__(self, *args, refuses=False, **kwargs):
        super().__init__(*args, auto_id="witness-%s", **kwargs)
        self.refuses = refuses
        self.fields["strokes"].required = not refuses
        self.fields["refusal"].required = refuses
        self.fields["refusal"].error_messages["required"] = _("请写明拒签的理由。")
        self.helper, self.refusal_helper = helper("name", "duty"), helper("refusal")
        self.refusal_helper.label_class = "requiredField"  # wanted by the button pressed: never marked optional

    def clean(self):
        data = super().clean()
        if not self.refuses and data.get("refusal"):
            self.add_error("refusal", _("写了拒签理由的，请点“登记拒签”；愿意签字的，请先清空理由。"))
        return data
