"""A table on its way in, and what its columns are for."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.importing.columns import FIELDS
from accounts.importing.tables import MAX_FILE


class TableForm(forms.Form):
    """A file, or a block copied from a spreadsheet."""

    file = forms.FileField(label=_("选择文件"), required=False, widget=forms.FileInput({"accept": ".xlsx,.csv,.txt", "class": "form-control"}))
    pasted = forms.CharField(
        label=_("或者从 Excel、WPS 里复制后粘贴到这里"), required=False, strip=False, widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "form-control"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_FILE:
            raise forms.ValidationError(_("文件超过 %(n)s MB，请删去图片和多余的内容，或分成几个文件导入。") % {"n": MAX_FILE // 1024**2})
        return file

    def clean(self):
        facts = super().clean()
        if not self.errors and bool(facts.get("file")) == bool(facts.get("pasted", "").strip()):
            raise forms.ValidationError(_("请选择一个文件，或者粘贴一块表格，两样选一样。"))
        return facts


class ColumnsForm(forms.Form):
    """Where the headings are, and which column is for what."""

    header = forms.IntegerField(label=_("表头在第几行"), min_value=1, max_value=1_048_576, widget=forms.NumberInput({"class": "form-control"}))

    def __init__(self, found, choices, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.table = found
        if len(found.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("工作表"), initial=found.sheet, choices=[(title, title) for title in found.sheets], required=False,
                widget=forms.Select({"class": "form-select"}),
            )
            self.order_fields(["sheet"])
        for field in FIELDS[found.kind]:
            self.fields[field.key] = forms.TypedChoiceField(
                label=field.label, required=False, coerce=int, empty_value=None, initial=found.columns.get(field.key, ""),
                choices=[("", _("（表里没有）")), *choices], widget=forms.Select({"class": "form-select"}),
            )
        self.fields["header"].initial = found.header

    def clean(self):
        facts = super().clean()
        seen = {}
        for field in FIELDS[self.table.kind]:
            place = facts.get(field.key)
            if place is not None and place in seen:
                self.add_error(field.key, gettext("这一列已经用作“%(field)s”，请另选一列。") % {"field": seen[place]})
            seen.setdefault(place, field.label)
        return facts

    def columns(self):
        return {field.key: self.cleaned_data[field.key] for field in FIELDS[self.table.kind] if self.cleaned_data[field.key] is not None}
