"""What every form here begins with."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _


class PlainForm(forms.Form):
    """Rendered by crispy inside the page's own form tag, without the browser's bubbles."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def text_area(rows=3, limit=None):
    return forms.Textarea(attrs={"rows": rows} | ({"data-counter": limit} if limit else {}))


class ReasonForm(PlainForm):
    reason = forms.CharField(label=_("理由"), max_length=300, widget=text_area(2), error_messages={"required": _("请填写理由。")})
