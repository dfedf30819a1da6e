"""An item's answer, and what is asked when an application is sent."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import ItemResponse


def helper(*layout, tag=False, **attributes):
    made = FormHelper()
    made.form_tag, made.disable_csrf = tag, not tag
    for name, value in attributes.items():
        setattr(made, name, value)
    if layout:
        made.layout = Layout(*layout)
    return made


class AnswerForm(forms.ModelForm):
    """One item's answer, with the version of the text it was typed on."""

    version = forms.IntegerField(widget=forms.HiddenInput(attrs={"id": "id_version"}))

    class Meta:
        model = ItemResponse
        fields = ["self_verdict", "self_score", "narrative"]
        widgets = {
            "self_verdict": forms.RadioSelect,
            "self_score": forms.TextInput(attrs={"class": "form-control score-box"}),
            "narrative": forms.Textarea(attrs={"rows": 7, "class": "form-control", "data-counter": ItemResponse.NARRATIVE_LIMIT, "data-paste": True}),
        }
        help_texts = {"narrative": _("写清做法、数量和时间。填“不适用”的，在这里写明理由。可从 Word、WPS 或 Excel 直接粘贴，只留文字、段落和表格。")}
        error_messages = {
            "self_score": {"invalid": _("自评得分请填数字，例如 3.5。"), "min_value": _("自评得分不能小于 0。")},
            "narrative": {"max_length": _("工作情况说明太长，超过 20000 字就不能保存，请精简。")},
        }

    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        response = self.instance
        self.fields["version"].initial = response.version
        if response.self_score is not None:
            self.initial["self_score"] = f"{response.self_score.normalize():f}"
        self.fields["self_verdict"].choices = ItemResponse.Verdict.choices
        self.fields["self_verdict"].required = False
        self.fields["narrative"].strip = False  # a line begun and an indented paragraph are typed, too
        score = self.fields["self_score"]
        score.help_text = _("满分 %(maximum)s 分，每档 %(step)s 分；仅供参考，不计入总分。") % {
            "maximum": f"{response.maximum.normalize():f}", "step": f"{step.normalize():f}",
        }
        score.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        self.helper = helper(
            "version",
            Field("self_verdict", template="applications/_verdict_field.html"),
            Field("narrative", template="applications/_narrative_field.html"),
            Field("self_score", template="applications/_score_field.html"),
        )

    def clean_narrative(self):
        return self.cleaned_data["narrative"].replace("\r\n", "\n")


class FieldForm(AnswerForm):
    """One field of the answer, saved alone."""

    def __init__(self, *args, field, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in ("version", field)}


class VersionForm(forms.Form):
    """A button whose page may have grown old: it carries the version of the application that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, application=None, **kwargs):
        super().__init__(*args, **kwargs)
        if application is not None:
            self.fields["version"].initial = application.version
            self.fields["version"].widget.attrs["id"] = f"version-{id(self)}"
        self.helper = helper()


class SubmitForm(VersionForm):
    contact_name = forms.CharField(label=_("联系人"), max_length=60, error_messages={"required": _("请填写联系人。")})
    contact_phone = forms.CharField(label=_("联系电话"), max_length=30, error_messages={"required": _("请填写联系电话。")})
    declaration = forms.BooleanField(
        label=_("我已核对以上内容，材料真实，不含涉密信息和未经遮盖的个人信息。"), error_messages={"required": _("请确认材料真实、不涉密，再提交。")},
    )

    def __init__(self, *args, application=None, **kwargs):
        super().__init__(*args, application=application, **kwargs)
        self.helper = helper("version", Div("contact_name", "contact_phone", css_class="halves"), "declaration")
