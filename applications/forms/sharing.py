"""Who fills in what: a colleague for a whole category, or for each item."""

from django import forms
from django.utils.translation import gettext_lazy as _

EACH, NOBODY = "", "0"


class AssignForm(forms.Form):
    """A category given to somebody goes before what is chosen item by item in it."""

    def __init__(self, *args, parts, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.parts = parts
        names = [(str(person.pk), person.name) for person in people]
        for category in parts.categories:
            self.fields[f"category_{category.code}"] = self._choice(
                _("%(category)s 全部交给") % {"category": f"{category.code} {category.name}"}, [(EACH, _("逐项选择")), (NOBODY, _("不分工")), *names],
            )
            for response in category.responses:
                self.fields[f"item_{response.pk}"] = self._choice(str(response.item), [(NOBODY, _("不分工")), *names], str(response.assignee_id or NOBODY))

    @staticmethod
    def _choice(label, choices, initial=EACH):
        return forms.ChoiceField(
            label=label, choices=choices, initial=initial, required=False, widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={"invalid_choice": _("这位同事不是本单位的填报人员，请重新选择。")},
        )

    @property
    def rows(self):
        """[(category, its field, [(response, its field)])]"""
        return [
            (category, self[f"category_{category.code}"], [(response, self[f"item_{response.pk}"]) for response in category.responses])
            for category in self.parts.categories
        ]

    @property
    def wanted(self):
        """{key of a response: key of a colleague, or None}"""
        found = {}
        for category in self.parts.categories:
            whole = self.cleaned_data[f"category_{category.code}"]
            for response in category.responses:
                found[response.pk] = int(whole or self.cleaned_data[f"item_{response.pk}"] or NOBODY) or None
        return found
