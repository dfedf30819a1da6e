"""What the county and the office fill in: remarks, due dates, orders, filters."""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import VersionForm, helper
from applications.models import Application


class RemarksForm(VersionForm):
    """Remarks of a county on items, one box each, and one on the whole."""

    note = forms.CharField(label=_("总的意见"), required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}), max_length=2000)

    def __init__(self, *args, application, responses, **kwargs):
        super().__init__(*args, application=application, **kwargs)
        for response in responses:
            self.fields[f"reason_{response.pk}"] = forms.CharField(
                label=_("对 %(item)s 的意见") % {"item": response.item}, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            )

    @property
    def reasons(self):
        return {
            int(name.removeprefix("reason_")): text.strip() for name, text in self.cleaned_data.items() if name.startswith("reason_") and text.strip()
        }


class DueForm(VersionForm):
    due_at = forms.DateTimeField(
        label=_("新的补正期限"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请选择新的补正期限。"), "invalid": _("请选择新的补正期限。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper("version", "due_at")


class OrderForm(forms.Form):
    """The county's order: a number for each application, or one of them moved by a place."""

    def __init__(self, *args, applications, **kwargs):
        super().__init__(*args, **kwargs)
        self.applications = list(applications)
        for place, application in enumerate(self.applications, 1):
            self.fields[f"place_{application.pk}"] = forms.IntegerField(
                label=_("%(unit)s的推荐顺序") % {"unit": application.organization}, initial=place, min_value=1, max_value=9999,
                error_messages={"required": _("请给 %(unit)s 填写推荐顺序。") % {"unit": application.organization}},
            )
        self.helper = helper(tag=True, form_action=reverse_lazy("applications:county_order"))

    @property
    def order(self):
        """Keys in the order asked for; equal numbers keep the order they had."""
        keys = [application.pk for application in self.applications]
        return sorted(keys, key=lambda pk: (self.cleaned_data[f"place_{pk}"], keys.index(pk)))


class ListFilter(forms.Form):
    """The office's filters, as they stand in the address. What cannot be read filters nothing."""

    q = forms.CharField(required=False, max_length=60)
    county = forms.ModelChoiceField(None, required=False)
    track = forms.ModelChoiceField(None, required=False)
    status = forms.ChoiceField(
        choices=[("", _("全部状态")), ("unsent", _("未报送")), ("none", _("未开始")), ("begun", _("已开始")), ("received", _("已报送至市")), *Application.Status.choices],
        required=False,
    )

    def __init__(self, *args, counties, tracks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties
        self.fields["track"].queryset = tracks
        for name, empty in (("county", _("全部县（市、区）")), ("track", _("全部类别"))):
            self.fields[name].empty_label = empty
        for name in ("county", "track", "status"):
            self.fields[name].widget.attrs |= {"class": "form-select", "data-autosubmit": ""}
        self.fields["q"].widget.attrs |= {"class": "form-control", "type": "search"}
