"""The plan of a unit: its document, a few words, and rows of (what, when); and the filter of the list of plans."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper
from applications.forms.review import ListFilter

# What the first rows say until the unit says otherwise.
USUAL_DATES = [_("动员部署"), _("自查自评"), _("整改完善"), _("申报")]
PLAN_DATE_ROWS = 8


class PlanForm(forms.Form):
    prefix = "plan"

    file = forms.FileField(
        label=_("方案文件"), help_text=_("PDF、docx 或 wps，一个文件。严禁上传涉密文件。"),
        error_messages={"required": _("还没有选择方案文件，请先选择再报送。"), "empty": _("这是一个空文件，请重新选择。")},
    )
    words = forms.CharField(
        label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "1000"}),
        help_text=_("例如印发的文号、牵头领导、与往年不同之处。"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".pdf,.docx,.wps"
        self.helper = helper("file", "words")


class PlanDateForm(forms.Form):
    what = forms.CharField(label=_("事项"), required=False, max_length=60)
    on = forms.DateField(
        label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": _("请填写日期，例如 2021-09-10。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        """A row counts when it has a day; a day without words says nothing."""
        cleaned = super().clean()
        if cleaned.get("on") and not cleaned.get("what", "").strip():
            self.add_error("what", _("请写明这一天做什么。"))
        return cleaned


class BasePlanDates(forms.BaseFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "dates"

    @property
    def dates(self):
        return [(form.cleaned_data["what"].strip(), form.cleaned_data["on"]) for form in self.forms if form.cleaned_data.get("on")]


PlanDates = forms.formset_factory(PlanDateForm, formset=BasePlanDates, extra=0, max_num=PLAN_DATE_ROWS, absolute_max=PLAN_DATE_ROWS)


def plan_date_rows(dates=()):
    """The rows shown at first: those of the plan in force, else the usual ones without a day, and empty ones to fill up."""
    rows = [{"what": what, "on": day} for what, day in dates] or [{"what": what} for what in USUAL_DATES]
    return (rows + [{}] * PLAN_DATE_ROWS)[:PLAN_DATE_ROWS]


class PlanFilter(ListFilter):
    status = forms.ChoiceField(choices=[("", _("全部状态")), ("filed", _("已报送")), ("late", _("逾期报送")), ("none", _("未报送"))], required=False)
