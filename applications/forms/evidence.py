"""Files for an item."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper


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


class WithCheckpoint(forms.Form):
    checkpoint = forms.ModelChoiceField(None, label=_("对应的检查点"), required=False, empty_label=_("不指定"))

    def __init__(self, *args, checkpoints, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = checkpoints


class FileForm(WithCheckpoint):
    prefix = "file"

    files = ManyFilesField(
        label=_("选择文件"), error_messages={"required": _("还没有选择文件，请先选择再上传。"), "missing": _("还没有选择文件，请先选择再上传。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs |= {
            "accept": ",".join(f".{extension}" for extension in settings.EVIDENCE_TYPES),
            "data-max-size": settings.EVIDENCE_MAX_FILE,
        }
        self.helper = helper("files", "checkpoint")


class UploadForm(WithCheckpoint):
    """A file announced by the script, before its pieces travel."""

    id = forms.UUIDField()
    name = forms.CharField(max_length=5000)  # cut to a label afterwards
    size = forms.IntegerField(min_value=0, max_value=2**62)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", required=False)


class ReuseForm(WithCheckpoint):
    files = forms.ModelMultipleChoiceField(
        None, label=_("选用的文件"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("还没有选择文件，请先勾选。")}
    )

    def __init__(self, *args, files, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].queryset = files
