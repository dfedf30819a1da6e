"""Notes to a unit, problems to put right, and the answers."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inspections.forms.desk import DueDayField, helper, text_area


def end_of(day):
    """The exclusive end of a last day: midnight after it."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time(0)))


def last_day_of(end):
    return timezone.localtime(end - timedelta(seconds=1)).date()


class GuidanceNoteForm(forms.Form):
    item = forms.ModelChoiceField(label=_("指标"), queryset=None, required=False, empty_label=_("总的意见（不针对某一项）"))
    text = forms.CharField(
        label=_("指导意见"), widget=text_area(), max_length=4000, help_text=_("单位可见。"),
        error_messages={"required": _("请填写指导意见。")},
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, auto_id="id_note_%s", **kwargs)
        self.fields["item"].queryset = items
        self.helper = helper("item", "text")


class RequireRectificationForm(forms.Form):
    item = forms.ModelChoiceField(label=_("指标"), queryset=None)
    problem = forms.CharField(
        label=_("存在的问题"), widget=text_area(), max_length=4000, help_text=_("单位可见，写清楚问题和整改要求。"),
        error_messages={"required": _("请写明存在的问题。")},
    )
    due_on = DueDayField(label=_("整改期限"), help_text=_("到这一天 24:00 为止。"))

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, auto_id="id_task_%s", **kwargs)
        self.fields["item"].queryset = items
        self.helper = helper("item", "problem", "due_on")


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    widget = ManyFilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files if file]


class AnswerRectificationForm(forms.Form):
    text = forms.CharField(
        label=_("整改情况"), widget=text_area(5), max_length=20000, help_text=_("写清楚做了什么、什么时候完成。"),
        error_messages={"required": _("请写明整改情况。")},
    )
    files = ManyFilesField(
        label=_("整改材料"), required=False, help_text=_("整改前后的照片、文件等，可以一次选多个。严禁上传涉密文件。")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_answer_%s", **kwargs)
        self.helper = helper("text", "files", "version")


class SettleRectificationForm(forms.Form):
    """销号 or send back; the latter wants a reason and a new due date."""

    text = forms.CharField(label=_("核验意见"), required=False, widget=text_area(), max_length=4000, help_text=_("退回重改时必须写明原因；单位可见。"))
    due_on = DueDayField(label=_("新的期限"), required=False, help_text=_("退回重改时使用，到这一天 24:00 为止。"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, sending_back=False, **kwargs):
        super().__init__(*args, auto_id="id_settle_%s", **kwargs)
        self.fields["due_on"].required = sending_back
        self.helper = helper("text", "due_on", "version")
