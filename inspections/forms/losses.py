"""Which of the findings below full points become tasks, and until when."""

from django import forms
from django.utils.translation import gettext_lazy as _

from inspections.forms.desk import DueDayField, helper, text_area


class LossesForm(forms.Form):
    due_on = DueDayField(label=_("整改期限"), help_text=_("到这一天 24:00 为止，须是工作日。各项用同一个期限。"), error_messages={"required": _("请填写整改期限。")})

    def __init__(self, *args, losses, **kwargs):
        super().__init__(*args, auto_id="loss-%s", **kwargs)
        self.losses = losses
        for loss in losses:
            key = loss.item.pk
            self.fields[f"pick_{key}"] = forms.BooleanField(label=_("下达 %(item)s") % {"item": loss.item}, required=False, initial=loss.task is None, disabled=loss.task is not None)
            self.fields[f"problem_{key}"] = forms.CharField(
                label=_("%(item)s 存在的问题") % {"item": loss.item}, required=False, max_length=4000, initial=loss.row.agreed.reason, widget=text_area(2),
            )
        self.helper = helper("due_on")

    @property
    def lines(self):
        """(loss, its tick, its words)"""
        return [(loss, self[f"pick_{loss.item.pk}"], self[f"problem_{loss.item.pk}"]) for loss in self.losses]

    @property
    def chosen(self):
        data = self.cleaned_data
        return {loss.item.pk: data[f"problem_{loss.item.pk}"] for loss in self.losses if data[f"pick_{loss.item.pk}"]}
