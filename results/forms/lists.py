"""The list within the places, settled by two people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area


class LockForm(PlainForm):
    unused_reason = forms.CharField(label=_("名额未用满的理由"), max_length=300, required=False, widget=text_area(2))


class TieForm(PlainForm):
    """One number per unit of the tied group, 1 the best."""

    text = forms.CharField(label=_("集体研究情况"), max_length=2000, widget=text_area(4), error_messages={"required": _("请写明集体研究的情况。")})
    decided_on = forms.DateField(
        label=_("研究日期"), widget=forms.DateInput(attrs={"type": "date"}), error_messages={"required": _("请填写研究日期。")}
    )

    def __init__(self, *args, units, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.today = units, today
        places = [(number, number) for number in range(1, len(units) + 1)]
        for application in units:
            self.fields[f"place_{application.pk}"] = forms.TypedChoiceField(
                label=_("%(unit)s排在第几") % {"unit": application.organization}, coerce=int, choices=[("", "—"), *places],
                error_messages={"required": _("请给每个单位排定顺序。")},
            )
        self.order_fields([*(f"place_{application.pk}" for application in units), "text", "decided_on"])

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day > self.today:
            raise forms.ValidationError(_("研究日期不能晚于今天。"))
        return day

    def clean(self):
        placed = {application.pk: self.cleaned_data.get(f"place_{application.pk}") for application in self.units}
        if None not in placed.values() and len(set(placed.values())) < len(placed):
            raise forms.ValidationError(_("两个单位不能排在同一位。"))
        self.cleaned_data["order"] = sorted(placed, key=lambda key: placed[key] or 0)
        return self.cleaned_data
