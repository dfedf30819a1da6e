"""Is this input well formed? What may be saved or sent is for rules to say."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from applications.models import Application, ItemResponse


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
            "narrative": forms.Textarea(attrs={"rows": 7, "class": "form-control", "data-counter": ItemResponse.NARRATIVE_LIMIT}),
        }
        help_texts = {"narrative": _("写清做法、数量和时间。填“不适用”的，在这里写明理由。")}
        error_messages = {"self_score": {"invalid": _("自评得分请填数字，例如 3.5。"), "min_value": _("自评得分不能小于 0。")}}

    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        response = self.instance
        self.fields["version"].initial = response.version
        if response.self_score is not None:
            self.initial["self_score"] = f"{response.self_score.normalize():f}"
        self.fields["self_verdict"].choices = ItemResponse.Verdict.choices
        self.fields["self_verdict"].required = False
        score = self.fields["self_score"]
        score.help_text = _("满分 %(maximum)s 分，每档 %(step)s 分；仅供参考，不计入总分。") % {
            "maximum": f"{response.maximum.normalize():f}", "step": f"{step.normalize():f}",
        }
        score.widget.attrs |= {"step": str(step), "min": "0", "max": str(response.maximum), "inputmode": "decimal", "autocomplete": "off"}
        self.helper = helper(
            "version",
            Field("self_verdict", template="applications/_verdict_field.html"),
            Field("narrative", template="applications/_narrative_field.html"),
            Div(Field("self_score"), css_class="section"),
        )

    def clean_narrative(self):
        return self.cleaned_data["narrative"].replace("\r\n", "\n")


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once. What each of them is, `uploads` says."""

    widget = ManyFilesInput

    def clean(self, data, initial=None):
        files = [data] if data and not isinstance(data, (list, tuple)) else list(data or [])
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class _WithCheckpoint(forms.Form):
    checkpoint = forms.ModelChoiceField(None, label=_("对应的检查点"), required=False, empty_label=_("不指定"))

    def __init__(self, *args, checkpoints, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = checkpoints


class FileForm(_WithCheckpoint):
    prefix = "file"

    files = ManyFilesField(
        label=_("选择文件"), error_messages={"required": _("还没有选择文件，请先选择再上传。"), "missing": _("还没有选择文件，请先选择再上传。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs |= {
            "accept": ",".join(f".{extension}" for extension in settings.EVIDENCE_TYPES),
            "data-files": "chosen-files", "data-max-size": settings.EVIDENCE_MAX_FILE,
        }
        self.helper = helper("files", "checkpoint")


class LinkForm(_WithCheckpoint):
    prefix = "link"

    url = forms.URLField(
        label=_("网址"), max_length=1000, assume_scheme="https",
        error_messages={"required": _("请填写网址。"), "invalid": _("网址不完整，请从浏览器地址栏复制完整的网址，例如 https://www.example.gov.cn/…")},
    )
    title = forms.CharField(label=_("网页名称"), max_length=150, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["url"].widget.attrs |= {"placeholder": "https://", "autocomplete": "off"}
        self.helper = helper("url", "title", "checkpoint")

    def clean_url(self):
        url = self.cleaned_data["url"]
        if not url.lower().startswith(("http://", "https://")):
            raise forms.ValidationError(self.fields["url"].error_messages["invalid"], code="invalid")
        return url


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
