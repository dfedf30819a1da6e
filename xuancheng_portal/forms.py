from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, day_input, reason_field


class HandoverForm(PlainForm, forms.Form):
    """One choice for each kind of work there is."""

    leaves_on = forms.DateField(
        label=_("离任日期"), required=False, widget=day_input(), help_text=_("填今天，交接后立即停用账号；填以后的日期，到那天停用；不填，只交接。"),
    )
    reason = reason_field(_("记入审计记录。"))

    def __init__(self, choices, *args, **kwargs):
        """`choices`: [(kind, people who may take it)]."""
        super().__init__(*args, **kwargs)
        self.kinds = [kind.key for kind, _people in choices]
        for kind, people in choices:
            self.fields[kind.key] = forms.ModelChoiceField(
                label=_("%(kind)s交给") % {"kind": kind.label}, queryset=people, required=False, empty_label=_("先不交"),
                error_messages={"invalid_choice": _("请从列出的人中选择。")},
            )
        self.order_fields([*self.kinds, "leaves_on", "reason"])

    @property
    def to(self):
        return {key: self.cleaned_data[key] for key in self.kinds if self.cleaned_data.get(key)}
