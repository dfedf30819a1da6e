"""One item of the group's talk."""

import hashlib
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from inspections.forms.desk import PointsField


def spelled(points, reason):
    return hashlib.sha256("\n".join([points.strip(), *reason.strip().splitlines()]).encode()).hexdigest()[:16]


class TalkRowForm(forms.Form):
    """`seen` is the mark of what the page showed; `shown` tells what stood in the fields, so that only what a person typed is saved."""

    points = PointsField(label=_("商定得分"))
    reason = forms.CharField(label=_("扣分理由"), required=False, max_length=2000)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, row, step, **kwargs):
        super().__init__(*args, prefix=row.item.code, auto_id="talk-%s", **kwargs)
        self.maximum, self.step, self.row = row.maximum, step, row

    @property
    def said(self):
        """A short spelling of what stands in the two fields now."""
        return spelled(*(str(self[name].value() or "") for name in ("points", "reason")))

    @property
    def is_touched(self):
        """Whether a person typed something here that is not saved yet."""
        return self.is_bound and self.said != (self["shown"].value() or spelled("", ""))

    @property
    def is_stale(self):
        return self.is_bound and self["seen"].value() != self.row.mark

    @property
    def shown_before(self):
        return self["shown"].value() if self.is_bound else self.said

    def clean_points(self):
        points = self.cleaned_data["points"]
        if not isinstance(points, Decimal):
            raise forms.ValidationError(_("请填写商定的得分。"))
        return points

    def clean_reason(self):
        return self.cleaned_data["reason"].replace("\r\n", "\n")
